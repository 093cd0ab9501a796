"""Keyword options of `hwcost.estimate`, checked when they are given and not when they are used."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from hwcost.core.durations import parse_duration_s
from hwcost.core.errors import OptionError
from hwcost.core.text import listing, one_line
from hwcost.estimation.options import EstimateRequest

_NOT_OPTIONS = frozenset({"arguments", "num_workers", "progress"})


def keywords_of(function: Callable[..., Any]) -> frozenset[str]:
    """Return the names of the keyword-only options of a public function, without those that are no options.

    >>> sorted(keywords_of(lambda circuit, *, shots, progress: None))
    ['shots']
    """
    parameters = inspect.signature(function).parameters.values()
    return frozenset(p.name for p in parameters if p.kind is p.KEYWORD_ONLY) - _NOT_OPTIONS


def check_names(where: str, options: Mapping[str, Any], allowed: frozenset[str], reason: str = "") -> None:
    """Refuse options that something does not have.

    Args:
        where: What was called, for the message.
        options: What was given.
        allowed: What it has.
        reason: Why it has no others, as the end of a sentence.

    Raises:
        OptionError: One of them is another.
    """
    for name in options:
        if name not in allowed:
            known = listing(sorted(allowed), 40)
            raise OptionError(f"{where} has no option {one_line(name)!r}{reason}; its options are {known}")


def estimate_request(options: Mapping[str, Any], **fixed: Any) -> EstimateRequest:
    """Return the request that `hwcost.estimate` would make of its keywords.

    Args:
        options: Keywords of `estimate`, all of which it has.
        **fixed: Fields that are set whatever was given.

    Raises:
        OptionError: A value is invalid.
    """
    values = {**options, **fixed}
    budget = values.pop("budget", None)
    if budget is not None:
        values["budget_s"] = parse_duration_s(budget, name="budget")
    return EstimateRequest(**values)
