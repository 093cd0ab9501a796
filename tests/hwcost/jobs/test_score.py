"""Scores of profiles on jobs that they were not fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hwcost.jobs.fit import fit_job_time
from hwcost.jobs.outliers import find_outliers
from hwcost.jobs.profile_file import load_profile
from hwcost.jobs.score import cross_validate, score
from hwcost.jobs.table import JobTable, job_table, read_job_table
from places import TRUTH

Rows = list[dict[str, Any]]


def known_rows(num: int = 80, *, seed: int = 1, noise: float = 0.02) -> Rows:
    """Jobs with known times: t = 1.5 + 0.05·n + 1e-5·I + shots·(n·250e-6 + T)."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(num):
        n, shots = int(rng.integers(1, 60)), int(rng.choice([1000, 4000, 8000, 20000]))
        instructions = int(n * rng.integers(100, 20_000))
        duration = n * float(rng.uniform(1e-6, 1e-4))
        seconds = 1.5 + 0.05 * n + 1e-5 * instructions + shots * (n * 250e-6 + duration)
        rows.append(
            {
                "num_circuits": n,
                "shots": shots,
                "total_circuit_duration_s": duration,
                "total_instructions": instructions,
                "rep_delay_s": 250e-6,
                "observed_s": seconds * float(np.exp(noise * rng.standard_normal())),
            }
        )
    return rows


def fitted_rows(num: int = 120, *, seed: int = 2, noise: float = 0.02) -> Rows:
    """Jobs without durations: t = 0.8 + 400e-6·n·s + 2e-6·s·D + 0.01·n·q."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(num):
        n, shots, qubits = int(rng.integers(1, 25)), int(rng.integers(1000, 50_000)), int(rng.integers(2, 50))
        depth = int(n * rng.integers(5, 200))
        seconds = 0.8 + 400e-6 * n * shots + 2e-6 * shots * depth + 0.01 * n * qubits
        rows.append(
            {
                "backend": "testq",
                "num_circuits": n,
                "shots": shots,
                "num_qubits": qubits,
                "total_depth": depth,
                "observed_s": seconds * float(np.exp(noise * rng.standard_normal())),
            }
        )
    return rows


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


def truth(name: str) -> JobTable:
    path = TRUTH / f"jobs_{name}_dev.csv"
    if not path.is_file():
        pytest.skip("the tables of real jobs are not at hand")
    return read_job_table(path)


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
