"""Equivalence beyond simulation: what mqt.qcec proves, what it must not prove, and what is said where it does not."""

from __future__ import annotations

import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter

import hwcost
from hwcost.backend.equivalence import MAX_QUBITS, EquivalenceCheck, placement
from hwcost.backend.qcec import prove_with_qcec, qcec_version
from hwcost.backend.statevector import CannotSimulateError
from hwcost.core.errors import CircuitError
from hwcost.report.formats import formatted

NUM_QUBITS = MAX_QUBITS + 2
needs_qcec = pytest.mark.skipif(qcec_version() is None, reason="mqt.qcec is not installed")


def entangled(*, measure=True, name="wide"):
    circuit = QuantumCircuit(NUM_QUBITS, name=name)
    for qubit in range(NUM_QUBITS):
        circuit.ry(0.1 + 0.2 * qubit, qubit)
    for qubit in range(0, NUM_QUBITS - 3, 2):
        circuit.cx(qubit, qubit + 3)
        circuit.cx(qubit + 1, qubit + 2)
    circuit.rx(0.3, range(NUM_QUBITS))
    if measure:
        circuit.measure_all()
    return circuit


@pytest.fixture(scope="module")
def device():
    return hwcost.prepare_device("fake_torino")


def compiled(device, circuit, level=1):
    return device.compiler.compile(circuit, optimization_level=level, seed=1).circuit


def edited(isa, name, change):
    """A copy in which the first operation of that name is replaced by what `change` returns, or dropped."""
    result, done = isa.copy_empty_like(), False
    for instruction in isa.data:
        if instruction.name == name and not done:
            done = True
            if (instruction := change(instruction)) is None:
                continue
        result.append(instruction)
    assert done
    return result


@needs_qcec
@pytest.mark.parametrize("level", [1, 3])
def test_wide_circuits_are_proved(device, level):
    circuit = entangled()
    assert EquivalenceCheck(circuit).verdict(compiled(device, circuit, level)) == "equal by mqt.qcec"


@needs_qcec
def test_the_report_says_by_which_method(device):
    cost = hwcost.estimate(entangled(), device, num_seeds=1)
    assert cost.to_dict()["transpile"]["equivalence"] == {"proved": True, "method": "mqt.qcec", "reason": None}
    (line,) = [line for line in formatted([cost], "text").splitlines() if "same as the circuit" in line]
    assert line.split() == f"same as the circuit proved by mqt.qcec {qcec_version()}".split()


@needs_qcec
def test_a_final_permutation_of_routing_is_followed(device):
    circuit = entangled(measure=False)
    for qubit in range(4):
        circuit.cz(qubit, (qubit * 5 + 1) % NUM_QUBITS)
    circuit.rx(0.7, range(NUM_QUBITS))
    isa = compiled(device, circuit)
    assert isa.layout.final_layout is not None
    check = EquivalenceCheck(circuit)
    assert check.verdict(isa) == "equal by mqt.qcec"
    first, second = (isa.qubits[q] for q in isa.layout.initial_index_layout(filter_ancillas=True)[:2])
    isa._layout.final_layout.swap(isa._layout.final_layout[first], isa._layout.final_layout[second])
    assert check.verdict(isa) == "not checked"


@needs_qcec
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("cz", lambda instruction: None),
        ("sx", lambda instruction: None),
        ("rz", lambda i: i.replace(operation=type(i.operation)(i.operation.params[0] + 0.01))),
    ],
    ids=["a gate less", "a rotation less", "another angle"],
)
def test_a_changed_circuit_is_never_proved(device, name, change):
    circuit = entangled()
    isa = edited(compiled(device, circuit), name, change)
    found = EquivalenceCheck(circuit).prove(isa, time_limit_s=2.0)
    assert (found.proved, found.method) == (False, None)
    assert f"at most {MAX_QUBITS} are simulated; mqt.qcec " in found.reason


@needs_qcec
def test_measurements_into_the_wrong_bits_are_never_proved(device):
    circuit = entangled()
    isa = compiled(device, circuit)
    first, second = [k for k, each in enumerate(isa.data) if each.name == "measure"][:2]
    one, two = isa.data[first], isa.data[second]
    isa.data[first], isa.data[second] = one.replace(clbits=two.clbits), two.replace(clbits=one.clbits)
    assert EquivalenceCheck(circuit).verdict(isa) == "not checked"


