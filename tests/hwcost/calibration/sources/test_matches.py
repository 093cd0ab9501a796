"""Wildcards in names."""

from __future__ import annotations

import pytest

from hwcost.calibration.sources.matches import fits, has_wildcards, near_names


@pytest.mark.parametrize(("text", "expected"), [("a*", True), ("a?", True), ("[ab]", True), ("a", False), ("", False)])
def test_wildcards(text: str, expected: bool) -> None:
    assert has_wildcards(text) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"), [("Tor*", True), (" torin? ", True), ("t[!a]rino", True), ("tor", False), ("orin*", False)]
)
def test_a_pattern_fits_the_whole_name_in_any_case(pattern: str, expected: bool) -> None:
    assert fits(pattern, ["fake_x", "Torino"]) is expected


def test_near_names_are_those_of_devices() -> None:
    names = ["fake_torino", "fake_toronto", "fake_lima"]
    assert near_names("fake_tornto*", names, "fake_")[0] == "fake_toronto"
    assert near_names("fake_*", names, "fake_") == []
    assert near_names("qqqq", names, "fake_") == []
