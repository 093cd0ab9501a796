"""What a saved result, saved metrics or a saved job says about one job: `JobFacts`.

Known documents, as `RuntimeEncoder` or the service write them: a `PrimitiveResult` (spans in `metadata.execution`),
the result of an executor (`metadata.chunk_timing`), a `Result` of the time before primitives (`time_taken`),
`job.metrics()`, and a job with any of these below `result`, `metrics` and `inputs` or `params`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from hwcost.core.checks import is_between
from hwcost.core.errors import InputError
from hwcost.core.text import shown
from hwcost.jobs.saved_shapes import (
    Executions,
    executions_of_chunks,
    executions_of_pubs,
    executions_of_spans,
    flat_tags,
    shots_of_items,
    tagged,
)
from hwcost.jobs.values import MAX_VALUE

_ENDED_BADLY = ("cancelled", "failed", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFacts:
    """What documents say about a job; None where they say nothing.

    Attributes:
        job_id: Identifier of the job.
        backend: Name of the device.
        date: When it ran, or was made.
        status: The service's word for how it ended.
        seconds: Seconds by clock.
        executions: What ran.
        rep_delay_s: Repetition delay that was asked for.
        twirled: Whether twirling was asked for.
        circuits: Packed QPY of the circuit of each PUB, as the client sends it.
        remarks: Why something that one might expect is missing.
    """

    job_id: str | None = None
    backend: str | None = None
    date: datetime | None = None
    status: str | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    executions: Executions | None = None
    rep_delay_s: float | None = None
    twirled: bool | None = None
    circuits: tuple[str, ...] | None = None
    remarks: tuple[str, ...] = ()

    @property
    def ended_badly(self) -> bool:
        """Whether the job was cancelled or failed."""
        return self.status is not None and self.status.lower().startswith(_ENDED_BADLY)


def merged(first: JobFacts, second: JobFacts) -> JobFacts:
    """Join what two documents say about one job; the first one's dates count.

    Raises:
        InputError: They contradict each other.
    """
    changes: dict[str, Any] = {
        "seconds": {**second.seconds, **first.seconds},
        "remarks": tuple(dict.fromkeys((*first.remarks, *second.remarks))),
    }
    for clock in first.seconds.keys() & second.seconds.keys():
        if first.seconds[clock] != second.seconds[clock]:
            raise InputError(f"two files give different seconds ({clock}): {first.seconds[clock]:g} and "
                             f"{second.seconds[clock]:g}")  # fmt: skip
    for name in (f.name for f in fields(JobFacts) if f.name not in changes):
        one, other = getattr(first, name), getattr(second, name)
        if one is not None and other is not None and one != other and name not in ("date", "status"):
            raise InputError(f"two files say different things about {name}")
        changes[name] = other if one is None else one
    return replace(first, **changes)


def facts_of(document: object) -> JobFacts:
    """Read one document.

    Args:
        document: Plain JSON.

    Raises:
        InputError: It is none of the known documents, or damaged.
    """
    primitive = tagged(document, "PrimitiveResult")
    if isinstance(primitive, Mapping):
        return _primitive_facts(primitive)
    legacy = tagged(document, "Result")
    if not isinstance(document, Mapping) or ("__type__" in document and legacy is None):
        raise InputError("is no result, metrics or job that is known")
    plain = document if legacy is None else legacy
    if not isinstance(plain, Mapping):
        raise InputError("is no result, metrics or job that is known")
    if "time_taken" in plain and isinstance(plain.get("results"), list):
        return _legacy_facts(plain)
    if isinstance(plain.get("metadata"), Mapping) and "chunk_timing" in plain["metadata"]:
        return _executor_facts(plain)
    return _job_facts(plain)


def _job_facts(job: Mapping[str, Any]) -> JobFacts:
    """Read a job: its own fields, and the documents that it holds."""
    known = {"timestamps", "usage", "bss", "metrics", "result", "results", "timing", "inputs", "params", "program"}
    if not known & set(job):
        raise InputError("is no result, metrics or job that is known")
    facts = JobFacts(
        job_id=_text(job, "job_id") or _text(job, "id"),
        backend=_text(job, "backend") or _text(job, "backend_name"),
        date=_date(_below(job, "timestamps").get("running")) or _date(job.get("created")),
        status=_text(_below(job, "state"), "status") or _text(job, "status"),
        seconds=_usage_seconds(job),
        executions=_stated_executions(job),
    )
    for part in _parts(job):
        facts = merged(facts, part)
    return facts


def _parts(job: Mapping[str, Any]) -> Iterator[JobFacts]:
    if isinstance(job.get("metrics"), Mapping):
        metrics = job["metrics"]
        date = _date(_below(metrics, "timestamps").get("running")) or _date(
            _below(metrics, "timestamps").get("created")
        )
        yield JobFacts(date=date, seconds=_usage_seconds(metrics))
    for name in ("result", "results"):
        result = job.get(name)
        if isinstance(result, str):  # as the service sends it
            try:
                result = json.loads(result)
            except (ValueError, RecursionError):
                raise InputError(f"{name} is a text that is not JSON") from None
        if isinstance(result, Mapping):
            yield facts_of(result)
    if isinstance(job.get("timing"), list):
        yield _chunk_facts(job["timing"], {})
    for name in ("inputs", "params"):
        if isinstance(job.get(name), Mapping):
            yield _input_facts(job[name])


def _usage_seconds(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Read the billed seconds; 0 is what the service says before it knows, and of jobs that did not run."""
    usage, bss = _below(metrics, "usage"), _below(metrics, "bss")
    if usage.get("status") == "pending":
        return {}
    for value in (usage.get("qpu_charge_time_seconds"), usage.get("quantum_seconds"), bss.get("seconds")):
        seconds = _seconds("quantum seconds", value)
        if seconds:
            return {"quantum_seconds": seconds}
    return {}


