"""`hwcost --verbose`: what the loggers under `hwcost` say, on stderr."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable


def log_to_stderr() -> Callable[[], None]:
    """Show every message of `hwcost` on stderr; the function returned ends it."""
    logger = logging.getLogger("hwcost")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)

    def end() -> None:
        logger.removeHandler(handler)
        logger.setLevel(level)

    return end
