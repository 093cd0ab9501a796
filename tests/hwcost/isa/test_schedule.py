"""Longest path and ALAP schedule: hand-worked, against Qiskit's own numbers, and against brute force."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit

from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.schedule import longest_path, schedule_alap, sum_of_durations
from round_table import NS, read


def test_longest_path_of_a_hand_worked_circuit():
    # q0: sx 10, cx 100 (0,1), measure 1000      q1: (waits) cx, sx 10, measure 1000
    # The path is sx + cx + sx + measure = 10 + 100 + 10 + 1000 = 1120 ns, 1000 of them readout.
    circuit = QuantumCircuit(2, 2)
    circuit.sx(0)
    circuit.cx(0, 1)
    circuit.sx(1)
    circuit.measure([0, 1], [0, 1])
    duration_s, readout_s = longest_path(read(circuit))
    assert duration_s == pytest.approx(1120 * NS)
    assert readout_s == pytest.approx(1000 * NS)
    # All durations: 10 + 100 + 10 + 2 · 1000.
    assert sum_of_durations(read(circuit)) == pytest.approx(2120 * NS)


def test_alap_moves_an_operation_to_just_before_it_is_needed():
    # q1's sx is needed only by the cx that ends at 110 ns, so it starts at 0 only if it must: 100 ns of cx on (0, 2)
    # keep q0 busy first. ALAP puts q1's sx at 100 − 10 = 90 ns.
    circuit = QuantumCircuit(3)
    circuit.sx(1)
    circuit.cx(0, 2)
    circuit.cx(0, 1)
    schedule = schedule_alap(read(circuit))
    assert schedule.duration_s == pytest.approx(200 * NS)
    assert list(schedule.starts_s) == pytest.approx([90 * NS, 0.0, 100 * NS])
    # Nothing waits: q1 has not started before 90 ns, and waiting in the initial state costs nothing.
    assert [w for waits in schedule.idle_before_s for w in waits] == [0.0, 0.0, 0.0, 0.0, 0.0]


def test_waiting_between_two_operations_is_idle_time():
    # q1: cx with q0 (0..100), then waits for q0–q2's cx (100..200), then cx with q0 again (200..300): 100 ns idle.
    circuit = QuantumCircuit(3)
    circuit.cx(0, 1)
    circuit.cx(0, 2)
    circuit.cx(0, 1)
    schedule = schedule_alap(read(circuit))
    assert schedule.idle_before_s[2] == pytest.approx((0.0, 100 * NS))


def test_an_explicit_delay_is_idle_time_but_not_before_the_first_gate():
    circuit = QuantumCircuit(2)
    circuit.delay(500, 0, unit="ns")
    circuit.sx(0)
    circuit.delay(0.3, 0, unit="us")
    circuit.sx(0)
    circuit.delay(70, 1, unit="dt")
    schedule = schedule_alap(read(circuit))
    assert schedule.duration_s == pytest.approx(820 * NS)
    assert schedule.idle_before_s[1] == (0.0,)
    assert schedule.idle_before_s[3] == pytest.approx((300 * NS,))
    assert sum_of_durations(read(circuit)) == pytest.approx(20 * NS)


def test_a_barrier_synchronises_and_takes_no_time():
    circuit = QuantumCircuit(2)
    circuit.sx(0)
    circuit.barrier()
    circuit.sx(1)
    assert longest_path(read(circuit))[0] == pytest.approx(20 * NS)


def test_classical_bits_order_measurements_as_in_qiskit():
    # Both measurements write the same bit, so they cannot overlap: 2000 ns.
    circuit = QuantumCircuit(2, 1)
    circuit.measure(0, 0)
    circuit.measure(1, 0)
    assert longest_path(read(circuit))[0] == pytest.approx(2000 * NS)


@st.composite
def native_circuits(draw):
    width = draw(st.integers(1, 5))
    circuit = QuantumCircuit(width, width)
    for _ in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from(["sx", "rz", "cx", "barrier", "delay", "measure"]))
        qubit = draw(st.integers(0, width - 1))
        if kind == "sx":
            circuit.sx(qubit)
        elif kind == "rz":
            circuit.rz(0.3, qubit)
        elif kind == "delay":
            circuit.delay(draw(st.integers(1, 300)), qubit, unit="ns")
        elif kind == "measure":
            circuit.measure(qubit, draw(st.integers(0, width - 1)))
        elif kind == "barrier":
            circuit.barrier()
        elif width > 1:
            other = draw(st.integers(0, width - 2))
            pair = (qubit, other + (other >= qubit))
            if set(pair) != {2, 3}:
                circuit.cx(*pair)
    return circuit


def wires_of(isa: IsaCircuit, index: int) -> set[tuple[str, int]]:
    return {("q", q) for q in isa.qubits[index]} | {("c", c) for c in isa.clbits[index]}


@settings(max_examples=60, deadline=None)
@given(native_circuits())
def test_alap_is_a_valid_schedule_that_no_operation_can_leave_later(circuit):
    isa = read(circuit)
    schedule = schedule_alap(isa)
    ends = [start + duration for start, duration in zip(schedule.starts_s, isa.durations_s, strict=True)]
    assert all(start >= -1e-15 for start in schedule.starts_s)
    assert max(ends, default=0.0) <= schedule.duration_s + 1e-15
    for i in range(len(isa)):
        followers = [j for j in range(i + 1, len(isa)) if wires_of(isa, i) & wires_of(isa, j)]
        latest_end = min((schedule.starts_s[j] for j in followers), default=schedule.duration_s)
        assert ends[i] == pytest.approx(latest_end, abs=1e-15)


@settings(max_examples=60, deadline=None)
@given(native_circuits())
def test_longest_path_equals_brute_force_over_all_paths(circuit):
    isa = read(circuit)
    best = [0.0] * len(isa)
    for i in range(len(isa)):
        before = [best[j] for j in range(i) if wires_of(isa, i) & wires_of(isa, j)]
        best[i] = max(before, default=0.0) + isa.durations_s[i]
    assert longest_path(isa)[0] == pytest.approx(max(best, default=0.0), abs=1e-18)


@settings(max_examples=40, deadline=None)
@given(native_circuits())
def test_busy_and_idle_time_of_a_qubit_fill_the_time_from_its_first_operation_to_its_last(circuit):
    isa = read(circuit)
    schedule = schedule_alap(isa)
    for qubit in range(circuit.num_qubits):
        mine = [i for i in range(len(isa)) if qubit in isa.qubits[i] and isa.kinds[i] < Kind.DELAY]
        if not mine:
            continue
        span = schedule.starts_s[mine[-1]] + isa.durations_s[mine[-1]] - schedule.starts_s[mine[0]]
        busy = math.fsum(isa.durations_s[i] for i in mine)
        idle = math.fsum(schedule.idle_before_s[i][isa.qubits[i].index(qubit)] for i in mine)
        assert span == pytest.approx(busy + idle, abs=1e-14)
