"""What a candidate costs before it is trained: parameters, FLOPs, memory, cuts and seconds: `candidate_cost`."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import hwcost
from hwcost.core.plain import to_plain
from nas.architectures.circuit import build_circuit, observables
from nas.architectures.flops import classical_flops
from nas.architectures.influence import dead_weights
from nas.architectures.record import Architecture, num_parameters
from nas.architectures.simulation import simulation_flops

if TYPE_CHECKING:
    from torch import nn

    from hwcost import ModelCost


CUT_BACKJUMPS = 1000
"""Budget of the search for cuts: a second or two for eight qubits. It has no time limit, so that it is reproducible."""

MEASURED_SAMPLES, MEASURED_PASSES = 64, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CutCost:
    """What cutting the circuit to a width costs; see `hwcost.cutting_cost`.

    Attributes:
        max_qubits: The width.
        num_subcircuits: Subcircuits of at most that width.
        log10_sampling_overhead: Of the factor on shots, 0 without cuts.
        num_gate_cuts: Cut gates.
        num_wire_cuts: Cut wires.
        minimal: Whether no cheaper cuts exist; if not, none were found within the budget.
    """

    max_qubits: int
    num_subcircuits: int
    log10_sampling_overhead: float
    num_gate_cuts: int
    num_wire_cuts: int
    minimal: bool


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
        model_cost: Seconds of a scope, from `hwcost.estimate_model`; None without a device or a simulation.
        cut: What cutting the circuit costs; None where it was not asked for.
        simulated_inference_s: Modelled seconds of one sample's forward pass with the circuit simulated; None where it
            was not asked for.
        measured_inference_s: The same as measured on this computer, fastest of three batches of 64; not reproducible.
        classical_flops: F_C in closed form: the linear layers, one sample forward and backward.
        profiled_classical_flops: F_C as PyTorch's profiler counts it; None where it was not asked for.
        profiled_total_flops: F_total as it counts the whole network; None likewise.
    """

    num_parameters: int
    num_weights: int
    num_dead_weights: int
    quantum_flops: int
    profiled_quantum_flops: int | None
    peak_memory_bytes: int
    model_cost: ModelCost | None
    cut: CutCost | None = None
    simulated_inference_s: float | None = None
    measured_inference_s: float | None = None
    classical_flops: int = 0
    profiled_classical_flops: int | None = None
    profiled_total_flops: int | None = None

    @property
    def total_flops(self) -> int:
        """Return F_Q + F_C in closed form."""
        return self.quantum_flops + self.classical_flops

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; the model cost as in the JSON of `hwcost estimate-model`."""
        plain = {f.name: to_plain(getattr(self, f.name)) for f in dataclasses.fields(self) if f.name != "model_cost"}
        return {**plain, "model_cost": None if self.model_cost is None else self.model_cost.to_dict()}


def candidate_cost(
    architecture: Architecture,
    num_features: int,
    num_classes: int,
    *,
    backend: Any = None,
    simulated: bool = False,
    profiled: bool = False,
    cut_to: int | None = None,
    inference: bool = False,
    measured: bool = False,
    device: Any = None,
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
        simulated: Whether to cost the circuits as simulated on the classical device, where there is no backend.
        profiled: Whether to measure F_Q with PyTorch's profiler too, about half a second.
        cut_to: Width to cut the circuit to, for `cut`.
        inference: Whether to model the time of a simulated forward pass, for `simulated_inference_s`.
        measured: Whether to measure it on this computer.
        device: Profile of the classical device, as in `hwcost.estimate_model`.
        options: Further options of `hwcost.estimate_model`, such as scope, batch_size, shots, gradient.

    Raises:
        HwcostError: It cannot be costed; the message says why.

    Example:
        >>> from nas.architectures.record import Layer
        >>> layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
        >>> small = Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(layer,))
        >>> cost = candidate_cost(small, 4, 3)
        >>> cost.num_parameters, cost.num_weights, cost.num_dead_weights  # 4·2 + 2, 2 angles, 2·3 + 3
        (21, 2, 0)
    """
    simulated_circuit = simulation_flops(architecture)

    def modelled(**chosen: Any) -> ModelCost:
        import torch

        return hwcost.estimate_model(
            build_circuit(architecture),
            observable=None if architecture.measurement != "zz-neighbours" else list(observables(architecture)),
            classical=(_half_of(architecture, num_features, num_classes), torch.zeros(1, num_features)),
            device=device,
            **chosen,
        )

    total, classical, quantum = _profiled(architecture, num_features, num_classes) if profiled else (None,) * 3
    return CandidateCost(
        num_parameters=num_parameters(architecture, num_features, num_classes),
        num_weights=architecture.num_weights,
        num_dead_weights=len(dead_weights(architecture)),
        quantum_flops=simulated_circuit.flops,
        profiled_quantum_flops=quantum,
        peak_memory_bytes=simulated_circuit.peak_memory_bytes,
        model_cost=modelled(backend=backend, **options) if backend is not None or simulated else None,
        cut=None if cut_to is None else cut_cost(architecture, cut_to),
        simulated_inference_s=modelled(scope="inference", gradient="none").unified.time_s if inference else None,
        measured_inference_s=_measured(architecture, num_features, num_classes) if measured else None,
        classical_flops=classical_flops(architecture, num_features, num_classes),
        profiled_classical_flops=classical,
        profiled_total_flops=total,
    )


