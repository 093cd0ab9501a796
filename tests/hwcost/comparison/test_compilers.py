"""Compilers: how they are named and resolved, and what each built-in one returns."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit, generate_preset_pass_manager
from qiskit.circuit import Parameter
from qiskit.circuit.random import random_circuit

import hwcost
import sample_compilers
from hwcost.backend.equivalence import check_equivalence
from hwcost.comparison.compilers import (
    PassManagerCompiler,
    QiskitCompiler,
    levels_as_compilers,
    resolve_compiler,
    unique_names,
)
from hwcost.core.errors import CircuitError, MissingDependencyError, OptionError
from make import small_calibration


@pytest.fixture(scope="module")
def device():
    return hwcost.prepare_device(small_calibration(5))


def ghz(width):
    circuit = QuantumCircuit(width, name="ghz")
    circuit.h(0)
    for qubit in range(1, width):
        circuit.cx(0, qubit)
    circuit.measure_all()
    return circuit


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("qiskit:3", "qiskit-O3"),
        ("qiskit", "qiskit-O2"),
        (" qiskit:0 ", "qiskit-O0"),
        ("qiskit:1,routing_method=basic", "qiskit-O1,routing_method=basic"),
        ("sample_compilers:right", "sample_compilers:right"),
        (sample_compilers.right, "right"),
        (QiskitCompiler(optimization_level=1), "qiskit-O1"),
    ],
)
def test_what_names_a_compiler(given, name):
    assert resolve_compiler(given).name == name


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("qiskit:4", "'4' is not a level of Qiskit"),
        ("qiskit:2,routing_method", "write name=value"),
        ("qiskit:2,routing=basic", "'routing' is not an option"),
        ("qiskit:2,routing_method=magic", "routing_method is 'magic'; this Qiskit has"),
        ("qiskit:2,routing_method=basic,routing_method=sabre", "given twice"),
        ("tket", "is not a compiler; give qiskit:LEVEL"),
        ("", "is not a compiler"),
        ("no_such_module:f", "there is no module 'no_such_module'"),
        ("sample_compilers:nothing", "has no 'nothing'"),
        ("sample_compilers:not_callable", "is not a function"),
        ("sample_compilers:two_arguments", r"cannot be called with \(circuit, target, seed\)"),
        ("./sample_compilers.py:right", "names a file"),
        (7, "a compiler of type int cannot be called"),
        (lambda circuit: circuit, "cannot be called with"),
    ],
)
def test_what_names_none(given, says):
    with pytest.raises(OptionError, match=says):
        resolve_compiler(given)


def test_a_module_that_leaves_the_interpreter_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "leaves_early.py").write_text("raise SystemExit('\\x1b[31mbye\\nnow')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(OptionError, match=r"importing leaves_early fails with SystemExit: \\x1b\[31mbye now"):
        resolve_compiler("leaves_early:f")


def test_only_what_has_a_version_can_be_kept():
    assert resolve_compiler("sample_compilers:right").cache_key is None
    kept = resolve_compiler("sample_compilers:versioned").cache_key
    assert "sample_compilers:versioned 1 " in kept
    assert resolve_compiler("qiskit:2,routing_method=basic").cache_key == "qiskit-O2,routing_method=basic"


def test_options_reach_the_passes(device):
    circuit = ghz(5)
    basic = resolve_compiler("qiskit:1,routing_method=basic,layout_method=trivial")(circuit, device.target, 0)
    # A star of 4 CX on a line from qubit 0: distances 1 to 4. Basic swaps take the centre along.
    assert basic.layout.initial_index_layout(filter_ancillas=True) == [0, 1, 2, 3, 4]
    assert check_equivalence(circuit, basic) in ("equal", "equal from zero")


def test_a_users_pass_manager(device):
    fixed = resolve_compiler(generate_preset_pass_manager(0, target=device.target, seed_transpiler=3))
    assert (fixed.uses_seed, fixed.cache_key) == (False, None)
    by_seed = PassManagerCompiler(
        name="mine", pass_manager=lambda t, s: generate_preset_pass_manager(0, target=t, seed_transpiler=s), version="2"
    )
    assert (by_seed.uses_seed, by_seed.cache_key) == (True, "pass manager mine 2")
    circuit = ghz(4)
    assert fixed(circuit, device.target, 0) == by_seed(circuit, device.target, 3)


def test_levels_and_names():
    assert [c.name for c in levels_as_compilers((0, 3))] == ["qiskit-O0", "qiskit-O3"]
    assert levels_as_compilers(2) == [QiskitCompiler(optimization_level=2)]
    for wrong in ((4,), ("2",), (True,), 1.5):
        with pytest.raises(OptionError):
            levels_as_compilers(wrong)
    assert unique_names(["a", "a (2)", "a", "a"]) == ["a", "a (2)", "a (3)", "a (4)"]


@pytest.mark.parametrize("gate", ["cx", "cz", "ecr"])
@pytest.mark.parametrize("seed", range(4))
def test_pytket_is_native_coupled_and_equivalent(gate, seed):
    pytest.importorskip("pytket.extensions.qiskit")
    device = hwcost.prepare_device(small_calibration(5, two_qubit_gate=gate, both_directions=gate != "ecr"))
    circuit = random_circuit(4, 4, max_operands=3, measure=seed % 2 == 0, seed=seed)
    isa = resolve_compiler("pytket")(circuit, device.target, 0)
    assert check_equivalence(circuit, isa) in ("equal", "equal from zero")
    native = {(i.name, tuple(isa.find_bit(q).index for q in i.qubits)) for i in isa.data if i.name != "barrier"}
    assert all(device.target.instruction_supported(name, qubits) for name, qubits in native)


def test_pytket_keeps_registers():
    pytest.importorskip("pytket.extensions.qiskit")
    from qiskit.circuit import ClassicalRegister

    circuit = QuantumCircuit(2)
    circuit.add_register(ClassicalRegister(1, "unused"), ClassicalRegister(2, "out"))
    circuit.rx(0.3, 0)
    circuit.cx(0, 1)
    circuit.rz(0.4, 1)
    circuit.h(1)
    circuit.measure([0, 1], [2, 1])
    device = hwcost.prepare_device(small_calibration(4))
    isa = resolve_compiler("pytket")(circuit, device.target, 0)
    assert [r.name for r in isa.cregs] == ["unused", "out"]
    assert check_equivalence(circuit, isa) in ("equal", "equal from zero")


def test_pytket_says_what_it_cannot_read():
    pytest.importorskip("pytket.extensions.qiskit")
    device = hwcost.prepare_device(small_calibration(3))
    circuit = QuantumCircuit(2, 1)
    with circuit.for_loop(range(3)):
        circuit.x(0)
    with pytest.raises(CircuitError, match="pytket cannot read"):
        resolve_compiler("pytket")(circuit, device.target, 0)
    free = QuantumCircuit(2)
    free.rx(Parameter("a"), 0)
    with pytest.raises(CircuitError, match="free parameters, and the circuit has 1; bind them"):
        resolve_compiler("pytket")(free, device.target, 0)


def test_pytket_is_an_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pytket", None)
    with pytest.raises(MissingDependencyError, match=r"hwcost\[pytket\]"):
        resolve_compiler("pytket")
