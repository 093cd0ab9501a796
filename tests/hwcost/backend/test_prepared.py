"""Backends are loaded, audited and kept; a Device is made once per name."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from hwcost.backend.prepared import MedianTable, prepare_device
from hwcost.calibration.sources.snapshot import save_snapshot
from hwcost.core.errors import OptionError, UnknownBackendError
from make import small_calibration


def test_a_file_is_read_again_each_time(tmp_path: Path) -> None:
    path = save_snapshot(small_calibration(), tmp_path / "x.json")
    assert prepare_device(str(path)).audited.calibration.dt_s == 1e-9
    path.unlink()
    save_snapshot(replace(small_calibration(), dt_s=2e-9), path)
    assert prepare_device(str(path)).audited.calibration.dt_s == 2e-9


def test_a_fake_backend_is_prepared_once_for_each_set_of_options() -> None:
    device = prepare_device("fake_manila")
    assert prepare_device("FakeManilaV2") is device
    assert prepare_device("manila", durations_only=True) is not device
    assert prepare_device(device) is device


def test_a_name_is_never_kept_from_its_mistake() -> None:
    for _ in range(2):
        with pytest.raises(UnknownBackendError):
            prepare_device("fake_nothing")


def test_options_belong_to_the_first_preparation() -> None:
    device = prepare_device(small_calibration())
    for options in ({"durations_only": True}, {"keep_dead_readout": True}):
        with pytest.raises(OptionError, match="belong to prepare_device"):
            prepare_device(device, **options)


def test_a_device_travels_to_other_processes() -> None:
    device = prepare_device("manila")
    _ = device.compiler, device.all_to_all_compiler
    assert pickle.loads(pickle.dumps(device)) == device


def test_medians_go_by_name_alone() -> None:
    table = MedianTable({"sx": (5e-8, 1e-3)}, None)
    assert (table.duration_s("sx", (7,)), table.error("sx", (7,)), table.is_dead("sx", (7,))) == (5e-8, 1e-3, False)
    assert table.duration_s("cx", (0, 1)) is None
