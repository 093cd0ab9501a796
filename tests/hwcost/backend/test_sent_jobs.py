"""Jobs that were sent to a replayed service that runs them (see `live_runs`): waited for, found again, read."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit_ibm_runtime.fake_provider import FakeManilaV2

import replay
from hwcost.backend import sent_jobs
from hwcost.backend.live_sampler import open_live_backend
from hwcost.backend.sent_jobs import open_sent_job
from hwcost.core.errors import InputError, OptionError
from live_runs import VALUES, crossed_circuit, failed, install_sampler, quick_service, states

JOB = "sent1"


@pytest.fixture
def service(monkeypatch, tmp_path):
    return quick_service(monkeypatch, tmp_path)


@pytest.fixture
def sent(service):
    return install_sampler(service, FakeManilaV2())


def test_a_job_is_waited_for_as_long_as_it_takes(service, sent):
    job = open_live_backend("ibm_manila").send(crossed_circuit(), VALUES, shots=10)
    service.answers[JOB] = states("Queued", "Queued", "Running", "Completed")
    heard = []
    assert job.bits(heard.append).shape == (4, 10, 3)
    assert heard == ["QUEUED", "RUNNING", "DONE"]


def test_a_job_is_found_again(service, sent):
    job = open_live_backend("ibm_manila").send(crossed_circuit(), VALUES, shots=10)
    service.backends = {}  # it may be off by now
    again = open_sent_job(job.job_id, crossed_circuit(), num_circuits=4, shots=10)
    assert (again.job_id, again.num_circuits, again.shots) == (JOB, 4, 10)
    assert np.array_equal(again.bits(), job.bits())
    assert again.quantum_s() == 7.0
    assert len(sent) == 1
    assert replay.TOKEN not in repr(again)
    service.answers[JOB] = states("Cancelled")
    lost = open_sent_job(job.job_id, crossed_circuit(), num_circuits=4, shots=10)
    assert failed(InputError, lost.bits).startswith("job sent1 was cancelled at IBM")


@pytest.mark.parametrize(
    ("job_id", "kind", "message"),
    [
        ("other", InputError, "job other: the account has no such job"),
        ("../usage", OptionError, "'../usage' is not the identifier of a job"),
        ("", OptionError, "'' is not the identifier of a job"),
    ],
)
def test_a_job_that_is_not_there(service, job_id, kind, message):
    assert failed(kind, open_sent_job, job_id, crossed_circuit(), num_circuits=4, shots=10) == message


def test_a_job_cannot_be_found_without_an_account(service, monkeypatch):
    monkeypatch.delenv("QISKIT_IBM_TOKEN")
    message = failed(InputError, open_sent_job, JOB, crossed_circuit(), num_circuits=4, shots=10)
    assert message.startswith("job sent1: no IBM Quantum account is known")


def test_an_outage_while_waiting_is_waited_out(service, sent):
    job = open_live_backend("ibm_manila").send(crossed_circuit(), VALUES, shots=10)
    outages = [replay.raising(replay.refused)] * (sent_jobs.MOST_OUTAGES - 1)

    def answer(call):
        return (outages.pop() if outages else states("Completed"))(call)

    service.answers[JOB] = answer
    assert job.bits().shape == (4, 10, 3)


def test_an_outage_that_lasts_says_where_the_job_is(service, sent):
    job = open_live_backend("ibm_manila").send(crossed_circuit(), VALUES, shots=10)
    service.answers[JOB] = replay.raising(replay.dns_failure)
    message = failed(InputError, job.bits)
    assert message.startswith("ibm_manila: no network")
    assert message.endswith("job sent1 is at IBM all the same, `QiskitRuntimeService().job('sent1')` finds it")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (states("Cancelled"), "job sent1 was cancelled at IBM"),
        (states("Failed", reason=f"it holds {replay.TOKEN}", code=1517), "failed at IBM (IBM's error code 1517);"),
        (states("Failed", reason="no number"), "failed at IBM; `QiskitRuntimeService().job('sent1')` finds it"),
        (states("Cancelled", reason="too long", code=1305), "took longer than its limit of QPU time"),
        (states("Cancelled - Ran too long"), "took longer than its limit of QPU time"),
    ],
)
def test_a_job_that_ended_badly(service, sent, answer, message):
    job = open_live_backend("ibm_manila").send(crossed_circuit(), VALUES, shots=10)
    service.answers[JOB] = answer
    assert message in failed(InputError, job.bits)
    assert job.has_failed()


def test_what_has_not_failed(service, sent):
    job = open_live_backend("ibm_manila").send(crossed_circuit(), VALUES, shots=10)
    service.answers[JOB] = replay.answering(403)
    assert not job.has_failed()
    service.answers[JOB] = states("Running", "Completed")
    assert not job.has_failed()
    assert not job.has_failed()


def test_results_of_another_job_are_refused(service, sent):
    live = open_live_backend("ibm_manila")
    job, other = live.send(crossed_circuit(), VALUES, shots=10), live.send(crossed_circuit(), VALUES[:2], shots=10)
    service.jobs[JOB]["results"] = service.jobs[other.job_id]["results"]
    assert "have the shape (2, 10, 1), (4, 10, 1) was asked for" in failed(InputError, job.bits)


def test_no_seconds_are_told_where_the_service_tells_none(service, sent):
    job = open_live_backend("ibm_manila").send(crossed_circuit(), VALUES, shots=10)
    service.jobs[JOB]["metrics"] = {}
    assert job.quantum_s() is None
    service.answers["metrics"] = replay.answering(404)
    assert job.quantum_s() is None
