"""What follows from a seed: written down, because a published training must not change unseen."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from hypothesis import given
from hypothesis import strategies as st

from nas.training.order import BatchOrder, TrainingSeeds, training_seeds

ORDER_OF_SIX = [[0, 4, 1, 5, 3, 2], [3, 1, 4, 0, 5, 2]]


def test_seeds_are_those_of_numpy_as_written_down():
    assert training_seeds(0) == TrainingSeeds(weights=2968811710, order=3677149159, shots=745650761)
    many = [training_seeds(number) for number in range(100)]
    assert len({seed for one in many for seed in (one.weights, one.order, one.shots)}) == 300


def test_the_order_of_a_seed_is_as_written_down():
    order = BatchOrder(6, 3)
    assert [order.next_epoch().tolist() for _ in range(2)] == ORDER_OF_SIX


@given(st.integers(1, 200), st.integers(0, 2**63 - 1))
def test_each_epoch_has_every_sample_once(num_samples, seed):
    order, again = BatchOrder(num_samples, seed), BatchOrder(num_samples, seed)
    for _ in range(3):
        rows = order.next_epoch().tolist()
        assert sorted(rows) == list(range(num_samples))
        assert rows == again.next_epoch().tolist()


def test_epochs_and_seeds_have_orders_of_their_own():
    first = BatchOrder(50, 0)
    orders = [first.next_epoch().tolist(), first.next_epoch().tolist(), BatchOrder(50, 1).next_epoch().tolist()]
    assert len(set(map(tuple, orders))) == 3


def test_global_generators_are_neither_read_nor_advanced():
    import numpy as np
    import torch

    torch.manual_seed(1)
    np.random.seed(1)
    before = torch.get_rng_state(), np.random.get_state()[1].tolist()
    BatchOrder(50, training_seeds(0).order).next_epoch()
    assert torch.get_rng_state().equal(before[0])
    assert np.random.get_state()[1].tolist() == before[1]
