"""What an operation or circuit comes to: `Size`, and the sizes of the library's gates, which are synthesised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hwcost.core.checks import is_finite

if TYPE_CHECKING:
    from qiskit.circuit import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a circuit expands to, once every definition is written out in Qiskit's standard gates.

    Attributes:
        num_instructions: Gates, measurements, resets and delays.
        num_measurements: Measurements among them.
        num_resets: Resets among them.
        num_steps: Instructions, barriers, calls of gates, empty ones too, and some for each block of control flow:
            whoever expands the circuit makes that many objects.
        num_levels: Levels of definitions and blocks within each other.
    """

    num_instructions: int = 0
    num_measurements: int = 0
    num_resets: int = 0
    num_steps: int = 0
    num_levels: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(
            num_instructions=self.num_instructions + other.num_instructions,
            num_measurements=self.num_measurements + other.num_measurements,
            num_resets=self.num_resets + other.num_resets,
            num_steps=self.num_steps + other.num_steps,
            num_levels=max(self.num_levels, other.num_levels),
        )

    def __mul__(self, times: int) -> Size:
        return Size(
            num_instructions=self.num_instructions * times,
            num_measurements=self.num_measurements * times,
            num_resets=self.num_resets * times,
            num_steps=self.num_steps * times,
            num_levels=self.num_levels,
        )


def library_size(operation: Operation) -> Size | None:
    """Order of magnitude of the library's gates that are synthesised, not expanded; None for every other gate.

    Their definitions are never built here: that can take minutes, and only the transpiler needs them.
    """
    # Qiskit's shared instances have a class of their own without a module.
    kind = getattr(operation, "base_class", type(operation))
    name, n = operation.name, operation.num_qubits
    if kind.__name__ == "_U0Gate":  # qelib1's wait of that many cycles
        return _library(max(1, int(operation.params[0])) if is_finite(operation.params[0]) else 1)
    if not str(kind.__module__).startswith(("qiskit.circuit.library", "qiskit.quantum_info")):
        return None
    if name in ("unitary", "isometry"):
        return _library(4**n)
    if name in ("diagonal", "state_preparation", "multiplexer", "ucrx", "ucry", "ucrz"):
        return _library(2**n)
    if name == "initialize":
        return Size(num_instructions=2**n + n, num_resets=n, num_steps=2**n + n)
    if name in ("qft", "clifford", "linear_function", "permutation"):
        return _library(max(1, n * n))
    if name == "PauliEvolution":
        return _library(_evolution_size(operation))
    return None


def _library(number: int) -> Size:
    return Size(num_instructions=number, num_steps=number)


def _evolution_size(operation: Operation) -> int:
    operators = operation.operator if isinstance(operation.operator, list) else [operation.operator]
    num_terms = sum(len(operator) if hasattr(operator, "__len__") else 1 for operator in operators)
    repetitions = int(getattr(operation.synthesis, "reps", 1) or 1)
    order = int(getattr(operation.synthesis, "order", 1) or 1)
    # Suzuki: order 2 goes there and back, each further pair of orders takes five copies.
    copies = 1 if order < 2 else 2 * int(5 ** min(order // 2 - 1, 100))
    return max(1, num_terms * (2 * int(operation.num_qubits) + 1) * repetitions * copies)
