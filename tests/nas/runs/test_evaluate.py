"""One candidate, trained and costed: a function of what it is given, and failures that are records."""

from __future__ import annotations

import dataclasses
import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("moocore")

import nas
from nas.datasets.folds import fold
from nas.runs.context import make_context
from nas.runs.evaluate import candidate_cost_in, evaluate, evaluate_group, train_again, training_seed
from nas.runs.record import Evaluation
from nas.spaces.build import architecture
from small_search import GENES, GENOME, small_config

SEED_OF_AB = 41418054420467309


def test_seeds_are_as_written_down_and_differ():
    assert training_seed(0, "ab", 0) == SEED_OF_AB
    seeds = {training_seed(run, hashed, n) for run in range(3) for hashed in ("ab", "ba") for n in range(3)}
    assert len(seeds) == 18
    assert all(0 <= seed < 2**56 for seed in seeds)


def test_the_evaluation_is_what_training_and_costing_give_one_by_one(tmp_path):
    context = make_context(small_config(tmp_path, num_train_seeds=2, num_folds=1))
    found = evaluate(context, GENOME, generation=3)
    built = architecture(context.space, GENOME)
    hashed = nas.architecture_hash(built)
    seeds = [training_seed(0, hashed, number) for number in range(2)]
    records = nas.train_together([built] * 2, context.data(), context.config.train_settings(), seeds)
    assert [dict(training) for training in found.trainings] == [
        {**record.to_dict(), "duration_s": training["duration_s"]}
        for record, training in zip(records, found.trainings, strict=True)
    ]
    assert found.accuracies == tuple(record.best_validation_accuracy for record in records)
    assert found.objectives["validation_error"] == pytest.approx(1.0 - sum(found.accuracies) / 2)
    assert found.objectives["parameters"] == found.num_parameters == records[0].num_parameters
    assert (found.state, found.reason, found.generation, found.architecture_hash) == ("COMPLETE", None, 3, hashed)
    assert evaluate(context, GENOME, generation=3) == found
    assert Evaluation.from_dict(json.loads(json.dumps(found.to_dict())), context.config.objectives) == found


def test_trainings_of_a_network_validate_on_parts_in_turn(tmp_path):
    context = make_context(small_config(tmp_path, num_train_seeds=5, num_folds=3))
    found = evaluate(context, GENOME)
    built, settings = architecture(context.space, GENOME), context.config.train_settings()
    for number, (training, accuracy) in enumerate(zip(found.trainings, found.accuracies, strict=True)):
        data = fold(context.data(), number % 3, 3)
        assert training["split_sha256"] == data.split_sha256
        alone = nas.train(built, data, settings, training_seed(0, found.architecture_hash, number))
        assert accuracy == pytest.approx(alone.best_validation_accuracy, abs=1 / 24)  # together is to rounding
        assert training["validation_loss"] == pytest.approx(alone.validation_loss, rel=1e-4)
        again = train_again(context, GENOME, number, 0)
        assert tuple(again.trainings[0]["validation_loss"]) == alone.validation_loss
        assert again.validation_parts == (data.split_sha256,)
    assert len(set(found.validation_parts)) == 3


def test_more_parts_than_samples_are_one_line(tmp_path):
    with pytest.raises(nas.SettingError, match=r"num_folds is 6, but 120 samples have 5 validation parts of 24"):
        make_context(small_config(tmp_path, num_folds=6))


def test_a_training_that_fails_leaves_a_record_without_objectives(tmp_path):
    context = make_context(small_config(tmp_path, learning_rate=1e38))
    found = evaluate(context, GENOME)
    assert found.state == "FAILED"
    assert found.reason.startswith("training failed: ")
    assert "no longer finite in epoch 1" in found.reason
    assert (dict(found.objectives), found.accuracies, found.accuracy, found.cost) == ({}, (), None, None)
    assert found.trained_accuracies == ()


def test_a_costing_that_fails_keeps_what_was_trained(tmp_path):
    # fake_manila has five qubits.
    keys = {"objectives": ("validation_error", "qpu_time_s"), "backend": "fake_manila"}
    context = make_context(small_config(tmp_path, GENES.replace("[2, 3]", "[6]"), **keys))
    found = evaluate(context, {**GENOME, "qubits": 6})
    assert found.state == "FAILED"
    assert found.reason.startswith("costing failed: the circuit needs 6 qubits")
    assert (found.accuracies, found.accuracy) == ((), None)
    assert len(found.trained_accuracies) == 1  # on a larger device it can be costed without training again


def test_a_group_is_evaluated_in_its_order(tmp_path):
    context = make_context(small_config(tmp_path))
    genomes = [{**GENOME, "rotation_1": axis} for axis in ("rx", "ry", "rz")]
    found = evaluate_group(context, genomes)
    assert [dict(one.genome) for one in found] == genomes
    for one in found:
        alone = evaluate(context, dict(one.genome))
        assert one.architecture_hash == alone.architecture_hash
        assert one.accuracies == pytest.approx(alone.accuracies, abs=1 / 24)
        assert one.objectives["quantum_flops"] == alone.objectives["quantum_flops"]


def test_data_that_changed_are_no_failure_of_a_candidate(tmp_path):
    context = make_context(small_config(tmp_path))
    other = dataclasses.replace(context, dataset=dataclasses.replace(context.dataset, sha256="0" * 64))
    with pytest.raises(nas.DataError):
        evaluate(other, GENOME)


def test_a_cost_is_of_the_device_where_an_objective_or_the_caller_asks_for_it(tmp_path):
    free = make_context(small_config(tmp_path, backend="fake_manila"))
    built = architecture(free.space, GENOME)
    assert candidate_cost_in(free, built).model_cost is None
    assert candidate_cost_in(free, built, on_device=True).model_cost is not None
    without = make_context(small_config(tmp_path))
    assert candidate_cost_in(without, built, on_device=True).model_cost is None
