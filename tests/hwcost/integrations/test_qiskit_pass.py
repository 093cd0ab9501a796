"""`HardwareCost` in Qiskit's own pass managers, against the circuit that the manager returns, read by hand."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit
from qiskit.transpiler import PassManager, generate_preset_pass_manager
from qiskit.transpiler.layout import TranspileLayout
from qiskit_ibm_runtime.fake_provider import FakeManilaV2

import hwcost

BACKEND = FakeManilaV2()


def ghz(num_qubits=3, measured=True):
    circuit = QuantumCircuit(num_qubits, name="ghz")
    circuit.h(0)
    for qubit in range(num_qubits - 1):
        circuit.cx(0, qubit + 1)  # a star, which a line of qubits has to route
    if measured:
        circuit.measure_all()
    return circuit


def manager_with(cost, level=1, seed=3):
    manager = generate_preset_pass_manager(level, BACKEND, seed_transpiler=seed)
    manager.post_scheduling = PassManager([cost])
    return manager


def longest_path_s(isa):
    """Length of one shot, straight from the Target of Qiskit."""
    ready = dict.fromkeys(range(isa.num_qubits), 0.0)
    for instruction in isa.data:
        qubits = tuple(isa.find_bit(qubit).index for qubit in instruction.qubits)
        properties = None if instruction.name == "barrier" else BACKEND.target[instruction.name][qubits]
        end = max(ready[qubit] for qubit in qubits) + (0.0 if properties is None else properties.duration)
        ready |= dict.fromkeys(qubits, end)
    return max(ready.values())


@pytest.mark.parametrize("level", [1, 3])
def test_the_estimate_is_that_of_the_circuit_that_the_manager_returns(level):
    manager = manager_with(hwcost.HardwareCost("fake_manila", shots=1000), level)
    isa = manager.run(ghz(4))
    cost = manager.property_set["hwcost"]
    assert cost.gates.num_2q == isa.count_ops()["cx"] >= 3
    assert cost.time.circuit_duration_s == pytest.approx(longest_path_s(isa), rel=1e-9)
    assert cost.shots.requested == 1000
    alone = hwcost.estimate(isa, "fake_manila", transpile=False, shots=1000)
    assert (cost.time, cost.noise, cost.shots) == (alone.time, alone.noise, alone.shots)


def test_the_circuit_is_not_changed():
    isa = generate_preset_pass_manager(1, BACKEND, seed_transpiler=3).run(ghz())
    assert PassManager([hwcost.HardwareCost("fake_manila")]).run(isa) == isa


def test_a_backend_object_costs_the_same_as_its_name():
    isa = generate_preset_pass_manager(1, BACKEND, seed_transpiler=0).run(ghz())
    seconds = []
    for backend in (BACKEND, "fake_manila"):
        manager = PassManager([hwcost.HardwareCost(backend)])
        manager.run(isa)
        seconds.append(manager.property_set["hwcost"].time.qpu_time_s)
    assert seconds[0] == seconds[1] > 0


@pytest.mark.skipif(not hasattr(TranspileLayout, "from_property_set"), reason="this Qiskit does not tell the layout")
def test_an_observable_is_on_the_qubits_before_compilation():
    cost = hwcost.HardwareCost("fake_manila", observable="XXX")
    manager = manager_with(cost, level=3)
    isa = manager.run(ghz(measured=False))
    found = manager.property_set["hwcost"]
    alone = hwcost.estimate(isa, "fake_manila", transpile=False, observable="XXX")
    assert (found.shots, found.time) == (alone.shots, alone.time)


def test_before_the_layout_it_is_refused():
    with pytest.raises(hwcost.CircuitError, match=r"ghz: has 3 qubits and no layout on the 5 of fake_manila; put Hard"):
        PassManager([hwcost.HardwareCost("fake_manila")]).run(ghz())


def test_even_where_the_circuit_happens_to_be_native():
    circuit = QuantumCircuit(2, 1)
    circuit.cx(0, 1)
    circuit.measure(1, 0)
    with pytest.raises(hwcost.CircuitError, match="no layout"):
        PassManager([hwcost.HardwareCost("fake_manila")]).run(circuit)


@pytest.mark.parametrize("stage", ["post_init", "post_layout", "pre_translation"])
def test_between_the_stages_it_is_refused(stage):
    manager = generate_preset_pass_manager(1, BACKEND, seed_transpiler=0)
    setattr(manager, stage, PassManager([hwcost.HardwareCost("fake_manila")]))
    with pytest.raises(hwcost.CircuitError, match="put HardwareCost behind the passes that compile for"):
        manager.run(ghz())


@pytest.mark.parametrize("options", [{"seed": 1}, {"transpile": True}, {"optimization_level": 3}, {"shot": 5}])
def test_options_of_compilation_and_unknown_ones_are_refused_at_once(options):
    with pytest.raises(hwcost.OptionError, match=rf"HardwareCost has no option '{next(iter(options))}'"):
        hwcost.HardwareCost("fake_manila", **options)


def test_a_bad_value_and_an_unknown_backend_are_refused_at_once():
    with pytest.raises(hwcost.OptionError, match="shots is 0"):
        hwcost.HardwareCost("fake_manila", shots=0)
    with pytest.raises(hwcost.UnknownBackendError):
        hwcost.HardwareCost("fake_manilla")


def test_a_budget_is_that_of_estimate():
    manager = manager_with(hwcost.HardwareCost("fake_manila", budget="10min"))
    isa = manager.run(ghz())
    alone = hwcost.estimate(isa, "fake_manila", transpile=False, budget=600)
    assert manager.property_set["hwcost"].budget == alone.budget is not None
