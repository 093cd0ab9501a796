"""What is said of a SuperCircuit follows from the figures."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from nas.results.supercircuit_page import answer, meaning
from nas.results.supercircuit_record import RankedNetwork, SuperCircuitStudy
from nas.runs.context import make_context
from nas.training.supercircuit import SuperSettings
from small_search import small_config


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return make_context(small_config(tmp_path_factory.mktemp("space")))


def study(context, *, inherited=0.0, tuned=0.0, early=1.0, size=0.0, super_s=1.0) -> SuperCircuitStudy:
    """Make a study of 60 networks; arguments are the noise of each figure, in units of the spread of the accuracies."""
    rng = np.random.default_rng(0)
    true = rng.permutation(60) / 60.0
    networks = tuple(
        RankedNetwork(
            architecture_hash=str(i),
            genome={},
            num_qubits=int(rng.integers(2, 6)),
            num_layers=1,
            num_parameters=int(1000 * (4.0 + (true[i] + rng.normal() * size if size else rng.random()))),
            quantum_flops=int(rng.integers(50, 500)),
            encoding="angle-x",
            alone=(true[i], true[i] + 0.01 * rng.normal()),
            early=(true[i] + early * rng.normal(), true[i] + early * rng.normal()),
            inherited=true[i] + inherited * rng.normal(),
            fine_tuned=true[i] + tuned * rng.normal(),
            alone_s=1.0,
            inherited_s=0.1,
            fine_tuned_s=0.5,
        )
        for i in range(60)
    )
    return SuperCircuitStudy(
        context=context, settings=SuperSettings(), fine_tune=1, networks=networks, num_failed=0, super_s=super_s
    )


def test_it_pays_where_it_ranks_well_and_cheaply(context):
    found = study(context, inherited=0.1, tuned=0.3, super_s=9.0)
    assert found.verdict("inherited") == "yes"
    assert found.break_even("inherited") == 10
    assert answer(found).startswith("Yes, where more than 10 networks are ranked")


def test_it_does_not_where_size_ranks_better(context):
    found = study(context, inherited=1.0, tuned=1.0, size=0.05)
    assert found.best_free == "parameters"
    assert found.verdict("inherited") == "no"
    assert answer(found).startswith("No: at best it ranks with")
    assert "parameters alone, which cost nothing" in answer(found)


def test_nothing_is_said_where_the_interval_holds_zero(context):
    found = study(context, inherited=0.1, tuned=0.1, size=0.03)
    assert found.verdict("inherited") in ("cannot be told", "no")
    other = study(context, inherited=3.0, tuned=3.0)
    assert other.verdict("inherited") == "cannot be told"
    assert answer(other).startswith("Not shown:")


def test_it_does_not_where_a_short_training_ranks_as_well_for_less(context):
    found = study(context, inherited=0.5, tuned=0.2, early=0.05)
    assert "and 1 epoch of an own training ranks with" in answer(found)
    assert answer(found).startswith("No:")


def test_it_does_not_where_it_is_as_slow_as_trainings(context):
    found = study(context, inherited=0.05, tuned=0.5)
    slow = dataclasses.replace(
        found, networks=tuple(dataclasses.replace(one, inherited_s=1.0) for one in found.networks)
    )
    assert slow.break_even("inherited") is None
    assert "no less than trainings" in answer(slow)


def test_ways_have_names_that_one_understands(context):
    found = study(context)
    texts = [meaning(found, way) for way in found.ways]
    assert len(set(texts)) == len(texts)
    assert "1 epoch from inherited weights" in texts
