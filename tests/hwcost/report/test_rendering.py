"""Pages as text and HTML: width, what is laid out already, brackets in names, and escapes."""

from __future__ import annotations

import io
import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from hwcost.report.page import BLANK, Bullets, Column, Heading, Line, Page, Rows, Table, Verbatim
from hwcost.report.rendering import bar, print_page, renderables, to_html, to_html_page, to_text


def page(*blocks, width=40, title="a title"):
    return Page(title=title, blocks=blocks, width=width)


def lines(*blocks, width=40):
    return [line.rstrip() for line in to_text(page(*blocks, width=width)).splitlines()]


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_each_block_by_hand():
    assert lines(
        Line(("Time ", ("1 s", "bold")), indent=2),
        BLANK,
        Heading("Parts"),
        Rows((("wait", "1 s", "idle"), ("a longer one", "20 s", ""))),
        Table((Column("Name"), Column("N", "right")), (("a", "1"), ("bc", "20"))),
        Bullets("Warnings", ("old", "cold")),
        width=60,
    ) == [
        "  Time 1 s",
        "",
        "",
        "Parts",
        "  wait                     1 s  idle",
        "  a longer one            20 s",
        "  Name   N",
        "  a      1",
        "  bc    20",
        "",
        "Warnings",
        "  • old",
        "  • cold",
    ]


def test_bullets_without_title_or_without_lines():
    assert lines(Bullets(None, ("note",))) == ["", "  • note"]
    assert lines(Bullets("Warnings", ())) == []


def test_gap_and_indent_of_a_table():
    table = Table((Column("a"), Column("b")), (("1", "2"),), indent=0, gap=5)
    assert lines(table) == ["a     b", "1     2"]


WORDS = st.lists(st.text("abc[]/=", min_size=1, max_size=12), min_size=1, max_size=30)


@given(WORDS, st.integers(20, 90))
def test_text_is_as_wide_as_the_page_at_most_and_loses_no_word(words, width):
    paragraph = " ".join(words)
    shown = to_text(page(Line((paragraph,)), Bullets(None, (paragraph,)), width=width))
    assert max(map(len, shown.splitlines())) <= width
    assert shown.replace("•", "").split() == words * 2


@given(st.lists(st.text("abc [/]", max_size=200).map(str.rstrip).filter(bool), min_size=1, max_size=4))
def test_what_is_laid_out_already_is_neither_wrapped_nor_cropped(drawn):
    text = "\n".join(drawn)
    assert to_text(page(Verbatim(text + "\n"), width=20)) == text + "\n"
    assert text_of(to_html(page(Verbatim(text), width=20))).rstrip("\n") == text


@pytest.mark.parametrize("name", ["[bold]x[/bold]", "[/]", "[red]", "a[0]", ":smile:", "[link=http://x]y[/link]"])
@pytest.mark.parametrize(
    "block",
    [
        lambda name: Line((name, (name, "bold"))),
        Heading,
        lambda name: Rows(((name, name, name),)),
        lambda name: Table((Column("Name"), Column("N")), ((name, name),)),
        lambda name: Table((Column(name),), (("x",),)),
        lambda name: Bullets(name, (name,)),
        Verbatim,
    ],
    ids=["line", "heading", "rows", "table", "column heading", "bullets", "verbatim"],
)
def test_names_with_brackets_are_text(block, name):
    made = page(block(name), width=120)
    expected = len(re.findall(re.escape(name), repr(made.blocks)))
    assert to_text(made).count(name) == expected
    assert text_of(to_html(made)).count(name) == expected


def test_text_has_no_colour_codes_and_html_has_styles():
    made = page(Line((("loud", "bold green"),)))
    assert to_text(made) == "loud\n"
    assert "\x1b" not in to_html(made)
    assert "font-weight: bold" in to_html(made)


def test_a_terminal_gets_colours():
    buffer = io.StringIO()
    made = page(Line((("loud", "bold"),)))
    print_page(made, Console(file=buffer, force_terminal=True, color_system="standard", width=40))
    assert buffer.getvalue() == "\x1b[1mloud\x1b[0m\n"


def test_cells_that_may_not_wrap_stay_on_one_line():
    row = (("one two three", "four five six seven eight nine ten"),)
    kept = lines(Table((Column("a", wraps=False), Column("b")), row, indent=0), width=30)
    assert kept[1].startswith("one two three  ")
    assert len(kept) > 2
    assert " ".join(line[15:] for line in kept[1:]).split() == row[0][1].split()


def test_an_unknown_block_is_refused_by_its_type():
    with pytest.raises(TypeError, match="a page has no blocks of type int"):
        list(renderables(Page(title="x", blocks=(3,))))


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append(tag)
        if tag not in {"meta", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@given(st.lists(st.text("ab<>&\"'/ scriptpre", min_size=1, max_size=30), min_size=1, max_size=3))
def test_html_is_one_page_that_holds_names_as_text(names):
    html = to_html_page([page(Line((name,)), width=80) for name in names], title=names[0])
    reader = _Tags()
    reader.feed(html)
    reader.close()
    assert not reader.open
    assert set(reader.opened) <= {"html", "head", "meta", "title", "body", "pre", "hr", "span"}
    assert [reader.opened.count(tag) for tag in ("html", "title", "body", "pre", "hr")] == [
        1,
        1,
        1,
        len(names),
        len(names) - 1,
    ]
    body = html.partition("<body>")[2]
    assert text_of(body).split() == " ".join(names).split()


def test_a_title_is_one_line_and_escaped():
    html = to_html_page([page()], title="a\n<b> & c")
    assert "<title>a &lt;b&gt; &amp; c</title>" in html


@pytest.mark.parametrize(("share", "length"), [(0.0, 0), (0.25, 6), (0.5, 12), (1.0, 24), (0.01, 0), (0.03, 1)])
def test_a_bar_is_24_columns_for_all(share, length):
    assert bar(share) == "█" * length


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_larger_share_is_no_shorter_bar(one, other):
    assert len(bar(min(one, other))) <= len(bar(max(one, other)))
