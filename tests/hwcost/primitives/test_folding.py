"""Folded circuits: by hand, and against a circuit whose gates are really repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit

from hwcost.estimation.candidates import compilation_as_given
from hwcost.isa.read import read_isa
from hwcost.isa.schedule import longest_path
from hwcost.primitives.folding import folded, repetitions
from primitive_jobs import conditions


@pytest.mark.parametrize(
    ("gates", "factor", "amplifier", "expected"),
    [
        (3, 1.0, "gate_folding", [1, 1, 1]),
        (3, 3.0, "gate_folding", [3, 3, 3]),
        (2, 5.0, "gate_folding", [5, 5]),
        (4, 2.0, "gate_folding_front", [3, 3, 1, 1]),
        (4, 2.0, "gate_folding_back", [1, 1, 3, 3]),
        (4, 2.0, "gate_folding", [3, 1, 3, 1]),
        (4, 4.0, "gate_folding_front", [5, 5, 3, 3]),
        (3, 1.01, "gate_folding_front", [3, 1, 1]),  # at least one
        (0, 3.0, "gate_folding", []),
        (0, 2.0, "gate_folding", []),
    ],
)
def test_repetitions_by_hand(gates, factor, amplifier, expected):
    assert repetitions(gates, factor, amplifier) == expected


@given(
    st.integers(1, 60),
    st.floats(1.0, 9.0),
    st.sampled_from(["gate_folding", "gate_folding_front", "gate_folding_back"]),
)
def test_repetitions_are_odd_and_meet_the_factor(gates, factor, amplifier):
    times = repetitions(gates, factor, amplifier)
    assert all(number % 2 for number in times)
    assert max(times) - min(times) <= 2
    assert abs(sum(times) / gates - factor) <= 2.0 / gates + 1e-6


def chain(times):
    circuit = QuantumCircuit(3)
    circuit.sx(0)
    for gate, number in zip([(0, 1), (1, 2), (0, 1)], times, strict=True):
        for _ in range(number):
            circuit.cx(*gate)
    return circuit


@pytest.mark.parametrize("factor", [1.0, 2.0, 3.0, 4.4])
@pytest.mark.parametrize("amplifier", ["gate_folding_front", "gate_folding_back"])
def test_duration_is_that_of_a_circuit_with_repeated_gates(factor, amplifier):
    table = conditions().device.audited
    isa, added = folded(read_isa(chain([1, 1, 1]), table), factor, amplifier)
    times = repetitions(3, factor, amplifier)
    assert longest_path(isa)[0] == pytest.approx(longest_path(read_isa(chain(times), table))[0], rel=1e-12)
    assert added == sum(times) - 3


def test_twirled_repetitions_have_gates_between_them():
    isa = compilation_as_given(chain([1, 1, 1]), conditions().device).isa
    plain, _ = folded(isa, 3.0, "gate_folding")
    twirled, _ = folded(isa, 3.0, "gate_folding", twirl_s={0: 1e-6, 1: 2e-6, 2: 5e-6})
    more = longest_path(twirled)[0] - longest_path(plain)[0]
    assert more == pytest.approx(2 * (2e-6 + 5e-6 + 2e-6), rel=1e-9)


def test_other_gates_stay_as_they_are():
    isa = compilation_as_given(chain([0, 0, 0]), conditions().device).isa
    assert folded(isa, 5.0, "gate_folding") == (isa, 0)
