"""Records as plain data that JSON can hold: `to_plain`."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any


def to_plain(value: Any) -> Any:
    """Turn records, tuples, dates and numbers into what JSON can hold; what is infinite or NaN becomes None.

    A record whose JSON is not simply its fields says so by a method `plain`.
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if hasattr(value, "plain"):
        return to_plain(value.plain())
    return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
