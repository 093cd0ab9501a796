"""Cells of one circuit on one device: what was checked is not checked again."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter

from hwcost.backend.equivalence import EquivalenceCheck
from hwcost.comparison.compilers import QiskitCompiler
from hwcost.comparison.work import KnownCells, evaluate
from hwcost.core.errors import CircuitError
from hwcost.estimation.conditions import prepare_conditions
from hwcost.estimation.known_costs import KnownCosts
from hwcost.estimation.options import EstimateRequest


class CountedCheck(EquivalenceCheck):
    """Counts how often it is asked."""

    asked = 0

    def verdict(self, isa, **options):
        self.asked += 1
        return super().verdict(isa, **options)


@pytest.fixture(scope="module")
def conditions():
    return prepare_conditions("fake_torino", EstimateRequest())


def line(angle):
    circuit = QuantumCircuit(3)
    circuit.ry(angle, 0)
    circuit.cz(0, 1)
    circuit.ry(0.4, 1)
    circuit.cz(1, 2)
    circuit.ry(0.5, 2)
    circuit.measure_all()
    return circuit


def cells(circuit, conditions, compiler, seeds):
    check = CountedCheck(circuit)
    known = KnownCells(KnownCosts(conditions, may_be_empty=True), check)
    target = conditions.device.target
    return [evaluate(circuit, known, target, compiler, seed) for seed in seeds], check.asked


def test_seeds_that_find_the_same_are_checked_once_and_cost_the_same(conditions):
    circuit, compiler = line(0.3), QiskitCompiler(optimization_level=2)
    together, asked = cells(circuit, conditions, compiler, range(4))
    assert asked == 1
    assert together == [cells(circuit, conditions, compiler, [seed])[0][0] for seed in range(4)]
    assert {cell.equivalence for cell in together} == {"equal"}


def test_free_parameters_are_checked_each_time(conditions):
    found, asked = cells(line(Parameter("t")), conditions, QiskitCompiler(optimization_level=2), range(3))
    assert asked == len(found) == 3


def test_what_a_compiler_of_ones_own_returns_is_checked_each_time(conditions):
    circuit = line(0.3)

    def compiler(given, target, seed):
        made = conditions.device.compiler.compile(given, optimization_level=2, seed=0).circuit
        if seed == 2:  # the same gates at the same places, and another circuit in front of them
            made = conditions.device.compiler.compile(line(0.9), optimization_level=2, seed=0).circuit
        return made

    compiler.uses_seed = True
    _, asked = cells(circuit, conditions, compiler, range(2))
    assert asked == 2
    with pytest.raises(CircuitError, match="something else"):
        cells(circuit, conditions, compiler, [0, 2])
