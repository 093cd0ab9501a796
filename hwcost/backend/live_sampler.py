"""Circuits run on a live IBM backend, as jobs of the account's Sampler: `open_live_backend`.

Nothing is estimated here and nobody is asked: a job that is sent is billed. Who sends one asks before.

Tested by replay, as live calibrations are (`hwcost.calibration.sources.ibm_live` says what that means and how the
client is kept in bounds): the client was run against made-up replies, never against IBM's service.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from hwcost.backend.sent_jobs import DEFAULT_TIME_LIMIT_S, MAX_EXECUTIONS, MAY_BE_THERE, Line, SentJob, places_of
from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_live import (
    FoundBackend,
    Progress,
    answer_within,
    checked_backend,
    find_backend,
    import_client,
    is_live_name,
    listening,
)
from hwcost.calibration.sources.ibm_live_errors import Failure
from hwcost.core.checks import is_finite, whole
from hwcost.core.errors import InputError, OptionError, UnknownBackendError
from hwcost.core.text import one_line, shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from qiskit import QuantumCircuit

MAX_JOB_TIME_S = 10_800
"""No job runs for longer, whatever its own limit (guide "Maximum execution time")."""


class _Service(Protocol):
    def usage(self) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiveBackend:
    """A live backend of an account that is signed in to, which takes jobs.

    Attributes:
        calibration: What it reports now; `estimate` and `prepare_device` take it.
        pending_jobs: Jobs that wait for it.
        remaining_s: QPU seconds that the account's instance may still use; None where the service does not say.
    """

    calibration: Calibration
    pending_jobs: int
    remaining_s: float | None
    _found: FoundBackend = field(repr=False)
    _line: Line = field(repr=False)

    @property
    def name(self) -> str:
        """Return its name."""
        return self._line.request.name

    def send(
        self,
        circuit: QuantumCircuit,
        values: NDArray[np.float64],
        *,
        shots: int,
        max_time_s: float | None = None,
        tags: Sequence[str] = (),
    ) -> SentJob:
        """Send one job of the Sampler: a circuit with each of several sets of values.

        Args:
            circuit: In the backend's own gates, on its qubits (`CostEstimate.isa_circuit`), with measurements.
            values: (sets, parameters) in the order of `circuit.parameters`, in radians.
            shots: Of each set.
            max_time_s: Seconds of QPU time after which IBM cancels the job, rounded down; as long as IBM lets it by
                default.
            tags: Of the job, to find it by among those of the account.

        Returns:
            The job, which runs at IBM from now on.

        Raises:
            OptionError: There are more than `MAX_EXECUTIONS` shots, or a value is invalid.
            InputError: The client refuses the circuit, no network, a rejected token, …
        """
        num_sets = _checked_job(circuit, values, shots, max_time_s)
        client = import_client()
        limit = {} if max_time_s is None else {"max_execution_time": min(int(max_time_s), MAX_JOB_TIME_S)}
        options = {**limit, "environment": {"job_tags": list(tags)}} if tags else limit
        progress = Progress(step="sending the job")
        progress.fallback = Failure(
            message=f"{self.name}: no answer from IBM within {self._line.time_limit_s:g} s while sending the job; "
            f"{MAY_BE_THERE}"
        )

        with warnings.catch_warnings():
            # From 0.50 on it announces another Sampler, which is not there before.
            warnings.simplefilter("ignore", DeprecationWarning)
            sampler = client.SamplerV2(mode=self._found.backend, options=options)
        job = self._line.ask(lambda: sampler.run([(circuit, values)], shots=shots), progress)
        return SentJob(
            job_id=one_line(str(job.job_id())),
            num_circuits=num_sets,
            shots=shots,
            line=self._line,
            job=job,
            registers=places_of(circuit),
        )


def open_live_backend(
    name: str,
    *,
    instance: str | None = None,
    channel: str | None = None,
    time_limit_s: float = DEFAULT_TIME_LIMIT_S,
    service: object = None,
) -> LiveBackend:
    """Sign in, read the calibration of a live IBM backend as `load_live_backend` does, and make ready to send it jobs.

    Args:
        name: Name of the backend, such as `ibm_torino`.
        instance: Service instance (name or CRN); all of the account by default.
        channel: `ibm_quantum_platform` (the client's default) or `ibm_cloud`.
        time_limit_s: Seconds for each question to IBM, that of sending a job among them.
        service: A `QiskitRuntimeService` to use instead of signing in.

    Raises:
        UnknownBackendError: It is no name of a live backend, the account has no such backend, or it is retired.
        CalibrationError: No account, no network, a rejected token, no answer in time, …
        InputError: The backend takes no jobs now.
        OptionError: The time limit or the combination of options is invalid.
        MissingDependencyError: qiskit-ibm-runtime is not installed.
    """
    if not isinstance(name, str) or not is_live_name(name):
        raise UnknownBackendError(f"{shown(name)} is no live backend, whose name is one such as ibm_torino")
    request = checked_backend(name, instance, channel, None, time_limit_s, service)
    client = import_client()
    progress = Progress()

    def ask() -> tuple[FoundBackend, Any, Mapping[str, Any]] | Failure:
        found = find_backend(client, service, request, progress)
        if isinstance(found, Failure):
            return found
        with listening():
            return found, found.backend.status(), _usage(found.service)

    found, status, usage = answer_within(time_limit_s, ask, request=request, progress=progress)
    if not status.operational or status.status_msg != "active":
        raise InputError(
            f"{request.name} takes no jobs now (its status is {shown(status.status_msg)}); try again later, "
            "or take another backend"
        )
    remaining = usage.get("usage_remaining_seconds")
    if usage.get("usage_limit_reached"):
        remaining = 0.0
    return LiveBackend(
        calibration=found.calibration,
        pending_jobs=int(status.pending_jobs),
        remaining_s=float(remaining) if remaining is not None and is_finite(remaining) else None,
        _found=found,
        _line=Line(request, time_limit_s),
    )


def _usage(service: _Service) -> Mapping[str, Any]:
    """Return what the instance has used and may use; nothing where the service does not say."""
    try:
        usage = service.usage()
    except Exception:
        return {}
    return usage if isinstance(usage, Mapping) else {}


def _checked_job(circuit: QuantumCircuit, values: NDArray[np.float64], shots: int, max_time_s: float | None) -> int:
    """Return the number of sets of values."""
    whole("shots", shots, 1, MAX_EXECUTIONS)
    if values.ndim != 2 or values.shape[1] != circuit.num_parameters or not len(values):
        raise OptionError(
            f"values have the shape {values.shape}; give (sets, {circuit.num_parameters}), a column for each parameter"
        )
    if len(values) * shots > MAX_EXECUTIONS:
        raise OptionError(
            f"{len(values):,} circuits of {shots:,} shots are more than the {MAX_EXECUTIONS:,} shots of one job; "
            "send several jobs"
        )
    if max_time_s is not None and not (math.isfinite(max_time_s) and max_time_s >= 1.0):
        raise OptionError(f"max_time_s is {shown(max_time_s)}; IBM takes whole seconds, one or more")
    if not circuit.num_clbits:
        raise OptionError("the circuit measures nothing; add measurements")
    return len(values)
