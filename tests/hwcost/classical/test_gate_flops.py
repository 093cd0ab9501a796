"""FLOPs of one gate on a state vector."""

from __future__ import annotations

import math

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Gate
from qiskit.circuit.library import (
    UnitaryGate,
    XGate,
)
from qiskit.quantum_info import random_unitary

from hwcost.classical.gate_flops import standard_gate_flops
from hwcost.classical.simulation import statevector_flops


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        # Three qubits: 4 pairs, 2 blocks of four, 8 amplitudes.
        ("x", (0,), 0),
        ("y", (0,), 0),
        ("s", (0,), 0),
        ("h", (0,), 4 * 12),  # two rows of two real products (2 each) and one sum (2)
        ("rx", (0.3, 0), 4 * 12),  # cos is real, −i·sin imaginary
        ("rz", (0.3, 0), 4 * 12),  # two phases, 6 each
        ("p", (0.3, 0), 4 * 6),  # one phase
        ("t", (0,), 4 * 6),
        ("u", (0.1, 0.2, 0.3, 0), 4 * (2 + 3 * 6 + 2 * 2)),  # one entry is cos, three are complex
        ("sx", (0,), 4 * 28),  # dense and complex: 4·6 + 2·2
        ("cx", (0, 1), 0),
        ("cz", (0, 1), 0),
        ("swap", (0, 2), 0),
        ("iswap", (0, 2), 0),
        ("crx", (0.3, 0, 1), 2 * 12),  # half of the amplitudes of an rx
        ("cp", (0.3, 0, 1), 2 * 6),
        ("rzz", (0.3, 0, 1), 2 * 4 * 6),
        ("rxx", (0.3, 0, 1), 2 * 4 * (2 + 2 + 2)),
        ("ccx", (0, 1, 2), 0),
        ("id", (0,), 0),
        ("barrier", (), 0),
    ],
)
def test_operations_of_one_gate_on_three_qubits(name, arguments, expected):
    circuit = QuantumCircuit(3)
    circuit.x(0)  # a circuit of barriers alone is none
    getattr(circuit, name)(*arguments)
    assert statevector_flops(circuit, gradient="none", num_observables=0).total == expected


def test_dense_matrices():
    # k qubits: 2^k rows of 2^k products (6) and 2^k − 1 sums (2); three qubits in all.
    for k in (1, 2, 3):
        rows = 2**k
        circuit = QuantumCircuit(3)
        circuit.append(UnitaryGate(random_unitary(rows, seed=1)), range(k))
        cost = statevector_flops(circuit, gradient="none", num_observables=0)
        assert cost.gates == 2 ** (3 - k) * rows * (6 * rows + 2 * (rows - 1))


def test_every_standard_gate_is_known():
    from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping

    for name, gate in get_standard_gate_name_mapping().items():
        if isinstance(gate, Gate) and name != "global_phase":
            flops = standard_gate_flops(name, False)
            rows = 2**gate.num_qubits
            # Between nothing and the dense matrix.
            assert 0 <= flops.apply[0][1] <= rows * (6 * rows + 2 * (rows - 1))
            assert len(flops.derivatives) == len(gate.params)
    assert standard_gate_flops("unknown", False) is None
    assert standard_gate_flops("ccx", False) == standard_gate_flops("ccx", True)
    assert math.isclose(XGate().to_matrix()[0, 1].real, 1.0)
