"""What estimates say of a run: numbers that agree with each other, and sentences that claim no more than they do."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("deap")
pytest.importorskip("moocore")

import nas
from nas.results.estimate_facts import estimate_facts, estimate_notes, noise_facts
from small_search import small_config


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("facts")
    return nas.search(small_config(folder, repeats=0.5), folder / "run")


def test_facts_of_members_and_of_the_front_agree(run):
    members, noise = [estimate_facts(run, member) for member in run.front], noise_facts(run)
    assert all(one["retrained_low"] <= one["low"] <= one["error"] <= one["high"] for one in members)
    assert sum(one["claimed"] for one in members) == noise["num_claimed"]
    assert noise["num_trainings"] == sum(len(one.accuracies) for one in run.evaluations) == 8 * 4
    assert noise["hypervolume"]["low"] <= noise["hypervolume"]["value"] <= noise["hypervolume"]["high"]


def test_ten_steps_on_iris_claim_nothing(run):
    """FAQNAS's batches of 64 teach nothing on iris: whatever looks best is luck."""
    assert noise_facts(run)["num_claimed"] == 0
    notes = " ".join(estimate_notes(run))
    assert "nothing is claimed" in notes or "of no member it can be said" in notes


def test_where_nothing_is_trained_nothing_is_estimated(tmp_path):
    run = nas.search(small_config(tmp_path, objectives=("quantum_flops", "parameters")), tmp_path / "run")
    assert (noise_facts(run), estimate_notes(run), estimate_facts(run, run.front[0])) == (None, [], None)
