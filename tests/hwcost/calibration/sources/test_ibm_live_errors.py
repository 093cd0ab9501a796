"""Every way in which a live backend cannot be read: the right line of advice, and never the token.

The client is genuine, the service is replayed (see `replay`).
"""

from __future__ import annotations

import json
import logging
import traceback
import warnings
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

import replay
from hwcost.calibration.sources.ibm_live import load_live_backend
from hwcost.calibration.sources.ibm_live_errors import symptoms
from hwcost.core.errors import CalibrationError, OptionError, UnknownBackendError
from replay import answering, dns_failure, failure, refused

MARCH = datetime(2025, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def service(monkeypatch, tmp_path):
    """The replayed service, between every client of this process and the network."""
    return replay.install(monkeypatch, tmp_path)


def test_no_account(monkeypatch, service):
    monkeypatch.delenv("QISKIT_IBM_TOKEN")
    message = failure()
    assert message.startswith("ibm_manila: no IBM Quantum account is known; save one with `QiskitRuntimeService.save")
    assert "set QISKIT_IBM_TOKEN; 'fake_manila' is an old snapshot" in message
    assert "known for channel ibm_cloud;" in failure(channel="ibm_cloud")
    assert service.calls == []


@pytest.mark.parametrize(("what", "status"), [("token", 400), ("token", 401), ("instances", 401), ("backends", 401)])
def test_rejected_token(service, what, status):
    service.answers[what] = answering(status)
    assert f"IBM rejects the account's token (HTTP {status}); make an API key" in failure()


def test_token_in_brackets(monkeypatch):
    monkeypatch.setenv("QISKIT_IBM_TOKEN", "{" + replay.TOKEN + "}")
    assert "the client refuses the account's token; check" in failure()


@pytest.mark.parametrize("what", ["token", "instances", "plan", "backends", "configuration", "properties"])
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (dns_failure, "no network: IBM's address cannot be looked up (DNS)"),
        (refused, "no network: the connection is refused or broken"),
        (lambda: requests.ReadTimeout("slow"), "no network: IBM does not answer"),
        (lambda: requests.exceptions.ProxyError("proxy"), "the proxy cannot be reached or refuses; check HTTPS_PROXY"),
        (lambda: requests.exceptions.SSLError("cert"), "the TLS certificate is not accepted"),
        (lambda: requests.exceptions.RetryError("too many 500"), "IBM's service keeps failing (HTTP 5xx)"),
    ],
)
def test_network_failures_at_every_request(service, capfd, what, make, expected):
    service.answers[what] = replay.raising(make)
    assert expected in failure()
    assert capfd.readouterr() == ("", "")  # the client's own lines would blame the token or the instance


def test_network_that_fails_between_two_requests(service):
    # The client then warns, and goes on with the key itself in place of an access token.
    def only_once(call):
        if service.asked().count("token") > 1:
            raise dns_failure()
        return service.ordinary(call)

    service.answers["token"] = only_once
    service.answers["backends"] = replay.raising(dns_failure)
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        assert "no network: IBM's address cannot be looked up (DNS)" in failure()
    assert shown == []


def test_log_lines_of_the_libraries_below_stay_off_the_terminal(service, capfd, monkeypatch):
    # The SDK logs a traceback of a refused certificate; Python prints it where no logging is set up.
    monkeypatch.setattr(logging.root, "handlers", [])
    service.answers["instances"] = replay.raising(lambda: requests.exceptions.SSLError("cert"))
    assert "the TLS certificate is not accepted" in failure()
    assert capfd.readouterr() == ("", "")
    logging.getLogger("hwcost.another").warning("of another thread")
    assert capfd.readouterr().err == "of another thread\n"


@pytest.mark.parametrize("what", ["token", "instances", "backends", "configuration", "properties"])
def test_service_trouble(service, what):
    service.answers[what] = answering(503)
    assert "IBM's service fails (HTTP 503); try again later; 'fake_manila'" in failure()


