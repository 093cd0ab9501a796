"""Writes the example circuit of the notebooks: `hqnn_8q.qpy` and `hqnn_8q.qasm`, the same circuit twice.

An 8-qubit hybrid quantum neural network as it runs for one sample: angle embedding of 8 inputs (RY), then 3 variational
layers (RY and RZ on each qubit, circular CX entangler), then Z is measured on each qubit. All angles are bound, drawn
once from a seeded generator, because OpenQASM 2 has no parameters.

The script is deterministic: run again, with any Qiskit 2, it writes the same bytes.

    python make_circuits.py [FOLDER]
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
from qiskit import QuantumCircuit, qasm2, qpy

NUM_QUBITS = 8
NUM_LAYERS = 3
SEED = 20260

# The oldest format that newer Qiskit still writes; Qiskit 2.0 reads it.
QPY_VERSION = 13
# Bytes 7 to 9 of a QPY file name the Qiskit that wrote it, and an older reader warns. Nothing in this file needs more
# than 2.0.0, so that is what is written there, whichever version runs the script.
WRITTEN_BY = slice(7, 10)
OLDEST_READER = bytes((2, 0, 0))


def build() -> QuantumCircuit:
    """The bound circuit, named `hqnn_8q`."""
    generator = np.random.default_rng(SEED)
    # Six decimals: the text of OpenQASM and the binary numbers of QPY are then the same numbers.
    inputs = [round(float(angle), 6) for angle in generator.uniform(0.0, np.pi, NUM_QUBITS)]
    weights = generator.uniform(-np.pi, np.pi, (NUM_LAYERS, NUM_QUBITS, 2))
    circuit = QuantumCircuit(NUM_QUBITS, NUM_QUBITS, name="hqnn_8q")
    for qubit, angle in enumerate(inputs):
        circuit.ry(angle, qubit)
    for layer in weights:
        for qubit, (ry_angle, rz_angle) in enumerate(layer):
            circuit.ry(round(float(ry_angle), 6), qubit)
            circuit.rz(round(float(rz_angle), 6), qubit)
        for qubit in range(NUM_QUBITS):
            circuit.cx(qubit, (qubit + 1) % NUM_QUBITS)
    circuit.measure(range(NUM_QUBITS), range(NUM_QUBITS))
    return circuit


def write(folder: Path) -> tuple[Path, Path]:
    """Write both files into `folder` and return their paths."""
    circuit = build()
    buffer = io.BytesIO()
    qpy.dump(circuit, buffer, version=QPY_VERSION)
    content = bytearray(buffer.getvalue())
    content[WRITTEN_BY] = OLDEST_READER
    qpy_path, qasm_path = folder / "hqnn_8q.qpy", folder / "hqnn_8q.qasm"
    qpy_path.write_bytes(content)
    qasm_path.write_bytes(f"{qasm2.dumps(circuit).rstrip()}\n".encode())
    return qpy_path, qasm_path


if __name__ == "__main__":
    for path in write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent):
        print(path)
