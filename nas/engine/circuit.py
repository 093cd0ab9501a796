"""The fast training engine: a circuit as a torch module with exact expectation values and exact derivatives.

Three ways to the same numbers, chosen by the circuit alone, and a fourth (`nas.engine.compiled`) that is asked for:

- up to 5 or 6 qubits one matrix for the whole circuit, built from the weights at each step (`engine_whole`);
- up to 16 qubits one matrix per layer and group of qubits, applied to a batch of states (`engine_groups`);
- beyond, gate by gate on a state that is changed in place (`engine_gates`).

Forward and backward passes are written out by hand, so that autograd sees one operation. There are no derivatives of
second order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from hwcost import InputError, MissingDependencyError
from nas.architectures.record import Architecture
from nas.core.errors import MemoryLimitError, NasError

try:
    import torch
    from torch import Tensor, nn
except ImportError:
    raise MissingDependencyError(
        'the fast engine needs torch, which is not installed; run: pip install "hwcost[nas]"'
    ) from None

from nas.engine.compiled import MAX_QUBITS as MAX_COMPILED_QUBITS
from nas.engine.compiled import kernels
from nas.engine.memory import bytes_text, require_memory
from nas.engine.plan import Plan, check_architecture, plan
from nas.engine.simulator import Scaled, Simulator, make_simulator, peak_bytes

MAX_QUBITS = 40
"""A state of more qubits is beyond any memory; such a circuit is refused before anything is computed."""

_SMALL_AMPLITUDES = 2**20
"""Below this size the memory check is skipped."""


class FastCircuit(nn.Module):
    """Expectation values of a circuit, (batch, num_encoded) to (batch, num_outputs), differentiable by torch.

    Outputs are in order of the qubits. Rows of zeros of an amplitude embedding, which cannot be normalised, stand for
    |0…0⟩ and have the derivative zero.

    Args:
        architecture: The network; its classical layers are of no concern here.
        dtype: torch.float32 or torch.float64; amplitudes have the same precision.
        compiled: Whether compiled kernels simulate on the CPU (up to 12 qubits; needs Numba).

    Attributes:
        architecture: The network.
        weights: Angles (num_columns, num_qubits) of exp(−iθ/2·P), uniform in [0, 2π) at first.

    Raises:
        InputError: The architecture describes no circuit, or the dtype is another one.
        MemoryLimitError: The circuit is too large for any memory; or, when it is called, for the memory that is free.
        MissingDependencyError: `compiled`, and Numba is not installed.

    Example:
        >>> from nas.architectures.record import Layer
        >>> layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
        >>> circuit = FastCircuit(Architecture(num_qubits=2, embedding="angle-y", num_encoded=2, layers=(layer,)))
        >>> torch.nn.init.zeros_(circuit.weights).shape
        torch.Size([1, 2])
        >>> circuit(torch.tensor([[0.0, 0.0], [torch.pi, 0.0]])).round().tolist()  # |00⟩ stays, |10⟩ becomes |11⟩
        [[1.0, 1.0], [-1.0, -1.0]]
    """

    def __init__(self, architecture: Architecture, *, dtype: torch.dtype = torch.float32, compiled: bool = False):
        super().__init__()
        check_dtype(dtype)
        check_size(architecture)
        if compiled:
            kernels()
        self._compiled = compiled
        self.architecture = architecture
        self.weights = nn.Parameter(torch.empty(architecture.num_columns, architecture.num_qubits, dtype=dtype))
        nn.init.uniform_(self.weights, 0.0, 2.0 * torch.pi)
        self._circuits: Circuits | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Compute the expectation values (batch, num_outputs) for values (batch, num_encoded).

        Raises:
            InputError: The values have another shape or dtype.
            MemoryLimitError: The states do not fit into the memory that is free.
        """
        if x.dim() != 2 or x.shape[1] != self.architecture.num_encoded:
            raise InputError(
                f"the circuit takes values of shape (batch, {self.architecture.num_encoded}), but got {tuple(x.shape)}"
            )
        circuits, weights = self._circuits, self.weights
        if circuits is None or circuits.dtype != weights.dtype or circuits.device != weights.device:
            circuits = self._circuits = prepare(
                (self.architecture,), weights.dtype, weights.device, compiled=self._compiled
            )
        return circuits(weights, x)

    def __getstate__(self) -> dict[str, Any]:
        # Constants are made anew where they are needed.
        return {**self.__dict__, "_circuits": None}

    def extra_repr(self) -> str:
        """Return what `print` shows."""
        architecture = self.architecture
        return (
            f"{architecture.num_encoded} values, {architecture.num_qubits} qubits, {architecture.num_weights} weights, "
            f"{architecture.num_outputs} outputs"
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Circuits:
    """Circuits of K candidates of one shape, prepared for a dtype and a device.

    Attributes:
        plans: The circuits.
        simulator: Their simulator.
        dtype: Real type.
        device: Where it computes.
    """

    plans: tuple[Plan, ...]
    simulator: Simulator
    dtype: torch.dtype
    device: torch.device

    def __call__(self, weights: Tensor, x: Tensor) -> Tensor:
        """Compute outputs for weights (C, n) and values (batch, encoded), or for both with the K candidates in front.

        Raises:
            InputError: The dtypes differ.
            MemoryLimitError: The states do not fit into the memory that is free.
        """
        if x.dtype != self.dtype:
            raise InputError(f"the values are {x.dtype}, but the circuit computes in {self.dtype}; convert one of them")
        if x.shape[-2] == 0:
            # Sums of nothing keep the graph: derivatives are zero.
            outputs = x.new_zeros((*x.shape[:-1], len(self.plans[0].observables)))
            return outputs + 0.0 * (weights.sum() + x.sum())
        keep = torch.is_grad_enabled() and (weights.requires_grad or x.requires_grad)
        self.require_room(x.shape[-2], keep=keep)
        if not keep:
            return _forward(self.simulator, weights, x, keep=False)[0]
        result: Tensor = _Simulation.apply(weights, x, self.simulator)  # type: ignore[no-untyped-call]
        return result

    def require_room(self, batch: int, *, keep: bool) -> None:
        """Check that the states of a batch fit into the memory that is free.

        Raises:
            MemoryLimitError: They do not.
        """
        n, candidates = self.plans[0].num_qubits, len(self.plans)
        if (candidates * batch) << n <= _SMALL_AMPLITUDES:
            return
        needed = peak_bytes(self.plans, batch, self.dtype, keep=keep)
        step, circuits = "a training step" if keep else "a simulation", f"{candidates} circuits of " * (candidates > 1)
        what = f"{step} of {circuits}{n} qubits with batch {batch} in {self.dtype}"
        require_memory(needed, self.device, what)


class _Simulation(torch.autograd.Function):
    """Outputs with derivatives of the first order."""

    @staticmethod
    def forward(ctx: Any, weights: Tensor, x: Tensor, simulator: Simulator) -> Tensor:
        outputs, kept = _forward(simulator, weights, x, keep=True)
        ctx.simulator, ctx.kept, ctx.arguments = simulator, kept, (weights, x)
        return outputs

    @staticmethod
    def backward(ctx: Any, gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        weights, x = ctx.arguments
        single = weights.dim() == 2
        with torch.inference_mode():
            by_weight, by_value = ctx.simulator.backward(ctx.kept, gradients.unsqueeze(0) if single else gradients)
        by_weight, by_value = by_weight.clone().view(weights.shape), (by_value[0] if single else by_value).clone()
        if torch.is_grad_enabled():
            by_weight, by_value = _FirstOrder.apply(  # type: ignore[no-untyped-call]
                by_weight, by_value, gradients, weights, x
            )
        return by_weight, by_value, None


class _FirstOrder(torch.autograd.Function):
    """Derivatives as they are; asking for derivatives of these is an error."""

    @staticmethod
    def forward(ctx: Any, by_weight: Tensor, by_value: Tensor, *arguments: Tensor) -> tuple[Tensor, Tensor]:
        return by_weight.clone(), by_value.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> None:
        raise NasError("the fast engine has no derivatives of second order; use engine 'pennylane'")


def _forward(simulator: Simulator, weights: Tensor, x: Tensor, *, keep: bool) -> tuple[Tensor, Any]:
    """Compute the outputs in the shape of the arguments, and what the backward pass needs.

    Inference mode saves the bookkeeping of autograd, a sixth of the time; what leaves it is copied.
    """
    single = weights.dim() == 2
    with torch.inference_mode():
        outputs, kept = simulator.forward(
            weights.reshape(1, -1) if single else weights.flatten(1), x.unsqueeze(0) if single else x, keep=keep
        )
    return (outputs[0] if single else outputs).clone(), kept


def prepare(
    architectures: Sequence[Architecture], dtype: torch.dtype, device: torch.device, *, compiled: bool = False
) -> Circuits:
    """Prepare circuits of one shape for weights of a dtype on a device.

    Args:
        architectures: Networks of one shape.
        dtype: Real type.
        device: Where to compute.
        compiled: Whether compiled kernels are used for what they can do: the CPU, up to 12 qubits.

    Raises:
        InputError: A circuit or the dtype is not one.
        MissingDependencyError: `compiled`, and Numba is not installed.
    """
    check_dtype(dtype)
    compiled = compiled and device.type == "cpu" and architectures[0].num_qubits <= MAX_COMPILED_QUBITS
    return _prepare(tuple(_circuit_of(architecture) for architecture in architectures), dtype, device, compiled)


@lru_cache(maxsize=16)
def _prepare(circuits: tuple[Architecture, ...], dtype: torch.dtype, device: torch.device, compiled: bool) -> Circuits:
    plans = tuple(plan(circuit) for circuit in circuits)
    simulator: Simulator = make_simulator(plans, dtype=dtype, device=device, method="compiled" if compiled else None)
    factor = circuits[0].angle_factor  # the same in all circuits of a shape
    if factor != 1:
        simulator = Scaled(simulator, factor)
    return Circuits(plans=plans, simulator=simulator, dtype=dtype, device=device)


def _circuit_of(architecture: Architecture) -> Architecture:
    """Strip an architecture of what does not concern the circuit, so that equal circuits are prepared once."""
    return replace(architecture, hidden_before=(), hidden_after=(), learning_rate=None)


def memory_bytes(architecture: Architecture, batch: int, dtype: torch.dtype = torch.float32) -> int:
    """Estimate the peak of a training step's circuit, forward and backward, in bytes; classical layers left out.

    Measured peaks are between a half and the whole of it from 10 qubits on; below, what it says is next to nothing.

    Args:
        architecture: The network.
        batch: Samples of a step.
        dtype: torch.float32 or torch.float64.

    Raises:
        InputError: The architecture describes no circuit, or the dtype is another one.
        MemoryLimitError: The circuit is too large for any memory.
    """
    check_dtype(dtype)
    check_size(architecture)
    return peak_bytes((plan(_circuit_of(architecture)),), batch, dtype, keep=True)


def check_dtype(dtype: torch.dtype) -> None:
    """Check that circuits can be simulated in a dtype.

    Raises:
        InputError: It is another one.
    """
    if dtype not in (torch.float32, torch.float64):
        raise InputError(f"dtype is {dtype}; circuits are simulated in torch.float32 or torch.float64")


def check_size(architecture: Architecture) -> None:
    """Check that an architecture describes a circuit with a state that some memory could hold.

    Raises:
        InputError: It describes no circuit.
        MemoryLimitError: No memory could hold the state.
    """
    check_architecture(architecture)
    n = architecture.num_qubits
    if n > MAX_QUBITS:
        size = bytes_text(8 * 2 ** min(n, 100))
        raise MemoryLimitError(f"a state of {n} qubits needs {size} of memory or more; use at most {MAX_QUBITS} qubits")
