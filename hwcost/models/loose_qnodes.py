"""QNodes that a model calls, whoever holds them: attribute, list, closure, module global or a `TorchLayer`.

While a model is called under observation, every call of a QNode is recorded and answered with made-up results through
which gradients flow; no circuit is simulated.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hwcost.circuits.layers import QuantumLayer
from hwcost.circuits.pennylane import DATA_ARGUMENT, layer_from_tapes
from hwcost.core.errors import CircuitError
from hwcost.models.qnode_calls import RecordedCall, leaves, moved, qnode_name, record_call, tape_key

if TYPE_CHECKING:
    import torch
    from pennylane import QNode


@dataclass(slots=True)
class Execution:
    """One circuit that a call of a QNode executes.

    Attributes:
        circuit: What it is; executions alike are counted together.
        times: How often: rows of a batch, samples of a layer.
        backwards: Backward passes that came by, each of which needs the gradient.
    """

    circuit: Hashable
    times: int
    backwards: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Circuit:
    """A circuit as it was first met.

    Attributes:
        title: Name of the layer or of the QNode.
        qnode: Who executes it.
        tapes: As it was called, with other weights, with other data.
        input_needs_gradient: Whether the gradient with respect to the data is needed.
        is_layer: Whether it belongs to a `TorchLayer`.
    """

    title: str
    qnode: QNode
    tapes: tuple[Any, Any, Any]
    input_needs_gradient: bool
    is_layer: bool


@dataclass(slots=True)
class Observer:
    """Answers calls of QNodes and records them.

    Attributes:
        executions: What was executed, in order.
        titles: Names of the layers and QNodes that ran something.
        loose: QNodes without a layer that ran something.
        records: Whether calls are recorded; otherwise they are only answered, which is faster.
    """

    executions: list[Execution] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)
    loose: set[Hashable] = field(default_factory=set)
    records: bool = True
    _circuits: dict[Hashable, _Circuit] = field(default_factory=dict)
    _calls: dict[Hashable, tuple[QNode, RecordedCall, bool]] = field(default_factory=dict)
    _gradients: dict[int, tuple[torch.Tensor, torch.Tensor | None]] = field(default_factory=dict)

    def answer(
        self, qnode: QNode, args: Sequence[Any], kwargs: Mapping[str, Any], *, layer: LayerCall | None = None
    ) -> object:
        """Record a call and return a result of its form, which depends on all that is trained.

        Args:
            qnode: The QNode.
            args: Its arguments.
            kwargs: Its keyword arguments.
            layer: The `TorchLayer` that calls it, None for a QNode on its own.

        Raises:
            CircuitError: The QNode fails, or has measurements that no device has.
        """
        kwargs = _without_shots(qnode, kwargs)
        if not self.records:
            return self._answer_alike(qnode, args, kwargs)
        call = record_call(qnode, args, kwargs)
        title = qnode_name(qnode) if layer is None else layer.title
        data = DATA_ARGUMENT if layer is None else layer.data
        noted = []
        others: tuple[RecordedCall, RecordedCall] | None = None
        for number, tape in enumerate(call.tapes):
            key = (title, _code(qnode), tape_key(tape))
            if key not in self._circuits:
                others = others or _moved_calls(qnode, args, kwargs, data, call)
                self._circuits[key] = _Circuit(
                    title=title,
                    qnode=qnode,
                    tapes=(tape, others[0].tapes[number], others[1].tapes[number]),
                    input_needs_gradient=_data_needs_gradient(qnode, args, kwargs, data),
                    is_layer=layer is not None,
                )
            times = (tape.batch_size or 1) * (1 if layer is None else layer.rows)
            noted.append(Execution(circuit=key, times=times))
        self.executions += noted
        self.titles.add(title)
        if layer is None:
            self.loose.add(_code(qnode))

        def note(again: bool) -> None:
            if again:
                raise CircuitError(
                    f"the model differentiates a gradient of the circuit {title!r} once more (create_graph=True); "
                    "circuits of second derivatives are not counted"
                )
            for execution in noted:
                execution.backwards += 1

        return call.answer(note)

    def _answer_alike(self, qnode: QNode, args: Sequence[Any], kwargs: Mapping[str, Any]) -> object:
        """Answer without a record, from a call of the same form if there was one."""
        given = [args, dict(kwargs)]
        forms = tuple(_form(leaf) for leaf in leaves(given))
        known = self._calls.get((id(qnode), forms))
        if known is None:
            call = record_call(qnode, args, kwargs)
            self._keep_gradients(call.trained())
            known = self._calls[id(qnode), forms] = (
                qnode,
                call,
                bool(call.trained()),
            )  # the QNode, that its id is its own
            return call.answer(_nothing)
        _, call, depends = known
        needing = [tensor for tensor in tensors_in(given) if tensor.requires_grad]
        self._keep_gradients(needing)
        return call.answer(_nothing, _own_leaf(needing) if depends else [])

    def _keep_gradients(self, tensors: Sequence[torch.Tensor]) -> None:
        for tensor in tensors:
            if tensor.is_leaf:
                self._gradients.setdefault(id(tensor), (tensor, tensor.grad))

    def restore_gradients(self) -> None:
        """Give the weights of circuits the gradients back that they had: they are the user's own, not copies."""
        for tensor, gradient in self._gradients.values():
            tensor.grad = gradient

    def layers(self) -> Iterator[QuantumLayer]:
        """Yield one quantum layer for each circuit and kind of gradient; executions alike are counted together."""
        kinds: dict[tuple[Hashable, int], int] = {}
        for execution in self.executions:
            kind = (execution.circuit, execution.backwards)
            kinds[kind] = kinds.get(kind, 0) + execution.times
        names: set[str] = set()
        for (key, backwards), times in kinds.items():
            circuit = self._circuits[key]
            needed = backwards > 0
            name = _free_name(names, circuit, needed)
            layer = layer_from_tapes(
                circuit.qnode, circuit.tapes, name=name, input_needs_gradient=needed and circuit.input_needs_gradient
            )
            yield layer.called(times, num_gradients=backwards)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCall:
    """The `TorchLayer` behind a call: its name in the model, its argument with data, the rows that run alike."""

    title: str
    data: str
    rows: int


