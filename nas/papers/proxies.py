"""Cheap figures of networks beside their times on devices, without a training; kept on the disk for each seed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

import hwcost
from nas.architectures.flops import classical_flops
from nas.architectures.json import architecture_hash
from nas.architectures.record import Architecture
from nas.costs import candidate_cost
from nas.papers.kept import kept
from nas.runs.objectives import TIME_DIGITS
from nas.spaces.build import architecture
from nas.spaces.load import load_space
from nas.spaces.record import SearchSpace

PROXIES: Mapping[str, str] = {
    "flops": "FLOPs of the simulation",
    "parameters": "trainable parameters",
    "logical_gates": "gates on two qubits before compilation",
    "two_qubit_gates": "gates on two qubits after compilation",
    "log10_t_eff": "T_eff, Hyb-HANAS's own model",
}
"""Figures that may stand for a time, in the words of a table."""

SCOPES: Mapping[str, str] = {"inference": "none", "step": "parameter-shift"}
"""What is costed on a device, each with its gradient."""

NUM_FEATURES, NUM_CLASSES = 4, 3
SHOTS = 1024

Row = Mapping[str, Any]


def distinct_networks(space: SearchSpace, number: int, seed: int, max_qubits: int | None) -> list[Architecture]:
    """Draw networks of a space until there are so many different ones.

    Args:
        space: The space.
        number: How many.
        seed: Of the draws.
        max_qubits: Width of the widest; None for any.
    """
    rng = np.random.default_rng(seed)
    found: dict[str, Architecture] = {}
    while len(found) < number:
        built = architecture(space, space.random_genome(rng))
        if max_qubits is None or built.num_qubits <= max_qubits:
            found.setdefault(architecture_hash(built), built)
    return list(found.values())


def costed(
    folder: Path,
    device_name: str,
    seed: int,
    *,
    number: int,
    max_qubits: int | None,
) -> list[Row]:
    """Cost random networks of `hyb-hanas` on a device, or read what an earlier call has kept.

    Networks of which noise leaves no signal there have no time and are left out.

    Args:
        folder: Directory for the file.
        device_name: Device.
        seed: Of the networks.
        number: Networks.
        max_qubits: Width of the widest; None for any.
    """

    def compute() -> list[dict[str, Any]]:
        device = hwcost.prepare_device(hwcost.load_calibration(device_name))
        networks = distinct_networks(load_space("hyb-hanas"), number, seed, max_qubits)
        found = [figures(built, device) for built in networks]
        return [row for row in found if row is not None]

    asked = {"device": device_name, "seed": seed, "number": number, "max_qubits": max_qubits}
    return [*kept(folder / f"costs-{device_name}-{seed}.json", asked, compute)]


def figures(built: Architecture, device: hwcost.Device) -> dict[str, Any] | None:
    """Cost a network on a device and simulated; None where it has no time there."""
    row: dict[str, Any] = {}
    for scope, gradient in SCOPES.items():
        try:
            cost = candidate_cost(
                built,
                NUM_FEATURES,
                NUM_CLASSES,
                backend=device,
                scope=scope,
                gradient=gradient,
                shots=SHOTS,
                num_seeds=1,
                cache=True,
            )
        except hwcost.HwcostError:
            return None
        model = cost.model_cost
        estimate = None if model is None else model.estimates[0]
        if model is None or estimate is None or estimate.paper is None or model.quantum.qpu_time_s is None:
            return None
        row[f"{scope}_qpu_s"] = model.quantum.qpu_time_s
        row |= _halves(scope, model.unified.time_s, model.classical.time_s)
        inflation = estimate.shots.inflation_worst
        row |= {
            "hash": architecture_hash(built),
            "flops": cost.quantum_flops,
            "classical_flops": classical_flops(built, NUM_FEATURES, NUM_CLASSES),
            "parameters": cost.num_parameters,
            "logical_gates": sum(len(layer.pairs) for layer in built.layers),
            "two_qubit_gates": estimate.gates.num_2q,
            "circuit_duration_s": estimate.time.circuit_duration_s,
            "log10_t_eff": estimate.paper.log10_effective_time,
            "p_fail": estimate.paper.p_fail,
            "noise_shots": None if not inflation else 1.0 - 1.0 / inflation,
            "swap_gates": 3 * (estimate.routing.num_swaps or 0),
        }
    simulated = candidate_cost(built, NUM_FEATURES, NUM_CLASSES, simulated=True, scope="step", gradient="backprop")
    if simulated.model_cost is not None:
        row |= _halves("simulated", simulated.model_cost.unified.time_s, simulated.model_cost.classical.time_s)
    return row


def _halves(scope: str, unified_s: float | None, classical_s: float) -> dict[str, Any]:
    """Return the share of the classical half, and whether unified times show it at the digits that are compared."""
    if not unified_s:
        return {}
    seen = f"{unified_s:.{TIME_DIGITS - 1}e}" != f"{unified_s - classical_s:.{TIME_DIGITS - 1}e}"
    return {f"{scope}_classical_share": classical_s / unified_s, f"{scope}_seen": seen}
