"""The attenuation that is used by default: exact at bound angles where that is quick, else an average over angles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hwcost.noise.methods.mean_field import mean_field_attenuation
from hwcost.noise.methods.pauli_propagation import Effort, propagate, signal_of
from hwcost.noise.observables import NoisyCircuit, SignalEstimate, TrackedPauli

SMALLEST_IDEAL_VALUE = 0.1
"""Noiseless |⟨P⟩| below which the average over angles is used: the ratio is one of two small sums there, in which paths
of either sign nearly cancel, and it changes from one compilation to the next by more than it says of the signal."""

QUICK = Effort(most=1024, work=3_000_000, gates=5_000, smallest=SMALLEST_IDEAL_VALUE)
"""About a second for all observables of a circuit."""


def auto_attenuation(circuit: NoisyCircuit, tracked: Sequence[TrackedPauli], *, seed: int = 0) -> list[SignalEstimate]:
    """Return `pauli-propagation` for circuits with bound angles, as far as it converges quickly; else `mean-field`.

    A circuit with free parameters, or one that branches on measured values, has no single value that noise could be
    held against: `mean-field` averages over angles. So it does, and `assumption` says so, for an observable with a
    noiseless value next to 0, and for one that does not converge within `QUICK`. `method` of each estimate names its
    method.

    Raises:
        CircuitError: A gate in a light cone has no known unitary, or acts on more than two qubits.
    """
    averaged = [replace(each, method="mean-field") for each in mean_field_attenuation(circuit, tracked)]
    isa = circuit.isa
    if isa.has_branches or any(None in params for params in isa.params):
        return averaged
    return [
        replace(
            mean,
            assumption=f"pauli-propagation does not converge ({QUICK.limits}); λ is the average over angles, by "
            "mean-field; asked for by name it tries for longer",
        )
        if each is None
        else signal_of(each, mean, QUICK.smallest)
        for each, mean in zip(propagate(circuit, tracked, QUICK), averaged, strict=True)
    ]
