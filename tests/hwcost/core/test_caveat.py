"""The lines of caveats: each once, in order, whatever their codes."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.core.caveat import JOB_TIME, SIGNAL_GONE, Caveat, texts

CAVEATS = st.lists(st.builds(Caveat, st.sampled_from("ab"), st.sampled_from(["old", "cold", "gone", "odd"])))


def test_a_line_of_two_codes_is_said_once():
    assert texts([Caveat("a", "old"), Caveat("b", "old"), Caveat("a", "gone"), Caveat("a", "old")]) == ("old", "gone")
    assert texts(iter([Caveat("a", "old")])) == ("old",)
    assert texts([]) == ()


@given(CAVEATS)
def test_every_line_is_there_once_in_the_order_in_which_it_first_comes(caveats):
    lines = texts(caveats)
    all_lines = [caveat.text for caveat in caveats]
    assert set(lines) == set(all_lines)
    assert len(set(lines)) == len(lines)
    assert [all_lines.index(line) for line in lines] == sorted(all_lines.index(line) for line in lines)


def test_codes_are_for_programs_and_stay():
    assert (JOB_TIME, SIGNAL_GONE) == ("job_time", "signal_gone")
    with pytest.raises(dataclasses.FrozenInstanceError):
        Caveat("a", "old").code = "b"  # type: ignore[misc]
