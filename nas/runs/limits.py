"""Limits of what a candidate may cost, checked before it is trained: `Limit`, `read_limits`, `broken_limit`.

Whatever is known without training can be limited: the free objectives, and the sizes of an architecture. A new size is
an entry of `_SIZES`.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from hwcost.core.durations import parse_duration_s
from hwcost.core.numbers import parse_real
from hwcost.core.text import one_line, shown
from nas.core.checks import real
from nas.core.errors import SettingError
from nas.runs.objectives import OBJECTIVES, Evaluated, Need

if TYPE_CHECKING:
    from nas.architectures.record import Architecture

Side: TypeAlias = Literal["max", "min"]

_SIZES: Mapping[str, tuple[Callable[[Architecture], int], str]] = {
    "qubits": (lambda built: built.num_qubits, "width of the circuit"),
    "layers": (lambda built: len(built.layers), "layers of the circuit"),
    "weights": (lambda built: built.num_weights, "trainable angles of the circuit"),
    "entanglers": (lambda built: sum(len(layer.pairs) for layer in built.layers), "two-qubit gates before compilation"),
}

LIMITED: Mapping[str, str] = {
    **{name: meaning for name, (_, meaning) in _SIZES.items()},
    **{name: one.meaning for name, one in OBJECTIVES.items() if not one.trained},
}
"""What can be limited, and what it means."""

_ANY_SIGN = frozenset({"log10_paper_time"})
"""Quantities that may be below zero: the logarithm of a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit.

    Attributes:
        name: Of `LIMITED`.
        side: Whether it is the most or the least that is allowed.
        bound: The value, itself allowed.
    """

    name: str
    side: Side
    bound: float

    @property
    def needs(self) -> frozenset[Need]:
        """Return what must be configured for the quantity to have values."""
        return OBJECTIVES[self.name].needs if self.name in OBJECTIVES else frozenset()

    @property
    def of_architecture(self) -> bool:
        """Return whether the architecture alone says the value, without any costing."""
        return self.name in _SIZES

    def size_of(self, built: Architecture) -> int:
        """Return the quantity of an architecture that alone says it (`of_architecture`)."""
        return _SIZES[self.name][0](built)

    def is_broken_by(self, value: float) -> bool:
        """Return whether the value lies beyond the bound."""
        return value > self.bound if self.side == "max" else value < self.bound

    def text(self) -> str:
        """Return the limit for people.

        >>> Limit(name="qubits", side="max", bound=8.0).text()
        'qubits at most 8'
        """
        return f"{self.name} at {'most' if self.side == 'max' else 'least'} {_number(self.name, self.bound)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What limits say of a candidate.

    Attributes:
        state: INFEASIBLE if it breaks a limit; FAILED if a limited quantity has no value.
        reason: Which limit, with value and bound.
    """

    state: Literal["INFEASIBLE", "FAILED"]
    reason: str


def read_limits(key: Side, given: object) -> tuple[tuple[str, float], ...]:
    """Read limits as a configuration has them: a table of names and values, or texts such as `qpu_time_s=10min`.

    Returns:
        Names and bounds, sorted by name. Bounds are in the unit of the quantity; times may have a unit of their own.

    Raises:
        SettingError: A name is unknown, comes twice or is known only after training, or a bound is no number that is
            finite and, but for logarithms, not negative.

    >>> read_limits("max", ["qubits=8", "qpu_time_s=10min"])
    (('qpu_time_s', 600.0), ('qubits', 8.0))
    """
    pairs = _pairs(key, given)
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise SettingError(f"{key} has {one_line(repr(name))} {names.count(name)} times; give it once")
        _check_name(key, name)
    return tuple(sorted((name, _bound(f"{key} {name}", name, value)) for name, value in pairs))


def _pairs(key: Side, given: object) -> list[tuple[str, Any]]:
    if isinstance(given, Mapping):
        return [(str(name).strip(), value) for name, value in given.items()]
    items: Iterable[object] = (
        given.split(",") if isinstance(given, str) else given if isinstance(given, (list, tuple)) else [given]
    )
    pairs: list[tuple[str, Any]] = []
    for item in items:
        if isinstance(item, (list, tuple)) and len(item) == 2 and isinstance(item[0], str):
            pairs.append((item[0], item[1]))
            continue
        name, sign, value = item.partition("=") if isinstance(item, str) else ("", "", "")
        if not sign:
            raise SettingError(f"{key} is {shown(item)}; give NAME=VALUE, such as qubits=8 or qpu_time_s=600")
        pairs.append((name.strip(), value.strip()))
    return pairs


def _check_name(key: Side, name: str) -> None:
    if name in OBJECTIVES and OBJECTIVES[name].trained:
        raise SettingError(f"{key} {name}: it is known only after training; limits are of {', '.join(LIMITED)}")
    if name not in LIMITED:
        near = difflib.get_close_matches(name, LIMITED, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(LIMITED)}"
        raise SettingError(f"{key} has no quantity {one_line(repr(name))}; {hint}")
    better = OBJECTIVES[name].direction if name in OBJECTIVES else "minimize"
    if (better == "minimize") != (key == "max"):
        other, less = ("min", "more") if key == "max" else ("max", "less")
        raise SettingError(f"{key} {name}: {less} of it is better; give {other} {name}=VALUE")


def _bound(what: str, name: str, value: object) -> float:
    if isinstance(value, str):
        if OBJECTIVES.get(name) is not None and OBJECTIVES[name].unit == "s":
            return parse_duration_s(value, name=what, may_be_zero=True)
        number = parse_real(value)
        if number is None:
            raise SettingError(f"{what} is {shown(value)}; give a number")
        value = number
    bound = real(what, value)
    if not math.isfinite(bound):
        raise SettingError(f"{what} is {bound:g}; give a finite number")
    if bound < 0.0 and name not in _ANY_SIGN:
        raise SettingError(f"{what} is {bound:g}; give a finite number that is not negative")
    return bound


def broken_limit(limits: Sequence[Limit], built: Architecture, evaluated: Evaluated | None) -> Verdict | None:
    """Compare a candidate with limits, in their order.

    Args:
        limits: The limits.
        built: The architecture.
        evaluated: Its cost; None compares only what the architecture says itself.

    Returns:
        What is wrong; None if it keeps all limits.
    """
    for limit in limits:
        if evaluated is None and not limit.of_architecture:
            continue
        value = _value(limit, built, evaluated)
        if value is None or not math.isfinite(value):
            return Verdict(state="FAILED", reason=f"{limit.name} cannot be estimated, and a limit is set on it")
        if limit.is_broken_by(value):
            return Verdict(state="INFEASIBLE", reason=f"{limit.name} is {_number(limit.name, value)}, {limit.text()}")
    return None


def _value(limit: Limit, built: Architecture, evaluated: Evaluated | None) -> float | None:
    if limit.of_architecture:
        return limit.size_of(built)
    return None if evaluated is None else OBJECTIVES[limit.name].value(evaluated)


def _number(name: str, value: float) -> str:
    unit = OBJECTIVES[name].unit if name in OBJECTIVES else ""
    return f"{value:.10g} {unit}" if unit and unit != name else f"{value:.10g}"
