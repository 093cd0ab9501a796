"""What a member is and costs, read from its evaluation: dead angles, FLOPs, both halves of the time: `member_facts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from hwcost.core.units import format_seconds, format_share
from nas.architectures.flops import classical_flops
from nas.architectures.influence import dead_weights
from nas.spaces.build import architecture

if TYPE_CHECKING:
    from nas.architectures.record import Architecture
    from nas.runs.record import Evaluation
    from nas.runs.run import Run

SMALL = 0.01
"""Share of a time below which a part cannot be seen in a bar, so that it is said in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts:
    """A network of a run.

    Attributes:
        architecture: The network.
        num_quantum: Trainable angles of the circuit.
        num_classical: Trainable parameters of the classical layers.
        dead: (column, qubit) of each angle that influences no output, sorted.
        quantum_flops: Of a statevector simulation of one sample, forward and backward, in closed form; None where
            nothing was costed.
        classical_flops: Of the linear layers for one sample, forward and backward: 2 for each weight forward, 4
            backward, without the gradient of the data (as `hwcost.estimate_model` counts a training).
        quantum_s: Quantum half of the unified time in seconds; None without a device.
        classical_s: Classical half.
        scope: What the times are of; None without a device.
        parts_s: Seconds of each part of the unified time that is not 0.
        compiled: Two-qubit gates, swaps, depth and so on of the compiled circuit, by name; empty without a device.
    """

    architecture: Architecture
    num_quantum: int
    num_classical: int
    dead: tuple[tuple[int, int], ...]
    quantum_flops: int | None
    classical_flops: int
    quantum_s: float | None
    classical_s: float | None
    scope: str | None
    parts_s: Mapping[str, float]
    compiled: Mapping[str, str]

    def dead_text(self) -> str:
        """Say which angles influence no output, by their numbers w and their columns."""
        width = self.architecture.num_qubits
        axes = [column for layer in self.architecture.layers for column in layer.columns]
        texts = []
        for column, places in groupby(self.dead, key=lambda place: place[0]):
            qubits = [qubit for _, qubit in places]
            weights = ", ".join(f"w{column * width + qubit}" for qubit in qubits)
            named = sorted({f"R{axes[column][qubit]}" for qubit in qubits})
            texts.append(f"{weights} ({'/'.join(named)} of column {column + 1})")
        return "; ".join(texts) or "none"

    def small_parts(self) -> list[str]:
        """Write the parts below 1 % of the time, which no bar can show."""
        total = sum(self.parts_s.values())
        return [
            f"{name} {format_share(value / total)} ({format_seconds(value)})"
            for name, value in self.parts_s.items()
            if value < SMALL * total
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, without the architecture."""
        width = self.architecture.num_qubits
        return {
            "num_quantum_parameters": self.num_quantum,
            "num_classical_parameters": self.num_classical,
            "dead_weights": [column * width + qubit for column, qubit in self.dead],
            "flops": {"quantum": self.quantum_flops, "classical_per_sample": self.classical_flops},
            "time": {
                "scope": self.scope,
                "quantum_s": self.quantum_s,
                "classical_s": self.classical_s,
                "parts_s": dict(self.parts_s),
            },
        }


def member_facts(run: Run, member: Evaluation) -> MemberFacts:
    """Collect what is known of a network that was evaluated."""
    built = architecture(run.context.space, member.genome)
    cost = member.cost or {}
    model = cost.get("model_cost") or {}
    unified, classical = model.get("unified") or {}, model.get("classical") or {}
    parts = {name: float(value) for name, value in (unified.get("parts") or {}).items() if value > 0.0}
    classical_s = classical.get("time_s")
    total_s = unified.get("time_s")
    return MemberFacts(
        architecture=built,
        num_quantum=built.num_weights,
        num_classical=(member.num_parameters or built.num_weights) - built.num_weights,
        dead=tuple(sorted(dead_weights(built))),
        quantum_flops=cost.get("quantum_flops"),
        classical_flops=classical_flops(built, run.context.dataset.num_features, run.context.dataset.num_classes),
        quantum_s=sum(value for name, value in parts.items() if name != "classical half") if total_s else None,
        classical_s=classical_s,
        scope=unified.get("scope"),
        parts_s=parts,
        compiled=_compiled(model.get("estimates") or ()),
    )


def _compiled(estimates: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    if not estimates:
        return {}
    one = estimates[0]
    gates, time, routing = one["gates"], one["time"], one["routing"]
    swaps = routing.get("num_swaps")
    return {
        "two-qubit gates": f"{gates['num_2q']:,}",
        "one-qubit gates": f"{gates['num_1q']:,}",
        "swaps": "unknown" if swaps is None else f"{swaps:,}",
        "depth": f"{gates['depth']:,}",
        "duration": format_seconds(time["circuit_duration_s"]),
    }
