"""Compiled kernels of circuits, on a few samples at once. Needs Numba.

A tile of W samples goes through everything while it is in the cache: states are (N, C, W), with C = 2 for real and
imaginary parts and C = 1 where all amplitudes are real. The derivatives of amplitudes are λ = dL/dRe ψ + i·dL/dIm ψ,
and that of the angle of a rotation exp(−iθ/2·P) is ½·Im⟨λ|P|ψ⟩ right after it.
"""

from __future__ import annotations

import math

import numpy as np

from nas.engine.jit import inner, summed, wide_vectors
from nas.engine.kernel_memory import Angles, Found, Tile
from nas.engine.level_kernels import crossed, level_backward, level_forward
from nas.engine.program import AFTER, BEFORE, TURNED, Array, Program

_HALF_PI_HIGH, _HALF_PI_LOW = 1.57079632673412561417e00, 6.07710050650619224932e-11
_LARGE = 1e5


@inner
def sines(x: Array, sine: Array, cosine: Array) -> None:
    """Compute sine and cosine of each number of a row, by polynomials that fill vector registers."""
    wide_vectors()
    large = False
    for i in range(x.size):
        value = np.float64(x[i])
        large |= not abs(value) < _LARGE
        q = np.floor(value * 0.63661977236758134308 + 0.5)
        r = (value - q * _HALF_PI_HIGH) - q * _HALF_PI_LOW
        z = r * r
        s = 1.58962301576546568060e-10 * z - 2.50507477628578072866e-8
        s = ((s * z + 2.75573136213857245213e-6) * z - 1.98412698295895385996e-4) * z
        s = r + r * z * ((s + 8.33333333332211858878e-3) * z - 1.66666666666666307295e-1)
        c = (-1.13585365213876817300e-11 * z + 2.08757008419747316778e-9) * z - 2.75573141792967388112e-7
        c = ((c * z + 2.48015872888517045348e-5) * z - 1.38888888888730564116e-3) * z
        c = 1.0 - 0.5 * z + z * z * (c + 4.16666666666665929218e-2)
        quarter = q - 4.0 * np.floor(0.25 * q)
        odd = quarter - 2.0 * np.floor(0.5 * quarter)
        first = s if odd == 0.0 else c
        second = c if odd == 0.0 else s
        sine[i] = first if quarter < 1.5 else -first
        cosine[i] = second if (quarter < 0.5 or quarter > 2.5) else -second
    if large:
        for i in range(x.size):
            if not abs(x[i]) < _LARGE:
                sine[i], cosine[i] = math.sin(x[i]), math.cos(x[i])


@summed
def dot(a: Array, b: Array) -> float:
    """Compute the product of two rows."""
    wide_vectors()
    total: float = a.dtype.type(0.0)
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@inner
def _grow(product: Array, factors: Array) -> None:
    """Multiply states of single qubits, (n, 2, C, W), out: rows 2^q − 1 to 2^(q+1) − 2 are the product of q of them."""
    wide_vectors()
    n, _, parts, width = factors.shape
    product[0, 0, :] = 1.0
    if parts == 2:
        product[0, 1, :] = 0.0
    for qubit in range(n):
        first, after = 2**qubit - 1, 2 ** (qubit + 1) - 1
        for number in range(2**qubit):
            row = product[first + number]
            for bit in range(2):
                to, factor = product[after + 2 * number + bit], factors[qubit, bit]
                if parts == 1:
                    for i in range(width):
                        to[0, i] = row[0, i] * factor[0, i]
                else:
                    for i in range(width):
                        u, v, p, q = row[0, i], row[1, i], factor[0, i], factor[1, i]
                        to[0, i] = u * p - v * q
                        to[1, i] = u * q + v * p


@inner
def _shrink_real(derivative: Array, other: Array, rest: Array, factor: Array, by_factor: Array) -> None:
    """Compute derivatives of one qubit's state and of the rest from those of their product, all real.

    One sum at a time: compilers give up on loops through many arrays that could be the same.

    Args:
        derivative: Those of the product, (2R, 1, W).
        other: Where those of the rest go, (R, 1, W).
        rest: State of the others, (R, 1, W).
        factor: State of the qubit, (2, 1, W).
        by_factor: Where the derivatives of the latter are added, (2, 1, W).
    """
    wide_vectors()
    zero, one, by_zero, by_one = factor[0, 0], factor[1, 0], by_factor[0, 0], by_factor[1, 0]
    for number in range(len(rest)):
        p, a, b, to = rest[number, 0], derivative[2 * number, 0], derivative[2 * number + 1, 0], other[number, 0]
        for i in range(p.size):
            by_zero[i] += p[i] * a[i]
        for i in range(p.size):
            by_one[i] += p[i] * b[i]
        for i in range(p.size):
            to[i] = zero[i] * a[i] + one[i] * b[i]


