"""Values of observables without noise, for circuits in any form: `ideal_of`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hwcost.estimation.variances import MAX_STATE_QUBITS, ideal_values
from hwcost.validation.measured_file import Observable

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

NO_IDEAL = (
    f"its values without noise cannot be computed (more than {MAX_STATE_QUBITS} qubits in use, or anything but gates "
    "before the measurements); give ideal"
)


def ideal_of(circuit: QuantumCircuit, observables: Sequence[Observable]) -> Mapping[Observable, float] | None:
    """Return the value of each observable without noise; classical bits that nothing writes are left out.

    None where it cannot be computed: `NO_IDEAL` says why. An ISA circuit counts by the qubits that it uses.
    """
    read = _measured_qubits(circuit)
    if read is None:
        return None
    labels: dict[Observable, frozenset[tuple[int, str]]] = {}
    for each in observables:
        if isinstance(each, str):
            if len(each) != circuit.num_qubits:
                return None
            labels[each] = frozenset((q, letter) for q, letter in enumerate(reversed(each)) if letter != "I")
        elif each in read:
            labels[each] = frozenset({(read[each], "Z")})
    wanted = {q for support in labels.values() for q, _ in support}
    used = sorted(wanted | {circuit.find_bit(bit).index for item in circuit.data for bit in item.qubits if _acts(item)})
    if len(used) > MAX_STATE_QUBITS or not labels:
        return None
    index = {qubit: i for i, qubit in enumerate(used)}
    small = {each: _label(support, index) for each, support in labels.items()}
    found = ideal_values(_compact(circuit, index), list(small.values()))
    return None if found is None else {each: found[label] for each, label in small.items()}


def _acts(item: object) -> bool:
    from qiskit.circuit import Barrier, Delay

    return not isinstance(getattr(item, "operation", None), (Barrier, Delay))


def _label(support: frozenset[tuple[int, str]], index: Mapping[int, int]) -> str:
    letters = ["I"] * len(index)
    for qubit, letter in support:
        letters[index[qubit]] = letter
    return "".join(reversed(letters))


def _measured_qubits(circuit: QuantumCircuit) -> dict[int, int] | None:
    """Return the qubit that is last read into each classical bit, None with control flow."""
    from qiskit.circuit import ControlFlowOp, Measure

    read: dict[int, int] = {}
    for item in circuit.data:
        if isinstance(item.operation, ControlFlowOp):
            return None
        if isinstance(item.operation, Measure):
            read[circuit.find_bit(item.clbits[0]).index] = circuit.find_bit(item.qubits[0]).index
    return read


def _compact(circuit: QuantumCircuit, index: Mapping[int, int]) -> QuantumCircuit:
    from qiskit import QuantumCircuit

    small = QuantumCircuit(len(index), circuit.num_clbits)
    for item in circuit.data:
        if _acts(item):
            qubits = [index[circuit.find_bit(bit).index] for bit in item.qubits]
            small.append(item.operation, qubits, [circuit.find_bit(bit).index for bit in item.clbits])
    return small
