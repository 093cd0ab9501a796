"""Which candidates of a generation are trained together."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from nas.architectures.shapes import stack_key
from nas.runs.grouping import MAX_COMPILED, MAX_GROUP, MAX_GROUP_OF_BROOD, grouped, together_at_most, work
from nas.spaces.build import architecture
from nas.spaces.load import load_space

SPACE = load_space("faqnas")


def read(genome):
    return architecture(SPACE, genome)


def drawn(count, **genes):
    rng = np.random.default_rng(0)
    return [SPACE.random_genome(rng) | genes for _ in range(count)]


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_groups_hold_each_genome_once_and_one_shape(device):
    genomes = drawn(60)
    groups = grouped(genomes, read, device, "fast")
    assert sorted(map(str, genomes)) == sorted(str(genome) for group in groups for genome in group)
    assert all(len({stack_key(read(genome)) for genome in group}) == 1 for group in groups)
    assert groups == grouped(genomes, read, device, "fast")


def sizes(count, qubits, device, engine):
    genomes = drawn(count, qubits=qubits, embedding="angle-x")
    return [len(group) for group in grouped(genomes, read, device, engine)]


def test_groups_are_no_larger_than_pays():
    assert sizes(20, 4, "cpu", "fast") == sizes(20, 4, "cpu", "compiled") == [8, 8, 4]
    assert sizes(20, 4, "cuda:1", "fast") == [16, 4]
    assert set(sizes(20, 9, "cpu", "fast")) == set(sizes(20, 4, "cpu", "pennylane")) == {1}
    assert MAX_GROUP_OF_BROOD == 8


def test_compiled_networks_that_take_long_share_calls_only_where_there_are_many():
    assert set(sizes(20, 9, "cpu", "compiled")) == {1}
    assert set(sizes(96, 9, "cpu", "compiled")) == {3}


@pytest.mark.parametrize(
    ("qubits", "device", "engine", "most"),
    [
        (4, "cpu", "fast", MAX_GROUP),
        (8, "cpu", "fast", 1),
        (8, "cuda", "fast", MAX_GROUP),
        (8, "cpu", "compiled", MAX_COMPILED),
        (12, "cpu", "compiled", 8),
        (4, "cpu", "pennylane", 1),
    ],
)
def test_how_many_are_trained_together_at_most(qubits, device, engine, most):
    (genome,) = drawn(1, qubits=min(qubits, 10))
    built = dataclasses.replace(read(genome), num_qubits=qubits) if qubits > 10 else read(genome)
    assert together_at_most(built, device, engine) == most


def test_work_grows_with_circuit_and_data():
    (small,), (large,) = (map(read, drawn(1, qubits=qubits, layers=2)) for qubits in (4, 10))
    assert work(small, 784, 10) < work(large, 784, 10)
    assert work(large, 4, 3) < work(large, 784, 10)
