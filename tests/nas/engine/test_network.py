"""The torch module: the same network on both engines, in values, derivatives, weights and training."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pennylane")

from nas.architectures.record import Architecture, Hidden, Layer  # noqa: E402
from nas.core.errors import SettingError  # noqa: E402
from nas.engine.circuit import FastCircuit  # noqa: E402
from nas.engine.network import build_model  # noqa: E402
from nas.engine.pennylane import PennyLaneCircuit  # noqa: E402
from nas.spaces.build import architecture  # noqa: E402
from nas.spaces.load import list_spaces, load_space, space_from_dict  # noqa: E402
from random_architectures import random_architecture  # noqa: E402
from statevector import outputs  # noqa: E402

SURVEY = space_from_dict(
    {
        "name": "survey",
        "genes": {
            "qubits": [1, 2, 3, 4, 5],
            "embedding": ["angle-x", "angle-y", "angle-z", "amplitude"],
            "amplitudes": ["qubits", "full"],
            "reupload": [False, True],
            "layers": [1, 2, 3],
            "rotation_1": ["rx", "ry", "rz", "rx-ry-rz"],
            "rotation_2": ["rz", "ry-rz"],
            "rotation_3": ["rx", "rz-ry-rz"],
            "entangler": ["cx", "cz", "none"],
            "topology": ["linear", "circular", "ranged"],
            "range": [1, 2, 3],
            "mode": ["all"],
            "mode_1": ["all", "odd", "even"],
            "measurement": ["z-each", "z-first", "zz-neighbours"],
        },
    }
)
SPACES = {name: load_space(name) for name in list_spaces()} | {"survey": SURVEY}


def draws(space, number):
    rng = np.random.default_rng(11)
    return [architecture(space, space.random_genome(rng)) for _ in range(number)]


def numbers(one, batch, dtype):
    rng = np.random.default_rng(one.num_weights)
    x = torch.tensor(rng.normal(size=(batch, one.num_encoded)))
    weights = torch.tensor(rng.uniform(0, 2 * np.pi, (one.num_columns, one.num_qubits)))
    return x.to(dtype), weights.to(dtype)


def results(kind, one, dtype=torch.float64, batch=3):
    """Outputs, and derivatives with respect to weights and values of a sum that weighs each output differently."""
    module = kind(one, dtype=dtype)
    x, weights = numbers(one, batch, dtype)
    with torch.no_grad():
        module.weights.copy_(weights)
    x.requires_grad_()
    out = module(x)
    factors = torch.linspace(0.3, 1.7, out.numel(), dtype=out.dtype).reshape(out.shape)
    slopes = torch.autograd.grad((out * factors).sum(), [module.weights, x], allow_unused=True, materialize_grads=True)
    return [out.detach(), *slopes]


@pytest.mark.parametrize("name", SPACES)
def test_a_hundred_random_architectures_agree_with_pennylane(name):
    for one in draws(SPACES[name], 100):
        reference = results(PennyLaneCircuit, one)
        for ours, theirs in zip(results(FastCircuit, one), reference, strict=True):
            assert torch.allclose(ours, theirs, rtol=0.0, atol=1e-9), one
        for ours, theirs in zip(results(FastCircuit, one, torch.float32), reference, strict=True):
            assert torch.allclose(ours.double(), theirs, rtol=1e-4, atol=1e-4), one


def test_so_do_architectures_of_any_kind():
    generator = random.Random(12)
    for _ in range(40):
        one = random_architecture(generator)
        for ours, theirs in zip(results(FastCircuit, one), results(PennyLaneCircuit, one), strict=True):
            assert torch.allclose(ours, theirs, rtol=0.0, atol=1e-9), one


def some_architecture(**changes):
    layer = Layer(columns=(("y", "y"), ("x", "z")), gate="cx", pairs=((0, 1),))
    values = {"num_qubits": 2, "embedding": "angle-x", "num_encoded": 2, "layers": (layer, layer)}
    return Architecture(**values | changes)


HIDDEN = {
    "hidden_before": (Hidden(width=5, activation="tanh"), Hidden(width=4, activation="none")),
    "hidden_after": (Hidden(width=3, activation="relu"),),
}


@pytest.mark.parametrize("engine", ["fast", "pennylane"])
def test_the_network_is_what_its_record_says(engine):
    one = some_architecture(**HIDDEN, measurement="zz-neighbours")
    model = build_model(one, 6, 2, engine=engine, seed=3, dtype=torch.float64)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, 6))
    state = {name: value.numpy() for name, value in model.state_dict().items()}

    def linear(values, name):
        return values @ state[f"{name}.weight"].T + state[f"{name}.bias"]

    values = linear(linear(np.tanh(linear(x, "before.0")), "before.2"), "before.3")
    values = outputs(one, values, np.tile(state["quantum.weights"][None], (4, 1, 1)))
    values = linear(np.maximum(linear(values, "after.0"), 0.0), "after.2")
    expected = values - np.log(np.exp(values).sum(axis=1, keepdims=True))
    assert np.allclose(model(torch.tensor(x)).detach().numpy(), expected, atol=1e-9)
    # 6·5+5 + 5·4+4 + 4·2+2 before, 2·4 angles, 1·3+3 + 3·2+2 after
    assert sum(parameter.numel() for parameter in model.parameters()) == 35 + 24 + 10 + 8 + 6 + 8


def test_engines_share_seeds_and_state():
    one = some_architecture(**HIDDEN)
    models = [build_model(one, 5, 3, engine=engine, seed=4, dtype=torch.float64) for engine in ("fast", "pennylane")]
    first, second = (model.state_dict() for model in models)
    assert list(first) == list(second)
    assert all(torch.equal(first[name], second[name]) for name in first)
    other = build_model(one, 5, 3, engine="pennylane", seed=9, dtype=torch.float64)
    assert not torch.equal(other.state_dict()["quantum.weights"], first["quantum.weights"])
    other.load_state_dict(first)
    x = torch.rand(6, 5, dtype=torch.float64)
    assert torch.allclose(other(x), models[0](x), atol=1e-9)
    assert torch.allclose(models[0](x).exp().sum(1), torch.ones(6, dtype=torch.float64))
    rounded = build_model(one, 5, 3, seed=4).state_dict()
    assert all(torch.equal(rounded[name], first[name].float()) for name in first)


def test_weights_come_from_the_seed_only():
    torch.manual_seed(77)
    before = torch.get_rng_state()
    models = []
    for engine in ("fast", "pennylane"):
        models.append(build_model(some_architecture(**HIDDEN), 5, 3, engine=engine, seed=1))
        assert torch.equal(torch.get_rng_state(), before)
        torch.manual_seed(78)
        before = torch.get_rng_state()
    program = (
        "import torch; from nas.engine.network import build_model; from nas.architectures.record import *; "
        "layer = Layer(columns=(('y', 'y'), ('x', 'z')), gate='cx', pairs=((0, 1),)); "
        "one = Architecture(num_qubits=2, embedding='angle-x', num_encoded=2, layers=(layer, layer)); "
        "print(build_model(one, 5, 3, seed=1).state_dict()['quantum.weights'].tolist())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    here = build_model(some_architecture(), 5, 3, seed=1).state_dict()["quantum.weights"]
    assert done.stdout.strip() == str(here.tolist())


def test_initial_weights_are_spread_as_torch_and_pennylane_do():
    layers = (Layer(columns=(("y",) * 8,) * 40, gate=None, pairs=()),)
    one = Architecture(num_qubits=8, embedding="angle-x", num_encoded=8, layers=layers)
    state = build_model(one, 100, 50, seed=0).state_dict()
    angles = state["quantum.weights"]
    assert 0.0 <= float(angles.min()) < 0.1
    assert 6.18 < float(angles.max()) < 2 * np.pi
    assert abs(float(angles.mean()) - np.pi) < 0.4  # standard error 2π/√12/√320 = 0.10
    weights = state["before.0.weight"]  # ±1/√100
    assert 0.099 < float(weights.abs().max()) <= 0.1
    assert abs(float(weights.std()) - 0.1 / np.sqrt(3)) < 0.005


def test_faqnas_parameter_count():
    # d·n + n for Linear(d, n), n per layer, n·c + c for Linear(n, c): FAQNAS's count for the layers in use.
    genes = {"qubits": 4, "embedding": "angle-x", "layers": 3, "entangler": "cx", "topology": "linear"}
    one = architecture(SPACES["faqnas"], genes | {f"rotation_{i}": "ry" for i in range(1, 5)})
    model = build_model(one, 13, 3)
    assert sum(parameter.numel() for parameter in model.parameters()) == 13 * 4 + 4 + 3 * 4 + 4 * 3 + 3


@pytest.mark.parametrize("embedding", ["angle-y", "amplitude"])
def test_both_engines_train_to_the_same_weights(embedding):
    one = some_architecture(embedding=embedding)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(40, 4, generator=generator, dtype=torch.float64)
    labels = (x[:, 0] > 0).long()
    trained = []
    for engine in ("fast", "pennylane"):
        model = build_model(one, 4, 2, engine=engine, seed=2, dtype=torch.float64)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
        for _ in range(15):
            loss = torch.nn.functional.nll_loss(model(x), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        trained.append((loss.item(), model.state_dict()))
    assert trained[0][0] == pytest.approx(trained[1][0], abs=1e-7)
    assert trained[0][0] < 0.65
    for name, value in trained[0][1].items():
        assert torch.allclose(value, trained[1][1][name], atol=1e-5)


@pytest.mark.parametrize("num_encoded", [2, 4])
def test_zeros_stand_for_the_ground_state_on_both_engines(num_encoded):
    one = some_architecture(embedding="amplitude", num_encoded=num_encoded)
    found = []
    for kind in (FastCircuit, PennyLaneCircuit):
        module = kind(one, dtype=torch.float64)
        with torch.no_grad():
            module.weights.copy_(numbers(one, 1, torch.float64)[1])
        x = torch.zeros(2, num_encoded, dtype=torch.float64)
        x[1, 0] = 3.0
        x.requires_grad_()
        out = module(x)
        out.sum().backward()
        assert bool(torch.isfinite(out).all())
        assert torch.equal(x.grad[0], torch.zeros(num_encoded, dtype=torch.float64))
        assert torch.allclose(out[0], out[1])
        found.append(out.detach())
    assert torch.allclose(*found)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"engine": "slow"}, "engine is 'slow'; choose from fast, compiled, pennylane"),
        ({"engine": None}, "engine is None"),
        ({"dtype": torch.float16}, "dtype is torch.float16; choose torch.float32 or torch.float64"),
        ({"dtype": "float32"}, "dtype is 'float32'"),
        ({"num_features": 0}, "num_features is 0"),
        ({"num_features": True}, "num_features is True"),
        ({"num_classes": 2.5}, "num_classes is 2.5"),
        ({"num_classes": 10**30}, "num_classes is 10"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": "x"}, "seed is 'x'"),
        ({"seed": 2**64}, "seed is 184"),
    ],
)
def test_mistakes(options, words):
    with pytest.raises(SettingError, match=words):
        build_model(some_architecture(), **({"num_features": 4, "num_classes": 2} | options))


def test_numbers_of_numpy_are_sizes():
    model = build_model(some_architecture(), np.int64(4), np.int32(2), seed=np.uint8(3))
    assert model(torch.zeros(1, 4)).shape == (1, 2)
