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
from hwcost.circuits.qnode import is_qnode
from hwcost.classical.kept_gradients import gradients_kept
from hwcost.core.errors import CircuitError, OptionError
from hwcost.core.text import error_text, one_line
from hwcost.models.foreign_layers import foreign_layers_refused, refuse_foreign_layers
from hwcost.models.inputs import described
from hwcost.models.loose_qnodes import LayerCall, Observer, observed_qnodes, tensors_in, watching
from hwcost.models.qiskit_layers import QnnObserver, connectors_in, observed_qnns, without_weights

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


def read_hybrid_model(
    model: torch.nn.Module, sample: Any, *, training: bool = True, batches: bool = False
) -> HybridModel:
    """Read the quantum layers of a torch module and its classical rest.

    The module is left as it is and no circuit is run: a copy with stand-ins is called once with the sample, to see what
    reaches each quantum layer, how often, and whether it needs a gradient.

    Args:
        model: Any torch module; quantum layers are `qml.qnn.TorchLayer`s, and QNodes and networks of
            qiskit-machine-learning that it calls, whoever holds them.
        sample: What the module takes: a tensor, or a tuple, list or dictionary of them, batch dimension first.
        training: Whether it is called as in training; modules that are in evaluation mode stay in it.
        batches: Whether batches of more than one sample run, for which the circuits must be those of each sample.

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

    quantum = {name: module for name, module in model.named_modules() if _is_torch_layer(module)}
    refuse_foreign_layers(model)
    stand_ins = {name: _stand_in(name, layer) for name, layer in quantum.items()}
    # Told beforehand that the quantum layers are already copied: their devices and weights are never touched.
    memo: dict[int, Any] = {id(layer): stand_ins[name] for name, layer in quantum.items()}
    memo |= {id(qnode): qnode for qnode in _qnodes_held(model)}
    with observed_qnns():
        classical = _copy(model, memo)
    title = type(model).__name__
    observer, qnns = _observed_call(classical, sample, 1, title, training)
    if batches:
        _check_batches(observer, _observed_call(classical, sample, 2, title, training)[0], title)
    connectors = connectors_in(classical)
    names = {id(connector.neural_network): name for name, connector in reversed(connectors.items())}
    unused = [name for name in quantum if (name or type(quantum[name]).__name__) not in observer.titles]
    unused += [name for key, name in names.items() if key not in qnns.runs]
    layers = [*observer.layers(), *qnns.layers({key: name or title for key, name in names.items()})]
    for connector in connectors.values():
        without_weights(connector)
    quantum_parts = {id(layer) for layer in quantum.values()} | observer.loose
    return HybridModel(
        layers=tuple(layers),
        num_modules=len(quantum_parts | qnns.runs.keys()),
        classical=classical,
        sample=sample,
        notes=tuple(f"quantum layer {name!r} is not used in a forward pass; not counted" for name in unused),
    )


def _copy(model: torch.nn.Module, memo: dict[int, Any]) -> torch.nn.Module:
    try:
        return copy.deepcopy(model, memo)
    except Exception as error:
        raise OptionError(
            f"the model {type(model).__name__} cannot be copied: {type(error).__name__}: {one_line(error_text(error))}"
        ) from error


def _observed_call(
    classical: torch.nn.Module, sample: Any, size: int, name: str, training: bool
) -> tuple[Observer, QnnObserver]:
    """Call the copy with a batch, go backwards, and return what was seen."""
    import torch

    modes = {module: module.training for module in classical.modules()}
    try:
        with ExitStack() as stack:
            for context in (torch.enable_grad(), torch.random.fork_rng(devices=[]), foreign_layers_refused()):
                stack.enter_context(context)
            observer, qnns = stack.enter_context(observed_qnodes()), stack.enter_context(observed_qnns())
            _set_modes(classical, training)
            _see_gradients(_call(classical, batch_of(sample, size), name, sample), name)
    finally:
        for module, mode in modes.items():
            module.training = mode
    return observer, qnns


def _check_batches(one: Observer, two: Observer, name: str) -> None:
    """Refuse a model whose circuits do not grow with the batch: they would be multiplied by it.

    Raises:
        CircuitError: A batch of two does not run twice the circuits of one sample.
    """
    for what, executions in (("", 0), (" with a gradient", 1)):
        first, second = (
            sum(e.times * (e.backwards if executions else 1) for e in observer.executions) for observer in (one, two)
        )
        if second != 2 * first:
            raise CircuitError(
                f"the model {name} runs {first} circuits{what} for one sample and {second} for a batch of two, so "
                "their number is not one per sample; cost it with a batch size of 1, or run them for each sample"
            )


def _set_modes(classical: torch.nn.Module, training: bool) -> None:
    """Set the copy to the mode that is costed, as the user has set it; a batch of one has no batch statistics."""
    import torch

    for module in classical.modules():
        fixed = isinstance(module, torch.nn.modules.batchnorm._BatchNorm)
        module.training = module.training and training and not fixed


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
    except CircuitError:
        raise
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


def _is_torch_layer(module: object) -> bool:
    qnn = getattr(sys.modules.get("pennylane"), "qnn", None)
    layer = getattr(qnn, "TorchLayer", None)
    return layer is not None and isinstance(module, layer)


def _weights(layer: Any) -> Any:
    return layer.qnode_weights.items()


def _stand_in(name: str, layer: Any) -> Any:
    """Copy the layer with a function in place of its QNode, and without weights."""
    twin = copy.copy(layer)
    twin._parameters = {}
    twin._buffers = {}
    twin.qnode_weights = {}
    twin.qnode = _Observed(name, layer)
    return twin


_ALIVE: WeakValueDictionary[int, _Observed] = WeakValueDictionary()


class _Observed:
    """Stands for a layer's QNode: runs nothing, and has the observer record its first row for all of them."""

    def __init__(self, name: str, layer: Any):
        self._title = name or type(layer).__name__
        self._layer = layer
        self._takes_batches: bool | None = None
        for key, value in _weights(layer):  # a model that looks at its layer's weights finds them here, in copies too
            self.__dict__.setdefault(key, value)
        _ALIVE[id(self)] = self

    def __reduce__(self) -> Any:
        # A copy of a model shares it. (Not by `__deepcopy__`: a TorchLayer takes attributes that it has not from its
        # QNode, and would be copied as this.)
        return _ALIVE.__getitem__, (id(self),)

    def __call__(self, **kwargs: Any) -> Any:
        import pennylane as qml
        import torch

        values = kwargs[self._layer.input_arg]
        batched = values.ndim > 1
        rows = values.shape[0] if batched else 1
        row = values[0] if batched else values
        observer = watching()
        call = LayerCall(title=self._title, data=self._layer.input_arg, rows=rows)
        if self._takes_batches is None:
            self._takes_batches = self._written_for_batches(row)
        weights = dict(_weights(self._layer))
        if values.is_meta:  # only the form of the result is asked for
            weights = {
                key: torch.empty_like(value, device="meta", requires_grad=value.requires_grad)
                for key, value in weights.items()
            }
        given = {self._layer.input_arg: row[None] if self._takes_batches else row, **weights}
        result = observer.answer(self._layer.qnode, (), given, layer=call)
        leaves, structure = qml.pytrees.flatten(result)
        shaped = [
            (one[0] if self._takes_batches else one).expand(rows, *one.shape[self._takes_batches :]) if batched else one
            for one in leaves
        ]
        return qml.pytrees.unflatten(shaped, structure)

    def _written_for_batches(self, row: Any) -> bool:
        """Return whether the QNode's function takes a batch and not a row.

        Raises:
            CircuitError: It takes neither.
        """
        try:
            self._written(row)
        except Exception as error:
            try:
                self._written(row[None])
            except Exception:
                raise CircuitError(
                    f"the quantum layer fails on its input of shape {tuple(row.shape)}: {type(error).__name__}: "
                    f"{one_line(error_text(error))}"
                ) from error
            return True
        return False

    def _written(self, values: Any) -> Any:
        """Call the QNode's function, without running anything."""
        import pennylane as qml

        layer = self._layer
        with qml.queuing.AnnotatedQueue():
            return layer.qnode.func(
                **{layer.input_arg: values, **{key: value.detach() for key, value in _weights(layer)}}
            )


def _call(model: torch.nn.Module, sample: Any, name: str, given: Any) -> Any:
    try:
        if isinstance(sample, dict):
            return model(**sample)
        return model(*sample) if isinstance(sample, (tuple, list)) else model(sample)
    except CircuitError:
        raise
    except Exception as error:
        raise OptionError(
            f"the model {name} fails on a sample of shape {_shape(sample)} (given: {_shape(given)}): "
            f"{type(error).__name__}: "
            f"{one_line(error_text(error))}"
        ) from error


def _shape(sample: Any) -> str:
    return ", ".join(one.text for one in described(sample)) or "none"


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
