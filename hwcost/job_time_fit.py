"""Fit a `JobTimeProfile` to timed jobs, and say how well it predicts jobs that it has not seen.

The steps: read and check the table, leave out rows that are no real jobs, choose the terms by cross-validation with
whole groups left out, fit them by non-negative least squares on relative error, and take every interval from groups
that were left out.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.errors import InputError, OptionError
from hwcost.job_time import (
    TERMS,
    CircuitTime,
    JobTimeInterval,
    JobTimeParameter,
    JobTimeProfile,
    LeftOutJob,
    LeftOutKind,
    Repetition,
    predict,
    term_amounts,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector: TypeAlias = NDArray[np.float64]
    Labels: TypeAlias = NDArray[np.int64]

REQUIRED_COLUMNS = ("num_circuits", "shots", "observed_s")
OPTIONAL_COLUMNS = (
    "num_qubits",
    "total_circuit_duration_s",
    "total_depth",
    "total_num_2q",
    "total_instructions",
    "rep_delay_s",
)
_AT_LEAST_ONE = ("num_circuits", "shots", "num_qubits")
_SETTINGS = (
    "num_circuits",
    "num_qubits",
    "total_circuit_duration_s",
    "total_depth",
    "total_num_2q",
    "total_instructions",
)

MAX_VALUE = 1e15
MIN_JOBS = 10
"""Fewest jobs that a profile is fitted from: fewer cannot fill two folds of a three-number model."""
NOMINAL = 0.9
MAX_FOLDS = 10
NUM_BOOTSTRAP = 200
MIN_SIZE_SPAN = 3.0
"""Below this ratio of long to short jobs, residuals cannot tell an absolute from a relative width: both count alike."""
HUBER = 0.5
"""Residuals beyond this many robust standard deviations count linearly, not squared.

Half of a standard deviation is close to least absolute error. The overhead of short jobs comes in several modes, and
with the usual 1.345 the modes of one-circuit jobs decide the constants of batch jobs.
"""
FLOOR_SHARE = 0.6
"""A job shorter than this share of shots × repetition time did not run its shots on the device.

Real jobs on IBM machines sit at or above 1, simulator and cancelled jobs spread below; almost none lie between 0.6 and
0.95. The slack covers an error of the estimated repetition time.
"""
UNLIKE_FACTOR = 5.0
UNLIKE_SIGMA = 6.0
MAX_UNLIKE_SHARE = 0.2
"""A row is unlike jobs of its size when it is off by both limits; when more rows are, the model is at fault."""
MIN_GAIN = 0.01
"""A further term must lower the cross-validated loss by this share and by one standard error: ties go to fewer."""
MIN_CROSSED_SPREAD = 0.2
"""The 10 % to 90 % spread of a size among jobs of few, and of many, shots, as a share of its spread over all jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTable:
    """Timed jobs, column by column.

    Attributes:
        source: Where the rows come from.
        sha256: Digest of the file; empty for rows in memory.
        lines: Line number of each job.
        columns: Numbers by column name; sums over the job's circuits where the name begins with `total_`.
        labels: Every column as text, for grouping.
    """

    source: str
    sha256: str = ""
    lines: tuple[int, ...]
    columns: Mapping[str, tuple[float, ...]]
    labels: Mapping[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.lines)

    def take(self, rows: Sequence[int]) -> JobTable:
        """The table with only these rows."""
        return replace(
            self,
            lines=tuple(self.lines[i] for i in rows),
            columns={name: tuple(column[i] for i in rows) for name, column in self.columns.items()},
            labels={name: tuple(column[i] for i in rows) for name, column in self.labels.items()},
        )

    @property
    def device(self) -> str | None:
        """The one device that the `backend` column names, if it does."""
        names = set(self.labels.get("backend", ()))
        return names.pop() if len(names) == 1 else None


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
        """The score as plain data."""
        return {"schema": "hwcost.job-time-score/1", **asdict(self), "notes": list(self.notes)}

    def to_json(self) -> str:
        """The score as JSON text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


# --- Reading -------------------------------------------------------------------------------------------------------


def read_job_table(path: str | Path) -> JobTable:
    """The timed jobs of a CSV file.

    Args:
        path: CSV with a header: num_circuits, shots, observed_s; optionally num_qubits (of a circuit),
            total_circuit_duration_s, total_depth, total_num_2q, total_instructions (sums over the job's circuits, for
            one shot), rep_delay_s; further columns (`backend`, `group`, …) may serve as labels.

    Raises:
        InputError: The file cannot be read as such a table; the message names the line.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text (byte {error.start}); save the table as CSV in UTF-8") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        numbered = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: not CSV ({error})") from None
    if not numbered:
        raise InputError(f"{path}: is empty; expected a header with {', '.join(REQUIRED_COLUMNS)}")
    header = numbered[0][1]
    for separator, name in ((";", "';'"), ("\t", "tabs")):
        if len(header) == 1 and separator in header[0]:
            raise InputError(
                f"{path}, line 1: columns are separated by {name}; save the table with ',' between columns"
            )
    rows = []
    for line, cells in numbered[1:]:
        if len(cells) != len(header):
            raise InputError(f"{path}, line {line}: {len(cells)} cells, but the header has {len(header)} columns")
        rows.append((line, cells))
    return _table(header, rows, source=str(path), sha256=hashlib.sha256(data).hexdigest())


