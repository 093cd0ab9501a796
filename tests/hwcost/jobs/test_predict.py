"""Predictions of a job-time profile: hand-worked sums, laws, intervals, files."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.core.errors import OptionError
from hwcost.jobs.predict import OTHER_DEVICE_FACTOR, OTHER_DEVICE_S, OTHER_DEVICE_SHARE, predict
from hwcost.jobs.profile import JobTimeProfile
from hwcost.jobs.profile_file import load_profile
from hwcost.jobs.size import JobSize
from job_profiles import FITTED, KNOWN


def test_known_times_hand_worked() -> None:
    job = predict(
        KNOWN,
        JobSize(
            num_circuits=3, shots=1000, rep_delay_s=250e-6, total_circuit_duration_s=60e-6, total_instructions=2000
        ),
    )
    # 0.5 + 3 · 0.1 + 2000 · 1e-5 + 3 · 1000 · 250e-6 + 1000 · 60e-6
    assert job.parts == pytest.approx(
        {"t0": 0.5, "c_circuit": 0.3, "c_instruction": 0.02, "rep_delay": 0.75, "circuit_duration": 0.06}
    )
    assert job.value_s == pytest.approx(1.63)
    # sqrt(0.3² + 0.163²) below, sqrt(0.4² + 0.326²) above
    assert job.low_s == pytest.approx(1.63 - math.sqrt(0.09 + 0.163**2))
    assert job.high_s == pytest.approx(1.63 + math.sqrt(0.16 + 0.326**2))


def test_shots_time_may_be_given_summed() -> None:
    job = predict(KNOWN, JobSize(num_circuits=3, shots=1000, total_shots_time_s=0.81, total_instructions=2000))
    assert job.value_s == pytest.approx(1.63)


def test_fitted_times_hand_worked() -> None:
    job = predict(FITTED, JobSize(num_circuits=2, shots=1000, total_depth=50, num_qubits=4))
    # 0.8 + 2 · 4 · 0.01 + 2 · 1000 · 400e-6 + 1000 · 50 · 1e-6 + 1000 · 4 · 50 · 2e-7
    assert job.value_s == pytest.approx(0.8 + 0.08 + 0.8 + 0.05 + 0.04)


def test_layer_terms_say_so_where_a_duration_was_given() -> None:
    job = predict(FITTED, JobSize(shots=1000, total_depth=50, num_qubits=4, total_circuit_duration_s=1e-5))
    assert any("in place of circuit durations" in note for note in job.notes)


def test_ibm_charges_the_larger_of_circuits_and_instructions() -> None:
    ibm = load_profile("ibm")
    sizes = {"shots": 1000, "rep_delay_s": 250e-6, "total_circuit_duration_s": 0.005}
    small = predict(ibm, JobSize(total_instructions=100, **sizes))
    large = predict(ibm, JobSize(total_instructions=245_000, **sizes))
    assert small.value_s == pytest.approx(1.8 + 0.077 + 0.25 + 5.0)
    assert large.value_s == pytest.approx(1.8 + 245_000 * 12e-6 + 0.25 + 5.0)


def test_usage_guide_is_two_seconds_plus_executions() -> None:
    guide = load_profile("ibm_usage_guide")
    job = predict(guide, JobSize(num_circuits=10, shots=4000, rep_delay_s=250e-6, total_circuit_duration_s=10 * 4e-6))
    # 2 + 40,000 executions · 254 us
    assert job.value_s == pytest.approx(2.0 + 40_000 * 254e-6)
    assert "estimate-job-run-time" in guide.source
    assert "not IBM's" in guide.interval.source


@pytest.mark.parametrize("name", ["ibm", "ibm_usage_guide", "iqm"])
def test_built_in_profiles_work_with_what_an_estimate_knows(name: str) -> None:
    job = predict(
        load_profile(name),
        JobSize(
            num_circuits=1,
            shots=4096,
            rep_delay_s=250e-6,
            total_circuit_duration_s=3e-6,
            total_instructions=120,
            total_depth=40,
            num_qubits=5,
        ),
    )
    assert 0.0 <= job.low_s < job.value_s < job.high_s
    assert job.nominal == 0.9


def test_unknown_rep_delay_is_assumed_aloud() -> None:
    job = predict(load_profile("ibm"), JobSize(shots=1000, total_depth=10))
    assert any("rep_delay not known" in note for note in job.notes)
    assert any("taken from depth" in note for note in job.notes)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"shots": -1}, "shots is -1"),
        ({"shots": math.nan}, "shots is nan"),
        ({"shots": 10, "total_instructions": 5}, "needs rep_delay_s"),
        ({"shots": 10, "rep_delay_s": 1e-4, "total_instructions": 5}, "needs total_circuit_duration_s"),
        ({"shots": 10, "rep_delay_s": 1e-4, "total_circuit_duration_s": 1e-6}, "needs total_instructions"),
    ],
)
def test_missing_sizes_are_named(sizes: dict[str, float], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        predict(KNOWN, JobSize(**sizes))  # type: ignore[arg-type]


def test_other_device_says_so_and_widens() -> None:
    sizes = {"shots": 1000, "total_shots_time_s": 0.26, "total_instructions": 0}
    own = predict(KNOWN, JobSize(device="fake_here", **sizes))  # type: ignore[arg-type]
    other = predict(KNOWN, JobSize(device="ibm_there", **sizes))  # type: ignore[arg-type]
    assert own.notes == ()
    assert "fitted on ibm_here, not on ibm_there" in other.notes[0]
    assert other.value_s == own.value_s
    value = own.value_s
    above = math.hypot(
        OTHER_DEVICE_FACTOR * 0.4, OTHER_DEVICE_FACTOR * 0.2 * value, OTHER_DEVICE_S, OTHER_DEVICE_SHARE * value
    )
    assert other.high_s == pytest.approx(value + above)
    assert other.low_s == 0.0


def test_far_outside_the_fitted_range_says_so_and_widens() -> None:
    fitted = replace(KNOWN, ranges={"shots": (1000.0, 4000.0)})
    inside = predict(fitted, JobSize(shots=8000, total_shots_time_s=2.0, total_instructions=0))
    outside = predict(fitted, JobSize(shots=8001, total_shots_time_s=2.0, total_instructions=0))
    assert inside.notes == ()
    assert "far outside" in outside.notes[0]
    assert outside.high_s - outside.value_s == pytest.approx(2.0 * (inside.high_s - inside.value_s))


def test_far_outside_the_range_the_intervals_of_the_constants_count() -> None:
    # 100,000 shots · tau: the constant alone is uncertain by 10 %, 4 s, more than the residuals of small jobs.
    item = replace(
        FITTED,
        ranges={"shots": (500.0, 1000.0)},
        interval=replace(FITTED.interval, low_share=0.0, high_share=0.0),
    )
    job = predict(item, JobSize(shots=100_000, total_depth=0, num_qubits=1))
    assert job.value_s == pytest.approx(0.8 + 0.01 + 40.0)
    assert job.high_s == pytest.approx(1.1 * 40.81)
    assert job.low_s == pytest.approx(0.9 * 40.81)


sizes = st.fixed_dictionaries(
    {
        "num_circuits": st.integers(0, 300),
        "shots": st.integers(0, 100_000),
        "total_instructions": st.integers(0, 10**6),
        "total_depth": st.integers(0, 10**5),
        "num_qubits": st.integers(1, 156),
        "rep_delay_s": st.floats(0.0, 1e-2),
        "total_circuit_duration_s": st.floats(0.0, 1.0),
    }
)
profiles = st.sampled_from([KNOWN, FITTED, *map(load_profile, ("ibm", "ibm_usage_guide", "iqm"))])


@given(item=profiles, size=sizes, device=st.sampled_from([None, "ibm_here", "elsewhere"]))
def test_law_interval_contains_a_non_negative_value(
    item: JobTimeProfile, size: dict[str, float], device: str | None
) -> None:
    job = predict(item, JobSize(device=device, **size))  # type: ignore[arg-type]
    assert 0.0 <= job.low_s <= job.value_s <= job.high_s
    assert math.fsum(job.parts.values()) == job.value_s


@given(item=profiles, size=sizes, more=st.integers(1, 10_000))
def test_law_linear_and_rising_in_shots(item: JobTimeProfile, size: dict[str, float], more: int) -> None:
    def seconds(shots: float) -> float:
        return predict(item, JobSize(**(size | {"shots": shots}))).value_s  # type: ignore[arg-type]

    base, one, two = (seconds(size["shots"] + k * more) for k in range(3))
    assert one >= base
    assert two - one == pytest.approx(one - base, rel=1e-6, abs=1e-9 * two)


@given(item=profiles, size=sizes, name=st.sampled_from(["num_circuits", "total_instructions", "total_depth"]))
def test_law_never_falls_with_more_work(item: JobTimeProfile, size: dict[str, float], name: str) -> None:
    more = size | {name: size[name] * 2 + 1}
    assert predict(item, JobSize(**more)).value_s >= predict(item, JobSize(**size)).value_s  # type: ignore[arg-type]


@given(item=profiles, size=sizes)
def test_law_another_device_never_narrows(item: JobTimeProfile, size: dict[str, float]) -> None:
    own, other = predict(item, JobSize(**size)), predict(item, JobSize(device="elsewhere", **size))  # type: ignore[arg-type]
    assert other.low_s <= own.low_s
    assert other.high_s > own.high_s
