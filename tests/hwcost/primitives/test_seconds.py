"""Seconds of a job from its runs, by hand."""

from __future__ import annotations

import dataclasses
import math

import pytest

from hwcost.primitives.counts import Run
from hwcost.primitives.seconds import TimedRun, job_seconds, job_size, job_time, purpose_text, run_cost, widened
from hwcost.primitives.timing import time_circuit
from primitive_jobs import conditions, isa_bell

FIRST = TimedRun(
    run=Run(purpose="computation", pub=0, noise_factor=3.0, num_circuits=10, shots=100),
    duration_s=4e-6,
    num_instructions=50,
    depth=7,
    num_qubits=2,
)
SECOND = TimedRun(
    run=Run(purpose="readout learning", pub=None, noise_factor=None, num_circuits=20, shots=150),
    duration_s=1e-6,
    num_instructions=30,
    depth=1,
    num_qubits=5,
)
APART = dataclasses.replace(
    SECOND, run=Run(purpose="noise learning", pub=None, noise_factor=None, num_circuits=9, shots=9, in_job=False)
)


def test_the_size_of_a_job():
    size = job_size([FIRST, SECOND], conditions())
    assert (size.num_circuits, size.shots, size.total_instructions, size.total_depth) == (2, 2000, 80, 8)
    assert (size.num_qubits, size.device) == (5, "fake_manila")
    delay = conditions().rep_delay_s
    assert size.total_shots_time_s == pytest.approx(1000 * (4e-6 + delay) + 3000 * (1e-6 + delay), rel=1e-12)
    # Mean duration times two circuits.
    assert size.total_circuit_duration_s == pytest.approx((1000 * 4e-6 + 3000 * 1e-6) / 4000 * 2, rel=1e-12)


def test_seconds_by_hand():
    seconds = job_seconds([FIRST, SECOND, APART], conditions())
    delay = 4000 * conditions().rep_delay_s
    # Profile ibm: 1.8 s and 0.077 s for each of two circuits.
    assert seconds.parts["job overhead"] == pytest.approx(1.8 + 2 * 0.077, abs=1e-9)
    assert seconds.parts["repetition delay"] == pytest.approx(delay, rel=1e-9)
    assert seconds.parts["circuits"] == pytest.approx(7e-3, rel=1e-6)
    assert seconds.value_s == pytest.approx(math.fsum(seconds.parts.values()), rel=1e-12)
    assert seconds.qpu_time_s == pytest.approx(delay + 7e-3, rel=1e-12)
    assert math.fsum(seconds.purposes.values()) == pytest.approx(seconds.qpu_time_s, rel=1e-9)
    assert set(seconds.purposes) == {"computation, noise × 3", "readout learning"}
    assert seconds.low_s < seconds.value_s < seconds.high_s
    assert job_time([FIRST, SECOND, APART], conditions()).value_s == seconds.value_s


def test_profiles_that_fit_the_time_between_shots_are_split_alike():
    fitted = job_seconds([FIRST, SECOND], conditions(job_profile="iqm"))
    assert fitted.value_s == pytest.approx(math.fsum(fitted.parts.values()), rel=1e-9)
    assert fitted.parts["circuits"] / fitted.parts["repetition delay"] == pytest.approx(
        7e-3 / (4000 * conditions().rep_delay_s), rel=1e-9
    )


def test_a_run_and_what_a_report_says_of_it():
    circuit = time_circuit(isa_bell(), conditions())
    timed = TimedRun.of(FIRST.run, circuit, None, conditions())
    assert timed.duration_s == circuit.duration_s(None, None)
    cost = run_cost(timed, conditions())
    assert (cost.executions, cost.noise_factor) == (1000, 3.0)
    assert cost.qpu_time_s == pytest.approx(1000 * (timed.duration_s + conditions().rep_delay_s), rel=1e-12)
    assert purpose_text(FIRST.run) == "computation, noise × 3"
    assert purpose_text(SECOND.run) == "readout learning"


def test_an_interval_that_reaches_over_others():
    seconds = job_seconds([FIRST], conditions())
    ends = [dataclasses.replace(seconds, low_s=0.1, high_s=3.0), dataclasses.replace(seconds, low_s=1.0, high_s=99.0)]
    wide = widened(seconds, ends)
    assert (wide.low_s, wide.high_s, wide.value_s) == (0.1, 99.0, seconds.value_s)
