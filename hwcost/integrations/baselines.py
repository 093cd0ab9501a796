"""Costs kept in a file beside the tests, and whether new ones are worse by more than seed noise: `Baseline`.

Tested as `hwcost compare` tests two compilers: Wilcoxon's signed-rank test on the pairs of equal seed
(`hwcost.comparison.statistics`). A metric is worse if the test says so and its median grew by more than the tolerance.
An ISA circuit has no seeds: there, more than the tolerance is worse.
"""

from __future__ import annotations

import json
import math
import os
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from hwcost.comparison.statistics import MIN_PAIRS, difference
from hwcost.core.errors import InputError, OptionError
from hwcost.core.files import write_file
from hwcost.core.plain import to_plain
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line, plural, shown
from hwcost.estimation.choice import choose, ranking_conditions, spread_over
from hwcost.estimation.conditions import prepare_conditions
from hwcost.estimation.costs import CostedCandidate, with_method
from hwcost.estimation.estimate import assemble, estimate
from hwcost.estimation.logical import read_logical
from hwcost.estimation.record import CostEstimate
from hwcost.estimation.seed_work import compile_candidates
from hwcost.integrations.requests import check_names, estimate_request, keywords_of

SCHEMA = "hwcost.baseline/1"

NUM_SEEDS = 8
"""Default of a baseline: the test needs six pairs that differ."""

_Kind = TypeVar("_Kind")

