"""Fronts as text for a terminal."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")

from nas.results.front import Front
from nas.results.front_text import front_text, shown_text


def test_members_are_numbered_and_those_that_stand_out_are_named(run):
    text = front_text(run)
    table = text.split("\n\n")[1].splitlines()
    assert table[0].split()[0] == "member"
    assert [line.split()[0].strip("*") for line in table[1:]] == [str(i + 1) for i in range(len(run.front))]
    starred = next(line.split()[0] for line in table if line.strip().startswith("*"))
    assert f"{starred[0]}member {starred[1:]}" in text
    for words in ("most accurate", "cheapest", "least norm", "largest esp"):
        assert words in text
    assert "rank" not in text


def test_everything_says_what_failed_and_on_which_front_the_rest_is(run):
    text = shown_text(Front(run=run, everything=True))
    table = text.split("\n\n")[2].splitlines()
    assert len(table) == 1 + len(run.evaluations)
    assert sum("FAILED: " in line and "needs 6 qubits" in line for line in table) == len(run.failures)
    assert [f"  {front}  " in line or "FAILED" in line for front, line in _fronts(run, table)] == [True] * (
        len(table) - 1
    )


def _fronts(run, table):
    numbers = Front(run=run, everything=True).front_numbers
    return [(numbers.get(one.architecture_hash), line) for one, line in zip(run.evaluations, table[1:], strict=True)]
