"""A member on a live device: the client is genuine, the service is replayed and runs jobs on Aer (see `live_runs`)."""

from __future__ import annotations

import json
import shutil
import signal
import threading

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("sklearn")
pytest.importorskip("qiskit_aer")

import hwcost
import nas
import replay
from live_runs import install_sampler, quick_service, states
from nas.core.errors import RunError
from nas.results import live_plan

SHOTS = 512
QUICK = {"shots": SHOTS, "max_samples": 12, "num_seeds": 1}
LIVE = {"backend": "ibm_manila", "max_qpu_time": "10min", **QUICK}


@pytest.fixture
def service(monkeypatch, tmp_path):
    return quick_service(monkeypatch, tmp_path)


@pytest.fixture
def sent(service):
    return install_sampler(service, hwcost.noisy_backend("fake_manila"), seconds=5.0)


@pytest.fixture
def own_run(folder, tmp_path):
    """A run that may be changed: jobs are noted in it."""
    return shutil.copytree(folder, tmp_path / "run")


def refused(*arguments, kind=hwcost.InputError, **options):
    with pytest.raises(kind) as caught:
        nas.evaluate(*arguments, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert replay.TOKEN not in message
    return message


def test_a_member_on_a_live_device(own_run, sent):
    heard = []
    found = nas.evaluate(own_run, 1, told=lambda kind, line: heard.append((kind, line)), **LIVE)
    assert found.device == "ibm_manila"
    ways = ("predicted", "simulated", "live")
    assert [(one.way, one.mitigated) for one in found.tried] == [
        ("exact", False),
        *((way, mitigated) for way in ways for mitigated in (False, True)),
    ]
    # The replayed device has the noise that is predicted, so that outputs of the wrong sample or qubit would show.
    assert {one.way for one in found.outputs} == {"simulated", "live"}
    for one in found.outputs:
        assert one.rms_error < 0.05 + 2.0 / SHOTS**0.5
    (asked,) = sent
    assert (asked["backend"], asked["tags"], asked["cost"]) == ("ibm_manila", ["nas-evaluate"], 600)
    ((circuit, values, shots),) = asked["params"]["pubs"]
    assert circuit.count_ops() == found.estimate.isa_circuit.count_ops()
    assert values.shape == (12, circuit.num_parameters)
    assert shots == SHOTS
    cost = hwcost.estimate_job([(circuit, values)], found.estimate.backend.name.replace("ibm", "fake"),
                               primitive="sampler", shots=SHOTS)  # fmt: skip
    live = found.live
    assert live.predicted_s == pytest.approx(cost.time.value_s)
    assert live.predicted_low_s < live.predicted_s < live.predicted_high_s
    assert (live.max_time_s, live.qpu_time_s, [job.job_id for job in live.jobs]) == (600.0, 5.0, ["sent1"])
    assert [kind for kind, _ in heard] == ["plan", "sent", "status"]
    assert "12 circuits of 512 shots in 1 job on ibm_manila" in heard[0][1]
    assert heard[1][1].startswith("job sent1 is at IBM")
    text = str(found)
    assert "compiled circuits on the live device" in text
    assert "counted by IBM" in text
    plain = json.loads(found.to_json())["live"]
    assert (plain["qpu_time_s"], plain["jobs"][0]["num_circuits"]) == (5.0, 12)


def test_a_job_is_noted_in_the_run_and_the_run_stays_one(own_run, sent):
    nas.evaluate(own_run, 1, **LIVE)
    noted = json.loads((own_run / "device-jobs" / "sent1.json").read_text())
    assert (noted["schema"], noted["job_ids"], noted["circuits"]) == ("nas.device-jobs/1", ["sent1"], [12])
    assert (noted["state"], noted["max_time_s"], noted["key"]["shots"]) == ("read", 600.0, SHOTS)
    assert replay.TOKEN not in json.dumps(noted)
    assert nas.open_run(own_run).front
    nas.evaluate(own_run, 1, **LIVE)  # a measurement of its own
    assert len(sent) == 2


def test_what_does_not_fit_into_one_job_is_several_in_order(own_run, sent, monkeypatch):
    monkeypatch.setattr(live_plan, "SHOTS_PER_JOB", 5 * SHOTS)
    calls = []
    found = nas.evaluate(own_run, 1, progress=lambda done, total: calls.append((done, total)), **LIVE)
    assert [job.num_circuits for job in found.live.jobs] == [5, 5, 2]
    assert found.live.qpu_time_s == 15.0
    assert sum(asked["cost"] for asked in sent) <= 600
    for one in found.outputs:
        assert one.rms_error < 0.05 + 2.0 / SHOTS**0.5
    assert calls[-3:] == [(17, 24), (22, 24), (24, 24)]
    (file,) = (own_run / "device-jobs").iterdir()
    assert json.loads(file.read_text())["job_ids"] == ["sent1", "sent2", "sent3"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_qpu_time": None}, "nothing was sent, because it is billed: 12 circuits of 512 shots in 1 job"),
        ({"max_qpu_time": None}, "; allow it with --max-qpu-time "),
        ({"max_qpu_time": "2s"}, "nothing was sent, because --max-qpu-time is 2 s: 12 circuits"),
        ({"max_qpu_time": 2.0}, "nothing was sent, because --max-qpu-time is 2 s"),
        ({"max_qpu_time": "soon"}, "max_qpu_time is 'soon', which is not a duration"),
        ({"max_qpu_time": -1}, "max_qpu_time is -1"),
        ({"noise": "fake_manila"}, "noise and backend are both given"),
        ({"backend": "fake_manila"}, "backend is 'fake_manila', which is no live backend such as ibm_torino"),
        ({"backend": "aer_simulator"}, "backend is 'aer_simulator', which is no live backend"),
        ({"backend": "ibm_manilla"}, "ibm_manilla: the account has no such backend; did you mean 'ibm_manila'?"),
    ],
)
def test_nothing_is_sent_or_trained(own_run, service, sent, monkeypatch, options, message):
    monkeypatch.setattr("nas.results.evaluate.train_member", lambda *arguments: pytest.fail("it was trained"))
    assert message in refused(own_run, 1, **LIVE | options)
    assert "run" not in service.asked()
    assert not (own_run / "device-jobs").exists()


