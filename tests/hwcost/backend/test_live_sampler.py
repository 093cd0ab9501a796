"""Jobs of a live account's Sampler against a replayed service that runs them (see `live_runs`)."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit_ibm_runtime.fake_provider import FakeManilaV2

import hwcost
import replay
from hwcost.backend import live_sampler
from hwcost.backend.live_sampler import LiveBackend, open_live_backend, open_sent_job
from hwcost.core.errors import HwcostError, InputError, OptionError, UnknownBackendError
from live_runs import install_sampler, states

JOB = "sent1"
SHOTS = 400


@pytest.fixture
def service(monkeypatch, tmp_path):
    monkeypatch.setattr(live_sampler, "FIRST_POLL_S", 0.01)
    return replay.install(monkeypatch, tmp_path)


@pytest.fixture
def sent(service):
    return install_sampler(service, FakeManilaV2())


def circuit():
    """Two registers whose bits are crossed; angle b turns qubit 2, angle a qubit 1."""
    from qiskit import ClassicalRegister, QuantumRegister

    first, second = Parameter("b"), Parameter("a")
    made = QuantumCircuit(QuantumRegister(5), ClassicalRegister(1, "one"), ClassicalRegister(2, "two"))
    for qubit, angle in ((2, first), (1, second)):
        made.sx(qubit)
        made.rz(angle, qubit)
        made.sx(qubit)
    made.measure(2, 2)
    made.measure(1, 0)
    made.measure(0, 1)
    return made


VALUES = np.array([[0.0, 0.0], [np.pi, 0.0], [0.0, np.pi], [np.pi, np.pi]])
"""Of a and b: rx(π) where the angle is 0, nothing where it is π."""


def failed(kind, call, *arguments, **options):
    with pytest.raises(HwcostError) as caught:
        call(*arguments, **options)
    message = str(caught.value)
    assert type(caught.value) is kind, message
    assert "\n" not in message
    assert replay.TOKEN not in message
    return message


def test_bits_are_those_of_each_set_of_values_and_of_each_bit(sent):
    live = open_live_backend("ibm_manila")
    job = live.send(circuit(), VALUES, shots=SHOTS, max_time_s=42.9, tags=("mine",))
    assert (job.job_id, job.num_circuits, job.shots) == (JOB, 4, SHOTS)
    heard = []
    bits = job.bits(heard.append)
    assert bits.shape == (4, SHOTS, 3)
    ones = bits.mean(axis=1)
    expected = np.array([[1, 0, 1], [0, 0, 1], [1, 0, 0], [0, 0, 0]])
    assert np.abs(ones - expected).max() < 0.2  # the device's noise, where Aer is installed
    assert heard == ["DONE"]
    assert job.quantum_s() == 7.0
    (asked,) = sent
    expected = {"backend": "ibm_manila", "program_id": "sampler", "tags": ["mine"], "cost": 42}
    assert {name: asked[name] for name in expected} == expected
    ((arrived, values, shots),) = asked["params"]["pubs"]
    assert arrived.count_ops() == circuit().count_ops()
    assert np.array_equal(values, VALUES)
    assert shots == SHOTS


def test_what_is_opened_is_the_backend_and_what_it_may_use(service, sent):
    live = open_live_backend("IBM_Manila")
    assert live.name == live.calibration.name == "ibm_manila"
    assert live.calibration == hwcost.load_live_backend("ibm_manila")
    assert live.pending_jobs == 3
    assert live.remaining_s in (540.0, None)  # the client 0.40 does not ask
    assert replay.TOKEN not in repr(live)
    assert not sent
    service.usage = {"usage_limit_seconds": 600, "usage_consumed_seconds": 700, "usage_limit_reached": True}
    assert open_live_backend("ibm_manila").remaining_s in (0.0, None)
    assert isinstance(live, LiveBackend)


def test_a_job_is_waited_for_as_long_as_it_takes(service, sent):
    job = open_live_backend("ibm_manila").send(circuit(), VALUES, shots=10)
    service.answers[JOB] = states("Queued", "Queued", "Running", "Completed")
    heard = []
    assert job.bits(heard.append).shape == (4, 10, 3)
    assert heard == ["QUEUED", "RUNNING", "DONE"]


def test_a_job_is_found_again(service, sent):
    job = open_live_backend("ibm_manila").send(circuit(), VALUES, shots=10)
    service.backends = {}  # it may be off by now
    again = open_sent_job(job.job_id, circuit(), num_circuits=4, shots=10)
    assert (again.job_id, again.num_circuits, again.shots) == (JOB, 4, 10)
    assert np.array_equal(again.bits(), job.bits())
    assert again.quantum_s() == 7.0
    assert len(sent) == 1
    assert replay.TOKEN not in repr(again)
    service.answers[JOB] = states("Cancelled")
    lost = open_sent_job(job.job_id, circuit(), num_circuits=4, shots=10)
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
    assert failed(kind, open_sent_job, job_id, circuit(), num_circuits=4, shots=10) == message


def test_a_job_cannot_be_found_without_an_account(service, monkeypatch):
    monkeypatch.delenv("QISKIT_IBM_TOKEN")
    message = failed(InputError, open_sent_job, JOB, circuit(), num_circuits=4, shots=10)
    assert message.startswith("job sent1: no IBM Quantum account is known")


def test_an_outage_while_waiting_is_waited_out(service, sent):
    job = open_live_backend("ibm_manila").send(circuit(), VALUES, shots=10)
    outages = [replay.raising(replay.refused)] * (live_sampler.MOST_OUTAGES - 1)

    def answer(call):
        return (outages.pop() if outages else states("Completed"))(call)

    service.answers[JOB] = answer
    assert job.bits().shape == (4, 10, 3)


def test_an_outage_that_lasts_says_where_the_job_is(service, sent):
    job = open_live_backend("ibm_manila").send(circuit(), VALUES, shots=10)
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
    ],
)
def test_a_job_that_ended_badly(service, sent, answer, message):
    job = open_live_backend("ibm_manila").send(circuit(), VALUES, shots=10)
    service.answers[JOB] = answer
    assert message in failed(InputError, job.bits)
    assert job.has_failed()


def test_what_has_not_failed(service, sent):
    job = open_live_backend("ibm_manila").send(circuit(), VALUES, shots=10)
    service.answers[JOB] = replay.answering(403)
    assert not job.has_failed()
    service.answers[JOB] = states("Running", "Completed")
    assert not job.has_failed()
    assert not job.has_failed()


def test_results_of_another_job_are_refused(service, sent):
    live = open_live_backend("ibm_manila")
    job, other = live.send(circuit(), VALUES, shots=10), live.send(circuit(), VALUES[:2], shots=10)
    service.jobs[JOB]["results"] = service.jobs[other.job_id]["results"]
    assert "have the shape (2, 10, 1), (4, 10, 1) was asked for" in failed(InputError, job.bits)


def test_no_seconds_are_told_where_the_service_tells_none(service, sent):
    job = open_live_backend("ibm_manila").send(circuit(), VALUES, shots=10)
    service.jobs[JOB]["metrics"] = {}
    assert job.quantum_s() is None
    service.answers["metrics"] = replay.answering(404)
    assert job.quantum_s() is None


@pytest.mark.parametrize(
    ("answer", "message", "may_be_there"),
    [
        (replay.answering(401), "rejects the account's token", False),
        (replay.answering(403), "may not do this (HTTP 403, sending the job)", False),
        (replay.answering(400), "answers HTTP 400 while sending the job", False),
        (replay.raising(replay.dns_failure), "no network", False),
        (replay.raising(lambda: TimeoutError("read")), "no network: IBM does not answer", True),
        (replay.answering(500), "IBM's service fails (HTTP 500)", True),
    ],
)
def test_a_job_that_cannot_be_sent(service, sent, answer, message, may_be_there):
    live = open_live_backend("ibm_manila")
    service.answers["run"] = answer
    found = failed(InputError, live.send, circuit(), VALUES, shots=10)
    assert message in found
    assert ("may have been taken" in found) == may_be_there
    assert not sent


def test_a_service_that_is_silent_while_it_is_sent_a_job(service, sent):
    live, released = open_live_backend("ibm_manila", time_limit_s=2.0), threading.Event()
    service.answers["run"] = replay.stalling(released)
    try:
        message = failed(InputError, live.send, circuit(), VALUES, shots=10)
    finally:
        released.set()
    assert message.startswith("ibm_manila: no answer from IBM within 2 s while sending the job; it may have been taken")


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        (VALUES[:, :1], {}, "values have the shape (4, 1); give (sets, 2)"),
        (VALUES[:0], {}, "values have the shape (0, 2)"),
        (VALUES, {"shots": 0}, "shots is 0"),
        (VALUES, {"shots": 3_000_000}, "4 circuits of 3,000,000 shots are more than the 10,000,000 shots of one job"),
        (VALUES, {"max_time_s": 0.5}, "max_time_s is 0.5"),
        (VALUES, {"max_time_s": float("nan")}, "max_time_s is nan"),
    ],
)
def test_what_cannot_be_sent_is_refused_here(sent, given, options, message):
    live = open_live_backend("ibm_manila")
    assert message in failed(OptionError, live.send, circuit(), given, **{"shots": 10} | options)
    assert not sent


def test_a_circuit_that_is_not_the_backends_own(sent):
    hadamard = QuantumCircuit(5, 1)
    hadamard.h(0)
    hadamard.measure(0, 0)
    message = failed(InputError, open_live_backend("ibm_manila").send, hadamard, np.zeros((1, 0)), shots=10)
    assert "the client failed while sending the job (IBMInputValueError)" in message
    assert not sent


def test_a_circuit_that_measures_nothing(sent):
    live = open_live_backend("ibm_manila")
    assert "measures nothing" in failed(OptionError, live.send, QuantumCircuit(5), np.zeros((1, 0)), shots=10)


@pytest.mark.parametrize("name", ["fake_manila", "manila", "ibm_manila.json", "aer_simulator", "ibmq_manila", "", None])
def test_names_that_are_not_live(service, name):
    assert "is no live backend" in failed(UnknownBackendError, open_live_backend, name)
    assert not service.calls


@pytest.mark.parametrize("status", [{"state": False, "status": "maintenance"}, {"state": True, "status": "internal"}])
def test_a_backend_that_takes_no_jobs(service, status):
    service.answers["status"] = lambda call: (200, {**status, "length_queue": 0})
    message = failed(InputError, open_live_backend, "ibm_manila")
    assert f"ibm_manila takes no jobs now (its status is '{status['status']}')" in message


def test_what_keeps_a_calibration_from_being_read_keeps_a_backend_from_being_opened(service, monkeypatch):
    assert "the account has no such backend" in failed(UnknownBackendError, open_live_backend, "ibm_manilla")
    monkeypatch.delenv("QISKIT_IBM_TOKEN")
    assert "no IBM Quantum account is known" in failed(hwcost.CalibrationError, open_live_backend, "ibm_manila")
