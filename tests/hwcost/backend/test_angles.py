"""Angles of rzz: folded into what IBM accepts, the same unitary, as many gates as IBM's own pass needs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.quantum_info import Operator
from qiskit.transpiler import PassManager
from qiskit_ibm_runtime.transpiler.passes import FoldRzzAngle

from hwcost.backend.angles import ANGLE_TOLERANCE, _fold_pass, folded, is_accepted_angle
from hwcost.backend.prepared import Device
from hwcost.calibration.audit import audit
from make import DURATION_2Q_S, ERROR_2Q, small_calibration

ANGLES = [0.0, 0.3, math.pi / 2, 1.8, math.pi, 3.5, -0.3, -math.pi / 2, -2.0, -math.pi, 6.0, 7.0, -11.0, 25.0]
BOTH = [(0, 1), (1, 0), (1, 2), (2, 1)]


def fractional_device() -> Device:
    """A line of three qubits that has rx and rzz beside cz."""
    gates = {("rzz", pair): {"error": ERROR_2Q, "duration_s": DURATION_2Q_S} for pair in BOTH}
    gates |= {("rx", (q,)): {"error": 0.001, "duration_s": 50e-9} for q in range(3)}
    basis = ("rz", "sx", "x", "cz", "rx", "rzz")
    return Device(audit(small_calibration(two_qubit_gate="cz", gates=gates, basis_gates=basis)))


def one_rzz(angle):
    circuit = QuantumCircuit(2)
    circuit.rzz(angle, 0, 1)
    return circuit


def fold(circuit, *, free_angles=True):
    return PassManager([_fold_pass()(free_angles=free_angles)]).run(circuit)


def rzz_angles(circuit):
    return [instruction.params[0] for instruction in circuit.data if instruction.name == "rzz"]


@pytest.mark.parametrize("angle", ANGLES)
def test_the_unitary_is_the_same_with_its_phase(angle):
    circuit = fold(one_rzz(angle))
    assert np.allclose(Operator(circuit).data, Operator(one_rzz(angle)).data, atol=1e-9)
    assert all(is_accepted_angle(found) for found in rzz_angles(circuit))


@pytest.mark.parametrize("angle", ANGLES)
def test_as_many_pulses_as_ibms_own_pass(angle):
    ours, theirs = (dict(circuit.count_ops()) for circuit in (fold(one_rzz(angle)), _by_ibm(one_rzz(angle))))
    assert (ours.get("x", 0), ours.get("rzz", 0)) == (theirs.get("x", 0), theirs.get("rzz", 0))


def _by_ibm(circuit):
    return PassManager([FoldRzzAngle()]).run(circuit)


def test_an_angle_is_folded_once_more_into_itself():
    rest, between, flips, phase = folded(-0.25)
    assert (rest, between, flips, phase) == (0.25, True, False, 0.0)
    assert folded(rest) == (rest, False, False, 0.0)
    assert is_accepted_angle(math.pi / 2 + 0.5 * ANGLE_TOLERANCE)
    assert not is_accepted_angle(math.pi / 2 + 1e-6)


def test_a_free_angle_is_costed_as_one_that_needs_the_gates():
    circuit = fold(one_rzz(Parameter("a")))
    assert circuit.count_ops() == {"x": 2, "rzz": 1}
    for value in (0.3, -0.4):
        bound = circuit.assign_parameters([value])
        assert np.allclose(Operator(bound).data, Operator(one_rzz(value)).data)
    assert fold(circuit, free_angles=False).count_ops() == {"x": 2, "rzz": 1}  # never twice


def test_branches_of_control_flow_are_folded_too():
    circuit = QuantumCircuit(2, 1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.rzz(-0.4, 0, 1)
    block = fold(circuit).data[-1].operation.blocks[0]
    assert rzz_angles(block) == [pytest.approx(0.4)]


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_no_level_leaves_an_angle_that_ibm_refuses(level):
    device = fractional_device()
    circuit = QuantumCircuit(3, 3)
    circuit.h([0, 1, 2])
    for angle in (-0.3, 2.0, 4.0):
        circuit.rzz(angle, 0, 1)
        circuit.rx(0.3, 0)
        circuit.rxx(angle, 1, 2)
        circuit.cp(angle, 0, 2)
    isa = device.compiler.compile(circuit, optimization_level=level, seed=1).circuit
    angles = rzz_angles(isa)
    assert angles
    assert all(is_accepted_angle(angle) for angle in angles)
    unrouted = device.all_to_all_compiler.compile(circuit, optimization_level=level, seed=1).circuit
    assert all(is_accepted_angle(angle) for angle in rzz_angles(unrouted))
    if level < 2:  # higher levels may permute the qubits at the end
        return
    assert isa.count_ops()["rzz"] < 12
