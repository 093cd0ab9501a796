"""Weights that influence nothing: by hand, and by the derivatives of a simulation that knows nothing of them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from nas.architectures.influence import dead_weights
from nas.architectures.record import Architecture, Layer
from nas.spaces.load import load_space
from nas.spaces.size import distinct_circuits
from random_architectures import random_architecture
from statevector import without_gradient


def layer(*columns, gate=None, pairs=()):
    return Layer(columns=tuple(tuple(column) for column in columns), gate=gate, pairs=pairs)


def network(*layers, embedding="angle-x", **others):
    num_qubits = len(next(column for layer in layers for column in layer.columns))
    return Architecture(
        num_qubits=num_qubits, embedding=embedding, num_encoded=num_qubits, layers=tuple(layers), **others
    )


CHAIN = {"gate": "cx", "pairs": ((0, 1), (1, 2))}


@pytest.mark.parametrize("gate", ["cx", "cz", None])
def test_rz_after_the_last_rx_or_ry_is_dead_whatever_the_entanglers(gate):
    pairs = ((0, 1), (1, 2), (2, 0)) if gate else ()
    for axis in "xy":
        one = network(layer(axis * 3, gate=gate, pairs=pairs), *[layer("zzz", gate=gate, pairs=pairs)] * 2)
        assert dead_weights(one) == {(column, qubit) for column in (1, 2) for qubit in range(3)}
    # All of them, without any RX or RY.
    assert len(dead_weights(network(*[layer("zzz", gate=gate, pairs=pairs)] * 3))) == 9
    # None before the last one.
    assert dead_weights(network(layer("zzz", gate=gate, pairs=pairs), layer("yyy", gate=gate, pairs=pairs))) == set()


def test_what_does_not_reach_the_measured_qubit_is_dead():
    # CX(0,1), CX(1,2): Z of the control, qubit 0, stays Z of qubit 0. Only its RY counts.
    first = network(layer("yyy", **CHAIN), measurement="z-first")
    assert dead_weights(first) == {(0, 1), (0, 2)}
    # In the other direction Z of the target becomes ZZ and ZZZ.
    upward = network(layer("yyy", gate="cx", pairs=((2, 1), (1, 0))), measurement="z-first")
    assert dead_weights(upward) == set()
    # RY before CZ makes X, which CZ takes to XZ: one more qubit in each layer, from the last one back.
    cz = layer("yyy", gate="cz", pairs=((0, 1), (1, 2)))
    assert dead_weights(network(cz, cz, measurement="z-first")) == {(1, 1), (1, 2), (0, 2)}
    assert dead_weights(network(cz, cz, measurement="z-each")) == set()


def test_neighbours_are_measured_in_pairs():
    turned_first = network(layer("zzz"), layer("yzz"), measurement="zz-neighbours")
    assert dead_weights(turned_first) == {(0, 1), (0, 2), (1, 1), (1, 2)}


def test_rz_on_a_qubit_that_no_amplitude_reaches_is_dead():
    # Four values are the amplitudes of qubits 2 and 3; qubits 0 and 1 are |0⟩.
    first = layer("zzzz")
    turned = layer("xxxx", gate="cx", pairs=((0, 1), (1, 2), (2, 3)))
    assert dead_weights(network(first, turned, embedding="amplitude")) == {(0, 0), (0, 1)}
    full = Architecture(num_qubits=4, embedding="amplitude", num_encoded=16, layers=(first, turned))
    assert dead_weights(full) == set()
    # A CNOT from a qubit in |0⟩ leaves its target in |0⟩; one from an amplitude does not.
    down = layer("zzzz", gate="cx", pairs=((0, 1), (1, 2), (2, 3)))
    ring = layer("zzzz", gate="cx", pairs=((3, 0),))
    assert dead_weights(network(down, down, turned, embedding="amplitude")) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert dead_weights(network(ring, down, turned, embedding="amplitude")) == {(0, 0), (0, 1), (1, 1)}
    # After a CNOT from qubit 3 to 0 and one to 1, Z0·Z1 is still fixed, but neither alone: nothing more is dead.
    both = layer("zzzz", gate="cx", pairs=((3, 0), (3, 1)))
    assert dead_weights(network(both, layer("zzzz"), turned, embedding="amplitude")) == {(0, 0), (0, 1)}
    # CX(0,1) takes Z0·Z1 to Z1: qubit 1 is |0⟩ again.
    undone = layer("zzzz", gate="cx", pairs=((3, 0), (3, 1), (0, 1)))
    assert (1, 1) in dead_weights(network(undone, layer("zzzz"), turned, embedding="amplitude"))


def test_data_that_are_uploaded_again_turn_qubits_like_weights():
    two = [layer("zz"), layer("zz")]
    assert dead_weights(network(*two, embedding="angle-y", reupload=True)) == {(1, 0), (1, 1)}
    assert len(dead_weights(network(*two, embedding="angle-y"))) == 4
    # A Hadamard and RZ(x): Z before is X after, which the RZ of the next layer turns; the measured Z is its X.
    assert dead_weights(network(*two, embedding="angle-z", reupload=True)) == {(1, 0), (1, 1)}


def circuits_of(name, most_qubits):
    return [one for one in distinct_circuits(load_space(name)) if one.num_qubits <= most_qubits]


def test_every_dead_weight_of_small_faqnas_circuits_by_derivatives():
    rng = np.random.default_rng(0)
    num_found = num_missed = 0
    for one in circuits_of("faqnas", 3):
        still = without_gradient(one, rng)
        dead = dead_weights(one)
        assert dead <= still, one  # never a live one
        assert bool(dead) == bool(still), one  # and no architecture is overlooked
        num_found += len(dead)
        num_missed += len(still - dead)
    # Those that are missed need more than letters of single qubits: amplitudes are real, so that ⟨Y⟩ is zero.
    assert num_found > 2_000
    assert num_missed == 4


def test_no_live_weight_of_any_circuit_is_called_dead():
    generator, rng = random.Random(4), np.random.default_rng(4)
    num_found = num_missed = 0
    for _ in range(500):
        one = random_architecture(generator)
        if one.num_qubits > 5 or one.num_columns == 0:
            continue
        still = without_gradient(one, rng)
        dead = dead_weights(one)
        assert dead <= still, one
        num_found += len(dead)
        num_missed += len(still - dead)
    assert num_found > 500
    assert num_missed < 0.15 * num_found  # these circuits have entanglers that undo each other


def test_large_and_long_circuits_take_no_time_and_no_recursion():
    n = 24
    pairs = tuple((i, (i + 1) % n) for i in range(n))
    deep = network(*[layer("x" * n, "y" * n, "z" * n, gate="cx", pairs=pairs)] * 2_000)
    assert dead_weights(deep) == {(5_999, qubit) for qubit in range(n)}
