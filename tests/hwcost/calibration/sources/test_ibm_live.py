"""Live backends against replayed replies: the client is genuine, the service is not (see `replay`).

What this cannot show: that IBM's service answers like this. Nothing here ever talks to it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from qiskit.circuit.library import real_amplitudes
from qiskit_ibm_runtime import QiskitRuntimeService

import replay
from hwcost.calibration.fractional import usable_fractional_gates
from hwcost.calibration.fractional import with_fractional_gates as with_fractional
from hwcost.calibration.sources.ibm_fake import load_fake_backend
from hwcost.calibration.sources.ibm_live import is_live_name, load_live_backend, parse_at
from hwcost.core.errors import OptionError, UnknownBackendError
from hwcost.estimation.estimate import estimate
from replay import failure

MARCH = datetime(2025, 3, 1, 12, tzinfo=UTC)
SNAPSHOT = datetime(2024, 5, 27, 18, 27, 23, tzinfo=UTC)  # of manila
PROVENANCE = {"name", "source", "origin", "licence"}


@pytest.fixture(autouse=True)
def service(monkeypatch, tmp_path):
    """The replayed service, between every client of this process and the network."""
    return replay.install(monkeypatch, tmp_path)


# --- names and dates -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ibm_torino", " IBM_Torino ", "ibm_x2", "ibm_new_york"])
def test_names_of_live_backends(name):
    assert is_live_name(name)


@pytest.mark.parametrize(
    "name", ["torino", "fake_torino", "FakeTorino", "ibm_", "ibm_torino.json", "./ibm_torino", "ibmq_manila", ""]
)
def test_names_that_are_not_live(name):
    assert not is_live_name(name)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01", "2026-03-01T23:59:59+00:00"),  # the calibrations of that day count
        (" 2024-02-29 ", "2024-02-29T23:59:59+00:00"),
        ("2026-03-01T12:30", "2026-03-01T12:30:00+00:00"),
        ("2026-03-01 12:30:05Z", "2026-03-01T12:30:05+00:00"),
        ("2026-03-01T00:30+02:00", "2026-02-28T22:30:00+00:00"),
    ],
)
def test_dates(text, moment):
    assert parse_at(text, now=datetime(2026, 11, 1, tzinfo=UTC)).isoformat() == moment


def test_today_means_now():
    now = datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert parse_at("2026-11-01", now=now) == now
    assert parse_at("2026-11-02", now=now) == datetime(2026, 11, 2, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-02-30", "2026-13-01", "01.03.2026", "20260301", "2026-W09-7", "0001-01-01T00:00+02:00"],
)
def test_texts_that_are_no_dates(text):
    with pytest.raises(OptionError, match="is not a date; write it as 2026-03-01") as caught:
        parse_at(text)
    assert "\n" not in str(caught.value)


# --- what is read ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("device", ["torino", "sherbrooke", "manila"])
def test_live_values_are_those_of_the_snapshot_to_the_last_digit(service, device):
    service.backends = {f"ibm_{device}": device}
    live, fake = load_live_backend(f"ibm_{device}"), load_fake_backend(device)
    different = {f.name for f in fields(live) if f.compare and getattr(live, f.name) != getattr(fake, f.name)}
    assert different == PROVENANCE
    assert (live.name, live.source) == (f"ibm_{device}", "live")
    assert live.origin.startswith("IBM Quantum service, read with qiskit-ibm-runtime 0.")


def test_fractional_gates_of_a_live_backend_are_read_beside_its_basis(service):
    service.backends = {"ibm_fez": "fez"}

    def with_fractional_gates(call):
        status, document = service.ordinary(call)
        return status, {**document, "basis_gates": [*document["basis_gates"], "rx", "rzz"]}  # as the service lists them

    service.answers["configuration"] = with_fractional_gates
    live, fake = load_live_backend("ibm_fez"), load_fake_backend("fez")
    assert live.basis_gates == fake.basis_gates
    assert usable_fractional_gates(live) == ("rx", "rzz")
    assert with_fractional(live).basis_gates == (*fake.basis_gates, "rx", "rzz")
    key = next((gate.name, gate.qubits) for gate in fake.gates if gate.name == "rzz")
    assert live.gate(*key) == fake.gate(*key)


def test_estimate_of_a_live_backend_is_that_of_the_snapshot(service):
    service.backends = {"ibm_torino": "torino"}
    circuit = real_amplitudes(4, reps=1, entanglement="linear")
    circuit = circuit.assign_parameters([0.1 * k for k in range(circuit.num_parameters)])
    circuit.measure_all()
    live, fake = (
        estimate(circuit, backend, shots=1000, num_seeds=1, seed=7).to_dict()
        for backend in (load_live_backend("ibm_torino"), load_fake_backend("torino"))
    )
    for cost in (live, fake):
        for key in ("name", "source", "origin"):
            cost["backend"].pop(key, None)
        # A live device's repetition delay is its own, that of a snapshot is said to be one.
        assert len(cost["backend"].pop("assumptions")) == (cost is fake)
        cost["backend"].pop("snapshot_age_days")  # the clock moves between the two
        cost["backend"]["snapshot_date"] = datetime.fromisoformat(cost["backend"]["snapshot_date"]).timestamp()
    text = json.dumps(live, sort_keys=True).replace("ibm_torino", "fake_torino")
    assert text == json.dumps(fake, sort_keys=True)


def test_requests_that_the_client_makes(service):
    load_live_backend("ibm_manila")
    assert [what for what in service.asked() if what != "token"] == [
        "instances",
        "plan",
        "backends",
        "configuration",
        "properties",
    ]
    assert service.calls[-1].query == {}
    assert {call.host.removesuffix(".cloud.ibm.com") for call in service.calls} == {
        "iam",
        "api.global-search-tagging",
        "globalcatalog",
        "quantum",
    }


def test_a_past_day_is_asked_for_in_utc(service):
    calibration = load_live_backend("ibm_manila", at=datetime.fromisoformat("2025-03-01T12:00:00+02:00"))
    assert service.calls[-1].what == "properties"
    assert service.calls[-1].query == {"updated_before": ["2025-03-01T10:00:00+00:00"]}
    assert calibration.origin.endswith(", last calibration before 2025-03-01 10:00:00 UTC")
    assert calibration.snapshot_date == SNAPSHOT


def test_dates_are_in_utc_wherever_the_machine_is(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        calibration = load_live_backend("ibm_manila", at=MARCH.replace(tzinfo=None))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert calibration.snapshot_date == SNAPSHOT
    dates = [date for record in (*calibration.qubits, *calibration.gates) for date in record.dates.values()]
    assert {date.tzinfo for date in dates} == {UTC}


def test_a_known_fault_of_the_client_offsets_are_lost(service):
    # Should IBM ever send dates with an offset, they would be read as UTC; this test is here to say so.
    def with_offset(call):
        document = replay.documents("manila")[1]
        return 200, {**document, "last_update_date": "2025-02-26T15:26:08-05:00"}

    service.answers["properties"] = with_offset
    assert load_live_backend("ibm_manila").snapshot_date == datetime(2025, 2, 26, 15, 26, 8, tzinfo=UTC)


@pytest.mark.parametrize("instance", ["open-instance", replay.CRN])
def test_instance_and_channel(service, instance):
    calibration = load_live_backend("ibm_manila", instance=instance, channel="ibm_quantum_platform", at=MARCH)
    assert calibration.num_qubits == 5
    assert service.calls[-1].headers["Service-CRN"] == replay.CRN
    assert replay.CRN not in repr(calibration)  # the account's number is nobody's business


def test_a_saved_account(monkeypatch, tmp_path):
    monkeypatch.delenv("QISKIT_IBM_TOKEN")
    QiskitRuntimeService.save_account(
        token=replay.TOKEN, channel="ibm_quantum_platform", filename=str(replay.accounts_file(tmp_path))
    )
    assert load_live_backend("ibm_manila").num_qubits == 5


def test_a_service_that_is_signed_in_already(service):
    signed_in = QiskitRuntimeService(channel="ibm_quantum_platform", token=replay.TOKEN)
    service.calls.clear()
    assert load_live_backend("ibm_manila", service=signed_in).num_qubits == 5
    assert service.asked()[-2:] == ["configuration", "properties"]
    assert "instances" not in service.asked()
    with pytest.raises(OptionError, match="exclude each other"):
        load_live_backend("ibm_manila", service=signed_in, channel="ibm_cloud")


def test_many_at_once(service):
    handlers = list(logging.getLogger("qiskit_ibm_runtime").handlers)
    signed_in = QiskitRuntimeService(channel="ibm_quantum_platform", token=replay.TOKEN)
    found = {}

    def load(number):
        name = ("ibm_manila", "ibm_lagos")[number % 2]
        found[number] = load_live_backend(name, service=signed_in if number < 4 else None)

    threads = [threading.Thread(target=load, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number].num_qubits for number in range(6)] == [5, 7] * 3
    assert found[0] == found[4]
    assert logging.getLogger("qiskit_ibm_runtime").handlers == handlers


# --- time ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def released():
    """Set at the end, so that no thread outlives its test."""
    event = threading.Event()
    yield event
    event.set()
    for thread in threading.enumerate():
        if thread.name == "hwcost-live":
            thread.join(10)


@pytest.mark.parametrize(
    ("what", "step"),
    [
        ("token", "signing in"),
        ("backends", "signing in"),
        ("configuration", "looking for the backend"),
        ("properties", "reading the properties"),
    ],
)
def test_time_limit_ends_a_stalled_read(service, released, what, step):
    service.answers[what] = replay.stalling(released)
    start = time.monotonic()
    assert f"no answer from IBM within 0.3 s while {step}; a proxy or firewall may" in failure(time_limit_s=0.3)
    assert time.monotonic() - start < 1.0


def test_abandoned_thread_stays_silent_and_leaves_the_logs_as_they_were(service, released, capfd):
    handlers = list(logging.getLogger("qiskit_ibm_runtime").handlers)
    service.answers["backends"] = replay.stalling(released)
    failure(time_limit_s=0.3)
    released.set()
    for thread in threading.enumerate():
        if thread.name == "hwcost-live":
            thread.join(10)
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("qiskit_ibm_runtime").handlers == handlers
    assert not any(handler.filters for handler in handlers)
    assert not logging.lastResort.filters


def test_unknown_backend_is_known_before_the_names_to_suggest_are(service, released):
    service.answers["configuration"] = replay.stalling(released)
    message = failure("ibm_manilla", UnknownBackendError, time_limit_s=0.5)
    assert message == "ibm_manilla: the account has no such backend"


@contextlib.contextmanager
def silent_proxy():
    """A port of this machine that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server, f"http://127.0.0.1:{server.getsockname()[1]}"


