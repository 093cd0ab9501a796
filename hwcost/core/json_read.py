"""JSON that somebody else wrote, read strictly: `read_json`."""

from __future__ import annotations

import json
from typing import Any

from hwcost.core.text import one_line, printable


def read_json(text: str, origin: str, *, what: str, error: type[Exception]) -> Any:
    """Read a JSON document; a key that stands twice in one object is refused.

    Args:
        text: The document.
        origin: What messages begin with.
        what: What it should be, such as `calibration`.
        error: Type of the exceptions.

    Raises:
        Exception: `error`; it is not JSON. The message gives line and column.
    """
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as failure:
        where = f"line {failure.lineno}, column {failure.colno}"
        raise error(f"{origin}, {where}: is not JSON ({printable(failure.msg)})") from None
    except RecursionError:
        raise error(f"{origin}: is nested too deeply to be a {what}") from None
    except ValueError as failure:  # a key twice, or an integer of thousands of digits
        raise error(f"{origin}: {one_line(str(failure))}") from None


def decode(data: bytes, origin: str, *, error: type[Exception]) -> str:
    """Return the text of a file without a byte order mark.

    Raises:
        Exception: `error`; it is not UTF-8, or empty.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise error(f"{origin}: is not UTF-8 text (byte {failure.start}); save it as UTF-8") from None
    if not text.strip():
        raise error(f"{origin}: is empty")
    return text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:60]!r} stands twice in one object; keep one of the two")
    return found
