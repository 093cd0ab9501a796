"""PUBs for the tests of jobs: a small ansatz as ISA circuit, observables on it, parameter sets."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit.library import efficient_su2
from qiskit.quantum_info import SparsePauliOp
from qiskit.transpiler import generate_preset_pass_manager
from qiskit_ibm_runtime.fake_provider import FakeManilaV2, FakeTorino

from hwcost.estimation.conditions import Conditions, prepare_conditions
from hwcost.estimation.options import EstimateRequest

_DEVICES = {"fake_manila": FakeManilaV2, "fake_torino": FakeTorino}
_BASES = ["".join(axes) for axes in itertools.product("XYZ", repeat=4)]
NUM_PARAMETERS = 16


@functools.cache
def isa_ansatz(device: str = "fake_manila") -> QuantumCircuit:
    """`efficient_su2(4, reps=1)`, the circuit of the reference points, compiled for a device."""
    manager = generate_preset_pass_manager(1, backend=_DEVICES[device](), seed_transpiler=0)
    circuit = manager.run(efficient_su2(4, reps=1))
    circuit.name = "ansatz"
    return circuit


@functools.cache
def isa_bell() -> QuantumCircuit:
    """Two entangled qubits of fake_manila, measured."""
    circuit = QuantumCircuit(5, 2, name="bell")
    circuit.sx(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    return circuit


def one_term(device: str = "fake_manila") -> SparsePauliOp:
    """One Pauli on the ansatz."""
    return SparsePauliOp("ZZII").apply_layout(isa_ansatz(device).layout)


def all_bases(device: str = "fake_manila") -> SparsePauliOp:
    """81 Paulis of full weight, each in a basis of its own."""
    return SparsePauliOp(_BASES).apply_layout(isa_ansatz(device).layout)


def parameter_sets(*shape: int) -> Any:
    """Parameter values of the ansatz, `shape` sets of them."""
    return np.linspace(0.0, 3.0, int(np.prod(shape, initial=1)) * NUM_PARAMETERS).reshape(*shape, NUM_PARAMETERS)


@functools.cache
def conditions(device: str = "fake_manila", **settings: Any) -> Conditions:
    """A device under which ISA circuits are costed."""
    return prepare_conditions(device, EstimateRequest(transpile=False, **settings))
