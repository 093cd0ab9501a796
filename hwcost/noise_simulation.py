"""Qiskit Aer's noise model of one calibrated ISA circuit, simulated: ideal and noisy ⟨Z⟩ of each measurement.

The noise is what `qiskit_aer.noise.NoiseModel.from_backend` builds from the same calibration (depolarizing and thermal
relaxation on each gate), plus relaxation of every waiting qubit and the 2×2 confusion matrix of every readout. It is
placed operation by operation on the qubits in use, so that no assumption of an attenuation formula enters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from hwcost.errors import CircuitError, MissingDependencyError, OptionError
from hwcost.isa import IsaCircuit, Kind
from hwcost.observables import NoiseTable, active_qubits
from hwcost.pauli_transfer import Floats
from hwcost.relaxation import relaxation_rates_per_s
from hwcost.schedule import Schedule

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

SimulationMethod: TypeAlias = Literal["density-matrix", "trajectories"]

DENSITY_MATRIX_MAX_QUBITS = 10
"""Qubits in use up to which the density matrix is simulated: at 10 it takes 16 MiB and some 5 s per circuit of 1,000
operations on one core; each further qubit takes four times as much of both."""

TRAJECTORY_MAX_QUBITS = 16
"""Qubits in use up to which trajectories are sampled: at 16 some 10 minutes for 20 circuits of 1,000 operations."""

DEFAULT_TRAJECTORIES = 400
"""Trajectories per circuit: a standard error of about 0.03 in each ⟨Z⟩, about 2 % in a slope over 20 circuits."""

_CIRCUITS_AT_ONCE = 5  # between two calls of `progress`
_NO_PARALLEL_STATE_QUBITS = 60  # one thread per state: sums do not depend on the number of cores
_ALIASES = {"xslow": "x"}  # IBM's slow pulse of the same gate


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


def require_aer() -> Any:
    """The module `qiskit_aer`.

    Raises:
        MissingDependencyError: It is not installed.
    """
    try:
        import qiskit_aer
        import qiskit_aer.noise
    except ImportError as error:
        raise MissingDependencyError(
            'noise simulation needs qiskit-aer, which is not installed; run: pip install "hwcost[noise]"'
        ) from error
    return qiskit_aer


def relaxation_times_s(noise: NoiseTable, qubit: int) -> tuple[float, float]:
    """T1 and T2 of a qubit in seconds as a physical channel needs them: T2 at most 2·T1, infinite where unknown."""
    rate_1, rate_2 = relaxation_rates_per_s(noise, qubit)
    t1_s = 1.0 / rate_1 if rate_1 > 0.0 else math.inf
    t2_s = 1.0 / rate_2 if rate_2 > 0.0 else math.inf
    return t1_s, min(t2_s, 2.0 * t1_s)


def relaxation_process_fidelity(time_s: float, t1_s: float, t2_s: float) -> float:
    """F = (1 + e^(−t/T1) + 2·e^(−t/T2))/4, the process fidelity of one qubit's thermal relaxation at zero temperature.

    Args:
        time_s: Duration t in seconds.
        t1_s: T1 in seconds, may be infinite.
        t2_s: T2 in seconds, at most 2·T1, may be infinite.
    """
    return (1.0 + math.exp(-time_s / t1_s) + 2.0 * math.exp(-time_s / t2_s)) / 4.0


def depolarizing_probability(error: float, process_fidelity: float, num_qubits: int) -> float:
    """Probability p of the depolarizing channel (1 − p)·ρ + p·1/d that makes up the rest of a gate's error.

    p = d·(e − (1 − F))/(d·F − 1), with e the average gate error that the calibration reports, d = 2^(qubits), and
    F = (d·F_p + 1)/(d + 1) the average gate fidelity of the relaxation during the gate, whose process fidelity is F_p.
    Solves F(relaxation after depolarizing) = 1 − e; 0 where relaxation alone exceeds e, 1 from e = (d − 1)/d on.
    Source: `qiskit_aer.noise.device.models`, which has the same formula (and lets p exceed 1 for larger errors; such
    gates count as dead here). Assumes that the reported error includes the relaxation during the gate.

    Args:
        error: Average gate error e.
        process_fidelity: F_p, the product over the qubits of `relaxation_process_fidelity`.
        num_qubits: Number of qubits of the gate.
    """
    dimension = 2.0**num_qubits
    fidelity = (dimension * process_fidelity + 1.0) / (dimension + 1.0)
    rest = error - (1.0 - fidelity)
    if rest <= 0.0 or dimension * fidelity <= 1.0:
        return 0.0
    return min(1.0, dimension * rest / (dimension * fidelity - 1.0))


def confusion_matrix(noise: NoiseTable, qubit: int) -> Floats:
    """P(read i | state j) as a 2×2 array `[i, j]`.

    From P(0|1) and P(1|0) where both are known, else symmetric with the mean assignment error, else without error.
    """
    record = noise.calibration.qubits[qubit]
    read_0, read_1 = record.prob_meas0_prep1, record.prob_meas1_prep0
    if read_0 is None or read_1 is None:
        read_0 = read_1 = record.readout_error or 0.0
    return np.array([[1.0 - read_1, read_0], [read_1, 1.0 - read_0]])


def read_out(expectation: Floats, confusion: Floats) -> Floats:
    """⟨Z⟩ as read: P(read 0) − P(read 1) of a qubit with ⟨Z⟩ = `expectation` under its confusion matrix."""
    states = np.stack([1.0 + expectation, 1.0 - expectation]) / 2.0
    outcome = np.tensordot(confusion, states, axes=1)
    result: Floats = outcome[0] - outcome[1]
    return result


def gate_noise(
    noise: NoiseTable, qubits: Sequence[int], duration_s: float, error: float | None
) -> list[tuple[Any, tuple[int, ...]]]:
    """The noise after one gate as Aer's quantum errors, each with the positions in `qubits` that it acts on, in order.

    Args:
        noise: Relaxation times.
        qubits: Physical qubits of the gate.
        duration_s: Its duration in seconds.
        error: Its average error, None if unknown (then relaxation alone).
    """
    aer_noise = require_aer().noise
    fidelity = math.prod(
        relaxation_process_fidelity(duration_s, *relaxation_times_s(noise, qubit)) for qubit in qubits
    )
    channels: list[tuple[Any, tuple[int, ...]]] = []
    probability = depolarizing_probability(error or 0.0, fidelity, len(qubits))
    if probability > 0.0:
        channels.append((aer_noise.depolarizing_error(probability, len(qubits)), tuple(range(len(qubits)))))
    for position, qubit in enumerate(qubits):
        relaxation = relaxation_noise(noise, qubit, duration_s)
        if relaxation is not None:
            channels.append((relaxation, (position,)))
    return channels


def relaxation_noise(noise: NoiseTable, qubit: int, time_s: float) -> Any | None:
    """Thermal relaxation of one qubit for `time_s` seconds as Aer's quantum error, None if nothing happens."""
    t1_s, t2_s = relaxation_times_s(noise, qubit)
    if time_s <= 0.0 or (math.isinf(t1_s) and math.isinf(t2_s)):
        return None
    return require_aer().noise.thermal_relaxation_error(t1_s, t2_s, time_s)


