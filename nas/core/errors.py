"""The exceptions of `nas`. A message is one line: what is wrong, the value found, where, and what to do."""

from __future__ import annotations

from hwcost import HwcostError, InputError


class NasError(HwcostError):
    """Base of every exception that `nas` raises on purpose."""


class SpaceError(NasError, InputError):
    """A search space or a genome is malformed or unknown."""


class DataError(NasError, InputError):
    """A data set is missing, malformed or cannot be split as asked."""


class SettingError(NasError, InputError):
    """A setting of a training or a search is invalid."""


class MemoryLimitError(NasError):
    """A simulation does not fit into memory; the message says how much it would need."""


class RunError(NasError, InputError):
    """The directory of a run is missing, damaged, of another search or version, or cannot be written to."""


class WorkerError(NasError):
    """The processes or the cluster that should evaluate are not available, or were lost."""


class SearchError(NasError, InputError):
    """A search cannot continue: every candidate failed."""
