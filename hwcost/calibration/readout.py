"""Readout as somebody measured it, of several qubits together: `MeasuredReadout`.

Calibrations report the readout of one qubit at a time. Read together, qubits disturb each other: on four qubits of
ibm_perth the contrast was 8 to 16 % lower than the product of the calibrated ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hwcost.calibration.record import Calibration, QubitCalibration

Outcomes = tuple[tuple[int, float], ...]
"""(state that was read, its share) pairs of one prepared state; bit k of a state is that of the k-th qubit."""


@dataclass(frozen=True, slots=True)
class ReadoutGroup:
    """Qubits that were read together.

    Attributes:
        qubits: Physical qubits.
        outcomes: (prepared state, what was read) pairs; each qubit is prepared in 0 and in 1 at least once.
    """

    qubits: tuple[int, ...]
    outcomes: tuple[tuple[int, Outcomes], ...]

    def contrast(self, qubits: Sequence[int]) -> float | None:
        """Return the attenuation of Z on each of some qubits of the group, read together.

        Half the difference of the measured ⟨Z…Z⟩ between prepared states of even and of odd parity, each averaged over
        the prepared states. If all 2^n states are prepared, this is the slope of the measured on the true parity that
        readout twirled over all states has, and the product of 1 − P(0|1) − P(1|0) where qubits do not influence each
        other. None if the prepared states are all of one parity.
        """
        mask = sum(1 << self.qubits.index(qubit) for qubit in qubits)
        parities: tuple[list[float], list[float]] = ([], [])
        for prepared, outcomes in self.outcomes:
            value = math.fsum(share * (1 - 2 * ((read & mask).bit_count() % 2)) for read, share in outcomes)
            parities[(prepared & mask).bit_count() % 2].append(value)
        even, odd = parities
        if not even or not odd:
            return None
        return (math.fsum(even) / len(even) - math.fsum(odd) / len(odd)) / 2.0

    def errors(self, qubit: int) -> tuple[float, float]:
        """Return P(read 0 | prepared 1) and P(read 1 | prepared 0) of one qubit, means over the prepared states."""
        bit = 1 << self.qubits.index(qubit)
        wrong: tuple[list[float], list[float]] = ([], [])
        for prepared, outcomes in self.outcomes:
            state = prepared & bit
            wrong[state != 0].append(math.fsum(share for read, share in outcomes if read & bit != state))
        return _mean(wrong[1]), _mean(wrong[0])


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


@dataclass(frozen=True, slots=True)
class MeasuredReadout:
    """Readout in place of the calibrated one.

    Attributes:
        groups: Qubits that were read together; no qubit is in two of them.
        origin: Where it came from, for reports.
        backend: Name of the device, None where nothing says it.
    """

    groups: tuple[ReadoutGroup, ...]
    origin: str
    backend: str | None = None

    @property
    def qubits(self) -> tuple[int, ...]:
        """All qubits in it, ascending."""
        return tuple(sorted(qubit for group in self.groups for qubit in group.qubits))

    def joint(self, qubits: Sequence[int]) -> Iterator[tuple[tuple[int, ...], float]]:
        """Yield those of the qubits that were read together, at least two, with their contrast."""
        for group in self.groups:
            inside = tuple(qubit for qubit in qubits if qubit in group.qubits)
            contrast = group.contrast(inside) if len(inside) > 1 else None
            if contrast is not None:
                yield inside, contrast

    def is_joint(self, qubits: Sequence[int]) -> bool:
        """Return whether all of the qubits were read together in enough states to know their common contrast."""
        return any(len(inside) == len(qubits) for inside, _ in self.joint(qubits))


def with_readout(calibration: Calibration, readout: MeasuredReadout) -> Calibration:
    """Return the calibration with the measured readout errors of single qubits in the place of the calibrated ones."""
    errors = {qubit: group.errors(qubit) for group in readout.groups for qubit in group.qubits}
    return replace(
        calibration,
        qubits=tuple(
            _with_errors(record, *errors[record.qubit]) if record.qubit in errors else record
            for record in calibration.qubits
        ),
    )


_REPLACED = ("readout_error", "prob_meas0_prep1", "prob_meas1_prep0")


def _with_errors(record: QubitCalibration, read_0: float, read_1: float) -> QubitCalibration:
    return replace(
        record,
        prob_meas0_prep1=min(1.0, read_0),
        prob_meas1_prep0=min(1.0, read_1),
        readout_error=min(1.0, (read_0 + read_1) / 2.0),
        dates={name: date for name, date in record.dates.items() if name not in _REPLACED},
    )
