"""What is known of a model's cost before it is decided where its circuits run: `Facts`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hwcost.classical.machine import MachineProfile, load_device_profile
from hwcost.classical.simulation import SimulationFlops
from hwcost.core.errors import OptionError
from hwcost.core.text import one_line
from hwcost.models.classical_half import flops_cost, module_cost
from hwcost.models.gradients import GradientCircuits, circuits_per_sample
from hwcost.models.options import DEFAULT_DEVICE, ModelRequest
from hwcost.models.read import Model
from hwcost.models.record import ClassicalCost, LayerInfo, ModelInfo
from hwcost.models.workload import Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The model, how often its circuits run, and its classical half.

    Attributes:
        model: The model.
        request: What is asked for.
        work: What is run.
        counts: Circuits per sample of each quantum layer.
        profile: The classical device.
        classical: The classical half.
        assumptions: What had to be assumed so far.
    """

    model: Model
    request: ModelRequest
    work: Workload
    counts: tuple[GradientCircuits, ...]
    profile: MachineProfile
    classical: ClassicalCost
    assumptions: tuple[str, ...]

    @property
    def circuits_per_sample(self) -> int:
        """Circuits of one training sample (of one inference in that scope)."""
        return sum(count.forward + count.gradient for count in self.counts)

    @property
    def num_circuits(self) -> int:
        """Circuits of the model in the scope, without what mitigation and cutting add."""
        forward = sum(count.forward for count in self.counts)
        gradient = self.circuits_per_sample - forward
        work = self.work
        return (work.num_training_samples + work.num_inference_samples) * forward + work.num_training_samples * gradient

    def layer_info(
        self, index: int, estimates: tuple[int, ...] = (), simulation: SimulationFlops | None = None
    ) -> LayerInfo:
        """Return what the answer says of one quantum layer."""
        layer, count = self.model.layers[index], self.counts[index]
        return LayerInfo(
            name=layer.name,
            num_qubits=max(circuit.circuit.num_qubits for circuit in layer.circuits),
            num_circuits=len(layer.circuits),
            forward_per_sample=count.forward,
            gradient_per_sample=count.gradient,
            explanation=count.explanation,
            estimates=estimates,
            simulation=simulation,
            notes=layer.notes,
        )

    def model_info(self, layers: Sequence[LayerInfo]) -> ModelInfo:
        """Return what the answer says of the model."""
        return ModelInfo(
            name=self.model.name,
            kind=self.model.kind,
            num_parameters=self.model.num_parameters,
            num_circuit_parameters=sum(a.source == "weight" for layer in self.model.layers for a in layer.angles),
            layers=tuple(layers),
            inputs=self.model.inputs,
        )


def gather_facts(model: Model, request: ModelRequest, *, on_hardware: bool) -> Facts:
    """Count circuits and cost the classical half.

    Raises:
        OptionError: An option does not belong to this kind of model.
    """
    if model.classical is not None and request.classical_flops is not None:
        raise OptionError("classical_flops does not belong to a torch module: its FLOPs are counted")
    if on_hardware and not model.layers:
        raise OptionError(
            f"{one_line(model.name)} ran no circuit, so there is nothing to cost on a device; leave the backend out to "
            "cost its classical layers, or call the circuits through qml.qnn.TorchLayer"
        )
    profile, assumptions = _device_profile(request.device)
    if model.classical is None and not request.classical_flops and on_hardware:
        assumptions = ["no classical half was given; it counts as nothing"]
    counts = tuple(
        circuits_per_sample(
            layer,
            request.gradient,
            num_directions=request.spsa_directions,
            training=request.scope != "inference",
        )
        for layer in model.layers
    )
    work = request.workload()
    classical = (
        module_cost(model.classical, model.sample, work, profile)
        if model.classical is not None
        else flops_cost(request.classical_flops or 0.0, work, profile)
    )
    layer_notes = (note for layer in model.layers for note in layer.notes)
    return Facts(
        model=model,
        request=request,
        work=work,
        counts=counts,
        profile=profile,
        classical=classical,
        assumptions=(*assumptions, *model.notes, *layer_notes, *classical.notes),
    )


def _device_profile(wanted: Any) -> tuple[MachineProfile, list[str]]:
    """Return the classical device, and the assumption behind it if it was not given."""
    if wanted is not None:
        return load_device_profile(wanted), []
    return load_device_profile(DEFAULT_DEVICE), [
        f"no classical device was given; {DEFAULT_DEVICE} assumed (--device; `hwcost device measure` measures yours)"
    ]
