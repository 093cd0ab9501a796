"""How long a job takes on a real device: the `JobTimeProfile` record and its prediction.

::

    t = t0 + c_circuit·n + c_instruction·Σ instructions + Σ shots·(rep_delay + T_circuit)

`t0` and the `c_…` are fitted per device from timed jobs (`hwcost.job_time_fit`). The slope of the shots term is 1, not
fitted, wherever the calibration knows rep_delay and the circuit durations. Where it does not, a profile carries fitted
times per shot, per layer and per qubit instead (`TERMS`).
"""

from __future__ import annotations

import fnmatch
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast, get_args

from hwcost.errors import InputError, OptionError
from hwcost.shipped import calibrations_dir

SCHEMA = "hwcost.job-time/1"

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
_CIRCUIT_TIME_TERMS = ("layer_time", "shot_qubit_time", "qubit_layer_time")

OTHER_DEVICE_FACTOR = 2.0
OTHER_DEVICE_S = 2.5
OTHER_DEVICE_SHARE = 0.4
"""Widening of the interval on a device that the profile was not fitted on.

Between two devices of one maker the fixed overhead differed by up to 2.6 s (IQM: 0.10, 0.81 and 2.66 s) and the time
per shot by up to 40 % (322, 431 and 447 us). Both are added in quadrature to twice the fitted half-width; the factor 2
is a convention for terms that the two devices need not share.
"""
OUTSIDE_RANGE_FACTOR = 2.0
"""Widening of the interval of a job beyond twice, or below half, the sizes that the profile was fitted on.

A convention, not a measurement: no residual exists where no job was timed.
"""


def term_amounts(
    *, num_circuits: Any, shots: Any, num_qubits: Any = None, total_depth: Any = None, total_instructions: Any = None
) -> dict[str, Any]:
    """The size that multiplies each constant of `TERMS`; `None` where a size that it needs is not known.

    Works on numbers and, element by element, on arrays.

    >>> amounts = term_amounts(num_circuits=3, shots=100, total_depth=30)
    >>> amounts["tau"], amounts["layer_time"], amounts["c_instruction"]
    (300, 3000, None)
    """
    qubit_layers = None if num_qubits is None or total_depth is None else num_qubits * total_depth
    return {
        "t0": num_circuits * 0.0 + 1.0,
        "c_circuit": num_circuits,
        "c_instruction": total_instructions,
        "c_qubit": None if num_qubits is None else num_circuits * num_qubits,
        "c_qubit_layer": qubit_layers,
        "tau": num_circuits * shots,
        "layer_time": None if total_depth is None else shots * total_depth,
        "shot_qubit_time": None if num_qubits is None else num_circuits * shots * num_qubits,
        "qubit_layer_time": None if qubit_layers is None else shots * qubit_layers,
    }


