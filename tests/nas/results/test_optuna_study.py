"""A run as a study of Optuna: what is in it, what is added later, and what is not touched."""

from __future__ import annotations

import shutil
import sqlite3

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")
pytest.importorskip("optuna")

import optuna

import nas
from nas.cli import main
from nas.core.errors import SettingError
from nas.runs.fronts import front
from nas.runs.record import failed
from nas.runs.store import RunStore
from nas.spaces.genes import active_genes
from small_search import small_config

pytestmark = pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    """A run with networks of each state."""
    folder = tmp_path_factory.mktemp("study")
    config = small_config(folder, max="qubits=2", epochs=1, population=4, generations=1, algorithm="random")
    run = nas.search(config, folder / "run")
    one = next(one for one in run.evaluations if one.state == "COMPLETE")
    with RunStore(run.folder, writable=True) as store:
        store.add([(10_000, failed(dict(one.genome), "0" * 64, "out of memory", 1))])
    return nas.open_run(run.folder)


def load(path, name="run"):
    return optuna.load_study(study_name=name, storage=f"sqlite:///{path}")


def test_every_network_is_a_trial_with_its_genes_and_objectives(limited, tmp_path):
    path = tmp_path / "a.db"
    done = nas.export_study(limited.folder, f"sqlite:///{path}")
    assert (done.name, done.num_trials, done.num_new) == ("run", len(limited.evaluations), len(limited.evaluations))
    study = load(path)
    assert [direction.name.lower() for direction in study.directions] == [o.direction for o in limited.objectives]
    assert study.metric_names == list(limited.context.config.objectives)
    states = {"COMPLETE": "COMPLETE", "FAILED": "FAIL", "INFEASIBLE": "PRUNED"}
    assert {one.state for one in limited.evaluations} == set(states)
    for trial, one in zip(study.trials, limited.evaluations, strict=True):
        assert trial.state.name == states[one.state]
        assert trial.params == active_genes(one.genome)
        assert trial.user_attrs["architecture"] == one.architecture_hash
        assert trial.user_attrs["reason"] == one.reason
        if one.state == "COMPLETE":
            assert trial.values == [one.objectives[o.name] for o in limited.objectives]
            estimated = limited.estimates.networks[one.architecture_hash]
            assert trial.user_attrs["estimated_error"] == pytest.approx(
                [estimated.error, estimated.low, estimated.high]
            )
    # Optuna takes the front of the observed values.
    best = {trial.user_attrs["architecture"] for trial in study.best_trials}
    vectors = {
        one.architecture_hash: tuple(one.objectives.values()) for one in front(limited.evaluations, limited.objectives)
    }
    assert {vectors[name] for name in best} == set(vectors.values())
    assert best <= set(vectors)


def test_a_search_at_work_is_exported_again_and_only_what_is_new_is_added(limited, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(limited.folder, folder)
    base = sqlite3.connect(folder / "evaluations.sqlite3")
    base.execute("DELETE FROM evaluations WHERE position > 1")
    base.commit()
    base.close()
    url = f"sqlite:///{tmp_path / 'a.db'}"
    first = nas.export_study(folder, url)
    assert (first.num_trials, first.num_new) == (2, 2)
    before = load(tmp_path / "a.db").trials
    second = nas.export_study(limited.folder, url)
    assert (second.num_trials, second.num_new) == (len(limited.evaluations), len(limited.evaluations) - 2)
    assert load(tmp_path / "a.db").trials[:2] == before
    assert nas.export_study(limited.folder, url).num_new == 0


def test_other_studies_of_a_database_stay_and_names_are_not_shared(limited, tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    mine = optuna.create_study(study_name="run", storage=url)
    mine.add_trial(optuna.trial.create_trial(value=1.0))
    with pytest.raises(SettingError, match="has a study 'run' already; give another with --study"):
        nas.export_study(limited.folder, url)
    assert nas.export_study(limited.folder, url, study="other").num_trials == len(limited.evaluations)
    assert [trial.value for trial in load(tmp_path / "a.db").trials] == [1.0]


def test_the_command_says_what_it_wrote_and_is_silent_otherwise(limited, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["export", str(limited.folder), "--optuna", "sqlite:///a.db", "--study", "iris"]) == 0
    out, err = capsys.readouterr()
    count = len(limited.evaluations)
    assert (out, err) == (f"sqlite:///a.db: study iris, {count} trials, {count} new\n", "")
    assert len(load(tmp_path / "a.db", "iris").trials) == count


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--optuna", "postgresql://user:secret@host/db"], "give sqlite:///FILE"),
        (["--optuna", "sqlite://"], "give sqlite:///FILE"),
        (["--optuna", "sqlite:///:memory:"], "give sqlite:///FILE"),
        (["--optuna", "sqlite:///a.db?mode=ro"], "give sqlite:///FILE"),
        (["--optuna", "sqlite:///nowhere/a.db"], "there is no folder"),
        (["--optuna", "sqlite:///notes.txt"], "exists"),
        (["--optuna", "sqlite:///evaluations.sqlite3"], "exists and is no database of Optuna"),
        (["--optuna", "sqlite:///evaluations%2Esqlite3"], "has a % in its name"),
        (["--optuna", "sqlite:///new%2Edb"], "has a % in its name"),
        (["--optuna", "sqlite:////dev/null"], "not a regular file"),
        (["--optuna", "sqlite:///" + "x" * 300], ""),
        (["--optuna", "sqlite:///a.db", "--study", ""], "the name of the study is ''"),
        (["--study", "a"], "nothing to write"),
        (["--member", "1"], "--member and -o belong together"),
        (["-o", "there"], "--member and -o belong together"),
        (["--backend", "fake_manila", "--optuna", "sqlite:///a.db"], "--backend is for a member"),
        ([], "nothing to write; give --member and -o, or --optuna, or --tensorboard"),
    ],
)
def test_what_is_wrong_is_one_line_and_no_file_is_lost(limited, tmp_path, capsys, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    shutil.copy(limited.folder / "evaluations.sqlite3", tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(["export", str(limited.folder), *words]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert message in err
    assert "secret" not in err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_no_file_of_the_run_becomes_a_database(limited, capsys):
    before = {path.name: path.read_bytes() for path in limited.folder.iterdir()}
    assert before["lock"] == b""
    for name in before:
        assert main(["export", str(limited.folder), "--optuna", f"sqlite:///{limited.folder / name}"]) == 2
        assert "is a file of the run" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in limited.folder.iterdir()} == before


def test_a_database_that_only_looks_like_optunas_is_one_line(limited, tmp_path, capsys):
    path = tmp_path / "a.db"
    url = f"sqlite:///{path}"
    nas.export_study(limited.folder, url)
    base = sqlite3.connect(path)
    base.execute("UPDATE study_user_attributes SET value_json = '{'")
    base.commit()
    base.close()
    assert main(["export", str(limited.folder), "--optuna", url]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "Optuna cannot use it" in err
