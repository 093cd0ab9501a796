"""`check_circuit` and `content_sha256`: what cannot be costed, what its user should know, which circuits are equal."""

from __future__ import annotations

import time
from math import nan

import pytest
from qiskit import QuantumCircuit, qasm2
from qiskit.circuit import (
    AnnotatedOperation,
    ForLoopOp,
    Gate,
    IfElseOp,
    Instruction,
    Parameter,
    ParameterVector,
    PowerModifier,
    SwitchCaseOp,
)
from qiskit.circuit.classical import expr, types
from qiskit.circuit.library import (
    Initialize,
    LinearFunction,
    MCXGate,
    PauliEvolutionGate,
    PermutationGate,
    QFTGate,
    UnitaryGate,
    XGate,
)
from qiskit.quantum_info import Clifford, SparsePauliOp, random_unitary
from qiskit.synthesis import LieTrotter

from hwcost.circuits.check import MAX_DELAY_DT, MAX_INSTRUCTIONS, MAX_NESTED_BLOCKS, check_circuit
from hwcost.core.errors import CircuitError
from hwcost.estimation.estimate import estimate
from nested_circuits import custom, doublings, measured


def refusal(circuit: object) -> str:
    with pytest.raises(CircuitError) as caught:
        check_circuit(circuit)
    message = str(caught.value)
    assert message.isprintable()
    return message


def doublings_in_qasm2(levels: int) -> QuantumCircuit:
    definitions = ["gate g0 a { h a; }", *(f"gate g{n} a {{ g{n - 1} a; g{n - 1} a; }}" for n in range(1, levels + 1))]
    text = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[1];' + "\n".join(definitions) + f"g{levels} q[0];"
    return qasm2.loads(text, include_path=())


def blocks(kind: str, levels: int) -> QuantumCircuit:
    """A gate in as many blocks."""
    body = QuantumCircuit(1, 1)
    body.x(0)
    for _ in range(levels):
        outer = QuantumCircuit(1, 1)
        operation = {
            "if": lambda: IfElseOp((outer.clbits[0], 1), body),  # noqa: B023
            "for": lambda: ForLoopOp(range(1), None, body),  # noqa: B023
            "switch": lambda: SwitchCaseOp(outer.clbits[0], [(0, body)]),  # noqa: B023
        }[kind]()
        outer.append(operation, [0], [0])
        body = outer
    body.measure(0, 0)
    return body


class TestNothingToEstimate:
    def test_no_circuit_at_all(self):
        assert "a str is not a circuit" in refusal("bell.qpy")

    def test_no_qubits(self):
        assert "0 qubits: nothing to estimate" in refusal(QuantumCircuit(0, 3))

    def test_no_operations(self):
        assert "no operations: nothing to estimate" in refusal(QuantumCircuit(3))

    def test_only_barriers(self):
        circuit = QuantumCircuit(3, name="fence")
        circuit.barrier()
        assert "circuit 'fence' has only barriers: nothing to estimate" in refusal(circuit)

    def test_a_measurement_alone_is_something(self):
        circuit = QuantumCircuit(1, 1)
        circuit.measure(0, 0)
        assert check_circuit(circuit) == ()


