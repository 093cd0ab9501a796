"""The origins that a calibration can have: `SOURCES`.

A new origin is a module here with `claims` and `read`, and one line in `SOURCES`. An origin that can list what it has
also has a module with `expand`, for names with wildcards.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.matches import Match


class CalibrationSource(Protocol):
    """An origin of calibrations."""

    @property
    def name(self) -> str:
        """The kind of origin, as `Calibration.source` reports it."""

    def claims(self, given: object) -> bool:
        """Return whether this origin can read what is given: text is a name, a file a `CalibrationFile`."""

    def read(self, given: object, **options: Any) -> Calibration:
        """Read what it claims.

        Raises:
            CalibrationError: It cannot be read as a calibration.
            OptionError: An option is not for this origin.
        """

    def expand(self, pattern: str, **options: Any) -> tuple[Match, ...] | None:
        """Return what this origin has that fits a name with wildcards, None if the name is none of its own.

        Raises:
            UnknownBackendError: Nothing fits.
            CalibrationError: The origin cannot be listed.
        """


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """A source whose `claims` and `read` are the functions of a module beside this one.

    The module is imported when it is first asked: the name of a fake backend does without the readers of live backends
    and of files, which would be a tenth of the time that the whole command takes to start.
    """

    name: str
    module: str
    expander: str | None = None

    def claims(self, given: object) -> bool:
        """Ask the module."""
        return bool(self._loaded().claims(given))

    def read(self, given: object, **options: Any) -> Calibration:
        """Read it with the source's module."""
        calibration: Calibration = self._loaded().read(given, **options)
        return calibration

    def expand(self, pattern: str, **options: Any) -> tuple[Match, ...] | None:
        """Ask the module that can list; None without one."""
        if self.expander is None:
            return None
        matches: tuple[Match, ...] | None = import_module(f"{__package__}.{self.expander}").expand(pattern, **options)
        return matches

    def _loaded(self) -> Any:
        return import_module(f"{__package__}.{self.module}")


# Asked in order.
SOURCES: tuple[CalibrationSource, ...] = (
    ModuleSource("fake", "ibm_fake", expander="ibm_fake"),
    ModuleSource("live", "ibm_live", expander="ibm_account"),
    ModuleSource("iqm", "iqm_objects", expander="iqm_objects"),
    ModuleSource("snapshot", "snapshot"),
    ModuleSource("braket", "braket"),
    ModuleSource("ionq", "ionq"),
    ModuleSource("iqm", "iqm_metrics"),
    ModuleSource("properties", "ibm_properties"),
    ModuleSource("csv", "ibm_csv"),
    ModuleSource("properties", "objects"),
    ModuleSource("target", "qiskit_target"),
)

SOURCE_NAMES = tuple(dict.fromkeys(source.name for source in SOURCES))


def source_of(given: object) -> CalibrationSource | None:
    """Return the first source that claims what is given, None if there is none."""
    return next((source for source in SOURCES if source.claims(given)), None)
