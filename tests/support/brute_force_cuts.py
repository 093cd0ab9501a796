"""Least cutting overhead of small circuits by trying every set of cuts."""

from __future__ import annotations

import itertools
import math


def brute_force(num_qubits, gates, max_qubits, kappas):
    """Least Σ ln κ over all sets of gate and wire cuts after which no connected part is wider than the limit."""
    inputs = []
    seen = set()
    for index, (_, qubits) in enumerate(gates):
        inputs += [(index, qubit) for qubit in qubits if qubit in seen]
        seen.update(qubits)
    best = math.inf
    for cut_gates in itertools.product([False, True], repeat=len(gates)):
        cost = sum(math.log(kappas[name]) for (name, _), cut in zip(gates, cut_gates, strict=True) if cut)
        for num_wires in range(len(inputs) + 1):
            total = cost + num_wires * math.log(4)
            if total >= best - 1e-12:
                break
            for wires in itertools.combinations(inputs, num_wires):
                if widest_part(num_qubits, gates, cut_gates, set(wires)) <= max_qubits:
                    best = total
                    break
    return best


def widest_part(num_qubits, gates, cut_gates, wires):
    current = list(range(num_qubits))
    part = {wire: {wire} for wire in current}
    for index, (_, qubits) in enumerate(gates):
        for qubit in qubits:
            if (index, qubit) in wires:
                current[qubit] = len(part)
                part[current[qubit]] = {current[qubit]}
        if not cut_gates[index]:
            merged = part[current[qubits[0]]] | part[current[qubits[1]]]
            for wire in merged:
                part[wire] = merged
    return max(map(len, part.values()))
