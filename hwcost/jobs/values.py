"""Values out of the JSON of a job-time profile, each checked; a message names the file and the place in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar, cast

from hwcost.core.checks import is_finite
from hwcost.core.errors import InputError
from hwcost.core.text import listing, shortened, shown

MAX_VALUE = 1e15
"""Of anything that is counted or timed in jobs: thirty million years."""


class Record(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


_Record = TypeVar("_Record", bound=Record)


def check_finite(value: float, what: str) -> None:
    """Refuse what is not a finite number, or is negative."""
    if not isinstance(value, (int, float)) or not is_finite(value) or value < 0.0:
        raise InputError(f"{what} is {shown(value)}; it must be a finite number that is not negative")
    if value > MAX_VALUE:
        raise InputError(f"{what} is {shown(value)}; more than {MAX_VALUE:g} cannot be meant")


def read_object(data: object, where: str) -> dict[str, Any]:
    """Return a copy of a JSON object."""
    if not isinstance(data, dict):
        raise InputError(f"{where}: is {type(data).__name__}, expected a JSON object")
    return dict(data)


def _list(fields: Mapping[str, Any], name: str, where: str) -> Sequence[Any]:
    if not isinstance(fields[name], list):
        raise InputError(f"{where}: {name} is {type(fields[name]).__name__}, expected a list")
    return cast(Sequence[Any], fields[name])


def read_texts(fields: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    """Return a list of texts as a tuple."""
    texts = _list(fields, name, where)
    if not all(isinstance(text, str) for text in texts):
        raise InputError(f"{where}: {name} must be a list of texts")
    return tuple(texts)


def read_bounds(bounds: object, where: str) -> tuple[float, float]:
    """Return least and greatest of a range."""
    if not isinstance(bounds, list) or len(bounds) != 2:
        raise InputError(f"{where}: is {shown(bounds)}, expected [least, greatest]")
    for value in bounds:
        check_finite(value, where)
    return float(bounds[0]), float(bounds[1])


LATER_KEYS = frozenset({"clock", "processor", "processors", "gaps", "scale", "covariance", "constants_factor"})
"""Keys that files of the first versions do not have; the records' defaults say what such a file means."""


def read_matrix(rows: object, where: str) -> tuple[tuple[float, ...], ...]:
    """Return a list of lists of finite numbers as tuples."""
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise InputError(f"{where}: is {shown(rows)}, expected a list of lists of numbers")
    for value in (value for row in rows for value in row):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not is_finite(value):
            raise InputError(f"{where}: {shown(value)} is no finite number")
    return tuple(tuple(float(value) for value in row) for row in rows)


def read_stretches(stretches: object, where: str) -> tuple[tuple[float, float], ...]:
    """Return a list of ranges as tuples."""
    if not isinstance(stretches, list):
        raise InputError(f"{where}: is {shown(stretches)}, expected a list of [least, greatest]")
    return tuple(read_bounds(bounds, where) for bounds in stretches)


def check_keys(fields: Mapping[str, Any], record: type[Record], where: str) -> None:
    """Refuse keys that the record does not have, and those that are missing."""
    known = record.__dataclass_fields__
    unknown, missing = sorted(set(fields) - set(known)), sorted(set(known) - set(fields) - LATER_KEYS)
    if unknown:
        listed = listing([shortened(key, 60) for key in unknown])
        raise InputError(f"{where}: unknown key {listed}; known: {', '.join(known)}")
    if missing:
        raise InputError(f"{where}: missing key {', '.join(missing)}")


def check_texts(fields: Mapping[str, Any], required: Sequence[str], optional: Sequence[str], where: str) -> None:
    """Refuse values that are not text; optional ones may be None."""
    for name in (*required, *optional):
        value = fields[name]
        if not (isinstance(value, str) or (value is None and name in optional)):
            raise InputError(f"{where}: {name} is {shown(value)}, expected text")


def check_counts(fields: Mapping[str, Any], where: str) -> None:
    """Refuse numbers of jobs and groups, and a seed, that are none."""
    for name in ("num_jobs", "num_groups", "seed"):
        value = fields[name]
        if name == "seed" and value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_VALUE:
            raise InputError(f"{where}: {name} is {shown(value)}, expected a whole number from 0 to {MAX_VALUE:g}")


def read_record(record: type[_Record], data: object, where: str) -> _Record:
    """Make a record of an object, with the place in the message if it refuses."""
    fields = read_object(data, where)
    check_keys(fields, record, where)
    texts = [name for name in fields if name in ("name", "unit", "reason", "kind")]
    check_texts(fields, texts, [name for name in fields if name == "source"], where)
    if "covariance" in fields:
        fields["covariance"] = read_matrix(fields["covariance"], f"{where}: covariance")
    try:
        return record(**fields)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def read_records(record: type[_Record], fields: Mapping[str, Any], name: str, where: str) -> tuple[_Record, ...]:
    """Make a record of each object in a list."""
    items = _list(fields, name, where)
    return tuple(read_record(record, item, f"{where}: {name}[{i}]") for i, item in enumerate(items))
