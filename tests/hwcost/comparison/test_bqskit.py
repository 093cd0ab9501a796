"""BQSKit as a compiler: what it returns is native, coupled and does the same; what it cannot read is said."""

from __future__ import annotations

from importlib import metadata

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import ClassicalRegister, Parameter
from qiskit.circuit.random import random_circuit

import hwcost
from hwcost.backend.equivalence import check_equivalence
from hwcost.comparison.compilers import resolve_compiler
from hwcost.core.errors import CircuitError, MissingDependencyError
from make import small_calibration


@pytest.fixture(scope="module")
def bqskit():
    pytest.importorskip("bqskit")
    return resolve_compiler("bqskit")


@pytest.mark.parametrize(("gate", "seed"), [("cx", 0), ("cz", 1), ("ecr", 2)])
def test_it_is_native_coupled_and_equivalent(bqskit, gate, seed):
    device = hwcost.prepare_device(small_calibration(5, two_qubit_gate=gate, both_directions=gate != "ecr"))
    circuit = random_circuit(4, 2, max_operands=2, measure=seed % 2 == 0, seed=seed)
    isa = bqskit(circuit, device.target, 0)
    assert check_equivalence(circuit, isa) in ("equal", "equal from zero")
    native = {(i.name, tuple(isa.find_bit(q).index for q in i.qubits)) for i in isa.data if i.name != "barrier"}
    assert all(device.target.instruction_supported(name, qubits) for name, qubits in native)


def test_routing_registers_and_the_same_seed(bqskit):
    circuit = QuantumCircuit(4)
    circuit.add_register(ClassicalRegister(1, "unused"), ClassicalRegister(4, "out"))
    circuit.ry(0.3, range(4))
    for one in range(4):
        for two in range(one):
            circuit.cx(one, two)
    circuit.measure([0, 1, 2], [3, 1, 2])
    device = hwcost.prepare_device(small_calibration(5))
    isa = bqskit(circuit, device.target, 7)
    assert [register.name for register in isa.cregs] == ["unused", "out"]
    assert check_equivalence(circuit, isa) in ("equal", "equal from zero")
    assert isa == bqskit(circuit, device.target, 7)


def test_in_a_comparison(bqskit):
    circuit = QuantumCircuit(3, name="ghz")
    circuit.h(0)
    circuit.cx(0, [1, 2])
    circuit.measure_all()
    found = hwcost.compare(circuit, small_calibration(4), compilers=["bqskit"], num_seeds=1, cache=False, num_workers=2)
    costs = {cell.compiler: cell.cost for cell in found.cells}
    assert costs["bqskit"].num_2q >= 2
    assert costs["bqskit"].equivalence == "equal"
    assert found.versions["bqskit"] == metadata.version("bqskit")
    assert f"bqskit is bqskit {metadata.version('bqskit')}, " in found.notes[0]


def test_what_it_cannot_read(bqskit):
    target = hwcost.prepare_device(small_calibration(3)).target
    loop, free, again = QuantumCircuit(2, 1), QuantumCircuit(2), QuantumCircuit(2, 1)
    with loop.for_loop(range(3)):
        loop.x(0)
    free.rx(Parameter("a"), 0)
    again.measure(0, 0)
    again.x(0)
    for circuit, message in (
        (loop, "it has 'for_loop', which is not a gate"),
        (free, "free parameters, and the circuit has 1; bind them"),
        (again, "a qubit that is used after its measurement"),
    ):
        with pytest.raises(CircuitError, match=message):
            bqskit(circuit, target, 0)


def test_it_is_an_extra(monkeypatch):
    monkeypatch.setattr("hwcost.comparison.bqskit.util.find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"hwcost\[bqskit\]"):
        resolve_compiler("bqskit")
