"""Calibrations from IQM's observations: a calibration set and its quality metrics, as IQM's service gives them.

Each observation has a dotted name (`dut_field`), a value and a unit: `characterization.model.QB1.t1_time`,
`metrics.rb.prx.drag_crf.QB1.fidelity`, `metrics.irb.cz.crf.QB1__QB2.fidelity`,
`metrics.ssro.measure.constant.QB1.error_0_to_1`, `gates.cz.crf.QB1__QB2.duration`. Files hold a list of observations,
an object with `observations`, or a list of such objects. The objects of IQM's client that hold them
(`ObservationFinder`) are read likewise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from hwcost.calibration.record import Calibration, Qubits
from hwcost.calibration.sources.device_values import DeviceValues, QubitValues
from hwcost.calibration.sources.iqm_objects import QISKIT_NAMES, RESONATORS, natural_key
from hwcost.calibration.sources.text import CalibrationFile, plain_name
from hwcost.calibration.values import Place, expect, number, optional_date
from hwcost.calibration.vendors import IQM
from hwcost.core.errors import CalibrationError, OptionError
from hwcost.core.text import plural, shown
from hwcost.core.units import SECONDS_PER_UNIT

SEVERAL = "of several implementations of a gate on the same qubits, the one with the smallest error is used"

_METHODS = {"prx": "rb", "cz": "irb", "measure": "ssro", "measure_fidelity": "ssro"}
_GATES = ("prx", "cz", "measure")
_Key: TypeAlias = tuple[str, str, str]  # gate, implementation, locus


def claims(given: object) -> bool:
    """Return whether it is a file with observations, or IQM's object that holds them."""
    if isinstance(given, CalibrationFile):
        return given.is_json and _is_observations(given.document)
    return isinstance(given, dict) and type(given).__name__ == "ObservationFinder"


def read(given: object, *, conf: CalibrationFile | None = None) -> Calibration:
    """Read observations.

    Raises:
        CalibrationError: They do not describe a device, or a value is impossible.
        OptionError: There is a configuration with it.
    """
    if not isinstance(given, CalibrationFile):
        tree = expect(Place("IQM ObservationFinder object"), "", given, dict, "a nested dictionary")
        return metrics_calibration(list(_leaves(tree)), name="iqm", origin="IQM ObservationFinder object")
    if conf is not None:
        raise OptionError(f"{given.shown}: observations take no configuration; leave {conf.shown} out")
    calibration_place = Place(given.shown)
    observations = list(_observations(calibration_place, given.document))
    label = next((entry.get("dut_label") for entry in observations if isinstance(entry.get("dut_label"), str)), None)
    return metrics_calibration(
        observations,
        name=plain_name(label or given.path.stem),
        origin=f"IQM observations JSON: {given.fingerprint}",
        where=given.shown,
    )


def metrics_calibration(
    observations: list[Mapping[str, Any]], *, name: str, origin: str, where: str | None = None
) -> Calibration:
    """Make the calibration that observations describe; qubits are numbered by the numbers in their names.

    Raises:
        CalibrationError: There is no qubit or no two-qubit gate in them, qubits are joined through resonators, or a
            value is impossible.
    """
    place = Place(where or origin)
    table = _Table()
    for entry in observations:
        _take(place, entry, table)
    names = sorted(table.qubits(), key=natural_key)
    resonators = {part for _, _, locus in table.keys("cz") for part in locus.split("__")} - set(names)
    if resonators:
        raise CalibrationError(RESONATORS.format(name=name, resonators=plural(len(resonators), "resonator")))
    pairs = _best_of_pairs(place, table)
    if not names or not pairs:
        raise CalibrationError(
            f"{place.origin}: the observations name no {'two-qubit gate' if names else 'qubit'}; give the quality "
            "metrics of a calibration set, with metrics.rb.prx… and metrics.irb.cz…"
        )
    index = {qubit: number for number, qubit in enumerate(names)}
    errors, durations = {}, {}
    for (a, b), key in pairs.items():
        edge: Qubits = (index[a], index[b])
        if key in table.fidelities:
            errors["cz", edge] = 1.0 - table.fidelities[key]
        if key in table.durations_s:
            durations["cz", edge] = table.durations_s[key]
    values = DeviceValues(
        qubits=tuple(_qubit(table, qubit) for qubit in names),
        gates=(QISKIT_NAMES["prx"], QISKIT_NAMES["cz"]),
        edges=tuple((index[a], index[b]) for a, b in pairs),
        edge_errors=errors,
        edge_durations_s=durations,
        snapshot_date=max(table.dates, default=None),
        assumptions=(SEVERAL,) if table.has_several() else (),
    )
    return values.calibration(
        name=name,
        source="iqm",
        origin=f"{origin}; qubits 0 to {len(names) - 1} are {names[0]} to {names[-1]}",
        processor=IQM,
    )


@dataclass(slots=True)
class _Table:
    """Observations by what they are about."""

    t1_s: dict[str, float] = field(default_factory=dict)
    t2_s: dict[str, float] = field(default_factory=dict)
    fidelities: dict[_Key, float] = field(default_factory=dict)
    durations_s: dict[_Key, float] = field(default_factory=dict)
    flips: dict[tuple[_Key, str], float] = field(default_factory=dict)
    dates: list[datetime] = field(default_factory=list)

    def keys(self, gate: str) -> list[_Key]:
        """Return the implementations and places of a gate that have a value."""
        known = dict.fromkeys((*self.fidelities, *self.durations_s, *(key for key, _ in self.flips)))
        return [key for key in known if key[0] == gate]

    def qubits(self) -> set[str]:
        """Return the names of all parts with a one-qubit gate or a readout, which resonators have not."""
        return {locus for gate in ("prx", "measure") for _, _, locus in self.keys(gate)}

    def best(self, gate: str, locus: str) -> _Key | None:
        """Return the implementation with the highest fidelity there; one without any comes last."""
        found = [key for key in self.keys(gate) if key[2] == locus]
        return max(found, key=lambda key: self.fidelities.get(key, -1.0), default=None)

    def has_several(self) -> bool:
        """Return whether a gate has two implementations on the same qubits."""
        places = [(gate, locus) for gate in _GATES for _, _, locus in self.keys(gate)]
        return len(set(places)) < len(places)


