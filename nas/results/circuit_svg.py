"""The drawing of a member's circuit as SVG: `draw_circuit`. It is the logical circuit, before compilation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nas.architectures.influence import dead_weights, num_amplitude_qubits, observed_qubits
from nas.architectures.steps import EmbeddingStep, EntanglingStep, RotationStep, steps

if TYPE_CHECKING:
    from nas.architectures.record import Architecture

_ROW, _COLUMN, _BOX, _LEFT, _TOP = 34, 44, 34, 46, 10

MAX_COLUMNS = 400
"""Columns that are drawn; of longer circuits the beginning."""


@dataclass(slots=True)
class _Drawing:
    """A circuit under way: how far each qubit is drawn, and the parts."""

    ends: list[int]
    parts: list[str] = field(default_factory=list)

    def take(self, first: int, last: int) -> int:
        """Return the column for something on the qubits first to last, and move these behind it."""
        column = max(self.ends[first : last + 1])
        self.ends[first : last + 1] = [column + 1] * (last - first + 1)
        return column


def draw_circuit(architecture: Architecture) -> str:
    """Draw the circuit: data, trainable rotations with the numbers of their angles, entanglers, measurements.

    Angles that influence no output are drawn hollow and dashed. The class names are those of the report's style.

    Example:
        >>> from nas.architectures.record import Architecture, Layer
        >>> layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
        >>> svg = draw_circuit(Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(layer,)))
        >>> svg.count('class="gate weight'), svg.count('class="gate data'), svg.count('class="target"')
        (2, 2, 1)
    """
    width, dead = architecture.num_qubits, dead_weights(architecture)
    drawing = _Drawing(ends=[0] * width)
    for step in steps(architecture):
        if max(drawing.ends) > MAX_COLUMNS:
            break
        if isinstance(step, EmbeddingStep):
            _embed(drawing, architecture)
        elif isinstance(step, RotationStep):
            column = drawing.take(0, width - 1)
            for qubit, axis in enumerate(step.axes):
                number = step.row * width + qubit
                kind = "dead" if (step.row, qubit) in dead else "alive"
                about = f"w[{number}], r{axis} on qubit {qubit}" + (": influences no output" if kind == "dead" else "")
                _box(drawing, column, qubit, f"R{axis}", f"w{number}", f"weight {kind}", about)
        else:
            _entangle(drawing, step)
    ended = max(drawing.ends) > MAX_COLUMNS
    column = drawing.take(0, width - 1)
    for qubit in sorted({qubit for qubits in observed_qubits(architecture) for qubit in qubits}):
        _box(drawing, column, qubit, "…" if ended else "⟨Z⟩", "", "measured", f"qubit {qubit} is measured")
    length, height = _LEFT + _COLUMN * max(drawing.ends) + 8, _TOP * 2 + _ROW * width
    wires = "".join(
        f'<line class="wire" x1="{_LEFT - 10}" x2="{length - 4}" y1="{_y(qubit)}" y2="{_y(qubit)}"/>'
        f'<text class="qubit" x="{_LEFT - 14}" y="{_y(qubit) + 4}">q{qubit}</text>'
        for qubit in range(width)
    )
    return (
        f'<svg class="circuit" role="img" aria-label="circuit of {width} qubits" viewBox="0 0 {length} {height}" '
        f'width="{length}" height="{height}">{wires}{"".join(drawing.parts)}</svg>'
    )


def _embed(drawing: _Drawing, architecture: Architecture) -> None:
    width = architecture.num_qubits
    if architecture.embedding != "amplitude":
        if architecture.embedding == "angle-z":
            column = drawing.take(0, width - 1)
            for qubit in range(width):
                _box(drawing, column, qubit, "H", "", "data", f"Hadamard on qubit {qubit}")
        column, name = drawing.take(0, width - 1), f"R{architecture.embedding[-1]}"
        for qubit in range(width):
            _box(
                drawing, column, qubit, name, f"x{qubit}", "data", f"x[{qubit}], a value of the data, on qubit {qubit}"
            )
        return
    reached = num_amplitude_qubits(architecture)
    first = width - max(1, reached)
    column = drawing.take(first, width - 1)
    x, y = _x(column) - _BOX / 2, _y(first) - _BOX / 2 + 3
    tall = _ROW * (width - 1 - first) + _BOX - 6
    about = f"amplitude embedding of {architecture.num_encoded} values"
    drawing.parts.append(
        f'<g class="gate data" data-tip="{about}"><title>{about}</title><rect x="{x}" y="{y}" width="{_BOX}" '
        f'height="{tall}" rx="3"/><text x="{_x(column)}" y="{y + tall / 2 + 4}">amp</text></g>'
    )


def _box(drawing: _Drawing, column: int, qubit: int, name: str, angle: str, kind: str, about: str) -> None:
    x, y = _x(column), _y(qubit)
    small = f'<text class="angle" x="{x}" y="{y + 11}">{angle}</text>' if angle else ""
    drawing.parts.append(
        f'<g class="gate {kind}" data-tip="{about}"><title>{about}</title><rect x="{x - _BOX / 2}" '
        f'y="{y - _BOX / 2 + 3}" width="{_BOX}" height="{_BOX - 6}" rx="3"/>'
        f'<text x="{x}" y="{y if angle else y + 4}">{name}</text>{small}</g>'
    )


def _entangle(drawing: _Drawing, step: EntanglingStep) -> None:
    first, last = sorted((step.control, step.target))
    x, control, target = _x(drawing.take(first, last)), _y(step.control), _y(step.target)
    about = f"{step.gate} on qubits {step.control} and {step.target}"
    end = f'<circle class="control" cx="{x}" cy="{target}" r="4"/>'
    if step.gate == "cx":
        cross = f"M{x - 8} {target}h16M{x} {target - 8}v16"
        end = f'<circle class="target" cx="{x}" cy="{target}" r="8"/><path class="link" d="{cross}"/>'
    drawing.parts.append(
        f'<g class="entangler" data-tip="{about}"><title>{about}</title>'
        f'<line class="link" x1="{x}" x2="{x}" y1="{control}" y2="{target}"/>'
        f'<circle class="control" cx="{x}" cy="{control}" r="4"/>{end}</g>'
    )


def _x(column: int) -> float:
    return _LEFT + _COLUMN * column + _COLUMN / 2


def _y(qubit: int) -> float:
    return _TOP + _ROW * qubit + _ROW / 2
