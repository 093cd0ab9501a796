"""Calibrations at a glance and differences between two, as pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from hwcost.calibration.audit import AuditedCalibration
from hwcost.calibration.diff import CalibrationDiff, Change, gained
from hwcost.calibration.health import Edge
from hwcost.calibration.summary import CalibrationSummary, Distribution, WorstPlaces
from hwcost.core.text import listing
from hwcost.core.units import format_age, format_seconds, format_share
from hwcost.report.page import Page, Verbatim, registered_page

NUM_SHOWN = 8
"""Changed values printed before the rest is only counted; the dictionary holds them all."""


@registered_page.register
def _(summary: CalibrationSummary) -> Page:
    return Page(title=summary.audited.calibration.name, blocks=(Verbatim(_summary_text(summary)),))


@registered_page.register
def _(diff: CalibrationDiff) -> Page:
    names = (diff.first.calibration.name, diff.second.calibration.name)
    return Page(title=" and ".join(names), blocks=(Verbatim(_diff_text(diff)),))


def _summary_text(summary: CalibrationSummary) -> str:
    """Write the summary for a terminal."""
    lines = [*_head(summary.audited), "", *_distribution_lines(summary.distributions)]
    for title, group in (("Worst qubits", summary.worst_qubits), ("Worst edges", summary.worst_edges)):
        if group:
            lines += ["", title, *_merged((worst.label, _worst_cells(worst)) for worst in group)]
    audited = summary.audited
    lines += ["", "Excluded"]
    lines += [f"  qubits  {' '.join(map(str, audited.excluded_qubits)) or 'none'}"]
    lines += [f"  edges   {' '.join(f'{a}-{b}' for a, b in audited.excluded_edges) or 'none'}"]
    lines += ["", "Found"]
    lines += [f"  {finding.severity:<7}  {finding.message}" for finding in audited.findings] or ["  nothing"]
    return "\n".join(lines) + "\n"


def format_value(quantity: str, value: float | None) -> str:
    """Write a time or a share, by the name of the quantity.

    >>> format_value("t1_s", 0.0001), format_value("cz error", 0.0042), format_value("t1_s", None)
    ('100 µs', '0.42 %', 'unknown')
    """
    if value is None:
        return "unknown"
    return format_seconds(value) if quantity.endswith("_s") else format_share(value)


def _head(audited: AuditedCalibration) -> Iterator[str]:
    calibration = audited.calibration
    processor = f" ({calibration.processor})" if calibration.processor else ""
    yield (
        f"{calibration.name}{processor}: {calibration.num_qubits} qubits, "
        f"{len(audited.component)} of them usable and connected"
    )
    date = f"{calibration.snapshot_date:%Y-%m-%d}, " if calibration.snapshot_date else ""
    oldest, newest = calibration.oldest_value_date, calibration.newest_value_date
    values = f"; values of {oldest:%Y-%m-%d} to {newest:%Y-%m-%d}" if oldest and newest else ""
    yield f"  calibration  {date}{format_age(audited.age_days)}{values}"
    licence = f", licence {calibration.licence}" if calibration.licence else ""
    yield f"  source       {calibration.source}: {calibration.origin}{licence}"
    limits = calibration.rep_delay_range_s
    delays = f" ({format_seconds(limits[0])} to {format_seconds(limits[1])})" if limits else ""
    delay = format_seconds(calibration.rep_delay_s)
    yield f"  timing       dt {format_seconds(audited.dt_s)}, repetition delay {delay}{delays}"
    yield f"  basis gates  {' '.join(calibration.basis_gates)}"


def _distribution_lines(distributions: Iterable[Distribution]) -> Iterator[str]:
    titles = ("number", "least", "1st quarter", "median", "3rd quarter", "most")
    yield f"{'Values in use':<26}" + "".join(f"{title:>12}" for title in titles)
    yield from _merged((item.label, _distribution_cells(item)) for item in distributions)


def _distribution_cells(item: Distribution) -> str:
    numbers = (item.low, item.lower_quartile, item.median, item.upper_quartile, item.high)
    return f"{item.num_values:>12}" + "".join(f"{format_value(item.quantity, number):>12}" for number in numbers)


def _worst_cells(worst: WorstPlaces) -> str:
    return "  ".join(f"{place}: {format_value(worst.quantity, value)}" for place, value in worst.places)


def _merged(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Label and cells of each row; gates whose cells are equal (IBM measures sx and states it for x) share one."""
    labels: dict[tuple[str, str], list[str]] = {}
    for label, cells in rows:
        gate, _, what = label.rpartition(" ")
        labels.setdefault((what, cells), []).append(gate)
    for (what, cells), gates in labels.items():
        yield f"  {(', '.join(gates) + ' ' + what).strip():<24}{cells}"


def _diff_text(diff: CalibrationDiff) -> str:
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
        only = gained(first, second)
        both = len(set(first) & set(second))
        yield (
            f"  {what:<8}{both} in both; only in A: {_places(only['only_first'])}; "
            f"only in B: {_places(only['only_second'])}"
        )


def _places(items: list[int] | list[Edge]) -> str:
    texts = ["-".join(map(str, item)) if isinstance(item, tuple) else str(item) for item in items]
    return listing(texts, NUM_SHOWN, separator=" ") or "none"
