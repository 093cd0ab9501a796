"""Options that several commands have: times with a unit, and where a live backend is asked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from hwcost.core.click_options import REAL, options_of
from hwcost.core.errors import OptionError
from hwcost.core.text import printable, shown

_Function = TypeVar("_Function", bound=Callable[..., Any])

_LIVE = ("instance", "channel", "at", "time_limit")


def seconds(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    """Parse the seconds in `60ns`, `250us` or `2.5e-4`; a click callback."""
    if value is None:
        return None
    from hwcost.core.durations import parse_duration_s

    try:
        return parse_duration_s(value, may_be_zero=True)
    except OptionError:
        raise click.BadParameter(f"{shown(value)} is not a duration; use 60ns, 250us or seconds") from None


def live_options(function: _Function) -> _Function:
    """Add the options of live backends; `resolve_backend` takes them out again."""
    for option in (
        click.option("--time-limit", type=REAL, metavar="SECONDS", help="Longest wait for IBM. [default: 30]"),
        click.option("--at", metavar="DATE", help="Live backend as of a past day (UTC), such as 2026-03-01."),
        click.option("--channel", metavar="CHANNEL", help="Channel of a live backend. [default: ibm_quantum_platform]"),
        click.option("--instance", metavar="NAME|CRN", help="Service instance of a live backend. [default: all]"),
    ):
        function = option(function)
    return function


def days(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    """Return the days in `7d`, `36h` or `2w`; a click callback."""
    from hwcost.calibration.age import parse_age

    return None if value is None else parse_age(value)


def request_options(
    record: type[Any], names: Iterable[str] | None = None, *, defaults: Mapping[str, Any] | None = None
) -> Callable[[_Function], _Function]:
    """Return a decorator that adds the options of a request record."""
    return options_of(record, names, parsers={"time": seconds, "age": days}, defaults=defaults)


def resolve_backend(backend: str, options: dict[str, Any]) -> Any:
    """Return the calibration of a live backend, or the name or path as it is.

    Args:
        backend: What the user gave.
        options: Options of the command; those of `live_options` are removed.

    Raises:
        OptionError: An option of live backends is given for another kind.
    """
    live = {name: options.pop(name) for name in _LIVE}
    from hwcost.calibration.load import is_live

    if not is_live(backend):
        _refuse_live_options(backend, live)
        return backend
    from hwcost.calibration.sources.ibm_live import load_live_backend

    return load_live_backend(backend, **_asked_of_ibm(backend, live))


def resolve_backends(backends: Iterable[str], options: dict[str, Any]) -> list[Any]:
    """Do the same for several backends, among them `all` and names with wildcards.

    Raises:
        OptionError: An option of live backends is given and one of the backends is of another kind.
    """
    from hwcost.calibration.patterns import BackendPattern, as_pattern

    live = {name: options.pop(name) for name in _LIVE}
    resolved: list[Any] = []
    for backend in backends:
        pattern = as_pattern(backend)
        if pattern is None:
            resolved.append(resolve_backend(backend, dict(live)))
        elif pattern.is_live:
            resolved.append(BackendPattern(backend, _asked_of_ibm(backend, live)))
        else:
            _refuse_live_options(backend, live)
            resolved.append(pattern)
    return resolved


def _refuse_live_options(backend: str, live: Mapping[str, Any]) -> None:
    context = click.get_current_context(silent=True)
    for name, value in live.items():
        # A default of the user's environment or file is for those backends that it fits.
        is_default = context is not None and context.get_parameter_source(name) is ParameterSource.DEFAULT_MAP
        if value is not None and not is_default:
            raise OptionError(
                f"--{name.replace('_', '-')} is for live backends such as ibm_torino; {backend!r} is not one"
            )


def _asked_of_ibm(backend: str, live: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of `load_live_backend`, and say on a terminal that there is a wait."""
    from hwcost.calibration.sources.ibm_live import DEFAULT_TIME_LIMIT_S, parse_at

    limit_s = DEFAULT_TIME_LIMIT_S if live["time_limit"] is None else live["time_limit"]
    if sys.stderr.isatty():
        click.echo(f"hwcost: asking IBM for {printable(backend)}, for {limit_s:g} s at most", err=True)
    return {
        "instance": live["instance"],
        "channel": live["channel"],
        "at": None if live["at"] is None else parse_at(live["at"]),
        "time_limit_s": limit_s,
    }
