"""Fit the built-in job-time profile `ibm-heron`, and say how well such a fit predicts a Heron that it has not seen.

    python tests/benchmarks/heron_profile.py JOBS.csv [-o calibrations/job_time/ibm-heron.json]

JOBS.csv has the seconds of jobs on IBM's Herons, published by Unitary Foundation's Metriq (metriq-data, CC BY 4.0; the
span from the first start to the last stop of the execution), one row per job: backend, date, family, num_circuits,
shots, observed_s, rep_delay_s. The table is not part of this repository.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from hwcost.jobs.fit import fit_job_time
from hwcost.jobs.predict import predict
from hwcost.jobs.profile import JobTimeParameter, JobTimeProfile
from hwcost.jobs.score import JobTimeScore, score
from hwcost.jobs.table import job_table

COLUMNS = ("backend", "date", "family", "num_circuits", "shots", "rep_delay_s", "observed_s")
"""Widths are left out: they are not those of a job's circuits in every row, and what they cost is unknown."""

REP_DELAY_S = 250e-6

HERONS = ("aachen", "boston", "fez", "kingston", "marrakesh", "pittsburgh", "torino")
"""Herons by name, for calibrations that do not say the processor."""

NOTES = (
    "Nothing is charged per circuit: with c_circuit in the fit it comes out as 0.",
    "The durations of the timed circuits are not known; t0 holds what they took, less than 0.1 s in most.",
    "One job in eight takes 1.5 to 5 times as long as others like it: the upper end is the quantile of these.",
    "Jobs outside of a session, none of them mitigated; all had 1000 or 8192 shots of each circuit.",
)


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [{name: row[name] for name in COLUMNS} for row in csv.DictReader(file)]


def heron_profile(rows: Iterable[Mapping[str, str]]) -> JobTimeProfile:
    """Fit the profile to the jobs of some Herons; groups are the benchmarks on a device."""
    fitted = fit_job_time(
        job_table(rows), name="ibm-heron", clock="execution_span", group_by=("backend", "family"), num_bootstrap=1000
    )
    size = len(fitted.parameters)
    covariance = (*((*row, 0.0) for row in fitted.interval.covariance), (0.0,) * (size + 1))
    devices = fitted.devices or (fitted.device or "",)
    tau = JobTimeParameter(
        name="tau",
        value=REP_DELAY_S,
        unit="s/shot",
        low=REP_DELAY_S,
        high=REP_DELAY_S,
        source="IBM's default rep_delay, which the jobs confirm; used where rep_delay is not known",
    )
    return replace(
        fitted,
        source=f"tests/benchmarks/heron_profile.py on {fitted.num_jobs} jobs of Metriq (unitaryfoundation/metriq-data, "
        "CC BY 4.0)",
        device=f"{len(devices)} Herons ({', '.join(devices)})",
        devices=tuple(f"{maker}_{name}" for name in HERONS for maker in ("ibm", "fake")),
        processors=("Heron",),
        circuit_time="duration_if_known",
        parameters=(*fitted.parameters, tau),
        interval=replace(fitted.interval, covariance=covariance),
        left_out=(),
        notes=NOTES,
    )


def left_out_devices(rows: list[dict[str, str]]) -> tuple[dict[str, JobTimeScore], float]:
    """Score on each device the profile that is fitted to the others; beside them the median error of all jobs."""
    scores, errors = {}, []
    for device in sorted({row["backend"] for row in rows}):
        profile = heron_profile([row for row in rows if row["backend"] != device])
        held = job_table([row | {"processor": "Heron"} for row in rows if row["backend"] == device])
        scores[device] = score(profile, held)
        for row, observed_s in enumerate(held.columns["observed_s"]):
            errors.append(abs(predict(profile, held.size(row)).value_s / observed_s - 1.0))
    return scores, float(np.median(errors))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("jobs", type=Path, metavar="JOBS.csv")
    parser.add_argument("-o", "--output", type=Path, metavar="PROFILE.json")
    options = parser.parse_args()
    rows = read_rows(options.jobs)
    profile = heron_profile(rows)
    for parameter in profile.parameters:
        print(
            f"{parameter.name:10} {parameter.value:.4g} {parameter.unit} ({parameter.low:.4g} to {parameter.high:.4g})"
        )
    interval = profile.interval
    print(f"{interval.nominal:.0%} of jobs: ×{np.exp(-interval.low_share):.3g} to ×{np.exp(interval.high_share):.3g}")
    print("device left out   jobs  median error  in the interval")
    scores, median = left_out_devices(rows)
    for device, each in scores.items():
        print(f"{device:16} {each.num_jobs:5} {each.median_relative_error:12.1%} {each.coverage:15.1%}")
    num_jobs = sum(each.num_jobs for each in scores.values())
    covered = sum(each.coverage * each.num_jobs for each in scores.values()) / num_jobs
    print(f"{'all':16} {num_jobs:5} {median:12.1%} {covered:15.1%}")
    if options.output is not None:
        options.output.write_text(profile.to_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
