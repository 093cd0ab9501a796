"""Networks of qiskit-machine-learning that a model runs, in a `TorchConnector` or without; whoever holds them.

While a model is called under observation, every forward and backward pass of a network is noted and answered with zeros;
no circuit is simulated. The connector's own code decides when a gradient is asked for.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hwcost.circuits.layers import QuantumLayer
from hwcost.circuits.qiskit_qnn import PACKAGE, check_qnn, layer_from_qnn
from hwcost.core.errors import CircuitError

if TYPE_CHECKING:
    import torch


@dataclass(slots=True)
class QnnRuns:
    """What one network was asked for.

    Attributes:
        qnn: The network.
        forward: Rows of its forward passes, each of which is a circuit.
        backward: Rows of its backward passes.
        data_needs_gradient: Whether something trainable stands before one of its connectors.
        has_frozen_weights: Whether the weights of one of its connectors are not trained.
    """

    qnn: Any
    forward: int = 0
    backward: int = 0
    data_needs_gradient: bool = False
    has_frozen_weights: bool = False

    def notes(self, name: str) -> Iterator[str]:
        """Yield what a user may not expect of its gradients."""
        if self.backward and self.data_needs_gradient and not self.qnn.input_gradients:
            yield f"{name}: its network has input_gradients=False, so that the layers before it get no gradient from it"
        if self.backward and self.has_frozen_weights:
            yield f"{name}: its weights are frozen, but its network runs their gradient all the same; counted"


@dataclass(slots=True)
class QnnObserver:
    """Answers passes of networks and notes them, in the order in which the networks were first called."""

    runs: dict[int, QnnRuns] = field(default_factory=dict)

    def forward(self, qnn: Any, input_data: Any) -> Any:
        """Note a forward pass and return zeros of the shape of its result.

        Raises:
            CircuitError: The network's circuits cannot be read.
        """
        lead = self._lead(qnn, input_data)
        self._runs(qnn).forward += math.prod(lead)
        return _answer(qnn, (*lead, *qnn.output_shape))

    def connected(self, connector: Any, data: torch.Tensor | None) -> None:
        """Note what of a connector's call needs a gradient."""
        import torch

        runs = self._runs(connector.neural_network)
        if torch.is_grad_enabled():
            runs.data_needs_gradient |= data is not None and data.requires_grad
            runs.has_frozen_weights |= bool(connector.neural_network.num_weights) and not connector.weight.requires_grad

    def backward(self, qnn: Any, input_data: Any) -> tuple[Any, Any]:
        """Note a backward pass and return zeros as gradients of inputs and weights; None where it returns none."""
        lead = self._lead(qnn, input_data)
        self._runs(qnn).backward += math.prod(lead)
        shape = (*lead, *qnn.output_shape)
        by_input = _answer(qnn, (*shape, qnn.num_inputs)) if qnn.input_gradients and qnn.num_inputs else None
        return by_input, _answer(qnn, (*shape, qnn.num_weights)) if qnn.num_weights else None

    def layers(self, names: Mapping[int, str]) -> Iterator[QuantumLayer]:
        """Yield each network with its gradient, and once more without for the calls that need none.

        Args:
            names: Where networks stand in the model, by their `id`.

        Raises:
            CircuitError: A network cannot be read, or has more backward than forward passes.
        """
        for key, runs in self.runs.items():
            name = names.get(key, type(runs.qnn).__name__)
            if runs.backward > runs.forward:
                raise CircuitError(
                    f"{name} makes {runs.backward} gradients from {runs.forward} forward passes of one sample; such a "
                    "model cannot be costed"
                )
            if runs.backward:
                layer = layer_from_qnn(runs.qnn, name=name).called(runs.backward, with_gradient=True)
                yield replace(layer, notes=(*layer.notes, *runs.notes(name)))
            if runs.forward > runs.backward:
                title = f"{name} (no gradient)" if runs.backward else name
                layer = layer_from_qnn(runs.qnn, name=title, with_gradient=False)
                yield layer.called(runs.forward - runs.backward, with_gradient=False)

    def _runs(self, qnn: Any) -> QnnRuns:
        if id(qnn) not in self.runs:
            check_qnn(qnn, "a quantum layer")
            self.runs[id(qnn)] = QnnRuns(qnn)
        return self.runs[id(qnn)]

    @staticmethod
    def _lead(qnn: Any, input_data: Any) -> tuple[int, ...]:
        """Return the batch dimensions that the network's result has; one row has a batch of one."""
        shape = () if input_data is None else _shape(input_data)
        if shape and shape[-1] != qnn.num_inputs:
            raise CircuitError(
                f"a network ({type(qnn).__name__}) of {qnn.num_inputs} inputs gets data of shape {shape}; the last dimension is "
                "that of the inputs"
            )
        return shape[:-1] if len(shape) > 1 else (1,)


