"""What simulating a circuit takes, layer by layer, against the count of the whole circuit."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hwcost
from nas.architectures.circuit import build_circuit
from nas.architectures.record import Architecture, Layer
from nas.architectures.simulation import simulation_flops
from nas.core.errors import SettingError
from nas.spaces.build import architecture
from nas.spaces.load import list_spaces, load_space
from random_architectures import random_architecture

LAYER = Layer(columns=(("y", "z"),), gate="cz", pairs=((0, 1),))


def of_whole(one):
    """Return FLOPs and memory of the circuit as one."""
    whole = hwcost.statevector_flops(
        build_circuit(one, measure=False), gradient="backprop", num_observables=one.num_outputs
    )
    return whole.total, whole.peak_memory_bytes


def layer_by_layer(one):
    found = simulation_flops(one)
    return found.flops, found.peak_memory_bytes


@pytest.mark.parametrize("name", list_spaces())
def test_architectures_of_the_spaces(name):
    space, rng = load_space(name), np.random.default_rng(3)
    for _ in range(40):
        one = architecture(space, space.random_genome(rng))
        assert layer_by_layer(one) == of_whole(one), one


@given(seed=st.integers(0, 2**32))
def test_architectures_of_any_kind(seed):
    one = random_architecture(random.Random(seed))
    assert layer_by_layer(one) == of_whole(one), one


@pytest.mark.parametrize("num_encoded", [1, 2, 4])
@pytest.mark.parametrize("layers", [(LAYER,), (LAYER, LAYER), (Layer(columns=(), gate="cx", pairs=((1, 0),)), LAYER)])
def test_where_the_data_have_few_angles_or_none(num_encoded, layers):
    one = Architecture(num_qubits=2, embedding="amplitude", num_encoded=num_encoded, layers=layers)
    assert layer_by_layer(one) == of_whole(one)


def test_by_hand():
    # Two RX: 12 for each of 2 pairs of amplitudes. ⟨Z⟩ of both: 3·4 + 2·4 forward, 2·2·4 + 2·4 backward. Backward, the
    # second RX is undone, 24, and each angle has four entries of its matrix in 2 blocks, 8 each.
    one = Architecture(
        num_qubits=2, embedding="angle-x", num_encoded=2, layers=(Layer(columns=(), gate=None, pairs=()),)
    )
    assert layer_by_layer(one) == (48 + 20 + 24 + 24 + 2 * 64, 4 * 4 * 16)


def test_a_layer_adds_the_same_each_time():
    one = Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(LAYER,))
    costs = [simulation_flops(replace(one, layers=(LAYER,) * number)).flops for number in (1, 2, 3)]
    assert costs[2] - costs[1] == costs[1] - costs[0] > 0


def test_what_cannot_be_built_is_refused():
    with pytest.raises(SettingError, match="amplitude embedding of 131,072 values"):
        simulation_flops(Architecture(num_qubits=17, embedding="amplitude", num_encoded=2**17, layers=(LAYER,)))
