"""Why a live backend could not be read, in one line of our own, told from the kinds of the client's exceptions.

The client's own texts are not passed on: they blame the token when the network is down, and they, like the requests
and responses that hang on its exceptions, may hold the token itself. Class names and HTTP statuses cannot.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from hwcost.calibration.sources.ibm_fake import PREFIX, list_fake_backends
from hwcost.core.text import one_line

Step: TypeAlias = Literal[
    "signing in",
    "looking for the backend",
    "reading the properties",
    "reading the jobs",
    "sending the job",
    "waiting for the job",
    "reading the results",
]

LIVE_PREFIX = "ibm_"
RETIRED_STATUSES = frozenset({404, 410})

_MOST_NAMES_SHOWN = 12
_NEW_KEY = "make an API key on the IBM Quantum page and save it with `QiskitRuntimeService.save_account`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for.

    Attributes:
        name: Name of the backend.
        instance: Service instance, None for all of the account.
        channel: Channel of the account, None for the client's default.
        at: Moment whose calibration is wanted (aware), None for now.
    """

    name: str
    instance: str | None = None
    channel: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why there is no calibration: a record and no exception, because exceptions keep frames, and frames keep tokens.

    Attributes:
        message: One line for the user.
        is_unknown: Whether there is no such backend.
        trail: Kinds of the client's exceptions, for a traceback.
    """

    message: str
    is_unknown: bool = False
    trail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptoms:
    """What can be said about an exception without quoting it.

    Attributes:
        kinds: Class names of the exception, its causes and contexts, and of their base classes.
        status: HTTP status of the first response found, None if there was none.
        field: Setting of the account that the client calls invalid, None if it names none.
        trail: Class names only, outermost first.
    """

    kinds: frozenset[str]
    status: int | None
    field: str | None
    trail: str

    @property
    def is_outage(self) -> bool:
        """Whether network, service or sign-in failed, so that nothing was learnt about instances and backends."""
        return self.status in (401, 429) or (self.status or 0) >= 500 or (self.status is None and self._no_reply)

    @property
    def _no_reply(self) -> bool:
        return not self.kinds.isdisjoint(("RequestException", "gaierror", "ConnectionError", "TimeoutError"))


def symptoms(error: BaseException) -> Symptoms:
    """Collect the symptoms of an exception and of all that it was raised from or during.

    Example:
        >>> symptoms(ConnectionRefusedError(111, "Connection refused")).is_outage
        True
    """
    chain = tuple(_chain(error))
    return Symptoms(
        kinds=frozenset(cls.__name__ for link in chain for cls in type(link).__mro__),
        status=next(_statuses(chain), None),
        field=next(_fields(chain), None),
        trail=" < ".join(type(link).__name__ for link in chain),
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        link = waiting.pop(0)
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            # requests and urllib3 also keep what happened among the arguments and as a reason.
            waiting += [link.__cause__, link.__context__, *link.args, getattr(link, "reason", None)]


def _statuses(chain: Iterable[BaseException]) -> Iterator[int]:
    for link in chain:
        for holder in (link, getattr(link, "response", None), getattr(link, "http_response", None)):
            status = getattr(holder, "status_code", None)
            if isinstance(status, int) and status > 0:
                yield status


def _fields(chain: Iterable[BaseException]) -> Iterator[str]:
    for link in chain:
        # "Invalid `channel` value. …", "The apikey shouldn't start …": only the first word is safe to repeat.
        match = re.match(r"Invalid `(\w+)` value|The (apikey) shouldn't", str(getattr(link, "message", "") or link))
        if match:
            yield "token" if match[2] else match[1]


def explain(request: Request, step: Step, signs: Symptoms) -> Failure:
    """Explain what a failed step means and what to do about it."""
    return Failure(message=f"{request.name}: {_reason(request, step, signs)}", trail=signs.trail)


def _reason(request: Request, step: Step, signs: Symptoms) -> str:
    if "AccountNotFoundError" in signs.kinds:
        where = f" for channel {request.channel}" if request.channel else ""
        return (
            f"no IBM Quantum account is known{where}; save one with `QiskitRuntimeService.save_account(token=…)` "
            f"or set QISKIT_IBM_TOKEN{offline(request)}"
        )
    if signs.status is not None:
        return _status_reason(request, step, signs)
    if "IBMInputValueError" in signs.kinds and step != "sending the job":
        return no_instance(request)
    if signs.field is not None:
        return f"the client refuses the account's {signs.field}; check the saved account and the QISKIT_IBM_… variables"
    return _network_reason(request, signs) or _other_reason(step, signs)


def _status_reason(request: Request, step: Step, signs: Symptoms) -> str:
    status = signs.status or 0
    # IBM's identity service answers 400 to an unknown key.
    if status == 401 or (status == 400 and "ApiException" in signs.kinds):
        return f"IBM rejects the account's token (HTTP {status}); {_NEW_KEY}"
    if status == 403:
        return f"the account may not do this (HTTP 403, {step}); check its rights and the instance"
    if status == 429:
        return "IBM has had too many requests from this account (HTTP 429); wait a minute"
    if status in RETIRED_STATUSES and step == "reading the properties":
        return no_properties(request)
    if status >= 500:
        return f"IBM's service fails (HTTP {status}); try again later{offline(request)}"
    return f"IBM's service answers HTTP {status} while {step}; `pip install -U qiskit-ibm-runtime` may help"


def _network_reason(request: Request, signs: Symptoms) -> str | None:
    kinds = signs.kinds
    if "ProxyError" in kinds:
        return f"the proxy cannot be reached or refuses; check HTTPS_PROXY{offline(request)}"
    if "SSLError" in kinds:
        return "the TLS certificate is not accepted; a proxy may sit in between, give its certificate in SSL_CERT_FILE"
    if "RetryError" in kinds:
        return f"IBM's service keeps failing (HTTP 5xx); try again later{offline(request)}"
    if not kinds.isdisjoint(("NameResolutionError", "gaierror")):
        return f"no network: IBM's address cannot be looked up (DNS); check the connection{offline(request)}"
    # urllib3 derives its error of a refused connection from that of a timeout.
    if "NewConnectionError" not in kinds and not kinds.isdisjoint(("Timeout", "TimeoutError")):
        return f"no network: IBM does not answer; check connection and proxy{offline(request)}"
    if "ConnectionError" in kinds:
        return f"no network: the connection is refused or broken; check connection and proxy{offline(request)}"
    if "JSONDecodeError" in kinds and "RequestException" in kinds:
        return "the reply is not IBM's; a proxy or the log-in page of a network may sit in between"
    return None


def _other_reason(step: Step, signs: Symptoms) -> str:
    is_file = not signs.kinds.isdisjoint(("JSONDecodeError", "OSError")) and "RequestException" not in signs.kinds
    if step == "signing in" and is_file:
        return "the file of saved accounts cannot be read; check qiskit-ibm.json in the folder .qiskit"
    kind = signs.trail.split(" < ", maxsplit=1)[0]
    return f"the client failed while {step} ({kind}); `pip install -U qiskit-ibm-runtime` may help"


def no_instance(request: Request) -> str:
    """Return advice when no service instance matches."""
    if request.instance:
        return f"the account has no instance {one_line(request.instance)!r}; leave it out to search all of them"
    return (
        "the account has no instance that matches its saved instance, region, plan or tags; "
        "check them and QISKIT_IBM_INSTANCE"
    )


def no_backends(request: Request) -> str:
    """Return advice when the account shows nothing, for a reason that the client kept to itself."""
    return f"the account shows no backends at all; check the network and the instance{offline(request)}"


def no_properties(request: Request) -> str:
    """Return advice when a backend has no properties."""
    if request.at is not None:
        return f"IBM has no properties from before {moment_text(request.at)}; try a later date"
    return f"the backend has no properties (a simulator, or just retired), so nothing can be costed{offline(request)}"


def too_slow(request: Request, step: Step, time_limit_s: float) -> Failure:
    """Write what to say when the time limit is over."""
    return Failure(
        message=f"{request.name}: no answer from IBM within {time_limit_s:g} s while {step}; a proxy or firewall may "
        f"keep silent, and a longer time limit helps a slow line{offline(request)}"
    )


def retired(request: Request) -> Failure:
    """Write what to say about a backend that the account lists but that has gone."""
    return Failure(message=f"{request.name}: the backend is retired{offline(request)}", is_unknown=True)


def unknown(request: Request, names: Iterable[str]) -> Failure:
    """Write what to say about a backend that the account does not list, given those that it does (if known)."""
    listed = sorted(set(names))
    # Without the prefix that makes all of them alike.
    devices = {entry.removeprefix(LIVE_PREFIX): entry for entry in listed}
    near = difflib.get_close_matches(request.name.removeprefix(LIVE_PREFIX), devices, n=1)
    parts = [f"{request.name}: the account has no such backend"]
    if near:
        parts.append(f"; did you mean {devices[near[0]]!r}?")
    if listed:
        more = ", …" if len(listed) > _MOST_NAMES_SHOWN else ""
        parts.append(f" (it has {', '.join(map(one_line, listed[:_MOST_NAMES_SHOWN]))}{more})")
    snapshot = offline(request)
    parts.append(f"; it may be retired{snapshot}" if snapshot else "")
    return Failure(message="".join(parts), is_unknown=True)


def offline(request: Request) -> str:
    """Write a hint at the fake backend of the same device, empty if there is none."""
    device = PREFIX + request.name.removeprefix(LIVE_PREFIX)
    return f"; {device!r} is an old snapshot of it that needs no network" if device in list_fake_backends() else ""


def moment_text(moment: datetime) -> str:
    """Write a date with time, in UTC."""
    return f"{utc(moment):%Y-%m-%d %H:%M:%S} UTC"


def utc(moment: datetime) -> datetime:
    """Return the moment in UTC; a naive one is UTC already."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
