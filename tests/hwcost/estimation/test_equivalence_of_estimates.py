"""An estimate says whether its compiled circuit is proved to do what the circuit does."""

from __future__ import annotations

import dataclasses

import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter

import hwcost
from hwcost.backend.compiler import Compiler
from hwcost.backend.equivalence import MAX_QUBITS, MAX_WORK, EquivalenceCheck
from hwcost.core.errors import CircuitError
from hwcost.estimation.conditions import prepare_conditions
from hwcost.estimation.estimate import estimate_under
from hwcost.estimation.options import EstimateRequest
from hwcost.report.formats import formatted


def measured(num_qubits: int) -> QuantumCircuit:
    circuit = QuantumCircuit(num_qubits, name="chain")
    circuit.h(0)
    for qubit in range(num_qubits - 1):
        circuit.cx(qubit, qubit + 1)
    circuit.measure_all()
    return circuit


@pytest.fixture(scope="module")
def device():
    return hwcost.prepare_device("fake_torino")


def test_a_small_circuit_is_proved(device):
    cost = hwcost.estimate(measured(4), device, num_seeds=1)
    plain = cost.to_dict()["transpile"]["equivalence"]
    assert plain == {"proved": True, "method": "random product state", "reason": None}
    assert "not proved" not in formatted([cost], "text")


def test_free_parameters_are_proved_with_random_values(device):
    circuit = QuantumCircuit(2)
    circuit.ry(Parameter("a") * Parameter("b"), 0)
    circuit.cx(0, 1)
    circuit.rz(Parameter("c"), 1)
    circuit.ry(Parameter("d"), 1)
    circuit.measure_all()
    assert hwcost.estimate(circuit, device, num_seeds=1).transpile.equivalence.proved


def test_what_holds_only_from_zero_says_so():
    circuit, isa = QuantumCircuit(2), QuantumCircuit(2)
    circuit.cx(0, 1)
    isa.id(0)
    found = EquivalenceCheck(circuit).prove(isa)
    assert (found.proved, found.method) == (True, "zero state")


def test_a_measurement_in_the_middle_is_followed(device):
    circuit = QuantumCircuit(2, 3)
    circuit.h(0)
    circuit.measure(0, 0)
    circuit.ry(0.3, 0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [1, 2])
    assert hwcost.estimate(circuit, device, num_seeds=1).transpile.equivalence.proved


def test_what_is_not_proved_says_why_in_text_and_json(device, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("hwcost.backend.qcec.qcec_version", lambda: None)
        wide = hwcost.estimate(measured(MAX_QUBITS + 1), device, num_seeds=1)
    reason = (
        f"{MAX_QUBITS + 1} qubits in use, at most {MAX_QUBITS} are simulated; "
        "`pip install 'hwcost[bench]'` brings mqt.qcec, which proves it for many larger ones"
    )
    assert wide.to_dict()["transpile"]["equivalence"] == {"proved": False, "method": None, "reason": reason}
    text = " ".join(formatted([wide], "text").split())
    assert f"same as the circuit not proved {reason[:60]}" in text


def test_control_flow_is_not_proved(device):
    flow = QuantumCircuit(QuantumRegister(2), ClassicalRegister(2))
    flow.h(0)
    flow.measure(0, 0)
    with flow.if_test((flow.clbits[0], 1)):
        flow.x(1)
    with flow.for_loop(range(2), loop_parameter=(step := Parameter("step"))):
        flow.rx(step, 1)
    flow.measure(1, 1)
    found = hwcost.estimate(flow, device, num_seeds=1).transpile.equivalence
    assert not found.proved
    assert found.reason.startswith("it has control flow (")


def test_many_outcomes_on_the_way_are_not_proved(device):
    circuit = QuantumCircuit(1, 8)
    for clbit in range(8):
        circuit.h(0)
        circuit.measure(0, clbit)
    assert "outcomes" in hwcost.estimate(circuit, device, num_seeds=1).transpile.equivalence.reason


def test_work_is_bounded_before_definitions_are_asked_for():
    circuit = QuantumCircuit(10)
    circuit.h(range(10))
    circuit.initialize([1] + [0] * 1023)  # its definition would take seconds
    isa = QuantumCircuit(10)
    isa.h(range(10))
    check = EquivalenceCheck(circuit)
    assert "changes of amplitudes" in check.prove(isa, max_work=2**16).reason
    assert circuit.data[-1].operation._definition is None
    assert MAX_WORK > 2**16


def test_a_circuit_as_given_has_nothing_to_prove(device):
    isa = hwcost.estimate(measured(2), device, num_seeds=1).isa_circuit
    assert hwcost.estimate(isa, device, transpile=False).to_dict()["transpile"]["equivalence"] is None


def test_a_compiler_that_changes_the_circuit_is_an_error(device, monkeypatch):
    compile_right = Compiler.compile

    def compile_wrong(self, circuit, **options):
        transpiled = compile_right(self, circuit, **options)
        wrong = transpiled.circuit.copy_empty_like()
        for instruction in transpiled.circuit.data:
            if instruction.name != "cz":
                wrong.append(instruction)
        return dataclasses.replace(transpiled, circuit=wrong)

    monkeypatch.setattr(Compiler, "compile", compile_wrong)
    with pytest.raises(CircuitError, match=r"chain: the compiled circuit does something else: .*try another"):
        hwcost.estimate(measured(2), device, num_seeds=1)


def test_parts_of_models_are_not_proved(device):
    conditions = prepare_conditions(device, EstimateRequest(num_seeds=1))
    assert estimate_under(conditions, measured(2)).transpile.equivalence is None
