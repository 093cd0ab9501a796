"""Architectures as plain data, for files: written, and read again with every value checked; and their hash."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar, get_args

from hwcost.core.text import one_line
from nas.architectures.record import Activation, Architecture, Axis, Embedding, Entangler, Hidden, Layer, Measurement
from nas.core.errors import SpaceError

MAX_QUBITS = 64
"""No simulation of this many qubits will ever fit; a larger number in a file is damage."""
MAX_WIDTH = 2**20
MAX_PARTS = 10_000
"""Layers, columns or entanglers; more are damage."""

_Record = TypeVar("_Record")


def architecture_to_dict(architecture: Architecture) -> dict[str, Any]:
    """Return the architecture as plain data.

    >>> layer = Layer(columns=(("x", "x"),), gate="cz", pairs=((0, 1),))
    >>> plain = architecture_to_dict(Architecture(num_qubits=2, embedding="angle-y", num_encoded=2, layers=(layer,)))
    >>> plain["layers"]
    [{'columns': [['x', 'x']], 'gate': 'cz', 'pairs': [[0, 1]]}]
    """
    plain: dict[str, Any] = _plain(architecture)
    return plain


def architecture_from_dict(data: object) -> Architecture:
    """Read the architecture that `architecture_to_dict` made the data of.

    Raises:
        SpaceError: The data are no architecture; the message says which value is wrong.

    >>> layer = Layer(columns=(("x", "x"),), gate="cz", pairs=((0, 1),))
    >>> small = Architecture(num_qubits=2, embedding="angle-y", num_encoded=2, layers=(layer,))
    >>> architecture_from_dict(architecture_to_dict(small)) == small
    True
    """
    if isinstance(data, Mapping):
        data = {"angle_factor": 1, **data}  # files of versions that had no such key
    values = _fields(data, Architecture, "architecture")
    num_qubits = _whole(values["num_qubits"], "num_qubits", 1, MAX_QUBITS)
    embedding = _choice(values["embedding"], Embedding, "embedding")
    sizes = {num_qubits, 2**num_qubits} if embedding == "amplitude" else {num_qubits}
    num_encoded = _whole(values["num_encoded"], "num_encoded", 1, 2**num_qubits)
    if num_encoded not in sizes:
        raise SpaceError(f"num_encoded is {num_encoded}; it must be {' or '.join(map(str, sorted(sizes)))}")
    reupload = values["reupload"]
    if not isinstance(reupload, bool) or (reupload and embedding == "amplitude"):
        raise SpaceError(f"reupload is {_shown(reupload)}; it must be true or false, and false with amplitudes")
    rate = values["learning_rate"]
    if rate is not None and (isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0.0 < rate < 1e9):
        raise SpaceError(f"learning_rate is {_shown(rate)}; it must be a positive number or nothing")
    layers = _list(values["layers"], "layers", lambda item, name: _layer(item, name, num_qubits))
    if not layers:
        raise SpaceError("layers is empty; a circuit has at least one")
    return Architecture(
        num_qubits=num_qubits,
        embedding=embedding,
        num_encoded=num_encoded,
        layers=layers,
        reupload=reupload,
        measurement=_choice(values["measurement"], Measurement, "measurement"),
        hidden_before=_list(values["hidden_before"], "hidden_before", _hidden),
        hidden_after=_list(values["hidden_after"], "hidden_after", _hidden),
        learning_rate=None if rate is None else float(rate),
        angle_factor=_whole(values["angle_factor"], "angle_factor", 1, 1 if embedding == "amplitude" else 2),
    )


def architecture_hash(architecture: Architecture) -> str:
    """Return the SHA-256 of the architecture as 64 hexadecimal digits: equal records have equal hashes everywhere.

    Of the canonical JSON of `architecture_to_dict` (keys sorted, no spaces), without values that are the default, so
    that a later version with more of them gives the same hash.

    >>> layer = Layer(columns=(("x", "x"),), gate="cz", pairs=((0, 1),))
    >>> architecture_hash(Architecture(num_qubits=2, embedding="angle-y", num_encoded=2, layers=(layer,)))[:16]
    '19c4a678db1c36e6'
    """
    texts = []
    for name, default in _DEFAULTS.items():
        value = getattr(architecture, name)
        if name == "layers":
            texts.append(f'"layers":[{",".join(map(_layer_text, value))}]')
        elif value != default:
            plain = float(value) if name == "learning_rate" else _plain(value)  # 1 and 1.0 are equal
            texts.append(f'"{name}":{_text(plain)}')
    return hashlib.sha256(f"{{{','.join(texts)}}}".encode()).hexdigest()


_DEFAULTS = {field.name: field.default for field in sorted(dataclasses.fields(Architecture), key=lambda f: f.name)}
"""Default of each field, or that there is none, in the order of the names."""


@lru_cache(maxsize=2**14)
def _layer_text(layer: Layer) -> str:
    """Return the canonical JSON of a layer; those of a space stand in many networks."""
    return _text(_plain(layer))


def _text(plain: object) -> str:
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _layer(data: object, where: str, num_qubits: int) -> Layer:
    values = _fields(data, Layer, where)

    def column(item: object, name: str) -> tuple[Axis, ...]:
        axes = _list(item, name, lambda axis, place: _choice(axis, Axis, place))
        if len(axes) != num_qubits:
            raise SpaceError(f"{name} has {len(axes)} rotations; the circuit has {num_qubits} qubits")
        return axes

    def pair(item: object, name: str) -> tuple[int, int]:
        qubits = _list(item, name, lambda qubit, place: _whole(qubit, place, 0, num_qubits - 1))
        if len(qubits) != 2 or qubits[0] == qubits[1]:
            raise SpaceError(f"{name} is {_shown(item)}; it must be two different qubits")
        return qubits[0], qubits[1]

    gate = values["gate"]
    pairs = _list(values["pairs"], f"{where}.pairs", pair)
    if gate is None and pairs:
        raise SpaceError(f"{where} has {len(pairs)} pairs and no gate; give the gate or leave the pairs out")
    return Layer(
        columns=_list(values["columns"], f"{where}.columns", column),
        gate=None if gate is None else _choice(gate, Entangler, f"{where}.gate"),
        pairs=pairs,
    )


def _hidden(data: object, where: str) -> Hidden:
    values = _fields(data, Hidden, where)
    return Hidden(
        width=_whole(values["width"], f"{where}.width", 1, MAX_WIDTH),
        activation=_choice(values["activation"], Activation, f"{where}.activation"),
    )


def _fields(data: object, record: type[Any], where: str) -> Mapping[str, Any]:
    """Return the values by name, which must be those of the record."""
    names = [field.name for field in dataclasses.fields(record)]
    if not isinstance(data, Mapping) or set(data) != set(names):
        found = ", ".join(map(str, data)) if isinstance(data, Mapping) else _shown(data)
        raise SpaceError(f"{where} has {one_line(found) or 'nothing'}; it must have {', '.join(names)}")
    return data


def _list(data: object, where: str, read: Callable[[Any, str], _Record]) -> tuple[_Record, ...]:
    if not isinstance(data, (list, tuple)) or len(data) > MAX_PARTS:
        raise SpaceError(f"{where} is {_shown(data)}; it must be a list of at most {MAX_PARTS}")
    return tuple(read(item, f"{where}[{i}]") for i, item in enumerate(data))


def _whole(data: object, where: str, low: int, high: int) -> int:
    if isinstance(data, bool) or not isinstance(data, int) or not low <= data <= high:
        raise SpaceError(f"{where} is {_shown(data)}; it must be a whole number from {low} to {high}")
    return data


def _choice(data: object, allowed: Any, where: str) -> Any:
    if not isinstance(data, str) or data not in get_args(allowed):
        raise SpaceError(f"{where} is {_shown(data)}; choose from {', '.join(get_args(allowed))}")
    return data


def _shown(value: object) -> str:
    return one_line(repr(value))


def _plain(value: object) -> Any:
    if isinstance(value, (Architecture, Layer, Hidden)):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
