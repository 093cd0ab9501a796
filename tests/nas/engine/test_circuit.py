"""The fast engine against PennyLane, against itself by other ways, and at its edges."""

from __future__ import annotations

import copy
import io
import math
import random

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pennylane")

from hwcost import InputError  # noqa: E402
from nas.architectures.record import Architecture, Layer  # noqa: E402
from nas.core.errors import MemoryLimitError, NasError  # noqa: E402
from nas.engine.circuit import FastCircuit, memory_bytes  # noqa: E402
from nas.engine.plan import plan  # noqa: E402
from nas.engine.simulator import make_simulator  # noqa: E402
from random_architectures import EMBEDDINGS, MEASUREMENTS, pennylane_outputs, random_architecture  # noqa: E402

CPU = torch.device("cpu")


def line(n: int, axes: str = "y", gate: str | None = "cx", layers: int = 2, **others: object) -> Architecture:
    pairs = tuple((i, i + 1) for i in range(n - 1)) if gate else ()
    layer = Layer(columns=tuple((axis,) * n for axis in axes), gate=gate, pairs=pairs)  # type: ignore[arg-type]
    given = {"embedding": "angle-x", "num_encoded": n} | others
    return Architecture(num_qubits=n, layers=(layer,) * layers, **given)  # type: ignore[arg-type]


def arguments(architecture: Architecture, batch: int, seed: int, dtype: torch.dtype = torch.float64) -> tuple:
    rng = torch.Generator().manual_seed(seed)
    weights = 2 * torch.randn(architecture.num_columns, architecture.num_qubits, generator=rng, dtype=dtype)
    x = 2 * torch.randn(batch, architecture.num_encoded, generator=rng, dtype=dtype)
    by_output = torch.randn(batch, architecture.num_outputs, generator=rng, dtype=dtype)
    return weights, x, by_output


def fast(architecture: Architecture, weights: torch.Tensor, x: torch.Tensor, by_output: torch.Tensor) -> list:
    """Outputs and derivatives with respect to weights and values, through autograd."""
    circuit = FastCircuit(architecture, dtype=x.dtype)
    with torch.no_grad():
        circuit.weights.copy_(weights)
    x = x.clone().requires_grad_()
    outputs = circuit(x)
    return [outputs.detach(), *torch.autograd.grad(outputs, (circuit.weights, x), by_output)]


def by_method(
    method: str, architecture: Architecture, weights: torch.Tensor, x: torch.Tensor, by_output: torch.Tensor
) -> list:
    """The same, by one of the three ways."""
    simulator = make_simulator((plan(architecture),), dtype=x.dtype, device=CPU, method=method)  # type: ignore[arg-type]
    outputs, kept = simulator.forward(weights.reshape(1, -1), x[None], keep=True)
    by_weight, by_value = simulator.backward(kept, by_output[None])
    return [outputs[0], by_weight.view(weights.shape), by_value[0]]


def pennylane(architecture: Architecture, weights: torch.Tensor, x: torch.Tensor, by_output: torch.Tensor) -> list:
    weights, x = weights.clone().requires_grad_(), x.clone().requires_grad_()
    outputs = pennylane_outputs(architecture, weights, x)
    outputs = outputs.reshape(-1, architecture.num_outputs).expand(len(x), -1)
    found = torch.autograd.grad(outputs, (weights, x), by_output, allow_unused=True, materialize_grads=True)
    return [outputs.detach(), *found]


def farthest(some: list, others: list) -> float:
    pairs = zip(some, others, strict=True)
    return max((float((a - b).abs().max()) if a.numel() else 0.0) for a, b in pairs)


