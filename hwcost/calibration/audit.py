"""Judges a `Calibration`: what of it must not be used, what is implausible, what is missing.

`audit` changes no reported value except by clamping T2 to 2·T1. It lists `Finding`s for people, names the qubits,
edges and gates that are excluded, and picks the largest connected set of healthy qubits, on which circuits are placed.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from hwcost.calibration import health
from hwcost.calibration.assumed import gaps_of
from hwcost.calibration.findings import Finding, list_findings
from hwcost.calibration.health import MAX_AGE_DAYS, Edge, GateKey
from hwcost.calibration.readout import MeasuredReadout, with_readout
from hwcost.calibration.record import Calibration, QubitCalibration, Qubits
from hwcost.core.errors import CalibrationError
from hwcost.core.option_fields import flag_and_keyword
from hwcost.core.text import listing, plural

__all__ = ["MAX_AGE_DAYS", "AuditedCalibration", "Finding", "audit"]

# Findings that explain why too few qubits are left.
_REFUSAL_CODES = frozenset(
    {"dead_2q_gate", "dead_1q_gate", "dead_readout", "error_unknown", "gate_duration_unknown", "not_operational"}
)


_DURATIONS = ("duration_1q_s", "duration_2q_s")
_ERRORS = ("error_1q", "error_2q", "readout_error")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedCalibration:
    """A calibration together with what may be used of it.

    Attributes:
        calibration: The values as reported.
        findings: What is wrong, missing or assumed.
        excluded_qubits: Qubits that must not be used, ascending.
        excluded_edges: Pairs a < b without any usable two-qubit basis gate, ascending.
        dead_gates: Gate entries that must never be used, `("measure", (q,))` for an unusable readout included.
        component: Physical qubits of the largest connected set of healthy qubits, ascending.
        t2_s: T2 of each qubit, at most 2·T1.
        dt_s: Time step, None where unknown or implausible.
        age_days: Whole days since the snapshot, None where its date is unknown.
        durations_only: Errors were ignored; `error` is None everywhere.
        keeps_dead_readout: Qubits whose readout error is at least `DEAD_ERROR` were kept.
        readout: Readout that was measured, whose values of single qubits are in `calibration`; None where all are the
            device's own.
    """

    calibration: Calibration
    findings: tuple[Finding, ...]
    excluded_qubits: tuple[int, ...]
    excluded_edges: tuple[Edge, ...]
    dead_gates: frozenset[GateKey]
    component: tuple[int, ...]
    t2_s: tuple[float | None, ...]
    dt_s: float | None
    age_days: int | None
    durations_only: bool
    keeps_dead_readout: bool = False
    readout: MeasuredReadout | None = None

    def duration_s(self, name: str, qubits: Qubits) -> float | None:
        """Return the duration of operation `name` on the ordered physical `qubits`, None where unknown.

        A measurement takes the readout time of its qubit. A reset without a reported duration takes a readout and a
        flip; `reset_is_assumed` tells the two apart.
        """
        if name == "measure":
            record = self._qubit(qubits)
            return None if record is None else record.readout_duration_s
        gate = self.calibration.gate(name, qubits)
        if gate is not None and gate.duration_s is not None:
            return gate.duration_s
        return health.assumed_reset_s(self.calibration, qubits) if name == "reset" else None

    def error(self, name: str, qubits: Qubits) -> float | None:
        """Return the average error of operation `name` on the physical `qubits`, None where unknown or ignored."""
        if self.durations_only or name == "reset":
            return None
        if name == "measure":
            record = self._qubit(qubits)
            return None if record is None else record.readout_error
        gate = self.calibration.gate(name, qubits)
        return None if gate is None else gate.error

    def resource(self, name: str, qubits: Qubits) -> str | None:
        """Return what operation `name` on the physical `qubits` needs for itself beside them, None for nothing."""
        return self.calibration.resource(name, qubits)

    def reset_is_assumed(self, qubit: int) -> bool:
        """Return whether a reset of `qubit` takes readout plus flip, for want of a reported duration."""
        gate = self.calibration.gate("reset", (qubit,))
        reported = gate is not None and gate.duration_s is not None
        return not reported and health.assumed_reset_s(self.calibration, (qubit,)) is not None

    @property
    def needed_gates(self) -> frozenset[str]:
        """The basis gates without which a qubit or an edge is of no use: all but IBM's fractional gates."""
        return health.needed_gates(self.calibration)

    def is_dead(self, name: str, qubits: Qubits) -> bool:
        """Return whether operation `name` on the ordered physical `qubits` must not be used."""
        return (name, qubits) in self.dead_gates

    def require_qubits(self, num_qubits: int) -> None:
        """Check that a circuit of `num_qubits` fits on the healthy, connected qubits.

        Raises:
            CalibrationError: It does not; the message says why and what to do.
        """
        if num_qubits > len(self.component):
            raise CalibrationError(_refusal(self, num_qubits))

    def _qubit(self, qubits: Qubits) -> QubitCalibration | None:
        is_qubit = len(qubits) == 1 and 0 <= qubits[0] < self.calibration.num_qubits
        return self.calibration.qubits[qubits[0]] if is_qubit else None


