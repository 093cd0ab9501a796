"""Fits of job-time profiles: planted constants, wrong rows, bad tables, and real jobs where they are at hand."""

from __future__ import annotations

import numpy as np
import pytest

from hwcost.core.errors import InputError, OptionError
from hwcost.jobs.fit import fit_job_time
from hwcost.jobs.outliers import MIN_JOBS
from hwcost.jobs.predict import predict
from hwcost.jobs.score import cross_validate, score
from hwcost.jobs.size import JobSize
from hwcost.jobs.table import job_table
from timed_jobs import constants, fitted_rows, known_rows


def test_known_times_recover_the_planted_constants() -> None:
    profile = fit_job_time(known_rows(noise=1e-6))
    assert (profile.repetition, profile.circuit_time) == ("rep_delay", "duration")
    assert constants(profile) == pytest.approx({"t0": 1.5, "c_circuit": 0.05, "c_instruction": 1e-5}, rel=1e-3)


def test_intervals_of_the_constants_hold_the_planted_ones() -> None:
    profile = fit_job_time(known_rows())
    planted = {"t0": 1.5, "c_circuit": 0.05, "c_instruction": 1e-5}
    for parameter in profile.parameters:
        # 90 % intervals: allow the ends twice their distance, so that the seed does not decide.
        slack = parameter.high - parameter.low
        assert parameter.low - slack <= planted[parameter.name] <= parameter.high + slack
        assert parameter.low < parameter.value < parameter.high


def test_unknown_times_recover_the_planted_terms() -> None:
    profile = fit_job_time(fitted_rows(noise=1e-6))
    assert (profile.repetition, profile.circuit_time) == ("fitted", "fitted")
    planted = {"t0": 0.8, "tau": 400e-6, "layer_time": 2e-6, "c_qubit": 0.01}
    found = constants(profile)
    assert {name: found[name] for name in planted} == pytest.approx(planted, rel=1e-2)
    assert all(name in planted or value == pytest.approx(0.0, abs=1e-9) for name, value in found.items())


def test_durations_without_rep_delay_fit_the_repetition_time() -> None:
    rows = [{name: value for name, value in row.items() if name != "rep_delay_s"} for row in known_rows(noise=1e-4)]
    profile = fit_job_time(rows)
    assert (profile.repetition, profile.circuit_time) == ("fitted", "duration")
    assert constants(profile)["tau"] == pytest.approx(250e-6, rel=0.01)


def test_a_fitted_profile_records_the_repetition_delays_of_its_jobs() -> None:
    rows = [row | {"rep_delay_s": 300e-6} for row in known_rows(num=20)] + known_rows()
    assert fit_job_time(rows, num_bootstrap=0).ranges["rep_delay_s"] == (250e-6, 300e-6)
    without = [{name: value for name, value in row.items() if name != "rep_delay_s"} for row in known_rows()]
    assert "rep_delay_s" not in fit_job_time(without, num_bootstrap=0).ranges


def test_a_wrong_rep_delay_is_found_where_no_duration_contradicts_it() -> None:
    rows = [row | {"rep_delay_s": 300e-6} for row in fitted_rows()]
    profile = fit_job_time(rows)
    assert profile.repetition == "fitted"
    assert any("rep_delay of the table not used" in note for note in profile.notes)


def test_a_term_not_crossed_with_shots_is_dropped() -> None:
    """Deep circuits ran only with few shots, and the noise happens to favour a layer time: refuse it all the same."""
    rng = np.random.default_rng(4)
    rows = []
    for i in range(80):
        shots, depth = (1000, int(rng.integers(5, 500))) if i < 60 else (int(rng.integers(10_000, 90_000)), 5)
        seconds = (2.6 + 431e-6 * shots + (2e-4 * depth if shots == 1000 else 0.0)) * rng.uniform(0.97, 1.03)
        rows.append({"num_circuits": 1, "shots": shots, "num_qubits": 2, "total_depth": depth, "observed_s": seconds})
    profile = fit_job_time(rows)
    assert "layer_time" not in constants(profile)
    assert any("layer_time not considered" in note for note in profile.notes)
    # A deep job of many shots is not blown up: 89,000 shots of 500 layers stay near 2.6 + 38 s.
    job = predict(profile, JobSize(shots=89_000, total_depth=500, num_qubits=2))
    assert job.value_s == pytest.approx(41.0, rel=0.1)


