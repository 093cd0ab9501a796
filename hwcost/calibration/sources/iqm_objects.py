"""Calibrations of IQM's fake backends: objects with an `error_profile`, and their names such as `iqm_adonis`.

Their Targets have neither durations nor errors; the error profile has both. The objects are read by what they have, so
nothing here imports IQM's package but the look-up of a name (extra `iqm`).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib import import_module, metadata, util
from pathlib import Path
from typing import Any

from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.device_values import DeviceValues, QubitValues
from hwcost.calibration.sources.iqm_channels import average_gate_error, through_resonator
from hwcost.calibration.sources.matches import Match, fits
from hwcost.calibration.values import Place, expect, number, optional_probability
from hwcost.calibration.vendors import IQM
from hwcost.core.errors import CalibrationError, MissingDependencyError, UnknownBackendError
from hwcost.core.text import listing, plural, shown
from hwcost.core.units import format_seconds

PREFIX = "iqm_"
QISKIT_NAMES: Mapping[str, str] = {"prx": "r", "cz": "cz"}
"""IQM's names of gates, and Qiskit's."""

BALLPARK = "the values of IQM's fake backends are typical ones, not those of a device on a day"
RESONATORS = (
    "{name}: qubits are joined by {resonators} only, and how long a state takes to be moved there is not known, so "
    "nothing can be costed on it; choose a device with a square lattice, such as iqm_adonis"
)
THROUGH = (
    "a cz of two qubits goes through the resonator {resonator} (move, cz, move: {move}, {cz}, {move}), which one gate "
    "at a time can use, so that they run one after the other; a compiler that keeps a state there for several cz needs "
    "fewer moves, so that times and errors are upper bounds"
)

_DISTRIBUTION = "iqm-client"
_PACKAGE = "iqm.qiskit_iqm.fake_backends"
_LICENCE = "Apache-2.0"
_NS = 1e-9
_PROFILE = (
    "t1s",
    "t2s",
    "single_qubit_gate_depolarizing_error_parameters",
    "two_qubit_gate_depolarizing_error_parameters",
    "single_qubit_gate_durations",
    "two_qubit_gate_durations",
    "readout_errors",
)
_NUMBER = re.compile(r"(\d+)")


def claims(given: object) -> bool:
    """Return whether it is an object with IQM's error profile, or a name that begins with `iqm_` or `IQMFake`."""
    if isinstance(given, str):
        return given.strip().lower().startswith((PREFIX, "iqmfake"))
    profile = getattr(given, "error_profile", None)
    return profile is not None and all(hasattr(profile, name) for name in _PROFILE)


def read(given: object) -> Calibration:
    """Read the error profile of a fake backend, or of the one with this name.

    Raises:
        UnknownBackendError: IQM's package has no fake backend of that name.
        CalibrationError: Its qubits are joined through resonators, or a value is impossible.
        MissingDependencyError: IQM's package is not installed.
    """
    if isinstance(given, str):
        return _load(_device(given))
    kind = type(given)
    name = getattr(given, "name", None)
    return profile_calibration(
        getattr(given, "error_profile", None),
        name=name if isinstance(name, str) and name else kind.__name__,
        origin=f"error profile of a {kind.__module__}.{kind.__name__} object",
        order=_order(given),
    )


def expand(pattern: str) -> tuple[Match, ...] | None:
    """Return the fake backends that fit a pattern such as `iqm_*`; None for a pattern of others.

    Raises:
        UnknownBackendError: None fits.
        MissingDependencyError: IQM's package is not installed.
    """
    if not pattern.strip().lower().startswith("iqm"):
        return None
    names = [PREFIX + device for device in _installed()]
    found = [name for name in names if fits(pattern, (name,))]
    if not found:
        raise UnknownBackendError(f"no IQM fake backend fits {shown(pattern)}; there are {listing(names)}")
    return tuple(Match(name=name, read=partial(read, name)) for name in found)


def list_iqm_backends() -> tuple[str, ...]:
    """List the names of the installed package's fake backends, none where it is not installed."""
    folder = _folder()
    return () if folder is None else tuple(PREFIX + device for device in _devices(folder))


