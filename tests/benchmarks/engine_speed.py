"""A training step on the engines `fast` and `compiled` against PennyLane's simulators, candidates together, the floor.

Step: forward, backward and Adam on a batch of 64, as `nas.train` does it, of Linear(8, n), a circuit of n qubits with
RY and RZ on each and a ring of CNOTs in every layer, Linear(n, 3), on one thread. Circuit: forward and backward of the
circuit alone, through autograd. Both sides compute the same numbers; they are compared before anything is timed. A
ratio is the median of those of neighbouring runs. The arithmetic floor is the time that the matrix products of the
circuit would take at the speed of one large real product in the same precision; a complex product is four real ones.
The products are those of the engine `fast`; `compiled`, which is left out where Numba is not installed, has none.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
from collections.abc import Callable

import numpy as np
import pennylane as qml
import torch
from noted import note
from torch.utils._python_dispatch import TorchDispatchMode

from nas.architectures.record import Architecture, Layer
from nas.engine.circuit import FastCircuit
from nas.engine.network import build_model
from nas.engine.pennylane import PennyLaneCircuit
from nas.training.adam import StackedAdam
from nas.training.loop import OneModule
from nas.training.stack import StackedNetworks

BATCH, FEATURES, CLASSES = 64, 8, 3
PREFIXES = {"fast": "", "compiled": "compiled_"}  # of the names of figures
ENGINES = ("fast", "compiled") if importlib.util.find_spec("numba") else ("fast",)
OTHERS = {
    "default.qubit, backprop": ("default.qubit", "backprop"),
    "lightning, adjoint": ("lightning.qubit", "adjoint"),
}


def network(num_qubits: int, num_layers: int) -> Architecture:
    ring = tuple((q, (q + 1) % num_qubits) for q in range(num_qubits))
    layer = Layer(columns=(("y",) * num_qubits, ("z",) * num_qubits), gate="cx", pairs=ring)
    return Architecture(
        num_qubits=num_qubits, embedding="angle-x", num_encoded=num_qubits, layers=(layer,) * num_layers
    )


def step_of(networks: StackedNetworks | OneModule, x: torch.Tensor, labels: torch.Tensor) -> Callable[[], torch.Tensor]:
    """One step of training; returns the gradients."""
    rates = [1e-9] * len(networks.architectures)
    if networks.compiled is not None:
        kernels, data, classes = networks.compiled, x.reshape(-1, FEATURES), labels.reshape(-1)
        rows = np.arange(len(data)).reshape(len(rates), -1)

        def compiled_step() -> torch.Tensor:
            kernels.take_steps(data, classes, rows, BATCH, rates)
            return networks.gradients

        return compiled_step
    optimizer = StackedAdam(networks, rates)

    def step() -> torch.Tensor:
        networks.losses_and_gradients(x, labels)
        optimizer.step()
        return networks.gradients

    return step


def circuit_of(circuit: torch.nn.Module, x: torch.Tensor) -> Callable[[], torch.Tensor]:
    """Forward and backward of the circuit; returns the gradients of its angles."""

    def step() -> torch.Tensor:
        circuit.zero_grad()
        (circuit(x) ** 2).mean().backward()
        return circuit.weights.grad

    return step


def ratio(fast: Callable[[], object], slow: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median time of the fast call in seconds, and median of how many times longer the slow one takes."""
    times = []
    for _ in range(repeats):
        slow_s = seconds(slow, 1)
        times.append((seconds(fast, 10), slow_s))
    times = times[len(times) // 5 :]
    return statistics.median(fast_s for fast_s, _ in times), statistics.median(
        slow_s / fast_s for fast_s, slow_s in times
    )


def seconds(call: Callable[[], object], calls: int) -> float:
    started = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - started) / calls