_MAX_FILE_BYTES = 2**20
_METRICS = {"qpu_time_s": "QPU time", "num_2q": "two-qubit gates", "shots_needed": "shots"}
_OLD, _NEW = ("baseline", ""), ("now", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What a circuit cost on a device, seed by seed.

    Attributes:
        circuit: Name of the circuit, for people.
        sha256: Of its content.
        backend: Name of the device.
        calibrated: Date of its calibration, as in the JSON of an estimate; None if unknown.
        settings: What else decides about the numbers.
        versions: Of hwcost and Qiskit.
        seeds: Transpiler seeds; empty for an ISA circuit, which has one value.
        values: By metric, one value for each seed; None where no number of shots is enough.
    """

    circuit: str
    sha256: str
    backend: str
    calibrated: str | None
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    seeds: tuple[int, ...]
    values: Mapping[str, tuple[float | None, ...]]

    def median(self, metric: str) -> float:
        """Return the median over the seeds; infinite where most have no value."""
        return statistics.median(_number(value) for value in self.values[metric])

    @property
    def made_with(self) -> str:
        """Versions and date of the calibration, in words."""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return f"{versions}, calibration of {self.calibrated or 'unknown date'}"


def measure(circuit: object, backend: object, options: Mapping[str, Any]) -> tuple[CostEstimate, Baseline]:
    """Cost a circuit, and keep what each seed costs.

    Args:
        circuit: What `hwcost.estimate` takes, but no QNode.
        backend: What `hwcost.estimate` takes.
        options: Keywords of `hwcost.estimate`.

    Raises:
        HwcostError: As `hwcost.estimate`.
    """
    check_names("assert_cost", options, keywords_of(estimate))
    request = estimate_request(options)
    seeds = range(request.seed, request.seed + request.fixed_num_seeds) if request.transpile else ()
    conditions = prepare_conditions(backend, request)
    logical = read_logical(circuit, observable=request.observable, measure_all=request.measure_all)
    ranked = compile_candidates(logical, ranking_conditions(conditions))
    chosen = choose(ranked, conditions, logical.plan)
    cost = assemble(logical, conditions, chosen.costed, spread_over(ranked), prove=True)
    # Unlike an estimate, a baseline says of each seed what it costs.
    costed = ranked if chosen.costed is chosen.ranked else [with_method(c, conditions, logical.plan) for c in ranked]
    baseline = Baseline(
        circuit=one_line(cost.circuit.name),
        sha256=cost.circuit.sha256,
        backend=cost.backend.name,
        calibrated=to_plain(cost.backend.snapshot_date),
        settings={
            **to_plain(request.settings()),
            "transpile": request.transpile,
            "optimization_level": request.optimization_level if request.transpile else None,
        },
        versions={"hwcost": cost.transpile.hwcost, "qiskit": cost.transpile.qiskit},
        seeds=tuple(seeds),
        values={metric: tuple(_value(candidate, metric) for candidate in costed) for metric in _METRICS},
    )
    return cost, baseline


def check_testable(baseline: Baseline) -> None:
    """Refuse a baseline with too few seeds for any test.

    Raises:
        OptionError: It has some, but fewer than the test needs.
    """
    if baseline.seeds and len(baseline.seeds) < MIN_PAIRS:
        raise OptionError(
            f"num_seeds is {len(baseline.seeds)}; a baseline needs at least {MIN_PAIRS}, with fewer no difference "
            "can be told from seed noise"
        )


def worse(old: Baseline, new: Baseline, tolerance: float) -> list[str]:
    """Return a line for each metric that is worse than in the baseline, by more than seed noise and the tolerance.

    Args:
        old: The baseline.
        new: What the circuit costs now, under the same settings.
        tolerance: Largest relative growth of the median that passes, such as 0.05.
    """
    lines = []
    for metric, words in _METRICS.items():
        before, after = old.median(metric), new.median(metric)
        if after <= before * (1.0 + tolerance):
            continue
        found = difference(
            _by_seed(old, metric), _by_seed(new, metric), first=_OLD, second=_NEW, metric=metric,
            deterministic=not new.seeds,
        )  # fmt: skip
        if found is not None and found.better == _OLD:
            test = (
                "no seeds" if found.p_value is None else f"{plural(found.num_pairs, 'seed')}, p = {found.p_value:.2g}"
            )
            change = _change(before, after)
            lines.append(f"{words}: {_shown(metric, before)} -> {_shown(metric, after)} ({change}; {test})")
    return lines


def other_conditions(old: Baseline, new: Baseline) -> list[str]:
    """Return what keeps two costs from being compared: another device, settings, seeds."""
    lines = []
    if old.backend != new.backend:
        lines.append(f"backend: {shown(old.backend)} -> {shown(new.backend)}")
    was, now = old.settings, new.settings
    lines += [
        f"{key}: {shown(was.get(key))} -> {shown(now.get(key))}"
        for key in sorted({*was, *now})
        if was.get(key) != now.get(key)
    ]
    if old.seeds != new.seeds:
        lines.append(f"seeds: {list(old.seeds)} -> {list(new.seeds)}")
    return lines


def save_baseline(baseline: Baseline, path: Path) -> None:
    """Write a baseline, and the folder that it stands in.

    Raises:
        OptionError: The file cannot be written there.
    """
    path.parent.mkdir(exist_ok=True)
    text = json.dumps({"schema": SCHEMA, **to_plain(baseline)}, indent=2, allow_nan=False, ensure_ascii=False)
    write_file(path, (text + "\n").encode())


def load_baseline(path: str | os.PathLike[str]) -> Baseline:
    """Read a baseline.

    Raises:
        InputError: The file cannot be read, or holds something else.
    """
    data = read_file(path, what="baseline", limit_bytes=_MAX_FILE_BYTES)
    remedy = "write it again with --hwcost-update"
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise InputError(f"{path_label(path)}: is not JSON; {remedy}") from None
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != SCHEMA:
        raise InputError(f"{path_label(path)}: schema is {shown(schema)}, not {SCHEMA!r}; {remedy}")
    try:
        return _checked(found)
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{path_label(path)}: values are missing or of another kind; {remedy}") from None


def _checked(found: Mapping[str, Any]) -> Baseline:
    """Return the record of a parsed file; any error means that the file is damaged."""
    seeds = tuple(_as(int, seed) for seed in _as(list, found["seeds"]))
    values = {metric: tuple(map(_as_value, _as(list, found["values"][metric]))) for metric in _METRICS}
    if any(len(each) != (len(seeds) or 1) for each in values.values()):
        raise ValueError("not one value for each seed")
    return Baseline(
        circuit=_as(str, found["circuit"]),
        sha256=_as(str, found["sha256"]),
        backend=_as(str, found["backend"]),
        calibrated=None if found["calibrated"] is None else _as(str, found["calibrated"]),
        settings=dict(_as(dict, found["settings"])),
        versions={_as(str, name): _as(str, version) for name, version in _as(dict, found["versions"]).items()},
        seeds=seeds,
        values=values,
    )


def _as(kind: type[_Kind], value: object) -> _Kind:
    if type(value) is not kind:
        raise TypeError(f"not of type {kind.__name__}")
    return value


def _as_value(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        raise TypeError("not a number")
    return value


def _value(candidate: CostedCandidate, metric: str) -> float | None:
    if metric == "qpu_time_s":
        return candidate.time.qpu_time_s
    return candidate.gates.num_2q if metric == "num_2q" else candidate.shots.needed


def _by_seed(baseline: Baseline, metric: str) -> dict[str, dict[int, float]]:
    numbers: Sequence[int] = baseline.seeds or (0,)
    return {"": {seed: _number(value) for seed, value in zip(numbers, baseline.values[metric], strict=True)}}


def _number(value: float | None) -> float:
    return math.inf if value is None else value


def _change(before: float, after: float) -> str:
    return f"{after / before - 1.0:+.1%}" if before > 0.0 and math.isfinite(after) else "no ratio"


def _shown(metric: str, value: float) -> str:
    if not math.isfinite(value):
        return "without bound, the signal is gone"
    return f"{value:.4g} s" if metric.endswith("_s") else f"{value:,g}"