@needs_qcec
def test_what_no_measurement_sees_does_not_count():
    circuit = QuantumCircuit(NUM_QUBITS, NUM_QUBITS)
    circuit.h(range(NUM_QUBITS))
    circuit.cx(0, 1)
    phase, seen = circuit.copy(), circuit.copy()
    phase.cz(0, 1)
    phase.s(1)
    seen.h(1)
    for each in (circuit, phase, seen):
        each.measure(range(NUM_QUBITS), range(NUM_QUBITS))
    check = EquivalenceCheck(circuit)
    assert (check.verdict(phase), check.verdict(seen)) == ("equal by mqt.qcec", "not checked")


@needs_qcec
@pytest.mark.parametrize("width", [3, NUM_QUBITS])
def test_a_partly_measured_circuit_is_not_proved_wrongly(width):
    circuit = QuantumCircuit(width, 1)
    circuit.h(range(width))
    circuit.cx(0, 1)
    changed, same = circuit.copy(), circuit.copy()
    changed.h(1)  # mqt.qcec 3.11 calls these two equal, if it is told of the measurement
    for each in (circuit, changed, same):
        each.measure(1, 0)
    places = range(width)
    prove_with_qcec(circuit, same, places, places)
    with pytest.raises(CannotSimulateError, match="does not find them equal"):
        prove_with_qcec(circuit, changed, places, places)


@needs_qcec
def test_free_parameters_get_the_same_values(device):
    circuit = entangled(measure=False)
    circuit.rz(Parameter("a"), 2)
    circuit.rx(Parameter("b"), 2)
    isa = compiled(device, circuit)
    check = EquivalenceCheck(circuit)
    assert check.verdict(isa) == "equal by mqt.qcec"
    a, b = sorted(isa.parameters, key=lambda parameter: parameter.name)
    swapped = isa.assign_parameters({a: Parameter("x"), b: Parameter("y")})
    with pytest.raises(CircuitError, match="a parameter 'x' that the circuit has not"):
        check.verdict(swapped)


@needs_qcec
def test_a_time_limit_ends_it(device):
    circuit = QuantumCircuit(NUM_QUBITS + 4)
    for _ in range(4):
        for qubit in range(circuit.num_qubits):
            circuit.u(0.3 + qubit, 0.7, 1.1 * qubit, qubit)
        for qubit in range(circuit.num_qubits):
            circuit.crx(0.37, qubit, (qubit + 5) % circuit.num_qubits)
    isa = compiled(device, circuit)
    with pytest.raises(CannotSimulateError, match=r"mqt.qcec gives no answer within 0\.2 s"):
        prove_with_qcec(circuit, isa, *placement(circuit.num_qubits, isa), time_limit_s=0.2)


def test_what_it_is_not_asked_about():
    reset, again, twice = (QuantumCircuit(NUM_QUBITS, 2) for _ in range(3))
    for each in (reset, again, twice):
        each.h(range(NUM_QUBITS))
    reset.reset(3)
    again.measure(0, 0)
    again.h(0)
    twice.measure(0, 0)
    twice.measure(1, 0)
    for circuit, what in (
        (reset, "'reset', which"),
        (again, "used after its measurement"),
        (twice, "measured into twice"),
    ):
        found = EquivalenceCheck(circuit).prove(circuit)
        assert not found.proved
        assert (what if qcec_version() else "hwcost[bench]") in found.reason


def test_control_flow_is_not_asked_about_at_any_width():
    flow = QuantumCircuit(QuantumRegister(NUM_QUBITS), ClassicalRegister(1))
    flow.h(range(NUM_QUBITS))
    flow.measure(0, 0)
    with flow.if_test((flow.clbits[0], 1)):
        flow.x(1)
    assert EquivalenceCheck(flow).prove(flow).reason.startswith("it has control flow (")


def test_without_it_the_reason_names_the_extra(monkeypatch):
    monkeypatch.setattr("hwcost.backend.qcec.qcec_version", lambda: None)
    circuit = entangled()
    reason = EquivalenceCheck(circuit).prove(circuit).reason
    assert reason.startswith(f"{NUM_QUBITS} qubits in use, at most {MAX_QUBITS} are simulated; ")
    assert "pip install 'hwcost[bench]'" in reason
