"""PUBs and options in files."""

from __future__ import annotations

import json

import pytest
from qiskit import qpy

from hwcost.core.errors import InputError, OptionError
from hwcost.primitives.files import load_options, load_pubs
from primitive_jobs import isa_bell


def test_pubs_are_a_name_in_a_file_or_circuits(tmp_path):
    (tmp_path / "job_of_mine.py").write_text("pubs = [1, 2]\ndef make():\n    return [3]\n")
    assert load_pubs(f"{tmp_path}/job_of_mine.py:pubs") == [1, 2]
    assert load_pubs(f"{tmp_path}/job_of_mine.py:make") == [3]
    with (tmp_path / "two.qpy").open("wb") as file:
        qpy.dump([isa_bell(), isa_bell()], file)
    assert [circuit.name for circuit in load_pubs(str(tmp_path / "two.qpy"))] == ["bell", "bell"]
    for text in ("nothing", str(tmp_path), f"{tmp_path}/job_of_mine.py"):
        with pytest.raises(InputError, match="names no PUBs: give file.py:name"):
            load_pubs(text)


def test_options_are_json_toml_or_a_name(tmp_path):
    values = {"resilience": {"zne": {"noise_factors": [1, 3]}}, "resilience_level": 2}
    (tmp_path / "o.json").write_text(json.dumps(values))
    (tmp_path / "o.toml").write_text("resilience_level = 2\n[resilience.zne]\nnoise_factors = [1, 3]\n")
    (tmp_path / "options_of_mine.py").write_text("options = {'default_shots': 5}\n")
    assert load_options(str(tmp_path / "o.json")) == load_options(str(tmp_path / "o.toml")) == values
    assert load_options(f"{tmp_path}/options_of_mine.py:options") == {"default_shots": 5}


@pytest.mark.parametrize(
    ("name", "content", "kind", "message"),
    [
        ("o.json", "{", InputError, "o.json: Expecting property name"),
        ("o.json", "[1]", OptionError, "options are a list; give an object"),
        ("o.json", "\xff", InputError, "o.json: "),
        ("o.toml", "a = ", InputError, "o.toml: "),
        ("o.yaml", "", OptionError, "give a file that ends in .json or .toml, or file.py:name"),
        ("missing.json", None, InputError, "missing.json: no such file"),
    ],
)
def test_what_cannot_be_read(tmp_path, name, content, kind, message):
    if content is not None:
        (tmp_path / name).write_bytes(content.encode("latin-1"))
    with pytest.raises(kind, match=message):
        load_options(str(tmp_path / name))
