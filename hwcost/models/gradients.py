"""How many circuits one sample costs: forward pass and gradient, by gradient method."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from hwcost.circuits.layers import QuantumLayer
from hwcost.core.checks import choice
from hwcost.core.errors import OptionError

Gradient: TypeAlias = Literal["parameter-shift", "spsa", "finite-diff", "backprop", "adjoint", "none"]

SIMULATED: tuple[Gradient, ...] = ("backprop", "adjoint")
"""Gradient methods that need the state of a simulation, which no device has."""

MAX_DIRECTIONS = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientCircuits:
    """Circuits of one sample.

    Attributes:
        forward: Circuits of the forward pass.
        gradient: Further circuits of the gradient.
        explanation: The products behind both, in words.
    """

    forward: int
    gradient: int
    explanation: tuple[str, ...]

    @property
    def total(self) -> int:
        """Both."""
        return self.forward + self.gradient


def circuits_per_sample(
    layer: QuantumLayer, gradient: Gradient, *, num_directions: int = 1, training: bool = True
) -> GradientCircuits:
    """Count the circuits that one sample costs in one layer, as PennyLane executes them.

    ::

        forward          groups · calls
        parameter-shift  groups · calls · (Σ shifts of the angles + 1 if a variance is measured)
        finite-diff      groups · calls · (angles + 1)          forward differences
        spsa             groups · calls · 2 · directions
        backprop, adjoint   none: the simulation has the gradient

    `groups` are sets of observables that are measured together. Angles are gate parameters: a weight in two gates
    counts twice, one that no observable depends on not at all, one from data only if something trainable stands before
    the layer.

    Args:
        layer: The layer.
        gradient: The method.
        num_directions: Random directions of one SPSA gradient.
        training: False for inference: no gradient.

    Raises:
        OptionError: The method is unknown or the number of directions is invalid.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> from qiskit.circuit import ParameterVector
        >>> from hwcost.circuits.layers import layer_from_circuit
        >>> circuit, w = QuantumCircuit(2), ParameterVector("w", 3)
        >>> _ = circuit.ry(w[0], 0), circuit.ry(w[1], 1), circuit.crx(w[2], 0, 1), circuit.measure_all()
        >>> circuits_per_sample(layer_from_circuit(circuit), "parameter-shift").total  # 1 + 2 + 2 + 4
        9
    """
    choice("gradient", gradient, get_args(Gradient))
    if isinstance(num_directions, bool) or not 1 <= num_directions <= MAX_DIRECTIONS:
        raise OptionError(f"spsa_directions is {num_directions!r}; give a whole number from 1 to {MAX_DIRECTIONS}")
    times = len(layer.circuits) * layer.calls
    lines = [f"{times} forward" + _product(layer)]
    if not training or gradient in ("none", *SIMULATED):
        return GradientCircuits(forward=times, gradient=0, explanation=tuple(lines))
    angles = layer.trained_angles
    if not angles:
        lines.append("no gradient: no trainable angle reaches an output")
        return GradientCircuits(forward=times, gradient=0, explanation=tuple(lines))
    if gradient == "spsa":
        each, text = 2 * num_directions, f"2 × {num_directions} direction{'s' if num_directions > 1 else ''}"
    elif gradient == "finite-diff":
        each, text = len(angles) + 1, f"{_angles_text(layer)} + 1 unshifted"
    else:
        each = sum(angle.num_shifts for angle in angles) + layer.has_variance
        text = _shifts_text(layer) + (" + 1 unshifted for the variance" if layer.has_variance else "")
    again = times * layer.num_gradients
    lines.append(f"{each * again} for the gradient: {text}" + (f", × {again}" if again > 1 else ""))
    return GradientCircuits(forward=times, gradient=each * again, explanation=tuple(lines))


def _product(layer: QuantumLayer) -> str:
    parts = [f"{len(layer.circuits)} measurement bases"] if len(layer.circuits) > 1 else []
    parts += [f"{layer.calls} calls"] if layer.calls > 1 else []
    return f" ({' × '.join(parts)})" if parts else ""


def _angles_text(layer: QuantumLayer) -> str:
    counts = Counter(angle.source for angle in layer.trained_angles)
    return " + ".join(f"{counts[s]} {s} angle{'s' if counts[s] > 1 else ''}" for s in ("weight", "input") if counts[s])


def _shifts_text(layer: QuantumLayer) -> str:
    counts = Counter((angle.source, angle.num_shifts) for angle in layer.trained_angles)
    return " + ".join(
        f"{shifts} × {number} {source} angle{'s' if number > 1 else ''}"
        for (source, shifts), number in sorted(counts.items(), key=lambda item: (item[0][0] == "input", item[0][1]))
    )
