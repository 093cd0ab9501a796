"""The attenuation that is used by default: exact at bound angles where that is quick, else an average over angles."""

from __future__ import annotations

from collections.abc import Sequence

from hwcost.noise.methods.pauli_propagation import (
    AVERAGED,
    Effort,
    Propagated,
    averages,
    next_to_zero,
    propagate,
    signal_of,
)
from hwcost.noise.observables import NoisyCircuit, SignalEstimate, TrackedPauli

SMALLEST_IDEAL_VALUE = 0.1
"""Noiseless |⟨P⟩| below which the average over angles is used: the ratio is one of two small sums there, in which paths
of either sign nearly cancel, and it changes from one compilation to the next by more than it says of the signal."""

SMALLEST_NOISY_VALUE = 0.1
"""Noisy |⟨P⟩| below which is looked at how much of it is the pull of relaxation towards |0⟩."""

MOST_SHIFT = 0.5
"""That pull over what noise leaves of the signal, up to which the ratio of the values is believed there: where the two
nearly cancel, a signal that is still there would count as lost."""

QUICK = Effort(most=1024, work=3_000_000, gates=5_000, smallest=SMALLEST_IDEAL_VALUE, alone=True)
"""About a second for all observables of a circuit."""


def auto_attenuation(circuit: NoisyCircuit, tracked: Sequence[TrackedPauli], *, seed: int = 0) -> list[SignalEstimate]:
    """Return `pauli-propagation` for circuits with bound angles, as far as it converges quickly; else `mean-field`.

    A circuit with free parameters, or one that branches on measured values, has no single value that noise could be
    held against: `mean-field` averages over angles. So it does, and `assumption` says so, for an observable with a
    noiseless value next to 0, for one of which relaxation towards |0⟩ makes most of a small noisy value, and for one
    that does not converge within `QUICK`. `method` of each estimate names its method.

    Raises:
        CircuitError: A gate in a light cone has no known unitary, or acts on more than two qubits.
    """
    isa = circuit.isa
    if isa.has_branches or any(None in params for params in isa.params):
        return list(averages(circuit, tracked, [""] * len(tracked)))
    found = propagate(circuit, tracked, QUICK)
    reasons = [_why_averaged(each) for each in found]
    averaged = averages(circuit, tracked, reasons)
    return [
        next(averaged) if each is None or why is not None else signal_of(each)
        for each, why in zip(found, reasons, strict=True)
    ]


def _why_averaged(each: Propagated | None) -> str | None:
    """Return why the average over angles stands for an observable, None where it does not."""
    if each is None:
        return (
            f"pauli-propagation does not converge ({QUICK.limits}); {AVERAGED}; asked for by name it tries for longer"
        )
    if each.ratio(QUICK.smallest) is None:
        return next_to_zero(QUICK.smallest)
    if _is_mostly_shift(each):
        return (
            "relaxation towards |0⟩ makes most of the noisy value at these angles, so that its ratio to the noiseless "
            f"one says nothing of the signal; {AVERAGED}"
        )
    return None


def _is_mostly_shift(each: Propagated) -> bool:
    """Return whether a small noisy value says more of relaxation towards |0⟩ than of the signal."""
    if each.noisy is None or each.alone is None:
        return False
    return abs(each.noisy) < SMALLEST_NOISY_VALUE and abs(each.noisy - each.alone) > MOST_SHIFT * abs(each.alone)
