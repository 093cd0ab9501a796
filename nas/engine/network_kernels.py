"""Compiled kernels of whole networks: training steps and validation without a return to Python. Needs Numba.

A network is linear layers, a circuit and linear layers. Values are (numbers, W) for a tile of W samples; parameters of
a network are one row, in the order of `nas.training.stack.StackedNetworks`.
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from nas.engine.jit import compiled, inlined, inner, wide_vectors
from nas.engine.kernel_memory import (
    Angles,
    Found,
    Memory,
    Tile,
    cut_angles,
    cut_found,
    cut_tile,
    lined_up,
    make_memory,
)
from nas.engine.kernels import add_derivatives, circuit_backward, circuit_forward, dot, set_angles
from nas.engine.program import Array, Program

FEW = 16
"""Features of a sample up to which a tile's samples are turned into rows: products as short as they are take longer."""

NONE, RELU, TANH = 0, 1, 2
GRADIENTS, STEPS, ANSWERS = 0, 1, 2


Adam: TypeAlias = tuple[Array, Array, tuple[float, float, float], int]
"""Moments (2, K, P), learning rates (K), decay rates and what is added to the denominator, steps before."""


class Shape(NamedTuple):
    """Where the parameters of a network are.

    Attributes:
        layers: Inputs, outputs, first weight, first bias, activation of each linear layer, (layers, 5).
        num_before: Layers before the circuit.
        first_weight: First of the circuit's weights.
        num_weights: Number of the circuit's weights.
        num_encoded: Values that the circuit takes.
        num_outputs: Outputs of the circuit.
        starts: First row of the values after each layer, of the circuit's outputs, and the number of rows.
    """

    layers: Array
    num_before: int
    first_weight: int
    num_weights: int
    num_encoded: int
    num_outputs: int
    starts: Array


@inner
def _linear(layer: Array, parameters: Array, x: Array, out: Array) -> None:
    """Compute a linear layer and its activation of values (inputs, W)."""
    wide_vectors()
    inputs, outputs, at, bias, activation = layer
    for o in range(outputs):
        row = out[o]
        row[:] = parameters[bias + o]
        for e in range(inputs):
            weight, values = parameters[at + o * inputs + e], x[e]
            for i in range(row.size):
                row[i] += weight * values[i]
    _activate(activation, out)


@inner
def _gather(x: Array, rows: Array, given: Array) -> None:
    """Turn some rows of the data (samples, features) into (features, W)."""
    wide_vectors()
    for i in range(rows.size):
        sample = x[rows[i]]
        for e in range(sample.size):
            given[e, i] = sample[e]


@inner
def _first_linear(layer: Array, parameters: Array, x: Array, rows: Array, out: Array) -> None:
    """Compute the first layer of some rows of the data (samples, features)."""
    wide_vectors()
    inputs, outputs, at, bias, activation = layer
    for i in range(rows.size):
        sample = x[rows[i]]
        for o in range(outputs):
            out[o, i] = dot(parameters[at + o * inputs : at + (o + 1) * inputs], sample) + parameters[bias + o]
    _activate(activation, out)


@inner
def _activate(activation: int, out: Array) -> None:
    wide_vectors()
    flat = out.reshape(-1)
    if activation == RELU:
        for i in range(flat.size):
            flat[i] = flat[i] if not flat[i] < 0.0 else flat.dtype.type(0.0)
    elif activation == TANH:
        for i in range(flat.size):
            flat[i] = math.tanh(flat[i])


@inner
def _through_activation(activation: int, values: Array, derivatives: Array) -> None:
    """Turn derivatives of the values after an activation into those of the values before."""
    wide_vectors()
    flat, by = values.reshape(-1), derivatives.reshape(-1)
    if activation == RELU:
        for i in range(flat.size):
            by[i] = by[i] if flat[i] > 0.0 else by[i] * flat.dtype.type(0.0)
    elif activation == TANH:
        for i in range(flat.size):
            by[i] -= by[i] * flat[i] * flat[i]


