"""`hwcost.specs` of QNodes: counts against PennyLane's own resources, costs against the circuit written by hand."""

from __future__ import annotations

import pytest

qml = pytest.importorskip("pennylane")

from qiskit import QuantumCircuit  # noqa: E402

import hwcost  # noqa: E402

DEVICE = qml.device("default.qubit", wires=2)
OPTIONS = {"num_seeds": 1, "shots": 500}


@qml.qnode(DEVICE)
def commuting(x, w, *, twice=False):
    qml.RY(x, wires=0)
    qml.RX(w, wires=1)
    qml.CNOT(wires=[0, 1])
    if twice:
        qml.CNOT(wires=[1, 0])
    return qml.expval(qml.PauliZ(0)), qml.expval(qml.PauliZ(1))


@qml.qnode(DEVICE)
def two_bases(x):
    qml.RY(x, wires=0)
    qml.CNOT(wires=[0, 1])
    return qml.expval(qml.PauliX(0)), qml.expval(qml.PauliZ(0))


def by_hand(x, w):
    circuit = QuantumCircuit(2)
    circuit.ry(x, 0)
    circuit.rx(w, 1)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


def test_one_circuit_costs_what_the_circuit_written_by_hand_costs():
    cost = hwcost.specs(commuting, "fake_manila", **OPTIONS)(0.3, 0.7)
    # The angles of a QNode's call are any: λ is the average over them.
    expected = hwcost.estimate(by_hand(0.3, 0.7), "fake_manila", attenuation="mean-field", **OPTIONS)
    assert isinstance(cost, hwcost.CostEstimate)
    assert cost.gates.num_2q == expected.gates.num_2q == qml.specs(commuting)(0.3, 0.7)["resources"].gate_sizes[2]
    assert cost.time.circuit_duration_s == expected.time.circuit_duration_s
    assert cost.shots.needed == expected.shots.needed


def test_arguments_go_to_the_qnode_by_name_too():
    function = hwcost.specs(commuting, "fake_manila", **OPTIONS)
    assert function(0.3, w=0.7).time == function(0.3, 0.7).time
    assert function(0.3, 0.7, twice=True).gates.num_2q == 2 > function(0.3, 0.7).gates.num_2q
    assert function.__name__ == "commuting"


def test_observables_that_do_not_commute_are_costed_together():
    cost = hwcost.specs(two_bases, "fake_manila", **OPTIONS)(x=0.3)
    assert isinstance(cost, hwcost.ModelCost)
    tapes, _ = qml.transforms.split_non_commuting(qml.workflow.construct_tape(two_bases)(0.3))
    assert len(cost.estimates) == cost.quantum.num_circuits == len(tapes) == 2
    assert all(each.shots.requested == 500 for each in cost.estimates)


def test_an_option_without_meaning_for_several_circuits_is_named():
    function = hwcost.specs(two_bases, "fake_manila", task="sampling")
    with pytest.raises(hwcost.OptionError, match="it is 2 circuits; for these, specs has no option 'task'"):
        function(0.3)


def test_refusals_come_before_the_first_call():
    with pytest.raises(hwcost.OptionError, match="specs takes a PennyLane QNode, not a QuantumCircuit; use estimate"):
        hwcost.specs(by_hand(0.1, 0.2), "fake_manila")
    with pytest.raises(hwcost.OptionError, match="specs has no option 'observable'"):
        hwcost.specs(commuting, "fake_manila", observable="ZZ")
    with pytest.raises(hwcost.OptionError, match="shots is -1"):
        hwcost.specs(commuting, "fake_manila", shots=-1)


def test_arguments_that_do_not_fit_are_refused():
    with pytest.raises(hwcost.OptionError):
        hwcost.specs(commuting, "fake_manila")(0.3)
