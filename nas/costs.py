"""What a candidate costs before it is trained: parameters, FLOPs, memory, and seconds on a device: `candidate_cost`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import hwcost
from hwcost.core.plain import to_plain
from nas.architectures.circuit import build_circuit, observables
from nas.architectures.influence import dead_weights
from nas.architectures.record import Architecture, num_parameters

if TYPE_CHECKING:
    from torch import nn

    from hwcost import ModelCost


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateCost:
    """Costs of one architecture for one kind of data.

    Attributes:
        num_parameters: Trainable parameters, classical and quantum.
        num_weights: Of those, angles of the circuit.
        num_dead_weights: Of those, such that influence no output.
        quantum_flops: FAQNAS's F_Q in closed form: one sample forward and backward through a statevector simulation.
        profiled_quantum_flops: F_Q as FAQNAS measures it, with PyTorch's profiler on PennyLane's simulator, hybrid
            minus classical network, at least 0; None where it was not asked for.
        peak_memory_bytes: Memory of that simulation by the closed form, double precision.
        model_cost: Seconds on a device, from `hwcost.estimate_model`; None without a device.
    """

    num_parameters: int
    num_weights: int
    num_dead_weights: int
    quantum_flops: int
    profiled_quantum_flops: int | None
    peak_memory_bytes: int
    model_cost: ModelCost | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; the model cost as in the JSON of `hwcost estimate-model`."""
        plain = {f.name: to_plain(getattr(self, f.name)) for f in dataclasses.fields(self)[:-1]}
        return {**plain, "model_cost": None if self.model_cost is None else self.model_cost.to_dict()}


def candidate_cost(
    architecture: Architecture,
    num_features: int,
    num_classes: int,
    *,
    backend: Any = None,
    profiled: bool = False,
    **options: Any,
) -> CandidateCost:
    """Cost an architecture without training it.

    Every angle of the circuit needs its shifts, those of the data too: a trainable layer always stands before the
    circuit.

    Args:
        architecture: The network.
        num_features: Features of a sample.
        num_classes: Classes.
        backend: Device for the circuits, as in `hwcost.estimate_model`; None leaves `model_cost` out.
        profiled: Whether to measure F_Q with PyTorch's profiler too, about half a second.
        options: Further options of `hwcost.estimate_model`, such as scope, batch_size, shots, gradient, device.

    Example:
        >>> from nas.architectures.record import Layer
        >>> layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
        >>> small = Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(layer,))
        >>> cost = candidate_cost(small, 4, 3)
        >>> cost.num_parameters, cost.num_weights, cost.num_dead_weights  # 4·2 + 2, 2 angles, 2·3 + 3
        (21, 2, 0)
    """
    simulation = hwcost.statevector_flops(
        build_circuit(architecture, measure=False), gradient="backprop", num_observables=architecture.num_outputs
    )
    model_cost = None
    if backend is not None:
        import torch

        model_cost = hwcost.estimate_model(
            build_circuit(architecture),
            backend=backend,
            observable=None if architecture.measurement != "zz-neighbours" else list(observables(architecture)),
            classical=(_half_of(architecture, num_features, num_classes), torch.zeros(1, num_features)),
            **options,
        )
    return CandidateCost(
        num_parameters=num_parameters(architecture, num_features, num_classes),
        num_weights=architecture.num_weights,
        num_dead_weights=len(dead_weights(architecture)),
        quantum_flops=simulation.total,
        profiled_quantum_flops=_profiled(architecture, num_features, num_classes) if profiled else None,
        peak_memory_bytes=simulation.peak_memory_bytes,
        model_cost=model_cost,
    )


@lru_cache(maxsize=256)
def _shared_half(architecture: Architecture, num_features: int, num_classes: int) -> nn.Module:
    return classical_half(architecture, num_features, num_classes)


def _half_of(architecture: Architecture, num_features: int, num_classes: int) -> nn.Module:
    """Return the layers without the circuit, one module for all architectures that have the same: it is only read."""
    bare = dataclasses.replace(architecture, layers=(), embedding="angle-x", reupload=False, learning_rate=None)
    return _shared_half(bare, num_features, num_classes)


def classical_half(architecture: Architecture, num_features: int, num_classes: int) -> nn.Module:
    """Build the network without its circuit; of the encoded values as many are left as the circuit has outputs."""
    from nas.engine.network import ClassicalNetwork

    return ClassicalNetwork(architecture, num_features, num_classes)


def _profiled(architecture: Architecture, num_features: int, num_classes: int) -> int:
    import torch

    from nas.engine.network import build_model

    hybrid = build_model(architecture, num_features, num_classes, engine="pennylane")
    sample = torch.zeros(1, num_features)
    classical = classical_half(architecture, num_features, num_classes)
    return hwcost.profiled_quantum_flops(hybrid, classical, sample).quantum
