"""One call of a QNode without running it: the tapes that PennyLane would execute, and an answer of the right form."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from hwcost.core.errors import CircuitError
from hwcost.core.text import error_text, one_line

if TYPE_CHECKING:
    import torch
    from pennylane import QNode
    from pennylane.tape import QuantumScript

Note = Callable[[bool], None]
"""Called when a gradient passes by; True where the gradient itself is to be differentiated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """What PennyLane would execute for one call of a QNode.

    Attributes:
        tapes: After the user's own transforms; their values know whether they need a gradient.
        process: Makes the result from those of the tapes.
        output: What the QNode's function returned: the container of the result.
        interface: Of the QNode, such as `torch` or `auto`.
        num_device_wires: For measurements of all wires; None where the device has no wires of its own.
    """

    tapes: tuple[Any, ...]
    process: Callable[[Sequence[Any]], Any]
    output: Any
    interface: str
    num_device_wires: int | None

    def trained(self) -> list[torch.Tensor]:
        """Return the tensors in the tapes that need a gradient, each once."""
        import torch

        if self.interface not in ("auto", "torch"):
            return []  # PennyLane's other interfaces cut the graph
        values = (value for tape in self.tapes for value in tape.get_parameters(trainable_only=False))
        tensors = (value for value in values if isinstance(value, torch.Tensor) and value.requires_grad)
        return list({id(tensor): tensor for tensor in tensors}.values())

    def answer(self, note: Note, trained: list[torch.Tensor] | None = None) -> object:
        """Return a result of the right form with plausible values, which depends on all that is trained.

        Args:
            note: Called once for each backward pass that comes by.
            trained: What it is to depend on; default `trained()`.
        """
        import torch

        parameters = [value for tape in self.tapes for value in tape.get_parameters(trainable_only=False)]
        as_torch = self.interface == "torch" or any(isinstance(value, torch.Tensor) for value in parameters)
        devices = [value.device for value in parameters if isinstance(value, torch.Tensor)]
        device = next((one for one in devices if one.type == "meta"), devices[0] if devices else None)
        values = [[self._value(tape, m) for m in tape.measurements] for tape in self.tapes]
        if as_torch:
            flat = [torch.as_tensor(one, device=device) for results in values for one in results if _is_array(one)]
            trained = self.trained() if trained is None else trained
            if trained and torch.is_grad_enabled():
                flat = list(_depending()(note, tuple(flat), *trained))
            rest = iter(flat)
            values = [[next(rest) if _is_array(one) else one for one in results] for results in values]
        (processed,) = self.process(tuple(results[0] if len(results) == 1 else tuple(results) for results in values))
        partitioned = bool(self.tapes) and self.tapes[0].shots.has_partitioned_shots
        result = _as_returned(processed, self.output)
        return tuple(result for _ in self.tapes[0].shots) if partitioned else result

    def _value(self, tape: QuantumScript, measurement: object) -> object:
        """Return what one measurement could give: expectation values of a half, even probabilities, samples of zero."""
        import numpy as np
        import pennylane as qml

        shots = tape.shots.total_shots
        wires = self.num_device_wires or len(tape.wires)
        batch = () if tape.batch_size is None else (tape.batch_size,)
        if isinstance(measurement, qml.measurements.CountsMP):
            outcome: Any = "0" * (len(measurement.wires) or wires) if measurement.obs is None else 1.0
            counts = {outcome: np.int64(shots or 1)}
            return [counts for _ in range(batch[0])] if batch else counts
        if isinstance(measurement, qml.measurements.SampleMP):
            shape = (shots or 1,) if measurement.obs is not None else (shots or 1, len(measurement.wires) or wires)
            return np.zeros((*batch, *shape), dtype=np.int64 if measurement.obs is None else np.float64)
        if isinstance(measurement, qml.measurements.ProbabilityMP):
            number = 2 ** (len(measurement.wires) or wires)
            return np.full((*batch, number), 1.0 / number)
        if isinstance(measurement, (qml.measurements.ExpectationMP, qml.measurements.VarianceMP)):
            return np.full(batch, 0.5)
        raise CircuitError(
            f"a quantum layer returns {type(measurement).__name__.removesuffix('MP')}, which no device can measure; "
            "return expectation values, variances, probabilities or samples"
        )


def _is_array(value: object) -> bool:
    return not isinstance(value, (dict, list))


