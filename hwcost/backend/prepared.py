"""From whatever names a backend to a device that circuits can be costed on: `load_calibration`, `Device`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwcost.backend.compiler import Compiler
from hwcost.calibration.audit import AuditedCalibration, audit
from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_fake import LICENCE, list_fake_backends, load_fake_backend
from hwcost.calibration.sources.ibm_json import parse_ibm_json
from hwcost.core.errors import CalibrationError, OptionError, UnknownBackendError

if TYPE_CHECKING:
    from os import PathLike

    from qiskit.transpiler import Target

_FILE_ENDINGS = (".json", ".csv")


def load_calibration(backend: str | PathLike[str] | Calibration | Any) -> Calibration:
    """The calibration of a backend.

    Text with a path separator in it, or ending in .json or .csv, is a file. `ibm_…` is a live backend, asked for what
    it reports now (`hwcost.calibration.sources.ibm_live.load_live_backend` has more options). Other text is the name of
    a fake backend; if there is none of that name but a file, it is the file.

    Args:
        backend: Name of a fake backend of qiskit-ibm-runtime (`fake_sherbrooke`, `sherbrooke` and `FakeSherbrooke`
            mean the same), the path of a calibration file (a snapshot, IBM's properties JSON or CSV; see
            `hwcost.calibration.sources.files`), a `Calibration`, or a Qiskit backend object that has a configuration
            and properties.

    Raises:
        UnknownBackendError: No fake backend has that name; the message suggests the nearest.
        CalibrationError: The calibration is malformed, or there is no such file.

    Example:
        >>> load_calibration("sherbrooke").num_qubits
        127
    """
    if isinstance(backend, Calibration):
        return backend
    if isinstance(backend, str) and is_live(backend):
        from hwcost.calibration.sources.ibm_live import load_live_backend

        return load_live_backend(backend)
    if isinstance(backend, str) and not _is_path(backend):
        return _load_named(backend)
    if isinstance(backend, (str, os.PathLike)):
        return _load_file(backend)
    if callable(getattr(backend, "configuration", None)) and callable(getattr(backend, "properties", None)):
        return _from_backend_object(backend)
    raise OptionError(
        f"a backend of type {type(backend).__name__} has no calibration; give a name such as 'fake_sherbrooke', a "
        "calibration file, a Calibration or a Qiskit backend with configuration() and properties()"
    )


def is_live(name: str) -> bool:
    """Whether `name` is that of a live backend; the reader of live backends is imported only where it may be."""
    if not name.strip().lower().startswith("ibm_"):
        return False
    from hwcost.calibration.sources.ibm_live import is_live_name

    return is_live_name(name)


def _is_path(text: str) -> bool:
    separators = (os.sep, "/", os.altsep or "/")
    return any(separator in text for separator in separators) or text.lower().endswith(_FILE_ENDINGS)


def _load_named(name: str) -> Calibration:
    try:
        return load_fake_backend(name)
    except UnknownBackendError:
        if _is_file(name):
            return _load_file(name)
        raise


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # too long, or with a NUL
        return False


def _load_file(path: str | PathLike[str]) -> Calibration:
    from hwcost.calibration.sources.files import import_calibration  # names do without the readers of files

    return import_calibration(path)


def _from_backend_object(backend: Any) -> Calibration:
    properties = backend.properties()
    if properties is None:
        raise CalibrationError(f"{backend.name}: the backend has no properties, so nothing can be costed on it")
    fake = backend.name in list_fake_backends()
    live = type(backend).__module__.startswith("qiskit_ibm_runtime.")
    return parse_ibm_json(
        properties.to_dict(),
        backend.configuration().to_dict(),
        name=backend.name,
        source="fake" if fake else "live" if live else "properties",
        origin=f"{type(backend).__module__}.{type(backend).__name__} object",
        licence=LICENCE if fake else None,
    )


@dataclass(frozen=True, slots=True)
class MedianTable:
    """Durations and errors by gate name alone: the median over the healthy part of a device."""

    values: dict[str, tuple[float | None, float | None]]
    dt_s: float | None

    def duration_s(self, name: str, qubits: tuple[int, ...]) -> float | None:
        """Median duration of gate `name` in seconds, None if the device has no such gate."""
        return self.values.get(name, (None, None))[0]

    def error(self, name: str, qubits: tuple[int, ...]) -> float | None:
        """Median error of gate `name`, None if unknown."""
        return self.values.get(name, (None, None))[1]

    def is_dead(self, name: str, qubits: tuple[int, ...]) -> bool:
        """Never: dead gates are not in the medians."""
        return False


@dataclass(frozen=True)
class Device:
    """An audited calibration with the Targets to compile for, each built once, on first use."""

    audited: AuditedCalibration

    @cached_property
    def target(self) -> Target:
        """Target of the largest healthy component; its qubit i is physical qubit `audited.component[i]`."""
        from hwcost.backend.target import build_target

        return build_target(self.audited)

    @cached_property
    def medians(self) -> MedianTable:
        """Median durations and errors of the healthy component."""
        from hwcost.backend.target import median_values

        return MedianTable(median_values(self.audited), self.audited.dt_s)

    @cached_property
    def compiler(self) -> Compiler:
        """Compiler for `target`."""
        return Compiler(self.target)

    @cached_property
    def all_to_all_compiler(self) -> Compiler:
        """Compiler for the same gates without connectivity limits, as wide as the device."""
        from hwcost.backend.target import build_all_to_all_target

        return Compiler(build_all_to_all_target(self.audited, self.audited.calibration.num_qubits))

    def __reduce__(self) -> tuple[type[Device], tuple[AuditedCalibration]]:
        """Pickled without what is built on use: another process builds its own."""
        return Device, (self.audited,)


def prepare_device(backend: Any, *, durations_only: bool = False, keep_dead_readout: bool = False) -> Device:
    """Load, audit and index a backend. A fake backend is read once, files and live backends each time.

    Args:
        backend: What `load_calibration` takes, or a `Device`, which is returned as it is.
        durations_only: Ignore errors: nothing is excluded for them and no noise is costed.
        keep_dead_readout: Keep qubits whose readout error is 0.5 or more.

    Raises:
        OptionError: The options contradict those that a given `Device` was prepared with.
    """
    if isinstance(backend, Device):
        if (durations_only and not backend.audited.durations_only) or keep_dead_readout:
            raise OptionError(
                "durations_only and keep_dead_readout belong to prepare_device when a prepared Device is given"
            )
        return backend
    if isinstance(backend, str) and not (_is_path(backend) or _is_file(backend) or is_live(backend)):
        return _prepare_named(backend, durations_only, keep_dead_readout)
    calibration = load_calibration(backend)
    return Device(audit(calibration, durations_only=durations_only, keep_dead_readout=keep_dead_readout))


@lru_cache(maxsize=16)
def _prepare_named(name: str, durations_only: bool, keep_dead_readout: bool) -> Device:
    calibration = load_calibration(name)
    return Device(audit(calibration, durations_only=durations_only, keep_dead_readout=keep_dead_readout))
