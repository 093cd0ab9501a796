"""Finished jobs of a live account as a table of timed jobs: `collect_live_jobs`.

Tested by replay, as live calibrations are (`hwcost.calibration.sources.ibm_live` says what that means and how the
client is kept in bounds): the client was run against made-up replies, never against IBM's service.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime
from queue import Empty, SimpleQueue
from types import ModuleType
from typing import Any, Protocol

from hwcost.calibration.sources.ibm_live import LONGEST_TIME_LIMIT_S, import_client, listening
from hwcost.calibration.sources.ibm_live_errors import Request, Step, explain, symptoms, too_slow
from hwcost.circuits.load import circuits_in
from hwcost.core.checks import whole
from hwcost.core.errors import InputError, OptionError
from hwcost.core.text import one_line
from hwcost.jobs.clocks import Clock
from hwcost.jobs.collect import CollectedJobs, LeftOut, collect_documents
from hwcost.jobs.documents import Document

DEFAULT_LIMIT = 100
DEFAULT_TIME_LIMIT_S = 300.0

_MOST_JOBS = 10_000


class LiveJob(Protocol):
    """What is used of the client's `RuntimeJobV2`."""

    @property
    def inputs(self) -> object:
        """PUBs and options."""

    def job_id(self) -> str:
        """Return the identifier."""

    def status(self) -> object:
        """Return how far it is."""

    def done(self) -> bool:
        """Return whether it ended well."""

    def backend(self) -> _Named | None:
        """Return the device."""

    def metrics(self) -> dict[str, Any]:
        """Return timestamps and usage."""

    def result(self, *, decoder: object) -> object:
        """Return what the decoder makes of the reply."""


class LiveService(Protocol):
    """What is used of the client's `QiskitRuntimeService`."""

    def jobs(self, **wanted: object) -> Iterable[LiveJob]:
        """Return the jobs that match."""


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class _AsText:
    """A result decoder that leaves the reply as it is: what is needed of it is read as plain JSON."""

    @staticmethod
    def is_applicable(data: object) -> bool:
        return isinstance(data, str)

    @staticmethod
    def decode(data: str) -> str:
        return data


def collect_live_jobs(
    *,
    since: datetime | None = None,
    limit: int = DEFAULT_LIMIT,
    backend: str | None = None,
    instance: str | None = None,
    channel: str | None = None,
    time_limit_s: float = DEFAULT_TIME_LIMIT_S,
    clock: Clock | None = None,
    rep_delay_s: float | None = None,
    service: LiveService | None = None,
) -> CollectedJobs:
    """Make a table of the account's finished jobs, the newest first.

    Args:
        since: Only jobs made after this moment (UTC if naive).
        limit: Most jobs; each takes three requests.
        backend: Only jobs of this device.
        instance: Service instance (name or CRN).
        channel: Channel of the account.
        time_limit_s: Seconds for everything together.
        clock: See `collect_jobs`.
        rep_delay_s: Repetition delay of jobs that were sent without one.
        service: A `QiskitRuntimeService` to use instead of signing in.

    Raises:
        InputError: No account, no network, a rejected token, no jobs, or none that can be filled in.
        OptionError: An option is invalid.
        MissingDependencyError: qiskit-ibm-runtime is not installed.
    """
    whole("limit", limit, 1, _MOST_JOBS)
    if not 0.0 < time_limit_s <= LONGEST_TIME_LIMIT_S:
        raise OptionError(f"time limit {time_limit_s:g} s; it must lie above 0 and up to {LONGEST_TIME_LIMIT_S:g} s")
    request = Request(name=one_line(backend) if backend else "live jobs", instance=instance, channel=channel)
    client = import_client()
    reader = _Reader(client, service, request, {"backend_name": backend, "created_after": since, "limit": limit})
    outcomes: SimpleQueue[tuple[list[Document], list[LeftOut]] | str] = SimpleQueue()

    def read() -> None:
        with listening():
            try:
                outcomes.put(reader.read())
            except Exception as error:  # the client's exceptions hold the token; only their kinds are told
                outcomes.put(explain(request, reader.step, symptoms(error)).message)

    threading.Thread(target=read, name="hwcost-live-jobs", daemon=True).start()
    try:
        outcome = outcomes.get(timeout=time_limit_s)
    except Empty:
        outcome = too_slow(request, reader.step, time_limit_s).message
    if isinstance(outcome, str):
        raise InputError(outcome)
    documents, left_out = outcome
    if not documents and not left_out:
        raise InputError(f"{request.name}: the account shows no finished jobs; check the date, backend and instance")
    return collect_documents(
        documents,
        left_out,
        clock=clock,
        rep_delay_s=rep_delay_s,
        read_circuits=lambda data, label: circuits_in(data, label)[1],
    )


class _Reader:
    """All that touches the network; runs in the thread that may be abandoned."""

    def __init__(
        self, client: ModuleType, service: LiveService | None, request: Request, wanted: dict[str, object]
    ) -> None:
        self._client, self._service, self._request, self._wanted = client, service, request, wanted
        self.step: Step = "signing in"

    def read(self) -> tuple[list[Document], list[LeftOut]]:
        request, service = self._request, self._service
        if service is None:
            where = {"channel": request.channel, "instance": request.instance}
            service = self._client.QiskitRuntimeService(**{key: value for key, value in where.items() if value})
        self.step = "reading the jobs"
        documents, left_out = [], []
        for job in service.jobs(pending=False, **self._wanted):
            name = one_line(str(job.job_id()))
            try:
                content = dict(self._content(job))
            except Exception as error:
                signs = symptoms(error)
                if signs.is_outage:
                    raise
                left_out.append(LeftOut(what=name, reason=f"cannot be read ({signs.trail.split(' < ')[0]})"))
                continue
            documents.append(Document(where=name, key=name, place=name, content=content))
        return documents, left_out

    def _content(self, job: LiveJob) -> Iterator[tuple[str, object]]:
        """Yield the fields of a saved job."""
        yield "job_id", job.job_id()
        yield "status", str(getattr(job.status(), "name", job.status()))
        device = job.backend()
        if device is not None:
            yield "backend", device.name
        yield "metrics", job.metrics()
        if job.done():
            yield "result", job.result(decoder=_AsText)
            yield "inputs", self._inputs(job)

    def _inputs(self, job: LiveJob) -> object:
        """Return PUBs and options as plain JSON; nothing where the client cannot write what it has read."""
        try:
            return json.loads(json.dumps(job.inputs, cls=self._client.RuntimeEncoder))
        except (TypeError, ValueError):
            return {}
