"""What documents say about a job."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from hwcost.core.errors import InputError
from hwcost.jobs.saved import JobFacts, facts_of, merged
from hwcost.jobs.saved_shapes import Executions
from saved_jobs import START, bell, estimator_result, metrics, plain, sampler_result


def test_a_sampler_result_with_spans():
    facts = facts_of(plain(sampler_result((4, 100), (100,), seconds=3.5)))
    assert facts.seconds == {"execution_span": 3.5}
    assert facts.executions == Executions(num_circuits=(4, 1), shots=(100, 100))
    assert facts.date == START


def test_a_result_without_spans_has_no_time():
    facts = facts_of(plain(sampler_result((4, 100))))
    assert facts.seconds == {}
    assert facts.executions.num_circuits == (4,)
    assert facts_of(plain(estimator_result())).executions is None


@pytest.mark.parametrize(
    ("usage", "seconds"),
    [
        ({}, 9.0),
        ({"quantum_seconds": None}, 9.0),  # then the older field
        ({"status": "pending"}, None),
        ({"status": "completed", "qpu_charge_time_seconds": 7}, 7.0),
        ({"status": "pending", "qpu_charge_time_seconds": 7}, None),
    ],
)
def test_billed_seconds_of_old_and_new_clients(usage, seconds):
    facts = facts_of(metrics(9, **usage))
    assert facts.seconds == ({} if seconds is None else {"quantum_seconds": seconds})
    assert facts.date == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_no_usage_yet_is_no_time():
    assert facts_of(metrics(0)).seconds == {}


def test_an_executor_result_as_the_service_sends_it():
    chunk = {"start": "2026-03-01T12:00:01Z", "stop": "2026-03-01T12:00:04.5Z", "parts": [{"idx_item": 0, "size": 8}]}
    raw = {
        "schema_version": "v2.0",
        "data": [{"results": {"meas": {"data": "", "shape": [8, 500, 3], "dtype": "bool"}}, "metadata": {}}],
        "metadata": {"chunk_timing": [chunk]},
    }
    whole = {"id": "d1", "backend": "ibm_x", "program": {"id": "executor"}, "results": json.dumps(raw)}
    for document in (raw, whole):
        facts = facts_of(document)
        assert facts.seconds == {"execution_span": 3.5}
        assert facts.executions == Executions(num_circuits=(8,), shots=(500,))
    saved = facts_of({"job_id": "d1", "timing": [chunk], "num_circuits": 8, "shots": 500})
    assert (saved.seconds, saved.executions) == (facts.seconds, facts.executions)


def test_a_result_of_the_time_before_primitives():
    old = {
        "backend_name": "ibm_osaka",
        "job_id": "c1",
        "date": "2024-02-01T10:00:00+01:00",
        "success": True,
        "time_taken": 8.25,
        "results": [{"shots": 1024, "data": {}}, {"shots": 1024, "data": {}}],
    }
    for document in (old, {"__type__": "Result", "__value__": old}):
        facts = facts_of(document)
        assert facts.seconds == {"time_taken": 8.25}
        assert facts.executions == Executions(num_circuits=(1, 1), shots=(1024, 1024))
        assert (facts.job_id, facts.backend, facts.date) == ("c1", "ibm_osaka", datetime(2024, 2, 1, 9, tzinfo=UTC))
    assert facts_of({**old, "success": False}).ended_badly


def test_a_whole_job():
    options = {"execution": {"rep_delay": 0.0005}, "twirling": {"enable_gates": True}}
    job = {
        "job_id": "d1",
        "backend": "ibm_x",
        "state": {"status": "Completed"},
        "metrics": metrics(4),
        "result": sampler_result((2, 10), seconds=1.5),
        "inputs": {"pubs": [[bell(), None, 10]], "options": options},
    }
    facts = facts_of(plain(job))
    assert facts.seconds == {"quantum_seconds": 4.0, "execution_span": 1.5}
    assert (facts.rep_delay_s, facts.twirled, len(facts.circuits)) == (0.0005, True, 1)
    assert not facts.ended_badly


@pytest.mark.parametrize("status", ["Cancelled", "Cancelled - Ran too long", "Failed", "ERROR"])
def test_jobs_that_ended_badly(status):
    assert facts_of({"usage": {}, "state": {"status": status}}).ended_badly


@pytest.mark.parametrize(
    "document",
    [
        None,
        5,
        "text",
        {},
        {"a": 1},
        {"__type__": "ndarray", "__value__": ""},
        {"__type__": "PrimitiveResult", "__value__": 5},
        {"usage": {"quantum_seconds": -1}},
        {"usage": {"quantum_seconds": "5"}},
        {"usage": {"quantum_seconds": float("nan")}},
        {"timestamps": {"running": "yesterday"}},
        {"result": "{"},
        {"params": {"options": {"execution": {"rep_delay": 250}}}},
        {
            "metadata": {
                "chunk_timing": [{"start": "2026-03-01T12:00:04Z", "stop": "2026-03-01T12:00:01Z", "parts": []}]
            }
        },
        {"metadata": {"chunk_timing": [{"parts": []}]}},
    ],
)
def test_what_is_not_known_or_damaged(document):
    with pytest.raises(InputError) as caught:
        facts_of(document)
    assert "\n" not in str(caught.value)


def test_documents_that_contradict_each_other():
    one = JobFacts(seconds={"quantum_seconds": 4.0}, backend="a")
    assert merged(one, JobFacts(seconds={"execution_span": 3.0})).seconds == {
        "quantum_seconds": 4.0,
        "execution_span": 3.0,
    }
    for other in (JobFacts(seconds={"quantum_seconds": 5.0}), JobFacts(backend="b")):
        with pytest.raises(InputError):
            merged(one, other)
