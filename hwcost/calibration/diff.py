"""What differs between two calibrations, of two days or two devices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from hwcost.calibration.audit import AuditedCalibration
from hwcost.calibration.health import Edge
from hwcost.calibration.record import Calibration
from hwcost.calibration.summary import format_value, summarize
from hwcost.core.text import listing
from hwcost.core.units import format_age, format_seconds

SCHEMA = "hwcost.calibration-diff/1"
NUM_SHOWN = 8
"""Changed values printed before the rest is only counted; the dictionary holds them all."""

_QUBIT_VALUES = ("t1_s", "t2_s", "readout_error", "prob_meas0_prep1", "prob_meas1_prep0", "readout_duration_s")
_SETTINGS = ("num_qubits", "processor", "basis_gates", "dt_s", "rep_delay_s", "rep_delay_range_s", "max_shots")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value on both sides, None where that side does not say.

    Attributes:
        place: What it belongs to: `qubit 3`, `ecr on 1-0`, or the device.
        quantity: Name of the value.
        first: In the first calibration.
        second: In the second.
    """

    place: str
    quantity: str
    first: Any
    second: Any

    @property
    def factor(self) -> float | None:
        """The second value in units of the first, None where there is no such number."""
        both = isinstance(self.first, float) and isinstance(self.second, float)
        return self.second / self.first if both and self.first > 0.0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationDiff:
    """What changed from the first calibration to the second.

    Attributes:
        first: One calibration.
        second: The other.
        settings: Values of the whole device that differ.
        medians: Medians over what is in use that differ.
        values: Values of single qubits and gates that differ, the largest factor first; empty for devices of
            different size, whose qubits have nothing to do with each other.
        only_first: Gates that only the first has.
        only_second: Gates that only the second has.
    """

    first: AuditedCalibration
    second: AuditedCalibration
    settings: tuple[Change, ...]
    medians: tuple[Change, ...]
    values: tuple[Change, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the two say the same about the device."""
        return not (self.settings or self.medians or self.values or self.only_first or self.only_second)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, in SI units."""
        before, after = self.first, self.second
        return {
            "schema": SCHEMA,
            "first": _side(before),
            "second": _side(after),
            "settings": [asdict(change) for change in self.settings],
            "medians": [{**asdict(change), "factor": change.factor} for change in self.medians],
            "values": [{**asdict(change), "factor": change.factor} for change in self.values],
            "only_first": list(self.only_first),
            "only_second": list(self.only_second),
            "excluded": {
                "qubits": _gained(before.excluded_qubits, after.excluded_qubits),
                "edges": _gained(before.excluded_edges, after.excluded_edges),
            },
        }


def diff_calibrations(first: AuditedCalibration, second: AuditedCalibration) -> CalibrationDiff:
    """Compare two audited calibrations value by value.

    Args:
        first: From `audit`.
        second: The same.

    Example:
        >>> from hwcost.calibration.audit import audit
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> found = diff_calibrations(audit(load_fake_backend("fake_lima")), audit(load_fake_backend("fake_quito")))
        >>> [change.quantity for change in found.medians][:2], found.is_empty
        (['t1_s', 't2_s'], False)
    """
    a, b = first.calibration, second.calibration
    same_size = a.num_qubits == b.num_qubits
    gates_a, gates_b = ({_gate_place(g.name, g.qubits) for g in c.gates} for c in (a, b))
    values = sorted(_values(a, b), key=_size_of_change, reverse=True) if same_size else []
    return CalibrationDiff(
        first=first,
        second=second,
        settings=tuple(_settings(a, b)),
        medians=tuple(_medians(first, second)),
        values=tuple(values),
        only_first=tuple(sorted(gates_a - gates_b)) if same_size else (),
        only_second=tuple(sorted(gates_b - gates_a)) if same_size else (),
    )


def _side(audited: AuditedCalibration) -> dict[str, Any]:
    calibration = audited.calibration
    date = calibration.snapshot_date
    return {
        "name": calibration.name,
        "source": calibration.source,
        "origin": calibration.origin,
        "num_qubits": calibration.num_qubits,
        "num_qubits_usable": len(audited.component),
        "snapshot_date": None if date is None else date.isoformat(),
        "snapshot_age_days": audited.age_days,
    }


def _gained(first: tuple[Any, ...], second: tuple[Any, ...]) -> dict[str, list[Any]]:
    return {"only_first": sorted(set(first) - set(second)), "only_second": sorted(set(second) - set(first))}


def _settings(a: Calibration, b: Calibration) -> Iterator[Change]:
    for name in _SETTINGS:
        first, second = getattr(a, name), getattr(b, name)
        if name == "basis_gates":  # their order means nothing
            first, second = tuple(sorted(first)), tuple(sorted(second))
        if first != second:
            yield Change(place="device", quantity=name, first=first, second=second)


def _medians(a: AuditedCalibration, b: AuditedCalibration) -> Iterator[Change]:
    first, second = ({item.quantity: item.median for item in summarize(side).distributions} for side in (a, b))
    for quantity in dict.fromkeys((*first, *second)):
        if first.get(quantity) != second.get(quantity):
            yield Change(place="median", quantity=quantity, first=first.get(quantity), second=second.get(quantity))


def _values(a: Calibration, b: Calibration) -> Iterator[Change]:
    for old, new in zip(a.qubits, b.qubits, strict=True):
        for name in (*_QUBIT_VALUES, "operational"):
            if getattr(old, name) != getattr(new, name):
                place = f"qubit {old.qubit}"
                yield Change(place=place, quantity=name, first=getattr(old, name), second=getattr(new, name))
    for gate in a.gates:
        other = b.gate(gate.name, gate.qubits)
        for name in ("error", "duration_s", "operational"):
            if other is not None and getattr(gate, name) != getattr(other, name):
                place = _gate_place(gate.name, gate.qubits)
                yield Change(place=place, quantity=name, first=getattr(gate, name), second=getattr(other, name))


def _gate_place(name: str, qubits: tuple[int, ...]) -> str:
    return f"{name} on {'-'.join(map(str, qubits))}"


def _size_of_change(change: Change) -> float:
    """Return how far from 1 the factor is, up or down; what appears, vanishes or was 0 comes first."""
    factor = change.factor
    return float("inf") if not factor else max(factor, 1.0 / factor)


# Text.


def diff_text(diff: CalibrationDiff) -> str:
    """Write the differences for a terminal."""
    lines = [f"{label}: {_side_text(side)}" for label, side in (("A", diff.first), ("B", diff.second))]
    if diff.is_empty:
        lines += ["", "No value differs."]
    if diff.settings:
        lines += ["", "Device"]
        lines += [f"  {c.quantity:<26}{_setting(c, c.first)}  →  {_setting(c, c.second)}" for c in diff.settings]
    if diff.medians:
        lines += ["", f"{'Median of what is in use':<28}{'A':>12}{'B':>12}"]
        lines += [f"  {change.quantity:<26}{_cells(change)}" for change in diff.medians]
    lines += ["", "Excluded", *_excluded_lines(diff)]
    if diff.only_first or diff.only_second:
        lines += ["", "Gates", f"  {len(diff.only_first)} only in A, {len(diff.only_second)} only in B"]
    if diff.first.calibration.num_qubits != diff.second.calibration.num_qubits:
        lines += ["", "The devices differ in size, so qubits and gates are not compared one by one."]
    elif diff.values:
        lines += ["", f"{len(diff.values)} values differ; by the largest factor"]
        lines += [f"  {f'{c.place} {c.quantity}':<40}{_cells(c)}" for c in diff.values[:NUM_SHOWN]]
    return "\n".join(lines) + "\n"


def _side_text(audited: AuditedCalibration) -> str:
    calibration = audited.calibration
    date = f"{calibration.snapshot_date:%Y-%m-%d %H:%M}, " if calibration.snapshot_date else ""
    usable = f"{len(audited.component)} of {calibration.num_qubits} qubits usable"
    return f"{calibration.name}, {date}{format_age(audited.age_days)}, {usable} ({calibration.source})"


def _setting(change: Change, value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(format_seconds(v) if isinstance(v, float) else str(v) for v in value)
    return format_seconds(value) if change.quantity.endswith("_s") else "unknown" if value is None else str(value)


def _cells(change: Change) -> str:
    factor = "" if change.factor is None else f"  × {change.factor:.3g}"
    sides = (
        str(value).lower() if isinstance(value, bool) else format_value(change.quantity, value)
        for value in (change.first, change.second)
    )
    return "".join(f"{side:>12}" for side in sides) + factor


def _excluded_lines(diff: CalibrationDiff) -> Iterator[str]:
    for what, first, second in (
        ("qubits", diff.first.excluded_qubits, diff.second.excluded_qubits),
        ("edges", diff.first.excluded_edges, diff.second.excluded_edges),
    ):
        if diff.first.calibration.num_qubits != diff.second.calibration.num_qubits:
            yield f"  {what:<8}{len(first)} in A, {len(second)} in B"
            continue
        gained = _gained(first, second)
        both = len(set(first) & set(second))
        yield (
            f"  {what:<8}{both} in both; only in A: {_places(gained['only_first'])}; "
            f"only in B: {_places(gained['only_second'])}"
        )


def _places(items: list[int] | list[Edge]) -> str:
    texts = ["-".join(map(str, item)) if isinstance(item, tuple) else str(item) for item in items]
    return listing(texts, NUM_SHOWN, separator=" ") or "none"