def cut_cost(architecture: Architecture, max_qubits: int) -> CutCost:
    """Find the cheapest cuts of an architecture's circuit, once for all that have the same gates on two qubits.

    Args:
        architecture: The network.
        max_qubits: Width of the widest subcircuit.

    Raises:
        CircuitError, OptionError: The circuit cannot be cut.
        MissingDependencyError: Cuts are needed and qiskit-addon-cutting is not installed.
    """
    circuit = build_circuit(architecture, measure=False)
    pairs = tuple(
        (instruction.name, *(circuit.find_bit(qubit).index for qubit in instruction.qubits))
        for instruction in circuit.data
        if len(instruction.qubits) == 2
    )
    return _cut(circuit.num_qubits, pairs, max_qubits)


@lru_cache(maxsize=10_000)
def _cut(num_qubits: int, pairs: tuple[tuple[str, int, int], ...], max_qubits: int) -> CutCost:
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(num_qubits)
    circuit.h(range(num_qubits))  # gates on one qubit make no difference to cuts, but a qubit without any is no qubit
    for name, first, second in pairs:
        getattr(circuit, name)(first, second)
    found = hwcost.cutting_cost(circuit, max_qubits, max_backjumps=CUT_BACKJUMPS, time_limit_s=float("inf"))
    return CutCost(
        max_qubits=max_qubits,
        num_subcircuits=found.num_subcircuits,
        log10_sampling_overhead=found.log10_sampling_overhead,
        num_gate_cuts=found.num_gate_cuts,
        num_wire_cuts=found.num_wire_cuts,
        minimal=found.minimal,
    )


def _measured(architecture: Architecture, num_features: int, num_classes: int) -> float:
    import torch

    from nas.engine.network import build_model

    model = build_model(architecture, num_features, num_classes).eval()
    samples = torch.zeros(MEASURED_SAMPLES, num_features, dtype=next(model.parameters()).dtype)
    fastest = float("inf")
    with torch.no_grad():
        model(samples)  # the first pass prepares tables
        for _ in range(MEASURED_PASSES):
            started = time.perf_counter()
            model(samples)
            fastest = min(fastest, time.perf_counter() - started)
    return fastest / MEASURED_SAMPLES


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


def _profiled(architecture: Architecture, num_features: int, num_classes: int) -> tuple[int, int, int]:
    """Return total, classical and quantum FLOPs by PyTorch's profiler."""
    import torch

    from nas.engine.network import build_model

    hybrid = build_model(architecture, num_features, num_classes, engine="pennylane")
    sample = torch.zeros(1, num_features)
    classical = classical_half(architecture, num_features, num_classes)
    counted = hwcost.profiled_quantum_flops(hybrid, classical, sample)
    return counted.total, counted.classical, counted.quantum
