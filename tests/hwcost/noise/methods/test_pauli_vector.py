"""All Pauli expectation values of a few qubits, carried forwards: by hand, and against density matrices by Qiskit."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from qiskit.circuit.library import RXGate
from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping
from qiskit.quantum_info import DensityMatrix, Operator, Pauli

from hwcost.isa.columns import Kind
from hwcost.isa.schedule import schedule_alap
from hwcost.noise.methods.pauli_vector import MAX_VECTOR_QUBITS, vector_values, vector_work
from hwcost.noise.methods.signed_plan import plan_signed
from hwcost.noise.observables import NoisyCircuit, track_observables
from noisy_circuits import US, Op, bound_ops, isa_of, noise_of, with_clbits


def plan(isa, noise, observables=None):
    return plan_signed(NoisyCircuit(isa, schedule_alap(isa), noise), track_observables(isa, noise, observables))


def test_a_bell_state_by_hand():
    # XX = ZZ = 1 and YY = −1; the error 0.03 of cx leaves 1 − 0.03·4/3 of each, the error 0.01 of h 0.98 of what needs
    # it: Z⊗Z comes from I⊗Z alone, X⊗X and Y⊗Y from X of the first qubit.
    isa = isa_of(Op("h", (0,), error=0.01), Op("cx", (0, 1), error=0.03), num_qubits=2)
    values = vector_values(plan(isa, noise_of(2), [{0: p, 1: p} for p in "XYZ"] + [{0: "Z"}, {0: "X", 1: "Z"}, {}]))
    assert values[0] == pytest.approx([1, -1, 1, 0, 0, 1])
    assert values[1] == pytest.approx([0.96 * 0.98, -0.96 * 0.98, 0.96, 0, 0, 1])


def test_a_value_that_is_read_on_the_way_is_that_of_its_moment():
    ops = [Op("rx", (0,), (0.4,)), Op("measure", (0,), clbit=0), Op("x", (0,)), Op("measure", (0,), clbit=1)]
    ideal, noisy = vector_values(plan(isa_of(*ops, num_qubits=1), noise_of(1)))
    assert ideal == pytest.approx([math.cos(0.4), -math.cos(0.4)])
    assert noisy == pytest.approx(ideal)


def test_without_observables_there_are_no_values():
    assert vector_values(plan(isa_of(), noise_of(3))).shape == (2, 0)


def density_matrix(isa):
    """The state without noise, by Qiskit, with measurements on the way as dephasing."""
    state = DensityMatrix.from_int(0, 2**isa.num_qubits)
    for name, params, kind, qubits in zip(isa.names, isa.params, isa.kinds, isa.qubits, strict=True):
        if kind is Kind.RESET:
            state = state.reset(list(qubits))
        elif kind is Kind.MEASURE:
            flipped = state.evolve(Operator(Pauli("Z")), qargs=list(qubits))
            state = DensityMatrix((state.data + flipped.data) / 2)
        elif kind <= Kind.TWO_QUBIT:
            gate = get_standard_gate_name_mapping()[name].base_class(*params)
            state = state.evolve(Operator(gate), qargs=list(qubits))
    return state


@settings(max_examples=40, deadline=None)
@given(bound_ops(3))
def test_all_values_are_those_of_the_density_matrix(ops):
    isa = isa_of(*with_clbits(ops), num_qubits=3)
    labels = ["".join(letters) for letters in itertools.product("IXYZ", repeat=3)]
    # Read at the end, not by a measurement that happens to come last.
    isa = isa_of(*with_clbits(ops), *[Op("id", (q,)) for q in range(3)], num_qubits=3)
    observables = [{q: p for q, p in enumerate(reversed(label)) if p != "I"} for label in labels]
    values = vector_values(plan(isa, noise_of(3), observables))
    state = density_matrix(isa)
    expected = [state.expectation_value(Pauli(label)).real for label in labels]
    assert values[0] == pytest.approx(expected, abs=1e-9)
    # Gates with errors, no relaxation: nothing grows.
    assert np.all(np.abs(values[1]) <= 1 + 1e-9)


def test_the_work_grows_with_the_nodes_and_with_four_to_the_qubits():
    def work(num_qubits, layers):
        ops = [Op("cx", (q, q + 1)) for q in range(num_qubits - 1)] * layers
        return vector_work(plan(isa_of(*ops, num_qubits=num_qubits), noise_of(num_qubits), [{num_qubits - 1: "Z"}]))

    assert work(2, 20) == 2 * work(2, 10)
    assert work(MAX_VECTOR_QUBITS, 1) == pytest.approx(4 * work(MAX_VECTOR_QUBITS - 1, 1), rel=0.2)


def test_relaxation_pulls_towards_the_ground_state():
    # ⟨Z⟩ = −cos 0.5 at first, e^-0.3·(−cos 0.5) + 1 − e^-0.3 after 30 µs at T1 = 100 µs.
    theta = math.pi - 0.5
    assert Operator(RXGate(theta)).data[0, 0] == pytest.approx(math.cos(theta / 2))
    isa = isa_of(Op("rx", (0,), (theta,)), Op("delay", (0,), duration_s=30 * US), num_qubits=1)
    values = vector_values(plan(isa, noise_of(1, t1_s=100 * US, t2_s=100 * US), [{0: "Z"}]))
    kept = math.exp(-0.3)
    assert values[:, 0] == pytest.approx([math.cos(theta), kept * math.cos(theta) + 1 - kept])
