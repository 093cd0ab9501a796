"""Observables as people write them: every form means the same sum, and what is none is refused."""

from __future__ import annotations

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
        ({"XX": 10**400}, "the coefficient of XX is a huge number"),
        ({"XX": "much"}, "the coefficient of XX is 'much'"),
        ({"XX": 0.0}, "add up to zero"),
        ({3: 1.0}, "3 is not a Pauli label"),
    ],
    ids=repr,
)
def test_what_is_no_observable_is_refused(observable, message):
    with pytest.raises(OptionError, match=message):
        read_pauli_sums(observable)


def test_names_say_how_large_a_sum_is():
    names = [each.name for each in read_pauli_sums(["ZX", {"ZX": 0.5}, {"ZX": 0.5, "IZ": 1.0}])]
    assert names == ["ZX", "0.5·ZX", "a sum of 2 Pauli strings"]
