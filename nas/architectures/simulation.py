"""What simulating an architecture's circuit takes, from its layers, each counted once: `simulation_flops`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

import hwcost
from nas.architectures.circuit import build_circuit, num_data_angles
from nas.architectures.record import Architecture, Layer

_NO_GATES = Layer(columns=(), gate=None, pairs=())


@dataclass(frozen=True, slots=True)
class SimulatedCircuit:
    """One sample forward and backward through a statevector simulation.

    Attributes:
        flops: Floating-point operations; F_Q of FAQNAS in closed form.
        peak_memory_bytes: Memory of the states that are kept, double precision.
    """

    flops: int
    peak_memory_bytes: int


def simulation_flops(architecture: Architecture) -> SimulatedCircuit:
    """Return what `hwcost.statevector_flops` gives for the circuit, with `gradient="backprop"`.

    Its closed form adds up gates, whatever their order, from the first one on that has a derivative, and that is one
    of the data's. So a circuit costs as much as its first layer and what each further one adds, and searches, whose
    circuits are made of a few layers again and again, need not build them all.

    Args:
        architecture: The network.

    Raises:
        HwcostError: The circuit cannot be built or counted.

    Example:
        >>> layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
        >>> simulation_flops(Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(layer,)))
        SimulatedCircuit(flops=468, peak_memory_bytes=448)
    """
    first, *others = architecture.layers
    bare = replace(architecture, layers=(), hidden_before=(), hidden_after=(), learning_rate=None, angle_factor=1)
    if not num_data_angles(architecture):  # the first derivative is then somewhere in the layers
        return _counted(replace(bare, layers=architecture.layers))
    parts = [_counted(replace(bare, layers=(_reordered(first),)))]
    if others:
        without = _counted(replace(bare, layers=(_NO_GATES,)))
        for layer in others:
            added = _counted(replace(bare, layers=(_NO_GATES, _reordered(layer))))
            parts.append(
                SimulatedCircuit(added.flops - without.flops, added.peak_memory_bytes - without.peak_memory_bytes)
            )
    return SimulatedCircuit(sum(part.flops for part in parts), sum(part.peak_memory_bytes for part in parts))


@lru_cache(maxsize=2**14)
def _counted(architecture: Architecture) -> SimulatedCircuit:
    counted = hwcost.statevector_flops(
        build_circuit(architecture, measure=False), gradient="backprop", num_observables=architecture.num_outputs
    )
    return SimulatedCircuit(counted.total, counted.peak_memory_bytes)


@lru_cache(maxsize=2**14)
def _reordered(layer: Layer) -> Layer:
    """Return one layer for all that have as many gates of each kind."""
    width = len(layer.columns[0]) if layer.columns else 0
    axes = sorted(chain.from_iterable(layer.columns))
    columns = tuple(tuple(axes[start : start + width]) for start in range(0, len(axes), width or 1))
    return Layer(columns=columns, gate=layer.gate, pairs=((0, 1),) * len(layer.pairs))