def a_process_behind(proxy, tmp_path, code):
    """Python with the client's requests sent to `proxy` on this machine, so that none can leave it."""
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    environment |= {
        "HTTPS_PROXY": proxy,
        "HTTP_PROXY": proxy,
        "HOME": str(tmp_path),
        "PYTHONWARNINGS": "error::UserWarning",
    }
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_process_behind_a_silent_proxy_ends(tmp_path):
    code = """
        import time
        import qiskit_ibm_runtime
        from hwcost.core.errors import CalibrationError
        from hwcost.calibration.sources.ibm_live import load_live_backend
        start = time.monotonic()
        try:
            load_live_backend("ibm_manila", time_limit_s=1.0)
        except CalibrationError as error:
            print(error)
        print(time.monotonic() - start < 2.0)
    """
    with silent_proxy() as (_, proxy):
        process = a_process_behind(proxy, tmp_path, code)
        out, err = process.communicate(timeout=30)
    assert out.startswith("ibm_manila: no answer from IBM within 1 s while signing in; a proxy or firewall")
    assert out.endswith("True\n")
    assert (process.returncode, err) == (0, "")


def test_ctrl_c_ends_the_wait(tmp_path):
    code = """
        from hwcost.calibration.sources.ibm_live import load_live_backend
        load_live_backend("ibm_manila", time_limit_s=60.0)
    """
    with silent_proxy() as (server, proxy):
        process = a_process_behind(proxy, tmp_path, code)
        server.settimeout(30)
        connection, _ = server.accept()  # the client has begun
        with connection:
            time.sleep(0.2)
            start = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
    assert time.monotonic() - start < 5.0
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert process.returncode != 0


def test_a_dead_proxy_is_not_taken_for_a_bad_token(tmp_path):
    with silent_proxy() as (server, proxy):
        server.close()  # the port is free again: connections are refused
        process = a_process_behind(
            proxy,
            tmp_path,
            'from hwcost.calibration.sources.ibm_live import load_live_backend; load_live_backend("ibm_manila")',
        )
        _, err = process.communicate(timeout=30)
    assert "CalibrationError: ibm_manila: the proxy cannot be reached or refuses; check HTTPS_PROXY" in err
    assert "kinds of the client's errors: InvalidAccountError < " in err
    assert "During handling" not in err
    assert replay.TOKEN not in err
