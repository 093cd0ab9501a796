"""Qiskit Aer's noise model of one calibrated ISA circuit, simulated: ideal and noisy ⟨Z⟩ of each measurement.

The noise is what `qiskit_aer.noise.NoiseModel.from_backend` builds from the same calibration (depolarizing and thermal
relaxation on each gate), plus relaxation of every waiting qubit and the 2×2 confusion matrix of every readout. It is
placed operation by operation on the qubits in use, so that no assumption of an attenuation formula enters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from hwcost.core.errors import CircuitError, NotNativeError
from hwcost.core.native_gates import gate_template, make_gate, matrix_of
from hwcost.isa.columns import IsaCircuit, Kind
from hwcost.isa.schedule import Schedule
from hwcost.noise.observables import NoiseTable, active_qubits
from hwcost.noise.transfer import Floats
from hwcost.validation.channels import Placed, confusion_matrix, gate_noise, read_out, relaxation_noise, require_aer

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

SimulationMethod: TypeAlias = Literal["density-matrix", "trajectories"]

DENSITY_MATRIX_MAX_QUBITS = 10
"""Qubits in use up to which the density matrix is simulated: at 10 it takes 16 MiB and some 5 s per circuit of 1,000
operations on one core; each further qubit takes four times as much of both."""

TRAJECTORY_MAX_QUBITS = 16
"""Qubits in use up to which trajectories are sampled: at 16 some 20 minutes for 20 circuits of 1,000 operations on
one core."""

DEFAULT_TRAJECTORIES = 400
"""Trajectories per circuit: a standard error of at most 0.05 = 1/√400 in each ⟨Z⟩, much less where errors are rare."""

_CIRCUITS_AT_ONCE = 5  # between two calls of `progress`
_NO_PARALLEL_STATE_QUBITS = 60  # one thread per state: sums do not depend on the number of cores


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedValues:
    """⟨Z⟩ just before the last measurement into each classical bit, without and with noise.

    Attributes:
        method: How the noise was simulated.
        num_trajectories: Trajectories per circuit, None for a density matrix.
        used_qubits: Physical qubits that were simulated.
        qubits: Physical qubit of each column below.
        clbits: Classical bit of each column below, ascending.
        ideal: `[circuit, clbit]`, without noise.
        noisy: `[circuit, clbit]`, with gate errors and relaxation, before readout.
        measured: `[circuit, clbit]`, as read out: what infinitely many shots on the noisy device give.
        standard_error: `[circuit, clbit]` of `noisy`, None for a density matrix, which is exact.
    """

    method: SimulationMethod
    num_trajectories: int | None
    used_qubits: tuple[int, ...]
    qubits: tuple[int, ...]
    clbits: tuple[int, ...]
    ideal: Floats
    noisy: Floats
    measured: Floats
    standard_error: Floats | None


Step: TypeAlias = tuple[Sequence[int], Iterable[Placed]]
"""Physical qubits, and instructions on positions among them."""


class _Builder:
    """Makes Aer circuits on the qubits in use; every distinct channel is built once."""

    def __init__(self, isa: IsaCircuit, schedule: Schedule, noise: NoiseTable) -> None:
        self.schedule, self.noise = schedule, noise
        self.used = active_qubits(isa)
        self.saved = {index: clbit for clbit, index in isa.measurements().items()}
        self.last = {q: i for i, qubits in enumerate(isa.qubits) if isa.kinds[i] < Kind.DELAY for q in qubits}
        self.has_events = any(
            kind is Kind.RESET or (kind is Kind.MEASURE and self.last[qubits[0]] != i)
            for i, (kind, qubits) in enumerate(zip(isa.kinds, isa.qubits, strict=True))
        )
        self._index = {qubit: i for i, qubit in enumerate(self.used)}
        self._known_gates = frozenset(require_aer().AerSimulator().configuration().basis_gates)
        self._channels: dict[Any, list[Placed]] = {}

    def circuit(self, isa: IsaCircuit, *, noisy: bool, inputs: frozenset[int], per_shot: bool) -> QuantumCircuit:
        """Return `isa` on the qubits in use, starting in |1⟩ on the physical qubits of `inputs`."""
        from qiskit import QuantumCircuit
        from qiskit.quantum_info import Pauli

        circuit = QuantumCircuit(len(self.used))
        pauli_z = Pauli("Z")
        to_flip = set(inputs)

        def add(steps: Iterable[Step]) -> None:
            for qubits, instructions in steps:
                for instruction, positions in instructions:
                    circuit.append(instruction, [self._index[qubits[p]] for p in positions], copy=False)

        for i, (kind, qubits) in enumerate(zip(isa.kinds, isa.qubits, strict=True)):
            if kind >= Kind.DELAY:
                continue
            add(self._before(i, kind, qubits, to_flip, noisy))
            if kind is Kind.MEASURE and i in self.saved:
                label = _label(self.saved[i])
                circuit.save_expectation_value(pauli_z, [self._index[qubits[0]]], label=label, pershot=per_shot)
            add(self._operation(isa, i, noisy))
        return circuit

    def _before(self, i: int, kind: Kind, qubits: tuple[int, ...], to_flip: set[int], noisy: bool) -> Iterator[Step]:
        """Yield the flips of inputs that are still due, and the wait before an operation."""
        from qiskit.circuit.library import XGate

        if kind is Kind.RESET:  # before anything else it prepares |0⟩; the input that is asked for comes after it
            return
        for qubit in sorted(to_flip.intersection(qubits)):
            yield (qubit,), [(XGate(), (0,))]
        to_flip.difference_update(qubits)
        if noisy:
            for qubit, idle_s in zip(qubits, self.schedule.idle_before_s[i], strict=True):
                yield (qubit,), self._wait(qubit, idle_s)

    def _operation(self, isa: IsaCircuit, i: int, noisy: bool) -> Iterator[Step]:
        """Yield a reset, a gate with its noise, or what a measurement leaves where more follows on the qubit."""
        from qiskit.circuit.library import Reset

        kind, qubits = isa.kinds[i], isa.qubits[i]
        if kind is Kind.RESET:
            yield qubits, [(Reset(), (0,))]
        elif kind is not Kind.MEASURE:
            yield qubits, [(self._gate(isa.names[i], isa.params[i], len(qubits)), tuple(range(len(qubits))))]
            if noisy:
                yield qubits, self._gate_noise(qubits, isa.durations_s[i], isa.errors[i])
        elif self.last[qubits[0]] != i:
            yield qubits, self._collapse()
            if noisy:
                yield qubits, self._wait(qubits[0], isa.durations_s[i])

    def _gate(self, name: str, params: tuple[float | None, ...], num_qubits: int) -> Any:
        from qiskit.circuit.library import UnitaryGate

        template = gate_template(name)
        if template is None or template.num_qubits != num_qubits or num_qubits > 2:
            raise NotNativeError(
                f"the gate {name} on {num_qubits} qubits has no known unitary, so its noise cannot be simulated"
            )
        if None in params:
            raise CircuitError(
                f"the gate {name} has an angle without a value (such as the counter of a for_loop); bind or unroll it"
            )
        gate = make_gate(name, params)
        return gate if gate.name in self._known_gates else UnitaryGate(matrix_of(gate))

    def _gate_noise(self, qubits: tuple[int, ...], duration_s: float, error: float | None) -> list[Placed]:
        key = (qubits, duration_s, error)
        if key not in self._channels:
            self._channels[key] = _instructions(gate_noise(self.noise, qubits, duration_s, error))
        return self._channels[key]

    def _wait(self, qubit: int, time_s: float) -> list[Placed]:
        key = (qubit, time_s)
        if key not in self._channels:
            channel = relaxation_noise(self.noise, qubit, time_s)
            self._channels[key] = [] if channel is None else _instructions([(channel, (0,))])
        return self._channels[key]

    def _collapse(self) -> list[Placed]:
        """Return a measurement whose outcome is not read: complete dephasing."""
        if "collapse" not in self._channels:
            self._channels["collapse"] = _instructions(
                [(require_aer().noise.pauli_error([("I", 0.5), ("Z", 0.5)]), (0,))]
            )
        return self._channels["collapse"]


def _instructions(channels: Iterable[Placed]) -> list[Placed]:
    return [(_instruction(channel), positions) for channel, positions in channels]


def _instruction(channel: Any) -> Any:
    """Turn a quantum error into an instruction, by its Kraus operators where it is no mixture of unitaries and resets.

    Those are relaxations with T1 < T2. With them as quantum errors, trajectories of Aer 0.17 stop on some circuits with
    "QuantumError: Kraus is empty", or crash; as instructions of the circuit they do not take that path.
    """
    from qiskit.quantum_info import Kraus

    if any(instruction.name == "kraus" for circuit in channel.circuits for instruction in circuit.data):
        return Kraus(channel).to_instruction()
    return channel.to_instruction()


def _label(clbit: int) -> str:
    return f"clbit {clbit}"


def simulation_method(num_qubits: int) -> SimulationMethod:
    """Choose how to simulate a circuit that uses `num_qubits` qubits.

    Raises:
        CircuitError: It uses more than `TRAJECTORY_MAX_QUBITS`.
    """
    if num_qubits > TRAJECTORY_MAX_QUBITS:
        raise CircuitError(
            f"the transpiled circuit uses {num_qubits} qubits; noise can be simulated up to {TRAJECTORY_MAX_QUBITS}: "
            "validate a smaller circuit of the same kind"
        )
    return "density-matrix" if num_qubits <= DENSITY_MATRIX_MAX_QUBITS else "trajectories"


def simulate(
    circuits: Sequence[IsaCircuit],
    schedule: Schedule,
    noise: NoiseTable,
    *,
    inputs: Sequence[Iterable[int]] | None = None,
    num_trajectories: int = DEFAULT_TRAJECTORIES,
    seed: int = 0,
    method: SimulationMethod | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SimulatedValues:
    """Simulate ⟨Z⟩ at each measurement of circuits that differ only in their angles or in their input.

    On the qubits in use, operation by operation: relaxation for the time that each qubit waited (waits before its first
    operation do not count), the gate, then `gate_noise`. A measurement that is not its qubit's last operation dephases
    the qubit and lets it relax while it is read; resets are perfect. ⟨Z⟩ is taken just before a measurement, and the
    confusion matrix is applied to it exactly.

    Not simulated, because no calibration reports it: crosstalk, coherent errors, leakage, drift, and correlations
    between readouts.

    Args:
        circuits: The same operations with different angles, all bound.
        schedule: Their common ALAP schedule.
        noise: Relaxation times and readout errors.
        inputs: For each circuit the physical qubits that start in |1⟩ instead of |0⟩, prepared without error.
        num_trajectories: Trajectories per circuit where the density matrix is too large.
        seed: Seed of the trajectories.
        method: Fixes the method; by default `simulation_method` chooses.
        progress: Called with (circuits done, circuits in all).

    Raises:
        CircuitError: Nothing is measured, too many qubits are used, an angle is free, a gate is unknown, or
            trajectories would have to sample measurements or resets in mid-circuit.
        MissingDependencyError: qiskit-aer is not installed.
    """
    builder = _Builder(circuits[0], schedule, noise)
    columns = sorted((clbit, circuits[0].qubits[index][0]) for index, clbit in builder.saved.items())
    if not columns:
        raise CircuitError("the circuit measures nothing, so there is no value to simulate; add measurements")
    method = method or simulation_method(len(builder.used))
    if method == "trajectories" and builder.has_events:
        raise CircuitError(
            f"the transpiled circuit uses {len(builder.used)} qubits and measures or resets in mid-circuit; with those "
            f"at most {DENSITY_MATRIX_MAX_QUBITS} qubits can be simulated"
        )
    flips = [frozenset(chosen) for chosen in inputs] if inputs is not None else [frozenset()] * len(circuits)
    clbits = [clbit for clbit, _ in columns]
    # Without noise a pure state stays pure, unless something is measured or reset on the way.
    ideal_method = "density_matrix" if builder.has_events else "statevector"
    noisy_method = "density_matrix" if method == "density-matrix" else "statevector"
    shots = num_trajectories if method == "trajectories" else 1
    seeds = np.random.SeedSequence(seed).generate_state(len(circuits))
    ideal, noisy = [], []
    for first in range(0, len(circuits), _CIRCUITS_AT_ONCE):
        part = slice(first, first + _CIRCUITS_AT_ONCE)
        runs = list(zip(circuits[part], flips[part], strict=True))
        bare = [builder.circuit(isa, noisy=False, inputs=chosen, per_shot=False) for isa, chosen in runs]
        real = [builder.circuit(isa, noisy=True, inputs=chosen, per_shot=shots > 1) for isa, chosen in runs]
        ideal.append(_run(bare, ideal_method, clbits, 1, int(seeds[first])))
        noisy.append(_run(real, noisy_method, clbits, shots, int(seeds[first])))
        if progress is not None:
            progress(first + len(runs), len(circuits))
    samples = np.concatenate(noisy)
    expectation: Floats = samples.mean(axis=2)
    return SimulatedValues(
        method=method,
        num_trajectories=shots if method == "trajectories" else None,
        used_qubits=builder.used,
        qubits=tuple(qubit for _, qubit in columns),
        clbits=tuple(clbits),
        ideal=np.concatenate(ideal)[:, :, 0],
        noisy=expectation,
        measured=np.stack(
            [read_out(expectation[:, i], confusion_matrix(noise, q)) for i, (_, q) in enumerate(columns)], axis=1
        ),
        standard_error=samples.std(axis=2, ddof=1) / math.sqrt(shots) if shots > 1 else None,
    )


def _run(circuits: Sequence[QuantumCircuit], method: str, clbits: Sequence[int], shots: int, seed: int) -> Floats:
    """Simulate ⟨Z⟩ as `[circuit, clbit, shot]`."""
    simulator = require_aer().AerSimulator(
        method=method,
        # Aer 0.17 confuses the qubits of an expectation value where it leaves out idle ones (its issue 2442). None are
        # idle here.
        enable_truncation=False,
        # The same numbers on every machine: shots in one stream of random numbers, sums by one thread.
        max_parallel_shots=1,
        max_parallel_experiments=0,
        statevector_parallel_threshold=_NO_PARALLEL_STATE_QUBITS,
    )
    result = simulator.run(list(circuits), shots=shots, seed_simulator=seed & 0x7FFFFFFF).result()
    if not result.success:
        raise CircuitError(f"qiskit-aer cannot simulate the circuit: {' '.join(str(result.status).split())}")
    rows = [[np.atleast_1d(result.data(i)[_label(clbit)]) for clbit in clbits] for i in range(len(circuits))]
    values: Floats = np.array(rows, dtype=float)
    return values
