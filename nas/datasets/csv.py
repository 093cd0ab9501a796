"""Samples from a CSV file with a header and a label column."""

from __future__ import annotations

import csv
import io
import math
import os
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from hwcost.core.numbers import parse_real
from hwcost.core.reading import read_file
from hwcost.core.text import one_line
from nas.core.errors import DataError
from nas.datasets.samples import Samples, make_samples, shown_names

MAX_CSV_BYTES = 2**29
"""512 MiB; MNIST as CSV is 130 MB. Larger tables belong in an NPZ file, which loads a hundred times faster."""

_SEPARATORS = ",;\t"
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})
_MISSING_LABEL = _MISSING - {"none", "-"}  # these may well be names of classes
_BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def split_label(text: str) -> tuple[str, str | None]:
    """Split `data.csv:label` into file and label column; the column is None where there is none.

    The file is what lies before the first colon and exists, so that paths and names of columns may have colons.
    """
    if os.path.isfile(text):
        return text, None
    for i, character in enumerate(text):
        if character == ":" and os.path.isfile(text[:i]):
            return text[:i], text[i + 1 :]
    return text, None


def read_csv(path: str | Path, label: str | None, *, name: str | None = None) -> Samples:
    """Read the samples in a CSV file; every column but the label column is a feature.

    Columns are separated by commas, semicolons or tabs. Nothing is guessed: a value that is missing or no number is
    refused by its place.

    Args:
        path: UTF-8 text; its first line has the names of the columns.
        label: Name of the column that holds the classes, as text or whole numbers.
        name: Name of the data set. [default: that of the file]

    Raises:
        DataError: The file cannot be read as such a table; the message has the line and the column.
    """
    path = Path(path)
    rows = _rows(path)
    header_line, header = next(rows, (0, []))
    if not header:
        raise DataError(f"{path}: is empty; give a line with the names of the columns, then one line for each sample")
    header = [cell.strip() for cell in header]
    position = _label_position(path, header_line, header, label)
    feature_names = header[:position] + header[position + 1 :]
    if not feature_names:
        raise DataError(f"{path}, line {header_line}: no column but the label column; features are needed")
    values, labels = array("d"), []
    for line, cells in rows:
        if len(cells) != len(header):
            raise DataError(f"{path}, line {line}: {len(cells)} cells, but the header has {len(header)} columns")
        text = cells.pop(position).strip()
        if text.lower() in _MISSING_LABEL:
            raise DataError(f"{path}, line {line}, column {one_line(header[position])!r}: the label is missing")
        labels.append(text)
        try:
            numbers = array("d", map(float, cells))
        except ValueError:
            numbers = array("d")
        # Python alone takes digits apart by underscores, and those of other scripts.
        text = "".join(cells)
        if len(numbers) != len(cells) or not all(map(math.isfinite, numbers)) or "_" in text or not text.isascii():
            _find_fault(path, line, feature_names, cells)
        values.extend(numbers)
    if not labels:
        raise DataError(f"{path}: has a header but no samples")
    features = np.frombuffer(values, dtype=np.float64).reshape(len(labels), len(feature_names))
    constant = np.flatnonzero(features.min(axis=0) == features.max(axis=0))
    notes = []
    if len(constant):
        notes.append(f"constant columns, which say nothing: {shown_names([feature_names[i] for i in constant])}")
    return make_samples(
        features,
        labels,
        name=path.stem if name is None else name,
        origin=f"CSV file {path}",
        feature_names=feature_names,
        notes=notes,
    )


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of each row that is not empty."""
    try:
        if not path.is_file():
            raise DataError(f"{path}: {'not a regular file' if path.exists() else 'there is no such file'}")
        num_bytes = path.stat().st_size
        if num_bytes > MAX_CSV_BYTES:
            raise DataError(
                f"{path}: {num_bytes:,} bytes; CSV files of at most {MAX_CSV_BYTES:,} are read, larger tables as NPZ"
            )
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    data = read_file(path, what="CSV table", limit_bytes=MAX_CSV_BYTES, error=DataError)
    encoding = _BYTE_ORDER_MARKS.get(data[:2])
    if encoding is not None:
        raise DataError(f"{path}: is {encoding} text; save the table as CSV in UTF-8")
    zero = data.find(b"\0")
    if zero >= 0:
        raise DataError(f"{path}: is not a text file (byte {zero} is 0); save the table as CSV in UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not UTF-8 text (byte {error.start}); save the table as CSV in UTF-8") from None
    del data
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    del text
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise DataError(f"{path}, line {reader.line_num}: not CSV ({error})") from None
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield reader.line_num, row


def _label_position(path: Path, line: int, header: list[str], label: str | None) -> int:
    columns = f"its columns are {shown_names(header)}"
    if label is None:
        raise DataError(f"{path}: which column is the class? Give {path.name}:COLUMN or a label; {columns}")
    nameless = [i for i, name in enumerate(header) if not name]
    if nameless:
        raise DataError(
            f"{path}, line {line}: column {nameless[0] + 1} has no name; name it, or leave it out if it counts rows"
        )
    twice = sorted(name for name, count in Counter(header).items() if count > 1)
    if twice:
        raise DataError(f"{path}, line {line}: column {shown_names(twice)} appears twice; names must differ")
    if label.strip() not in header:
        hint = ""
        if len(header) == 1:
            hint = "; columns must be separated by commas, semicolons or tabs"
        elif sum(map(_is_number, header)) >= len(header) - 1:
            hint = "; the first line looks like data: put a line with names of columns before it"
        raise DataError(f"{path}, line {line}: no column {one_line(label)!r}; {columns}{hint}")
    return header.index(label.strip())


def _is_number(text: str) -> bool:
    return parse_real(text) is not None


def _find_fault(path: Path, line: int, names: Sequence[str], cells: Sequence[str]) -> None:
    """Raise for the first cell that is not a finite number."""
    for name, cell in zip(names, cells, strict=True):
        text = cell.strip()
        where = f"{path}, line {line}, column {one_line(name)!r}"
        if text.lower() in _MISSING:
            raise DataError(f"{where}: the value is missing; fill it, or leave the row or the column out")
        if not _is_number(text):
            raise DataError(
                f"{where}: {one_line(text)!r} is not a number; write decimals with a point, encode text as numbers or "
                "leave the column out"
            )
        if not math.isfinite(float(text)):
            raise DataError(f"{where}: {one_line(text)!r} is not finite; leave the row out")
