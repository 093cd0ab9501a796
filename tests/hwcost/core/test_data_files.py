"""The data files that ship with the package are there."""

from __future__ import annotations

from hwcost.core.data_files import calibrations_dir


def test_profiles_of_jobs_and_machines_ship_with_the_package() -> None:
    folder = calibrations_dir()
    assert {path.name for path in folder.iterdir() if path.is_dir()} >= {"job_time"}
