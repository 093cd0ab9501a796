"""Which candidates of a generation are trained together."""

from __future__ import annotations

import numpy as np
import pytest

from nas.architectures.shapes import stack_key
from nas.runs.grouping import MAX_GROUP, MAX_GROUP_OF_BROOD, grouped, together_at_most, work
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
    groups = grouped(genomes, read, device)
    assert sorted(map(str, genomes)) == sorted(str(genome) for group in groups for genome in group)
    assert all(len({stack_key(read(genome)) for genome in group}) == 1 for group in groups)
    assert groups == grouped(genomes, read, device)


def test_groups_are_no_larger_than_pays():
    assert [len(group) for group in grouped(drawn(20, qubits=4, embedding="angle-x"), read, "cpu")] == [8, 8, 4]
    assert [len(group) for group in grouped(drawn(20, qubits=4, embedding="angle-x"), read, "cuda:1")] == [16, 4]
    assert {len(group) for group in grouped(drawn(20, qubits=9, embedding="angle-x"), read, "cpu")} == {1}
    assert MAX_GROUP_OF_BROOD == 8


def test_on_the_cpu_only_small_circuits_are_trained_together():
    (small,), (large,) = (map(read, drawn(1, qubits=qubits)) for qubits in (4, 8))
    assert (together_at_most(small, "cpu"), together_at_most(large, "cpu")) == (MAX_GROUP, 1)
    assert together_at_most(large, "cuda") == MAX_GROUP


def test_work_grows_with_circuit_and_data():
    (small,), (large,) = (map(read, drawn(1, qubits=qubits, layers=2)) for qubits in (4, 10))
    assert work(small, 784, 10) < work(large, 784, 10)
    assert work(large, 4, 3) < work(large, 784, 10)
