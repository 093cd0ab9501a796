"""What each qubit does when during one shot: `Timeline`, an ISA circuit with its schedule, and its blocks as data."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Something that lasts on one qubit.

    Attributes:
        qubit: Physical qubit.
        start_s: When it begins, in seconds from the start of the shot.
        duration_s: How long it lasts.
        kind: Sort of the operation, None for waiting between two operations.
        name: Name of the operation, empty for waiting.
        operation: Position of the operation in the circuit; of waiting, that of the operation waited for.
    """

    qubit: int
    start_s: float
    duration_s: float
    kind: Kind | None
    name: str
    operation: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The schedule of one shot.

    Attributes:
        isa: The circuit on physical qubits.
        schedule: When each of its operations runs.
    """

    isa: IsaCircuit
    schedule: Schedule

    @property
    def duration_s(self) -> float:
        """Length of the shot in seconds, measurement included, repetition delay not."""
        return self.schedule.duration_s

    def busy_s(self) -> dict[int, float]:
        """Return the seconds that each qubit in use spends in operations, by physical qubit; waiting does not count."""
        busy: dict[int, float] = {}
        for kind, qubits, duration_s in zip(self.isa.kinds, self.isa.qubits, self.isa.durations_s, strict=True):
            if kind < Kind.DELAY:
                for qubit in qubits:
                    busy[qubit] = busy.get(qubit, 0.0) + duration_s
        return busy

    def busiest(self, most: int) -> tuple[int, ...]:
        """Return the `most` qubits that are in operations for the longest, in the order of their numbers."""
        busy = self.busy_s()
        return tuple(sorted(heapq.nsmallest(most, busy, key=lambda qubit: (-busy[qubit], qubit))))

    def blocks(self, qubits: Collection[int]) -> Iterator[Block]:
        """Yield what takes time on these qubits, operation by operation; waiting comes before what is waited for.

        Explicit delays are waiting. A qubit in its initial state does not wait: nothing is lost there.
        """
        isa, wanted = self.isa, frozenset(qubits)
        for index, kind in enumerate(isa.kinds):
            if kind >= Kind.DELAY:
                continue
            start_s, duration_s = self.schedule.starts_s[index], isa.durations_s[index]
            for qubit, waited_s in zip(isa.qubits[index], self.schedule.idle_before_s[index], strict=True):
                if qubit not in wanted:
                    continue
                if waited_s > 0.0:
                    yield Block(
                        qubit=qubit,
                        start_s=start_s - waited_s,
                        duration_s=waited_s,
                        kind=None,
                        name="",
                        operation=index,
                    )
                if duration_s > 0.0:
                    yield Block(
                        qubit=qubit,
                        start_s=start_s,
                        duration_s=duration_s,
                        kind=kind,
                        name=isa.names[index],
                        operation=index,
                    )
