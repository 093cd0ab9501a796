"""The subcircuits that a set of cuts leaves, and how many circuits the cuts make of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcost.models.cutting.circuit import CuttableCircuit
from hwcost.models.cutting.search import Cuts, Pair, require_cutting

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

Segment: TypeAlias = tuple[int, int]
"""A stretch of a qubit's wire between cuts: (qubit, number of the stretch)."""

_NEGLIGIBLE = 1e-9  # coefficients of a decomposition that vanish up to rounding
_MEASURE = "qpd_measure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subcircuit:
    """One circuit that is run in place of the whole.

    Attributes:
        circuit: The circuit with one term of each cut.
        num_experiments: Circuits that qiskit-addon-cutting sends for it: one for each product of the terms of all
            cuts, those of other parts included; 1 for a part that no cut touches.
        num_distinct: How many of them differ.
    """

    circuit: QuantumCircuit
    num_experiments: int
    num_distinct: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """The decomposition of a cut gate or wire.

    Attributes:
        num_terms: Products in the sum.
        num_distinct: Different operations on either side.
        longest: On either side, the longest operation without a measurement.
    """

    num_terms: int
    num_distinct: tuple[int, int]
    longest: tuple[tuple[Any, ...], tuple[Any, ...]]


def subcircuits_of(circuit: CuttableCircuit, pairs: Sequence[Pair], cuts: Cuts, max_qubits: int) -> list[Subcircuit]:
    """Return the subcircuits, in order of their lowest qubit.

    What stays connected is one subcircuit. Parts that no cut touches have nothing to be multiplied with and share
    circuits, as many as fit into `max_qubits`. Qubits without gates and without measurement are left out.

    Args:
        circuit: The circuit.
        pairs: Its gates on two qubits, as they are cut.
        cuts: Where.
        max_qubits: Width limit.
    """
    places = _places(circuit, cuts)
    groups = _connected(places)
    touched = {
        segment for pair_index, segments in places.of_pair.items() if pair_index in cuts.gates for segment in segments
    } | {segment for ends in places.wires for segment in ends}
    cut_groups = [group for group in groups if not touched.isdisjoint(group)]
    whole = [group for group in groups if touched.isdisjoint(group)]
    ordered = sorted(cut_groups + _packed(whole, max_qubits))
    terms = _all_terms(pairs, cuts)
    num_products = math.prod(terms[index].num_terms for index in cuts.gates)
    num_products *= math.prod(terms[None].num_terms for _ in cuts.wires)
    return [
        _build(circuit, cuts, places, group, terms, number, 1 if touched.isdisjoint(group) else num_products)
        for number, group in enumerate(ordered)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where each gate stands.

    Attributes:
        of_gate: Segments of each gate of the circuit.
        of_pair: Segments of each gate on two qubits, by its number among those.
        wires: (segment that ends, segment that begins) of each cut wire.
        last: The last segment of each qubit.
        kept: Segments that kept gates connect.
    """

    of_gate: list[tuple[Segment, ...]]
    of_pair: dict[int, tuple[Segment, ...]]
    wires: list[tuple[Segment, Segment]]
    last: dict[int, Segment]
    kept: list[tuple[Segment, Segment]]


def _places(circuit: CuttableCircuit, cuts: Cuts) -> _Places:
    current: dict[int, Segment] = {}
    places = _Places(of_gate=[], of_pair={}, wires=[], last=current, kept=[])
    cut_before: dict[int, list[int]] = {}
    for pair_index, qubit in sorted(cuts.wires):
        cut_before.setdefault(pair_index, []).append(qubit)
    for qubit in circuit.measured:
        current[qubit] = (qubit, 0)
    pair_index = -1
    for _, qubits in circuit.gates:
        for qubit in qubits:
            current.setdefault(qubit, (qubit, 0))
        if len(qubits) == 2:
            pair_index += 1
            for qubit in cut_before.get(pair_index, ()):
                before = current[qubit]
                current[qubit] = (qubit, before[1] + 1)
                places.wires.append((before, current[qubit]))
        segments = tuple(current[qubit] for qubit in qubits)
        places.of_gate.append(segments)
        if len(qubits) == 2:
            places.of_pair[pair_index] = segments
            if pair_index not in cuts.gates:
                places.kept.append((segments[0], segments[1]))
    return places


def _connected(places: _Places) -> list[list[Segment]]:
    """Group the segments that kept gates connect, each group ascending."""
    segments = sorted({s for row in places.of_gate for s in row} | set(places.last.values()) | {
        s for ends in places.wires for s in ends
    })  # fmt: skip
    root = {segment: segment for segment in segments}

    def find(segment: Segment) -> Segment:
        while root[segment] != segment:
            root[segment] = root[root[segment]]
            segment = root[segment]
        return segment

    for a, b in places.kept:
        low, high = sorted((find(a), find(b)))
        root[high] = low
    groups: dict[Segment, list[Segment]] = {}
    for segment in segments:
        groups.setdefault(find(segment), []).append(segment)
    return list(groups.values())


def _packed(groups: Sequence[list[Segment]], max_qubits: int) -> list[list[Segment]]:
    """Join groups up to a width, the widest first, each where it first fits."""
    bins: list[list[Segment]] = []
    for group in sorted(groups, key=lambda group: (-len(group), group)):
        for members in bins:
            if len(members) + len(group) <= max_qubits:
                members.extend(group)
                break
        else:
            bins.append(list(group))
    return [sorted(members) for members in bins]


def _all_terms(pairs: Sequence[Pair], cuts: Cuts) -> dict[int | None, _Terms]:
    """Return the decompositions by number of the cut gate; None stands for a wire."""
    terms: dict[int | None, _Terms] = {}
    if not cuts.gates and not cuts.wires:
        return terms
    package = require_cutting()
    terms_of_gate: dict[int, _Terms] = {}
    for index in cuts.gates:
        gate = pairs[index].gate
        if id(gate) not in terms_of_gate:
            terms_of_gate[id(gate)] = _terms(package.qpd.QPDBasis.from_instruction(gate))
        terms[index] = terms_of_gate[id(gate)]
    if cuts.wires:
        terms[None] = _terms(package.qpd.QPDBasis.from_instruction(package.instructions.Move()))
    return terms


def _terms(basis: Any) -> _Terms:
    maps = [
        sides for sides, coefficient in zip(basis.maps, basis.coeffs, strict=True) if abs(coefficient) > _NEGLIGIBLE
    ]

    def longest(side: int) -> tuple[Any, ...]:
        operations: tuple[Any, ...] = ()
        for sides in maps:
            unitary = all(operation.name not in (_MEASURE, "reset") for operation in sides[side])
            if unitary and len(sides[side]) > len(operations):
                operations = tuple(sides[side])
        return operations

    return _Terms(
        num_terms=len(maps),
        num_distinct=(len({_content(sides[0]) for sides in maps}), len({_content(sides[1]) for sides in maps})),
        longest=(longest(0), longest(1)),
    )


def _content(operations: Sequence[Any]) -> tuple[Any, ...]:
    return tuple((op.name, *(repr(value) for value in op.params)) for op in operations)


def _build(
    cuttable: CuttableCircuit,
    cuts: Cuts,
    places: _Places,
    group: Sequence[Segment],
    terms: dict[int | None, _Terms],
    number: int,
    num_products: int,
) -> Subcircuit:
    from qiskit import QuantumCircuit

    index_of = {segment: index for index, segment in enumerate(group)}
    ends = {before for before, _ in places.wires if before in index_of}
    begins = {after for _, after in places.wires if after in index_of}
    read = [places.last[qubit] for qubit in cuttable.measured if places.last[qubit] in index_of]
    circuit = QuantumCircuit(len(group), len(ends) + len(read), name=f"{cuttable.name}-part-{number}")
    num_distinct = 1
    for segment in sorted(begins):
        # One of the six states in which a cut wire continues.
        circuit.x(index_of[segment])
        circuit.sxdg(index_of[segment])
        num_distinct *= terms[None].num_distinct[1]
    pair_index = -1
    for (gate, qubits), segments in zip(cuttable.gates, places.of_gate, strict=True):
        pair_index += len(qubits) == 2
        inside = [side for side, segment in enumerate(segments) if segment in index_of]
        if len(qubits) == 2 and pair_index in cuts.gates:
            for side in inside:
                for operation in terms[pair_index].longest[side]:
                    circuit.append(operation, [index_of[segments[side]]])
            both = len(inside) == 2
            num_distinct *= (
                terms[pair_index].num_terms if both else math.prod(terms[pair_index].num_distinct[s] for s in inside)
            )
        elif inside:
            circuit.append(gate, [index_of[segment] for segment in segments])
    for clbit, segment in enumerate(sorted(ends)):
        circuit.sx(index_of[segment])
        circuit.measure(index_of[segment], clbit)
        num_distinct *= terms[None].num_distinct[0]
    for clbit, segment in enumerate(read, start=len(ends)):
        circuit.measure(index_of[segment], clbit)
    return Subcircuit(circuit=circuit, num_experiments=num_products, num_distinct=num_distinct)
