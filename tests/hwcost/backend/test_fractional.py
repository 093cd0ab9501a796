"""What IBM refuses of a circuit with fractional gates."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit

from hwcost.backend import fractional
from hwcost.backend.fractional import FIRST_CLIENT_WITH_BOTH, check_fractional
from hwcost.backend.prepared import Device
from hwcost.calibration.audit import audit
from hwcost.core.errors import CircuitError
from hwcost.isa.read import read_isa
from make import small_calibration

PAIRS = [(0, 1), (1, 0)]


def device(*, only_rzz=False):
    gates = {("rzz", pair): {"error": 0.01, "duration_s": 1e-7} for pair in PAIRS}
    basis = ("rz", "sx", "x", "rzz") if only_rzz else ("rz", "sx", "x", "cz", "rzz")
    return Device(audit(small_calibration(2, two_qubit_gate="cz", gates=gates, basis_gates=basis)))


def check(circuit, on=None):
    on = device() if on is None else on
    check_fractional(circuit, read_isa(circuit, on.audited), on)


def with_rzz(angle, *, dynamic=False):
    circuit = QuantumCircuit(2, 1, name="zz")
    circuit.rzz(angle, 0, 1)
    circuit.measure(0, 0)
    if dynamic:
        with circuit.if_test((circuit.clbits[0], 1)):
            circuit.x(1)
    return circuit


def test_an_angle_outside_is_refused_with_the_place_and_the_limits():
    with pytest.raises(CircuitError, match=r"^zz: rzz on qubits 0, 1 has the angle -0.2; small accepts 0 to π/2"):
        check(with_rzz(-0.2))
    check(with_rzz(0.2))


def test_a_device_of_rzz_alone_is_none_of_ibms():
    check(with_rzz(-0.2), device(only_rzz=True))


def test_a_client_that_sends_no_dynamic_circuit_with_fractional_gates(monkeypatch):
    monkeypatch.setattr(fractional.metadata, "version", lambda name: "0.40.1")
    with pytest.raises(CircuitError, match=r"zz: it has control flow, and qiskit-ibm-runtime 0.40 sends no dynamic"):
        check(with_rzz(0.2, dynamic=True))
    check(with_rzz(0.2))
    plain = QuantumCircuit(2, 1)
    plain.measure(0, 0)
    with plain.if_test((plain.clbits[0], 1)):
        plain.x(1)
    check(plain)
    monkeypatch.setattr(fractional.metadata, "version", lambda name: ".".join(map(str, (*FIRST_CLIENT_WITH_BOTH, 0))))
    check(with_rzz(0.2, dynamic=True))


def test_without_the_client_nothing_is_known_against_it(monkeypatch):
    def absent(name):
        raise fractional.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(fractional.metadata, "version", absent)
    check(with_rzz(0.2, dynamic=True))