def test_what_is_advised_is_enough(own_run, sent):
    advice = refused(own_run, 1, **LIVE | {"max_qpu_time": None})
    limit = advice.partition("--max-qpu-time ")[2].split(",")[0]
    assert nas.evaluate(own_run, 1, **LIVE | {"max_qpu_time": limit}).live.max_time_s == float(limit.removesuffix("s"))
    assert sent[0]["cost"] == int(limit.removesuffix("s"))


def test_a_member_that_is_not_there_costs_no_question(own_run, service, sent):
    assert "member is 99" in refused(own_run, 99, **LIVE)
    assert not service.calls


def test_time_that_the_account_does_not_have(own_run, service, sent):
    service.usage = {"usage_limit_seconds": 600, "usage_consumed_seconds": 599}
    assert "nothing was sent, because the account's instance has 1 s of QPU time left" in refused(own_run, 1, **LIVE)
    assert not sent


def test_a_device_with_too_few_qubits(own_run, service, sent):
    service.backends = {"ibm_armonk": "armonk"}
    message = refused(own_run, 1, **LIVE | {"backend": "ibm_armonk"})
    assert "qubits" in message
    assert not sent


def test_no_account(own_run, service, monkeypatch):
    monkeypatch.delenv("QISKIT_IBM_TOKEN")
    assert "no IBM Quantum account is known" in refused(own_run, 1, **LIVE)


def test_a_job_that_fails_is_named_and_stays_noted(own_run, service, sent):
    service.answers["sent1"] = states("Failed", reason=f"it holds {replay.TOKEN}", code=1517)
    assert "job sent1 failed at IBM (IBM's error code 1517)" in refused(own_run, 1, **LIVE)
    service.answers.clear()
    assert [job.job_id for job in nas.evaluate(own_run, 1, **LIVE).live.jobs] == ["sent2"]  # sent anew, if allowed


def test_a_run_that_cannot_be_written_to_is_found_out_before_anything_is_sent(own_run, service, sent):
    (own_run / "device-jobs").write_text("")
    assert "device-jobs" in refused(own_run, 1, **LIVE)
    assert not sent


def test_ctrl_c_says_which_jobs_are_left(own_run, service, sent):
    polls = []

    def answer(call):
        polls.append(call)
        if len(polls) == 2:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        return states("Queued")(call)

    service.answers["sent1"] = answer
    heard = []
    with pytest.raises(KeyboardInterrupt):
        nas.evaluate(own_run, 1, told=lambda kind, line: heard.append((kind, line)), **LIVE)
    kind, line = heard[-1]
    assert kind == "lost"
    assert "1 job at IBM will run and be billed (sent1), the same command reads the results" in line
    assert "`QiskitRuntimeService().job('sent1').cancel()`" in line

    # The same call reads what is paid for, with the calibration of that time, whatever the device is like by now.
    service.answers.clear()
    service.backends = {}
    heard.clear()
    again = nas.evaluate(
        own_run, 1, told=lambda kind, line: heard.append((kind, line)), **LIVE | {"max_qpu_time": None}
    )
    assert len(sent) == 1
    assert [kind for kind, _ in heard] == ["plan", "status"]
    assert heard[0][1].startswith("job sent1 was sent at ")
    assert (again.live.qpu_time_s, again.live.max_time_s) == (5.0, 600.0)
    for one in again.outputs:
        assert one.rms_error < 0.05 + 2.0 / SHOTS**0.5


