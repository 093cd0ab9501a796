"""Observables as people write them: every form means the same sum, and what is none is refused."""

from __future__ import annotations

import json

import pytest
from qiskit.quantum_info import Pauli, PauliList, SparsePauliOp

from hwcost.circuits.pauli_sums import PauliSum, read_pauli_sums
from hwcost.core.errors import OptionError

ONE = (PauliSum((("ZX", 1.0),)),)


@pytest.mark.parametrize(
    ("observable", "sums"),
    [
        ("ZX", ONE),
        (["ZX"], ONE),
        (("ZX",), ONE),
        (Pauli("ZX"), ONE),
        (Pauli("-ZX"), (PauliSum((("ZX", -1.0),)),)),
        ("-ZX", (PauliSum((("ZX", -1.0),)),)),
        (["ZX", "IY"], (*ONE, PauliSum((("IY", 1.0),)))),
        (PauliList(["XI", "-ZZ"]), (PauliSum((("XI", 1.0),)), PauliSum((("ZZ", -1.0),)))),
        pytest.param(iter(["ZX"]), ONE, id="iterator"),
        (SparsePauliOp(["II", "IZ", "XX"], [0.5, -2.0, 3.0]), (PauliSum((("IZ", -2.0), ("XX", 3.0)), 0.5),)),
        ({"IZ": -2.0, "II": 0.5, "XX": 3}, (PauliSum((("IZ", -2.0), ("XX", 3.0)), 0.5),)),
        # Equal strings are one, and what cancels is measured by nobody.
        (SparsePauliOp(["ZX", "XX", "ZX", "XX"], [0.25, 1.0, 0.75, -1.0]), ONE),
        ([SparsePauliOp("ZX"), "IY"], (*ONE, PauliSum((("IY", 1.0),)))),
        # An identity asks for no measurement beside something that does.
        (["II", "ZX"], ONE),
    ],
    ids=lambda value: None if isinstance(value, tuple) else repr(value),
)
def test_every_way_to_write_one(observable, sums):
    assert read_pauli_sums(observable) == sums


def test_sparse_observables_of_qiskit_are_sums():
    quantum_info = pytest.importorskip("qiskit.quantum_info")
    observable = quantum_info.SparseObservable.from_list([("ZX", 0.5), ("YI", 2.0)])
    (read,) = read_pauli_sums(observable)
    assert dict(read.terms) == {"ZX": 0.5, "YI": 2.0}


@pytest.mark.parametrize(
    ("observable", "message"),
    [
        ("ZW", "'ZW' is not a Pauli label"),
        ("zz", "'zz' is not a Pauli label"),
        ("", "'' is not a Pauli label"),
        ([3], "an observable of type int is not known"),
        (3, "an observable of type int is not known"),
        (None, "an observable of type NoneType is not known"),
        ("II", "the observable is the identity"),
        ([], "the observable is the identity"),
        (["II", "II"], "the observable is the identity"),
        (["ZZ", "ZZZ"], "for 2, 3 qubits"),
        (Pauli("-iZX"), "not Hermitian"),
        (SparsePauliOp(["XX"], [1j]), r"the coefficient of XX is 0\+1j"),
        ({"XX": float("nan")}, "the coefficient of XX is nan"),
        ({"XX": float("inf")}, "the coefficient of XX is inf"),
        ({"XX": 10**400}, "the coefficient of XX is 1000"),
        ({"XX": "much"}, "the coefficient of XX is 'much'"),
        ({"XX": 0.0}, "add up to zero"),
        ({3: 1.0}, "3 is not a Pauli label"),
    ],
    ids=repr,
)
def test_what_is_no_observable_is_refused(observable, message):
    with pytest.raises(OptionError, match=message):
        read_pauli_sums(observable)


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


def test_names_say_how_large_a_sum_is():
    names = [each.name for each in read_pauli_sums(["ZX", {"ZX": 0.5}, {"ZX": 0.5, "IZ": 1.0}])]
    assert names == ["ZX", "0.5·ZX", "a sum of 2 Pauli strings"]