def record_call(qnode: QNode, args: Sequence[Any], kwargs: Mapping[str, Any]) -> RecordedCall:
    """Record a call.

    Raises:
        CircuitError: The QNode or one of its transforms fails.
    """
    from pennylane.workflow import construct_batch

    outputs: list[Any] = []

    def function(*inner: object, **named: object) -> object:
        outputs.append(qnode.func(*inner, **named))
        return outputs[-1]

    twin = copy.copy(qnode)
    twin.func = functools.wraps(qnode.func)(function)
    try:
        tapes, process = construct_batch(twin, level="user")(*args, **kwargs)
    except Exception as error:
        raise CircuitError(
            f"the QNode {qnode_name(qnode)!r} fails: {type(error).__name__}: {one_line(error_text(error))}"
        ) from error
    wires = None if qnode.device is None else qnode.device.wires
    return RecordedCall(
        tapes=tuple(tapes),
        process=process,
        output=outputs[-1] if outputs else None,
        interface=str(getattr(qnode.interface, "value", qnode.interface)),
        num_device_wires=len(wires) if wires else None,
    )


def qnode_name(qnode: QNode) -> str:
    """Return the name of a QNode's function in one line."""
    return one_line(str(getattr(qnode.func, "__name__", "QNode")))


def _as_returned(results: object, output: object) -> object:
    """Put results into the container that the QNode's function returned."""
    import pennylane as qml

    leaves, structure = qml.pytrees.flatten(
        output, is_leaf=lambda one: isinstance(one, qml.measurements.MeasurementProcess)
    )
    found = list(results) if isinstance(results, (tuple, list)) else [results]
    if len(leaves) == 1 and not isinstance(results, tuple):
        found = [results]
    if len(found) != len(leaves):  # a transform changed the number of results
        return results
    return qml.pytrees.unflatten(found, structure)


class _Context(Protocol):
    """What torch hands to both directions of a function."""

    note: Note
    forms: list[tuple[Any, Any, Any]]

    def mark_non_differentiable(self, *tensors: torch.Tensor) -> None:
        """Say which results have no gradient."""


@functools.cache
def _depending() -> Callable[..., tuple[torch.Tensor, ...]]:
    """Return the function whose results depend on tensors, and that says when a backward pass comes by."""
    import torch

    class Depending(torch.autograd.Function):
        @staticmethod
        def forward(context: _Context, note: Note, values: tuple[torch.Tensor, ...], *tensors: torch.Tensor) -> object:
            context.note = note
            # Kept as PennyLane keeps it, with no tensor saved: torch's checkpoints run again what saves some.
            context.forms = [(tensor.shape, tensor.dtype, tensor.device) for tensor in tensors]
            results = tuple(value.clone() for value in values)
            context.mark_non_differentiable(*(one for one in results if not one.is_floating_point()))
            return results

        @staticmethod
        def backward(context: _Context, *gradients: torch.Tensor) -> object:
            context.note(torch.is_grad_enabled())
            zeros = (torch.zeros(shape, dtype=kind, device=device) for shape, kind, device in context.forms)
            return (None, None, *zeros)

    apply: Callable[..., tuple[torch.Tensor, ...]] = Depending.apply
    return apply


def tape_key(tape: QuantumScript) -> Hashable:
    """Return what makes a tape another circuit or gives it another gradient: gates, wires, who is trained, results."""
    import pennylane as qml

    gates = tuple(
        (
            operation.name,
            tuple(operation.wires),
            tuple(bool(qml.math.requires_grad(value)) for value in operation.data),
            tuple((name, value) for name, value in operation.hyperparameters.items() if isinstance(value, (str, int))),
        )
        for operation in tape.operations
    )
    measured = tuple((type(m).__name__, repr(m.obs), tuple(m.wires)) for m in tape.measurements)
    return gates, measured, tape.shots.total_shots


def moved(value: object, wanted: Callable[[Any], bool]) -> object:
    """Return nested arguments with other generic values in place of the wanted numbers.

    What needs a gradient needs it afterwards, too: PennyLane leaves rotations by zero out otherwise.
    """
    import numpy as np
    import torch

    if isinstance(value, Mapping | torch.nn.ParameterDict):
        return {key: moved(item, wanted) for key, item in value.items()}
    if isinstance(value, (list, tuple, torch.nn.ParameterList)):
        items = [moved(item, wanted) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    if not wanted(value):
        return value
    generator = np.random.default_rng(7)
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        delta = value.new_tensor(generator.uniform(0.05, 0.5, size=tuple(value.shape)))
        return (value.detach() + delta).requires_grad_(value.requires_grad)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value + generator.uniform(0.05, 0.5, size=value.shape)
    return value + float(generator.uniform(0.05, 0.5)) if isinstance(value, float) else value


def leaves(value: object) -> Iterator[Any]:
    """Yield what nested arguments hold."""
    import torch

    if isinstance(value, Mapping | torch.nn.ParameterDict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, (list, tuple, torch.nn.ParameterList)):
        for item in value:
            yield from leaves(item)
    else:
        yield value
