"""A torch module with quantum layers, taken apart: its quantum layers, and a copy with stand-ins in their place."""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from hwcost.circuits.layers import QuantumLayer
from hwcost.circuits.pennylane import is_qnode, layer_from_qnode
from hwcost.classical.kept_gradients import gradients_kept
from hwcost.core.errors import CircuitError, OptionError
from hwcost.core.text import error_text, one_line
from hwcost.models.foreign_layers import foreign_layers_refused, refuse_foreign_layers
from hwcost.models.loose_qnodes import measured_shapes, observed_qnodes, tensors_in
from hwcost.models.qiskit_layers import connectors_in, observed_qnns, without_weights

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridModel:
    """A torch module, taken apart.

    Attributes:
        layers: Its quantum layers in the order of their names; one whose calls need different gradients stands there
            once for each.
        num_modules: Quantum layers as the module holds them.
        classical: A copy in which each quantum layer is replaced by a stand-in that returns zeros of the same shape at
            no cost, through which gradients flow.
        sample: What `classical` takes.
        notes: What was assumed.
    """

    layers: tuple[QuantumLayer, ...]
    num_modules: int
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
        model: Any torch module; quantum layers are `qml.qnn.TorchLayer`s, and QNodes and networks of
            qiskit-machine-learning that it calls, whoever holds them.
        sample: What the module takes: a tensor, or a tuple, list or dictionary of them, batch dimension first.

    Raises:
        OptionError: The module cannot be called with the sample.
        CircuitError: A quantum layer cannot be run on a device, or circuits run that cannot be counted.

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
    refuse_foreign_layers(model)
    stand_ins = {name: _stand_in(layer) for name, layer in quantum.items()}
    # Told beforehand that the quantum layers are already copied: their devices and weights are never touched.
    memo: dict[int, Any] = {id(layer): stand_ins[name] for name, layer in quantum.items()}
    memo |= {id(qnode): qnode for qnode in _qnodes_held(model)}
    with observed_qnns():
        classical = _copy(model, memo)
    modes = {module: module.training for module in classical.modules()}
    observed = (torch.enable_grad(), torch.random.fork_rng(devices=[]), foreign_layers_refused())
    with ExitStack() as stack:
        for context in observed:
            stack.enter_context(context)
        loose, qnns = stack.enter_context(observed_qnodes()), stack.enter_context(observed_qnns())
        # Without dropout and with fixed batch statistics: a batch of one is enough to see the shapes.
        classical.eval()
        output = _call(classical, batch_of(sample, 1), type(model).__name__)
        _see_gradients(output, type(model).__name__)
    for module, training in modes.items():
        module.training = training
    notes: list[str] = []
    layers: list[QuantumLayer] = []
    for name, stand_in in stand_ins.items():
        if not stand_in.qnode.calls:
            notes.append(f"quantum layer {name!r} is not used in a forward pass; not counted")
        layers += _layers_of_calls(name, quantum[name], stand_in.qnode)
    for stand_in in stand_ins.values():
        stand_in.qnode.calls.clear()
    layers += loose.layers()
    connectors = connectors_in(classical)
    names = {id(connector.neural_network): name for name, connector in reversed(connectors.items())}
    layers += qnns.layers({key: name or type(model).__name__ for key, name in names.items()})
    notes += (
        f"quantum layer {name!r} is not used in a forward pass; not counted"
        for key, name in names.items()
        if key not in qnns.runs
    )
    for connector in connectors.values():
        without_weights(connector)
    quantum_parts = {id(layer) for layer in quantum.values()} | {id(call.qnode) for call in loose.calls}
    return HybridModel(
        layers=tuple(layers),
        num_modules=len(quantum_parts | qnns.runs.keys()),
        classical=classical,
        sample=sample,
        notes=tuple(notes),
    )


def _copy(model: torch.nn.Module, memo: dict[int, Any]) -> torch.nn.Module:
    try:
        return copy.deepcopy(model, memo)
    except Exception as error:
        raise OptionError(
            f"the model {type(model).__name__} cannot be copied: {type(error).__name__}: {one_line(error_text(error))}"
        ) from error


