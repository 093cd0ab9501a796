"""Jobs that were sent to a live device, one file for each in the folder `device-jobs` of the run."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from hwcost.core.files import check_folder, write_file
from hwcost.core.json_text import json_text
from hwcost.core.text import one_line, say
from nas.runs.store import unusable

FOLDER = "device-jobs"
SCHEMA = "nas.device-job/1"

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentJobRecord:
    """A job that a live device has taken.

    Attributes:
        job_id: Its identifier there.
        device: Name of the device.
        sent: When (UTC).
        member: Number of the member.
        architecture: Its hash.
        part: Part of the data.
        first_sample: Number of its first sample in the part.
        num_circuits: Samples, each a circuit.
        shots: Of each circuit.
        max_time_s: QPU seconds after which IBM cancels it.
    """

    job_id: str
    device: str
    sent: str
    member: int
    architecture: str
    part: str
    first_sample: int
    num_circuits: int
    shots: int
    max_time_s: int


def check_kept(run: Path) -> None:
    """Make the folder, before there is a job to keep.

    Raises:
        RunError: The directory of the run cannot be written to.
    """
    try:
        check_folder(run / FOLDER).mkdir(exist_ok=True)
    except (OSError, ValueError) as error:
        raise unusable(run / FOLDER, error) from error


def keep_job(run: Path, job: SentJobRecord) -> None:
    """Write the file of a job; where that fails, say so and go on, because the job is there and is billed."""
    name = job.job_id if _PLAIN.fullmatch(job.job_id) else hashlib.sha256(job.job_id.encode()).hexdigest()[:16]
    try:
        write_file(run / FOLDER / f"{name}.json", (json_text({"schema": SCHEMA, **asdict(job)}) + "\n").encode())
    except (OSError, ValueError) as error:
        say(f"job {job.job_id} could not be noted in the run's folder ({one_line(str(error))})", program="nas")
