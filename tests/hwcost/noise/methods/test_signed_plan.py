"""The plan of signed Pauli strings: maps by hand, the light cone of some observables, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcost.core.errors import CircuitError
from hwcost.isa.schedule import schedule_alap
from hwcost.noise.methods.pauli_vector import vector_values
from hwcost.noise.methods.signed_plan import plan_signed, relaxation_matrices
from hwcost.noise.observables import NoisyCircuit, track_observables
from noisy_circuits import US, Op, bound_ops, isa_of, noise_of, noises, with_clbits

QUIET = noise_of(3)


def plan(isa, noise=QUIET, observables=None):
    return plan_signed(NoisyCircuit(isa, schedule_alap(isa), noise), track_observables(isa, noise, observables))


def test_relaxation_shifts_z_towards_the_ground_state():
    # 10 µs at T1 100 µs and T2 50 µs: X and Y keep e^-0.2, Z becomes e^-0.1·Z + (1 − e^-0.1)·I.
    x, z = math.exp(-0.2), math.exp(-0.1)
    expected = [[1, 0, 0, 0], [0, x, 0, 0], [0, 0, x, 0], [1 - z, 0, 0, z]]
    assert relaxation_matrices(np.array(10 * US), np.array([1e4, 2e4])) == pytest.approx(np.array(expected))
    without = relaxation_matrices(np.array(10 * US), np.array([1e4, 2e4]), shift=False)
    assert without == pytest.approx(np.diag([1, x, x, z]))


def test_a_qubit_by_hand():
    # Z of rx(θ)|0⟩ is cos θ. An error of 0.1 leaves 1 − 0.2 of it; then a wait of 10 µs at T1 100 µs.
    isa = isa_of(Op("rx", (0,), (0.3,), error=0.1), Op("delay", (0,), duration_s=10 * US), measure=[0], num_qubits=1)
    made = plan(isa, noise_of(1, t1_s=100 * US, t2_s=50 * US))
    assert (made.num_qubits, made.num_observables, made.starts) == (1, 1, ())
    measurement, wanted = made.nodes
    assert (measurement.qubits, measurement.starts) == ((0,), ((0, 3),))
    ideal, noisy = wanted.matrices
    # The input |0⟩ is in it: what is left is a number, the value of Z.
    assert ideal[3] == pytest.approx([math.cos(0.3), 0, 0, 0])
    z = math.exp(-0.1)
    assert noisy[3] == pytest.approx([z * 0.8 * math.cos(0.3) + 1 - z, 0, 0, 0])


def test_signs_of_a_two_qubit_gate():
    # cx† (Y⊗Y) cx = −X⊗Z and cx† (I⊗Z) cx = Z⊗Z; a wait of both makes a node of its own before and after.
    made = plan(isa_of(Op("h", (0,)), Op("cx", (0, 1)), Op("cx", (0, 1)), num_qubits=2), observables=[{0: "Y", 1: "Y"}])
    last = made.nodes[0].matrices[0]
    assert last[4 * 2 + 2, 4 * 1 + 3] == -1.0
    assert last[3, 4 * 3 + 3] == 1.0
    assert np.count_nonzero(last[4 * 2 + 2]) == 1


def test_a_measurement_on_the_way_keeps_z_and_a_reset_nothing():
    isa = isa_of(Op("h", (0,)), Op("measure", (0,), clbit=0), Op("h", (0,)), num_qubits=1)
    assert vector_values(plan(isa, noise_of(1), [{0: "X"}])).tolist() == [[0.0], [0.0]]
    kept = isa_of(Op("x", (0,)), Op("measure", (0,), clbit=0), Op("x", (0,)), num_qubits=1)
    assert vector_values(plan(kept, noise_of(1), [{0: "Z"}])) == pytest.approx(1.0)
    reset = isa_of(Op("x", (0,), error=0.2), Op("reset", (0,)), Op("x", (0,), error=0.1), num_qubits=1)
    assert vector_values(plan(reset, noise_of(1), [{0: "Z"}]))[:, 0] == pytest.approx([-1.0, -0.8])


def test_a_part_is_the_light_cone_of_its_observables():
    isa = isa_of(Op("cx", (0, 1)), Op("cx", (1, 2)), Op("cx", (2, 3)), num_qubits=5)
    made = plan(isa, noise_of(5), [{0: "Z"}, {3: "Z"}, {4: "X"}])
    assert made.num_qubits == 5
    assert [sum(len(node.qubits) == 2 for node in made.part([row]).nodes) for row in range(3)] == [1, 3, 0]
    assert [made.part([row]).num_qubits for row in range(3)] == [2, 4, 1]
    assert made.part([2]).starts == ((0, 0, 1),)
    assert made.part([]).nodes == ()


@settings(max_examples=40, deadline=None)
@given(bound_ops(3), noises(3), st.data())
def test_a_part_has_the_values_of_the_whole(ops, noise, data):
    isa = isa_of(*with_clbits(ops), num_qubits=3)
    letters = st.dictionaries(st.integers(0, 2), st.sampled_from("XYZ"), max_size=3)
    observables = data.draw(st.lists(letters, min_size=1, max_size=4))
    rows = data.draw(st.permutations(range(len(observables))))[: data.draw(st.integers(1, len(observables)))]
    made = plan(isa, noise, observables)
    assert vector_values(made.part(rows)) == pytest.approx(vector_values(made)[:, rows], abs=1e-12)


def test_free_angles_and_branches_are_refused():
    with pytest.raises(CircuitError, match="an angle of rz is free.*use the attenuation method 'mean-field'"):
        plan(isa_of(Op("h", (0,)), Op("rz", (0,), (None,)), measure=[0]))
    # Outside the light cone of what is measured it does not matter.
    plan(isa_of(Op("x", (0,)), Op("rz", (1,), (None,)), measure=[0]))
    with pytest.raises(CircuitError, match="branches on measured values"):
        plan(replace(isa_of(Op("x", (0,)), measure=[0]), has_branches=True))


def test_gates_that_are_not_known_are_refused():
    with pytest.raises(CircuitError, match="has no known unitary"):
        plan(isa_of(Op("magic", (0,)), measure=[0]))
    with pytest.raises(CircuitError, match="acts on 3 qubits"):
        plan(isa_of(Op("ccx", (0, 1, 2)), measure=[0]))
