"""The hash of a circuit's content changes with the content and with nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from math import pi

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import (
    AnnotatedOperation,
    ClassicalRegister,
    Gate,
    Parameter,
    PowerModifier,
    QuantumRegister,
)
from qiskit.circuit.classical import expr
from qiskit.circuit.library import (
    PauliEvolutionGate,
    UnitaryGate,
    XGate,
)
from qiskit.quantum_info import Clifford, SparsePauliOp, random_unitary

from hwcost.circuits.digest import content_sha256
from hwcost.core.errors import CircuitError
from nested_circuits import custom, doublings, measured


def rich_circuit(angle_name: str = "θ", name: str = "rich") -> QuantumCircuit:
    """One of everything that a hash has to read."""
    angle, other = Parameter(angle_name), Parameter("φ")
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(3, "c"), name=name, global_phase=0.25)
    inner = QuantumCircuit(2, name="inner")
    inner.cx(0, 1)
    circuit.rx(angle, 0)
    circuit.rz(angle * other + 2 * other - pi, 1)
    circuit.append(inner.to_gate(), [1, 2])
    circuit.append(UnitaryGate(random_unitary(2, seed=3)), [0])
    circuit.append(PauliEvolutionGate(SparsePauliOp(["XX", "ZI"]), 0.3), [0, 1])
    circuit.append(Clifford.from_label("H"), [0])
    circuit.delay(100, 2, "ns")
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.x(1)
    with otherwise:
        circuit.y(1)
    with circuit.if_test(expr.logic_and(circuit.clbits[0], expr.logic_not(circuit.clbits[1]))):
        circuit.x(1)
    with circuit.if_test(expr.less(circuit.cregs[0], 5)):
        circuit.x(1)
    with circuit.for_loop((0, 3, 5)):
        circuit.h(2)
    with circuit.switch(circuit.cregs[0]) as case:
        with case(0, 2):
            circuit.z(2)
        with case(case.DEFAULT):
            circuit.s(2)
    return circuit


class TestContentHash:
    def test_is_64_hexadecimal_digits(self):
        assert len(bytes.fromhex(content_sha256(measured()))) == 32

    def test_does_not_depend_on_names_metadata_or_identity_of_parameters(self):
        one, two = rich_circuit(), rich_circuit(name="other")
        two.metadata = {"author": "somebody"}
        assert content_sha256(one) == content_sha256(two)

    def test_does_not_depend_on_the_process(self):
        program = "import test_digest as t; print(t.content_sha256(t.rich_circuit()))"
        path = os.pathsep.join([os.path.dirname(__file__), *sys.path])
        found = {
            subprocess.run(
                [sys.executable, "-c", program],
                env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed},
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            ).stdout.strip()
            for seed in ("1", "2")
        }
        assert found == {content_sha256(rich_circuit())}

    def test_a_copy_of_a_circuit_has_the_same_hash(self):
        circuit = rich_circuit()
        assert content_sha256(circuit.copy()) == content_sha256(circuit)

    @pytest.mark.parametrize(
        "change",
        [
            lambda c: c.x(0),
            lambda c: c.rx(0.5, 0),
            lambda c: c.rx(0.5000000001, 0),
            lambda c: c.cx(0, 1),
            lambda c: c.cx(1, 0),
            lambda c: c.rx(Parameter("a"), 0),
            lambda c: c.rx(Parameter("b"), 0),
            lambda c: c.delay(10, 0, "ns"),
            lambda c: c.delay(10, 0, "dt"),
            lambda c: c.measure(0, 1),
            lambda c: c.measure(1, 0),
            lambda c: c.barrier(0),
            lambda c: c.append(custom("g", measured(1, "x").remove_final_measurements(inplace=False)), [0]),
            lambda c: c.append(custom("g", QuantumCircuit(1)), [0]),
            lambda c: c.append(Gate("g", 1, []), [0]),
            lambda c: c.append(UnitaryGate(random_unitary(2, seed=1)), [0]),
            lambda c: c.append(UnitaryGate(random_unitary(2, seed=2)), [0]),
            lambda c: c.append(PauliEvolutionGate(SparsePauliOp(["XX"]), 0.3), [0, 1]),
            lambda c: c.append(PauliEvolutionGate(SparsePauliOp(["XY"]), 0.3), [0, 1]),
            lambda c: c.append(PauliEvolutionGate(SparsePauliOp(["XY"]), 0.4), [0, 1]),
            lambda c: c.append(Clifford.from_label("H"), [0]),
            lambda c: c.append(Clifford.from_label("S"), [0]),
            lambda c: c.append(AnnotatedOperation(XGate(), PowerModifier(2)), [0]),
            lambda c: c.append(AnnotatedOperation(XGate(), PowerModifier(3)), [0]),
            lambda c: c.if_test((0, 1), QuantumCircuit(1), [0], []),
            lambda c: c.if_test((0, 0), QuantumCircuit(1), [0], []),
            lambda c: c.if_test((1, 1), QuantumCircuit(1), [0], []),
            lambda c: c.if_test((c.cregs[0], 1), QuantumCircuit(1), [0], []),
            lambda c: c.if_test(expr.less(c.cregs[0], 2), QuantumCircuit(1), [0], []),
            lambda c: c.if_test(expr.less(c.cregs[0], 3), QuantumCircuit(1), [0], []),
            lambda c: c.if_test(expr.greater(c.cregs[0], 3), QuantumCircuit(1), [0], []),
            lambda c: c.for_loop(range(3), None, QuantumCircuit(1), [0], []),
            lambda c: c.for_loop(range(4), None, QuantumCircuit(1), [0], []),
            lambda c: setattr(c, "global_phase", 1.0),
        ],
    )
    def test_every_change_of_content_changes_it(self, change):
        changed = measured()
        change(changed)
        found = content_sha256(changed)
        assert found != content_sha256(measured())
        seen = self.__class__.seen
        assert seen.setdefault(found, change) is change, "two different changes have the same hash"

    seen: dict[str, object] = {}  # noqa: RUF012

    def test_a_definition_used_often_is_hashed_once(self):
        start = time.perf_counter()
        content_sha256(doublings(40))
        assert time.perf_counter() - start < 0.5

    def test_a_definition_without_end_is_refused(self):
        body = QuantumCircuit(1)
        gate = custom("endless", body)
        body.append(gate, [0], copy=False)
        with pytest.raises(CircuitError, match="200 levels"):
            content_sha256(body)
