"""What every answer of the package can do beside holding its numbers: JSON, CSV, text and HTML. `Result`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from hwcost.core.json_text import json_text
from hwcost.report.page import REPORT_WIDTH, Block, Line, Page, Table, page_of, registered_page
from hwcost.report.rendering import renderables, to_html, to_text
from hwcost.report.rows import csv_table, flatten

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult


class Result(ABC):
    """Base of frozen records that can be printed; a subclass gives its dictionary, its page is registered elsewhere."""

    __slots__ = ()

    not_in_rows: ClassVar[Set[str]] = frozenset()
    """Keys such as `circuit.ops` that a flat row leaves out."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return plain dictionaries, lists, text and numbers."""

    def to_plain(self) -> Any:
        """Return what the JSON holds: the dictionary, or a list where the answer is one."""
        return self.to_dict()

    def to_rows(self) -> list[dict[str, Any]]:
        """Return flat rows for a table; by default one, with `section.key` columns and lists joined by blanks."""
        return [dict(flatten("", self.to_dict(), skipped=self.not_in_rows))]

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the plain data as strict JSON (no NaN, no Infinity)."""
        return json_text(self.to_plain(), indent=indent)

    def to_csv(self) -> str:
        """Return the rows as a CSV table."""
        return csv_table(self.to_rows())

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the text report, for `rich.print`."""
        yield from renderables(page_of(self))

    def _repr_html_(self) -> str:
        """Return the report as HTML, for notebooks."""
        return to_html(page_of(self))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Print the report as plain text, for IPython in a terminal."""
        printer.text(str(self))

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # IPython takes the first class that has either, and every dataclass has a __repr__ of its own.
        type.__setattr__(cls, "_repr_pretty_", Result._repr_pretty_)

    def __str__(self) -> str:
        """Return the report as plain text."""
        return to_text(page_of(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Result):
    """Several things of one kind, one below the other.

    Attributes:
        title: What they are.
        records: Each as plain data.
        table: Each as a line of a table.
        rows: Each as a row of CSV; empty where the records themselves are flat.
        notes: Lines below the table.
        width: Columns that the table needs where there is no terminal.
    """

    title: str
    records: tuple[Mapping[str, Any], ...]
    table: Table
    rows: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    width: int = REPORT_WIDTH

    def to_dict(self) -> dict[str, Any]:
        """Return the records below the title."""
        return {self.title: self.to_plain()}

    def to_plain(self) -> list[dict[str, Any]]:
        """Return the records."""
        return [dict(record) for record in self.records]

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row for each."""
        return [dict(row) for row in self.rows or self.records]


@registered_page.register
def _(listing: Listing) -> Page:
    blocks: tuple[Block, ...] = (listing.table, *(Line((note,)) for note in listing.notes))
    return Page(title=listing.title, blocks=blocks, width=listing.width)
