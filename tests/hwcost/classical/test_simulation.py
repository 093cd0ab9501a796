"""FLOPs of statevector simulation: by hand, by laws, and by simulating with numbers that count what is done to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Parameter
from qiskit.circuit.library import (
    efficient_su2,
    real_amplitudes,
)
from qiskit.quantum_info import SparsePauliOp, Statevector

from hwcost.classical.simulation import statevector_flops
from hwcost.core.errors import CircuitError, OptionError

GRADIENTS = ("none", "backprop", "adjoint")


def gate_flops(num_qubits, name, *arguments, **options):
    circuit = QuantumCircuit(num_qubits)
    getattr(circuit, name)(*arguments)
    return statevector_flops(circuit, gradient="none", num_observables=0, **options).gates


# ----------------------------------------------------------------------------------------------------- hand-worked


def test_real_arithmetic_takes_a_quarter_to_a_half():
    # On four pairs, an ry has 4 products and 2 sums; a Hadamard as well.
    assert gate_flops(3, "ry", 0.3, 0, real=True) == 4 * 6
    assert gate_flops(3, "h", 0, real=None) == 4 * 6
    assert gate_flops(3, "cz", 0, 1, real=True) == 0


def test_measurement_preparation_and_collapse():
    # 3 qubits: probabilities 3·8, then 8 per observable.
    circuit = real_amplitudes(3, reps=1)
    assert statevector_flops(circuit, gradient="none").measurement == 3 * 8 + 3 * 8
    circuit.measure_all()
    assert statevector_flops(circuit, gradient="none").measurement == 3 * 8 + 3 * 8
    one = QuantumCircuit(3, 1)
    one.h(0)
    one.measure(0, 0)
    assert statevector_flops(one, gradient="none").measurement == 3 * 8 + 8
    assert statevector_flops(one, gradient="none", num_observables=np.int64(5)).measurement == 3 * 8 + 5 * 8

    prepared = QuantumCircuit(2)
    prepared.prepare_state([0.6, 0.0, 0.0, 0.8])
    assert statevector_flops(prepared, gradient="none").state_preparation == 3 * 4  # real, on all qubits
    prepared = QuantumCircuit(3)
    prepared.initialize([0.6, 0.8j], [1])
    assert statevector_flops(prepared, gradient="none").state_preparation == 6 * 2 + 6 * 8
    labelled = QuantumCircuit(2)
    labelled.initialize("01")
    assert statevector_flops(labelled, gradient="none").state_preparation == 0

    # Two qubits, one measured on the way: half of the state is 2 amplitudes, (3 + 1) for its norm and 2 to scale.
    twice = QuantumCircuit(2, 2)
    twice.h(0)
    twice.measure(0, 0)
    twice.cx(0, 1)
    twice.measure([0, 1], [0, 1])
    cost = statevector_flops(twice, gradient="none")
    assert cost.gates == 2 * 12 + 2 * 6
    assert cost.num_observables == 2


def test_backward_of_two_rotations_by_hand():
    # One qubit: rx(a), then rz(b); A = 2. One observable.
    circuit = QuantumCircuit(1)
    circuit.rx(Parameter("a"), 0)
    circuit.rz(Parameter("b"), 0)
    seeds = 2 * 1 * 2 + 2 * 2  # derivatives by two probabilities, times the state
    back = statevector_flops(circuit, gradient="backprop")
    # The cotangent passes the rz only (12). Entries that depend on angles: 4 of the rx, 2 of the rz, 8 operations each.
    assert back.backward == seeds + 12 + 8 * 4 + 8 * 2
    assert back.peak_memory_bytes == (2 + 2) * 2 * 16  # in and out, the states after rx and rz
    adjoint = statevector_flops(circuit, gradient="adjoint")
    # State and bra back through rz (24), the state back through rx (12); two derivatives, 12 + 2 rows · 4 each.
    assert adjoint.backward == seeds + 24 + 12 + 2 * 20
    assert adjoint.peak_memory_bytes == 3 * 2 * 16
    assert statevector_flops(circuit, gradient="none").backward == 0


def test_only_free_parameters_have_derivatives_where_there_are_any():
    circuit = QuantumCircuit(1)
    circuit.rx(0.3, 0)
    circuit.ry(Parameter("a"), 0)
    cost = statevector_flops(circuit, gradient="backprop")
    assert cost.num_derivatives == 1
    bound = statevector_flops(circuit.assign_parameters([0.2]), gradient="backprop")
    assert bound.num_derivatives == 2
    assert "no free parameters" in bound.notes[0]
    fixed = QuantumCircuit(1)
    fixed.h(0)
    none = statevector_flops(fixed, gradient="adjoint")
    assert (none.backward, none.num_derivatives) == (0, 0)
    assert "no gate has an angle" in none.notes[0]


# ------------------------------------------------------------------------------------------------------------ laws


_ONE = st.sampled_from(["h", "x", "sx", "t", "rx", "ry", "rz", "p", "u"])
_TWO = st.sampled_from(["cx", "cz", "ecr", "swap", "crx", "cp", "rzz", "rxx"])
_NUM_ANGLES = {"rx": 1, "ry": 1, "rz": 1, "p": 1, "u": 3, "crx": 1, "cp": 1, "rzz": 1, "rxx": 1}


@st.composite
def circuits(draw, num_qubits=3, max_gates=10):
    circuit = QuantumCircuit(num_qubits)
    for _ in range(draw(st.integers(1, max_gates))):
        name = draw(_ONE | _TWO)
        num = 2 if name in ("cx", "cz", "ecr", "swap", "crx", "cp", "rzz", "rxx") else 1
        angles = [draw(st.floats(0.1, 3.0)) for _ in range(_NUM_ANGLES.get(name, 0))]
        getattr(circuit, name)(*angles, *draw(st.permutations(range(num_qubits)))[:num])
    return circuit


@given(circuits(), circuits())
def test_forward_operations_add_up_over_gates(first, second):
    alone = [statevector_flops(c, gradient="none", num_observables=0).gates for c in (first, second)]
    assert statevector_flops(first.compose(second), gradient="none", num_observables=0).gates == sum(alone)


@given(circuits(), st.sampled_from(GRADIENTS))
def test_everything_doubles_with_each_idle_qubit(circuit, gradient):
    wider = QuantumCircuit(4)
    wider.compose(circuit, range(3), inplace=True)
    narrow, wide = (statevector_flops(c, gradient=gradient, num_observables=2) for c in (circuit, wider))
    assert (wide.total, wide.peak_memory_bytes) == (2 * narrow.total, 2 * narrow.peak_memory_bytes)


@given(circuits(), st.sampled_from(GRADIENTS))
def test_angles_and_nesting_change_nothing(circuit, gradient):
    cost = statevector_flops(circuit, gradient=gradient)
    nested = QuantumCircuit(3)
    nested.append(circuit.to_gate(), range(3))
    assert statevector_flops(nested, gradient=gradient) == cost
    zeros = QuantumCircuit(3)
    for instruction in circuit.data:
        getattr(zeros, instruction.name)(
            *[0.0] * len(instruction.params), *[circuit.find_bit(q).index for q in instruction.qubits]
        )
    assert statevector_flops(zeros, gradient=gradient) == cost


@given(circuits())
def test_order_of_the_gradients(circuit):
    none, backprop, adjoint = (statevector_flops(circuit, gradient=g) for g in GRADIENTS)
    assert none.total == none.forward == backprop.forward == adjoint.forward
    assert backprop.total >= none.total
    assert adjoint.peak_memory_bytes <= max(backprop.peak_memory_bytes, none.peak_memory_bytes)
    assert (backprop.backward > 0) == (adjoint.backward > 0) == (backprop.num_derivatives > 0)


@given(st.integers(1, 5), st.integers(1, 4))
def test_real_states_never_take_more(num_qubits, reps):
    circuit = real_amplitudes(num_qubits, reps=reps)
    for gradient in GRADIENTS:
        real, general = (statevector_flops(circuit, gradient=gradient, real=r) for r in (None, False))
        assert real.real
        assert not general.real
        assert real.total < general.total
        assert 2 * real.peak_memory_bytes == general.peak_memory_bytes


def test_circuits_far_too_large_to_simulate():
    circuit = efficient_su2(200, reps=20)
    cost = statevector_flops(circuit, gradient="adjoint")
    # Per block: 21 columns of RY and RZ on 200 qubits, 12 operations on each of 2^199 pairs.
    assert cost.gates == 2 * 21 * 200 * 12 * 2**199
    assert cost.peak_memory_bytes == 3 * 16 * 2**200


# -------------------------------------------------------------------------------------------- an independent route


class Tape:
    """A simulator of one amplitude at a time that counts the real operations it does."""

    def __init__(self, num_qubits):
        self.n, self.count = num_qubits, 0

    def times(self, entry, value):
        on_axis = abs(entry.real) < 1e-12 or abs(entry.imag) < 1e-12
        self.count += 0 if on_axis and abs(abs(entry) - 1) < 1e-12 else 2 if on_axis else 6
        return entry * value

    def blocks(self, qubits):
        for base in range(2**self.n):
            if all(not base >> q & 1 for q in qubits):
                yield [base + sum((j >> i & 1) << q for i, q in enumerate(qubits)) for j in range(2 ** len(qubits))]

    def apply(self, matrix, qubits, state):
        result = [0j] * len(state)
        for block in self.blocks(qubits):
            for row, target in enumerate(block):
                entries = [c for c in range(len(block)) if abs(matrix[row, c]) > 1e-12]
                products = [self.times(matrix[row, c], state[block[c]]) for c in entries]
                self.count += 2 * max(len(products) - 1, 0)
                result[target] = sum(products)
        return result

    def run(self, gates):
        states = [[1.0 + 0j] + [0j] * (2**self.n - 1)]
        for matrix, _, qubits in gates:
            states.append(self.apply(matrix, qubits, states[-1]))
        return states

    def expectations(self, state):
        self.count += 3 * len(state)
        probabilities = [abs(a) ** 2 for a in state]
        self.count += self.n * len(state)
        return [sum(-p if i >> q & 1 else p for i, p in enumerate(probabilities)) for q in range(self.n)]

    def seed(self, weights, state):
        """Cotangent of the state of Σ_q w_q ⟨Z_q⟩."""
        factors = []
        for i in range(len(state)):
            self.count += 2 * self.n  # a product and a sum per observable
            factors.append(sum(-w if i >> q & 1 else w for q, w in enumerate(weights)))
        self.count += 2 * len(state)
        return [2 * f * a for f, a in zip(factors, state, strict=True)]


def gates_of(circuit):
    """(matrix, derivatives of the matrix by its angles, qubits) of each gate."""
    found = []
    for instruction in circuit.data:
        kind, params = instruction.operation.base_class, instruction.params
        slopes = []
        for i in range(len(params)):
            shifted = [[p + (d if i == j else 0) for j, p in enumerate(params)] for d in (1e-5, -1e-5)]
            slope = (kind(*shifted[0]).to_matrix() - kind(*shifted[1]).to_matrix()) / 2e-5
            slope.real[np.abs(slope.real) < 1e-7] = 0
            slope.imag[np.abs(slope.imag) < 1e-7] = 0
            slopes.append(slope)
        qubits = [circuit.find_bit(q).index for q in instruction.qubits]
        found.append((instruction.operation.to_matrix(), slopes, qubits))
    return found


def exact_gradient(circuit, weights):
    """Derivatives of Σ w_q ⟨Z_q⟩ by all angles, by finite differences of Qiskit's statevector."""
    places = [(i, j) for i, inst in enumerate(circuit.data) for j in range(len(inst.params))]
    observable = SparsePauliOp.from_sparse_list([("Z", [q], w) for q, w in enumerate(weights)], circuit.num_qubits)
    gradient = []
    for place in places:
        values = []
        for delta in (1e-5, -1e-5):
            shifted = QuantumCircuit(circuit.num_qubits)
            for i, inst in enumerate(circuit.data):
                params = [p + (delta if (i, j) == place else 0) for j, p in enumerate(inst.params)]
                shifted.append(
                    inst.operation.base_class(*params) if params else inst.operation,
                    [circuit.find_bit(q).index for q in inst.qubits],
                )
            values.append(Statevector(shifted).expectation_value(observable).real)
        gradient.append((values[0] - values[1]) / 2e-5)
    return gradient


