"""Records become what JSON can hold."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from typing import Any

from hwcost.core.plain import to_plain


class Colour(StrEnum):
    RED = "red"


class Size(IntEnum):
    SMALL = 1


@dataclass(frozen=True, slots=True)
class Inner:
    value: float


@dataclass(frozen=True, slots=True)
class Own:
    def plain(self) -> dict[str, Any]:
        return {"own": (1, 2)}


@dataclass(frozen=True, slots=True)
class Outer:
    inner: tuple[Inner, ...]
    names: dict[int, object]


def test_records_all_the_way_down() -> None:
    record = Outer((Inner(1.5), Inner(math.nan)), {1: Own(), 2: Colour.RED, 3: Size.SMALL, 4: None, 5: True})
    plain = to_plain(record)
    assert plain == {
        "inner": [{"value": 1.5}, {"value": None}],
        "names": {"1": {"own": [1, 2]}, "2": "red", "3": 1, "4": None, "5": True},
    }
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain


def test_dates_are_in_utc() -> None:
    date = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert to_plain(date) == datetime(2026, 1, 1, 10, tzinfo=UTC).isoformat()
