"""Genomes as rows of numbers."""

from __future__ import annotations

import numpy as np
import pytest

from nas.runs.features import gene_features
from nas.spaces.load import list_spaces, load_space
from nas.spaces.record import Gene, SearchSpace


def space(**genes):
    return SearchSpace(name="s", description="", genes=tuple(Gene(name=n, choices=c) for n, c in genes.items()))


def test_by_hand():
    made = space(qubits=(2, 4), layers=(1, 2), rotation_2=("rx", "ry"), entangler=("cx",))
    one = {"qubits": 4, "layers": 2, "rotation_2": "ry", "entangler": "cx"}
    assert gene_features(made, [one]).tolist() == [[0, 1, 4, 0, 1, 2, 0, 1]]
    # The second layer does not exist: its gene says nothing.
    rows = gene_features(made, [{**one, "layers": 1}, {**one, "layers": 1, "rotation_2": "rx"}])
    assert rows.tolist() == [[0, 1, 4, 1, 0, 1, 0, 0]] * 2


def test_widths_and_rates_are_logarithms_and_truth_values_no_numbers():
    made = space(
        qubits=(2,), hidden_before=(1,), width_before_1=(8, 32), learning_rate=(1e-3, 1e-2), reupload=(False, True)
    )
    row = gene_features(
        made, [{"qubits": 2, "hidden_before": 1, "width_before_1": 32, "learning_rate": 1e-3, "reupload": True}]
    )
    assert row.tolist() == [[0, 1, 5, 1, 0, pytest.approx(np.log2(1e-3)), 0, 1]]


@pytest.mark.parametrize("name", list_spaces())
def test_every_built_in_space_has_finite_rows_of_one_length(name):
    made = load_space(name)
    rng = np.random.default_rng(0)
    rows = gene_features(made, [made.random_genome(rng) for _ in range(50)])
    assert rows.shape[0] == 50
    assert np.isfinite(rows).all()
    assert len(np.unique(rows, axis=0)) > 40


def test_no_genomes():
    assert gene_features(space(qubits=(2, 3)), []).shape == (0, 3)
    assert gene_features(space(qubits=(2,)), [{"qubits": 2}]).shape == (1, 0)
