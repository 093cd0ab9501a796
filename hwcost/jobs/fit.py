"""Fit a `JobTimeProfile` to timed jobs.

The steps: read and check the table (`hwcost.jobs.table`), leave out rows that are not real jobs
(`hwcost.jobs.outliers`), choose the terms by cross-validation with whole groups left out, fit them by non-negative
least squares on relative error, and take every interval from groups that were left out. `hwcost.jobs.score` says how
well a profile predicts jobs that it has not seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwcost.core.errors import InputError
from hwcost.jobs.clocks import AnyClock, check_clock, clock_of, era_of
from hwcost.jobs.fitted_range import find_gaps
from hwcost.jobs.outliers import MIN_JOBS, find_outliers, nonnegative_solution
from hwcost.jobs.profile import JobTimeParameter, JobTimeProfile, Repetition
from hwcost.jobs.residuals import fitted_interval
from hwcost.jobs.table import JobArrays, JobTable, job_arrays, job_table, read_job_table
from hwcost.jobs.terms import TERMS

if TYPE_CHECKING:
    from hwcost.jobs.table import Labels, Matrix, Vector

NOMINAL = 0.9
MAX_FOLDS = 10
NUM_BOOTSTRAP = 200
HUBER = 0.5
"""Residuals beyond this many robust standard deviations count linearly, not squared.

Half of a standard deviation is close to least absolute error. The overhead of short jobs comes in several modes, and
with the usual 1.345 the modes of one-circuit jobs decide the constants of batch jobs.
"""
MIN_GAIN = 0.01
"""A further term must lower the cross-validated loss by this share and by one standard error: ties go to fewer."""
MIN_CROSSED_SPREAD = 0.2
"""The 10 % to 90 % spread of a size among jobs of few, and of many, shots, as a share of its spread over all jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """Which terms are on, and whether the time between shots is known without fitting."""

    terms: tuple[str, ...]
    repetition: Repetition


_KNOWN_REPETITION = _Model(terms=("t0",), repetition="rep_delay")
_FITTED_REPETITION = _Model(terms=("t0", "tau"), repetition="fitted")


def group_folds(groups: Labels, seed: int, source: str) -> list[Labels]:
    """Return the rows to leave out in turn: whole groups, spread over at most `MAX_FOLDS` folds of similar size.

    Raises:
        InputError: There is only one group.
    """
    import numpy as np

    names, sizes = np.unique(groups, return_counts=True)
    if len(names) < 2:
        raise InputError(f"{source}: all jobs are one group, so none can be left out; group by another column")
    shuffled = np.random.default_rng(seed).permutation(len(names))
    order = shuffled[np.argsort(-sizes[shuffled], kind="stable")]
    num_folds = min(MAX_FOLDS, len(names))
    filled = np.zeros(num_folds, dtype=np.int64)
    members: list[list[int]] = [[] for _ in range(num_folds)]
    for index in order:
        fold = int(np.argmin(filled))
        filled[fold] += sizes[index]
        members[fold].append(int(names[index]))
    return [np.flatnonzero(np.isin(groups, member)) for member in members]


def _solve(design: Matrix, known: Vector, observed: Vector) -> Vector:
    """Find the non-negative constants b that minimise Σ ρ((design·b + known − observed) / observed), ρ Huber's loss.

    Relative errors, because a job of 3 s and one of 700 s count alike; Huber, because overheads of short jobs come in
    several modes and a square would let the rarest decide.
    """
    import numpy as np

    scaled = design / observed[:, None]
    norms = np.linalg.norm(scaled, axis=0)
    norms[norms == 0.0] = 1.0
    scaled = scaled / norms
    target = 1.0 - known / observed
    weights = np.ones_like(observed)
    constants = np.zeros(design.shape[1])
    for _ in range(20):
        rows = np.column_stack((scaled, target)) * weights[:, None]
        previous, constants = constants, nonnegative_solution(rows)
        residuals = np.abs(scaled @ constants - target)
        sigma = max(1.4826 * float(np.median(residuals)), 1e-9)
        weights = np.sqrt(np.minimum(1.0, HUBER * sigma / np.maximum(residuals, 1e-12)))
        if np.allclose(constants, previous, rtol=1e-4, atol=1e-12):
            break
    return np.asarray(constants / norms, dtype=np.float64)


# --- Choice of terms -----------------------------------------------------------------------------------------------


def _candidates(jobs: JobArrays, start: _Model, notes: list[str]) -> list[str]:
    """Return the terms that these jobs can identify beside those of the start."""
    names = [name for name in TERMS if name in jobs.amounts and name not in start.terms and name != "tau"]
    if jobs.circuit_time == "duration":
        names = [name for name in names if name in ("c_circuit", "c_instruction")]
    if "c_instruction" in names:
        names = [name for name in names if name != "c_qubit_layer"]
    kept = []
    for name in names:
        if not _varies(jobs.amounts[name]):
            continue
        if (jobs.circuit_time == "duration" and start.repetition == "rep_delay") or _crossed(jobs, name):
            kept.append(name)
        else:
            notes.append(f"{name} not considered: the jobs do not cross it with shots")
    return kept