def _shape(value: Any) -> tuple[int, ...]:
    import numpy as np

    return np.shape(value)


def _answer(qnn: Any, shape: tuple[int, ...]) -> Any:
    import numpy as np

    if not qnn.sparse:
        return np.zeros(shape)
    from sparse import COO

    # Ones, because the connector finds shapes in the places of what is not zero.
    return COO(np.ones(shape))


@contextmanager
def observed_qnns(*, as_classical: bool = False) -> Iterator[QnnObserver]:
    """Let an observer answer every pass of a network; nothing happens where qiskit-machine-learning is not in use.

    Copies of a model made meanwhile share its networks, which hold primitives and sessions. Not to be used by two threads
    at once: the classes themselves are changed meanwhile.

    Args:
        as_classical: Let connectors return zeros by torch's own operations at once, for passes on tensors without values.
    """
    observer = QnnObserver()
    networks: Any = sys.modules.get(f"{PACKAGE}.neural_networks")
    connector = torch_connector()
    with ExitStack() as stack:
        if networks is not None:
            changes: dict[str, Callable[..., Any]] = {
                "forward": lambda self, input_data, weights: observer.forward(self, input_data),
                "backward": lambda self, input_data, weights: observer.backward(self, input_data),
                "__deepcopy__": lambda self, memo: self,
            }
            for name, change in changes.items():
                stack.callback(_restored(networks.NeuralNetwork, name))
                setattr(networks.NeuralNetwork, name, change)
        if connector is not None:
            stack.callback(_restored(connector, "forward"))
            connector.forward = _zeros_of_connector if as_classical else _noted(observer, connector.forward)
        yield observer


def _restored(owner: Any, name: str) -> Callable[[], None]:
    """Return what puts an attribute of a class back as it is now."""
    if name in vars(owner):
        return lambda value=vars(owner)[name]: setattr(owner, name, value)  # type: ignore[misc]
    return lambda: delattr(owner, name)


def torch_connector() -> Any:
    """Return the class `TorchConnector` if it is in use; imports nothing."""
    return getattr(sys.modules.get(f"{PACKAGE}.connectors"), "TorchConnector", None)


def _noted(observer: QnnObserver, forward: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    def noting(self: Any, input_data: Any = None) -> torch.Tensor:
        observer.connected(self, input_data)
        return forward(self, input_data)

    return noting


def _zeros_of_connector(self: Any, input_data: Any = None) -> torch.Tensor:
    import torch

    qnn = self.neural_network
    values = torch.zeros(0) if input_data is None else input_data
    needs = values.requires_grad or self.weight.requires_grad
    reaching = values if qnn.input_gradients else values.detach()
    zero = reaching.sum(-1) * 0.0 + values.new_zeros((), requires_grad=needs and torch.is_grad_enabled())
    result = zero.reshape((*zero.shape, *[1] * len(qnn.output_shape))).expand((*zero.shape, *qnn.output_shape))
    return result.to_sparse() if self.sparse else result


def connectors_in(model: torch.nn.Module) -> dict[str, Any]:
    """Return the connectors among a module's parts, by their names."""
    connector = torch_connector()
    if connector is None:
        return {}
    return {name: module for name, module in model.named_modules() if isinstance(module, connector)}


def without_weights(connector: Any) -> None:
    """Take a connector's weights out of its parameters; it keeps them as a plain tensor, for code that reads them."""
    weights = connector.weight
    for name in ("weight", "_weights"):
        connector._parameters.pop(name, None)
    connector._weights = weights.detach().clone().requires_grad_(weights.requires_grad)
