"""The inverse question of a model: steps, epochs, samples and shots within a budget."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter

import hwcost


def turn():
    circuit = QuantumCircuit(2, name="turn")
    circuit.ry(Parameter("x"), 0)
    circuit.ry(Parameter("w"), 0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


def cost(budget, **options):
    return hwcost.estimate_model(turn(), backend="fake_manila", inputs=["x"], num_seeds=1, budget=budget, **options)


@pytest.mark.parametrize(
    ("options", "unit", "units"),
    [
        ({"scope": "step", "batch_size": 8}, "steps", 1),
        ({"scope": "epoch", "samples": 16, "batch_size": 8}, "epochs", 1),
        ({"scope": "training", "samples": 16, "batch_size": 8, "epochs": 5}, "epochs", 5),
        ({"scope": "inference", "samples": 10, "batch_size": 10}, "samples", 10),
    ],
)
def test_what_fits_is_the_budget_over_the_time_of_one(options, unit, units):
    answer = cost("1h", **options)
    fit = answer.budget
    assert fit.unit == unit
    assert fit.count == int(3600.0 / answer.unified.time_s * units)
    assert fit.count_if_slow == int(3600.0 / answer.unified.high_s * units)


def test_the_whole_fits_with_the_shots_that_are_named():
    options = {"scope": "training", "samples": 16, "batch_size": 8, "epochs": 5}
    fit = cost("10min", **options).budget
    assert fit.shots_per_circuit > 0
    again = cost(None, shots=fit.shots_per_circuit, **options)
    assert again.budget is None
    assert again.unified.time_s <= 600.0 * 1.001
    more = cost(None, shots=fit.shots_per_circuit * 2, **options)
    assert more.unified.time_s > 600.0
    # By the worst inflation the worst observable is as precise as noiseless shots, the mean one more.
    assert fit.standard_error_worst == pytest.approx(fit.shots_per_circuit**-0.5)
    assert fit.standard_error_mean < fit.standard_error_worst


def test_what_does_not_fit_says_so():
    answer = cost(1.0, scope="training", samples=16, batch_size=8, epochs=5)
    assert (answer.budget.count, answer.budget.shots_per_circuit, answer.budget.standard_error_worst) == (0, 0, None)
    assert "does not fit with any number of shots" in str(answer)


def test_the_job_as_requested_takes_no_shots_for_noise():
    answer = cost(None, scope="step", batch_size=8)
    noise_s = answer.unified.parts["shots for noise"]
    assert answer.unified.requested_time_s == pytest.approx(answer.unified.time_s - noise_s)
    assert "As requested, 4,096 shots per circuit" in str(answer)