def _stated_executions(job: Mapping[str, Any]) -> Executions | None:
    """Read the circuits and shots that whoever saved the job wrote beside it."""
    circuits, shots = job.get("num_circuits"), job.get("shots")
    if isinstance(circuits, int) and isinstance(shots, int) and circuits > 0 and shots > 0:
        return Executions(num_circuits=(circuits,), shots=(shots,))
    return None


def _primitive_facts(result: Mapping[str, Any]) -> JobFacts:
    pubs = result.get("pub_results")
    held = tagged(_below(_below(result, "metadata"), "execution").get("execution_spans"), *_SPAN_LISTS)
    spans = held.get("spans") if isinstance(held, Mapping) else None
    if not isinstance(spans, list) or not spans:
        executions = executions_of_pubs(pubs) if isinstance(pubs, list) else None
        remark = "" if executions else "the result of an Estimator does not say how many circuits ran"
        return JobFacts(executions=executions, remarks=("no execution spans", *([remark] if remark else [])))
    times = [tagged(span, *_SPANS) for span in spans]
    start, seconds = _span_seconds([time if isinstance(time, Mapping) else {} for time in times])
    executions = executions_of_spans(spans)
    return JobFacts(date=start, seconds={"execution_span": seconds}, executions=executions)


_SPAN_LISTS = ("ExecutionSpans", "ExecutionSpanCollection")
_SPANS = ("ExecutionSpan", "DoubleSliceSpan", "TwirledSliceSpan", "TwirledSliceSpanV2")


def _executor_facts(result: Mapping[str, Any]) -> JobFacts:
    data = result.get("data")
    return _chunk_facts(result["metadata"]["chunk_timing"], shots_of_items(data if isinstance(data, list) else []))


def _chunk_facts(chunks: object, shots: Mapping[int, int]) -> JobFacts:
    if not isinstance(chunks, list) or not chunks:
        return JobFacts(remarks=("the timing of the result is empty",))
    start, seconds = _span_seconds([chunk if isinstance(chunk, Mapping) else {} for chunk in chunks])
    executions = executions_of_chunks(chunks, shots)
    return JobFacts(date=start, seconds={"execution_span": seconds}, executions=executions)


def _span_seconds(spans: Sequence[Mapping[str, Any]]) -> tuple[datetime, float]:
    """Return the first start, and the seconds from there to the last stop."""
    starts, stops = [_date(span.get("start")) for span in spans], [_date(span.get("stop")) for span in spans]
    known_starts, known_stops = [t for t in starts if t is not None], [t for t in stops if t is not None]
    if len(known_starts) < len(spans) or len(known_stops) < len(spans):
        raise InputError("a span of the timing has no start or no stop")
    seconds = (max(known_stops) - min(known_starts)).total_seconds()
    if seconds <= 0.0:
        raise InputError("the timing stops before it starts")
    return min(known_starts), seconds


def _legacy_facts(result: Mapping[str, Any]) -> JobFacts:
    shots = [run.get("shots") if isinstance(run, Mapping) else None for run in result["results"]]
    counted = [value for value in shots if isinstance(value, int) and not isinstance(value, bool) and value > 0]
    seconds = _seconds("time_taken", result.get("time_taken"))
    return JobFacts(
        job_id=_text(result, "job_id"),
        backend=_text(result, "backend_name"),
        date=_date(result.get("date")),
        status="failed" if result.get("success") is False else None,
        seconds={"time_taken": seconds} if seconds else {},
        executions=Executions(num_circuits=(1,) * len(counted), shots=tuple(counted))
        if counted and len(counted) == len(shots)
        else None,
    )


def _input_facts(params: Mapping[str, Any]) -> JobFacts:
    execution = _below(_below(params, "options"), "execution")
    rep_delay_s = _seconds("rep_delay", execution.get("rep_delay"))
    if rep_delay_s is not None and rep_delay_s > 1.0:
        raise InputError(f"rep_delay is {rep_delay_s:g} s; more than 1 s cannot be meant")
    circuits = tuple(flat_tags(params.get("pubs")))
    known = tuple(text for text in circuits if text is not None)
    twirling = _below(_below(params, "options"), "twirling")
    return JobFacts(
        rep_delay_s=rep_delay_s,
        twirled=True if True in (twirling.get("enable_gates"), twirling.get("enable_measure")) else None,
        circuits=known if known and len(known) == len(circuits) else None,
    )


def _below(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(holder: Mapping[str, Any], name: str) -> str | None:
    value = holder.get(name)
    return value if isinstance(value, str) and value else None


def _seconds(name: str, value: object) -> float | None:
    if value is None:
        return None
    if not isinstance(value, (int, float)) or not is_between(value, 0.0, MAX_VALUE):
        raise InputError(f"{name} is {shown(value)}, expected seconds")
    return float(value)


def _date(value: object) -> datetime | None:
    """Read a date as the service writes it, in UTC; None where there is none."""
    text = tagged(value, "datetime") or value
    if not isinstance(text, str) or not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(f"{shown(text)} is not a date") from None
