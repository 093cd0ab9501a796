"""JSON as the package writes it: strict, letters as they are, nothing that a terminal would obey: `json_text`."""

from __future__ import annotations

import json
import re

_SPECIAL = re.compile(r"[^\x20-\x7e\n]")


def json_text(plain: object, *, indent: int | None = 2) -> str:
    r"""Return plain data as strict JSON (no NaN, no Infinity); characters that do not print are escaped.

    >>> print(json_text({"µ": "a\x9bb\u202e"}, indent=None))
    {"µ": "a\u009bb\u202e"}
    """
    text = json.dumps(plain, indent=indent, allow_nan=False, ensure_ascii=False)
    return _SPECIAL.sub(_escaped, text)  # what does not print can only stand within strings


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return character if character.isprintable() else json.dumps(character)[1:-1]
