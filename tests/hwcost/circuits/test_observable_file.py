"""Files of Pauli labels and coefficients: every form, and one line for what is none."""

from __future__ import annotations

import json

import pytest

from hwcost.circuits.observable_file import read_observable_file
from hwcost.circuits.pauli_sums import PauliSum, read_pauli_sums
from hwcost.core.errors import OptionError


def test_the_terms_as_they_stand(tmp_path):
    path = tmp_path / "two.txt"
    path.write_text("ZX 0.5\nZX\n", encoding="utf-8")
    assert read_observable_file(path) == [("ZX", 0.5), ("ZX", 1.0)]


@pytest.mark.parametrize(
    "text",
    [
        "ZX 0.5\nYI -2\nII 3\n",
        "# a comment\n\nZX, 0.5  # another\nYI;-2.0\nII\t3e0\n",
        '{"ZX": 0.5, "YI": -2, "II": 3}',
        '[["ZX", 0.5], ["YI", -2], ["II", 3]]',
        "\ufeffZX 0.25\nZX 0.25\nYI -2\nII 3",
        '{"ZX": 0.25, "ZX": 0.25, "YI": -2, "II": 3}',
    ],
)
def test_files_of_labels_and_coefficients(tmp_path, text):
    path = tmp_path / "hamiltonian.txt"
    path.write_text(text, encoding="utf-8")
    for given in (path, str(path), [str(path)]):
        assert read_pauli_sums(given) == (PauliSum((("ZX", 0.5), ("YI", -2.0)), 3.0),)


def test_a_file_without_coefficients_counts_each_string_once(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text("ZX\nYI\n", encoding="utf-8")
    assert read_pauli_sums(path) == (PauliSum((("ZX", 1.0), ("YI", 1.0))),)
    path.write_text(json.dumps(["ZX", "YI"]), encoding="utf-8")
    assert read_pauli_sums(path) == (PauliSum((("ZX", 1.0), ("YI", 1.0))),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ZX 0.5\nYI -2 7\n", "line 2"),
        ("ZX a\n", "line 1"),
        ("", "no term in it"),
        ("# nothing\n", "no term in it"),
        ("{", "is not JSON"),
        ("[1]", "write one LABEL COEFFICIENT"),
        ('[["ZX"]]', "write one LABEL COEFFICIENT"),
        ('{"ZX": "0.5"}', "write one LABEL COEFFICIENT"),
        ("[" * 10_000, "is not JSON"),
        ("ZX 1e999\n", "the coefficient of ZX is inf"),
    ],
)
def test_files_that_hold_something_else_are_refused_in_one_line(tmp_path, text, message):
    path = tmp_path / "hamiltonian.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OptionError, match=message) as caught:
        read_pauli_sums(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_and_one_that_is_no_text(tmp_path):
    with pytest.raises(OptionError, match="no such file"):
        read_pauli_sums(str(tmp_path / "none.txt"))
    path = tmp_path / "binary.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OptionError, match="not UTF-8"):
        read_pauli_sums(path)
