"""FLOPs by hand for stacks of layers, and nothing of the module changed."""

from __future__ import annotations

from itertools import pairwise

import pytest

pytest.importorskip("torch")

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from hwcost.classical.flops import count_flops, trace_passes
from hwcost.core.errors import OptionError


@given(st.lists(st.integers(1, 40), min_size=2, max_size=6), st.integers(1, 9))
def test_a_stack_of_linear_layers_has_two_operations_per_product(widths, batch):
    layers = [nn.Linear(a, b) for a, b in pairwise(widths)]
    count = count_flops(nn.Sequential(*layers), torch.zeros(batch, widths[0]), backward=True)
    products = [2 * batch * a * b for a, b in pairwise(widths)]
    assert count.forward == sum(products)
    # One product for the gradient of the weights, one for that of the input, which the first layer's needs not.
    assert count.backward == 2 * sum(products) - products[0]
    assert count.uncounted == ()
    assert count.num_parameters == sum((a + 1) * b for a, b in pairwise(widths))


def test_faqnas_classical_flops_of_mnist():
    # 784 -> n -> 10, forward and backward: 2·(784n + 10n) + 2·(784n + 2·10n) = 3196n, as the papers' sheet has it.
    for n in (2, 4, 10):
        model = nn.Sequential(nn.Linear(784, n), nn.Linear(n, 10))
        assert count_flops(model, torch.zeros(1, 784), backward=True).total == 3196 * n


def test_convolutions_by_hand():
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4 * 26 * 26, 3))
    count = count_flops(model, torch.zeros(2, 1, 28, 28), backward=True)
    convolution, linear = 2 * 2 * 4 * 9 * 26 * 26, 2 * 2 * 4 * 26 * 26 * 3
    assert (count.forward, count.backward) == (convolution + linear, convolution + 2 * linear)


def test_an_input_that_needs_a_gradient_costs_its_product():
    model = nn.Linear(5, 3)
    assert count_flops(model, torch.zeros(1, 5), backward=True).backward == 30
    assert count_flops(model, torch.zeros(1, 5, requires_grad=True), backward=True).backward == 60
    assert count_flops(model.requires_grad_(False), torch.zeros(1, 5), backward=True).backward == 0


def test_what_is_not_counted_is_listed_with_its_share():
    model = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 2))
    count = count_flops(model, torch.zeros(3, 4), backward=True)
    # 30 + 12 + 14 parameters; the 12 of the normalisation take part in no product.
    assert [(m.name, m.type_name, m.num_parameters, m.share) for m in count.uncounted] == [
        ("1", "BatchNorm1d", 12, 12 / 56)
    ]
    embedding = count_flops(nn.Embedding(10, 2), torch.zeros(3, dtype=torch.int64), backward=True)
    assert (embedding.total, embedding.uncounted[0].share) == (0, 1.0)
    attention = count_flops(nn.MultiheadAttention(8, 2), (torch.zeros(5, 2, 8),) * 3, backward=True)
    assert attention.uncounted == ()


def test_shared_weights_are_counted_once_as_parameters_and_twice_as_work():
    layer = nn.Linear(4, 4)
    count = count_flops(nn.Sequential(layer, layer), torch.zeros(1, 4), backward=False)
    assert (count.num_parameters, count.forward) == (20, 64)


def test_the_module_stays_as_it_is():
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.ReLU(inplace=True), nn.Linear(4, 1))
    before = {key: value.clone() for key, value in model.state_dict().items()}
    model[0].weight.grad = torch.ones(4, 4)
    sample = torch.rand(8, 4)
    state = torch.get_rng_state()
    count_flops(model, sample, backward=True)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert torch.equal(model[0].weight.grad, torch.ones(4, 4))
    assert model[4].weight.grad is None
    assert not model._forward_pre_hooks
    assert model.training


def test_a_module_that_looks_at_values_is_run_on_a_copy():
    class Looks(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(3, 3)

        def forward(self, x):
            return self.linear(x) if float(x.sum()) > 0 else x

    count = count_flops(Looks(), torch.ones(1, 3), backward=True)
    assert count.total == 36


def test_a_huge_model_costs_nothing():
    with torch.device("meta"):
        model = nn.Linear(10**6, 10**6)
    assert count_flops(model, torch.empty(1, 10**6, device="meta"), backward=False).forward == 2 * 10**12


def test_traces_count_products_operations_and_tensors():
    trace = trace_passes(nn.Sequential(nn.Linear(784, 8), nn.ReLU()), torch.zeros(64, 784), backward=True)
    assert trace.forward.products == ((2 * 64 * 784 * 8, 8),)
    assert trace.forward.num_computed == 2
    assert (trace.num_calls, trace.num_tensors, trace.num_trainable) == (3, 2, 784 * 8 + 8)


@pytest.mark.parametrize(
    ("model", "sample", "words"),
    [
        (lambda x: x, torch.zeros(1), "not a torch module"),
        (nn.Linear(3, 2), torch.zeros(1, 4), "fails on the sample"),
        (nn.Linear(3, 2), (torch.zeros(1, 3), 5), "fails on the sample"),
    ],
)
def test_mistakes_are_one_line(model, sample, words):
    with pytest.raises(OptionError, match=words) as caught:
        count_flops(model, sample, backward=True)
    assert "\n" not in str(caught.value)


class Keyed(nn.Module):
    """Says by a key what it does, and counts how often it is called."""

    def __init__(self, width, key):
        super().__init__()
        self.inside, self.trace_key, self.calls = nn.Linear(3, width), key, 0

    def forward(self, x):
        self.calls += 1
        return self.inside(x)


def test_modules_that_say_that_they_do_the_same_are_traced_once():
    first, second = Keyed(5, ("three", 5)), Keyed(5, ("three", 5))
    for backward in (False, True):
        expected = trace_passes(nn.Sequential(first.inside), torch.zeros(2, 3), backward=backward).count
        for module in (first, second):
            assert count_flops(module, torch.zeros(2, 3), backward=backward) == expected
    assert (first.calls, second.calls) == (2, 0)


def test_other_keys_samples_and_frozen_weights_are_other_traces():
    first = Keyed(5, "five of three")
    count = count_flops(first, torch.zeros(2, 3), backward=True)
    assert count_flops(first, torch.zeros(4, 3), backward=True).total == 2 * count.total
    assert count_flops(Keyed(6, "six of three"), torch.zeros(2, 3), backward=True).forward == 2 * 2 * 3 * 6
    frozen = Keyed(5, "five of three")
    for parameter in frozen.parameters():
        parameter.requires_grad = False
    needs = torch.zeros(2, 3, requires_grad=True)
    assert count_flops(frozen, needs, backward=True).backward == count.backward
    assert frozen.calls == 1
    assert count_flops(frozen, torch.zeros(2, 3), backward=False).backward == 0


def test_a_key_holds_for_one_class_only():
    class Other(Keyed):
        def forward(self, x):
            return super().forward(self.inside(x) @ self.inside.weight)

    plain, other = Keyed(5, "class"), Other(5, "class")
    count = count_flops(plain, torch.zeros(2, 3), backward=False)
    assert count_flops(other, torch.zeros(2, 3), backward=False).total > count.total
