"""Drawings of circuits: every gate that the Qiskit circuit has, and which angles are dead."""

from __future__ import annotations

import re

import numpy as np
import pytest

from nas.architectures.circuit import build_circuit
from nas.architectures.influence import dead_weights
from nas.results.circuit_svg import draw_circuit
from nas.spaces.build import architecture
from nas.spaces.load import load_space


@pytest.mark.parametrize("name", ["faqnas", "qnas"])
def test_a_drawing_has_the_gates_of_the_circuit(name):
    space, rng = load_space(name), np.random.default_rng(5)
    for _ in range(12):
        built = architecture(space, space.random_genome(rng))
        svg = draw_circuit(built)
        assert svg.count('class="gate weight') == built.num_weights
        assert svg.count('class="gate weight dead"') == len(dead_weights(built))
        assert svg.count('class="gate measured"') == built.num_qubits
        assert svg.count('class="entangler"') == sum(len(layer.pairs) for layer in built.layers)
        if built.embedding.startswith("angle-x"):
            gates = build_circuit(built, measure=False).count_ops()
            rotations = sum(gates.get(gate, 0) for gate in ("rx", "ry", "rz"))
            assert svg.count("<rect") - built.num_qubits == rotations


def test_gates_of_a_qubit_do_not_cover_each_other():
    space, rng = load_space("qnas"), np.random.default_rng(6)
    for _ in range(5):
        svg = draw_circuit(architecture(space, space.random_genome(rng)))
        places = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)"', svg)
        assert len(set(places)) == len(places)


def test_a_hadamard_stands_before_data_about_z():
    space = load_space("qnas")
    genome = space.random_genome(np.random.default_rng(7)) | {"embedding": "angle-z"}
    svg = draw_circuit(architecture(space, genome))
    assert svg.count(">H<") == svg.count(">Rz<") - _trained(svg, "Rz") == genome["qubits"]


def _trained(svg: str, name: str) -> int:
    return len(re.findall(rf'class="gate weight \w+"[^>]*><title>[^<]*</title><rect[^>]*/><text[^>]*>{name}<', svg))
