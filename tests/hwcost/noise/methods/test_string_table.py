"""Signed sums of Pauli strings in a table: by hand, against the vector of all strings, and what truncation drops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcost.isa.schedule import schedule_alap
from hwcost.noise.methods.pauli_vector import vector_values
from hwcost.noise.methods.signed_plan import plan_signed
from hwcost.noise.methods.string_table import MAP_WORK, StringTable
from hwcost.noise.observables import NoisyCircuit, track_observables
from hwcost.noise.transfer import transfer_matrices
from noisy_circuits import Op, bound_ops, isa_of, noise_of, noises, with_clbits

X, Y, Z = 1, 2, 3
INPUT = np.array([[1.0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [1.0, 0, 0, 0]])  # |0⟩: I and Z are 1


def both(matrix):
    """A map that noise does not change."""
    return np.stack([matrix, matrix])


def rotation(name, angle, num_qubits=1):
    return both(transfer_matrices([(name, (angle,))], num_qubits)[0])


def test_a_sum_begins_as_the_identity():
    assert StringTable(3, 2, most=10).totals().tolist() == [[1, 1, 1], [1, 1, 1]]


def test_a_rotation_splits_what_anticommutes_and_the_input_counts_i_and_z():
    # rx(θ)† Z rx(θ) = cos θ Z + sin θ Y.
    table = StringTable(1, 1, most=10)
    table.multiply(0, 0, Z)
    table.apply([0], rotation("rx", 0.3))
    assert len(table) == 2
    table.apply([0], both(INPUT))
    assert table.totals()[:, 0] == pytest.approx(math.cos(0.3))
    table = StringTable(1, 1, most=10)
    table.multiply(0, 0, X)
    table.apply([0], rotation("rx", 0.3))
    assert len(table) == 1


def test_noise_has_coefficients_of_its_own():
    table = StringTable(1, 1, most=10)
    table.multiply(0, 0, Z)
    table.apply([0], np.stack([np.eye(4), np.diag([1.0, 0.9, 0.9, 0.8])]))
    assert table.totals()[:, 0].tolist() == [1.0, 0.8]


def test_paths_with_opposite_signs_cancel():
    # rx(θ) and then rx(−θ) is nothing at all: Y is gone again.
    table = StringTable(1, 1, most=10)
    table.multiply(0, 0, Z)
    table.apply([0], rotation("rx", 0.3))
    table.apply([0], rotation("rx", -0.3))
    assert len(table) == 1
    assert table.totals()[:, 0] == pytest.approx(1.0)


def test_sums_do_not_mix():
    table = StringTable(2, 2, most=10)
    table.multiply(0, 0, Z)
    table.multiply(1, 1, X)
    table.apply([0], rotation("rx", 0.3))
    table.apply([0], both(INPUT))
    table.apply([1], both(INPUT))
    assert table.totals()[0] == pytest.approx([math.cos(0.3), 0.0])


def test_the_largest_strings_stay_and_the_dropped_weight_is_counted():
    # Z of qubit 0 splits into cos 0.3 Z + sin 0.3 Y, of which one may stay: sin² 0.3 is dropped.
    table = StringTable(1, 1, most=1)
    table.multiply(0, 0, Z)
    table.apply([0], rotation("rx", 0.3))
    assert len(table) == 1
    assert table.dropped[0] == pytest.approx(math.sin(0.3) ** 2)
    table.apply([0], both(INPUT))
    assert table.totals()[:, 0] == pytest.approx(math.cos(0.3))


def test_strings_count_in_each_sum_by_itself():
    table = StringTable(2, 2, most=1)
    for row in (0, 1):
        table.multiply(row, row, Z)
    for qubit in (0, 1):
        table.apply([qubit], rotation("rx", 0.3))
    assert len(table) == 2
    assert table.dropped == pytest.approx([math.sin(0.3) ** 2] * 2)


def test_what_is_large_with_noise_only_is_kept_too():
    # Relaxation makes I of Z, where without noise there is none: most of the noisy value.
    table = StringTable(1, 1, most=2)
    table.multiply(0, 0, Z)
    shifted = np.eye(4)
    shifted[3] = [0.9, 0, 0, 0.1]
    table.apply([0], np.stack([np.eye(4), shifted]))
    table.apply([0], rotation("rx", 0.2))
    assert table.totals()[1, 0] == pytest.approx(0.9 + 0.1 * math.cos(0.2))


def test_work_is_strings_and_maps():
    table = StringTable(1, 2, most=10)
    table.multiply(0, 0, Z)
    table.apply([0], rotation("rx", 0.3))
    table.apply([0], rotation("rz", 0.3))
    assert table.work == 2 * MAP_WORK + 1 + 2


def table_values(plan, most=10**6):
    table = StringTable(plan.num_observables, plan.num_qubits, most)
    for row, qubit, code in plan.starts:
        table.multiply(row, qubit, code)
    for node in plan.nodes:
        table.apply(node.qubits, node.matrices)
        for row, code in node.starts:
            table.multiply(row, node.qubits[0], code)
    return table


@settings(max_examples=60, deadline=None)
@given(bound_ops(4), noises(4), st.data())
def test_without_truncation_it_is_the_vector_of_all_strings(ops, noise, data):
    isa = isa_of(*with_clbits(ops), num_qubits=4)
    letters = st.dictionaries(st.integers(0, 3), st.sampled_from("XYZ"), max_size=4)
    observables = data.draw(st.none() | st.lists(letters, min_size=1, max_size=5))
    circuit = NoisyCircuit(isa, schedule_alap(isa), noise)
    plan = plan_signed(circuit, track_observables(isa, noise, observables))
    table = table_values(plan)
    assert table.totals() == pytest.approx(vector_values(plan), abs=1e-8)
    assert table.dropped.tolist() == [0.0] * plan.num_observables
    # Truncated, nothing is larger than it may be, and what is dropped is a part of 1.
    short = table_values(plan, most=3)
    assert len(short) <= 3 * plan.num_observables
    assert np.all((short.dropped >= 0.0) & (short.dropped <= 1 + 1e-9))


def test_strings_longer_than_a_word_are_told_apart():
    """40 qubits and 3 sums need two words of 64 bits; the answer is that of the few qubits that matter."""
    ops = []
    for layer in range(2):
        ops += [Op("rx", (q,), (0.3 + 0.01 * q,), error=0.01) for q in range(40)]
        ops += [Op("rzz", (q, q + 1), (0.4,), error=0.02) for q in range(layer % 2, 39, 2)]
    ops += [Op("rx", (q,), (0.7,), error=0.01) for q in range(40)]
    isa, noise = isa_of(*ops, num_qubits=40), noise_of(40)
    observables = [{5: "Z"}, {30: "Z", 31: "Z"}, {38: "Y", 39: "X"}]
    plan = plan_signed(NoisyCircuit(isa, schedule_alap(isa), noise), track_observables(isa, noise, observables))
    assert plan.num_qubits < 20
    wide = plan_signed(
        NoisyCircuit(isa, schedule_alap(isa), noise),
        track_observables(isa, noise, [*observables, dict.fromkeys(range(40), "Z")]),
    )
    assert wide.num_qubits == 40
    table = table_values(wide, most=3000)
    for row in range(3):
        assert table.totals()[:, row] == pytest.approx(vector_values(plan.part([row]))[:, 0], abs=1e-8)