def _free_name(names: set[str], circuit: _Circuit, needed: bool) -> str:
    suffix = (
        "" if circuit.input_needs_gradient and needed else " (no gradient of its data)" if needed else " (no gradient)"
    )
    name = circuit.title
    if name in names and circuit.is_layer and suffix and name + suffix not in names:
        name += suffix
    number = 2
    while name in names:
        name, number = f"{circuit.title} ({number})", number + 1
    names.add(name)
    return name


def _nothing(again: bool) -> None:
    """Take note of no gradient."""


def _own_leaf(needing: list[torch.Tensor]) -> list[torch.Tensor]:
    """Return what needs a gradient; a tensor of our own where that is not among the arguments, but in a closure."""
    import torch

    return needing or [torch.zeros((), requires_grad=True)]


def _form(leaf: object) -> Hashable:
    """Return what the form of a result may depend on: shapes of arrays, other values as they are."""
    shape = getattr(leaf, "shape", None)
    if shape is None:
        return repr(leaf)
    place = (str(getattr(leaf, "dtype", "")), str(getattr(leaf, "device", "")))
    return tuple(shape), place, bool(getattr(leaf, "requires_grad", False))


def _code(qnode: QNode) -> Hashable:
    """Return what QNodes made of the same function share."""
    function: Any = qnode.func
    while hasattr(function, "func"):  # a partial
        function = function.func
    function = getattr(function, "__func__", function)
    return id(getattr(function, "__code__", function)), id(qnode.device)


