"""Circuits run on a live IBM backend, as jobs of the account's Sampler: `open_live_backend`.

Nothing is estimated here and nobody is asked: a job that is sent is billed. Who sends one asks before.

Tested by replay, as live calibrations are (`hwcost.calibration.sources.ibm_live` says what that means and how the
client is kept in bounds): the client was run against made-up replies, never against IBM's service.
"""

from __future__ import annotations

import math
import re
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_live import (
    FoundBackend,
    Progress,
    answer_within,
    checked_backend,
    checked_request,
    find_backend,
    import_client,
    is_live_name,
    listening,
)
from hwcost.calibration.sources.ibm_live_errors import Failure, Request, Step, Symptoms, explain, symptoms
from hwcost.core.checks import is_finite, whole
from hwcost.core.errors import InputError, OptionError, UnknownBackendError
from hwcost.core.text import one_line, shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from qiskit import QuantumCircuit

DEFAULT_TIME_LIMIT_S = 300.0

MAX_EXECUTIONS = 10_000_000
"""Shots of all circuits together that IBM takes in a job of the Sampler (quantum.cloud.ibm.com, guide "Job limits")."""

MAX_JOB_TIME_S = 10_800
"""No job runs for longer, whatever its own limit (guide "Maximum execution time")."""

FIRST_POLL_S, LONGEST_POLL_S, POLL_GROWTH = 1.0, 15.0, 1.4
MOST_OUTAGES = 4
"""So often in a row the service may fail while a job is waited for; the job itself goes on meanwhile."""

_ENDED = ("DONE", "ERROR", "CANCELLED")
_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_CODE = re.compile(r"[Ee]rror code (\d{4})\b")
_OVER_TIME = re.compile(r"[Ee]rror code 1305\b|longer than maximum execution time")

_NEVER_SENT = frozenset({"NewConnectionError", "NameResolutionError", "gaierror", "ProxyError", "SSLError"})
_MAY_BE_THERE = "it may have been taken: look among the jobs of your account before sending it again"

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class _Line:
    """A way to ask the client, in bounds of time and without its texts."""

    request: Request
    time_limit_s: float

    def ask(self, ask: Callable[[], _Answer], progress: Progress) -> _Answer:
        """Return what the client answers in time, from a thread that may be abandoned."""

        def heard() -> _Answer | Failure:
            with listening():
                try:
                    return ask()
                except Exception as error:  # the client's exceptions hold the token; only their kinds are told
                    return self._failure(progress.step, symptoms(error))

        return answer_within(self.time_limit_s, heard, request=self.request, progress=progress, kind=InputError)

    def _failure(self, step: Step, signs: Symptoms) -> Failure:
        if "RuntimeJobNotFound" in signs.kinds:
            return Failure(message=f"{self.request.name}: the account has no such job", trail=signs.trail)
        failure = explain(self.request, step, signs)
        may_be_there = step == "sending the job" and signs.is_outage and signs.status != 401
        if may_be_there and signs.kinds.isdisjoint(_NEVER_SENT):
            return Failure(message=f"{failure.message}; {_MAY_BE_THERE}", trail=failure.trail)
        return failure


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
    _line: _Line = field(repr=False)

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
            f"{_MAY_BE_THERE}"
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
            _line=self._line,
            _job=job,
            _bits_of=_places(circuit),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SentJob:
    """A job at IBM.

    Attributes:
        job_id: Its identifier there.
        num_circuits: Sets of values, each a circuit.
        shots: Of each circuit.
    """

    job_id: str
    num_circuits: int
    shots: int
    _line: _Line = field(repr=False)
    _job: Any = field(repr=False)
    _bits_of: Mapping[str, Sequence[int]] = field(repr=False)

    def bits(self, told: Callable[[str], None] | None = None) -> NDArray[np.bool_]:
        """Wait until the job has run, for as long as it takes, and return what was measured.

        Args:
            told: Called with the job's status, such as `QUEUED`, whenever it is another.

        Returns:
            (circuits, shots, classical bits) in the order of the circuit's classical bits.

        Raises:
            InputError: The job failed or was cancelled, or the service cannot be reached any more; the message has the
                job's identifier.
        """
        status = self._wait(told)
        if status != "DONE":
            raise InputError(self._ended(status))
        registers = self._asked("reading the results", self._registers)
        return self._ordered(registers)

    def has_failed(self) -> bool:
        """Return whether IBM says that the job failed or was cancelled; False also where it cannot be asked."""
        try:
            return self._asked("waiting for the job", lambda: _name(self._job.status())) in ("ERROR", "CANCELLED")
        except InputError:
            return False

    def quantum_s(self) -> float | None:
        """Return the seconds of QPU time that IBM counts for the job; None where it does not say (yet)."""
        try:
            usage = self._asked("reading the results", self._job.metrics).get("usage", {})
        except (InputError, AttributeError):
            return None
        seconds = usage.get("quantum_seconds", usage.get("seconds")) if isinstance(usage, Mapping) else None
        return float(seconds) if seconds is not None and is_finite(seconds) else None

    def _wait(self, told: Callable[[str], None] | None) -> str:
        seen, pause_s, outages = "", FIRST_POLL_S, 0
        while True:
            try:
                status = self._asked("waiting for the job", lambda: _name(self._job.status()))
                outages = 0
            except InputError:
                outages += 1
                if outages == MOST_OUTAGES:
                    raise
                status = seen
            if status != seen and told is not None:
                told(status)
            if status in _ENDED:
                return status
            seen = status
            time.sleep(pause_s)
            pause_s = min(pause_s * POLL_GROWTH, LONGEST_POLL_S)

    def _asked(self, step: Step, ask: Callable[[], _Answer]) -> _Answer:
        try:
            return self._line.ask(ask, Progress(step=step))
        except InputError as error:
            raise InputError(f"{error}; job {self.job_id} is at IBM all the same, {self._lookup}") from None

    @property
    def _where(self) -> str:
        """Return the backend for a message; nothing where only the job is known."""
        name = self._line.request.name
        return "" if name == f"job {self.job_id}" else f"{name}: "

    @property
    def _lookup(self) -> str:
        return f"`QiskitRuntimeService().job({self.job_id!r})` finds it"

    def _ended(self, status: str) -> str:
        where = f"{self._where}job {self.job_id}"
        if status == "CANCELLED":
            return f"{where} was cancelled at IBM, so that there are no results; send it again"
        # The text of an error is the client's; its number is safe to repeat.
        text = str(self._asked("waiting for the job", self._job.error_message) or "")
        found = _CODE.search(text)
        if _OVER_TIME.search(text):
            return f"{where} took longer than its limit of QPU time and was cancelled by IBM; give a longer one"
        code = f" (IBM's error code {found[1]})" if found else ""
        return f"{where} failed at IBM{code}; {self._lookup}, and its error_message() says why"

    def _registers(self) -> dict[str, Any]:
        """Return (circuits, shots, bits) of each register."""
        data = self._job.result()[0].data
        return {name: data[name].to_bool_array(order="little") for name in self._bits_of}

    def _ordered(self, registers: Mapping[str, NDArray[np.bool_]]) -> NDArray[np.bool_]:
        import numpy as np

        num_bits = 1 + max(place for places in self._bits_of.values() for place in places)
        bits = np.zeros((self.num_circuits, self.shots, num_bits), dtype=np.bool_)
        for name, places in self._bits_of.items():
            found = registers[name]
            if found.shape != (self.num_circuits, self.shots, len(places)):
                raise InputError(
                    f"{self._where}the results of job {self.job_id} have the shape {found.shape}, "
                    f"{(self.num_circuits, self.shots, len(places))} was asked for; {self._lookup}"
                )
            bits[:, :, list(places)] = found
        return bits


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
        _line=_Line(request, time_limit_s),
    )


