"""How an answer reads, as data: a `Page` of lines, headings, rows, tables and lists. It knows no subject and no format.

Each room registers the pages of its records; `hwcost.report.formats` turns pages into text and HTML.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import singledispatch
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal, TypeAlias

Piece: TypeAlias = str | tuple[str, str]
"""Text, or (text, style); styles are those of rich: `bold`, `dim`, `bold green`, …"""


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph.

    Attributes:
        pieces: Its text.
        style: Style of the whole.
        indent: Columns to the right.
    """

    pieces: tuple[Piece, ...] = ()
    style: str = ""
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section, below an empty line."""

    text: str
    style: str = "bold"


@dataclass(frozen=True, slots=True)
class Rows:
    """Label, value and remark, aligned and without headings."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        heading: Its heading.
        align: Where its cells stand.
        wraps: Whether long cells continue in the next line.
    """

    heading: str
    align: Literal["left", "right"] = "left"
    wraps: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Cells below headings; `gap` blanks between two columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    indent: int = 2
    gap: int = 2


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list below a heading; without a title only below an empty line, without lines nothing at all."""

    title: str | None
    lines: tuple[str, ...]
    style: str = "bold"


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Text that is laid out already."""

    text: str


REPORT_WIDTH = 100

Block: TypeAlias = Line | Heading | Rows | Table | Bullets | Verbatim

BLANK = Line()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A report.

    Attributes:
        title: For the head of an HTML page.
        blocks: What it says, from top to bottom.
        width: Columns that it needs where there is no terminal.
    """

    title: str
    blocks: tuple[Block, ...]
    width: int = REPORT_WIDTH


def section(title: str, rows: tuple[tuple[str, ...], ...]) -> tuple[Block, ...]:
    """Return rows below a heading, or nothing where there are no rows."""
    return (Heading(title), Rows(rows)) if rows else ()


def warnings_block(lines: tuple[str, ...]) -> Bullets:
    """Return the list of warnings as every report shows it."""
    return Bullets("Warnings", lines, style="bold yellow")


@singledispatch
def registered_page(result: object) -> Page:
    """Return the page of a result; `page.py` of each room registers those of its records."""
    raise TypeError(f"no page is registered for {type(result).__name__}")


@singledispatch
def registered_plot(result: object, kind: str | None, path: str | os.PathLike[str] | None) -> Any:
    """Draw a picture of a result; `plots.py` of a room registers those of its records, and what no kind means."""
    raise TypeError(f"there are no pictures of a {type(result).__name__}")


def page_of(result: object) -> Page:
    """Return the page of a result. It stands in `page.py` beside the record, which does not know it.

    Raises:
        TypeError: No page is registered for this kind of result.
    """
    _load_beside(result, "page")
    return registered_page(result)


def plot(result: object, kind: str | None = None, path: str | os.PathLike[str] | None = None) -> Any:
    """Draw a picture of a result, such as a `CostEstimate` or a `Comparison`.

    Args:
        result: What to draw.
        kind: Which picture: of an estimate of a circuit or a model `overview` (default), `time` or `schedule`; of a
            comparison `time` (default), `spread`, `shots` or `frontier`.
        path: File to write (PNG, SVG or PDF by its ending); default none.

    Returns:
        The matplotlib `Figure`.

    Raises:
        TypeError: There are no pictures of this kind of result.
        OptionError: There is no such picture.
        MissingDependencyError: matplotlib is not installed.
    """
    _load_beside(result, "plots")
    return registered_plot(result, kind, path)


def _load_beside(result: object, module: str) -> None:
    """Import a module of the room that a record, or a class that it inherits from, lives in, if there is one."""
    for kind in type(result).__mro__:
        package = kind.__module__.rpartition(".")[0]
        name = f"{package}.{module}"
        if package and name not in sys.modules and find_spec(name) is not None:
            import_module(name)
