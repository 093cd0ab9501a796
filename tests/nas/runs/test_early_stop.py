"""Candidates that are given up: which, that it is the same everywhere, and that the rest goes on without them."""

from __future__ import annotations

import dataclasses
import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("deap")
pytest.importorskip("moocore")

import nas
from nas.core.errors import RunError, SettingError
from nas.runs.context import make_context
from nas.runs.early_stop import curve_of, early_stop
from nas.runs.evaluate import evaluate_group
from nas.runs.objectives import objectives_named
from nas.runs.record import Evaluation
from nas.runs.run import open_run
from nas.runs.tasks import Task
from nas.runs.workers import LocalWorkers
from small_search import GENES, complete, small_config

OBJECTIVES = objectives_named(["validation_error", "parameters"])
KEYS = {
    "objectives": ("parameters", "validation_error"),
    "epochs": 6,
    "batch_size": 16,
    "learning_rate": 0.03,
    "population": 12,
    "early_stop": 0.6,
}


def made(name: str, error: float, parameters: float, curve=None) -> Evaluation:
    curve = curve or (0.5 * (1.0 - error), 1.0 - error)
    one = complete(name, validation_error=error, parameters=parameters)
    trainings = ({"state": "COMPLETE", "best_validation_accuracy": max(curve), "validation_accuracy": list(curve)},)
    return dataclasses.replace(one, accuracies=(1.0 - error,), trainings=trainings)


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    path = tmp_path_factory.mktemp("space") / "space.toml"
    path.write_text(GENES)
    return nas.load_space(str(path))


@pytest.fixture(scope="module")
def rule_of(space):
    """30 networks with errors of 0.2 to 0.49, larger ones better, that double their accuracy in the last epoch."""
    known = [made(str(i), 0.49 - 0.01 * i, 100.0 + i) for i in range(30)]
    found = early_stop(known, space, OBJECTIVES, 2, 0.9)
    return lambda parameters: found.rule({"parameters": parameters})


def test_what_cannot_be_good_enough_is_given_up(rule_of):
    assert rule_of(129.0)((0.1,))  # ends at about 0.2, and something as cheap has 0.8
    assert not rule_of(129.0)((0.45,))


def test_the_same_curve_is_good_enough_where_nothing_as_cheap_is_better(rule_of):
    assert rule_of(129.0)((0.3,))
    assert not rule_of(100.0)((0.3,))
    assert rule_of(99.0) is None
    assert not rule_of(129.0)((0.1, 0.1))  # after the last epoch there is nothing to give up


def test_what_is_missing_gives_nothing_up(space):
    known = [made(str(i), 0.4, 100.0) for i in range(3)]
    assert early_stop(known, space, OBJECTIVES, 2, 0.9) is None
    assert early_stop([], space, OBJECTIVES, 2, 0.9) is None
    found = early_stop([made(str(i), 0.4, 100.0) for i in range(30)], space, OBJECTIVES, 2, 0.9)
    assert found.rule({}) is None


def test_a_lucky_training_gives_nobody_up(space):
    """The error of what dominates is the larger one of the observed and the estimated."""
    known = [made(str(i), 0.49 - 0.005 * (i % 2), 100.0) for i in range(30)]
    lucky = made("lucky", 0.0, 100.0)
    found = early_stop([*known, lucky], space, OBJECTIVES, 2, 0.9)
    assert min(error for _, error in found.known) > 0.2


def test_a_damaged_record_is_one_line(space):
    broken = [dataclasses.replace(made(str(i), 0.4, 1.0), trainings=({"state": "COMPLETE"},)) for i in range(8)]
    with pytest.raises(RunError, match="no accuracies by epoch"):
        early_stop(broken, space, OBJECTIVES, 2, 0.9)


