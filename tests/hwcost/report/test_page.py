"""Pages are found beside their records, and what has none is refused by its name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hwcost.report import page as page_module
from hwcost.report.page import (
    BLANK,
    Bullets,
    Heading,
    Line,
    Page,
    Rows,
    page_of,
    plot,
    registered_page,
    section,
    warnings_block,
)
from report_samples import Fruit, Pageless, two_fruits

# In a fresh interpreter, so that nothing else has imported the page.
LOOKS_FOR_A_PAGE = """
import sys
from hwcost.calibration.audit import audit
from hwcost.calibration.load import load_calibration
from hwcost.calibration.summary import CalibrationSummary, summarize


class Mine(CalibrationSummary):
    pass


from hwcost.report.page import page_of
summary = summarize(audit(load_calibration("fake_manila")))
if sys.argv[1] == "mine":
    summary = Mine(**{name: getattr(summary, name) for name in summary.__dataclass_fields__})
before = "hwcost.calibration.page" in sys.modules
page = page_of(summary)
print(before, "hwcost.calibration.page" in sys.modules, type(page).__name__, "manila" in page.title)
"""


def test_a_page_registered_beside_the_record_is_found_there():
    page = page_of(Fruit(name="kiwi"))
    assert page.title == "fruit kiwi"
    assert page.blocks[0] == Line(("The ", ("kiwi", "bold green")))


@pytest.mark.parametrize("whose", ["theirs", "mine"])
def test_page_py_beside_the_record_is_imported_only_when_a_page_is_asked_for(whose):
    done = subprocess.run([sys.executable, "-c", LOOKS_FOR_A_PAGE, whose], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "Page", "True"]


@pytest.mark.parametrize("result", [Pageless(), 3, "text", None, object()])
def test_what_has_no_page_is_named(result):
    with pytest.raises(TypeError, match=f"no page is registered for {type(result).__name__}"):
        page_of(result)


@pytest.mark.parametrize("result", [Fruit(name="kiwi"), two_fruits(), 3])
def test_pictures_are_of_comparisons(result):
    with pytest.raises(TypeError, match=f"there are no pictures of a {type(result).__name__}"):
        plot(result)


def test_a_record_of_a_script_has_no_room_to_look_in():
    # Its module has no package: `report_samples`, or `__main__`.
    assert "." not in Fruit.__module__
    assert page_of(Fruit(name="kiwi")).title == "fruit kiwi"


def test_a_subclass_has_the_page_of_its_base_until_it_has_its_own():
    class Berry(Fruit):
        pass

    berry = Berry(name="currant")
    assert page_of(berry).title == "fruit currant"
    registered_page.register(Berry)(lambda result: Page(title=f"berry {result.name}", blocks=()))
    assert page_of(berry).title == "berry currant"
    assert page_of(Fruit(name="kiwi")).title == "fruit kiwi"


def test_a_section_without_rows_has_no_heading_either():
    rows = (("a", "1"), ("b", "2"))
    assert section("Size", rows) == (Heading("Size"), Rows(rows))
    assert section("Size", ()) == ()


def test_warnings_have_one_look():
    assert warnings_block(("old",)) == Bullets("Warnings", ("old",), style="bold yellow")
    assert Line() == BLANK
    assert Page(title="x", blocks=()).width == page_module.REPORT_WIDTH
