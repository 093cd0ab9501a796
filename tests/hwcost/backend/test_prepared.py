"""Backends are loaded, audited and kept; a Device is made once per name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from full_calibration import full_calibration
from hwcost.backend.prepared import prepare_device
from hwcost.calibration.sources.snapshot import save_snapshot


def test_a_file_is_read_again_each_time_and_a_name_only_once(tmp_path: Path) -> None:
    path = save_snapshot(full_calibration(), tmp_path / "x.json")
    assert prepare_device(str(path)).audited.calibration.dt_s == 1e-9
    path.unlink()
    save_snapshot(replace(full_calibration(), dt_s=2e-9), path)
    assert prepare_device(str(path)).audited.calibration.dt_s == 2e-9
    assert prepare_device("fake_manila") is prepare_device("fake_manila")
