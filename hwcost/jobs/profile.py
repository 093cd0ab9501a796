"""What is known of how long jobs take on a device: the `JobTimeProfile` record and its terms."""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, get_args

from hwcost.core.errors import InputError
from hwcost.core.text import listing, shown
from hwcost.jobs.values import (
    check_counts,
    check_finite,
    check_keys,
    check_texts,
    read_bounds,
    read_object,
    read_record,
    read_records,
    read_texts,
)
from hwcost.report.result import Result

SCHEMA = "hwcost.job-time/1"

SHOTS_ONLY = "none"
"""The built-in profile for makers that none is known of: the time of the shots alone, below which no job can be."""

Repetition: TypeAlias = Literal["rep_delay", "fitted"]
CircuitTime: TypeAlias = Literal["duration", "fitted"]
Overhead: TypeAlias = Literal["sum", "max"]
LeftOutKind: TypeAlias = Literal["impossible", "short", "long"]
Scope: TypeAlias = Literal["job", "circuit", "shot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One product of a fitted constant and a size of the job.

    Attributes:
        unit: Unit of the constant.
        scope: Whether the constant is paid once per job, once per circuit, or once per shot.
        needs: Sizes of the job that must be known.
        meaning: What the constant stands for.
    """

    unit: str
    scope: Scope
    needs: tuple[str, ...] = ()
    meaning: str


TERMS: Mapping[str, Term] = MappingProxyType(
    {
        "t0": Term(unit="s", scope="job", meaning="fixed overhead of a job"),
        "c_circuit": Term(unit="s/circuit", scope="circuit", meaning="loading one circuit"),
        "c_instruction": Term(
            unit="s/instruction",
            scope="circuit",
            needs=("total_instructions",),
            meaning="compiling and loading one transpiled instruction",
        ),
        "c_qubit": Term(
            unit="s/(circuit·qubit)", scope="circuit", needs=("num_qubits",), meaning="loading one qubit's sequence"
        ),
        "c_qubit_layer": Term(
            unit="s/(qubit·layer)",
            scope="circuit",
            needs=("num_qubits", "total_depth"),
            meaning="compiling one layer of one qubit, where instructions are not counted",
        ),
        "tau": Term(unit="s/shot", scope="shot", meaning="time from one shot to the next, circuit excluded"),
        "layer_time": Term(unit="s/layer", scope="shot", needs=("total_depth",), meaning="duration of one layer"),
        "shot_qubit_time": Term(
            unit="s/(shot·qubit)", scope="shot", needs=("num_qubits",), meaning="reading one qubit of one shot"
        ),
        "qubit_layer_time": Term(
            unit="s/(qubit·layer)",
            scope="shot",
            needs=("num_qubits", "total_depth"),
            # Depth is often that of the circuit as written; swaps then stretch each layer by more the wider it is.
            meaning="stretch of one layer per qubit of the circuit, as routing causes it",
        ),
    }
)
CIRCUIT_TIME_TERMS = ("layer_time", "shot_qubit_time", "qubit_layer_time")
"""The terms that stand for the duration of the circuits, where that was fitted."""


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
class JobTimeInterval:
    """How far a real job may lie from a prediction p.

    ::

        low  = max(0, p − sqrt(low_s² + (low_share·p)²))
        high = p + sqrt(high_s² + (high_share·p)²)

    An absolute part for the fixed overhead, a relative part for the shots: short jobs are relatively worse predicted.

    Attributes:
        nominal: Share of jobs that the interval is meant to contain.
        low_s: Absolute part below, in seconds.
        low_share: Relative part below.
        high_s: Absolute part above, in seconds.
        high_share: Relative part above.
        source: What the four numbers come from.
    """

    nominal: float
    low_s: float
    low_share: float
    high_s: float
    high_share: float
    source: str

    def __post_init__(self) -> None:
        for name in ("low_s", "low_share", "high_s", "high_share", "nominal"):
            check_finite(getattr(self, name), f"interval: {name}")
        if not 0.0 < self.nominal < 1.0:
            raise InputError(f"interval: nominal is {self.nominal}; it must lie between 0 and 1")

    def around(
        self, value_s: float, *, factor: float = 1.0, extra_s: float = 0.0, extra_share: float = 0.0
    ) -> tuple[float, float]:
        """Return the interval around a prediction: half-widths times `factor`, in quadrature with the extra parts."""
        below = math.hypot(factor * self.low_s, factor * self.low_share * value_s, extra_s, extra_share * value_s)
        above = math.hypot(factor * self.high_s, factor * self.high_share * value_s, extra_s, extra_share * value_s)
        return max(0.0, value_s - below), value_s + above


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
        date: When the jobs ran, as the source says; `None` where it does not.
        num_jobs: Number of jobs used; 0 for a rule that was not fitted.
        num_groups: Number of groups that cross-validation left out whole.
        repetition: Whether the time between shots is the device's rep_delay or the fitted `tau`.
        circuit_time: Whether the time of a circuit is its duration or the fitted layer and qubit times.
        overhead: `sum` adds the per-circuit terms; `max` takes the largest, for terms fitted on different data.
        parameters: The constants; terms that are not listed are off.
        interval: Model of the prediction interval.
        ranges: Least and greatest value of each column in the jobs used.
        left_out: Rows of the table that were not used.
        notes: Assumptions and limits, one sentence each.
        seed: Seed of the folds and of the bootstrap; `None` for a profile that was not fitted here.
    """

    name: str
    source: str
    device: str | None = None
    devices: tuple[str, ...] = ()
    date: str | None = None
    num_jobs: int = 0
    num_groups: int = 0
    repetition: Repetition = "rep_delay"
    circuit_time: CircuitTime = "duration"
    overhead: Overhead = "sum"
    parameters: tuple[JobTimeParameter, ...]
    interval: JobTimeInterval
    ranges: Mapping[str, tuple[float, float]]
    left_out: tuple[LeftOutJob, ...] = ()
    notes: tuple[str, ...] = ()
    seed: int | None = None

    def __post_init__(self) -> None:
        where = f"job-time profile {shown(self.name)}"
        names = [parameter.name for parameter in self.parameters]
        if len(set(names)) != len(names):
            raise InputError(f"{where}: a parameter is listed twice: {listing(names)}")
        for field, kind in (("repetition", Repetition), ("circuit_time", CircuitTime), ("overhead", Overhead)):
            value, allowed = getattr(self, field), get_args(kind)
            if value not in allowed:
                raise InputError(f"{where}: {field} is {shown(value)}; it must be {' or '.join(allowed)}")
        if self.repetition == "fitted" and "tau" not in names:
            raise InputError(f"{where}: repetition is 'fitted' but there is no parameter tau")
        for name, (low, high) in self.ranges.items():
            if not low <= high:
                raise InputError(f"{where}: range of {name} is [{low}, {high}]")
        object.__setattr__(self, "ranges", {name: (low, high) for name, (low, high) in self.ranges.items()})

    def parameter(self, name: str) -> JobTimeParameter | None:
        """Return the parameter of that name, or `None` where the term is off."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    def speaks_for(self, device: str) -> bool:
        """Return whether the profile was fitted on that device (`fake_torino` is a snapshot of `ibm_torino`)."""
        if self.device is not None and _machine(device) == _machine(self.device):
            return True
        return any(fnmatch.fnmatchcase(device.lower(), pattern.lower()) for pattern in self.devices)

    def to_dict(self) -> dict[str, Any]:
        """Return the profile as plain data; `from_dict` reads it back."""
        data = {"schema": SCHEMA, **asdict(self)}
        data |= {name: list(data[name]) for name in ("devices", "parameters", "left_out", "notes")}
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
        check_texts(fields, ("name", "source"), ("device", "date"), where)
        check_counts(fields, where)
        fields |= {
            "parameters": read_records(JobTimeParameter, fields, "parameters", where),
            "left_out": read_records(LeftOutJob, fields, "left_out", where),
            "interval": read_record(JobTimeInterval, fields["interval"], f"{where}: interval"),
            "ranges": {
                name: read_bounds(bounds, f"{where}: range of {name}")
                for name, bounds in read_object(fields["ranges"], f"{where}: ranges").items()
            },
            "notes": read_texts(fields, "notes", where),
            "devices": read_texts(fields, "devices", where),
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
        if self.circuit_time == "duration":
            circuits = ["shots·circuit_duration"]
        return "t = " + " + ".join([*per_job, *per_circuit, between_shots, *circuits])


def _machine(device: str) -> str:
    """Return the name of the machine behind a backend name: `FakeManilaV2`, `fake_manila` and `ibmq_manila` are one."""
    name = device.lower().replace("-", "_").removeprefix("fake").removeprefix("_")
    return name.removeprefix("ibmq_").removeprefix("ibm_").removesuffix("v2").replace("_", "")
