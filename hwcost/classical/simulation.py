"""What simulating a circuit as a statevector takes in floating-point operations and memory, without running it.

A closed form: the operations of each gate follow from its matrix (`hwcost.classical.gate_flops`) and the 2^n
amplitudes, in time linear in the gates, so that circuits far too large to simulate have an answer as well. It counts
what the mathematics asks for, not what one simulator's kernels do.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from hwcost.circuits.check import check_circuit
from hwcost.circuits.own_gates import name_own_gates
from hwcost.classical.gate_flops import total_flops
from hwcost.classical.tally import Tally, TallyCounter
from hwcost.core.checks import choice
from hwcost.core.errors import CircuitError, OptionError
from hwcost.core.text import one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

SimulationGradient: TypeAlias = Literal["none", "backprop", "adjoint"]

MAX_STATE_QUBITS = 1000
"""Above this 2^n exceeds the largest float; no machine holds 2^60 amplitudes."""

COMPLEX_BYTES, REAL_BYTES = 16, 8
"""Memory of one amplitude in double precision."""

MAX_COUNTED = 5_000_000
"""Operations and calls of gates in one circuit: definitions are counted once each, nothing is compiled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationFlops:
    """Floating-point operations of one evaluation of a circuit by statevector simulation.

    Attributes:
        num_qubits: Qubits n of the state, idle ones included.
        num_gates: Gates applied, composite ones as what they are made of.
        num_derivatives: Derivatives by a gate's angle; an angle that is used in two gates has two.
        num_observables: Expectation values that are read off the state.
        gradient: How derivatives are made.
        real: Whether the amplitudes are real numbers.
        state_preparation: Operations for writing given amplitudes.
        gates: Operations of the gates, forward.
        measurement: Operations of the expectation values, forward.
        forward: The three together.
        backward: Operations of the gradient of one scalar loss after the forward pass.
        total: forward + backward.
        peak_memory_bytes: Memory of the amplitudes held at once, double precision.
        notes: What was assumed.
    """

    num_qubits: int
    num_gates: int
    num_derivatives: int
    num_observables: int
    gradient: SimulationGradient
    real: bool
    state_preparation: int
    gates: int
    measurement: int
    forward: int
    backward: int
    total: int
    peak_memory_bytes: int
    notes: tuple[str, ...]