def open_sent_job(
    job_id: str,
    circuit: QuantumCircuit,
    *,
    num_circuits: int,
    shots: int,
    instance: str | None = None,
    channel: str | None = None,
    time_limit_s: float = DEFAULT_TIME_LIMIT_S,
    service: object = None,
) -> SentJob:
    """Sign in and find a job again that was sent earlier by `LiveBackend.send`, to wait for it or read its results.

    Args:
        job_id: Its identifier.
        circuit: The circuit that was sent.
        num_circuits: Sets of values that were sent with it.
        shots: Of each set.
        instance: As in `open_live_backend`.
        channel: As in `open_live_backend`.
        time_limit_s: Seconds for each question to IBM.
        service: A `QiskitRuntimeService` to use instead of signing in.

    Raises:
        InputError: The account has no such job, no account, no network, a rejected token, no answer in time, …
        OptionError: A value is invalid.
        MissingDependencyError: qiskit-ibm-runtime is not installed.
    """
    if not _JOB_ID.fullmatch(job_id):
        raise OptionError(f"{shown(job_id)} is not the identifier of a job")
    request = checked_request(f"job {job_id}", instance, channel, None, time_limit_s, service)
    line, client, progress = _Line(request, time_limit_s), import_client(), Progress()
    where = {name: value for name, value in (("instance", instance), ("channel", channel)) if value is not None}

    def find() -> object:
        signed_in: Any = client.QiskitRuntimeService(**where) if service is None else service
        progress.step = "waiting for the job"
        return signed_in.job(job_id)

    return SentJob(
        job_id=job_id,
        num_circuits=whole("num_circuits", num_circuits, 1, MAX_EXECUTIONS),
        shots=whole("shots", shots, 1, MAX_EXECUTIONS),
        _line=line,
        _job=line.ask(find, progress),
        _bits_of=_places(circuit),
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


def _places(circuit: QuantumCircuit) -> dict[str, list[int]]:
    """Return the numbers of each register's bits among the circuit's."""
    return {register.name: [circuit.find_bit(bit).index for bit in register] for register in circuit.cregs}


def _name(status: object) -> str:
    return str(getattr(status, "name", status)).upper()
