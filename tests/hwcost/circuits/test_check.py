"""`check_circuit` and `content_sha256`: what cannot be costed, what its user should know, which circuits are equal."""

from __future__ import annotations

from math import nan

import pytest
from qiskit import QuantumCircuit, qasm2
from qiskit.circuit import (
    Gate,
    Instruction,
    Parameter,
    ParameterVector,
)
from qiskit.circuit.classical import expr, types
from qiskit.circuit.library import (
    Initialize,
)

from hwcost.circuits.check import check_circuit
from hwcost.circuits.limits import MAX_DELAY_DT
from nested_circuits import custom, measured, refusal


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
