"""Nested plain data as flat rows, and rows as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any


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
    writer = csv.DictWriter(buffer, list(dict.fromkeys(key for row in listed for key in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return buffer.getvalue()
