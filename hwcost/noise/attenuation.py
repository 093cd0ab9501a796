"""How much of each expectation value survives the noise: `QubitAttenuation`, by one of the methods in `METHODS`.

`pauli-propagation` is exact at bound angles where it converges; `mean-field` is the average over free ones, and the
default, `auto`, takes the one or the other; `pauli-path` is the slower, more accurate Monte Carlo of that average;
`light-cone` is the product that can be checked by hand; `paper` is the published reference, kept for comparison. All
read the same calibrated errors: none knows crosstalk, coherent errors, leakage or drift.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hwcost.core.errors import OptionError
from hwcost.core.option_fields import flag_and_keyword
from hwcost.core.text import shown
from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.noise.methods import AUTO, DEFAULT_ATTENUATION, METHODS, AttenuationMethod, load_method
from hwcost.noise.observables import (
    NoiseTable,
    NoisyCircuit,
    Observable,
    SignalEstimate,
    TrackedPauli,
    active_qubits,
    readout_factor,
    track_observables,
)

SIGNED = "pauli-propagation"
"""The method whose values are those of one set of angles; the others average over angles."""

SMALLEST_ATTENUATION = 1e-150
"""Below it 1/λ² is no float."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QubitAttenuation:
    """Attenuation of one observable: the slope of its noisy on its ideal expectation value, readout included.

    Attributes:
        qubit: Physical qubit of an observable on one qubit, else None.
        clbit: Classical bit that the value is written to, None if the circuit does not measure it.
        value: λ; 1 means that noise takes nothing away, 0 that nothing is left. Averages over angles lie between. At
            bound angles (`pauli-propagation`) it exceeds 1 where relaxation pushes towards the ideal value, and is
            negative where noise turns the sign: then nothing is left either.
        standard_error: Statistical error of `value` (only `pauli-path` has one).
        note: What to treat with caution in this value, None if nothing.
        log_value: Natural logarithm of `value` from a method that knows it where `value` is too small for a float.
        method: The method that the value is from.
        assumption: What had to be assumed for it, None if nothing.
        truncated_weight: Weight of the Pauli strings that `pauli-propagation` dropped, of 1 in all; else None.
    """

    qubit: int | None
    clbit: int | None
    value: float
    standard_error: float | None = None
    note: str | None = None
    log_value: float | None = None
    method: str | None = None
    assumption: str | None = None
    truncated_weight: float | None = None

    def plain(self) -> dict[str, Any]:
        """Return what the JSON of an estimate holds of it: the logarithm only ranks compilations."""
        return {
            "qubit": self.qubit,
            "clbit": self.clbit,
            "value": self.value,
            "standard_error": self.standard_error,
            "note": self.note,
            "method": self.method,
            "truncated_weight": self.truncated_weight,
        }

    @property
    def log_inflation(self) -> float:
        """ln(1/λ²), infinite for λ ≤ 0."""
        if self.log_value is not None:
            return -2.0 * self.log_value
        return math.inf if self.value < SMALLEST_ATTENUATION else -2.0 * math.log(self.value)


def attenuate(
    circuit: NoisyCircuit,
    *,
    method: AttenuationMethod = DEFAULT_ATTENUATION,
    observables: Sequence[Observable] | None = None,
    seed: int = 0,
) -> tuple[QubitAttenuation, ...]:
    """Return the attenuation of each observable, by default of Z on each measured qubit, ordered by classical bits.

    Args:
        circuit: The ISA circuit with its schedule and the noise of the device.
        method: `auto` or a key of `METHODS`.
        observables: Pauli observables as mappings from physical qubit to X, Y or Z; see
            `hwcost.noise.observables.track_observables` for where they are read and for the default.
        seed: Seed of methods that sample.

    Returns:
        One record per observable.

    Raises:
        OptionError: The method is unknown, or an observable is invalid.
        CircuitError: The method cannot answer for this circuit, such as a gate without a known unitary.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> from hwcost.calibration.audit import audit
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> from hwcost.isa.read import read_isa
        >>> from hwcost.isa.schedule import schedule_alap
        >>> circuit = QuantumCircuit(2, 1)
        >>> for gate, *qubits in (("x", 0), ("cx", 0, 1)):
        ...     _ = getattr(circuit, gate)(*qubits)
        >>> _ = circuit.measure(1, 0)
        >>> audited = audit(load_fake_backend("fake_manila"))
        >>> isa = read_isa(circuit, audited)
        >>> for record in attenuate(NoisyCircuit(isa, schedule_alap(isa), audited)):
        ...     print(record.qubit, record.clbit, f"{record.value:.3f}")
        1 0 0.944
    """
    if method != AUTO and method not in METHODS:
        raise OptionError(f"attenuation {shown(method)} is unknown; choose one of {', '.join((AUTO, *METHODS))}")
    tracked = track_observables(circuit.isa, circuit.noise, observables)
    estimates = load_method(method)(circuit, tracked, seed=seed)
    return tuple(_with_readout(row, estimate, method) for row, estimate in zip(tracked, estimates, strict=True))


def method_used(rows: Sequence[QubitAttenuation], asked: AttenuationMethod) -> str:
    """Return the method that stands for all rows: the one that was asked for, if it answers for any of them.

    For `auto` that is `pauli-propagation` if it answers for any row. Each row names its own.
    """
    methods = [row.method or asked for row in rows]
    wanted = SIGNED if asked == AUTO else asked
    return wanted if wanted in methods else methods[0]


def _with_readout(row: TrackedPauli, estimate: SignalEstimate, method: str) -> QubitAttenuation:
    factor = 1.0 if estimate.includes_readout else row.readout_factor
    return QubitAttenuation(
        qubit=row.qubit,
        clbit=row.clbit,
        value=estimate.value * factor,
        standard_error=None if estimate.standard_error is None else estimate.standard_error * factor,
        note=estimate.note,
        log_value=estimate.log_value if estimate.includes_readout else None,
        method=estimate.method or method,
        assumption=estimate.assumption,
        truncated_weight=estimate.truncated_weight,
    )


def attenuation_omissions(isa: IsaCircuit, audited: NoiseTable) -> tuple[str, ...]:
    """Return what the attenuation leaves out because the calibration does not say it, one line each."""
    qubits = active_qubits(isa)
    records = audited.calibration.qubits
    measured = sorted({q[0] for kind, q in zip(isa.kinds, isa.qubits, strict=True) if kind is Kind.MEASURE})
    gates = {
        name
        for name, kind, error in zip(isa.names, isa.kinds, isa.errors, strict=True)
        if error is None and kind <= Kind.TWO_QUBIT
    }
    no_t1 = [q for q in qubits if records[q].t1_s is None]
    no_t2 = [q for q in qubits if audited.t2_s[q] is None and records[q].t1_s is not None]
    unread = [q for q in measured if readout_factor(audited, q) is None]
    omissions: Sequence[tuple[str, Sequence[object], str | None]] = (
        ("T1 unknown on qubits {}: the decay of Z there is left out", no_t1, "t1_s"),
        ("T2 unknown on qubits {}: only their T1 counts (T2 = 2·T1)", no_t2, "t2_s"),
        ("readout error unknown on qubits {}: taken as none", unread, "readout_error"),
        ("gate error unknown for {}: only relaxation counts", sorted(gates), None),
    )
    return tuple(
        text.format(", ".join(map(str, items))) + ("" if name is None else f"; {flag_and_keyword(name)} gives it")
        for text, items, name in omissions
        if items
    )