@inner
def _linear_back(layer: Array, parameters: Array, x: Array, by_out: Array, gradients: Array, by_x: Array) -> None:
    """Add the derivatives of a layer's parameters, and compute those of its inputs if there is room for them."""
    wide_vectors()
    inputs, outputs, at, bias, _ = layer
    by_x[:] = 0.0
    for o in range(outputs):
        by = by_out[o]
        gradients[bias + o] += by.sum()
        for e in range(inputs):
            gradients[at + o * inputs + e] += dot(by, x[e])
        for e in range(len(by_x)):
            weight, to = parameters[at + o * inputs + e], by_x[e]
            for i in range(by.size):
                to[i] += weight * by[i]


@inner
def _first_linear_back(layer: Array, x: Array, rows: Array, by_out: Array, gradients: Array) -> None:
    """Add the derivatives of the parameters of the first layer."""
    wide_vectors()
    inputs, outputs, at, bias, _ = layer
    for o in range(outputs):
        by, to = by_out[o], gradients[at + o * inputs : at + (o + 1) * inputs]
        gradients[bias + o] += by.sum()
        for i in range(0, rows.size - 3, 4):
            p, q, r, s = by[i], by[i + 1], by[i + 2], by[i + 3]
            a, b, c, d = x[rows[i]], x[rows[i + 1]], x[rows[i + 2]], x[rows[i + 3]]
            for e in range(inputs):
                to[e] += (p * a[e] + q * b[e]) + (r * c[e] + s * d[e])
        for i in range(rows.size - rows.size % 4, rows.size):
            p, a = by[i], x[rows[i]]
            for e in range(inputs):
                to[e] += p * a[e]


@inner
def _largest(scores: Array, sample: int) -> float:
    """Return the largest score (classes, W) of a sample; what is no number stays so."""
    largest: float = scores[0, sample]
    for c in range(1, len(scores)):
        score = scores[c, sample]
        largest = score if score > largest or math.isnan(score) else largest
    return largest


@inner
def _log_softmax(scores: Array) -> None:
    """Turn scores (classes, W) into logarithms of probabilities in place."""
    wide_vectors()
    for i in range(scores.shape[1]):
        largest, total = _largest(scores, i), scores.dtype.type(0.0)
        for c in range(len(scores)):
            scores[c, i] -= largest
            total += math.exp(scores[c, i])
        logarithm = math.log(total)
        for c in range(len(scores)):
            scores[c, i] -= logarithm


@inner
def _loss(scores: Array, labels: Array, rows: Array, batch: int, by_score: Array) -> float:
    """Compute the sum of the negative log-likelihoods of samples, and the derivatives of their mean over the batch."""
    wide_vectors()
    classes, loss = len(scores), 0.0
    for i in range(scores.shape[1]):
        right, largest, total = labels[rows[i]], _largest(scores, i), scores.dtype.type(0.0)
        for c in range(classes):
            by_score[c, i] = math.exp(scores[c, i] - largest)
            total += by_score[c, i]
        loss += math.log(total) - (scores[right, i] - largest)
        factor = scores.dtype.type(1.0) / (total * scores.dtype.type(batch))
        for c in range(classes):
            by_score[c, i] *= factor
        by_score[right, i] -= scores.dtype.type(1.0) / scores.dtype.type(batch)
    return loss


class Room(NamedTuple):
    """Memory of any of some networks of one shape for tiles of up to W samples, flat as that of their circuits.

    That of the circuits; samples as rows, where they have few features; values; derivatives.
    """

    circuit: Memory
    given: Array
    values: Array
    derivatives: Array


def make_room(program: Program, shape: Shape, width: int, dtype: npt.DTypeLike) -> Room:
    """Allocate memory for networks. Not compiled, as `nas.engine.kernel_memory.make_memory`."""
    num_rows, features = int(shape.starts[-1]), int(shape.layers[0, 0])
    return Room(
        make_memory(program, shape.num_encoded, width, dtype),
        lined_up(features * width if features <= FEW else 0, dtype),
        lined_up(num_rows * width, dtype),
        lined_up(num_rows * width, dtype),
    )


