"""A circuit as circuit cutting sees it: gates on one or two qubits, and which qubits are read at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hwcost.circuits.check import check_circuit
from hwcost.circuits.own_gates import name_own_gates
from hwcost.core.errors import CircuitError
from hwcost.core.text import error_text, one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import CircuitInstruction

MAX_TWO_QUBIT_GATES = 5000
"""Above this the search for cuts takes minutes, and the overheads found are too large to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CuttableCircuit:
    """Gates in order of time, without barriers and measurements.

    Attributes:
        name: The circuit's name.
        num_qubits: Width.
        gates: (operation, qubits) of each gate.
        measured: Qubits that are measured at the end, ascending.
        notes: What was done to the circuit.
    """

    name: str
    num_qubits: int
    gates: tuple[tuple[Any, tuple[int, ...]], ...]
    measured: tuple[int, ...]
    notes: tuple[str, ...]

    @property
    def two_qubit_gates(self) -> list[int]:
        """Positions of the gates on two qubits."""
        return [index for index, (_, qubits) in enumerate(self.gates) if len(qubits) == 2]


def read_cuttable(circuit: QuantumCircuit) -> CuttableCircuit:
    """Read the gates of a circuit that ends in measurements or in none, composite and wider gates written out.

    Barriers are left out, as are resets of qubits that nothing has acted on.

    Raises:
        CircuitError: The circuit has no bounded cost, has control flow, a measurement or a reset on the way, or a gate
            that cannot be written in gates on two qubits.
    """
    from qiskit.circuit import ControlFlowOp

    check_circuit(circuit)
    circuit = name_own_gates(circuit)
    where = f"circuit {one_line(circuit.name)!r}"
    notes = []
    if any(not _is_elementary(instruction) for instruction in circuit.data):
        num_qubits = circuit.num_qubits
        circuit = _written_out(circuit, where)
        if circuit.num_qubits != num_qubits:
            raise CircuitError(f"{where}: its gates need ancillary qubits; write them out in gates on two qubits first")
        notes.append("composite gates and gates on three or more qubits are written out before cutting")
    index_of = {bit: index for index, bit in enumerate(circuit.qubits)}
    gates: list[tuple[Any, tuple[int, ...]]] = []
    touched: set[int] = set()
    measured: set[int] = set()
    for instruction in circuit.data:
        if isinstance(instruction.operation, ControlFlowOp):
            raise CircuitError(f"{where}: {instruction.name} cannot be cut around; write its gates out")
        name, qubits = instruction.name, tuple(index_of[bit] for bit in instruction.qubits)
        if name == "barrier" or not qubits:
            continue
        if not measured.isdisjoint(qubits) or (name == "reset" and qubits[0] in touched):
            what = "a reset" if name == "reset" else "a measurement"
            raise CircuitError(
                f"{where}: {what} on the way (qubit {min(qubits)}) cannot be cut around; move measurements to the end"
            )
        if name == "measure":
            measured.add(qubits[0])
            continue
        if name == "reset":
            continue
        if len(instruction.clbits) or len(qubits) > 2:
            raise CircuitError(
                f"{where}: {one_line(name)} on {len(qubits)} qubits cannot be cut; write the circuit in gates on one or"
                " two qubits"
            )
        touched.update(qubits)
        gates.append((instruction.operation, qubits))
    cuttable = CuttableCircuit(
        name=circuit.name,
        num_qubits=circuit.num_qubits,
        gates=tuple(gates),
        measured=tuple(sorted(measured)),
        notes=tuple(notes),
    )
    if len(cuttable.two_qubit_gates) > MAX_TWO_QUBIT_GATES:
        raise CircuitError(
            f"{where} has {len(cuttable.two_qubit_gates):,} gates on two qubits, at most {MAX_TWO_QUBIT_GATES:,} "
            "can be searched for cuts"
        )
    return cuttable


def _is_elementary(instruction: CircuitInstruction) -> bool:
    if instruction.name in ("barrier", "measure", "reset", "delay"):
        return True
    # Control flow is left as it is, to be refused by its name.
    if instruction.name in ("if_else", "for_loop", "switch_case"):
        return True
    return len(instruction.qubits) <= 2 and (instruction.is_standard_gate() or instruction.name == "unitary")


def _written_out(circuit: QuantumCircuit, where: str) -> QuantumCircuit:
    from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping
    from qiskit.transpiler import PassManager
    from qiskit.transpiler.passes import HighLevelSynthesis, Unroll3qOrMore

    small = [name for name, gate in get_standard_gate_name_mapping().items() if gate.num_qubits <= 2]
    expand = HighLevelSynthesis(basis_gates=[*small, "unitary", "barrier"])
    try:
        written: QuantumCircuit = PassManager([expand, Unroll3qOrMore(), expand]).run(circuit)
    except Exception as error:
        raise CircuitError(
            f"{where} cannot be written in gates on one or two qubits ({one_line(error_text(error))}); decompose it"
        ) from error
    return written
