"""The data files that ship with the package are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwcost.core.data_files import calibrations_dir
from hwcost.core.errors import HwcostError


def test_profiles_of_jobs_and_machines_ship_with_the_package() -> None:
    folder = calibrations_dir()
    assert {path.name for path in folder.iterdir() if path.is_dir()} >= {"job_time"}


def test_missing_data_folder_is_one_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("hwcost.core.data_files.__file__", str(tmp_path / "hwcost" / "core" / "data_files.py"))
    with pytest.raises(HwcostError, match="install the package again"):
        calibrations_dir()
