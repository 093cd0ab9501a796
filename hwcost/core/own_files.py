"""What the package wrote itself is known by its content: `kind_of`. Nothing else is replaced without being asked.

JSON has a schema, HTML, pictures and circuits a mark in their metadata, CSV the head of a table of ours, a text report
its last line. Who edits such a file is warned by that mark only: it stays a file of ours.
"""

from __future__ import annotations

import json
import re

PROGRAM = "hwcost"

TEXT_MARK = f"\n(written by {PROGRAM})\n"
"""Last line of a text report in a file."""

HTML_MARK = f'<meta name="generator" content="{PROGRAM}">'

CIRCUIT_MARK = {"written_by": PROGRAM}
"""Metadata of circuits that are saved; QPY holds it as JSON."""

EVENTS_WRITER = PROGRAM.encode()
"""Writer in the first record of an event file for TensorBoard."""

_SCHEMA = re.compile(rb'\s*\[?\s*\{\s*"schema":\s*"(?:hwcost|nas)\.([a-z-]+)/')
_EVENTS = re.compile(  # length and its sum, time, version, writer
    rb".{12}\x09.{8}\x1a\x0dbrain\.Event:2R.\x0a." + re.escape(EVENTS_WRITER), re.DOTALL
)
_OF_THEIR_OWN = frozenset({"job-time", "device", "calibration", "run"})
_CIRCUITS = json.dumps(CIRCUIT_MARK, separators=(",", ":"))[1:-1].encode()
_COMPARISON = b"circuit,source,circuit_sha256,"
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", b"Software\0" + PROGRAM.encode()),
    (b"<?xml", f"<dc:title>{PROGRAM}</dc:title>".encode()),
    (b"%PDF-", f"/Creator ({PROGRAM})".encode()),
)


def kind_of(data: bytes) -> str | None:
    """Return what a file is that the package wrote, None if it did not.

    Kinds: `report` in any format, `picture`, `circuits`, `network`, `jobs` (a table of timed jobs), `events` (for
    TensorBoard), and the documents `job-time`, `device`, `calibration` and `run`.

    >>> kind_of(b'{"schema": "hwcost.estimate/1", "circuit": {}}'), kind_of(b'{"schema": "x"}')
    ('report', None)
    """
    schema = _SCHEMA.match(data[:4096])
    if schema is not None:
        name = schema[1].decode()
        return name if name in _OF_THEIR_OWN else "report"
    if any(data.startswith(head) and mark in data for head, mark in _PICTURES):
        return "picture"
    if data.startswith(b"QISKIT"):
        return "circuits" if _CIRCUITS in data else None
    if data.startswith(b"PK"):
        return "network" if b"nas.checkpoint/" in data else None
    if _EVENTS.match(data):
        return "events"
    if HTML_MARK.encode() in data[:1024] or data.endswith(TEXT_MARK.encode()):
        return "report"
    return _kind_of_table(data)


def _kind_of_table(data: bytes) -> str | None:
    head, _, rest = data.partition(b"\n")
    if head.startswith(_COMPARISON) or (head.startswith(b"schema,") and rest.startswith((b"hwcost.", b"nas."))):
        return "report"
    columns = set(head.split(b","))
    return "jobs" if {b"num_circuits", b"observed_s", b"job_id", b"clock"} <= columns else None
