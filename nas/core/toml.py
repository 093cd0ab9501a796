"""Read untrusted TOML files: `read_toml`."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from hwcost.core.text import one_line
from nas.core.errors import NasError

MAX_BYTES = 1_000_000


def read_toml(path: str | os.PathLike[str], error_type: type[NasError], what: str) -> dict[str, Any]:
    """Read the content of a TOML file.

    Args:
        path: The file.
        error_type: What to raise.
        what: What the file should be, for the message.

    Raises:
        NasError: Of that type: there is no such file, it is too large, or no TOML.
    """
    where = one_line(os.fspath(path))
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise error_type(f"{where}: {getattr(error, 'strerror', None) or one_line(str(error))}") from error
    if len(content) > MAX_BYTES:
        raise error_type(f"{where}: more than {MAX_BYTES:,} bytes; {what} has a few hundred")
    try:
        return tomllib.loads(content.decode("utf-8"))
    # ValueError also for a number of thousands of digits.
    except (ValueError, RecursionError) as error:
        raise error_type(f"{where}: no TOML: {one_line(str(error))}") from error
