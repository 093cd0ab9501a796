"""Compiled kernels of whole networks: training steps and validation without a return to Python. Needs Numba.

A network is linear layers, a circuit and linear layers. Values are (numbers, W) for a tile of W samples; parameters of
a network are one row, in the order of `nas.training.stack.StackedNetworks`.
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np

from nas.engine.jit import allocating, compiled, inlined, inner, wide_vectors
from nas.engine.kernels import (
    Angles,
    Found,
    Tile,
    add_derivatives,
    circuit_backward,
    circuit_forward,
    dot,
    make_angles,
    make_found,
    make_tile,
)
from nas.engine.program import Array, Program

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
    """

    layers: Array
    num_before: int
    first_weight: int
    num_weights: int
    num_encoded: int
    num_outputs: int


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
    """Add the derivatives of a layer's parameters, and compute those of its inputs."""
    wide_vectors()
    inputs, outputs, at, bias, _ = layer
    by_x[:] = 0.0
    for o in range(outputs):
        by = by_out[o]
        gradients[bias + o] += by.sum()
        for e in range(inputs):
            weight, to = parameters[at + o * inputs + e], by_x[e]
            gradients[at + o * inputs + e] += dot(by, x[e])
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
def _log_softmax(scores: Array) -> None:
    """Turn scores (classes, W) into logarithms of probabilities in place."""
    wide_vectors()
    for i in range(scores.shape[1]):
        largest = scores[0, i]
        for c in range(1, len(scores)):
            largest = scores[c, i] if scores[c, i] > largest or math.isnan(scores[c, i]) else largest
        total = scores.dtype.type(0.0)
        for c in range(len(scores)):
            scores[c, i] -= largest
            total += math.exp(scores[c, i])
        for c in range(len(scores)):
            scores[c, i] -= math.log(total)


@allocating
def _starts(shape: Shape) -> Array:
    """Return the first row of the values after each layer, of the circuit's outputs, and the number of rows."""
    wide_vectors()
    found = np.zeros(len(shape.layers) + 2, np.int64)
    row = 0
    for number in range(len(shape.layers)):
        if number == shape.num_before:
            found[len(shape.layers)] = row
            row += shape.num_outputs
        found[number] = row
        row += shape.layers[number, 1]
    found[len(shape.layers) + 1] = row
    return found


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
    values: Array,
) -> None:
    """Compute all values of a tile; the last ones are logarithms of probabilities."""
    wide_vectors()
    layers, starts = shape.layers, _starts(shape)
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
    _log_softmax(values[before:])


@inlined
def _backward(
    program: Program, k: int, shape: Shape, parameters: Array, angles: Angles, x: Array, rows: Array, tile: Tile,
    values: Array, derivatives: Array, found: Found, gradients: Array,
) -> None:  # fmt: skip
    """Add the derivatives of all parameters; the last rows of `derivatives` are those of the scores."""
    wide_vectors()
    layers, starts = shape.layers, _starts(shape)
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
        if number == 0:
            _first_linear_back(layers[0], x, rows, derivatives[:end], gradients)
        else:
            before = starts[number - 1]
            _linear_back(
                layers[number], parameters, values[before:start], derivatives[start:end], gradients,
                derivatives[before:start],
            )  # fmt: skip


@inner
def _parts(program: Program, k: int) -> int:
    wide_vectors()
    return 1 if program.real[k] else 2


