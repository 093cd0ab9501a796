"""Mutators: a good file and a source of chance give a hostile one. The same seed gives the same file."""

from __future__ import annotations

import copy
import io
import json
import random
import re
import struct
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

HOSTILE_NUMBERS = (
    "0", "-0", "-1", "1e308", "-1e308", "1e999", "nan", "NaN", "inf", "-Infinity", "1e-320", "0.1e-400", str(2**63),
    str(-(2**63) - 1), str(2**128), "9" * 400, "1_000", "0x10", "١٢", "1,5", "", " ", "true", "null",
)  # fmt: skip
HOSTILE_TEXTS = (
    "", " ", "\0", "\x1b]0;x\x07", "\u202egnp.exe", "\x9b31m", "=cmd|' /C calc'!A0", "@SUM(1)", "+1+1", "-2+3", "\t=1",
    "../../etc/passwd", "/dev/zero", "a" * 5000, "😀" * 50, "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "%s%n", "{0}", "$(id)", "'; DROP TABLE", "<script>alert(1)</script>", "[bold red]x[/]", "\ufeff", "\r\n", "﷽" * 30,
)  # fmt: skip
HOSTILE_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, -(2**64), 10**400, 1e308, -1e308, 1e-320, float("nan"), float("inf"), "", "nan",
    "1e999", [], {}, [[]], [None] * 50, {"": {}}, "\x1b[31m", "=1+1",
)  # fmt: skip

Mutator = Callable[[bytes, random.Random], bytes]


def _times(chance: random.Random) -> int:
    return chance.choice((1, 1, 1, 2, 3, 5))


