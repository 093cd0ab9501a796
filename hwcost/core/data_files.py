"""Where the data files that ship with `hwcost` lie."""

from __future__ import annotations

from pathlib import Path

from hwcost.core.errors import HwcostError


def calibrations_dir() -> Path:
    """Return the folder of the calibrations, device profiles and job-time profiles that ship with the package.

    An installed wheel carries it inside the package (`hwcost/calibrations`); in a checkout it lies beside the package.

    Raises:
        HwcostError: Neither folder exists, so the installation is incomplete.

    >>> calibrations_dir().name
    'calibrations'
    """
    package = Path(__file__).resolve().parents[1]
    candidates = (package / "calibrations", package.parent / "calibrations")
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise HwcostError(
        f"the data files of hwcost are missing: neither {candidates[0]} nor {candidates[1]} exists; "
        "install the package again"
    )
