"""Training steps of networks with small circuits, in NumPy: the formulas of `StackedNetworks` in half the time.

A step of a circuit of 4 qubits is some fifty operations on a few thousand numbers, each of which takes torch longer to
begin than to do. NumPy begins sooner, results go into memory that is kept from step to step, and the parameters and
their derivatives are torch's own memory, so that nothing is copied. On the CPU only; circuits are those that
`nas.engine.whole` simulates as one matrix, with angles as values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from torch import Tensor

from hwcost import InputError
from nas.architectures.record import Activation
from nas.engine.simulator import Simulator, Whole
from nas.engine.whole import WholeTables
from nas.engine.whole_arrays import Array, WholeChain

_BATCH_SIZES = 4
"""Numbers of samples whose memory is kept; a training has two, whole batches and the last one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmallLinear:
    """One linear layer of all networks: views of the parameters and of their derivatives.

    Attributes:
        weight: (K, outputs, inputs); without K if there is one network, as in all arrays here.
        bias: (K, outputs).
        by_weight: Derivatives with respect to `weight`.
        by_bias: Derivatives with respect to `bias`.
        activation: What follows.
    """

    weight: Array
    bias: Array
    by_weight: Array
    by_bias: Array
    activation: Activation


class SmallSteps:
    """Losses and derivatives of K networks of one shape.

    Args:
        tables: The circuits' constants.
        before: Layers before the circuit.
        angles: Angles of the circuits, (K, C, n), and their derivatives.
        after: Layers after the circuit.
    """

    def __init__(
        self,
        tables: WholeTables,
        before: Sequence[SmallLinear],
        angles: tuple[Array, Array],
        after: Sequence[SmallLinear],
    ):
        if tables.sums is None:
            raise ValueError("values are amplitudes; only angles are embedded here")
        self._before, self._after = before, after
        self._single = angles[0].ndim == 2
        # One product without a stack of them: `dot` begins sooner than `matmul`.
        self._mm: Callable[..., Array] = np.dot if self._single else np.matmul
        flat = (-1,) if self._single else (len(angles[0]), -1)
        self._weights, self._by_weights = (array.reshape(flat) for array in angles)
        self._chain = WholeChain(tables, single=self._single)
        self._sums, self._shifts = tables.sums.numpy(), tables.shifts.numpy()
        self._outputs, self._gradients = self._one(tables.outputs), self._one(tables.gradients)
        self._memory: dict[int, _Memory] = {}

    def losses_and_gradients(self, x: Tensor, labels: Tensor) -> Array:
        """Compute mean losses (K) for x (K, batch, features) and labels (K, batch), and all derivatives.

        Raises:
            InputError: A label is not a class.
        """
        mm, batch = self._mm, x.shape[1]
        memory = self._memory.get(batch)
        if memory is None:
            if len(self._memory) == _BATCH_SIZES:
                self._memory.clear()
            memory = self._memory[batch] = _Memory(*self.shapes(x.shape[0], batch), self._sums.dtype)
        with np.errstate(all="ignore"):  # a training that diverges ends by its loss, not by a warning
            before = _through(mm, self._before, self._one(x.detach()))
            arguments = np.matmul(before[-1], self._sums.T, out=memory.arguments)
            arguments += self._shifts
            features = np.sin(arguments, out=memory.features)
            matrix = self._chain.matrix(self._weights)
            amplitudes = mm(features, matrix, out=memory.amplitudes)
            squares = np.multiply(amplitudes, amplitudes, out=memory.squares)
            after = _through(mm, self._after, mm(squares, self._outputs))
            losses, by_score = _softmax(after[-1], labels.numpy())
            by_output = _back(mm, self._after, after, by_score)
            turned = mm(by_output, self._gradients, out=memory.squares)
            turned *= amplitudes
            overlaps = mm(features.swapaxes(-1, -2), turned, out=memory.overlaps)
            self._chain.gradients(overlaps, self._by_weights)
            by_feature = mm(turned, matrix.swapaxes(-1, -2), out=memory.features)
            by_feature *= np.cos(arguments, out=arguments)
            _back(mm, self._before, before, np.matmul(by_feature, self._sums), inputs=False)
        return losses

    def _one(self, tensor: Tensor) -> Array:
        array: Array = tensor.numpy()
        return array[0] if self._single else array

    def shapes(self, candidates: int, batch: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """Return the shapes of features, amplitudes and overlaps."""
        front: tuple[int, ...] = () if self._single else (candidates,)
        num_states, rows = len(self._sums), self._outputs.shape[-2]
        return (*front, batch, num_states), (*front, batch, rows), (*front, num_states, rows)


class _Memory:
    """Memory of a step with a number of samples, written anew by each."""

    def __init__(
        self, features: tuple[int, ...], amplitudes: tuple[int, ...], overlaps: tuple[int, ...], dtype: np.dtype[Any]
    ):
        self.arguments, self.features = np.empty(features, dtype), np.empty(features, dtype)
        self.amplitudes, self.squares = np.empty(amplitudes, dtype), np.empty(amplitudes, dtype)
        self.overlaps = np.empty(overlaps, dtype)


def _through(mm: Callable[..., Array], layers: Sequence[SmallLinear], x: Array) -> list[Array]:
    """Carry values through the layers; return those before each and after the last."""
    values = [x]
    for layer in layers:
        x = mm(x, layer.weight.swapaxes(-1, -2))
        x += layer.bias[..., None, :]
        if layer.activation == "relu":
            np.maximum(x, 0.0, out=x)
        elif layer.activation == "tanh":
            np.tanh(x, out=x)
        values.append(x)
    return values


def _back(
    mm: Callable[..., Array],
    layers: Sequence[SmallLinear],
    values: Sequence[Array],
    gradients: Array,
    *,
    inputs: bool = True,
) -> Array:
    """Compute derivatives of the layers, and, if asked for, return those of the values before them."""
    for number in range(len(layers) - 1, -1, -1):
        layer, after = layers[number], values[number + 1]
        if layer.activation == "relu":
            gradients = gradients * (after > 0)
        elif layer.activation == "tanh":
            gradients = gradients - gradients * after * after
        mm(gradients.swapaxes(-1, -2), values[number], out=layer.by_weight)
        np.add.reduce(gradients, axis=-2, out=layer.by_bias)
        if inputs or number > 0:
            gradients = mm(gradients, layer.weight)
    return gradients


def _softmax(scores: Array, labels: Array) -> tuple[Array, Array]:
    """Compute the mean −log softmax of the right classes (K), and its derivatives with respect to the scores.

    Args:
        scores: (K, batch, classes).
        labels: (K, batch).

    Raises:
        InputError: A label is not a class.
    """
    batch, classes = scores.shape[-2:]
    # Classes in front: sums over a few numbers side by side are slow.
    shifted = scores.reshape(-1, classes).T.copy()
    right = labels.reshape(-1) == _numbers(classes)
    if np.count_nonzero(right) != len(right[0]):
        raise InputError(f"a label is none of the {classes} classes; they are numbered from 0")
    shifted -= np.maximum.reduce(shifted, axis=0)
    likely = np.exp(shifted)
    total = np.add.reduce(likely, axis=0)
    likely /= total
    shifted -= np.log(total)
    losses: Array = np.add.reduce(np.add.reduce(shifted * right, axis=0).reshape(-1, batch), axis=1)
    losses /= -batch
    likely -= right
    likely /= batch
    return losses, likely.T.copy().reshape(scores.shape)


@cache
def _numbers(classes: int) -> Array:
    return np.arange(classes)[:, None]


def small_steps(
    simulator: Simulator,
    parameters: Sequence[Tensor],
    gradients: Sequence[Tensor],
    activations: tuple[Sequence[Activation], Sequence[Activation]],
) -> SmallSteps | None:
    """Build the steps of K networks on the CPU; None where their circuits are not simulated as one matrix of angles.

    Args:
        simulator: Simulator of the circuits.
        parameters: Weights and biases of the layers before the circuit in turn, the circuit's angles (K, C, n), and
            weights and biases of the layers after it; views that the steps read each time.
        gradients: Views of the same shapes, which the steps write.
        activations: What follows each layer before and after the circuit.
    """
    if not isinstance(simulator, Whole) or simulator.tables.sums is None or not simulator.tables.sums.is_cpu:
        return None
    single, where = len(parameters[0]) == 1, 2 * len(activations[0])
    values, derivatives = (
        [part.numpy()[0] if single else part.numpy() for part in each] for each in (parameters, gradients)
    )

    def layers(start: int, kinds: Sequence[Activation]) -> list[SmallLinear]:
        return [
            SmallLinear(
                weight=values[place],
                bias=values[place + 1],
                by_weight=derivatives[place],
                by_bias=derivatives[place + 1],
                activation=kind,
            )
            for place, kind in zip(range(start, start + 2 * len(kinds), 2), kinds, strict=True)
        ]

    angles = values[where], derivatives[where]
    return SmallSteps(simulator.tables, layers(0, activations[0]), angles, layers(where + 1, activations[1]))
