"""What `estimate_model` can be given, brought into one form: quantum layers and a classical half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

from hwcost.circuits.layers import QuantumLayer, layer_from_circuit
from hwcost.circuits.load import LoadedCircuit, load_circuit
from hwcost.circuits.pennylane import layer_from_qnode
from hwcost.circuits.qiskit_qnn import PACKAGE, is_qnn, layer_from_qnn
from hwcost.circuits.qnode import is_qnode
from hwcost.core.errors import OptionError
from hwcost.core.text import one_line
from hwcost.models.inputs import ModelInput, described
from hwcost.models.torch_layers import batch_of, is_torch_module, read_hybrid_model

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model that was read.

    Attributes:
        name: Its class or function name.
        kind: What it is, in words.
        layers: Its quantum layers.
        classical: Its classical layers with stand-ins for the quantum ones; None without a torch module.
        sample: What `classical` takes.
        inputs: What it was called with; nothing for a circuit.
        num_parameters: Trainable classical parameters, None without a torch module.
        notes: What was assumed.
    """

    name: str
    kind: str
    layers: tuple[QuantumLayer, ...]
    classical: torch.nn.Module | None
    sample: Any
    inputs: tuple[ModelInput, ...]
    num_parameters: int | None
    notes: tuple[str, ...]


def read_model(
    model: Any,
    sample: Any,
    *,
    classical: Any = None,
    inputs: Sequence[Any] | None = None,
    observable: Any = None,
    training: bool = True,
    batches: bool = False,
) -> Model:
    """Read a torch module, a QNode, a network of qiskit-machine-learning or a circuit as quantum layers and the rest.

    Args:
        model: The model.
        sample: A tensor or tuple of tensors for a torch module, the arguments of a QNode, one row of data (or nothing)
            for a network of qiskit-machine-learning, nothing for a circuit.
        classical: For QNodes and circuits: (torch module, its sample) of the classical half, None without one.
        inputs: For circuits: parameters that carry data.
        observable: For circuits: Pauli labels.
        training: For torch modules: whether it is called as in training.
        batches: For torch modules: whether batches of more than one sample run.

    Raises:
        OptionError: The model is something else, or an argument does not belong to its kind.
    """
    if is_torch_module(model):
        _refuse("a torch module", classical=classical, inputs=inputs, observable=observable)
        return _read_torch(model, sample, training, batches)
    module, its_sample = _classical(classical)
    if is_qnode(model):
        _refuse("a QNode", inputs=inputs, observable=observable)
        arguments = sample if isinstance(sample, tuple) else () if sample is None else (sample,)
        layer = layer_from_qnode(model, arguments)
        name, kind = layer.name, "a PennyLane QNode"
    elif is_qnn(model):
        _refuse("a network of qiskit-machine-learning", inputs=inputs, observable=observable)
        _check_row(model, sample)
        layer = layer_from_qnn(model)
        name, kind = layer.name, "a network of qiskit-machine-learning"
    else:
        circuit = _circuit(model)
        if sample is not None:
            raise OptionError("a circuit takes no sample; name the parameters that carry data with inputs (--input)")
        layer = layer_from_circuit(circuit, observables=observable, inputs=inputs)
        name, kind = layer.name, "a Qiskit circuit"
    return Model(
        name=one_line(name),
        kind=kind,
        layers=(layer,),
        classical=module,
        sample=its_sample,
        inputs=described(sample),
        num_parameters=None if module is None else _num_trainable(module),
        notes=(),
    )


def _read_torch(model: Any, sample: Any, training: bool, batches: bool) -> Model:
    if sample is None:
        raise OptionError("a torch module needs a sample, a tensor such as torch.rand(1, 784) (--sample 784)")
    hybrid = read_hybrid_model(model, sample, training=training, batches=batches)
    number = hybrid.num_modules if hybrid.layers else 0
    layers = "no quantum layer" if not number else f"{number} quantum layer{'s' if number > 1 else ''}"
    return Model(
        name=type(model).__name__,
        kind=f"a torch module with {layers}",
        layers=hybrid.layers,
        classical=hybrid.classical,
        sample=hybrid.sample,
        inputs=described(batch_of(hybrid.sample, 1)),
        num_parameters=_num_trainable(hybrid.classical),
        notes=hybrid.notes,
    )


def _check_row(qnn: Any, sample: Any) -> None:
    """Refuse a sample that is not one row of a network's data; its circuits are the same for every row."""
    import numpy as np

    if sample is None:
        return
    value = sample[0] if isinstance(sample, tuple) and len(sample) == 1 else sample
    shape = np.shape(value.detach().cpu() if hasattr(value, "detach") else value)
    if shape not in ((qnn.num_inputs,), (1, qnn.num_inputs)):
        raise OptionError(
            f"the sample has shape {shape}, but one sample of this {type(qnn).__name__} has {qnn.num_inputs} values "
            f"(--sample {qnn.num_inputs})"
        )


def _circuit(model: Any) -> Any:
    from qiskit import QuantumCircuit

    if isinstance(model, LoadedCircuit):
        return model.circuit
    if isinstance(model, QuantumCircuit):
        return model
    if isinstance(model, (str, PathLike)):
        return load_circuit(model)
    if any(base.__module__.partition(".")[0] == PACKAGE for base in type(model).__mro__):
        held = hasattr(model, "neural_network")
        instead = "network: model.neural_network" if held else "circuit: estimate_model(circuit, inputs=...)"
        raise OptionError(
            f"a {one_line(type(model).__name__)} of qiskit-machine-learning cannot be costed: how often its circuits "
            f"run is up to its optimizer or its data; cost its {instead}"
        )
    raise OptionError(
        f"a model of type {type(model).__module__}.{type(model).__name__} cannot be costed; give a torch module, a "
        "PennyLane QNode, an EstimatorQNN or SamplerQNN, a Qiskit circuit or a circuit file"
    )


def _classical(half: Any) -> tuple[Any, Any]:
    if half is None:
        return None, None
    if not (isinstance(half, tuple) and len(half) == 2 and is_torch_module(half[0])):
        raise OptionError("classical is the pair (torch module, sample) of the classical half")
    return half


def _num_trainable(module: Any) -> int:
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)


def _refuse(what: str, **options: Any) -> None:
    for name, value in options.items():
        if value is not None:
            raise OptionError(f"{name} does not belong to {what}: it is read from the model itself")
