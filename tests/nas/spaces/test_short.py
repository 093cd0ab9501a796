"""Short genomes: what they say, and that they tell networks of the built-in spaces from each other."""

from __future__ import annotations

import numpy as np
import pytest

from nas.spaces.build import architecture
from nas.spaces.load import list_spaces, load_space
from nas.spaces.short import MOST, short_genome


@pytest.mark.parametrize(
    ("genome", "text"),
    [
        ({"qubits": 2}, "2q angle-x ry cx linear"),
        ({"qubits": 2, "entangler": "none", "layers": 3, "rotation": "rx-ry"}, "2q angle-x rx-ry×3 no entanglers"),
        (
            {"qubits": 2, "embedding": "angle-y", "reupload": True, "measurement": "z-first"},
            "2q angle-y again ry cx linear z-first",
        ),
        ({"qubits": 2, "rotation_1_1": "rx", "rotation_1_2": "rz"}, "2q angle-x r[xz] cx linear"),
        (
            {
                "qubits": 3,
                "topology": "ranged",
                "layers": 2,
                "range_1": 1,
                "range_2": 2,
                "mode_1": "odd",
                "mode_2": "all",
            },
            "3q angle-x ry×2 cx ranged 1·2 odd·all",
        ),
        (
            {"qubits": 2, "hidden_before": 2, "width_before_1": 8, "activation_before_1": "tanh", "width_before_2": 4}
            | {"activation_before_2": "none", "width_before_3": 99, "hidden_after": 1, "learning_rate": 0.002},
            "8t 4 → 2q angle-x ry cx linear lr 0.002 → 16r",
        ),
    ],
)
def test_what_a_short_genome_says(genome, text):
    assert short_genome(genome) == text


@pytest.mark.parametrize("name", list_spaces())
def test_other_networks_have_other_short_genomes(name):
    space, rng = load_space(name), np.random.default_rng(3)
    networks: dict[str, object] = {}
    for _ in range(400):
        genome = space.random_genome(rng)
        text, built = short_genome(genome), architecture(space, genome)
        assert networks.setdefault(text, built) == built
        assert len(text) <= MOST
        assert not text.endswith("…")
