"""What is known of how long jobs take on a device: the `JobTimeProfile` record."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from hwcost.core.errors import InputError
from hwcost.core.text import listing, shown
from hwcost.jobs.clocks import AnyClock, check_clock, years_of
from hwcost.jobs.interval import JobTimeInterval
from hwcost.jobs.terms import CIRCUIT_TIME_TERMS, TERMS
from hwcost.jobs.values import (
    check_counts,
    check_finite,
    check_keys,
    check_texts,
    read_bounds,
    read_object,
    read_record,
    read_records,
    read_stretches,
    read_texts,
)
from hwcost.report.result import Result

SCHEMA = "hwcost.job-time/1"

SHOTS_ONLY = "none"
"""The built-in profile for makers that none is known of: the time of the shots alone, below which no job can be."""

Repetition: TypeAlias = Literal["rep_delay", "fitted"]
CircuitTime: TypeAlias = Literal["duration", "duration_if_known", "fitted"]
Kinship: TypeAlias = Literal["own", "sibling", "other"]
Overhead: TypeAlias = Literal["sum", "max"]
LeftOutKind: TypeAlias = Literal["impossible", "short", "long"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTimeParameter:
    """One fitted constant.

    Attributes:
        name: A key of `TERMS`.
        value: The constant.
        unit: Its unit.
        low: Lower end of its interval.
        high: Upper end of its interval.
        source: Where it comes from, when that differs from the source of the profile.
    """

    name: str
    value: float
    unit: str
    low: float
    high: float
    source: str | None = None

    def __post_init__(self) -> None:
        if self.name not in TERMS:
            raise InputError(f"parameter {shown(self.name)} is unknown; known: {', '.join(TERMS)}")
        for name in ("value", "low", "high"):
            check_finite(getattr(self, name), f"parameter {self.name}: {name}")
        if self.unit != TERMS[self.name].unit:
            raise InputError(f"parameter {self.name}: unit is {shown(self.unit)}; it must be {TERMS[self.name].unit!r}")
        if not self.low <= self.value <= self.high:
            raise InputError(f"parameter {self.name}: value {self.value} lies outside [{self.low}, {self.high}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutJob:
    """A row of a job table that was not used, and why.

    Attributes:
        line: Line number in the file.
        observed_s: Seconds observed.
        reason: Why the row was left out.
        kind: `impossible` (shorter than its shots can take), `short` or `long` (far from jobs like it).
    """

    line: int
    observed_s: float
    reason: str
    kind: LeftOutKind

    def __post_init__(self) -> None:
        if isinstance(self.line, bool) or not isinstance(self.line, int):
            raise InputError(f"line is {shown(self.line)}, expected a whole number")
        check_finite(self.observed_s, f"line {self.line}: observed_s")
        if self.kind not in get_args(LeftOutKind):
            raise InputError(f"kind is {shown(self.kind)}; it must be {', '.join(get_args(LeftOutKind))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTimeProfile(Result):
    """Everything needed to say how long a job takes on one device, and where that knowledge comes from.

    Attributes:
        name: Name of the profile.
        source: Data, paper or page that it comes from.
        device: Device or mix of devices whose jobs were timed; `None` where the source does not say.
        devices: Name patterns (as in a shell) of further devices that the profile speaks for.
        date: The era: when the jobs ran, as the source says; `None` where it does not.
        clock: What the seconds are counted from and to, see `hwcost.jobs.clocks`; `None` where the source does not say.
        processor: Processor of the device that was timed, such as `Eagle r3`; `None` where it is not known.
        processors: Processor families, such as `Heron`, for whose devices the profile speaks.
        num_jobs: Number of jobs used; 0 for a rule that was not fitted.
        num_groups: Number of groups that cross-validation left out whole.
        repetition: Whether the time between shots is the device's rep_delay or the fitted `tau`.
        circuit_time: Whether the time of a circuit is its duration or the fitted layer and qubit times;
            `duration_if_known` where no duration of the timed circuits is known, so that `t0` holds what they took.
        overhead: `sum` adds the per-circuit terms; `max` takes the largest, for terms fitted on different data.
        parameters: The constants; terms that are not listed are off.
        interval: Model of the prediction interval.
        ranges: Least and greatest value of each column in the jobs used.
        gaps: Stretches within these in which no job lies, from the job below to the job above (`hwcost.jobs.gaps`).
        left_out: Rows of the table that were not used.
        notes: Assumptions and limits, one sentence each.
        seed: Seed of the folds and of the bootstrap; `None` for a profile that was not fitted here.
    """

    name: str
    source: str
    device: str | None = None
    devices: tuple[str, ...] = ()
    date: str | None = None
    clock: AnyClock | None = None
    processor: str | None = None
    processors: tuple[str, ...] = ()
    num_jobs: int = 0
    num_groups: int = 0
    repetition: Repetition = "rep_delay"
    circuit_time: CircuitTime = "duration"
    overhead: Overhead = "sum"
    parameters: tuple[JobTimeParameter, ...]
    interval: JobTimeInterval
    ranges: Mapping[str, tuple[float, float]]
    gaps: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    left_out: tuple[LeftOutJob, ...] = ()
    notes: tuple[str, ...] = ()
    seed: int | None = None

    def __post_init__(self) -> None:
        where = f"job-time profile {shown(self.name)}"
        names = [parameter.name for parameter in self.parameters]
        if len(set(names)) != len(names):
            raise InputError(f"{where}: a parameter is listed twice: {listing(names)}")
        for name, kind in (("repetition", Repetition), ("circuit_time", CircuitTime), ("overhead", Overhead)):
            value, allowed = getattr(self, name), get_args(kind)
            if value not in allowed:
                raise InputError(f"{where}: {name} is {shown(value)}; it must be {' or '.join(allowed)}")
        if self.repetition == "fitted" and "tau" not in names:
            raise InputError(f"{where}: repetition is 'fitted' but there is no parameter tau")
        for name, (low, high) in self.ranges.items():
            if not low <= high:
                raise InputError(f"{where}: range of {name} is [{low}, {high}]")
        for name, stretches in self.gaps.items():
            if any(not low < high for low, high in stretches):
                raise InputError(f"{where}: gaps of {name} are {list(stretches)}")
        check_clock(self.clock, where)
        size = len(self.interval.covariance)
        if size not in (0, len(names)):
            raise InputError(f"{where}: covariance of {size} constants, but there are {len(names)} parameters")
        object.__setattr__(self, "ranges", {name: (low, high) for name, (low, high) in self.ranges.items()})
        object.__setattr__(self, "gaps", {name: tuple(stretches) for name, stretches in self.gaps.items()})

    def parameter(self, name: str) -> JobTimeParameter | None:
        """Return the parameter of that name, or `None` where the term is off."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    def speaks_for(self, device: str, processor: str | None = None) -> bool:
        """Return whether the profile was fitted on that device, or on devices like it.

        `fake_torino` is a snapshot of `ibm_torino`. Of a device whose processor is known, the processor decides, where
        the profile names any.
        """
        if self.device is not None and _machine(device) == _machine(self.device):
            return True
        if self.processors and processor is not None:
            return processor_family(processor) in {processor_family(name) for name in self.processors}
        return any(fnmatch.fnmatchcase(device.lower(), pattern.lower()) for pattern in self.devices)

    def kinship(self, device: str, processor: str | None = None, year: int | None = None) -> Kinship:
        """Return how near a device is to the timed ones: one of them, of the same processor and year, or another."""
        if self.speaks_for(device, processor):
            return "own"
        same = (
            self.processor is not None
            and processor is not None
            and processor_family(self.processor) == processor_family(processor)
        )
        return "sibling" if same and year is not None and year in years_of(self.date) else "other"

    def to_dict(self) -> dict[str, Any]:
        """Return the profile as plain data; `from_dict` reads it back."""
        data = {"schema": SCHEMA, **asdict(self)}
        data |= {name: list(data[name]) for name in ("devices", "processors", "parameters", "left_out", "notes")}
        data["interval"]["covariance"] = [list(row) for row in self.interval.covariance]
        data["gaps"] = {name: [list(bounds) for bounds in stretches] for name, stretches in self.gaps.items()}
        return data | {"ranges": {name: list(bounds) for name, bounds in self.ranges.items()}}

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the text of a profile's file."""
        return f"{Result.to_json(self, indent=indent)}\n"

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row per constant."""
        return [{"profile": self.name, **asdict(parameter)} for parameter in self.parameters]

    @classmethod
    def from_dict(cls, data: object, *, where: str = "job-time profile") -> JobTimeProfile:
        """Read the profile that `to_dict` wrote.

        Args:
            data: Plain data, as read from JSON.
            where: Name of the file, for messages.

        Raises:
            InputError: A key is missing, unknown, or has an invalid value.
        """
        fields = read_object(data, where)
        schema = fields.pop("schema", None)
        if schema != SCHEMA:
            raise InputError(f"{where}: schema is {shown(schema)}, expected {SCHEMA!r}; is this a job-time profile?")
        check_keys(fields, cls, where)
        fields = {"clock": None, "processor": None, "processors": [], "gaps": {}} | fields
        check_texts(fields, ("name", "source"), ("device", "date", "clock", "processor"), where)
        check_counts(fields, where)
        fields |= {
            "parameters": read_records(JobTimeParameter, fields, "parameters", where),
            "left_out": read_records(LeftOutJob, fields, "left_out", where),
            "interval": read_record(JobTimeInterval, fields["interval"], f"{where}: interval"),
            "ranges": {
                name: read_bounds(bounds, f"{where}: range of {name}")
                for name, bounds in read_object(fields["ranges"], f"{where}: ranges").items()
            },
            "gaps": {
                name: read_stretches(stretches, f"{where}: gaps of {name}")
                for name, stretches in read_object(fields["gaps"], f"{where}: gaps").items()
            },
            "notes": read_texts(fields, "notes", where),
            "devices": read_texts(fields, "devices", where),
            "processors": read_texts(fields, "processors", where),
        }
        try:
            return cls(**fields)
        except InputError as error:
            message = str(error)
            raise InputError(message if message.startswith(where) else f"{where}: {message}") from None

    @property
    def formula(self) -> str:
        """The terms that are on, as one line."""
        on = [parameter.name for parameter in self.parameters]
        per_job = [name for name in on if name == "t0"]
        per_circuit = [name for name in on if TERMS[name].scope == "circuit"]
        if self.overhead == "max" and len(per_circuit) > 1:
            per_circuit = [f"max({', '.join(per_circuit)})"]
        between_shots = "shots·rep_delay" if self.repetition == "rep_delay" else "tau"
        circuits = [name for name in on if name in CIRCUIT_TIME_TERMS]
        if self.circuit_time != "fitted":
            circuits = ["shots·circuit_duration"]
        shots = [between_shots, *circuits]
        if "shots_factor" in on:
            shots = [f"shots_factor·({' + '.join(shots)})"]
        return "t = " + " + ".join([*per_job, *per_circuit, *shots])


def _machine(device: str) -> str:
    """Return the name of the machine behind a backend name: `FakeManilaV2`, `fake_manila` and `ibmq_manila` are one."""
    name = device.lower().replace("-", "_").removeprefix("fake").removeprefix("_")
    return name.removeprefix("ibmq_").removeprefix("ibm_").removesuffix("v2").replace("_", "")


def processor_family(processor: str) -> str:
    """Return the family of a processor, its revision left out.

    >>> processor_family("Heron r2"), processor_family("Rigetti Ankaa-3")
    ('heron', 'rigetti ankaa-3')
    """
    return re.sub(r"\s+r\d\S*$", "", processor.strip().lower())
