"""Where to cut a circuit: `find_cuts`, with the search of qiskit-addon-cutting and an exact partition of the qubits.

Only pairs of qubits and the cost of cutting each gate matter here. A cut gate multiplies the shots by κ² = γ², 9 for
CX and CZ; a cut wire by 16, without classical communication between the parts.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hwcost.core.errors import MissingDependencyError

WIRE_KAPPA = 4.0
"""κ of a wire cut without classical communication; the library's decomposition of a move has it."""

MAX_PARTITION_QUBITS = 13
"""Widest connected part whose partitions are all compared: 3^12 sets, half a second."""

_FIRST_BUDGET = 100
_BUDGET_STEP = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One gate on two qubits.

    Attributes:
        qubits: Its qubits in the gate's own order.
        gate: A bound gate, with which it is cut.
        kappa: Σ of the absolute coefficients of the gate's quasi-probability decomposition.
    """

    qubits: tuple[int, int]
    gate: Any
    kappa: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Which gates are cut, and which wires before which gate.

    Attributes:
        gates: Positions of cut gates in the list of pairs.
        wires: (position of the gate before which the wire is cut, qubit).
        minimal: Whether no cheaper set of cuts exists.
        timed_out: Whether the search was ended by its time limit.
    """

    gates: frozenset[int]
    wires: frozenset[tuple[int, int]]
    minimal: bool
    timed_out: bool = False

    def log_kappa(self, pairs: Sequence[Pair]) -> float:
        """Return the natural logarithm of the product of all κ."""
        return math.fsum(math.log(pairs[index].kappa) for index in self.gates) + len(self.wires) * math.log(WIRE_KAPPA)


def require_cutting() -> Any:
    """Import the package `qiskit_addon_cutting`.

    Raises:
        MissingDependencyError: It is not installed.
    """
    try:
        import qiskit_addon_cutting
        import qiskit_addon_cutting.automated_cut_finding
        import qiskit_addon_cutting.instructions
        import qiskit_addon_cutting.qpd
    except ImportError as error:
        raise MissingDependencyError(
            'circuit cutting needs qiskit-addon-cutting, which is not installed; run: pip install "hwcost[cutting]"'
        ) from error
    return qiskit_addon_cutting


def connected_parts(num_qubits: int, pairs: Sequence[Pair]) -> list[tuple[int, ...]]:
    """Group the qubits that gates connect; parts ascend, by their first qubit, and lone qubits are parts too."""
    root = list(range(num_qubits))

    def find(qubit: int) -> int:
        while root[qubit] != qubit:
            root[qubit] = root[root[qubit]]
            qubit = root[qubit]
        return qubit

    for pair in pairs:
        a, b = sorted(map(find, pair.qubits))
        root[b] = a
    parts: dict[int, list[int]] = {}
    for qubit in range(num_qubits):
        parts.setdefault(find(qubit), []).append(qubit)
    return [tuple(part) for part in parts.values()]


def find_cuts(
    num_qubits: int,
    pairs: Sequence[Pair],
    max_qubits: int,
    *,
    max_backjumps: int,
    time_limit_s: float,
    seed: int,
) -> Cuts:
    """Find the cheapest cuts after which no connected part is wider than `max_qubits`.

    Each connected part that is too wide is searched on its own: minima add up. A part gets the library's best-first
    search over gate and wire cuts, with ten times the budget as long as it has not proved its minimum, and, up to
    `MAX_PARTITION_QUBITS` qubits, the exact minimum over gate cuts alone, which is cheaper than an unfinished search
    in deep circuits. The cheaper of the two is kept.

    Args:
        num_qubits: Width of the circuit.
        pairs: Its gates on two qubits in order of time.
        max_qubits: Width limit.
        max_backjumps: Budget of the search, per part.
        time_limit_s: Rough limit in seconds of all searches together: no search begins that would probably exceed it.
        seed: Of the search's order among equals.
    """
    deadline = time.monotonic() + time_limit_s
    gates: set[int] = set()
    wires: set[tuple[int, int]] = set()
    minimal, timed_out = True, False
    for part in connected_parts(num_qubits, pairs):
        if len(part) <= max_qubits:
            continue
        members = set(part)
        positions = [index for index, pair in enumerate(pairs) if pair.qubits[0] in members]
        local = {qubit: index for index, qubit in enumerate(part)}
        inner = [
            Pair(qubits=(local[pair.qubits[0]], local[pair.qubits[1]]), gate=pair.gate, kappa=pair.kappa)
            for pair in (pairs[index] for index in positions)
        ]
        part_cuts = _find_in_part(len(part), inner, max_qubits, max_backjumps, deadline, seed)
        gates.update(positions[index] for index in part_cuts.gates)
        wires.update((positions[index], part[qubit]) for index, qubit in part_cuts.wires)
        minimal &= part_cuts.minimal
        timed_out |= part_cuts.timed_out
    return Cuts(gates=frozenset(gates), wires=frozenset(wires), minimal=minimal, timed_out=timed_out)