def audit(
    calibration: Calibration,
    *,
    durations_only: bool = False,
    keep_dead_readout: bool = False,
    readout: MeasuredReadout | None = None,
    today: datetime | None = None,
) -> AuditedCalibration:
    """Judge what of `calibration` may be used, and what a reader must be told about it.

    A gate is dead where its error is at least `DEAD_ERROR`, where error or duration is missing, or where the device
    says that it is out of use. A dead two-qubit gate is dead in both directions. A qubit is excluded where it is out
    of use, where a one-qubit basis gate is dead, or where its readout is.

    Args:
        calibration: The values as reported.
        durations_only: Ignore all errors, so that durations of an uncalibrated device are still available.
        keep_dead_readout: Keep qubits whose readout error is at least `DEAD_ERROR`.
        readout: Measured readout that replaces the calibrated one of its qubits.
        today: Reference for the age; now by default, a naive one is taken as UTC.

    Example:
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> audited = audit(load_fake_backend("fake_sherbrooke"))
        >>> len(audited.component), len(audited.excluded_edges)
        (122, 9)
    """
    if readout is not None:
        calibration = with_readout(calibration, readout)
    gate_faults = health.gate_faults(calibration, durations_only)
    readout_faults = health.readout_faults(calibration, durations_only, keep_dead_readout)
    dead_gates = frozenset(health.dead_gates(calibration, gate_faults, readout_faults))
    edges = health.basis_edges(calibration)
    live_edges = {edge for edge, keys in edges.items() if not dead_gates.issuperset(keys)}
    excluded_edges = tuple(sorted(edges.keys() - live_edges))
    dead_gates = dead_gates.union(health.fractional_on_dead_edges(calibration, live_edges))
    excluded_qubits = health.excluded_qubits(calibration, dead_gates, durations_only)
    healthy = (qubit for qubit in range(calibration.num_qubits) if qubit not in excluded_qubits)
    components = health.connected_components(healthy, live_edges)
    age_days = health.age_days(calibration.snapshot_date, today)
    findings = list_findings(
        calibration,
        gate_faults=gate_faults,
        readout_faults=readout_faults,
        dead_gates=dead_gates,
        excluded_qubits=excluded_qubits,
        excluded_edges=excluded_edges,
        components=components,
        age_days=age_days,
        durations_only=durations_only,
    )
    return AuditedCalibration(
        calibration=calibration,
        findings=findings,
        excluded_qubits=tuple(sorted(excluded_qubits)),
        excluded_edges=excluded_edges,
        dead_gates=dead_gates,
        component=components[0] if components else (),
        t2_s=tuple(health.clamped_t2_s(record) for record in calibration.qubits),
        dt_s=health.plausible_dt_s(calibration.dt_s),
        age_days=age_days,
        durations_only=durations_only,
        keeps_dead_readout=keep_dead_readout,
        readout=readout,
    )


def _missing_values(audited: AuditedCalibration, codes: AbstractSet[str]) -> str | None:
    """Say which values would help, None where nothing is unknown that keeps a gate or qubit from being used."""
    calibration, gaps = audited.calibration, gaps_of(audited.calibration)
    wanted = list(_DURATIONS) if "gate_duration_unknown" in codes else []
    if not audited.durations_only and {"error_unknown", "gate_duration_unknown"} & codes:
        wanted += _ERRORS
    names = [name for name in wanted if name in gaps]
    if not names:
        return None
    options = listing([flag_and_keyword(name).partition(" ")[0] for name in names])
    text = f"give {options} ({names[0]}=… in Python)"
    if "gate_duration_unknown" in codes and calibration.source in ("csv", "properties"):
        text = f"bring in IBM's durations with `hwcost calibration import FILE --config CONF`, or {text}"
    if set(names) & set(_ERRORS):
        text += "; --durations-only needs no errors"
    return text


def _refusal(audited: AuditedCalibration, num_qubits: int) -> str:
    calibration, available = audited.calibration, len(audited.component)
    if num_qubits > calibration.num_qubits:
        return (
            f"the circuit needs {plural(num_qubits, 'qubit')}, but {calibration.name} has {calibration.num_qubits}; "
            "choose a larger device"
        )
    codes = {finding.code for finding in audited.findings}
    causes = [finding.message for finding in audited.findings if finding.code in _REFUSAL_CODES]
    because = f" ({'. '.join(causes)})" if causes else ""
    # Only a person can know what an incomplete calibration does not say.
    given = _missing_values(audited, codes)
    others = "choose another device"
    if given is not None:
        remedy = f"{given}; or {others}"
        because = because.replace("; excluded", "")  # what to do must not be cut off where a message is shortened
    else:
        remedy = others + ("" if audited.durations_only else " or use --durations-only")
    return (
        f"the circuit needs {plural(num_qubits, 'qubit')}, but only {available} of the {calibration.num_qubits} "
        f"qubits of {calibration.name} {'is' if available == 1 else 'are'} healthy and connected{because}; {remedy}"
    )
