"""What a genome stands for: gates by the papers' definitions, and what counts as one network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.architectures.record import Hidden
from nas.spaces.build import architecture
from nas.spaces.load import list_spaces, load_space, space_from_dict
from statevector import outputs

FAQNAS = load_space("faqnas")
EVERYTHING = space_from_dict(
    {
        "genes": {
            "qubits": [1, 2, 3, 4],
            "embedding": ["angle-x", "angle-y", "angle-z", "amplitude"],
            "amplitudes": ["qubits", "full"],
            "reupload": [False, True],
            "layers": [1, 2, 3],
            "rotation": ["rx", "rz"],
            "rotation_1": ["ry", "rx-ry-rz", "rz-rx"],
            "rotation_2_1": ["rx", "ry"],
            "rotation_2_2": ["rz", "ry"],
            "rotation_2_3": ["rx", "rz"],
            "rotation_2_4": ["rx", "ry"],
            "entangler": ["cx", "cz", "none"],
            "topology": ["linear", "circular", "ranged"],
            "range": [1, 2, 9],
            "range_2": [1, 2, 3],
            "mode": ["all", "none"],
            "mode_3": ["odd", "even"],
            "measurement": ["z-each", "z-first", "zz-neighbours"],
            "hidden_before": [0, 2],
            "width_before_1": [8, 16],
            "activation_before_1": ["none", "tanh"],
            "width_before_2": [4],
            "learning_rate": [0.1, 1],
        }
    }
)


def genome(**changes):
    base = {"qubits": 3, "embedding": "angle-x", "layers": 1, "entangler": "cx", "topology": "linear"}
    return base | {f"rotation_{layer}": "ry" for layer in range(1, 5)} | changes


def literal_gates(one):
    """Every gate that a genome of EVERYTHING names, one after the other, with nothing left out."""
    n, row = one["qubits"], 0
    for number in range(1, one["layers"] + 1):
        if number > 1 and one["reupload"] and one["embedding"] != "amplitude":
            yield "data", None, None
        if number == 2:
            rotations = [[one[f"rotation_2_{qubit + 1}"] for qubit in range(n)]]
        else:
            named = one["rotation_1"] if number == 1 else one["rotation"]
            rotations = [[rotation] * n for rotation in named.split("-")]
        for column in rotations:
            for qubit, rotation in enumerate(column):
                yield rotation[-1], qubit, row
            row += 1
        if one["entangler"] == "none" or n == 1:
            continue
        distance = min(one["range_2"] if number == 2 else one["range"], n - 1)
        chain = [(qubit, qubit + 1) for qubit in range(n - 1)]
        pairs = {
            "linear": chain,
            "circular": [*chain, (n - 1, 0)],
            "ranged": [(qubit, (qubit + distance) % n) for qubit in range(n)],
        }[one["topology"]]
        mode = one["mode_3"] if number == 3 else one["mode"]
        for position, pair in enumerate(pairs, start=1):
            if mode == "all" or mode == ("odd" if position % 2 else "even"):
                yield one["entangler"], pair, None


@given(st.integers(0, 2**32))
def test_an_architecture_computes_what_its_genome_says_gate_by_gate(seed):
    rng = np.random.default_rng(seed)
    one = EVERYTHING.random_genome(rng)
    built = architecture(EVERYTHING, one)
    x = rng.normal(size=(2, built.num_encoded))
    weights = np.tile(rng.normal(size=(1, built.num_columns, built.num_qubits)), (2, 1, 1))
    expected = outputs(built, x, weights, gates=list(literal_gates(one)))
    assert np.allclose(outputs(built, x, weights), expected, atol=1e-12)


@given(st.integers(0, 2**32))
def test_everything_else_of_the_genome_is_in_the_architecture(seed):
    one = EVERYTHING.random_genome(np.random.default_rng(seed))
    built = architecture(EVERYTHING, one)
    amplitude = one["embedding"] == "amplitude"
    assert (built.num_qubits, built.embedding, len(built.layers)) == (one["qubits"], one["embedding"], one["layers"])
    full = amplitude and one["amplitudes"] == "full"
    assert built.num_encoded == (2 ** one["qubits"] if full else one["qubits"])
    assert built.measurement == (one["measurement"] if one["qubits"] > 1 else "z-each")
    first = Hidden(width=one["width_before_1"], activation=one["activation_before_1"])
    second = Hidden(width=4, activation="relu")
    assert built.hidden_before == ((first, second) if one["hidden_before"] else ())
    assert built.learning_rate == one["learning_rate"]
    assert type(built.learning_rate) is float


def test_what_is_one_network():
    same = [
        (genome(rotation_2="rx"), genome(rotation_2="rz")),  # a layer that there is not
        (genome(layers=2, rotation_3="rx"), genome(layers=2, rotation_3="ry", rotation_4="rz")),
    ]
    for one, two in same:
        assert architecture(FAQNAS, one) == architecture(FAQNAS, two)
    ring = architecture(FAQNAS, genome(qubits=2, entangler="cz", topology="circular"))
    assert ring.layers[0].gate is None  # two CZ on one pair cancel
    ranged = space_from_dict(
        {"genes": {"qubits": [4], "entangler": ["cz"], "topology": ["ranged"], "range": [1, 2, 3]}}
    )
    near, opposite, far = (architecture(ranged, {"range": distance}) for distance in (1, 2, 3))
    assert near.layers[0].pairs == ((0, 1), (0, 3), (1, 2), (2, 3)) == far.layers[0].pairs
    assert opposite.layers[0].pairs == ()  # each pair of opposite qubits twice


def test_what_is_not_one_network():
    ring = architecture(FAQNAS, genome(qubits=2, topology="circular"))
    assert ring.layers[0].pairs == ((0, 1), (1, 0))  # CNOTs in both directions do not cancel
    assert architecture(FAQNAS, genome()) != architecture(FAQNAS, genome(layers=2))
    assert architecture(FAQNAS, genome(topology="circular")).layers[0].pairs == ((0, 1), (1, 2), (2, 0))
    # CZ before the measurement changes no output, but it is a gate that is run and costed.
    before_measurement = [architecture(FAQNAS, genome(entangler="cz", topology=t)) for t in ("linear", "circular")]
    assert before_measurement[0] != before_measurement[1]
    # A hidden layer without activation has parameters of its own.
    deep = space_from_dict(
        {"genes": {"qubits": [2], "hidden_after": [0, 1], "width_after_1": [2, 4], "activation_after_1": ["none"]}}
    )
    assert len({architecture(deep, one) for one in deep.genomes()}) == 3


def test_modes_and_ranges_are_qnas():
    space = space_from_dict(
        {"genes": {"qubits": [5], "topology": ["ranged"], "range": [2, 9], "mode": ["all", "odd", "even", "none"]}}
    )

    def pairs(**changes):
        return architecture(space, {"range": 2, "mode": "all"} | changes).layers[0].pairs

    assert pairs() == ((0, 2), (1, 3), (2, 4), (3, 0), (4, 1))
    assert pairs(mode="odd") == ((0, 2), (2, 4), (4, 1))
    assert pairs(mode="even") == ((1, 3), (3, 0))
    assert pairs(mode="none") == ()
    assert pairs(range=9) == ((0, 4), (1, 0), (2, 1), (3, 2), (4, 3))


def test_the_first_qnas_layer_by_hand():
    space = load_space("qnas")
    one = {"qubits": 4, "embedding": "angle-z", "layers": 1, "range_1": 1, "mode_1": "odd", "learning_rate": 0.001}
    one |= {f"range_{layer}": 1 for layer in (2, 3, 4)} | {f"mode_{layer}": "all" for layer in (2, 3, 4)}
    built = architecture(space, one)
    assert built.layers[0].columns == (("x",) * 4, ("y",) * 4, ("z",) * 4)  # 3·n·L weights
    assert built.num_weights == 12
    assert built.layers[0].pairs == ((0, 1), (2, 3))  # the first and the third of (0,1), (1,2), (2,3), (3,0)
    assert built.hidden_before == (Hidden(width=256, activation="relu"),)
    assert built.learning_rate == 0.001
    amplitude = architecture(space, one | {"embedding": "amplitude", "qubits": 8})
    assert amplitude.num_encoded == 256


def test_rotations_per_qubit():
    space = space_from_dict(
        {"genes": {"qubits": [2], "rotation_1_1": ["rx", "rz"], "rotation_1_2": ["ry"], "entangler": ["none"]}}
    )
    found = {architecture(space, one).layers[0].columns for one in space.genomes()}
    assert found == {(("x", "y"),), (("z", "y"),)}


@pytest.mark.parametrize("name", list_spaces())
def test_architectures_of_presets_are_equal_and_hashable(name):
    space = load_space(name)
    drawn = [space.random_genome(np.random.default_rng(seed)) for seed in range(20)]
    assert [architecture(space, one) for one in drawn] == [architecture(load_space(name), one) for one in drawn]
    assert len({architecture(space, one) for one in drawn}) > 15
