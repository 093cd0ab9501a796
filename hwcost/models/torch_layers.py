"""A torch module with PennyLane layers, taken apart: its quantum layers, and a copy with stand-ins in their place."""

from __future__ import annotations

import copy
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from hwcost.circuits.layers import QuantumLayer
from hwcost.circuits.pennylane import is_qnode, layer_from_qnode
from hwcost.core.errors import CircuitError, OptionError
from hwcost.core.text import error_text, one_line

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridModel:
    """A torch module, taken apart.

    Attributes:
        layers: Its quantum layers in the order of their names.
        classical: A copy in which each quantum layer is replaced by a stand-in that returns zeros of the same shape at
            no cost, through which gradients flow.
        sample: What `classical` takes.
        notes: What was assumed.
    """

    layers: tuple[QuantumLayer, ...]
    classical: torch.nn.Module
    sample: Any
    notes: tuple[str, ...]


def is_torch_module(model: object) -> bool:
    """Return whether an object is a torch module; imports nothing."""
    torch = sys.modules.get("torch")
    nn = getattr(torch, "nn", None)
    return nn is not None and isinstance(model, nn.Module)


def read_hybrid_model(model: torch.nn.Module, sample: Any) -> HybridModel:
    """Read the quantum layers of a torch module and its classical rest.

    The module is left as it is and no circuit is run: a copy with stand-ins is called once with the sample, to see what
    reaches each quantum layer, how often, and whether it needs a gradient.

    Args:
        model: Any torch module; quantum layers are `qml.qnn.TorchLayer`s.
        sample: What the module takes: a tensor, or a tuple, list or dictionary of them, batch dimension first.

    Raises:
        OptionError: The module cannot be called with the sample, or runs a QNode that is in no `TorchLayer`.
        CircuitError: A quantum layer cannot be run on a device.

    Example:
        >>> import torch, pennylane as qml
        >>> @qml.qnode(qml.device("default.qubit"))
        ... def circuit(inputs, weights):
        ...     qml.AngleEmbedding(inputs, wires=range(2))
        ...     qml.BasicEntanglerLayers(weights, wires=range(2))
        ...     return [qml.expval(qml.PauliZ(wire)) for wire in range(2)]
        >>> layer = qml.qnn.TorchLayer(circuit, {"weights": (3, 2)})
        >>> read = read_hybrid_model(torch.nn.Sequential(torch.nn.Linear(5, 2), layer), torch.zeros(1, 5))
        >>> read.layers[0].name, len(read.layers[0].angles), read.layers[0].input_needs_gradient
        ('1', 8, True)
    """
    import torch

    quantum = {name: module for name, module in model.named_modules() if _is_torch_layer(module)}
    _refuse_loose_qnodes(model)
    stand_ins = {name: _stand_in(layer) for name, layer in quantum.items()}
    # Told beforehand that the quantum layers are already copied: their devices and weights are never touched.
    memo: dict[int, Any] = {id(layer): stand_ins[name] for name, layer in quantum.items()}
    try:
        classical = copy.deepcopy(model, memo)
    except Exception as error:
        raise OptionError(
            f"the model {type(model).__name__} cannot be copied: {type(error).__name__}: {one_line(error_text(error))}"
        ) from error
    if not quantum:
        return HybridModel(layers=(), classical=classical, sample=sample, notes=())
    modes = {module: module.training for module in classical.modules()}
    with torch.enable_grad(), torch.random.fork_rng(devices=[]):
        # Without dropout and with fixed batch statistics: a batch of one is enough to see the shapes.
        classical.eval()
        _call(classical, batch_of(sample, 1), type(model).__name__)
    for module, training in modes.items():
        module.training = training
    notes = []
    layers = []
    for name, stand_in in stand_ins.items():
        seen = stand_in.qnode.seen
        if not seen:
            notes.append(f"quantum layer {name!r} is not used in a forward pass; not counted")
            continue
        quantum_layer = layer_from_qnode(
            quantum[name].qnode,
            kwargs={
                quantum[name].input_arg: seen[0][0],
                **{key: value.detach().requires_grad_(value.requires_grad) for key, value in _weights(quantum[name])},
            },
            name=name or type(quantum[name]).__name__,
            input_needs_gradient=any(needs for _, needs, _ in seen),
        )
        layers.append(replace(quantum_layer, calls=sum(rows for _, _, rows in seen)))
    for stand_in in stand_ins.values():
        stand_in.qnode.seen.clear()
    return HybridModel(layers=tuple(layers), classical=classical, sample=sample, notes=tuple(notes))


def _is_torch_layer(module: object) -> bool:
    qnn = getattr(sys.modules.get("pennylane"), "qnn", None)
    layer = getattr(qnn, "TorchLayer", None)
    return layer is not None and isinstance(module, layer)


def _weights(layer: Any) -> Any:
    return layer.qnode_weights.items()


