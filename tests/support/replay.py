"""IBM's service, replayed at the transport: a genuine client, no network.

`Service` answers what `requests.adapters.HTTPAdapter.send` is asked, with replies built from the snapshots of the
installed fake provider. It proves that the client's flow works, not that IBM's real replies look like this: nothing
here was recorded from IBM's service.

The requests that the client makes (measured on the versions 0.40.1, 0.45.1 and 0.51.0): a token from iam.…, the
instances from api.global-search-tagging.…, the plan of each from globalcatalog.…, then from quantum.…/api/v1
`/backends`, `/backends/NAME/configuration` and `/backends/NAME/properties`. 0.40 sends an older IBM-API-Version, for
which `/backends` holds names instead of objects; 0.51 adds `?include_mocks=True`.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import util
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import urllib3
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from hwcost.calibration.sources.ibm_live import load_live_backend
from hwcost.core.errors import CalibrationError, HwcostError

TOKEN = "s3cret-API-key-that-nobody-may-see"
CRN = "crn:v1:bluemix:public:quantum-computing:us-east:a/0123456789:fedcba98-7654::"
PLAN = "11111111-2222"

Reply = tuple[int, Any]
Answer = Callable[["Call"], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that the client made."""

    method: str
    host: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: str = ""

    @property
    def what(self) -> str:
        """`token`, `instances`, `plan`, `backends`, `run` (a job that is sent), or the last part of the path."""
        by_host = {"iam": "token", "api": "instances", "globalcatalog": "plan"}
        if self.path.endswith("/jobs") and self.method == "POST":
            return "run"
        return by_host.get(self.host.split(".")[0], self.path.rsplit("/", maxsplit=1)[-1])


@dataclass(slots=True, kw_only=True)
class Service:
    """A service with an account that has one instance and some backends.

    Attributes:
        backends: Fake device by name of the live backend that it stands in for.
        answers: Replaces the ordinary reply, by kind of request; may raise what the transport raises.
        calls: What was asked, in order.
        instance: Name of the account's only instance.
        jobs: What the service says of each job by what is asked: `job`, `metrics`, `results`; newest first.
        run: Runs a job that is sent and returns an entry of `jobs` (see `live_runs`).
        usage: What the instance has used.
    """

    backends: Mapping[str, str] = field(default_factory=lambda: {"ibm_manila": "manila", "ibm_lagos": "lagos"})
    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    instance: str = "open-instance"
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    run: Callable[[Call], dict[str, Any]] | None = None
    usage: dict[str, Any] = field(default_factory=lambda: {"usage_limit_seconds": 600, "usage_consumed_seconds": 60})

    def send(self, request: PreparedRequest) -> Response:
        """In place of `HTTPAdapter.send`."""
        url = urlsplit(str(request.url))
        call = Call(
            method=str(request.method),
            host=str(url.hostname),
            path=url.path,
            query=parse_qs(url.query),
            headers=dict(request.headers),
            body=request.body.decode() if isinstance(request.body, bytes) else str(request.body or ""),
        )
        self.calls.append(call)
        answer = self.answers.get(call.what)
        status, body = self.ordinary(call) if answer is None else answer(call)
        response = Response()
        response.status_code = status
        response.url = str(request.url)
        response.request = request
        response.headers = CaseInsensitiveDict({"Content-Type": "application/json"})
        response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return response

    def ordinary(self, call: Call) -> Reply:
        """What the service says on a good day."""
        if call.what in _ACCOUNT:
            return _ACCOUNT[call.what](self)
        if call.what == "backends":
            return 200, {"devices": self.listing(call)}
        if call.what == "usage":
            return 200, self.usage
        if call.what == "run" and self.run is not None:
            made = self.run(call)
            name = made["job"]["id"]
            self.jobs[name] = made
            return 200, {"id": name, "backend": made["job"]["backend"]}
        if "/jobs" in call.path:
            return self.job(call)
        name = call.path.split("/")[-2]
        if name in self.backends and call.what == "status":
            return 200, {"state": True, "status": "active", "length_queue": 3, "backend_version": "1.0.0"}
        if name not in self.backends or call.what not in {"configuration", "properties"}:
            return 404, {"errors": [{"code": 1216, "message": "backend not found"}]}
        configuration, properties = documents(self.backends[name])
        return 200, {**configuration, "backend_name": name} if call.what == "configuration" else properties

    def job(self, call: Call) -> Reply:
        """The list of jobs, page by page, or what is known of one."""
        name, _, what = call.path.partition("/jobs")[2].strip("/").partition("/")
        if not name:
            wanted = call.query.get("backend", [None])[0]
            listed = [job["job"] for job in self.jobs.values() if wanted in (None, job["job"]["backend"])]
            skip, limit = (int(call.query.get(key, [default])[0]) for key, default in (("offset", 0), ("limit", 20)))
            return 200, {"jobs": listed[skip : skip + limit], "count": len(listed)}
        if name not in self.jobs or (what or "job") not in self.jobs[name]:
            return 404, {"errors": [{"code": 1291, "message": "job not found"}]}
        return 200, self.jobs[name][what or "job"]

    def listing(self, call: Call) -> list[Any]:
        """Names for clients that ask in the way of 2024, objects for newer ones."""
        if call.headers.get("IBM-API-Version", "2024") < "2025":
            return list(self.backends)
        return [{"name": name, "status": {"name": "online"}, "is_simulator": False} for name in self.backends]

    def asked(self) -> list[str]:
        """Kinds of the requests so far."""
        return [call.what for call in self.calls]


