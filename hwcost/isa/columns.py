"""An ISA circuit as columns of native operations with their calibrated durations and errors: `IsaCircuit`.

Every cost formula reads these columns, so a circuit is walked through Qiskit's objects exactly once
(`hwcost.isa.read`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol


class Kind(IntEnum):
    """Sort of an operation."""

    ONE_QUBIT = 0
    TWO_QUBIT = 1
    MEASURE = 2
    RESET = 3
    DELAY = 4
    BARRIER = 5


class OperationTable(Protocol):
    """Where durations and errors of native operations are looked up (an audited calibration, or its medians).

    One with a method `resource(name, qubits)` says with it what an operation needs for itself beside its qubits.
    """

    @property
    def dt_s(self) -> float | None:
        """Time step in seconds, None if unknown."""

    def duration_s(self, name: str, qubits: tuple[int, ...]) -> float | None:
        """Return the duration in seconds, None if unknown."""

    def error(self, name: str, qubits: tuple[int, ...]) -> float | None:
        """Return the average error, None if unknown."""

    def is_dead(self, name: str, qubits: tuple[int, ...]) -> bool:
        """Return whether the operation must not be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IsaCircuit:
    """Native operations of one circuit in execution order, one entry per operation in each column.

    Attributes:
        num_qubits: Width of the device (qubit numbers below are physical).
        num_clbits: Number of classical bits.
        names: Operation names.
        kinds: `Kind` of each operation.
        qubits: Physical qubits of each operation, in the gate's own order.
        clbits: Classical bits that each operation reads or writes.
        params: Gate parameters in radians; None where a parameter is free.
        durations_s: Duration of each operation in seconds. 0 for barriers, and for measurements whose duration is
            unknown (then `readout_duration_known` is False).
        errors: Error of each operation; 0 for delays and barriers, None where the calibration has none (reset).
        resources: What each operation needs for itself beside its qubits, such as a resonator, as numbers from 0; None
            for nothing. Empty where no operation needs any. Operations with the same one run one after the other.
        readout_duration_known: False if a measurement has no calibrated duration.
        notes: Remarks on how control flow was costed, for the report.
        has_branches: Whether one branch of several, the longest, stands for what depends on measured values.
    """

    num_qubits: int
    num_clbits: int
    names: Sequence[str]
    kinds: Sequence[Kind]
    qubits: Sequence[tuple[int, ...]]
    clbits: Sequence[tuple[int, ...]]
    params: Sequence[tuple[float | None, ...]]
    durations_s: Sequence[float]
    errors: Sequence[float | None]
    resources: Sequence[int | None] = ()
    readout_duration_known: bool = True
    notes: tuple[str, ...] = ()
    has_branches: bool = False

    def __len__(self) -> int:
        return len(self.names)

    def count(self, *kinds: Kind) -> int:
        """Count operations of the given kinds."""
        return sum(1 for kind in self.kinds if kind in kinds)

    def measurements(self) -> dict[int, int]:
        """Map each classical bit to the index of the operation that last writes it."""
        return {self.clbits[i][0]: i for i, kind in enumerate(self.kinds) if kind is Kind.MEASURE and self.clbits[i]}
