"""How fast a classical device runs the classical half of a model: the `MachineProfile` record and its JSON files."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from hwcost.core.checks import choice, is_between
from hwcost.core.data_files import calibrations_dir
from hwcost.core.errors import InputError, OptionError
from hwcost.core.files import write_file
from hwcost.core.json_text import json_text
from hwcost.core.plain import to_plain
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line, shown

SCHEMA = "hwcost.device/1"
MAX_PROFILE_BYTES = 1_000_000

MAX_NUMBER = 1e21
"""A zettaFLOP, a thousand times the largest computer; no number of a profile is larger."""

MIN_NUMBER = 1e-15
"""A femtosecond; no work of a profile takes less."""

Kind: TypeAlias = Literal["cpu", "gpu"]
Curve: TypeAlias = tuple[tuple[float, float], ...]
Basis: TypeAlias = Literal["measured", "data sheet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheads:
    """Seconds that passes take besides arithmetic, found by non-negative least squares from measured steps.

    Attributes:
        call_s: Each call of a model.
        module_s: Each call of a module in it.
        operation_s: Each operation of a forward pass that computes something.
        view_s: Each operation that only looks at memory in another way.
        backward_operation_s: Each operation of a backward pass that computes something.
        step_s: Each optimizer step.
        tensor_s: Each parameter tensor in an optimizer step.
        parameter_s: Each trainable parameter in an optimizer step.
        byte_s: Each byte that element-wise work reads or writes.
    """

    call_s: float
    module_s: float
    operation_s: float
    view_s: float
    backward_operation_s: float
    step_s: float
    tensor_s: float
    parameter_s: float
    byte_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineProfile:
    """Speed of one classical device with PyTorch, single precision.

    Attributes:
        name: Name to choose it by.
        description: What it is.
        kind: cpu or gpu.
        basis: Whether the numbers were measured or are from data sheets.
        peak_flops_per_s: Peak of the data sheet for float32, None where it is unknown.
        products: Curves of matrix products by their narrowest dimension, by rising dimension. A curve has pairs (FLOPs,
            seconds beyond the overhead of an operation), by rising FLOPs. Between points and between dimensions it is a
            power law; beyond the last point, the throughput of the last.
        convolutions: One such curve for convolutions.
        overheads: Everything else.
        low_factor: Lower end of the interval over the prediction.
        high_factor: Upper end of the interval over the prediction.
        source: Where the numbers are from.
        date: When they were measured or read.
        threads: CPU threads in use, None for a GPU.
        torch: Version of torch that was measured.
        notes: What was assumed.
    """

    name: str
    description: str
    kind: Kind
    basis: Basis
    peak_flops_per_s: float | None
    products: tuple[tuple[int, Curve], ...]
    convolutions: Curve
    overheads: Overheads
    low_factor: float
    high_factor: float
    source: str
    date: str
    threads: int | None = None
    torch: str | None = None
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        where = f"device profile {one_line(str(self.name))!r}"
        for name in ("name", "description", "source", "date"):
            if not isinstance(getattr(self, name), str) or not getattr(self, name):
                raise InputError(f"{where}: {name} is {shown(getattr(self, name))}; it must be text")
        for name, choices in (("kind", Kind), ("basis", Basis)):
            choice(f"{where}: {name}", getattr(self, name), get_args(choices), error=InputError)
        numbers = {"low_factor": self.low_factor, "high_factor": self.high_factor}
        numbers |= {} if self.peak_flops_per_s is None else {"peak_flops_per_s": self.peak_flops_per_s}
        for name, value in numbers.items():
            if not _is_number(value) or value <= 0.0:
                raise InputError(f"{where}: {name} is {shown(value)}; it must be a positive number{_at_most(value)}")
        for f in fields(Overheads):
            value = getattr(self.overheads, f.name)
            if not _is_number(value):
                raise InputError(
                    f"{where}: overheads.{f.name} is {shown(value)}; it must be a number that is not negative"
                    f"{_at_most(value)}"
                )
        dimensions = [dimension for dimension, _ in self.products]
        if not dimensions or dimensions != sorted(set(dimensions)) or dimensions[0] < 1:
            raise InputError(f"{where}: the dimensions of products are {dimensions}; they must rise from 1 or more")
        for curve in (*(curve for _, curve in self.products), self.convolutions):
            _check_curve(curve, where)
        if not self.low_factor <= 1.0 <= self.high_factor:
            raise InputError(f"{where}: low_factor {self.low_factor} and high_factor {self.high_factor} must enclose 1")

    @property
    def sustained_flops_per_s(self) -> float:
        """The throughput of the largest product that was measured."""
        return max(curve[-1][0] / curve[-1][1] for _, curve in self.products)

    def product_s(self, flops: float, narrowest: int = 10**9) -> float:
        """Return the seconds of one matrix product beyond the overhead of an operation.

        Args:
            flops: 2·m·k·n.
            narrowest: The smallest of m, k and n: products with a narrow factor run far below peak.

        Example:
            >>> a100 = load_device_profile("a100-sxm4")
            >>> a100.product_s(1e13) > a100.product_s(1e6) > 0.0
            True
        """
        if flops <= 0.0:
            return 0.0
        below = [entry for entry in self.products if entry[0] <= narrowest] or [self.products[0]]
        above = [entry for entry in self.products if entry[0] >= narrowest] or [self.products[-1]]
        (d0, lower), (d1, upper) = below[-1], above[0]
        s0 = _on_curve(lower, flops)
        if d0 >= d1:
            return s0
        exponent = math.log(narrowest / d0) / math.log(d1 / d0)
        return s0 * math.exp(exponent * math.log(_on_curve(upper, flops) / s0))

    def convolution_s(self, flops: float) -> float:
        """Return the seconds of one convolution beyond the overhead of an operation."""
        return _on_curve(self.convolutions, flops) if flops > 0.0 else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, as in the JSON files."""
        products = [{"narrowest": dimension, "curve": to_plain(curve)} for dimension, curve in self.products]
        return {"schema": SCHEMA, **to_plain(self), "products": products}

    def to_json(self) -> str:
        """Return the text of the JSON file."""
        return json_text(self.to_dict()) + "\n"