def test_page_of_a_captive_portal(service):
    service.answers["token"] = answering(200, b"<html>Please log in</html>")
    assert "a proxy or the log-in page of a network may sit in between" in failure()


def test_unknown_backend(service):
    message = failure("ibm_manilla", UnknownBackendError)
    assert message == (
        "ibm_manilla: the account has no such backend; did you mean 'ibm_manila'? (it has ibm_lagos, ibm_manila)"
    )
    # A device that the account does not list and of which there is a snapshot is probably gone.
    message = failure("ibm_brisbane", UnknownBackendError)
    assert "did you mean" not in message
    assert "it may be retired; 'fake_brisbane' is an old snapshot" in message


@pytest.mark.parametrize("name", ["", "ibm torino", "../ibm_manila", "ibm_" + "x" * 100, "ibm_manila\nibm_lagos"])
def test_names_that_cannot_be(service, name):
    assert "is not the name of a backend" in failure(name, UnknownBackendError)
    assert service.calls == []


def test_retired_backend_that_is_still_listed(service):
    service.answers["configuration"] = answering(404)
    assert "ibm_manila: the backend is retired; 'fake_manila'" in failure(kind=UnknownBackendError)


def test_retired_backend_that_the_client_knows_as_such():
    class IBMRetiredBackend:
        pass

    class Service:
        def backend(self, name):
            return IBMRetiredBackend()

    assert "ibm_manila: the backend is retired" in failure(kind=UnknownBackendError, service=Service())


def test_configuration_that_the_client_cannot_read(service):
    service.answers["configuration"] = answering(200, {"n_qubits": 5, "online_date": "soon"})
    assert "the client failed while looking for the backend (ValueError)" in failure()


@pytest.mark.parametrize("answer", [answering(200, {}), answering(404)])
def test_backend_without_properties(service, answer):
    service.answers["properties"] = answer
    assert "ibm_manila: the backend has no properties (a simulator, or just retired)" in failure()
    assert "IBM has no properties from before 2025-03-01 12:00:00 UTC; try a later date" in failure(at=MARCH)


def test_simulator(service):
    configuration = replay.documents("manila")[0]
    service.answers["configuration"] = answering(
        200, {**configuration, "simulator": True, "backend_name": "ibm_manila"}
    )
    assert "the backend has no properties (a simulator" in failure()


def test_unknown_instance(service):
    assert "the account has no instance 'gold'; leave it out to search all of them" in failure(instance="gold")
    other = replay.CRN.replace("0123456789", "9876543210")
    service.answers["backends"] = answering(403)
    assert f"the account has no instance '{other}'" in failure(instance=other)


def test_account_without_any_instance(service):
    service.answers["instances"] = answering(200, {"items": []})
    # 0.40 goes on without instances, later clients refuse.
    with pytest.raises(CalibrationError, match="no instance that matches|shows no backends at all; check the network"):
        load_live_backend("ibm_manila")


def test_a_client_that_logs_errors_only_is_not_believed(service):
    service.answers["backends"] = replay.raising(dns_failure)
    logger = logging.getLogger("qiskit_ibm_runtime")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        assert "the account shows no backends at all; check the network and the instance; 'fake_manila'" in failure()
    finally:
        logger.setLevel(level)


def test_unknown_channel(monkeypatch, service):
    assert "unknown channel 'ibm_quantum'; the channels are ibm_quantum_platform and" in failure(channel="ibm_quantum")
    assert service.calls == []
    monkeypatch.setenv("QISKIT_IBM_CHANNEL", "moon")
    assert "the client refuses the account's channel; check the saved account" in failure()


def test_damaged_account_file(monkeypatch, tmp_path):
    monkeypatch.delenv("QISKIT_IBM_TOKEN")
    path = replay.accounts_file(tmp_path)
    path.parent.mkdir()
    path.write_text('{"default": {"token": "' + replay.TOKEN)
    assert "the file of saved accounts cannot be read; check qiskit-ibm.json" in failure()


