"""Searches with repeats, by every algorithm: the same after a kill and with other workers; runs of older versions."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import sqlite3

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("deap")
pytest.importorskip("moocore")

import nas
from nas.core.errors import RunError, SettingError
from nas.results.front_text import front_text
from nas.runs.algorithms import ALGORITHMS
from nas.runs.context import make_context
from nas.runs.evaluate import train_again
from nas.runs.store import EVALUATIONS, RUN, RunStore
from small_search import NUM_ARCHITECTURES, small_config


def facts(run):
    generations = [dataclasses.asdict(generation) for generation in run.generations]
    return run.evaluations, generations, run.front, run.estimates.networks, run.estimates.hypervolume


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repeats")

    def config(name):
        return small_config(folder, algorithm=name, repeats=0.4, generations=4)

    return {name: (config(name), nas.search(config(name), folder / name)) for name in ALGORITHMS}


def cut(folder, *statements):
    """Take from a finished run what a search that was killed would not have written."""
    with contextlib.closing(sqlite3.connect(folder / EVALUATIONS)) as base, base:
        for statement in ("DELETE FROM generations WHERE number > 0", *statements):
            base.execute(statement)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_members_of_the_front_were_trained_again(runs, name):
    config, run = runs[name]
    again = [len(one.accuracies) - 1 for one in run.evaluations]
    assert sum(again) == 16
    assert [g.num_repeats for g in run.generations[-2:]] == [8, 8]
    assert all(g.evaluated == 0 for g in run.generations[-2:])
    assert len(run.evaluations) == (NUM_ARCHITECTURES if name == "exhaustive" else 24)
    assert run.stop.endswith("then 2 generations of repeats of members of the front")
    for one in run.evaluations:
        assert len({training["seed"] for training in one.trainings}) == len(one.accuracies)
    most = max(run.evaluations, key=lambda one: len(one.accuracies))
    number = len(most.accuracies) - 1
    alone = train_again(make_context(config), dict(most.genome), number, 0)
    assert alone.accuracies[0] == most.accuracies[number]
    assert run.generations[-1].estimated_front_size == len(run.front)
    for one in run.evaluations:  # five trainings of a network validate on other samples each
        parts = [training["split_sha256"] for training in one.trainings]
        assert len(set(parts)) == min(5, len(parts))
        assert parts[0] == run.context.dataset.split_sha256
    told = "one training each at first, trainings of one network on 5 parts in turn; "
    assert told in " ".join(front_text(run).split())  # lines may be broken


@pytest.mark.parametrize("name", ALGORITHMS)
def test_killed_in_the_midst_of_repeats_and_resumed_by_two_workers_it_ends_the_same(runs, name, tmp_path):
    _, expected = runs[name]
    folder = tmp_path / "run"
    shutil.copytree(expected.folder, folder)
    # Of the first of two rounds some came back, in any order; one of a network's before an earlier one of it.
    cut(folder, "DELETE FROM trainings WHERE position IN (0, 2, 5) OR position > 6", "DELETE FROM costs")
    partial = nas.open_run(folder)
    assert sum(len(one.accuracies) - 1 for one in partial.evaluations) < 8
    assert facts(nas.resume(folder, workers=2)) == facts(expected)


@pytest.mark.parametrize("name", ["surrogate", "nsga2"])
def test_killed_in_the_midst_of_a_generation_it_ends_the_same(runs, name, tmp_path):
    config, expected = runs[name]
    folder = tmp_path / "run"
    shutil.copytree(expected.folder, folder)
    cut(folder, "DELETE FROM trainings", "DELETE FROM evaluations WHERE position IN (9, 11) OR position > 12")
    assert facts(nas.search(config, folder)) == facts(expected)


def test_costs_of_a_space_that_can_be_listed_are_computed_once_and_kept(runs, tmp_path, monkeypatch):
    config, expected = runs["surrogate"]
    with RunStore(expected.folder) as store:
        kept = store.costs({"quantum_flops", "parameters"})
    assert len(kept) == NUM_ARCHITECTURES
    for one in expected.evaluations:
        assert kept[one.architecture_hash] == {n: one.objectives[n] for n in ("quantum_flops", "parameters")}
    folder = tmp_path / "run"
    shutil.copytree(expected.folder, folder)
    cut(folder, "DELETE FROM trainings")

    def refused(*_, **__):
        raise AssertionError("they are known")

    monkeypatch.setattr("nas.runs.free_costs.candidate_cost", refused)
    assert facts(nas.search(config, folder)) == facts(expected)


def test_a_run_of_a_version_without_repeats_goes_on_as_it_began(tmp_path):
    config = small_config(tmp_path, generations=2)
    expected = nas.search(config, tmp_path / "run")
    folder = tmp_path / "old"
    shutil.copytree(expected.folder, folder)
    cut(folder, "DROP TABLE trainings", "DROP TABLE costs", "DELETE FROM evaluations WHERE position > 12")
    with contextlib.closing(sqlite3.connect(folder / EVALUATIONS)) as base, base:
        for number, record in base.execute("SELECT number, record FROM generations").fetchall():
            plain = {k: v for k, v in json.loads(record).items() if "repeat" not in k and "estimated" not in k}
            base.execute("UPDATE generations SET record = ? WHERE number = ?", (json.dumps(plain), number))
    plain = json.loads((folder / RUN).read_text(encoding="utf-8"))
    del plain["search"]["config"]["repeats"], plain["search"]["config"]["num_folds"]
    (folder / RUN).write_text(json.dumps(plain), encoding="utf-8")
    assert nas.open_run(folder).generations[0].num_repeats == 0
    again = dataclasses.replace(config, repeats=0.2)  # the default, which that version did not have
    assert facts(nas.search(again, folder)) == facts(expected)
    with pytest.raises(RunError, match=r"repeats is 0\.5, there 0\.0"):
        nas.search(dataclasses.replace(config, repeats=0.5), folder)


def test_a_training_that_fails_counts_as_an_attempt_and_for_nothing_else(runs):
    _, run = runs["random"]
    one = run.evaluations[0]
    broken = dataclasses.replace(one, state="FAILED", reason="diverged", accuracies=(), trainings=(), objectives={})
    after = one.with_training(broken)
    assert after.accuracies == one.accuracies
    assert after.objectives == one.objectives
    assert len(after.trainings) == len(one.trainings) + 1
    assert after.with_training(dataclasses.replace(one, accuracies=(0.5,))).accuracies == (*one.accuracies, 0.5)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE trainings SET record = '{}' WHERE position = 3", "a damaged record"),
        ("UPDATE trainings SET record = 'x' WHERE position = 3", "a damaged record"),
        ("UPDATE trainings SET architecture = 'a' || architecture WHERE position = 3", "a damaged record"),
        ('UPDATE costs SET record = \'{"parameters": "many"}\'', "the costs of"),
    ],
)
def test_damaged_rows_are_one_line(runs, tmp_path, statement, message):
    folder = tmp_path / "run"
    shutil.copytree(runs["surrogate"][1].folder, folder)
    cut(folder, statement)
    with pytest.raises(RunError, match=message):
        nas.resume(folder)


def test_what_cannot_be_is_refused(tmp_path):
    with pytest.raises(SettingError, match="algorithm = surrogate predicts validation_error"):
        small_config(tmp_path, algorithm="surrogate", objectives=("quantum_flops", "parameters"))
    for share in (-0.1, 1.1, float("nan")):
        with pytest.raises(SettingError, match="repeats is"):
            small_config(tmp_path, repeats=share)


def test_a_device_is_costed_for_what_is_chosen(tmp_path):
    pytest.importorskip("qiskit_ibm_runtime")
    config = small_config(
        tmp_path,
        algorithm="surrogate",
        objectives=("validation_error", "unified_time_s", "parameters"),
        backend="fake_manila",
        population=4,
        generations=2,
        repeats=0.34,
        num_seeds=1,
        epochs=1,
    )
    run = nas.search(config, tmp_path / "run")
    assert len(run.evaluations) == 8
    assert all(one.objectives["unified_time_s"] > 0.0 for one in run.evaluations)