def rows_of_values(layers: Array, num_before: int, num_outputs: int) -> Array:
    """Return `Shape.starts`."""
    found = np.zeros(len(layers) + 2, np.int64)
    row = 0
    for number, width in enumerate(layers[:, 1].tolist()):
        if number == num_before:
            found[len(layers)] = row
            row += num_outputs
        found[number] = row
        row += width
    found[len(layers) + 1] = row
    return found


@inner
def _cut(
    room: Room, program: Program, k: int, shape: Shape, num_rows: int, width: int
) -> tuple[Tile, Array, Array, Array]:
    """Cut memory for W samples of network k: tile, given, values, derivatives."""
    num_given = shape.layers[0, 0] if len(room.given) else 0
    return (
        cut_tile(room.circuit, program, k, shape.num_encoded, width),
        room.given[: num_given * width].reshape(num_given, width),
        room.values[: num_rows * width].reshape(num_rows, width),
        room.derivatives[: num_rows * width].reshape(num_rows, width),
    )


@inlined
def _forward(
    program: Program,
    k: int,
    shape: Shape,
    parameters: Array,
    angles: Angles,
    x: Array,
    rows: Array,
    tile: Tile,
    given: Array,
    values: Array,
) -> None:
    """Compute all values of a tile; the last ones are the scores."""
    wide_vectors()
    layers, starts = shape.layers, shape.starts
    if len(given):
        _gather(x, rows, given)
        _linear(layers[0], parameters, given, values[: layers[0, 1]])
    else:
        _first_linear(layers[0], parameters, x, rows, values[: layers[0, 1]])
    for number in range(1, shape.num_before):
        start, before = starts[number], starts[number - 1]
        _linear(layers[number], parameters, values[before:start], values[start : start + layers[number, 1]])
    circuit, last = starts[len(layers)], starts[shape.num_before - 1]
    circuit_forward(program, k, angles, values[last:circuit], tile, values[circuit : circuit + shape.num_outputs])
    before = circuit
    for number in range(shape.num_before, len(layers)):
        start = starts[number]
        _linear(layers[number], parameters, values[before:start], values[start : start + layers[number, 1]])
        before = start


@inlined
def _backward(
    program: Program, k: int, shape: Shape, parameters: Array, angles: Angles, x: Array, rows: Array,
    tile: Tile, given: Array, values: Array, derivatives: Array, found: Found, gradients: Array,
) -> None:  # fmt: skip
    """Add the derivatives of all parameters; the last rows of `derivatives` are those of the scores."""
    wide_vectors()
    layers, starts = shape.layers, shape.starts
    circuit = starts[len(layers)]
    for number in range(len(layers) - 1, shape.num_before - 1, -1):
        start = starts[number]
        end = start + layers[number, 1]
        before = circuit if number == shape.num_before else starts[number - 1]
        if number < len(layers) - 1:
            _through_activation(layers[number, 4], values[start:end], derivatives[start:end])
        _linear_back(
            layers[number],
            parameters,
            values[before:start],
            derivatives[start:end],
            gradients,
            derivatives[before:start],
        )
    last = starts[shape.num_before - 1]
    by_out = derivatives[circuit : circuit + shape.num_outputs]
    circuit_backward(program, k, angles, tile, by_out, found, derivatives[last:circuit])
    for number in range(shape.num_before - 1, -1, -1):
        start = starts[number]
        end = start + layers[number, 1]
        _through_activation(layers[number, 4], values[start:end], derivatives[start:end])
        if number == 0 and len(given):
            _linear_back(layers[0], parameters, given, derivatives[:end], gradients, derivatives[:0])
        elif number == 0:
            _first_linear_back(layers[0], x, rows, derivatives[:end], gradients)
        else:
            before = starts[number - 1]
            _linear_back(
                layers[number], parameters, values[before:start], derivatives[start:end], gradients,
                derivatives[before:start],
            )  # fmt: skip


