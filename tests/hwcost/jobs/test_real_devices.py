"""Profiles on devices that they were not fitted on, where the tables of real jobs are at hand."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from hwcost.jobs.calibrate import calibrate_job_time
from hwcost.jobs.predict import predict
from hwcost.jobs.profile_file import load_profile
from hwcost.jobs.score import cross_validate, score
from hwcost.jobs.table import job_table
from places import TRUTH
from timed_jobs import truth


def rows_of(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        pytest.skip("the tables of real jobs are not available")
    with path.open(newline="") as file:
        return [{k: v for k, v in row.items() if k != "num_qubits"} for row in csv.DictReader(file)]


def test_the_built_in_heron_profile_on_its_jobs() -> None:
    result = score(load_profile("ibm-heron"), job_table(rows_of(TRUTH / "jobs_heron_2025_26.csv")))
    assert result.median_relative_error <= 0.08
    assert 0.85 <= result.coverage <= 0.95


def test_osaka_by_left_out_families() -> None:
    result = cross_validate(truth("ibm_osaka"), group_by=("family",))
    assert 0.85 <= result.coverage <= 0.95


def test_five_own_jobs_of_machines_of_2021() -> None:
    settings = defaultdict(list)
    for row in rows_of(TRUTH / "jobs_ibm_2021.csv"):
        settings[row["backend"], row["num_circuits"], row["shots"]].append(row)
    errors = []
    for rows in settings.values():
        order = np.random.default_rng(0).permutation(len(rows))
        profile = calibrate_job_time([rows[i] for i in order[:5]], "ibm")
        held = job_table([rows[i] for i in order[5:45]])
        for row, observed_s in enumerate(held.columns["observed_s"]):
            errors.append(abs(predict(profile, held.size(row)).value_s / observed_s - 1.0))
    assert np.median(errors) <= 0.03
