"""Pauli observables as users write them, on the qubits of a compiled circuit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hwcost.core.errors import OptionError

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

_PHASE = "+-i"  # what Qiskit writes before the letters; a phase changes no attenuation


def physical_observables(
    observable: Any, circuit: QuantumCircuit, component: Sequence[int] | None
) -> list[Mapping[int, Any]]:
    """Return a Pauli observable as maps from physical qubit to X, Y or Z, one for each term that is no identity.

    Args:
        observable: Label or labels in Qiskit's order (the rightmost letter is qubit 0), a `Pauli` or a
            `SparsePauliOp`, on the qubits of the circuit before compilation or of the ISA circuit itself.
        circuit: The ISA circuit; its layout says where each qubit ends.
        component: Physical qubit of each qubit of `circuit` if it was compiled here; None for a circuit that came as
            ISA circuit. Its labels are on its own qubits if they are as long as it is wide.
    """
    labels = _labels(observable)
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
        if support:
            maps.append({q if component is None else component[q]: letter for q, letter in support.items()})
    if not maps:
        raise OptionError("the observable is the identity; it has the value 1 without any measurement")
    return maps


def _labels(observable: Any) -> list[str]:
    if hasattr(observable, "paulis"):
        observable = observable.paulis
    if hasattr(observable, "to_labels"):
        observable = [label.lstrip(_PHASE) for label in observable.to_labels()]
    single = isinstance(observable, str) or hasattr(observable, "to_label")
    if not single and not isinstance(observable, Iterable):
        raise OptionError(
            f"an observable of type {type(observable).__name__} is not known; give Pauli labels, a Pauli, a PauliList "
            "or a SparsePauliOp"
        )
    labels = [
        item.to_label().lstrip(_PHASE) if hasattr(item, "to_label") else item
        for item in ([observable] if single else observable)
    ]
    for label in labels:
        if not isinstance(label, str) or not label or set(label) - set("IXYZ"):
            raise OptionError(f"the observable {label!r} is not a Pauli label; use letters I, X, Y, Z, such as ZZII")
    return labels
