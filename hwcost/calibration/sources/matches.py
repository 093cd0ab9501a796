"""Names with wildcards, `*`, `?` and `[…]`, and what they stand for: `Match`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from hwcost.calibration.record import Calibration

LIVE = "ibm"
"""How the names of live backends begin; no pattern that begins otherwise asks IBM."""

_WILDCARDS = re.compile(r"[*?\[]")
_NOT_OF_A_NAME = re.compile(r"[^a-z0-9_]+")
_MOST_NEAR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A backend that fits a pattern.

    Attributes:
        name: Its name, or the path of its file.
        read: Reads its calibration; raises what `load_calibration` does.
    """

    name: str
    read: Callable[[], Calibration]


def has_wildcards(text: str) -> bool:
    """Return whether a text is a pattern."""
    return _WILDCARDS.search(text) is not None


def fits(pattern: str, spellings: Iterable[str]) -> bool:
    """Return whether one of the spellings of a name fits a pattern; case does not matter.

    >>> fits("FAKE_TOR*", ["fake_torino", "torino"]), fits("tor*", ["fake_torino"])
    (True, False)
    """
    wanted = pattern.strip().lower()
    return any(fnmatchcase(name.lower(), wanted) for name in spellings)


def near_names(pattern: str, names: Sequence[str], prefix: str) -> list[str]:
    """Return up to three names that resemble a pattern that fits none, without the prefix that all names have.

    >>> near_names("fake_torimo*", ["fake_torino", "fake_lima"], "fake_")
    ['fake_torino']
    """
    wanted = _NOT_OF_A_NAME.sub("", pattern.strip().lower())[:60].removeprefix(prefix)
    devices = {name.removeprefix(prefix): name for name in names}
    return [devices[near] for near in difflib.get_close_matches(wanted, devices, n=_MOST_NEAR)]
