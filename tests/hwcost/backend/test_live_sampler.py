"""Jobs of a live account's Sampler, sent to a replayed service that runs them (see `live_runs`)."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit_ibm_runtime.fake_provider import FakeManilaV2

import hwcost
import replay
from hwcost.backend.live_sampler import LiveBackend, open_live_backend
from hwcost.core.errors import InputError, OptionError, UnknownBackendError
from live_runs import VALUES, crossed_circuit, failed, install_sampler, quick_service

JOB = "sent1"
SHOTS = 400


@pytest.fixture
def service(monkeypatch, tmp_path):
    return quick_service(monkeypatch, tmp_path)


@pytest.fixture
def sent(service):
    return install_sampler(service, FakeManilaV2())


def test_bits_are_those_of_each_set_of_values_and_of_each_bit(sent):
    live = open_live_backend("ibm_manila")
    job = live.send(crossed_circuit(), VALUES, shots=SHOTS, max_time_s=42.9, tags=("mine",))
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
    assert arrived.count_ops() == crossed_circuit().count_ops()
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
    found = failed(InputError, live.send, crossed_circuit(), VALUES, shots=10)
    assert message in found
    assert ("may have been taken" in found) == may_be_there
    assert not sent


def test_a_service_that_is_silent_while_it_is_sent_a_job(service, sent):
    live, released = open_live_backend("ibm_manila", time_limit_s=2.0), threading.Event()
    service.answers["run"] = replay.stalling(released)
    try:
        message = failed(InputError, live.send, crossed_circuit(), VALUES, shots=10)
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
    assert message in failed(OptionError, live.send, crossed_circuit(), given, **{"shots": 10} | options)
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