def _check_curve(curve: Curve, where: str) -> None:
    if not curve or any(
        len(point) != 2 or not all(_is_number(v) and v >= MIN_NUMBER for v in point) for point in curve
    ):
        raise InputError(
            f"{where}: a curve must be pairs of positive numbers, {MIN_NUMBER:g} to {MAX_NUMBER:g}, at least one"
        )
    if any(a[0] >= b[0] for a, b in pairwise(curve)):
        raise InputError(f"{where}: the FLOPs of a curve must rise")


def _on_curve(curve: Curve, flops: float) -> float:
    """Return the seconds at some FLOPs: a power law between points, constant throughput outside."""
    first, last = curve[0], curve[-1]
    if flops >= last[0]:
        return last[1] * flops / last[0]
    if flops <= first[0]:
        return first[1] * flops / first[0]
    upper = next(i for i, point in enumerate(curve) if point[0] >= flops)
    (f0, s0), (f1, s1) = curve[upper - 1], curve[upper]
    return s0 * math.exp(math.log(s1 / s0) * math.log(flops / f0) / math.log(f1 / f0))


def _at_most(value: object) -> str:
    return f", at most {MAX_NUMBER:g}" if isinstance(value, (int, float)) and value > MAX_NUMBER else ""


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and is_between(value, 0.0, MAX_NUMBER)


def list_device_profiles() -> tuple[str, ...]:
    """List the names of the profiles that come with the package.

    Example:
        >>> "xeon-1-thread" in list_device_profiles()
        True
    """
    return tuple(sorted(path.stem for path in (calibrations_dir() / "devices").glob("*.json")))


def load_device_profile(profile: str | PathLike[str] | Mapping[str, Any] | MachineProfile) -> MachineProfile:
    """Load a profile that comes with the package, or one in a file.

    Args:
        profile: A name of `list_device_profiles()`, a path (text with a path separator or ending in .json), or what
            such a file holds, as read from JSON; a `MachineProfile` is returned as it is.

    The content of a file, parsed, is a profile too.

    Raises:
        OptionError: There is no such profile.
        InputError: The file is not a device profile.

    Example:
        >>> load_device_profile("v100-sxm2").peak_flops_per_s
        15700000000000.0
    """
    if isinstance(profile, MachineProfile):
        return profile
    if isinstance(profile, Mapping):
        return _from_dict(profile, "device profile")
    text = str(profile)
    if text in list_device_profiles():
        return read_device_profile(calibrations_dir() / "devices" / f"{text}.json")
    if not (text.endswith(".json") or "/" in text or "\\" in text):
        raise OptionError(
            f"there is no device profile {one_line(text)!r}; there are {', '.join(list_device_profiles())}; "
            "`hwcost device measure -o FILE.json` measures this machine"
        )
    return read_device_profile(Path(profile))


def read_device_profile(path: Path) -> MachineProfile:
    """Read the profile in a JSON file.

    Raises:
        InputError: It cannot be read or is not a profile; the message says where.
    """
    content, label = read_file(path, what="device profile", limit_bytes=MAX_PROFILE_BYTES), path_label(path)
    try:
        plain = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{label}: not JSON: {one_line(str(error))}") from error
    return _from_dict(plain, label)


def _from_dict(plain: object, where: str) -> MachineProfile:
    schema = plain.get("schema") if isinstance(plain, Mapping) else type(plain).__name__
    if not isinstance(plain, Mapping) or schema != SCHEMA:
        raise InputError(f"{where}: schema is {shown(schema)}; a device profile has {SCHEMA!r}")
    values = {key: value for key, value in plain.items() if key != "schema"}
    unknown = set(values) - {f.name for f in fields(MachineProfile)}
    if unknown:
        raise InputError(f"{where}: unknown key {one_line(min(unknown))!r}")
    try:
        overheads = Overheads(**values.pop("overheads"))
        products = tuple((int(entry["narrowest"]), _curve(entry["curve"])) for entry in values.pop("products"))
        convolutions = _curve(values.pop("convolutions"))
        notes = tuple(str(note) for note in values.pop("notes", ()))
        return MachineProfile(**values, overheads=overheads, products=products, convolutions=convolutions, notes=notes)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise InputError(f"{where}: not a device profile: {one_line(str(error))}") from error


def _curve(points: Any) -> Curve:
    return tuple((point[0], point[1]) for point in points)


def save_device_profile(profile: MachineProfile, path: str | PathLike[str]) -> None:
    """Write a profile, whole or not at all."""
    write_file(path, profile.to_json().encode())