def _find_in_part(
    num_qubits: int, pairs: Sequence[Pair], max_qubits: int, max_backjumps: int, deadline: float, seed: int
) -> Cuts:
    every_gate = Cuts(gates=frozenset(range(len(pairs))), wires=frozenset(), minimal=max_qubits == 1)
    if max_qubits == 1:
        return every_gate  # a wire cut leaves two wires and a gate still to cut
    best = every_gate
    if num_qubits <= MAX_PARTITION_QUBITS:
        best = _best_partition(num_qubits, pairs, max_qubits)
    budget, took_s = min(_FIRST_BUDGET, max_backjumps), 0.0
    while True:
        start = time.monotonic()
        # The first search always runs: nothing else is known of wide parts.
        if took_s > 0.0 and start + took_s * _BUDGET_STEP > deadline:
            return Cuts(gates=best.gates, wires=best.wires, minimal=False, timed_out=True)
        cuts = _search(num_qubits, pairs, max_qubits, budget, seed)
        took_s = time.monotonic() - start
        if cuts is None:
            return best
        difference = cuts.log_kappa(pairs) - best.log_kappa(pairs)
        # Equal up to rounding: then the library's proof of minimality holds for its cuts.
        if difference < -1e-9 or (cuts.minimal and difference < 1e-9):
            best = cuts
        if best.minimal or budget >= max_backjumps:
            return best
        budget = min(budget * _BUDGET_STEP, max_backjumps)


def _search(num_qubits: int, pairs: Sequence[Pair], max_qubits: int, max_backjumps: int, seed: int) -> Cuts | None:
    """Search with the library; None where the overhead is too large for its floats."""
    from qiskit import QuantumCircuit

    finding = require_cutting().automated_cut_finding
    circuit = QuantumCircuit(num_qubits)
    for pair in pairs:
        circuit.append(pair.gate, pair.qubits)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library's own
            cut, metadata = finding.find_cuts(
                circuit,
                finding.OptimizationParameters(seed=seed, max_gamma=1e300, max_backjumps=max_backjumps),
                finding.DeviceConstraints(max_qubits),
            )
    except OverflowError:
        return None
    gates: set[int] = set()
    wires: set[tuple[int, int]] = set()
    position = 0
    for instruction in cut.data:
        # A wire is cut right before the gate that follows in the list.
        if instruction.name == "cut_wire":
            wires.add((position, cut.find_bit(instruction.qubits[0]).index))
            continue
        if instruction.name == "qpd_2q":
            gates.add(position)
        position += 1
    return Cuts(gates=frozenset(gates), wires=frozenset(wires), minimal=bool(metadata["minimum_reached"]))


def _best_partition(num_qubits: int, pairs: Sequence[Pair], max_qubits: int) -> Cuts:
    """Find the cheapest gate cuts by dynamic programming over subsets, the set of the lowest qubit first.

    Of all partitions of the qubits into sets of at most `max_qubits` it is the one that keeps the largest Σ ln κ over
    gates inside a set.
    """
    weight: dict[tuple[int, int], float] = {}
    for pair in pairs:
        a, b = sorted(pair.qubits)
        weight[a, b] = weight.get((a, b), 0.0) + math.log(pair.kappa)
    kept_inside = [0.0] * (1 << num_qubits)
    for subset in range(1, 1 << num_qubits):
        lowest = (subset & -subset).bit_length() - 1
        rest = subset & (subset - 1)
        kept_inside[subset] = kept_inside[rest] + sum(
            value for (a, b), value in weight.items() if a == lowest and rest >> b & 1
        )

    @cache
    def best(qubits: int) -> tuple[float, int]:
        """Return (kept, set of the lowest qubit) for these qubits."""
        if not qubits:
            return 0.0, 0
        lowest, others = qubits & -qubits, qubits & (qubits - 1)
        chosen = (-1.0, 0)
        subset = others
        while True:
            group = subset | lowest
            if group.bit_count() <= max_qubits:
                chosen = max(chosen, (kept_inside[group] + best(qubits ^ group)[0], group))
            if not subset:
                return chosen
            subset = (subset - 1) & others

    set_of = {}
    remaining, number = (1 << num_qubits) - 1, 0
    while remaining:
        group = best(remaining)[1]
        set_of.update({qubit: number for qubit in range(num_qubits) if group >> qubit & 1})
        remaining ^= group
        number += 1
    cut = {index for index, pair in enumerate(pairs) if set_of[pair.qubits[0]] != set_of[pair.qubits[1]]}
    return Cuts(gates=frozenset(cut), wires=frozenset(), minimal=False)
