"""Figures that take long and are kept in a file beside the question that they answer: `kept`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hwcost import InputError
from hwcost.core.files import write_file
from hwcost.core.json_text import json_text
from hwcost.core.reading import read_file
from hwcost.core.version import __version__
from nas.runs.store import unusable

SCHEMA = "nas.paper-figures/1"
MAX_BYTES = 2**26
"""Largest file of kept figures that is read; real ones have some kilobytes."""


def kept(path: Path, asked: Mapping[str, Any], compute: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return rows that an earlier call has kept for the same question and version, or compute and keep them.

    Args:
        path: The file; its folder is made if there is none.
        asked: The question, plain data.
        compute: Answers it.

    Raises:
        RunError: The file cannot be written.
    """
    question = {**asked, "version": __version__}
    try:
        plain = json.loads(read_file(path, what="kept figures", limit_bytes=MAX_BYTES))
        if plain["schema"] == SCHEMA and plain["asked"] == question:
            return list(plain["rows"])
    except (InputError, ValueError, KeyError, TypeError):
        pass  # nothing of use: computed anew
    rows = compute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, (json_text({"schema": SCHEMA, "asked": question, "rows": rows}) + "\n").encode())
    except OSError as error:
        raise unusable(path, error) from error
    return rows
