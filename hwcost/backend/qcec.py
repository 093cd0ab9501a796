"""Equivalence of circuits that are too large to simulate, by mqt.qcec (extra `bench`): `prove_with_qcec`.

mqt.qcec compares decision diagrams and ZX diagrams. Most compiled circuits of 20 to 30 qubits take it well under a
second, and some of 16 qubits take longer than anybody waits; so it runs in a child process under limits of time and
memory.

It is given two circuits on the same wires without measurements: the compiled one, and the original where the layout
puts it, with its qubits swapped to where they end. So it compares two unitaries up to a global phase, and is told
nothing of qubits that start in |0⟩ or whose end does not matter: where it is told, versions up to 3.11 call some
circuits equal that are not. A device needs less, so that nothing is proved, and nothing is refuted, where mqt.qcec
finds no equality.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import metadata
from typing import TYPE_CHECKING

from hwcost.backend.final_measurements import NotFinalError, final_measurements
from hwcost.backend.statevector import CannotSimulateError, is_silent
from hwcost.circuits.sandbox import run_limited
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import Operation

TIME_LIMIT_S = 10.0
MEMORY_LIMIT_BYTES = 4 * 2**30
"""Address space, of which most is never touched."""

MAX_INFIDELITY = 1e-11
"""Of the two unitaries, on average over all inputs. Rounding stays far below, and so does one input of 2^30 not."""

_NOT_FOUND = "mqt.qcec does not find them equal for every input, and a device starts in |0…0⟩ only"


class _NotFoundError(Exception):
    """mqt.qcec answered anything else than that they are equal."""


def qcec_version() -> str | None:
    """Return the version of mqt.qcec, None where it is not installed."""
    try:
        return metadata.version("mqt.qcec")
    except metadata.PackageNotFoundError:
        return None


def prove_with_qcec(
    circuit: QuantumCircuit,
    isa: QuantumCircuit,
    starts: Sequence[int],
    ends: Sequence[int],
    *,
    time_limit_s: float = TIME_LIMIT_S,
) -> None:
    """Prove that `isa` does what `circuit` does, or raise.

    Args:
        circuit: The circuit before compilation, with numbers for its parameters.
        isa: The compiled circuit.
        starts: Where each qubit of the circuit starts in the compiled one.
        ends: Where it ends. What is measured ends where it is measured.
        time_limit_s: Wall-clock seconds of the proof.

    Raises:
        CannotSimulateError: Nothing is proved; the message says why.
    """
    if qcec_version() is None:
        raise CannotSimulateError("`pip install 'hwcost[bench]'` brings mqt.qcec, which proves it for many larger ones")
    try:
        measured, measured_after = final_measurements(circuit), final_measurements(isa)
    except NotFinalError as error:
        raise CannotSimulateError(f"mqt.qcec is not asked about a circuit with {error}") from None
    if measured.keys() != measured_after.keys():
        raise CannotSimulateError("mqt.qcec is not asked about circuits that measure into different bits")
    ends = list(ends)
    for clbit, qubit in measured.items():
        ends[qubit] = measured_after[clbit]
    if len(set(ends)) != len(ends):
        raise CannotSimulateError("mqt.qcec is not asked about qubits that are measured where another ends")
    verdict = run_limited(
        _verify, circuit, isa, starts, ends, time_limit_s=time_limit_s, memory_limit_bytes=MEMORY_LIMIT_BYTES
    )
    if verdict.outcome == "ok":
        return
    reasons = {
        "time": f"mqt.qcec gives no answer within {time_limit_s:g} s",
        "memory": "mqt.qcec needs more memory than it may have",
        "crash": f"mqt.qcec ends without an answer ({verdict.error_type or 'no reason'})",
        "error": f"mqt.qcec fails with {verdict.error_type}: {one_line(verdict.message)}",
    }
    found = verdict.error_type == _NotFoundError.__name__
    raise CannotSimulateError(one_line(verdict.message) if found else reasons[verdict.outcome])


def _verify(circuit: QuantumCircuit, isa: QuantumCircuit, starts: Sequence[int], ends: Sequence[int]) -> None:
    """Ask mqt.qcec; runs in the child."""
    from mqt import qcec  # only in the child: its types write about leaks to stderr when their process ends

    before, after = _on_same_wires(circuit, isa, starts, ends)
    # Simulations of single inputs prove nothing.
    results = qcec.verify(before, after, run_simulation_checker=False, trace_threshold=MAX_INFIDELITY)
    if results.equivalence.name not in ("equivalent", "equivalent_up_to_global_phase"):
        raise _NotFoundError(_NOT_FOUND)


def _on_same_wires(
    circuit: QuantumCircuit, isa: QuantumCircuit, starts: Sequence[int], ends: Sequence[int]
) -> tuple[QuantumCircuit, QuantumCircuit]:
    """Return both circuits without measurements on the wires in use; the first one ends with swaps."""
    from qiskit.circuit import QuantumCircuit

    gates, gates_after = _unseen_removed(circuit), _unseen_removed(isa)
    wires = sorted({*starts, *ends, *(qubit for _, qubits in gates_after for qubit in qubits)})
    index = {wire: k for k, wire in enumerate(wires)}
    before, after = QuantumCircuit(len(wires)), QuantumCircuit(len(wires))
    for gate, qubits in gates:
        before.append(gate, [index[starts[qubit]] for qubit in qubits])
    for gate, qubits in gates_after:
        after.append(gate, [index[wire] for wire in qubits])
    for one, two in _swaps(_moves(isa, starts, ends, wires)):
        before.swap(index[one], index[two])
    return before, after


def _unseen_removed(circuit: QuantumCircuit) -> list[tuple[Operation, list[int]]]:
    """Return the gates with the numbers of their qubits, without those diagonal ones that no measurement sees.

    Compilers drop these.
    """
    from qiskit.transpiler import PassManager
    from qiskit.transpiler.passes import RemoveDiagonalGatesBeforeMeasure

    seen, size = circuit, -1
    while size != (size := seen.size()):
        seen = PassManager([RemoveDiagonalGatesBeforeMeasure()]).run(seen)
    number = {bit: k for k, bit in enumerate(seen.qubits)}
    return [
        (each.operation, [number[bit] for bit in each.qubits])
        for each in seen.data
        if each.name != "measure" and not is_silent(each)
    ]


def _moves(isa: QuantumCircuit, starts: Sequence[int], ends: Sequence[int], wires: Sequence[int]) -> dict[int, int]:
    """Return where the state of each wire ends.

    Those of the circuit's qubits are given. For the rest Qiskit's layout says it; any other choice only makes mqt.qcec
    miss an equality.
    """
    moves = dict(zip(starts, ends, strict=True))
    final = None if isa.layout is None else isa.layout.final_layout
    idle = [wire for wire in wires if wire not in moves]
    if final is not None:
        for wire in idle:
            place = final[isa.qubits[wire]]
            if place in wires and place not in moves.values():
                moves[wire] = place
    moves |= {wire: wire for wire in idle if wire not in moves and wire not in moves.values()}
    free = [wire for wire in wires if wire not in moves.values()]
    return moves | dict(zip([wire for wire in idle if wire not in moves], free, strict=True))


def _swaps(moves: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Yield swaps that bring the state of each wire to where it ends."""
    left = dict(moves)
    for wire in sorted(left):
        while (place := left[wire]) != wire:
            # The state on `wire` goes to its place, and what was there comes here.
            yield wire, place
            left[wire], left[place] = left[place], place
