"""Limits: what is read, what breaks them, and searches in which what costs too much is never trained."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest

pytest.importorskip("moocore")

import nas
from hwcost import InputError
from nas.core.errors import SearchError, SettingError
from nas.costs import candidate_cost
from nas.runs.limits import LIMITED, Limit, Verdict, broken_limit, read_limits
from nas.runs.objectives import OBJECTIVES, Evaluated
from nas.spaces.build import architecture
from nas.spaces.load import load_space
from small_search import GENES, GENOME, NUM_ARCHITECTURES, small_config

CHEAP = 2 * 3 + 2 * 9 + 0  # of GENES, those of two qubits: 2 entanglers × (3 + 9)


def facts(run):
    return run.evaluations, [dataclasses.asdict(generation) for generation in run.generations], run.front


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("qubits=8", (("qubits", 8.0),)),
        (["qubits=8", " qpu_time_s = 10min "], (("qpu_time_s", 600.0), ("qubits", 8.0))),
        ({"qpu_time_s": 600, "parameters": "1e3"}, (("parameters", 1000.0), ("qpu_time_s", 600.0))),
        ("qubits=8,layers=2", (("layers", 2.0), ("qubits", 8.0))),
        ((("qubits", 8.0),), (("qubits", 8.0),)),
        ([], ()),
        ("entanglers=0", (("entanglers", 0.0),)),
    ],
)
def test_limits_are_read_from_texts_and_tables(given, read):
    assert read_limits("max", given) == read


@pytest.mark.parametrize(
    ("key", "given", "message"),
    [
        ("max", "qbits=8", "max has no quantity 'qbits'; did you mean 'qubits'?"),
        ("max", "zzz=8", "max has no quantity 'zzz'; choose from qubits"),
        ("max", "=8", "max has no quantity ''; choose from"),
        ("max", "validation_error=0.1", "known only after training"),
        ("max", "esp=0.5", "more of it is better; give min esp=VALUE"),
        ("min", "qubits=2", "less of it is better; give max qubits=VALUE"),
        ("max", "qubits", "give NAME=VALUE"),
        ("max", "", "give NAME=VALUE"),
        ("max", 8, "max is 8; give NAME=VALUE"),
        ("max", [["qubits"]], "give NAME=VALUE"),
        ("max", "qubits=", "max qubits is ''; give a number"),
        ("max", "qubits=many", "max qubits is 'many'; give a number"),
        ("max", "qubits=nan", "max qubits is nan; give a finite number"),
        ("max", "log10_paper_time=nan", "max log10_paper_time is nan; give a finite number"),
        ("max", "qubits=-1", "max qubits is -1; give a finite number that is not negative"),
        ("max", "qubits=inf", "max qubits is inf"),
        ("max", {"qubits": math.nan}, "max qubits is nan"),
        ("max", {"qubits": True}, "max qubits is True"),
        ("max", {"qubits": None}, "max qubits is None"),
        ("max", "qpu_time_s=nan", "not a duration"),
        ("max", "qpu_time_s=-3", "give zero or more"),
        ("max", "qpu_time_s=soon", "not a duration"),
        ("max", ["qubits=8", "qubits=9"], "'qubits' 2 times; give it once"),
    ],
)
def test_what_is_no_limit_is_refused_in_one_line(key, given, message):
    with pytest.raises((SettingError, nas.NasError, ValueError)) as raised:
        read_limits(key, given)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_bound_of_a_logarithm_may_be_negative():
    assert read_limits("max", "log10_paper_time=-2.5") == (("log10_paper_time", -2.5),)


def test_everything_that_needs_no_training_can_be_limited():
    assert {name for name, objective in OBJECTIVES.items() if not objective.trained} < set(LIMITED)
    config = nas.SearchConfig(preset="faqnas", dataset="iris", max="qubits=8,parameters=100")
    assert [limit.text() for limit in config.limits] == ["parameters at most 100", "qubits at most 8"]
    assert nas.SearchConfig(**config.to_dict()) == config
    with pytest.raises(SettingError, match="the limit qpu_time_s needs a device"):
        nas.SearchConfig(preset="faqnas", dataset="iris", max="qpu_time_s=600")
    with pytest.raises(SettingError, match="the limit energy_j needs"):
        nas.SearchConfig(preset="faqnas", dataset="iris", max="energy_j=600", backend="fake_manila")


def test_the_bound_itself_is_allowed_and_what_has_no_value_is_a_failure():
    built = architecture(load_space("qnas"), next(iter(load_space("qnas").genomes())))
    cost = Evaluated(cost=candidate_cost(built, 4, 3))
    count = float(cost.cost.num_parameters)
    exact = Limit(name="parameters", side="max", bound=count)
    below = Limit(name="parameters", side="max", bound=count - 1)
    assert broken_limit([exact], built, cost) is None
    assert broken_limit([exact, below], built, cost) == Verdict(
        state="INFEASIBLE",
        reason=f"parameters is {count:.0f}, parameters at most {count - 1:.0f}",
    )
    assert broken_limit([below], built, None) is None  # not known from the architecture alone
    assert broken_limit([Limit(name="qubits", side="max", bound=1.0)], built, None).state == "INFEASIBLE"
    assert broken_limit([Limit(name="esp", side="min", bound=0.1)], built, cost).state == "FAILED"


@pytest.mark.parametrize("algorithm", ["nsga2", "random", "exhaustive"])
def test_what_costs_too_much_is_recorded_with_its_cost_and_never_trained(tmp_path, algorithm):
    config = small_config(tmp_path, algorithm=algorithm, max="qubits=2", epochs=1, population=4, generations=1)
    run = nas.search(config, tmp_path / "run")
    assert run.infeasible
    for one in run.infeasible:
        assert one.genome["qubits"] == 3
        assert (one.reason, one.trainings, one.accuracies) == ("qubits is 3, qubits at most 2", (), ())
        assert one.cost["quantum_flops"] == one.objectives["quantum_flops"] > 0
        assert "validation_error" not in one.objectives
    trained = [one for one in run.evaluations if one.state == "COMPLETE"]
    assert all(one.genome["qubits"] == 2 and one.trainings for one in trained)
    assert set(run.front) <= set(trained)
    assert run.failures == ()
    assert sum(generation.num_infeasible for generation in run.generations) == len(run.infeasible)
    if algorithm == "exhaustive":
        assert len(run.infeasible) == NUM_ARCHITECTURES / 2
        # What is trained is what a space without the others has.
        (tmp_path / "narrow").mkdir()
        other = small_config(
            tmp_path / "narrow",
            GENES.replace("[2, 3]", "[2]"),
            algorithm=algorithm,
            epochs=1,
            objectives=config.objectives,
        )
        small = nas.search(other, tmp_path / "small")
        assert {one.architecture_hash for one in small.evaluations} == {one.architecture_hash for one in trained}
    else:  # the first generation is filled up
        first = [one for one in trained if one.generation == 0]
        assert len(first) == config.population
    assert facts(nas.search(config, tmp_path / "two", workers=2)) == facts(run)
    assert facts(nas.open_run(tmp_path / "run")) == facts(run)


def test_a_limit_on_a_device_costs_each_network_once_and_before_its_training(tmp_path):
    pytest.importorskip("qiskit_ibm_runtime")
    keys = {"backend": "fake_manila", "num_seeds": 1, "epochs": 1, "population": 4, "generations": 0}
    free = nas.search(small_config(tmp_path, **keys, objectives="validation_error,qpu_time_s"), tmp_path / "free")
    times = sorted(one.objectives["qpu_time_s"] for one in free.evaluations)
    bound = times[len(times) // 2]
    limited = small_config(tmp_path, **keys, max={"qpu_time_s": bound})  # which is no objective
    run = nas.search(limited, tmp_path / "run")
    known = {one.architecture_hash: one for one in free.evaluations}
    both = [one for one in run.evaluations if one.architecture_hash in known]
    assert {one.state for one in both} == {"COMPLETE", "INFEASIBLE"}
    for one in both:
        before = known[one.architecture_hash]
        assert (one.state == "COMPLETE") == (before.objectives["qpu_time_s"] <= bound)
        assert one.cost["model_cost"]["quantum"]["qpu_time_s"] == before.objectives["qpu_time_s"]
        assert one.accuracies == (before.accuracies if one.state == "COMPLETE" else ())
    # On a slower device what is trained may cost too much; what was not trained stays what it is.
    again = nas.recost(tmp_path / "run", backend="fake_manila")
    assert [one.state for one in again.evaluations] == [one.state for one in run.evaluations]


def test_a_search_in_which_everything_costs_too_much_says_what_and_how_much(tmp_path):
    config = small_config(tmp_path, max={"parameters": 3})
    with pytest.raises(SearchError) as raised:
        nas.search(config, tmp_path / "run")
    assert "candidates cost more than the limits allow, none is left; the first: parameters is" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert isinstance(raised.value, InputError)  # which ends a command with 2
    run = nas.open_run(tmp_path / "run")
    assert len(run.infeasible) == len(run.evaluations) >= config.population
    assert run.front == ()


def test_a_space_with_a_wide_register_is_limited_before_anything_large_is_simulated(tmp_path):
    genes = GENES.replace("[2, 3]", "[2, 24]")
    run = nas.search(small_config(tmp_path, genes, max="qubits=8", epochs=1, generations=0), tmp_path / "run")
    assert {one.state for one in run.evaluations} == {"COMPLETE", "INFEASIBLE"}
    assert all(one.objectives["quantum_flops"] > 1e9 for one in run.infeasible)


def test_the_genome_of_the_helper_keeps_the_limit_of_its_width(tmp_path):
    config = small_config(tmp_path, max="qubits=2")
    assert broken_limit(config.limits, architecture(load_space(config.space), GENOME), None) is None
    assert json.loads(json.dumps(config.to_dict()))["max"] == {"qubits": 2.0}


def test_a_surrogate_chooses_within_limits_and_spends_nothing_on_what_breaks_them(tmp_path):
    pytest.importorskip("sklearn")
    limits = {"qubits": 2, "parameters": 22}
    config = small_config(tmp_path, algorithm="surrogate", max=limits, generations=2, population=3)
    run = nas.search(config, tmp_path / "run")
    assert [one for one in run.infeasible if one.generation > 0] == []
    # Two qubits and one layer: three rotations, two entanglers.
    assert sum(one.state == "COMPLETE" for one in run.evaluations) == 6
    assert run.stop == "no architecture was found that had not been evaluated and keeps the limits"
    assert facts(nas.search(config, tmp_path / "two", workers=2)) == facts(run)
