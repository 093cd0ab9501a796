"""The page of a report is in `test_report.py`; here what it says without a device or a pilot, and at its top."""

from __future__ import annotations

import dataclasses

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")

from nas.results.report_members import Members
from nas.results.report_page import report_page


def test_sections_without_content_are_left_out(run):
    without = dataclasses.replace(
        run,
        evaluations=tuple(dataclasses.replace(one, cost=None) for one in run.evaluations if one.state == "COMPLETE"),
    )
    page = report_page(without, Members.of(without, {}), [], ["something to say"])
    for title in ("Where the time goes", "What failed", "What costs too much", "Which genes matter"):
        assert f"<h2>{title}</h2>" not in page
    for title in ("The front", "The members", "How the search went", "What it rests on"):
        assert f"<h2>{title}</h2>" in page
    assert page.index("something to say") < page.index("<h2>The front</h2>")
