"""Noiseless values from the statevector: by hand, against Qiskit, and where there are none."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping
from qiskit.quantum_info import Operator, Pauli, Statevector

from hwcost.core.errors import CircuitError
from hwcost.isa.columns import Kind
from hwcost.noise.methods import noiseless
from hwcost.noise.methods.noiseless import MAX_STATE_QUBITS, noiseless_values
from hwcost.noise.observables import track_observables
from noisy_circuits import Op, bound_ops, isa_of, noise_of

QUIET = noise_of(40)


def values(isa, observables=None):
    return noiseless_values(isa, track_observables(isa, QUIET, observables))


def test_a_bell_state_by_hand():
    isa = isa_of(Op("h", (0,)), Op("cx", (0, 1)), num_qubits=3)
    wanted = [{0: p, 1: p} for p in "XYZ"] + [{0: "Z"}, {2: "Z"}, {2: "Y"}, {}]
    assert values(isa, wanted) == pytest.approx([1, -1, 1, 0, 1, 0, 1])
    turned = isa_of(Op("rx", (0,), (0.3,)), measure=[0])
    assert values(turned) == pytest.approx([math.cos(0.3)])


@settings(max_examples=40, deadline=None)
@given(bound_ops(4), st.lists(st.dictionaries(st.integers(0, 3), st.sampled_from("XYZ")), min_size=1, max_size=4))
def test_values_are_those_of_qiskit(ops, observables):
    isa = isa_of(*[op for op in ops if op.name not in ("reset", "measure")], num_qubits=4)
    state = Statevector.from_int(0, 16)
    for name, params, kind, qubits in zip(isa.names, isa.params, isa.kinds, isa.qubits, strict=True):
        if kind <= Kind.TWO_QUBIT:
            gate = get_standard_gate_name_mapping()[name].base_class(*params)
            state = state.evolve(Operator(gate), qargs=list(qubits))
    labels = ["".join(each.get(q, "I") for q in (3, 2, 1, 0)) for each in observables]
    expected = [state.expectation_value(Pauli(label)).real for label in labels]
    assert values(isa, observables) == pytest.approx(expected, abs=1e-9)


def test_what_lies_outside_the_light_cone_does_not_matter():
    outside = [Op("magic", (3,)), Op("ccx", (3, 4, 5)), Op("reset", (5,)), Op("rz", (4,), (None,))]
    isa = isa_of(Op("x", (0,)), *outside, Op("x", (3,)), num_qubits=6)
    assert values(isa, [{0: "Z"}]).tolist() == [-1.0]
    with pytest.raises(CircuitError, match="has no known unitary"):
        values(isa, [{0: "Z", 3: "Z"}])


def test_a_reset_or_a_state_that_goes_on_behind_a_measurement_has_none():
    bit = Op("measure", (0,), clbit=0)
    assert values(isa_of(Op("h", (0,)), Op("reset", (0,)), measure=[0])) is None
    assert values(isa_of(Op("h", (0,)), bit, Op("h", (0,)), Op("measure", (0,), clbit=1))) is None
    # What goes on behind it is not asked for.
    assert values(isa_of(Op("x", (0,)), bit, Op("h", (0,)))).tolist() == [-1.0]


def test_too_many_qubits_or_gates_have_none(monkeypatch):
    chain = [Op("cx", (q, q + 1)) for q in range(MAX_STATE_QUBITS)]
    isa = isa_of(*chain, num_qubits=MAX_STATE_QUBITS + 1)
    assert values(isa, [{MAX_STATE_QUBITS: "Z"}]) is None
    # The last gate that counts here is the one on it and its neighbour.
    assert values(isa, [{MAX_STATE_QUBITS - 2: "Z"}]).tolist() == [1.0]
    monkeypatch.setattr(noiseless, "MAX_STATE_GATES", 3)
    assert values(isa, [{3: "Z"}]) is None
    assert values(isa, [{2: "Z"}]).tolist() == [1.0]