def job_table(rows: Iterable[Mapping[str, Any]], *, source: str = "rows") -> JobTable:
    """The timed jobs given as mappings from column name to value; every row has the same columns.

    >>> table = job_table([{"num_circuits": 1, "shots": 1000, "observed_s": 2.5}])
    >>> table.columns["shots"]
    (1000.0,)
    """
    given = list(rows)
    header = list(given[0]) if given else list(REQUIRED_COLUMNS)
    numbered = []
    for number, row in enumerate(given, start=1):
        if set(row) != set(header):
            raise InputError(
                f"{source}, line {number}: columns {', '.join(map(str, row))}; line 1 has {', '.join(header)}"
            )
        numbered.append((number, ["" if row[name] is None else str(row[name]) for name in header]))
    return _table(header, numbered, source=source)


def _table(header: list[str], rows: list[tuple[int, list[str]]], *, source: str, sha256: str = "") -> JobTable:
    missing = [name for name in REQUIRED_COLUMNS if name not in header]
    if missing:
        raise InputError(f"{source}, line 1: no column {', '.join(missing)}; found: {', '.join(header)}")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise InputError(f"{source}, line 1: column {', '.join(twice)} appears twice")
    if not rows:
        raise InputError(f"{source}: has a header but no jobs")
    labels = {name: tuple(cells[i] for _, cells in rows) for i, name in enumerate(header)}
    columns: dict[str, tuple[float, ...]] = {}
    for name in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS):
        if name in labels and (name in REQUIRED_COLUMNS or any(labels[name])):
            columns[name] = tuple(
                _number(cell, name, f"{source}, line {line}")
                for (line, _), cell in zip(rows, labels[name], strict=True)
            )
    return JobTable(source=source, sha256=sha256, lines=tuple(line for line, _ in rows), columns=columns, labels=labels)


def _number(cell: str, name: str, where: str) -> float:
    if not cell:
        raise InputError(f"{where}: {name} is empty; fill it for every job, or leave the row or the column out")
    try:
        value = float(cell)
    except ValueError:
        raise InputError(f"{where}: {name} is {cell!r}, expected a number") from None
    if not math.isfinite(value) or value < 0.0:
        raise InputError(f"{where}: {name} is {cell}; it must be finite and not negative")
    if value > MAX_VALUE:
        raise InputError(f"{where}: {name} is {cell}; more than {MAX_VALUE:g} cannot be meant")
    if name in _AT_LEAST_ONE and value < 1.0:
        raise InputError(f"{where}: {name} is {cell}; it must be at least 1")
    if name in ("num_circuits", "shots") and not value.is_integer():
        raise InputError(f"{where}: {name} is {cell}; it must be a whole number")
    if name == "observed_s" and value == 0.0:
        raise InputError(f"{where}: observed_s is 0; leave out jobs that did not run")
    return value


