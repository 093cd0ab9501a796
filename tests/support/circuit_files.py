"""Circuits as files, and what a refusal of one looks like."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from qiskit import QuantumCircuit, qpy
from qiskit.circuit import ClassicalRegister, QuantumRegister

from hwcost.circuits.load import load_circuits
from hwcost.core.errors import CircuitError

QASM2 = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\n'
QASM3 = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] c;\n'


def bell() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 2, name="bell")
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    return circuit


def dynamic() -> QuantumCircuit:
    """Mid-circuit measurement, reset, a branch, a bounded loop and a custom gate."""
    rotation = QuantumCircuit(1, name="rotation")
    rotation.rz(0.25, 0)
    rotation.sx(0)
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(2, "c"), name="dynamic")
    circuit.h(0)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.x(1)
    with otherwise:
        circuit.z(1)
    with circuit.for_loop(range(4)):
        circuit.cx(1, 2)
    circuit.append(rotation.to_gate(), [2])
    circuit.reset(0)
    circuit.measure(2, 1)
    return circuit


def qpy_bytes(*written: QuantumCircuit, version: int = 14) -> bytes:
    buffer = io.BytesIO()
    qpy.dump(list(written), buffer, version=version)
    return buffer.getvalue()


def patched(content: bytes, position: int, layout: str, *values: int) -> bytes:
    damaged = bytearray(content)
    struct.pack_into(layout, damaged, position, *values)
    return bytes(damaged)


def refusal(path: object) -> str:
    """The message with which a file is refused; it is one printable line."""
    with pytest.raises(CircuitError) as caught:
        load_circuits(path)
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 900
    assert message.startswith(str(path))
    return message


def attempt(path: Path) -> tuple[list[QuantumCircuit] | None, str]:
    """The circuits of a file, or None and the message of the refusal. Any other exception fails the test."""
    try:
        return load_circuits(path), ""
    except CircuitError as error:
        return None, str(error)
