"""Jobs of a live account's Sampler: waited for, and read. `open_sent_job` finds one that was sent earlier.

Tested by replay, as live calibrations are (`hwcost.calibration.sources.ibm_live` says what that means and how the
client is kept in bounds): the client was run against made-up replies, never against IBM's service.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from hwcost.calibration.sources.ibm_live import Progress, answer_within, checked_request, import_client, listening
from hwcost.calibration.sources.ibm_live_errors import Failure, Request, Step, Symptoms, explain, symptoms
from hwcost.core.checks import is_finite, whole
from hwcost.core.errors import InputError, OptionError
from hwcost.core.text import shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from qiskit import QuantumCircuit

DEFAULT_TIME_LIMIT_S = 300.0

MAX_EXECUTIONS = 10_000_000
"""Shots of all circuits together that IBM takes in a job of the Sampler (quantum.cloud.ibm.com, guide "Job limits")."""

FIRST_POLL_S, LONGEST_POLL_S, POLL_GROWTH = 1.0, 15.0, 1.4
MOST_OUTAGES = 4
"""So often in a row the service may fail while a job is waited for; the job itself goes on meanwhile."""

MAY_BE_THERE = "it may have been taken: look among the jobs of your account before sending it again"

_FAILED = ("ERROR", "CANCELLED")  # the latter may be followed by the reason
_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_CODE = re.compile(r"[Ee]rror code (\d{4})\b")
_OVER_TIME = re.compile(r"[Ee]rror code 1305\b|longer than maximum execution time")
_NEVER_SENT = frozenset({"NewConnectionError", "NameResolutionError", "gaierror", "ProxyError", "SSLError"})

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Line:
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
            return Failure(message=f"{failure.message}; {MAY_BE_THERE}", trail=failure.trail)
        return failure


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SentJob:
    """A job at IBM.

    Attributes:
        job_id: Its identifier there.
        num_circuits: Sets of values, each a circuit.
        shots: Of each circuit.
        line: To IBM.
        job: The client's object.
        registers: Numbers of the bits of each classical register among those of the circuit.
    """

    job_id: str
    num_circuits: int
    shots: int
    line: Line = field(repr=False)
    job: Any = field(repr=False)
    registers: Mapping[str, Sequence[int]] = field(repr=False)

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
        return self._ordered(self._asked("reading the results", self._read))

    def has_failed(self) -> bool:
        """Return whether IBM says that the job failed or was cancelled; False also where it cannot be asked."""
        try:
            return self._asked("waiting for the job", lambda: _name(self.job.status())).startswith(_FAILED)
        except InputError:
            return False

    def quantum_s(self) -> float | None:
        """Return the seconds of QPU time that IBM counts for the job; None where it does not say (yet)."""
        try:
            usage = self._asked("reading the results", self.job.metrics).get("usage", {})
        except (InputError, AttributeError):
            return None
        seconds = usage.get("quantum_seconds", usage.get("seconds")) if isinstance(usage, Mapping) else None
        return float(seconds) if seconds is not None and is_finite(seconds) else None

    def _wait(self, told: Callable[[str], None] | None) -> str:
        seen, pause_s, outages = "", FIRST_POLL_S, 0
        while True:
            try:
                status = self._asked("waiting for the job", lambda: _name(self.job.status()))
                outages = 0
            except InputError:
                outages += 1
                if outages == MOST_OUTAGES:
                    raise
                status = seen
            if status != seen and told is not None:
                told(status)
            if status == "DONE" or status.startswith(_FAILED):
                return status
            seen = status
            time.sleep(pause_s)
            pause_s = min(pause_s * POLL_GROWTH, LONGEST_POLL_S)

    def _asked(self, step: Step, ask: Callable[[], _Answer]) -> _Answer:
        try:
            return self.line.ask(ask, Progress(step=step))
        except InputError as error:
            raise InputError(f"{error}; job {self.job_id} is at IBM all the same, {self._lookup}") from None

    @property
    def _where(self) -> str:
        """Return the backend for a message; nothing where only the job is known."""
        name = self.line.request.name
        return "" if name == f"job {self.job_id}" else f"{name}: "

    @property
    def _lookup(self) -> str:
        return f"`QiskitRuntimeService().job({self.job_id!r})` finds it"

    def _ended(self, status: str) -> str:
        where = f"{self._where}job {self.job_id}"
        if status == "CANCELLED":
            return f"{where} was cancelled at IBM, so that there are no results; send it again"
        # The text of an error is the client's; its number is safe to repeat.
        text = str(self._asked("waiting for the job", self.job.error_message) or "")
        found = _CODE.search(text)
        if _OVER_TIME.search(text) or "TOO LONG" in status:
            return f"{where} took longer than its limit of QPU time and was cancelled by IBM; give a longer one"
        code = f" (IBM's error code {found[1]})" if found else ""
        return f"{where} failed at IBM{code}; {self._lookup}, and its error_message() says why"

    def _read(self) -> dict[str, Any]:
        """Return (circuits, shots, bits) of each register."""
        data = self.job.result()[0].data
        return {name: data[name].to_bool_array(order="little") for name in self.registers}

    def _ordered(self, read: Mapping[str, NDArray[np.bool_]]) -> NDArray[np.bool_]:
        import numpy as np

        num_bits = 1 + max(place for places in self.registers.values() for place in places)
        bits = np.zeros((self.num_circuits, self.shots, num_bits), dtype=np.bool_)
        for name, places in self.registers.items():
            found = read[name]
            if found.shape != (self.num_circuits, self.shots, len(places)):
                raise InputError(
                    f"{self._where}the results of job {self.job_id} have the shape {found.shape}, "
                    f"{(self.num_circuits, self.shots, len(places))} was asked for; {self._lookup}"
                )
            bits[:, :, list(places)] = found
        return bits


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
    line, client, progress = Line(request, time_limit_s), import_client(), Progress()
    where = {name: value for name, value in (("instance", instance), ("channel", channel)) if value is not None}

    def find() -> object:
        signed_in: Any = client.QiskitRuntimeService(**where) if service is None else service
        progress.step = "waiting for the job"
        return signed_in.job(job_id)

    return SentJob(
        job_id=job_id,
        num_circuits=whole("num_circuits", num_circuits, 1, MAX_EXECUTIONS),
        shots=whole("shots", shots, 1, MAX_EXECUTIONS),
        line=line,
        job=line.ask(find, progress),
        registers=places_of(circuit),
    )


def places_of(circuit: QuantumCircuit) -> dict[str, list[int]]:
    """Return the numbers of each register's bits among the circuit's."""
    return {register.name: [circuit.find_bit(bit).index for bit in register] for register in circuit.cregs}


def _name(status: object) -> str:
    return str(getattr(status, "name", status)).upper()
