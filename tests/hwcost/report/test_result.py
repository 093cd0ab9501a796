"""What every answer can do: JSON, CSV, text, HTML, and how notebooks and terminals show it."""

from __future__ import annotations

import dataclasses
import io
import json
import math

import pytest
from rich.console import Console

from hwcost.report.page import Column, Line, Table, page_of
from hwcost.report.rendering import to_html, to_text
from hwcost.report.result import Listing, Result
from report_samples import Fruit, Pageless, two_fruits

KIWI = Fruit(name="kiwi")


class Printer:
    """What IPython hands to `_repr_pretty_`."""

    def __init__(self) -> None:
        self.written = ""

    def text(self, text: str) -> None:
        self.written += text


def test_a_result_must_say_its_dictionary():
    with pytest.raises(TypeError, match="to_dict"):
        Result()  # type: ignore[abstract]


def test_json_is_strict_and_reads_back():
    assert json.loads(KIWI.to_json()) == KIWI.to_dict() == KIWI.to_plain()
    assert KIWI.to_json(indent=None).startswith('{"name": "kiwi", "origin": {"country": "Peru"')
    with pytest.raises(ValueError, match="not JSON compliant"):
        Fruit(name="kiwi", weight_kg=math.nan).to_json()


def test_a_row_is_flat_without_what_the_class_leaves_out():
    assert KIWI.to_rows() == [{"name": "kiwi", "origin.country": "Peru", "sizes": "3 4", "weight_kg": 0.25}]
    assert Pageless().to_rows() == [{"kind": "pageless"}]
    assert KIWI.to_csv() == "name,origin.country,sizes,weight_kg\nkiwi,Peru,3 4,0.25\n"


def test_text_by_hand():
    assert [line.rstrip() for line in str(KIWI).splitlines()] == [
        "The kiwi",
        "",
        "Size",
        "  weight                  0.25 kg  without peel",
    ]


def test_text_html_and_ipython_show_the_page():
    printer = Printer()
    KIWI._repr_pretty_(printer, cycle=False)
    assert printer.written == str(KIWI) == to_text(page_of(KIWI))
    assert KIWI._repr_html_() == to_html(page_of(KIWI))


def test_rich_prints_it_at_the_width_of_the_terminal():
    buffer = io.StringIO()
    Console(file=buffer, width=60).print(KIWI)
    assert [line.rstrip() for line in buffer.getvalue().splitlines()] == [
        line.rstrip() for line in str(KIWI).splitlines()
    ]


def test_ipython_finds_the_report_in_the_class_itself():
    # It takes the first class in the order of inheritance that has a __repr__ or a _repr_pretty_ of its own.
    for kind in (Fruit, Pageless, Listing):
        assert "_repr_pretty_" in vars(kind)
        assert "__repr__" in vars(kind)
        assert repr(two_fruits()).startswith("Listing(")


def test_a_result_without_a_page_has_its_data_still():
    assert Pageless().to_json(indent=None) == '{"kind": "pageless"}'
    with pytest.raises(TypeError, match="no page is registered for Pageless"):
        str(Pageless())


def test_results_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        KIWI.name = "plum"  # type: ignore[misc]


def test_a_listing_is_its_records_below_its_title():
    fruits = two_fruits()
    assert fruits.to_dict() == {"fruits": [{"name": "apple", "weight_kg": 0.2}, {"name": "pear", "weight_kg": 0.3}]}
    assert json.loads(fruits.to_json()) == fruits.to_plain()
    assert fruits.to_csv() == "name,weight_kg\napple,0.2\npear,0.3\n"
    assert [line.rstrip() for line in str(fruits).splitlines()] == [
        "  Name   Weight",
        "  apple  0.2 kg",
        "  pear   0.3 kg",
        "weighed without peel",
    ]


def test_a_listing_whose_records_are_not_flat_brings_rows():
    fruits = dataclasses.replace(two_fruits(), rows=({"name": "apple"},))
    assert fruits.to_rows() == [{"name": "apple"}]
    assert len(fruits.to_plain()) == 2


def test_the_page_of_a_listing_has_its_title_width_and_notes():
    table = Table((Column("a"),), (("1",),))
    page = page_of(Listing(title="things", records=({"a": 1},), table=table, notes=("x", "y"), width=132))
    assert (page.title, page.width) == ("things", 132)
    assert page.blocks == (table, Line(("x",)), Line(("y",)))