@inner
def _shrink_complex(derivative: Array, other: Array, rest: Array, factor: Array, by_factor: Array) -> None:
    """Do the same as `_shrink_real` with real and imaginary parts, (…, 2, W)."""
    wide_vectors()
    for bit in range(2):
        re, im = by_factor[bit, 0], by_factor[bit, 1]
        for number in range(len(rest)):
            p, q = rest[number, 0], rest[number, 1]
            a, b = derivative[2 * number + bit, 0], derivative[2 * number + bit, 1]
            for i in range(p.size):
                re[i] += p[i] * a[i] + q[i] * b[i]
            for i in range(p.size):
                im[i] += p[i] * b[i] - q[i] * a[i]
    p, q, r, s = factor[0, 0], factor[0, 1], factor[1, 0], factor[1, 1]
    for number in range(len(rest)):
        a, b, c, d = (
            derivative[2 * number, 0], derivative[2 * number, 1],
            derivative[2 * number + 1, 0], derivative[2 * number + 1, 1],
        )  # fmt: skip
        re, im = other[number, 0], other[number, 1]
        for i in range(p.size):
            re[i] = (p[i] * a[i] + q[i] * b[i]) + (r[i] * c[i] + s[i] * d[i])
        for i in range(p.size):
            im[i] = (p[i] * b[i] - q[i] * a[i]) + (r[i] * d[i] - s[i] * c[i])


@inner
def _shrink(derivative: Array, other: Array, product: Array, factors: Array, by_factor: Array) -> None:
    """Compute derivatives of the states of single qubits from those of their product.

    Args:
        derivative: Those of the product; used up.
        other: Memory of the same size.
        product: As `_grow` has left it.
        factors: The same.
        by_factor: Where the derivatives go.
    """
    wide_vectors()
    by_factor[:] = 0.0
    for qubit in range(len(factors) - 1, -1, -1):
        rest = product[2**qubit - 1 : 2 ** (qubit + 1) - 1]
        if rest.shape[1] == 1:
            _shrink_real(derivative, other, rest, factors[qubit], by_factor[qubit])
        else:
            _shrink_complex(derivative, other, rest, factors[qubit], by_factor[qubit])
        derivative, other = other, derivative


@inner
def _multiply(matrix: Array, axis: int, c: float, s: float) -> None:
    """Multiply a 2 × 2 matrix (row, column, part) by exp(−iθ/2·P) from the left."""
    wide_vectors()
    for column in range(2):
        a = complex(matrix[0, column, 0], matrix[0, column, 1])
        b = complex(matrix[1, column, 0], matrix[1, column, 1])
        if axis == 0:
            a, b = c * a - 1j * s * b, c * b - 1j * s * a
        elif axis == 1:
            a, b = c * a - s * b, c * b + s * a
        else:
            a, b = complex(c, -s) * a, complex(c, s) * b
        matrix[0, column, 0], matrix[0, column, 1] = a.real, a.imag
        matrix[1, column, 0], matrix[1, column, 1] = b.real, b.imag


@inner
def _spread(cosine: Array, sine: Array, out: Array) -> None:
    """Compute the phases exp(−i/2·Σ ±θ_q) of all basis states, (2, N)."""
    wide_vectors()
    out[0, 0], out[1, 0] = 1.0, 0.0
    for qubit in range(len(cosine)):
        c, s = cosine[qubit], sine[qubit]
        for number in range(2**qubit - 1, -1, -1):
            u, v = out[0, number], out[1, number]
            out[0, 2 * number], out[1, 2 * number] = c * u + s * v, c * v - s * u
            out[0, 2 * number + 1], out[1, 2 * number + 1] = c * u - s * v, c * v + s * u


