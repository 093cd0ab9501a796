"""Pilots: what they measure, that a search is not changed by them, and the settings that they choose."""

from __future__ import annotations

import csv
import dataclasses
import random
import sqlite3

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("deap")
pytest.importorskip("moocore")

import nas
from nas.core.errors import RunError, SettingError
from nas.runs.context import make_context
from nas.runs.evaluate import evaluate
from nas.runs.pilot import GRID, num_networks, settings_tried
from nas.runs.store import RunStore
from small_search import GENES, small_config

# Networks that are told apart: without entanglers and before rz nothing of a circuit can be trained.
TOLD_APART = GENES.replace("[2, 3]", "[1, 2, 4]").replace('["angle-x"]', '["angle-x", "amplitude"]')


def facts(run):
    return run.evaluations, [dataclasses.asdict(generation) for generation in run.generations], run.front


def cells(folder):
    with RunStore(folder) as store:
        return store.pilot_cells()


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A search of 8 networks that begins with a pilot of them, on iris as in the papers but for the epochs."""
    folder = tmp_path_factory.mktemp("pilot")
    config = small_config(folder, population=4, generations=1, pilot=True)
    return config, nas.search(config, folder / "run")


def test_the_share_is_that_of_trainings_done_one_by_one(searched):
    config, run = searched
    found, kept = run.pilot, cells(run.folder)
    assert len(found.settings) == 1
    assert found.num_train_seeds == 1
    context = make_context(config)
    errors = []
    for name, first in kept.items():
        if "/first/" not in name:
            continue
        again = kept[name.replace("/first/", "/again/")]
        assert evaluate(context, dict(first.genome)) == first  # as the search would train it
        seeds = [training["seed"] for training in (*first.trainings, *again.trainings)]
        assert len(set(seeds)) == 3
        errors.append([1.0 - accuracy for accuracy in (*first.accuracies, *again.accuracies)])
    assert len(errors) == num_networks(context) == 8
    # Independently of `intraclass`: variance of the means is that of architectures and a third of that of seeds.
    means = [sum(row) / 3 for row in errors]
    mean = sum(means) / 8
    within = sum((x - m) ** 2 for row, m in zip(errors, means, strict=True) for x in row) / 16
    architecture = sum((m - mean) ** 2 for m in means) / 7 - within / 3
    shares = found.used.shares
    assert shares.seed_sd**2 == pytest.approx(within)
    assert shares.share == pytest.approx(max(0.0, architecture / (architecture + within)))
    assert found.guessing_error == pytest.approx(2 / 3, abs=0.1)
    assert found.used.cpu_s > 0.0


def test_a_pilot_changes_nothing_that_is_found_and_nothing_is_trained_twice(searched, tmp_path):
    config, run = searched
    without = nas.search(dataclasses.replace(config, pilot=False), tmp_path / "without", workers=2)
    assert facts(without) == facts(run)
    assert without.pilot is None
    kept = {one.architecture_hash: one for name, one in cells(run.folder).items() if "/first/" in name}
    shared = [one for one in run.evaluations if one.architecture_hash in kept]
    assert len(shared) >= config.population  # the first generation
    assert all(one.training_s == kept[one.architecture_hash].training_s for one in shared)


def test_a_pilot_that_was_killed_ends_as_one_that_was_not(searched, tmp_path, capfd):
    config, run = searched
    nas.pilot(config, tmp_path / "run", networks=8, grid=False)
    base = sqlite3.connect(tmp_path / "run" / "evaluations.sqlite3")
    base.execute("DELETE FROM pilot WHERE rowid % 2 = 0")
    base.execute("DELETE FROM notes")
    base.commit()
    base.close()
    kept = cells(tmp_path / "run")
    assert len(kept) == 8
    again = nas.search(config, tmp_path / "run", workers=2)
    assert again.pilot == run.pilot
    assert facts(again) == facts(run)
    after = cells(tmp_path / "run")
    assert all(after[name].training_s == one.training_s for name, one in kept.items())
    assert capfd.readouterr().err.count("\n") <= 1


def test_at_the_settings_of_the_papers_iris_begins_with_a_warning_that_says_what_to_change(tmp_path, capsys):
    config = small_config(tmp_path, epochs=5, population=10, generations=1, pilot=True)
    assert config.trains_as_published
    run = nas.search(config, tmp_path / "run")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("nas: ")
    assert err.count("\n") == 1
    assert "of the variance of the error of one training is the network's" in err
    assert "What this search ranks is mostly luck" in err
    assert "--settings auto" in err
    assert run.pilot.share < 0.3
    nas.resume(tmp_path / "run")
    assert capsys.readouterr().err == ""  # once


@pytest.fixture(scope="module")
def chosen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("auto")
    config = small_config(folder, TOLD_APART, population=6, generations=1, epochs=5, settings="auto", pilot=True)
    return config, nas.search(config, folder / "run", workers=2)


def test_auto_chooses_settings_keeps_them_with_the_run_and_searches_with_them(chosen, tmp_path):
    config, run = chosen
    found = run.pilot
    assert len(found.settings) == 1 + len(GRID)
    assert found.chosen == (found.recommended or 0)
    used = found.used
    assert used.share() >= max(one.share() or 0.0 for one in found.settings) - 0.05
    context = nas.open_run(run.folder).context
    assert (context.config.batch_size, context.config.learning_rate) == (used.batch_size, used.learning_rate)
    for one in run.evaluations:
        assert one.trainings[0]["settings"]["batch_size"] == used.batch_size
        assert one.trainings[0]["learning_rate"] == used.learning_rate
    # The same search with these settings given finds the same.
    given = dataclasses.replace(
        config, settings="given", pilot=False, batch_size=used.batch_size, learning_rate=used.learning_rate
    )
    assert facts(nas.search(given, tmp_path / "given")) == facts(run)
    assert facts(nas.search(config, run.folder)) == facts(run)  # the same command resumes
    with pytest.raises(RunError, match="holds a run of another configuration"):
        nas.search(given, run.folder)


def test_with_shuffled_labels_no_signal_is_reported(tmp_path):
    from sklearn.datasets import load_iris

    features, labels = load_iris(return_X_y=True)
    random.Random(0).shuffle(labels)
    with (tmp_path / "shuffled.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*"abcd", "kind"])
        writer.writerows([*row, f"k{label}"] for row, label in zip(features.tolist(), labels, strict=True))
    keys = {"batch_size": 8, "learning_rate": 0.03, "epochs": 5, "pilot": True}
    real = small_config(tmp_path, TOLD_APART, **keys)
    shuffled = dataclasses.replace(real, dataset=f"{tmp_path / 'shuffled.csv'}:kind")
    found = nas.pilot(shuffled, networks=20, grid=False).pilot
    assert not found.is_signal
    assert found.summary().startswith("no signal")
    assert found.recommended is None
    assert found.used.shares.mean > 0.4
    there = nas.pilot(real, networks=20, grid=False).pilot
    assert there.is_signal
    assert there.used.shares.share > found.used.shares.share + 0.2


def test_what_costs_too_much_has_no_place_in_a_pilot(tmp_path):
    config = small_config(tmp_path, max="qubits=2", epochs=1, pilot=True)
    found = nas.pilot(config, tmp_path / "run", networks=6, grid=False).pilot
    assert found.used.shares.num_architectures == 6
    kept = cells(tmp_path / "run")
    assert {one.state for one in kept.values()} == {"COMPLETE", "INFEASIBLE"}
    assert all(one.genome["qubits"] == 2 for one in kept.values() if one.state == "COMPLETE")


def test_a_pilot_without_two_networks_says_that_nothing_was_measured(tmp_path):
    config = small_config(tmp_path, learning_rate=1e38, pilot=True)
    found = nas.pilot(config, networks=2, grid=False).pilot
    assert (found.used.shares, found.used.num_failed, found.share) == (None, 2, None)
    assert found.summary().startswith("signal: not measured")
    assert found.warning() is None


def test_the_grid_has_no_rates_where_genomes_have_their_own(tmp_path):
    own = make_context(small_config(tmp_path, GENES + "learning_rate = [0.1, 0.01]\n"))
    assert settings_tried(own, grid=True) == [(64, 0.003), (16, 0.003), (8, 0.003)]
    assert settings_tried(make_context(small_config(tmp_path)), grid=False) == [(64, 0.003)]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"settings": "auto", "batch_size": 8}, "settings = auto contradicts batch_size = 8"),
        ({"settings": "faqnas", "epochs": 6}, "settings = faqnas contradicts epochs = 6"),
        ({"settings": "auto", "pilot": False}, "needs the pilot"),
        ({"settings": "auto", "objectives": "parameters,quantum_flops"}, "needs the objective validation_error"),
        ({"settings": "best"}, "settings is 'best'"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(tmp_path, keys, message):
    with pytest.raises(SettingError, match=message):
        small_config(tmp_path, **{"pilot": True, **keys})


def test_a_search_without_noise_has_no_pilot(tmp_path):
    config = small_config(tmp_path, objectives="parameters,quantum_flops", epochs=1, generations=0, pilot=True)
    with pytest.raises(SettingError, match="no noise to measure"):
        nas.pilot(config)
    assert nas.search(config, tmp_path / "run").pilot is None


def test_a_damaged_pilot_is_one_line(searched, tmp_path):
    import shutil

    _, run = searched
    for record in ('{"settings": []}', "[]", "no", '{"settings": [{}]}'):
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        shutil.copytree(run.folder, tmp_path / "run")
        base = sqlite3.connect(tmp_path / "run" / "evaluations.sqlite3")
        base.execute("UPDATE notes SET record = ?", (record,))
        base.commit()
        base.close()
        with pytest.raises(RunError, match="a damaged record") as raised:
            nas.open_run(tmp_path / "run")
        assert "\n" not in str(raised.value)
