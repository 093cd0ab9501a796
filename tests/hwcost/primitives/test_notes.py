"""Assumptions, caveats and lower bounds of a job."""

from __future__ import annotations

import dataclasses

import pytest

from hwcost.primitives.counts import count_runs, shots_of_pubs
from hwcost.primitives.notes import Reader, assumptions, caveats, lower_bound
from hwcost.primitives.options import read_options
from hwcost.primitives.pubs import read_pubs
from hwcost.primitives.seconds import TimedRun, job_seconds
from hwcost.primitives.timing import time_pubs
from primitive_jobs import conditions, isa_bell


def reader(values=None, *, processing=None, **settings):
    """A job of one PUB, with its timed runs."""
    pubs = read_pubs([(isa_bell(), "IIIZZ")], "estimator")
    options = read_options(values, "estimator", processing=processing)
    where = conditions(**settings)
    timed = time_pubs(pubs, options, where)
    runs = [run for run in count_runs(pubs, options, shots_of_pubs(pubs, options)) if run.pub is not None]
    timed_runs = [TimedRun.of(run, timed[0], options, where) for run in runs]
    seconds = job_seconds(timed_runs, where)
    return Reader(options=options, conditions=where, timed=timed, runs=runs, seconds=seconds), timed_runs


@pytest.mark.parametrize(
    ("values", "processing", "words"),
    [
        (None, None, "all qubits are measured together"),
        ({"resilience_level": 2}, None, "gates that twirl are merged"),
        (
            {"resilience_level": 2, "resilience": {"zne": {"noise_factors": [1, 2]}}},
            None,
            "the client draws them at random",
        ),
        ({"dynamical_decoupling": {"enable": True}}, None, "dynamical decoupling fills waiting times"),
        ({"twirling": {"enable_measure": False}}, None, "twirling.enable_measure is off in the options"),
        (None, "server", "the server prepares the circuits and may do otherwise"),
        (None, "server", "circuits that learn the readout have as many shots"),
    ],
    ids=range(7),
)
def test_assumptions_are_told_where_they_are_made(values, processing, words):
    made, _ = reader(values, processing=processing)
    assert any(words in line for line in assumptions(made, None, estimated=False))
    plain, _ = reader({"resilience_level": 0})
    untold = list(assumptions(plain, None, estimated=False))
    assert (words == "all qubits are measured together") == any(words in line for line in untold)


def test_who_counted_and_what_was_estimated():
    made, _ = reader({"resilience": {"pec_mitigation": True}}, rep_delay_s=1e-3)
    lines = list(assumptions(made, "it rains", estimated=True))
    assert "circuits are counted by formula, not by IBM's client (it rains)" in lines
    assert any("as given by the user" in line for line in lines)
    assert any(line.startswith("sampling overhead of PEC estimated") for line in lines)


@pytest.mark.parametrize(("limit", "words"), [(1, "the job is cancelled before"), (4, "the job may be cancelled")])
def test_a_limit_of_time(limit, words):
    made, timed_runs = reader({"max_execution_time": limit})
    assert any(words in caveat.text for caveat in caveats(made, timed_runs))
    made, timed_runs = reader({"max_execution_time": 1000})
    assert not [caveat for caveat in caveats(made, timed_runs) if caveat.code == "max_execution_time"]


def test_circuits_that_differ_in_angles_are_told():
    made, timed_runs = reader()
    (text,) = [caveat.text for caveat in caveats(made, timed_runs) if caveat.code == "loading"]
    # 32 circuits, 31 of which would take 0.077 s each.
    assert text.startswith("32 circuits differ in angles alone from 1 circuit, which is loaded")
    assert text.endswith("would add up to 2.39 s")
    made, timed_runs = reader({"resilience_level": 0})
    assert not [caveat for caveat in caveats(made, timed_runs) if caveat.code == "loading"]


def test_why_a_time_is_a_lower_bound():
    made, _ = reader()
    assert list(lower_bound(made, estimated=False)) == []
    assert any("crosstalk" in line for line in lower_bound(made, estimated=True))
    apart = dataclasses.replace(made, runs=[dataclasses.replace(made.runs[0], in_job=False)])
    assert any("a job of its own" in line for line in lower_bound(apart, estimated=False))
    timed = made.timed[0]
    unread = dataclasses.replace(timed, readout=dataclasses.replace(timed.readout, measure_s=None))
    unknown = dataclasses.replace(made, timed={0: unread})
    assert list(lower_bound(unknown, estimated=False)) == [
        "the readout time is unknown and left out; --readout-duration (readout_duration_s) gives it"
    ]
