"""Whether a circuit can be costed, and what its user should know first: `check_circuit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwcost.circuits.expansion import Expansion
from hwcost.circuits.limits import (
    MAX_INSTRUCTIONS,
    count_text,
    refuse_too_many_bits,
    refuse_too_many_instructions,
)
from hwcost.core.errors import CircuitError
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from hwcost.circuits.size import Size

NO_MEASUREMENT = "no measurement: duration and ESP are without readout; --measure-all adds one to every qubit"


def check_circuit(circuit: QuantumCircuit, *, max_instructions: int = MAX_INSTRUCTIONS) -> tuple[str, ...]:
    """Refuse a circuit that cannot be costed; otherwise what its user should know, one line each.

    The size is counted without expanding anything, in time linear in the number of instructions, so that forty nested
    doublings are refused in milliseconds.

    Args:
        circuit: The circuit as its author wrote it, or transpiled.
        max_instructions: Limit of what it expands to; the default is what can be compiled.

    Returns:
        Warnings for people; empty when there is nothing to say.

    Raises:
        CircuitError: The circuit has no qubits or no operations, has an unbounded or unknown part, or is too large.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> bell = QuantumCircuit(2)
        >>> _ = bell.h(0), bell.cx(0, 1)
        >>> check_circuit(bell)
        ('no measurement: duration and ESP are without readout; --measure-all adds one to every qubit',)
    """
    from qiskit import QuantumCircuit

    if not isinstance(circuit, QuantumCircuit):
        raise CircuitError(f"a {type(circuit).__name__} is not a circuit; give a qiskit.QuantumCircuit")
    where = f"circuit {one_line(circuit.name)!r}"
    if circuit.num_qubits == 0:
        raise CircuitError(f"{where} has 0 qubits: nothing to estimate; give a circuit with qubits and gates")
    refuse_too_many_bits(circuit.num_qubits, circuit.num_clbits, where)
    sizes = Expansion()
    size = sizes.of_circuit(circuit, where)
    refuse_too_many_instructions(size, where, max_instructions)
    if size.num_instructions == 0:
        contents = "only barriers" if len(circuit.data) else "no operations"
        raise CircuitError(f"{where} has {contents}: nothing to estimate; add gates or a measurement")
    # Qiskit counts the variable of a loop among the parameters, but the loop gives it its values.
    unbound = [parameter.name for parameter in circuit.parameters if parameter not in sizes.loop_variables]
    return _warnings(unbound, size)


def refuse_to_move(circuit: QuantumCircuit) -> None:
    """Refuse to compile a circuit on physical qubits ($0, $1 … in OpenQASM 3): compiling would move it.

    A circuit that Qiskit transpiled has a layout too, but registers besides.
    """
    if circuit.layout is not None and not circuit.qregs:
        raise CircuitError(
            f"circuit {one_line(circuit.name)!r} is on physical qubits ($n in OpenQASM 3), and compiling would move "
            "it; estimate with --no-transpile (transpile=False) if it is written for the device, or declare "
            f"qubit[{circuit.num_qubits}] q; and write q[n] for $n"
        )


def _warnings(unbound: list[str], size: Size) -> tuple[str, ...]:
    warnings = []
    if unbound:
        names = [one_line(name) for name in unbound[:3]]
        listed = ", ".join(names) + (", …" if len(unbound) > len(names) else "")
        plural = "s" if len(unbound) > 1 else ""
        warnings.append(
            f"{len(unbound)} unbound parameter{plural} ({listed}): gate counts of bound circuits differ, angles such "
            "as 0 or π need fewer gates"
        )
    if not size.num_measurements:
        warnings.append(NO_MEASUREMENT)
    if size.num_resets:
        plural = "s" if size.num_resets > 1 else ""
        warnings.append(
            f"{count_text(size.num_resets)} reset{plural} (initialize contains one per qubit): calibrations report no "
            "error for reset"
        )
    return tuple(warnings)
