"""A circuit as a device answers: expectation values from shots, and gradients from further circuits.

Every circuit that a device would run is simulated and counted: the circuit of each sample, and for its gradient the
circuits of the parameter-shift rule or of SPSA. Of a circuit all bits are drawn together from the probabilities of the
basis states, so that outputs that come from the same shots are correlated as they are on a device.

- Parameter-shift rule: ∂f/∂θ = (f(θ + π/2) − f(θ − π/2))/2 for each rotation exp(−iθ/2·P), exact for any shots in the
  mean (Mitarai et al., Phys. Rev. A 98, 032309 (2018); Schuld et al., Phys. Rev. A 99, 032331 (2019)).
- SPSA: two circuits, all angles moved by ±c in a random direction of signs, whatever their number (Spall, IEEE Trans.
  Autom. Control 37, 332 (1992)). All being moved at once, the mean is smaller than the derivative: by about c²/2 for
  each of the angles.

An angle is that of one gate: a value that is embedded again is shifted in each of its gates, and of an amplitude
embedding the angles of its tree of rotations are shifted. Angles that no observed qubit can depend on are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
import torch
from torch import Tensor

from nas.architectures.circuit import build_circuit
from nas.architectures.influence import num_amplitude_qubits, observed_qubits
from nas.architectures.record import Architecture
from nas.core.errors import SettingError
from nas.engine.plan import entangling, signs

MeasuredGradient: TypeAlias = Literal["parameter-shift", "spsa"]

MAX_QUBITS = 16
"""Training from shots runs hundreds of circuits for each sample; the outcomes of larger ones would take too long."""

SPSA_STEP = 0.1
"""c in radians: the mean of the gradient is about 0.5 % smaller for each angle, and N shots add a standard deviation of
at most 1/(c·√(2N)) to each derivative of an output."""

CHUNK_AMPLITUDES = 2**20
"""Amplitudes that are simulated at once, 16 MB."""


@dataclass(frozen=True, slots=True)
class _Rotation:
    """exp(−iθ/2·P) on a qubit; `angle` is its place among the angles of the circuit."""

    axis: str
    qubit: int
    angle: int


@dataclass(frozen=True, slots=True)
class _Hadamard:
    qubit: int


@dataclass(frozen=True, slots=True, eq=False)
class _Entanglers:
    """Entanglers one after the other: the new amplitude b is `sign[b]` times the old amplitude `source[b]`."""

    source: Tensor
    sign: Tensor


class MeasuredCircuit:
    """Expectation values of a circuit from shots, differentiable by torch through further circuits.

    Angles and probabilities are in double precision.

    Args:
        architecture: The network; its classical layers are of no concern here.
        gradient: How derivatives are measured.
        shots: Shots of each circuit; None for exact expectation values.
        seed: Seed of shots and directions.
        directions: Random directions of one SPSA gradient, averaged.

    Attributes:
        num_executed: Circuits that were run so far.

    Raises:
        SettingError: The circuit has more than 16 qubits.

    Example:
        >>> from nas.architectures.record import Layer
        >>> layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
        >>> small = Architecture(num_qubits=2, embedding="angle-y", num_encoded=2, layers=(layer,))
        >>> circuit = MeasuredCircuit(small, "parameter-shift", shots=100)
        >>> weights = torch.zeros(1, 2, requires_grad=True)
        >>> circuit(weights, torch.zeros(3, 2)).sum().backward()
        >>> circuit.num_executed, circuit.circuits_per_sample  # 1 + 2·2 weights + 2·2 values, of each of 3 samples
        (27, 9)
    """

    def __init__(
        self,
        architecture: Architecture,
        gradient: MeasuredGradient,
        *,
        shots: int | None = None,
        seed: int = 0,
        directions: int = 1,
    ) -> None:
        if architecture.num_qubits > MAX_QUBITS:
            raise SettingError(
                f"the circuit has {architecture.num_qubits} qubits; gradients from shots are computed for at most "
                f"{MAX_QUBITS}: give gradient backprop"
            )
        self.num_executed = 0
        self._architecture, self._gradient = architecture, gradient
        self._shots, self._directions = shots, directions
        self._random = np.random.default_rng(seed)
        self._num_qubits = architecture.num_qubits
        self._steps, self._weights, self._data, self._live = _read(architecture)
        z = signs(self._num_qubits)
        of_states = np.stack([np.prod(z[list(qubits)], axis=0) for qubits in observed_qubits(architecture)], axis=1)
        outcomes, places = np.unique(of_states, axis=0, return_inverse=True)
        self._outcomes, self._places = torch.from_numpy(outcomes), torch.from_numpy(places.reshape(-1))

    @property
    def circuits_per_sample(self) -> int:
        """Return how many circuits a training step runs for each sample: the forward pass and the gradient."""
        if not self._live:
            return 1
        return 1 + 2 * (self._directions if self._gradient == "spsa" else len(self._live))

    def __call__(self, weights: Tensor, values: Tensor) -> Tensor:
        """Run the circuit of each sample and return its outputs (batch, num_outputs).

        Args:
            weights: Angles (num_columns, num_qubits).
            values: Encoded values (batch, num_encoded).
        """
        outputs: Tensor = _Measurement.apply(  # type: ignore[no-untyped-call]
            weights, data_angles(self._architecture, values.double()), self
        )
        return outputs

    def angles(self, weights: Tensor, data: Tensor) -> Tensor:
        """Return the angle of each rotation, (batch, angles), for weights and the angles of the data (batch, …)."""
        flat = weights.detach().double().reshape(1, -1).expand(len(data), -1)
        every = torch.cat([flat, data.detach()], dim=1)
        return every[:, self._sources(flat.shape[1])]

    def _sources(self, num_weights: int) -> Tensor:
        """Return for each angle where it stands among weights and data."""
        found = torch.empty(len(self._weights) + len(self._data), dtype=torch.int64)
        for angle, weight in self._weights.items():
            found[angle] = weight
        for angle, value in self._data.items():
            found[angle] = num_weights + value
        return found

    def run(self, angles: Tensor) -> Tensor:
        """Run a circuit for each row of angles and return what is read, (circuits, outputs)."""
        rows = max(1, CHUNK_AMPLITUDES >> self._num_qubits)
        return torch.cat([self._run(part) for part in torch.split(angles, rows)])

    def _run(self, angles: Tensor) -> Tensor:
        self.num_executed += len(angles)
        probabilities = self.probabilities(angles)
        joint = probabilities.new_zeros(len(angles), len(self._outcomes)).index_add_(1, self._places, probabilities)
        if self._shots is None:
            return joint @ self._outcomes
        shares = joint.numpy()
        counts = self._random.multinomial(self._shots, shares / shares.sum(axis=1, keepdims=True))
        return torch.from_numpy(counts / self._shots) @ self._outcomes

    def probabilities(self, angles: Tensor) -> Tensor:
        """Compute the probability of each basis state, qubit 0 most significant, for each row of angles."""
        state = torch.zeros(len(angles), 1 << self._num_qubits, dtype=torch.complex128)
        state[:, 0] = 1.0
        for step in self._steps:
            if isinstance(step, _Rotation):
                state = _rotated(state, step.axis, step.qubit, angles[:, step.angle])
            elif isinstance(step, _Hadamard):
                low, high = _halves(state, step.qubit)
                state = _joined((low + high) / 2**0.5, (low - high) / 2**0.5)
            else:
                state = state[:, step.source] * step.sign
        return state.real.square() + state.imag.square()

    def gradients(self, angles: Tensor, by_output: Tensor) -> Tensor:
        """Measure derivatives with respect to each angle, (batch, angles).

        Args:
            angles: Of the circuit of each sample, (batch, angles).
            by_output: Derivatives with respect to its outputs, (batch, outputs).
        """
        found = torch.zeros_like(angles)
        if not self._live:
            return found
        if self._gradient == "spsa":
            return self._by_spsa(angles, by_output.double(), found)
        for some in self._parts(len(angles)):
            shifts = torch.zeros(len(some), 2, 1, angles.shape[1], dtype=angles.dtype)
            rows = torch.arange(len(some))
            shifts[rows, 0, 0, some], shifts[rows, 1, 0, some] = torch.pi / 2, -torch.pi / 2
            read = self.run((angles + shifts).flatten(0, 2)).view(len(some), 2, len(angles), -1)
            found[:, some] = (((read[:, 0] - read[:, 1]) / 2) * by_output).sum(dim=2).T
        return found

    def _parts(self, batch: int) -> Iterator[list[int]]:
        """Divide the angles to be shifted so that what is shifted at once fits into a small memory."""
        largest = max(1 << self._num_qubits, len(self._weights) + len(self._data))
        size = max(1, CHUNK_AMPLITUDES // (2 * batch * largest))
        for start in range(0, len(self._live), size):
            yield self._live[start : start + size]

    def _by_spsa(self, angles: Tensor, by_output: Tensor, found: Tensor) -> Tensor:
        for _ in range(self._directions):
            drawn = self._random.integers(0, 2, size=(len(angles), len(self._live)))
            direction = torch.zeros_like(angles)
            direction[:, self._live] = torch.from_numpy(2.0 * drawn - 1.0)
            read = self.run(torch.cat([angles + SPSA_STEP * direction, angles - SPSA_STEP * direction]))
            above, below = read.view(2, len(angles), -1)
            along = ((above - below) * by_output).sum(dim=1, keepdim=True) / (2 * SPSA_STEP)
            found += along * direction / self._directions
        return found

    def sums(self, by_angle: Tensor, num_weights: int, num_data: int) -> tuple[Tensor, Tensor]:
        """Add derivatives by angle up to those with respect to the weights, (weights), and to the data, (batch, …)."""
        every = by_angle.new_zeros(len(by_angle), num_weights + num_data)
        every.index_add_(1, self._sources(num_weights), by_angle)
        return every[:, :num_weights].sum(dim=0), every[:, num_weights:]


class _Kept(Protocol):
    """What the backward pass needs of the forward one."""

    circuit: MeasuredCircuit
    angles: Tensor
    weights: Tensor
    num_data: int


class _Measurement(torch.autograd.Function):
    """Outputs that are measured, with derivatives that are measured."""

    @staticmethod
    def forward(ctx: _Kept, weights: Tensor, data: Tensor, circuit: MeasuredCircuit) -> Tensor:
        ctx.circuit, ctx.weights, ctx.num_data = circuit, weights.detach(), data.shape[1]
        ctx.angles = circuit.angles(weights, data)
        return circuit.run(ctx.angles).to(weights.dtype)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: _Kept, by_output: Tensor) -> tuple[Tensor, Tensor, None]:
        by_angle = ctx.circuit.gradients(ctx.angles, by_output)
        by_weight, by_data = ctx.circuit.sums(by_angle, ctx.weights.numel(), ctx.num_data)
        return by_weight.view(ctx.weights.shape).to(ctx.weights.dtype), by_data, None


def _read(
    architecture: Architecture,
) -> tuple[list[_Rotation | _Hadamard | _Entanglers], dict[int, int], dict[int, int], list[int]]:
    """Read the circuit that is costed: its steps, weight and data of each angle, and the angles that are shifted."""
    circuit, n = build_circuit(architecture), architecture.num_qubits
    gates = [
        (i.operation.name, tuple(circuit.find_bit(qubit).index for qubit in i.qubits), tuple(i.operation.params))
        for i in circuit.data
        if i.operation.name != "measure"
    ]
    steps: list[_Rotation | _Hadamard | _Entanglers] = []
    weights: dict[int, int] = {}
    data: dict[int, int] = {}
    place = {"w": weights, "x": data}
    for is_entangling, some in groupby(gates, key=lambda gate: gate[0] in ("cx", "cz")):
        if is_entangling:
            source, sign = entangling([(name, *qubits) for name, qubits, _ in some], n)
            steps.append(_Entanglers(torch.tensor(source), torch.tensor(sign)))
            continue
        for name, (qubit,), angles in some:
            if name == "h":
                steps.append(_Hadamard(qubit))
                continue
            number = len(weights) + len(data)
            place[angles[0].vector.name][number] = angles[0].index
            steps.append(_Rotation(name[1], qubit, number))
    observed = {qubit for qubits in observed_qubits(architecture) for qubit in qubits}
    return steps, weights, data, _in_cone(gates, observed)


def _in_cone(gates: list[tuple[str, tuple[int, ...], tuple[Any, ...]]], observed: set[int]) -> list[int]:
    """Return the numbers of the angles on a path of gates to an observed qubit, in order of time."""
    cone, found = set(observed), []
    number = sum(bool(angles) for _, _, angles in gates)
    for _, qubits, angles in reversed(gates):
        number -= bool(angles)
        if cone.isdisjoint(qubits):
            continue
        cone.update(qubits)
        if angles:
            found.append(number)
    return found[::-1]


def _halves(state: Tensor, qubit: int) -> tuple[Tensor, Tensor]:
    """Return the amplitudes (circuits, …, …) with the qubit in 0 and in 1."""
    low, high = state.view(len(state), 1 << qubit, 2, -1).unbind(2)
    return low, high


def _joined(low: Tensor, high: Tensor) -> Tensor:
    return torch.stack([low, high], dim=2).view(len(low), -1)


def _rotated(state: Tensor, axis: str, qubit: int, angles: Tensor) -> Tensor:
    """Rotate a qubit of each state (circuits, amplitudes) by its angle: exp(−iθ/2·P)."""
    low, high = _halves(state, qubit)
    half = angles[:, None, None] / 2
    if axis == "z":
        phase = torch.polar(torch.ones_like(half), half)
        return _joined(low * phase.conj(), high * phase)
    cos, sin = torch.cos(half), torch.sin(half)
    if axis == "y":
        return _joined(cos * low - sin * high, cos * high + sin * low)
    return _joined(cos * low - 1j * sin * high, cos * high - 1j * sin * low)


def data_angles(architecture: Architecture, values: Tensor) -> Tensor:
    """Return the `x` of the circuit, (batch, angles), for encoded values; as `nas.data_angles`, differentiable.

    Args:
        architecture: The network.
        values: (batch, num_encoded).
    """
    if architecture.embedding != "amplitude":
        return architecture.angle_factor * values
    levels = num_amplitude_qubits(architecture)
    state = torch.nn.functional.pad(values, (0, (1 << levels) - values.shape[1]))
    first = torch.zeros_like(state)
    first[:, 0] = 1.0
    # Zeros stand for |0…0⟩, whatever moves them.
    state = torch.where((state == 0).all(dim=1, keepdim=True), first, state)
    found = [state[:, :0]]
    for level in range(levels):
        blocks = state.view(len(state), 1 << level, 2, -1)
        if level == levels - 1:
            low, high = blocks[..., 0].unbind(2)  # with their signs
        else:
            low, high = _norms(blocks).unbind(2)
        nothing = (low == 0) & (high == 0)
        wanted = 2 * torch.atan2(high, torch.where(nothing, torch.ones_like(low), low))
        # Walsh-Hadamard transform, which is its own inverse up to the factor 2^level.
        for bit in range(level):
            one, other = wanted.view(len(state), -1, 2, 1 << bit).unbind(2)
            wanted = torch.stack([one + other, one - other], dim=2).view(len(state), -1)
        numbers = torch.arange(1 << level)
        found.append(wanted[:, numbers ^ (numbers >> 1)] / (1 << level))
    return torch.cat(found, dim=1)


def _norms(blocks: Tensor) -> Tensor:
    """Return the norm of each block along the last dimension, with the derivative 0 where it is 0."""
    squares = blocks.square().sum(dim=-1)
    nothing = squares == 0
    return torch.where(nothing, squares, torch.where(nothing, torch.ones_like(squares), squares).sqrt())
