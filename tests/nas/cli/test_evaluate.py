"""`nas evaluate` in every format."""

from __future__ import annotations

import csv
import io
import json
import shutil
import signal
import threading

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")
pytest.importorskip("qiskit_aer")

import hwcost
import nas
import replay
from live_runs import install_sampler, quick_service, states
from nas.cli import main
from small_search import small_config

QUICK = ("--member", "1", "--shots", "64", "--max-samples", "4", "--num-seeds", "1", "--without-pennylane", "-q")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    return nas.search(small_config(folder, population=4, generations=0, epochs=1), folder / "run")


def out(capsys, *arguments):
    assert main(list(map(str, arguments))) == 0
    return capsys.readouterr().out


def test_every_format_tells_the_same(capsys, run):
    words = ("evaluate", run.folder, "--noise", "fake_lima", *QUICK)
    assert "Member 1 on fake_lima" in out(capsys, *words)
    plain = json.loads(out(capsys, *words, "--format", "json"))
    rows = list(csv.DictReader(io.StringIO(out(capsys, *words, "--format", "csv"))))
    assert [float(row["accuracy"]) for row in rows] == [one["value"] for one in plain["tried"]]
    assert [row["way"] for row in rows] == [one["way"] for one in plain["tried"]]
    assert out(capsys, *words, "--format", "html").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "the run has no device; name one with --noise, such as --noise fake_sherbrooke"),
        (
            ("--backend", "fake_lima"),
            "backend is 'fake_lima', which is no live backend such as ibm_torino; give it with",
        ),
        (("--backend", "ibm_lima", "--noise", "fake_lima"), "noise and backend are both given"),
        (("--noise", "fake_lima", "--max-qpu-time", "1min"), "max_qpu_time allows the jobs of a live backend"),
        (("--backend", "ibm_lima", "--max-qpu-time", "long"), "max_qpu_time is 'long', which is not a duration"),
        (("--noise", "fake_nowhere"), "fake_nowhere"),
        (("--noise", "fake_lima", "--member", "77"), "member is 77; give a whole number from 1 to"),
    ],
)
def test_a_mistake_is_one_line(capsys, run, words, message):
    assert main(["evaluate", str(run.folder), *QUICK, *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert captured.err.count("\n") == 1


@pytest.fixture
def service(monkeypatch, tmp_path):
    """The replayed service of an account with ibm_lima, which runs jobs on Aer (see `live_runs`)."""
    made = quick_service(monkeypatch, tmp_path)
    made.backends = {"ibm_lima": "lima"}
    install_sampler(made, hwcost.noisy_backend("fake_lima"), seconds=9.0)
    return made


ON_LIMA = ("--backend", "ibm_lima", "--max-qpu-time", "5min")


def test_on_a_live_device(capsys, run, service):
    words = [*map(str, ("evaluate", run.folder, *QUICK)), *ON_LIMA]
    assert main([word for word in words if word != "-q"]) == 0
    captured = capsys.readouterr()
    assert "Member 1 on ibm_lima" in captured.out
    assert "compiled circuits on the live device" in captured.out
    plan, sent, status = captured.err.splitlines()
    assert plan.startswith("nas: sending 4 circuits of 64 shots in 1 job on ibm_lima, predicted to take ")
    assert sent.startswith("nas: job sent1 is at IBM: 4 circuits, at most 300 s of QPU time")
    assert status == "nas: job sent1: done"


def test_what_was_sent_is_said_even_when_quiet(capsys, run, service):
    assert main([*map(str, ("evaluate", run.folder, *QUICK)), *ON_LIMA, "--format", "json"]) == 0
    captured = capsys.readouterr()
    live = json.loads(captured.out)["live"]
    assert (live["qpu_time_s"], live["jobs"][0]["job_id"]) == (9.0, "sent1")
    (line,) = captured.err.splitlines()
    assert line.startswith("nas: job sent1 is at IBM")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--backend", "ibm_lima"),
            "nothing was sent, because it is billed: 4 circuits of 64 shots in 1 job on ibm_lima",
        ),
        (("--backend", "ibm_lima", "--max-qpu-time", "1s"), "nothing was sent, because --max-qpu-time is 1 s"),
        (("--backend", "ibm_fez", "--max-qpu-time", "1min"), "ibm_fez: the account has no such backend"),
        (("--backend", "ibm_lima", "--member", "77"), "member is 77; give a whole number from 1 to"),
    ],
)
def test_nothing_is_sent_and_one_line_says_why(capsys, run, service, words, message):
    test_a_mistake_is_one_line(capsys, run, words, message)
    assert "run" not in service.asked()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (replay.answering(401), "ibm_lima: IBM rejects the account's token (HTTP 401)"),
        (replay.raising(replay.dns_failure), "ibm_lima: no network"),
    ],
)
def test_what_the_service_says_is_one_line_without_the_token(capfd, run, service, answer, message):
    service.answers["run"] = answer
    assert main([*map(str, ("evaluate", run.folder, *QUICK)), *ON_LIMA]) == 2
    captured = capfd.readouterr()
    assert captured.err.startswith(f"nas: {message}")
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert replay.TOKEN not in captured.err


def test_ctrl_c_leaves_the_identifiers_of_the_jobs(capsys, run, service, tmp_path):
    def answer(call):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        return states("Queued")(call)

    service.answers["sent1"] = answer
    folder = shutil.copytree(run.folder, tmp_path / "run")
    words = list(map(str, ("evaluate", folder, *QUICK, *ON_LIMA)))
    assert main(words) == 130
    sent, lost = capsys.readouterr().err.splitlines()
    assert "job sent1 is at IBM" in sent
    assert lost.startswith("nas: stopped; 1 job at IBM will run and be billed (sent1), the same command reads the res")
    service.answers.clear()
    assert main([word for word in words if word != "-q"]) == 0
    captured = capsys.readouterr()
    plan, status = captured.err.splitlines()
    assert plan.startswith("nas: job sent1 was sent at 20")
    assert status == "nas: job sent1: done"
    assert "sent1" in captured.out
