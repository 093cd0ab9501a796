"""One circuit compiled with several seeds, each costed far enough to be ranked: `Candidate`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hwcost.backend.prepared import Device
from hwcost.core.errors import CircuitError, OptionError
from hwcost.core.text import one_line
from hwcost.estimation.options import EstimateOptions
from hwcost.isa.columns import IsaCircuit
from hwcost.isa.read import read_isa
from hwcost.isa.schedule import Schedule, schedule_alap
from hwcost.noise.attenuation import QubitAttenuation, attenuate
from hwcost.noise.shots import ShotCost, inflation, noiseless_shots, shot_cost
from hwcost.noise.success import PaperCost, SuccessProbability, paper_cost, success_probability

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from hwcost.backend.compiler import Transpiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One compilation of a circuit and what it costs.

    Attributes:
        transpiled: The compilation, None for a circuit that came as ISA circuit.
        circuit: The ISA circuit (on the healthy component's qubit numbers if it was compiled here).
        isa: Its columns, on physical qubit numbers.
        schedule: Its ALAP schedule.
        attenuations: λ of each observable; empty where no noise is costed.
        success: ESP and its parts, None where no noise is costed.
        paper: The paper's model, None where no noise is costed or the model is undefined.
    """

    transpiled: Transpiled | None
    circuit: QuantumCircuit
    isa: IsaCircuit
    schedule: Schedule
    attenuations: tuple[QubitAttenuation, ...]
    success: SuccessProbability | None
    paper: PaperCost | None


def compile_candidates(
    circuit: QuantumCircuit,
    device: Device,
    options: EstimateOptions,
    observable: Any = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Candidate]:
    """The circuit compiled with each seed, in the order of the seeds."""
    audited = device.audited
    audited.require_qubits(circuit.num_qubits)
    candidates = []
    for done in range(options.num_seeds):
        transpiled = device.compiler.compile(
            circuit, optimization_level=options.optimization_level, seed=options.seed + done
        )
        candidates.append(candidate_on_target(transpiled.circuit, device, options, transpiled, observable))
        if progress is not None:
            progress(done + 1, options.num_seeds)
    return candidates


def candidate_on_target(
    isa: QuantumCircuit,
    device: Device,
    options: EstimateOptions,
    transpiled: Transpiled | None = None,
    observable: Any = None,
    *,
    may_be_empty: bool = False,
) -> Candidate:
    """An ISA circuit on the qubit numbers of `device.target`, whoever compiled it.

    Args:
        isa: The circuit; its qubit i is the physical qubit `device.audited.component[i]`.
        device: The device.
        options: How it is costed.
        transpiled: What is known about the compilation, if it was made by `device.compiler`.
        observable: Pauli observable on the qubits before compilation; only with `transpiled`.
        may_be_empty: Whether a circuit in which nothing is left is a candidate, without attenuations.

    Raises:
        CircuitError: An operation is not native or not calibrated there.
    """
    audited = device.audited
    columns = read_isa(
        isa,
        audited,
        physical_qubits=audited.component[: isa.num_qubits],
        num_qubits=audited.calibration.num_qubits,
    )
    return _cost(isa, columns, device, options, transpiled, observable, may_be_empty)


def candidate_as_given(
    circuit: QuantumCircuit, device: Device, options: EstimateOptions, observable: Any = None
) -> Candidate:
    """An ISA circuit as it is, on the device's own qubit numbers.

    Raises:
        CircuitError: It is wider than the device, or an operation in it is not native or not calibrated.
    """
    calibration = device.audited.calibration
    if circuit.num_qubits > calibration.num_qubits:
        raise CircuitError(
            f"{one_line(circuit.name)}: an ISA circuit uses the device's own qubit numbers, but this one has "
            f"{circuit.num_qubits} qubits and {calibration.name} has {calibration.num_qubits}; transpile it for the "
            "device (without --no-transpile) or choose a larger one"
        )
    isa = read_isa(circuit, device.audited, num_qubits=calibration.num_qubits)
    return _cost(circuit, isa, device, options, None, observable)


