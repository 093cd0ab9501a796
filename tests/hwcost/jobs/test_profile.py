"""Records of job-time profiles refuse what cannot be."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError

import pytest

from hwcost.core.errors import InputError
from hwcost.jobs.profile import JobTimeProfile
from job_profiles import KNOWN, parameter, profile


@pytest.mark.parametrize("name", ["ibm_manila", "fake_manila", "FakeManilaV2", "ibmq_manila", "manila"])
def test_a_snapshot_is_the_same_machine(name: str) -> None:
    assert profile(parameter("t0", 1.0), device="ibm_manila").speaks_for(name)
    assert not profile(parameter("t0", 1.0), device="ibm_quito").speaks_for(name)


def test_records_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        KNOWN.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "other/1"}, "schema is 'other/1'"),
        ({"extra": 1}, "unknown key extra"),
        ({"name": 3}, "name is 3"),
        ({"num_jobs": -1}, "num_jobs is -1"),
        ({"num_jobs": True}, "num_jobs is True"),
        ({"repetition": "guess"}, "repetition is 'guess'"),
        ({"repetition": "fitted"}, "no parameter tau"),
        ({"parameters": {}}, "parameters is dict"),
        ({"parameters": [1]}, r"parameters\[0\]: is int"),
        ({"parameters": [{"name": "t0"}]}, r"parameters\[0\]: missing key"),
        (
            {"parameters": [{"name": "t9", "value": 1, "unit": "s", "low": 1, "high": 1, "source": None}]},
            "'t9' is unknown",
        ),
        (
            {"parameters": [{"name": "t0", "value": 1, "unit": "ms", "low": 1, "high": 1, "source": None}]},
            "unit is 'ms'",
        ),
        (
            {"parameters": [{"name": "t0", "value": "1", "unit": "s", "low": 1, "high": 1, "source": None}]},
            "value is '1'",
        ),
        (
            {"parameters": [{"name": "t0", "value": 3, "unit": "s", "low": 1, "high": 2, "source": None}]},
            "outside",
        ),
        ({"interval": None}, "interval: is NoneType"),
        ({"ranges": {"shots": [1]}}, "range of shots"),
        ({"ranges": {"shots": [2, 1]}}, "range of shots"),
        ({"ranges": {"shots": ["a", 1]}}, "range of shots"),
        ({"notes": [1]}, "notes must be a list of texts"),
        ({"left_out": [{"line": 1, "observed_s": 1, "reason": "", "kind": "odd"}]}, "kind is 'odd'"),
    ],
)
def test_malformed_profiles_are_refused(change: dict[str, object], message: str) -> None:
    data = json.loads(KNOWN.to_json()) | change
    with pytest.raises(InputError, match=message) as error:
        JobTimeProfile.from_dict(data, where="p.json")
    assert str(error.value).startswith("p.json")
    assert "\n" not in str(error.value)
