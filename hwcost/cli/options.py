"""Options that several commands have: times with a unit, and where a live backend is asked."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from hwcost.core.errors import OptionError

_Function = TypeVar("_Function", bound=Callable[..., Any])

_TIME = re.compile(r"([0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)\s*(s|ms|us|µs|μs|ns)?")
_LIVE = ("instance", "channel", "at", "time_limit")


def seconds(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    """The seconds in `60ns`, `250us` or `2.5e-4`; a click callback."""
    if value is None:
        return None
    found = _TIME.fullmatch(value.strip())
    if found is None:
        raise click.BadParameter(f"{value!r} is no time; give seconds, or a unit with it, such as 60ns or 250us")
    from hwcost.core.units import SECONDS_PER_UNIT

    return float(found[1]) * SECONDS_PER_UNIT[found[2] or "s"]


def live_options(function: _Function) -> _Function:
    """Adds the options of live backends; `resolve_backend` takes them out again."""
    for option in (
        click.option("--time-limit", type=float, metavar="SECONDS", help="Longest wait for IBM. [default: 30]"),
        click.option("--at", metavar="DATE", help="Live backend as of a past day (UTC), such as 2026-03-01."),
        click.option("--channel", metavar="CHANNEL", help="Channel of a live backend. [default: ibm_quantum_platform]"),
        click.option("--instance", metavar="NAME|CRN", help="Service instance of a live backend. [default: all]"),
    ):
        function = option(function)
    return function


def noise_options(function: _Function) -> _Function:
    """Adds how noise is turned into shots."""
    for option in (
        click.option(
            "--task", default="expectation", show_default=True, metavar="expectation|sampling", help="What is measured."
        ),
        click.option(
            "--inflation", default="worst", show_default=True, metavar="worst|mean", help="Which qubit sets the shots."
        ),
        click.option(
            "--attenuation", default=None, metavar="METHOD", help="mean-field, pauli-path, light-cone or paper."
        ),
    ):
        function = option(function)
    return function


def device_options(function: _Function) -> _Function:
    """Adds what is to be assumed of a device and of its jobs."""
    for option in (
        click.option("--keep-dead-readout", is_flag=True, help="Keep qubits whose readout error is 0.5 or more."),
        click.option("--durations-only", is_flag=True, help="Cost no noise; use gates whose error is not calibrated."),
        click.option("--measure-all", is_flag=True, help="Measure every qubit of a circuit without measurements."),
        click.option(
            "--rep-delay",
            metavar="TIME",
            callback=seconds,
            help="Repetition delay such as 250us. [default: the backend's]",
        ),
        click.option("--job-profile", metavar="NAME|FILE", help="Job-time profile. [default: ibm]"),
    ):
        function = option(function)
    return function


def resolve_backend(backend: str, options: dict[str, Any]) -> Any:
    """The calibration of a live backend, or the name or path as it is.

    Args:
        backend: What the user gave.
        options: Options of the command; those of `live_options` are removed.

    Raises:
        OptionError: An option of live backends is given for another kind.
    """
    given = {name: options.pop(name) for name in _LIVE}
    from hwcost.calibration.load import is_live

    if not is_live(backend):
        for name, value in given.items():
            if value is not None:
                raise OptionError(
                    f"--{name.replace('_', '-')} is for live backends such as ibm_torino; {backend!r} is none"
                )
        return backend
    from hwcost.calibration.sources.ibm_live import DEFAULT_TIME_LIMIT_S, load_live_backend, parse_at

    limit_s = DEFAULT_TIME_LIMIT_S if given["time_limit"] is None else given["time_limit"]
    if sys.stderr.isatty():
        click.echo(f"hwcost: asking IBM for {backend}, for {limit_s:g} s at most", err=True)
    return load_live_backend(
        backend,
        instance=given["instance"],
        channel=given["channel"],
        at=None if given["at"] is None else parse_at(given["at"]),
        time_limit_s=limit_s,
    )
