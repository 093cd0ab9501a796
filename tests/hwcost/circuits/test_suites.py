"""Circuits one at a time, from whatever names them."""

from __future__ import annotations

from pathlib import Path

import pytest
from qiskit import QuantumCircuit, qasm2

from hwcost.circuits.load import LoadedCircuit
from hwcost.circuits.suites import Unread, iter_circuits
from hwcost.core.errors import CircuitError, OptionError


def bell(name: str = "bell") -> QuantumCircuit:
    circuit = QuantumCircuit(2, 2, name=name)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    return circuit


def test_objects_and_lists_of_them() -> None:
    for circuits in (bell(), [bell()], (circuit for circuit in [bell()])):
        loaded = list(iter_circuits(circuits))
        assert [type(item) for item in loaded] == [LoadedCircuit]
    assert len(list(iter_circuits({"a": bell(), "b": bell()}))) == 2


def test_a_file_that_cannot_be_read_keeps_no_other_back(tmp_path: Path) -> None:
    (tmp_path / "b.qasm").write_text(qasm2.dumps(bell()))
    (tmp_path / "a.qasm").write_text("OPENQASM 2.0; nonsense")
    (tmp_path / "notes.txt").write_text("no circuit")
    assert [type(item) for item in iter_circuits(tmp_path)] == [Unread, LoadedCircuit]


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(CircuitError):
        list(iter_circuits(tmp_path))
    with pytest.raises(OptionError):
        list(iter_circuits(3))
