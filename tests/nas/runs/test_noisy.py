"""Accuracies under predicted noise: deterministic, right in their limits, and those of Aer to two points."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("moocore")

import hwcost
import nas
from nas.architectures.record import Architecture, Layer
from nas.runs.context import make_context
from nas.runs.evaluate import evaluate, evaluate_group, train_again, training_seed
from nas.runs.noisy import (
    OutputNoise,
    ReadoutLine,
    circuit_outputs,
    classes_of,
    measured_qubits,
    noisy_accuracy,
    output_noise,
    readout_line,
)
from small_search import GENOME, small_config

CLEAN = ReadoutLine(slope=1.0, offset=0.0)
LAYER = Layer(columns=(("y", "x", "y"), ("x", "z", "x")), gate="cx", pairs=((0, 1), (1, 2)))
SEED = 4


def network(measurement="z-each"):
    return Architecture(num_qubits=3, embedding="angle-x", num_encoded=3, layers=(LAYER,), measurement=measurement)


@pytest.fixture(scope="module")
def data():
    return nas.load_dataset("breast-cancer")


@pytest.fixture(scope="module")
def trained(data):
    return nas.train_network(network(), data, nas.TrainSettings(epochs=8, learning_rate=0.02), SEED)


@pytest.fixture(scope="module")
def device():
    return hwcost.prepare_device("fake_sherbrooke")


def estimated(device, measurement="z-each", **options):
    built = network(measurement)
    observable = list(nas.observables(built)) if measurement == "zz-neighbours" else None
    return hwcost.estimate(nas.build_circuit(built), device, observable=observable, num_seeds=1, **options)


def noise(value, outputs=3, line=CLEAN):
    return OutputNoise(attenuation=(value,) * outputs, readout=((line,),) * outputs)


def accuracy(trained, data, made, **options):
    given = {"shots": 1000, "seed": 1} | options
    return noisy_accuracy(trained.model, *data.validation_part(), made, **given)


def test_without_noise_and_with_many_shots_it_is_the_accuracy_of_the_training(trained, data):
    exact = trained.record.best_validation_accuracy
    assert accuracy(trained, data, noise(1.0), shots=10**9) == pytest.approx(exact)
    outputs = circuit_outputs(trained.model, data.validation_part()[0])
    assert (classes_of(trained.model, outputs) == data.validation_part()[1]).mean() == pytest.approx(exact)


def test_where_nothing_is_left_every_sample_gets_one_answer(trained, data):
    features, labels = data.validation_part()
    assert classes_of(trained.model, noise(0.0).mean(circuit_outputs(trained.model, features))).std() == 0.0
    shares = [float((labels == number).mean()) for number in range(2)]
    found = accuracy(trained, data, noise(0.0), shots=10**9)
    assert min(abs(found - share) for share in shares) < 1e-12


def test_fewer_shots_cost_accuracy_and_seeds_are_kept(trained, data):
    exact = accuracy(trained, data, noise(1.0), shots=10**9)
    few = [accuracy(trained, data, noise(1.0), shots=5, seed=seed) for seed in (1, 1, 2)]
    assert few[0] == few[1] != few[2]
    assert max(few) < exact - 0.02


def test_drawn_values_have_the_mean_and_the_variance_of_shots():
    made = noise(0.8, outputs=1, line=ReadoutLine(slope=0.9, offset=0.05))
    ideal = np.full((20_000, 1), 0.5)
    drawn = made.drawn(ideal, 50, np.random.default_rng(0))
    mean = 0.8 * 0.5 + 0.05
    assert made.mean(ideal[:1]) == pytest.approx(np.array([[mean]]))
    assert drawn.mean() == pytest.approx(mean, abs=4e-3)
    assert drawn.var() == pytest.approx((1.0 - mean**2) / 50, rel=0.05)
    assert made.mitigated(drawn).mean() == pytest.approx(0.8 * 0.5 / 0.9, abs=5e-3)


def test_values_stay_expectation_values():
    made = noise(1.0, outputs=1, line=ReadoutLine(slope=0.8, offset=0.2))
    assert made.mean(np.array([[1.0], [-1.0]])).tolist() == [[1.0], [-0.8]]


def test_two_qubits_have_the_product_of_their_lines():
    lines = (ReadoutLine(slope=0.9, offset=0.1), ReadoutLine(slope=0.8, offset=-0.2))
    made = OutputNoise(attenuation=(0.5,), readout=(lines,))
    assert made.slopes == pytest.approx([0.72])
    assert made.offsets == pytest.approx([-0.02])


def test_readout_lines_are_those_of_the_calibration(device):
    calibration = device.audited.calibration
    record = calibration.qubits[5]
    line = readout_line(calibration, 5)
    assert line.slope == 1.0 - record.prob_meas0_prep1 - record.prob_meas1_prep0
    assert line.offset == record.prob_meas0_prep1 - record.prob_meas1_prep0
    qubits = list(calibration.qubits)
    qubits[5] = dataclasses.replace(record, prob_meas0_prep1=None, readout_error=0.03)
    assert readout_line(dataclasses.replace(calibration, qubits=tuple(qubits)), 5) == ReadoutLine(
        slope=0.94, offset=0.0
    )
    qubits[5] = dataclasses.replace(record, prob_meas0_prep1=None, readout_error=None)
    assert readout_line(dataclasses.replace(calibration, qubits=tuple(qubits)), 5) == CLEAN


@pytest.mark.parametrize(("measurement", "qubits"), [("z-each", 1), ("z-first", 1), ("zz-neighbours", 2)])
def test_each_output_has_its_attenuation_and_its_qubits(device, measurement, qubits):
    estimate = estimated(device, measurement)
    built = network(measurement)
    made = output_noise(built, estimate, device.audited.calibration)
    assert len(made.attenuation) == built.num_outputs
    assert {len(lines) for lines in made.readout} == {qubits}
    assert all(0.0 < value < slope <= 1.0 for value, slope in zip(made.attenuation, made.slopes, strict=True))
    if qubits == 1:
        rows = estimate.shots.attenuation
        assert tuple(row.qubit for row in rows) == measured_qubits(estimate)
        assert made.readout == tuple((readout_line(device.audited.calibration, row.qubit),) for row in rows)


def test_an_estimate_of_durations_alone_has_no_noise(device):
    assert (
        output_noise(network(), estimated("fake_sherbrooke", durations_only=True), device.audited.calibration) is None
    )


def test_it_predicts_what_aer_gives(trained, data, device):
    """One network here; `tests/benchmarks/noisy_accuracy.py` has twenty."""
    pytest.importorskip("qiskit_aer")
    from nas.results.device_runs import bound_circuits, run_on_backend

    estimate = estimated(device)
    made = output_noise(network(), estimate, device.audited.calibration)
    features, labels = data.validation_part()
    import torch

    with torch.no_grad():
        encoded = trained.model.before(torch.as_tensor(features, dtype=torch.float32)).double().numpy()
    weights = trained.model.quantum.weights.detach().double().numpy()
    circuits = bound_circuits(network(), estimate, weights, encoded)
    run = run_on_backend(network(), made, circuits, hwcost.noisy_backend(device), shots=1024, seed=0)
    simulated = (classes_of(trained.model, run.raw) == labels).mean()
    assert accuracy(trained, data, made, shots=1024) == pytest.approx(simulated, abs=0.02)
    ideal = circuit_outputs(trained.model, features)
    assert np.sqrt(((run.raw - made.mean(ideal)) ** 2).mean()) < 0.045  # 0.03 is that of the shots


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A search for it on a device whose readout is poor."""
    folder = tmp_path_factory.mktemp("noisy")
    objectives = ("noisy_validation_error", "parameters")
    return make_context(
        small_config(folder, backend="fake_manila", objectives=objectives, shots=64, num_seeds=1, num_train_seeds=2)
    )


