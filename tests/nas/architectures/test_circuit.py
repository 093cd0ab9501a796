"""The Qiskit circuit: gate by gate, against a simulation on its own, and through `hwcost.estimate`."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp, Statevector

import hwcost
from nas.architectures.circuit import amplitude_angles, build_circuit, circuit_name, data_angles, observables
from nas.architectures.record import Architecture, Layer
from nas.core.errors import SettingError
from nas.spaces.build import architecture
from nas.spaces.load import list_spaces, load_space
from random_architectures import random_architecture
from statevector import outputs


def expectations(one, x, weights):
    """Outputs of the circuit by Qiskit's statevector."""
    circuit = build_circuit(one, measure=False)
    values = {f"w[{i}]": v for i, v in enumerate(weights.reshape(-1))}
    values |= {f"x[{i}]": v for i, v in enumerate(data_angles(one, x))}
    assert {parameter.name for parameter in circuit.parameters} == set(values)
    state = Statevector(circuit.assign_parameters({p: values[p.name] for p in circuit.parameters}))
    return [state.expectation_value(SparsePauliOp(label)).real for label in observables(one)]


def check(one, rng):
    x = rng.normal(size=(1, one.num_encoded))
    weights = rng.uniform(0, 2 * np.pi, size=(1, one.num_columns, one.num_qubits))
    assert np.allclose(expectations(one, x[0], weights), outputs(one, x, weights)[0], atol=1e-10), one


@pytest.mark.parametrize("name", list_spaces())
def test_a_hundred_random_architectures_compute_what_they_should(name):
    space, rng = load_space(name), np.random.default_rng(7)
    done = 0
    while done < 100:
        one = architecture(space, space.random_genome(rng))
        if one.num_qubits <= 6:
            check(one, rng)
            done += 1


def test_so_do_architectures_of_any_kind():
    generator, rng = random.Random(8), np.random.default_rng(8)
    for _ in range(100):
        check(random_architecture(generator), rng)


def test_gates_by_hand():
    first = Layer(columns=(("x", "y"), ("z", "z")), gate="cx", pairs=((1, 0),))
    second = Layer(columns=(("y", "y"),), gate="cz", pairs=((0, 1),))
    one = Architecture(num_qubits=2, embedding="angle-z", num_encoded=2, layers=(first, second), reupload=True)
    circuit = build_circuit(one)
    gates = [
        (step.operation.name, [circuit.find_bit(q).index for q in step.qubits], [p.name for p in step.operation.params])
        for step in circuit.data
        if step.operation.name != "measure"
    ]
    data = [("h", [0], []), ("rz", [0], ["x[0]"]), ("h", [1], []), ("rz", [1], ["x[1]"])]
    assert gates == [
        *data,
        *[("rx", [0], ["w[0]"]), ("ry", [1], ["w[1]"]), ("rz", [0], ["w[2]"]), ("rz", [1], ["w[3]"])],
        ("cx", [1, 0], []),
        *data,
        *[("ry", [0], ["w[4]"]), ("ry", [1], ["w[5]"]), ("cz", [0, 1], [])],
    ]
    assert circuit_name(one) == circuit.name == "angle-z-2q-2l"


@pytest.mark.parametrize(
    ("measurement", "measured", "labels"),
    [
        ("z-each", [0, 1, 2], ("IIZ", "IZI", "ZII")),
        ("z-first", [0], ("IIZ",)),
        ("zz-neighbours", [0, 1, 2], ("IZZ", "ZZI")),
    ],
)
def test_what_is_measured(measurement, measured, labels):
    layer = Layer(columns=(("y",) * 3,), gate=None, pairs=())
    one = Architecture(num_qubits=3, embedding="angle-x", num_encoded=3, layers=(layer,), measurement=measurement)
    circuit = build_circuit(one)
    measures = [step for step in circuit.data if step.operation.name == "measure"]
    assert [circuit.find_bit(step.qubits[0]).index for step in measures] == measured
    assert [circuit.find_bit(step.clbits[0]).index for step in measures] == list(range(len(measured)))
    assert circuit.num_clbits == len(measured)
    assert observables(one) == labels
    assert build_circuit(one, measure=False).num_clbits == 0


