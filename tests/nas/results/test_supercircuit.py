"""A small study of a SuperCircuit: reproducible, interruptible, and what is wrong is said."""

from __future__ import annotations

import dataclasses
import json

import pytest

pytest.importorskip("torch")

import nas
from nas.core.errors import RunError, SettingError
from nas.results.supercircuit import StudySettings, supercircuit
from nas.training.supercircuit import SuperCircuit
from small_search import small_config

SMALL = {"networks": 8, "steps": 600, "per_step": 2}


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return small_config(tmp_path_factory.mktemp("space"), batch_size=16, learning_rate=0.03, seed=2)


@pytest.fixture(scope="module")
def study(config):
    return supercircuit(config, **SMALL)


def without_times(study):
    plain = json.loads(study.to_json())
    for way in plain["ways"]:
        del way["cpu_s"], way["break_even"]
    for one in plain["networks"]:
        del one["alone_s"], one["inherited_s"], one["fine_tuned_s"]
    del plain["supercircuit"]["cpu_s"]
    return plain


def test_it_says_how_well_each_way_ranks(study):
    plain = study.to_dict()
    assert plain["schema"] == "nas.supercircuit/1"
    assert len(plain["networks"]) == 8
    names = [way["name"] for way in plain["ways"]]
    assert names[:4] == ["own training, another seed", "inherited", "fine-tuned", "short training"]
    assert plain["best_free"] in ("qubits", "parameters", "FLOPs")
    assert all(way["cpu_s"] > 0.0 for way in plain["ways"] if way["trained"])
    assert {way["verdict"] for way in plain["ways"] if way["trained"]} <= {"yes", "no", "cannot be told"}
    assert "Does the SuperCircuit pay? " in str(study)
    assert len(study.to_csv().splitlines()) == 9


def test_own_trainings_are_those_of_a_search(study, config):
    one = study.networks[0]
    built = nas.architecture(study.context.space, one.genome)
    from nas.runs.evaluate import training_seed

    seed = training_seed(2, one.architecture_hash, 1)
    record = nas.train(built, nas.load_dataset("iris"), config.train_settings(), seed)
    assert one.alone[1] == record.best_validation_accuracy
    assert one.early[1] == record.validation_accuracy[0]


def test_after_an_interruption_the_same_call_ends_with_the_same(study, config, tmp_path, monkeypatch):
    whole, calls = SuperCircuit.train, []

    def interrupted(self, num_steps=None):
        calls.append(self.num_done)
        if len(calls) in (3, 4):
            raise KeyboardInterrupt
        return whole(self, num_steps)

    monkeypatch.setattr(SuperCircuit, "train", interrupted)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            supercircuit(config, tmp_path / "kept", **SMALL)
    found = supercircuit(config, tmp_path / "kept", **SMALL)
    assert calls == [0, 250, 500, 500, 500]  # nothing is computed twice
    assert without_times(found) == without_times(study)
    again = supercircuit(config, tmp_path / "kept", **SMALL)
    assert again.to_dict() == found.to_dict()  # times too: all of it was kept
    assert len(calls) == 5

    with pytest.raises(RunError, match="other options"):
        supercircuit(config, tmp_path / "kept", **{**SMALL, "steps": 601})
    for name, content in (("networks.json", b"{}"), ("weights.npz", b"1.0\nnothing")):
        kept = (tmp_path / "kept" / name).read_bytes()
        (tmp_path / "kept" / name).write_bytes(content)
        with pytest.raises(RunError, match=f"{name}: damaged"):
            supercircuit(config, tmp_path / "kept", **SMALL)
        (tmp_path / "kept" / name).write_bytes(kept)


def test_a_folder_of_something_else_is_left_alone(config, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="not the folder of such a study"):
        supercircuit(config, tmp_path, **SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_without_fine_tuning_there_is_none(config):
    found = supercircuit(config, **{**SMALL, "steps": 20}, fine_tune=0)
    assert found.way("fine-tuned") is None
    assert found.way("short training") is None
    assert "Does the SuperCircuit pay? " in str(found)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"networks": 7}, "networks is 7"),
        ({"train_seeds": 1}, "train_seeds is 1"),
        ({"sampling": "some"}, "sampling"),
        ({"sharing": "all"}, "sharing"),
        ({"epochs": 3}, "no setting 'epochs'"),
        ({"networks": 1000}, "only 48 different ones"),
    ],
)
def test_settings_that_cannot_be_are_refused(config, settings, message):
    with pytest.raises(SettingError, match=message):
        supercircuit(config, **{**SMALL, **settings})


def test_limits_leave_networks_out_and_only_sizes_can_be_limited(config, tmp_path):
    narrow = dataclasses.replace(config, max={"qubits": 2})
    found = supercircuit(narrow, **{**SMALL, "steps": 10}, fine_tune=0)
    assert {one.num_qubits for one in found.networks} == {2}
    with pytest.raises(SettingError, match="only sizes"):
        supercircuit(dataclasses.replace(config, max={"parameters": 100}), **SMALL)
    with pytest.raises(SettingError, match="only 0 different ones"):
        supercircuit(dataclasses.replace(config, max={"qubits": 1}), **SMALL)


def test_defaults_rank_sixty_networks():
    assert StudySettings().networks >= 60
