"""Several candidates of one shape, trained together in one batch of tensors.

At few qubits a training step costs what its calls of torch cost, whatever they compute: sixteen networks at once take
little longer than two. `stack_key` says which can be trained together: entanglers, axes, numbers of layers and angle
embeddings may differ. `CandidateBatch` is the circuits alone, for autograd; `StackedNetworks` are whole networks with
hand-written derivatives, and `nas.training.adam` moves them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from hwcost import InputError
from nas.architectures.parameters import parameter_shapes
from nas.architectures.record import Activation, Architecture
from nas.architectures.shapes import stack_key
from nas.engine.circuit import Circuits, prepare
from nas.engine.compiled import CompiledCircuits, CompiledNetworks
from nas.training.small import small_steps

if TYPE_CHECKING:
    from nas.engine.network import Engine, HybridNetwork


def check_shapes(architectures: Sequence[Architecture]) -> None:
    """Check that the architectures can be trained together.

    Raises:
        InputError: There are none, or two differ in shape.
    """
    if not architectures:
        raise InputError("there are no candidates to train together; give at least one")
    first = stack_key(architectures[0])
    for number, architecture in enumerate(architectures[1:], start=2):
        if stack_key(architecture) != first:
            raise InputError(f"candidate {number} differs in shape from candidate 1; group candidates by stack_key")


class CandidateBatch(nn.Module):
    """Circuits of K candidates: values (K, batch, num_encoded) to expectation values (K, batch, num_outputs).

    The same as K `FastCircuit`, to rounding.

    Args:
        architectures: The candidates; equal ones with other weights are candidates too.
        dtype: torch.float32 or torch.float64.

    Attributes:
        architectures: The candidates.
        weights: Angles (K, columns, qubits); candidates with fewer columns than others do not use their last rows.

    Raises:
        InputError: There are no candidates, or they differ in shape.
    """

    def __init__(self, architectures: Sequence[Architecture], *, dtype: torch.dtype = torch.float32):
        super().__init__()
        check_shapes(architectures)
        self.architectures = tuple(architectures)
        self._circuits: Circuits | None = prepare(self.architectures, dtype, torch.device("cpu"))
        columns = max(architecture.num_columns for architecture in architectures)
        self.weights = nn.Parameter(torch.empty(len(architectures), columns, architectures[0].num_qubits, dtype=dtype))
        nn.init.uniform_(self.weights, 0.0, 2.0 * torch.pi)

    def forward(self, x: Tensor) -> Tensor:
        """Compute the expectation values (K, batch, num_outputs).

        Raises:
            InputError: The values have another shape or dtype.
            MemoryLimitError: The states do not fit into the memory that is free.
        """
        candidates, encoded = len(self.architectures), self.architectures[0].num_encoded
        if x.dim() != 3 or x.shape[0] != candidates or x.shape[2] != encoded:
            raise InputError(
                f"the circuits take values of shape ({candidates}, batch, {encoded}), but got {tuple(x.shape)}"
            )
        circuits, weights = self._circuits, self.weights
        if circuits is None or circuits.dtype != weights.dtype or circuits.device != weights.device:
            circuits = self._circuits = prepare(self.architectures, weights.dtype, weights.device)
        return circuits(weights, x)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_circuits": None}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Linear:
    """One linear layer of all networks, as views of all parameters.

    Attributes:
        weight: (K, outputs, inputs).
        bias: (K, 1, outputs).
        activation: What follows.
    """

    weight: Tensor
    bias: Tensor
    activation: Activation


class StackedNetworks:
    """K whole networks of one shape with their derivatives, without autograd.

    Each starts as `nas.build_model` starts it with its seed, and each is independent of the others: one that diverges
    does not touch the rest. Figures are those of one network after the other to rounding, not bit for bit: products of
    stacks of matrices are summed in another order.

    Args:
        architectures: The candidates, equal in `stack_key`.
        num_features: Features of a sample.
        num_classes: Classes.
        seeds: Seed of the initial weights of each network.
        dtype: torch.float32 or torch.float64.
        device: Where to compute.
        parameters: Initial parameters (K, P) instead of those of the seeds, which may then be left out; P as below.
        compiled: Whether compiled kernels compute on the CPU (up to 12 qubits; needs Numba).

    Attributes:
        architectures: The candidates.
        parameters: All parameters, (K, P): those of `before`, the circuit's weights, those of `after`, in the order of
            a network's own. Circuits with fewer columns of weights than others are padded with weights of no effect.
        gradients: The derivatives of the last `losses_and_gradients`, (K, P).

    Raises:
        InputError: There are no candidates, they differ in shape, or in number from the seeds.
        MissingDependencyError: `compiled`, and Numba is not installed.
    """

    def __init__(
        self,
        architectures: Sequence[Architecture],
        num_features: int,
        num_classes: int,
        seeds: Sequence[int] = (),
        *,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
        parameters: Tensor | None = None,
        compiled: bool = False,
    ):
        check_shapes(architectures)
        if parameters is None and len(seeds) != len(architectures):
            raise InputError(f"there are {len(seeds)} seeds for {len(architectures)} candidates; give one for each")
        self.architectures = tuple(architectures)
        self._sizes = (num_features, num_classes)
        self._circuits = prepare(self.architectures, dtype, torch.device(device), compiled=compiled)
        self._engine: Engine = "compiled" if compiled else "fast"
        widest = max(architectures, key=lambda architecture: architecture.num_columns)
        self._num_columns = widest.num_columns
        shapes = parameter_shapes(widest, num_features, num_classes)
        self._names = [name for name, _ in shapes]
        self._shapes = [torch.Size(shape) for _, shape in shapes]
        rows = self._drawn(seeds, dtype) if parameters is None else parameters.to(dtype)
        size = sum(shape.numel() for shape in self._shapes)
        if rows.shape != (len(architectures), size):
            raise InputError(f"parameters have the shape {tuple(rows.shape)}; it must be {(len(architectures), size)}")
        self.parameters = rows.to(device).clone()
        self.gradients = torch.zeros_like(self.parameters)
        self._views = self._split(self.parameters)
        first = architectures[0]
        where = self._names.index("quantum.weights")
        self._before = _linear_layers(self._views[:where], [layer.activation for layer in first.hidden_before])
        self._after = _linear_layers(self._views[where + 1 :], [layer.activation for layer in first.hidden_after])
        self._weights = self._views[where]
        activations = tuple([layer.activation for layer in layers] for layers in (self._before, self._after))
        simulator, kinds = self._circuits.simulator, (activations[0], activations[1])
        self._small = small_steps(simulator, self._views, self._split(self.gradients), kinds)
        self.compiled: CompiledNetworks | None = None
        if isinstance(simulator, CompiledCircuits):
            self.compiled = CompiledNetworks(
                simulator, first.num_qubits, self._views, kinds, self.parameters, self.gradients
            )

    def losses_and_gradients(self, x: Tensor, labels: Tensor) -> Tensor:
        """Compute the mean negative log-likelihood of each network, (K); the derivatives go into `gradients`.

        Args:
            x: Features (batch, features) for all networks, or (K, batch, features).
            labels: Classes (batch) or (K, batch).

        Raises:
            InputError: The shapes do not fit.
            MemoryLimitError: The states do not fit into the memory that is free.
        """
        x, labels = self._checked(x), labels.expand(len(self.architectures), -1)
        batch = x.shape[1]
        if batch == 0 or labels.shape[1] != batch:
            raise InputError(f"there are {labels.shape[1]} labels for {batch} samples; give one for each, at least one")
        self._circuits.require_room(batch, keep=True)
        if self.compiled is not None:
            return self.compiled.losses_and_gradients(x, labels)
        if self._small is not None:
            return torch.from_numpy(self._small.losses_and_gradients(x, labels))
        with torch.inference_mode():
            simulator = self._circuits.simulator
            angles, before = _through(self._before, x)
            outputs, kept = simulator.forward(self._weights.flatten(1), angles, keep=True)
            scores, after = _through(self._after, outputs)
            log_probabilities = torch.log_softmax(scores, dim=2)
            labels = labels.unsqueeze(2)
            losses = -log_probabilities.gather(2, labels).sum(dim=(1, 2)) / batch
            # The derivative of the mean of −log softmax is (softmax − one for the right class)/batch.
            by_score = log_probabilities.exp_()
            by_score.scatter_add_(2, labels, by_score.new_full((), -1.0).expand(labels.shape))
            by_score.div_(batch)
            by_after, by_output = _back(self._after, after, by_score, inputs=True)
            by_weight, by_angle = simulator.backward(kept, by_output)
            by_before, _ = _back(self._before, before, by_angle, inputs=False)
            torch.cat([*by_before, by_weight, *by_after], dim=1, out=self.gradients)
        return losses.clone()

    def log_probabilities(self, x: Tensor) -> Tensor:
        """Compute the logarithms of the probabilities of the classes, (K, batch, classes).

        Args:
            x: Features (batch, features) for all networks, or (K, batch, features).

        Raises:
            InputError: The shape does not fit.
            MemoryLimitError: The states do not fit into the memory that is free.
        """
        x = self._checked(x)
        if self.compiled is not None and x.shape[1] > 0:
            return self.compiled.log_probabilities(x)
        with torch.no_grad():
            outputs = self._circuits(self._weights, _through(self._before, x)[0])
            return torch.log_softmax(_through(self._after, outputs)[0], dim=2)

    @property
    def is_small(self) -> bool:
        """Return whether steps are computed in NumPy (`nas.training.small`) or compiled, on memory of NumPy."""
        return self._small is not None or self.compiled is not None

    def _checked(self, x: Tensor) -> Tensor:
        candidates, num_features = len(self.architectures), self._sizes[0]
        if x.dim() not in (2, 3) or x.shape[-1] != num_features or (x.dim() == 3 and x.shape[0] != candidates):
            raise InputError(
                f"features have the shape (batch, {num_features}) or ({candidates}, batch, {num_features}), but got "
                f"{tuple(x.shape)}"
            )
        if x.dtype != self.parameters.dtype:
            raise InputError(f"the features are {x.dtype}, but the networks compute in {self.parameters.dtype}")
        return x.expand(candidates, -1, -1)

    def state_dict(self, number: int) -> dict[str, Tensor]:
        """Return the parameters of one network, as its own `state_dict` has them."""
        columns = self.architectures[number].num_columns
        found = {name: view[number].clone() for name, view in zip(self._names, self._views, strict=True)}
        return found | {"quantum.weights": found["quantum.weights"][:columns].clone()}

    def load_state_dict(self, number: int, state: dict[str, Tensor]) -> None:
        """Set the parameters of one network."""
        for view, part in zip(self._views, self._padded(state), strict=True):
            view[number].copy_(part)

    def network(self, number: int) -> HybridNetwork:
        """Return one network on its own, as a torch module."""
        from nas.engine.network import build_model

        made = build_model(self.architectures[number], *self._sizes, engine=self._engine, dtype=self.parameters.dtype)
        made.load_state_dict(self.state_dict(number))
        return made.to(self.parameters.device)

    def _drawn(self, seeds: Sequence[int], dtype: torch.dtype) -> Tensor:
        """Return the initial parameters that `nas.build_model` draws with these seeds, (K, P)."""
        from nas.engine.network import QUANTUM_WEIGHTS, drawn_weights

        shapes = dict(zip(self._names, self._shapes, strict=True))
        rows = []
        for architecture, seed in zip(self.architectures, seeds, strict=True):
            own = torch.Size((architecture.num_columns, architecture.num_qubits))
            drawn = drawn_weights(shapes | {QUANTUM_WEIGHTS: own}, seed)
            rows.append(torch.cat([part.flatten() for part in self._padded(drawn)]))
        return torch.stack(rows).to(dtype)

    def _padded(self, state: dict[str, Tensor]) -> list[Tensor]:
        """Return parameters of one network in order, the circuit's weights with as many columns as any network has."""
        weights = state["quantum.weights"]
        missing = self._num_columns - len(weights)
        padded = {"quantum.weights": torch.nn.functional.pad(weights, (0, 0, 0, missing))}
        return [(state | padded)[name] for name in self._names]

    def _split(self, parameters: Tensor) -> list[Tensor]:
        """Return each parameter of all networks, (K, …), as views."""
        parts = torch.split(parameters, [shape.numel() for shape in self._shapes], dim=1)
        return [part.view(len(parameters), *shape) for part, shape in zip(parts, self._shapes, strict=True)]


