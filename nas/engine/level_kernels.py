"""Compiled kernels of a level of a circuit: entanglers and phases, then rotations about y. Needs Numba.

States are (N, C, W), as in `nas.engine.kernels`. Everything of a level is done to a part of a state while it is in the
first cache (`nas.engine.rotation_kernels`).
"""

from __future__ import annotations

from nas.engine.jit import inner, summed, wide_vectors
from nas.engine.program import Array
from nas.engine.rotation_kernels import add_overlaps, part, rotate_some


@summed
def crossed(derivative: Array, state: Array) -> float:
    """Compute Im⟨λ|ψ⟩ of a row of samples, (2, W)."""
    wide_vectors()
    re, im, by_re, by_im = state[0], state[1], derivative[0], derivative[1]
    total: float = state.dtype.type(0.0)
    some: float = state.dtype.type(0.0)
    for i in range(re.size):
        total += by_re[i] * im[i]
        some += by_im[i] * re[i]
    return total - some


@inner
def _move(
    old: Array, new: Array, source: Array, sign: Array, phases: Array, is_phased: bool, first: int, last: int
) -> None:
    """Carry out entanglers and phases: new amplitude b = phase[b] · sign[b] · old amplitude source[b], for some b."""
    wide_vectors()
    size, parts, width = old.shape
    if not is_phased:
        flat, to_flat = old.reshape(size, parts * width), new.reshape(size, parts * width)
        for b in range(first, last):
            row, to, factor = flat[source[b]], to_flat[b], sign[b]
            for i in range(row.size):
                to[i] = factor * row[i]
        return
    for b in range(first, last):
        before, after, factor = old[source[b]], new[b], sign[b]
        p, q = phases[0, b] * factor, phases[1, b] * factor
        re, im, to_re, to_im = before[0], before[1], after[0], after[1]
        for i in range(width):
            u, v = re[i], im[i]
            to_re[i] = p * u - q * v
            to_im[i] = p * v + q * u


@inner
def _move_back(
    derivative: Array, old: Array, source: Array, sign: Array, phases: Array, is_phased: bool, first: int, last: int
) -> None:
    """Carry derivatives back through `_move`."""
    wide_vectors()
    size, parts, width = old.shape
    if not is_phased:
        flat, by_flat = old.reshape(size, parts * width), derivative.reshape(size, parts * width)
        for b in range(first, last):
            row, by, factor = flat[source[b]], by_flat[b], sign[b]
            for i in range(row.size):
                row[i] = factor * by[i]
        return
    for b in range(first, last):
        before, after, factor = old[source[b]], derivative[b], sign[b]
        p, q = phases[0, b] * factor, phases[1, b] * factor
        re, im, by_re, by_im = before[0], before[1], after[0], after[1]
        for i in range(width):
            u, v = by_re[i], by_im[i]
            re[i] = p * u + q * v
            im[i] = p * v - q * u


@inner
def _turn(state: Array, phases: Array, direction: float, first: int, last: int) -> None:
    """Multiply amplitudes by the phases of a repeated embedding, or by their conjugates if the direction is −1."""
    wide_vectors()
    for b in range(first, last):
        re, im, p, q = state[b, 0], state[b, 1], phases[b, 0], phases[b, 1]
        for i in range(re.size):
            u, v, w = re[i], im[i], q[i] * re.dtype.type(direction)
            re[i] = p[i] * u - w * v
            im[i] = p[i] * v + w * u


@inner
def _add_turn_overlaps(derivative: Array, old: Array, source: Array, by_turn: Array) -> None:
    """Add Im(conj(λ)·ψ) of each sample before the phases of a repeated embedding, by basis state after entanglers."""
    wide_vectors()
    for b in range(len(source)):
        by, psi, to = derivative[source[b]], old[source[b]], by_turn[b]
        re, im, by_re, by_im = psi[0], psi[1], by[0], by[1]
        for i in range(to.size):
            to[i] += by_re[i] * im[i] - by_im[i] * re[i]


