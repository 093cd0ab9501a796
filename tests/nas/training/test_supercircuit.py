"""Shared weights and their training: who has what in common, and that it learns."""

from __future__ import annotations

import numpy as np
import pytest

import nas
from nas.architectures.record import num_parameters
from nas.core.errors import SettingError

pytest.importorskip("torch")

from nas.training.shared import SharedWeights
from nas.training.supercircuit import SuperCircuit, SuperSettings
from nas.training.train import train_from

SETTINGS = nas.TrainSettings(batch_size=8, learning_rate=0.03)


def small(built: nas.Architecture) -> bool:
    return built.num_qubits <= 3


def networks(preset: str, number: int = 12, seed: int = 0) -> list[nas.Architecture]:
    space, rng = nas.load_space(preset), np.random.default_rng(seed)
    return [nas.architecture(space, space.random_genome(rng)) for _ in range(number)]


def circuit(steps: int = 60, **settings: object) -> SuperCircuit:
    made = SuperSettings(steps=steps, **settings)
    return SuperCircuit(nas.load_space("faqnas"), nas.load_dataset("iris"), SETTINGS, made, seed=1, allowed=small)


@pytest.mark.parametrize("sharing", ["width", "embedding"])
@pytest.mark.parametrize("preset", ["faqnas", "hyb-hanas", "qnas"])
def test_each_network_has_a_place_of_its_own_for_each_parameter(preset: str, sharing: str) -> None:
    weights = SharedWeights(nas.load_space(preset), 7, 3, seed=0, sharing=sharing)
    for built in networks(preset):
        places = weights.places(built)
        assert len(set(places)) == len(places) == num_parameters(built, 7, 3)
        assert places.min() > 0
        assert places.max() < len(weights.values)
        padded = weights.places(built, built.num_columns + 2)
        assert np.count_nonzero(padded == 0) == 2 * built.num_qubits
        assert np.array_equal(padded[padded > 0], places)


def test_networks_share_what_they_agree_in() -> None:
    space = nas.load_space("faqnas")
    genome = {"qubits": 3, "embedding": "angle-x", "layers": 2, "entangler": "cx", "topology": "linear"}
    rotations = {"rotation_1": "rx", "rotation_2": "ry", "rotation_3": "rx", "rotation_4": "rx"}
    one = nas.architecture(space, {**genome, **rotations})
    other = nas.architecture(space, {**genome, **rotations, "entangler": "cz", "rotation_2": "rz"})
    wider = nas.architecture(space, {**genome, **rotations, "qubits": 4})
    by_width = SharedWeights(space, 4, 3, seed=0)
    ours, theirs = by_width.places(one), by_width.places(other)
    assert np.flatnonzero(ours != theirs).tolist() == [15 + 3, 15 + 4, 15 + 5]  # after 4·3 + 3 weights: layer 2
    assert not set(ours) & set(by_width.places(wider))
    sliced = SharedWeights(space, 4, 3, seed=0, sharing="embedding")
    assert set(sliced.places(one)) <= set(sliced.places(wider))


def test_initial_weights_do_not_depend_on_who_comes_first() -> None:
    first, second = networks("faqnas", 2, seed=3)
    space = nas.load_space("faqnas")
    forward, backward = (SharedWeights(space, 4, 3, seed=5) for _ in range(2))
    ours = forward.places(first)
    forward.places(second)
    backward.places(second)
    same = backward.places(first)
    assert not np.array_equal(ours, same)
    assert np.array_equal(forward.values[ours], backward.values[same])


def test_a_step_is_adam_and_leaves_others_alone() -> None:
    import torch

    space = nas.load_space("faqnas")
    weights = SharedWeights(space, 4, 3, seed=0)
    one, other = networks("faqnas", 2, seed=3)
    mine, others = weights.places(one), weights.places(other)
    before = weights.values.copy()
    parameter = torch.nn.Parameter(torch.as_tensor(before[mine]))
    adam = torch.optim.Adam([parameter], lr=0.1)
    rng = np.random.default_rng(0)
    for _ in range(3):
        gradient = rng.normal(size=len(mine))
        parameter.grad = torch.as_tensor(gradient)
        adam.step()
        weights.step([mine], [gradient], 0.1)
    assert np.allclose(weights.values[mine], parameter.detach().numpy(), rtol=0.0, atol=1e-12)
    untouched = np.setdiff1d(others, mine)
    assert np.array_equal(weights.values[untouched], before[untouched])


def test_inherited_weights_are_those_that_are_scored_and_trained_further() -> None:
    trained, data = circuit(), nas.load_dataset("iris")
    trained.train()
    built = next(one for one in networks("faqnas", 50) if small(one))
    score = trained.score(built)
    tiny = nas.TrainSettings(epochs=1, batch_size=8, learning_rate=1e-12)
    record = train_from(trained.inherited(built), built, data, tiny, seed=0)
    assert record.validation_accuracy == (score,)


def test_it_learns() -> None:
    trained = circuit(steps=400)
    some = [one for one in networks("faqnas", 60) if small(one)]
    before = np.mean([trained.score(one) for one in some])
    trained.train()
    assert np.mean([trained.score(one) for one in some]) > before + 0.15


@pytest.mark.parametrize("settings", [{}, {"sampling": "sandwich"}, {"sharing": "embedding"}])
def test_an_interrupted_training_ends_with_the_same_weights(settings: dict[str, str]) -> None:
    whole, first, rest = (circuit(**settings) for _ in range(3))
    whole.train()
    first.train(23)
    rest.load_bytes(first.to_bytes())
    assert rest.num_done == 23
    rest.train()
    assert np.array_equal(whole.weights.values, rest.weights.values)
    assert np.array_equal(whole.weights.counts, rest.weights.counts)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"1.0", b"\x93NUMPY"])
def test_a_damaged_state_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="no state"):
        circuit().load_bytes(content)


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(SettingError, match="at least 3"):
        SuperSettings(sampling="sandwich", per_step=2)
    with pytest.raises(SettingError, match="steps"):
        SuperSettings(steps=0)
    data, space = nas.load_dataset("iris"), nas.load_space("faqnas")
    with pytest.raises(SettingError, match="engine"):
        SuperCircuit(space, data, nas.TrainSettings(engine="pennylane"), SuperSettings())
    with pytest.raises(SettingError, match="limit"):
        SuperCircuit(space, data, SETTINGS, SuperSettings(steps=1), allowed=lambda built: False).train()
