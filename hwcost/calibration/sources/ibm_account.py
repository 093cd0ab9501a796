"""The live backends of an IBM account, listed once and read with one sign-in: `expand`.

Tested by replay, as `ibm_live` is; it was never run against IBM's service.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_live import (
    DEFAULT_TIME_LIMIT_S,
    Progress,
    answer_within,
    checked_request,
    hidden_failure,
    import_client,
    listening,
    load_live_backend,
)
from hwcost.calibration.sources.ibm_live_errors import Failure, Request, no_backends, no_instance, unknown
from hwcost.calibration.sources.matches import LIVE, Match, fits
from hwcost.core.text import one_line


def expand(pattern: str, **options: Any) -> tuple[Match, ...] | None:
    """Return the live backends that fit a pattern which begins with `ibm`, in alphabetical order; None for another.

    Args:
        pattern: Such as `ibm_*`.
        options: Those of `load_live_backend`; the time limit is that of the listing, and of each backend after it.

    Raises:
        UnknownBackendError: The account has none that fits; the message lists what it has.
        CalibrationError: No account, no network, no answer in time, …
        OptionError: An option is invalid.
        MissingDependencyError: qiskit-ibm-runtime is not installed.
    """
    wanted = pattern.strip().lower()
    if not wanted.startswith(LIVE):
        return None
    account = _Account(wanted, **options)
    return tuple(Match(name=name, read=partial(account.read, name)) for name in account.names)


class _Account:
    """An account that is signed in to, and the names of its backends that fit a pattern."""

    def __init__(
        self,
        pattern: str,
        *,
        instance: str | None = None,
        channel: str | None = None,
        at: datetime | None = None,
        time_limit_s: float = DEFAULT_TIME_LIMIT_S,
    ) -> None:
        self._instance, self._channel, self._at, self._time_limit_s = instance, channel, at, time_limit_s
        request = checked_request(one_line(pattern)[:60], instance, channel, at, time_limit_s, None)
        client, progress = import_client(), Progress()
        self._service, self.names = answer_within(
            time_limit_s,
            lambda: _listed(client.QiskitRuntimeService, request, progress),
            request=request,
            progress=progress,
        )

    def read(self, name: str) -> Calibration:
        """Read one backend. After a failure the next one signs in anew: an abandoned thread may hold the service."""
        service, self._service = self._service, None
        channel = self._channel if service is None else None
        calibration = load_live_backend(
            name,
            instance=self._instance,
            channel=channel,
            at=self._at,
            time_limit_s=self._time_limit_s,
            service=service,
        )
        self._service = service
        return calibration


def _listed(sign_in: Callable[..., Any], request: Request, progress: Progress) -> tuple[Any, Sequence[str]] | Failure:
    """Sign in and list what fits; runs in the thread that may be abandoned."""
    channel = {} if request.channel is None else {"channel": request.channel}
    where = {} if request.instance is None else {"instance": request.instance}
    with listening() as swallowed:
        service = sign_in(**channel, **where)
        progress.step = "looking for the backend"
        names = sorted({str(backend.name) for backend in service.backends()})
        found = [name for name in names if fits(request.name, (name,))]
        if found:
            return service, found
        failure, listing_failed = hidden_failure(request, progress, swallowed)
    if failure is not None:
        return failure
    if not names:
        return Failure(message=f"{request.name}: {no_instance(request) if listing_failed else no_backends(request)}")
    return unknown(request, names)
