"""Jobs of an evaluation on a live device, one file for each evaluation in the folder `device-jobs` of the run.

It holds what is needed to read the results later with the circuits and the calibration that they are of, because what
was sent is paid for.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from hwcost.core.checks import is_finite
from hwcost.core.files import check_folder, sync_folder, written_aside
from hwcost.core.json_text import json_text
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line, say, shown
from nas.core.errors import RunError
from nas.runs.store import unusable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from qiskit import QuantumCircuit

FOLDER = "device-jobs"
SCHEMA = "nas.device-jobs/1"
MAX_FILE_BYTES = 50_000_000

State: TypeAlias = Literal["sending", "sent", "read", "failed"]

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveKey:
    """What is run: calls with the same key want the same results.

    Attributes:
        device: Name of the device.
        member: Number of the member.
        architecture: Its hash.
        part: Part of the data.
        num_samples: Its first samples, each a circuit.
        shots: Of each circuit.
        seed: Of the compilations.
        optimization_level: Of Qiskit's transpiler.
        num_seeds: Transpiler seeds.
    """

    device: str
    member: int
    architecture: str
    part: str
    num_samples: int
    shots: int
    seed: int
    optimization_level: int
    num_seeds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRecord:
    """Jobs that a live device has taken for one evaluation.

    Attributes:
        key: What they run.
        job_ids: Their identifiers, in the order of the samples.
        circuits: Circuits of each job, also of those that are not sent yet.
        state: How far it is: `sending`, `sent` (all of them), `read`, or `failed`.
        sent: When the first was sent (UTC, ISO 8601).
        max_time_s: QPU seconds that were allowed.
        predicted_s: QPU seconds that were predicted: value, lower and upper end.
        nominal: Share of jobs that such an interval is meant to contain.
        work_sha256: Digest of the compiled circuit and of the values of its parameters.
        calibration: Snapshot of the calibration that the circuit was compiled for.
    """

    key: LiveKey
    job_ids: tuple[str, ...]
    circuits: tuple[int, ...]
    state: State
    sent: str
    max_time_s: float
    predicted_s: tuple[float, float, float]
    nominal: float
    work_sha256: str
    calibration: str

    def file(self) -> str:
        """Return the name of its file, by the first job."""
        first = self.job_ids[0]
        return f"{first if _PLAIN.fullmatch(first) else hashlib.sha256(first.encode()).hexdigest()[:16]}.json"


def work_digest(circuit: QuantumCircuit, values: NDArray[np.float64]) -> str:
    """Return a digest of a compiled circuit and of the values of its parameters."""
    steps = [
        [
            step.operation.name,
            [str(each) for each in step.operation.params],
            [circuit.find_bit(qubit).index for qubit in step.qubits],
            [circuit.find_bit(bit).index for bit in step.clbits],
        ]
        for step in circuit.data
    ]
    digest = hashlib.sha256(json.dumps([circuit.num_qubits, steps]).encode())
    digest.update(repr(values.shape).encode())
    digest.update(values.astype("<f8").tobytes())
    return digest.hexdigest()


def check_kept(run: Path) -> None:
    """Make the folder, before there is a job to keep.

    Raises:
        RunError: The directory of the run cannot be written to.
    """
    try:
        check_folder(run / FOLDER).mkdir(exist_ok=True)
    except (OSError, ValueError) as error:
        raise unusable(run / FOLDER, error) from error


def keep(run: Path, record: LiveRecord) -> None:
    """Write the file of an evaluation; where that fails, say so and go on: its jobs are there, and are billed."""
    path = run / FOLDER / record.file()
    try:
        # The command may have read it; it replaces no file but its own.
        with written_aside(path, (json_text({"schema": SCHEMA, **asdict(record)}) + "\n").encode()) as temporary:
            temporary.replace(path)
        sync_folder(path.parent)
    except (OSError, ValueError) as error:
        say(f"jobs could not be noted in the run's folder ({one_line(str(error))})", program="nas")


def unread(run: Path, key: LiveKey) -> LiveRecord | None:
    """Return the newest evaluation of that key whose jobs were all sent and whose results were not read; None if none.

    Raises:
        RunError: A file is damaged, or the folder cannot be read.
    """
    found = [record for record in _records(run) if record.key == key and record.state == "sent"]
    return max(found, key=lambda record: record.sent, default=None)


def _records(run: Path) -> Iterator[LiveRecord]:
    folder = run / FOLDER
    if not folder.is_dir():
        return
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".json")
    except OSError as error:
        raise unusable(folder, error) from error
    for path in paths:
        content = read_file(path, what="jobs of a live device", limit_bytes=MAX_FILE_BYTES, error=RunError)
        try:
            yield _record(json.loads(content))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            kind = f"{type(error).__name__}: {one_line(str(error))}"
            raise RunError(f"{path_label(path)}: damaged ({kind}); move it elsewhere to send new jobs") from None


def _record(plain: Mapping[str, Any]) -> LiveRecord:
    if plain["schema"] != SCHEMA:
        raise ValueError("it is of another schema")
    asked = plain["key"]
    key = LiveKey(
        device=_text(asked["device"]),
        member=_count(asked["member"]),
        architecture=_text(asked["architecture"]),
        part=_text(asked["part"]),
        num_samples=_count(asked["num_samples"]),
        shots=_count(asked["shots"]),
        seed=_count(asked["seed"]),
        optimization_level=_count(asked["optimization_level"]),
        num_seeds=_count(asked["num_seeds"]),
    )
    job_ids, circuits, predicted = (tuple(plain[name]) for name in ("job_ids", "circuits", "predicted_s"))
    if not job_ids or not all(isinstance(one, str) for one in job_ids):
        raise TypeError("it has no identifiers of jobs")
    if not all(type(one) is int and one > 0 for one in circuits) or sum(circuits) != key.num_samples:
        raise ValueError("the circuits of its jobs are not its samples")
    if plain["state"] not in get_args(State) or (plain["state"] != "sending" and len(job_ids) != len(circuits)):
        raise ValueError("its state is none of its jobs")
    if len(predicted) != 3 or not all(is_finite(one) for one in (*predicted, plain["max_time_s"], plain["nominal"])):
        raise TypeError("its times are no numbers")
    texts = {name: _text(plain[name]) for name in ("sent", "work_sha256", "calibration")}
    return LiveRecord(
        key=key,
        job_ids=job_ids,
        circuits=circuits,
        state=plain["state"],
        max_time_s=plain["max_time_s"],
        predicted_s=predicted,
        nominal=plain["nominal"],
        **texts,
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{shown(value)} is no text")
    return value


def _count(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{shown(value)} is no whole number")
    return value