def test_constant_shots_leave_circuits_in_the_repetition_time() -> None:
    rows = [
        {"num_circuits": n, "shots": 1000, "observed_s": 1.0 + n * 1000 * 300e-6} for n in range(1, 30) for _ in (1, 2)
    ]
    assert set(constants(fit_job_time(rows))) == {"t0", "tau"}


def test_the_simpler_model_wins_where_nothing_more_is_in_the_jobs() -> None:
    rows = [row | {"observed_s": 2.0 + 300e-6 * row["num_circuits"] * row["shots"]} for row in fitted_rows()]
    rng = np.random.default_rng(0)
    noisy = [row | {"observed_s": row["observed_s"] * rng.uniform(0.95, 1.05)} for row in rows]
    assert set(constants(fit_job_time(noisy))) == {"t0", "tau"}


def test_qubits_summed_over_circuits_are_not_taken_for_a_width() -> None:
    rows = [row | {"num_qubits": row["num_qubits"] % 3 * row["num_circuits"] + 4 * row["num_circuits"]}
            for row in fitted_rows()]  # fmt: skip
    profile = fit_job_time(rows)
    assert not set(constants(profile)) & {"c_qubit", "shot_qubit_time", "qubit_layer_time"}
    assert any("sum over the circuits" in note for note in profile.notes)


def test_same_seed_same_profile() -> None:
    assert fit_job_time(known_rows(), seed=3).to_json() == fit_job_time(known_rows(), seed=3).to_json()


def test_seconds_scale_with_the_clock() -> None:
    """Jobs that all take twice as long have constants twice as large (fitted repetition, so that nothing is fixed)."""
    rows = fitted_rows(60)
    once = fit_job_time(rows, num_bootstrap=0)
    twice = fit_job_time([row | {"observed_s": 2.0 * row["observed_s"]} for row in rows], num_bootstrap=0)
    assert constants(twice) == pytest.approx({name: 2.0 * value for name, value in constants(once).items()}, rel=1e-3)


def test_profile_of_another_device_covers_where_its_own_interval_would_not() -> None:
    profile = fit_job_time(fitted_rows())
    slower = [row | {"backend": "other", "observed_s": 1.25 * row["observed_s"]} for row in fitted_rows(seed=5)]
    result = score(profile, job_table(slower))
    assert result.coverage > 0.9
    assert any("not on other" in note for note in result.notes)
    assert score(profile, job_table(slower), device="testq").coverage < 0.2


def test_too_few_jobs_and_groups_are_refused() -> None:
    with pytest.raises(InputError, match=f"{MIN_JOBS - 1} usable jobs"):
        fit_job_time(known_rows(MIN_JOBS - 1))
    with pytest.raises(InputError, match="all jobs are one group"):
        fit_job_time([row | {"group": "a"} for row in known_rows()])
    with pytest.raises(OptionError, match="no column colour"):
        fit_job_time(known_rows(), group_by=("colour",))


def test_few_jobs_fit_few_terms_and_say_that_the_interval_is_rough() -> None:
    profile = fit_job_time(fitted_rows(MIN_JOBS))
    assert len(profile.parameters) == 2
    assert any("may hold fewer jobs than stated" in note for note in profile.notes)


def test_group_column_is_left_out_whole() -> None:
    rows = [row | {"group": f"g{i % 4}"} for i, row in enumerate(known_rows())]
    assert fit_job_time(rows, num_bootstrap=0).num_groups == 4
    assert cross_validate(job_table(rows)).num_groups == 4
