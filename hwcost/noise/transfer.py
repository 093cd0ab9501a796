"""Where a gate moves Pauli operators: transfer matrices of native gates and their squares, derived from unitaries.

Carried backwards through a gate U, a Pauli P_i becomes U† P_i U = Σ_j R_ij P_j with real R. Its weight on P_j is R_ij².
Nothing here is written down per gate but the unitaries themselves, so no rule can be wrong on its own.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from hwcost.core.errors import CircuitError
from hwcost.core.native_gates import gate_template, make_gate, matrix_of

Floats: TypeAlias = npt.NDArray[np.float64]
Complexes: TypeAlias = npt.NDArray[np.complex128]
GateKey: TypeAlias = tuple[str, tuple[float | None, ...]]

_PAULIS: Complexes = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])

# R is a trigonometric polynomial of degree 1 in each angle (in half of it for the controlled rotations), so R² has
# degree 2 (in θ/2: 4). The mean over 12 equally spaced points of the full 4π period is therefore the exact integral.
_NUM_ANGLES = 12


def transfer_weights(gates: Sequence[GateKey], num_qubits: int) -> Floats:
    """Return the weights R_ij² of each gate, as one array of shape `[len(gates), 4**num_qubits, 4**num_qubits]`.

    Rows are the Pauli after the gate, columns the Pauli before it; each row sums to 1. On two qubits the index is
    4·(Pauli on the gate's first qubit) + (Pauli on its second), with I, X, Y, Z = 0 … 3. A free parameter (None) is
    averaged over uniform angles, independently of all others: a free `rz` leaves X as X or Y with weight 1/2 each, a
    bound `rz(a)` with cos²a and sin²a.

    Squares add up weights where amplitudes would interfere, which is exact for Clifford gates and for independent
    free angles, and an approximation for two or more bound angles that meet without a free one between.

    Raises:
        CircuitError: A gate is not a standard gate of Qiskit, or not on `num_qubits` qubits.
    """
    size = 4**num_qubits
    weights = np.empty((len(gates), size, size))
    bound: dict[str, list[int]] = defaultdict(list)
    for index, (name, params) in enumerate(gates):
        if params and None not in params:
            bound[name].append(index)
        else:
            weights[index] = _cached_weights(name, params, num_qubits)
    for name, indices in bound.items():
        angles = np.array([gates[index][1] for index in indices], dtype=float)
        weights[indices] = _weights(unitaries(name, angles, num_qubits))
    return weights


def refuse_free_angles(name: str, params: Sequence[float | None]) -> None:
    """Raise a `CircuitError` for a gate with a free parameter."""
    if None in params:
        raise CircuitError(
            f"an angle of {name} is free, so no signed Pauli string can be carried through it; bind the "
            "parameters, or use the attenuation method 'mean-field'"
        )


def transfer_matrices(gates: Sequence[GateKey], num_qubits: int) -> Floats:
    """Return R of each gate with its signs, as one array of shape `[len(gates), 4**num_qubits, 4**num_qubits]`.

    Rows are the Pauli after the gate, columns the Pauli before it, numbered as in `transfer_weights`.

    Raises:
        CircuitError: A gate is not a standard gate of Qiskit, not on `num_qubits` qubits, or has a free parameter.
    """
    size = 4**num_qubits
    matrices = np.empty((len(gates), size, size))
    indices_of: dict[str, list[int]] = defaultdict(list)
    for index, (name, params) in enumerate(gates):
        refuse_free_angles(name, params)
        indices_of[name].append(index)
    for name, indices in indices_of.items():
        angles = np.array([gates[index][1] for index in indices], dtype=float)
        matrices[indices] = _matrices(unitaries(name, angles, num_qubits))
    return matrices


@lru_cache(maxsize=1024)
def _cached_weights(name: str, params: tuple[float | None, ...], num_qubits: int) -> Floats:
    """Return the weights of one gate without parameters or with free ones, averaged over the latter."""
    grid = np.arange(_NUM_ANGLES) * (4.0 * np.pi / _NUM_ANGLES)
    angles = np.array(list(itertools.product(*(grid if value is None else (value,) for value in params))))
    weights: Floats = _weights(unitaries(name, angles, num_qubits)).mean(axis=0)
    weights[np.abs(weights) < 1e-15] = 0.0
    weights.setflags(write=False)
    return weights


@lru_cache(maxsize=2)
def _pauli_basis(num_qubits: int) -> Complexes:
    """Return tensor products of Paulis, first qubit most significant in both the index and the matrix."""
    basis = np.ones((1, 1, 1), dtype=complex)
    for _ in range(num_qubits):
        basis = np.stack([np.kron(a, b) for a in basis for b in _PAULIS])
    return basis


def _matrices(unitaries: Complexes) -> Floats:
    """Return R_ij = Tr(P_i U P_j U†)/d."""
    dimension = unitaries.shape[-1]
    basis = _pauli_basis(dimension.bit_length() - 1)
    # Products of matrices, because einsum looks for its path anew in each call, which takes longer than the sums.
    images = unitaries[:, None] @ basis @ unitaries.conj().swapaxes(1, 2)[:, None]
    traces = images.swapaxes(2, 3).reshape(len(unitaries), len(basis), -1) @ basis.reshape(len(basis), -1).T
    matrices: Floats = traces.swapaxes(1, 2).real / dimension
    matrices[np.abs(matrices) < 1e-12] = 0.0  # rounding of amplitudes that vanish
    return matrices


def _weights(unitaries: Complexes) -> Floats:
    """Return R_ij², rows normalised against rounding."""
    squares = _matrices(unitaries) ** 2
    weights: Floats = squares / squares.sum(axis=2, keepdims=True)
    return weights


def _phases(*exponents: Floats) -> Complexes:
    """Return diagonal unitaries with the given phases in radians."""
    unitaries: Complexes = np.exp(1j * np.stack(exponents, axis=-1))[..., None] * np.eye(len(exponents))
    return unitaries


def _rotation_about_z(angle: Floats) -> Complexes:
    return _phases(-angle / 2, angle / 2)


def _general_rotation(theta: Floats, phi: Floats, lam: Floats) -> Complexes:
    cos, sin = np.cos(theta / 2), np.sin(theta / 2)
    rows = [[cos + 0j, -np.exp(1j * lam) * sin], [np.exp(1j * phi) * sin, np.exp(1j * (phi + lam)) * cos]]
    return np.moveaxis(np.array(rows), 2, 0)


# Unitaries of the parametrised gates that are native somewhere, for many angles at once. The first qubit of a gate is
# the most significant. Phases are irrelevant here.
_PARAMETRISED: dict[str, Callable[..., Complexes]] = {
    "rz": _rotation_about_z,
    "p": _rotation_about_z,
    "u1": _rotation_about_z,
    "rx": lambda a: _general_rotation(a, np.full_like(a, -np.pi / 2), np.full_like(a, np.pi / 2)),
    "ry": lambda a: _general_rotation(a, np.zeros_like(a), np.zeros_like(a)),
    "r": lambda a, phi: _general_rotation(a, phi - np.pi / 2, np.pi / 2 - phi),
    "u2": lambda phi, lam: _general_rotation(np.full_like(phi, np.pi / 2), phi, lam),
    "u3": _general_rotation,
    "u": _general_rotation,
    "rzz": lambda a: _phases(-a / 2, a / 2, a / 2, -a / 2),
}


def unitaries(name: str, angles: Floats, num_qubits: int) -> Complexes:
    """Return unitaries of a gate for each row of `angles`, first qubit most significant."""
    if name in _PARAMETRISED:
        unitaries = _PARAMETRISED[name](*angles.T)
    elif angles.shape[1] == 0:  # a fixed gate, as often as it stands in the circuit
        fixed = _fixed_unitary(name, num_qubits)
        unitaries = np.broadcast_to(fixed, (len(angles), *fixed.shape))
    else:
        unitaries = np.stack([_qiskit_unitary(name, row, num_qubits) for row in angles])
    if unitaries.shape[-1] != 2**num_qubits:
        raise _no_rule(name, num_qubits)
    return unitaries


@lru_cache(maxsize=256)
def _fixed_unitary(name: str, num_qubits: int) -> Complexes:
    unitary = _qiskit_unitary(name, np.empty(0), num_qubits)
    unitary.setflags(write=False)
    return unitary


def _qiskit_unitary(name: str, angles: Floats, num_qubits: int) -> Complexes:
    template = gate_template(name)
    if template is None or template.num_qubits != num_qubits or num_qubits > 2:
        raise _no_rule(name, num_qubits)
    matrix = matrix_of(make_gate(name, [float(angle) for angle in angles]))
    # Qiskit's matrices have the first qubit least significant.
    axes = (*range(num_qubits - 1, -1, -1), *range(2 * num_qubits - 1, num_qubits - 1, -1))
    return matrix.reshape((2,) * (2 * num_qubits)).transpose(axes).reshape(matrix.shape)


def _no_rule(name: str, num_qubits: int) -> CircuitError:
    return CircuitError(
        f"the gate {name} on {num_qubits} qubits has no known unitary, so no Pauli operator can be carried through it; "
        "use the attenuation method 'light-cone'"
    )