def profile_calibration(profile: object, *, name: str, origin: str, order: Sequence[str] | None = None) -> Calibration:
    """Make the calibration that an error profile describes.

    The error of a gate is the average one of the channel that IQM's profile defines: relaxation during the gate, then
    depolarization (see `average_gate_error`).

    Args:
        profile: Object with the attributes of `IQMErrorProfile`: times in ns, errors by gate and qubits.
        name: Name of the calibration.
        origin: Where the profile came from, in words.
        order: Names of the qubits in the order of their numbers; by default by the numbers in their names.

    Raises:
        CalibrationError: Qubits are joined through resonators, or a value is impossible.
    """
    place = Place(f"{name}: error profile")
    parts = {part: expect(place, part, getattr(profile, part), Mapping, "a mapping") for part in _PROFILE}
    for qubit in (*parts["t1s"], *parts["readout_errors"]):
        expect(place, "the name of a qubit", qubit, str, "text")
    if not parts["readout_errors"]:
        raise place.error("readout_errors", "is empty; there must be at least one qubit")
    resonators = sorted(set(parts["t1s"]) - set(parts["readout_errors"]))
    moves = parts["two_qubit_gate_depolarizing_error_parameters"].get("move")
    if resonators and not (isinstance(moves, Mapping) and moves):
        raise CalibrationError(RESONATORS.format(name=name, resonators=plural(len(resonators), "resonator")))
    names = list(order) if order is not None else sorted(parts["readout_errors"], key=natural_key)
    missing = sorted(set(parts["readout_errors"]) ^ set(names))
    if missing:
        raise place.error("readout_errors", f"and the qubits of the backend differ in {listing(missing)}")
    times = {
        part: {
            qubit: number(place, f"{part} of {qubit}", parts[part].get(qubit)) * _NS for qubit in (*names, *resonators)
        }
        for part in ("t1s", "t2s")
    }
    ones, gates = _one_qubit(place, parts, names, times)
    pairs = _two_qubit(place, parts, names, times)
    if resonators:
        pairs = pairs.joined_with(_star(place, parts, names, times))
    values = DeviceValues(
        qubits=tuple(_qubit(place, parts["readout_errors"][qubit], qubit, times, ones[qubit]) for qubit in names),
        gates=(*gates, "cz"),
        edges=tuple(pairs.errors),
        edge_errors={("cz", edge): error for edge, error in pairs.errors.items()},
        edge_durations_s={("cz", edge): duration_s for edge, duration_s in pairs.durations_s.items()},
        edge_resources={("cz", edge): resource for edge, resource in pairs.resources.items()},
        assumptions=(BALLPARK, *pairs.assumptions),
    )
    return values.calibration(
        name=name,
        source="iqm",
        origin=f"{origin}; qubits 0 to {len(names) - 1} are {names[0]} to {names[-1]}",
        processor=IQM,
        licence=_LICENCE,
    )


def natural_key(name: str) -> tuple[tuple[int, str], ...]:
    """Return what sorts QB2 before QB10."""
    return tuple((int(part), "") if part.isdecimal() and len(part) < 10 else (-1, part) for part in _NUMBER.split(name))


# Parts of a profile.


_Times = Mapping[str, Mapping[str, float]]


def _coherence(place: Place, times: _Times, qubit: str) -> tuple[float, float]:
    t1_s, t2_s = times["t1s"][qubit], times["t2s"][qubit]
    if t1_s == 0.0 or t2_s == 0.0:
        raise place.error(f"T1 or T2 of {qubit}", "is 0; it must be above 0")
    return t1_s, t2_s


