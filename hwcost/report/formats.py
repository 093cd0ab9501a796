"""The formats in which every command prints its results: `FORMATS`, one line for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from hwcost.core.json_text import json_text
from hwcost.report.page import page_of
from hwcost.report.rendering import to_html_page
from hwcost.report.result import Result
from hwcost.report.rows import csv_table

Format: TypeAlias = Callable[[Sequence[Result], bool], str]
"""(results, whether there may be several) → the text of a file."""


def _text(results: Sequence[Result], several: bool) -> str:
    return "\n".join(map(str, results))


def _json(results: Sequence[Result], several: bool) -> str:
    plain = [result.to_plain() for result in results]
    return json_text(plain if several else plain[0]) + "\n"


def _csv(results: Sequence[Result], several: bool) -> str:
    return csv_table(row for result in results for row in result.to_rows())


def _html(results: Sequence[Result], several: bool) -> str:
    pages = [page_of(result) for result in results]
    return to_html_page(pages, title=pages[0].title)


FORMATS: Mapping[str, Format] = {
    "text": _text,
    "json": _json,
    "csv": _csv,
    "html": _html,
}


def formatted(results: Sequence[Result], form: str, *, several: bool = False) -> str:
    """Return results in one of `FORMATS`.

    Args:
        results: At least one.
        form: Key of `FORMATS`.
        several: Whether the answer is a list even if it has one element (JSON).
    """
    return FORMATS[form](results, several or len(results) > 1)
