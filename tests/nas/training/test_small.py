"""Steps in NumPy against the same steps in torch."""

from __future__ import annotations

import math
import random
import warnings

import pytest

torch = pytest.importorskip("torch")
threadpoolctl = pytest.importorskip("threadpoolctl")

from hwcost import InputError  # noqa: E402
from nas.architectures.record import Architecture, Hidden, Layer  # noqa: E402
from nas.training.adam import StackedAdam  # noqa: E402
from nas.training.parts import one_thread  # noqa: E402
from nas.training.small import small_steps  # noqa: E402
from nas.training.stack import StackedNetworks  # noqa: E402
from random_architectures import random_architecture  # noqa: E402


def network(n: int = 3, axes: str = "yz", **others: object) -> Architecture:
    layer = Layer(columns=tuple((axis,) * n for axis in axes), gate="cx", pairs=((0, 1),) if n > 1 else ())  # type: ignore[arg-type]
    made = {"embedding": "angle-x", "num_encoded": n} | others
    return Architecture(num_qubits=n, layers=(layer, layer), **made)  # type: ignore[arg-type]


def in_torch(stacked: StackedNetworks) -> StackedNetworks:
    stacked._small = None
    return stacked


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("num_networks", [1, 3])
def test_losses_and_derivatives_are_those_of_torch(num_networks: int, dtype: torch.dtype) -> None:
    closest = 1e-5 if dtype == torch.float32 else 1e-13
    small = 0
    for seed in range(30):
        rng = random.Random(seed)
        architectures = [random_architecture(rng, num_qubits=rng.randint(1, 5))] * num_networks
        fast = StackedNetworks(architectures, 6, 3, range(num_networks), dtype=dtype)
        slow = in_torch(StackedNetworks(architectures, 6, 3, range(num_networks), dtype=dtype))
        small += fast.is_small
        for batch in (7, 1, 7, 2, 3, 4, 5, 7):  # memory is made anew, used again and given up
            x, labels = torch.randn(num_networks, batch, 6, dtype=dtype), torch.randint(0, 3, (num_networks, batch))
            losses, expected = fast.losses_and_gradients(x, labels), slow.losses_and_gradients(x, labels)
            assert torch.allclose(losses, expected, rtol=0.0, atol=closest)
            assert torch.allclose(fast.gradients, slow.gradients, rtol=0.0, atol=closest)
    assert 10 < small < 30


def test_small_circuits_with_angles_are_computed_here_and_no_others() -> None:
    hidden = (Hidden(width=4, activation="tanh"), Hidden(width=3, activation="relu"))
    for architecture in (network(1, "y"), network(5), network(4, "x", hidden_before=hidden, hidden_after=hidden)):
        assert StackedNetworks([architecture], 6, 3, [0]).is_small
    for architecture in (network(7), network(3, embedding="amplitude", num_encoded=8), network(reupload=True)):
        assert not StackedNetworks([architecture], 6, 3, [0]).is_small
    large = StackedNetworks([network(7)], 6, 3, [0])
    assert small_steps(large._circuits.simulator, large._views, large._views, ((), ())) is None


def test_losses_stay_as_they_were_when_the_next_step_is_taken() -> None:
    stacked = StackedNetworks([network()], 6, 3, [0])
    x, labels = torch.randn(1, 8, 6), torch.randint(0, 3, (1, 8))
    losses = stacked.losses_and_gradients(x, labels)
    before = losses.clone()
    stacked.losses_and_gradients(x * 2.0, labels)
    assert torch.equal(losses, before)


@pytest.mark.parametrize("wrong", [3, -1])
def test_labels_that_are_no_classes_are_refused(wrong: int) -> None:
    stacked = StackedNetworks([network()], 6, 3, [0])
    with pytest.raises(InputError, match="none of the 3 classes"):
        stacked.losses_and_gradients(torch.randn(1, 2, 6), torch.tensor([[0, wrong]]))


def test_a_network_that_diverges_gives_no_warning_and_leaves_the_others_alone() -> None:
    x, labels = torch.randn(2, 8, 6), torch.randint(0, 3, (2, 8))
    pair, broken = (StackedNetworks([network(), network(axes="y")], 6, 3, [0, 1]) for _ in range(2))
    state = broken.state_dict(0)
    broken.load_state_dict(0, state | {"quantum.weights": state["quantum.weights"] * math.nan})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        losses, broken_losses = pair.losses_and_gradients(x, labels), broken.losses_and_gradients(x, labels)
        for stacked in (pair, broken):
            StackedAdam(stacked, 0.1).step()
    assert broken_losses[0].isnan()
    assert torch.equal(losses[1], broken_losses[1])
    assert torch.equal(pair.parameters[1], broken.parameters[1])


def test_a_training_uses_one_thread_of_each_library() -> None:
    def threads() -> set[int]:
        return {found["num_threads"] for found in threadpoolctl.threadpool_info() if found["user_api"] == "blas"}

    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        before = threads()
        with one_thread():
            assert threads() == {1}
        assert threads() == before