@pytest.mark.parametrize("first", range(0, 120, 10))
def test_outputs_and_derivatives_are_pennylanes(first: int) -> None:
    """120 random architectures of all kinds; every way of simulating that takes them."""
    for seed in range(first, first + 10):
        rng = random.Random(seed)
        embedding, measurement = EMBEDDINGS[seed % 4], MEASUREMENTS[seed // 4 % 3]
        n = 1 if seed % 17 == 0 and measurement != "zz-neighbours" else rng.choice((2, 3, 3, 4, 4, 5, 6))
        architecture = random_architecture(rng, num_qubits=n, embedding=embedding, measurement=measurement)
        given = arguments(architecture, 3, seed)
        expected = pennylane(architecture, *given)
        found = fast(architecture, *given)
        assert farthest(found[:1], expected[:1]) < 1e-10, architecture
        assert farthest(found[1:], expected[1:]) < 1e-8, architecture
        ways = ("groups", "gates") if architecture.reupload else ("whole", "groups", "gates")
        for way in ways:
            assert farthest(by_method(way, architecture, *given), expected) < 1e-9, (way, architecture)
        single = fast(architecture, *(part.float() for part in given))
        assert all(part.dtype == torch.float32 for part in single)
        assert farthest(single, expected) < 1e-4, architecture


@pytest.mark.parametrize("n", [7, 8, 9, 10])
def test_two_and_three_groups_of_qubits_are_pennylanes(n: int) -> None:
    rng = random.Random(n)
    for embedding, reupload in (("angle-x", False), ("angle-z", True), ("amplitude", False)):
        architecture = random_architecture(rng, num_qubits=n, embedding=embedding, reupload=reupload, axes="xyz")
        given = arguments(architecture, 2, n)
        assert farthest(fast(architecture, *given), pennylane(architecture, *given)) < 1e-10


@pytest.mark.parametrize("axes", ["x", "y", "z", "xy", "zy", "xyz"])
@pytest.mark.parametrize("gate", ["cx", "cz", None])
def test_real_and_diagonal_shortcuts_are_gate_by_gate(axes: str, gate: str | None) -> None:
    for embedding in ("angle-x", "angle-y", "angle-z", "amplitude"):
        architecture = line(7, axes, gate, layers=3, embedding=embedding)
        given = arguments(architecture, 4, 1)
        assert farthest(fast(architecture, *given), by_method("gates", architecture, *given)) < 1e-12


def test_one_qubit_by_hand() -> None:
    # RX(θ)·RX(x)|0⟩ has ⟨Z⟩ = cos(x + θ), and both derivatives are −sin(x + θ).
    weights, x = torch.tensor([[0.3]], dtype=torch.float64), torch.tensor([[0.5], [-1.0]], dtype=torch.float64)
    outputs, by_weight, by_value = fast(line(1, "x", None, 1), weights, x, torch.ones(2, 1).double())
    assert outputs.flatten().tolist() == pytest.approx([math.cos(0.8), math.cos(-0.7)])
    assert by_value.flatten().tolist() == pytest.approx([-math.sin(0.8), -math.sin(-0.7)])
    assert by_weight.item() == pytest.approx(-math.sin(0.8) - math.sin(-0.7))


def test_bell_state_by_hand() -> None:
    # RY(π/2) on qubit 0, then CX: ⟨Z⟩ = 0 on both qubits, ⟨ZZ⟩ = 1.
    weights, x = torch.zeros(1, 2).double(), torch.tensor([[math.pi / 2, 0.0]], dtype=torch.float64)
    for measurement, expected in (("z-each", [0.0, 0.0]), ("z-first", [0.0]), ("zz-neighbours", [1.0])):
        architecture = line(2, "y", "cx", 1, embedding="angle-y", measurement=measurement)
        outputs = fast(architecture, weights, x, torch.ones(1, architecture.num_outputs).double())[0]
        assert outputs[0].tolist() == pytest.approx(expected, abs=1e-15)


def test_first_qubit_is_the_most_significant_amplitude() -> None:
    # Amplitudes (3, 0, 4, 0)/5 of |00⟩ and |10⟩: ⟨Z_0⟩ = (9 − 16)/25, ⟨Z_1⟩ = 1.
    architecture = line(2, "z", None, 1, embedding="amplitude", num_encoded=4)
    x = torch.tensor([[3.0, 0.0, 4.0, 0.0]]).double()
    outputs = fast(architecture, torch.zeros(1, 2).double(), x, torch.ones(1, 2).double())[0]
    assert outputs[0].tolist() == pytest.approx([-7 / 25, 1.0])


@pytest.mark.parametrize("n", [2, 4, 7])
@pytest.mark.parametrize("num_columns", [0, 5, 9])
def test_many_columns_and_none(n: int, num_columns: int) -> None:
    for gate in ("cx", None):
        architecture = line(n, ("xyzzxyxzy")[:num_columns], gate, embedding="angle-y")
        given = arguments(architecture, 3, n)
        assert farthest(fast(architecture, *given), pennylane(architecture, *given)) < 1e-11


@pytest.mark.parametrize(
    "architecture",
    [
        line(1, "xz", None, reupload=True),
        line(3, "xyz", "cx", embedding="angle-z"),
        line(4, "zx", "cz", reupload=True, embedding="angle-y", measurement="zz-neighbours"),
        line(3, "y", "cx", embedding="amplitude"),
        line(7, "x", "cx", layers=2, measurement="z-first"),
        line(6, "zy", "cz", embedding="amplitude", num_encoded=64),
    ],
)
def test_gradcheck(architecture: Architecture) -> None:
    circuit = FastCircuit(architecture, dtype=torch.float64)
    _, x, _ = arguments(architecture, 2, 0)

    def outputs(weights: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(circuit, {"weights": weights}, (values,))

    assert torch.autograd.gradcheck(outputs, (circuit.weights, x.requires_grad_()), atol=1e-7)


@pytest.mark.parametrize("n", [3, 7])
def test_second_derivatives_are_refused(n: int) -> None:
    circuit = FastCircuit(line(n), dtype=torch.float64)
    x = torch.zeros(2, n, dtype=torch.float64, requires_grad=True)
    (first,) = torch.autograd.grad(circuit(x).sum(), x, create_graph=True)
    with pytest.raises(NasError, match="second order"):
        first.sum().backward()


@pytest.mark.parametrize("architecture", [line(4, "xy"), line(7, "xz"), line(5, "x", reupload=True)])
def test_samples_do_not_see_each_other(architecture: Architecture) -> None:
    weights, x, by_output = arguments(architecture, 33, 3)
    together = fast(architecture, weights, x, by_output)
    each = [fast(architecture, weights, x[i : i + 1], by_output[i : i + 1]) for i in range(33)]
    apart = [torch.cat([one[0] for one in each]), sum(one[1] for one in each), torch.cat([one[2] for one in each])]
    assert farthest(together, apart) < 1e-12


@pytest.mark.parametrize("n", [4, 7])
def test_the_same_call_gives_the_same_bits(n: int) -> None:
    given = arguments(line(n, "xyz"), 64, 5, torch.float32)
    first, second = fast(line(n, "xyz"), *given), fast(line(n, "xyz"), *given)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_large_batches_in_parts_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    architecture = line(7, "xz", embedding="angle-y")
    given = arguments(architecture, 50, 4)
    stored = fast(architecture, *given)
    monkeypatch.setattr("nas.engine.simulator.STORED_AMPLITUDES", 0)
    monkeypatch.setattr("nas.engine.simulator.CHUNK_AMPLITUDES", 7 * 2**7)  # 7 samples at once
    assert farthest(fast(architecture, *given), stored) < 1e-12
    monkeypatch.setattr("nas.engine.gates.CHUNK_AMPLITUDES", 7 * 2**7)
    assert farthest(by_method("gates", architecture, *given), stored) < 1e-12


def test_without_autograd_outputs_are_the_same_and_free() -> None:
    for n in (4, 7):
        circuit = FastCircuit(line(n), dtype=torch.float64)
        x = torch.randn(5, n, dtype=torch.float64)
        with torch.no_grad():
            free = circuit(x)
        assert not free.requires_grad
        assert not free.is_inference()  # it can go into a network that is trained
        assert torch.equal(free, circuit(x))


def test_empty_batch() -> None:
    for architecture in (line(3), line(7), line(4, embedding="amplitude")):
        circuit = FastCircuit(architecture)
        x = torch.zeros(0, architecture.num_encoded, requires_grad=True)
        outputs = circuit(x)
        assert outputs.shape == (0, architecture.num_outputs)
        outputs.sum().backward()
        assert circuit.weights.grad is not None
        assert not circuit.weights.grad.any()


def test_row_of_zero_amplitudes_is_the_ground_state() -> None:
    for n in (3, 7):
        architecture = line(n, "y", embedding="amplitude")
        weights, x, by_output = arguments(architecture, 3, 7)
        x[1] = 0.0
        ground = x.clone()
        ground[1, 0] = 1.0
        outputs, by_weight, by_value = fast(architecture, weights, x, by_output)
        expected = fast(architecture, weights, ground, by_output)
        assert farthest([outputs, by_weight], expected[:2]) < 1e-14
        assert not by_value[1].any()
        assert farthest([by_value[::2]], [expected[2][::2]]) < 1e-14


@pytest.mark.parametrize("n", [4, 7])
def test_nan_stays_with_its_sample(n: int) -> None:
    for embedding in ("angle-x", "amplitude"):
        circuit = FastCircuit(line(n, "xy", embedding=embedding))
        x = torch.ones(3, n)
        x[1, 2] = math.nan
        x[2, 1] = math.inf
        outputs = circuit(x)
        assert outputs[0].isfinite().all()
        assert outputs[1].isnan().any()
        assert outputs[2].isnan().any()


def test_shapes_and_dtypes_are_checked() -> None:
    circuit = FastCircuit(line(4))
    for shape in ((4,), (2, 3), (2, 4, 4), ()):
        with pytest.raises(InputError, match=r"shape \(batch, 4\)"):
            circuit(torch.zeros(shape))
    with pytest.raises(InputError, match=r"torch\.float64.*convert"):
        circuit(torch.zeros(2, 4, dtype=torch.float64))
    with pytest.raises(InputError, match="float16"):
        FastCircuit(line(4), dtype=torch.float16)
    with pytest.raises(InputError, match="bfloat16"):
        circuit.to(torch.bfloat16)(torch.zeros(2, 4, dtype=torch.bfloat16))


def test_dtype_follows_the_module() -> None:
    circuit = FastCircuit(line(4))
    x = torch.randn(3, 4)
    single = circuit(x)
    double = circuit.double()(x.double())
    assert double.dtype == torch.float64
    assert torch.allclose(single.double(), double, atol=1e-6)


def test_state_copies_and_pickles() -> None:
    circuit = FastCircuit(line(4, "xyz"))
    x = torch.randn(3, 4)
    outputs = circuit(x)
    assert list(circuit.state_dict()) == ["weights"]
    assert circuit.weights.shape == (6, 4)
    assert torch.equal(copy.deepcopy(circuit)(x), outputs)
    stream = io.BytesIO()
    torch.save(circuit, stream)
    stream.seek(0)
    assert torch.equal(torch.load(stream, weights_only=False)(x), outputs)
    assert "4 qubits, 24 weights" in repr(circuit)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_qubits": 0}, "num_qubits"),
        ({"num_encoded": 3}, "num_encoded is 3"),
        ({"embedding": "angle"}, "embedding is 'angle'"),
        ({"embedding": "amplitude", "num_encoded": 7}, r"4 or 2\^4"),
        ({"embedding": "amplitude", "reupload": True}, "re-uploaded"),
        ({"measurement": "x"}, "measurement is 'x'"),
        ({"layers": ()}, "no layers"),
        ({"layers": (Layer(columns=(("y",) * 3,), gate=None, pairs=()),)}, "layer 1 has a column"),
        ({"layers": (Layer(columns=(("a",) * 4,), gate=None, pairs=()),)}, "layer 1 has a column"),  # type: ignore[arg-type]
        ({"layers": (Layer(columns=(), gate="cx", pairs=((0, 4),)),)}, r"entangles \(0, 4\)"),
        ({"layers": (Layer(columns=(), gate="cz", pairs=((2, 2),)),)}, r"entangles \(2, 2\)"),
        ({"layers": (Layer(columns=(), gate=None, pairs=((0, 1),)),)}, "gate None"),
    ],
)
def test_records_that_are_no_circuit_are_refused(change: dict, message: str) -> None:
    given = {"num_qubits": 4, "embedding": "angle-x", "num_encoded": 4, "layers": line(4).layers} | change
    with pytest.raises(InputError, match=message):
        FastCircuit(Architecture(**given))


