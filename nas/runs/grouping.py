"""Which candidates are trained together, and in which order they are begun: `grouped`, `together_at_most`, `work`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from nas.architectures.record import Architecture, num_parameters
from nas.architectures.shapes import stack_key
from nas.spaces.record import Genome
from nas.training.record import STACKED_ENGINES, Engine

MAX_GROUP = 16
"""Networks that are trained together; twice as many are hardly faster."""

MAX_COMPILED = 32
"""The same of compiled networks, whose steps take so little that what is done once for a group counts for longer."""

MAX_GROUP_OF_BROOD = 8
"""The same of a generation: a group is one worker's work, and all wait for the last one."""

_MAX_QUBITS_ON_CPU = 5
"""Beyond, the states of one network's batch fill a core's cache, and two at once are no faster or slower."""

_COMPILED = "compiled"
"""The engine that takes one network after the other, bit for bit as alone: what is shared is all that is not a step."""

_MAX_AMPLITUDES = 2**15
"""Of compiled networks that are trained together: larger ones are worth a call each."""

_SHARE_OF_BROOD = 32
"""Of a generation, a group of compiled networks that take long alone is this part at most, for the others to do."""

_CALLS, _PER_AMPLITUDE, _PER_PARAMETER = 200.0, 0.17, 0.0013
"""Microseconds of a step of 64 samples on one core: what calls take, one amplitude in one column, one parameter."""


def together_at_most(architecture: Architecture, device: str, engine: Engine, most: int | None = None) -> int:
    """Return how many networks of this shape are trained together, at most.

    On the CPU as long as calls take longer than arithmetic; a GPU is never filled by one network.

    Args:
        architecture: One of them.
        device: What trains.
        engine: The same.
        most: The number where it pays. [default: `MAX_GROUP` or `MAX_COMPILED`]
    """
    if engine not in STACKED_ENGINES:
        return 1
    if most is None:
        most = MAX_COMPILED if engine == _COMPILED else MAX_GROUP
    if not _takes_long(architecture, device):
        return most
    return min(most, max(1, _MAX_AMPLITUDES >> architecture.num_qubits)) if engine == _COMPILED else 1


def _takes_long(architecture: Architecture, device: str) -> bool:
    """Return whether one network alone keeps what trains it busy."""
    return device == "cpu" and architecture.num_qubits > _MAX_QUBITS_ON_CPU


def grouped(
    genomes: Sequence[Genome], read: Callable[[Genome], Architecture], device: str, engine: Engine
) -> list[tuple[Genome, ...]]:
    """Divide genomes of a generation into groups of one shape, in order; each follows from the genomes alone.

    Args:
        genomes: The genomes.
        read: Gives the architecture of a genome.
        device: What trains.
        engine: The same.
    """
    most, share = MAX_GROUP if device != "cpu" else MAX_GROUP_OF_BROOD, max(1, len(genomes) // _SHARE_OF_BROOD)
    shapes: dict[Hashable, list[Genome]] = {}
    sizes: dict[Hashable, int] = {}
    for genome in genomes:
        built = read(genome)
        shape = stack_key(built)
        shapes.setdefault(shape, []).append(genome)
        at_most = min(most, share) if _takes_long(built, device) else most
        sizes[shape] = together_at_most(built, device, engine, at_most)
    return [
        tuple(members[start : start + sizes[shape]])
        for shape, members in shapes.items()
        for start in range(0, len(members), sizes[shape])
    ]


def work(architecture: Architecture, num_features: int, num_classes: int) -> float:
    """Estimate what a training step of a network takes, to begin the long ones first."""
    amplitudes = (1 << architecture.num_qubits) * (architecture.num_columns + 1)
    parameters = num_parameters(architecture, num_features, num_classes)
    return _CALLS + _PER_AMPLITUDE * amplitudes + _PER_PARAMETER * parameters