def _one_qubit(
    place: Place, parts: Mapping[str, Any], names: Sequence[str], times: _Times
) -> tuple[dict[str, tuple[float, float]], list[str]]:
    """Return error and duration of the one-qubit gate of each qubit, and its name."""
    field = "single_qubit_gate_depolarizing_error_parameters"
    entries = parts[field].get("prx")
    expect(place, f"prx of {field}", entries, Mapping, "a mapping")
    duration_s = _duration(place, "single_qubit_gate_durations", parts, "prx")
    values = {}
    for qubit in names:
        depolarizing = _parameter(place, f"prx of {qubit}", entries.get(qubit))
        error = average_gate_error(depolarizing, duration_s, [_coherence(place, times, qubit)])
        values[qubit] = (error, duration_s)
    return values, [QISKIT_NAMES["prx"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """The CZ of pairs of qubits: errors, seconds, and the resonator that each goes through, if any."""

    errors: dict[tuple[int, int], float]
    durations_s: dict[tuple[int, int], float]
    resources: dict[tuple[int, int], str] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()

    def joined_with(self, star: _Pairs) -> _Pairs:
        """Return both; a gate without a resonator is better than one through it."""
        return _Pairs(
            errors={**star.errors, **self.errors},
            durations_s={**star.durations_s, **self.durations_s},
            resources={edge: name for edge, name in star.resources.items() if edge not in self.errors},
            assumptions=star.assumptions,
        )


_TWO = "two_qubit_gate_depolarizing_error_parameters"


def _two_qubit(place: Place, parts: Mapping[str, Any], names: Sequence[str], times: _Times) -> _Pairs:
    entries = expect(place, f"cz of {_TWO}", parts[_TWO].get("cz"), Mapping, "a mapping")
    duration_s = _duration(place, "two_qubit_gate_durations", parts, "cz")
    index = {qubit: number for number, qubit in enumerate(names)}
    known = times["t1s"].keys()
    errors = {}
    for pair, value in entries.items():
        if not (isinstance(pair, tuple) and len(set(pair)) == len(pair) == 2 and set(pair) <= known):
            raise place.error(f"cz of {_TWO}", f"has the key {shown(pair)}; it must be two qubits of the device")
        if set(pair) <= index.keys():
            errors[index[pair[0]], index[pair[1]]] = average_gate_error(
                _parameter(place, f"cz of {pair[0]}, {pair[1]}", value),
                duration_s,
                [_coherence(place, times, qubit) for qubit in pair],
            )
    return _Pairs(errors=errors, durations_s=dict.fromkeys(errors, duration_s))


def _star(place: Place, parts: Mapping[str, Any], names: Sequence[str], times: _Times) -> _Pairs:
    """Return the CZ of qubits that can reach one resonator, one by a move and the other by its CZ."""
    durations_s = {gate: _duration(place, "two_qubit_gate_durations", parts, gate) for gate in ("cz", "move")}
    reach = {gate: _with_resonators(place, parts, names, times, gate) for gate in durations_s}
    errors: dict[tuple[int, int], float] = {}
    resources = {}
    for (moved, resonator), move in reach["move"].items():
        for (other, same), cz in reach["cz"].items():
            if other == moved or same != resonator:
                continue
            error, _ = through_resonator(
                cz=(cz, durations_s["cz"]),
                move=(move, durations_s["move"]),
                moved=_coherence(place, times, moved),
                other=_coherence(place, times, other),
                resonator=_coherence(place, times, resonator),
            )
            a, b = sorted((names.index(moved), names.index(other)))
            if error < errors.get((a, b), 2.0):  # of both qubits the one is moved with which less is lost
                errors[a, b], resources[a, b] = error, resonator
    through = [
        THROUGH.format(resonator=name, move=format_seconds(durations_s["move"]), cz=format_seconds(durations_s["cz"]))
        for name in sorted(set(resources.values()))
    ]
    duration_s = 2.0 * durations_s["move"] + durations_s["cz"]
    return _Pairs(
        errors=errors,
        durations_s=dict.fromkeys(errors, duration_s),
        resources=resources,
        assumptions=tuple(through),
    )


def _with_resonators(
    place: Place, parts: Mapping[str, Any], names: Sequence[str], times: _Times, gate: str
) -> dict[tuple[str, str], float]:
    """Return the depolarizing parameter of a gate by (qubit, resonator)."""
    found = {}
    for pair, value in parts[_TWO][gate].items():
        if not (isinstance(pair, tuple) and len(set(pair)) == len(pair) == 2 and set(pair) <= times["t1s"].keys()):
            raise place.error(f"{gate} of {_TWO}", f"has the key {shown(pair)}; it must be a qubit and a resonator")
        qubits, resonators = ([each for each in pair if (each in names) == inside] for inside in (True, False))
        if len(qubits) == 1:
            found[qubits[0], resonators[0]] = _parameter(place, f"{gate} of {pair[0]}, {pair[1]}", value)
    return found


def _parameter(place: Place, field: str, value: object) -> float:
    found = optional_probability(place, field, value)
    if found is None:
        raise place.error(field, "is missing")
    return found


def _duration(place: Place, field: str, parts: Mapping[str, Any], gate: str) -> float:
    duration_ns = number(place, f"{field} of {gate}", parts[field].get(gate))
    if duration_ns == 0.0:
        raise place.error(f"{field} of {gate}", "is 0; it must be above 0")
    return duration_ns * _NS


def _qubit(place: Place, value: object, qubit: str, times: _Times, gate: tuple[float, float]) -> QubitValues:
    field = f"readout_errors of {qubit}"
    flips = expect(place, field, value, Mapping, "a mapping with 0 and 1")
    one_read, zero_read = (_parameter(place, field, flips.get(state)) for state in ("0", "1"))
    return QubitValues(
        t1_s=times["t1s"][qubit],
        t2_s=times["t2s"][qubit],
        gate_error=gate[0],
        gate_duration_s=gate[1],
        readout_error=(one_read + zero_read) / 2.0,
        prob_meas1_prep0=one_read,
        prob_meas0_prep1=zero_read,
    )


def _order(backend: object) -> list[str] | None:
    """Return the names of the qubits in the order that circuits number them."""
    index_of = getattr(backend, "qubit_name_to_index", None)
    if not callable(index_of):
        return None
    profile: Any = getattr(backend, "error_profile", None)
    return sorted(profile.readout_errors, key=lambda name: (index_of(name), name))


# Names.


@lru_cache(maxsize=16)
def _load(device: str) -> Calibration:
    try:
        module = import_module(f"{_PACKAGE}.fake_{device}")
    except ImportError as error:
        raise MissingDependencyError(
            f"IQM's fake backends cannot be imported ({error}); `pip install 'hwcost[iqm]'` brings what they need"
        ) from None
    backend = getattr(module, f"IQMFake{device.capitalize()}")()
    return profile_calibration(
        backend.error_profile,
        name=PREFIX + device,
        origin=f"{_DISTRIBUTION} {metadata.version(_DISTRIBUTION)} fake backend ({_LICENCE})",
        order=_order(backend),
    )


def _device(name: str) -> str:
    key = name.strip().lower().replace("_", "").removeprefix("iqm").removeprefix("fake").removesuffix("backend")
    devices = _installed()
    if key in devices:
        return key
    near = difflib.get_close_matches(key[:60], devices, n=1)
    hint = f"did you mean '{PREFIX}{near[0]}'?" if near else f"there are {listing([PREFIX + d for d in devices])}"
    raise UnknownBackendError(f"unknown IQM fake backend {shown(name)}; {hint}")


def _installed() -> list[str]:
    folder = _folder()
    if folder is None:
        raise MissingDependencyError(
            "IQM's fake backends are in a package that is not installed; `pip install 'hwcost[iqm]'` brings it (and "
            "Qiskit below 2.2)"
        )
    return _devices(folder)


def _folder() -> Path | None:
    # `iqm` is a namespace of several packages; looking for its parts runs none of their code.
    top = util.find_spec("iqm")
    for place in (top.submodule_search_locations or ()) if top is not None else ():
        folder = Path(place) / "qiskit_iqm" / "fake_backends"
        if folder.is_dir():
            return folder
    return None


def _devices(folder: Path) -> list[str]:
    return sorted(path.stem.removeprefix("fake_") for path in folder.glob("fake_*.py"))
