"""Calibrations of Qiskit Targets: every value that a Target has, and nothing that it has not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from qiskit.circuit import Delay, Gate, IfElseOp, Parameter, QuantumCircuit
from qiskit.circuit.library import CXGate, CZGate, Measure, Reset, RXGate, RZGate, SXGate, XGate
from qiskit.providers.fake_provider import GenericBackendV2
from qiskit.transpiler import InstructionProperties, Target

from hwcost.calibration.load import calibration_from_target, load_calibration
from hwcost.calibration.sources.qiskit_target import claims
from hwcost.calibration.sources.snapshot import save_snapshot
from hwcost.core.errors import CalibrationError, InputError, OptionError
from targets import native_target


def test_every_value_of_a_generic_backend_is_there():
    backend = GenericBackendV2(4, seed=3)
    calibration = load_calibration(backend)
    assert (calibration.source, calibration.name, calibration.num_qubits) == ("target", backend.name, 4)
    assert calibration.dt_s == backend.dt
    assert calibration.rep_delay_s is None
    for name in ("cx", "sx", "x", "rz"):
        for qubits, values in backend.target[name].items():
            gate = calibration.gate(name, qubits)
            assert (gate.duration_s, gate.error) == (values.duration, values.error)
    for qubit, record in enumerate(calibration.qubits):
        assert (record.t1_s, record.t2_s) == (backend.qubit_properties(qubit).t1, backend.qubit_properties(qubit).t2)
        readout = backend.target["measure"][qubit,]
        assert (record.readout_error, record.readout_duration_s) == (readout.error, readout.duration)


def test_a_backend_and_its_target_are_the_same_but_for_the_name():
    backend = GenericBackendV2(3, seed=1)
    of_backend, of_target = load_calibration(backend), load_calibration(backend.target)
    assert (of_backend.qubits, of_backend.gates, of_backend.dt_s) == (of_target.qubits, of_target.gates, of_target.dt_s)


def test_gates_without_places_act_anywhere():
    target = Target(num_qubits=3, description="global")
    for instruction in (SXGate(), RZGate(Parameter("a")), CZGate(), Measure(), Reset(), Delay(Parameter("t"))):
        target.add_instruction(instruction)
    target.add_instruction(IfElseOp, name="if_else")
    calibration = load_calibration(target)
    assert len([gate for gate in calibration.gates if gate.name == "cz"]) == 6
    assert calibration.gate("sx", (2,)).duration_s is None
    assert set(calibration.supported_operations) == {"measure", "reset", "delay", "if_else"}
    assert calibration.gate("rz", (0,)).duration_s == 0.0
    assert "rz taken as virtual" in calibration.assumptions[0]


def test_a_qubit_that_cannot_be_read_is_not_used():
    target = native_target(["sx", "rz"], ["cz"], description="half")
    narrow = Target(num_qubits=3, description="half")
    for name in ("sx", "rz", "cz"):
        narrow.add_instruction(target.operation_from_name(name), dict(target[name].items()))
    narrow.add_instruction(Measure(), {(q,): InstructionProperties(duration=1e-6, error=0.01) for q in (0, 1)})
    calibration = load_calibration(narrow)
    assert [record.readout_error for record in calibration.qubits] == [0.01, 0.01, 1.0]


def test_a_target_without_a_number_of_qubits_is_refused():
    target = Target()
    target.add_instruction(SXGate())
    with pytest.raises(CalibrationError, match="does not say how many qubits"):
        load_calibration(target)


def test_gates_that_cannot_be_used_are_named():
    target = native_target(["sx", "rz", Gate("opaque", 1, [])], ["cz"])
    fixed = {(q,): InstructionProperties(duration=1e-6, error=0.0) for q in range(3)}
    target.add_instruction(RXGate(0.5), fixed, name="rx_half")
    calibration = load_calibration(target)
    assert set(calibration.basis_gates) == {"sx", "rz", "cz"}
    notes = " ".join(calibration.assumptions)
    assert "gate opaque of the Target is not used: it has no definition" in notes
    assert "gate rx_half of the Target is not used: the Target calls rx so" in notes


def test_impossible_values_are_refused():
    target = native_target(["sx", "rz"], ["cz"], error_2q=1.5)
    with pytest.raises(CalibrationError, match=r"cz on \(0, 1\): error is 1.5"):
        load_calibration(target)


def test_a_saved_snapshot_is_the_same_calibration(tmp_path):
    calibration = load_calibration(native_target(["gpi", "gpi2"], ["ms"], t1_s=10.0))
    read = load_calibration(save_snapshot(calibration, tmp_path / "trap.json"))
    assert (read.qubits, read.gates, read.first_source) == (calibration.qubits, calibration.gates, "target")


def test_values_that_a_target_lacks_can_be_given_and_no_others():
    target = native_target(
        ["rx", "ry", "rz"], ["rzz"], duration_1q_s=None, duration_2q_s=None, readout_s=None, error_1q=None,
        error_2q=None, readout_error=None,
    )  # fmt: skip
    given = calibration_from_target(
        target, duration_1q_s=5e-6, duration_2q_s=30e-6, readout_duration_s=1e-4, error_1q=1e-4, error_2q=2e-3,
        readout_error=3e-3, t1_s=60.0, t2_s=4.0, rep_delay_s=1e-3,
    )  # fmt: skip
    assert (given.gate("rx", (0,)).duration_s, given.gate("rx", (0,)).error) == (5e-6, 1e-4)
    assert (given.gate("rz", (0,)).duration_s, given.gate("rz", (0,)).error) == (0.0, 0.0)
    assert (given.gate("rzz", (0, 2)).duration_s, given.gate("rzz", (0, 2)).error) == (30e-6, 2e-3)
    record = given.qubits[1]
    assert (record.readout_duration_s, record.readout_error, record.t1_s, record.t2_s) == (1e-4, 3e-3, 60.0, 4.0)
    assert len(given.assumptions) == 9
    assert given.origin.endswith("t1, t2 given by the user")
    with pytest.raises(OptionError, match="has a value everywhere for --error-1q"):
        calibration_from_target(native_target(["sx", "rz"], ["cz"]), error_1q=0.1)
    with pytest.raises(OptionError, match="readout_error is 1.5; give a probability below 1"):
        calibration_from_target(target, readout_error=1.5)


def test_text_names_an_object_of_python_code(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "from qiskit.providers.fake_provider import GenericBackendV2\n"
        "def device():\n    return GenericBackendV2(3, seed=1)\n"
        "TARGET = device().target\nNUMBER = 5\n"
    )
    assert load_calibration(f"{path}:device").num_qubits == 3
    assert load_calibration(f"{path}:TARGET").gates == load_calibration(f"{path}:device").gates
    with pytest.raises(OptionError, match="a backend of type int has no calibration"):
        load_calibration(f"{path}:NUMBER")
    with pytest.raises(InputError, match="has no 'other'"):
        load_calibration(f"{path}:other")


def test_what_it_does_not_claim():
    assert not claims("fake_torino")
    assert not claims(QuantumCircuit(1))
    assert not claims(SimpleNamespace(target=None))
    assert claims(Target(num_qubits=1))


def test_a_gate_of_a_standard_name_that_does_something_else_is_not_used():
    other = Gate("iswap", 2, [])
    definition = QuantumCircuit(2)
    definition.append(CXGate(), [0, 1])
    definition.append(XGate(), [0])
    other.definition = definition
    calibration = load_calibration(native_target(["sx", "rz"], ["cz", other]))
    assert "iswap" not in calibration.basis_gates
    assert "it does something else than iswap" in " ".join(calibration.assumptions)
