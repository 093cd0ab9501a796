"""From counts and circuits to a `JobCost`: `cost_of_pubs`, `cost_of_program`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hwcost.backend.prepared import Device
from hwcost.circuits.boxes import has_boxes
from hwcost.core.caveat import Caveat
from hwcost.core.errors import CircuitError, HwcostError, OptionError
from hwcost.estimation.backend_info import backend_info
from hwcost.estimation.conditions import Conditions, prepare_conditions
from hwcost.isa.counts import gate_counts
from hwcost.isa.schedule import schedule_alap
from hwcost.isa.timeline import Timeline
from hwcost.primitives import notes
from hwcost.primitives.budget import job_budget
from hwcost.primitives.client import can_count, client_counts, client_version
from hwcost.primitives.counts import Run, count_runs, learning_run, shots_of_pubs
from hwcost.primitives.layers import distinct_layers, sampling_overhead
from hwcost.primitives.option_tree import OptionTree
from hwcost.primitives.options import JobOptions, rep_delay_of
from hwcost.primitives.precise import precise_job
from hwcost.primitives.program import program_circuits, program_runs
from hwcost.primitives.pubs import Pub
from hwcost.primitives.record import JobCost, JobSeconds, PubInfo, RunCost
from hwcost.primitives.request import JobRequest
from hwcost.primitives.seconds import TimedRun, job_seconds, run_cost, widened
from hwcost.primitives.timing import TimedCircuit, learning_duration_s, readout_of, time_circuit, time_pubs

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit_ibm_runtime.quantum_program import QuantumProgram

Progress = Callable[[int, int], None] | None


def cost_of_pubs(
    request: JobRequest,
    pubs: Sequence[Pub],
    backend: object,
    tree: OptionTree,
    options: JobOptions,
    progress: Progress = None,
) -> JobCost:
    """Cost the PUBs of an Estimator or a Sampler.

    Raises:
        OptionError: Options and PUBs do not go together.
        CircuitError: A circuit cannot be costed.
        CalibrationError: The backend is unknown or cannot carry a circuit.
    """
    _check(pubs, options)
    shots = shots_of_pubs(pubs, options, precision=request.precision, shots=request.shots)
    conditions = _conditions(request, backend, options.rep_delay_s, needs_errors=options.pec)
    timed = time_pubs(pubs, options, conditions, progress)
    overheads = {pub.index: sampling_overhead(timed[pub.index].isa)[0] for pub in pubs} if options.pec else {}
    fixed = _fixed(request, pubs)
    runs = count_runs(pubs, options, shots, overheads=overheads, fixed=fixed)
    why_formula = "asked for" if request.count == "formula" else can_count(pubs, options)
    if why_formula is None and request.transpile:
        why_formula = "circuits are compiled here"
    if request.count == "client" and why_formula is not None:
        raise OptionError(f"count is client, but the client cannot be asked: {why_formula}; take auto or formula")
    if why_formula is None:
        runs = client_counts(pubs, options, tree, precision=request.precision, shots=request.shots)
    estimated = options.pec and why_formula is not None
    learned = [*_learning(options, timed, conditions)]
    timed_runs = [*(_timed(run, timed, options, conditions) for run in runs), *learned]
    seconds = job_seconds(timed_runs, conditions)
    if estimated:
        ends = [
            [*(_timed(run, timed, options, conditions) for run in end), *learned]
            for end in _ends(pubs, options, shots, fixed)
        ]
        seconds = widened(seconds, [job_seconds(end, conditions) for end in ends])

    def seconds_of(numbers: Sequence[int]) -> tuple[JobSeconds, int]:
        counted = count_runs(pubs, options, numbers, overheads=overheads, fixed=every)
        scaled = [*(_timed(run, timed, options, conditions) for run in counted), *learned]
        return job_seconds(scaled, conditions), sum(each.run.executions for each in scaled if each.run.in_job)

    every = frozenset(pub.index for pub in pubs)
    reader = notes.Reader(
        options=options, conditions=conditions, timed=timed, runs=[each.run for each in timed_runs], seconds=seconds
    )
    costs = tuple(run_cost(each, conditions) for each in timed_runs)
    included = [cost for cost in costs if cost.in_job]
    return JobCost(
        primitive=options.primitive,
        counted_by="formula" if why_formula is not None else "client",
        client=None if why_formula is not None else client_version(),
        backend=backend_info(
            conditions,
            assumptions=notes.assumptions(reader, why_formula, estimated=estimated),
            caveats=[*notes.caveats(reader, timed_runs), *_boxes(pubs)],
        ),
        options=options,
        pubs=tuple(
            _pub_info(pub, each, timed[pub.index], options, request) for pub, each in zip(pubs, shots, strict=True)
        ),
        runs=costs,
        num_circuits=sum(cost.num_circuits for cost in included),
        executions=sum(cost.executions for cost in included),
        time=seconds,
        precise=precise_job(pubs, options, shots, conditions, backend, seconds_of),
        budget=job_budget(
            request.budget_s,
            lambda number: seconds_of([number] * len(pubs)),
            has_precision=options.primitive == "estimator",
        ),
        lower_bound=tuple(notes.lower_bound(reader, estimated=estimated)),
        **_drawn(costs, timed),
    )


def cost_of_program(
    request: JobRequest, program: QuantumProgram, backend: object, tree: OptionTree, progress: Progress = None
) -> JobCost:
    """Cost a `QuantumProgram`, whose circuits run as they are.

    Raises:
        OptionError: The program has no items, or an option is invalid.
        CircuitError: A circuit cannot be costed; the message has the number of its item.
    """
    runs = program_runs(program)
    conditions = _conditions(request, backend, rep_delay_of(tree), needs_errors=False)
    circuits = program_circuits(program)
    timed: dict[int, TimedCircuit] = {}
    for index, circuit in enumerate(circuits):
        try:
            timed[index] = time_circuit(circuit, conditions)
        except HwcostError as error:
            kind = type(error) if isinstance(error, CircuitError) else CircuitError
            raise kind(f"item {index} of the program: {error}") from error
        if progress is not None:
            progress(index + 1, len(circuits))
    places = _item_of_run(runs, len(circuits))
    timed_runs = [TimedRun.of(run, timed[place], None, conditions) for run, place in zip(runs, places, strict=True)]
    seconds = job_seconds(timed_runs, conditions)
    costs = tuple(run_cost(each, conditions) for each in timed_runs)
    reader = notes.Reader(options=None, conditions=conditions, timed=timed, runs=runs, seconds=seconds)
    return JobCost(
        primitive="executor",
        counted_by="program",
        client=None,
        backend=backend_info(
            conditions,
            assumptions=notes.assumptions(reader, None, estimated=False),
            caveats=notes.caveats(reader, timed_runs),
        ),
        options=None,
        pubs=tuple(_item_info(index, program, circuit, timed[index]) for index, circuit in enumerate(circuits)),
        runs=costs,
        num_circuits=sum(run.num_circuits for run in runs),
        executions=sum(run.executions for run in runs),
        time=seconds,
        precise=None,
        budget=None,
        lower_bound=tuple(notes.lower_bound(reader, estimated=False)),
        **_drawn(costs, timed),
    )


def _drawn(costs: Sequence[RunCost], timed: Mapping[int, TimedCircuit]) -> dict[str, Any]:
    """Return the schedule that pictures show: that of the circuit with the most QPU time."""
    seconds: dict[int, float] = {}
    for cost in costs:
        if cost.pub is not None and cost.pub in timed:
            seconds[cost.pub] = seconds.get(cost.pub, 0.0) + cost.qpu_time_s
    if not seconds:
        return {}
    number = max(seconds, key=seconds.__getitem__)
    isa = timed[number].isa
    return {"timeline": Timeline(isa, schedule_alap(isa)), "drawn_pub": number}


def _conditions(request: JobRequest, backend: object, rep_delay_s: float | None, *, needs_errors: bool) -> Conditions:
    """Prepare the backend. A circuit that was compiled elsewhere may use gates whose error is not calibrated."""
    circuits = request.circuits
    if rep_delay_s is not None:
        if circuits.rep_delay_s not in (None, rep_delay_s):
            raise OptionError(
                f"rep_delay is {circuits.rep_delay_s:g} s and execution.rep_delay of the options is {rep_delay_s:g} s; "
                "give one of them"
            )
        circuits = dataclasses.replace(circuits, rep_delay_s=rep_delay_s)
    ignores_errors = not (circuits.transpile or needs_errors or isinstance(backend, Device))
    return prepare_conditions(backend, dataclasses.replace(circuits, durations_only=ignores_errors))


def _check(pubs: Sequence[Pub], options: JobOptions) -> None:
    """Refuse what the client refuses."""
    for pub in pubs:
        if options.measure_mitigation and pub.has_projectors:
            raise OptionError(
                f"PUB {pub.index}: its observables have projectors (0, 1, +, -, r, l), whose readout cannot be "
                "mitigated: write them as Paulis, or set resilience.measure_mitigation to false"
            )
        if options.dynamical_decoupling and _has_control_flow(pub.circuit):
            raise OptionError(
                f"PUB {pub.index}: its circuit has control flow, which dynamical decoupling does not take; "
                "set dynamical_decoupling.enable to false"
            )


def _has_control_flow(circuit: QuantumCircuit) -> bool:
    from qiskit.circuit import ControlFlowOp

    return any(isinstance(instruction.operation, ControlFlowOp) for instruction in circuit.data)


def _fixed(request: JobRequest, pubs: Sequence[Pub]) -> frozenset[int]:
    """Return the numbers of the PUBs whose shots are asked for, rather than a default of the options."""
    by_call = request.shots is not None or request.precision is not None
    return frozenset(pub.index for pub in pubs if by_call or pub.shots is not None or pub.precision is not None)


def _timed(run: Run, timed: Mapping[int, TimedCircuit], options: JobOptions, conditions: Conditions) -> TimedRun:
    if run.pub is not None:
        return TimedRun.of(run, timed[run.pub], options, conditions)
    # The readout of the widest circuit, behind a layer of gates that twirl it.
    widest = max((t.readout for t in timed.values() if t.readout is not None), key=lambda readout: readout.num_qubits)
    return TimedRun(
        run=run,
        duration_s=widest.duration_s,
        num_instructions=widest.num_instructions,
        depth=1,
        num_qubits=widest.num_qubits,
    )


def _learning(options: JobOptions, timed: Mapping[int, TimedCircuit], conditions: Conditions) -> Iterator[TimedRun]:
    """Yield the circuits that learn the noise of layers, where it is needed and not given."""
    if not options.needs_noise_model or options.has_noise_model:
        return
    layers = distinct_layers(each.isa for each in timed.values())
    if not layers:
        return
    run = learning_run(options, len(layers))
    if not run.num_circuits:
        return
    readout = readout_of(conditions, conditions.device.audited.calibration.num_qubits)
    widest = max(timed.values(), key=lambda each: each.num_logical_qubits)
    pairs = sum(options.layer_learning.pair_depths) / len(options.layer_learning.pair_depths)
    yield TimedRun(
        run=run,
        duration_s=learning_duration_s(layers, options, readout),
        num_instructions=round(2 * pairs * max(map(len, layers))) + readout.num_instructions,
        depth=round(2 * pairs) + 1,
        num_qubits=widest.num_logical_qubits,
    )


def _ends(
    pubs: Sequence[Pub], options: JobOptions, shots: Sequence[int], fixed: frozenset[int]
) -> Iterator[tuple[Run, ...]]:
    """Yield the counts at both ends of what the sampling overhead may be: none, and the limit of the options."""
    yield count_runs(pubs, options, shots, fixed=fixed)
    if options.pec_max_overhead is not None:
        at_limit = {pub.index: max(1.0, options.pec_max_overhead) for pub in pubs}
        yield count_runs(pubs, options, shots, overheads=at_limit, fixed=fixed)


def _boxes(pubs: Sequence[Pub]) -> Iterator[Caveat]:
    for pub in pubs:
        if has_boxes(pub.circuit):
            yield Caveat(
                "boxes",
                f"PUB {pub.index}: its circuit has boxes, which count as barriers here; the primitives refuse them, "
                "the Executor takes them once samplomatic has built them",
            )


def _pub_info(pub: Pub, shots: int, timed: TimedCircuit, options: JobOptions, request: JobRequest) -> PubInfo:
    precision = None
    if options.primitive == "estimator":
        precision = request.precision if pub.precision is None else pub.precision
        if precision is None and request.shots is None and options.default_shots is None:
            precision = options.default_precision
    return PubInfo(
        index=pub.index,
        circuit=pub.circuit.name,
        num_qubits=pub.circuit.num_qubits,
        num_parameters=pub.circuit.num_parameters,
        shape=pub.shape,
        num_parameter_sets=pub.num_parameter_sets,
        num_observables=pub.num_observables,
        max_bases=None if pub.configurations is None else pub.configurations.max_bases,
        num_configurations=pub.num_circuits,
        shots=shots,
        precision=precision,
        circuit_duration_s=timed.duration_s(None, options),
        num_2q=gate_counts(timed.isa).num_2q,
    )


def _item_info(index: int, program: QuantumProgram, circuit: QuantumCircuit, timed: TimedCircuit) -> PubInfo:
    item = program.items[index]
    size = int(item.size())
    return PubInfo(
        index=index,
        circuit=circuit.name,
        num_qubits=circuit.num_qubits,
        num_parameters=circuit.num_parameters,
        shape=tuple(item.shape),
        num_parameter_sets=size,
        num_observables=0,
        max_bases=None,
        num_configurations=size,
        shots=program.shots,
        precision=None,
        circuit_duration_s=timed.duration_s(None, None),
        num_2q=gate_counts(timed.isa).num_2q,
    )


def _item_of_run(runs: Sequence[Run], num_items: int) -> list[int]:
    """Return the item that each run belongs to: PEA has several runs of one item, everything else one."""
    places: list[int] = []
    place = -1
    for position, run in enumerate(runs):
        before = runs[position - 1] if position else None
        same_item = before is not None and run.pub is not None and run.pub == before.pub
        place += not same_item
        places.append(min(place, num_items - 1))
    return places