def _varies(amount: Vector) -> bool:
    """Return whether a term differs between jobs, so that `t0` cannot stand for it; amounts are not negative."""
    return bool(amount.max() - amount.min() > 1e-3 * amount.max())


def _crossed(jobs: JobArrays, name: str) -> bool:
    """Return whether the jobs tell a term from the number of shots.

    The size of a term must vary among jobs of few shots and among jobs of many. Where, say, deep circuits ran only with
    few shots, the constant would be a guess for all others. A term per shot has to pass for shots × circuits too.
    """
    import numpy as np

    shots, executions = jobs.columns["shots"], jobs.amounts["tau"]
    if shots.max() < 2.0 * shots.min():
        return False
    per_shot = TERMS[name].scope == "shot"
    size = jobs.amounts[name] / executions if per_shot else jobs.amounts[name]
    spread = float(np.subtract(*np.percentile(size, [90, 10])))
    if spread <= 0.0:
        return False
    for work in (shots, executions) if per_shot else (shots,):
        many = work > math.sqrt(float(work.min()) * float(work.max()))
        for half in (many, ~many):
            if half.sum() < 3:
                return False
            if float(np.subtract(*np.percentile(size[half], [90, 10]))) < MIN_CROSSED_SPREAD * spread:
                return False
    return True


def _out_of_fold(jobs: JobArrays, model: _Model, folds: Sequence[Labels]) -> Vector:
    """Return the seconds of each job as predicted by constants fitted without its group."""
    import numpy as np

    design, known = jobs.design(model.terms), jobs.known(model.repetition)
    predicted = np.empty_like(jobs.observed)
    for rows in folds:
        rest = np.ones(len(predicted), dtype=bool)
        rest[rows] = False
        constants = _solve(design[rest], known[rest], jobs.observed[rest])
        predicted[rows] = design[rows] @ constants + known[rows]
    return predicted


def _losses(jobs: JobArrays, model: _Model, folds: Sequence[Labels]) -> Vector:
    """Return |log(predicted / observed)| of each job: too long and too short by the same factor cost the same."""
    import numpy as np

    return np.abs(np.log(np.maximum(_out_of_fold(jobs, model, folds), 1e-9) / jobs.observed))


def _better(losses: Vector, than: Vector, groups: Labels) -> bool:
    """Return whether losses are lower by `MIN_GAIN` and by more than one standard error over groups."""
    import numpy as np

    gain = than - losses
    if gain.mean() <= MIN_GAIN * than.mean():
        return False
    _, index = np.unique(groups, return_inverse=True)
    sums = np.bincount(index, weights=gain)
    num_groups = len(sums)
    sizes = np.bincount(index)
    # Standard error of a mean over clusters of unequal size.
    spread = np.sqrt(np.sum((sums - sizes * gain.mean()) ** 2) * num_groups / max(num_groups - 1, 1)) / len(gain)
    return bool(gain.mean() > spread)


