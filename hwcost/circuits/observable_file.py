"""Pauli sums from files: one `LABEL COEFFICIENT` per line, or JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from hwcost.core.errors import OptionError
from hwcost.core.numbers import parse_real
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line, shown

_LIMIT_BYTES = 16 * 2**20
_FORM = "write one LABEL COEFFICIENT per line, such as ZZII 0.5, or JSON: an object, or a list of [label, coefficient]"


def read_observable_file(path: str | os.PathLike[str]) -> list[tuple[Any, Any]]:
    """Return (label, coefficient) of each term of the one observable in a file; nothing in it is checked here.

    A line holds a label and a coefficient (1 where none stands), with blanks, a tab, a comma or a semicolon between
    them; from `#` on it is a comment. JSON is an object from label to coefficient, or a list of pairs or labels.

    Raises:
        OptionError: The file cannot be read or has another form; the message names the line.
    """
    label = path_label(path)
    data = read_file(path, what="observable", limit_bytes=_LIMIT_BYTES, error=OptionError)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OptionError(f"{label}: is not UTF-8 text (byte {error.start}); {_FORM}") from None
    terms = _from_json(text, label) if text.lstrip()[:1] in ("{", "[") else list(_from_lines(text, label))
    if not terms:
        raise OptionError(f"{label}: no term in it; {_FORM}")
    return terms


def _from_lines(text: str, label: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.splitlines(), start=1):
        cells = line.split("#", 1)[0].replace(",", " ").replace(";", " ").split()
        if not cells:
            continue
        coefficient = 1.0 if len(cells) == 1 else parse_real(cells[1])
        if len(cells) > 2 or coefficient is None:
            raise OptionError(f"{label}, line {number}: {one_line(shown(line.strip(), 24))}; {_FORM}")
        yield cells[0], coefficient


def _from_json(text: str, label: str) -> list[tuple[Any, Any]]:
    def once(pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        # A label that stands twice would otherwise lose its first coefficient.
        return pairs

    try:
        document = json.loads(text, object_pairs_hook=once, parse_int=float)
    except (ValueError, RecursionError) as error:
        raise OptionError(f"{label}: is not JSON ({one_line(str(error))}); {_FORM}") from None
    terms = [(item, 1.0) if isinstance(item, str) else item for item in document]
    for term in terms:
        pair = term if isinstance(term, (list, tuple)) and len(term) == 2 else (None, None)
        if not isinstance(pair[0], str) or not isinstance(pair[1], float):
            raise OptionError(f"{label}: {one_line(shown(term, 24))}; {_FORM}")
    return [(term[0], term[1]) for term in terms]
