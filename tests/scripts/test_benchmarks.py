"""The runner of the benchmarks knows every script, and the document has its rows. Nothing is timed here."""

from __future__ import annotations

import json
import string
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import Span, measured, report, table
from tests.benchmarks.catalogue import AT_LEAST, AT_MOST, BENCHMARKS, HELPERS, Benchmark, Row

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "benchmarks"
ROWS = [(benchmark, row) for benchmark in BENCHMARKS for row in benchmark.rows]


def test_every_script_is_known():
    files = {path.stem for path in FOLDER.glob("*.py")}
    assert files == {benchmark.name for benchmark in BENCHMARKS} | set(HELPERS)


def test_every_script_is_in_the_readme():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [b.name for b in BENCHMARKS if f"`python tests/benchmarks/{b.name}.py" not in text] == []


def test_the_document_has_the_rows():
    lines = (ROOT / "docs" / "how-far-to-trust.md").read_text(encoding="utf-8").splitlines()
    start = lines.index("| question | measured | floor | script |")
    shown = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        question, found, floor, script = (cell.strip() for cell in line.strip("|").split(" | "))
        assert found
        shown.append((question, floor, script))
    assert shown == [(row.question, row.floor_text(), f"`{benchmark.name}.py`") for benchmark, row in ROWS]


@pytest.mark.parametrize(("benchmark", "row"), ROWS, ids=lambda one: getattr(one, "name", ""))
def test_scripts_note_what_their_rows_show(benchmark, row):
    names = {name for _, name, _, _ in string.Formatter().parse(row.shown) if name} | set(row.floors)
    text = (FOLDER / f"{benchmark.name}.py").read_text(encoding="utf-8")
    for name in {name.removeprefix("compiled_") for name in names}:  # the same figures of another engine
        stem = name.rstrip("0123456789")
        assert f"{name}=" in text or (stem != name and (f'f"{stem}{{' in text or stem.rstrip("_") in text)), name


def test_a_missed_floor_is_told_by_median():
    row = Row(question="q", shown="{a:.1f} and {b:.0%}", floors={"a": (AT_LEAST, 2), "b": (AT_MOST, 0.5)})
    figures = {"a": [1.0, 1.5, 9.0], "b": [0.25]}
    plain = report(Benchmark(name="x", rows=(row,)), figures, 0, 1.0)["rows"][0]
    assert plain["measured"] == "1.0 to 9.0 and 25%"
    assert plain["missed"] == ["q: a is 1.5, must be at least 2"]
    assert row.missed({"a": 2.0, "b": 0.6}) == ["q: b is 0.6, must be at most 0.5"]


def test_what_was_not_measured_says_so_and_misses_nothing():
    row = Row(question="q", shown="{a:.1f}", floors={"a": (AT_LEAST, 2)})
    assert measured(row, {}) == "not measured"
    assert row.missed({}) == []


def test_a_figure_that_never_differs_is_one_number():
    assert f"{Span([1.01, 1.02]):.1f}" == "1.0"
    assert f"{Span([1.01, 1.22]):.1f}" == "1.0 to 1.2"


def test_the_table_has_a_line_for_each_row():
    reports = [report(benchmark, {}, 0, 0.0) for benchmark in BENCHMARKS]
    assert len(table(reports)) == 2 + len(ROWS)
    assert json.loads(json.dumps(reports)) == reports


def run(*arguments):
    command = [sys.executable, "-m", "tests.benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_names_that_cannot_be_run_are_refused():
    assert "there is no benchmark 'enginespeed'; choose from" in run("enginespeed").stderr
    assert "job_times needs the folder of job tables" in run("job_times").stderr
    assert run("--list").stdout.split()[0] == "estimate_command"