def _cost(
    circuit: QuantumCircuit,
    isa: IsaCircuit,
    device: Device,
    options: EstimateOptions,
    transpiled: Transpiled | None,
    observable: Any,
    may_be_empty: bool = False,
) -> Candidate:
    audited = device.audited
    schedule = schedule_alap(isa)
    success = paper = None
    attenuations: tuple[QubitAttenuation, ...] = ()
    if not audited.durations_only:
        t1_s = [qubit.t1_s for qubit in audited.calibration.qubits]
        success = success_probability(isa, schedule, t1_s, audited.t2_s)
        paper = paper_cost(isa, audited.t2_s)
        if options.attenuation == "paper" and paper is None:
            raise CircuitError(
                f"{one_line(circuit.name)}: the paper's model is undefined for a circuit that takes no time or has no "
                "known T2; choose another attenuation, such as mean-field"
            )
        component = None if transpiled is None else audited.component
        attenuations = attenuate(
            isa,
            schedule,
            audited,
            method=options.attenuation,
            observables=None if observable is None else physical_observables(observable, circuit, component),
            seed=options.seed,
            p_fail=None if paper is None else paper.p_fail,
        )
        if not attenuations and not may_be_empty:
            raise CircuitError(
                f"{one_line(circuit.name)}: nothing but waiting is left after compilation; "
                "give a circuit that does something"
            )
    return Candidate(
        transpiled=transpiled,
        circuit=circuit,
        isa=isa,
        schedule=schedule,
        attenuations=attenuations,
        success=success,
        paper=paper,
    )


def physical_observables(
    observable: Any, circuit: QuantumCircuit, component: Sequence[int] | None
) -> list[Mapping[int, Any]]:
    """A Pauli observable as maps from physical qubit to X, Y or Z, one for each term that is not the identity.

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
        observable = observable.to_labels()
    one = isinstance(observable, str) or hasattr(observable, "to_label")
    if not one and not isinstance(observable, Iterable):
        raise OptionError(
            f"an observable of type {type(observable).__name__} is not known; give Pauli labels, a Pauli, a PauliList "
            "or a SparsePauliOp"
        )
    labels = [
        item.to_label().lstrip("+-i") if hasattr(item, "to_label") else item
        for item in ([observable] if one else observable)
    ]
    for label in labels:
        if not isinstance(label, str) or not label or set(label) - set("IXYZ"):
            raise OptionError(f"the observable {label!r} is no Pauli label; use the letters I, X, Y, Z, such as ZZII")
    return labels


def candidate_shots(candidate: Candidate, options: EstimateOptions) -> ShotCost:
    """The shots that this compilation needs."""
    if candidate.success is None or not candidate.attenuations:
        return noiseless_shots(requested=options.shots, precision=options.precision)
    return shot_cost(
        candidate.attenuations,
        method=options.attenuation,
        requested=options.shots,
        precision=options.precision,
        rule=options.inflation,
        task=options.task,
        log10_esp=candidate.success.log10_esp,
    )


def log_cost(candidate: Candidate, rep_delay_s: float, options: EstimateOptions) -> float:
    """Logarithm of the QPU time per noiseless shot: ranks compilations even where the number of shots overflows."""
    log_time = math.log(max(candidate.schedule.duration_s + rep_delay_s, 1e-12))
    if candidate.success is None:
        return log_time
    if options.task == "sampling":
        return log_time - candidate.success.log10_esp * math.log(10.0)
    if options.attenuation == "paper" and candidate.paper is not None:
        return log_time - candidate.paper.log_survival
    factors = [inflation(a.value) for a in candidate.attenuations]
    return log_time + math.log(max(factors) if options.inflation == "worst" else math.fsum(factors) / len(factors))
