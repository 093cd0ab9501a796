"""Calibrations in files with IBM's JSON: the properties, with the configuration of the same device if there is one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, TypeAlias

from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_json import parse_ibm_json
from hwcost.calibration.sources.text import CalibrationFile, plain_name
from hwcost.core.errors import CalibrationError
from hwcost.core.text import shown

_Kind: TypeAlias = Literal["props", "conf"]

_OTHER: dict[_Kind, _Kind] = {"props": "conf", "conf": "props"}
_IN_WORDS: dict[_Kind, str] = {"conf": "a configuration", "props": "properties"}


def claims(given: object) -> bool:
    """Return whether it is a file with IBM's properties or configuration."""
    return isinstance(given, CalibrationFile) and given.is_json and _kind(given) is not None


def read(file: CalibrationFile, *, conf: CalibrationFile | None = None) -> Calibration:
    """Read properties, with the configuration if there is one; the two may be given either way.

    `props_x.json` and `conf_x.json` that lie in one folder are read together.

    Raises:
        CalibrationError: The two do not go together, or one is malformed.
    """
    kind = _kind(file) or "props"
    other = conf or _sibling(file, kind)
    if other is None:
        if kind == "conf":
            raise CalibrationError(
                f"{file.shown}: is a configuration, which has no calibrated values; give the properties, and this "
                "file beside them"
            )
        return _parse(file, None, f"IBM properties JSON: {file.fingerprint}")
    if _kind(other) != _OTHER[kind]:
        raise CalibrationError(f"{other.shown}: is not {_IN_WORDS[_OTHER[kind]]} to go with {file.shown}")
    origin = f"IBM properties and configuration JSON: {file.fingerprint} and {other.fingerprint}"
    return _parse(other, file, origin) if kind == "conf" else _parse(file, other, origin)


def _kind(file: CalibrationFile) -> _Kind | None:
    document = file.document
    if not isinstance(document, dict):
        return None
    if "n_qubits" in document or "basis_gates" in document:
        return "conf"
    return "props" if "qubits" in document and "gates" in document else None


def _sibling(file: CalibrationFile, kind: _Kind) -> CalibrationFile | None:
    """Look for the file that IBM's naming puts beside this one: `props_x.json` and `conf_x.json`."""
    name = file.path.name
    if not name.startswith(f"{kind}_"):
        return None
    path = file.path.with_name(_OTHER[kind] + name.removeprefix(kind))
    return CalibrationFile(path) if path.is_file() else None


def _parse(props: CalibrationFile, conf: CalibrationFile | None, origin: str) -> Calibration:
    documents: list[dict[str, Any]] = [file.document for file in (props, conf) if file is not None]
    names = [
        name for name in (document.get("backend_name") for document in documents) if isinstance(name, str) and name
    ]
    # One device has been ibmq_manila, ibm_manila and fake_manila.
    if len({name.rpartition("_")[2] for name in names}) > 1:
        raise CalibrationError(
            f"{props.shown}: the properties are of {shown(names[0])}, the configuration of {shown(names[1])}; "
            "give those of one device"
        )
    calibration = parse_ibm_json(
        documents[0],
        None if conf is None else documents[1],
        name=plain_name(names[-1] if names else props.path.stem),
        source="properties",
        origin=props.shown,
    )
    return replace(calibration, origin=origin)