def _token(service: Service) -> Reply:
    # The client reads the times out of an access token without checking its signature.
    now = int(time.time())
    parts = [{"alg": "RS256", "typ": "JWT"}, {"iat": now, "exp": now + 3600}, {"signature": "none"}]
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    return 200, {"access_token": ".".join(encoded), "refresh_token": "not-used", "expires_in": 3600}


def _instances(service: Service) -> Reply:
    extensions = {"entitlement_type": "open"}
    item = {
        "crn": CRN,
        "name": service.instance,
        "service_plan_unique_id": PLAN,
        "doc": {"extensions": extensions},
        "tags": [],
    }
    return 200, {"items": [item], "limit": 100}


def _plan(service: Service) -> Reply:
    return 200, {"overview_ui": {"en": {"display_name": "Open"}}, "metadata": {"pricing": {"type": "free"}}}


_ACCOUNT: dict[str, Callable[[Service], Reply]] = {"token": _token, "instances": _instances, "plan": _plan}


def documents(device: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Configuration and properties of a fake device as the service would send them: with dates in UTC."""
    configuration, properties = _texts(device)
    return json.loads(configuration), json.loads(properties)


@cache
def _texts(device: str) -> tuple[str, str]:
    spec = util.find_spec("qiskit_ibm_runtime")
    folder = Path(spec.submodule_search_locations[0]) / "fake_provider" / "backends" / device
    conf, props = (json.loads((folder / f"{kind}_{device}.json").read_text("utf-8")) for kind in ("conf", "props"))
    return json.dumps(conf), json.dumps(_in_utc(props))


def _in_utc(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _in_utc(entry, name) for name, entry in value.items()}
    if isinstance(value, list):
        return [_in_utc(entry) for entry in value]
    if key in {"date", "last_update_date"}:
        return datetime.fromisoformat(value).astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def raising(make: Callable[[], Exception]) -> Answer:
    """An answer that is a failure of the transport."""

    def answer(call: Call) -> Reply:
        raise make()

    return answer


def stalling(released: threading.Event) -> Answer:
    """An answer that does not come before `released` is set."""

    def answer(call: Call) -> Reply:
        released.wait(60)
        raise ConnectionError("released")

    return answer


def install(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Service:
    """Put a service in the place of the network, and an account with `TOKEN` in that of the user's own.

    There is no saved account (it would be `accounts_file(folder)`), and no proxy of the machine that runs the tests.
    """
    for name in list(os.environ):
        if name.startswith("QISKIT_IBM") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("QISKIT_IBM_TOKEN", TOKEN)
    place = "qiskit_ibm_runtime.accounts.management._DEFAULT_ACCOUNT_CONFIG_JSON_FILE"
    monkeypatch.setattr(place, str(accounts_file(folder)))
    service = Service()
    monkeypatch.setattr(HTTPAdapter, "send", lambda adapter, request, **options: service.send(request))
    # The client's log handler holds the stderr of the moment of its import; capfd watches the real one.
    for handler in logging.getLogger("qiskit_ibm_runtime").handlers:
        if type(handler) is logging.StreamHandler:
            monkeypatch.setattr(handler, "stream", sys.__stderr__)
    return service


def accounts_file(folder: Path) -> Path:
    """Where the client looks for saved accounts after `install(…, folder)`."""
    return folder / "accounts" / "qiskit-ibm.json"


def answering(status: int, body: Any = None) -> Answer:
    """An answer that is always the same."""
    return lambda call: (status, {"errors": [{"message": "no"}]} if body is None else body)


def dns_failure() -> Exception:
    """What requests raises when an address cannot be looked up."""
    reason = urllib3.exceptions.NameResolutionError("quantum.cloud.ibm.com", None, socket.gaierror(-2, "unknown"))
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", reason))


def refused() -> Exception:
    """What requests raises when a connection is refused."""
    reason = urllib3.exceptions.NewConnectionError(None, "[Errno 111] Connection refused")
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", reason))


def failure(name: str = "ibm_manila", kind: type[HwcostError] = CalibrationError, **options: Any) -> str:
    """The message with which a backend is refused: one line, in which no token is."""
    with pytest.raises(HwcostError) as caught:
        load_live_backend(name, **options)
    assert type(caught.value) is kind, str(caught.value)
    message = str(caught.value)
    assert "\n" not in message
    assert TOKEN not in message
    return message
