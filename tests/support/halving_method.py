"""An attenuation method of somebody else's: every observable keeps half of its signal for each gate on two qubits."""

from __future__ import annotations

from collections.abc import Sequence

from hwcost.isa.columns import Kind
from hwcost.noise.observables import NoisyCircuit, SignalEstimate, TrackedPauli


def halving_attenuation(circuit: NoisyCircuit, tracked: Sequence[TrackedPauli], *, seed: int) -> list[SignalEstimate]:
    value = 0.5 ** circuit.isa.count(Kind.TWO_QUBIT)
    return [SignalEstimate(value=value, note=f"seed {seed}") for _ in tracked]
