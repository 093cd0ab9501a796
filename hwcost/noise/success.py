"""Success probabilities of an ISA circuit: ESP and its parts, and the Hyb-HANAS paper's failure model.

Everything is accumulated as logarithms: circuits of ordinary benchmark size reach success probabilities of 10^-2000,
far below the smallest float.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.schedule import Schedule

_LN10 = math.log(10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessProbability:
    """Estimated success probability (ESP) of one shot, and what lowers it.

    Attributes:
        gate_error: 1 − Π (1 − e_g) over all gates.
        readout_error: 1 − Π (1 − e_m) over all measurements.
        decoherence: 1 − Π over all waiting times of their survival probability (see `idle_survival`).
        failure_probability: 1 − ESP · (1 − decoherence).
        esp: Π (1 − e) over all gates and measurements; None where it is below the smallest float.
        log10_esp: Its logarithm, always finite.
    """

    gate_error: float
    readout_error: float
    decoherence: float
    failure_probability: float
    esp: float | None
    log10_esp: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCost:
    """The Hyb-HANAS paper's model of one circuit. A relative cost, not a time that a device takes.

    Attributes:
        t_gate_s: T_gate = Σ t_g over one-qubit gates, two-qubit gates and measurements, in seconds.
        p_gate: P_gate = 1 − Π_k (1 − ē_k)^{n_k} over those three classes, ē_k the mean error of class k.
        p_decoherence: P_decoh = 1 − exp(−T_gate / T2), T2 the smallest of the active qubits.
        p_fail: P_fail = 1 − (1 − P_gate)(1 − P_decoh).
        log10_effective_time: log10 of T_gate / (1 − P_fail), T_gate in seconds.
        effective_time_s: T_gate / (1 − P_fail); None where it exceeds the largest float.
    """

    t_gate_s: float
    p_gate: float
    p_decoherence: float
    p_fail: float
    log10_effective_time: float
    effective_time_s: float | None

    @property
    def log_survival(self) -> float:
        """ln(1 − P_fail), exact where P_fail itself rounds to 1."""
        return math.log(self.t_gate_s) - self.log10_effective_time * _LN10


def _log_survival(errors: Sequence[float | None]) -> float:
    return math.fsum(math.log1p(-e) for e in errors if e)


def idle_survival(duration_s: float, t1_s: float | None, t2_s: float | None) -> float:
    """Return the survival probability of a waiting qubit: the process fidelity of amplitude and phase damping.

    (1 + e^{−t/T1} + 2 e^{−t/T2}) / 4, the mean attenuation of the four Paulis. Where only T2 is unknown it is taken as
    2·T1, where T1 is unknown nothing decays by it; estimates name such qubits.

    Args:
        duration_s: Waiting time t in seconds.
        t1_s: Relaxation time in seconds.
        t2_s: Dephasing time in seconds, at most 2·T1.
    """
    keep_z = math.exp(-duration_s / t1_s) if t1_s else 1.0
    keep_xy = math.exp(-duration_s / t2_s) if t2_s else math.sqrt(keep_z)
    return (1.0 + keep_z + 2.0 * keep_xy) / 4.0


def success_probability(
    isa: IsaCircuit, schedule: Schedule, t1_s: Sequence[float | None], t2_s: Sequence[float | None]
) -> SuccessProbability:
    """Return the ESP of one shot and its parts.

    Assumes independent errors that each spoil the shot. Operations without a known error (reset) count as perfect;
    the report says so.

    Args:
        isa: The circuit.
        schedule: Its ALAP schedule.
        t1_s: T1 of each physical qubit in seconds.
        t2_s: T2 of each physical qubit in seconds, at most 2·T1.
    """
    columns = list(zip(isa.kinds, isa.errors, strict=True))
    log_gates = _log_survival([e for kind, e in columns if kind is not Kind.MEASURE])
    log_readout = _log_survival([e for kind, e in columns if kind is Kind.MEASURE])
    log_idle = math.fsum(
        math.log(idle_survival(wait, t1_s[q], t2_s[q]))
        for qubits, waits in zip(isa.qubits, schedule.idle_before_s, strict=True)
        for q, wait in zip(qubits, waits, strict=False)
        if wait > 0.0
    )
    log_esp = log_gates + log_readout
    return SuccessProbability(
        gate_error=-math.expm1(log_gates),
        readout_error=-math.expm1(log_readout),
        decoherence=-math.expm1(log_idle),
        failure_probability=-math.expm1(log_esp + log_idle),
        esp=math.exp(log_esp) or None,
        log10_esp=log_esp / _LN10,
    )


def paper_cost(isa: IsaCircuit, t2_s: Sequence[float | None]) -> PaperCost | None:
    """Return the paper's T_gate, P_gate, P_decoh, P_fail and effective time, exactly and in log space.

    Choices where the paper is silent: T_gate is the serial sum, routing is what the transpiled circuit contains, T2 is
    the smallest of the active qubits, delays and resets are not costed, and virtual gates count with error 0.

    Args:
        isa: The circuit.
        t2_s: T2 of each physical qubit in seconds.

    Returns:
        The costs, or None if the circuit takes no time or no active qubit has a T2 (the model is undefined then).
    """
    classes: dict[Kind, list[float]] = {Kind.ONE_QUBIT: [], Kind.TWO_QUBIT: [], Kind.MEASURE: []}
    durations: list[float] = []
    active: set[int] = set()
    for kind, qubits, error, duration in zip(isa.kinds, isa.qubits, isa.errors, isa.durations_s, strict=True):
        if kind in classes:
            classes[kind].append(error or 0.0)
            durations.append(duration)
            active.update(qubits)
    t_gate_s = math.fsum(durations)
    coherence_times = [t2 for q in active if (t2 := t2_s[q])]
    if t_gate_s == 0.0 or not coherence_times:
        return None
    log_gate = math.fsum(
        len(errors) * math.log1p(-math.fsum(errors) / len(errors)) for errors in classes.values() if errors
    )
    log_decoherence = -t_gate_s / min(coherence_times)
    log_time = math.log(t_gate_s) - log_gate - log_decoherence
    log10_time = log_time / _LN10
    return PaperCost(
        t_gate_s=t_gate_s,
        p_gate=-math.expm1(log_gate),
        p_decoherence=-math.expm1(log_decoherence),
        p_fail=-math.expm1(log_gate + log_decoherence),
        log10_effective_time=log10_time,
        # In one step: the survival probability alone may already be too small for a float.
        effective_time_s=math.exp(log_time) if log10_time < 308.0 else None,
    )