def compare(engine: str, num_qubits: int, num_layers: int, repeats: int) -> None:
    """An engine in single precision, as it is by default, against PennyLane."""
    architecture = network(num_qubits, num_layers)
    x, labels = torch.randn(BATCH, FEATURES), torch.randint(CLASSES, (BATCH,))
    angles = torch.rand(BATCH, num_qubits, requires_grad=True)
    fused = StackedNetworks([architecture], FEATURES, CLASSES, [0], compiled=engine == "compiled")
    circuit = FastCircuit(architecture, compiled=engine == "compiled")
    for name, (device, method) in OTHERS.items():
        reference = PennyLaneCircuit(architecture, device=qml.device(device, wires=num_qubits), diff_method=method)
        reference.load_state_dict(circuit.state_dict())
        model = build_model(architecture, FEATURES, CLASSES, engine="pennylane", seed=0)
        model.quantum = reference
        model.load_state_dict(build_model(architecture, FEATURES, CLASSES, seed=0).state_dict())
        same(fused.losses_and_gradients(x[None], labels[None]), model_loss(model, x, labels))
        circuits = circuit_of(circuit, angles), circuit_of(reference, angles)
        reference.load_state_dict(circuit.state_dict())
        same(circuits[0](), circuits[1]())
        steps = step_of(fused, x[None], labels[None]), step_of(OneModule(architecture, model), x[None], labels[None])
        step_s, times = ratio(*steps, repeats)
        note(**{f"{PREFIXES[engine]}{'default_qubit' if method == 'backprop' else 'lightning'}_{num_qubits}": times})
        circuit_s, circuit_times = ratio(*circuits, repeats)
        print(
            f"{engine:8} {num_qubits:2} qubits, {num_layers} layers, {name:23}: step {step_s * 1e3:6.3f} ms, "
            f"{times:6.1f} times faster; circuit {circuit_s * 1e3:6.3f} ms, {circuit_times:6.1f} times faster"
        )