@inlined
def _gradients(
    program: Program,
    k: int,
    shape: Shape,
    parameters: Array,
    gradients: Array,
    x: Array,
    y: Array,
    rows: Array,
    width: int,
) -> float:
    """Compute the mean loss of network k on rows of the data; all derivatives go to `gradients`."""
    wide_vectors()
    batch, classes, total = rows.size, shape.layers[-1, 1], 0.0
    gradients[:] = 0.0
    end = shape.first_weight + shape.num_weights
    weights, by_weight = parameters[shape.first_weight : end], gradients[shape.first_weight : end]
    angles, found = make_angles(program, k, weights), make_found(program, k)
    size = min(width, batch)
    num_rows = _starts(shape)[-1]
    tile = make_tile(program, shape.num_encoded, len(angles.phases), _parts(program, k), size, parameters)
    values, derivatives = np.empty((num_rows, size), x.dtype), np.empty((num_rows, size), x.dtype)
    for start in range(0, batch, width):
        some = rows[start : start + width]
        if some.size != size:
            size = some.size
            tile = make_tile(program, shape.num_encoded, len(angles.phases), _parts(program, k), size, parameters)
            values, derivatives = np.empty((num_rows, size), x.dtype), np.empty((num_rows, size), x.dtype)
        _forward(program, k, shape, parameters, angles, x, some, tile, values)
        scores, by_score = values[num_rows - classes :], derivatives[num_rows - classes :]
        for i in range(size):
            right = y[some[i]]
            total -= scores[right, i]
            for c in range(classes):
                by_score[c, i] = (math.exp(scores[c, i]) - (1.0 if c == right else 0.0)) / batch
        _backward(program, k, shape, parameters, angles, x, some, tile, values, derivatives, found, gradients)
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
    program: Program, k: int, shape: Shape, parameters: Array, x: Array, rows: Array, width: int, out: Array
) -> None:
    """Compute the logarithms of the probabilities of rows of the data, (rows, classes)."""
    wide_vectors()
    num_rows, classes, size = _starts(shape)[-1], shape.layers[-1, 1], min(width, rows.size)
    end = shape.first_weight + shape.num_weights
    angles = make_angles(program, k, parameters[shape.first_weight : end])
    tile = make_tile(program, shape.num_encoded, len(angles.phases), _parts(program, k), size, parameters)
    values = np.empty((num_rows, size), x.dtype)
    for start in range(0, rows.size, width):
        some = rows[start : start + width]
        if some.size != size:
            size = some.size
            tile = make_tile(program, shape.num_encoded, len(angles.phases), _parts(program, k), size, parameters)
            values = np.empty((num_rows, size), x.dtype)
        _forward(program, k, shape, parameters, angles, x, some, tile, values)
        for i in range(size):
            for c in range(classes):
                out[start + i, c] = values[num_rows - classes + c, i]


@compiled
def run_networks(
    mode: int, program: Program, shape: Shape, parameters: Array, gradients: Array, adam: Adam,
    x: Array, y: Array, rows: Array, batch: int, width: int, out: Array,
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
        out: Losses before each step, (K, steps, 1), or logarithms of probabilities, (K, M, classes).
    """
    wide_vectors()
    moments, rates, settings, taken = adam
    for k in range(len(parameters)):
        if mode == ANSWERS:
            _log_probabilities(program, k, shape, parameters[k], x, rows[k], width, out[k])
            continue
        for number in range(out.shape[1]):
            some = rows[k, number * batch : (number + 1) * batch]
            out[k, number, 0] = _gradients(program, k, shape, parameters[k], gradients[k], x, y, some, width)
            if mode == STEPS:
                step = taken + number + 1
                _adam(parameters[k], gradients[k], moments[0, k], moments[1, k], rates[k], step, settings)


@compiled
def run_circuits(
    program: Program, weights: Array, x: Array, outputs: Array, by_out: Array, by_weight: Array, by_x: Array, width: int
) -> None:
    """Compute outputs (K, batch, outputs) for weights (K, C·n) and values (K, batch, encoded), or derivatives.

    Args:
        program: The circuits.
        weights: (K, C·n).
        x: (K, batch, encoded).
        outputs: Where the outputs go, (K, batch, outputs).
        by_out: Derivatives of the outputs, (K, batch, outputs); without candidates if no others are asked for.
        by_weight: Where those of the weights are added.
        by_x: Where those of the values go.
        width: Samples of a tile.
    """
    wide_vectors()
    for k in range(len(weights)):
        angles, found = make_angles(program, k, weights[k]), make_found(program, k)
        for start in range(0, x.shape[1], width):
            some = np.ascontiguousarray(x[k, start : start + width].T)
            tile = make_tile(program, len(some), len(angles.phases), _parts(program, k), some.shape[1], weights)
            to = np.empty((outputs.shape[2], some.shape[1]), x.dtype)
            circuit_forward(program, k, angles, some, tile, to)
            outputs[k, start : start + width] = to.T
            if len(by_out):
                to[:] = by_out[k, start : start + width].T
                circuit_backward(program, k, angles, tile, to, found, some)
                by_x[k, start : start + width] = some.T
        if len(by_out):
            add_derivatives(program, k, weights[k], found, by_weight[k])
