"""Relaxation of idle and driven qubits: decay rates from T1 and T2, and what a waiting qubit keeps of its signal."""

from __future__ import annotations

from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.schedule import Schedule
from hwcost.noise.observables import NoiseTable

_SHORTEST_TIME_S = 1e-30  # stands for a reported T1 or T2 of 0: everything decays at once, and nothing divides by 0


def relaxation_rates_per_s(noise: NoiseTable, qubit: int) -> tuple[float, float]:
    """Return decay rates `(1/T1, 1/T2)` of a qubit in 1/s, T2 clamped to 2·T1.

    In a time t, Z keeps e^(−t/T1) and X and Y keep e^(−t/T2): the slope of the expectation values under thermal
    relaxation (its pull towards |0⟩ shifts values and does not attenuate them). Where T1 is unknown its rate is 0;
    where only T2 is unknown it is taken as 2·T1, that is no pure dephasing. Both are omissions, named by
    `hwcost.noise.attenuation.attenuation_omissions`. Assumes exponential, uncorrelated decay (no 1/f noise, no
    crosstalk).
    """
    t1 = noise.calibration.qubits[qubit].t1_s
    t2 = noise.t2_s[qubit]
    rate_1 = 0.0 if t1 is None else 1.0 / max(t1, _SHORTEST_TIME_S)
    rate_2 = rate_1 / 2.0 if t2 is None else 1.0 / max(t2, _SHORTEST_TIME_S)
    return rate_1, max(rate_2, rate_1 / 2.0)


def final_idle_s(isa: IsaCircuit, schedule: Schedule) -> dict[int, float]:
    """Return the seconds that each active qubit waits between its last operation and the end of the circuit."""
    end: dict[int, float] = {}
    for kind, qubits, duration, start in zip(isa.kinds, isa.qubits, isa.durations_s, schedule.starts_s, strict=True):
        if kind < Kind.DELAY:
            for qubit in qubits:
                end[qubit] = start + duration
    return {qubit: max(0.0, schedule.duration_s - time) for qubit, time in end.items()}
