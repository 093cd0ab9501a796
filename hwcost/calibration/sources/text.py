"""Reads the text of a calibration file, whatever its format, and JSON out of it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hwcost.core.errors import CalibrationError
from hwcost.core.json_read import decode, read_json
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line, printable

MAX_FILE_BYTES = 64 * 2**20
"""A calibration of a 156-qubit device takes 0.5 MB; what is a hundred times larger is no calibration."""


@dataclass(frozen=True)
class CalibrationFile:
    """A file with a calibration of a kind that its content says; read on first use, and once.

    Raises:
        CalibrationError: The file cannot be read, or its document is asked for and it is not JSON.
    """

    path: Path

    @cached_property
    def text(self) -> str:
        """The text, without a byte order mark."""
        return read_calibration_file(self.path)

    @cached_property
    def is_json(self) -> bool:
        """Return whether the text begins as a JSON object or list does, and as no CSV header does."""
        return looks_like_json(self.text)

    @cached_property
    def document(self) -> Any:
        """The JSON document in it."""
        return parse_json(self.text, self.shown)

    @property
    def shown(self) -> str:
        """The path as a message shows it."""
        return file_name(self.path)

    @property
    def fingerprint(self) -> str:
        """The name of the file without its folders, and what identifies its content."""
        digest = hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{printable(self.path.name)} (sha256 {digest[:16]}…)"


def read_calibration_file(path: str | os.PathLike[str]) -> str:
    """Read the text of the file, without a byte order mark.

    Raises:
        CalibrationError: The file is missing, a directory, empty, too large or not UTF-8.
    """
    name = file_name(path)
    data = read_file(path, what="calibration", limit_bytes=MAX_FILE_BYTES, error=CalibrationError)
    return decode(data, name, error=CalibrationError)


def file_name(path: str | os.PathLike[str]) -> str:
    """Return the path as a message shows it."""
    return path_label(path)


def plain_name(name: str) -> str:
    """Make a name that a file or a document gives fit to be reported as that of a device."""
    return one_line(name)[:100] or "unnamed"


def looks_like_json(text: str) -> bool:
    """Return whether `text` begins as a JSON object or list does, and as no CSV header does."""
    return text.lstrip()[:1] in ("{", "[")


def parse_json(text: str, origin: str) -> Any:
    """Read the JSON document in `text`; a key that stands twice in one object is refused.

    Raises:
        CalibrationError: It is not JSON; the message begins with `origin` and gives line and column.
    """
    return read_json(text, origin, what="calibration", error=CalibrationError)
