"""Aer's noise model of a device: that of Aer itself where both can be had, and what `validate` simulates."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.quantum_info import Pauli
from qiskit.transpiler import InstructionProperties

import hwcost
from hwcost.core.native_gates import make_gate
from hwcost.validation.simulation import simulate
from targets import native_target

aer = pytest.importorskip("qiskit_aer")
fake_provider = pytest.importorskip("qiskit_ibm_runtime.fake_provider")


def circuit() -> QuantumCircuit:
    made = QuantumCircuit(3)
    made.ry(0.4, 0)
    made.cx(0, 1)
    made.cx(1, 2)
    made.rx(0.7, 1)
    return made


def expectations(isa: QuantumCircuit, model, qubits) -> list[float]:
    saved = isa.copy()
    for qubit in qubits:
        saved.save_expectation_value(Pauli("Z"), [qubit], label=str(qubit))
    data = aer.AerSimulator(noise_model=model, method="density_matrix").run(saved).result().data()
    return [float(data[str(qubit)]) for qubit in qubits]


@pytest.mark.parametrize("relaxation", [True, False])
def test_gates_are_those_of_aers_own_model_on_a_healthy_device(relaxation):
    backend = fake_provider.FakeManilaV2()
    isa = transpile(circuit(), backend, seed_transpiler=1)
    own = aer.noise.NoiseModel.from_backend(backend, thermal_relaxation=relaxation)
    ours = hwcost.noise_model("fake_manila", relaxation=relaxation)
    assert expectations(isa, ours, range(5)) == pytest.approx(expectations(isa, own, range(5)), abs=1e-9)


def test_readout_has_both_probabilities():
    calibration = hwcost.load_calibration("fake_manila")
    model = hwcost.noise_model(calibration)
    for qubit, record in enumerate(calibration.qubits):
        (probabilities,) = [model._local_readout_errors[key].probabilities for key in [(qubit,)]]
        assert probabilities[0][1] == pytest.approx(record.prob_meas1_prep0)
        assert probabilities[1][0] == pytest.approx(record.prob_meas0_prep1)


def test_expectations_are_those_that_validate_simulates():
    """Scheduled with delays, so that waiting is in both; before readout."""
    target = native_target(
        ["sx", "x", "rz"], ["cz"], all_to_all=False, t1_s=80e-6, duration_1q_s=50e-9, duration_2q_s=200e-9,
        readout_s=1e-6, description="line",
    )  # fmt: skip
    calibration = hwcost.load_calibration(target)
    measured = circuit()
    measured.measure_all()
    cost = hwcost.estimate(measured, calibration, shots=1000, num_seeds=1)
    device = hwcost.prepare_device(calibration)
    isa = cost.timeline.isa
    values = simulate([isa], cost.timeline.schedule, device.audited)
    # The same circuit with the waits written out.
    waiting = QuantumCircuit(3)
    for index, (name, qubits) in enumerate(zip(isa.names, isa.qubits, strict=True)):
        if name in ("barrier", "measure"):
            continue
        for qubit, idle_s in zip(qubits, cost.timeline.schedule.idle_before_s[index], strict=True):
            if idle_s > 0.0:
                waiting.delay(idle_s, qubit, unit="s")
        waiting.append(make_gate(name, isa.params[index]), qubits)
    for index, (name, qubits) in enumerate(zip(isa.names, isa.qubits, strict=True)):
        if name == "measure" and cost.timeline.schedule.idle_before_s[index][0] > 0.0:
            waiting.delay(cost.timeline.schedule.idle_before_s[index][0], qubits[0], unit="s")
    found = expectations(waiting, hwcost.noise_model(calibration), values.qubits)
    assert found == pytest.approx(list(values.noisy[0]), abs=1e-9)
    assert np.abs(values.noisy[0] - values.ideal[0]).max() > 0.01


def test_nothing_is_on_excluded_qubits():
    target = native_target(["sx", "rz"], ["cz"], num_qubits=4, all_to_all=False)
    target.update_instruction_properties("measure", (3,), InstructionProperties(duration=1e-6, error=0.6))
    model = hwcost.noise_model(target)
    assert set(model.noise_qubits) == {0, 1, 2}
    assert None not in (hwcost.target(target)["cz"] or {None})
    assert set(hwcost.target(target)["cz"]) == {(0, 1), (1, 0), (1, 2), (2, 1)}
