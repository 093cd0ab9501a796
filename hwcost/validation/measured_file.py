"""A user's own hardware results, read from JSON: `load_measured`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.circuits.load import LoadedCircuit, read_circuit_file
from hwcost.core.checks import is_between, whole
from hwcost.core.errors import OptionError
from hwcost.core.json_read import decode, read_json
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line, shown

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

SCHEMA = "hwcost.measured/1"

MAX_FILE_BYTES = 256 * 2**20
MAX_RESULTS = 10_000
MAX_SHOTS = 10**12
ROUNDING = 1e-6
"""By how much a value may exceed 1."""

_KINDS = ("counts", "values", "z")
_FORM = (
    'give {"circuits": "circuits.qpy", "results": [{"circuit": 0, "counts": {"00": 480, "11": 544}}, …]}; a result has '
    "counts, values of Pauli labels, or z of each classical bit"
)

Observable: TypeAlias = int | str
"""A classical bit, whose ⟨Z⟩ it is, or a Pauli label."""

Results: TypeAlias = str | os.PathLike[str] | Mapping[str, Any] | Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredResult:
    """What hardware measured of one circuit in one job.

    Attributes:
        where: What messages call it.
        name: Name of the circuit.
        circuit: The circuit, bound.
        values: Measured expectation value by observable, not mitigated.
        ideal: Value without noise by observable, as far as it is given.
        shots: Shots behind each value, None if unknown.
        transpile: False for an ISA circuit on the device's own qubit numbers, as it ran.
        optimization_level: At which it was compiled for the run, None if the caller's counts.
        backend: Its device, None if the caller's counts.
    """

    where: str
    name: str
    circuit: QuantumCircuit
    values: Mapping[Observable, float]
    ideal: Mapping[Observable, float]
    shots: int | None
    transpile: bool
    optimization_level: int | None
    backend: str | None


def load_measured(source: Results, *, circuits: str | os.PathLike[str] | None = None) -> tuple[MeasuredResult, ...]:
    """Return the results in a JSON file, or in what such a file holds.

    An object has `results`, a list, and may have what counts for all of them: `circuits` (the file that the numbers of
    `circuit` are about, relative to the JSON file), `backend`, `optimization_level`, `transpile` (false for ISA
    circuits on the device's own qubits), `shots`. A result has `circuit` (a number in that file, or a file with one
    circuit; in Python also a `QuantumCircuit`) and one of

    - `counts` by bit string, classical bit 0 rightmost;
    - `z`, a list of ⟨Z⟩ of each classical bit, bit 0 first, null where unknown;
    - `values`, an object from Pauli label (Qiskit's order) to expectation value;

    with `ideal`, the same without noise as a list or object, where it cannot be computed. Values are as measured: with
    readout mitigation they hold no readout error, which the prediction does.

    Args:
        source: A path, or the document.
        circuits: File of circuits in place of the document's.

    Raises:
        OptionError: The file cannot be read or holds something else; the message names the result.
        CircuitError: A circuit file cannot be read.
    """
    folder, label, document = Path(), "results", source
    if isinstance(source, (str, os.PathLike)):
        label, folder = path_label(source), Path(source).parent
        data = read_file(source, what="results", limit_bytes=MAX_FILE_BYTES, error=OptionError)
        document = read_json(decode(data, label, error=OptionError), label, what="list of results", error=OptionError)
    shared: Mapping[str, Any] = document if isinstance(document, Mapping) else {}
    results = shared.get("results") if isinstance(document, Mapping) else document
    schema = shared.get("schema", SCHEMA)
    if schema != SCHEMA:
        raise OptionError(f"{label}: the schema is {shown(schema)}, not {SCHEMA}; {_FORM}")
    if not isinstance(results, (list, tuple)) or not results:
        raise OptionError(f"{label}: holds no results; {_FORM}")
    if len(results) > MAX_RESULTS:
        raise OptionError(f"{label}: holds {len(results)} results, more than {MAX_RESULTS}; split it")
    files = _Files(folder, circuits, shared.get("circuits"), label)
    return tuple(_result(each, shared, files, f"{label}, result {i}") for i, each in enumerate(results))


class _Files:
    """Circuit files, each read once."""

    def __init__(self, folder: Path, given: str | os.PathLike[str] | None, named: object, label: str) -> None:
        if named is not None and (not isinstance(named, str) or not named):
            raise OptionError(f"{label}: circuits is {shown(named)}; give the name of a circuit file")
        self._folder = folder
        self._shared = given if given is not None else None if named is None else folder / str(named)
        self._read: dict[str, tuple[LoadedCircuit, ...]] = {}

    def circuit(self, value: object, where: str) -> tuple[str, QuantumCircuit]:
        """Return name and circuit of what a result calls `circuit`."""
        from qiskit import QuantumCircuit

        if isinstance(value, QuantumCircuit):
            return one_line(value.name), value
        if isinstance(value, str) and value:
            found = self._circuits(self._folder / value)
            if len(found) > 1:
                raise OptionError(
                    f"{where}: {one_line(value)} holds {len(found)} circuits; name it as circuits, and give the number"
                )
            return one_line(found[0].circuit.name), found[0].circuit
        if not isinstance(value, int) or isinstance(value, bool):
            raise OptionError(f"{where}: circuit is {shown(value)}; give its number in circuits, or a file")
        if self._shared is None:
            raise OptionError(f"{where}: circuit is a number, but no file of circuits is named; give circuits")
        found = self._circuits(self._shared)
        if not 0 <= value < len(found):
            raise OptionError(
                f"{where}: there is no circuit {shown(value)} in {path_label(self._shared)}, which has {len(found)}, "
                "counted from 0"
            )
        return one_line(found[value].circuit.name), found[value].circuit

    def _circuits(self, path: str | os.PathLike[str]) -> tuple[LoadedCircuit, ...]:
        key = os.fspath(path)
        if key not in self._read:
            self._read[key] = read_circuit_file(path)
        return self._read[key]


def _result(result: object, shared: Mapping[str, Any], files: _Files, where: str) -> MeasuredResult:
    if not isinstance(result, Mapping):
        raise OptionError(f"{where}: is {shown(result)}, not an object; {_FORM}")
    kinds = [kind for kind in _KINDS if result.get(kind) is not None]
    if len(kinds) != 1:
        raise OptionError(f"{where}: has {' and '.join(kinds) or 'no values'}; give one of {', '.join(_KINDS)}")
    name, circuit = files.circuit(result.get("circuit"), where)
    if circuit.parameters:
        raise OptionError(f"{where}: {name} has free parameters; give the circuit with the angles that ran")
    given = {**shared, **result}
    values, shots = _values(result[kinds[0]], kinds[0], circuit, where)
    if shots is None and given.get("shots") is not None:
        shots = whole(f"{where}: shots", given["shots"], 1, MAX_SHOTS)
    level, backend, transpile = given.get("optimization_level"), given.get("backend"), given.get("transpile", True)
    if not isinstance(transpile, bool):
        raise OptionError(f"{where}: transpile is {shown(transpile)}; give true, or false for an ISA circuit")
    if backend is not None and (not isinstance(backend, str) or not backend):
        raise OptionError(f"{where}: backend is {shown(backend)}; give the name of a backend")
    ideal: Mapping[Observable, float] = {}
    if result.get("ideal") is not None:
        ideal, _ = _values(result["ideal"], "values" if kinds[0] == "values" else "z", circuit, f"{where}, ideal")
    return MeasuredResult(
        where=where,
        name=name,
        circuit=circuit,
        values=values,
        ideal=ideal,
        shots=shots,
        transpile=transpile,
        optimization_level=None if level is None else whole(f"{where}: optimization_level", level, 0, 3),
        backend=backend,
    )


def _values(
    given: object, kind: str, circuit: QuantumCircuit, where: str
) -> tuple[dict[Observable, float], int | None]:
    if kind == "counts":
        return _of_counts(given, circuit.num_clbits, where)
    pairs: list[tuple[Observable, object]] = []
    if kind == "z" and isinstance(given, (list, tuple)):
        if len(given) != circuit.num_clbits:
            raise OptionError(
                f"{where}: z has {len(given)} values, and the circuit {circuit.num_clbits} classical bits; give one "
                "for each, null where unknown"
            )
        pairs = [(clbit, value) for clbit, value in enumerate(given) if value is not None]
    elif kind == "values" and isinstance(given, Mapping):
        for label in given:
            if not isinstance(label, str) or set(label) - set("IXYZ") or not label.strip("I"):
                raise OptionError(f"{where}: {shown(label)} is no Pauli label; write letters I, X, Y, Z such as ZZI")
        pairs = list(given.items())
    if not pairs:
        form = "a list with ⟨Z⟩ of each classical bit" if kind == "z" else 'an object such as {"ZZ": 0.8}'
        raise OptionError(f"{where}: {kind} is {shown(given)}; give {form}")
    for observable, value in pairs:
        if not is_between(value, -1.0 - ROUNDING, 1.0 + ROUNDING):
            raise OptionError(
                f"{where}: the value of {shown(observable)} is {shown(value)}; an expectation value as measured lies "
                "between -1 and 1"
            )
    return {observable: min(1.0, max(-1.0, float(value))) for observable, value in pairs}, None  # type: ignore[arg-type]


def _of_counts(given: object, width: int, where: str) -> tuple[dict[Observable, float], int]:
    if not isinstance(given, Mapping) or not given:
        raise OptionError(f'{where}: counts is {shown(given)}; give counts by bit string, such as {{"00": 480}}')
    sums, total = [0.0] * width, 0.0
    for bits, number in given.items():
        plain = bits.replace(" ", "") if isinstance(bits, str) else ""
        if len(plain) != width or set(plain) - {"0", "1"}:
            raise OptionError(
                f"{where}: {shown(bits)} is no outcome of {width} classical bits; write {width} bits, bit 0 rightmost"
            )
        if not is_between(number, 0, MAX_SHOTS):
            raise OptionError(f"{where}: the count of {shown(bits)} is {shown(number)}; give a number of shots")
        total += number
        for clbit, bit in enumerate(reversed(plain)):
            sums[clbit] += number if bit == "0" else -number
    if total < 1:
        raise OptionError(f"{where}: the counts add up to {total:g}; give counts of at least one shot")
    return {clbit: value / total for clbit, value in enumerate(sums)}, int(total)