@inner
def level_forward(
    old: Array, new: Array, source: Array, sign: Array, phases: Array, is_phased: bool, turns: Array, is_turned: bool,
    rotated: Array, cosines: Array, sines: Array,
) -> None:  # fmt: skip
    """Carry a state (N, C, W) through a level.

    Args:
        old: The state before.
        new: Where the state after it goes.
        source: Where each amplitude comes from, (N).
        sign: Its sign, (N).
        phases: Phases after the entanglers, (2, N).
        is_phased: Whether there are any.
        turns: Phases of the repeated embedding, (N, 2, W).
        is_turned: Whether it is repeated here.
        rotated: Which qubits are rotated, (n).
        cosines: Of their halved angles, (n).
        sines: The same.
    """
    wide_vectors()
    n, row, flat = rotated.size, old.shape[1] * old.shape[2], new.reshape(-1)
    num_first, num_rows, at_once = part(n, row)
    block = num_rows * row
    for start in range(0, len(new), num_rows):
        _move(old, new, source, sign, phases, is_phased, start, start + num_rows)
        if is_turned:
            _turn(new, turns, 1.0, start, start + num_rows)
        some = flat[start * row : start * row + block]
        rotate_some(some, row, rotated, cosines, sines, 1.0, num_first, n, block, 0, block)
    if not rotated[:num_first].any():
        return
    for begin in range(0, num_rows, at_once):
        rotate_some(flat, row, rotated, cosines, sines, 1.0, 0, num_first, block, begin * row, at_once * row)


@inner
def level_backward(
    derivative: Array, to: Array, state: Array, old: Array,
    source: Array, sign: Array, phases: Array, is_phased: bool, turns: Array, is_turned: bool,
    rotated: Array, cosines: Array, sines: Array, by_angle: Array, is_learnt: bool, by_phase: Array, by_turn: Array,
) -> None:  # fmt: skip
    """Carry derivatives (N, C, W) back through a level.

    Args:
        derivative: λ after the level; it is used up.
        to: Where λ before it goes.
        state: ψ after the level.
        old: ψ before it.
        source: As in `level_forward`; so are the following ones.
        sign: The same.
        phases: The same.
        is_phased: The same.
        turns: The same.
        is_turned: The same.
        rotated: The same.
        cosines: The same.
        sines: The same.
        by_angle: Where the derivatives of the rotations are added, (n).
        is_learnt: Whether weights are among the angles of the phases.
        by_phase: Where the derivatives of the phases are added then, by basis state before the entanglers, (N).
        by_turn: Where those of the repeated embedding are added, by basis state after them, (N, W).
    """
    wide_vectors()
    n, row, flat, psi = rotated.size, old.shape[1] * old.shape[2], derivative.reshape(-1), state.reshape(-1)
    num_first, num_rows, at_once = part(n, row)
    block = num_rows * row
    # All overlaps need λ and ψ after all rotations: those of the first qubits are taken before anything is turned back.
    if rotated[:num_first].any():
        for begin in range(0, num_rows, at_once):
            add_overlaps(flat, psi, row, rotated, by_angle, 0, num_first, block, begin * row, at_once * row)
    if rotated[num_first:].any():
        for start in range(0, flat.size, block):
            some = flat[start : start + block]
            add_overlaps(some, psi[start : start + block], row, rotated, by_angle, num_first, n, block, 0, block)
            rotate_some(some, row, rotated, cosines, sines, -1.0, num_first, n, block, 0, block)
    for begin in range(0, num_rows, at_once):
        rotate_some(flat, row, rotated, cosines, sines, -1.0, 0, num_first, block, begin * row, at_once * row)
        for first in range(begin, len(source), num_rows):
            last = first + at_once
            if is_turned:
                _turn(derivative, turns, -1.0, first, last)
            _move_back(derivative, to, source, sign, phases, is_phased, first, last)
    if is_turned:
        _add_turn_overlaps(to, old, source, by_turn)
    if is_learnt:
        for b in range(len(old)):  # an amplitude's phases and sign do not change its overlap
            by_phase[b] += crossed(to[b], old[b])
