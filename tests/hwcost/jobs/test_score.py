"""Scores of profiles on jobs that they were not fitted on."""

from __future__ import annotations

import pytest

from hwcost.jobs.fit import fit_job_time
from hwcost.jobs.outliers import find_outliers
from hwcost.jobs.profile_file import load_profile
from hwcost.jobs.score import cross_validate, score
from hwcost.jobs.table import job_table
from timed_jobs import fitted_rows, known_rows, truth


def test_predictions_of_left_out_jobs_are_as_good_as_the_noise() -> None:
    held = job_table(known_rows(seed=9))
    result = score(fit_job_time(known_rows()), held)
    # The median of |N(0, 2 %)| is 0.674 · 2 % = 1.3 %.
    assert result.median_relative_error < 0.02
    assert result.r2 is not None
    assert result.r2 > 0.99
    assert 0.8 <= result.coverage <= 1.0


def test_a_job_that_stood_still_is_left_out_of_the_fit_but_counts_in_the_score() -> None:
    rows = fitted_rows()
    rows[7] = rows[7] | {"observed_s": 100.0 * rows[7]["observed_s"]}
    table = job_table(rows)
    assert [(job.line, job.kind) for job in find_outliers(table)] == [(8, "long")]
    assert score(fit_job_time(table), table).num_left_out == 0


@pytest.mark.parametrize(
    ("name", "group_by", "min_circuits", "error", "r2"),
    [
        ("ibm_osaka", ("family",), 1, 0.075, 0.4),
        ("ibm_osaka", (), 1, 0.075, 0.4),
        ("ibm_mixed", (), 20, 0.05, 0.99),
        ("iqm_vtt-q50", (), 1, 0.04, 0.99),
        ("iqm_helmi", (), 1, 0.035, 0.999),
    ],
)
def test_real_jobs_of_groups_left_out(
    name: str, group_by: tuple[str, ...], min_circuits: int, error: float, r2: float
) -> None:
    result = cross_validate(truth(name), group_by=group_by, min_circuits=min_circuits)
    assert result.median_relative_error <= error
    assert result.r2 is not None
    assert result.r2 >= r2
    assert abs(result.coverage - result.nominal) <= 0.05


@pytest.mark.parametrize("name", ["ibm_osaka", "ibm_mixed"])
def test_built_in_ibm_profile_on_real_jobs(name: str) -> None:
    result = score(load_profile("ibm"), truth(name))
    assert result.median_relative_error < 0.25
    assert result.coverage >= 0.85
