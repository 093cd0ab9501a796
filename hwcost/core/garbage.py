"""Fewer searches for garbage while much is imported and little is thrown away: `few_searches`."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SHORT_WORK = 200_000, 20, 20
"""Thresholds of the collector (`gc.set_threshold`) for work that mostly imports.

With Python's own it looks a hundred times and finds nothing: a tenth of the first estimate of a session.
"""

_lock = threading.Lock()
_before: list[tuple[int, int, int]] = []
"""The thresholds to put back, once for each that is inside."""


@contextmanager
def few_searches() -> Iterator[None]:
    """Have Python look for cyclic garbage less often meanwhile; its thresholds come back at the end.

    They are those of the whole process: the last of several threads to leave puts them back. A collector that looks
    less often already, or never, is left alone.
    """
    with _lock:
        _before.append(_before[0] if _before else gc.get_threshold())
        if len(_before) == 1 and 0 < _before[0][0] < SHORT_WORK[0]:
            gc.set_threshold(*SHORT_WORK)
    try:
        yield
    finally:
        with _lock:
            before = _before.pop()
            if not _before and gc.get_threshold() == SHORT_WORK:
                gc.set_threshold(*before)
