"""Every origin is found by asking; only those that are asked are imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hwcost.calibration import load
from hwcost.calibration.record import Calibration
from hwcost.calibration.sources import registry
from hwcost.calibration.sources.registry import SOURCE_NAMES, SOURCES, CalibrationSource, source_of
from hwcost.calibration.sources.snapshot import save_snapshot
from hwcost.calibration.sources.text import CalibrationFile
from hwcost.core.errors import OptionError
from make import small_calibration, small_ibm_json


def test_names_stand_once_and_in_the_order_of_the_sources() -> None:
    assert SOURCE_NAMES == ("fake", "live", "snapshot", "properties", "csv", "target")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.module)
def test_each_source_can_be_asked_about_anything(source: CalibrationSource) -> None:
    for thing in (None, 3, "", "nothing", ["fake_manila"], small_calibration()):
        assert not source.claims(thing)


@pytest.mark.parametrize(
    ("name", "expected"), [("sherbrooke", "fake"), ("FakeManilaV2", "fake"), ("ibm_torino", "live"), ("torin", None)]
)
def test_names(name: str, expected: str | None) -> None:
    source = source_of(name)
    assert (source and source.name) == expected


def test_files_are_told_apart_by_their_content(tmp_path: Path) -> None:
    props, conf = small_ibm_json()
    save_snapshot(small_calibration(), tmp_path / "snapshot")
    for name, text in (("props", json.dumps(props)), ("conf", json.dumps(conf)), ("csv", "Qubit"), ("other", "{}")):
        (tmp_path / name).write_text(text)
    names = {
        path.name: source.name if (source := source_of(CalibrationFile(path))) else None for path in tmp_path.iterdir()
    }
    assert names == {
        "snapshot": "snapshot", "props": "properties", "conf": "properties", "csv": "csv", "other": None
    }  # fmt: skip


def test_options_of_one_origin_are_refused_by_the_others(tmp_path: Path) -> None:
    path = save_snapshot(small_calibration(), tmp_path / "x.json")
    with pytest.raises(OptionError, match="a snapshot takes no configuration"):
        load.import_calibration(path, conf=path)


def test_a_new_origin_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine:
        name = "mine"

        def claims(self, given: object) -> bool:
            return given == "my_device"

        def read(self, given: object, **options: Any) -> Calibration:
            return small_calibration()

    monkeypatch.setattr(registry, "SOURCES", (*SOURCES, Mine()))
    assert load.load_calibration("my_device") == small_calibration()


def test_the_name_of_a_fake_backend_imports_no_other_reader() -> None:
    code = (
        "import sys; from hwcost.calibration.load import is_live, load_calibration\n"
        "is_live('fake_manila'), load_calibration('fake_manila')\n"
        "others = ('ibm_live', 'ibm_csv', 'ibm_properties', 'snapshot', 'objects')\n"
        "sys.exit(any(name.rpartition('.')[2] in others for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_live_names() -> None:
    assert load.is_live("ibm_torino")
    assert load.is_live(" IBM_Torino ")
    assert not any(load.is_live(name) for name in ("torino", "fake_torino", "ibm_torino.json", "./ibm_torino"))


def test_an_object_needs_both_methods() -> None:
    both = SimpleNamespace(configuration=dict, properties=dict)
    source = source_of(both)
    assert source is not None
    assert source.name == "properties"
    assert source_of(SimpleNamespace(configuration=dict)) is None