class TestControlFlow:
    def test_bounded_constructs_are_accepted(self):
        circuit = measured()
        with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
            circuit.x(0)
        with otherwise:
            circuit.y(0)
        with circuit.for_loop(range(3)):
            circuit.z(0)
            with circuit.if_test((0, 1)):
                circuit.break_loop()
        with circuit.switch(circuit.clbits[1]) as case, case(0):
            circuit.h(1)
        assert check_circuit(circuit) == ()

    def test_a_while_loop_is_refused_and_placed(self):
        circuit = measured()
        with circuit.while_loop((circuit.clbits[0], 1)):
            circuit.x(0)
        message = refusal(circuit)
        assert "instruction 3: a while_loop has no bounded length" in message
        assert "if_else, for_loop, switch_case" in message

    def test_a_while_loop_within_a_branch_is_found(self):
        circuit = measured()
        with circuit.if_test((0, 1)), circuit.while_loop((1, 1)):
            circuit.x(0)
        assert "instruction 3 (if_else): a while_loop" in refusal(circuit)

    def test_a_box_is_refused(self):
        circuit = measured()
        with circuit.box():
            circuit.x(0)
        assert "instruction 3: a box is not supported" in refusal(circuit)

    def test_classical_variables_are_refused(self):
        circuit = measured()
        circuit.add_var("flag", expr.lift(True))
        assert "1 classical variable: its course is unknown" in refusal(circuit)

    def test_a_store_is_refused(self):
        inner = QuantumCircuit(1, 1)
        inner.x(0)
        circuit = measured()
        circuit.store(circuit.clbits[0], True)
        assert "instruction 3: store writes a classical variable" in refusal(circuit)

    def test_an_input_variable_is_refused(self):
        circuit = measured()
        circuit.add_input("flag", types.Bool())
        assert "classical variable" in refusal(circuit)

    def test_a_loop_counts_as_often_as_it_runs(self):
        circuit = measured()
        with circuit.for_loop(range(1_000_000)), circuit.for_loop(range(3)):
            circuit.x(0)
        assert "expands to 3,000,003 instructions" in refusal(circuit)

    def test_a_loop_without_iterations_costs_nothing(self):
        circuit = QuantumCircuit(1)
        with circuit.for_loop(range(0)):
            circuit.x(0)
        assert "nothing to estimate" in refusal(circuit)

    def test_the_variable_of_a_loop_is_not_an_unbound_parameter(self):
        circuit = measured()
        step = Parameter("step")
        body = QuantumCircuit(1)
        body.rx(step, 0)
        circuit.for_loop(range(3), step, body, [0], [])
        assert check_circuit(circuit) == ()


class TestUnknownParts:
    def test_an_opaque_gate_is_named(self):
        circuit = measured()
        circuit.append(Gate("mystery", 2, [0.1]), [0, 1])
        assert "instruction 3: 'mystery' is opaque" in refusal(circuit)

    def test_an_opaque_gate_inside_a_definition_is_named(self):
        inner = QuantumCircuit(1)
        inner.append(Gate("mystery", 1, []), [0])
        circuit = measured()
        circuit.append(custom("known", inner), [0])
        assert "instruction 3, inside gate 'known': 'mystery' is opaque" in refusal(circuit)

    def test_an_opaque_gate_of_qasm2_is_named(self):
        circuit = qasm2.loads("OPENQASM 2.0; opaque magic a; qreg q[1]; magic q[0];", include_path=())
        assert "'magic' is opaque" in refusal(circuit)

    def test_an_instruction_for_a_simulator_is_named(self):
        circuit = measured()
        circuit.append(Instruction("save_statevector", 2, 0, []), [0, 1])
        message = refusal(circuit)
        assert "'save_statevector' is opaque" in message
        assert "remove it" in message

    def test_a_custom_gate_with_a_standard_name_is_judged_by_its_definition(self):
        circuit = measured()
        circuit.append(Gate("h", 1, []), [0])
        assert "'h' is opaque" in refusal(circuit)

    @pytest.mark.parametrize("value", [nan, float("inf")])
    def test_an_angle_that_is_no_number_is_refused(self, value):
        circuit = measured()
        circuit.rx(value, 0)
        assert f"instruction 3: rx has the parameter {value}" in refusal(circuit)

    def test_a_delay_with_a_free_parameter_is_refused(self):
        circuit = measured()
        circuit.delay(Parameter("wait"), 0, "ns")
        assert "instruction 3: a delay of wait ns has no known length; bind its parameter" in refusal(circuit)

    def test_a_delay_of_known_length_is_accepted(self):
        circuit = measured()
        circuit.delay(100, 0, "ns")
        circuit.delay(Parameter("wait"), 1, "us")
        assert check_circuit(circuit.assign_parameters([1.5])) == ()

    @pytest.mark.skipif(not hasattr(QuantumCircuit, "add_stretch"), reason="no stretch in this Qiskit")
    @pytest.mark.parametrize(
        ("length", "unit"), [(1e300, "s"), (86_401, "s"), (1e20, "ns"), (1e9, "ms"), (MAX_DELAY_DT * 10, "dt")]
    )
    def test_a_delay_of_more_than_a_day_is_refused(self, length, unit):
        circuit = measured()
        circuit.delay(length, 0, unit)
        assert "is outside 0 to " in refusal(circuit)

    def test_a_delay_that_stretches_is_refused(self):
        circuit = measured()
        circuit.delay(circuit.add_stretch("gap"), 0)
        assert refusal(circuit)

    def test_a_definition_that_fails_is_a_refusal(self):
        class Broken(Gate):
            def _define(self):
                raise IndexError("no\nsuch row")

        circuit = measured()
        circuit.append(Broken("broken", 1, []), [0])
        assert "'broken' cannot be expanded (IndexError: no such row)" in refusal(circuit)

    def test_a_definition_that_contains_itself_is_a_refusal(self):
        body = QuantumCircuit(1)
        gate = custom("endless", body)
        body.append(gate, [0], copy=False)
        assert "nested more than 200 levels" in refusal(body)


