"""Costs that need no training: those of an evaluation, computed once, kept in the run, compared with limits."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")

from nas.architectures.json import architecture_hash
from nas.runs.context import make_context
from nas.runs.evaluate import evaluate
from nas.runs.free_costs import FreeCosts
from nas.runs.store import RunStore, create
from nas.spaces.build import architecture
from small_search import small_config


@pytest.fixture
def opened(tmp_path):
    context = make_context(small_config(tmp_path, max={"qubits": 2, "peak_memory_bytes": 10**9, "parameters": 22}))
    create(tmp_path / "run", context)
    with RunStore(tmp_path / "run", writable=True) as store:
        yield context, store


def free(context, store):
    return FreeCosts(context, lambda genome: architecture_hash(architecture(context.space, genome)), store)


def test_they_are_those_of_an_evaluation(opened):
    context, store = opened
    costs, genomes = free(context, store), [dict(genome) for genome in context.space.genomes()][:3]
    assert costs.names == {"quantum_flops", "parameters"}
    for genome, values in zip(genomes, costs(genomes), strict=True):
        evaluated = evaluate(context, genome).objectives
        assert {name: values[name] for name in costs.names} == {name: evaluated[name] for name in costs.names}


def test_they_are_computed_once_and_read_from_the_run_afterwards(opened, monkeypatch):
    context, store = opened
    genomes = [dict(genome) for genome in context.space.genomes()]
    first = free(context, store)(genomes)
    store.flush()
    monkeypatch.setattr(FreeCosts, "_computed", None)
    assert list(free(context, store)(genomes)) == list(first)


def test_what_breaks_a_limit_is_known_without_a_training(opened):
    context, store = opened
    genomes = [dict(genome) for genome in context.space.genomes()]
    within = free(context, store).within_limits(genomes)
    assert [genome for genome in genomes if evaluate(context, genome).state == "COMPLETE"] == within
    assert 0 < len(within) < sum(genome["qubits"] == 2 for genome in genomes)
