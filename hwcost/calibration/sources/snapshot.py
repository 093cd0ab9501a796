"""Calibration snapshots: one file per device and moment, in SI units, never changed once written.

The format is described in `hwcost.calibration.sources.snapshot_format`.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.snapshot_format import is_snapshot, parse_snapshot, snapshot_text
from hwcost.calibration.sources.text import (
    MAX_FILE_BYTES,
    CalibrationFile,
    file_name,
    parse_json,
    read_calibration_file,
)
from hwcost.core.errors import CalibrationError, OptionError
from hwcost.core.files import check_target, sync_folder, written_aside
from hwcost.core.reading import read_file
from hwcost.core.text import shown


def claims(given: object) -> bool:
    """Return whether it is a file that says it is a snapshot."""
    return isinstance(given, CalibrationFile) and given.is_json and is_snapshot(given.document)


def read(file: CalibrationFile, *, conf: CalibrationFile | None = None) -> Calibration:
    """Read a snapshot.

    Raises:
        CalibrationError: A value in it is impossible.
        OptionError: There is a configuration with it.
    """
    if conf is not None:
        raise OptionError(f"{file.shown}: a snapshot takes no configuration; leave {conf.shown} out")
    return parse_snapshot(file.document, file.shown)


def save_snapshot(calibration: Calibration, path: str | os.PathLike[str]) -> Path:
    """Write `calibration` to a new snapshot file, completely or not at all; missing folders are made.

    A snapshot is never changed: a file that holds exactly this calibration is left as it is, any other is refused.

    Returns:
        The path of the file.

    Raises:
        CalibrationError: The file exists with other content or cannot be written, or the calibration holds what a
            snapshot cannot (a name that does not print, a number that is no float).
        OptionError: Something other than a file has that name.
    """
    target = Path(path)
    name = file_name(target)
    data = calibration_text(calibration, where=name).encode()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        place = check_target(target)
        if not place.exists():
            _create(place, data)
        if read_file(place, what="snapshot", limit_bytes=MAX_FILE_BYTES, error=CalibrationError) != data:
            raise CalibrationError(
                f"{name}: holds something else already, and a snapshot is never changed; give another file with -o"
            )
    except OSError as error:
        raise CalibrationError(f"{name}: cannot be written ({error.strerror or error})") from None
    return target


def load_snapshot(path: str | os.PathLike[str]) -> Calibration:
    """Load the calibration in a snapshot file. Its `source` is "snapshot"; `origin` says where it first came from.

    Raises:
        CalibrationError: The file is not a snapshot, or a value in it is impossible; the message names the file, the
            qubit or gate, and the field.
    """
    name = file_name(path)
    return parse_snapshot(parse_json(read_calibration_file(path), name), name)


def calibration_text(calibration: Calibration, *, where: str = "snapshot") -> str:
    """Return the text of a snapshot of `calibration`, as `save_snapshot` writes it.

    Args:
        calibration: The calibration.
        where: What to call the text in messages.

    Raises:
        CalibrationError: The calibration holds what a snapshot cannot (a name that does not print, a number that is no
            float).

    Example:
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> calibration_from_text(calibration_text(load_fake_backend("manila"))).name
        'fake_manila'
    """
    text = snapshot_text(calibration)
    # What would not read back as the same calibration is not written.
    if calibration_from_text(text, where=where) != _as_loaded(calibration):
        raise CalibrationError(f"{where}: the calibration of {calibration.name} cannot be written without loss")
    return text.encode("utf-8", "backslashreplace").decode()


def calibration_from_text(text: str, *, where: str = "snapshot") -> Calibration:
    """Read the calibration in the text of a snapshot. Its `source` is "snapshot".

    Args:
        text: The text.
        where: What to call it in messages.

    Raises:
        CalibrationError: The text is no snapshot, or a value in it is impossible; the message names the qubit or gate,
            and the field.
    """
    return parse_snapshot(parse_json(text, where), where)


def default_snapshot_path(calibration: Calibration) -> Path:
    """Return `<name>/<date>.json`, the place of a snapshot below a folder of snapshots.

    Raises:
        CalibrationError: The date is unknown, or the name cannot be that of a folder.

    Example:
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> default_snapshot_path(load_fake_backend("sherbrooke")).as_posix()
        'fake_sherbrooke/2025-02-26.json'
    """
    name, date = calibration.name, calibration.snapshot_date
    if date is None:
        raise CalibrationError(f"the date of the calibration of {name} is unknown; name the file to save it in with -o")
    plain = name.replace("_", "").replace("-", "").replace(".", "")
    if not (plain.isascii() and plain.isalnum() and len(name) <= 100):
        raise CalibrationError(f"{shown(name)} cannot be the name of a folder; name the file to save it in with -o")
    return Path(name) / f"{date:%Y-%m-%d}.json"


def _create(target: Path, data: bytes) -> None:
    """Write a file that appears under its name only when all of it is on the disk, and never replaces another."""
    with written_aside(target, data) as temporary:
        try:
            os.link(temporary, target)
        except FileExistsError:
            return  # another process was faster; the caller compares
        except OSError:  # a file system without links
            os.replace(temporary, target)
    sync_folder(target.parent)


def _as_loaded(calibration: Calibration) -> Calibration:
    first = calibration.first_source or calibration.source
    return replace(calibration, source="snapshot", first_source=None if first == "snapshot" else first)
