"""Job-time profiles by name and in files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hwcost.core.data_files import calibrations_dir
from hwcost.core.errors import InputError, OptionError
from hwcost.jobs.profile import JobTimeProfile
from hwcost.jobs.profile_file import list_profiles, load_profile
from job_profiles import FITTED, KNOWN


@pytest.mark.parametrize("name", ["ibm", "ibm_usage_guide", "iqm"])
def test_built_in_profiles_name_source_and_interval(name: str) -> None:
    item = load_profile(name)
    assert item.source
    assert item.interval.source
    assert item.device
    assert all(p.low <= p.value <= p.high for p in item.parameters)


def test_list_profiles() -> None:
    assert list_profiles() == ("ibm", "ibm-heron", "ibm_usage_guide", "iqm", "none")
    assert (calibrations_dir() / "job_time").is_dir()


@pytest.mark.parametrize("item", [KNOWN, FITTED, *map(load_profile, ("ibm", "ibm_usage_guide", "iqm"))])
def test_json_round_trip(item: JobTimeProfile, tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    path.write_text(item.to_json(), encoding="utf-8")
    assert load_profile(path) == item
    assert load_profile(str(path)).to_json() == item.to_json()


@pytest.mark.parametrize("text", ["", "[]", "{", "3", '{"schema": NaN}', "\x00"])
def test_files_that_are_no_profile_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"p\.json"):
        load_profile(path)


def test_a_profile_and_what_its_file_holds_are_profiles_too() -> None:
    assert load_profile(KNOWN) is KNOWN
    assert load_profile(json.loads(KNOWN.to_json())) == KNOWN
    with pytest.raises(InputError, match="job-time profile: schema is missing"):
        load_profile({})


def test_unknown_profile_lists_the_known() -> None:
    with pytest.raises(OptionError, match="not one of ibm, ibm-heron, ibm_usage_guide, iqm"):
        load_profile("ibn")