def test_dates_without_calibration(service):
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert "lies in the future; leave the date out" in failure(at=tomorrow)
    assert service.calls == []
    message = failure(at=datetime(2020, 1, 1, tzinfo=UTC))
    assert "2020-01-01 00:00:00 UTC is before the device came online on 2021-04-28 04:00:00 UTC" in message
    assert "properties" not in service.asked()


def test_answer_that_is_newer_than_asked(service):
    message = failure(at=datetime(2022, 1, 1, tzinfo=UTC))
    assert "asked for the last calibration before 2022-01-01 00:00:00 UTC, IBM sent that of 2024-05-27" in message


def test_impossible_values_name_qubit_and_field(service):
    document = replay.documents("manila")[1]
    document["qubits"][3][0]["value"] = -1.0
    service.answers["properties"] = answering(200, document)
    assert "qubit 3: T1 is -1.0; it must be finite and not negative" in failure()


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_impossible_time_limits(limit):
    with pytest.raises(OptionError, match="time limit"):
        load_live_backend("ibm_manila", time_limit_s=limit)


# --- the token -------------------------------------------------------------------------------------------------------


def everything_about(error):
    """All that a traceback, a logger or a debugger with the chain could print of an exception."""
    links, text = [error], ""
    while links:
        link = links.pop()
        text += repr(link) + str(vars(link)) + "".join(traceback.format_exception(link))
        links += [other for other in (link.__cause__, link.__context__) if other is not None]
    return text


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        (None, None),
        ("token", answering(400, {"errorMessage": f"no such key: {replay.TOKEN}"})),
        ("token", replay.raising(lambda: requests.ConnectionError(f"apikey={replay.TOKEN}"))),
        ("instances", answering(403, {"errors": [{"message": f"{replay.TOKEN} may not"}]})),
        ("backends", answering(401, {"errors": [{"message": f"{replay.TOKEN}?"}]})),
        ("configuration", answering(500, {"errors": [{"message": f"{replay.TOKEN}?"}]})),
        ("properties", answering(400, {"errors": [{"message": f"{replay.TOKEN}?"}]})),
        ("properties", replay.raising(lambda: KeyError(replay.TOKEN))),
    ],
)
def test_the_token_is_nowhere(service, capfd, caplog, what, answer):
    caplog.set_level(logging.DEBUG)
    client = logging.getLogger("qiskit_ibm_runtime")
    client.addHandler(caplog.handler)  # it does not propagate
    if what is not None:
        service.answers[what] = answer
    try:
        calibration = load_live_backend("ibm_manila")
    except CalibrationError as error:
        seen = everything_about(error)
        assert error.__cause__ is None
        assert error.__context__ is None
    else:
        seen = repr(calibration)
    finally:
        client.removeHandler(caplog.handler)
    out, err = capfd.readouterr()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("hwcost")]
    assert replay.TOKEN not in seen + out + err + "".join(ours)
    if answer is None:
        assert replay.TOKEN not in caplog.text


def test_malformed_token_is_not_repeated(monkeypatch, tmp_path):
    monkeypatch.delenv("QISKIT_IBM_TOKEN")
    path = replay.accounts_file(tmp_path)
    path.parent.mkdir()
    saved = {"channel": "ibm_quantum_platform", "token": [replay.TOKEN], "is_default_account": True}
    path.write_text(json.dumps({"default-ibm-quantum-platform": saved}))
    with pytest.raises(CalibrationError) as caught:
        load_live_backend("ibm_manila")
    assert replay.TOKEN not in everything_about(caught.value)


def test_symptoms_look_through_the_whole_chain():
    try:
        try:
            raise refused()
        except requests.ConnectionError:
            raise ValueError("check your token")  # noqa: B904 (as the client does)
    except ValueError as error:
        found = symptoms(error)
    assert found.is_outage
    assert found.trail.startswith("ValueError < ConnectionError < MaxRetryError < NewConnectionError")
    assert replace(found, status=404).is_outage is False