def stopped_after_sending(own_run, service):
    """A run with a job that is at IBM and was not read."""

    def answer(call):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        return states("Queued")(call)

    service.answers["sent1"] = answer
    with pytest.raises(KeyboardInterrupt):
        nas.evaluate(own_run, 1, **LIVE)
    service.answers.clear()
    return own_run / "device-jobs" / "sent1.json"


def test_another_call_does_not_take_the_results_of_this_one(own_run, service, sent):
    stopped_after_sending(own_run, service)
    for changed in ({"shots": 100}, {"max_samples": 3}, {"seed": 4}, {"part": "test"}):
        message = refused(own_run, 1, **LIVE | {"max_qpu_time": None} | changed)
        assert "nothing was sent, because it is billed" in message


def test_jobs_of_other_circuits_or_weights_are_refused(own_run, service, sent):
    file = stopped_after_sending(own_run, service)
    plain = json.loads(file.read_text())
    file.write_text(json.dumps(plain | {"work_sha256": "0" * 64}))
    message = refused(own_run, 1, kind=RunError, **LIVE)
    assert "sent1.json: job sent1 has other circuits or weights than this call makes" in message
    assert len(sent) == 1


@pytest.mark.parametrize("stop", [replay.answering(401), None], ids=["refused", "ctrl-c"])
def test_an_evaluation_that_is_half_sent_is_lost_and_says_so(own_run, service, sent, monkeypatch, stop):
    monkeypatch.setattr(live_plan, "SHOTS_PER_JOB", 6 * SHOTS)
    run = service.run

    def run_one(call):
        if sent:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        return run(call)

    def tell(kind, line):
        heard.append((kind, line))
        if kind == "sent" and stop is not None:
            service.answers["run"] = stop

    heard, service.run = [], run_one if stop is None else run
    left = "1 job at IBM will run and be billed (sent1), this evaluation is lost"
    if stop is None:
        with pytest.raises(KeyboardInterrupt):
            nas.evaluate(own_run, 1, told=tell, **LIVE)
        assert "may be at IBM, with the tag nas-evaluate" in heard[-1][1]
        assert left in heard[-1][1]
    else:
        message = refused(own_run, 1, told=tell, **LIVE)
        assert "rejects the account's token" in message
        assert left in message
    service.answers.clear()
    assert "is billed" in refused(own_run, 1, **LIVE | {"max_qpu_time": None})


def test_a_job_that_was_cancelled_meanwhile_is_sent_again_by_the_next_call(own_run, service, sent):
    stopped_after_sending(own_run, service)
    service.answers["sent1"] = states("Cancelled")
    assert refused(own_run, 1, **LIVE).startswith("job sent1 was cancelled at IBM")
    assert "nothing was sent, because it is billed" in refused(own_run, 1, **LIVE | {"max_qpu_time": None})
    assert [job.job_id for job in nas.evaluate(own_run, 1, **LIVE).live.jobs] == ["sent2"]


def test_an_outage_leaves_the_job_to_the_next_call(own_run, service, sent):
    stopped_after_sending(own_run, service)
    service.answers["sent1"] = replay.answering(403)
    message = refused(own_run, 1, **LIVE)
    assert message.startswith("job sent1: the account may not do this (HTTP 403")
    service.answers.clear()
    assert [job.job_id for job in nas.evaluate(own_run, 1, **LIVE).live.jobs] == ["sent1"]
    assert len(sent) == 1


def test_ctrl_c_while_a_job_is_sent_says_that_it_may_be_there(own_run, service, sent):
    released = threading.Event()

    def answer(call):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        return replay.stalling(released)(call)

    service.answers["run"] = answer
    heard = []
    try:
        with pytest.raises(KeyboardInterrupt):
            nas.evaluate(own_run, 1, told=lambda kind, line: heard.append((kind, line)), **LIVE)
    finally:
        released.set()
    assert heard[-1][0] == "lost"
    assert "a job that was being sent may be at IBM, with the tag nas-evaluate" in heard[-1][1]
