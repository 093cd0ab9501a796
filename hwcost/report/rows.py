"""Nested plain data as flat rows, and rows as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from hwcost.core.text import escaped

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # also as wide letters of East Asia
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def flatten(prefix: str, value: object, *, skipped: Set[str]) -> Iterator[tuple[str, Any]]:
    """Yield nested plain data as (`section.key`, value) pairs; what is in `skipped` is left out.

    Example:
        >>> dict(flatten("", {"time": {"shot_s": 1.5, "parts": [1, 2]}, "ops": {}}, skipped={"ops"}))
        {'time.shot_s': 1.5, 'time.parts': '1 2'}
    """
    if prefix in skipped:
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from flatten(f"{prefix}.{key}" if prefix else key, item, skipped=skipped)
    elif isinstance(value, list) and len(value) == 2 and prefix.startswith("spread."):
        yield f"{prefix}_min", value[0]
        yield f"{prefix}_max", value[1]
    elif isinstance(value, list):
        separator = "; " if any(isinstance(item, str) for item in value) else " "
        yield prefix, separator.join("-".join(map(str, i)) if isinstance(i, list) else str(i) for i in value)
    else:
        yield prefix, value


def csv_table(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return a CSV table; columns in the order in which they first occur, nothing at all where there are no rows.

    Example:
        >>> print(csv_table([{"a": 1}, {"a": 2, "b": "x"}]), end="")
        a,b
        1,
        2,x
    """
    listed = list(rows)
    if not listed:
        return ""
    buffer = io.StringIO()
    columns = list(dict.fromkeys(key for row in listed for key in row))
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(map(csv_cell, columns))
    writer.writerows([csv_cell(row.get(column, "")) for column in columns] for row in listed)
    return buffer.getvalue()


def csv_cell(value: object) -> object:
    r"""Return a cell that neither a terminal obeys nor a spreadsheet computes: text stays text.

    What does not print is escaped. Text that a spreadsheet would take for a formula gets an apostrophe before it;
    numbers, also those written as text, stay as they are.

    Example:
        >>> csv_cell("=1+1"), csv_cell("-2.5"), csv_cell(-2.5), csv_cell("a\x1b[2J")
        ("'=1+1", '-2.5', -2.5, 'a\\x1b[2J')
    """
    if not isinstance(value, str):
        return value
    text = escaped(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text
