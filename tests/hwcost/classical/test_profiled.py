"""FAQNAS's quantum FLOPs by PyTorch's profiler: hand counts, the plain way to profile, and a module left as it was."""

from __future__ import annotations

import copy
import random

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from hwcost.classical.profiled import ProfiledFlops, profiled_flops, profiled_quantum_flops  # noqa: E402
from hwcost.core.errors import InputError, OptionError  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_linear_stack_by_hand():
    # Linear(d, h): 2·d·h forward, the same for its weights' gradient and, where something trainable feeds it, for its
    # input's. d = 5, h = 3, c = 2: forward 30 + 12, backward 30 + 12 + 12.
    stack = torch.nn.Sequential(torch.nn.Linear(5, 3), torch.nn.Linear(3, 2))
    assert profiled_flops(stack, torch.zeros(1, 5)) == 96
    # Two samples: twice.
    assert profiled_flops(stack, torch.zeros(2, 5)) == 192
    # Frozen: forward alone.
    assert profiled_flops(stack.requires_grad_(False), torch.zeros(1, 5)) == 42


def test_quantum_is_the_difference_and_never_negative():
    small, large = torch.nn.Linear(4, 2), torch.nn.Linear(4, 6)
    sample = torch.ones(1, 4)
    assert profiled_quantum_flops(large, small, sample) == ProfiledFlops(total=96, classical=32, quantum=64)
    assert profiled_quantum_flops(small, large, sample) == ProfiledFlops(total=32, classical=96, quantum=0)


class Messy(torch.nn.Module):
    """Changes all that a pass can change: batch statistics, a counter, its mode, three random generators."""

    def __init__(self):
        super().__init__()
        self.norm = torch.nn.BatchNorm1d(4)
        self.drop = torch.nn.Dropout(0.5)
        self.linear = torch.nn.Linear(4, 2)
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x, scale=1.0):
        self.calls = self.calls + 1  # another tensor in place of the buffer
        self.train(not self.training)
        random.random(), np.random.rand()
        return {"out": self.linear(self.drop(self.norm(x))) * scale, "more": [self.calls, "text"]}


def test_the_module_and_the_random_generators_are_left_as_they_were():
    module = Messy()
    module.linear.weight.grad = torch.full_like(module.linear.weight, 7.0)
    fired = []
    module.linear.weight.register_post_accumulate_grad_hook(fired.append)
    state = copy.deepcopy(module.state_dict())
    buffer = module.calls
    random.seed(3), np.random.seed(3), torch.manual_seed(3)
    sample = torch.randn(6, 4, requires_grad=True)
    expected = (random.Random(3).random(), np.random.RandomState(3).rand(), torch.random.get_rng_state())
    assert profiled_flops(module, (sample, 2.0)) > 0
    assert module.training
    assert module.norm.training
    assert module.calls is buffer
    assert all(torch.equal(value, state[name]) for name, value in module.state_dict().items())
    assert torch.equal(module.linear.weight.grad, torch.full((2, 4), 7.0))
    assert module.linear.bias.grad is None
    assert sample.grad is None
    assert not fired
    assert (random.random(), np.random.rand()) == expected[:2]
    assert torch.equal(torch.random.get_rng_state(), expected[2])


def test_it_counts_the_same_wherever_it_is_called(capfd):
    stack = torch.nn.Sequential(torch.nn.Linear(5, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
    with torch.no_grad():
        assert profiled_flops(stack, torch.zeros(1, 5)) == 96
    with torch.inference_mode():
        assert profiled_flops(stack, torch.zeros(1, 5)) == 96
    stack(torch.zeros(1, 5)).sum().backward()  # a gradient that a second backward() would be added to
    assert profiled_flops(stack, torch.zeros(1, 5)) == 96
    assert capfd.readouterr() == ("", "")


def test_what_the_module_itself_says_is_not_swallowed(capfd):
    class Loud(torch.nn.Linear):
        def forward(self, x):
            import os

            os.write(2, b"loud\n")
            return super().forward(x)

    profiled_flops(Loud(2, 2), torch.zeros(1, 2))
    assert capfd.readouterr().err == "loud\n"


@pytest.mark.filterwarnings("default")
def test_same_count_as_profiling_by_hand():
    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last = torch.nn.Conv1d(1, 3, 3), torch.nn.Linear(12, 2)

        def forward(self, x):
            h = torch.tanh(self.first(x)) * 2.0 + 1.0
            return torch.log_softmax(self.last(h.flatten(1)), dim=1)

    module, sample = Network(), torch.randn(1, 1, 6)
    with torch.autograd.profiler.profile(with_flops=True) as profile:
        module(sample).sum().backward()
    assert profiled_flops(module, sample) == sum(event.flops or 0 for event in profile.function_events) > 0


def quantum_network(entangler, num_qubits):
    qml = pytest.importorskip("pennylane")

    @qml.qnode(qml.device("default.qubit", wires=num_qubits), interface="torch", diff_method="backprop")
    def circuit(inputs, weights):
        qml.AngleEmbedding(inputs, wires=range(num_qubits))
        for q in range(num_qubits):
            qml.RY(weights[q], wires=q)
        for q in range(num_qubits - 1):
            getattr(qml, entangler)(wires=[q, q + 1])
        return [qml.expval(qml.PauliZ(q)) for q in range(num_qubits)]

    first, last = torch.nn.Linear(4, num_qubits), torch.nn.Linear(num_qubits, 2)
    layer = qml.qnn.TorchLayer(circuit, {"weights": (num_qubits,)})
    return qml, torch.nn.Sequential(first, layer, last), torch.nn.Sequential(first, last)


def test_a_hybrid_network():
    qml, hybrid, classical = quantum_network("CNOT", 3)
    sample = torch.ones(1, 4)
    found = profiled_quantum_flops(hybrid, classical, sample)
    # Linear(4, 3) and Linear(3, 2), as above: 24 + 12 forward, 24 + 12 + 12 backward.
    assert found.classical == 84
    assert found.quantum == found.total - 84 > 0
    assert profiled_quantum_flops(hybrid, classical, sample) == found
    if qml.__version__.startswith("0.45"):
        # The accident that the documentation names: 16·2^3 FLOPs for each CZ, none for a CNOT.
        _, with_cz, _ = quantum_network("CZ", 3)
        assert profiled_quantum_flops(with_cz, classical, sample).quantum - found.quantum == 2 * 16 * 8


def test_refusals():
    linear = torch.nn.Linear(4, 2)
    with pytest.raises(OptionError, match="type int cannot be profiled"):
        profiled_flops(3, torch.zeros(1, 4))
    with pytest.raises(InputError, match="Linear fails on the sample: RuntimeError: mat1 and mat2"):
        profiled_quantum_flops(linear, linear, torch.zeros(1, 5))
    with pytest.raises(InputError, match="Linear fails on the sample: TypeError"):
        profiled_flops(linear, None)
    with pytest.raises(OptionError, match="lazy parameters"):
        profiled_flops(torch.nn.LazyLinear(2), torch.zeros(1, 4))
    with (
        torch.autograd.profiler.profile(),
        pytest.raises(OptionError, match="a profiler of PyTorch is running already"),
    ):
        profiled_flops(linear, torch.zeros(1, 4))
    # After each of them it works.
    assert profiled_flops(linear, torch.zeros(1, 4)) == 32


def test_a_module_without_parameters_or_tensors():
    assert profiled_flops(torch.nn.Identity(), torch.zeros(1, 4)) == 0
    assert profiled_flops(torch.nn.Identity(), "text") == 0
