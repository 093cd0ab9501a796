"""Reads any calibration file that people have in hand: a snapshot, IBM's JSON, or the CSV of IBM's web page.

What a file lacks stays unknown. A caller may fill it; each value so given is an assumption of the calibration, and the
origin names it.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hwcost.calibration.assumed import GivenValues, fill_unknown
from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_csv import name_and_date, parse_calibration_csv
from hwcost.calibration.sources.ibm_json import parse_ibm_json
from hwcost.calibration.sources.snapshot_format import is_snapshot, parse_snapshot
from hwcost.calibration.sources.text import file_name, looks_like_json, parse_json, read_calibration_file
from hwcost.calibration.values import shown
from hwcost.core.errors import CalibrationError, OptionError
from hwcost.core.text import one_line, printable


def import_calibration(
    path: str | os.PathLike[str],
    *,
    conf: str | os.PathLike[str] | None = None,
    name: str | None = None,
    date: datetime | str | None = None,
    rep_delay_s: float | None = None,
    dt_s: float | None = None,
    duration_1q_s: float | None = None,
    duration_2q_s: float | None = None,
    readout_duration_s: float | None = None,
) -> Calibration:
    """The calibration in a file: a snapshot, IBM's properties JSON, or the CSV of the IBM Quantum web page.

    What the file is, its content says. `props_x.json` and `conf_x.json` that lie in one folder are read together.

    Args:
        path: The file.
        conf: File with IBM's configuration JSON of the same device, which brings dt, repetition delay and basis gates.
        name: Name to report in place of the file's own.
        date: When the device reported the values, if the file does not say (naive means UTC).
        rep_delay_s: Default repetition delay, if the file does not say.
        dt_s: Time step of the control electronics, if the file does not say.
        duration_1q_s: Duration of one pulse, for one-qubit gates without duration; virtual gates take none, u3 two.
        duration_2q_s: Duration of two-qubit gates without one.
        readout_duration_s: Duration of readouts without one.

    Raises:
        CalibrationError: The file cannot be read as a calibration; the message names the place in it.
        OptionError: A given value makes no sense, or the file has that value already.
    """
    given = GivenValues(
        name=name,
        date=date,
        rep_delay_s=rep_delay_s,
        dt_s=dt_s,
        duration_1q_s=duration_1q_s,
        duration_2q_s=duration_2q_s,
        readout_duration_s=readout_duration_s,
    )
    return fill_unknown(_read(Path(path), None if conf is None else Path(conf)), given)


# Reading.


def _read(path: Path, conf_path: Path | None) -> Calibration:
    text = read_calibration_file(path)
    if not looks_like_json(text):
        if conf_path is not None:
            raise OptionError(
                f"{file_name(path)}: a CSV table takes no configuration; leave {file_name(conf_path)} out"
            )
        name, date = name_and_date(path.name)
        found = parse_calibration_csv(text, name=_plain_name(name), origin=file_name(path), date=date)
        return replace(found, origin=found.origin.replace(file_name(path), _named(path, text), 1))
    document = parse_json(text, file_name(path))
    if is_snapshot(document):
        if conf_path is not None:
            raise OptionError(f"{file_name(path)}: a snapshot takes no configuration; leave {file_name(conf_path)} out")
        return parse_snapshot(document, file_name(path))
    return _read_ibm(path, text, document, conf_path)


def _read_ibm(path: Path, text: str, document: Any, other_path: Path | None) -> Calibration:
    """The calibration in IBM's properties, with the configuration if there is one; the two may be given either way."""
    kind = _ibm_kind(document)
    if kind is None:
        raise CalibrationError(
            f"{file_name(path)}: is JSON, but neither a snapshot nor IBM's properties (with qubits and gates)"
        )
    other_path = other_path or _sibling(path, kind)
    if other_path is None:
        if kind == "conf":
            raise CalibrationError(
                f"{file_name(path)}: is a configuration, which has no calibrated values; give the properties, and this "
                "file beside them"
            )
        return _parse_ibm(path, document, None, f"IBM properties JSON: {_named(path, text)}")
    other_text = read_calibration_file(other_path)
    other = parse_json(other_text, file_name(other_path))
    wanted = "props" if kind == "conf" else "conf"
    if _ibm_kind(other) != wanted:
        long = {"conf": "a configuration", "props": "properties"}
        raise CalibrationError(f"{file_name(other_path)}: is not {long[wanted]} to go with {file_name(path)}")
    named = f"{_named(path, text)} and {_named(other_path, other_text)}"
    origin = f"IBM properties and configuration JSON: {named}"
    if kind == "conf":
        return _parse_ibm(other_path, other, document, origin)
    return _parse_ibm(path, document, other, origin)


def _ibm_kind(document: Any) -> str | None:
    if not isinstance(document, dict):
        return None
    if "n_qubits" in document or "basis_gates" in document:
        return "conf"
    return "props" if "qubits" in document and "gates" in document else None


def _sibling(path: Path, kind: str) -> Path | None:
    """The file that IBM's naming puts beside this one: `props_x.json` and `conf_x.json`."""
    other = {"props": "conf", "conf": "props"}[kind]
    if not path.name.startswith(f"{kind}_"):
        return None
    found = path.with_name(other + path.name.removeprefix(kind))
    return found if found.is_file() else None


def _parse_ibm(path: Path, props: dict[str, Any], conf: dict[str, Any] | None, origin: str) -> Calibration:
    names = [document.get("backend_name") for document in (props, conf) if document is not None]
    known = [name for name in names if isinstance(name, str) and name]
    # One device has been ibmq_manila, ibm_manila and fake_manila.
    if len({name.rpartition("_")[2] for name in known}) > 1:
        raise CalibrationError(
            f"{file_name(path)}: the properties are of {shown(known[0])}, the configuration of {shown(known[1])}; "
            "give those of one device"
        )
    name = _plain_name(known[-1] if known else path.stem)
    found = parse_ibm_json(props, conf, name=name, source="properties", origin=file_name(path))
    return replace(found, origin=origin)


def _plain_name(name: str) -> str:
    return one_line(name)[:100] or "unnamed"


def _named(path: Path, text: str) -> str:
    """The name of a file without its folders, and what identifies its content."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{printable(path.name)} (sha256 {digest[:16]}…)"
