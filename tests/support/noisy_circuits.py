"""Small ISA circuits by hand, and their attenuation by brute force: all 4^n Paulis, signs and interference included."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from hypothesis import strategies as st
from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping
from qiskit.quantum_info import PTM

from hwcost.calibration.readout import MeasuredReadout
from hwcost.calibration.record import Calibration
from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.schedule import Schedule
from make import small_calibration

US = 1e-6
KINDS = {"measure": Kind.MEASURE, "reset": Kind.RESET, "delay": Kind.DELAY, "barrier": Kind.BARRIER}


@dataclass(frozen=True)
class Op:
    """One operation; `None` among the parameters is a free angle."""

    name: str
    qubits: tuple[int, ...]
    params: tuple[float | None, ...] = ()
    duration_s: float = 0.0
    error: float | None = 0.0
    clbit: int | None = None


@dataclass(frozen=True)
class Noise:
    """What the formulas read of an audited calibration."""

    calibration: Calibration
    t2_s: tuple[float | None, ...] = field(default=())
    readout: MeasuredReadout | None = None


def noise_of(
    num_qubits: int,
    *,
    t1_s: float | Sequence[float | None] | None = None,
    t2_s: float | Sequence[float | None] | None = None,
    readout: tuple[float, float] | Sequence[tuple[float, float]] = (0.0, 0.0),
) -> Noise:
    """T1, T2 (None: unknown) and (P(0|1), P(1|0)) of each qubit, or of all."""
    t1 = list(t1_s) if isinstance(t1_s, Sequence) else [t1_s] * num_qubits
    t2 = list(t2_s) if isinstance(t2_s, Sequence) else [t2_s] * num_qubits
    pairs = [readout] * num_qubits if isinstance(readout[0], float) else list(readout)
    qubits = {
        q: {"t1_s": t1[q], "t2_s": t2[q], "prob_meas0_prep1": pairs[q][0], "prob_meas1_prep0": pairs[q][1]}
        for q in range(num_qubits)
    }
    return Noise(calibration=small_calibration(num_qubits, qubits=qubits), t2_s=tuple(t2))


def isa_of(*operations: Op, num_qubits: int = 3, measure: Sequence[int] = ()) -> IsaCircuit:
    """The operations, then a measurement of each qubit of `measure` into the classical bits 0, 1, …"""
    ops = [*operations, *(Op("measure", (q,), clbit=c) for c, q in enumerate(measure))]
    return IsaCircuit(
        num_qubits=num_qubits,
        num_clbits=1 + max((op.clbit for op in ops if op.clbit is not None), default=-1),
        names=[op.name for op in ops],
        kinds=[KINDS.get(op.name, Kind.ONE_QUBIT if len(op.qubits) == 1 else Kind.TWO_QUBIT) for op in ops],
        qubits=[op.qubits for op in ops],
        clbits=[() if op.clbit is None else (op.clbit,) for op in ops],
        params=[op.params for op in ops],
        durations_s=[op.duration_s for op in ops],
        errors=[op.error for op in ops],
    )


def exact_attenuation(isa: IsaCircuit, schedule: Schedule, noise: Noise, paulis: Mapping[int, str]) -> float:
    """Slope of the noisy on the ideal expectation value over all free angles, by brute force, without readout.

    Measurements must come last. Noise is Pauli-diagonal as in the formulas, so Σ noisy·ideal / Σ ideal² over a grid
    of three equidistant angles per free parameter is the exact slope (degree 2 in every angle). Circuits whose ideal
    value vanishes are compared by their Heisenberg coefficients instead.
    """
    free = sum(value is None for params in isa.params for value in params)
    grid = 0.1 + np.arange(3) * 2 * np.pi / 3
    ideal, noisy = [], []
    for angles in itertools.product(grid, repeat=free):
        ideal.append(_heisenberg(isa, schedule, None, paulis, angles))
        noisy.append(_heisenberg(isa, schedule, noise, paulis, angles))
    ideals, noisies = np.array(ideal), np.array(noisy)
    # On |0…0⟩ only I and Z have a value.
    select = (slice(None), *([slice(0, 4, 3)] * isa.num_qubits))
    values, noisy_values = (
        array.reshape(-1, *(4,) * isa.num_qubits)[select].reshape(len(array), -1).sum(axis=1)
        for array in (ideals, noisies)
    )
    if np.abs(values).max() > 1e-9:
        return float(values @ noisy_values / (values @ values))
    return float((ideals * noisies).sum() / (ideals**2).sum())


def _heisenberg(
    isa: IsaCircuit, schedule: Schedule, noise: Noise | None, paulis: Mapping[int, str], angles: Sequence[float]
) -> np.ndarray:
    """Coefficients of the observable on all Paulis before the circuit."""
    n = isa.num_qubits
    coefficients = np.zeros((4,) * n)
    coefficients[tuple("IXYZ".index(paulis.get(q, "I")) for q in range(n))] = 1.0
    remaining = list(angles)
    for i in range(len(isa) - 1, -1, -1):
        kind, qubits = isa.kinds[i], isa.qubits[i]
        if kind in (Kind.DELAY, Kind.BARRIER):
            continue
        if kind is not Kind.MEASURE:
            if noise is not None:
                coefficients = _damp(coefficients, noise, qubits, isa.durations_s[i], isa.errors[i] or 0.0)
            params = [remaining.pop() if value is None else value for value in isa.params[i]]
            coefficients = _conjugate(coefficients, isa.names[i], qubits, params)
        if noise is not None:
            for qubit, idle in zip(qubits, schedule.idle_before_s[i], strict=True):
                coefficients = _damp(coefficients, noise, (qubit,), idle, None)
    return coefficients.ravel()


def _damp(
    coefficients: np.ndarray, noise: Noise, qubits: tuple[int, ...], time_s: float, error: float | None
) -> np.ndarray:
    """Relaxation for `time_s`, and depolarizing noise that brings the average gate error up to `error`."""
    factors = np.ones((1,))
    for q in qubits:
        t1, t2 = noise.calibration.qubits[q].t1_s, noise.t2_s[q]
        z = 1.0 if t1 is None else math.exp(-time_s / t1)
        x = math.sqrt(z) if t2 is None else math.exp(-time_s / t2)
        factors = np.kron(factors, [1.0, x, x, z])
    if error is not None:
        d = 2 ** len(qubits)
        # Average fidelity of a Pauli-diagonal channel: (Σ factors / d + 1)/(d + 1) with Σ over all d² Paulis.
        rest = factors[1:].sum()
        wanted = ((1.0 - error) * (d + 1) - 1.0) * d - 1.0
        factors[1:] *= 1.0 if rest == 0.0 else max(0.0, min(1.0, wanted / rest))
    n = coefficients.ndim
    moved = np.moveaxis(coefficients, qubits, range(len(qubits)))
    shaped = factors.reshape((4,) * len(qubits) + (1,) * (n - len(qubits)))
    return np.moveaxis(moved * shaped, range(len(qubits)), qubits)


def _conjugate(coefficients: np.ndarray, name: str, qubits: tuple[int, ...], params: Sequence[float]) -> np.ndarray:
    matrix = transfer_matrix(name, tuple(params)).reshape((4,) * (2 * len(qubits)))
    k = len(qubits)
    moved = np.tensordot(coefficients, matrix, axes=(qubits, range(k)))
    return np.moveaxis(moved, range(coefficients.ndim - k, coefficients.ndim), qubits)


@lru_cache(maxsize=4096)
def transfer_matrix(name: str, params: tuple[float, ...]) -> np.ndarray:
    """R with U† P_i U = Σ_j R_ij P_j by Qiskit; the first qubit of the gate most significant."""
    gate = get_standard_gate_name_mapping()[name].base_class(*params)
    matrix = PTM(gate).data.real
    if gate.num_qubits == 2:
        matrix = matrix.reshape(4, 4, 4, 4).transpose(1, 0, 3, 2).reshape(16, 16)
    return matrix


_TIMES = st.floats(0.0, 2 * US)
_ERRORS = st.floats(0.0, 0.1)
_QUBITS = st.integers(0, 2)
_NO_PARAMS = st.just(())


def one_qubit_ops(names: Sequence[str], params: st.SearchStrategy = _NO_PARAMS) -> st.SearchStrategy:
    return st.builds(Op, st.sampled_from(names), st.tuples(_QUBITS), params, _TIMES, _ERRORS)


def two_qubit_ops(names: Sequence[str], params: st.SearchStrategy = _NO_PARAMS) -> st.SearchStrategy:
    pairs = st.permutations([0, 1, 2]).map(lambda p: tuple(p[:2]))
    return st.builds(Op, st.sampled_from(names), pairs, params, _TIMES, _ERRORS)


_DELAYS = st.builds(Op, st.just("delay"), st.tuples(_QUBITS), st.just(()), _TIMES)
_RIGHT_ANGLES = st.integers(0, 3).map(lambda k: (k * math.pi / 2,))

CLIFFORD_OPS = st.lists(
    one_qubit_ops(["sx", "x", "id", "sxdg", "h", "s", "y"])
    | one_qubit_ops(["rz", "rx"], _RIGHT_ANGLES)
    | two_qubit_ops(["cx", "cz", "ecr", "swap"])
    | two_qubit_ops(["rzz"], _RIGHT_ANGLES)
    | _DELAYS,
    max_size=12,
)
"""Clifford circuits on three qubits with errors up to 0.1 and waits."""

NATIVE_OPS = st.lists(
    one_qubit_ops(["sx", "x"])
    | one_qubit_ops(["rz", "rx"], st.just((None,)) | st.floats(-3.2, 3.2).map(lambda a: (a,)))
    | two_qubit_ops(["cx", "cz", "ecr"])
    | two_qubit_ops(["rzz"], st.just((None,)))
    | _DELAYS,
    max_size=25,
)
"""Circuits of native gates on three qubits, some angles free."""

NOISES = st.builds(
    lambda t1, ratio, readout: noise_of(
        3, t1_s=t1, t2_s=[t * r for t, r in zip(t1, ratio, strict=True)], readout=readout
    ),
    st.lists(st.floats(20 * US, 500 * US), min_size=3, max_size=3),
    st.lists(st.floats(0.1, 2.0), min_size=3, max_size=3),
    st.lists(st.tuples(st.floats(0.0, 0.2), st.floats(0.0, 0.2)), min_size=3, max_size=3),
)
"""Relaxation times and readout errors of three qubits, from good to poor."""


def longer_wait(schedule: Schedule, at: int, extra_s: float) -> Schedule:
    """The same schedule with a longer wait before operation `at` on each of its qubits, all else unmoved.

    A delay put into the circuit would move other operations too, and may thereby shorten their waits.
    """
    waits = list(schedule.idle_before_s)
    waits[at] = tuple(wait + extra_s for wait in waits[at])
    return replace(schedule, idle_before_s=waits)


def bound_ops(num_qubits: int, max_size: int = 25) -> st.SearchStrategy[list[Op]]:
    """Circuits with bound angles, errors and waits; a measurement or a reset on the way now and then."""
    qubit = st.integers(0, num_qubits - 1).map(lambda q: (q,))
    pair = st.permutations(range(num_qubits)).map(lambda p: tuple(p[:2]))
    angle = st.floats(-3.2, 3.2).map(lambda a: (a,))
    one = st.builds(Op, st.sampled_from(["sx", "x", "h", "s"]), qubit, _NO_PARAMS, _TIMES, _ERRORS)
    turn = st.builds(Op, st.sampled_from(["rz", "rx", "ry"]), qubit, angle, _TIMES, _ERRORS)
    two = st.builds(Op, st.sampled_from(["cx", "cz", "ecr", "iswap"]), pair, _NO_PARAMS, _TIMES, _ERRORS)
    turn_two = st.builds(Op, st.sampled_from(["rzz", "rxx", "cp"]), pair, angle, _TIMES, _ERRORS)
    wait = st.builds(Op, st.just("delay"), qubit, _NO_PARAMS, st.floats(0.0, 20 * US))
    event = st.builds(Op, st.sampled_from(["reset", "measure"]), qubit, _NO_PARAMS, _TIMES)
    # One event in thirteen operations: most of what comes before it is lost.
    return st.lists(st.one_of(*[one, turn, two, turn_two] * 3, wait, event), min_size=1, max_size=max_size)


def with_clbits(ops: Sequence[Op]) -> list[Op]:
    """The operations with a classical bit of its own for each measurement."""
    bits = itertools.count()
    return [replace(op, clbit=next(bits)) if op.name == "measure" else op for op in ops]


def noises(num_qubits: int) -> st.SearchStrategy[Noise]:
    """Relaxation times of some qubits, from good to poor, and readout errors."""
    return st.lists(
        st.tuples(st.floats(20 * US, 500 * US), st.floats(0.1, 2.0), st.floats(0.0, 0.2), st.floats(0.0, 0.2)),
        min_size=num_qubits,
        max_size=num_qubits,
    ).map(
        lambda rows: noise_of(
            num_qubits,
            t1_s=[t1 for t1, *_ in rows],
            t2_s=[t1 * ratio for t1, ratio, *_ in rows],
            readout=[(a, b) for *_, a, b in rows],
        )
    )


def parity_read_out(ops: Sequence[Op], paulis: Mapping[int, str]) -> list[Op]:
    """The operations, then a measurement of a Pauli observable as one bit, without error and in no time."""
    turns = {"X": [("h", ())], "Y": [("sdg", ()), ("h", ())], "Z": []}
    qubits = sorted(paulis)
    end = [Op(name, (q,), params) for q in qubits for name, params in turns[paulis[q]]]
    end += [Op("cx", (q, qubits[-1])) for q in qubits[:-1]]
    return [*ops, *end, Op("measure", (qubits[-1],), clbit=0)]
