"""What people are told about a `Calibration`: each defect, gap and assumption as a `Finding`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias

from hwcost.calibration import health
from hwcost.calibration.health import DEAD_ERROR, MAX_AGE_DAYS, Edge, Fault, GateKey
from hwcost.calibration.record import Calibration, GateCalibration, QubitCalibration, Qubits
from hwcost.calibration.vendors import is_trapped_ion
from hwcost.core.gates import NON_GATES
from hwcost.core.text import plural
from hwcost.core.units import format_seconds

Severity: TypeAlias = Literal["info", "warning", "error"]

# Stated by the fake provider's own documentation; nothing in the data itself says so.
SYNTHETIC_FAKES: Mapping[str, str] = {"fake_fractional": "fake_lima with made-up rx and rzz gates"}
NOT_TYPICAL_FAKES: Mapping[str, str] = {"fake_nighthawk": "Nighthawk"}

_MISSING: Mapping[Fault, tuple[str, str]] = {
    "not_recorded": ("gate_without_record", "no record"),
    "duration_unknown": ("gate_duration_unknown", "no duration"),
    "error_unknown": ("error_unknown", "no error"),
}

_DATED = {
    "t1_s": "T1",
    "t2_s": "T2",
    "readout_error": "the readout error",
    "prob_meas0_prep1": "prob_meas0_prep1",
    "prob_meas1_prep0": "prob_meas1_prep0",
    "readout_duration_s": "the readout duration",
    "error": "the error",
    "duration_s": "the duration",
}

_SHOWN = 8  # of the qubits or edges in a message; the finding carries them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a reader of an estimate should know about the calibration behind it.

    Attributes:
        code: Stable identifier, for programs.
        severity: `info` for an assumption, `warning` for a defect that was worked around, `error` for one that was not.
        message: One line for people.
        qubits: Qubits concerned.
        edges: Pairs of qubits concerned.
    """

    code: str
    severity: Severity
    message: str
    qubits: tuple[int, ...] = ()
    edges: tuple[Edge, ...] = ()


def list_findings(
    calibration: Calibration,
    *,
    gate_faults: Mapping[GateKey, Fault],
    readout_faults: Mapping[int, Fault],
    dead_gates: frozenset[GateKey],
    excluded_qubits: Container[int],
    excluded_edges: tuple[Edge, ...],
    components: list[tuple[int, ...]],
    age_days: int | None,
    durations_only: bool,
) -> tuple[Finding, ...]:
    """List all that a reader must be told about `calibration`, given what `hwcost.calibration.health` says of it."""
    return (
        *_gate_findings(calibration, gate_faults),
        *_readout_findings(calibration, readout_faults),
        *_operational_findings(calibration),
        *_coherence_findings(calibration, excluded_qubits, durations_only),
        *_component_findings(calibration, components, excluded_edges),
        *_missing_findings(calibration),
        *_window_findings(calibration, dead_gates),
        *_origin_findings(calibration, age_days),
        *_value_age_findings(calibration, dead_gates, excluded_qubits),
        *_option_findings(durations_only),
    )


def _gate_findings(calibration: Calibration, faults: Mapping[GateKey, Fault]) -> Iterator[Finding]:
    grouped: dict[tuple[str, Fault], list[Qubits]] = defaultdict(list)
    totals = Counter(gate.name for gate in calibration.gates)
    for (name, qubits), fault in faults.items():
        if fault != "not_operational":
            grouped[name, fault].append(qubits)
        if fault == "not_recorded":
            totals[name] += 1
    for (name, fault), where in grouped.items():
        is_basis = name in calibration.basis_gates
        one_qubit = len(where[0]) == 1
        if fault == "dead":
            code, what = "dead_1q_gate" if one_qubit else "dead_2q_gate", _dead_text(calibration, name, where)
        else:
            code, what = _MISSING[fault]
        consequence = "excluded" if is_basis else f"not used ({name} is no basis gate)"
        all_dead = is_basis and not one_qubit and len(where) == totals[name]
        yield _gate_finding(
            code=code if is_basis else f"{code}_outside_basis",
            severity="error" if all_dead else "warning" if is_basis else "info",
            message=f"{_of(len(where), totals[name], f'{name} gate')} {what}; {consequence}",
            where=where,
        )


