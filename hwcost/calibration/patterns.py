"""Which backends are meant by `all`, `fake_*`, `ibm_*` or `folder/*.json`: `BackendPattern`, `matches_of`."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from hwcost.calibration.load import import_calibration, is_path
from hwcost.calibration.sources.matches import LIVE, Match, has_wildcards
from hwcost.calibration.sources.registry import SOURCES
from hwcost.core.errors import UnknownBackendError
from hwcost.core.text import shown

ALL = "all"
"""All backends that are available offline: `fake_*`."""

_OFFLINE = "fake_*"


@dataclass(frozen=True, slots=True)
class BackendPattern:
    """A name that stands for several backends.

    Attributes:
        text: `all`, or a name or path with wildcards.
        live: Keyword arguments of `load_live_backend`, for patterns of live backends.
    """

    text: str
    live: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_live(self) -> bool:
        """Whether IBM is asked."""
        return self.text.strip().lower().startswith(LIVE) and not is_path(self.text)


def as_pattern(given: object) -> BackendPattern | None:
    """Return the pattern that is given; None for anything else, the name of a file that is there included."""
    if isinstance(given, BackendPattern):
        return given
    if not isinstance(given, str) or not (given.strip().lower() == ALL or has_wildcards(given)):
        return None
    return None if is_path(given) and os.path.lexists(given) else BackendPattern(given)


def matches_of(pattern: BackendPattern) -> tuple[Match, ...]:
    """Return the backends that a pattern stands for, at least one, in alphabetical order.

    Raises:
        UnknownBackendError: Nothing fits; the message suggests near names.
        CalibrationError: The live backends cannot be listed.
        OptionError: An option of live backends is invalid.
        MissingDependencyError: qiskit-ibm-runtime is not installed.

    >>> [match.name for match in matches_of(BackendPattern("fake_man*"))]
    ['fake_manhattan', 'fake_manila']
    """
    text = pattern.text.strip()
    if is_path(text):
        return _files(text)
    name = _OFFLINE if text.lower() == ALL else text
    for source in SOURCES:
        options = pattern.live if source.name == "live" else {}
        matches = source.expand(name, **options)
        if matches is not None:
            return matches
    raise UnknownBackendError(f"no backend fits {shown(text)}; `hwcost backends` lists all")


def _files(text: str) -> tuple[Match, ...]:
    try:
        paths = sorted(path for path in glob.glob(text) if Path(path).is_file())
    except (OSError, ValueError):
        paths = []
    if not paths:
        raise UnknownBackendError(f"no file fits {shown(text)}; give the path of a calibration, such as mine/*.json")
    return tuple(Match(name=path, read=partial(import_calibration, path)) for path in paths)
