"""The torch module of an architecture: `build_model`, on the fast engine or on PennyLane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

from hwcost import MissingDependencyError
from hwcost.core.text import one_line
from nas.architectures.record import Architecture, Hidden
from nas.core.checks import choice, whole
from nas.core.errors import SettingError

try:
    import torch
    from torch import nn
except ImportError:
    raise MissingDependencyError(
        'networks need torch, which is not installed; run: pip install "hwcost[nas]"'
    ) from None

Engine: TypeAlias = Literal["fast", "compiled", "pennylane"]

QUANTUM_WEIGHTS = "quantum.weights"

MAX_WIDTH = 10**9
"""Features or classes; more are a mistake."""

_ACTIVATIONS: dict[str, type[nn.Module] | None] = {"none": None, "relu": nn.ReLU, "tanh": nn.Tanh}


class HybridNetwork(nn.Module):
    """Classical layers, a circuit, classical layers, log-softmax: (batch, features) to log-probabilities.

    Parameters are those of `before`, `quantum.weights` and `after`, the same for every engine, so that a `state_dict`
    of one loads into the other.
    """

    def __init__(self, before: nn.Sequential, quantum: nn.Module, after: nn.Sequential):
        super().__init__()
        self.before, self.quantum, self.after = before, quantum, after

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the log-probabilities of the classes, shape (batch, classes)."""
        return torch.log_softmax(self.after(self.quantum(self.before(x))), dim=-1)


def build_model(
    architecture: Architecture,
    num_features: int,
    num_classes: int,
    engine: Engine = "fast",
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
) -> HybridNetwork:
    """Build the network with initial weights from a seed; torch's own random numbers are left alone.

    Linear layers start as in torch (uniform in ±1/√fan-in, weights and biases), angles uniform in [0, 2π) as in
    PennyLane's `TorchLayer`. All are drawn in double precision in the order of the layers and then rounded, so that one
    seed gives one network, whatever the engine and dtype.

    Args:
        architecture: The network.
        num_features: Features of a sample.
        num_classes: Classes.
        engine: `fast` (exact statevector, `nas.engine.circuit`), `compiled` (the same by compiled kernels on the CPU)
            or `pennylane` (default.qubit with backprop).
        seed: Of the initial weights, at least 0.
        dtype: torch.float32 or torch.float64.

    Raises:
        SettingError: The engine, the dtype, the seed or a size is invalid.
        MissingDependencyError: torch, or PennyLane or Numba for its engine, is not installed.

    Example:
        >>> from nas.architectures.record import Layer
        >>> layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
        >>> model = build_model(Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(layer,)), 4, 3)
        >>> model(torch.zeros(5, 4)).shape, sum(parameter.numel() for parameter in model.parameters())
        (torch.Size([5, 3]), 21)
    """
    choice("engine", engine, get_args(Engine))
    if dtype not in (torch.float32, torch.float64):
        raise SettingError(f"dtype is {one_line(repr(dtype))}; choose torch.float32 or torch.float64")
    num_features = whole("num_features", num_features, 1, MAX_WIDTH)
    num_classes = whole("num_classes", num_classes, 1, MAX_WIDTH)
    seed = whole("seed", seed, 0, 2**64 - 1)
    model = HybridNetwork(
        linear_stack(num_features, architecture.hidden_before, architecture.num_encoded, dtype),
        _circuit(architecture, engine, dtype),
        linear_stack(architecture.num_outputs, architecture.hidden_after, num_classes, dtype),
    )
    draw_weights(model, seed)
    return model


def _circuit(architecture: Architecture, engine: Engine, dtype: torch.dtype) -> nn.Module:
    """Build the circuit on an engine; its weights are drawn later."""
    if engine == "pennylane":
        from nas.engine.pennylane import PennyLaneCircuit

        return PennyLaneCircuit(architecture, dtype=dtype)
    from nas.engine.circuit import FastCircuit

    # On its own, a fast circuit draws weights from torch's random numbers.
    with torch.random.fork_rng(devices=[]):
        return FastCircuit(architecture, dtype=dtype, compiled=engine == "compiled")


def linear_stack(inputs: int, hidden: Sequence[Hidden], outputs: int, dtype: torch.dtype) -> nn.Sequential:
    """Build linear layers with activations between them; their weights are drawn later."""
    layers: list[nn.Module] = []
    widths = [inputs, *(layer.width for layer in hidden), outputs]
    for number, (wide, narrow) in enumerate(pairwise(widths)):
        layers.append(nn.utils.skip_init(nn.Linear, wide, narrow, dtype=dtype))  # type: ignore[no-untyped-call]
        activation = _ACTIVATIONS[hidden[number].activation] if number < len(hidden) else None
        if activation is not None:
            layers.append(activation())
    return nn.Sequential(*layers)


class ClassicalNetwork(nn.Module):
    """The classical layers of an architecture without its circuit, of whose outputs encoded values take the place."""

    def __init__(self, architecture: Architecture, num_features: int, num_classes: int):
        super().__init__()
        dtype = torch.float32
        self.before = linear_stack(num_features, architecture.hidden_before, architecture.num_encoded, dtype)
        self.after = linear_stack(architecture.num_outputs, architecture.hidden_after, num_classes, dtype)
        self._num_outputs = architecture.num_outputs
        # Networks of an equal key do the same work; `hwcost` then looks at one of them.
        self.trace_key = (
            *(num_features, architecture.hidden_before, architecture.num_encoded),
            *(architecture.num_outputs, architecture.hidden_after, num_classes),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the log-probabilities of the classes, shape (batch, classes)."""
        return torch.log_softmax(self.after(self.before(x)[:, : self._num_outputs]), dim=-1)


def draw_weights(model: nn.Module, seed: int) -> None:
    """Give a network the initial weights of a seed: its linear layers, and a circuit in `quantum`."""
    circuit = getattr(model, "quantum", None)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Linear):
                limit = module.in_features**-0.5
                for parameter in (module.weight, module.bias):
                    drawn = torch.rand(parameter.shape, generator=generator, dtype=torch.float64)
                    parameter.copy_(limit * (2.0 * drawn - 1.0))
            elif module is circuit and "weights" in dict(module.named_parameters()):
                weights = module.get_parameter("weights")
                drawn = torch.rand(weights.shape, generator=generator, dtype=torch.float64)
                weights.copy_(2.0 * torch.pi * drawn)


def drawn_weights(shapes: Mapping[str, torch.Size], seed: int) -> dict[str, torch.Tensor]:
    """Draw the initial weights of a network in double precision, without building it.

    Args:
        shapes: Shapes of its parameters in their order, by name.
        seed: Of the weights.
    """
    generator = torch.Generator().manual_seed(seed)
    found, limit = {}, 1.0
    for name, shape in shapes.items():
        drawn = torch.rand(shape, generator=generator, dtype=torch.float64)
        if name == QUANTUM_WEIGHTS:
            found[name] = 2.0 * torch.pi * drawn
            continue
        if name.endswith(".weight"):  # a bias, which follows, has the same limit
            limit = shape[1] ** -0.5
        found[name] = limit * (2.0 * drawn - 1.0)
    return found