# --- Least squares -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """Which terms are on and what is known without fitting."""

    terms: tuple[str, ...]
    repetition: Repetition
    circuit_time: CircuitTime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Jobs:
    """A table as arrays: observed seconds, amounts of each term, group of each job."""

    observed: Vector
    amounts: Mapping[str, Vector]
    columns: Mapping[str, Vector]
    groups: Labels

    def known(self, model: _Model) -> Vector:
        """Seconds of the shots term that the calibration knows: slope 1, nothing fitted."""
        seconds = 0.0 * self.observed
        if model.repetition == "rep_delay":
            seconds = seconds + self.amounts["tau"] * self.columns["rep_delay_s"]
        if model.circuit_time == "duration":
            seconds = seconds + self.columns["shots"] * self.columns["total_circuit_duration_s"]
        return seconds

    def design(self, model: _Model) -> NDArray[np.float64]:
        """One column per term of the model."""
        import numpy as np

        return np.stack([self.amounts[name] for name in model.terms], axis=1)

    def take(self, rows: Labels | NDArray[np.bool_]) -> _Jobs:
        return _Jobs(
            observed=self.observed[rows],
            amounts={name: amount[rows] for name, amount in self.amounts.items()},
            columns={name: column[rows] for name, column in self.columns.items()},
            groups=self.groups[rows],
        )


def _jobs(table: JobTable, group_by: Sequence[str] = ()) -> _Jobs:
    import numpy as np

    columns = {name: np.array(column) for name, column in table.columns.items()}
    amounts = term_amounts(
        num_circuits=columns["num_circuits"],
        shots=columns["shots"],
        num_qubits=None if _qubits_are_summed(columns) else columns.get("num_qubits"),
        total_depth=columns.get("total_depth"),
        total_instructions=columns.get("total_instructions"),
    )
    return _Jobs(
        observed=columns["observed_s"],
        amounts={name: amount for name, amount in amounts.items() if amount is not None},
        columns=columns,
        groups=_groups(table, group_by),
    )


def _qubits_are_summed(columns: Mapping[str, Vector]) -> bool:
    """Whether num_qubits looks like a sum over the job's circuits, so that it says nothing about one circuit."""
    import numpy as np

    if "num_qubits" not in columns:
        return False
    qubits, circuits = columns["num_qubits"], columns["num_circuits"]
    many = circuits >= 10
    if many.sum() < 10 or bool(np.any(qubits[many] < circuits[many])):
        return False
    # Circuits of a job share a device: no width per circuit grows in proportion to how many there are.
    return bool(np.corrcoef(np.log(qubits), np.log(circuits))[0, 1] > 0.8)


def _groups(table: JobTable, group_by: Sequence[str]) -> Labels:
    """Group of each job: the named columns, else a `group` column, else the circuits' settings without shots.

    Runs of the same circuits differ only by shots and luck: were they split over fit and test, the test would be
    easier than a new job.
    """
    import numpy as np

    names = tuple(group_by) or (("group",) if "group" in table.labels else ())
    unknown = [name for name in names if name not in table.labels]
    if unknown:
        raise OptionError(
            f"{table.source}: no column {', '.join(unknown)} to group by; found: {', '.join(table.labels)}"
        )
    keys: list[tuple[Any, ...]]
    if names:
        keys = list(zip(*(table.labels[name] for name in names), strict=True))
    else:
        keys = list(zip(*(table.columns[name] for name in _SETTINGS if name in table.columns), strict=True))
    number: dict[tuple[Any, ...], int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.int64)


def _folds(groups: Labels, seed: int) -> list[Labels]:
    """Rows to leave out in turn: whole groups, spread over at most `MAX_FOLDS` folds of similar size."""
    import numpy as np

    names, sizes = np.unique(groups, return_counts=True)
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


