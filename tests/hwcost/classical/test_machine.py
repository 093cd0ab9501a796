"""Device profiles: curves by hand, files that are wrong, and predictions against each other."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.classical.machine import (
    MachineProfile,
    Overheads,
    list_device_profiles,
    load_device_profile,
    save_device_profile,
)
from hwcost.core.errors import InputError, OptionError

ZERO = Overheads(**dict.fromkeys(Overheads.__dataclass_fields__, 0.0))
SIMPLE = MachineProfile(
    name="simple", description="by hand", kind="cpu", basis="measured", peak_flops_per_s=1e12,
    products=((1, ((1e3, 1e-6), (1e5, 1e-5))), (100, ((1e3, 1e-7), (1e5, 1e-6)))),
    convolutions=((1e3, 1e-6),), overheads=ZERO, low_factor=0.5, high_factor=2.0, source="a test", date="2026-01-01",
)  # fmt: skip


def test_a_curve_is_a_power_law_between_points_and_constant_throughput_outside():
    assert SIMPLE.product_s(1e4, 1) == pytest.approx(10**-5.5)  # half-way in both logarithms
    assert SIMPLE.product_s(1e7, 1) == pytest.approx(1e-3)  # 1e10 FLOP/s beyond the last point
    assert SIMPLE.product_s(1e2, 1) == pytest.approx(1e-7)
    assert SIMPLE.product_s(0.0, 1) == 0.0
    assert SIMPLE.product_s(1e3, 10) == pytest.approx(10**-6.5)  # half-way between the dimensions 1 and 100
    assert SIMPLE.product_s(1e3, 10**6) == pytest.approx(1e-7)
    assert SIMPLE.convolution_s(5e3) == pytest.approx(5e-6)
    assert SIMPLE.sustained_flops_per_s == pytest.approx(1e11)


@given(st.floats(1, 1e15), st.floats(1.0, 10.0), st.integers(1, 5000), st.sampled_from(list_device_profiles()))
def test_more_work_never_takes_less_time(flops, factor, narrowest, name):
    profile = load_device_profile(name)
    assert profile.product_s(flops * factor, narrowest) >= profile.product_s(flops, narrowest) * (1 - 1e-9)


@pytest.mark.parametrize("name", list_device_profiles())
def test_built_in_profiles_name_their_source_and_survive_a_file(name, tmp_path):
    profile = load_device_profile(name)
    assert profile.name == name
    assert profile.source
    assert profile.date.startswith("2026")
    if profile.basis == "data sheet":
        assert any("assumed" in note for note in profile.notes)
        assert profile.peak_flops_per_s > profile.sustained_flops_per_s
    save_device_profile(profile, tmp_path / "p.json")
    assert load_device_profile(tmp_path / "p.json") == profile


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": "other/1"}, "schema is 'other/1'"),
        ({"kind": "abacus"}, "kind is 'abacus'; choose from cpu, gpu"),
        ({"products": []}, "dimensions of products are"),
        ({"products": [{"narrowest": 1, "curve": [[1e3, -1.0]]}]}, "pairs of positive numbers"),
        ({"products": [{"narrowest": 1, "curve": [[1e3, 1.0], [1e2, 1.0]]}]}, "FLOPs of a curve must rise"),
        ({"convolutions": "many"}, "device profile"),
        ({"overheads": {"call_s": 1.0}}, "not a device profile"),
        ({"overheads": dict.fromkeys(Overheads.__dataclass_fields__, -1.0)}, "overheads.call_s is -1.0"),
        ({"low_factor": 2.0}, "must enclose 1"),
        ({"peak_flops_per_s": "fast"}, "peak_flops_per_s is 'fast'"),
        ({"surprise": 1}, "unknown key 'surprise'"),
        ({"name": 7}, "name is 7"),
    ],
)
def test_wrong_files_are_one_line(change, words, tmp_path):
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(SIMPLE.to_dict() | change))
    with pytest.raises(InputError, match=words) as caught:
        load_device_profile(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 100_000, b"[1]", b"null"])
def test_hostile_files_are_one_line(content, tmp_path):
    path = tmp_path / "hostile.json"
    path.write_bytes(content)
    with pytest.raises(InputError):
        load_device_profile(path)


def test_unknown_names_list_the_known():
    with pytest.raises(OptionError, match=r"no device profile 'cray'; there are a100-sxm4, .*measure"):
        load_device_profile("cray")
    with pytest.raises(InputError, match="no such file"):
        load_device_profile("./nowhere.json")
    with pytest.raises(InputError, match="must enclose 1"):
        replace(SIMPLE, high_factor=0.9)


def test_a_profile_and_what_its_file_holds_are_profiles_too():
    assert load_device_profile(SIMPLE) is SIMPLE
    assert load_device_profile(json.loads(SIMPLE.to_json())) == SIMPLE
    with pytest.raises(InputError, match="device profile: schema is missing"):
        load_device_profile({})
