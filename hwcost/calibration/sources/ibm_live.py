"""Calibrations of live IBM backends, read through `QiskitRuntimeService` under a time limit of our own.

Tested by replay: the client was run against responses built from the fake provider's snapshots, and against dead and
silent proxies on this machine. It was never run against IBM's service.

The client may wait for a minute, or for ever, and offers no limit. It therefore runs in a daemon thread that is
abandoned when the limit is over: a thread cannot be ended from outside, but this one neither prints nor keeps the
process from exiting, and Ctrl-C reaches the caller at once. (A child process could be ended, but could not use a
`service` that the caller has signed in to, and would import the client a second time.)

The client also hides why it fails: a dead network becomes "check your API token", or an empty list of backends and a
line in a log. So the whole chain of exceptions is looked at, and its log is listened to for those that it swallowed.
Only kinds of exceptions and HTTP statuses go into our messages, and our exceptions have no chain: the client's texts,
requests and stack frames may hold the account's token.

Dates: the client reads every date as UTC, even one with another offset. What IBM sends is taken to be UTC.
"""

from __future__ import annotations

import inspect
import logging
import os
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from hwcost.calibration.fractional import without_fractional_gates
from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_json import parse_ibm_json
from hwcost.calibration.sources.ibm_live_errors import (
    LIVE_PREFIX,
    RETIRED_STATUSES,
    Failure,
    Request,
    Step,
    explain,
    moment_text,
    no_backends,
    no_instance,
    no_properties,
    retired,
    symptoms,
    too_slow,
    unknown,
    utc,
)
from hwcost.core.errors import (
    CalibrationError,
    InputError,
    MissingDependencyError,
    OptionError,
    UnknownBackendError,
)
from hwcost.core.text import one_line

CHANNELS = ("ibm_quantum_platform", "ibm_cloud")
DEFAULT_TIME_LIMIT_S = 30.0
LONGEST_TIME_LIMIT_S = 86_400.0

_Answer = TypeVar("_Answer")

_LIVE_NAME = re.compile(LIVE_PREFIX + r"[a-z0-9_]+")
_BACKEND_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(_DAY.pattern + r"[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)

_CLIENT = "qiskit_ibm_runtime"
_CLIENT_DISTRIBUTION = "qiskit-ibm-runtime"
# The client's words when it has swallowed an error; the same in all versions from 0.40 to 0.51.
_LISTING_FAILED = "Invalid instance"
_TERMINALS = (logging.StreamHandler, type(logging.lastResort))
_CLOCK_SLACK = timedelta(days=1)  # clocks that differ are no reason to doubt an answer


def is_live_name(name: str) -> bool:
    """Return whether `name` is a live backend: `ibm_torino` is, `torino`, `fake_torino` and file names are not.

    Example:
        >>> is_live_name("ibm_torino"), is_live_name("torino"), is_live_name("ibm_torino.json")
        (True, False, False)
    """
    return _LIVE_NAME.fullmatch(name.strip().lower()) is not None


def claims(given: object) -> bool:
    """Return whether it is the name of a live backend."""
    return isinstance(given, str) and is_live_name(given)


def read(name: str, **options: Any) -> Calibration:
    """Ask IBM, see `load_live_backend`."""
    return load_live_backend(name, **options)


def parse_at(text: str, *, now: datetime | None = None) -> datetime:
    """Read the moment (UTC) that a date or a date with a time of day means; without offset it is UTC.

    A day stands for its end, so that the calibrations of that day count; today stands for now.

    Args:
        text: Such as `2026-03-01`, `2026-03-01T12:00` or `2026-03-01T12:00:00+02:00`.
        now: Reference for today; the clock by default.

    Raises:
        OptionError: The text is none of these.

    Example:
        >>> parse_at("2026-03-01").isoformat()
        '2026-03-01T23:59:59+00:00'
        >>> parse_at("2026-03-01 12:00+02:00").isoformat()
        '2026-03-01T10:00:00+00:00'
    """
    text = text.strip()
    try:
        if _DAY.fullmatch(text):
            end = datetime.fromisoformat(text).replace(hour=23, minute=59, second=59, tzinfo=UTC)
            now = utc(now or datetime.now(UTC))
            return now if end > now and end.date() == now.date() else end
        if _MOMENT.fullmatch(text):
            return utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass  # 2026-02-30
    raise OptionError(f"{one_line(text)!r} is not a date; write it as 2026-03-01 or 2026-03-01T12:00 (UTC)")


def parse_day(text: str) -> datetime:
    """Read the moment (UTC) at which a day begins, or that a date with a time of day means.

    Raises:
        OptionError: The text is neither.

    Example:
        >>> parse_day("2026-03-01").isoformat(), parse_day("2026-03-01T12:00").isoformat()
        ('2026-03-01T00:00:00+00:00', '2026-03-01T12:00:00+00:00')
    """
    moment = parse_at(text)
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) if _DAY.fullmatch(text.strip()) else moment