@dataclass(slots=True)
class _LayerCall:
    """What reached a quantum layer in one call.

    Attributes:
        row: First row of its input.
        num_rows: Rows, each of which is a circuit.
        input_needs_gradient: Whether something trainable stands before the layer.
        needs_gradient: Whether the gradient of its result is asked for: set when a backward pass comes by.
    """

    row: Any
    num_rows: int
    input_needs_gradient: bool
    needs_gradient: bool = False


def _see_gradients(output: object, name: str) -> None:
    """Go backwards from the output once, so that each call sees whether its gradient is needed.

    Raises:
        OptionError: The backward pass fails, as training would.
    """
    import torch

    ends = [tensor.abs().sum() for tensor in tensors_in(output) if tensor.requires_grad]
    try:
        with gradients_kept(ends):
            if ends:
                torch.autograd.backward(ends)
    except RuntimeError as error:
        raise OptionError(f"the backward pass of the model {name} fails: {one_line(error_text(error))}") from error


def _qnodes_held(model: torch.nn.Module) -> Iterator[object]:
    """Yield QNodes in attributes, lists and dictionaries; a copy of the model shares them, for they never run."""
    for module in model.modules():
        for value in vars(module).values():
            items = (
                value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, dict) else [value]
            )
            yield from (item for item in items if is_qnode(item))


_SUFFIXES = {(True, True): "", (True, False): " (no gradient of its data)", (False, False): " (no gradient)"}


def _layers_of_calls(name: str, module: Any, seen: _Zeros) -> Iterator[QuantumLayer]:
    """Yield the layer once for each kind of gradient that its calls need; calls alike are counted together."""
    kinds: dict[tuple[bool, bool], list[_LayerCall]] = {}
    for call in seen.calls:
        needed = call.needs_gradient
        kinds.setdefault((needed, needed and call.input_needs_gradient), []).append(call)
    title = name or type(module).__name__
    for number, ((needed, of_input), calls) in enumerate(kinds.items()):
        row = calls[0].row[None] if seen.takes_batches else calls[0].row
        layer = layer_from_qnode(
            module.qnode,
            kwargs={module.input_arg: row, **{key: value.detach() for key, value in _weights(module)}},
            name=title + (_SUFFIXES[needed, of_input] if number else ""),
            input_needs_gradient=of_input,
            weights=[key for key, value in _weights(module) if value.requires_grad],
        )
        yield layer.called(sum(call.num_rows for call in calls), with_gradient=needed)


def _is_torch_layer(module: object) -> bool:
    qnn = getattr(sys.modules.get("pennylane"), "qnn", None)
    layer = getattr(qnn, "TorchLayer", None)
    return layer is not None and isinstance(module, layer)


def _weights(layer: Any) -> Any:
    return layer.qnode_weights.items()


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
        self.calls: list[_LayerCall] = []
        self.takes_batches = False
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
        container, shapes = self._shapes
        # What a trainable layer returns needs a gradient, even if its input does not.
        zero = (values.sum(-1) + values.new_zeros((), requires_grad=self._trainable)) * 0.0
        call = _LayerCall(
            row=(values[0] if batched else values).detach().clone(),
            num_rows=rows,
            input_needs_gradient=values.requires_grad,
        )
        self.calls.append(call)
        if zero.requires_grad:

            def note(gradient: Any) -> None:
                call.needs_gradient = True

            zero.register_hook(note)
        results = []
        for shape in shapes:
            result = zero.reshape((*zero.shape, *[1] * len(shape)))
            results.append(result.expand((*zero.shape, *shape)))
        return results[0] if container is None else container(results)

    def _output(self, row: Any) -> tuple[Any, list[tuple[int, ...]]]:
        """How the QNode returns its measurements, and the shape of each, without running it."""

        try:
            output = self._written(row)
        except Exception as error:
            try:
                output = self._written(row[None])
            except Exception:
                raise CircuitError(
                    f"the quantum layer fails on its input of shape {tuple(row.shape)}: {type(error).__name__}: "
                    f"{one_line(error_text(error))}"
                ) from error
            self.takes_batches = True
        return measured_shapes(output)

    def _written(self, values: Any) -> Any:
        """Call the QNode's function, without running anything."""
        import pennylane as qml

        layer = self._layer
        with qml.queuing.AnnotatedQueue():
            return layer.qnode.func(
                **{layer.input_arg: values, **{key: value.detach() for key, value in _weights(layer)}}
            )


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