def test_one_qubit_has_no_neighbours() -> None:
    with pytest.raises(InputError, match="needs 2 qubits"):
        FastCircuit(line(1, measurement="zz-neighbours"))


def test_too_many_qubits_are_refused_before_anything_is_computed() -> None:
    for n in (41, 500):
        with pytest.raises(MemoryLimitError, match=f"{n} qubits needs .*B of memory"):
            FastCircuit(line(n))
    circuit = FastCircuit(line(38))
    with pytest.raises(MemoryLimitError, match=r"38 qubits with batch 2 .* needs .* TB of memory, but .*B are free"):
        circuit(torch.zeros(2, 38))


def test_memory_limit_of_the_machine_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    circuit = FastCircuit(line(18, layers=1))
    monkeypatch.setattr("nas.engine.memory.available_memory_bytes", lambda _: 10**7)
    with pytest.raises(MemoryLimitError, match="10 MB are free"):
        circuit(torch.zeros(8, 18))


def test_memory_estimate_grows_as_states_do() -> None:
    assert memory_bytes(line(24), 1) == 2 * memory_bytes(line(23), 1)
    assert memory_bytes(line(24), 1, torch.float64) == 2 * memory_bytes(line(24), 1)
    assert memory_bytes(line(24, layers=9), 64) == memory_bytes(line(24, layers=1), 1)  # sample by sample
    assert memory_bytes(line(8), 64) < memory_bytes(line(10), 64) < memory_bytes(line(12), 64)
