"""What several seeds find is costed once, and costs what it would cost alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from qiskit import QuantumCircuit

from hwcost.estimation import known_costs
from hwcost.estimation.candidates import compilation_on_target
from hwcost.estimation.conditions import prepare_conditions
from hwcost.estimation.costs import cost_candidate
from hwcost.estimation.known_costs import KEPT, KnownCosts, same_operations
from hwcost.estimation.logical import read_logical
from hwcost.estimation.options import EstimateRequest


def entangled(num_qubits, pairs):
    circuit = QuantumCircuit(num_qubits)
    for qubit in range(num_qubits):
        circuit.ry(0.3 + qubit, qubit)
    for a, b in pairs:
        circuit.cz(a, b)
    for qubit in range(num_qubits):
        circuit.ry(1.1 - 0.2 * qubit, qubit)
    return circuit


LINE = entangled(4, [(0, 1), (1, 2), (2, 3)])
ALL = entangled(4, [(a, b) for a in range(4) for b in range(a)])


def compilations(circuit, conditions, num_seeds=6):
    device = conditions.device
    for seed in range(num_seeds):
        made = device.compiler.compile(circuit, optimization_level=2, seed=seed)
        yield compilation_on_target(made.circuit, device, circuit.num_qubits, transpiled=made)


@pytest.fixture
def counted(monkeypatch):
    """How many compilations were costed."""
    seen = []

    def cost(compiled, *args, **options):
        seen.append(compiled)
        return cost_candidate(compiled, *args, **options)

    monkeypatch.setattr(known_costs, "cost_candidate", cost)
    return seen


@pytest.mark.parametrize("circuit", [LINE, ALL])
@pytest.mark.parametrize("observable", [None, "ZIIX"])
def test_each_costs_what_it_costs_alone(circuit, observable, counted):
    measured = circuit if observable else circuit.measure_all(inplace=False)
    conditions = prepare_conditions("fake_torino", EstimateRequest(observable=observable))
    logical = read_logical(measured, observable=observable)
    costs = KnownCosts(conditions, plan=logical.plan)
    made = list(compilations(logical.circuit, conditions))
    for compiled in made:
        found, alone = costs.cost(compiled), cost_candidate(compiled, conditions, plan=logical.plan)
        assert found == alone
        assert found.compiled is compiled
    assert len(counted) < len(made)
    assert (len(counted) == 1) is (circuit is LINE)


def test_the_same_operations_with_other_ends_are_costed_anew(counted):
    """An observable is one of the circuit's qubits: which physical ones these end on is part of the cost."""
    logical = read_logical(LINE, observable="ZIIX")
    conditions = prepare_conditions("fake_torino", EstimateRequest(observable="ZIIX"))
    (compiled,) = compilations(logical.circuit, conditions, num_seeds=1)
    turned = compiled.circuit.copy()
    layout = turned.layout
    placed = layout.initial_layout.copy()
    first, last = (bit for bit, number in layout.input_qubit_mapping.items() if number in (0, 3))
    placed.swap(placed[first], placed[last])
    turned._layout = replace(layout, initial_layout=placed)
    costs = KnownCosts(conditions, plan=logical.plan)
    one, other = costs.cost(compiled), costs.cost(replace(compiled, circuit=turned))
    assert len(counted) == 2
    assert one.shots != other.shots


def test_only_the_last_ones_are_kept(counted):
    conditions = prepare_conditions("fake_torino", EstimateRequest())
    logical = read_logical(LINE.measure_all(inplace=False))
    (compiled,) = compilations(logical.circuit, conditions, num_seeds=1)
    costs = KnownCosts(conditions)
    for number in range(KEPT + 1):
        costs.cost(replace(compiled, num_logical_qubits=4 + number))
    assert len(counted) == KEPT + 1
    costs.cost(replace(compiled, num_logical_qubits=5))
    assert len(counted) == KEPT + 1
    costs.cost(compiled)
    assert len(counted) == KEPT + 2


def test_the_level_at_which_qubits_are_not_chosen_is_another_kind():
    conditions = prepare_conditions("fake_torino", EstimateRequest())
    (compiled,) = compilations(LINE, conditions, num_seeds=1)
    assert same_operations(compiled, replace(compiled, level=3))
    assert not same_operations(compiled, replace(compiled, level=0))
    assert not same_operations(compiled, replace(compiled, isa=replace(compiled.isa, num_clbits=9)))
