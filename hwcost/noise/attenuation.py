"""How much of each expectation value survives the noise: `QubitAttenuation`, by one of four methods.

`mean-field` is the default; `pauli-path` is the slower, more accurate Monte Carlo; `light-cone` is the product that can
be checked by hand; `paper` is the published reference, kept for comparison. All four read the same calibrated
errors: none knows crosstalk, coherent errors, leakage or drift.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from hwcost.core.errors import OptionError
from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.schedule import Schedule
from hwcost.noise.methods.light_cone import light_cone_attenuation
from hwcost.noise.methods.mean_field import mean_field_attenuation
from hwcost.noise.methods.pauli_path import PathEstimate, pauli_path_attenuation
from hwcost.noise.observables import NoiseTable, Observable, active_qubits, readout_factor, track_observables

AttenuationMethod: TypeAlias = Literal["mean-field", "pauli-path", "light-cone", "paper"]
ATTENUATION_METHODS: tuple[AttenuationMethod, ...] = get_args(AttenuationMethod)


@dataclass(frozen=True, slots=True, kw_only=True)
class QubitAttenuation:
    """Attenuation of one observable: the slope of its noisy on its ideal expectation value, readout included.

    Attributes:
        qubit: Physical qubit of an observable on one qubit, else None.
        clbit: Classical bit that the value is written to, None if the circuit does not measure it.
        value: λ in [0, 1]; 1 means that noise takes nothing away.
        standard_error: Statistical error of `value` (only `pauli-path` has one).
        note: What to know about this value, None if nothing.
    """

    qubit: int | None
    clbit: int | None
    value: float
    standard_error: float | None = None
    note: str | None = None


def attenuate(
    isa: IsaCircuit,
    schedule: Schedule,
    audited: NoiseTable,
    *,
    method: AttenuationMethod = "mean-field",
    observables: Sequence[Observable] | None = None,
    seed: int = 0,
    num_paths: int = 8000,
    p_fail: float | None = None,
) -> tuple[QubitAttenuation, ...]:
    """Attenuation of each observable, by default of Z on each measured qubit in the order of the classical bits.

    Args:
        isa: The ISA circuit.
        schedule: Its ALAP schedule.
        audited: Relaxation times and readout errors of the device.
        method: One of `ATTENUATION_METHODS`.
        observables: Pauli observables as mappings from physical qubit to X, Y or Z; see
            `hwcost.noise.observables.track_observables` for where they are read and for the default.
        seed: Seed of `pauli-path`.
        num_paths: Number of sampled paths per observable of `pauli-path`.
        p_fail: Failure probability of the circuit, for `paper` only.

    Returns:
        One record per observable.

    Raises:
        OptionError: The method is unknown, `paper` has no `p_fail`, or an observable makes no sense.
        CircuitError: A gate has no known unitary (`mean-field`, `pauli-path`).

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
        >>> for record in attenuate(isa, schedule_alap(isa), audited):
        ...     print(record.qubit, record.clbit, f"{record.value:.3f}")
        1 0 0.947
    """
    tracked = track_observables(isa, audited, observables)
    if method == "pauli-path":
        estimates = pauli_path_attenuation(isa, schedule, audited, tracked, seed=seed, num_paths=num_paths)
    elif method == "mean-field":
        estimates = [PathEstimate(value=v) for v in mean_field_attenuation(isa, schedule, audited, tracked)]
    elif method == "light-cone":
        estimates = [PathEstimate(value=v) for v in light_cone_attenuation(isa, schedule, audited, tracked)]
    elif method == "paper":
        if p_fail is None:
            raise OptionError("attenuation 'paper' needs the failure probability of the circuit (p_fail)")
        value = paper_attenuation(p_fail)
        return tuple(QubitAttenuation(qubit=row.qubit, clbit=row.clbit, value=value) for row in tracked)
    else:
        raise OptionError(f"attenuation {method!r} is unknown; choose one of {', '.join(ATTENUATION_METHODS)}")
    return tuple(
        QubitAttenuation(
            qubit=row.qubit,
            clbit=row.clbit,
            value=min(1.0, estimate.value * row.readout_factor),
            standard_error=(None if estimate.standard_error is None else estimate.standard_error * row.readout_factor),
            note=estimate.note,
        )
        for row, estimate in zip(tracked, estimates, strict=True)
    )


def paper_attenuation(p_fail: float) -> float:
    """λ = √(1 − P_fail), the same for every qubit, so that 1/λ² is the published shot inflation 1/(1 − P_fail).

    P_fail is the probability that anything fails anywhere in the circuit (Hyb-HANAS, arXiv:2603.00625). It ignores
    which qubit is read and is a poor ranking of real inflation; it is here to be compared with.

    Raises:
        OptionError: `p_fail` is not a probability.

    Example:
        >>> round(paper_attenuation(0.36), 12)
        0.8
    """
    if not 0.0 <= p_fail <= 1.0:
        raise OptionError(f"p_fail is {p_fail}; a probability must lie between 0 and 1")
    return math.sqrt(1.0 - p_fail)


def attenuation_omissions(isa: IsaCircuit, audited: NoiseTable) -> tuple[str, ...]:
    """What the attenuation of this circuit leaves out because the calibration does not say it, one line each."""
    qubits = active_qubits(isa)
    records = audited.calibration.qubits
    measured = sorted({q[0] for kind, q in zip(isa.kinds, isa.qubits, strict=True) if kind is Kind.MEASURE})
    gates = {
        name
        for name, kind, error in zip(isa.names, isa.kinds, isa.errors, strict=True)
        if error is None and kind <= Kind.TWO_QUBIT
    }
    found: dict[str, Sequence[object]] = {
        "T1 unknown on qubits {}: the decay of Z there is left out": [q for q in qubits if records[q].t1_s is None],
        "T2 unknown on qubits {}: only their T1 counts (T2 = 2·T1)": [
            q for q in qubits if audited.t2_s[q] is None and records[q].t1_s is not None
        ],
        "readout error unknown on qubits {}: taken as none": [
            q for q in measured if readout_factor(audited, q) is None
        ],
        "gate error unknown for {}: only relaxation counts": sorted(gates),
    }
    return tuple(text.format(", ".join(map(str, items))) for text, items in found.items() if items)
