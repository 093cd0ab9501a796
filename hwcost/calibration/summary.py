"""A calibration at a glance: distributions, worst qubits and edges, exclusions, findings."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from hwcost.calibration.audit import AuditedCalibration
from hwcost.calibration.health import Edge, undirected
from hwcost.core.gates import NON_GATES
from hwcost.report.result import Result

SCHEMA = "hwcost.calibration-summary/1"
NUM_WORST = 5

_QUBIT_VALUES = {
    "t1_s": "T1",
    "t2_s": "T2",
    "readout_error": "readout error",
    "prob_meas0_prep1": "P(read 0 | prepared 1)",
    "prob_meas1_prep0": "P(read 1 | prepared 0)",
    "readout_duration_s": "readout duration",
}
_WORST_IF_LOW = ("t1_s", "t2_s")
_GATE_VALUES = {"error": "error", "duration_s": "duration"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How one value is spread over the qubits, or the places of one gate, that are in use.

    Attributes:
        quantity: Field of the qubit, or gate and field, such as `ecr error`.
        label: The same for people.
        num_values: Places where it is known.
        low: Smallest value.
        lower_quartile: A quarter is smaller.
        median: Half is smaller.
        upper_quartile: Three quarters are smaller.
        high: Largest value.
    """

    quantity: str
    label: str
    num_values: int
    low: float
    lower_quartile: float
    median: float
    upper_quartile: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstPlaces:
    """The qubits or edges where a value is worst, the worst first."""

    quantity: str
    label: str
    places: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationSummary(Result):
    """What `hwcost calibration show` reports. Values of excluded qubits and unusable gates are left out of it."""

    audited: AuditedCalibration
    distributions: tuple[Distribution, ...]
    worst_qubits: tuple[WorstPlaces, ...]
    worst_edges: tuple[WorstPlaces, ...]

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row per distribution."""
        return [{"name": self.audited.calibration.name, **asdict(item)} for item in self.distributions]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: qubits and gates as reported, in SI units, and the summary of those in use."""
        audited, calibration = self.audited, self.audited.calibration
        dates = ("snapshot_date", "oldest_value_date", "newest_value_date")
        return {
            "schema": SCHEMA,
            "name": calibration.name,
            "processor": calibration.processor,
            "source": calibration.source,
            "origin": calibration.origin,
            "licence": calibration.licence,
            "num_qubits": calibration.num_qubits,
            "num_qubits_usable": len(audited.component),
            "basis_gates": list(calibration.basis_gates),
            "dt_s": calibration.dt_s,
            "rep_delay_s": calibration.rep_delay_s,
            **{
                name: None if getattr(calibration, name) is None else getattr(calibration, name).isoformat()
                for name in dates
            },
            "snapshot_age_days": audited.age_days,
            "excluded": {"qubits": list(audited.excluded_qubits), "edges": [list(e) for e in audited.excluded_edges]},
            "findings": [asdict(finding) for finding in audited.findings],
            "assumptions": list(calibration.assumptions),
            "distributions": [asdict(distribution) for distribution in self.distributions],
            "worst_qubits": {worst.quantity: [list(place) for place in worst.places] for worst in self.worst_qubits},
            "worst_edges": {worst.quantity: [list(place) for place in worst.places] for worst in self.worst_edges},
            "qubits": [
                {"qubit": record.qubit, **{name: getattr(record, name) for name in _QUBIT_VALUES}}
                for record in calibration.qubits
            ],
            "gates": [
                {
                    "name": gate.name,
                    "qubits": list(gate.qubits),
                    "error": gate.error,
                    "duration_s": gate.duration_s,
                }
                for gate in calibration.gates
            ],
        }


def summarize(audited: AuditedCalibration) -> CalibrationSummary:
    """Summarize an audited calibration.

    Example:
        >>> from hwcost.calibration.audit import audit
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> summary = summarize(audit(load_fake_backend("fake_manila")))
        >>> [d.quantity for d in summary.distributions][:3], summary.worst_edges[0].places[0][0]
        (['t1_s', 't2_s', 'readout_error'], '1-2')
    """
    values = _values_in_use(audited)
    return CalibrationSummary(
        audited=audited,
        distributions=tuple(_distributions(values)),
        worst_qubits=tuple(_worst(values, 1)),
        worst_edges=tuple(_worst(values, 2)),
    )


def _values_in_use(audited: AuditedCalibration) -> dict[tuple[str, str], dict[Edge | tuple[int], float]]:
    """Return values by (quantity, label) and place; of the two directions of an edge the worse."""
    found: dict[tuple[str, str], dict[Any, float]] = defaultdict(dict)
    excluded = frozenset(audited.excluded_qubits)
    for name, label in _QUBIT_VALUES.items():
        for record in audited.calibration.qubits:
            value = getattr(record, name)
            if value is not None and record.qubit not in excluded:
                found[name, label][record.qubit,] = value
    for gate in audited.calibration.gates:
        if gate.name in NON_GATES or audited.is_dead(gate.name, gate.qubits) or not excluded.isdisjoint(gate.qubits):
            continue
        place = undirected(gate.qubits) if len(gate.qubits) == 2 else gate.qubits
        for name, label in _GATE_VALUES.items():
            value = getattr(gate, name)
            if value is not None:
                table = found[f"{gate.name} {name}", f"{gate.name} {label}"]
                table[place] = max(value, table.get(place, value))
    return found


def _distributions(values: dict[tuple[str, str], dict[Any, float]]) -> Iterator[Distribution]:
    for (quantity, label), table in values.items():
        numbers = sorted(table.values())
        if numbers[-1] == 0.0:
            continue  # virtual gates
        quartiles = statistics.quantiles(numbers, n=4, method="inclusive") if len(numbers) > 1 else numbers * 3
        yield Distribution(
            quantity=quantity,
            label=label,
            num_values=len(numbers),
            low=numbers[0],
            lower_quartile=quartiles[0],
            median=quartiles[1],
            upper_quartile=quartiles[2],
            high=numbers[-1],
        )


def _worst(values: dict[tuple[str, str], dict[Any, float]], num_qubits: int) -> Iterator[WorstPlaces]:
    for (quantity, label), table in values.items():
        low_is_worst = quantity in _WORST_IF_LOW
        if not (low_is_worst or quantity == "readout_error" or quantity.endswith(" error")):
            continue
        if len(next(iter(table))) != num_qubits or not any(table.values()):
            continue
        ordered = sorted(table.items(), key=lambda item: (item[1] if low_is_worst else -item[1], item[0]))
        places = tuple(("-".join(map(str, place)), value) for place, value in ordered[:NUM_WORST])
        yield WorstPlaces(quantity=quantity, label=label, places=places)
