"""Compilers for tests, right and wrong; a module of its own, so that worker processes can import it."""

from __future__ import annotations

import copy
import os
import signal
import time

from qiskit import QuantumCircuit, transpile


def right(circuit, target, seed):
    """Qiskit at level 1."""
    return transpile(circuit, target=target, seed_transpiler=seed, optimization_level=1)


def right_again(circuit, target, seed):
    """The same under another name."""
    return right(circuit, target, seed)


def versioned(circuit, target, seed):
    """The same, and its cells may be kept."""
    return right(circuit, target, seed)


versioned.version = "1"


def changes_the_target(circuit, target, seed):
    """Right, but it spoils what it was given."""
    isa = right(circuit, target, seed)
    for name in target.operation_names:
        for qubits in target[name]:
            if qubits is not None and len(qubits) == 2:
                properties = copy.copy(target[name][qubits])
                properties.error = 0.0 if sum(qubits) % 3 else 0.4
                target.update_instruction_properties(name, qubits, properties)
    return isa


def fails_at_first(circuit, target, seed):
    """Needs a licence, say, which is not always there."""
    if not os.environ.get("SAMPLE_LICENCE"):
        raise ConnectionError("no licence")
    return right(circuit, target, seed)


fails_at_first.version = "1"


def leaves(circuit, target, seed):
    """Not an Exception."""
    raise GeneratorExit("bye")


def drops_all(circuit, target, seed):
    """Drops all that it is given."""
    return QuantumCircuit(target.num_qubits, circuit.num_clbits)


def measures_more(circuit, target, seed):
    """Measures a qubit that nobody asked about."""
    isa = right(circuit, target, seed)
    wider = QuantumCircuit(isa.num_qubits, isa.num_clbits + 1)
    wider.compose(isa, clbits=range(isa.num_clbits), inplace=True)
    wider.measure(0, isa.num_clbits)
    return wider


def unchanged(circuit, target, seed):
    """Not native."""
    return circuit


def uncoupled(circuit, target, seed):
    """A native gate on two qubits that are not coupled."""
    wide = QuantumCircuit(target.num_qubits, circuit.num_clbits)
    wide.cx(0, target.num_qubits - 1)
    wide.measure(range(circuit.num_clbits), range(circuit.num_clbits))
    return wide


def without_first_two_qubit_gate(circuit, target, seed):
    """Native, but does something else."""
    isa = right(circuit, target, seed)
    changed, dropped = isa.copy_empty_like(), False
    for instruction in isa.data:
        if len(instruction.qubits) == 2 and not dropped:
            dropped = True
            continue
        changed.append(instruction)
    return changed


def without_last_measurement(circuit, target, seed):
    """Cheaper, and not what was asked for."""
    isa = right(circuit, target, seed)
    last = max(i for i, instruction in enumerate(isa.data) if instruction.name == "measure")
    changed = isa.copy_empty_like()
    for i, instruction in enumerate(isa.data):
        if i != last:
            changed.append(instruction)
    return changed


def loses_layout(circuit, target, seed):
    """Right, but nobody can tell where the qubits are."""
    layout = list(range(circuit.num_qubits, 0, -1))
    isa = transpile(circuit, target=target, seed_transpiler=seed, optimization_level=0, initial_layout=layout)
    isa._layout = None
    return isa


def raises(circuit, target, seed):
    raise RuntimeError("no such pass\nat all")


def exits(circuit, target, seed):
    raise SystemExit(3)


def returns_text(circuit, target, seed):
    return "OPENQASM 2.0;"


def killed_at_seed_one(circuit, target, seed):
    """As if the machine ran out of memory."""
    if seed == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return right(circuit, target, seed)


def slow(circuit, target, seed):
    """Takes its time."""
    time.sleep(0.08)
    return right(circuit, target, seed)


slow.version = "1"


def prints(circuit, target, seed):
    print("chatter of a compiler")  # noqa: T201
    return right(circuit, target, seed)


def two_arguments(circuit, target):
    return circuit


not_callable = 7
