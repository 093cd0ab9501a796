"""TOML files of a user: what is read, and that whatever else they hold ends in one line."""

from __future__ import annotations

import pytest

from nas.core.errors import SettingError, SpaceError
from nas.core.toml import MAX_BYTES, read_toml


def refusal(path, error_type=SettingError):
    with pytest.raises(error_type) as error:
        read_toml(path, error_type, "a configuration")
    text = str(error.value)
    assert text.isprintable()
    return text


def test_tables_come_as_dictionaries(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text('shots = 100\n[genes]\nqubits = [2, 3]\nentangler = ["größer"]\n', encoding="utf-8")
    plain = read_toml(path, SettingError, "a configuration")
    assert plain == {"shots": 100, "genes": {"qubits": [2, 3], "entangler": ["größer"]}}
    assert read_toml(str(path), SettingError, "a configuration") == plain


@pytest.mark.parametrize(
    "content",
    [b"a", b"a = ", b"a = 1\na = 2", b"\xff\xfe", b"a = \0", b"a = " + b"[" * 100_000, b"a = " + b"9" * 5_000],
)
def test_what_is_no_toml_is_refused_with_the_name_of_the_file(tmp_path, content):
    path = tmp_path / "run.toml"
    path.write_bytes(content)
    assert refusal(path).startswith(f"{path}: no TOML: ")


def test_the_error_is_of_the_type_that_the_caller_names(tmp_path):
    assert refusal(tmp_path / "none.toml", SpaceError) == f"{tmp_path}/none.toml: no such file; check the path"
    assert refusal(tmp_path, SpaceError) == f"{tmp_path}: is a directory; name a configuration file in it"


def test_a_large_file_is_refused_before_it_is_parsed(tmp_path):
    path = tmp_path / "run.toml"
    path.write_bytes(b"#" * MAX_BYTES)
    assert read_toml(path, SettingError, "a configuration") == {}
    path.write_bytes(b"=" * (MAX_BYTES + 1))
    assert refusal(path) == f"{path}: is larger than 976 KiB, too large for a configuration; use a part of it"


@pytest.mark.parametrize("name", ["nul\0byte.toml", "\x1b[2Jred.toml", "a" * 5000])
def test_names_of_files_that_cannot_be_are_one_line(tmp_path, name):
    refusal(str(tmp_path / name))
