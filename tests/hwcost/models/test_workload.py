"""Batches of a workload, and jobs of a model, by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.core.errors import OptionError
from hwcost.jobs.predict import predict
from hwcost.jobs.profile_file import load_profile
from hwcost.jobs.size import JobSize
from hwcost.models.jobs import Execution, LayerRuns, total_jobs
from hwcost.models.workload import workload


@given(st.integers(1, 500), st.integers(1, 100), st.integers(1, 5), st.integers(0, 300))
def test_every_sample_is_passed_once_per_epoch(samples, batch_size, epochs, validation):
    work = workload("training", samples=samples, batch_size=batch_size, epochs=epochs, validation_samples=validation)
    assert work.num_training_samples == samples * epochs
    assert work.num_inference_samples == validation * epochs
    assert work.num_steps == math.ceil(samples / batch_size) * epochs
    assert all(batch.size <= batch_size for batch in work.batches)


def test_scopes():
    assert workload("inference").num_inference_samples == 1
    assert workload("step", batch_size=64).num_training_samples == 64
    assert workload("epoch", samples=100, batch_size=64).num_steps == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"scope": "week"}, "scope is 'week'; choose from inference, step, epoch, training"),
        ({"scope": "epoch"}, "needs the number of training samples"),
        ({"scope": "training", "samples": 5}, "needs the number of epochs"),
        ({"scope": "step", "samples": 5}, "a step has batch_size samples"),
        ({"scope": "step", "epochs": 5}, "epochs belong to the scope training"),
        ({"scope": "inference", "validation_samples": 5}, "validation_samples belong"),
        ({"scope": "epoch", "samples": 0}, "samples is 0; give a whole number from 1"),
        ({"scope": "epoch", "samples": 2.5}, "samples is 2.5"),
        ({"scope": "epoch", "samples": True}, "samples is True"),
        ({"scope": "step", "batch_size": -1}, "batch_size is -1"),
        ({"scope": "step", "batch_size": 10**20}, "batch_size is"),
    ],
)
def test_mistakes(given, words):
    with pytest.raises(OptionError, match=words):
        workload(**given)


ONE = Execution(
    num_circuits=1.0, num_shots=2000.0, num_noiseless_shots=1000.0, qpu_time_s=2000 * 255e-6, circuit_part_s=5e-3,
    delay_part_s=0.25, noise_part_s=1000 * 255e-6, duration_s=5e-6, num_instructions=100.0, depth=20.0, num_qubits=4,
    rep_delay_s=250e-6,
)  # fmt: skip


def test_jobs_by_hand():
    # Ten samples in batches of 4, 4 and 2; 1 circuit forward, 6 for the gradient; at most 10 circuits in a job.
    # Batch of 4: a job of 4; 24 for gradients in jobs of 10, 10, 4. Batch of 2: a job of 2; 12 in jobs of 10, 2.
    layer = LayerRuns(execution=ONE, calls=1, forward=1, gradient=6)
    work = workload("epoch", samples=10, batch_size=4)
    profile = load_profile("ibm")
    total = total_jobs([layer], work, profile, circuits_per_job=10, device="fake_manila")
    assert (total.num_circuits, total.num_jobs) == (10 * 7, 2 * 4 + 3)
    assert (total.num_shots, total.num_noiseless_shots) == (70 * 2000, 70 * 1000)
    assert total.qpu_time_s == pytest.approx(70 * 2000 * 255e-6)
    sizes = [4, 10, 10, 4] * 2 + [2, 10, 2]
    jobs = [
        predict(
            profile, JobSize(shots=2000, num_circuits=n, rep_delay_s=250e-6, total_circuit_duration_s=n * 5e-6,
            total_instructions=n * 100, total_depth=n * 20, num_qubits=4, device="fake_manila",
        ))
        for n in sizes
    ]  # fmt: skip
    assert total.job_times.value == pytest.approx(sum(job.value_s for job in jobs))
    assert total.job_times.low == pytest.approx(sum(job.low_s for job in jobs))
    assert total.job_times.high == pytest.approx(sum(job.high_s for job in jobs))
    assert math.fsum(total.parts.values()) == pytest.approx(total.job_times.value)
    assert total.parts["repetition delay"] == pytest.approx(70 * 0.25)
    assert total.parts["circuits"] == pytest.approx(70 * 1000 * 5e-6)
    assert total.parts["shots for noise"] == pytest.approx(70 * 1000 * 255e-6)
    assert total.parts["mitigation and cutting"] == pytest.approx(0.0, abs=1e-9)


def test_calls_and_layers_are_jobs_of_their_own():
    work = workload("step", batch_size=8)
    profile = load_profile("ibm")
    once = LayerRuns(execution=ONE, calls=1, forward=1, gradient=4)
    thrice = LayerRuns(execution=ONE, calls=3, forward=3, gradient=12)
    assert total_jobs([once], work, profile, circuits_per_job=300, device="x").num_jobs == 2
    assert total_jobs([once, once], work, profile, circuits_per_job=300, device="x").num_jobs == 4
    assert total_jobs([thrice], work, profile, circuits_per_job=300, device="x").num_jobs == 4  # 3 forward, 1 gradient


@given(st.integers(1, 50), st.integers(0, 20), st.integers(1, 40))
def test_smaller_jobs_are_more_jobs_and_never_less_time(batch, gradient, limit):
    layer = LayerRuns(execution=ONE, calls=1, forward=1, gradient=gradient)
    work = workload("step", batch_size=batch)
    profile = load_profile("ibm")
    small = total_jobs([layer], work, profile, circuits_per_job=limit, device="fake_manila")
    large = total_jobs([layer], work, profile, circuits_per_job=10 * limit, device="fake_manila")
    assert small.num_circuits == large.num_circuits == batch * (1 + gradient)
    assert small.num_jobs >= large.num_jobs
    assert small.job_times.value >= large.job_times.value * (1 - 1e-12)
    assert small.qpu_time_s == pytest.approx(large.qpu_time_s)


def test_a_profile_with_fitted_shot_times_keeps_its_own_total():
    iqm = load_profile("iqm-q50") if "iqm-q50" in _profiles() else load_profile("iqm")
    layer = LayerRuns(execution=ONE, calls=1, forward=1, gradient=0)
    total = total_jobs([layer], workload("inference"), iqm, circuits_per_job=300, device="x")
    size = JobSize(
        shots=2000, rep_delay_s=250e-6, total_circuit_duration_s=5e-6, total_instructions=100, total_depth=20,
        num_qubits=4, device="x",
    )  # fmt: skip
    one = predict(iqm, size)
    assert total.job_times.value == pytest.approx(one.value_s)
    assert math.fsum(total.parts.values()) == pytest.approx(one.value_s)


def _profiles():
    from hwcost.core.data_files import calibrations_dir

    return {path.stem for path in (calibrations_dir() / "job_time").glob("*.json")}
