"""What cutting a circuit to a number of qubits costs: subcircuits, circuits to run, and shots. `cutting_cost`.

Gates are cut into sums of one-qubit operations, wires into measurements and preparations; the expectation value of the
whole is a sum over products of the parts', with signs. Shots grow by the sampling overhead, the product of κ² over the
cuts, whatever the number of subcircuits (Mitarai and Fujii, arXiv:2006.11174; Piveteau and Sutter, arXiv:2205.00016).
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from hwcost.core.errors import OptionError
from hwcost.core.text import one_line
from hwcost.models.cutting.circuit import CuttableCircuit, read_cuttable
from hwcost.models.cutting.parts import subcircuits_of
from hwcost.models.cutting.search import WIRE_KAPPA, Cuts, Pair, connected_parts, find_cuts, require_cutting

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

CutKind: TypeAlias = Literal["gate", "wire"]

DEFAULT_MAX_BACKJUMPS = 10_000
"""Budget of the search, the library's own default."""

DEFAULT_TIME_LIMIT_S = 30.0

_FREE_ANGLES = (math.pi / 2.0, math.pi)
"""Where the κ of Qiskit's parametrised gates is largest: π/2 for rotations about XX, YY, ZZ or ZX, π for controlled
gates, phases and XX ± YY."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One cut.

    Attributes:
        kind: `gate` or `wire`.
        name: Name of the cut gate, or of the gate before which the wire is cut.
        qubits: Qubits of the cut gate, or the one whose wire is cut.
        gate_index: Number of that gate among all gates on two qubits, in order of time.
        sampling_overhead: κ², by which shots grow.
    """

    kind: CutKind
    name: str
    qubits: tuple[int, ...]
    gate_index: int
    sampling_overhead: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CuttingCost:
    """What a circuit costs when it is cut to a number of qubits.

    Attributes:
        max_qubits: The limit.
        num_subcircuits: Circuits that are run in place of one; parts that no cut touches share a circuit.
        subcircuit_widths: Qubits of each.
        num_gate_cuts: Cut gates.
        num_wire_cuts: Cut wires.
        sampling_overhead: Shots of each subcircuit over those of the whole circuit, for the same standard error; None
            where it exceeds the largest float.
        log10_sampling_overhead: Its logarithm.
        subexperiments: For each subcircuit, how many circuits qiskit-addon-cutting sends for one group of commuting
            observables when no term is left out: the product over all cuts of their terms (6 for CX, CZ and rzz, 8 for
            a wire), 1 for a part that no cut touches.
        num_subexperiments: Their sum.
        distinct_subexperiments: How many of those differ; the library sends the others more than once.
        minimal: Whether it is proved that no cheaper set of gate and wire cuts exists.
        cuts: The cuts in order of time.
        subcircuits: The subcircuits, to be costed on a device: in place of a cut gate the longest of its one-qubit
            terms without a measurement; a cut wire ends in a basis change and a measurement and continues with one of
            its preparations. Their parameters and measurements are those of the circuit.
        notes: What was assumed.
    """

    max_qubits: int
    num_subcircuits: int
    subcircuit_widths: tuple[int, ...]
    num_gate_cuts: int
    num_wire_cuts: int
    sampling_overhead: float | None
    log10_sampling_overhead: float
    subexperiments: tuple[int, ...]
    num_subexperiments: int
    distinct_subexperiments: tuple[int, ...]
    minimal: bool
    cuts: tuple[Cut, ...]
    subcircuits: tuple[QuantumCircuit, ...] = field(repr=False, compare=False)
    notes: tuple[str, ...] = ()


