"""Each format of `FORMATS`, for one result and for several."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest

from hwcost.report import formats
from hwcost.report.formats import FORMATS, formatted
from report_samples import Fruit, two_fruits

KIWI, PLUM = Fruit(name="kiwi"), Fruit(name="plum", weight_kg=0.125)


def test_the_formats_are_these():
    assert list(FORMATS) == ["text", "json", "csv", "html"]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("results", [[KIWI], [KIWI, PLUM], [two_fruits()]], ids=["one", "two", "listing"])
def test_each_format_says_every_name_and_ends_its_last_line(form, results):
    text = formatted(results, form)
    assert text.endswith("\n")
    for name in [result.name for result in results if isinstance(result, Fruit)] or ["apple", "pear"]:
        assert name in text


def test_text_is_each_report_and_an_empty_line_between_two():
    assert formatted([KIWI], "text") == str(KIWI)
    assert formatted([KIWI, PLUM], "text") == f"{KIWI}\n{PLUM}"


def test_json_is_an_object_for_one_and_a_list_for_several():
    assert json.loads(formatted([KIWI], "json")) == KIWI.to_dict()
    assert json.loads(formatted([KIWI, PLUM], "json")) == [KIWI.to_dict(), PLUM.to_dict()]
    # A command that may answer with several answers with a list always: a reader need not guess.
    assert json.loads(formatted([KIWI], "json", several=True)) == [KIWI.to_dict()]


def test_json_of_a_listing_is_its_records():
    assert json.loads(formatted([two_fruits()], "json"))[1] == {"name": "pear", "weight_kg": 0.3}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("several", [False, True])
def test_json_is_strict(value, several):
    with pytest.raises(ValueError, match="not JSON compliant"):
        formatted([Fruit(name="kiwi", weight_kg=value)], "json", several=several)


def test_json_keeps_letters_as_they_are():
    assert '"name": "Stückchen µ"' in formatted([Fruit(name="Stückchen µ")], "json")


def test_csv_has_one_heading_and_a_row_for_each():
    table = list(csv.reader(io.StringIO(formatted([KIWI, PLUM], "csv"))))
    assert table == [
        ["name", "origin.country", "sizes", "weight_kg"],
        ["kiwi", "Peru", "3 4", "0.25"],
        ["plum", "Peru", "3 4", "0.125"],
    ]


def test_html_is_one_page_with_the_title_of_the_first():
    html = formatted([KIWI, PLUM], "html")
    assert html.startswith("<!DOCTYPE html>\n")
    assert html.count("</html>") == html.count("<title>") == html.count("<hr>") == 1
    assert "<title>fruit kiwi</title>" in html
    assert html.index("kiwi</span>") < html.index("<hr>") < html.index("plum</span>")


def test_a_format_is_one_entry_of_the_table(monkeypatch):
    def names(results, several):
        return f"{several} {'+'.join(result.name for result in results)}"

    monkeypatch.setattr(formats, "FORMATS", {**FORMATS, "names": names})
    assert formatted([KIWI], "names") == "False kiwi"
    assert formatted([KIWI, PLUM], "names") == "True kiwi+plum"
    assert formatted([KIWI], "json") == formatted([KIWI], "json", several=False)


def test_an_unknown_format_is_no_format():
    with pytest.raises(KeyError):
        formatted([KIWI], "yaml")
