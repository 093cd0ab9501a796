"""Members trained to convergence: reproducible, resumable, with the same seeds and samples for all."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("sklearn")

import nas
from nas.core.errors import RunError, SettingError
from nas.results.retrained_page import answer
from nas.results.retrained_store import FOLDER
from nas.runs.evaluate import training_seed
from nas.training.rivals import CONTESTANTS

QUICK = {"seeds": 2, "epochs": 12, "patience": 3}


@pytest.fixture(scope="module")
def copy(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("retrain") / "run"
    shutil.copytree(folder, path)
    return path


@pytest.fixture(scope="module")
def retraining(copy):
    return nas.retrain(copy, 1, **QUICK)


def files(folder):
    return {path.name: path.read_bytes() for path in (folder / FOLDER).iterdir()}


def test_every_figure_follows_from_the_trainings_that_were_kept(copy, retraining):
    data = retraining.run.context.data()
    labels = data.test_part()[1]
    kept = [json.loads(content) for content in files(copy).values()]
    assert len(kept) == 2 * (len(CONTESTANTS) - 1) + 1
    (member,) = retraining.members
    for one in member.tried:
        own = [plain for plain in kept if plain["training"]["contestant"] == one.contestant]
        own.sort(key=lambda plain: plain["training"]["number"])
        shares = [float(np.mean(np.array(plain["outcome"]["predicted"]) == labels)) for plain in own]
        assert list(one.test_accuracies) == pytest.approx(shares)
        assert one.test.value == pytest.approx(np.mean(shares))
        assert one.test.low <= one.test.value <= one.test.high
    seeds = {(plain["training"]["number"], plain["training"]["seed"]) for plain in kept}
    assert len(seeds) == 2  # all contestants share them


def test_seeds_are_none_of_the_search(copy, retraining):
    run, member = retraining.run, retraining.members[0].member
    of_search = {training_seed(run.context.config.seed, member.architecture_hash, number) for number in range(1000)}
    used = {json.loads(content)["training"]["seed"] for content in files(copy).values()}
    assert not used & of_search
    assert not used & {record["seed"] for record in member.trainings}


def test_the_network_is_what_train_gives_with_these_settings(copy, retraining):
    run, member = retraining.run, retraining.members[0].member
    own = [json.loads(content) for name, content in files(copy).items() if "-network-0-" in name]
    built = nas.architecture(run.context.space, member.genome)
    record = nas.train(
        built, run.context.data(), nas.TrainSettings(**own[0]["training"]["settings"]), own[0]["training"]["seed"]
    )
    assert record.best_validation_accuracy == own[0]["outcome"]["validation_accuracy"]
    best = min(range(record.num_epochs), key=lambda epoch: record.validation_loss[epoch])
    assert record.best_epoch == best + 1


def test_again_it_reads_what_is_there_and_continues_what_is_missing(copy, retraining):
    before = files(copy)
    calls = []
    again = nas.retrain(copy, 1, progress=lambda done, total: calls.append((done, total)), **QUICK)
    assert again.to_json() == retraining.to_json()
    assert calls[0] == (0, 11)
    assert calls[-1] == (11, 11)
    removed = [name for name in before if "-mlp-1-" in name or "-logistic-" in name]
    for name in removed:
        (copy / FOLDER / name).unlink()
    assert nas.retrain(copy, 1, **QUICK).to_json() == retraining.to_json()
    assert {name for name, content in files(copy).items() if content != before[name]} <= set(removed)


def test_an_interruption_keeps_what_ended(folder, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(folder, run)

    def interrupt(done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nas.retrain(run, 1, progress=interrupt, **QUICK)
    assert len(files(run)) == 3


def test_other_settings_replace_nothing(copy, retraining):
    before = files(copy)
    nas.retrain(copy, 1, seeds=1, epochs=2, patience=1)
    after = files(copy)
    assert len(after) > len(before)
    assert all(after[name] == content for name, content in before.items())


def test_the_run_itself_stays_as_it_is(folder, copy, retraining):
    names = [path.name for path in folder.iterdir() if path.is_file()]
    assert names
    assert all((folder / name).read_bytes() == (copy / name).read_bytes() for name in names)
    assert nas.open_run(copy).front == nas.open_run(folder).front


def test_the_compromise_is_the_default_and_members_are_told_once(copy, retraining):
    quick = {"seeds": 1, "epochs": 1, "patience": 1}
    run = nas.open_run(copy)
    (chosen,) = nas.retrain(copy, **quick).members
    assert chosen.member == run.compromise
    assert [one.number for one in nas.retrain(copy, [2, 1, 2], **quick).members] == [2, 1]
    everything = nas.retrain(copy, all_members=True, **quick)
    assert [one.member for one in everything.members] == list(run.front)


@pytest.mark.parametrize(
    ("members", "options", "message"),
    [
        (0, {}, "member is 0; give a whole number from 1 to"),
        (99, {}, "member is 99; give a whole number from 1 to"),
        ("1", {}, "member is '1'"),
        (1, {"all_members": True}, "give members or all of them"),
        (1, {"seeds": 0}, "seeds is 0; give a whole number from 1"),
        (1, {"epochs": 0}, "epochs is 0"),
        (1, {"patience": -1}, "patience is -1"),
        (1, {"time_limit_s": 0.0}, "time_limit_s is 0.0"),
        (1, {"batch_size": 3}, "retrain has no setting 'batch_size'; its settings are seeds, epochs"),
    ],
)
def test_what_cannot_be_done_is_refused(copy, members, options, message):
    with pytest.raises(SettingError, match=message):
        nas.retrain(copy, members, **options)


def test_a_folder_that_is_no_run(tmp_path):
    with pytest.raises(RunError, match="not a run of nas"):
        nas.retrain(tmp_path)


def test_a_time_limit_that_no_training_keeps_is_no_result(copy):
    with pytest.raises(SettingError, match="all trainings of member 1 failed: the time limit.*give a longer"):
        nas.retrain(copy, 1, seeds=1, time_limit_s=1e-9)


def test_the_page_says_what_can_be_told(copy, retraining):
    text = str(retraining)
    assert answer(retraining.members[0]) in " ".join(text.split())
    assert "two trainings say little of others" in text
    assert "the test samples have now been looked at" in text
    assert "more epochs would be fairer" in text  # twelve epochs are none of convergence
    rows = retraining.to_rows()
    assert [row["contestant"] for row in rows] == list(CONTESTANTS)
    assert rows[0]["difference"] == ""
    assert retraining.to_dict()["members"][0]["tried"][0]["contestant"] == "network"
