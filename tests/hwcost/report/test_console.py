"""Results on stdout and in files."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from hwcost.core.own_files import TEXT_MARK
from hwcost.report.console import write
from hwcost.report.page import BLANK, Column, Line, Page, Table, Verbatim
from hwcost.report.rendering import to_text, verbatim_text
from hwcost.report.result import Listing

TABLE = Table((Column("name"), Column("size", "right")), (("a", "1"), ("b", "22")), indent=0)
LISTING = Listing(title="things", records=({"name": "a", "size": 1}, {"name": "b", "size": 22}), table=TABLE)


def test_text_json_and_csv_on_stdout(capsys):
    write([LISTING], "text")
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["name", "size"],
        ["a", "1"],
        ["b", "22"],
    ]
    write([LISTING], "json")
    assert json.loads(capsys.readouterr().out) == [{"name": "a", "size": 1}, {"name": "b", "size": 22}]
    write([LISTING], "csv")
    assert capsys.readouterr().out == "name,size\na,1\nb,22\n"


@pytest.mark.parametrize("form", ["text", "json", "csv", "html"])
def test_a_file_holds_the_same_and_stdout_nothing(capsys, tmp_path, form):
    write([LISTING], form)
    printed = capsys.readouterr().out
    write([LISTING], form, output=str(tmp_path / "file"))
    mark = TEXT_MARK if form == "text" else ""
    assert (tmp_path / "file").read_text(encoding="utf-8") == printed + mark
    assert capsys.readouterr().out == ""


def test_no_rows_are_an_empty_table():
    assert Listing(title="nothing", records=(), table=TABLE).to_csv() == ""


def test_what_is_laid_out_already_is_neither_wrapped_nor_changed():
    long = "x" * 500 + "  [bold]text[/bold] :smile:"
    assert to_text(Page(title="", blocks=(Verbatim(long), Verbatim("end\n\n")))) == f"{long}\nend\n"
    assert verbatim_text(Page(title="", blocks=(Verbatim("a"), BLANK))) is None
    # Beside other blocks rich prints it, the same.
    assert to_text(Page(title="", blocks=(Verbatim(long), Line(("end",))))) == f"{long}\nend\n"


def test_what_is_laid_out_already_needs_no_rich():
    program = (
        "import sys\nfrom hwcost.report.page import Page, Verbatim\nfrom hwcost.report.rendering import to_text\n"
        "print(to_text(Page(title='', blocks=(Verbatim('text'),))), 'rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "text\n False\n"