class TestSize:
    @pytest.mark.parametrize("build", [doublings, doublings_in_qasm2])
    def test_forty_doublings_are_counted_without_expanding_them(self, build):
        circuit = build(40)
        start = time.perf_counter()
        message = refusal(circuit)
        assert time.perf_counter() - start < 0.5  # measured 2-10 ms
        assert f"expands to {2**40:,} instructions, at most {MAX_INSTRUCTIONS:,}" in message

    @pytest.mark.parametrize("build", [doublings, doublings_in_qasm2])
    def test_ten_doublings_are_accepted(self, build):
        assert len(check_circuit(build(10))) == 1

    def test_a_count_beyond_words_is_given_as_a_power(self):
        assert "expands to about 10^57 instructions" in refusal(doublings(190))

    def test_a_chain_of_definitions_deeper_than_the_stack_is_refused(self):
        assert "nested more than 200 levels deep" in refusal(doublings_in_qasm2(1500))

    def test_gates_of_one_name_from_two_files_are_not_confused(self):
        def program(body: str) -> QuantumCircuit:
            return qasm2.loads(f'include "qelib1.inc"; gate same a {{ {body} }} qreg q[1]; same q[0];', include_path=())

        small, large = program("h a;"), program("h a;" * 1500)
        both = small.compose(large)
        with both.for_loop(range(2000)):
            both.append(large.data[0].operation, [0])
        assert "expands to 3,001,501 instructions" in refusal(both)

    def test_too_many_qubits(self):
        circuit = QuantumCircuit(10_001)
        circuit.h(0)
        assert "10,001 qubits, at most 10,000" in refusal(circuit)

    @pytest.mark.parametrize("kind", ["standard", "measure", "custom", "parameter"])
    def test_sixty_thousand_gates_are_checked_quickly(self, kind):
        circuit = QuantumCircuit(20, 20)
        pair = QuantumCircuit(2, name="pair")
        pair.cx(0, 1)
        pair = pair.to_gate()
        angle = Parameter("angle")
        for number in range(30_000):
            qubit = number % 20
            if kind == "standard":
                circuit.ry(0.1 * number, qubit)
            elif kind == "parameter":
                circuit.ry(angle, qubit)
            elif kind == "custom":
                circuit.append(pair, [0, 1])
            else:
                circuit.measure(qubit, qubit)
            circuit.cx(qubit, (qubit + 1) % 20)
        start = time.perf_counter()
        check_circuit(circuit)
        # Measured 0.03-0.1 s; the bound leaves room for a loaded machine.
        assert time.perf_counter() - start < 1.0

    def test_barriers_count(self):
        circuit = measured()
        with circuit.for_loop(range(100_000)):
            circuit.barrier()
            circuit.barrier()
        assert "expands to 400,003 calls of gates, barriers and instructions" in refusal(circuit)

    def test_a_loop_beyond_64_bits_is_refused(self):
        circuit = measured()
        circuit.append(ForLoopOp(range(-(2**62), 2**62), None, QuantumCircuit(1)), [0])
        assert "expands to about 10^18" in refusal(circuit)

    @pytest.mark.parametrize("kind", ["if", "for", "switch"])
    def test_control_flow_may_be_nested_40_levels_deep(self, kind):
        assert check_circuit(blocks(kind, MAX_NESTED_BLOCKS)) == ()
        message = refusal(blocks(kind, MAX_NESTED_BLOCKS + 1))
        assert "control flow is nested more than 40 levels deep; join the conditions" in message

    @pytest.mark.parametrize("kind", ["if", "for", "switch"])
    @pytest.mark.parametrize("level", [0, 3])
    def test_such_a_circuit_is_compiled(self, kind, level):
        cost = estimate(blocks(kind, MAX_NESTED_BLOCKS), "fake_manila", num_seeds=1, optimization_level=level)
        assert cost.time.circuit_duration_s > 0.0


