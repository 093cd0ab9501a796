"""Jobs of a live account against replayed replies: the client is genuine, the service is not (see `replay`)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import replay
from hwcost.backend.live_jobs import collect_live_jobs
from hwcost.cli import main
from hwcost.core.errors import InputError, OptionError
from saved_jobs import bell, metrics, plain, sampler_result


@pytest.fixture(autouse=True)
def service(monkeypatch, tmp_path):
    """The replayed service, between every client of this process and the network."""
    made = replay.install(monkeypatch, tmp_path)
    made.jobs["done2"] = job("done2", shape=(1, 100), seconds=2.5)
    made.jobs["lost"] = {"job": {**job("lost")["job"], "state": {"status": "Failed"}}, "results": "no"}
    made.jobs["lost"]["metrics"] = metrics(0)
    made.jobs["done1"] = job("done1", shape=(20, 1000), seconds=7.0, rep_delay=0.0005)
    return made


def job(name, shape=(1, 100), seconds=1.0, rep_delay=0.00025):
    pubs = plain([[bell(), None, shape[-1]]])
    params = {"pubs": pubs, "options": {"execution": {"rep_delay": rep_delay}}, "version": 2}
    about = {
        "id": name,
        "backend": "ibm_manila",
        "program": {"id": "sampler"},
        "created": "2026-03-01T11:00:00Z",
        "state": {"status": "Completed"},
        "status": "Completed",
        "params": params,
    }
    return {"job": about, "metrics": metrics(round(seconds)), "results": plain(sampler_result(shape, seconds=seconds))}


def test_rows_are_what_the_service_says():
    collected = collect_live_jobs(clock="execution_span")
    assert [(row["job_id"], row["num_circuits"], row["shots"], row["observed_s"]) for row in collected.jobs] == [
        ("done2", 1, 100, 2.5),
        ("done1", 20, 1000, 7.0),
    ]
    assert [row["rep_delay_s"] for row in collected.jobs] == [0.00025, 0.0005]
    assert [row["total_instructions"] for row in collected.jobs] == [4, 80]
    assert {row["backend"] for row in collected.jobs} == {"ibm_manila"}
    (lost,) = collected.left_out
    assert lost.what == "lost"
    assert "ended as" in lost.reason


def test_billed_seconds_and_what_is_asked_for(service):
    collected = collect_live_jobs(since=datetime(2026, 2, 1, tzinfo=UTC), backend="ibm_manila", limit=2)
    assert collected.clock == "quantum_seconds"
    assert [row["job_id"] for row in collected.jobs] == ["done2"]
    (listing,) = [call for call in service.calls if call.path.endswith("/jobs")]
    assert listing.query["pending"][0].lower() == "false"
    assert listing.query["backend"] == ["ibm_manila"]
    assert listing.query["limit"] == ["2"]
    assert listing.query["created_after"][0].startswith("2026-02-01T00:00:00")


def test_no_jobs_is_one_line(service):
    service.jobs.clear()
    with pytest.raises(InputError, match="no finished jobs; check the date, backend and instance"):
        collect_live_jobs()


@pytest.mark.parametrize(
    ("what", "answer", "message"),
    [
        ("token", replay.answering(400), "rejects the account's token"),
        ("jobs", replay.answering(403), "may not do this"),
        ("jobs", replay.raising(replay.dns_failure), "no network"),
    ],
)
def test_failures_are_one_line_without_the_token(service, what, answer, message):
    service.answers[what] = answer
    with pytest.raises(InputError) as caught:
        collect_live_jobs()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert replay.TOKEN not in str(caught.value)


def test_options():
    with pytest.raises(OptionError, match="limit is 0"):
        collect_live_jobs(limit=0)
    with pytest.raises(OptionError, match="time limit 0 s"):
        collect_live_jobs(time_limit_s=0)


def test_the_command(tmp_path, capsys):
    table = tmp_path / "jobs.csv"
    words = ["--live", "--since", "2026-02-01", "--clock", "execution_span", "-o", str(table)]
    assert main(["jobs", "collect", *words]) == 0
    assert "2 jobs, 1 left out, clock execution_span" in capsys.readouterr().out
    assert len(table.read_text().splitlines()) == 3
