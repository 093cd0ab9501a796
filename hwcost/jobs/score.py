"""How well a `JobTimeProfile`, or the fit of one, predicts timed jobs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hwcost.core.errors import InputError
from hwcost.core.json_text import json_text
from hwcost.jobs.fit import NOMINAL, fit_job_time, group_folds
from hwcost.jobs.outliers import find_outliers
from hwcost.jobs.predict import predict
from hwcost.jobs.profile import JobTimeProfile
from hwcost.jobs.table import JobTable, job_groups
from hwcost.report.result import Result

FOLD_BOOTSTRAP = 60
"""Fits to resampled groups in each fold of a cross-validation: enough for a standard error of 10 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTimeScore:
    """How well a profile predicts a table of jobs.

    Attributes:
        profile: Name of the profile, or of the method where each fold had its own.
        table: Source of the jobs.
        cross_validated: Whether each job was predicted by a profile fitted without its group.
        num_jobs: Jobs scored.
        num_left_out: Simulator and cancelled jobs, left out of the score.
        num_groups: Groups left out in turn; 0 without cross-validation.
        median_relative_error: Median of |predicted − observed| / observed.
        r2: 1 − Σ(observed − predicted)² / Σ(observed − mean)², on seconds; `None` where all observed times are equal.
        spearman: Rank correlation of predicted and observed; `None` where either is constant.
        mae_s: Mean of |predicted − observed| in seconds.
        coverage: Share of jobs whose observed time lies in the interval.
        nominal: Share that the interval is meant to contain.
        notes: What the predictions assumed.
    """

    profile: str
    table: str
    cross_validated: bool = False
    num_jobs: int
    num_left_out: int
    num_groups: int = 0
    median_relative_error: float
    r2: float | None
    spearman: float | None
    mae_s: float
    coverage: float
    nominal: float
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the score as plain data."""
        return {"schema": "hwcost.job-time-score/1", **asdict(self), "notes": list(self.notes)}

    def to_json(self) -> str:
        """Return the score as JSON text."""
        return json_text(self.to_dict()) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTimeScores(Result):
    """Several profiles on the same jobs.

    Attributes:
        scores: At least one; the others are compared with the first.
    """

    scores: tuple[JobTimeScore, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the first score, with the others below `compare`."""
        first, *others = (score.to_dict() for score in self.scores)
        return {**first, "compare": others} if others else first

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row per profile."""
        return [{**score.to_dict(), "notes": "; ".join(score.notes)} for score in self.scores]


def score(
    profile: JobTimeProfile, table: JobTable, *, device: str | None = None, min_circuits: int = 1
) -> JobTimeScore:
    """Measure how well a profile predicts these jobs.

    Rows that `find_outliers` calls `impossible` or `short` are left out: simulator runs and cancelled jobs. A job that
    took `long` is an error of the profile and counts.

    Args:
        profile: Profile to judge; fitted on other jobs, or the score flatters it.
        table: Timed jobs.
        device: Device that ran them; by default what the `backend` column says, row by row.
        min_circuits: Score only jobs of at least N circuits.

    Raises:
        InputError: No job is left to score.
        OptionError: The table lacks a column that the profile needs.
    """
    kept, num_left_out = _scorable(table, min_circuits)
    notes: dict[str, None] = {}
    jobs = table.take(kept)
    predictions = _predict_rows(profile, jobs, device, notes)
    return _score(
        jobs,
        predictions,
        profile=profile.name,
        nominal=profile.interval.nominal,
        num_left_out=num_left_out,
        notes=notes,
    )


def cross_validate(
    table: JobTable, *, group_by: Sequence[str] = (), seed: int = 0, device: str | None = None, min_circuits: int = 1
) -> JobTimeScore:
    """Measure how well `fit_job_time` predicts jobs of groups that it has not seen, intervals included.

    Everything is fitted anew without the groups of each fold: rows left out, terms, constants and interval.

    Args:
        table: Timed jobs of one device.
        group_by: As in `fit_job_time`.
        seed: Seed of the folds.
        device: Device that ran the jobs; by default what the `backend` column says, row by row.
        min_circuits: Score only jobs of at least N circuits; all jobs serve in the fits.

    Raises:
        InputError: There are too few jobs or groups, or no job is left to score.
    """
    groups = job_groups(table, group_by)
    folds = group_folds(groups, seed, table.source)
    kept, num_left_out = _scorable(table, min_circuits)
    predictions: dict[int, tuple[float, float, float]] = {}
    terms: dict[str, None] = {}
    for rows in folds:
        held = set(rows.tolist())
        profile = fit_job_time(
            table.take([i for i in range(len(table)) if i not in held]),
            device=device,
            group_by=group_by,
            seed=seed,
            num_bootstrap=FOLD_BOOTSTRAP,
        )
        terms[profile.formula] = None
        scored = [i for i in kept if i in held]
        predictions |= zip(scored, _predict_rows(profile, table.take(scored), device, {}), strict=True)
    return _score(
        table.take(kept),
        [predictions[i] for i in kept],
        profile="cross-validated fit",
        nominal=NOMINAL,
        num_left_out=num_left_out,
        notes=terms,
        num_groups=len(set(groups.tolist())),
    )


def _scorable(table: JobTable, min_circuits: int) -> tuple[list[int], int]:
    """Return the rows to score, and how many of the requested size are left out."""
    unreal = {job.line for job in find_outliers(table) if job.kind != "long"}
    large = [i for i, circuits in enumerate(table.columns["num_circuits"]) if circuits >= min_circuits]
    kept = [i for i in large if table.lines[i] not in unreal]
    if not kept:
        raise InputError(f"{table.source}: no job of {min_circuits} or more circuits to score")
    return kept, len(large) - len(kept)


def _predict_rows(
    profile: JobTimeProfile, table: JobTable, device: str | None, notes: dict[str, None]
) -> list[tuple[float, float, float]]:
    result = []
    for row in range(len(table)):
        job = predict(profile, table.size(row, device))
        result.append((job.value_s, job.low_s, job.high_s))
        notes.update(dict.fromkeys(job.notes))
    return result


def _score(
    table: JobTable,
    predictions: Sequence[tuple[float, float, float]],
    *,
    profile: str,
    nominal: float,
    num_left_out: int,
    notes: Iterable[str],
    num_groups: int = 0,
) -> JobTimeScore:
    import numpy as np
    from scipy.stats import spearmanr

    observed = np.array(table.columns["observed_s"])
    predicted, low, high = np.array(predictions).T
    errors = np.abs(predicted - observed)
    spread = float(np.sum((observed - observed.mean()) ** 2))
    constant = spread == 0.0 or np.ptp(predicted) == 0.0
    shown = list(notes)
    if len(shown) > 5:
        shown = [*shown[:5], f"and {len(shown) - 5} notes more"]
    return JobTimeScore(
        profile=profile,
        table=Path(table.source).name,
        cross_validated=num_groups > 0,
        num_jobs=len(table),
        num_left_out=num_left_out,
        num_groups=num_groups,
        median_relative_error=float(np.median(errors / observed)),
        r2=None if spread == 0.0 else 1.0 - float(np.sum(errors**2)) / spread,
        spearman=None if constant else float(spearmanr(predicted, observed).statistic),
        mae_s=float(errors.mean()),
        coverage=float(np.mean((low <= observed) & (observed <= high))),
        nominal=nominal,
        notes=tuple(shown),
    )
