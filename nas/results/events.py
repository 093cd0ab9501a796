"""A run as scalars for TensorBoard: `export_events`. The event file is written here; TensorBoard is not needed for it.

An event file is a sequence of records: length (8 bytes), its masked CRC-32C, a protocol buffer, its masked CRC-32C. Of
TensorFlow's `event.proto` and `summary.proto` these fields are used: Event {1 wall_time, 2 step, 3 file_version,
5 summary, 10 source_metadata {1 writer}}, Summary {1 value}, Value {1 tag, 2 simple_value}.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from hwcost.core.files import check_target, write_files
from hwcost.core.guard import guarded
from hwcost.core.own_files import EVENTS_WRITER
from nas.core.errors import RunError
from nas.results.volume import generation_volumes
from nas.runs.run import Run, open_run
from nas.runs.store import unusable

FILE = "events.out.tfevents.nas"
"""TensorBoard reads files with `tfevents` in their name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One value of one curve.

    Attributes:
        tag: The curve, such as `front/hypervolume`.
        step: Evaluations so far.
        value: The value.
        time_s: Seconds since 1970.
    """

    tag: str
    step: int
    value: float
    time_s: float


def export_events(folder: str | os.PathLike[str], output: str | os.PathLike[str], *, force: bool = False) -> Path:
    """Write an event file with the objectives of each network, the best error, and the front of each generation.

    Args:
        folder: Directory of the run, finished or not.
        output: Directory to write to; made if there is none.
        force: Whether a file of that name that is not of the package is replaced.

    Returns:
        The file. An older one of the package is replaced.

    Raises:
        RunError: The directory is no run, or the output cannot be written to.
        OptionError: There is somebody else's file of that name.
    """
    if not os.fspath(output):
        raise RunError("the name of the directory for TensorBoard is empty; give one")
    run, target = open_run(folder), Path(output)
    try:
        with guarded(force=force):
            target.mkdir(parents=True, exist_ok=True)
            check_target(target / FILE)
            write_files(target, {FILE: event_bytes(scalars(run), _begun_s(run))})
    except OSError as error:
        raise unusable(target, error) from error
    return target / FILE


def scalars(run: Run) -> Iterator[Scalar]:
    """Yield the curves of a run over evaluations; times are those of the work, one worker after the other."""
    time_s, best = _begun_s(run), None
    for step, one in enumerate(run.evaluations, start=1):
        time_s += one.training_s + one.costing_s
        for name, value in one.objectives.items():
            yield Scalar(tag=f"evaluation/{name}", step=step, value=value, time_s=time_s)
        if one.accuracy is not None:
            best = 1.0 - one.accuracy if best is None else min(best, 1.0 - one.accuracy)
            yield Scalar(tag="best/validation_error", step=step, value=best, time_s=time_s)
    step = 0
    for generation, volume in zip(run.generations, generation_volumes(run), strict=True):
        step += generation.evaluated
        for tag, value in (("hypervolume", volume), ("size", float(generation.front_size))):
            yield Scalar(tag=f"front/{tag}", step=step, value=value, time_s=time_s)


def event_bytes(values: Iterable[Scalar], begun_s: float = 0.0) -> bytes:
    """Return an event file with these values, in their order."""
    head = _double(1, begun_s) + _bytes(3, b"brain.Event:2") + _bytes(10, _bytes(1, EVENTS_WRITER))
    records = [head]
    for one in values:
        value = _bytes(1, one.tag.encode()) + _key(2, 5) + struct.pack("<f", one.value)
        records.append(_double(1, one.time_s) + _key(2, 0) + _varint(one.step) + _bytes(5, _bytes(1, value)))
    return b"".join(map(_record, records))


def crc32c(data: bytes) -> int:
    """Compute the CRC-32C (Castagnoli) of bytes, as RFC 3720 defines it.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    table, crc = _table(), 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


@cache
def _table() -> tuple[int, ...]:
    entries = []
    for byte in range(256):
        entry = byte
        for _ in range(8):
            entry = (entry >> 1) ^ (0x82F63B78 if entry & 1 else 0)
        entries.append(entry)
    return tuple(entries)


def _record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + _masked(length) + data + _masked(data)


def _masked(data: bytes) -> bytes:
    crc = crc32c(data)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def _key(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _varint(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _double(field: int, value: float) -> bytes:
    return _key(field, 1) + struct.pack("<d", value)


def _bytes(field: int, value: bytes) -> bytes:
    return _key(field, 2) + _varint(len(value)) + value


def _begun_s(run: Run) -> float:
    try:
        return datetime.fromisoformat(run.created).timestamp()
    except ValueError:
        return 0.0