def load_live_backend(
    name: str,
    *,
    instance: str | None = None,
    channel: str | None = None,
    at: datetime | None = None,
    time_limit_s: float = DEFAULT_TIME_LIMIT_S,
    service: Any = None,
) -> Calibration:
    """Load the calibration that a live IBM backend reports now, or reported at a past moment.

    The account is the one that the client finds: saved, or in QISKIT_IBM_TOKEN and its sisters. Basis gates are those
    that `service.backend(name)` shows by default; the values of fractional gates are read beside them.

    Args:
        name: Name of the backend, such as `ibm_torino`.
        instance: Service instance (name or CRN); all of the account by default.
        channel: `ibm_quantum_platform` (the client's default) or `ibm_cloud`.
        at: Take the last calibration before this moment (UTC if naive); see `parse_at`.
        time_limit_s: Seconds for everything together, the import of the client apart. Afterwards the client is left
            to itself in a daemon thread.
        service: A `QiskitRuntimeService` to use instead of signing in. After a time-out leave it alone: the abandoned
            thread still holds it.

    Raises:
        UnknownBackendError: The account has no such backend, or it is retired.
        CalibrationError: No account, no network, a rejected token, no answer in time, nothing for that date, …
        OptionError: The time limit or the combination of options is invalid.
        MissingDependencyError: qiskit-ibm-runtime is not installed.
    """
    request = checked_backend(name, instance, channel, at, time_limit_s, service)
    client = import_client()
    progress = Progress()

    def ask() -> Calibration | Failure:
        found = find_backend(client, service, request, progress)
        return found if isinstance(found, Failure) else found.calibration

    return answer_within(time_limit_s, ask, request=request, progress=progress)


def answer_within(
    time_limit_s: float,
    ask: Callable[[], _Answer | Failure],
    *,
    request: Request,
    progress: Progress,
    kind: type[InputError] = CalibrationError,
) -> _Answer:
    """Return what `ask` returns, from a daemon thread that is abandoned when the time is over.

    Raises:
        UnknownBackendError: The account has no such backend, or it is retired.
        InputError: Any other failure, of the given kind.
    """
    outcomes: SimpleQueue[_Answer | Failure] = SimpleQueue()

    def read() -> None:
        try:
            outcomes.put(ask())
        except Exception as error:
            outcomes.put(explain(request, progress.step, symptoms(error)))

    threading.Thread(target=read, name="hwcost-live", daemon=True).start()
    outcome: _Answer | Failure
    try:
        outcome = outcomes.get(timeout=time_limit_s)
    except Empty:
        outcome = progress.fallback or too_slow(request, progress.step, time_limit_s)
    if not isinstance(outcome, Failure):
        return outcome
    failure = (UnknownBackendError if outcome.is_unknown else kind)(outcome.message)
    if outcome.trail:
        failure.add_note(f"kinds of the client's errors: {outcome.trail}")  # only a traceback shows notes
    raise failure


@dataclass(slots=True, kw_only=True)
class Progress:
    """Written by the reading thread, read by the waiting one.

    Attributes:
        step: What is being done.
        fallback: What is known already, if time runs out while a better message is being made.
    """

    step: Step = "signing in"
    fallback: Failure | None = None


