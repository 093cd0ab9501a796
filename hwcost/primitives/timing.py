"""How long the circuits of a PUB run: `TimedCircuit`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hwcost.calibration.audit import AuditedCalibration
from hwcost.circuits.boxes import inline_boxes
from hwcost.circuits.check import check_circuit
from hwcost.circuits.own_gates import name_own_gates
from hwcost.core.errors import HwcostError, NotNativeError
from hwcost.estimation.candidates import compilation_as_given
from hwcost.estimation.choice import choose, ranking_conditions
from hwcost.estimation.conditions import Conditions
from hwcost.estimation.costs import Compilation
from hwcost.estimation.logical import read_logical
from hwcost.estimation.seed_work import compile_candidates
from hwcost.isa.columns import IsaCircuit
from hwcost.isa.counts import gate_counts
from hwcost.isa.schedule import longest_path
from hwcost.primitives.folding import folded
from hwcost.primitives.layers import Layer
from hwcost.primitives.options import JobOptions
from hwcost.primitives.pubs import Pub, named

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

# Gates of which a layer of arbitrary one-qubit gates is made, and how many of each it takes: rz-sx-rz-sx-rz, and
# likewise with the pulses of other makers.
_LAYER_GATES = (
    ("sx", 2), ("x", 2), ("rx", 2), ("u3", 1), ("u", 1), ("u2", 2), ("r", 2), ("u1q", 2), ("gpi2", 2), ("rxpi2", 2),
)  # fmt: skip

GATES_PER_LAYER = 5
"""Instructions of such a layer on each qubit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readout:
    """The end of an Estimator's circuits: change of basis, then all qubits are measured together.

    Attributes:
        num_qubits: Qubits that are measured.
        layer_s: A layer of one-qubit gates, None where no such gate has a duration.
        measure_s: The longest measurement, None where none is known.
    """

    num_qubits: int
    layer_s: float | None
    measure_s: float | None

    @property
    def duration_s(self) -> float:
        """Seconds of both, what is not known left out."""
        return (self.layer_s or 0.0) + (self.measure_s or 0.0)

    @property
    def num_instructions(self) -> int:
        """Instructions of both."""
        return self.num_qubits * (GATES_PER_LAYER + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedCircuit:
    """One circuit as the device runs it.

    Attributes:
        isa: Its columns; of an Estimator's circuit without the final measurements.
        readout: What follows it, None where the circuit has its own measurements.
        num_logical_qubits: Width before compilation.
        twirl_s: Layer of one-qubit gates before its own measurements, where these are twirled.
        qubit_layer_s: Seconds of an arbitrary one-qubit gate, by physical qubit.
    """

    isa: IsaCircuit
    readout: Readout | None
    num_logical_qubits: int
    twirl_s: float = 0.0
    qubit_layer_s: Mapping[int, float] = field(default_factory=dict)

    def duration_s(self, factor: float | None, options: JobOptions | None) -> float:
        """Return the seconds of one shot without the repetition delay.

        Args:
            factor: Noise factor, None without extrapolation.
            options: The options, None for a program.
        """
        isa = self._amplified(factor, options)[0]
        return longest_path(isa)[0] + self.twirl_s + (0.0 if self.readout is None else self.readout.duration_s)

    def size(self, factor: float | None, options: JobOptions | None) -> tuple[int, int]:
        """Return (instructions, depth)."""
        isa, added = self._amplified(factor, options)
        counts = gate_counts(isa)
        if self.readout is None:
            return counts.num_instructions + added, counts.depth
        return counts.num_instructions + added + self.readout.num_instructions, counts.depth + GATES_PER_LAYER + 1

    def _amplified(self, factor: float | None, options: JobOptions | None) -> tuple[IsaCircuit, int]:
        if factor is None or options is None or options.amplifier == "pea":
            return self.isa, 0
        twirl_s = self.qubit_layer_s if options.twirl_gates else None
        return folded(self.isa, factor, options.amplifier, twirl_s=twirl_s)


def layer_duration_s(audited: AuditedCalibration, qubits: Iterable[int]) -> float | None:
    """Return how long arbitrary one-qubit gates on all of these qubits take together, None where that is not known."""
    slowest = [_one_qubit_s(audited, qubit) for qubit in qubits]
    return max((seconds for seconds in slowest if seconds is not None), default=None)


def _one_qubit_s(audited: AuditedCalibration, qubit: int) -> float | None:
    for name, times in _LAYER_GATES:
        seconds = audited.duration_s(name, (qubit,))
        if seconds is not None:
            return times * seconds
    return None


def readout_of(conditions: Conditions, num_qubits: int) -> Readout:
    """Return the readout of the first `num_qubits` physical qubits."""
    audited = conditions.device.audited
    known = [audited.duration_s("measure", (qubit,)) for qubit in range(num_qubits)]
    return Readout(
        num_qubits=num_qubits,
        layer_s=layer_duration_s(audited, range(num_qubits)),
        measure_s=max((seconds for seconds in known if seconds is not None), default=None),
    )


def time_pubs(
    pubs: Sequence[Pub],
    options: JobOptions,
    conditions: Conditions,
    progress: Callable[[int, int], None] | None = None,
) -> dict[int, TimedCircuit]:
    """Schedule the circuit of each PUB on the calibration; one that several PUBs share, once.

    Raises:
        CircuitError: A circuit cannot be costed, or is no ISA circuit of the device and shall not be compiled.
        CalibrationError: The device cannot carry it.
    """
    timed: dict[int, TimedCircuit] = {}
    known: dict[int, TimedCircuit] = {}
    for pub in pubs:
        if id(pub.circuit) not in known:
            try:
                known[id(pub.circuit)] = _time(pub.circuit, options, conditions)
            except HwcostError as error:
                raise named(pub, error) from error
        timed[pub.index] = known[id(pub.circuit)]
        if progress is not None:
            progress(len(timed), len(pubs))
    return timed


def time_circuit(circuit: QuantumCircuit, conditions: Conditions) -> TimedCircuit:
    """Schedule a circuit that is complete as it is, boxes written out."""
    compiled = _compiled(inline_boxes(circuit), conditions)
    return TimedCircuit(isa=compiled.isa, readout=None, num_logical_qubits=compiled.num_logical_qubits)


def _time(circuit: QuantumCircuit, options: JobOptions, conditions: Conditions) -> TimedCircuit:
    flat = inline_boxes(circuit)
    check_circuit(flat)
    flat = name_own_gates(flat)  # before measurements are taken off, which goes by name
    if options.primitive == "sampler":
        timed = time_circuit(flat, conditions)
        if not options.twirl_measure:
            return timed
        used = {q for qubits in timed.isa.qubits for q in qubits}
        layer_s = layer_duration_s(conditions.device.audited, used)
        return TimedCircuit(
            isa=timed.isa, readout=None, num_logical_qubits=timed.num_logical_qubits, twirl_s=layer_s or 0.0
        )
    audited = conditions.device.audited
    compiled = _compiled(_unmeasured(flat), conditions)
    width = circuit.num_qubits if compiled.transpiled is None else audited.calibration.num_qubits
    used = {q for qubits in compiled.isa.qubits for q in qubits}
    return TimedCircuit(
        isa=compiled.isa,
        readout=readout_of(conditions, width),
        num_logical_qubits=compiled.num_logical_qubits,
        qubit_layer_s={q: _one_qubit_s(audited, q) or 0.0 for q in used},
    )


def _unmeasured(circuit: QuantumCircuit) -> QuantumCircuit:
    """Return the circuit without its final measurements, in whose place the Estimator puts its own."""
    with warnings.catch_warnings():
        # Qiskit rebuilds the circuit and warns that it has a layout; which is not looked at here.
        warnings.filterwarnings("ignore", message="Trying to add QuantumRegister", category=UserWarning)
        return circuit.remove_final_measurements(inplace=False)


def _compiled(circuit: QuantumCircuit, conditions: Conditions) -> Compilation:
    logical = read_logical(circuit)
    if conditions.request.transpile:
        ranked = compile_candidates(logical, ranking_conditions(conditions))
        return choose(ranked, conditions, logical.plan).costed.compiled
    try:
        return compilation_as_given(logical.circuit, conditions.device)
    except NotNativeError as error:
        raise NotNativeError(
            f"{error}: it is no ISA circuit of {conditions.device.audited.calibration.name}; transpile it and apply "
            "its layout to the observables, or let it be compiled (--transpile, transpile=True)"
        ) from None


def learning_duration_s(layers: Mapping[Layer, float], options: JobOptions, readout: Readout) -> float:
    """Return the mean seconds of the circuits that learn the noise of layers.

    A circuit of depth d repeats its layer 2d times, each time with one-qubit gates that twirl it, and is read out.
    """
    depths = options.layer_learning.pair_depths
    longest = sorted(layers.values(), reverse=True)[: options.layer_learning.max_layers]
    if not longest or not depths:
        return readout.duration_s
    per_layer_s = sum(longest) / len(longest) + (readout.layer_s or 0.0)
    return sum(2 * depth for depth in depths) / len(depths) * per_layer_s + readout.duration_s
