"""Jobs that did not run as asked are found, and no others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hwcost.jobs.fit import fit_job_time
from hwcost.jobs.outliers import find_outliers
from hwcost.jobs.table import job_table
from timed_jobs import constants, fitted_rows, known_rows, truth


@pytest.mark.parametrize("make", [known_rows, fitted_rows])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.25])
def test_simulator_and_cancelled_jobs_are_found_listed_and_left_out(make: Any, share: float) -> None:
    rows = make(200)
    clean = fit_job_time(rows, num_bootstrap=0)
    rng = np.random.default_rng(0)
    wrong = rng.permutation(len(rows))[: int(share * len(rows))]
    for i in wrong:
        rows[i] = rows[i] | {"observed_s": rows[i]["observed_s"] * 10.0 ** rng.uniform(-5.0, -1.0)}
    profile = fit_job_time(rows, num_bootstrap=0)
    found = {job.line - 1 for job in profile.left_out}
    assert found == set(wrong.tolist())
    assert all(job.reason for job in profile.left_out)
    assert constants(profile) == pytest.approx(constants(clean), rel=0.25)


def test_nothing_is_left_out_of_a_clean_table() -> None:
    assert find_outliers(job_table(known_rows(noise=0.1))) == ()
    assert find_outliers(job_table(fitted_rows(noise=0.1))) == ()


def test_physical_floor_by_hand() -> None:
    # 4000 · (2 · 250 us + 20 us) = 2.08 s; 0.6 of it is 1.25 s.
    row = {"num_circuits": 2, "shots": 4000, "rep_delay_s": 250e-6, "total_circuit_duration_s": 20e-6}
    table = job_table([row | {"observed_s": 1.24}, row | {"observed_s": 1.26}])
    assert [(job.line, job.kind) for job in find_outliers(table)] == [(1, "impossible")]


def test_real_tables_contain_jobs_that_did_not_run() -> None:
    table = truth("ibm_mixed")
    profile = fit_job_time(table, num_bootstrap=0)
    left_out = {job.line for job in profile.left_out}
    observed, circuits, shots = (np.array(table.columns[name]) for name in ("observed_s", "num_circuits", "shots"))
    per_shot = observed / (circuits * shots)
    assert {line for line, time in zip(table.lines, per_shot, strict=True) if time < 150e-6} <= left_out
    assert len(left_out) < 0.03 * len(table)
    assert constants(profile)["tau"] == pytest.approx(250e-6, rel=0.15)
