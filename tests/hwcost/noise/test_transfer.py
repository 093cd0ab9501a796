"""Transfer weights of gates: against Qiskit's Pauli transfer matrices, and against rules worked by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping

from hwcost.core.errors import CircuitError
from hwcost.noise.transfer import transfer_weights
from noisy_circuits import transfer_matrix

GATES = {
    name: gate
    for name, gate in get_standard_gate_name_mapping().items()
    if gate.num_qubits in (1, 2) and name not in {"measure", "reset", "delay"}
}


@pytest.mark.parametrize("name", sorted(GATES))
def test_bound_gates_agree_with_qiskit(name):
    gate = GATES[name]
    params = tuple(np.random.default_rng(7).uniform(-4.0, 4.0, len(gate.params)))
    expected = transfer_matrix(name, params) ** 2
    assert np.allclose(transfer_weights([(name, params)], gate.num_qubits)[0], expected, atol=1e-12)


@pytest.mark.parametrize("name", ["rz", "rx", "ry", "p", "u1", "u2", "u3", "rzz", "crz", "rzx"])
def test_free_gates_are_the_average_over_angles(name):
    gate = GATES[name]
    # 17 points of the 4π period, off the grid that the implementation uses.
    points = 0.1 + np.arange(17) * 4 * np.pi / 17
    samples = [tuple(map(float, angles)) for angles in itertools.product(points, repeat=len(gate.params))]
    mean = transfer_weights([(name, params) for params in samples], gate.num_qubits).mean(axis=0)
    free = transfer_weights([(name, (None,) * len(gate.params))], gate.num_qubits)[0]
    assert np.allclose(free, mean, atol=1e-12)


@pytest.mark.parametrize("name", ["rz", "u3", "rzz", "sx", "ecr", "crx"])
def test_rows_are_distributions_and_the_identity_stays(name):
    gate = GATES[name]
    for params in ((None,) * len(gate.params), (0.3, -1.2, 2.0)[: len(gate.params)]):
        weights = transfer_weights([(name, params)], gate.num_qubits)[0]
        assert (weights >= 0.0).all()
        assert np.allclose(weights.sum(axis=1), 1.0, atol=1e-14)
        assert weights[0, 0] == 1.0
        assert weights[1:, 0].max() == 0.0


@pytest.mark.parametrize(
    ("name", "moves"),
    [
        # U† P U up to sign, on one qubit.
        ("sx", {"X": "X", "Y": "Z", "Z": "Y"}),
        ("sxdg", {"X": "X", "Y": "Z", "Z": "Y"}),
        ("x", {"X": "X", "Y": "Y", "Z": "Z"}),
        ("xslow", {"X": "X", "Y": "Y", "Z": "Z"}),
        ("id", {"X": "X", "Y": "Y", "Z": "Z"}),
        ("h", {"X": "Z", "Y": "Y", "Z": "X"}),
        ("s", {"X": "Y", "Y": "X", "Z": "Z"}),
        # First letter: the gate's first qubit (control of cx).
        ("cx", {"ZI": "ZI", "IZ": "ZZ", "XI": "XX", "IX": "IX", "YI": "YX", "IY": "ZY", "XY": "YZ", "ZZ": "IZ"}),
        ("cz", {"ZI": "ZI", "IZ": "IZ", "XI": "XZ", "IX": "ZX", "YI": "YZ", "IY": "ZY", "XX": "YY", "XY": "YX"}),
        # ecr = X_first · exp(−iπ/4 Z_first X_second): what anticommutes with ZX is multiplied by it.
        ("ecr", {"IX": "IX", "XI": "YX", "IZ": "ZY", "ZI": "ZI", "YI": "XX", "IY": "ZZ", "XZ": "XZ"}),
        ("swap", {"XI": "IX", "ZY": "YZ"}),
    ],
)
def test_clifford_gates_move_paulis_as_by_hand(name, moves):
    num_qubits = len(next(iter(moves)))
    weights = transfer_weights([(name, ())], num_qubits)[0]
    for before, after in moves.items():
        row = sum("IXYZ".index(letter) * 4 ** (num_qubits - 1 - k) for k, letter in enumerate(before))
        column = sum("IXYZ".index(letter) * 4 ** (num_qubits - 1 - k) for k, letter in enumerate(after))
        assert weights[row, column] == 1.0, (before, after)
        assert weights[row].sum() == 1.0


def test_a_free_rz_mixes_half_and_half_and_a_bound_one_with_sin_squared():
    free, bound = transfer_weights([("rz", (None,)), ("rz", (0.3,))], 1)
    assert free[1] == pytest.approx([0.0, 0.5, 0.5, 0.0], abs=1e-15)
    assert bound[1] == pytest.approx([0.0, math.cos(0.3) ** 2, math.sin(0.3) ** 2, 0.0], abs=1e-15)
    assert bound[3].tolist() == [0.0, 0.0, 0.0, 1.0]


def test_a_free_rzz_mixes_what_it_does_not_commute_with():
    weights = transfer_weights([("rzz", (None,))], 2)[0]
    # XI anticommutes with ZZ: it becomes XI or (XI)(ZZ) ~ YZ. XX commutes and stays.
    assert weights[4, 4] == pytest.approx(0.5)
    assert weights[4, 4 * 2 + 3] == pytest.approx(0.5)
    assert weights[5, 5] == pytest.approx(1.0)


def test_partly_free_parameters():
    # u3(θ, free, λ): Z becomes cos²θ Z + sin²θ (cos²λ X + sin²λ Y), whatever φ is.
    theta, lam = 0.7, 0.4
    weights = transfer_weights([("u3", (theta, None, lam))], 1)[0]
    transverse = math.sin(theta) ** 2
    expected = [0.0, transverse * math.cos(lam) ** 2, transverse * math.sin(lam) ** 2, math.cos(theta) ** 2]
    assert weights[3] == pytest.approx(expected, abs=1e-12)


def test_unknown_gates_are_refused_by_name():
    with pytest.raises(CircuitError, match="move on 2 qubits has no known unitary"):
        transfer_weights([("move", ())], 2)
    with pytest.raises(CircuitError, match="rz on 2 qubits"):
        transfer_weights([("rz", (0.1,))], 2)