def _linear_layers(views: Sequence[Tensor], activations: Sequence[Activation]) -> list[_Linear]:
    """Pair the weights and biases of layers in turn."""
    return [
        _Linear(weight=weight, bias=bias.unsqueeze(1), activation=activation)
        for weight, bias, activation in zip(views[::2], views[1::2], [*activations, "none"], strict=True)
    ]


def _through(layers: Sequence[_Linear], x: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Carry values through the layers; return those before each and after the last."""
    values = [x]
    for layer in layers:
        x = torch.baddbmm(layer.bias, x, layer.weight.mT)
        if layer.activation == "relu":
            x = x.relu_()
        elif layer.activation == "tanh":
            x = x.tanh_()
        values.append(x)
    return x, values


def _back(
    layers: Sequence[_Linear], values: Sequence[Tensor], gradients: Tensor, *, inputs: bool
) -> tuple[list[Tensor], Tensor]:
    """Compute derivatives with respect to the parameters in order, (K, numbers), and with respect to the values before.

    Args:
        layers: The layers.
        values: What `_through` gave.
        gradients: Derivatives with respect to the values after the layers.
        inputs: Whether the derivatives with respect to the values before are needed; else they are those of a layer.
    """
    found: list[Tensor] = []
    for number in range(len(layers) - 1, -1, -1):
        layer, after = layers[number], values[number + 1]
        if layer.activation == "relu":
            gradients = gradients * (after > 0)
        elif layer.activation == "tanh":
            gradients = torch.addcmul(gradients, gradients * after, after, value=-1.0)
        found[:0] = [torch.bmm(gradients.mT, values[number]).flatten(1), gradients.sum(dim=1)]
        if inputs or number > 0:
            gradients = torch.bmm(gradients, layer.weight)
    return found, gradients
