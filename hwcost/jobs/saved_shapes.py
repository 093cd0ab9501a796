"""How many circuits ran and with how many shots, told by the shapes in a saved result: `Executions`.

A result is read as plain JSON. The client's own decoder is not used: it makes objects of whatever class a file names,
and a row of a table needs no more than shapes and times.
"""

from __future__ import annotations

import ast
import base64
import math
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hwcost.core.errors import InputError
from hwcost.core.numbers import parse_whole

MAX_AXES = 32
MAX_SIZE = 10**12

_NPY_HEADER_BYTES = 8192
# Positions of the shape in `data_slices`, see `RuntimeEncoder`; the last axis of each is shots.
_SLICE_SPANS = ("ExecutionSpan", "DoubleSliceSpan", "TwirledSliceSpan", "TwirledSliceSpanV2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Executions:
    """What ran, for each part of a job (a PUB or an item).

    Attributes:
        num_circuits: Circuits with all parameter sets and randomizations, by part.
        shots: Shots of each of them, by part.
        has_randomizations: Whether the randomizations of twirling are counted, if there were any.
    """

    num_circuits: tuple[int, ...]
    shots: tuple[int, ...]
    has_randomizations: bool = True


def tagged(value: object, *names: str) -> Any:  # noqa: ANN401
    """Return what a value that `RuntimeEncoder` marked with one of these types holds; None for anything else."""
    if isinstance(value, Mapping) and value.get("__type__") in names:
        return value.get("__value__")
    return None


def executions_of_spans(spans: Sequence[Any]) -> Executions | None:
    """Read the shapes that execution spans carry; None where they carry none.

    Raises:
        InputError: A shape is none, or two spans give one PUB different shapes.
    """
    shapes: dict[int, tuple[int, ...]] = {}
    for span in spans:
        held = tagged(span, *_SLICE_SPANS)
        slices = held.get("data_slices") if isinstance(held, Mapping) else None
        if not isinstance(slices, Mapping):
            return None
        for key, entry in slices.items():
            shape = _shape(entry[0] if isinstance(entry, Sequence) and entry else None)
            if shapes.setdefault(_index(key), shape) != shape:
                raise InputError(f"two execution spans give PUB {key} different shapes")
    return _executions([shapes[index] for index in sorted(shapes)])


def executions_of_pubs(pub_results: Sequence[Any]) -> Executions | None:
    """Read the shapes of a Sampler's bit arrays; None where a PUB has none, as an Estimator's."""
    shapes = []
    for result in pub_results:
        held = tagged(result, "SamplerPubResult", "PubResult")
        data = tagged(held.get("data"), "DataBin") if isinstance(held, Mapping) else None
        fields = data.get("fields") if isinstance(data, Mapping) else None
        arrays = [tagged(field, "BitArray") for field in fields.values()] if isinstance(fields, Mapping) else []
        encoded = [tagged(array.get("array"), "ndarray") for array in arrays if isinstance(array, Mapping)]
        found = {npy_shape(text) for text in encoded if isinstance(text, str)}
        if not found or any(len(shape) < 2 for shape in found):
            return None
        shapes.append(max(shape[:-1] for shape in found))
    return _executions(shapes, has_randomizations=False)


def executions_of_chunks(chunks: Sequence[Any], shots: Mapping[int, int]) -> Executions | None:
    """Add up what each chunk of an executor's result ran; None where the shots of an item are not known.

    Args:
        chunks: `metadata.chunk_timing`.
        shots: Shots by item.

    Raises:
        InputError: A chunk has no parts that could be read.
    """
    sizes: dict[int, int] = {}
    for chunk in chunks:
        parts = chunk.get("parts") if isinstance(chunk, Mapping) else None
        if not isinstance(parts, Sequence) or isinstance(parts, str):
            raise InputError("a chunk of the timing has no parts")
        for part in parts:
            if not isinstance(part, Mapping):
                raise InputError("a part of a chunk is not an object")
            item = _index(part.get("idx_item"))
            sizes[item] = sizes.get(item, 0) + _index(part.get("size"))
    if not sizes or any(item not in shots for item in sizes):
        return None
    items = sorted(sizes)
    return Executions(num_circuits=tuple(sizes[item] for item in items), shots=tuple(shots[item] for item in items))


def shots_of_items(data: Sequence[Any]) -> dict[int, int]:
    """Read the shots of each item of an executor's result: the axis before the bits, the longest of its arrays."""
    shots: dict[int, int] = {}
    for number, item in enumerate(data):
        results = item.get("results") if isinstance(item, Mapping) else None
        for tensor in results.values() if isinstance(results, Mapping) else ():
            if isinstance(tensor, Mapping) and isinstance(tensor.get("shape"), list) and len(tensor["shape"]) >= 2:
                shots[number] = max(shots.get(number, 0), _shape(tensor["shape"])[-2])
    return shots


def npy_shape(text: str) -> tuple[int, ...]:
    """Read the shape of an array that `RuntimeEncoder` wrote, without unpacking the array.

    Raises:
        InputError: It is no such array.
    """
    try:
        # Enough characters for the header however badly it is compressed; the rest is never looked at.
        packed = base64.b64decode(text[: 4 * _NPY_HEADER_BYTES], validate=True)
        header = zlib.decompressobj().decompress(packed, _NPY_HEADER_BYTES)
        if header[:6] != b"\x93NUMPY":
            raise ValueError
        wide = header[6] > 1
        (length,) = struct.unpack_from("<I" if wide else "<H", header, 8)
        start = 12 if wide else 10
        described = ast.literal_eval(header[start : start + length].decode("latin-1").strip())
        return _shape(described["shape"])
    # The last two are what Python says of text that is nested too deeply.
    except (ValueError, SyntaxError, LookupError, TypeError, struct.error, zlib.error, RecursionError, MemoryError):
        raise InputError("an array in it is not what the client writes") from None


def _executions(shapes: Sequence[tuple[int, ...]], *, has_randomizations: bool = True) -> Executions | None:
    if not shapes or any(not shape for shape in shapes):
        return None
    return Executions(
        num_circuits=tuple(math.prod(shape[:-1]) for shape in shapes),
        shots=tuple(shape[-1] for shape in shapes),
        has_randomizations=has_randomizations,
    )


def _shape(value: object) -> tuple[int, ...]:
    if not isinstance(value, (list, tuple)) or len(value) > MAX_AXES:
        raise InputError("the shape of a result is not a list of whole numbers")
    return tuple(_index(entry) for entry in value)


def _index(value: object) -> int:
    if isinstance(value, str):
        value = parse_whole(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SIZE:
        raise InputError("a size in the result is not a whole number")
    return value


def flat_tags(value: object) -> Iterator[Any]:
    """Yield every QPY text of the circuits in a list of PUBs, None for a PUB whose first entry is no circuit."""
    for pub in value if isinstance(value, list) else ():
        first = pub[0] if isinstance(pub, list) and pub else pub
        held = tagged(first, "QuantumCircuit")
        yield held if isinstance(held, str) else None
