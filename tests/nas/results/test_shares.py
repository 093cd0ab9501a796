"""Shares of both halves of the time, against the costs that a run has stored."""

from __future__ import annotations

import dataclasses

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("sklearn")

from nas.results.front import Front
from nas.results.front_text import front_text
from nas.results.shares import time_shares


def with_times(run, halves):
    """The run with these (classical, unified) seconds."""
    evaluations = [
        dataclasses.replace(one, cost={"model_cost": {"classical": {"time_s": c}, "unified": {"time_s": u}}})
        for one, (c, u) in zip([e for e in run.evaluations if e.state == "COMPLETE"], halves, strict=False)
    ]
    return dataclasses.replace(run, evaluations=tuple(evaluations))


def test_shares_are_those_of_the_networks(run):
    shares = time_shares(run)
    models = [one.cost["model_cost"] for one in run.evaluations if one.state == "COMPLETE"]
    expected = sorted(model["classical"]["time_s"] / model["unified"]["time_s"] for model in models)
    assert (shares.low, shares.high, shares.num_networks) == (expected[0], expected[-1], len(models))
    assert shares.num_seen == 0  # milliseconds in minutes
    assert "the unified time cannot see it" in front_text(run)
    assert Front(run=run).to_dict()["time_shares"]["classical"]["median"] == shares.median


def test_a_half_that_counts_is_seen(run):
    shares = time_shares(with_times(run, [(0.5, 1.0), (0.25, 1.0), (1e-9, 1.0)]))
    assert (shares.low, shares.median, shares.high) == (1e-9, 0.25, 0.5)
    assert (shares.num_networks, shares.num_seen) == (3, 2)
    assert "changes the unified time at 3 digits in 2 of them" in shares.text()


def test_without_costs_there_are_no_shares(run):
    none = [dataclasses.replace(one, cost=None) for one in run.evaluations]
    assert time_shares(dataclasses.replace(run, evaluations=tuple(none))) is None