def _dead_text(calibration: Calibration, name: str, where: Iterable[Qubits]) -> str:
    records = (calibration.gate(name, qubits) for qubits in where)
    errors = [gate.error for gate in records if gate is not None and gate.error is not None]
    if min(errors) == health.NOT_CALIBRATED_ERROR:
        return "error 1: IBM's mark for 'not calibrated'"
    return f"an error of {DEAD_ERROR} or more (up to {max(errors):.3g})"


def _readout_findings(calibration: Calibration, readouts: Mapping[int, Fault]) -> Iterator[Finding]:
    dead = tuple(qubit for qubit, fault in readouts.items() if fault == "dead")
    unknown = tuple(qubit for qubit, fault in readouts.items() if fault == "error_unknown")
    kept_qubits = tuple(
        record.qubit
        for record in calibration.qubits
        if record.readout_error is not None and record.readout_error >= DEAD_ERROR and record.qubit not in readouts
    )
    if dead:
        text = f"a readout error of {DEAD_ERROR} or more (a coin toss); excluded"
        yield _qubit_finding(calibration, "dead_readout", "warning", dead, text)
    if kept_qubits:
        text = f"a readout error of {DEAD_ERROR} or more (a coin toss); kept on request"
        yield _qubit_finding(calibration, "dead_readout", "warning", kept_qubits, text)
    if unknown:
        yield _qubit_finding(calibration, "error_unknown", "warning", unknown, "no readout error; excluded")


def _operational_findings(calibration: Calibration) -> Iterator[Finding]:
    qubits = tuple(record.qubit for record in calibration.qubits if not record.operational)
    if qubits:
        text = "the state 'not operational'; excluded with all their gates"
        yield _qubit_finding(calibration, "not_operational", "warning", qubits, text)
    gates = [gate for gate in calibration.gates if not gate.operational]
    if gates:
        names = ", ".join(sorted({gate.name for gate in gates}))
        yield _gate_finding(
            code="not_operational",
            severity="warning",
            message=f"{_of(len(gates), len(calibration.gates), 'gate')} the state 'not operational'; excluded: {names}",
            where=[gate.qubits for gate in gates],
        )


def _coherence_findings(
    calibration: Calibration, excluded_qubits: Container[int], durations_only: bool
) -> Iterator[Finding]:
    unknown = tuple(
        record.qubit
        for record in calibration.qubits
        if None in (record.t1_s, record.t2_s) and record.qubit not in excluded_qubits
    )
    if unknown:
        text = "no T1 or no T2; decoherence is unknown there"
        yield _qubit_finding(calibration, "t1_t2_unknown", "warning", unknown, text)
    zero = health.without_coherence(calibration)
    if zero:
        text = f"a T1 or T2 of 0, which is no measured value; {'errors are ignored' if durations_only else 'excluded'}"
        yield _qubit_finding(calibration, "t1_t2_zero", "warning", zero, text)
    clamped = tuple(record.qubit for record in calibration.qubits if health.clamped_t2_s(record) != record.t2_s)
    if clamped:
        text = "T2 above 2*T1, which physics forbids; T2 is taken as 2*T1"
        yield _qubit_finding(calibration, "t2_clamped", "warning", clamped, text)


def _component_findings(
    calibration: Calibration, components: list[tuple[int, ...]], excluded_edges: tuple[Edge, ...]
) -> Iterator[Finding]:
    if not components:
        yield Finding(
            code="no_healthy_qubit",
            severity="error",
            message=f"none of the {plural(calibration.num_qubits, 'qubit')} can be used",
        )
    elif len(components) > 1:
        rest = tuple(sorted(qubit for component in components[1:] for qubit in component))
        yield Finding(
            code="disconnected",
            severity="error" if len(components[0]) == 1 else "warning",
            message=(
                f"{_of(len(rest), calibration.num_qubits, 'healthy qubit', of_all='qubits')} no connection to the "
                f"largest set of {len(components[0])}; not used{_in_brackets(rest)}"
            ),
            qubits=rest,
            edges=excluded_edges,
        )


