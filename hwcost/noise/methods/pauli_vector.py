"""All Pauli expectation values of a few qubits, carried forwards: the exact values of every observable at once.

It is the linear algebra of the signed sums that are carried backwards, on all 4^n strings. On few qubits a deep circuit
fills them all, and then this is faster and drops nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import numpy as np

from hwcost.noise.methods.signed_plan import Node, SignedPlan
from hwcost.noise.transfer import Floats

MAX_VECTOR_QUBITS = 10
"""A million strings: 32 MiB, and some 10 ms per gate; each qubit more takes four times as much of both."""


def vector_values(plan: SignedPlan) -> Floats:
    """Return the expectation value of each observable of a plan, `[noise, observable]`.

    Args:
        plan: Of at most `MAX_VECTOR_QUBITS` qubits; time and memory grow with 4^n.
    """
    state = reduce(np.multiply.outer, [np.array([1.0, 0.0, 0.0, 1.0])] * plan.num_qubits, np.ones(plan.num_noises))
    letters: list[dict[int, int]] = [{} for _ in range(plan.num_observables)]
    for row, qubit, code in plan.starts:
        letters[row][qubit] = code
    last_of: dict[int, int] = {}
    for index, node in enumerate(plan.nodes):
        for qubit in node.qubits:
            last_of.setdefault(qubit, index)
    values: dict[int, Floats] = {}
    spare, mapped = np.empty((2, state.size))  # of large arrays, making them anew would take most of the time
    for index in range(len(plan.nodes) - 1, -1, -1):
        node = plan.nodes[index]
        is_last = bool(node.starts) and last_of[node.qubits[0]] == index
        for row, code in node.starts:
            letters[row][node.qubits[0]] = code
            if not is_last:
                values[row] = _value(state, letters[row])
        if not is_last:  # a qubit that is read for the last time keeps its values until all is read
            state = _apply(state, node, spare, mapped)
    columns = [values[row] if row in values else _value(state, own) for row, own in enumerate(letters)]
    return np.stack(columns, axis=1) if columns else np.empty((plan.num_noises, 0))


def vector_work(plan: SignedPlan) -> int:
    """Return what `vector_values` takes, in the unit of `hwcost.noise.methods.string_table.StringTable.work`."""
    entries: int = 4**plan.num_qubits
    return len(plan.nodes) * (_MAP_WORK + entries // _ENTRIES_PER_STRING)


_COLUMNS_AT_ONCE = 1024
_MAP_WORK = 100
_ENTRIES_PER_STRING = 25  # an entry of the vector takes that much less time than a string of a table


def _value(state: Floats, letters: Mapping[int, int]) -> Floats:
    at = tuple(letters.get(qubit, 0) for qubit in range(state.ndim - 1))
    return np.stack([each[at] for each in state])


def _apply(state: Floats, node: Node, spare: Floats, result: Floats) -> Floats:
    """Return the state behind a node, in the memory of `result`; `state` may be there too."""
    axes = [1 + qubit for qubit in node.qubits]
    front = list(range(1, 1 + len(axes)))
    moved = np.moveaxis(state, axes, front)
    before = spare.reshape(moved.shape)
    np.copyto(before, moved)
    # In pieces that stay on one thread: more of them gain nothing here, and lose much on a busy machine.
    size = 4 ** len(axes)
    shape = (len(state), size, -1, min(_COLUMNS_AT_ONCE, state.size // (len(state) * size)))
    np.matmul(
        node.matrices[:, None],
        before.reshape(shape).transpose(0, 2, 1, 3),
        out=result.reshape(shape).transpose(0, 2, 1, 3),
    )
    return np.moveaxis(result.reshape(moved.shape), front, axes)