def mutate_bytes(data: bytes, chance: random.Random) -> bytes:
    """Flip, cut, repeat, move and insert bytes."""
    out = bytearray(data)
    for _ in range(_times(chance)):
        place = chance.randrange(len(out) + 1)
        length = chance.choice((1, 2, 4, 8, 64, 1024))
        kind = chance.randrange(7)
        if kind == 0 and out:
            out[min(place, len(out) - 1)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del out[place : place + length]
        elif kind == 2:
            out[place:place] = out[place : place + length] * chance.choice((1, 2, 50))
        elif kind == 3:
            out[place:place] = bytes(chance.randrange(256) for _ in range(min(length, 16)))
        elif kind == 4:
            del out[place:]
        elif kind == 5:
            number = chance.choice((0, 1, 0x7F, 0xFF, 2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1))
            form = chance.choice((">B", ">H", ">I", ">Q", "<I", "<Q"))
            width = struct.calcsize(form)
            out[place : place + width] = struct.pack(form, number % 2 ** (8 * width))
        else:
            other = chance.randrange(len(out) + 1)
            out[place : place + length] = out[other : other + length]
    return bytes(out)


_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_TOKEN = re.compile(r"[A-Za-z_][A-Za-z_0-9]*|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[^\sA-Za-z0-9_]")


def mutate_text(data: bytes, chance: random.Random) -> bytes:
    """Replace numbers and words, move, repeat and drop tokens and lines."""
    text = data.decode("utf-8", "replace")
    for _ in range(_times(chance)):
        kind = chance.randrange(7)
        pattern = _NUMBER if kind == 0 else _TOKEN
        found = list(pattern.finditer(text))
        lines = text.splitlines(keepends=True)
        if kind <= 1 and found:
            one = chance.choice(found)
            new = chance.choice(HOSTILE_NUMBERS if kind == 0 else HOSTILE_TEXTS + HOSTILE_NUMBERS)
            text = text[: one.start()] + new + text[one.end() :]
        elif kind == 2 and found:
            one, other = chance.choice(found), chance.choice(found)
            text = text[: one.start()] + other.group() + text[one.end() :]
        elif kind == 3 and found:
            one = chance.choice(found)
            text = text[: one.start()] + text[one.end() :]
        elif kind == 4 and lines:
            place = chance.randrange(len(lines))
            text = "".join(lines[:place] + [lines[place]] * chance.choice((0, 2, 3, 200)) + lines[place + 1 :])
        elif kind == 5 and lines:
            chance.shuffle(lines)
            text = "".join(lines)
        elif found:
            one = chance.choice(found)
            text = text[: one.start()] + one.group() * chance.choice((2, 30)) + text[one.end() :]
    data = text.encode("utf-8", "replace")
    return mutate_bytes(data, chance) if chance.random() < 0.1 else data


def mutate_json(data: bytes, chance: random.Random) -> bytes:
    """Replace, drop, repeat, rename and nest nodes."""
    try:
        document = json.loads(data)
    except ValueError:
        return mutate_text(data, chance)
    if chance.random() < 0.1:
        return mutate_text(data, chance)
    document = copy.deepcopy(document)
    depths = [1, 5, 500]
    for _ in range(_times(chance)):
        holders = [node for node in _nodes(document) if isinstance(node, (dict, list)) and node]
        if not holders:
            return json.dumps(chance.choice(HOSTILE_VALUES)).encode()
        holder = chance.choice(holders)
        key: Any = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
        kind = chance.randrange(6)
        if kind <= 1:
            holder[key] = copy.deepcopy(chance.choice(HOSTILE_VALUES))
        elif kind == 2:
            del holder[key]
        elif kind == 3 and isinstance(holder, list):
            holder.extend([holder[key]] * chance.choice((1, 3, 100)))
        elif kind == 3:
            holder[chance.choice(HOSTILE_TEXTS)] = holder.pop(key)
        elif kind == 4:
            nested: Any = holder[key]
            depth = chance.choice(depths)
            if depth == 500:
                depths.remove(depth)  # deeper ones cannot be written
            for _ in range(depth):
                nested = [nested]
            holder[key] = nested
        else:
            holder[key] = chance.choice(HOSTILE_TEXTS)
    return json.dumps(document).encode()


def _nodes(node: Any) -> list[Any]:
    found, waiting = [], [node]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
    return found


def mutate_csv(data: bytes, chance: random.Random) -> bytes:
    """Replace cells, drop and repeat columns and rows, break quotes."""
    if chance.random() < 0.15:
        return mutate_text(data, chance)
    rows = [line.split(",") for line in data.decode("utf-8", "replace").splitlines()]
    for _ in range(_times(chance)):
        row = chance.choice(rows)
        kind = chance.randrange(6)
        if kind <= 2 and row:
            row[chance.randrange(len(row))] = chance.choice(HOSTILE_NUMBERS + HOSTILE_TEXTS)
        elif kind == 3 and len(row) > 1:
            column = chance.randrange(len(row))
            for each in rows:
                del each[column : column + 1]
        elif kind == 4:
            rows.insert(chance.randrange(len(rows) + 1), list(row))
        else:
            row.append(chance.choice(('"', '""', '"a', 'a"b', ";", "\t")))
    return "\n".join(",".join(row) for row in rows).encode("utf-8", "replace")


def mutate_zip(data: bytes, chance: random.Random) -> bytes:
    """Change one member of an archive (an NPZ), its name, or the bytes of the archive itself."""
    if chance.random() < 0.3:
        return mutate_bytes(data, chance)
    members = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    place = chance.randrange(len(members))
    name, content = members[place]
    kind = chance.randrange(4)
    if kind == 0:
        members[place] = (name, mutate_npy(content, chance))
    elif kind == 1:
        members[place] = (chance.choice(("", "x", "../x.npy", "a" * 300 + ".npy", name.upper())), content)
    elif kind == 2:
        members.pop(place)
    else:
        members.append((name if chance.random() < 0.5 else "more.npy", mutate_bytes(content, chance)))
    buffer = io.BytesIO()
    with (
        warnings.catch_warnings(),
        zipfile.ZipFile(buffer, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive,
    ):
        warnings.simplefilter("ignore")  # two members of one name are meant
        for member, content in members:
            archive.writestr(zipfile.ZipInfo(member), content)
    return buffer.getvalue()


_HEADERS = (
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000000000000000,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (True, 3), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 3), }",
    "{'descr': '<f8', 'fortran_order': 1, 'shape': (2, 3), }",
    "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
    "{'descr': '<U1000000000', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }",
    "{'descr': '<c16', 'fortran_order': False, 'shape': (2, 2), }",
    "{'descr': '<f2', 'fortran_order': False, 'shape': (4,), }",
    "{'descr': '<M8[s]', 'fortran_order': False, 'shape': (4,), }",
    "{'descr': '|V8', 'fortran_order': False, 'shape': (4,), }",
    "{'shape': (2,)}", "{", "[" * 200, "__import__('os')", "{'descr': '<f8'", "\0" * 50, "",
)  # fmt: skip


def mutate_npy(data: bytes, chance: random.Random) -> bytes:
    """Write another header, or change bytes."""
    if chance.random() < 0.4 or not data.startswith(b"\x93NUMPY"):
        return mutate_bytes(data, chance)
    header = chance.choice(_HEADERS).encode() + b"\n"
    body = data[chance.choice((10, 80, 128)) :]
    version, form = chance.choice(((b"\x01\x00", "<H"), (b"\x02\x00", "<I"), (b"\x03\x00", "<I"), (b"\x09\x00", "<H")))
    length = chance.choice((len(header), len(header), 2**16 - 1, 0))
    return b"\x93NUMPY" + version + struct.pack(form, length) + header + body