@inlined
def _gradients(
    program: Program, k: int, shape: Shape, parameters: Array, gradients: Array, x: Array, y: Array,
    rows: Array, width: int, room: Room,
) -> float:  # fmt: skip
    """Compute the mean loss of network k on rows of the data; all derivatives go to `gradients`."""
    wide_vectors()
    batch, classes, num_rows, total = rows.size, shape.layers[-1, 1], shape.starts[-1], 0.0
    gradients[:] = 0.0
    end = shape.first_weight + shape.num_weights
    weights, by_weight = parameters[shape.first_weight : end], gradients[shape.first_weight : end]
    angles, found = cut_angles(room.circuit, program, k), cut_found(room.circuit, program, k)
    set_angles(program, k, weights, angles)
    for start in range(0, batch, width):
        some = rows[start : start + width]
        tile, given, values, derivatives = _cut(room, program, k, shape, num_rows, some.size)
        _forward(program, k, shape, parameters, angles, x, some, tile, given, values)
        total += _loss(values[num_rows - classes :], y, some, batch, derivatives[num_rows - classes :])
        _backward(program, k, shape, parameters, angles, x, some, tile, given, values, derivatives, found, gradients)
    add_derivatives(program, k, weights, found, by_weight)
    return total / batch


@inner
def _adam(
    parameters: Array,
    gradients: Array,
    mean: Array,
    square: Array,
    rate: float,
    step: int,
    settings: tuple[float, float, float],
) -> None:
    """Take a step of Adam, as `nas.training.adam.SmallAdam` does."""
    wide_vectors()
    t = parameters.dtype.type
    beta1, beta2, eps = settings
    root = math.sqrt(1.0 - beta2**step)
    factor, least, one, two, kept = (
        t(rate * (root / (1.0 - beta1**step))), t(eps * root), t(1.0 - beta1), t(1.0 - beta2), t(beta2)
    )  # fmt: skip
    for i in range(parameters.size):
        g = gradients[i]
        mean[i] += (g - mean[i]) * one
        square[i] = square[i] * kept + g * g * two
        parameters[i] -= mean[i] * factor / (math.sqrt(square[i]) + least)


@inlined
def _log_probabilities(
    program: Program, k: int, shape: Shape, parameters: Array, x: Array, rows: Array, width: int,
    room: Room, out: Array,
) -> None:  # fmt: skip
    """Compute the logarithms of the probabilities of rows of the data, (rows, classes)."""
    wide_vectors()
    classes, num_rows, end = shape.layers[-1, 1], shape.starts[-1], shape.first_weight + shape.num_weights
    angles = cut_angles(room.circuit, program, k)
    set_angles(program, k, parameters[shape.first_weight : end], angles)
    for start in range(0, rows.size, width):
        some = rows[start : start + width]
        tile, given, values, _ = _cut(room, program, k, shape, num_rows, some.size)
        _forward(program, k, shape, parameters, angles, x, some, tile, given, values)
        scores = values[num_rows - classes :]
        _log_softmax(scores)
        for i in range(some.size):
            for c in range(classes):
                out[start + i, c] = scores[c, i]


@inlined
def _run_network(
    mode: int, program: Program, k: int, shape: Shape, parameters: Array, gradients: Array, adam: Adam,
    x: Array, y: Array, rows: Array, batch: int, width: int, room: Room, out: Array,
) -> None:  # fmt: skip
    """Do what `run_networks` does for network k."""
    wide_vectors()
    if mode == ANSWERS:
        _log_probabilities(program, k, shape, parameters, x, rows, width, room, out)
        return
    moments, rates, settings, taken = adam
    for number in range(len(out)):
        some = rows[number * batch : (number + 1) * batch]
        out[number, 0] = _gradients(program, k, shape, parameters, gradients, x, y, some, width, room)
        if mode == STEPS:
            step = taken + number + 1
            _adam(parameters, gradients, moments[0, k], moments[1, k], rates[k], step, settings)


