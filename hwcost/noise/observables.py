"""Which Pauli observables are followed backwards, from which moment, and what their readout costs.

An observable is a mapping from physical qubit to `X`, `Y` or `Z`; identities are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from hwcost.calibration.readout import MeasuredReadout
from hwcost.calibration.record import Calibration
from hwcost.core.errors import OptionError
from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.schedule import Schedule

PauliLabel: TypeAlias = Literal["X", "Y", "Z"]
Observable: TypeAlias = Mapping[int, PauliLabel]

PAULI_CODE = {"I": 0, "X": 1, "Y": 2, "Z": 3}


class NoiseTable(Protocol):
    """Where relaxation times and readout errors are looked up (an audited calibration)."""

    @property
    def calibration(self) -> Calibration:
        """The values as reported."""

    @property
    def t2_s(self) -> Sequence[float | None]:
        """T2 of each qubit in seconds, at most 2·T1; None where unknown."""

    @property
    def readout(self) -> MeasuredReadout | None:
        """Readout that was measured of several qubits together; None where each is known by itself."""


@dataclass(frozen=True, slots=True)
class NoisyCircuit:
    """A compiled circuit with all that noise acts on.

    Attributes:
        isa: Its operations, on physical qubit numbers.
        schedule: Its ALAP schedule.
        noise: Relaxation times and readout errors of the device.
    """

    isa: IsaCircuit
    schedule: Schedule
    noise: NoiseTable


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalEstimate:
    """What a method says of one observable.

    Attributes:
        value: Estimated attenuation, in [0, 1] but for `pauli-propagation`: the shift by relaxation can take it beyond
            1, and below 0.
        standard_error: Statistical error of `value`, None where the method has none.
        note: What to treat with caution in this value, None if nothing.
        includes_readout: Whether `value` contains the readout already.
        log_value: Natural logarithm of `value` from a method that knows it where `value` is too small for a float.
        method: The method that the value is from, None if it is the one that was asked for.
        assumption: What had to be assumed for it, None if nothing.
        truncated_weight: Weight of the Pauli strings that were dropped, of 1 in all; None where none are counted.
    """

    value: float
    standard_error: float | None = None
    note: str | None = None
    includes_readout: bool = False
    log_value: float | None = None
    method: str | None = None
    assumption: str | None = None
    truncated_weight: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedPauli:
    """One observable, tied to the moments at which its qubits are read.

    Attributes:
        starts: `(physical qubit, Pauli code 1-3, moment)` of each non-identity. The moment is the index of the
            measurement that reads the qubit, or the number of operations for the end of the circuit.
        readout_factor: Attenuation by assignment errors, in [0, 1].
        qubit: The physical qubit of an observable on one qubit, else None.
        clbit: The classical bit that the value is written to, None if the circuit does not measure it.
    """

    starts: tuple[tuple[int, int, int], ...]
    readout_factor: float
    qubit: int | None
    clbit: int | None


def readout_factor(noise: NoiseTable, qubit: int) -> float | None:
    """Return the attenuation of ⟨Z⟩ by assignment errors, or None if they are unknown.

    1 − P(0|1) − P(1|0), the slope of the measured on the true ⟨Z⟩ under the 2×2 confusion matrix; 1 − 2·e if only the
    mean assignment error e is known. Not below 0: beyond that point the outcomes say the opposite of the state,
    and no one would call that a signal. Assumes that readout errors of different qubits are independent.
    """
    record = noise.calibration.qubits[qubit]
    if record.prob_meas0_prep1 is not None and record.prob_meas1_prep0 is not None:
        return max(0.0, 1.0 - record.prob_meas0_prep1 - record.prob_meas1_prep0)
    if record.readout_error is not None:
        return max(0.0, 1.0 - 2.0 * record.readout_error)
    return None


def joint_readout_factor(noise: NoiseTable, qubits: Sequence[int]) -> float:
    """Return the attenuation of Z on several qubits by assignment errors.

    The measured common contrast of those that were read together, times `readout_factor` of each other qubit, 1 where
    that is unknown. Not below 0 and not above 1.
    """
    alone, factor = set(qubits), 1.0
    for inside, contrast in () if noise.readout is None else noise.readout.joint(qubits):
        factor *= min(1.0, max(0.0, contrast))
        alone.difference_update(inside)
    for qubit in qubits:
        known = readout_factor(noise, qubit) if qubit in alone else None
        factor *= 1.0 if known is None else known
    return factor


def active_qubits(isa: IsaCircuit) -> tuple[int, ...]:
    """Return the physical qubits on which anything but delays and barriers happens, in order."""
    return tuple(
        sorted({q for kind, qubits in zip(isa.kinds, isa.qubits, strict=True) if kind < Kind.DELAY for q in qubits})
    )


def track_observables(
    isa: IsaCircuit, noise: NoiseTable, observables: Sequence[Observable] | None = None
) -> tuple[TrackedPauli, ...]:
    """Return the observables to follow, with the moment at which each of their qubits is read.

    Without `observables`: Z at the last measurement into each classical bit, in the order of the classical bits; in a
    circuit without measurements, Z on each active qubit at the end, free of readout error. A given observable is read
    by the final measurement of each of its qubits where there is one, else at the end of the circuit; its readout
    error counts on every qubit of its support, because the device must read them to estimate it, together where it was
    measured together. Unknown readout
    errors count as none (`hwcost.noise.attenuation.attenuation_omissions` names them).

    Raises:
        OptionError: An observable names a qubit that the device does not have, or something other than X, Y, Z.
    """
    end = len(isa)
    if observables is not None:
        final = _final_measurements(isa)
        return tuple(_track(observable, isa, noise, final) for observable in observables)
    measurements = isa.measurements()
    if not measurements:
        return tuple(
            TrackedPauli(starts=((q, PAULI_CODE["Z"], end),), readout_factor=1.0, qubit=q, clbit=None)
            for q in active_qubits(isa)
        )
    tracked = []
    for clbit, index in sorted(measurements.items()):
        qubit = isa.qubits[index][0]
        factor = readout_factor(noise, qubit)
        tracked.append(
            TrackedPauli(
                starts=((qubit, PAULI_CODE["Z"], index),),
                readout_factor=1.0 if factor is None else factor,
                qubit=qubit,
                clbit=clbit,
            )
        )
    return tuple(tracked)


def _track(observable: Observable, isa: IsaCircuit, noise: NoiseTable, final: Mapping[int, int]) -> TrackedPauli:
    starts = []
    for qubit, pauli in sorted(observable.items()):
        if pauli not in PAULI_CODE or not 0 <= qubit < isa.num_qubits:
            raise OptionError(
                f"the observable has {pauli!r} on physical qubit {qubit}; it needs X, Y or Z on qubits "
                f"0 … {isa.num_qubits - 1}"
            )
        if PAULI_CODE[pauli] == 0:
            continue
        starts.append((qubit, PAULI_CODE[pauli], final.get(qubit, len(isa))))
    single = starts[0] if len(starts) == 1 else None
    clbits = isa.clbits[single[2]] if single is not None and single[2] < len(isa) else ()
    return TrackedPauli(
        starts=tuple(starts),
        readout_factor=joint_readout_factor(noise, [qubit for qubit, _, _ in starts]),
        qubit=None if single is None else single[0],
        clbit=clbits[0] if clbits else None,
    )


def _final_measurements(isa: IsaCircuit) -> dict[int, int]:
    """Return the index of the measurement that is the last operation of a qubit, for the qubits that end in one."""
    last: dict[int, int] = {}
    for index, (kind, qubits) in enumerate(zip(isa.kinds, isa.qubits, strict=True)):
        if kind < Kind.DELAY:
            for qubit in qubits:
                last[qubit] = index
    return {qubit: index for qubit, index in last.items() if isa.kinds[index] is Kind.MEASURE}