@inner
def set_angles(program: Program, k: int, weights: Array, angles: Angles) -> None:
    """Compute everything that follows from the weights (C·n) of circuit k."""
    wide_vectors()
    size, first = program.sources.shape[1], program.starts[k]
    angles.halves[:] = 0.0
    for t in range(program.turn_starts[k], program.turn_starts[k + 1]):
        level, slot, qubit, weight = program.turns[t]
        angle = program.turn_angles[t] if weight < 0 else np.float64(weights[weight])
        angles.halves[level - first, slot, qubit] += 0.5 * angle
    sines(angles.halves.reshape(-1), angles.sines.reshape(-1), angles.cosines.reshape(-1))
    before, after, phases, prefix = angles.spread[0], angles.spread[1], angles.phases, angles.prefix
    for level in range(len(phases)):
        if program.phased[first + level]:
            _spread(angles.cosines[level, BEFORE], angles.sines[level, BEFORE], before)
            _spread(angles.cosines[level, AFTER], angles.sines[level, AFTER], after)
            for b in range(size):
                source = program.sources[first + level, b]
                u, v, p, q = before[0, source], before[1, source], after[0, b], after[1, b]
                phases[level, 0, b], phases[level, 1, b] = u * p - v * q, u * q + v * p
    prefix[:] = 0.0
    prefix[:, 0, 0, 0] = 1.0
    prefix[:, 1, 1, 0] = 1.0
    for r in range(program.prefix_starts[k], program.prefix_starts[k + 1]):
        qubit, axis, weight = program.prefix[r]
        angle = 0.5 * (program.prefix_angles[r] if weight < 0 else np.float64(weights[weight]))
        _multiply(prefix[qubit], axis, math.cos(angle), math.sin(angle))


@inner
def _fold(values: Array, sums: Array) -> None:
    """Add ½·Σ ±value to the sum of each qubit, + where its bit is 0; the values (N) are used up."""
    wide_vectors()
    half = values.size
    for qubit in range(sums.size):
        half //= 2
        total = 0.0
        for b in range(half):
            total += values[b] - values[half + b]
            values[b] += values[half + b]
        sums[qubit] += 0.5 * total


@inner
def add_derivatives(program: Program, k: int, weights: Array, found: Found, by_weight: Array) -> None:
    """Add the derivatives of the weights (C·n) of circuit k to `by_weight`; `found` is used up."""
    wide_vectors()
    size, first = program.sources.shape[1], program.starts[k]
    for level in range(len(found.by_angle)):
        if program.phases_learnt[first + level]:
            by_phase, after = found.by_phase[level], found.after
            for b in range(size):
                after[b] = by_phase[program.sources[first + level, b]]
            _fold(after, found.by_angle[level, AFTER])
            _fold(by_phase, found.by_angle[level, BEFORE])
    for t in range(program.turn_starts[k], program.turn_starts[k + 1]):
        level, slot, qubit, weight = program.turns[t]
        if weight >= 0:
            by_weight[weight] += by_weight.dtype.type(found.by_angle[level - first, slot, qubit])
    for r in range(program.prefix_starts[k + 1] - 1, program.prefix_starts[k] - 1, -1):
        qubit, axis, weight = program.prefix[r]
        overlaps = found.by_prefix[qubit]
        angle = program.prefix_angles[r] if weight < 0 else np.float64(weights[weight])
        if weight >= 0:
            by_weight[weight] += by_weight.dtype.type(0.5 * overlaps[axis])
        # The overlaps before a rotation are those after it, turned back about its axis.
        c, s, one, two = math.cos(angle), math.sin(angle), (axis + 1) % 3, (axis + 2) % 3
        u, v = overlaps[one], overlaps[two]
        overlaps[one], overlaps[two] = c * u + s * v, c * v - s * u


@inner
def _begin_angles(angles: Angles, x: Array, tile: Tile) -> None:
    """Compute the product state of values (n, W) after the prefix."""
    wide_vectors()
    for q in range(len(x)):
        for i in range(x.shape[1]):
            tile.halves[q, i] = x[q, i] * x.dtype.type(0.5)
    sines(tile.halves.reshape(-1), tile.sines.reshape(-1), tile.cosines.reshape(-1))
    t, parts = x.dtype.type, tile.factors.shape[2]
    for qubit in range(len(x)):
        c, s = tile.cosines[qubit], tile.sines[qubit]
        for bit in range(2):
            for part in range(parts):
                u, v = t(angles.prefix[qubit, bit, 0, part]), t(angles.prefix[qubit, bit, 1, part])
                out = tile.factors[qubit, bit, part]
                for i in range(x.shape[1]):
                    out[i] = u * c[i] + v * s[i]
    _grow(tile.product, tile.factors)