@given(circuits(max_gates=8))
def test_counted_simulation_and_gradients(circuit):
    weights, gates = [0.3, -0.8, 0.5], gates_of(circuit)
    tape = Tape(3)
    states = tape.run(gates)
    values = tape.expectations(states[-1])
    assert np.allclose(states[-1], Statevector(circuit).data)
    assert np.allclose(values, [1 - 2 * Statevector(circuit).probabilities([q])[1] for q in range(3)])
    assert statevector_flops(circuit, gradient="none").forward == tape.count
    exact = exact_gradient(circuit, weights)
    if not exact:
        return
    first = next(i for i, (_, slopes, _) in enumerate(gates) if slopes)
    for gradient, method in (("backprop", counted_backprop), ("adjoint", counted_adjoint)):
        tape = Tape(3)
        found = method(tape, gates, states, weights, first)
        assert np.allclose(found, exact, atol=1e-6)
        assert statevector_flops(circuit, gradient=gradient).backward == tape.count


def counted_backprop(tape, gates, states, weights, first):
    cotangent, gradient = tape.seed(weights, states[-1]), []
    for i in range(len(gates) - 1, first - 1, -1):
        matrix, slopes, qubits = gates[i]
        moving = sum(np.abs(s) for s in slopes) > 0 if slopes else np.zeros(matrix.shape, dtype=bool)
        entries = np.zeros(matrix.shape, dtype=complex)
        for block in tape.blocks(qubits):
            for row, column in zip(*np.nonzero(moving), strict=True):
                tape.count += 8
                entries[row, column] += np.conj(cotangent[block[row]]) * states[i][block[column]]
        gradient = [float((entries * s).sum().real) for s in slopes] + gradient
        if i > first:
            cotangent = tape.apply(matrix.conj().T, qubits, cotangent)
    return gradient


