"""IBM's AI passes as a compiler. They need a package that pins networkx, and models that no test fetches: what can be
tried without them is what a user without them meets. With both, a circuit is compiled and checked."""

from __future__ import annotations

import sys
import types
from importlib import util

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit.library import CXGate, RGate
from qiskit.transpiler import CouplingMap, Target

import hwcost
from hwcost.comparison import qiskit_ai
from hwcost.comparison.compilers import resolve_compiler
from hwcost.comparison.qiskit_ai import QiskitAiCompiler
from hwcost.core.errors import MissingDependencyError

_HAS_PACKAGE = util.find_spec("qiskit_ibm_transpiler") is not None


def _is_ready() -> bool:
    try:
        QiskitAiCompiler()
    except MissingDependencyError:
        return False
    return True


@pytest.mark.skipif(_HAS_PACKAGE, reason="qiskit-ibm-transpiler is installed")
def test_without_the_package_one_line_says_what_to_install():
    with pytest.raises(MissingDependencyError, match=r"pip install 'hwcost\[qiskit-ai\]'") as refused:
        resolve_compiler("qiskit-ai")
    assert "\n" not in str(refused.value)


def test_another_version_of_the_package_is_refused(monkeypatch):
    """Before 0.18 the models were in another package and there was no such module."""
    package = types.ModuleType("qiskit_ibm_transpiler")
    package.__spec__ = util.spec_from_loader("qiskit_ibm_transpiler", loader=None)
    monkeypatch.setitem(sys.modules, "qiskit_ibm_transpiler", package)
    monkeypatch.delitem(sys.modules, "qiskit_ibm_transpiler.model_bootstrap", raising=False)
    with pytest.raises(MissingDependencyError, match=r"cannot be used \(.*\); version 0\.18 or later is needed"):
        resolve_compiler("qiskit-ai")


def test_gates_that_qiskit_knows_are_the_basis():
    assert set(qiskit_ai._basis(hwcost.target("fake_sherbrooke"))) >= {"ecr", "rz", "sx", "x"}
    alone = Target(num_qubits=1)
    alone.add_instruction(RGate(0.1, 0.2), {(0,): None})
    assert qiskit_ai._basis(alone) == ["u", "cx"]
    pair = Target.from_configuration(["u", "cx"], 2, CouplingMap([(0, 1)]))
    assert pair.operation_from_name("cx") == CXGate()
    assert set(qiskit_ai._basis(pair)) == {"u", "cx"}


def test_measurements_are_taken_off():
    circuit = QuantumCircuit(2, 2, global_phase=0.3)
    circuit.h(1)
    circuit.barrier()
    circuit.measure(1, 0)
    gates = qiskit_ai._gates_alone(circuit)
    assert (gates.count_ops(), gates.global_phase, gates.num_clbits) == ({"h": 1}, 0.3, 0)


@pytest.mark.skipif(not _is_ready(), reason="qiskit-ibm-transpiler or its models are not here")
def test_a_circuit_is_compiled_and_checked():
    ghz = QuantumCircuit(4)
    ghz.h(0)
    for target in (1, 2, 3):
        ghz.cx(0, target)
    ghz.measure_all()
    found = hwcost.compare(ghz, "fake_torino", compilers="qiskit-ai", num_seeds=1, num_workers=1, cache=False)
    assert found.failures == ()
    assert found.cells[0].cost.equivalence.startswith("equal")
    assert "qiskit-ibm-transpiler" in found.versions