def _triangle(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The triangular factor: the same least-squares solution as all rows, in as many rows as columns."""
    import numpy as np

    return np.asarray(np.linalg.qr(rows, mode="r"), dtype=np.float64)


def _solve(design: NDArray[np.float64], known: Vector, observed: Vector) -> Vector:
    """Non-negative constants b that minimise Σ ρ((design·b + known − observed) / observed), ρ Huber's loss.

    Relative errors, because a job of 3 s and one of 700 s count alike; Huber, because overheads of short jobs come in
    several modes and a square would let the rarest decide.
    """
    import numpy as np
    from scipy.optimize import nnls

    scaled = design / observed[:, None]
    norms = np.linalg.norm(scaled, axis=0)
    norms[norms == 0.0] = 1.0
    scaled = scaled / norms
    target = 1.0 - known / observed
    weights = np.ones_like(observed)
    constants = np.zeros(design.shape[1])
    for _ in range(20):
        triangle = _triangle(np.column_stack((scaled, target)) * weights[:, None])
        previous, constants = constants, nnls(triangle[:, :-1], triangle[:, -1])[0]
        residuals = np.abs(scaled @ constants - target)
        sigma = max(1.4826 * float(np.median(residuals)), 1e-9)
        weights = np.sqrt(np.minimum(1.0, HUBER * sigma / np.maximum(residuals, 1e-12)))
        if np.allclose(constants, previous, rtol=1e-4, atol=1e-12):
            break
    return np.asarray(constants / norms, dtype=np.float64)


# --- Rows that are no real jobs ------------------------------------------------------------------------------------


def find_outliers(table: JobTable) -> tuple[LeftOutJob, ...]:
    """The rows that are no ordinary job of the device: simulator runs, cancelled jobs, jobs that stood still.

    `impossible`: shorter than `FLOOR_SHARE` of the time that its shots take. That time is Σ shots·(rep_delay + T) where
    the table has them; otherwise shots × circuits × the repetition time of the table itself, estimated by a fit of
    log seconds with absolute loss, which a minority of wrong rows cannot move. `short`, `long`: off that fit by more
    than `UNLIKE_FACTOR` and `UNLIKE_SIGMA` robust standard deviations; found only while such rows are few.

    Args:
        table: Jobs; with fewer than `MIN_JOBS` rows and no rep_delay nothing can be said, and nothing is left out.
    """
    import numpy as np

    jobs = _jobs(table)
    observed = jobs.observed
    has_floor = "rep_delay_s" in jobs.columns
    if len(table) < MIN_JOBS and not has_floor:
        return ()
    typical, floor = _typical_times(jobs)
    if has_floor:
        circuit_time: CircuitTime = "duration" if "total_circuit_duration_s" in jobs.columns else "fitted"
        floor = jobs.known(_Model(terms=(), repetition="rep_delay", circuit_time=circuit_time))
    deviation = np.log(observed / typical)
    impossible = observed < FLOOR_SHARE * floor
    if not has_floor:
        impossible &= deviation < math.log(FLOOR_SHARE)
    rest = deviation[~impossible]
    unlike = np.zeros_like(impossible)
    if len(rest) >= MIN_JOBS:
        center = float(np.median(rest))
        sigma = 1.4826 * float(np.median(np.abs(rest - center)))
        unlike = ~impossible & (np.abs(deviation - center) > max(math.log(UNLIKE_FACTOR), UNLIKE_SIGMA * sigma))
        if unlike.sum() > max(1.0, MAX_UNLIKE_SHARE * len(rest)):
            unlike[:] = False
    found = []
    for row in np.flatnonzero(impossible | unlike):
        kind: LeftOutKind = "long" if deviation[row] > 0.0 else "short"
        if impossible[row]:
            kind = "impossible"
            reason = f"shorter than its shots can take ({floor[row]:.3g} s): a simulator run or a cancelled job"
        else:
            factor = math.exp(abs(deviation[row]))
            reason = f"{factor:.3g} times as {kind} as jobs like it ({typical[row]:.3g} s)"
        found.append(LeftOutJob(line=table.lines[row], observed_s=float(observed[row]), reason=reason, kind=kind))
    return tuple(found)


def _typical_times(jobs: _Jobs) -> tuple[Vector, Vector]:
    """Seconds of an ordinary job of each row's size, and the part of it between shots; robust to gross errors.

    Minimises Σ |log(predicted / observed)|: a grid over (t0, tau) first, since the problem is not convex, then
    reweighted non-negative least squares on the linearised logarithm with layer time, where depth is known.
    """
    import numpy as np
    from scipy.optimize import nnls

    observed, executions = jobs.observed, jobs.amounts["tau"]
    some = np.linspace(0, len(observed) - 1, min(len(observed), 1000)).astype(int)
    t0_grid = np.concatenate(([0.0], np.geomspace(observed.min(), observed.max(), 40)))
    ratios = observed / executions
    tau_grid = np.concatenate(([0.0], np.geomspace(ratios.min(), ratios.max(), 80)))
    best, loss = (1.0, 0.0), math.inf
    for t0 in t0_grid:
        predicted = np.maximum(t0 + tau_grid[:, None] * executions[some], 1e-12)
        losses = np.abs(np.log(predicted / observed[some])).mean(axis=1)
        if losses.min() < loss:
            best, loss = (float(t0), float(tau_grid[losses.argmin()])), float(losses.min())
    names = ["t0", "tau"]
    if len(observed) >= 3 * MIN_JOBS:
        names += [name for name in ("c_circuit", "layer_time", "qubit_layer_time") if name in jobs.amounts]
    design = np.stack([jobs.amounts[name] for name in names], axis=1)
    constants = np.zeros(len(names))
    constants[:2] = best
    predicted = np.maximum(design @ constants, 1e-12)
    for _ in range(20):
        deviation = np.log(observed / predicted)
        weights = 1.0 / np.sqrt(np.maximum(np.abs(deviation), 0.01))
        scaled = design * (weights / predicted)[:, None]
        norms = np.linalg.norm(scaled, axis=0)
        norms[norms == 0.0] = 1.0
        triangle = _triangle(np.column_stack((scaled / norms, (deviation + 1.0) * weights)))
        step = nnls(triangle[:, :-1], triangle[:, -1])[0] / norms
        share = 1.0
        while share > 0.01:
            trial = constants + share * (step - constants)
            trial_predicted = np.maximum(design @ trial, 1e-12)
            if np.abs(np.log(observed / trial_predicted)).mean() < np.abs(deviation).mean():
                constants, predicted = trial, trial_predicted
                break
            share /= 2.0
        else:
            break
    return predicted, constants[1] * executions


# --- Choice of terms -----------------------------------------------------------------------------------------------


def _start(jobs: _Jobs, *, fit_repetition: bool) -> _Model:
    circuit_time: CircuitTime = "duration" if "total_circuit_duration_s" in jobs.columns else "fitted"
    if fit_repetition:
        return _Model(terms=("t0", "tau"), repetition="fitted", circuit_time=circuit_time)
    return _Model(terms=("t0",), repetition="rep_delay", circuit_time=circuit_time)


def _candidates(jobs: _Jobs, start: _Model, notes: list[str]) -> list[str]:
    """Terms that these jobs can identify beside those of the start."""
    names = [name for name in TERMS if name in jobs.amounts and name not in start.terms and name != "tau"]
    if start.circuit_time == "duration":
        names = [name for name in names if name in ("c_circuit", "c_instruction")]
    if "c_instruction" in names:
        names = [name for name in names if name != "c_qubit_layer"]
    kept = []
    for name in names:
        if not _varies(jobs.amounts[name], jobs.amounts["t0"]):
            continue
        if (start.circuit_time == "duration" and start.repetition == "rep_delay") or _crossed(jobs, name):
            kept.append(name)
        else:
            notes.append(f"{name} not considered: the jobs do not cross it with shots")
    return kept


def _varies(amount: Vector, reference: Vector) -> bool:
    """Whether a term is not just a multiple of another."""
    import numpy as np

    ratio = amount / reference
    return bool(ratio.max() - ratio.min() > 1e-3 * np.abs(ratio).max())


def _crossed(jobs: _Jobs, name: str) -> bool:
    """Whether the jobs tell a term from the number of shots.

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


def _out_of_fold(jobs: _Jobs, model: _Model, folds: Sequence[Labels]) -> Vector:
    """Seconds of each job as predicted by constants fitted without its group."""
    import numpy as np

    design, known = jobs.design(model), jobs.known(model)
    predicted = np.empty_like(jobs.observed)
    for rows in folds:
        rest = np.ones(len(predicted), dtype=bool)
        rest[rows] = False
        constants = _solve(design[rest], known[rest], jobs.observed[rest])
        predicted[rows] = design[rows] @ constants + known[rows]
    return predicted


def _losses(jobs: _Jobs, model: _Model, folds: Sequence[Labels]) -> Vector:
    """|log(predicted / observed)| of each job: too long and too short by the same factor cost the same."""
    import numpy as np

    return np.abs(np.log(np.maximum(_out_of_fold(jobs, model, folds), 1e-9) / jobs.observed))


def _better(losses: Vector, than: Vector, groups: Labels) -> bool:
    """Whether losses are lower by `MIN_GAIN` and by more than one standard error over groups."""
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


def _grow(jobs: _Jobs, start: _Model, folds: Sequence[Labels], notes: list[str]) -> tuple[_Model, Vector]:
    """The start with terms added one by one while that is clearly better, then any made needless taken away."""
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


def _choose(jobs: _Jobs, folds: Sequence[Labels], notes: list[str]) -> _Model:
    if "rep_delay_s" not in jobs.columns:
        return _grow(jobs, _start(jobs, fit_repetition=True), folds, notes)[0]
    known_notes: list[str] = []
    known, known_losses = _grow(jobs, _start(jobs, fit_repetition=False), folds, known_notes)
    if "total_circuit_duration_s" not in jobs.columns and _varies(jobs.amounts["tau"], jobs.amounts["t0"]):
        # A configured rep_delay need not be the time between shots; without durations nothing else would notice.
        fitted_notes: list[str] = []
        fitted, fitted_losses = _grow(jobs, _start(jobs, fit_repetition=True), folds, fitted_notes)
        if _better(fitted_losses, known_losses, jobs.groups):
            notes.extend(fitted_notes)
            notes.append("rep_delay of the table not used: a fitted time between shots predicts left-out jobs better")
            return fitted
    notes.extend(known_notes)
    return known


# --- Fit -----------------------------------------------------------------------------------------------------------


def fit_job_time(
    table: JobTable | str | Path | Iterable[Mapping[str, Any]],
    *,
    name: str | None = None,
    device: str | None = None,
    date: str | None = None,
    group_by: Sequence[str] = (),
    seed: int = 0,
    num_bootstrap: int = NUM_BOOTSTRAP,
) -> JobTimeProfile:
    """The job-time profile of one device, fitted to its timed jobs.

    Args:
        table: A `JobTable`, the path of a CSV file, or rows as mappings.
        name: Name of the profile; by default the device, else the file.
        device: Device that ran the jobs; by default what the `backend` column says.
        date: When the jobs ran.
        group_by: Columns whose values make a group, left out whole in cross-validation; by default a column `group`,
            else all settings of the circuits without shots.
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
    jobs = _jobs(used, group_by)
    folds = _folds(jobs.groups, seed)
    if len(folds) < 2:
        raise InputError(f"{table.source}: all jobs are one group, so none can be left out; group by another column")
    notes: list[str] = []
    if _qubits_are_summed(jobs.columns):
        notes.append("num_qubits looks like a sum over the circuits of a job and was not used")
    model = _choose(jobs, folds, notes)
    design, known = jobs.design(model), jobs.known(model)
    constants = _solve(design, known, jobs.observed)
    low, high = _parameter_intervals(jobs, model, constants, seed, num_bootstrap)
    parameters = tuple(
        JobTimeParameter(name=term, value=float(value), unit=TERMS[term].unit, low=float(lower), high=float(upper))
        for term, value, lower, upper in zip(model.terms, constants, low, high, strict=True)
    )
    profile_device = device or table.device
    ranges = {name: (min(column), max(column)) for name, column in used.columns.items()}
    return JobTimeProfile(
        name=name or profile_device or Path(table.source).stem,
        source=Path(table.source).name + (f" (sha256 {table.sha256[:12]})" if table.sha256 else ""),
        device=profile_device,
        date=date,
        num_jobs=len(used),
        num_groups=len(set(jobs.groups.tolist())),
        repetition=model.repetition,
        circuit_time=model.circuit_time,
        parameters=parameters,
        interval=_interval(jobs.observed, _out_of_fold(jobs, model, folds), notes),
        ranges=ranges,
        left_out=left_out,
        notes=tuple(notes),
        seed=seed,
    )


def _parameter_intervals(
    jobs: _Jobs, model: _Model, constants: Vector, seed: int, num_bootstrap: int
) -> tuple[Vector, Vector]:
    """The central `NOMINAL` share of constants fitted to resampled groups, made to contain the constants."""
    import numpy as np

    if num_bootstrap == 0:
        return constants, constants
    rng = np.random.default_rng(seed)
    design, known = jobs.design(model), jobs.known(model)
    order = np.argsort(jobs.groups, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(jobs.groups[order])) + 1)
    fits = []
    for _ in range(num_bootstrap):
        rows = np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])
        fits.append(_solve(design[rows], known[rows], jobs.observed[rows]))
    low, high = np.percentile(fits, [50.0 * (1.0 - NOMINAL), 50.0 * (1.0 + NOMINAL)], axis=0)
    return np.minimum(low, constants), np.maximum(high, constants)


def _interval(observed: Vector, predicted: Vector, notes: list[str]) -> JobTimeInterval:
    """The interval that holds the `NOMINAL` share of left-out jobs, conformal, with a width that depends on size.

    Each side is share·sqrt(ratio² + p²). For every ratio, the share is the (n + 1)-corrected 95 % quantile of the
    residuals in that unit, so that coverage does not rest on the shape (Lei et al. 2018, arXiv 1604.04173); the ratio
    is the one of least relative quantile loss, so that short and long jobs are both covered. Holds for jobs like the
    timed ones, not for others.
    """
    rank = math.floor((len(observed) + 1) * (1.0 - NOMINAL) / 2.0)
    if rank < 1:
        notes.append(f"only {len(observed)} jobs: the interval spans all residuals and may hold fewer jobs than stated")
    low_s, low_share = _half_width(predicted - observed, predicted, max(rank, 1))
    high_s, high_share = _half_width(observed - predicted, predicted, max(rank, 1))
    return JobTimeInterval(
        nominal=NOMINAL,
        low_s=low_s,
        low_share=low_share,
        high_s=high_s,
        high_share=high_share,
        source="residuals of jobs whose whole group was left out of the fit",
    )


def _half_width(excess: Vector, predicted: Vector, num_outside: int) -> tuple[float, float]:
    """Absolute and relative part of one side: all but `num_outside` − 1 jobs' excess lies within the half-width."""
    import numpy as np

    size = np.maximum(predicted, 1e-9)
    level = 1.0 - num_outside / (len(excess) + 1)
    best, best_loss = (0.0, 0.0), math.inf
    ratios = np.concatenate(([0.0], np.geomspace(0.01 * size.min(), 100.0 * size.max(), 80)))
    if np.percentile(size, 95) < MIN_SIZE_SPAN * np.percentile(size, 5):
        ratios = np.array([np.median(size)])
    for ratio in ratios:
        scale = np.hypot(ratio, size)
        share = max(0.0, float(np.sort(excess / scale)[len(excess) - num_outside]))
        beyond = (excess - share * scale) / size
        loss = float(np.maximum(level * beyond, (level - 1.0) * beyond).mean())
        if loss < best_loss:
            best, best_loss = (share * float(ratio), share), loss
    return best


# --- Score ---------------------------------------------------------------------------------------------------------


def score(
    profile: JobTimeProfile, table: JobTable, *, device: str | None = None, min_circuits: int = 1
) -> JobTimeScore:
    """How well a profile predicts these jobs.

    Rows that `find_outliers` calls `impossible` or `short` are left out: simulator runs and cancelled jobs. A job that
    took `long` is an error of the profile and counts.

    Args:
        profile: Profile to judge; fitted on other jobs, or the score flatters it.
        table: Timed jobs.
        device: Device that ran them; by default what the `backend` column says.
        min_circuits: Score only jobs of at least so many circuits.

    Raises:
        InputError: No job is left to score.
        OptionError: The table lacks a column that the profile needs.
    """
    kept, num_left_out = _scorable(table, min_circuits)
    notes: dict[str, None] = {}
    predictions = _predict_rows(profile, table.take(kept), device or table.device, notes)
    return _score(
        table.take(kept),
        predictions,
        profile=profile.name,
        nominal=profile.interval.nominal,
        num_left_out=num_left_out,
        notes=notes,
    )


def cross_validate(
    table: JobTable, *, group_by: Sequence[str] = (), seed: int = 0, device: str | None = None, min_circuits: int = 1
) -> JobTimeScore:
    """How well `fit_job_time` predicts jobs of groups that it has not seen, intervals included.

    Everything is fitted anew without the groups of each fold: rows left out, terms, constants and interval.

    Args:
        table: Timed jobs of one device.
        group_by: As in `fit_job_time`.
        seed: Seed of the folds.
        device: Device that ran the jobs; by default what the `backend` column says.
        min_circuits: Score only jobs of at least so many circuits; all jobs serve in the fits.

    Raises:
        InputError: There are too few jobs or groups, or no job is left to score.
    """
    groups = _groups(table, group_by)
    folds = _folds(groups, seed)
    if len(folds) < 2:
        raise InputError(f"{table.source}: all jobs are one group, so none can be left out; group by another column")
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
            num_bootstrap=0,
        )
        terms[profile.formula] = None
        scored = [i for i in kept if i in held]
        predictions |= zip(scored, _predict_rows(profile, table.take(scored), device or table.device, {}), strict=True)
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
    """Rows to score, and how many of the size asked for are left out."""
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
        given = {
            name: column[row] for name, column in table.columns.items() if name not in ("observed_s", "total_num_2q")
        }
        job = predict(profile, device=device, **given)  # type: ignore[arg-type]
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
