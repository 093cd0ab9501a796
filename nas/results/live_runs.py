"""A network's compiled circuits as jobs of a live device: sent, waited for, and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

import hwcost
from hwcost.core.reading import path_label
from hwcost.core.text import listing, plural
from nas.core.errors import RunError
from nas.results.device_runs import Outputs, Progress, outputs_of_bits, stacked_outputs
from nas.results.evaluation_record import LiveJob, LiveRun
from nas.results.live_plan import LivePlan, plan_jobs, require_consent
from nas.results.live_store import FOLDER, LiveKey, LiveRecord, State, check_kept, keep, unread, work_digest

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from qiskit import QuantumCircuit

    from hwcost import Calibration, CostEstimate, Device, LiveBackend, SentJob
    from nas.architectures.record import Architecture
    from nas.runs.noisy import OutputNoise

    Floats = NDArray[np.float64]

Told: TypeAlias = Callable[[Literal["plan", "sent", "status", "lost"], str], None]
"""Called with what a line is about, and the line."""

TAG = "nas-evaluate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A live device that takes jobs, or jobs that it has taken for an earlier call and that were not read.

    Attributes:
        folder: Directory of the run.
        key: What is run.
        calibration: What circuits are compiled for.
        live: The device; None where there are jobs.
        record: The jobs; None where there are none.
    """

    folder: Path
    key: LiveKey
    calibration: Calibration
    live: LiveBackend | None = None
    record: LiveRecord | None = None


def open_live(folder: Path, key: LiveKey) -> Opened:
    """Find the jobs of an earlier call that was stopped; without any, sign in to the device.

    Raises:
        HwcostError: The device cannot be used.
        RunError: What the run has kept of earlier jobs is damaged.
    """
    record = unread(folder, key)
    if record is not None:
        where = path_label(folder / FOLDER / record.file())
        calibration = hwcost.calibration_from_text(record.calibration, where=where)
        return Opened(folder=folder, key=key, calibration=calibration, record=record)
    live = hwcost.open_live_backend(key.device)
    return Opened(folder=folder, key=key, calibration=live.calibration, live=live)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWork:
    """What is run on a live device, with consent.

    Attributes:
        opened: The device, or the jobs that it has taken.
        circuit: The compiled circuit.
        plan: Jobs to be sent; None where they were sent already.
        max_time_s: QPU seconds that are allowed for them.
    """

    opened: Opened
    circuit: QuantumCircuit
    plan: LivePlan | None
    max_time_s: float


def allowed_work(opened: Opened, estimate: CostEstimate, device: Device, max_time_s: float | None) -> LiveWork:
    """Return the work, once there is consent to the jobs that it takes.

    Args:
        opened: The device.
        estimate: Of the network's circuit.
        device: The same device.
        max_time_s: QPU seconds that the user allows; None if nothing was said.

    Raises:
        SettingError: There are jobs to be sent, and no consent.
    """
    circuit = estimate.isa_circuit
    if opened.live is None or opened.record is not None:
        return LiveWork(opened=opened, circuit=circuit, plan=None, max_time_s=max_time_s or 0.0)
    plan = plan_jobs(estimate, device, opened.key.num_samples, opened.key.shots)
    allowed_s = require_consent(plan, max_time_s, opened.live.remaining_s)
    return LiveWork(opened=opened, circuit=circuit, plan=plan, max_time_s=allowed_s)


def run_live(
    work: LiveWork,
    architecture: Architecture,
    noise: OutputNoise,
    values: Floats,
    *,
    told: Told | None = None,
    progress: Progress | None = None,
) -> tuple[Outputs, LiveRun]:
    """Send the jobs, unless they are there already, wait for all of them, and return what was measured.

    The identifier of each job is told, and kept in the run's folder, as soon as IBM has taken it.

    Args:
        work: What was allowed.
        architecture: The network.
        noise: Of its outputs, for the mitigation.
        values: (samples, parameters), of the compiled circuit.
        told: Hears of the jobs.
        progress: Called with circuits done, circuits in all.

    Raises:
        InputError: A job cannot be sent, or fails.
        RunError: The run's folder cannot be written to, or the jobs in it are of other circuits; nothing was sent.
    """
    jobs = _Jobs(work, values, told or _silent)
    found: list[tuple[Floats, Floats]] = []
    try:
        for bits in jobs.run():
            found += [outputs_of_bits(architecture, noise, shots, np.ones(len(shots))) for shots in bits]
            if progress is not None:
                progress(len(found), len(values))
    except KeyboardInterrupt:
        jobs.tell("lost", jobs.lost())
        raise
    return stacked_outputs(found), jobs.finished()