def cutting_cost(
    circuit: QuantumCircuit,
    max_qubits: int,
    *,
    max_backjumps: int = DEFAULT_MAX_BACKJUMPS,
    time_limit_s: float = DEFAULT_TIME_LIMIT_S,
    seed: int = 0,
) -> CuttingCost:
    """Find the cheapest cuts that leave no subcircuit wider than `max_qubits`, and their cost.

    The sampling overhead is Π κ² over the cuts: 9 for a CX, CZ or ECR, (1 + 2·|sin θ|)² for rzz(θ), 49 for a swap, 16
    for a wire, all without classical communication between the parts. A gate on two qubits with a free parameter
    counts at the angle where its κ is largest, so the overhead is an upper bound there. Qubits are not reused within
    a subcircuit.

    A circuit that fits, or that falls into parts that fit, has no cuts and the overhead 1; qiskit-addon-cutting is
    needed only otherwise.

    Args:
        circuit: The circuit, with its measurements at the end or without any.
        max_qubits: Width limit, at least 1.
        max_backjumps: Budget of the search for cuts.
        time_limit_s: Rough limit of the search in seconds; where it takes effect `minimal` is False, and the result
            may depend on the machine.
        seed: Of the search.

    Raises:
        CircuitError: The circuit cannot be cut, the message says why.
        OptionError: An option is invalid.
        MissingDependencyError: Cuts are needed and qiskit-addon-cutting is not installed.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> chain = QuantumCircuit(4)
        >>> for qubit in range(3):
        ...     _ = chain.cx(qubit, qubit + 1)
        >>> cost = cutting_cost(chain, 2)
        >>> cost.sampling_overhead, cost.subcircuit_widths, cost.minimal
        (9.0, (2, 2), True)
    """
    max_qubits = _whole("max_qubits", max_qubits, 1)
    max_backjumps, seed = _whole("max_backjumps", max_backjumps, 0), _whole("seed", seed, 0)
    if isinstance(time_limit_s, bool) or not isinstance(time_limit_s, (int, float)) or not time_limit_s > 0.0:
        raise OptionError(f"cutting: time_limit_s is {one_line(repr(time_limit_s))}; give seconds above 0")
    cuttable = read_cuttable(circuit)
    notes = list(cuttable.notes)
    # Without cuts no κ is needed, nor the package that knows it.
    pairs = [Pair(qubits=(q[0], q[1]), gate=gate, kappa=1.0) for gate, q in cuttable.gates if len(q) == 2]
    if all(len(part) <= max_qubits for part in connected_parts(cuttable.num_qubits, pairs)):
        cuts = Cuts(gates=frozenset(), wires=frozenset(), minimal=True)
    else:
        pairs, more = _pairs(cuttable)
        notes += more
        cuts = find_cuts(
            cuttable.num_qubits, pairs, max_qubits, max_backjumps=max_backjumps, time_limit_s=time_limit_s, seed=seed
        )
    if cuts.timed_out:
        notes.append(f"the search for cuts was ended by its time limit of {time_limit_s:g} s; cheaper ones may exist")
    elif not cuts.minimal:
        notes.append("the search for cuts did not prove its result minimal; cheaper ones may exist")
    log10 = 2.0 * cuts.log_kappa(pairs) / math.log(10.0)
    records = _cut_records(pairs, cuts)
    parts = subcircuits_of(cuttable, pairs, cuts, max_qubits)
    if cuts.gates:
        notes.append("a third of the terms of a cut CX or CZ measures on the way; the subcircuits have a term without")
    return CuttingCost(
        max_qubits=max_qubits,
        num_subcircuits=len(parts),
        subcircuit_widths=tuple(part.circuit.num_qubits for part in parts),
        num_gate_cuts=len(cuts.gates),
        num_wire_cuts=len(cuts.wires),
        sampling_overhead=math.prod(cut.sampling_overhead for cut in records) if log10 < 300.0 else None,
        log10_sampling_overhead=log10,
        subexperiments=tuple(part.num_experiments for part in parts),
        num_subexperiments=sum(part.num_experiments for part in parts),
        distinct_subexperiments=tuple(part.num_distinct for part in parts),
        minimal=cuts.minimal,
        cuts=records,
        subcircuits=tuple(part.circuit for part in parts),
        notes=tuple(notes),
    )


def _whole(name: str, value: Any, low: int) -> int:
    try:
        whole = operator.index(value)
    except TypeError:
        whole = low - 1
    if isinstance(value, bool) or whole < low:
        raise OptionError(f"cutting: {name} is {one_line(repr(value))}; give a whole number, {low} or more")
    return whole


def _pairs(cuttable: CuttableCircuit) -> tuple[list[Pair], list[str]]:
    """Return the gates on two qubits with their κ; those with free angles at the angles where κ is largest."""
    bases = require_cutting().qpd.QPDBasis
    bounds: dict[tuple[Any, ...], tuple[Any, float]] = {}
    free: set[str] = set()
    pairs = []
    for gate, qubits in cuttable.gates:
        if len(qubits) != 2:
            continue
        angles: list[tuple[float, ...]] = []
        for value in gate.params:
            is_free = bool(getattr(value, "parameters", None))
            if is_free:
                free.add(gate.name)
            angles.append(_FREE_ANGLES if is_free else (value,))
        key = (gate.name, *(choice if len(choice) > 1 else choice[0] for choice in angles))
        if gate.name == "unitary":
            key = (id(gate),)
        if key not in bounds:
            candidates = [gate] if gate.name not in free else [gate.base_class(*c) for c in itertools.product(*angles)]
            bounds[key] = max(
                ((candidate, float(bases.from_instruction(candidate).kappa)) for candidate in candidates),
                key=lambda entry: entry[1],
            )
        bound, kappa = bounds[key]
        pairs.append(Pair(qubits=(qubits[0], qubits[1]), gate=bound, kappa=max(1.0, kappa)))
    notes = [f"free angles of {', '.join(sorted(free))}: cut at the angle that costs most"] if free else []
    return pairs, notes


def _cut_records(pairs: Sequence[Pair], cuts: Cuts) -> tuple[Cut, ...]:
    gates = [
        (
            index,
            Cut(
                kind="gate",
                name=one_line(pairs[index].gate.name),
                qubits=pairs[index].qubits,
                gate_index=index,
                sampling_overhead=pairs[index].kappa ** 2,
            ),
        )
        for index in cuts.gates
    ]
    wires = [
        (
            index,
            Cut(
                kind="wire",
                name=one_line(pairs[index].gate.name),
                qubits=(qubit,),
                gate_index=index,
                sampling_overhead=WIRE_KAPPA**2,
            ),
        )
        for index, qubit in cuts.wires
    ]
    return tuple(cut for _, cut in sorted(gates + wires, key=lambda entry: (entry[0], entry[1].qubits)))
