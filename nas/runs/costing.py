"""What a search may be asked of costs beside its space and its training: `CostingOptions`, and what uses which of them.

They are those of `hwcost.estimate_model`, which checks their values when the search begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from hwcost import HwcostError
from hwcost.core.durations import parse_duration_s
from hwcost.core.option_fields import option
from nas.core.checks import positive, whole
from nas.core.errors import SettingError
from nas.runs.objectives import BACKEND, CUTTING, INFERENCE, PLACE, Need

Inflation: TypeAlias = Literal["worst", "mean"]
Mode: TypeAlias = Literal["job", "batch", "session"]

SIMULATED_GRADIENTS = ("backprop", "adjoint")
"""Gradients that need the state of a simulation. With one of them, and without a backend, the simulation is costed."""

DEFAULT_SHOTS = 1024

QNAS_MAX_QUBITS = 4
"""Width that QNAS's published settings cut to."""

OF_SIMULATION = ("machine", "scope", "gradient")
"""Keys that the cost of a simulated training depends on."""

_PASSED = ("precision", "attenuation", "inflation", "rep_delay_s", "circuits_per_job", "mode", "mitigation")


@dataclass(frozen=True, slots=True, kw_only=True)
class CostingOptions:
    """Options of `hwcost.estimate_model` that a search takes; None leaves that function's own default."""

    precision: float | None = option(
        None, "Instead of shots: standard error of each output on a device without noise.", metavar="E", only=BACKEND
    )
    rep_delay_s: float | None = option(
        None,
        "Repetition delay such as 250us.",
        metavar="TIME",
        shown_default="the backend's",
        short="--rep-delay",
        kind="time",
        only=BACKEND,
    )
    attenuation: str | None = option(
        None, "How noise is turned into shots; as in hwcost estimate.", metavar="METHOD", only=BACKEND
    )
    inflation: Inflation | None = option(
        None, "Which output sets the shots.", choices=get_args(Inflation), shown_default="worst", only=BACKEND
    )
    mitigation: str | None = option(None, "readout, zne:1:3:5, pec; separated by commas.", metavar="LIST", only=BACKEND)
    circuits_per_job: int | None = option(
        None, "Most circuits of one job.", metavar="N", shown_default="300", only=BACKEND
    )
    mode: Mode | None = option(None, "How jobs are sent.", choices=get_args(Mode), shown_default="job", only=BACKEND)
    max_qubits: int | None = option(
        None,
        "Cut circuits that are wider; for num_subcircuits and log10_sampling_overhead, and on a device for its times.",
        metavar="N",
        only=CUTTING,
    )


def read_costing(options: CostingOptions) -> None:
    """Turn a duration that is a text into seconds, before types are checked.

    Raises:
        SettingError: It is no duration.
    """
    if isinstance(options.rep_delay_s, str):
        try:
            seconds = parse_duration_s(options.rep_delay_s, name="rep_delay_s", may_be_zero=True)
        except HwcostError as error:
            raise SettingError(str(error)) from None
        object.__setattr__(options, "rep_delay_s", seconds)


def check_costing(
    options: CostingOptions,
    *,
    backend: str | None,
    shots: int | None,
    gradient: str,
    objectives: tuple[str, ...],
    needs: frozenset[Need],
) -> None:
    """Refuse costing options that are out of range, contradict each other, or have nothing to act on.

    Raises:
        SettingError: The message names the key, the value and what would do.
    """
    for name, high in (("max_qubits", 10_000), ("circuits_per_job", 10**9)):
        if getattr(options, name) is not None:
            object.__setattr__(options, name, whole(name, getattr(options, name), 1, high))
    if options.precision is not None:
        positive("precision", options.precision)
        if shots is not None:
            raise SettingError(f"shots = {shots} and precision = {options.precision} are both given; give one of them")
    if gradient in SIMULATED_GRADIENTS and backend is not None:
        raise SettingError(
            f"gradient = {gradient} needs the state of a simulation, which no device has; leave backend out, or take "
            "parameter-shift, spsa or finite-diff"
        )
    if backend is None:
        _check_without_device(options, needs)
    of_paper = [name for name in objectives if name in ("paper_time_s", "log10_paper_time")]
    for name in ("mitigation", "max_qubits"):
        if of_paper and getattr(options, name) is not None:
            raise SettingError(f"{of_paper[0]} knows no {name}, the paper's model has none; leave one of them out")


def _check_without_device(options: CostingOptions, needs: frozenset[Need]) -> None:
    for name in _PASSED:
        value = getattr(options, name)
        if value is not None:
            said = f"{value:g}" if isinstance(value, float) else value
            raise SettingError(f"{name} = {said} is of circuits on a device; give backend, or leave it out")
    if options.max_qubits is not None and CUTTING not in needs:
        raise SettingError(
            f"max_qubits is {options.max_qubits}, and nothing depends on it; name log10_sampling_overhead or "
            "num_subcircuits among the objectives, or give backend"
        )


def costing_options(options: CostingOptions, *, on_device: bool) -> dict[str, Any]:
    """Return the options that are given, as `hwcost.estimate_model` takes them; none for a simulation."""
    names = (*_PASSED, "max_qubits") if on_device else ()
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def used_keys(needs: frozenset[Need], device_keys: tuple[str, ...], *, on_device: bool) -> frozenset[str]:
    """Return which of the keys of costs the objectives depend on.

    Args:
        needs: What the objectives need.
        device_keys: All keys that costs on a device depend on.
        on_device: Whether a backend is given.

    >>> sorted(used_keys(frozenset({INFERENCE}), ("backend", "machine", "shots"), on_device=False))
    ['machine']
    """
    used: set[str] = set()
    if BACKEND in needs or (PLACE in needs and on_device):
        used |= {*device_keys, "max_qubits"}
    elif PLACE in needs:
        used |= {"backend", *OF_SIMULATION}
    if CUTTING in needs:
        used.add("max_qubits")
    if INFERENCE in needs:
        used.add("machine")
    return frozenset(used)