@inner
def _end_angles(
    angles: Angles, derivative: Array, other: Array, tile: Tile, found: Found, by_x: Array
) -> None:  # fmt: skip
    """Compute the derivatives of the values and the overlaps of the prefix from those of the product state."""
    wide_vectors()
    _shrink(derivative, other, tile.product, tile.factors, tile.by_factor)
    t, parts = by_x.dtype.type, tile.factors.shape[2]
    for qubit in range(len(by_x)):
        zero, one, by_zero, by_one = (
            tile.factors[qubit, 0], tile.factors[qubit, 1], tile.by_factor[qubit, 0], tile.by_factor[qubit, 1]
        )  # fmt: skip
        overlaps, out = found.by_prefix[qubit], by_x[qubit]
        overlaps[1] += dot(by_one.reshape(-1), zero.reshape(-1)) - dot(by_zero.reshape(-1), one.reshape(-1))
        if parts == 2:
            overlaps[0] += crossed(by_zero, one) + crossed(by_one, zero)
            overlaps[2] += crossed(by_zero, zero) - crossed(by_one, one)
        out[:] = 0.0
        c, s = tile.cosines[qubit], tile.sines[qubit]
        for bit in range(2):
            for part in range(parts):
                u = t(0.5 * angles.prefix[qubit, bit, 0, part])
                v = t(0.5 * angles.prefix[qubit, bit, 1, part])
                by = tile.by_factor[qubit, bit, part]
                for i in range(out.size):
                    out[i] += by[i] * (v * c[i] - u * s[i])


@inner
def _begin_amplitudes(x: Array, tile: Tile, state: Array) -> None:
    """Normalise rows of amplitudes; rows of zeros stand for |0…0⟩ and have no derivative."""
    wide_vectors()
    state[:] = 0.0
    norms = tile.norms
    norms[:] = 0.0
    for e in range(len(x)):
        for i in range(norms.size):
            norms[i] += x[e, i] * x[e, i]
    for i in range(norms.size):
        norms[i] = 1.0 / math.sqrt(norms[i]) if norms[i] != 0.0 else 0.0
        if norms[i] == 0.0:
            state[0, 0, i] = 1.0
    for e in range(len(x)):
        for i in range(norms.size):
            state[e, 0, i] += x[e, i] * norms[i]


@inner
def _end_amplitudes(derivative: Array, state: Array, tile: Tile, by_x: Array) -> None:
    """Compute the derivatives of the values that `_begin_amplitudes` has normalised."""
    wide_vectors()
    norms = tile.norms
    for i in range(norms.size):
        along = derivative[0, 0, i] * state[0, 0, i]
        for e in range(1, len(state)):
            along += derivative[e, 0, i] * state[e, 0, i]
        for e in range(len(by_x)):
            by_x[e, i] = (derivative[e, 0, i] - along * state[e, 0, i]) * norms[i]


@inner
def _make_turns(x: Array, tile: Tile) -> None:
    """Compute the phases exp(−i/2·Σ ±x_q) of a repeated embedding, the last N rows of `turns`."""
    wide_vectors()
    n, width = x.shape
    factors = tile.turn_factors
    for qubit in range(n):
        for i in range(width):
            factors[qubit, 0, 0, i] = factors[qubit, 1, 0, i] = tile.cosines[qubit, i]
            factors[qubit, 0, 1, i], factors[qubit, 1, 1, i] = -tile.sines[qubit, i], tile.sines[qubit, i]
    _grow(tile.turns, factors)


@inner
def _weigh(weights: Array, state: Array, squares: Array, out: Array) -> None:
    """Compute outputs (outputs, W): sums of squared amplitudes with weights (N, outputs), four amplitudes at a time."""
    wide_vectors()
    out[:] = 0.0
    squares[:] = 0.0
    size, parts, width = state.shape
    first, second, third, fourth = squares[0], squares[1], squares[2], squares[3]
    together = min(4, size)
    for start in range(0, size, together):
        for number in range(together):
            to, psi = squares[number], state[start + number]
            for i in range(width):
                to[i] = psi[0, i] * psi[0, i]
            for part in range(1, parts):
                for i in range(width):
                    to[i] += psi[part, i] * psi[part, i]
        two, three = start + 1, start + min(2, together - 1)  # those of less than four weigh squares of 0
        four = start + together - 1
        for j in range(len(out)):
            a, b, c, d = weights[start, j], weights[two, j], weights[three, j], weights[four, j]
            to = out[j]
            for i in range(width):
                to[i] += (a * first[i] + b * second[i]) + (c * third[i] + d * fourth[i])


