"""Circuits and networks by compiled kernels, the engine `compiled`: what stands between torch and `nas.engine.kernels`.

One network takes the same steps, bit for bit, alone and in company: the kernels take one after the other. On the CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from hwcost import InputError, MissingDependencyError
from nas.architectures.record import Activation, Architecture, Layer
from nas.engine.plan import Plan, plan
from nas.engine.program import Array, make_program

if TYPE_CHECKING:
    from nas.engine.network_kernels import Adam, Room, Shape

Activations: TypeAlias = tuple[Sequence[Activation], Sequence[Activation]]
Kept: TypeAlias = tuple[Array, Array] | None

MAX_QUBITS = 12
"""Beyond, a few samples' states do not stay in the cache of a core, and the engine `fast` is as fast."""

_TILE_AMPLITUDES = 2**15
_PIECE_AMPLITUDES = 2**21
_BETAS_AND_EPS = (0.9, 0.999, 1e-8)
_ACTIVATIONS: dict[Activation, int] = {"none": 0, "relu": 1, "tanh": 2}


@cache
def kernels() -> ModuleType:
    """Import the kernels.

    Raises:
        MissingDependencyError: Numba is not installed.
    """
    try:
        import numba  # noqa: F401
    except ImportError:
        raise MissingDependencyError(
            'the engine "compiled" needs Numba, which is not installed; run: pip install "hwcost[fast]"'
        ) from None
    from nas.engine import network_kernels

    return network_kernels


def tile_width(num_qubits: int) -> int:
    """Return the samples that go through a circuit together.

    >>> [tile_width(n) for n in (2, 8, 10, 12)]
    [64, 64, 32, 8]
    """
    return max(8, min(64, _TILE_AMPLITUDES >> num_qubits))


class CompiledCircuits:
    """Circuits of K candidates, as `nas.engine.simulator.Simulator`.

    Args:
        plans: The circuits, of at most `MAX_QUBITS` qubits.
        dtype: Real type.

    Raises:
        MissingDependencyError: Numba is not installed.
    """

    def __init__(self, plans: Sequence[Plan], dtype: torch.dtype):
        self._kernels = kernels()
        self._width, self._num_outputs = tile_width(plans[0].num_qubits), len(plans[0].observables)
        self.program = make_program(plans, _numpy_type(dtype))

    def forward(self, weights: Tensor, x: Tensor, *, keep: bool) -> tuple[Tensor, Kept]:
        """As `Simulator.forward`."""
        arrays = _array(weights), _array(x)
        nothing = np.empty((len(x), 0, 0), arrays[0].dtype)
        outputs = np.empty((*x.shape[:2], self._num_outputs), arrays[0].dtype)
        self._run(*arrays, outputs, nothing, arrays[0], arrays[1])
        return torch.from_numpy(outputs), arrays if keep else None

    def backward(self, kept: Kept, gradients: Tensor) -> tuple[Tensor, Tensor]:
        """As `Simulator.backward`; states are computed anew, which takes less time than to keep them."""
        if kept is None:
            raise ValueError("nothing was kept for the backward pass")
        weights, x = kept
        by_weight, by_x = np.zeros_like(weights), np.empty_like(x)
        outputs = np.empty((*x.shape[:2], self._num_outputs), weights.dtype)
        by_out = _array(gradients)
        self._run(weights, x, outputs, by_out, by_weight, by_x)
        return torch.from_numpy(by_weight), torch.from_numpy(by_x)

    def _run(self, weights: Array, x: Array, outputs: Array, by_out: Array, by_weight: Array, by_x: Array) -> None:
        width, encoded = min(self._width, x.shape[1]), x.shape[2]
        memory = self._kernels.make_memory(self.program, encoded, width, x.dtype)
        values, results = np.empty(width * encoded, x.dtype), np.empty(width * self._num_outputs, x.dtype)
        self._kernels.run_circuits(
            self.program, weights, x, outputs, by_out, by_weight, by_x, max(1, width), memory, values, results
        )