def model_loss(model: torch.nn.Module, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.nll_loss(model(x), labels)[None]


def same(one: torch.Tensor, other: torch.Tensor) -> None:
    if not torch.allclose(one, other.to(one.dtype), rtol=1e-4, atol=1e-5):
        raise SystemExit(f"the engines disagree by {(one - other).abs().max():.1e}")


def together(engine: str, single: str, num_qubits: int, num_layers: int, num_networks: int, repeats: int) -> None:
    """Steps of several networks at once against one after the other with the engine `single`."""
    architecture, compiled = network(num_qubits, num_layers), engine == "compiled"
    x, labels = torch.randn(num_networks, BATCH, FEATURES), torch.randint(CLASSES, (num_networks, BATCH))
    stacked = StackedNetworks([architecture] * num_networks, FEATURES, CLASSES, range(num_networks), compiled=compiled)
    singles = [
        step_of(
            StackedNetworks([architecture], FEATURES, CLASSES, [k], compiled=single == "compiled"),
            x[k, None],
            labels[k, None],
        )
        for k in range(num_networks)
    ]
    step_s, times = ratio(step_of(stacked, x, labels), lambda: [step() for step in singles], repeats)
    name = f"together_{num_qubits}" if single == engine else f"together_fast_{num_qubits}"
    note(**{f"{PREFIXES[engine]}{name}": times})
    print(
        f"{engine:8} {num_qubits:2} qubits, {num_layers} layers, {num_networks} networks together: "
        f"{step_s * 1e3:.2f} ms a step, {times:.1f} times faster than one after the other with {single}"
    )


def in_torch(num_qubits: int, num_layers: int, num_networks: int, repeats: int) -> None:
    """Steps of small circuits in NumPy against the same steps in torch."""
    architectures = [network(num_qubits, num_layers)] * num_networks
    x, labels = torch.randn(num_networks, BATCH, FEATURES), torch.randint(CLASSES, (num_networks, BATCH))
    small, other = (StackedNetworks(architectures, FEATURES, CLASSES, range(num_networks)) for _ in range(2))
    other._small = None
    same(small.losses_and_gradients(x, labels), other.losses_and_gradients(x, labels))
    step_s, times = ratio(step_of(small, x, labels), step_of(other, x, labels), 10 * repeats)
    note(**{f"numpy_{num_networks}": times})
    print(
        f"{num_qubits:2} qubits, {num_layers} layers, {num_networks:2} networks: {step_s * 1e3:.3f} ms a step, "
        f"{times:.1f} times faster than in torch"
    )


class ProductCounter(TorchDispatchMode):
    """Counts the real operations of matrix products; torch's own counter takes complex products for real ones."""

    def __init__(self) -> None:
        super().__init__()
        self.flops = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if function.overloadpacket.__name__ in ("mm", "bmm", "addmm", "baddbmm"):
            left, right = args[-2:]
            self.flops += 2 * left.numel() * right.shape[-1] * (4 if left.is_complex() else 1)
        return function(*args, **(kwargs or {}))


def compiled_steps(num_qubits: int, num_layers: int, num_networks: int, repeats: int) -> None:
    """Steps of the engine `compiled` against the same steps of the engine `fast`."""
    x, labels = torch.randn(num_networks, BATCH, FEATURES), torch.randint(CLASSES, (num_networks, BATCH))
    architectures = [network(num_qubits, num_layers)] * num_networks
    compiled, fast = (
        StackedNetworks(architectures, FEATURES, CLASSES, range(num_networks), compiled=c) for c in (True, False)
    )
    same(compiled.losses_and_gradients(x, labels), fast.losses_and_gradients(x, labels))
    step_s, times = ratio(step_of(compiled, x, labels), step_of(fast, x, labels), 4 * repeats)
    note(**{f"compiled_{'alone' if num_networks == 1 else 'sixteen'}_{num_qubits}": times})
    print(
        f"compiled {num_qubits:2} qubits, {num_layers} layers, {num_networks:2} networks: "
        f"{step_s * 1e3:.3f} ms a step, {times:.1f} times faster than the engine fast"
    )


def floor(engine: str, num_qubits: int, num_layers: int, repeats: int) -> None:
    """How far the step of the circuit is from the time of the arithmetic of the engine `fast` alone."""
    angles = torch.rand(BATCH, num_qubits, requires_grad=True)
    architecture = network(num_qubits, num_layers)
    with ProductCounter() as counter:
        circuit_of(FastCircuit(architecture), angles)()
    flops = counter.flops
    step = circuit_of(FastCircuit(architecture, compiled=engine == "compiled"), angles)
    step()
    square = torch.rand(1024, 1024)
    step_s = statistics.median(seconds(step, 5) for _ in range(repeats))
    per_second = 2 * 1024**3 / statistics.median(seconds(lambda: square @ square, 1) for _ in range(repeats))
    print(
        f"{engine:8} {num_qubits:2} qubits, {num_layers} layers: {flops / 1e6:.1f} MFLOP of products in "
        f"{step_s * 1e3:.2f} ms; at the {per_second / 1e9:.0f} GFLOP/s of a large one "
        f"{flops / per_second * 1e3:.2f} ms: {step_s * per_second / flops:.1f} times the floor"
    )
    note(**{f"{PREFIXES[engine]}floors_{num_qubits}": step_s * per_second / flops})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=25)
    repeats = parser.parse_args().repeats
    torch.set_num_threads(1)
    torch.manual_seed(0)
    for num_networks in (1, 16):
        in_torch(4, 2, num_networks, repeats)
    for engine in ENGINES:
        for num_qubits, num_layers in ((4, 2), (8, 4)):
            compare(engine, num_qubits, num_layers, repeats)
        for num_qubits, num_layers in ((4, 2), (8, 4)):
            for single in dict.fromkeys((engine, "fast")):
                together(engine, single, num_qubits, num_layers, 16, repeats)
        for num_qubits, num_layers in ((8, 4), (10, 4)):
            floor(engine, num_qubits, num_layers, repeats)
    if "compiled" in ENGINES:
        for num_qubits, num_layers in ((4, 2), (8, 4), (10, 4)):
            for num_networks in (1, 16):
                compiled_steps(num_qubits, num_layers, num_networks, repeats)


if __name__ == "__main__":
    main()
