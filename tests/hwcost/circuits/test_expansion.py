"""`expanded_size`: what a circuit expands to is counted before anything is expanded."""

from __future__ import annotations

import time

import pytest
from qiskit import QuantumCircuit, qasm2
from qiskit.circuit import (
    ForLoopOp,
    Parameter,
)

from hwcost.circuits.check import check_circuit
from hwcost.circuits.expansion import expanded_size
from hwcost.circuits.limits import MAX_INSTRUCTIONS, MAX_NESTED_BLOCKS
from hwcost.estimation.estimate import estimate
from nested_circuits import blocks, doublings, doublings_in_qasm2, measured, refusal


class TestSize:
    def test_a_block_of_control_flow_counts_as_ten_steps(self):
        def branches(number: int) -> QuantumCircuit:
            circuit = QuantumCircuit(1, 1)
            for _ in range(number):
                with circuit.if_test((circuit.clbits[0], 1)):
                    circuit.x(0)
            return circuit

        assert check_circuit(branches(30))
        assert expanded_size(branches(30)).num_steps == 30 * 12
        assert expanded_size(branches(30)).num_instructions == 30
        loop = QuantumCircuit(1, 1)
        loop.append(ForLoopOp(range(1000), None, branches(30)), [0], [0])
        assert expanded_size(loop).num_steps == 1000 * (30 * 12 + 1) + 10
        assert "expands to 361,010 steps" in refusal(loop)

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
        assert "expands to 400,013 steps (calls of gates, barriers; 10 for a block)" in refusal(circuit)

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
