"""The study of learning curves of a run."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from scipy.stats import spearmanr

pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("deap")
pytest.importorskip("moocore")

import nas
from nas.core.errors import SettingError
from nas.results.curves import curves
from small_search import small_config


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("curves")
    keys = {"epochs": 4, "batch_size": 16, "learning_rate": 0.03, "num_train_seeds": 2, "generations": 1}
    return nas.search(small_config(folder, **keys, population=10), folder / "run")


def test_correlations_and_errors_are_those_of_the_run(run):
    study = curves(run.folder)
    complete = [one for one in run.evaluations if one.state == "COMPLETE"]
    both = np.array([[t["validation_accuracy"] for t in one.trainings] for one in complete])
    assert (study.num_networks, study.num_pairs, len(study.epochs)) == (len(complete), len(complete), 3)
    early, end = both[:, :, :2].max(axis=2), both.max(axis=2)
    second = study.epochs[1]
    assert second.correlation.value == pytest.approx(spearmanr(early[:, 0], end[:, 0]).statistic)
    other = [spearmanr(early[:, a], end[:, 1 - a]).statistic for a in (0, 1)]
    assert second.other_seed.value == pytest.approx(np.mean(other))
    assert second.unchanged == pytest.approx(np.sqrt(np.mean((early[:, 0] - end[:, 0]) ** 2)))
    published = 0.95 * both[:, 0, 1] + 0.05
    assert second.published == pytest.approx(np.sqrt(np.mean((published - end[:, 0]) ** 2)))
    assert study.epochs[0].unchanged >= second.unchanged >= study.epochs[2].unchanged
    assert curves(run.folder).to_dict() == study.to_dict()


def test_every_format_has_it(run):
    study = curves(run.folder)
    plain = json.loads(study.to_json())
    assert plain["schema"] == "nas.curves/1"
    rows = list(csv.DictReader(io.StringIO(study.to_csv())))
    assert [float(row["correlation"]) for row in rows] == [one["correlation"]["value"] for one in plain["epochs"]]
    assert "with another seed" in str(study)
    assert "Learning curves: " in str(study)


def test_it_says_from_which_epoch_on_a_correlation_is_sure(run):
    study = curves(run.folder)
    assert study.first_above(-1.0) == 1
    assert study.first_above(1.1) is None


def test_runs_that_say_nothing_are_refused(tmp_path):
    one = small_config(tmp_path, epochs=1, generations=0)
    with pytest.raises(SettingError, match="one epoch"):
        curves(nas.search(one, tmp_path / "one").folder)
    few = small_config(tmp_path, epochs=2, generations=0, population=4)
    with pytest.raises(SettingError, match="a correlation needs 8"):
        curves(nas.search(few, tmp_path / "few").folder)