class TestLibrary:
    """Gates that the transpiler synthesises are accepted, and their definitions are never built here."""

    @pytest.mark.parametrize(
        "build",
        [
            lambda: MCXGate(5),
            lambda: QFTGate(4),
            lambda: PermutationGate([2, 0, 1]),
            lambda: LinearFunction([[1, 1], [0, 1]]),
            lambda: UnitaryGate(random_unitary(4, seed=1)),
            lambda: PauliEvolutionGate(SparsePauliOp(["XX", "ZI"]), 0.3),
            lambda: Clifford.from_label("H"),
            lambda: XGate().control(3, ctrl_state=2),
            lambda: AnnotatedOperation(XGate(), PowerModifier(3)),
        ],
    )
    @pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of Qiskit 2.0, when it builds an MCXGate
    def test_is_accepted(self, build):
        gate = build()
        circuit = measured(8)
        circuit.append(gate, range(gate.num_qubits))
        assert check_circuit(circuit) == ()

    def test_a_huge_number_of_trotter_steps_is_refused_at_once(self):
        circuit = measured()
        evolution = PauliEvolutionGate(SparsePauliOp(["XX", "ZI"]), 0.3, synthesis=LieTrotter(reps=10**9))
        circuit.append(evolution, [0, 1])
        assert "instructions, at most" in refusal(circuit)

    def test_a_huge_power_is_refused_at_once(self):
        circuit = measured()
        circuit.append(AnnotatedOperation(XGate(), PowerModifier(10**9)), [0])
        assert "expands to 1,000,000,003 instructions" in refusal(circuit)

    def test_a_large_unitary_is_refused_without_synthesising_it(self):
        circuit = QuantumCircuit(11)
        gate = UnitaryGate(random_unitary(2, seed=1))
        gate.num_qubits = 11
        circuit.append(gate, range(11))
        assert f"expands to {4**11:,} instructions" in refusal(circuit)

    def test_the_waiting_gate_of_old_qasm2_is_counted(self):
        text = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[1]; u0(1000000000) q[0];'
        circuit = qasm2.loads(text, include_path=(), custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
        assert "expands to 1,000,000,000 instructions" in refusal(circuit)


class TestWarnings:
    def test_unbound_parameters_are_counted(self):
        circuit = measured()
        for angle in ParameterVector("w", 5):
            circuit.rx(angle, 0)
        (warning,) = check_circuit(circuit)
        assert warning.startswith("5 unbound parameters (w[0], w[1], w[2], …): gate counts of bound circuits differ")

    def test_a_missing_measurement_is_stated(self):
        circuit = QuantumCircuit(1)
        circuit.h(0)
        (warning,) = check_circuit(circuit)
        assert warning.startswith("no measurement: duration and ESP are without readout; --measure-all adds one")

    def test_a_measurement_inside_a_definition_or_a_branch_counts(self):
        inner = QuantumCircuit(1, 1, name="read")
        inner.measure(0, 0)
        circuit = QuantumCircuit(1, 1)
        circuit.append(inner.to_instruction(), [0], [0])
        assert check_circuit(circuit) == ()

    def test_resets_are_stated(self):
        circuit = measured()
        circuit.reset(0)
        circuit.append(Initialize([0, 1]), [1])
        (warning,) = check_circuit(circuit)
        assert warning.startswith("2 resets")

    def test_a_warning_is_one_printable_line(self):
        circuit = QuantumCircuit(1)
        circuit.rx(Parameter("a\n\x1b[31m"), 0)
        assert all(warning.isprintable() for warning in check_circuit(circuit))