def amplitude_network(num_qubits, num_encoded):
    layer = Layer(columns=(("y",) * num_qubits,), gate=None, pairs=())
    return Architecture(num_qubits=num_qubits, embedding="amplitude", num_encoded=num_encoded, layers=(layer,))


@given(st.integers(1, 5), st.integers(0, 2**32))
def test_the_tree_prepares_the_amplitudes(num_qubits, seed):
    rng = np.random.default_rng(seed)
    num_encoded = 2**num_qubits if rng.random() < 0.5 else num_qubits
    values = rng.normal(size=num_encoded) * (rng.random(num_encoded) < 0.7)  # some are zero, sometimes all
    one = amplitude_network(num_qubits, num_encoded)
    circuit = build_circuit(one, measure=False)
    angles = data_angles(one, values)
    named = {f"x[{i}]": v for i, v in enumerate(angles)}
    bound = circuit.assign_parameters({p: named.get(p.name, 0.0) for p in circuit.parameters})
    # Index of the amplitudes as in PennyLane: qubit 0 is the most significant bit; Qiskit has it the other way round.
    found = Statevector(bound).data.reshape((2,) * num_qubits).transpose().reshape(-1)
    wanted = np.zeros(2**num_qubits)
    wanted[:num_encoded] = values if values.any() else np.eye(num_encoded)[0]
    wanted /= np.linalg.norm(wanted)
    if num_encoded == 1:
        wanted = np.abs(wanted)  # one value has nothing but a sign
    assert np.allclose(found, wanted, atol=1e-9)


def test_the_tree_has_the_known_size():
    full = build_circuit(amplitude_network(4, 16))
    assert full.count_ops()["cx"] == 2**4 - 2
    assert full.count_ops()["ry"] == 2**4 - 1 + 4
    few = build_circuit(amplitude_network(4, 4))  # on qubits 2 and 3
    assert few.count_ops()["cx"] == 2**2 - 2
    assert {few.find_bit(q).index for step in few.data if step.operation.name == "cx" for q in step.qubits} == {2, 3}
    five = build_circuit(amplitude_network(5, 5))  # five values need three qubits
    assert five.count_ops()["ry"] == 2**3 - 1 + 5
    single = build_circuit(amplitude_network(1, 1))  # one value: nothing to prepare
    assert dict(single.count_ops()) == {"ry": 1, "measure": 1}


def test_angles_of_one_qubit_by_hand():
    assert amplitude_angles(np.array([1.0, -1.0]), 1) == pytest.approx([-np.pi / 2])
    assert amplitude_angles(np.array([0.0, 0.0]), 1) == pytest.approx([0.0])
    # (0, 0, 3, 4): first RY(π) on the more significant qubit, then RY(α) if it is 1: two RY(±α/2) around CNOTs, the
    # rotation of an empty half being 0, with α = 2·atan2(4, 3).
    alpha = 2 * np.arctan2(4, 3)
    assert amplitude_angles(np.array([0.0, 0.0, 3.0, 4.0]), 2) == pytest.approx([np.pi, alpha / 2, -alpha / 2])


def test_many_amplitudes_take_no_time_and_too_many_are_refused():
    values = np.random.default_rng(0).normal(size=2**16)
    assert amplitude_angles(values, 16).shape == (2**16 - 1,)
    with pytest.raises(SettingError, match="131,072 values takes as many rotations; circuits are built for at most 65"):
        build_circuit(amplitude_network(17, 2**17))
    with pytest.raises(SettingError, match="5 amplitudes do not fit on 2 qubits"):
        amplitude_angles(np.ones(5), 2)
    for values in ([1.0], [1.0, np.nan], [[1.0, 2.0]]):
        with pytest.raises(SettingError, match="the circuit takes 2 finite values"):
            data_angles(amplitude_network(2, 2), values)


def test_hwcost_estimates_the_circuit_with_its_parameters_free():
    layer = Layer(columns=(("y",) * 4,), gate="cx", pairs=((0, 1), (1, 2), (2, 3)))
    one = Architecture(num_qubits=4, embedding="amplitude", num_encoded=4, layers=(layer, layer))
    cost = hwcost.estimate(build_circuit(one), "fake_torino", shots=1000)
    plain = cost.to_dict()
    assert plain["circuit"]["num_parameters"] == 3 + 8
    assert plain["gates"]["num_measure"] == 4
    assert isinstance(build_circuit(one), QuantumCircuit)