def _refuse_loose_qnodes(model: torch.nn.Module) -> None:
    for name, module in model.named_modules():
        if _is_torch_layer(module):
            continue
        for attribute, value in vars(module).items():
            if is_qnode(value):
                raise OptionError(
                    f"module {name or type(module).__name__!r} holds the QNode {attribute!r} outside of a layer; wrap "
                    "it in qml.qnn.TorchLayer, so that its weights and inputs are known"
                )


def _stand_in(layer: Any) -> Any:
    """Copy the layer with a function in place of its QNode, and without weights."""
    twin = copy.copy(layer)
    twin._parameters = {}
    twin._buffers = {}
    twin.qnode_weights = {}
    twin.qnode = _Zeros(layer)
    return twin


_ALIVE: WeakValueDictionary[int, _Zeros] = WeakValueDictionary()


class _Zeros:
    """Returns what a layer's QNode would, as zeros that depend on its input; remembers what reached it."""

    def __init__(self, layer: Any):
        self._layer = layer
        self._trainable = any(weight.requires_grad for _, weight in _weights(layer))
        self._shapes: tuple[Any, list[tuple[int, ...]]] | None = None
        self.seen: list[tuple[Any, bool, int]] = []
        _ALIVE[id(self)] = self

    def __reduce__(self) -> Any:
        # A copy of a model shares it. (Not by `__deepcopy__`: a TorchLayer takes attributes that it has not from its
        # QNode, and would be copied as this.)
        return _ALIVE.__getitem__, (id(self),)

    def __call__(self, **kwargs: Any) -> Any:
        values = kwargs[self._layer.input_arg]
        batched = values.ndim > 1
        rows = values.shape[0] if batched else 1
        if self._shapes is None:
            self._shapes = self._output(values[0] if batched else values)
        if len(self.seen) < 1000:
            self.seen.append(((values[0] if batched else values).detach().clone(), values.requires_grad, rows))
        container, shapes = self._shapes
        # What a trainable layer returns needs a gradient, even if its input does not.
        zero = (values.sum(-1) + values.new_zeros((), requires_grad=self._trainable)) * 0.0
        results = []
        for shape in shapes:
            result = zero.reshape(*zero.shape, *[1] * len(shape))
            results.append(result.expand(*zero.shape, *shape))
        return results[0] if container is None else container(results)

    def _output(self, row: Any) -> tuple[Any, list[tuple[int, ...]]]:
        """Return how the QNode returns its measurements, and the shape of each, without running it."""
        import pennylane as qml

        layer = self._layer
        arguments = {layer.input_arg: row, **{key: value.detach() for key, value in _weights(layer)}}
        try:
            with qml.queuing.AnnotatedQueue():
                output = layer.qnode.func(**arguments)
        except Exception as error:
            raise CircuitError(
                f"the quantum layer fails on its input of shape {tuple(row.shape)}: {type(error).__name__}: "
                f"{one_line(error_text(error))}"
            ) from error
        several = isinstance(output, (list, tuple))
        shapes: list[tuple[int, ...]] = []
        for measurement in output if several else [output]:
            if isinstance(measurement, qml.measurements.ProbabilityMP):
                shapes.append((2 ** len(measurement.wires),))
            elif isinstance(measurement, (qml.measurements.ExpectationMP, qml.measurements.VarianceMP)):
                shapes.append(())
            else:
                raise CircuitError(
                    f"a quantum layer returns {type(measurement).__name__.removesuffix('MP')}, which has no gradient; "
                    "return expectation values, variances or probabilities"
                )
        return (type(output) if several else None), shapes


def _call(model: torch.nn.Module, sample: Any, name: str) -> Any:
    try:
        if isinstance(sample, dict):
            return model(**sample)
        return model(*sample) if isinstance(sample, (tuple, list)) else model(sample)
    except CircuitError:
        raise
    except Exception as error:
        raise OptionError(
            f"the model {name} fails on a sample of shape {_shape(sample)}: {type(error).__name__}: "
            f"{one_line(error_text(error))}"
        ) from error


def _shape(sample: Any) -> str:
    items = sample.values() if isinstance(sample, dict) else sample if isinstance(sample, (tuple, list)) else [sample]
    return ", ".join(str(tuple(getattr(item, "shape", ()))) for item in items)


def batch_of(sample: Any, size: int) -> Any:
    """Make a batch of `size` equal rows from the first row of each tensor in a sample (a 1-D tensor is one row).

    Example:
        >>> import torch
        >>> batch_of((torch.zeros(5, 3), torch.ones(4)), 2)[0].shape, batch_of(torch.ones(4), 2).shape
        (torch.Size([2, 3]), torch.Size([2, 4]))
    """
    import torch

    if isinstance(sample, torch.Tensor):
        row = sample[:1] if sample.ndim > 1 else sample.reshape(1, -1)
        return row.expand(size, *row.shape[1:]).contiguous()
    if isinstance(sample, dict):
        return {key: batch_of(value, size) for key, value in sample.items()}
    if isinstance(sample, (tuple, list)):
        return type(sample)(batch_of(value, size) for value in sample)
    return sample
