"""Candidates: every architecture once where a space can be listed, else a pool that follows from its seed."""

from __future__ import annotations

from nas.architectures.json import architecture_hash
from nas.runs.candidates import MAX_CHANGED, POOL, first_genomes, listed, pool
from nas.spaces.build import architecture
from nas.spaces.load import load_space
from small_search import GENOME, NUM_ARCHITECTURES, write_space


def small(folder):
    return load_space(write_space(folder))


def key_of(space):
    return lambda genome: architecture_hash(architecture(space, genome))


def test_a_space_is_listed_with_each_architecture_once_sorted_by_hash(tmp_path):
    space = small(tmp_path)
    found = listed(space)
    assert len(first_genomes(space)) == len(found) == NUM_ARCHITECTURES
    assert [name for name, _ in found] == sorted({key_of(space)(genome) for genome in space.genomes()})
    assert all(key_of(space)(genome) == name for name, genome in found)


def test_a_space_of_hundred_millions_is_not_listed():
    assert listed(load_space("hyb-hanas")) is None


def test_a_pool_follows_from_its_seed_and_has_nothing_known(tmp_path):
    space = small(tmp_path)
    key = key_of(space)
    known = {key(GENOME)}
    drawn = pool(space, [GENOME], known, key, (3, 1))
    assert drawn == pool(space, [GENOME], known, key, (3, 1))
    names = [name for name, _ in drawn]
    assert names == sorted(set(names))
    assert set(names).isdisjoint(known)


def test_half_of_a_pool_are_children_near_a_parent():
    space = load_space("hyb-hanas")
    parent = next(iter(space.genomes()))
    names = iter(range(10**6))
    drawn = pool(space, [parent], set(), lambda genome: f"{next(names):07}", (0, 1))  # nothing counts as known
    changed = [sum(genome[name] != parent[name] for name in parent) for _, genome in drawn]
    assert len(drawn) == POOL
    assert max(changed[1::2]) <= MAX_CHANGED
    assert sum(changed[::2]) > 2 * sum(changed[1::2])
