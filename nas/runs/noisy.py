"""What noise and shots make of a trained network's answers, predicted: `OutputNoise`, `noisy_accuracy`.

A noisy expectation value is taken to be the ideal one times its attenuation λ, plus what unequal readout errors add,
plus the noise of its shots. That costs no simulation, so that a search can afford it;
`tests/benchmarks/noisy_accuracy.py` compares it with Aer. Left out is what relaxation adds to values that it pulls
towards |0⟩.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from nas.architectures.influence import observed_qubits
from nas.training.parts import one_thread, require_torch

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import nn

    from hwcost import Calibration, CostEstimate
    from nas.architectures.record import Architecture

    Floats = NDArray[np.float64]

REPETITIONS = 16
"""Draws of the shots that an accuracy is averaged over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadoutLine:
    """A read ⟨Z⟩ of one qubit as a line in the ⟨Z⟩ before it: slope 1 − P(0|1) − P(1|0), offset P(0|1) − P(1|0)."""

    slope: float
    offset: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputNoise:
    """What a device makes of the outputs of a circuit.

    Attributes:
        attenuation: λ of each output, readout included.
        readout: Of each output the lines of its qubits, one or two.
    """

    attenuation: tuple[float, ...]
    readout: tuple[tuple[ReadoutLine, ...], ...]

    @property
    def slopes(self) -> Floats:
        """Return the part of λ that readout is responsible for, which mitigation divides by."""
        return np.array([prod(line.slope for line in lines) for lines in self.readout])

    @property
    def offsets(self) -> Floats:
        """Return what unequal readout errors add to each output: of two qubits the product of what they add to each."""
        return np.array([prod(line.offset for line in lines) for lines in self.readout])

    def mean(self, ideal: Floats) -> Floats:
        """Return what infinitely many shots give, (samples, outputs), for ideal values of that shape."""
        return np.clip(np.array(self.attenuation) * ideal + self.offsets, -1.0, 1.0)

    def drawn(self, ideal: Floats, shots: int, generator: np.random.Generator) -> Floats:
        """Draw what so many shots give, each output by itself."""
        return 2.0 * generator.binomial(shots, (1.0 + self.mean(ideal)) / 2.0) / shots - 1.0

    def mitigated(self, read: Floats) -> Floats:
        """Undo the mean effect of readout; the noise of the shots grows with it."""
        return (read - self.offsets) / self.slopes


def readout_line(calibration: Calibration, qubit: int) -> ReadoutLine:
    """Return the line of a qubit: symmetric where only the mean error is known, without error where none is.

    Args:
        calibration: The device.
        qubit: Physical qubit.
    """
    record = calibration.qubits[qubit]
    zero_of_one, one_of_zero = record.prob_meas0_prep1, record.prob_meas1_prep0
    if zero_of_one is None or one_of_zero is None:
        zero_of_one = one_of_zero = record.readout_error or 0.0
    return ReadoutLine(slope=1.0 - zero_of_one - one_of_zero, offset=zero_of_one - one_of_zero)


def measured_qubits(estimate: CostEstimate) -> tuple[int, ...]:
    """Return the physical qubit of each classical bit, in the order of the bits."""
    circuit = estimate.isa_circuit
    found = {
        circuit.find_bit(step.clbits[0]).index: circuit.find_bit(step.qubits[0]).index
        for step in circuit.data
        if step.operation.name == "measure"
    }
    return tuple(found[bit] for bit in sorted(found))


def output_noise(architecture: Architecture, estimate: CostEstimate, calibration: Calibration) -> OutputNoise | None:
    """Read what noise does to each output of a network from the estimate of its circuit; None if that has no noise.

    Args:
        architecture: The network.
        estimate: Of `nas.build_circuit(architecture)`, with the network's outputs as observables.
        calibration: The device that was estimated.
    """
    rows = estimate.shots.attenuation
    outputs = observed_qubits(architecture)
    if len(rows) != len(outputs):
        return None
    bits = {qubit: bit for bit, qubit in enumerate(sorted({qubit for qubits in outputs for qubit in qubits}))}
    physical = measured_qubits(estimate)
    lines = tuple(tuple(readout_line(calibration, physical[bits[qubit]]) for qubit in qubits) for qubits in outputs)
    return OutputNoise(attenuation=tuple(row.value for row in rows), readout=lines)


def circuit_outputs(model: nn.Module, features: Floats) -> Floats:
    """Compute the circuit's outputs without noise, (samples, outputs), of a trained network for scaled features."""
    torch = require_torch()
    parameter = next(model.parameters())
    with one_thread(), torch.no_grad():
        x = torch.as_tensor(features, dtype=parameter.dtype, device=parameter.device)
        values: Floats = model.get_submodule("quantum")(model.get_submodule("before")(x)).double().cpu().numpy()
    return values


def classes_of(model: nn.Module, outputs: Floats) -> NDArray[np.int64]:
    """Return the class, by its number, that a network answers for outputs of its circuit, (samples, outputs)."""
    torch = require_torch()
    parameter = next(model.parameters())
    with one_thread(), torch.no_grad():
        x = torch.as_tensor(outputs, dtype=parameter.dtype, device=parameter.device)
        numbers: NDArray[np.int64] = model.get_submodule("after")(x).argmax(dim=1).cpu().numpy()
    return numbers


def noisy_accuracy(
    model: nn.Module,
    features: Floats,
    labels: NDArray[np.int64],
    noise: OutputNoise,
    *,
    shots: int,
    seed: int | Sequence[int],
    mitigated: bool = False,
    repetitions: int = REPETITIONS,
) -> float:
    """Return the accuracy that is expected under noise and shots; the same for the same seed.

    Args:
        model: A trained network.
        features: (samples, features), scaled.
        labels: Numbers of the classes.
        noise: Of the device.
        shots: Of each circuit.
        seed: Of the shots.
        mitigated: Whether the mean effect of readout is undone.
        repetitions: Draws of the shots.
    """
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    ideal = circuit_outputs(model, features)
    right = 0
    for _ in range(repetitions):
        read = noise.drawn(ideal, shots, generator)
        right += int((classes_of(model, noise.mitigated(read) if mitigated else read) == labels).sum())
    return right / (repetitions * len(labels))
