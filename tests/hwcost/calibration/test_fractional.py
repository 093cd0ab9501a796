"""Which fractional gates a calibration has, and what becomes of qubits and edges without them."""

from __future__ import annotations

import pytest

from hwcost.calibration.audit import audit
from hwcost.calibration.fractional import (
    FRACTIONAL_NOTE,
    basis_fractional_gates,
    usable_fractional_gates,
    with_fractional_gates,
    without_fractional_gates,
)
from hwcost.calibration.sources.ibm_fake import list_fake_backends, load_fake_backend
from hwcost.core.errors import CalibrationError
from make import small_calibration

LINE = [(0, 1), (1, 0), (1, 2), (2, 1)]


def calibration(changes=None, **fields):
    """A line of three qubits with rx and rzz outside the basis; `changes` of single records."""
    gates = {("rzz", pair): {"error": 0.01, "duration_s": 1e-7} for pair in LINE}
    gates |= {("rx", (q,)): {"error": 0.001, "duration_s": 50e-9} for q in range(3)}
    for key, change in (changes or {}).items():
        gates[key] = {**gates.get(key, {}), **change}
    return small_calibration(two_qubit_gate="cz", gates=gates, **fields)


def test_with_and_without():
    plain = calibration(assumptions=(FRACTIONAL_NOTE, "another"))
    assert basis_fractional_gates(plain) == ()
    assert usable_fractional_gates(plain) == ("rx", "rzz")
    rich = with_fractional_gates(plain)
    assert rich.basis_gates == ("rz", "sx", "x", "cz", "rx", "rzz")
    assert rich.assumptions == ("another",)
    assert basis_fractional_gates(rich) == ("rx", "rzz")
    assert without_fractional_gates(rich).basis_gates == plain.basis_gates
    assert without_fractional_gates(plain) is plain
    assert with_fractional_gates(rich).basis_gates == rich.basis_gates


def test_a_gate_that_is_dead_everywhere_is_none():
    dead = {("rzz", pair): {"error": 1.0} for pair in LINE}
    assert usable_fractional_gates(calibration(dead)) == ("rx",)
    assert usable_fractional_gates(calibration(dead), durations_only=True) == ("rx", "rzz")
    assert with_fractional_gates(calibration(dead)).basis_gates == ("rz", "sx", "x", "cz", "rx")


def test_a_device_without_any_is_refused_by_name():
    with pytest.raises(CalibrationError, match=r"^small: the calibration has no usable fractional gate \(rx, rzz\)"):
        with_fractional_gates(small_calibration())


def test_qubits_and_edges_without_them_are_used_by_the_usual_gates():
    changes = {("rx", (0,)): {"error": 1.0}, ("rzz", (0, 1)): {"error": 1.0}}
    audited = audit(with_fractional_gates(calibration(changes)))
    assert audited.component == (0, 1, 2)
    assert audited.excluded_edges == ()
    assert audited.is_dead("rzz", (1, 0))
    assert audited.is_dead("rx", (0,))
    assert not audited.is_dead("rzz", (1, 2))
    assert not audited.is_dead("cz", (0, 1))


def test_an_edge_whose_usual_gate_is_dead_is_not_used():
    audited = audit(with_fractional_gates(calibration({("cz", (0, 1)): {"error": 1.0}})))
    assert audited.excluded_edges == ((0, 1),)
    assert audited.component == (1, 2)
    assert audited.is_dead("rzz", (0, 1))
    assert audited.is_dead("rzz", (1, 0))


def test_where_rzz_is_the_only_two_qubit_gate_it_is_needed():
    only = calibration(basis_gates=("rz", "sx", "x", "rzz"))
    assert basis_fractional_gates(only) == ()
    audited = audit(only)
    assert audited.component == (0, 1, 2)
    assert "rzz" in audited.needed_gates


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fake_fez", ("rx", "rzz")),
        ("fake_torino", ("rx",)),  # it lists rzz with error 1 everywhere
        ("fake_sherbrooke", ()),
        ("fake_boston", ("rx", "rzz")),
        ("fake_miami", ("rx",)),
        ("fake_brussels", ()),
    ],
)
def test_devices(name, expected):
    if name not in list_fake_backends():
        pytest.skip(f"{name} is not in this qiskit-ibm-runtime")
    assert usable_fractional_gates(load_fake_backend(name)) == expected
