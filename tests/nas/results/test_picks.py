"""What stands out on a front."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

from nas.results.picks import picked_names, picks


def test_picks_are_the_best_by_what_they_say(run):
    found = {pick.name: pick for pick in picks(run)}
    assert set(found) == {"most-accurate", "cheapest", "best-esp", "least-norm"}
    estimates = run.estimates.networks
    least = min(estimates[member.architecture_hash].error for member in run.front)
    assert estimates[found["most-accurate"].member.architecture_hash].error == least
    times = [run.objectives[1].compared(member.objectives["qpu_time_s"]) for member in run.front]
    assert run.objectives[1].compared(found["cheapest"].member.objectives["qpu_time_s"]) == min(times)
    assert found["best-esp"].member.objectives["esp"] == max(member.objectives["esp"] for member in run.front)
    assert found["least-norm"].member is run.compromise
    for pick in found.values():
        assert run.front[pick.number - 1] is pick.member


def test_names_of_picks_are_of_the_members_that_they_pick(run):
    named = picked_names(run)
    assert {name for names in named.values() for name in names} == {pick.name for pick in picks(run)}
    assert all(pick.name in named[pick.member.architecture_hash] for pick in picks(run))
