"""How many networks are in a space: by hand, by writing all of them out, and where that is too much."""

from __future__ import annotations

import random
import time

import pytest

from nas.spaces import size as space_size
from nas.spaces.build import Reader
from nas.spaces.load import load_space, space_from_dict
from nas.spaces.size import count_architectures, count_dead_in_sample, distinct_circuits

FAQNAS = load_space("faqnas")


def by_brute_force(space):
    reader = Reader(space)
    return len({reader.architecture(genome) for genome in space.genomes()})


def test_inactive_layers_leave_8640_architectures():
    size = count_architectures(FAQNAS)
    # 72 choices without layers, times 3 + 9 + 27 + 81 sequences of rotations.
    assert size.num_architectures == size.num_circuits == size.num_active_genomes == 72 * (3 + 9 + 27 + 81) == 8_640
    # The same by all 23,328 genomes: no two of those choices build one network.
    assert by_brute_force(FAQNAS) == 8_640


def test_dead_weights_of_faqnas_by_hand():
    # The last rotation is an RZ: a third of all, 2,880. With amplitudes, which fill ⌈log2 n⌉ < n qubits, also the first
    # one, on a qubit that is still |0⟩: of 3^L sequences 3^L·(1 − 2/3·2/3) have either, 5·3^(L−2), for L = 1 one of 3.
    angle = 36 * (1 + 3 + 9 + 27)
    amplitude = 36 * (1 + 5 + 15 + 45)
    assert count_architectures(FAQNAS).num_with_dead_weights == angle + amplitude == 3_816


def test_qnas_is_counted_although_it_is_not_written_out():
    size = count_architectures(load_space("qnas"))
    assert size.num_genomes == 4 * 7 * 4 * 20**4 * 4
    # Layers of n qubits: min(5, n − 1) ranges with all, odd and even entanglers, and one without: 4, 7, 10, 13, 16, ….
    layers = [3 * min(5, n - 1) + 1 for n in range(2, 9)]
    circuits = 4 * sum(k + k**2 + k**3 + k**4 for k in layers)
    assert circuits == 1_019_608
    assert (size.num_circuits, size.num_architectures) == (circuits, 4 * circuits)
    assert size.num_active_genomes == 4 * 7 * (20 + 20**2 + 20**3 + 20**4) * 4
    assert size.num_with_dead_weights is None
    assert count_dead_in_sample(load_space("qnas"), num_genomes=50, seed=3) == 50  # the RZ of the last layer


def test_hyb_hanas_multiplies_the_circuits_by_the_classical_halves():
    # None, one or two hidden layers of 4 widths and 3 activations on each side: (1 + 12 + 144)^2.
    size = count_architectures(load_space("hyb-hanas"))
    assert size.num_architectures == 8_640 * (1 + 12 + 144) ** 2 == 212_967_360
    assert size.num_genomes == 23_328 * (3 * (4 * 3) ** 2) ** 2
    assert (size.num_circuits, size.num_with_dead_weights) == (8_640, 3_816)


def random_space(rng):
    """A small space with any mixture of genes."""

    def some(values):
        return rng.sample(values, rng.randint(1, min(2, len(values))))

    layers = some([1, 2, 3])
    genes = {"qubits": some([1, 2, 3, 4]), "layers": layers, "entangler": some(["cx", "cz", "none"])}
    genes["embedding"] = some(["angle-y", "amplitude"])
    if "amplitude" in genes["embedding"]:
        genes["amplitudes"] = some(["qubits", "full"])
    genes["reupload"] = some([False, True])
    genes["measurement"] = some(["z-each", "z-first", "zz-neighbours"])
    for kind, values in {"rotation": ["rx", "rz", "rx-ry"], "mode": ["all", "odd", "none"]}.items():
        if kind == "mode" and genes["entangler"] == ["none"]:
            continue
        own = [layer for layer in range(1, max(layers) + 1) if rng.random() < 0.5]
        genes |= {f"{kind}_{layer}": some(values) for layer in own}
        if len(own) < max(layers):
            genes[kind] = some(values)
    if genes["entangler"] != ["none"]:
        genes["topology"] = some(["linear", "circular", "ranged"])
        if "ranged" in genes["topology"]:
            genes["range"] = some([1, 2, 3])
    genes["hidden_after"] = some([0, 1, 2])
    if max(genes["hidden_after"]):
        genes["width_after_1"] = some([2, 3])
    return space_from_dict({"genes": genes})


@pytest.mark.parametrize("seed", range(15))
def test_distinct_architectures_are_those_of_all_genomes(seed, monkeypatch):
    space = random_space(random.Random(seed))
    expected = by_brute_force(space)
    size = count_architectures(space)
    circuits = distinct_circuits(space)
    assert size.num_architectures == expected <= size.num_active_genomes <= size.num_genomes
    assert len(circuits) == len(set(circuits)) == size.num_circuits
    # Counted layer by layer, it is the same number, or none where a gene decides about several layers.
    monkeypatch.setattr(space_size, "_can_be_written_out", lambda space: False)
    assert count_architectures(space).num_architectures in (expected, None)


def test_layers_that_are_independent_are_counted_as_products(monkeypatch):
    space = space_from_dict(
        {
            "genes": {
                "qubits": [1, 2, 4],
                "embedding": ["angle-y", "amplitude"],
                "reupload": [False, True],
                "layers": [1, 2, 3],
                "topology": ["ranged"],
                "range": [1],
                "range_1": [1, 2, 3, 5],
                "range_2": [1, 3],
                "mode": ["all"],
                "mode_1": ["all", "none"],
                "mode_3": ["odd", "even"],
                "measurement": ["z-each", "z-first"],
            }
        }
    )
    expected = by_brute_force(space)
    assert count_architectures(space).num_architectures == expected
    monkeypatch.setattr(space_size, "_can_be_written_out", lambda space: False)
    assert distinct_circuits(space) is None
    assert count_architectures(space).num_architectures == expected


def test_spaces_that_are_too_large_are_not_counted_but_bounded():
    genes = {"qubits": list(range(1, 25)), "layers": list(range(1, 65)), "topology": ["linear", "circular"]}
    genes |= {f"rotation_{layer}_{qubit}": ["rx", "ry", "rz"] for layer in range(1, 65) for qubit in range(1, 25)}
    start = time.process_time()
    size = count_architectures(space_from_dict({"genes": genes}))
    assert time.process_time() - start < 2.0
    assert size.num_genomes == 24 * 64 * 2 * 3 ** (64 * 24)
    assert size.num_active_genomes == 24 * 2 * sum(3 ** (24 * layers) for layers in range(1, 65))
    assert (size.num_architectures, size.num_circuits, size.num_with_dead_weights) == (None, None, None)
    # Few choices, but of so many layers that the gates alone take too long.
    genes = {"qubits": [24], "layers": [64], "rotation": ["rx"]} | {
        f"rotation_{layer}": ["rx", "ry"] for layer in range(1, 18)
    }
    assert distinct_circuits(space_from_dict({"genes": genes})) is None
    assert count_architectures(space_from_dict({"genes": genes})).num_architectures == 2**17
