"""`validate_measured`: predicted attenuation against what hardware measured, run by run."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hwcost.calibration.readout_file import ReadoutSource
from hwcost.circuits.digest import content_sha256
from hwcost.core.errors import HwcostError, InputError, OptionError
from hwcost.core.text import listing
from hwcost.estimation.conditions import Conditions, prepare_conditions
from hwcost.estimation.estimate import estimate_under
from hwcost.estimation.options import EstimateRequest
from hwcost.estimation.record import CostEstimate
from hwcost.estimation.seeds import NumSeeds
from hwcost.noise.attenuation import SIGNED
from hwcost.noise.hardware import hardware_error
from hwcost.noise.methods import AUTO, DEFAULT_ATTENUATION, METHODS, AttenuationMethod
from hwcost.validation.ideal import NO_IDEAL, ideal_of
from hwcost.validation.measured_file import MeasuredResult, Observable, Results, load_measured
from hwcost.validation.measured_record import MeasuredRun, MeasuredValidation
from hwcost.validation.measured_scores import scores_of

MIN_IDEAL = 0.2
"""Ideal |value| below which the ratio of measured to ideal is mostly noise of the shots and shifts by relaxation."""


def validate_measured(
    results: Results,
    backend: Any = None,
    *,
    circuits: str | os.PathLike[str] | None = None,
    methods: Sequence[AttenuationMethod] = (DEFAULT_ATTENUATION,),
    optimization_level: int = 2,
    num_seeds: NumSeeds = 4,
    seed_transpiler: int = 0,
    keep_dead_readout: bool = False,
    fractional_gates: bool = False,
    readout_from: ReadoutSource | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> MeasuredValidation:
    """Compare predictions with your own hardware results: λ of each run, its rank, and whether the error bars hold.

    For each result the circuit is compiled for the backend as `estimate` does it (or taken as it ran, as ISA circuit),
    and λ is predicted. Measured is the mean of measured over ideal value, over the observables with an ideal value of
    at least `MIN_IDEAL`; predicted is the mean of their predicted λ, readout included. Ideal values come from a
    simulation of up to 12 qubits, or from the results.

    A compilation here chooses qubits by the calibration here, which are not those of the run, unless ISA circuits are
    given. The calibration should be that of the day: `hwcost calibration save` keeps it.

    Args:
        results: A JSON file, or what it holds (`hwcost.validation.measured_file.load_measured`).
        backend: What `estimate` takes; results that name their own backend have that one.
        circuits: File that the numbers of circuits in the results are about, in place of the file's own `circuits`.
        methods: Attenuation methods; the first one is judged run by run.
        optimization_level: Of results that name none.
        num_seeds: Transpiler seeds to try, or `"auto"`, as in `estimate`.
        seed_transpiler: First of them.
        keep_dead_readout: As in `estimate`.
        fractional_gates: As in `estimate`.
        readout_from: As in `estimate`.
        progress: Called with (results done, results in all).

    Raises:
        OptionError: The results cannot be read, an option is invalid, or not one result can be compared.
        CircuitError: A circuit file cannot be read.
        CalibrationError: A backend cannot be used.
    """
    known = (AUTO, *METHODS)
    if isinstance(methods, str) or not methods or len(set(methods)) < len(methods) or not set(methods) <= set(known):
        raise OptionError(f"methods are {methods!r}; choose from {', '.join(known)}, each at most once")
    loaded = load_measured(results, circuits=circuits)
    request = EstimateRequest(
        shots=1000,
        optimization_level=optimization_level,
        num_seeds=num_seeds,
        seed=seed_transpiler,
        attenuation=methods[0],
        keep_dead_readout=keep_dead_readout,
        fractional_gates=fractional_gates,
        readout_from=readout_from,
    )
    predictions = _Predictions(backend, request, methods)
    runs: list[MeasuredRun] = []
    left_out: list[str] = []
    for number, result in enumerate(loaded):
        try:
            runs.append(_run(result, predictions, methods))
        except _NotComparableError as reason:
            left_out.append(f"{result.where} ({result.name}): {reason}")
        if progress is not None:
            progress(number + 1, len(loaded))
    if not runs:
        raise OptionError(f"not one of {len(loaded)} results can be compared: {listing(left_out, 2, separator='; ')}")
    return MeasuredValidation(
        runs=tuple(runs),
        scores=tuple(scores_of(runs, (*methods, "esp"))),
        left_out=tuple(left_out),
        assumptions=tuple(predictions.assumptions),
    )


class _NotComparableError(Exception):
    """A result has nothing to compare; the message says why."""


class _Predictions:
    """Predictions, each made once: runs often repeat a circuit."""

    def __init__(self, backend: Any, request: EstimateRequest, methods: Sequence[AttenuationMethod]) -> None:
        self._backend, self._request, self._methods = backend, request, methods
        self._conditions: dict[str | None, Conditions] = {}
        self._made: dict[tuple[Any, ...], tuple[CostEstimate, dict[str, dict[Observable, float]]] | HwcostError] = {}
        self.assumptions: dict[str, None] = {}

    def of(
        self, result: MeasuredResult, observables: Sequence[Observable]
    ) -> tuple[CostEstimate, Mapping[str, Mapping[Observable, float]]]:
        """Return the estimate and λ of each observable by method.

        Raises:
            HwcostError: The circuit cannot be costed.
        """
        conditions = self._under(result)
        level = conditions.request.optimization_level
        # Classical bits need no list: all of them are predicted at once.
        labels = tuple(each for each in observables if isinstance(each, str))
        key = (content_sha256(result.circuit), result.backend, result.transpile, level, labels)
        if key not in self._made:
            try:
                self._made[key] = self._predict(result, observables, conditions)
            except HwcostError as error:
                self._made[key] = error
        made = self._made[key]
        if isinstance(made, HwcostError):
            raise made
        return made

    def _predict(
        self, result: MeasuredResult, observables: Sequence[Observable], conditions: Conditions
    ) -> tuple[CostEstimate, dict[str, dict[Observable, float]]]:
        labels = [each for each in observables if isinstance(each, str)] or None
        found: dict[str, dict[Observable, float]] = {}
        costs = []
        for method in self._methods:
            request = replace(conditions.request, attenuation=method, observable=labels)
            cost = estimate_under(replace(conditions, request=request), result.circuit)
            costs.append(cost)
            if labels is None:
                found[method] = {row.clbit: row.value for row in cost.shots.attenuation if row.clbit is not None}
            else:
                found[method] = {
                    label: 0.0 if each.inflation is None else 1.0 / math.sqrt(each.inflation)
                    for label, each in zip(labels, cost.shots.observables, strict=True)
                }
        self.assumptions |= dict.fromkeys(costs[0].backend.assumptions)
        return costs[0], found

    def _under(self, result: MeasuredResult) -> Conditions:
        if result.backend not in self._conditions:
            backend = self._backend if result.backend is None else result.backend
            if backend is None:
                raise OptionError(f"{result.where}: names no backend; give one for all with --backend (backend)")
            self._conditions[result.backend] = prepare_conditions(backend, self._request)
        conditions = self._conditions[result.backend]
        level = self._request.optimization_level if result.optimization_level is None else result.optimization_level
        request = replace(conditions.request, optimization_level=level, transpile=result.transpile)
        return replace(conditions, request=request)


def _run(result: MeasuredResult, predictions: _Predictions, methods: Sequence[AttenuationMethod]) -> MeasuredRun:
    ideal = dict(result.ideal)
    missing = [each for each in result.values if each not in ideal]
    if missing:
        computed = ideal_of(result.circuit, missing)
        if computed is None:
            raise _NotComparableError(NO_IDEAL)
        ideal |= computed
    compared = [each for each in result.values if abs(ideal.get(each, 0.0)) >= MIN_IDEAL]
    if not compared:
        raise _NotComparableError(f"no observable has a value of at least {MIN_IDEAL:g} without noise")
    try:
        cost, attenuations = predictions.of(result, compared)
    except OptionError:
        raise
    except InputError as error:
        raise _NotComparableError(str(error)) from None
    if any(each not in attenuations[methods[0]] for each in compared):
        raise _NotComparableError("a classical bit with a value is not measured by the circuit")
    ratios = [result.values[each] / ideal[each] for each in compared]
    measured = math.fsum(ratios) / len(ratios)
    predicted = {
        method: math.fsum(rows[each] for each in compared) / len(compared) for method, rows in attenuations.items()
    }
    if cost.noise is not None:
        predicted["esp"] = cost.noise.esp or 0.0
    low, high = _ends(predicted[methods[0]], cost)
    return MeasuredRun(
        circuit=result.name,
        backend=cost.backend.name,
        optimization_level=cost.transpile.optimization_level,
        num_qubits=len(cost.transpile.active_qubits),
        num_2q=cost.gates.num_2q,
        num_observables=len(compared),
        measured=measured,
        standard_error=_standard_error(result, ideal, compared),
        predicted=predicted,
        error=predicted[methods[0]] / measured - 1.0 if measured > 0.0 else None,
        low=low,
        high=high,
        inside=None if low is None or high is None else low <= measured <= high,
        kind="chosen" if cost.shots.hardware is None else cost.shots.hardware.kind,
        sha256=cost.circuit.sha256,
    )


def _standard_error(
    result: MeasuredResult, ideal: Mapping[Observable, float], compared: Sequence[Observable]
) -> float | None:
    """Return the error of the mean ratio by the shots, as if the observables were not correlated."""
    if result.shots is None:
        return None
    variances = [(1.0 - result.values[each] ** 2) / result.shots / ideal[each] ** 2 for each in compared]
    return math.sqrt(math.fsum(variances)) / len(compared)


def _ends(predicted: float, cost: CostEstimate) -> tuple[float | None, float | None]:
    """Return the smallest and the largest λ by the error that hardware showed for the mean over the observables."""
    if predicted <= 0.0 or cost.shots.hardware is None:
        return None, None
    inflation = predicted**-2
    signed = any(row.method == SIGNED for row in cost.shots.attenuation)
    error = hardware_error(worst=None, mean=inflation, rule="mean", kind=cost.shots.hardware.kind, signed=signed)
    if error is None:
        return None, None
    return predicted / math.sqrt(error.factor), predicted * math.sqrt(error.factor)