@compiled
def run_networks(
    mode: int, program: Program, shape: Shape, parameters: Array, gradients: Array, adam: Adam,
    x: Array, y: Array, rows: Array, batch: int, width: int, room: Room, out: Array,
) -> None:  # fmt: skip
    """Compute derivatives of K networks, train them, or compute their answers.

    Args:
        mode: `GRADIENTS` of the batches of rows in turn (those of the last stay), `STEPS` of Adam with these
            derivatives, or `ANSWERS`.
        program: The circuits.
        shape: The networks.
        parameters: (K, P), changed by `STEPS`.
        gradients: (K, P), changed by `GRADIENTS` and `STEPS`.
        adam: Moments (2, K, P), learning rates (K), decay rates and what is added to the denominator, steps before.
        x: Data (samples, features).
        y: Labels.
        rows: Samples of each network in order, (K, M).
        batch: Samples of a step; the last may have fewer.
        width: Samples of a tile.
        room: Memory for so many.
        out: Losses before each step, (K, steps, 1), or logarithms of probabilities, (K, M, classes).
    """
    wide_vectors()
    for k in range(len(parameters)):
        _run_network(
            mode, program, k, shape, parameters[k], gradients[k], adam, x, y, rows[k], batch, width, room, out[k]
        )


@inner
def _transpose(values: Array, to: Array) -> None:
    for i in range(len(values)):
        for j in range(values.shape[1]):
            to[j, i] = values[i, j]


@inlined
def _run_circuit(
    program: Program, k: int, weights: Array, x: Array, outputs: Array, by_out: Array, by_weight: Array, by_x: Array,
    width: int, memory: Memory, values: Array, results: Array,
) -> None:  # fmt: skip
    """Do what `run_circuits` does for circuit k; without derivatives if `by_out` is empty."""
    wide_vectors()
    (num_samples, encoded), num_outputs = x.shape, outputs.shape[1]
    angles, found = cut_angles(memory, program, k), cut_found(memory, program, k)
    set_angles(program, k, weights, angles)
    for start in range(0, num_samples, width):
        end = min(start + width, num_samples)
        size = end - start
        some = values[: encoded * size].reshape(encoded, size)
        to = results[: num_outputs * size].reshape(num_outputs, size)
        tile = cut_tile(memory, program, k, encoded, size)
        _transpose(x[start:end], some)
        circuit_forward(program, k, angles, some, tile, to)
        _transpose(to, outputs[start:end])
        if len(by_out):
            _transpose(by_out[start:end], to)
            circuit_backward(program, k, angles, tile, to, found, some)
            _transpose(some, by_x[start:end])
    if len(by_out):
        add_derivatives(program, k, weights, found, by_weight)


@compiled
def run_circuits(
    program: Program, weights: Array, x: Array, outputs: Array, by_out: Array, by_weight: Array, by_x: Array,
    width: int, memory: Memory, values: Array, results: Array,
) -> None:  # fmt: skip
    """Compute outputs (K, batch, outputs) for weights (K, C·n) and values (K, batch, encoded), or derivatives.

    Args:
        program: The circuits.
        weights: (K, C·n).
        x: (K, batch, encoded).
        outputs: Where the outputs go, (K, batch, outputs).
        by_out: Derivatives of the outputs, (K, batch, outputs); (K, 0, 0) if no others are asked for.
        by_weight: Where those of the weights are added.
        by_x: Where those of the values go.
        width: Samples of a tile.
        memory: Memory for so many.
        values: The same for their values, (width · encoded).
        results: The same for their outputs, (width · outputs).
    """
    wide_vectors()
    for k in range(len(weights)):
        _run_circuit(
            program, k, weights[k], x[k], outputs[k], by_out[k], by_weight[k], by_x[k], width, memory, values, results
        )
