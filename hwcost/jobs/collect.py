"""`collect_jobs`: the table that a job-time profile is fitted to, from saved results, metrics and jobs.

A row says which clock its seconds are of, and all rows of a table are of one clock: fitting billed seconds together
with execution spans would give the constants of neither. What the documents of a job do not say is not made up: a job
without circuits, shots or seconds is left out with the reason, and an optional column that some jobs lack is left out
whole.
"""

from __future__ import annotations

import base64
import binascii
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hwcost.core.checks import choice, real
from hwcost.core.errors import InputError, OptionError
from hwcost.core.text import one_line, plural
from hwcost.jobs.clocks import CLOCKS, Clock
from hwcost.jobs.documents import Document, read_documents
from hwcost.jobs.saved import JobFacts, facts_of, merged
from hwcost.jobs.table import OPTIONAL_COLUMNS
from hwcost.report.result import Result

SCHEMA = "hwcost.collected-jobs/1"

MAX_CIRCUIT_BYTES = 64 * 2**20

ReadCircuits = Callable[[bytes, str], Sequence[Any]]
"""Reads the Qiskit circuits in the bytes of a QPY file; the second argument is what messages call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file or a job that gives no row.

    Attributes:
        what: Job or file.
        reason: Why.
    """

    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedJobs(Result):
    """A table of timed jobs.

    Attributes:
        clock: What the seconds are, see `hwcost.jobs.clocks.CLOCKS`.
        jobs: One row per job, all with the same columns, those of a job table (`hwcost jobs fit`) and `job_id`, `date`
            and `clock`.
        left_out: What gave no row.
        notes: Columns that were left out, and values that the caller gave.
    """

    clock: Clock
    jobs: tuple[Mapping[str, Any], ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the rows and what was left out."""
        return {
            "schema": SCHEMA,
            "clock": self.clock,
            "jobs": [dict(job) for job in self.jobs],
            "left_out": [{"what": item.what, "reason": item.reason} for item in self.left_out],
            "notes": list(self.notes),
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """Return the rows that `fit_job_time` takes."""
        return [dict(job) for job in self.jobs]

    def __hash__(self) -> int:
        """Hash the identifiers; rows are mappings and have none."""
        return hash((self.clock, tuple(job["job_id"] for job in self.jobs), self.left_out))


def collect_jobs(
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
    *,
    clock: Clock | None = None,
    backend: str | None = None,
    rep_delay_s: float | None = None,
    read_circuits: ReadCircuits | None = None,
) -> CollectedJobs:
    """Make a table of timed jobs from what was saved of them.

    Args:
        paths: JSON files and folders of them: results written with `RuntimeEncoder`, `job.metrics()`, or jobs that hold
            both. Files of one job are recognised by the job's identifier in them or in their names.
        clock: `quantum_seconds`, `execution_span` or `time_taken`; default the one that most jobs have.
        backend: Device of the jobs whose files do not name it.
        rep_delay_s: Repetition delay, in seconds, of the jobs whose files do not say it.
        read_circuits: Reader of QPY, for numbers of instructions; without one they stay unknown.

    Raises:
        InputError: No job can be filled in; the message says why for the first.
        OptionError: An option is invalid.

    Example:
        >>> collect_jobs("no-such-folder")
        Traceback (most recent call last):
            ...
        hwcost.core.errors.InputError: no-such-folder: no such file or folder; check the path
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    documents, unread = read_documents(given)
    return collect_documents(
        documents,
        [LeftOut(what=item.where, reason=item.reason) for item in unread],
        clock=clock,
        backend=backend,
        rep_delay_s=rep_delay_s,
        read_circuits=read_circuits,
    )


def collect_documents(
    documents: Iterable[Document],
    left_out: Iterable[LeftOut] = (),
    *,
    clock: Clock | None = None,
    backend: str | None = None,
    rep_delay_s: float | None = None,
    read_circuits: ReadCircuits | None = None,
) -> CollectedJobs:
    """Do what `collect_jobs` does, with documents that are read already."""
    if clock is not None:
        choice("clock", clock, CLOCKS)
    if rep_delay_s is not None and not 0.0 <= real("rep_delay", rep_delay_s) <= 1.0:
        raise OptionError(f"rep_delay is {rep_delay_s} s; give seconds between 0 and 1, such as 0.00025")
    missing = list(left_out)
    jobs = _by_job(documents, missing)
    chosen = clock or _most_common_clock(jobs.values())
    rows = []
    for name, facts in jobs.items():
        known = replace(
            facts,
            job_id=facts.job_id or name,
            backend=facts.backend or backend,
            rep_delay_s=rep_delay_s if facts.rep_delay_s is None else facts.rep_delay_s,
        )
        try:
            rows.append(_row(known, chosen, read_circuits))
        except InputError as error:
            missing.append(LeftOut(what=one_line(name), reason=str(error)))
    if not rows:
        first = f"; {missing[0].what}: {missing[0].reason}" if missing else ""
        raise InputError(f"no job can be filled in{first}")
    notes = list(_given_notes(jobs.values(), backend, rep_delay_s))
    table = _with_common_columns(rows, notes)
    return CollectedJobs(clock=chosen, jobs=tuple(table), left_out=tuple(missing), notes=tuple(notes))


def _by_job(documents: Iterable[Document], left_out: list[LeftOut]) -> dict[str, JobFacts]:
    """Join the documents of each job, by the identifier in them, else by name."""
    read: list[tuple[Document, JobFacts]] = []
    for document in documents:
        try:
            read.append((document, facts_of(document.content)))
        except InputError as error:
            left_out.append(LeftOut(what=document.where, reason=str(error)))
        except RecursionError:
            left_out.append(LeftOut(what=document.where, reason="is nested too deeply"))
    identifiers = {facts.job_id for _, facts in read if facts.job_id}
    jobs: dict[str, JobFacts] = {}
    contradicted = set()
    for document, facts in read:
        name = facts.job_id or (document.key if document.key in identifiers else document.place)
        try:
            jobs[name] = merged(jobs[name], facts) if name in jobs else facts
        except InputError as error:
            contradicted.add(name)
            left_out.append(LeftOut(what=one_line(name), reason=str(error)))
    return {name: facts for name, facts in jobs.items() if name not in contradicted}


def _most_common_clock(jobs: Iterable[JobFacts]) -> Clock:
    counts = Counter(clock for facts in jobs if not facts.ended_badly for clock in facts.seconds)
    return max(CLOCKS, key=lambda clock: counts[clock])  # of equal ones the first


def _row(facts: JobFacts, clock: Clock, read_circuits: ReadCircuits | None) -> dict[str, Any]:
    """Fill in a row.

    Raises:
        InputError: Something that every row needs is not known; the message is the reason.
    """
    if facts.ended_badly:
        raise InputError(f"the job ended as {one_line(facts.status or '')!r}")
    if clock not in facts.seconds:
        others = ", ".join(facts.seconds) or "none"
        raise InputError("; ".join([f"no {clock} (clocks known: {others})", *facts.remarks]))
    ran = facts.executions
    if ran is None:
        raise InputError("; ".join(["circuits and shots are not known", *facts.remarks]))
    if facts.twirled and not ran.has_randomizations:
        raise InputError("twirled, and the result does not say how many randomizations ran")
    if len(set(ran.shots)) != 1 or not ran.shots[0] or not sum(ran.num_circuits):
        raise InputError(f"circuits of one job have different shots, or none ({', '.join(map(str, ran.shots[:5]))})")
    return {
        "job_id": facts.job_id,
        "backend": facts.backend or "",
        "date": "" if facts.date is None else facts.date.isoformat(timespec="seconds"),
        "clock": clock,
        "num_circuits": sum(ran.num_circuits),
        "shots": ran.shots[0],
        **_sizes(facts, ran.num_circuits, read_circuits),
        "rep_delay_s": facts.rep_delay_s,
        "observed_s": facts.seconds[clock],
    }


def _sizes(facts: JobFacts, repeats: Sequence[int], read_circuits: ReadCircuits | None) -> dict[str, int | None]:
    """Count the instructions of the circuits that were sent, each as often as it ran."""
    names = ("num_qubits", "total_depth", "total_num_2q", "total_instructions")
    unknown = dict.fromkeys(names)
    if read_circuits is None or facts.circuits is None or len(facts.circuits) != len(repeats):
        return unknown
    totals = dict.fromkeys(names, 0)
    for packed, times in zip(facts.circuits, repeats, strict=True):
        try:
            (circuit,) = read_circuits(_unpacked(packed), f"job {one_line(facts.job_id or '')}")
        except ValueError:  # a damaged circuit, or several in one: its size is not known, the job's time is
            return unknown
        real_ones = [entry for entry in circuit.data if entry.operation.name not in ("barrier", "delay")]
        used = {bit for entry in real_ones for bit in entry.qubits}
        totals["num_qubits"] = max(totals["num_qubits"], len(used))
        totals["total_depth"] += times * circuit.depth(lambda entry: entry.operation.name not in ("barrier", "delay"))
        totals["total_num_2q"] += times * sum(len(entry.qubits) == 2 for entry in real_ones)
        totals["total_instructions"] += times * len(real_ones)
    return dict(totals) if totals["num_qubits"] else unknown


def _unpacked(packed: str) -> bytes:
    try:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(base64.b64decode(packed, validate=True), MAX_CIRCUIT_BYTES)
        if unpacker.unconsumed_tail:
            raise InputError(f"a circuit of the job is larger than {MAX_CIRCUIT_BYTES // 2**20} MiB")
    except (binascii.Error, zlib.error, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("a circuit of the job is not what the client writes") from None
    return data


def _with_common_columns(rows: Sequence[Mapping[str, Any]], notes: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows with the columns that all of them have; a job table has no gaps."""
    gaps = {name: sum(row.get(name) is None for row in rows) for name in rows[0]}
    for name in (name for name in OPTIONAL_COLUMNS if 0 < gaps.get(name, 0) < len(rows)):
        hint = "; `--rep-delay` gives it" if name == "rep_delay_s" else ""
        notes.append(f"{name} is not known for {gaps[name]} of {plural(len(rows), 'job')}: column left out{hint}")
    if gaps.get("rep_delay_s") == len(rows):
        notes.append("rep_delay_s is not known for any job: column left out; `--rep-delay` gives it")
    kept = [name for name in rows[0] if not gaps[name]]
    return ({name: row[name] for name in kept} for row in rows)


def _given_notes(jobs: Iterable[JobFacts], backend: str | None, rep_delay_s: float | None) -> Iterator[str]:
    listed = list(jobs)
    for name, value in (("backend", backend), ("rep_delay_s", rep_delay_s)):
        count = sum(getattr(facts, name) is None for facts in listed)
        if value is not None and count:
            yield f"{name} {value} was given for {plural(count, 'job')} whose files do not say it"