def _missing_findings(calibration: Calibration) -> Iterator[Finding]:
    operations = calibration.supported_operations
    if operations is None or "measure" not in operations:
        text = "the device lists no measure operation; it is added from the readout values of the qubits"
        yield Finding(code="no_measure_in_target", severity="info", message=text)
    unread = tuple(record.qubit for record in calibration.qubits if record.readout_duration_s is None)
    if unread:
        text = "no readout duration; the readout time is unknown there, not zero"
        yield _qubit_finding(calibration, "readout_duration_unknown", "warning", unread, text)
    yield from _reset_findings(calibration)
    if health.plausible_dt_s(calibration.dt_s) is None:
        dt = "is not reported" if calibration.dt_s is None else f"is {calibration.dt_s:.2g} s, which is implausible"
        yield Finding(code="dt_unknown", severity="info", message=f"dt {dt}; taken as unknown")
    yield from _implausible_times(calibration)
    if calibration.rep_delay_s is None:
        text = "no default repetition delay is reported; the time of a shot needs an assumed one"
        yield Finding(code="rep_delay_unknown", severity="warning", message=text)
    recorded = {gate.name for gate in calibration.gates}
    for name in calibration.basis_gates:
        if name not in recorded:
            text = f"the basis gate {name} has no record on any qubit; not used"
            yield Finding(code="gate_without_record", severity="warning", message=text)


def _implausible_times(calibration: Calibration) -> Iterator[Finding]:
    """Name coherence times that no device has, such as one in a wrong unit; they are used as they are."""
    for field, what in (("t1_s", "T1"), ("t2_s", "T2")):
        values = {record.qubit: getattr(record, field) or 0.0 for record in calibration.qubits}
        long = tuple(qubit for qubit, value in values.items() if value > health.LONGEST_COHERENCE_S)
        if long:
            longest, limit = map(format_seconds, (max(values.values()), health.LONGEST_COHERENCE_S))
            text = f"{what} of up to {longest}, above {limit}, which is implausible; check its unit"
            yield _qubit_finding(calibration, "implausible_time", "warning", long, text)


def _reset_findings(calibration: Calibration) -> Iterator[Finding]:
    operations = calibration.supported_operations
    records = ((qubit, calibration.gate("reset", (qubit,))) for qubit in range(calibration.num_qubits))
    missing = tuple(qubit for qubit, gate in records if gate is None or gate.duration_s is None)
    if not missing:
        return
    if operations is not None and "reset" not in operations:
        yield Finding(code="no_reset", severity="info", message="the device lists no reset operation")
        return
    assumed = all(health.assumed_reset_s(calibration, (qubit,)) is not None for qubit in missing)
    text = f"no reset duration; {'taken as readout plus a flip' if assumed else 'the time of a reset is unknown'}"
    yield _qubit_finding(calibration, "reset_duration_unknown", "info", missing, text)


def _window_findings(calibration: Calibration, dead: frozenset[GateKey]) -> Iterator[Finding]:
    """Report durations that no superconducting device has; their values stay as they are."""
    if is_trapped_ion(calibration):
        return
    durations: dict[str, dict[Qubits, float]] = defaultdict(dict)
    for record in calibration.qubits:
        if record.readout_duration_s is not None:
            durations["measure"][record.qubit,] = record.readout_duration_s
    for gate in calibration.gates:
        # A duration of exactly 0 is a virtual gate, done by relabelling the phase of later pulses.
        if gate.duration_s and gate.name not in NON_GATES and (gate.name, gate.qubits) not in dead:
            durations[gate.name][gate.qubits] = gate.duration_s
    for name, by_place in durations.items():
        low, high = health.duration_window_s(name, len(next(iter(by_place))))
        outside = [qubits for qubits, duration_s in by_place.items() if not low <= duration_s <= high]
        if outside:
            values = [by_place[qubits] for qubits in outside]
            yield _gate_finding(
                code="duration_out_of_window",
                severity="warning",
                message=(
                    f"{_of(len(outside), len(by_place), f'{name} duration')} a value outside the usual {_time(low)} to "
                    f"{_time(high)} of superconducting devices (found {_time(min(values))} to {_time(max(values))}); "
                    "used as reported"
                ),
                where=outside,
            )


def _origin_findings(calibration: Calibration, age_days: int | None) -> Iterator[Finding]:
    if age_days is None:
        text = "the date of the snapshot is unknown; the device may have changed since"
        yield Finding(code="age_unknown", severity="warning", message=text)
    elif age_days > health.MAX_AGE_DAYS:
        text = f"the snapshot is {age_days} days old ({calibration.snapshot_date:%Y-%m-%d}); devices change daily"
        yield Finding(code="stale", severity="warning", message=text)
    elif age_days < -1:  # a day of slack for clocks and time zones
        text = f"the snapshot is dated in the future ({calibration.snapshot_date:%Y-%m-%d}); check the date"
        yield Finding(code="future_snapshot", severity="warning", message=text)
    first = calibration.first_source or calibration.source
    if first == "fake" and calibration.name in SYNTHETIC_FAKES:
        text = f"no such device exists: {calibration.name} is {SYNTHETIC_FAKES[calibration.name]}"
        yield Finding(code="synthetic", severity="warning", message=text)
    if first == "fake" and calibration.name in NOT_TYPICAL_FAKES:
        family = NOT_TYPICAL_FAKES[calibration.name]
        text = f"qiskit-ibm-runtime says that these values are not typical of {family} devices"
        yield Finding(code="not_typical", severity="warning", message=text)
    for text in calibration.assumptions:
        yield Finding(code="assumed", severity="info", message=text)