class _Jobs:
    """The jobs of one evaluation, noted in the run as they are sent and read."""

    def __init__(self, work: LiveWork, values: Floats, tell: Told):
        self._work, self._values, self.tell = work, values, tell
        self._folder = work.opened.folder
        self._record = work.opened.record
        self._sent: list[SentJob] = []
        self._times_s: list[float | None] = []

    def run(self) -> Iterator[NDArray[np.int64]]:
        """Yield the bits of each job, (circuits, shots, classical bits), in the order of the samples."""
        try:
            if self._record is None:
                self._send()
            else:
                self._find(self._record)
            for job in self._sent:
                yield job.bits(partial(self._tell_status, job.job_id)).astype(np.int64)
                self._times_s.append(job.quantum_s())
        except hwcost.InputError as error:
            if self._record is None or not self._sent:
                raise
            if any(job.has_failed() for job in self._sent):
                self._keep(state="failed")  # so that the next call sends new ones
                raise
            raise hwcost.InputError(f"{error}; {self._left()}") from None

    def finished(self) -> LiveRun:
        """Note that the results were read, and return what is said of the jobs."""
        record = self._keep(state="read")
        value, low, high = record.predicted_s
        return LiveRun(
            jobs=tuple(
                LiveJob(job_id=job.job_id, num_circuits=job.num_circuits, qpu_time_s=time_s)
                for job, time_s in zip(self._sent, self._times_s, strict=True)
            ),
            predicted_s=value,
            predicted_low_s=low,
            predicted_high_s=high,
            nominal=record.nominal,
            max_time_s=record.max_time_s,
        )

    def lost(self) -> str:
        """Say what Ctrl-C has left at IBM."""
        if self._record is not None and self._record.state == "sent":
            return f"stopped; {self._left()}"
        unsure = f"a job that was being sent may be at IBM, with the tag {TAG}"
        return f"stopped; {unsure}" if self._record is None else f"stopped; {unsure}; {self._left()}"

    def _left(self) -> str:
        """Say which jobs are at IBM, and what can be done with them."""
        if self._record is None:
            return "no job was sent"
        ids = self._record.job_ids
        jobs = f"{plural(len(ids), 'job')} at IBM will run and be billed ({listing(ids)})"
        use = "the same command reads the results" if self._record.state == "sent" else "this evaluation is lost"
        return (
            f"{jobs}, {use}; `QiskitRuntimeService().job({ids[0]!r}).cancel()` ends {'it' if len(ids) == 1 else 'one'}"
        )

    def _send(self) -> None:
        live, plan = self._work.opened.live, self._work.plan
        if live is None or plan is None:
            raise RunError("there are neither jobs to send nor jobs that were sent")
        check_kept(self._folder)
        queue = plural(live.pending_jobs, "job", digits=",")
        calibration = hwcost.calibration_text(live.calibration)  # before anything is paid for, should it fail
        allowed = f"at most {self._work.max_time_s:g} s allowed"
        self.tell("plan", f"sending {plan}, {allowed}; {queue} in its queue")
        start = 0
        for count, limit_s in zip(plan.circuits, plan.limits_s(self._work.max_time_s), strict=True):
            values = self._values[start : start + count]
            start += count
            shots = self._work.opened.key.shots
            self._sent.append(live.send(self._work.circuit, values, shots=shots, max_time_s=limit_s, tags=(TAG,)))
            self._note(plan, calibration)
            circuits = plural(count, "circuit", digits=",")
            self.tell("sent", f"job {self._sent[-1].job_id} is at IBM: {circuits}, at most {limit_s} s of QPU time")

    def _note(self, plan: LivePlan, calibration: str) -> None:
        """Keep the jobs that were sent so far."""
        opened, circuit = self._work.opened, self._work.circuit
        all_sent = len(self._sent) == len(plan.circuits)
        self._record = LiveRecord(
            key=opened.key,
            job_ids=tuple(job.job_id for job in self._sent),
            circuits=plan.circuits,
            state="sent" if all_sent else "sending",
            sent=datetime.now(UTC).isoformat(timespec="seconds") if self._record is None else self._record.sent,
            max_time_s=self._work.max_time_s,
            predicted_s=plan.total_s,
            nominal=plan.nominal,
            work_sha256=work_digest(circuit, self._values) if self._record is None else self._record.work_sha256,
            calibration=calibration,
        )
        keep(self._folder, self._record)

    def _find(self, record: LiveRecord) -> None:
        names = listing(record.job_ids)
        if work_digest(self._work.circuit, self._values) != record.work_sha256:
            raise RunError(
                f"{path_label(self._folder / FOLDER / record.file())}: job {names} has other circuits or weights than "
                "this call makes (other versions?), so that it cannot be used; move the file elsewhere to send new jobs"
            )
        self.tell("plan", f"job {names} was sent at {record.sent} and not read yet; nothing new is sent")
        for job_id, count in zip(record.job_ids, record.circuits, strict=True):
            shots = record.key.shots
            self._sent.append(hwcost.open_sent_job(job_id, self._work.circuit, num_circuits=count, shots=shots))

    def _keep(self, *, state: State) -> LiveRecord:
        if self._record is None:
            raise RunError("no job was sent")
        self._record = replace(self._record, state=state)
        keep(self._folder, self._record)
        return self._record

    def _tell_status(self, job_id: str, status: str) -> None:
        self.tell("status", f"job {job_id}: {status.lower()}")


def _silent(kind: str, line: str) -> None:
    """Hear nothing."""
