"""Pauli labels of a circuit, on the physical qubits where its compiled form ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hwcost.core.errors import OptionError

if TYPE_CHECKING:
    from qiskit import QuantumCircuit


def physical_observables(
    labels: Sequence[str], circuit: QuantumCircuit, component: Sequence[int] | None
) -> list[Mapping[int, Any]]:
    """Return each label as a map from physical qubit to X, Y or Z; the identity is an empty map.

    Args:
        labels: Pauli labels in Qiskit's order (the rightmost letter is qubit 0), on the qubits of the circuit before
            compilation or of the ISA circuit itself.
        circuit: The ISA circuit; its layout says where each qubit ends.
        component: Physical qubit of each qubit of `circuit` if it was compiled here; None for a circuit that came as
            ISA circuit. Its labels are on its own qubits if they are as long as it is wide.

    Raises:
        OptionError: A label has another number of letters than the circuit has qubits.
    """
    width = circuit.num_qubits
    places: Sequence[int] = range(width)
    if circuit.layout is not None and (component is not None or any(len(label) != width for label in labels)):
        places = circuit.layout.final_index_layout(filter_ancillas=True)
    maps: list[Mapping[int, Any]] = []
    for label in labels:
        if len(label) != len(places):
            raise OptionError(
                f"the observable {label} is for {len(label)} qubits, but the circuit has {len(places)}; "
                "give one letter for each qubit, qubit 0 on the right"
            )
        support = {places[i]: letter for i, letter in enumerate(reversed(label)) if letter != "I"}
        maps.append({q if component is None else component[q]: letter for q, letter in support.items()})
    return maps