def _value_age_findings(
    calibration: Calibration, dead: frozenset[GateKey], excluded_qubits: Container[int]
) -> Iterator[Finding]:
    text = _old_values(calibration, dead, excluded_qubits)
    if text is not None:
        yield Finding(code="old_values", severity="info", message=text)


def _option_findings(durations_only: bool) -> Iterator[Finding]:
    if durations_only:
        text = "all errors are ignored on request; nothing can be said about noise"
        yield Finding(code="durations_only", severity="info", message=text)


def _qubit_finding(
    calibration: Calibration, code: str, severity: Severity, qubits: tuple[int, ...], text: str
) -> Finding:
    listing = _in_brackets(qubits) if len(qubits) < calibration.num_qubits else ""
    message = f"{_of(len(qubits), calibration.num_qubits, 'qubit')} {text}{listing}"
    return Finding(code=code, severity=severity, message=message, qubits=qubits)


def _gate_finding(*, code: str, severity: Severity, message: str, where: Iterable[Qubits]) -> Finding:
    places = sorted(set(where))
    return Finding(
        code=code,
        severity=severity,
        message=message,
        qubits=tuple(qubits[0] for qubits in places if len(qubits) == 1),
        edges=tuple(sorted({health.undirected(qubits) for qubits in places if len(qubits) == 2})),
    )


def _time(duration_s: float) -> str:
    return f"{duration_s * 1e6:.3g} us" if duration_s >= 1e-6 else f"{duration_s * 1e9:.3g} ns"


def _of(count: int, total: int, noun: str, *, of_all: str | None = None) -> str:
    """Write `9 of 144 ecr gates have`, `all 144 ecr gates have`, `1 of 5 qubits has`."""
    verb = "has" if count == 1 else "have"
    if count == total > 1:
        return f"all {total} {noun}s have"
    if of_all is not None:
        return f"{plural(count, noun)} of {total} {verb}"
    return f"{count} of {plural(total, noun)} {verb}"


def _in_brackets(qubits: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, qubits[:_SHOWN]))
    return f" [{shown}, ...]" if len(qubits) > _SHOWN else f" [{shown}]"


def _old_values(
    calibration: Calibration, dead_gates: frozenset[GateKey], excluded_qubits: Container[int]
) -> str | None:
    """Say how many values in use are older than the snapshot by more than `MAX_AGE_DAYS`, and which is the oldest.

    A device keeps the last value of what it could not measure again, so one snapshot can hold values months apart.
    """
    if calibration.snapshot_date is None:
        return None
    records: list[QubitCalibration | GateCalibration] = [
        *(record for record in calibration.qubits if record.qubit not in excluded_qubits),
        *(
            gate
            for gate in calibration.gates
            if (gate.name, gate.qubits) not in dead_gates and not any(qubit in excluded_qubits for qubit in gate.qubits)
        ),
    ]
    limit = calibration.snapshot_date - timedelta(days=MAX_AGE_DAYS)
    old = [(date, name, record) for record in records for name, date in record.dates.items() if date < limit]
    if not old:
        return None
    num_values, verb = sum(len(record.dates) for record in records), "is" if len(old) == 1 else "are"
    date, name, record = min(old, key=lambda entry: entry[0])
    return (
        f"{len(old)} of {num_values} values in use {verb} more than {MAX_AGE_DAYS} days older "
        f"than the snapshot; the oldest, {_DATED.get(name, name)} of {_place(record)}, by "
        f"{(calibration.snapshot_date - date).days} days ({date:%Y-%m-%d})"
    )


def _place(record: QubitCalibration | GateCalibration) -> str:
    if isinstance(record, QubitCalibration):
        return f"qubit {record.qubit}"
    return f"{record.name} on {'-'.join(map(str, record.qubits))}"