def _is_observations(document: object) -> bool:
    if isinstance(document, dict):
        return "observations" in document
    if not isinstance(document, list) or not document or not isinstance(document[0], dict):
        return False
    return "dut_field" in document[0] or "observations" in document[0]


def _observations(place: Place, document: object) -> Iterator[Mapping[str, Any]]:
    for found in document if isinstance(document, list) else [document]:
        entry = expect(place, "an entry", found, dict, "an object with observations, or an observation")
        if "observations" not in entry:
            yield entry
            continue
        for observation in expect(place, "observations", entry["observations"], list, "a list of observations"):
            yield expect(place, "an entry of observations", observation, dict, "an object with dut_field and value")


def _leaves(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the observations of IQM's nested object as plain data."""
    for value in tree.values():
        if isinstance(value, Mapping):
            yield from _leaves(value)
        else:
            fields = ("dut_field", "value", "unit", "invalid", "modified_timestamp")
            yield {name: getattr(value, name, None) for name in fields}


def _take(place: Place, entry: Mapping[str, Any], table: _Table) -> None:
    """Put an observation into the table, if it is one that is used; invalid ones are not."""
    name = expect(place, "dut_field", entry.get("dut_field"), str, "the dotted name of an observation")
    path = name.partition(":")[0].split(".")
    values: Any
    key: Any
    match path:
        case ["characterization", "model", part, "t1_time" | "t2_time" as kind]:
            values, key, is_time = (table.t1_s if kind == "t1_time" else table.t2_s), part, True
        case ["gates", gate, implementation, locus, "duration"] if gate in _GATES:
            values, key, is_time = table.durations_s, (gate, implementation, locus), True
        case ["metrics", method, gate, implementation, locus, "fidelity"] if _METHODS.get(gate) == method:
            values, key, is_time = table.fidelities, (gate.removesuffix("_fidelity"), implementation, locus), False
        case ["metrics", "ssro", gate, implementation, locus, "error_0_to_1" | "error_1_to_0" as kind] if (
            _METHODS.get(gate) == "ssro"
        ):
            values, key, is_time = table.flips, (("measure", implementation, locus), kind), False
        case _:
            return
    if entry.get("invalid") is True or entry.get("value") is None:
        return
    value = _time(place, name, entry) if is_time else _fraction(place, name, entry)
    if key in values:
        raise place.error(shown(name), "is given twice; keep one of the two")
    values[key] = value
    date = optional_date(place, f"modified_timestamp of {shown(name)}", entry.get("modified_timestamp"))
    if date is not None:
        table.dates.append(date)


def _time(place: Place, name: str, entry: Mapping[str, Any]) -> float:
    value, unit = number(place, shown(name), entry.get("value")), entry.get("unit")
    scale = SECONDS_PER_UNIT.get(unit) if isinstance(unit, str) else None
    if scale is None:
        raise place.error(shown(name), f"has the unit {shown(unit)}; known units are s, ms, us and ns")
    if not 0.0 < value * scale <= 1.0:
        raise place.error(shown(name), f"is {value * scale:g} s; it must be above 0 and at most 1 s")
    return value * scale


def _fraction(place: Place, name: str, entry: Mapping[str, Any]) -> float:
    value = number(place, shown(name), entry.get("value"))
    if value > 1.0 or entry.get("unit") not in ("", None):
        raise place.error(shown(name), f"is {value:g} {shown(entry.get('unit') or '')}; it must be from 0 to 1")
    return value


def _best_of_pairs(place: Place, table: _Table) -> dict[tuple[str, str], _Key]:
    pairs: dict[tuple[str, str], _Key] = {}
    for _, _, locus in table.keys("cz"):
        parts = locus.split("__")
        if len(parts) != 2 or parts[0] == parts[1]:
            raise place.error("the place of a cz", f"is {shown(locus)}; it must be two qubits, such as QB1__QB2")
        key = table.best("cz", locus)
        if key is not None:
            pairs[parts[0], parts[1]] = key
    return pairs


def _qubit(table: _Table, qubit: str) -> QubitValues:
    gate, measure = table.best("prx", qubit), table.best("measure", qubit)
    fidelity = None if gate is None else table.fidelities.get(gate)
    ones, zeros = (
        None if measure is None else table.flips.get((measure, kind)) for kind in ("error_0_to_1", "error_1_to_0")
    )
    readout = None if measure is None or measure not in table.fidelities else 1.0 - table.fidelities[measure]
    if readout is None and ones is not None and zeros is not None:
        readout = (ones + zeros) / 2.0
    return QubitValues(
        t1_s=table.t1_s.get(qubit),
        t2_s=table.t2_s.get(qubit),
        gate_error=None if fidelity is None else 1.0 - fidelity,
        gate_duration_s=None if gate is None else table.durations_s.get(gate),
        readout_error=readout,
        prob_meas1_prep0=ones,
        prob_meas0_prep1=zeros,
        readout_duration_s=None if measure is None else table.durations_s.get(measure),
    )
