"""The energy of a transverse-field Ising chain as a job of the Estimator: ten points of an ansatz, on fake_torino."""

from __future__ import annotations

from typing import Any

import numpy as np
from qiskit.circuit.library import efficient_su2
from qiskit.quantum_info import SparsePauliOp
from qiskit.transpiler import generate_preset_pass_manager
from qiskit_ibm_runtime.fake_provider import FakeTorino

NUM_QUBITS = 6


def pubs() -> list[Any]:
    """The PUBs; `hwcost estimate-job notebooks/jobs/ising.py:pubs --backend fake_torino` costs them."""
    ansatz = efficient_su2(NUM_QUBITS, reps=2)
    manager = generate_preset_pass_manager(1, backend=FakeTorino(), seed_transpiler=1)
    isa = manager.run(ansatz)
    bonds = [("ZZ", [i, i + 1], -1.0) for i in range(NUM_QUBITS - 1)]
    fields = [("X", [i], -0.5) for i in range(NUM_QUBITS)]
    energy = SparsePauliOp.from_sparse_list(bonds + fields, NUM_QUBITS)
    points = np.random.default_rng(0).uniform(-np.pi, np.pi, (10, ansatz.num_parameters))
    return [(isa, energy.apply_layout(isa.layout), points)]
