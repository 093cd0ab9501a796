"""Networks trained together against the same networks trained one after the other."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

import nas.engine.circuit  # noqa: E402
from hwcost import InputError  # noqa: E402
from nas.architectures.record import Architecture, Hidden, Layer  # noqa: E402
from nas.core.errors import MemoryLimitError  # noqa: E402
from nas.engine.circuit import FastCircuit  # noqa: E402
from nas.engine.network import build_model  # noqa: E402
from nas.training.adam import StackedAdam  # noqa: E402
from nas.training.stack import CandidateBatch, StackedNetworks, stack_key  # noqa: E402
from random_architectures import random_architecture  # noqa: E402


def network(
    n: int = 3, axes: str = "y", gate: str | None = "cx", layers: int = 2, embedding: str = "angle-x", **others: object
) -> Architecture:
    pairs = tuple((i, (i + 1) % n) for i in range(n)) if gate else ()
    layer = Layer(columns=tuple((axis,) * n for axis in axes), gate=gate, pairs=pairs)  # type: ignore[arg-type]
    return Architecture(num_qubits=n, embedding=embedding, num_encoded=n, layers=(layer,) * layers, **others)  # type: ignore[arg-type]


def various(n: int, **others: object) -> list[Architecture]:
    """Candidates of one shape that differ in all else."""
    return [
        network(n, "y", "cx", 1, "angle-y", **others),
        network(n, "xz", "cz", 3, "angle-z", **others),
        network(n, "z", None, 2, "angle-x", **others),
        network(n, "x", "cx", 2, "angle-x", **others),
    ]


STACKS = {
    "one network, three seeds": [network(4, "xyz")] * 3,
    "one network alone": [network(7, "x")],
    "different circuits, one matrix each": various(4),
    "different circuits, groups of qubits": various(7),
    "repeated embedding": [
        network(4, axes, gate, 2, embedding, reupload=True)
        for axes, gate, embedding in (("y", "cx", "angle-y"), ("zx", "cz", "angle-z"), ("z", None, "angle-x"))
    ],
    "amplitudes": [network(3, axes, embedding="amplitude") for axes in ("y", "xy", "z")],
    "other measurement of as many values": [network(2, measurement="z-first"), network(2, measurement="zz-neighbours")],
    "hidden layers": various(
        4,
        hidden_before=(Hidden(width=5, activation="relu"), Hidden(width=6, activation="none")),
        hidden_after=(Hidden(width=7, activation="tanh"),),
    ),
    "beyond groups of qubits": [network(4, "x"), network(4, "zy", "cz")],
}


@pytest.mark.parametrize("name", STACKS)
def test_steps_are_those_of_one_after_the_other(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "beyond groups of qubits":
        monkeypatch.setattr("nas.engine.simulator.choose_method", lambda _: "gates")
        monkeypatch.setattr(
            "nas.engine.circuit._prepare", nas.engine.circuit._prepare.__wrapped__
        )  # nothing prepared before
    architectures = STACKS[name]
    rates = [0.01 * (k + 1) for k in range(len(architectures))]
    seeds = [10 + k for k in range(len(architectures))]
    stacked = StackedNetworks(architectures, 6, 3, seeds, dtype=torch.float64)
    adam = StackedAdam(stacked, rates)
    models = [
        build_model(a, 6, 3, seed=seed, dtype=torch.float64) for a, seed in zip(architectures, seeds, strict=True)
    ]
    optimizers = [torch.optim.Adam(model.parameters(), lr=rate) for model, rate in zip(models, rates, strict=True)]
    rng = torch.Generator().manual_seed(0)
    for batch in (8, 8, 8, 5):
        x = torch.randn(len(models), batch, 6, generator=rng, dtype=torch.float64)
        labels = torch.randint(0, 3, (len(models), batch), generator=rng)
        losses = stacked.losses_and_gradients(x, labels)
        adam.step()
        for k, (model, optimizer) in enumerate(zip(models, optimizers, strict=True)):
            optimizer.zero_grad()
            loss = torch.nn.functional.nll_loss(model(x[k]), labels[k])
            loss.backward()
            optimizer.step()
            assert losses[k].item() == pytest.approx(loss.item(), abs=1e-12)
    together = stacked.log_probabilities(x)
    for k, model in enumerate(models):
        state = stacked.state_dict(k)
        assert list(state) == list(model.state_dict())
        for key, value in model.state_dict().items():
            assert torch.allclose(state[key], value, rtol=0.0, atol=1e-11), key
        assert torch.allclose(together[k], model(x[k]), rtol=0.0, atol=1e-11)
        assert torch.equal(stacked.network(k)(x[k]), build_and_load(architectures[k], state)(x[k]))


def build_and_load(architecture: Architecture, state: dict) -> torch.nn.Module:
    model = build_model(architecture, 6, 3, dtype=torch.float64)
    model.load_state_dict(state)
    return model


def test_random_circuits_of_one_shape_are_those_of_single_ones() -> None:
    for seed in range(24):
        rng = random.Random(seed)
        first = random_architecture(rng, num_qubits=rng.choice((1, 2, 3, 5, 6, 7)))
        candidates = [first]
        for _ in range(60):
            embedding = "amplitude" if first.embedding == "amplitude" else rng.choice(("angle-x", "angle-y", "angle-z"))
            other = random_architecture(
                rng, num_qubits=first.num_qubits, embedding=embedding, measurement=first.measurement
            )
            if stack_key(other) == stack_key(first) and len(candidates) < 4:
                candidates.append(other)
        together = CandidateBatch(candidates, dtype=torch.float64)
        x = torch.randn(len(candidates), 5, first.num_encoded, dtype=torch.float64, requires_grad=True)
        outputs = together(x)
        by_output = torch.randn_like(outputs)
        by_weight, by_value = torch.autograd.grad(outputs, (together.weights, x), by_output)
        for k, candidate in enumerate(candidates):
            alone = FastCircuit(candidate, dtype=torch.float64)
            with torch.no_grad():
                alone.weights.copy_(together.weights[k, : candidate.num_columns])
            values = x[k].detach().requires_grad_()
            single = alone(values)
            assert torch.allclose(outputs[k], single, rtol=0.0, atol=1e-12)
            found = torch.autograd.grad(single, (alone.weights, values), by_output[k])
            assert torch.allclose(by_weight[k, : candidate.num_columns], found[0], rtol=0.0, atol=1e-11)
            assert not by_weight[k, candidate.num_columns :].any()
            assert torch.allclose(by_value[k], found[1], rtol=0.0, atol=1e-11)


def test_a_network_starts_as_its_seed_says() -> None:
    stacked = StackedNetworks([network(), network()], 6, 3, [4, 9])
    for k, seed in enumerate((4, 9)):
        model = build_model(network(), 6, 3, seed=seed)
        assert all(torch.equal(value, stacked.state_dict(k)[key]) for key, value in model.state_dict().items())


def test_a_network_that_diverges_leaves_the_others_alone() -> None:
    x, labels = torch.randn(2, 8, 6), torch.randint(0, 3, (2, 8))
    pair = StackedNetworks([network(7), network(7, "x")], 6, 3, [0, 1])
    broken = StackedNetworks([network(7), network(7, "x")], 6, 3, [0, 1])
    state = broken.state_dict(0)
    broken.load_state_dict(0, state | {"quantum.weights": state["quantum.weights"] * math.nan})
    losses, broken_losses = pair.losses_and_gradients(x, labels), broken.losses_and_gradients(x, labels)
    assert broken_losses[0].isnan()
    assert torch.equal(losses[1], broken_losses[1])
    assert torch.equal(pair.gradients[1], broken.gradients[1])
    for stacked in (pair, broken):
        StackedAdam(stacked, 0.1).step()
    assert torch.equal(pair.parameters[1], broken.parameters[1])


def test_same_samples_for_all_need_no_copies() -> None:
    stacked = StackedNetworks(various(4), 6, 3, range(4), dtype=torch.float64)
    x, labels = torch.randn(8, 6, dtype=torch.float64), torch.randint(0, 3, (8,))
    losses = stacked.losses_and_gradients(x, labels)
    gradients = stacked.gradients.clone()
    assert torch.equal(losses, stacked.losses_and_gradients(x.repeat(4, 1, 1), labels.repeat(4, 1)))
    assert torch.equal(gradients, stacked.gradients)
    assert torch.allclose(stacked.log_probabilities(x).exp().sum(dim=2), torch.ones(4, 8, dtype=torch.float64))
    assert stacked.log_probabilities(x[:0]).shape == (4, 0, 3)


def test_adam_moves_as_torch_does() -> None:
    stacked = StackedNetworks([network()], 6, 3, [0])
    parameter = torch.nn.Parameter(stacked.parameters.clone())
    reference, ours = torch.optim.Adam([parameter], lr=1.0, foreach=False), StackedAdam(stacked, 1.0)
    for _ in range(20):
        parameter.grad = torch.randn_like(parameter)
        stacked.gradients.copy_(parameter.grad)
        reference.step()
        ours.step()
    assert torch.allclose(parameter, stacked.parameters, rtol=1e-6, atol=1e-6)


def test_shapes_that_differ_are_refused() -> None:
    with pytest.raises(InputError, match="candidate 3 differs in shape from candidate 1"):
        StackedNetworks([network(), network(), network(4)], 6, 3, [0, 1, 2])
    with pytest.raises(InputError, match="candidate 2 differs in shape"):
        CandidateBatch([network(reupload=True), network(layers=3, reupload=True)])
    with pytest.raises(InputError, match="at least one"):
        CandidateBatch([])
    with pytest.raises(InputError, match="2 seeds for 1 candidates"):
        StackedNetworks([network()], 6, 3, [0, 1])
    with pytest.raises(InputError, match="2 learning rates for 1 networks"):
        StackedAdam(StackedNetworks([network()], 6, 3, [0]), [0.1, 0.1])
    assert stack_key(network()) != stack_key(replace(network(), hidden_after=(Hidden(width=2, activation="none"),)))


def test_samples_of_another_shape_are_refused() -> None:
    stacked = StackedNetworks([network()] * 2, 6, 3, [0, 1])
    for shape in ((8, 5), (3, 8, 6), (6,)):
        with pytest.raises(InputError, match=r"\(batch, 6\) or \(2, batch, 6\)"):
            stacked.log_probabilities(torch.zeros(shape))
    with pytest.raises(InputError, match="float64"):
        stacked.log_probabilities(torch.zeros(8, 6, dtype=torch.float64))
    with pytest.raises(InputError, match="7 labels for 8 samples"):
        stacked.losses_and_gradients(torch.zeros(8, 6), torch.zeros(7, dtype=torch.long))
    batch = CandidateBatch([network()] * 2)
    with pytest.raises(InputError, match=r"\(2, batch, 3\)"):
        batch(torch.zeros(8, 3))
    assert batch(torch.zeros(2, 0, 3)).shape == (2, 0, 3)


def test_memory_is_asked_for_all_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    stacked = StackedNetworks([network(12)] * 8, 6, 3, range(8))
    monkeypatch.setattr("nas.engine.memory.available_memory_bytes", lambda _: 10**8)
    with pytest.raises(MemoryLimitError, match="8 circuits"):
        stacked.losses_and_gradients(torch.zeros(64, 6), torch.zeros(64, dtype=torch.long))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_on_a_gpu() -> None:
    candidates = various(7)
    here, there = (StackedNetworks(candidates, 6, 3, range(4), dtype=torch.float64, device=d) for d in ("cpu", "cuda"))
    x, labels = torch.randn(4, 8, 6, dtype=torch.float64), torch.randint(0, 3, (4, 8))
    assert torch.allclose(
        here.losses_and_gradients(x, labels), there.losses_and_gradients(x.cuda(), labels.cuda()).cpu()
    )
    assert torch.allclose(here.gradients, there.gradients.cpu())
