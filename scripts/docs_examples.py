"""For the API pages: docstrings as their Markdown reader wants them.

The docstrings head a doctest with `Example:` or nothing and a formula with `::`; mkdocstrings knows `Examples:` and
indented blocks.
"""

from __future__ import annotations

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"^Example:$", re.MULTILINE)
_BARE_EXAMPLE = re.compile(r"(?:\A|\n\n)(?=>>> )")
_FORMULA = re.compile(r"^::$", re.MULTILINE)


class Examples(griffe.Extension):
    """Rewrites the docstring of each object that is collected."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite an object's docstring; griffe calls this for each object."""
        if obj.docstring is not None:
            obj.docstring.value = rewritten(obj.docstring.value)


def rewritten(text: str) -> str:
    r"""Return the docstring with headings that griffe knows.

    >>> rewritten("Half of it.\n\n>>> half(4)\n2").splitlines()
    ['Half of it.', '', 'Examples:', '    >>> half(4)', '    2']
    """
    text = _FORMULA.sub("", _EXAMPLE.sub("Examples:", text))
    match = _BARE_EXAMPLE.search(text)
    if match is None:
        return text
    block, _, rest = text[match.end() :].partition("\n\n")
    lines = "\n".join(f"    {line}" for line in block.split("\n"))
    head = text[: match.start()]
    return f"{head}\n\nExamples:\n{lines}" + (f"\n\n{rest}" if rest else "")
