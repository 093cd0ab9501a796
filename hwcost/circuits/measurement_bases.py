"""Which observables one circuit measures together: groups that agree on the basis of every qubit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hwcost.circuits.pauli_sums import PauliSum


@dataclass(frozen=True, slots=True)
class MeasurementPlan:
    """How a set of observables is measured.

    Attributes:
        observables: What is asked for.
        groups: Labels that are measured together, one group per basis; each label is in exactly one.
    """

    observables: tuple[PauliSum, ...]
    groups: tuple[tuple[str, ...], ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Every Pauli string that is measured, group by group."""
        return tuple(label for group in self.groups for label in group)

    @property
    def needs_basis_change(self) -> bool:
        """Whether some qubit is measured in X or Y."""
        return any(set(label) & {"X", "Y"} for label in self.labels)

    def support(self) -> tuple[int, ...]:
        """Return the qubits that some basis reads, in order."""
        return tuple(sorted({q for label in self.labels for q, letter in enumerate(reversed(label)) if letter != "I"}))

    def sums(self) -> tuple[tuple[tuple[int, float], ...], ...]:
        """Return each observable as (position in `labels`, coefficient)."""
        position = {label: index for index, label in enumerate(self.labels)}
        return tuple(tuple((position[label], value) for label, value in each.terms) for each in self.observables)


def plan_measurement(observables: Iterable[PauliSum]) -> MeasurementPlan:
    """Group the Pauli strings of all observables as the primitives do.

    Two strings share a basis if they agree on every qubit on which both act. Groups come from a greedy colouring
    (Qiskit's `PauliList.group_commuting(qubit_wise=True)`), which IBM's client uses too: close to the fewest, not
    always the fewest.

    Example:
        >>> from hwcost.circuits.pauli_sums import read_pauli_sums
        >>> len(plan_measurement(read_pauli_sums(["ZZ", "ZI", "XX", "IX"])).groups)
        2
    """
    wanted = tuple(observables)
    labels = list(dict.fromkeys(label for each in wanted for label, _ in each.terms))
    return MeasurementPlan(wanted, qubit_wise_groups(labels))


def qubit_wise_groups(labels: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the labels in groups that one basis measures; identities are measured by none."""
    from qiskit.quantum_info import PauliList

    wanted = [label for label in labels if set(label) != {"I"}]
    if not wanted:
        return ()
    return tuple(tuple(group.to_labels()) for group in PauliList(wanted).group_commuting(qubit_wise=True))
