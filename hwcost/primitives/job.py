"""`estimate_job`: what a job of the Estimator, the Sampler or the Executor costs, before it is submitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hwcost.core.durations import parse_duration_s
from hwcost.core.errors import OptionError
from hwcost.estimation.options import EstimateRequest
from hwcost.estimation.seeds import NumSeeds
from hwcost.jobs.profile import JobTimeProfile
from hwcost.primitives.assemble import cost_of_program, cost_of_pubs
from hwcost.primitives.option_tree import Processing, option_tree
from hwcost.primitives.options import read_options
from hwcost.primitives.program import is_program
from hwcost.primitives.pubs import Primitive, read_pubs
from hwcost.primitives.record import JobCost
from hwcost.primitives.request import Counting, JobRequest


def estimate_job(
    pubs: object,
    backend: object,
    *,
    primitive: Primitive = "estimator",
    options: object = None,
    precision: float | None = None,
    shots: int | None = None,
    resilience_level: int | None = None,
    processing: Processing | None = None,
    count: Counting = "auto",
    budget: float | str | None = None,
    transpile: bool = False,
    optimization_level: int = 2,
    num_seeds: NumSeeds = 4,
    seed: int = 0,
    rep_delay_s: float | None = None,
    job_profile: str | Path | Mapping[str, Any] | JobTimeProfile | None = None,
    max_age_days: float | None = None,
    dt_s: float | None = None,
    duration_1q_s: float | None = None,
    duration_2q_s: float | None = None,
    readout_duration_s: float | None = None,
    error_1q: float | None = None,
    error_2q: float | None = None,
    readout_error: float | None = None,
    t1_s: float | None = None,
    t2_s: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> JobCost:
    """Cost a job as it would be submitted: PUBs and options in, circuits, executions and QPU seconds out.

    Counts are those of IBM's own client where it can prepare the job here (qiskit-ibm-runtime 0.51 and later), and
    those of a closed form otherwise, which agrees with it. Circuits are scheduled on the calibration.

    Args:
        pubs: A list of PUBs as the primitive takes them, or a `QuantumProgram` for the Executor.
        backend: Name of a fake backend, a `Calibration`, a prepared `Device` or a Qiskit backend object.
        primitive: `estimator` or `sampler`.
        options: Options as IBM's client takes them: an options object, a nested dictionary, or a primitive with
            `options`; default IBM's defaults.
        precision: Standard error of the call, where a PUB has none (Estimator).
        shots: Shots of each configuration, where a PUB has none; in place of `default_shots`.
        resilience_level: In place of the options' own (Estimator).
        processing: `client` for the primitives that prepare circuits themselves (qiskit-ibm-runtime 0.51), `server`
            for those before; default as the options object has it, else `client`.
        count: `auto`, `client` or `formula`.
        budget: Time of the job, in seconds or such as `10min`: how many shots of each configuration fit.
        transpile: Compile the circuits; without it they must be ISA circuits on the backend's qubit numbers.
        optimization_level: Qiskit's, 0 to 3, where circuits are compiled.
        num_seeds: Transpiler seeds to try, where circuits are compiled; or `"auto"`, as in `estimate`.
        seed: First transpiler seed.
        rep_delay_s: Repetition delay in seconds; default that of the options, else the backend's own.
        job_profile: Name or file of the job-time profile, or a `JobTimeProfile`; default that of the device's maker.
        max_age_days: Refuse a calibration that is older.
        dt_s: As in `estimate`.
        duration_1q_s: As in `estimate`.
        duration_2q_s: As in `estimate`.
        readout_duration_s: As in `estimate`.
        error_1q: As in `estimate`.
        error_2q: As in `estimate`.
        readout_error: As in `estimate`.
        t1_s: As in `estimate`.
        t2_s: As in `estimate`.
        progress: Called with (circuits scheduled, circuits in all).

    Returns:
        The cost.

    Raises:
        OptionError: A PUB or an option is invalid; the message names it.
        CircuitError: A circuit cannot be costed; the message names its PUB.
        CalibrationError: The backend is unknown or cannot carry a circuit.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> bell = QuantumCircuit(2)
        >>> _ = bell.sx(0), bell.cx(0, 1)
        >>> cost = estimate_job([(bell, ["ZZ", "XX"])], "fake_manila", precision=0.02, resilience_level=0)
        >>> cost.executions, [run.num_circuits for run in cost.runs]
        (5000, [2])
    """
    request = JobRequest(
        primitive=primitive,
        precision=precision,
        shots=shots,
        resilience_level=resilience_level,
        processing=processing,
        count=count,
        budget_s=None if budget is None else parse_duration_s(budget, name="budget"),
        transpile=transpile,
        circuits=EstimateRequest(
            max_age_days=max_age_days,
            optimization_level=optimization_level,
            num_seeds=num_seeds,
            seed=seed,
            transpile=transpile,
            rep_delay_s=rep_delay_s,
            job_profile=job_profile,
            dt_s=dt_s,
            duration_1q_s=duration_1q_s,
            duration_2q_s=duration_2q_s,
            readout_duration_s=readout_duration_s,
            error_1q=error_1q,
            error_2q=error_2q,
            readout_error=readout_error,
            t1_s=t1_s,
            t2_s=t2_s,
        ),
    )
    return estimate_job_as(request, pubs, backend, options, progress=progress)


def estimate_job_as(
    request: JobRequest,
    pubs: object,
    backend: object,
    options: object = None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> JobCost:
    """Do what `estimate_job` does, with what is asked for as one record."""
    if is_program(pubs):
        _refuse_with_program(request)
        return cost_of_program(request, pubs, backend, option_tree(options, "executor"), progress)
    tree = option_tree(options, request.primitive)
    settings = read_options(
        options, request.primitive, processing=request.processing, resilience_level=request.resilience_level
    )
    return cost_of_pubs(request, read_pubs(pubs, request.primitive), backend, tree, settings, progress)


def _refuse_with_program(request: JobRequest) -> None:
    """Refuse what a program has decided already."""
    given = {
        "precision": request.precision,
        "shots": request.shots,
        "resilience_level": request.resilience_level,
        "processing": request.processing,
        "budget": request.budget_s,
        "transpile": request.transpile or None,
        "count": None if request.count == "auto" else request.count,
    }
    for name, value in given.items():
        if value is not None:
            raise OptionError(f"{name} is given, but a QuantumProgram has its shots and circuits already; leave it out")
