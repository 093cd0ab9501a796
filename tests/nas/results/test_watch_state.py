"""What a page that follows a search shows where the search has hardly begun, and of networks in all states."""

from __future__ import annotations

import sqlite3

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")

import nas
from nas.results.watch_state import watch_state
from small_search import small_config


def test_what_failed_and_what_costs_too_much_is_counted_and_no_point(folder, run):
    state = watch_state(folder)
    assert (state["num_failed"], state["num_evaluations"]) == (len(run.failures), len(run.evaluations))
    assert len(state["points"]) == len(run.evaluations) - len(run.failures)
    assert [one["title"] for one in state["objectives"]] == ["validation error", "qpu time", "esp"]
    assert (state["signal"], state["limits"], state["left"]) == (None, [], 0)
    assert state["changed_s_ago"] >= 0.0
    assert state["work_s"] == pytest.approx(sum(one.training_s + one.costing_s for one in run.evaluations))


def test_a_pilot_at_work_is_followed(tmp_path):
    config = small_config(tmp_path, population=3, generations=0, epochs=1, pilot=True)
    nas.pilot(config, tmp_path / "run", networks=3, grid=False)
    base = sqlite3.connect(tmp_path / "run" / "evaluations.sqlite3")
    base.execute("DELETE FROM notes")
    base.commit()
    base.close()
    state = watch_state(tmp_path / "run")
    assert (state["pilot_cells"], state["num_evaluations"], state["signal"], state["front"]) == (6, 0, None, [])


def test_an_exhaustive_search_knows_what_is_left(tmp_path):
    config = small_config(tmp_path, algorithm="exhaustive", epochs=1)
    nas.pilot(config, tmp_path / "run", networks=2, grid=False)  # the run is begun, nothing is evaluated
    assert watch_state(tmp_path / "run")["left"] == 48