def _without_shots(qnode: QNode, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the shots of one call, which older versions of PennyLane take; an estimate has its own."""
    own = "shots" in inspect.signature(qnode.func).parameters
    return {name: value for name, value in kwargs.items() if own or name != "shots"}


def _bound(qnode: QNode, args: Sequence[Any], kwargs: Mapping[str, Any]) -> inspect.BoundArguments | None:
    try:
        return inspect.signature(qnode.func).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return None


def _data_needs_gradient(qnode: QNode, args: Sequence[Any], kwargs: Mapping[str, Any], data: str) -> bool:
    bound = _bound(qnode, args, kwargs)
    return bound is not None and any(t.requires_grad for t in tensors_in(bound.arguments.get(data)))


def _moved_calls(
    qnode: QNode, args: Sequence[Any], kwargs: Mapping[str, Any], data: str, call: RecordedCall
) -> tuple[RecordedCall, RecordedCall]:
    """Record the call with other weights and with other data.

    Without an argument of the data's name, data is all that needs no gradient.
    """
    bound = _bound(qnode, args, kwargs)
    if bound is None:
        return call, call
    named = data in bound.arguments

    def weight(value: object) -> bool:
        return named or bool(getattr(value, "requires_grad", False))

    def again(wanted: Callable[[str], Callable[[Any], bool]]) -> RecordedCall:
        other = inspect.BoundArguments(bound.signature, bound.arguments.copy())
        for name, value in bound.arguments.items():
            other.arguments[name] = moved(value, wanted(name))
        try:
            recorded = record_call(qnode, other.args, other.kwargs)
        except CircuitError:  # it takes its own values only
            return call
        return recorded if len(recorded.tapes) == len(call.tapes) else call

    by_weights = again(lambda name: weight if name != data else lambda value: False)
    by_data = again(lambda name: (lambda value: name == data) if named else lambda value: not weight(value))
    return by_weights, by_data


_WATCHING: list[Observer] = []


def watching() -> Observer:
    """Return the observer at work; outside of `observed_qnodes`, one whose records nobody reads."""
    return _WATCHING[-1] if _WATCHING else Observer(records=False)


def tensors_in(value: object) -> Iterator[torch.Tensor]:
    """Yield the tensors in nested containers."""
    import torch

    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from tensors_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item)


@contextmanager
def observed_qnodes(observer: Observer | None = None) -> Iterator[Observer]:
    """Let an observer answer every call of a QNode; nothing happens where PennyLane was never imported.

    A circuit that is executed without a QNode (`qml.execute`, `device.execute`) is refused: it could not be counted.
    Not to be used by two threads at once: the class `QNode` itself is changed meanwhile.
    """
    observing = Observer() if observer is None else observer
    pennylane = sys.modules.get("pennylane")
    if pennylane is None:
        yield observing
        return
    places: list[tuple[Any, str, Any]] = [
        (pennylane.QNode, "__call__", lambda self, *args, **kwargs: observing.answer(self, args, kwargs))
    ]
    places += [(kind, "execute", _refuse_execution) for kind in _device_classes(pennylane.devices.Device)]
    before = [(owner, name, vars(owner)[name]) for owner, name, _ in places]
    for owner, name, function in places:
        setattr(owner, name, function)
    _WATCHING.append(observing)
    try:
        yield observing
    finally:
        observing.restore_gradients()
        _WATCHING.pop()
        for owner, name, function in before:
            setattr(owner, name, function)


def _device_classes(base: type) -> Iterator[type]:
    kinds: list[type] = base.__subclasses__()
    for kind in kinds:
        if "execute" in vars(kind):
            yield kind
        yield from _device_classes(kind)


def _refuse_execution(device: object, *args: object, **kwargs: object) -> object:
    raise CircuitError(
        f"the model executes a circuit on {getattr(device, 'name', type(device).__name__)} without a QNode, which "
        "cannot be counted; call it through a QNode or qml.qnn.TorchLayer"
    )
