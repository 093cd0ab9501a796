"""Objects that a command line names."""

from __future__ import annotations

import sys

import pytest

from hwcost.core.errors import InputError
from hwcost.core.user_code import load_items, load_object, names_object

CODE = """
print("imported")
number = 5
def make():
    print("made")
    return [number]
def wants(size):
    return size
def fails():
    raise RuntimeError("not\\ntoday")
def leaves():
    raise SystemExit(3)
def generate():
    print("running")
    yield number
def generates_badly():
    yield number
    raise RuntimeError("later")
class Made:
    pass
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    (tmp_path / "user_things.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "user_things.py"
    sys.modules.pop("user_things", None)


def test_names():
    assert names_object("a.py:b")
    assert names_object("a.b:c")
    for text in ("a.py", "a.py:", "a.py:b c", "a:1"):
        assert not names_object(text)


def test_values_functions_and_classes(file, capsys):
    assert load_object(f"{file}:number") == 5
    assert load_object(f"{file}:make") == [5]
    assert load_object("user_things:make") == [5]
    assert type(load_object(f"{file}:Made")).__name__ == "Made"
    assert capsys.readouterr().out == ""  # what it prints is no part of the result


def test_generators_are_run_to_their_end(file, capsys):
    assert load_items(f"{file}:generate") == [5]
    assert load_items(f"{file}:number") == 5
    assert capsys.readouterr().out == ""
    with pytest.raises(InputError, match="generates_badly: RuntimeError: later"):
        load_items(f"{file}:generates_badly")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("user_things.py:nothing", "has no 'nothing'; it has number, make"),
        ("user_things.py:wants", r"wants needs arguments \(size\)"),
        ("user_things.py:fails", "RuntimeError: not today"),
        ("user_things.py:leaves", "SystemExit: 3"),
        ("nowhere.py:x", "nowhere.py: there is no such file"),
        ("nowhere:x", "there is no module 'nowhere'"),
        ("no where:x", "neither a module name nor a file"),
    ],
)
def test_what_cannot_be_loaded(file, name, message):
    with pytest.raises(InputError, match=message):
        load_object(name)
