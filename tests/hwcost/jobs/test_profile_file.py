"""Job-time profiles by name and in files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hwcost.core.data_files import calibrations_dir
from hwcost.core.errors import InputError, OptionError
from hwcost.jobs.profile import TERMS, JobTimeInterval, JobTimeParameter, JobTimeProfile
from hwcost.jobs.profile_file import list_profiles, load_profile


def parameter(name: str, value: float) -> JobTimeParameter:
    return JobTimeParameter(name=name, value=value, unit=TERMS[name].unit, low=0.9 * value, high=1.1 * value)


def profile(*parameters: JobTimeParameter, **changes: object) -> JobTimeProfile:
    base = JobTimeProfile(
        name="test",
        source="made up",
        device="ibm_here",
        parameters=parameters,
        interval=JobTimeInterval(nominal=0.9, low_s=0.3, low_share=0.1, high_s=0.4, high_share=0.2, source="made up"),
        ranges={},
    )
    return replace(base, **changes)  # type: ignore[arg-type]


KNOWN = profile(parameter("t0", 0.5), parameter("c_circuit", 0.1), parameter("c_instruction", 1e-5))
FITTED = profile(
    parameter("t0", 0.8),
    parameter("tau", 400e-6),
    parameter("layer_time", 1e-6),
    parameter("qubit_layer_time", 2e-7),
    parameter("c_qubit", 0.01),
    repetition="fitted",
    circuit_time="fitted",
)


@pytest.mark.parametrize("name", ["ibm", "ibm_usage_guide", "iqm"])
def test_built_in_profiles_name_source_and_interval(name: str) -> None:
    item = load_profile(name)
    assert item.source
    assert item.interval.source
    assert item.device
    assert all(p.low <= p.value <= p.high for p in item.parameters)


def test_list_profiles() -> None:
    assert list_profiles() == ("ibm", "ibm_usage_guide", "iqm")
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
    with pytest.raises(InputError, match="job-time profile: schema is None"):
        load_profile({})


def test_unknown_profile_lists_the_known() -> None:
    with pytest.raises(OptionError, match="not one of ibm, ibm_usage_guide, iqm"):
        load_profile("ibn")
