"""What `validate_measured` returns: `MeasuredValidation`, predictions beside what hardware measured."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hwcost.core.plain import to_plain
from hwcost.report.result import Result

SCHEMA = "hwcost.measured-validation/1"

STATEMENT = "predictions from the calibration against what hardware measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRun:
    """One result, compared.

    Attributes:
        circuit: Name of the circuit.
        backend: Name of the calibration that the prediction is from.
        optimization_level: At which it was compiled here, None for an ISA circuit.
        num_qubits: Qubits in use.
        num_2q: Two-qubit gates.
        num_observables: Observables behind the means: those with an ideal value of at least `MIN_IDEAL`.
        measured: λ: mean over them of measured over ideal value.
        standard_error: Of `measured`, by the number of shots alone; None where that is unknown.
        predicted: Mean predicted λ of the same observables, by method; `esp` is the success probability read as λ.
        error: predicted/measured − 1 of the first method; None where nothing was left of the signal.
        low: Smallest λ by the error that hardware showed, of the first method (`hwcost.noise.hardware`).
        high: Largest λ by it.
        inside: Whether `measured` lies between the two, ends included; None without them.
        kind: Whose error that is: `chosen`, `fixed` or `wide`.
        sha256: Identifies circuit and compilation, for runs that repeat each other.
    """

    circuit: str
    backend: str
    optimization_level: int | None
    num_qubits: int
    num_2q: int
    num_observables: int
    measured: float
    standard_error: float | None
    predicted: Mapping[str, float]
    error: float | None
    low: float | None
    high: float | None
    inside: bool | None
    kind: str
    sha256: str

    def __hash__(self) -> int:
        """Hash what identifies the run; a mapping has no hash."""
        return hash((self.sha256, self.backend, self.optimization_level, self.measured))


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredScore:
    """How good one predictor is on some of the runs.

    Attributes:
        group: Which runs: `all`, `circuits` (runs of one circuit on one device are averaged first), `circuits by level`
            (those at one level), `level 1`, `λ 0.5 to 0.8` …
        predictor: Attenuation method, or `esp`.
        num_runs: Their number.
        spearman: Rank correlation of predicted and measured λ; None for fewer than three or a constant side.
        median_error: Median of |predicted/measured − 1| of λ.
        error_90: Its 90 % quantile.
        median_inflation_error: Median of |predicted/measured − 1| of 1/λ².
        inflation_ratio: Median of predicted over measured 1/λ²: below 1 is too few shots.
        factor_90: Factor between predicted and measured 1/λ², either way, that holds 90 % of the runs.
        coverage: Share of runs inside the error that reports give; None where there is none.
    """

    group: str
    predictor: str
    num_runs: int
    spearman: float | None
    median_error: float | None
    error_90: float | None
    median_inflation_error: float | None
    inflation_ratio: float | None
    factor_90: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredValidation(Result):
    """Predicted against measured attenuation on hardware.

    Attributes:
        runs: Each result that could be compared.
        scores: How good the predictions are.
        left_out: Why a result could not be compared, one line each.
        assumptions: What had to be assumed for the predictions.
        statement: What was checked.
    """

    runs: tuple[MeasuredRun, ...]
    scores: tuple[MeasuredScore, ...]
    left_out: tuple[str, ...]
    assumptions: tuple[str, ...]
    statement: str = STATEMENT

    def score(self, group: str = "all", predictor: str | None = None) -> MeasuredScore:
        """Return one of the scores, by default of all runs and the first method.

        Raises:
            KeyError: There are no such runs.
        """
        for each in self.scores:
            if each.group == group and predictor in (None, each.predictor):
                return each
        raise KeyError(group)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data with the keys of the JSON schema `hwcost.measured-validation/1`."""
        return {"schema": SCHEMA, **{f.name: to_plain(getattr(self, f.name)) for f in dataclasses.fields(self)}}

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row per run."""
        rows = []
        for run in self.runs:
            row = to_plain(run)
            rows.append({**{k: v for k, v in row.items() if k != "predicted"}, **_columns(row["predicted"])})
        return rows


def _columns(predicted: Mapping[str, float]) -> dict[str, float]:
    return {f"predicted.{name}": value for name, value in predicted.items()}
