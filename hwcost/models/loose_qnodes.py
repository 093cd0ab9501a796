"""QNodes that a model calls without a `TorchLayer`: attribute, list, closure, module global; whoever holds them.

While a model is called under observation, every call of a QNode is noted and answered with zeros through which
gradients flow; no circuit is simulated.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hwcost.circuits.layers import QuantumLayer
from hwcost.circuits.pennylane import DATA_ARGUMENT, layer_from_qnode
from hwcost.core.errors import CircuitError
from hwcost.core.text import error_text, one_line

if TYPE_CHECKING:
    import torch
    from pennylane import QNode


@dataclass(slots=True)
class LooseCall:
    """One call of a QNode.

    Attributes:
        qnode: The QNode.
        arguments: Its arguments by name, without gradients.
        trained: Names of the arguments that need a gradient, the data not among them.
        num_circuits: Rows of a batch, each of which is a circuit; 1 without a batch.
        input_needs_gradient: Whether the data needs a gradient.
        structure: Gates and wires; calls of another structure are other circuits.
        needs_gradient: Whether the gradient of its result is asked for: set when a backward pass comes by.
    """

    qnode: QNode
    arguments: dict[str, Any]
    trained: tuple[str, ...]
    num_circuits: int
    input_needs_gradient: bool
    structure: Hashable
    needs_gradient: bool = False


@dataclass(slots=True)
class Observer:
    """Answers calls of QNodes and notes them."""

    calls: list[LooseCall] = field(default_factory=list)
    _forms: dict[Hashable, _Form] = field(default_factory=dict)

    def answer(self, qnode: QNode, args: Sequence[object], kwargs: dict[str, object]) -> object:
        """Note a call and return zeros of the shape of its result, which depend on what it got.

        Raises:
            CircuitError: The QNode fails, or has measurements without a gradient.
        """
        signature = inspect.signature(qnode.func)
        if "shots" not in signature.parameters:  # of one call, in older PennyLane; an estimate has its own
            kwargs = {name: value for name, value in kwargs.items() if name != "shots"}
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        arguments = dict(bound.arguments)
        form = self._form(qnode, arguments)
        needing = [name for name, value in arguments.items() if any(t.requires_grad for t in tensors_in(value))]
        call = LooseCall(
            qnode=qnode,
            arguments={name: _detached(value) for name, value in arguments.items()},
            trained=tuple(name for name in needing if name != DATA_ARGUMENT),
            num_circuits=form.batch_size or 1,
            input_needs_gradient=DATA_ARGUMENT in needing,
            structure=form.structure,
        )
        self.calls.append(call)
        return form.zeros(arguments, call)

    def _form(self, qnode: QNode, arguments: dict[str, Any]) -> _Form:
        shapes = tuple((name, _shape_key(value)) for name, value in arguments.items())
        key = (id(qnode), shapes)
        if key not in self._forms:
            self._forms[key] = _form(qnode, {name: _detached(value) for name, value in arguments.items()})
        return self._forms[key]

    def layers(self) -> Iterator[QuantumLayer]:
        """Yield one quantum layer for each QNode, structure and kind of gradient; calls alike are counted together."""
        kinds: dict[Hashable, list[LooseCall]] = {}
        for call in self.calls:
            gradient = (call.trained, call.input_needs_gradient) if call.needs_gradient else None
            kinds.setdefault((id(call.qnode), call.structure, gradient), []).append(call)
        names: dict[str, int] = {}
        for calls in kinds.values():
            first = calls[0]
            name = str(getattr(first.qnode.func, "__name__", "QNode"))
            names[name] = names.get(name, 0) + 1
            layer = layer_from_qnode(
                first.qnode,
                kwargs=first.arguments,
                name=name if names[name] == 1 else f"{name} ({names[name]})",
                input_needs_gradient=first.needs_gradient and first.input_needs_gradient,
                weights=first.trained if first.needs_gradient else (),
                first_of_batch=True,
            )
            yield layer.called(sum(call.num_circuits for call in calls), with_gradient=first.needs_gradient)


@dataclass(frozen=True, slots=True)
class _Form:
    """What a QNode returns: the container, the shape of each measurement, the batch; and what it is made of."""

    container: Any
    shapes: tuple[tuple[int, ...], ...]
    batch_size: int | None
    structure: Hashable

    def zeros(self, arguments: dict[str, Any], call: LooseCall) -> object:
        import numpy as np

        batch = () if self.batch_size is None else (self.batch_size,)
        floats = [t for value in arguments.values() for t in tensors_in(value) if t.is_floating_point()]
        if not floats:
            results: list[Any] = [np.zeros((*batch, *shape)) for shape in self.shapes]
            return results[0] if self.container is None else self.container(results)
        zero = floats[0].sum()
        for tensor in floats[1:]:
            zero = zero + tensor.sum()
        zero = zero * 0.0
        if zero.requires_grad:

            def note(gradient: torch.Tensor) -> None:
                call.needs_gradient = True

            zero.register_hook(note)  # type: ignore[no-untyped-call]
        results = [zero.expand((*batch, *shape)) for shape in self.shapes]
        return results[0] if self.container is None else self.container(results)


def _form(qnode: QNode, arguments: dict[str, Any]) -> _Form:
    import pennylane as qml
    from pennylane.workflow import construct_tape

    name = one_line(str(getattr(qnode.func, "__name__", "QNode")))
    try:
        tape = construct_tape(qnode, level="user")(**arguments)
        with qml.queuing.AnnotatedQueue():
            output = qnode.func(**arguments)
    except Exception as error:
        raise CircuitError(
            f"the QNode {name!r} fails: {type(error).__name__}: {one_line(error_text(error))}"
        ) from error
    container, shapes = measured_shapes(output)
    return _Form(
        container=container,
        shapes=tuple(shapes),
        batch_size=tape.batch_size,
        structure=tuple((operation.name, tuple(operation.wires)) for operation in tape.operations),
    )


def measured_shapes(output: object) -> tuple[Any, list[tuple[int, ...]]]:
    """Return how a QNode's function returns its measurements (None for a single one), and the shape of each.

    Raises:
        CircuitError: A measurement has no gradient.
    """
    import pennylane as qml

    several = isinstance(output, (list, tuple))
    shapes: list[tuple[int, ...]] = []
    for measurement in output if isinstance(output, (list, tuple)) else [output]:
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


def tensors_in(value: object) -> Iterator[torch.Tensor]:
    """Yield the tensors in nested containers."""
    import torch

    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from tensors_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item)


def _detached(value: object) -> object:
    import torch

    return value.detach().clone() if isinstance(value, torch.Tensor) else value


def _shape_key(value: object) -> Hashable:
    """Return what the form of a result may depend on: shapes of arrays, other values as they are."""
    shape = getattr(value, "shape", None)
    if shape is not None:
        return tuple(shape)
    if isinstance(value, (list, tuple)):
        return tuple(_shape_key(item) for item in value)
    return repr(value)


@contextmanager
def observed_qnodes(observer: Observer | None = None) -> Iterator[Observer]:
    """Let an observer answer every call of a QNode; nothing happens where PennyLane was never imported.

    Not to be used by two threads at once: the class `QNode` itself is changed meanwhile.
    """
    watching = Observer() if observer is None else observer
    pennylane = sys.modules.get("pennylane")
    if pennylane is None:
        yield watching
        return
    qnode: Any = pennylane.QNode
    called = qnode.__call__
    qnode.__call__ = lambda self, *args, **kwargs: watching.answer(self, args, kwargs)
    try:
        yield watching
    finally:
        qnode.__call__ = called
