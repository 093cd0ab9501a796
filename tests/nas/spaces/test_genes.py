"""Names of genes and their values."""

from __future__ import annotations

import pytest

from nas.spaces.genes import MAX_HIDDEN, WORDS, GeneName, active_genes, known_names, word_of
from nas.spaces.load import list_spaces, load_space


def test_every_name_that_is_shown_is_a_gene_with_the_values_shown():
    for name, word in zip(known_names(), WORDS, strict=True):
        assert word_of(name) is word
    assert word_of("rotation_0") is word_of("qubits ") is word_of("rotation_1\n") is word_of("rotation_1٣") is None
    assert word_of("width_after_" + str(MAX_HIDDEN)).default == 16


def test_names_taken_apart():
    for name, kind, side, numbers, counted_by in (
        ("qubits", "qubits", "", (), "layers"),
        ("learning_rate", "learning_rate", "", (), "layers"),
        ("hidden_before", "hidden", "before", (), "hidden_before"),
        ("rotation_12", "rotation", "", (12,), "layers"),
        ("rotation_2_5", "rotation", "", (2, 5), "layers"),
        ("width_after_3", "width", "after", (3,), "hidden_after"),
    ):
        taken = GeneName.of(name)
        assert (taken.kind, taken.side, taken.numbers, taken.counted_by) == (kind, side, numbers, counted_by)
    assert GeneName.of("QUBITS 1") == GeneName("QUBITS 1", "", ())


@pytest.mark.parametrize("name", list_spaces())
def test_what_counts_the_layers_of_a_gene_is_a_gene_itself(name):
    for gene in load_space(name).genes:
        taken = GeneName.of(gene.name)
        assert taken.layer is None or word_of(taken.counted_by) is not None


def test_genes_of_layers_that_are_not_there_are_left_out():
    genome = {"qubits": 2, "layers": 1, "rotation_1": "rx", "rotation_2": "ry", "hidden_before": 0, "width_before_1": 8}
    assert active_genes(genome) == {"qubits": 2, "layers": 1, "rotation_1": "rx", "hidden_before": 0}
    # Without such a gene there is one layer of the circuit, and no hidden one.
    assert active_genes({"rotation_1": "rx", "range_2": 1, "width_after_1": 4}) == {"rotation_1": "rx"}