def _grow(jobs: JobArrays, start: _Model, folds: Sequence[Labels], notes: list[str]) -> tuple[_Model, Vector]:
    """Add terms one by one to the start while that is clearly better, then take away any made needless."""
    candidates = _candidates(jobs, start, notes)
    most = max(len(start.terms), len(jobs.observed) // 5)
    model, losses = start, _losses(jobs, start, folds)
    while len(model.terms) < most:
        trials = [
            (trial, _losses(jobs, trial, folds))
            for trial in (replace(model, terms=(*model.terms, name)) for name in candidates if name not in model.terms)
        ]
        trials = [trial for trial in trials if _better(trial[1], losses, jobs.groups)]
        if not trials:
            break
        model, losses = min(trials, key=lambda trial: float(trial[1].mean()))
    for name in model.terms[len(start.terms) :]:
        smaller = replace(model, terms=tuple(term for term in model.terms if term != name))
        smaller_losses = _losses(jobs, smaller, folds)
        if not _better(losses, smaller_losses, jobs.groups):
            model, losses = smaller, smaller_losses
    return model, losses


def _choose(jobs: JobArrays, folds: Sequence[Labels], notes: list[str]) -> _Model:
    if "rep_delay_s" not in jobs.columns:
        return _grow(jobs, _FITTED_REPETITION, folds, notes)[0]
    known_notes: list[str] = []
    known, known_losses = _grow(jobs, _KNOWN_REPETITION, folds, known_notes)
    if jobs.circuit_time == "fitted" and _varies(jobs.amounts["tau"]):
        # A configured rep_delay need not be the time between shots; without durations nothing else would notice.
        fitted_notes: list[str] = []
        fitted, fitted_losses = _grow(jobs, _FITTED_REPETITION, folds, fitted_notes)
        if _better(fitted_losses, known_losses, jobs.groups):
            notes.extend(fitted_notes)
            notes.append("rep_delay of the table not used: a fitted time between shots predicts left-out jobs better")
            return fitted
    notes.extend(known_notes)
    return known


def _known_sizes(jobs: JobArrays, model: _Model) -> tuple[str, ...]:
    """Return the sizes whose seconds are known without a fit."""
    if model.repetition == "fitted":
        return ()
    return ("shots", "total_circuit_duration_s") if jobs.circuit_time == "duration" else ("shots",)


# --- Fit -----------------------------------------------------------------------------------------------------------


def fit_job_time(
    table: JobTable | str | Path | Iterable[Mapping[str, Any]],
    *,
    name: str | None = None,
    device: str | None = None,
    date: str | None = None,
    clock: AnyClock | None = None,
    processor: str | None = None,
    group_by: Sequence[str] = (),
    seed: int = 0,
    num_bootstrap: int = NUM_BOOTSTRAP,
) -> JobTimeProfile:
    """Fit the job-time profile of one device to its timed jobs.

    Args:
        table: A `JobTable`, the path of a CSV file, or rows as mappings.
        name: Name of the profile; by default the device, else the file.
        device: Device that ran the jobs; by default what the `backend` column says.
        date: When the jobs ran; by default the months in the `date` column.
        clock: What the seconds are counted from and to (`hwcost.jobs.clocks`); by default what the `clock` column says.
        processor: Processor of the device, such as `Heron r2`; by default what the `processor` column says.
        group_by: Columns whose values make a group, left out whole in cross-validation; by default a column `group`,
            else `family`, if it names at least three, else all settings of the circuits without shots.
        seed: Seed of the folds and of the bootstrap.
        num_bootstrap: Fits to resampled groups for the intervals of the parameters; 0 skips them.

    Raises:
        InputError: The table is malformed, or has too few jobs or groups.
        OptionError: A column to group by is not there.
    """
    if isinstance(table, (str, Path)):
        table = read_job_table(table)
    elif not isinstance(table, JobTable):
        table = job_table(table)
    left_out = find_outliers(table)
    lines = {job.line for job in left_out}
    used = table.take([i for i, line in enumerate(table.lines) if line not in lines])
    if len(used) < MIN_JOBS:
        raise InputError(
            f"{table.source}: {len(used)} usable jobs ({len(left_out)} left out); a fit needs at least {MIN_JOBS}"
        )
    jobs = job_arrays(used, group_by)
    folds = group_folds(jobs.groups, seed, table.source)
    notes: list[str] = []
    if "num_qubits" in jobs.columns and "c_qubit" not in jobs.amounts:
        notes.append("num_qubits looks like a sum over the circuits of a job and was not used")
    model = _choose(jobs, folds, notes)
    design, known = jobs.design(model.terms), jobs.known(model.repetition)
    constants = _solve(design, known, jobs.observed)
    fits = _resampled_fits(jobs, model, seed, num_bootstrap)
    num_groups = len(set(jobs.groups.tolist()))
    profile_device = device or table.device
    ranges = {name: (min(column), max(column)) for name, column in used.columns.items()}
    return JobTimeProfile(
        name=name or profile_device or Path(table.source).stem,
        source=Path(table.source).name + (f" (sha256 {table.sha256[:12]})" if table.sha256 else ""),
        device=profile_device,
        devices=() if profile_device or len(used.devices) < 2 else used.devices,
        date=date or era_of(used.labels),
        clock=check_clock(clock, "fit_job_time") or clock_of(used.labels, table.source),
        processor=processor or used.only("processor"),
        num_jobs=len(used),
        num_groups=num_groups,
        repetition=model.repetition,
        circuit_time=jobs.circuit_time,
        parameters=_parameters(model, constants, fits),
        interval=fitted_interval(
            jobs.observed,
            _out_of_fold(jobs, model, folds),
            design=design,
            fits=fits,
            num_groups=num_groups,
            nominal=NOMINAL,
            notes=notes,
        ),
        ranges=ranges,
        gaps=find_gaps(used.columns, known=_known_sizes(jobs, model)),
        left_out=left_out,
        notes=tuple(notes),
        seed=seed,
    )


def _resampled_fits(jobs: JobArrays, model: _Model, seed: int, num_bootstrap: int) -> Matrix | None:
    """Return constants fitted to resampled groups, one row per fit; None for no fits."""
    import numpy as np

    if num_bootstrap == 0:
        return None
    rng = np.random.default_rng(seed)
    design, known = jobs.design(model.terms), jobs.known(model.repetition)
    order = np.argsort(jobs.groups, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(jobs.groups[order])) + 1)
    fits = []
    for _ in range(num_bootstrap):
        rows = np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])
        fits.append(_solve(design[rows], known[rows], jobs.observed[rows]))
    return np.array(fits)


def _parameters(model: _Model, constants: Vector, fits: Matrix | None) -> tuple[JobTimeParameter, ...]:
    """Return the constants with the central `NOMINAL` share of those of resampled groups, made to contain them."""
    import numpy as np

    low = high = constants
    if fits is not None:
        low, high = np.percentile(fits, [50.0 * (1.0 - NOMINAL), 50.0 * (1.0 + NOMINAL)], axis=0)
        low, high = np.minimum(low, constants), np.maximum(high, constants)
    return tuple(
        JobTimeParameter(name=term, value=float(value), unit=TERMS[term].unit, low=float(lower), high=float(upper))
        for term, value, lower, upper in zip(model.terms, constants, low, high, strict=True)
    )