def _check_finite(value: float, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0.0:
        raise InputError(f"{what} is {value!r}; it must be a finite number that is not negative")


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
            raise InputError(f"parameter {self.name!r} is unknown; known: {', '.join(TERMS)}")
        for name in ("value", "low", "high"):
            _check_finite(getattr(self, name), f"parameter {self.name}: {name}")
        if self.unit != TERMS[self.name].unit:
            raise InputError(f"parameter {self.name}: unit is {self.unit!r}; it must be {TERMS[self.name].unit!r}")
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
        for name in ("low_s", "low_share", "high_s", "high_share"):
            _check_finite(getattr(self, name), f"interval: {name}")
        _check_finite(self.nominal, "interval: nominal")
        if not 0.0 < self.nominal < 1.0:
            raise InputError(f"interval: nominal is {self.nominal}; it must lie between 0 and 1")

    def around(
        self, value_s: float, *, factor: float = 1.0, extra_s: float = 0.0, extra_share: float = 0.0
    ) -> tuple[float, float]:
        """The interval around a prediction: half-widths times `factor`, in quadrature with the extra parts."""
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
            raise InputError(f"line is {self.line!r}, expected a whole number")
        _check_finite(self.observed_s, f"line {self.line}: observed_s")
        if self.kind not in get_args(LeftOutKind):
            raise InputError(f"kind is {self.kind!r}; it must be {', '.join(get_args(LeftOutKind))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTimeProfile:
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
        where = f"job-time profile {self.name!r}"
        names = [parameter.name for parameter in self.parameters]
        if len(set(names)) != len(names):
            raise InputError(f"{where}: a parameter is listed twice: {', '.join(names)}")
        for field, allowed in (
            ("repetition", get_args(Repetition)),
            ("circuit_time", get_args(CircuitTime)),
            ("overhead", get_args(Overhead)),
        ):
            if getattr(self, field) not in allowed:
                raise InputError(f"{where}: {field} is {getattr(self, field)!r}; it must be {' or '.join(allowed)}")
        if self.repetition == "fitted" and "tau" not in names:
            raise InputError(f"{where}: repetition is 'fitted' but there is no parameter tau")
        for name, (low, high) in self.ranges.items():
            if not low <= high:
                raise InputError(f"{where}: range of {name} is [{low}, {high}]")
        object.__setattr__(self, "ranges", {name: (low, high) for name, (low, high) in self.ranges.items()})

    def parameter(self, name: str) -> JobTimeParameter | None:
        """The parameter of that name, or `None` where the term is off."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    def speaks_for(self, device: str) -> bool:
        """Whether the profile was fitted on that device (`fake_torino` is a snapshot of `ibm_torino`)."""
        if self.device is not None and _machine(device) == _machine(self.device):
            return True
        return any(fnmatch.fnmatchcase(device.lower(), pattern.lower()) for pattern in self.devices)

    def to_dict(self) -> dict[str, Any]:
        """The profile as plain data; `from_dict` reads it back."""
        return {
            "schema": SCHEMA,
            "name": self.name,
            "source": self.source,
            "device": self.device,
            "devices": list(self.devices),
            "date": self.date,
            "num_jobs": self.num_jobs,
            "num_groups": self.num_groups,
            "repetition": self.repetition,
            "circuit_time": self.circuit_time,
            "overhead": self.overhead,
            "parameters": [asdict(parameter) for parameter in self.parameters],
            "interval": asdict(self.interval),
            "ranges": {name: list(bounds) for name, bounds in self.ranges.items()},
            "left_out": [asdict(job) for job in self.left_out],
            "notes": list(self.notes),
            "seed": self.seed,
        }

    def to_json(self) -> str:
        """The profile as JSON text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_dict(cls, data: object, *, where: str = "job-time profile") -> JobTimeProfile:
        """The profile that `to_dict` wrote.

        Args:
            data: Plain data, as read from JSON.
            where: Name of the file, for messages.

        Raises:
            InputError: A key is missing, unknown, or has a value that makes no sense.
        """
        fields = _object(data, where)
        schema = fields.pop("schema", None)
        if schema != SCHEMA:
            raise InputError(f"{where}: schema is {schema!r}, expected {SCHEMA!r}; is this a job-time profile?")
        try:
            _check_keys(fields, cls, where)
            _check_texts(fields, ("name", "source"), ("device", "date"), where)
            _check_counts(fields, where)
            parameters = [
                _record(JobTimeParameter, item, f"{where}: parameters[{i}]")
                for i, item in enumerate(_list(fields, "parameters", where))
            ]
            left_out = [
                _record(LeftOutJob, item, f"{where}: left_out[{i}]")
                for i, item in enumerate(_list(fields, "left_out", where))
            ]
            ranges = _object(fields["ranges"], f"{where}: ranges")
            interval = _record(JobTimeInterval, fields["interval"], f"{where}: interval")
            fields |= {
                "parameters": tuple(parameters),
                "left_out": tuple(left_out),
                "interval": interval,
                "ranges": {name: _bounds(bounds, f"{where}: range of {name}") for name, bounds in ranges.items()},
                "notes": _texts(fields, "notes", where),
                "devices": _texts(fields, "devices", where),
            }
            return cls(**fields)
        except InputError as error:
            message = str(error)
            raise InputError(message if message.startswith(where) else f"{where}: {message}") from None

    @property
    def formula(self) -> str:
        """The terms that are on, as one line."""
        on = [parameter.name for parameter in self.parameters]
        circuit = [name for name in on if TERMS[name].scope == "circuit"]
        text = [name for name in on if name == "t0"]
        if circuit:
            text.append(
                f"max({', '.join(circuit)})" if self.overhead == "max" and len(circuit) > 1 else " + ".join(circuit)
            )
        if self.repetition == "rep_delay":
            text.append("shots·rep_delay")
        else:
            text.append("tau")
        if self.circuit_time == "duration":
            text.append("shots·circuit_duration")
        else:
            text.extend(name for name in on if name in _CIRCUIT_TIME_TERMS)
        return "t = " + " + ".join(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTime:
    """Predicted seconds of one job.

    Attributes:
        value_s: The prediction.
        low_s: Lower end of the interval.
        high_s: Upper end of the interval.
        nominal: Share of jobs that the interval is meant to contain.
        profile: Name of the profile used.
        parts: Seconds of each part; they add up to `value_s`.
        notes: What was assumed, and why the interval was widened.
    """

    value_s: float
    low_s: float
    high_s: float
    nominal: float
    profile: str
    parts: Mapping[str, float]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The prediction as plain data, in seconds."""
        return {
            "value": self.value_s,
            "low": self.low_s,
            "high": self.high_s,
            "nominal": self.nominal,
            "profile": self.profile,
            "parts": dict(self.parts),
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """The prediction as JSON text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def predict(
    profile: JobTimeProfile,
    *,
    shots: float,
    num_circuits: int = 1,
    rep_delay_s: float | None = None,
    total_circuit_duration_s: float | None = None,
    total_shots_time_s: float | None = None,
    total_instructions: float | None = None,
    total_depth: float | None = None,
    num_qubits: float | None = None,
    device: str | None = None,
) -> JobTime:
    """How long a job takes, with its interval.

    ::

        t = t0 + c_circuit·n + c_instruction·Σ instructions + n·shots·rep_delay + shots·Σ T_circuit

    Every circuit of the job runs with the same number of shots; where shots differ, give their mean and
    `total_shots_time_s`. Where the profile was fitted without rep_delay or durations, `tau` and the layer and qubit
    times stand in their place. Not valid for jobs with error mitigation, dynamic circuits or sessions: none were timed.

    Args:
        profile: Constants of the device.
        shots: Shots of each circuit.
        num_circuits: Number n of circuits in the job.
        rep_delay_s: Time between shots, in seconds.
        total_circuit_duration_s: Sum over the job's circuits of their duration, measurement included, in seconds.
        total_shots_time_s: Σ shots·(rep_delay + T_circuit) in seconds, in place of the two arguments before it.
        total_instructions: Sum over the job's circuits of their transpiled instructions.
        total_depth: Sum over the job's circuits of their depth.
        num_qubits: Qubits of a circuit.
        device: Name of the device that will run the job; the interval widens where the profile is of another one.

    Raises:
        OptionError: A size that the profile needs is not given, or is negative.

    >>> job = predict(load_profile("ibm"), shots=4000, num_circuits=20, rep_delay_s=250e-6,
    ...               total_circuit_duration_s=20 * 5e-6, total_instructions=20 * 100)
    >>> round(job.value_s, 2)  # 1.8 + max(20 · 0.077, 2000 · 12e-6) + 4000 · 20 · 255e-6
    23.74
    """
    sizes = {
        "num_circuits": num_circuits,
        "shots": shots,
        "num_qubits": num_qubits,
        "total_depth": total_depth,
        "total_instructions": total_instructions,
    }
    times = {
        "shots": shots,
        "rep_delay_s": rep_delay_s,
        "total_circuit_duration_s": total_circuit_duration_s,
        "total_shots_time_s": total_shots_time_s,
    }
    for name, value in (sizes | times).items():
        if value is not None and not (math.isfinite(value) and value >= 0):
            raise OptionError(f"{name} is {value}; it must be a finite number that is not negative")
    notes: list[str] = []
    amounts = term_amounts(**sizes)
    parts = _parts(profile, amounts, times, notes)
    value_s = math.fsum(parts.values())
    outside = _outside(profile, sizes | {"total_circuit_duration_s": total_circuit_duration_s}, notes)
    other = device is not None and not profile.speaks_for(device)
    if other:
        fitted_on = profile.device or ", ".join(profile.devices) or "an unnamed device"
        notes.append(
            f"the profile {profile.name} was fitted on {fitted_on}, not on {device}: half-widths of the interval "
            f"×{OTHER_DEVICE_FACTOR:g}, with {OTHER_DEVICE_S:g} s and {OTHER_DEVICE_SHARE:.0%} added in quadrature"
        )
    low_s, high_s = profile.interval.around(
        value_s,
        factor=(OUTSIDE_RANGE_FACTOR if outside else 1.0) * (OTHER_DEVICE_FACTOR if other else 1.0),
        extra_s=OTHER_DEVICE_S if other else 0.0,
        extra_share=OTHER_DEVICE_SHARE if other else 0.0,
    )
    if outside:
        # Where no job was timed, an error of a constant is no longer part of the residuals that were seen.
        low_s = min(low_s, math.fsum(_parts(_at_end(profile, "low"), amounts, times, []).values()))
        high_s = max(high_s, math.fsum(_parts(_at_end(profile, "high"), amounts, times, []).values()))
    return JobTime(
        value_s=value_s,
        low_s=low_s,
        high_s=high_s,
        nominal=profile.interval.nominal,
        profile=profile.name,
        parts=parts,
        notes=tuple(notes),
    )


def list_profiles() -> tuple[str, ...]:
    """Names of the built-in profiles.

    >>> list_profiles()
    ('ibm', 'ibm_usage_guide', 'iqm')
    """
    return tuple(sorted(path.stem for path in (calibrations_dir() / "job_time").glob("*.json")))


def load_profile(name_or_path: str | Path) -> JobTimeProfile:
    """A built-in profile by name, or one from a JSON file.

    Args:
        name_or_path: A name of `list_profiles()`, or the path of a file that `hwcost jobs fit` wrote.

    Raises:
        OptionError: There is neither a built-in profile nor a file of that name.
        InputError: The file is not a job-time profile.
    """
    path = Path(name_or_path)
    if str(name_or_path) in list_profiles():
        path = calibrations_dir() / "job_time" / f"{name_or_path}.json"
    elif not path.is_file():
        raise OptionError(
            f"no job-time profile {str(name_or_path)!r}: not a file, and not one of {', '.join(list_profiles())}"
        )
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({str(error).splitlines()[0]})") from None
    return JobTimeProfile.from_dict(data, where=str(path))


def _machine(device: str) -> str:
    """Name of the machine behind a backend name: `FakeManilaV2`, `fake_manila` and `ibmq_manila` are one."""
    name = device.lower().replace("-", "_").removeprefix("fake").removeprefix("_")
    return name.removeprefix("ibmq_").removeprefix("ibm_").removesuffix("v2").replace("_", "")


def _amount(profile: JobTimeProfile, name: str, amounts: Mapping[str, Any]) -> float:
    amount = amounts[name]
    if amount is None:
        raise OptionError(f"the profile {profile.name} uses {name}, which needs {' and '.join(TERMS[name].needs)}")
    return float(amount)


def _at_end(profile: JobTimeProfile, end: Literal["low", "high"]) -> JobTimeProfile:
    """The profile with every constant at one end of its interval."""
    constants = tuple(replace(parameter, value=getattr(parameter, end)) for parameter in profile.parameters)
    return replace(profile, parameters=constants)


def _parts(
    profile: JobTimeProfile, amounts: Mapping[str, Any], times: Mapping[str, float | None], notes: list[str]
) -> dict[str, float]:
    """Seconds of every part of the job."""
    return _overhead_parts(profile, amounts, notes) | _shot_parts(profile, amounts, times, notes)


def _overhead_parts(profile: JobTimeProfile, amounts: Mapping[str, Any], notes: list[str]) -> dict[str, float]:
    """Seconds that do not depend on shots."""
    parts: dict[str, float] = {}
    for parameter in profile.parameters:
        if TERMS[parameter.name].scope == "shot":
            continue
        if profile.overhead == "max" and amounts[parameter.name] is None:
            notes.append(f"{parameter.name} left out: {' and '.join(TERMS[parameter.name].needs)} not known")
            continue
        parts[parameter.name] = parameter.value * _amount(profile, parameter.name, amounts)
    if profile.overhead == "max":
        per_circuit = [name for name in parts if TERMS[name].scope == "circuit"]
        largest = max(per_circuit, key=parts.__getitem__, default=None)
        parts = {name: part for name, part in parts.items() if name == largest or name not in per_circuit}
    return parts


def _shot_parts(
    profile: JobTimeProfile,
    amounts: Mapping[str, Any],
    times: Mapping[str, float | None],
    notes: list[str],
) -> dict[str, float]:
    """Seconds that grow with shots."""
    rep_delay_s, duration_s = times["rep_delay_s"], times["total_circuit_duration_s"]
    if times["total_shots_time_s"] is not None and (profile.repetition, profile.circuit_time) == (
        "rep_delay",
        "duration",
    ):
        return {"shots_time": times["total_shots_time_s"]}
    parts: dict[str, float] = {}
    if profile.repetition == "rep_delay" and rep_delay_s is not None:
        parts["rep_delay"] = amounts["tau"] * rep_delay_s
    else:
        tau = profile.parameter("tau")
        if tau is None:
            raise OptionError(f"the profile {profile.name} needs rep_delay_s, the time between shots")
        parts["tau"] = tau.value * _amount(profile, "tau", amounts)
        if profile.repetition == "rep_delay":
            notes.append(
                f"rep_delay not known: {tau.value * 1e6:g} us per shot assumed ({tau.source or profile.source})"
            )
    if profile.circuit_time == "duration" and duration_s is not None:
        parts["circuit_duration"] = cast(float, times["shots"]) * duration_s
        return parts
    fitted = [name for name in _CIRCUIT_TIME_TERMS if profile.parameter(name) is not None]
    if profile.circuit_time == "duration":
        if not fitted:
            raise OptionError(f"the profile {profile.name} needs total_circuit_duration_s")
        if any(amounts[name] is None for name in fitted):
            raise OptionError(f"the profile {profile.name} needs total_circuit_duration_s, or else total_depth")
        notes.append("circuit durations not known: taken from depth and the profile's layer time")
    elif duration_s is not None and fitted:
        notes.append(
            f"the profile {profile.name} has layer and qubit times in place of circuit durations; depth and qubits "
            "must be counted as in its table, often before transpilation"
        )
    for name in fitted:
        parts[name] = cast(JobTimeParameter, profile.parameter(name)).value * _amount(profile, name, amounts)
    return parts


def _outside(profile: JobTimeProfile, sizes: Mapping[str, float | None], notes: list[str]) -> bool:
    """Whether the job is more than twice as large, or less than half as large, as every timed job."""
    found = False
    for name, (low, high) in profile.ranges.items():
        value = sizes.get(name)
        if value is not None and not low / 2.0 <= value <= high * 2.0:
            found = True
            notes.append(
                f"{name} is {value:g}, far outside the {low:g} to {high:g} that the profile {profile.name} was fitted "
                f"on: half-widths of the interval ×{OUTSIDE_RANGE_FACTOR:g}"
            )
    return found


def _object(data: object, where: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise InputError(f"{where}: is {type(data).__name__}, expected a JSON object")
    return dict(data)


def _list(fields: Mapping[str, Any], name: str, where: str) -> Sequence[Any]:
    if not isinstance(fields[name], list):
        raise InputError(f"{where}: {name} is {type(fields[name]).__name__}, expected a list")
    return cast(Sequence[Any], fields[name])


def _texts(fields: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    texts = _list(fields, name, where)
    if not all(isinstance(text, str) for text in texts):
        raise InputError(f"{where}: {name} must be a list of texts")
    return tuple(texts)


def _bounds(bounds: object, where: str) -> tuple[float, float]:
    if not isinstance(bounds, list) or len(bounds) != 2:
        raise InputError(f"{where}: is {bounds!r}, expected [least, greatest]")
    for value in bounds:
        _check_finite(value, where)
    return float(bounds[0]), float(bounds[1])


def _check_keys(fields: Mapping[str, Any], record: type, where: str) -> None:
    known = record.__dataclass_fields__  # type: ignore[attr-defined]
    unknown, missing = sorted(set(fields) - set(known)), sorted(set(known) - set(fields))
    if unknown:
        raise InputError(f"{where}: unknown key {', '.join(unknown)}; known: {', '.join(known)}")
    if missing:
        raise InputError(f"{where}: missing key {', '.join(missing)}")


def _check_texts(fields: Mapping[str, Any], required: Sequence[str], optional: Sequence[str], where: str) -> None:
    for name in (*required, *optional):
        value = fields[name]
        if not (isinstance(value, str) or (value is None and name in optional)):
            raise InputError(f"{where}: {name} is {value!r}, expected text")


def _check_counts(fields: Mapping[str, Any], where: str) -> None:
    for name in ("num_jobs", "num_groups", "seed"):
        value = fields[name]
        if name == "seed" and value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise InputError(f"{where}: {name} is {value!r}, expected a whole number that is not negative")


def _record(record: Any, data: object, where: str) -> Any:
    fields = _object(data, where)
    _check_keys(fields, record, where)
    texts = [name for name in fields if name in ("name", "unit", "reason", "kind")]
    _check_texts(fields, texts, [name for name in fields if name == "source"], where)
    try:
        return record(**fields)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
