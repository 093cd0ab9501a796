"""A `Page` in a terminal, as plain text and as HTML, by rich."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from hwcost.core.own_files import HTML_MARK
from hwcost.core.text import escaped, one_line
from hwcost.report.page import Block, Bullets, Heading, Line, Page, Rows, Table, Verbatim

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_BAR_WIDTH = 24
_LONGEST_CELL = 1000
_HTML = '<pre style="font-family:Menlo,Consolas,monospace;font-size:13px;line-height:1.3;white-space:pre">{code}</pre>'
_PLAIN: dict[str, Any] = {"force_jupyter": False, "highlight": False}
# A console that knows that it is in a notebook would show the report there, beside the text that is asked for here.


def renderables(page: Page) -> Iterator[RenderableType]:
    """Yield the blocks of a page as rich prints them."""
    for block in page.blocks:
        yield from _rendered(block)


@singledispatch
def _rendered(block: Block) -> Iterator[RenderableType]:
    raise TypeError(f"a page has no blocks of type {type(block).__name__}")


@_rendered.register(Line)
def _render_line(block: Line) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    pieces = [
        escaped(piece, kept="\n") if isinstance(piece, str) else (escaped(piece[0], kept="\n"), piece[1])
        for piece in block.pieces
    ]
    text = Text.assemble(*pieces, style=block.style)
    yield Padding(text, (0, 0, 0, block.indent)) if block.indent else text


@_rendered.register(Heading)
def _render_heading(block: Heading) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text()
    yield Text(escaped(block.text), style=block.style)


@_rendered.register(Rows)
def _render_rows(block: Rows) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid.grid(padding=(0, 2))
    grid.add_column(min_width=22, no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column()
    for row in block.rows:
        grid.add_row(*(Text(_cell(cell)) for cell in row))
    yield Padding(grid, (0, 0, 0, 2))


@_rendered.register(Table)
def _render_table(block: Table) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=None, pad_edge=False, padding=(0, block.gap, 0, 0))
    for column in block.columns:
        grid.add_column(Text(column.heading), justify=column.align, no_wrap=not column.wraps)
    for row in block.rows:
        grid.add_row(*(Text(_cell(cell)) for cell in row))  # names are text, whatever rich would read in their brackets
    yield Padding(grid, (0, 0, 0, block.indent))


def _cell(text: str) -> str:
    """Return a cell as text of limited length without what a terminal would obey."""
    return escaped(text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…", kept="\n")


@_rendered.register(Bullets)
def _render_bullets(block: Bullets) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    if not block.lines:
        return
    yield Text()
    if block.title is not None:
        yield Text(block.title, style=block.style)
    for line in block.lines:
        yield Padding(Text.assemble("• ", escaped(line)), (0, 0, 0, 2))


@_rendered.register(Verbatim)
def _render_verbatim(block: Verbatim) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text(escaped(block.text, kept="\n").rstrip("\n"), no_wrap=True, overflow="ignore")


def print_page(page: Page, console: Console) -> None:
    """Print a page; what is laid out already is neither wrapped nor cut."""
    for block in page.blocks:
        for part in _rendered(block):
            console.print(part, soft_wrap=isinstance(block, Verbatim))


def verbatim_text(page: Page) -> str | None:
    """Return the text of a page on which everything is laid out already; None of any other, which needs rich.

    >>> verbatim_text(Page(title="two", blocks=(Verbatim("a"), Verbatim("b\\n"))))
    'a\\nb\\n'
    """
    texts = [escaped(block.text, kept="\n").rstrip("\n") + "\n" for block in page.blocks if isinstance(block, Verbatim)]
    return "".join(texts) if len(texts) == len(page.blocks) else None


def to_text(page: Page) -> str:
    """Return a page as plain text without colour codes."""
    laid_out = verbatim_text(page)
    if laid_out is not None:
        return laid_out
    from rich.console import Console

    buffer = io.StringIO()
    print_page(page, Console(file=buffer, width=page.width, no_color=True, force_terminal=False, **_PLAIN))
    return buffer.getvalue()


def to_html(page: Page) -> str:
    """Return a page as an HTML fragment with inline styles."""

    from rich.console import Console

    console = Console(record=True, file=io.StringIO(), width=page.width, force_terminal=True, **_PLAIN)
    print_page(page, console)
    return console.export_html(inline_styles=True, code_format=_HTML)


def to_html_page(pages: list[Page], *, title: str) -> str:
    """Return pages as one whole HTML page."""
    from html import escape

    about = f'<meta charset="utf-8">{HTML_MARK}<title>{escape(one_line(title))}</title>'
    head = f'<!DOCTYPE html>\n<html lang="en"><head>{about}</head>'
    return f"{head}\n<body>{'<hr>'.join(to_html(page) for page in pages)}</body></html>\n"


def bar(share: float) -> str:
    """Return a share from 0 to 1 as a bar of text.

    Example:
        >>> bar(0.25)
        '██████'
    """
    return "█" * round(_BAR_WIDTH * share)