@inner
def circuit_forward(program: Program, k: int, angles: Angles, x: Array, tile: Tile, out: Array) -> None:
    """Compute outputs (outputs, W) of circuit k for values (encoded, W); states stay in the tile."""
    wide_vectors()
    size, first, levels = program.sources.shape[1], program.starts[k], len(angles.phases)
    old = tile.product[size - 1 :]
    if program.is_amplitudes:
        _begin_amplitudes(x, tile, old)
    else:
        _begin_angles(angles, x, tile)
        if len(tile.by_turn):
            _make_turns(x, tile)
    for level in range(levels):
        new, number = tile.states[level], first + level
        level_forward(
            old, new, program.sources[number], program.signs[number], angles.phases[level], program.phased[number],
            tile.turns[size - 1 :], program.reuploads[number],
            program.rotated[number], angles.cosines[level, TURNED], angles.sines[level, TURNED],
        )  # fmt: skip
        old = new
    _weigh(program.outputs[k], old, tile.squares, out)


@inner
def _begin_derivatives(weights: Array, by_out: Array, state: Array, factor: Array, derivative: Array) -> None:
    """Compute λ of the last state: 2·(Σ weight·derivative of the output)·ψ."""
    wide_vectors()
    t, width, outputs = state.dtype.type, factor.size, len(by_out)
    for b in range(len(state)):
        factor[:] = 0.0
        for j in range(0, outputs - 3, 4):
            c, d, e, f = weights[b, j], weights[b, j + 1], weights[b, j + 2], weights[b, j + 3]
            p, q, r, s = by_out[j], by_out[j + 1], by_out[j + 2], by_out[j + 3]
            for i in range(width):
                factor[i] += (c * p[i] + d * q[i]) + (e * r[i] + f * s[i])
        for j in range(outputs - outputs % 4, outputs):
            c, p = weights[b, j], by_out[j]
            for i in range(width):
                factor[i] += c * p[i]
        for part in range(state.shape[1]):
            psi, to = state[b, part], derivative[b, part]
            for i in range(width):
                to[i] = t(2.0) * factor[i] * psi[i]


@inner
def circuit_backward(
    program: Program, k: int, angles: Angles, tile: Tile, by_out: Array, found: Found, by_x: Array
) -> None:
    """Compute the derivatives of values (encoded, W) after `circuit_forward`; sums for the weights go to `found`."""
    wide_vectors()
    n, size, first, levels = program.num_qubits, program.sources.shape[1], program.starts[k], len(angles.phases)
    initial = tile.product[size - 1 :]
    derivative, other = tile.derivatives[0], tile.derivatives[1]
    last = tile.states[levels - 1] if levels else initial
    _begin_derivatives(program.outputs[k], by_out, last, tile.squares[0], derivative)
    tile.by_turn[:] = 0.0
    t = by_x.dtype.type
    for level in range(levels - 1, -1, -1):
        number, state = first + level, tile.states[level]
        old = tile.states[level - 1] if level else initial
        level_backward(
            derivative, other, state, old,
            program.sources[number], program.signs[number], angles.phases[level], program.phased[number],
            tile.turns[size - 1 :], program.reuploads[number],
            program.rotated[number], angles.cosines[level, TURNED], angles.sines[level, TURNED],
            found.by_angle[level, TURNED], program.phases_learnt[number], found.by_phase[level], tile.by_turn,
        )  # fmt: skip
        derivative, other = other, derivative
    if program.is_amplitudes:
        _end_amplitudes(derivative, initial, tile, by_x)
        return
    _end_angles(angles, derivative, other, tile, found, by_x)
    for b in range(len(tile.by_turn)):
        for qubit in range(n):
            sign, by = t(0.5 - (b >> (n - 1 - qubit) & 1)), by_x[qubit]
            for i in range(by.size):
                by[i] += sign * tile.by_turn[b, i]
