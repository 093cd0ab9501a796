"""The calibration snapshots that ship with qiskit-ibm-runtime's fake provider, read without importing it.

Importing `qiskit_ibm_runtime` takes the better part of a second and building its backends longer; the JSON files
beside it are all that a cost estimate needs.
"""

from __future__ import annotations

import difflib
import json
from functools import lru_cache, partial
from importlib import util
from pathlib import Path
from typing import Any

from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_json import parse_ibm_json
from hwcost.calibration.sources.matches import LIVE, Match, fits, near_names
from hwcost.core.errors import CalibrationError, MissingDependencyError, UnknownBackendError
from hwcost.core.text import shown

PREFIX = "fake_"
LICENCE = "Apache-2.0"
_DISTRIBUTION = "qiskit-ibm-runtime"
_PACKAGE = "qiskit_ibm_runtime"
_LONGEST_NAME_SHOWN = 60  # a name is echoed in an error message; a pasted file must not flood the terminal


def list_fake_backends() -> tuple[str, ...]:
    """List the names of all fake backends of the installed qiskit-ibm-runtime, in alphabetical order.

    Raises:
        MissingDependencyError: qiskit-ibm-runtime is not installed.

    Example:
        >>> "fake_sherbrooke" in list_fake_backends()
        True
    """
    return tuple(PREFIX + device for device in _devices(_folder()))


def load_fake_backend(name: str) -> Calibration:
    """Load the calibration snapshot of one fake backend, read once.

    `fake_manila`, `manila`, `FakeManila`, `FakeManilaV2` and `fake_manila_v2` all name the same one.

    Raises:
        UnknownBackendError: There is no such fake backend; the message suggests the nearest name.
        MissingDependencyError: qiskit-ibm-runtime is not installed.

    Example:
        >>> load_fake_backend("FakeManilaV2").num_qubits
        5
    """
    folder = _folder()
    # The name only ever selects from the folders that exist, so no name can lead anywhere else.
    device = _device(folder, name)
    if device is None:
        raise UnknownBackendError(_unknown(name, _devices(folder)))
    return _load(folder, device)


def claims(given: object) -> bool:
    """Return whether it is the name of a fake backend that is there."""
    if not isinstance(given, str):
        return False
    folder = _find_folder()
    return folder is not None and _device(folder, given) is not None


def read(name: str) -> Calibration:
    """Read the snapshot of that name."""
    return load_fake_backend(name)


def expand(pattern: str) -> tuple[Match, ...] | None:
    """Return the fake backends that fit a pattern: `fake_*`, `tor*` and `FakeT*` do; None for one of other origins.

    Raises:
        UnknownBackendError: None fits; the message suggests near names.
        MissingDependencyError: qiskit-ibm-runtime is not installed.
    """
    if pattern.strip().lower().startswith((LIVE, "iqm")):
        return None
    devices = _devices(_folder())
    found = [d for d in devices if fits(pattern, (PREFIX + d, d, f"fake{d}".replace("_", "")))]
    if not found:
        names = [PREFIX + device for device in devices]
        near = " or ".join(repr(name) for name in near_names(pattern, names, PREFIX))
        hint = f"; did you mean {near}?" if near else ";"
        raise UnknownBackendError(
            f"no fake backend fits {shown(pattern)}{hint} `hwcost backends` lists all, and live ones begin with ibm_"
        )
    return tuple(Match(name=PREFIX + d, read=partial(load_fake_backend, PREFIX + d)) for d in found)


# As many as there are, with room to spare: a comparison on all of them reads each once.
@lru_cache(maxsize=128)
def _load(folder: Path, device: str) -> Calibration:
    from importlib import metadata  # costs as much as reading the files; a look-up of names does without

    props, conf = (_read(folder / device / f"{kind}_{device}.json") for kind in ("props", "conf"))
    origin = f"{_DISTRIBUTION} {metadata.version(_DISTRIBUTION)} fake provider ({LICENCE})"
    return parse_ibm_json(props, conf, name=PREFIX + device, source="fake", origin=origin, licence=LICENCE)


def _folder() -> Path:
    folder = _find_folder()
    if folder is None:
        raise MissingDependencyError(
            f"{_DISTRIBUTION} is not installed; `pip install {_DISTRIBUTION}` brings its snapshots"
        )
    return folder


def _find_folder() -> Path | None:
    # find_spec of a top-level package looks for its files and runs none of its code.
    spec = util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "fake_provider" / "backends"


def _device(folder: Path, name: str) -> str | None:
    key = _key(name)
    return next((device for device in _devices(folder) if _key(device) == key), None)


def _devices(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if all((entry / f"{kind}_{entry.name}.json").is_file() for kind in ("conf", "props"))
    )


def _key(name: str) -> str:
    """Return the device part of any spelling: the classes are FakeX, FakeXV2 and (once) FakeXBackend."""
    return name.strip().lower().replace("_", "").removeprefix("fake").removesuffix("v2").removesuffix("backend")


def _unknown(name: str, devices: list[str]) -> str:
    short = name if len(name) <= _LONGEST_NAME_SHOWN else name[:_LONGEST_NAME_SHOWN] + "..."
    near = difflib.get_close_matches(_key(short), devices, n=1)
    hint = f"; did you mean '{PREFIX}{near[0]}'?" if near else ";"
    return f"unknown backend {short!r}{hint} `hwcost backends` lists all"


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CalibrationError(f"{path}: cannot be read ({error}); reinstall {_DISTRIBUTION}") from error
    if not isinstance(document, dict):
        raise CalibrationError(f"{path}: is not a JSON object; reinstall {_DISTRIBUTION}")
    return document
