"""Rivals of a network: what is trained in them, what is not, and that they are what they say."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch

from nas.architectures.record import Architecture, Hidden, Layer, num_parameters
from nas.core.errors import SettingError
from nas.engine.network import build_model
from nas.engine.rivals import MODULES, RandomFeatures, build_rival, mlp_width

LAYER = Layer(columns=(("y", "x", "z"), ("x", "y", "y")), gate="cx", pairs=((0, 1), (1, 2)))
NETWORK = Architecture(
    num_qubits=3,
    embedding="angle-x",
    num_encoded=3,
    layers=(LAYER,),
    hidden_before=(Hidden(width=5, activation="tanh"),),
)


def trainable(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


@pytest.mark.parametrize("kind", MODULES)
def test_a_rival_gives_log_probabilities_and_is_the_same_for_a_seed(kind):
    x = torch.linspace(-1.0, 1.0, 28, dtype=torch.float64).reshape(7, 4)
    first, again, other = (build_rival(kind, NETWORK, 4, 3, seed=seed, dtype=torch.float64)(x) for seed in (1, 1, 2))
    assert torch.allclose(first.exp().sum(dim=1), torch.ones(7, dtype=torch.float64))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_parameters_are_those_of_what_is_trained():
    whole = num_parameters(NETWORK, 4, 3)
    assert trainable(build_rival("linear-layer", NETWORK, 4, 3)) == whole - 6 + 3 * 3 + 3
    assert trainable(build_rival("random-layer", NETWORK, 4, 3)) == whole - 6
    assert trainable(build_rival("untrained-circuit", NETWORK, 4, 3)) == whole - 6
    assert abs(trainable(build_rival("mlp", NETWORK, 4, 3)) - whole) <= (4 + 1 + 3) / 2


@pytest.mark.parametrize("target", [1, 21, 700, 5001])
def test_no_other_width_comes_nearer(target):
    def count(width):
        return (10 + 1) * width + (width + 1) * 4

    width = mlp_width(target, 10, 4)
    others = [w for w in (width - 1, width + 1) if w >= 1]
    assert all(abs(count(width) - target) <= abs(count(other) - target) for other in others)


def test_layers_before_the_circuit_begin_as_the_networks_own():
    network = build_model(NETWORK, 4, 3, seed=5)
    for kind in ("linear-layer", "random-layer", "untrained-circuit"):
        rival = build_rival(kind, NETWORK, 4, 3, seed=5)
        for ours, theirs in zip(network.before.parameters(), rival.before.parameters(), strict=True):
            assert torch.equal(ours, theirs)


def test_the_untrained_circuit_computes_what_the_network_begins_with():
    x = torch.linspace(-1.0, 1.0, 8).reshape(2, 4)
    assert torch.equal(
        build_rival("untrained-circuit", NETWORK, 4, 3, seed=3)(x), build_model(NETWORK, 4, 3, seed=3)(x)
    )


def test_random_features_are_bounded_periodic_and_fixed():
    layer = RandomFeatures(2, 40, seed=0, dtype=torch.float64)
    x = torch.randn(100, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert layer(x).abs().max() <= 1.0
    assert not list(layer.parameters())
    assert layer(x).std() == pytest.approx(0.5**0.5, abs=0.05)  # of a cosine at random angles


def test_a_rival_that_there_is_not():
    with pytest.raises(SettingError, match="rival is 'svm'; choose from mlp"):
        build_rival("svm", NETWORK, 4, 3)
