"""Read untrusted TOML files: `read_toml`."""

from __future__ import annotations

import os
import tomllib
from typing import Any

from hwcost.core.reading import path_label, read_file
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
    where = path_label(path)
    content = read_file(path, what=what.removeprefix("a "), limit_bytes=MAX_BYTES, error=error_type)
    try:
        return tomllib.loads(content.decode("utf-8"))
    # ValueError also for a number of thousands of digits.
    except (ValueError, RecursionError) as error:
        raise error_type(f"{where}: no TOML: {one_line(str(error))}") from error
