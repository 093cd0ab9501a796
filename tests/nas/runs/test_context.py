"""What travels to workers: calibration and profiles as text, in memory, the same as those of the files."""

from __future__ import annotations

import json
import pickle

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

import hwcost
from hwcost import InputError
from nas.core.errors import SettingError
from nas.runs.context import CALIBRATION, DEVICE, JOB_PROFILE, make_context
from small_search import small_config

ON_DEVICE = {"objectives": ("validation_error", "unified_time_s"), "backend": "fake_manila"}


@pytest.fixture
def profiles(tmp_path):
    """Two profiles as files of a user's own."""
    from hwcost.classical.machine import load_device_profile, save_device_profile
    from hwcost.jobs.profile_file import load_profile

    save_device_profile(load_device_profile("a100-sxm4"), tmp_path / "mine.json")
    (tmp_path / "jobs.json").write_text(load_profile("iqm").to_json(), encoding="utf-8")
    return {"machine": str(tmp_path / "mine.json"), "job_profile": str(tmp_path / "jobs.json")}


def test_a_context_holds_the_calibration_as_a_snapshot(tmp_path):
    context = make_context(small_config(tmp_path, **ON_DEVICE))
    snapshot = tmp_path / "snapshot.json"
    hwcost.save_snapshot(hwcost.load_calibration("fake_manila"), snapshot)
    assert context.files == {CALIBRATION: snapshot.read_text(encoding="utf-8")}
    sent = pickle.loads(pickle.dumps(context))
    assert sent.hwcost_device().audited.calibration == hwcost.load_snapshot(snapshot)
    assert sent.hwcost_device() is sent.hwcost_device()


def test_profiles_that_are_files_travel_with_the_context(tmp_path, profiles):
    from hwcost.classical.machine import load_device_profile
    from hwcost.jobs.profile_file import load_profile

    context = make_context(small_config(tmp_path, **ON_DEVICE, **profiles))
    assert set(context.files) == {CALIBRATION, DEVICE, JOB_PROFILE}
    for path in profiles.values():
        with open(path, "w", encoding="utf-8"):
            pass  # what becomes of the file later has no effect
    assert load_device_profile(context.classical_device()) == load_device_profile("a100-sxm4")
    assert load_profile(context.job_profile()) == load_profile("iqm")
    named = context.on(device="v100-sxm2")
    assert (named.classical_device(), set(named.files)) == ("v100-sxm2", {CALIBRATION, JOB_PROFILE})


@pytest.mark.parametrize(
    ("text", "error"),
    [("[]", SettingError), ("{", SettingError), ("{}", InputError), (json.dumps({"schema": "other/1"}), InputError)],
)
@pytest.mark.parametrize("name", ["machine", "job_profile"])
def test_files_that_are_no_profiles_are_refused_in_one_line(tmp_path, profiles, name, text, error):
    with open(profiles[name], "w", encoding="utf-8") as file:
        file.write(text)
    with pytest.raises(error) as caught:
        make_context(small_config(tmp_path, **ON_DEVICE, **profiles))
    assert "\n" not in str(caught.value)
