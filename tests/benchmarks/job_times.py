"""How well job times are predicted: fits to other jobs, built-in profiles, and five own jobs.

    python tests/benchmarks/job_times.py FOLDER

FOLDER has tables of timed jobs that are not part of this repository: `jobs_ibm_osaka_dev.csv`,
`jobs_ibm_mixed_dev.csv`, `jobs_iqm_helmi_dev.csv`, `jobs_iqm_vtt-q50_dev.csv`, `jobs_heron_2025_26.csv` and
`jobs_ibm_2021.csv`; what is not there is left out. The columns are those of `hwcost jobs fit`.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from heron_profile import left_out_devices, read_rows

from hwcost.jobs.calibrate import calibrate_job_time
from hwcost.jobs.predict import predict
from hwcost.jobs.profile_file import load_profile
from hwcost.jobs.score import JobTimeScore, cross_validate, score
from hwcost.jobs.table import job_table, read_job_table

OWN_JOBS = 5

# Table, what it holds, columns that make a group (none: as in a fit), smallest number of circuits.
CROSS_VALIDATED: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    ("jobs_ibm_osaka_dev.csv", "`ibm_osaka`, single large circuits, whole families left out", ("family",), 1),
    ("jobs_ibm_mixed_dev.csv", "mixed IBM machines, jobs of 20 circuits and more", (), 20),
    ("jobs_ibm_mixed_dev.csv", "mixed IBM machines, all jobs", (), 1),
    ("jobs_iqm_helmi_dev.csv", "IQM Helmi", (), 1),
    ("jobs_iqm_vtt-q50_dev.csv", "VTT Q50", (), 1),
)

Row = tuple[str, str, int, float, float | None, float]


def with_own_jobs(rows: Sequence[dict[str, str]]) -> tuple[np.ndarray, np.ndarray]:
    """Return relative errors of jobs after those that the profile `ibm` was shifted to, and whether its interval holds.

    Jobs of one machine, number of circuits and shots are a set: five of each set shift the profile, up to forty others
    are predicted.
    """
    sets = defaultdict(list)
    for row in rows:
        sets[row["backend"], row["num_circuits"], row["shots"]].append(row)
    errors, inside = [], []
    for each in sets.values():
        order = np.random.default_rng(0).permutation(len(each))
        profile = calibrate_job_time([each[i] for i in order[:OWN_JOBS]], "ibm")
        held = job_table([each[i] for i in order[OWN_JOBS : OWN_JOBS + 40]])
        for row, observed_s in enumerate(held.columns["observed_s"]):
            time = predict(profile, held.size(row))
            errors.append(abs(time.value_s / observed_s - 1.0))
            inside.append(time.low_s <= observed_s <= time.high_s)
    return np.array(errors), np.array(inside)


def scored(jobs: str, fitted_to: str, each: JobTimeScore) -> Row:
    return jobs, fitted_to, each.num_jobs, each.median_relative_error, each.r2, each.coverage


def measured(folder: Path) -> Iterator[Row]:
    for name, jobs, group_by, min_circuits in CROSS_VALIDATED:
        if (folder / name).is_file():
            table = read_job_table(folder / name)
            yield scored(jobs, "other groups", cross_validate(table, group_by=group_by, min_circuits=min_circuits))
    herons = folder / "jobs_heron_2025_26.csv"
    if herons.is_file():
        rows = read_rows(herons)
        scores, median = left_out_devices(rows)
        for device, each in scores.items():
            yield scored(f"`{device}`, 2025 and 2026", "the other Herons", each)
        num_jobs = sum(each.num_jobs for each in scores.values())
        coverage = sum(each.coverage * each.num_jobs for each in scores.values()) / num_jobs
        yield "the three together", "the other Herons", num_jobs, median, None, coverage
        held = job_table([row | {"processor": "Heron"} for row in rows])
        own = score(load_profile("ibm-heron"), held)
        yield scored("three Herons, 2025 and 2026", "`ibm-heron`, the same jobs", own)
    old = folder / "jobs_ibm_2021.csv"
    if old.is_file():
        with old.open(newline="", encoding="utf-8") as file:
            # Widths in this table are not those of the circuits.
            rows = [{name: row[name] for name in row if name != "num_qubits"} for row in csv.DictReader(file)]
        errors, inside = with_own_jobs(rows)
        jobs, fitted_to = "nine small machines of 2021", f"`ibm` and {OWN_JOBS} own jobs"
        yield jobs, fitted_to, len(errors), float(np.median(errors)), None, float(inside.mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    folder = parser.parse_args().folder
    print("| jobs | predicted from | n | median error | R² | in the 90 % interval |")
    print("|---|---|---|---|---|---|")
    for jobs, fitted_to, num_jobs, error, r2, coverage in measured(folder):
        said = "-" if r2 is None else f"{r2:.3f}"
        percents = f"{100 * error:.1f} % | {said} | {100 * coverage:.0f} %"
        print(f"| {jobs} | {fitted_to} | {num_jobs:,} | {percents} |", flush=True)


if __name__ == "__main__":
    main()