@dataclass(slots=True, kw_only=True)
class Swallowed:
    """Errors that the client logged and dropped, with the text of the log line."""

    errors: list[tuple[str, BaseException]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBackend:
    """A live backend.

    Attributes:
        backend: The client's object.
        service: The client's service that it is of.
        calibration: What it reports.
    """

    backend: Any = field(repr=False)
    service: Any = field(repr=False)
    calibration: Calibration


def checked_backend(
    name: str, instance: str | None, channel: str | None, at: datetime | None, time_limit_s: float, service: Any
) -> Request:
    """Return the request for one backend, once its name and options are known to be valid.

    Raises:
        UnknownBackendError: It is no name of a backend.
        CalibrationError: As `checked_request`.
        OptionError: As `checked_request`.
    """
    name = name.strip().lower()
    if not _BACKEND_NAME.fullmatch(name):
        raise UnknownBackendError(f"{one_line(name)[:60]!r} is not the name of a backend; write it as 'ibm_torino'")
    return checked_request(name, instance, channel, at, time_limit_s, service)


def checked_request(
    name: str, instance: str | None, channel: str | None, at: datetime | None, time_limit_s: float, service: Any
) -> Request:
    """Return the request, once its options are known to be valid.

    Raises:
        CalibrationError: There is no such channel, or the date lies in the future.
        OptionError: The time limit or the combination of options is invalid.
    """
    if channel is not None and channel not in CHANNELS:
        raise CalibrationError(f"unknown channel {one_line(channel)[:60]!r}; the channels are {' and '.join(CHANNELS)}")
    if channel is not None and service is not None:
        raise OptionError("channel and service exclude each other; the service has signed in to a channel already")
    if not 0.0 < time_limit_s <= LONGEST_TIME_LIMIT_S:
        raise OptionError(f"time limit {time_limit_s:g} s; it must lie above 0 and up to {LONGEST_TIME_LIMIT_S:g} s")
    if at is not None:
        at = utc(at)
        if at > datetime.now(UTC):
            raise CalibrationError(
                f"{moment_text(at)} lies in the future; leave the date out for the newest calibration"
            )
    return Request(name=name, instance=instance, channel=channel, at=at)


def import_client() -> Any:
    """Return the imported client.

    Raises:
        MissingDependencyError: It is not installed.
    """
    try:
        import qiskit_ibm_runtime
    except ImportError as error:
        raise MissingDependencyError(
            f"live backends need {_CLIENT_DISTRIBUTION}; `pip install {_CLIENT_DISTRIBUTION}` installs it"
        ) from error
    # The client says this when the network fails between two requests; the failure is explained here.
    warnings.filterwarnings("ignore", message="Unable to retrieve IBM Cloud access token", category=UserWarning)
    return qiskit_ibm_runtime


def find_backend(client: Any, service: Any, request: Request, progress: Progress) -> FoundBackend | Failure:
    """Do all that touches the network; runs in the thread that may be abandoned."""
    where = {} if request.instance is None else {"instance": request.instance}
    with listening() as swallowed:
        try:
            if service is None:
                channel = {} if request.channel is None else {"channel": request.channel}
                service, where = client.QiskitRuntimeService(**channel, **where), {}
            progress.step = "looking for the backend"
            backend = service.backend(request.name, **where, **_with_fractional_gates(service))
            if type(backend).__name__ == "IBMRetiredBackend":
                return retired(request)
            calibration = _calibration(client.__version__, backend, request, progress)
            return FoundBackend(backend=backend, service=service, calibration=calibration)
        except CalibrationError as error:
            return Failure(message=str(error))  # our own words
        except Exception as error:
            signs = symptoms(error)
            if progress.step == "looking for the backend" and "QiskitBackendNotFoundError" in signs.kinds:
                return _not_found(service, where, request, progress, swallowed)
            return explain(request, progress.step, signs)


def _calibration(version: str, backend: Any, request: Request, progress: Progress) -> Calibration:
    name, at = request.name, request.at
    conf = backend.configuration().to_dict()
    online = conf.get("online_date")
    if at is not None and isinstance(online, datetime) and at < utc(online):
        raise CalibrationError(f"{name}: {moment_text(at)} is before the device came online on {moment_text(online)}")
    progress.step = "reading the properties"
    properties = backend.properties() if at is None else backend.properties(datetime=at)
    if properties is None:
        raise CalibrationError(f"{name}: {no_properties(request)}")
    origin = f"IBM Quantum service, read with {_CLIENT_DISTRIBUTION} {version}"
    calibration = parse_ibm_json(
        _in_utc(properties.to_dict()),
        conf,
        name=name,
        source="live",
        origin=origin if at is None else f"{origin}, last calibration before {moment_text(at)}",
    )
    calibration = without_fractional_gates(calibration)
    date = calibration.snapshot_date
    if at is not None and date is not None and date > at + _CLOCK_SLACK:
        raise CalibrationError(
            f"{name}: asked for the last calibration before {moment_text(at)}, IBM sent that of {moment_text(date)}; "
            "it keeps none as old as that, try a later date"
        )
    return calibration


def _with_fractional_gates(service: Any) -> dict[str, Any]:
    """Return the argument by which the client shows all that the device has, fractional gates and control flow."""
    known = "use_fractional_gates" in inspect.signature(service.backend).parameters
    return {"use_fractional_gates": None} if known else {}


def _not_found(
    service: Any, where: dict[str, str], request: Request, progress: Progress, swallowed: Swallowed
) -> Failure:
    """Explain why the client found no such backend: it says so too when it could not look, or could not read it."""
    found, listing_failed = hidden_failure(request, progress, swallowed)
    if found is not None:
        return found
    progress.fallback = unknown(request, ())
    try:
        names = [backend.name for backend in service.backends(**where)]
    except Exception:
        return progress.fallback
    if not names:
        # Where the client's log is set to errors only, what it swallowed is not seen.
        return Failure(message=f"{request.name}: {no_instance(request) if listing_failed else no_backends(request)}")
    return unknown(request, names)


def hidden_failure(request: Request, progress: Progress, swallowed: Swallowed) -> tuple[Failure | None, bool]:
    """Return what the client kept to itself, and whether an instance could not be listed."""
    listing_failed = False
    for text, error in swallowed.errors:
        signs = symptoms(error)
        if signs.is_outage:
            return explain(request, progress.step, signs), listing_failed
        if text.startswith(_LISTING_FAILED):
            listing_failed = True  # one instance of several may be closed to the account
        elif signs.status in RETIRED_STATUSES:
            return retired(request), listing_failed
        else:
            return explain(request, progress.step, signs), listing_failed
    return None, listing_failed


def _in_utc(value: Any) -> Any:
    """Copy a document with all dates in UTC: the client hands them out in the time zone of the machine."""
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, dict):
        return {key: _in_utc(entry) for key, entry in value.items()}
    return [_in_utc(entry) for entry in value] if isinstance(value, list) else value


@contextmanager
def listening() -> Iterator[Swallowed]:
    """Collect what the client swallows in this thread and keep its log lines off the terminal."""
    swallowed, thread = Swallowed(), threading.get_ident()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = sys.exception()  # the client logs inside its `except` blocks
            if error is not None and record.thread == thread:
                swallowed.errors.append((str(record.msg), error))

    def is_elsewhere(record: logging.LogRecord) -> bool:
        return record.thread != thread

    logger, listener = logging.getLogger(_CLIENT), Listener(logging.WARNING)
    # Files and handlers of the application keep their lines; so does the terminal of a user who asked for a level.
    printers = [] if os.environ.get("QISKIT_IBM_RUNTIME_LOG_LEVEL") else [*logger.handlers, logging.lastResort]
    quiet = [handler for handler in printers if handler is not None and type(handler) in _TERMINALS]
    logger.addHandler(listener)
    for handler in quiet:
        handler.addFilter(is_elsewhere)
    try:
        yield swallowed
    finally:
        logger.removeHandler(listener)
        for handler in quiet:
            handler.removeFilter(is_elsewhere)