class CompiledNetworks:
    """Training steps and answers of K networks of one shape.

    Args:
        circuits: Their circuits.
        num_qubits: Qubits of a circuit.
        views: Weights and biases of the layers before the circuit in turn, the circuit's angles, and weights and biases
            of the layers after it, with K in front; their order is that of the parameters.
        activations: What follows each layer before and after the circuit.
        parameters: All parameters, (K, P), which steps change.
        gradients: Their derivatives, which steps write.
    """

    def __init__(
        self,
        circuits: CompiledCircuits,
        num_qubits: int,
        views: Sequence[Tensor],
        activations: Activations,
        parameters: Tensor,
        gradients: Tensor,
    ):
        self._kernels, self._program = circuits._kernels, circuits.program
        self._width, self._num_qubits = tile_width(num_qubits), num_qubits
        self._parameters, self._gradients = parameters.numpy(), gradients.numpy()
        self._shape = self._layers(views, activations)
        k, size = self._parameters.shape
        self._idle = (np.zeros((2, k, 0), self._parameters.dtype), np.zeros(k), _BETAS_AND_EPS, 0)
        self._moments = np.zeros((2, k, size), self._parameters.dtype)
        self._num_steps = 0
        self._room: Room | None = None

    def _layers(self, views: Sequence[Tensor], activations: Activations) -> Shape:
        """Return the `Shape` of the kernels."""
        num_before = len(activations[0])
        starts = [0, *np.cumsum([view[0].numel() for view in views]).tolist()]
        kinds = [_ACTIVATIONS[kind] for of_part in activations for kind in of_part]
        places = [2 * number + (number >= num_before) for number in range(len(kinds))]
        layers = [
            (views[place].shape[2], views[place].shape[1], starts[place], starts[place + 1], kind)
            for place, kind in zip(places, kinds, strict=True)
        ]
        where = 2 * num_before
        shape: Shape = self._kernels.Shape(
            layers=np.array(layers, np.int64),
            num_before=num_before,
            first_weight=starts[where],
            num_weights=views[where][0].numel(),
            num_encoded=layers[num_before - 1][1],
            num_outputs=layers[num_before][0],
            starts=self._kernels.rows_of_values(np.array(layers, np.int64), num_before, layers[num_before][0]),
        )
        return shape

    def losses_and_gradients(self, x: Tensor, labels: Tensor) -> Tensor:
        """Compute mean losses (K) for x (K, batch, features) and labels (K, batch); derivatives go to `gradients`.

        Raises:
            InputError: A label is not a class.
        """
        k, batch, features = x.shape
        classes = int(self._shape.layers[-1, 1])
        y = _array(labels).reshape(-1)
        if y.min() < 0 or y.max() >= classes:
            raise InputError(f"a label is none of the {classes} classes; they are numbered from 0")
        rows = np.arange(k * batch).reshape(k, batch)
        losses = np.empty((k, 1, 1), self._parameters.dtype)
        mode, data = self._kernels.GRADIENTS, _array(x).reshape(k * batch, features)
        self._run(mode, self._idle, data, y, rows, batch, losses)
        return torch.from_numpy(losses.reshape(k))

    def steps_at_once(self, batch: int) -> int:
        """Return how many steps take about a tenth of a second."""
        return max(1, _PIECE_AMPLITUDES // ((len(self._parameters) * batch) << self._num_qubits))

    def take_steps(self, x: Tensor, y: Tensor, rows: Array, batch: int, rates: Sequence[float]) -> Tensor:
        """Take steps of Adam on batches of the rows (K, samples) in turn; return the losses before, (K, steps).

        Args:
            x: Data (samples, features).
            y: Labels; each is a class.
            rows: Samples of each network in order.
            batch: Samples of a step; the last may have fewer.
            rates: Learning rate of each network.
        """
        losses = np.empty((len(rows), -(-rows.shape[1] // batch), 1), self._parameters.dtype)
        adam = (self._moments, np.array(rates), _BETAS_AND_EPS, self._num_steps)
        rows = np.ascontiguousarray(rows)
        self._run(self._kernels.STEPS, adam, _array(x), _array(y), rows, batch, losses)
        self._num_steps += losses.shape[1]
        return torch.from_numpy(losses[:, :, 0])

    def log_probabilities(self, x: Tensor) -> Tensor:
        """Compute the logarithms of the probabilities of the classes, (K, samples, classes), for x as above."""
        k, batch, features = x.shape
        shared = x.stride(0) == 0
        data = _array(x[0] if shared else x).reshape(-1, features)
        rows = np.arange(batch) + (np.zeros((k, 1), np.int64) if shared else np.arange(k)[:, None] * batch)
        out = np.empty((k, batch, int(self._shape.layers[-1, 1])), self._parameters.dtype)
        self._run(self._kernels.ANSWERS, self._idle, data, np.zeros(1, np.int64), rows, batch, out)
        return torch.from_numpy(out)

    def _run(self, mode: int, adam: Adam, x: Array, y: Array, rows: Array, batch: int, out: Array) -> None:
        networks = self._program, self._shape, self._parameters, self._gradients
        if self._room is None:
            self._room = self._kernels.make_room(self._program, self._shape, self._width, self._parameters.dtype)
        self._kernels.run_networks(mode, *networks, adam, x, y, rows, batch, self._width, self._room, out)


def _array(tensor: Tensor) -> Array:
    """Return a tensor's memory, or a copy in order, as an array that may be written to."""
    array: Array = tensor.detach().contiguous().numpy()
    return array


def _numpy_type(dtype: torch.dtype) -> type[np.floating[Any]]:
    return np.float32 if dtype == torch.float32 else np.float64


def compile_now(dtype: torch.dtype) -> None:
    """Compile what trainings need, or load it, so that several processes need not compile the same.

    Raises:
        MissingDependencyError: Numba is not installed.
    """
    layer = Layer(columns=(("y",),), gate=None, pairs=())
    made = plan(Architecture(num_qubits=1, embedding="angle-y", num_encoded=1, layers=(layer,)))
    parameters = torch.zeros((1, 7), dtype=dtype)
    views = [torch.zeros(shape, dtype=dtype) for shape in ((1, 1, 1), (1, 1), (1, 1, 1), (1, 2, 1), (1, 2))]
    networks = CompiledNetworks(
        CompiledCircuits([made], dtype), 1, views, (["none"], ["none"]), parameters, torch.zeros_like(parameters)
    )
    networks.take_steps(
        torch.zeros((1, 1), dtype=dtype), torch.zeros(1, dtype=torch.int64), np.zeros((1, 1), np.int64), 1, [0.1]
    )