class _Builder:
    """Makes Aer circuits on the qubits in use; every distinct gate and channel is built once."""

    def __init__(self, isa: IsaCircuit, schedule: Schedule, noise: NoiseTable) -> None:
        self.isa, self.schedule, self.noise = isa, schedule, noise
        self.used = active_qubits(isa)
        self.index = {qubit: i for i, qubit in enumerate(self.used)}
        self.measured = isa.measurements()
        self.last = {q: i for i, qubits in enumerate(isa.qubits) if isa.kinds[i] < Kind.DELAY for q in qubits}
        self.has_events = any(
            kind is Kind.RESET or (kind is Kind.MEASURE and self.last[qubits[0]] != i)
            for i, (kind, qubits) in enumerate(zip(isa.kinds, isa.qubits, strict=True))
        )
        self.instructions: dict[Any, list[tuple[Any, tuple[int, ...]]]] = {}

    def circuit(self, isa: IsaCircuit, *, noisy: bool, inputs: frozenset[int], per_shot: bool) -> QuantumCircuit:
        """`isa` with its angles, on the qubits in use, starting in |1⟩ on the physical qubits of `inputs`."""
        from qiskit import QuantumCircuit
        from qiskit.circuit.library import Reset, XGate
        from qiskit.quantum_info import Pauli

        circuit = QuantumCircuit(len(self.used))
        reset, flip, pauli_z = Reset(), XGate(), Pauli("Z")
        to_flip = set(inputs)
        saved = {index: clbit for clbit, index in self.measured.items()}
        idle_of = self.schedule.idle_before_s

        def add(channels: list[tuple[Any, tuple[int, ...]]], qubits: Sequence[int]) -> None:
            for instruction, positions in channels:
                circuit.append(instruction, [self.index[qubits[p]] for p in positions], copy=False)

        for i, (kind, qubits) in enumerate(zip(isa.kinds, isa.qubits, strict=True)):
            if kind >= Kind.DELAY:
                continue
            if kind is Kind.RESET:
                # A reset before anything else prepares the input; the input that is asked for comes after it.
                circuit.append(reset, [self.index[qubits[0]]], copy=False)
                continue
            for qubit in to_flip.intersection(qubits):
                circuit.append(flip, [self.index[qubit]], copy=False)
            to_flip.difference_update(qubits)
            if noisy:
                for qubit, idle_s in zip(qubits, idle_of[i], strict=True):
                    add(self._wait(qubit, idle_s), (qubit,))
            if kind is Kind.MEASURE:
                if i in saved:
                    circuit.save_expectation_value(
                        pauli_z, [self.index[qubits[0]]], label=f"clbit {saved[i]}", pershot=per_shot
                    )
                if self.last[qubits[0]] != i:
                    add(self._collapse(), qubits)
                    if noisy:
                        add(self._wait(qubits[0], isa.durations_s[i]), qubits)
                continue
            add([(self._gate(isa.names[i], isa.params[i], len(qubits)), tuple(range(len(qubits))))], qubits)
            if noisy:
                add(self._gate_noise(qubits, isa.durations_s[i], isa.errors[i]), qubits)
        return circuit

    def _gate(self, name: str, params: tuple[float | None, ...], num_qubits: int) -> Any:
        from qiskit.circuit.library import UnitaryGate
        from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping

        template = get_standard_gate_name_mapping().get(_ALIASES.get(name, name))
        if template is None or template.num_qubits != num_qubits or num_qubits > 2:
            raise CircuitError(
                f"the gate {name} on {num_qubits} qubits has no known unitary, so its noise cannot be simulated; "
                "transpile the circuit first (drop --no-transpile)"
            )
        if None in params:
            raise CircuitError(
                f"the gate {name} has an angle without a value (the counter of a for_loop); unroll the loop first"
            )
        gate = template.base_class(*params)
        known = require_aer().AerSimulator().configuration().basis_gates if not self.instructions else None
        if known is not None:
            self.instructions["known"] = [(frozenset(known), ())]
        return gate if gate.name in self.instructions["known"][0][0] else UnitaryGate(gate.to_matrix())

    def _gate_noise(
        self, qubits: tuple[int, ...], duration_s: float, error: float | None
    ) -> list[tuple[Any, tuple[int, ...]]]:
        key = (qubits, duration_s, error)
        if key not in self.instructions:
            channels = gate_noise(self.noise, qubits, duration_s, error)
            self.instructions[key] = [(channel.to_instruction(), positions) for channel, positions in channels]
        return self.instructions[key]

    def _wait(self, qubit: int, time_s: float) -> list[tuple[Any, tuple[int, ...]]]:
        key = (qubit, time_s)
        if key not in self.instructions:
            channel = relaxation_noise(self.noise, qubit, time_s)
            self.instructions[key] = [] if channel is None else [(channel.to_instruction(), (0,))]
        return self.instructions[key]

    def _collapse(self) -> list[tuple[Any, tuple[int, ...]]]:
        """A measurement whose outcome nobody looks at: complete dephasing."""
        if "collapse" not in self.instructions:
            channel = require_aer().noise.pauli_error([("I", 0.5), ("Z", 0.5)])
            self.instructions["collapse"] = [(channel.to_instruction(), (0,))]
        return self.instructions["collapse"]


def simulation_method(num_qubits: int) -> SimulationMethod:
    """How a circuit that uses `num_qubits` qubits is simulated.

    Raises:
        CircuitError: It uses more than `TRAJECTORY_MAX_QUBITS`.
    """
    if num_qubits > TRAJECTORY_MAX_QUBITS:
        raise CircuitError(
            f"the transpiled circuit uses {num_qubits} qubits; noise can be simulated up to {TRAJECTORY_MAX_QUBITS}: "
            "validate a smaller circuit of the same kind"
        )
    return "density-matrix" if num_qubits <= DENSITY_MATRIX_MAX_QUBITS else "trajectories"