def test_a_search_evaluates_the_trained_weights_under_noise(searched):
    found = evaluate(searched, GENOME)
    built = nas.architecture(searched.space, GENOME)
    hashed = nas.architecture_hash(built)
    cost = hwcost.estimate(nas.build_circuit(built), searched.hwcost_device(), shots=64, num_seeds=1)
    made = output_noise(built, cost, searched.hwcost_device().audited.calibration)
    expected = []
    for number in range(2):
        seed = training_seed(0, hashed, number)
        data = searched.data(number)  # the second training validates on other samples
        again = nas.train_network(built, data, searched.config.train_settings(), seed)
        part = data.validation_part()
        expected.append(noisy_accuracy(again.model, *part, made, shots=64, seed=[seed, 2]))
    assert found.accuracies == pytest.approx(expected, abs=0.01)  # trained together, to rounding
    assert found.objectives["noisy_validation_error"] == pytest.approx(1.0 - sum(found.accuracies) / 2)
    assert found.accuracies != tuple(record["best_validation_accuracy"] for record in found.trainings)
    assert evaluate(searched, GENOME) == found


def test_networks_evaluated_together_are_those_of_one_after_the_other(searched):
    genomes = [GENOME, {**GENOME, "rotation_1": "ry"}]
    together = evaluate_group(searched, genomes)
    for one, alone in zip(together, [evaluate(searched, genome) for genome in genomes], strict=True):
        assert one.accuracies == pytest.approx(alone.accuracies, abs=0.02)
        assert one.state == "COMPLETE"


def test_a_further_training_counts_with_its_noise(searched):
    first, again = evaluate(searched, GENOME), train_again(searched, GENOME, 2, 1)
    assert again.state == "COMPLETE"
    both = first.with_training(again)
    assert both.accuracies == (*first.accuracies, *again.accuracies)
    assert both.objectives["noisy_validation_error"] == pytest.approx(1.0 - sum(both.accuracies) / 3)
    assert train_again(searched, GENOME, 2, 1) == again