def counted_adjoint(tape, gates, states, weights, first):
    bra, ket, gradient = tape.seed(weights, states[-1]), states[-1], []
    for i in range(len(gates) - 1, first - 1, -1):
        matrix, slopes, qubits = gates[i]
        ket = tape.apply(matrix.conj().T, qubits, ket)
        found = []
        for slope in slopes:
            derivative = tape.apply(slope, qubits, ket)
            total = 0.0
            rows = np.nonzero(np.abs(slope).sum(axis=1))[0]
            for block in tape.blocks(qubits):
                for row in rows:
                    tape.count += 4
                    total += (np.conj(bra[block[row]]) * derivative[block[row]]).real
            found.append(total)
        gradient = found + gradient
        if i > first:
            bra = tape.apply(matrix.conj().T, qubits, bra)
    return gradient


# --------------------------------------------------------------------------------------------- wrong and hostile


def test_refusals_name_what_is_wrong():
    circuit = QuantumCircuit(2, 2)
    circuit.rx(0.1, 0)
    circuit.measure(0, 0)
    circuit.cx(0, 1)
    with pytest.raises(CircuitError, match="1 measurement or reset on the way, which backprop has no derivative for"):
        statevector_flops(circuit, gradient="backprop")
    circuit.reset(0)
    circuit.h(0)
    with pytest.raises(CircuitError, match="2 measurements or reset"):
        statevector_flops(circuit, gradient="adjoint")
    with pytest.raises(CircuitError, match="rx has complex entries"):
        statevector_flops(circuit, gradient="none", real=True)
    with pytest.raises(OptionError, match="gradient is 'spsa'"):
        statevector_flops(circuit, gradient="spsa")
    with pytest.raises(OptionError, match="real is 1"):
        statevector_flops(circuit, gradient="none", real=1)
    for value in (-1, 1.5, True):
        with pytest.raises(OptionError, match="num_observables"):
            statevector_flops(circuit, gradient="none", num_observables=value)
    with pytest.raises(CircuitError, match="str is not a circuit"):
        statevector_flops("circuit", gradient="none")
    wide = QuantumCircuit(1001)
    wide.h(0)
    with pytest.raises(CircuitError, match="1001 qubits"):
        statevector_flops(wide, gradient="none")
    opaque = QuantumCircuit(1)
    opaque.append(Gate("oracle", 1, []), [0])
    with pytest.raises(CircuitError, match="oracle"):
        statevector_flops(opaque, gradient="none")
