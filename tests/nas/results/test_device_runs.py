"""Compiled circuits on Aer, by Qiskit and by PennyLane: the same device, the same outputs."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("qiskit_aer")
pytest.importorskip("pennylane_qiskit")

import hwcost
import nas
from nas.architectures.record import Architecture, Layer
from nas.results.device_runs import bound_circuits, require_pennylane_qiskit, run_on_backend, run_with_pennylane
from nas.runs.noisy import output_noise

LAYER = Layer(columns=(("y", "x", "y"), ("x", "z", "x")), gate="cx", pairs=((0, 1), (1, 2), (0, 2)))
SHOTS = 20_000
SD = 1.0 / np.sqrt(SHOTS)


def network(embedding, measurement):
    encoded = 8 if embedding == "amplitude" else 3
    return Architecture(
        num_qubits=3, embedding=embedding, num_encoded=encoded, layers=(LAYER,), measurement=measurement
    )


class Case:
    def __init__(self, built, device):
        generator = np.random.default_rng(3)
        self.built, self.device = built, device
        self.weights = generator.uniform(0.0, 2.0 * np.pi, (built.num_columns, built.num_qubits))
        self.encoded = generator.normal(size=(3, built.num_encoded))
        observable = list(nas.observables(built)) if built.measurement == "zz-neighbours" else None
        self.estimate = hwcost.estimate(nas.build_circuit(built), device, observable=observable, num_seeds=1)
        self.noise = output_noise(built, self.estimate, device.audited.calibration)
        self.circuits = bound_circuits(built, self.estimate, self.weights, self.encoded)
        self.backend = hwcost.noisy_backend(device)

    def ideal(self):
        import torch

        circuit = nas.FastCircuit(self.built, dtype=torch.float64)
        with torch.no_grad():
            circuit.weights.copy_(torch.as_tensor(self.weights))
            return circuit(torch.as_tensor(self.encoded)).numpy()

    def simulated(self, **options):
        return run_on_backend(self.built, self.noise, self.circuits, self.backend, shots=SHOTS, **{"seed": 1} | options)


@pytest.fixture(scope="module")
def lima():
    return hwcost.prepare_device("fake_lima")


@pytest.fixture(
    scope="module", params=[("angle-x", "z-each"), ("angle-z", "zz-neighbours"), ("amplitude", "z-first")], ids="-".join
)
def case(request, lima):
    return Case(network(*request.param), lima)


def test_mitigated_outputs_are_nearer_to_the_ideal_ones(case):
    ideal, found = case.ideal(), case.simulated()
    assert found.raw.shape == ideal.shape
    # What is left after mitigation is the gates' part of λ; readout's is most of it on this device.
    gates = np.array(case.noise.attenuation) / case.noise.slopes
    assert np.abs(found.mitigated - gates * ideal).max() < 0.06 + 5 * SD
    assert np.abs(found.raw - case.noise.mean(ideal)).max() < 0.06 + 5 * SD
    assert ((found.mitigated - ideal) ** 2).mean() < ((found.raw - ideal) ** 2).mean()


def test_pennylane_runs_the_same_circuits_on_the_same_qubits(case):
    ours = case.simulated()
    theirs = run_with_pennylane(case.built, case.noise, case.estimate, case.circuits, case.backend, shots=SHOTS, seed=2)
    assert np.abs(theirs.raw - ours.raw).max() < 6 * SD
    assert np.abs(theirs.mitigated - ours.mitigated).max() < 6 * SD / min(case.noise.slopes)
    assert (theirs.raw != ours.raw).any()  # other shots


def test_the_same_seed_gives_the_same_shots_and_progress_is_told(case):
    calls = []
    first = case.simulated(progress=lambda done, total: calls.append((done, total)))
    again, other = case.simulated(), case.simulated(seed=7)
    assert (first.raw == again.raw).all()
    assert (first.raw != other.raw).any()
    assert calls[-1] == (3, 3)


def test_without_noise_and_readout_they_are_the_ideal_values():
    """A device of no errors: what is compiled and bound is the network's circuit."""
    from dataclasses import replace

    calibration = hwcost.load_calibration("fake_lima")
    qubits = tuple(
        replace(q, readout_error=0.0, prob_meas0_prep1=0.0, prob_meas1_prep0=0.0, t1_s=1e3, t2_s=1e3)
        for q in calibration.qubits
    )
    gates = tuple(replace(gate, error=None if gate.error is None else 0.0) for gate in calibration.gates)
    perfect = hwcost.prepare_device(replace(calibration, qubits=qubits, gates=gates))
    made = Case(network("amplitude", "zz-neighbours"), perfect)
    found = made.simulated()
    assert np.abs(found.raw - made.ideal()).max() < 5 * SD
    assert found.mitigated == pytest.approx(found.raw)


def test_pennylane_is_there():
    assert require_pennylane_qiskit().__name__ == "pennylane"