@pytest.fixture(scope="module")
def stopping(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stopping")
    config = small_config(folder, **KEYS)
    return config, nas.search(config, folder / "run")


def facts(run):
    return run.evaluations, [dataclasses.asdict(one) for one in run.generations], run.front


def test_stopped_candidates_are_recorded_and_never_ranked(stopping):
    _, run = stopping
    assert run.stopped
    assert sum(one.num_stopped for one in run.generations) == len(run.stopped)
    assert not {one.generation for one in run.stopped} & {0}
    for one in run.stopped:
        (training,) = one.trainings
        assert training["state"] == "STOPPED"
        assert 1 <= training["num_epochs"] == len(training["validation_accuracy"]) < 6
        assert "even its optimistic prediction is dominated" in one.reason
        assert set(one.objectives) == {"parameters"}
        assert (one.accuracies, one.trained_accuracies, one.accuracy) == ((), (), None)
        assert Evaluation.from_dict(json.loads(json.dumps(one.to_dict())), ["validation_error"]) == one
        assert nas.TrainRecord.from_dict(training).state == "STOPPED"
    hashes = {one.architecture_hash for one in run.stopped}
    assert not hashes & {one.architecture_hash for one in run.front}
    assert all(
        (rank is None) == (one.state != "COMPLETE") for one, rank in zip(run.evaluations, run.ranks, strict=True)
    )


def test_up_to_where_it_was_stopped_a_training_is_the_one_that_it_would_have_been(stopping):
    config, run = stopping
    one = run.stopped[0]
    whole = nas.train(
        nas.architecture(run.context.space, one.genome),
        run.context.data(),
        config.train_settings(),
        one.trainings[0]["seed"],
    )
    seen = one.trainings[0]["num_epochs"]
    assert list(whole.validation_accuracy[:seen]) == list(one.trainings[0]["validation_accuracy"])


def test_each_was_dominated_at_its_optimistic_error_by_a_generation_before(stopping):
    config, run = stopping
    for one in run.stopped:
        before = [other for other in run.evaluations if other.generation < one.generation]
        early = early_stop(before, run.context.space, run.objectives, config.epochs, config.early_stop)
        rule, curve = early.rule(one.objectives), one.trainings[0]["validation_accuracy"]
        assert rule(curve)
        assert not any(rule(curve[:epoch]) for epoch in range(1, len(curve)))


def test_two_workers_find_what_one_finds(stopping, tmp_path):
    config, expected = stopping
    assert facts(nas.search(config, tmp_path / "run", workers=2)) == facts(expected)


def test_resumed_it_ends_with_the_same(stopping, tmp_path):
    config, expected = stopping

    def interrupt(state):
        if state.done >= 20 and not state.pilot:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nas.search(config, tmp_path / "run", progress=interrupt)
    assert len(open_run(tmp_path / "run").evaluations) < len(expected.evaluations)
    assert facts(nas.resume(tmp_path / "run")) == facts(expected)


def test_without_it_nothing_is_stopped(stopping, tmp_path):
    config, _ = stopping
    run = nas.search(dataclasses.replace(config, early_stop=None, generations=1), tmp_path / "run")
    assert not run.stopped


def test_a_group_is_stopped_one_by_one(stopping):
    config, run = stopping
    context = make_context(config)
    early = early_stop(run.evaluations, context.space, run.objectives, config.epochs, 0.9)
    states = set()
    for qubits in (2, 3):
        genomes = [dict(one.genome) for one in run.evaluations if one.genome["qubits"] == qubits]
        found = evaluate_group(context, genomes, 9, early)
        for one, whole in zip(found, evaluate_group(context, genomes, 9), strict=True):
            states.add(one.state)
            assert one.state == "STOPPED" or one == whole
    assert states == {"STOPPED", "COMPLETE"}


def test_workers_pass_the_rule_on(stopping):
    config, run = stopping
    context = make_context(config)
    early = early_stop(run.evaluations, context.space, run.objectives, config.epochs, config.early_stop)
    genome = dict(run.stopped[0].genome)
    workers = LocalWorkers(context, 1)
    try:
        task = Task(number=0, genomes=(genome,), generation=9, early=early)
        ((_, (found,)),) = workers.run([task])
    finally:
        workers.close()
    assert found == evaluate_group(context, [genome], 9, early)[0]


def test_reports_say_how_many_were_stopped(stopping):
    from nas.results.front import Front

    _, run = stopping
    front = Front(run=run)
    assert f", {len(run.stopped)} stopped early (" in str(front)
    assert front.to_dict()["num_stopped"] == len(run.stopped)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"early_stop": 1.0}, "early_stop is 1.0"),
        ({"early_stop": 0.3}, "early_stop is 0.3"),
        ({"early_stop": "often"}, "early_stop"),
        ({"num_train_seeds": 2}, "num_train_seeds is 2"),
        ({"objectives": ("parameters", "quantum_flops")}, "none of the objectives"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path, keys, message):
    with pytest.raises(SettingError, match=message):
        small_config(tmp_path, **{**KEYS, **keys})


def test_curves_are_read_by_number():
    one = made("a", 0.4, 1.0, curve=(0.1, 0.6))
    assert curve_of(one) == (0.1, 0.6)
