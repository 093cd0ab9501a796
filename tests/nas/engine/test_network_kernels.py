"""Training by compiled kernels against the fast engine."""

from __future__ import annotations

import dataclasses
import math
import random

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("numba")

from hwcost import InputError  # noqa: E402
from nas.architectures.record import Architecture, Hidden, Layer  # noqa: E402
from nas.core.errors import SettingError  # noqa: E402
from nas.datasets.dataset import load_dataset  # noqa: E402
from nas.training.record import TrainSettings  # noqa: E402
from nas.training.stack import StackedNetworks  # noqa: E402
from nas.training.train import train, train_network, train_together  # noqa: E402
from random_architectures import random_architecture  # noqa: E402

HIDDEN = (Hidden(width=5, activation="tanh"), Hidden(width=4, activation="relu"))


def network(axes: str = "yz", **others: object) -> Architecture:
    layer = Layer(columns=tuple((axis,) * 3 for axis in axes), gate="cx", pairs=((0, 1), (2, 0)))  # type: ignore[arg-type]
    made = {"embedding": "angle-x", "num_encoded": 3} | others
    return Architecture(num_qubits=3, layers=(layer, layer), **made)  # type: ignore[arg-type]


def test_losses_derivatives_and_answers_are_those_of_the_fast_engine() -> None:
    for seed in range(40):
        rng, num_networks = random.Random(seed), 1 + 2 * (seed % 2)
        architecture = random_architecture(rng, num_qubits=rng.randint(1, 6))
        if seed % 3 == 0:
            architecture = dataclasses.replace(architecture, hidden_before=HIDDEN, hidden_after=HIDDEN[::-1])
        stacks = [
            StackedNetworks([architecture] * num_networks, 6, 3, range(num_networks), compiled=compiled)
            for compiled in (False, True)
        ]
        for batch in (1, 7, 70):
            x, labels = torch.randn(num_networks, batch, 6), torch.randint(0, 3, (num_networks, batch))
            expected, losses = (stacked.losses_and_gradients(x, labels) for stacked in stacks)
            assert torch.allclose(expected, losses, rtol=0.0, atol=2e-5), architecture
            assert torch.allclose(stacks[0].gradients, stacks[1].gradients, rtol=0.0, atol=2e-5), architecture
            for values in (x, x[0]):
                answers = [stacked.log_probabilities(values) for stacked in stacks]
                assert torch.allclose(*answers, rtol=0.0, atol=2e-5), architecture


def test_a_training_is_that_of_the_fast_engine() -> None:
    data = load_dataset("iris")
    fast, compiled = (train(network(), data, TrainSettings(epochs=6, engine=e), seed=3) for e in ("fast", "compiled"))  # type: ignore[arg-type]
    for name in ("train_loss", "validation_loss", "validation_accuracy"):
        assert getattr(compiled, name) == pytest.approx(getattr(fast, name), abs=2e-4), name
    assert "numba" in compiled.versions
    assert "numba" not in fast.versions


def test_company_changes_no_bit() -> None:
    data, settings = load_dataset("iris"), TrainSettings(epochs=2, engine="compiled")
    several = [network(), network("y", embedding="angle-y"), network("xz")]
    alone = tuple(train(architecture, data, settings, seed) for seed, architecture in enumerate(several))
    assert train_together(several, data, settings, [0, 1, 2]) == alone
    assert train(several[0], data, settings, 0) == alone[0]


def test_one_that_diverges_leaves_the_others_alone() -> None:
    x, labels = torch.randn(2, 8, 6), torch.randint(0, 3, (2, 8))
    pair, broken = (StackedNetworks([network(), network("y")], 6, 3, [0, 1], compiled=True) for _ in range(2))
    state = broken.state_dict(0)
    broken.load_state_dict(0, state | {"quantum.weights": state["quantum.weights"] * math.nan})
    losses, broken_losses = pair.losses_and_gradients(x, labels), broken.losses_and_gradients(x, labels)
    assert broken_losses[0].isnan()
    assert torch.equal(losses[1], broken_losses[1])
    assert torch.equal(pair.gradients[1], broken.gradients[1])


@pytest.mark.parametrize("wrong", [3, -1])
def test_labels_that_are_no_classes_are_refused(wrong: int) -> None:
    stacked = StackedNetworks([network()], 6, 3, [0], compiled=True)
    with pytest.raises(InputError, match="none of the 3 classes"):
        stacked.losses_and_gradients(torch.randn(1, 2, 6), torch.tensor([[0, wrong]]))


def test_progress_comes_with_the_last_step_of_some_and_the_time_limit_ends_a_training() -> None:
    data, told = load_dataset("iris"), []
    settings = TrainSettings(epochs=3, engine="compiled")
    train(network(), data, settings, progress=lambda done, total, best: told.append((done, total)))
    assert told == [(2, 6), (4, 6), (6, 6)]
    record = train(network(), data, dataclasses.replace(settings, time_limit_s=1e-9))
    assert (record.state, record.num_epochs) == ("FAILED", 0)
    assert "the time limit" in str(record.reason)


def test_a_trained_network_is_a_torch_module() -> None:
    data = load_dataset("iris")
    trained = train_network(network(), data, TrainSettings(epochs=2, engine="compiled"), seed=1)
    features, labels = data.validation_part()
    with torch.no_grad():
        right = trained.model(torch.as_tensor(features, dtype=torch.float32)).argmax(1) == torch.as_tensor(labels)  # type: ignore[misc]
    assert right.float().mean().item() == pytest.approx(trained.record.best_validation_accuracy)


def test_the_kernels_compute_on_the_cpu_only() -> None:
    with pytest.raises(SettingError, match="use the engine fast"):
        TrainSettings(engine="compiled", device="cuda")
