"""The work of a comparison: cells of one circuit on one device by one compiler are compiled, checked and costed.

What serves many cells is made once per process: the Target and pass managers of the current device, the current circuit
and its simulation for the check of equivalence. Everything else is let go, so that memory does not grow with the number
of circuits or devices.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import math
import pickle
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwcost.backend.equivalence import EquivalenceCheck, Placement, Verdict
from hwcost.backend.prepared import Device
from hwcost.backend.routing import GATES_PER_SWAP, two_qubit_duration_s
from hwcost.comparison.cell import CellCost, Outcome
from hwcost.comparison.compilers import AnyCompiler, QiskitCompiler
from hwcost.comparison.reach import standard_error
from hwcost.core.errors import CircuitError, HwcostError, InputError
from hwcost.core.text import error_text, one_line
from hwcost.estimation.candidates import compilation_on_target
from hwcost.estimation.conditions import Conditions, conditions_on
from hwcost.estimation.costs import Compilation, CostedCandidate, job_time_line
from hwcost.estimation.known_costs import KEPT, KnownCosts, placed, same_operations

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.transpiler import Target

    from hwcost.backend.compiler import Transpiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What every worker needs.

    Attributes:
        backends: Devices and how they are costed; a task names one by its index.
        compilers: The compilers; a task names one by its index.
    """

    backends: tuple[Conditions, ...]
    compilers: tuple[AnyCompiler, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellTask:
    """Cells of one circuit, device and compiler.

    Attributes:
        circuit: Index of the circuit.
        circuit_file: Where `spool_circuit` put it.
        device: Index of the device.
        compiler: Index of the compiler.
        seeds: One cell for each.
    """

    circuit: int
    circuit_file: str
    device: int
    compiler: int
    seeds: tuple[int, ...]


def by_seed(task: CellTask, setup: Setup) -> list[CellTask]:
    """Make a task for each seed, if the compiler takes one."""
    if not setup.compilers[task.compiler].uses_seed:
        return [task]
    return [dataclasses.replace(task, seeds=(seed,)) for seed in task.seeds]


def spool_circuit(circuit: QuantumCircuit, path: Path) -> None:
    """Put a circuit where workers find it; the file is private and lives as long as the comparison.

    Raises:
        CircuitError: The circuit cannot be sent to another process.
    """
    try:
        path.write_bytes(pickle.dumps(circuit))
    except OSError:
        raise
    except Exception as error:
        raise CircuitError(
            f"{one_line(circuit.name)}: it cannot be sent to another process ({type(error).__name__}: "
            f"{one_line(error_text(error))}); save it as QPY and give the file"
        ) from None


class CellWork:
    """Does tasks; one per process.

    Args:
        setup: What tasks share.
        circuits: Circuits by the name of their file, as `spool_circuit` writes them, where there are no files.
    """

    def __init__(self, setup: Setup, *, circuits: Mapping[str, bytes] | None = None) -> None:
        self._setup = setup
        self._pickles = circuits or {}
        self._conditions: tuple[int, Conditions] | None = None
        self._target: tuple[tuple[int, int], Target] | None = None
        self._circuit: tuple[str, QuantumCircuit, EquivalenceCheck] | None = None
        self._known: tuple[tuple[str, int], KnownCells] | None = None

    def __call__(self, task: CellTask) -> Iterator[tuple[int, Outcome]]:
        """Yield (seed, outcome) of each cell of a task, as they are finished."""
        compiler = self._setup.compilers[task.compiler]
        outcome: Outcome | None = None
        for seed in task.seeds:
            if outcome is None or compiler.uses_seed:
                outcome = self._outcome(task, compiler, seed)
            yield seed, outcome

    def _outcome(self, task: CellTask, compiler: AnyCompiler, seed: int) -> Outcome:
        try:
            conditions = self._conditions_of(task.device)
            circuit, check = self._circuit_of(task.circuit_file)
            target = self._target_for(task, conditions.device, compiler)
            key = task.circuit_file, task.device
            if self._known is None or self._known[0] != key:
                self._known = key, KnownCells(KnownCosts(conditions, may_be_empty=True), check)
            return Outcome(cost=evaluate(circuit, self._known[1], target, compiler, seed))
        except HwcostError as error:
            return Outcome(error=one_line(str(error)), kind="input" if isinstance(error, InputError) else "work")
        except Exception as error:
            return Outcome(error=f"{type(error).__name__}: {one_line(error_text(error))}", kind="work")

    def _conditions_of(self, index: int) -> Conditions:
        if self._conditions is None or self._conditions[0] != index:
            shared = self._setup.backends[index]
            # A copy of the device, so that the Target and the pass managers go when the next one comes.
            self._conditions = index, conditions_on(Device(shared.device.audited), shared.request)
        return self._conditions[1]

    def _target_for(self, task: CellTask, device: Device, compiler: AnyCompiler) -> Target:
        """Return the Target for a compiler: its own copy, if the compiler might change it."""
        if isinstance(compiler, QiskitCompiler):
            return device.target
        key = task.device, task.compiler
        if self._target is None or self._target[0] != key:
            self._target = key, copy.deepcopy(device.target)
        return self._target[1]

    def _circuit_of(self, file: str) -> tuple[QuantumCircuit, EquivalenceCheck]:
        if self._circuit is None or self._circuit[0] != file:
            circuit = pickle.loads(self._pickles.get(file) or Path(file).read_bytes())
            self._circuit = file, circuit, EquivalenceCheck(circuit)
        return self._circuit[1], self._circuit[2]


class KnownCells:
    """Costs compilations of one circuit on one device, and checks that they do what the circuit does, each once.

    Args:
        costs: Costs them.
        check: Checks them.
    """

    def __init__(self, costs: KnownCosts, check: EquivalenceCheck) -> None:
        self.costs = costs
        self._check = check
        self._verdicts: deque[tuple[Compilation, Placement, Verdict]] = deque(maxlen=KEPT)

    def verdict(self, compiled: Compilation) -> Verdict:
        """Return what the check says of a compilation, or has said of the same operations between the same places.

        Raises:
            CircuitError: The circuits differ.
        """
        # What is not from Qiskit, has free parameters or branches may do other things under the same names.
        is_plain = compiled.transpiled is not None and not compiled.isa.has_branches
        if not is_plain or any(None in params for params in compiled.isa.params):
            return self._verdict(compiled)
        places = placed(compiled)
        for known, where, verdict in self._verdicts:
            if where == places and same_operations(known, compiled):
                return verdict
        verdict = self._verdict(compiled)
        self._verdicts.append((compiled, places, verdict))
        return verdict

    def _verdict(self, compiled: Compilation) -> Verdict:
        # Without mqt.qcec, whose time limit would make cells depend on how busy the machine is.
        return self._check.verdict(compiled.circuit, time_limit_s=0.0)


def evaluate(circuit: QuantumCircuit, known: KnownCells, target: Target, compiler: AnyCompiler, seed: int) -> CellCost:
    """Compile, check and cost one cell.

    Args:
        circuit: The circuit.
        known: Costs and checks it on its device.
        target: What a compiler of one's own is given.
        compiler: What compiles.
        seed: Its seed.

    Raises:
        HwcostError: The circuit does not fit, the compiler fails, or its output is not native or does something else.
    """
    conditions = known.costs.conditions
    device = conditions.device
    device.audited.require_qubits(circuit.num_qubits)
    transpiled: Transpiled | None = None
    level: int | None = None
    if isinstance(compiler, QiskitCompiler):
        transpiled = device.compiler.compile(
            circuit, optimization_level=compiler.optimization_level, seed=seed, options=compiler.options
        )
        isa = transpiled.circuit
        level = 0 if ("layout_method", "trivial") in compiler.options else None
    else:
        isa = _call(compiler, circuit, target, seed)
    _check_output(circuit, isa, device)
    try:
        compiled = compilation_on_target(isa, device, circuit.num_qubits, transpiled=transpiled, level=level)
        candidate = known.costs.cost(compiled)
    except CircuitError as error:
        if transpiled is not None:
            raise
        reason = str(error).removeprefix(f"{one_line(isa.name)}: ")
        raise CircuitError(f"the compiled circuit cannot be costed: {reason}") from None
    return _cell_cost(candidate, conditions, known.verdict(compiled))


def _call(compiler: AnyCompiler, circuit: QuantumCircuit, target: Target, seed: int) -> QuantumCircuit:
    """Call a custom compiler with a copy of the circuit."""
    from qiskit import QuantumCircuit

    try:
        with contextlib.redirect_stdout(sys.stderr):
            isa = compiler(circuit.copy(), target, seed)
    except (HwcostError, KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:  # the user's function does what it wants, leaving the interpreter included
        raise CircuitError(f"the compiler fails with {type(error).__name__}: {one_line(error_text(error))}") from error
    if not isinstance(isa, QuantumCircuit):
        raise CircuitError(f"the compiler returns an object of type {type(isa).__name__}, not a QuantumCircuit")
    return isa


def _check_output(circuit: QuantumCircuit, isa: QuantumCircuit, device: Device) -> None:
    """Check what can be checked at any size: width, classical bits, and that no measurement was lost."""
    width = len(device.audited.component)
    if isa.num_qubits > width:
        raise CircuitError(
            f"the compiled circuit has {isa.num_qubits} qubits; the Target has {width} healthy ones, counted from 0"
        )
    if isa.num_clbits < circuit.num_clbits:
        raise CircuitError(
            f"the compiled circuit has {isa.num_clbits} classical bits, the circuit {circuit.num_clbits}"
        )
    here, there = _measured(circuit), _measured(isa)  # nearly always the same, and then branches need no look
    lost = sorted(here - there) and sorted(here - _measured(isa, inside=True))
    if lost:
        raise CircuitError(f"the compiled circuit never measures into classical bit {lost[0]}; the circuit does")
    added = sorted(there - here) and sorted(there - _measured(circuit, inside=True))
    if added:
        raise CircuitError(f"the compiled circuit measures into classical bit {added[0]}; the circuit does not")


def _measured(circuit: QuantumCircuit, *, inside: bool = False) -> set[int]:
    """Return the numbers of the classical bits that are measured into; with `inside` also in branches and loops."""
    from qiskit.circuit import Measure

    index = {bit: i for i, bit in enumerate(circuit.clbits)}
    clbits: set[int] = set()
    for instruction in circuit.data:
        if not instruction.clbits:
            continue
        bits = [index[bit] for bit in instruction.clbits]
        if isinstance(instruction.operation, Measure):
            clbits.add(bits[0])
        elif inside:
            for block in getattr(instruction.operation, "blocks", ()):
                clbits |= {bits[number] for number in _measured(block, inside=True)}
    return clbits


def _cell_cost(candidate: CostedCandidate, conditions: Conditions, equivalence: str) -> CellCost:
    device, request = conditions.device, conditions.request
    time, shots, gates = candidate.time, candidate.shots, candidate.gates
    job, success, paper = time.job_time_s, candidate.success, candidate.paper
    transpiled = candidate.compiled.transpiled
    swaps = None if transpiled is None else transpiled.swaps
    # All that a circuit did may have been found to be nothing.
    nothing_lost = 1.0 if candidate.is_empty else None
    worst, mean = nothing_lost or shots.inflation_worst, nothing_lost or shots.inflation_mean
    fixed_s, shot_s = job_time_line(candidate, conditions)
    inflation = None if request.task == "sampling" else worst if request.inflation == "worst" else mean
    return CellCost(
        qpu_time_s=time.qpu_time_s,
        job_time_s=None if job is None else job.value_s,
        job_time_low_s=None if job is None else job.low_s,
        job_time_high_s=None if job is None else job.high_s,
        shots_noiseless=shots.noiseless,
        shots_needed=shots.needed,
        shots_needed_low=shots.needed_low,
        shots_needed_high=shots.needed_high,
        inflation_worst=worst,
        inflation_mean=mean,
        attenuation_worst=min((_finite(a.value) for a in shots.attenuation), default=nothing_lost),
        circuit_duration_s=time.circuit_duration_s,
        readout_s=time.readout_s,
        rep_delay_s=time.rep_delay_s,
        shot_time_s=time.shot_time_s,
        sum_of_durations_s=time.sum_of_durations_s,
        num_2q=gates.num_2q,
        num_1q=gates.num_1q,
        num_measure=gates.num_measure,
        depth=gates.depth,
        depth_2q=gates.depth_2q,
        num_swaps=None if swaps is None else len(swaps),
        swap_time_s=None if swaps is None else _swap_time_s(swaps, device),
        esp=None if success is None else success.esp,
        log10_esp=None if success is None else success.log10_esp,
        log10_effective_time=None if paper is None else paper.log10_effective_time,
        job_fixed_s=fixed_s,
        job_shot_s=shot_s,
        requested_job_time_s=fixed_s + shots.noiseless * shot_s,
        requested_standard_error=standard_error(inflation, shots.noiseless),
        equivalence=equivalence,
    )


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _swap_time_s(swaps: Sequence[tuple[int, int]], device: Device) -> float:
    component = device.audited.component
    return GATES_PER_SWAP * math.fsum(
        two_qubit_duration_s(device.audited, component[a], component[b]) or 0.0 for a, b in swaps
    )


def make_work(setup: Any) -> CellWork:
    """Make the function that `run_tasks` calls in every worker."""
    return CellWork(setup)