def statevector_flops(
    circuit: QuantumCircuit,
    *,
    gradient: SimulationGradient,
    real: bool | None = False,
    num_observables: int | None = None,
) -> SimulationFlops:
    """Count operations and memory of one statevector simulation of `circuit`, with or without its gradient.

    With A = 2^n amplitudes and the operations a_g of gate g as in `hwcost.classical.gate_flops`, per evaluation:

    - State preparation of 2^k amplitudes: they are normalised, 6·2^k operations (a square, its sum, a product; 3·2^k
      for real amplitudes), and multiplied with the state of the other qubits if there are any, 6·A (2·A).
    - Gates: Σ a_g. A mid-circuit measurement or reset of one course: the norm of half of the state, and its scaling,
      6·A/2.
    - M observables diagonal in the measured basis: probabilities 3·A (two squares and their sum), and one signed sum
      of A terms each.
    - Backward, both methods: the loss's derivatives by the probabilities, 2·M·A, times the state, 2·A.
    - `backprop`, reverse mode through stored states: the inverse of each gate on the cotangent of the state, Σ a_g,
      and the cotangent of each matrix entry that depends on an angle, 8 operations per entry and block. That is twice
      the forward work where matrices are dense, three to four times for rotations. The state after each gate is kept,
      so memory grows with the gates.
    - `adjoint` (arXiv:2009.02823): gates are undone on the state and on one bra, 2·Σ a_g, and each angle takes
      ∂U/∂θ on the state and the real part of an inner product, 4 per amplitude. Three states in memory. This is the
      gradient of one scalar (a vector-Jacobian product); the full Jacobian of M observables has M bras.

    Nothing before the first gate with a derivative is traversed backwards. On real states the operations are those
    of real arithmetic: 3·2^k and A for state preparation, 3·A/2 for a measurement on the way, A for the
    probabilities, and 2·M·A + A for the derivatives by them.

    Not in here: indices and copies (permutations such as CX or SWAP count nothing), gates fused before they are
    applied, shots, the classical derivatives of angle expressions, and gradients by the amplitudes of a state
    preparation.

    Args:
        circuit: The circuit. Its free parameters are what a gradient is taken by; where it has none, all angles of
            its gates are.
        gradient: `none`, `backprop` or `adjoint`.
        real: False: complex amplitudes, as in every general simulator. True: real ones. None: real where all gates
            are real matrices.
        num_observables: Expectation values; default one per qubit measured at the end, or one per qubit in a circuit
            without measurement.

    Raises:
        CircuitError: The circuit has no bounded cost, measures on the way while a gradient is wanted, is not real
            although `real` is True, or has more than `MAX_STATE_QUBITS` qubits.
        OptionError: An option is invalid.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> circuit = QuantumCircuit(2)
        >>> _ = circuit.rx(0.1, 0), circuit.cx(0, 1)
        >>> cost = statevector_flops(circuit, gradient="none", num_observables=1)
        >>> cost.gates, cost.measurement  # two pairs of amplitudes, 12 each; 3·4 + 4
        (24, 16)
    """
    choice("gradient", gradient, get_args(SimulationGradient))
    if real is not None and not isinstance(real, bool):
        raise OptionError(f"real is {real!r}; give True, False or None")
    check_circuit(circuit, max_instructions=MAX_COUNTED)
    circuit = name_own_gates(circuit)
    where = f"circuit {one_line(circuit.name)!r}"
    if circuit.num_qubits > MAX_STATE_QUBITS:
        raise CircuitError(
            f"{where} has {circuit.num_qubits} qubits; a statevector has 2^n amplitudes, at most {MAX_STATE_QUBITS} "
            "qubits can be counted"
        )
    counter = TallyCounter(circuit, real_state=False)
    tally = counter.of_top(circuit)
    if real and counter.complex_gate is not None:
        raise CircuitError(
            f"{where}: {counter.complex_gate} has complex entries, so the state is not real; use real=False or None"
        )
    is_real = real is not False and counter.complex_gate is None
    if is_real:
        counter = TallyCounter(circuit, real_state=True)
        tally = counter.of_top(circuit)
    if gradient != "none" and tally.num_collapses:
        raise CircuitError(
            f"{where}: {tally.num_collapses} measurement{'s' if tally.num_collapses > 1 else ''} or reset on the way, "
            f"which {gradient} has no derivative for; use gradient 'none' or defer the measurements to the end"
        )
    measured = counter.num_measured or circuit.num_qubits
    observables = measured if num_observables is None else _count("num_observables", num_observables)
    return _cost(circuit.num_qubits, tally, gradient, is_real, observables, only_free=counter.only_free)


def _count(name: str, value: Any) -> int:
    try:
        whole = operator.index(value)
    except TypeError:
        whole = -1
    if isinstance(value, bool) or whole < 0:
        raise OptionError(f"{name} is {value!r}; give a whole number, 0 or more")
    return whole


def _cost(
    n: int, tally: Tally, gradient: SimulationGradient, real: bool, num_observables: int, *, only_free: bool
) -> SimulationFlops:
    amplitudes = 1 << n
    gates = total_flops(tally.gates, n)
    preparation = tally.fixed + total_flops(tally.preparation, n)
    measurement = ((1 if real else 3) + num_observables) * amplitudes if num_observables else 0
    backward, num_states = 0, 2
    if gradient != "none" and tally.first is not None:
        seeds = (2 * num_observables + (1 if real else 2)) * amplitudes
        tail = total_flops(tally.tail, n)
        if gradient == "backprop":
            backward = seeds + tail + total_flops(tally.cotangents, n)
            num_states = 2 + 1 + tally.num_tail_steps
        else:
            backward = seeds + 2 * tail + total_flops(tally.first, n) + total_flops(tally.derivatives, n)
            num_states = 3
    forward = preparation + gates + measurement
    notes = []
    if gradient != "none" and not only_free and tally.num_derivatives:
        notes.append("the circuit has no free parameters: a derivative by every angle of its gates is counted")
    if gradient != "none" and tally.first is None:
        notes.append("no gate has an angle to take a derivative by: there is no backward pass")
    return SimulationFlops(
        num_qubits=n,
        num_gates=tally.num_steps,
        num_derivatives=tally.num_derivatives,
        num_observables=num_observables,
        gradient=gradient,
        real=real,
        state_preparation=preparation,
        gates=gates,
        measurement=measurement,
        forward=forward,
        backward=backward,
        total=forward + backward,
        peak_memory_bytes=num_states * amplitudes * (REAL_BYTES if real else COMPLEX_BYTES),
        notes=tuple(notes),
    )
