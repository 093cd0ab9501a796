"""Pictures in the page of a report."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

from nas.results.importance import GeneImportance
from nas.results.report_members import Members
from nas.results.report_pictures import front_pictures, gene_pictures, growth_picture


def test_fits_that_explain_nothing_are_named_and_not_drawn():
    told = GeneImportance(objective="esp", score=0.8, shares=(("qubits", 1.2), ("layers", 0.1)))
    untold = GeneImportance(objective="validation_error", score=0.04, shares=(("embedding", 0.3),))
    genes = gene_pictures([told, untold])
    assert "embedding: " not in genes
    assert "qubits: 1.2 of the variance" in genes
    assert "Genes explain nothing of validation error (R² 0.04)" in genes


def test_curves_end_at_the_hypervolume_and_fronts_have_a_panel_for_each_pair(run):
    members = Members.of(run, {})
    assert f"Now {run.hypervolume:.3f}." in growth_picture(members)
    assert front_pictures(members).count("<svg viewBox") == 3
