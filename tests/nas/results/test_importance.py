"""Importances of genes."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

import nas
from nas.results.importance import gene_importance


def test_importance_finds_the_gene_that_decides(run):
    objectives = {objective.name: objective for objective in run.objectives}
    everything = nas.recost(run.folder, objectives="parameters,validation_error")
    parameters = nas.OBJECTIVES["parameters"]
    found = gene_importance(everything.evaluations * 3, parameters)
    assert found.shares[0][0] == "qubits"
    assert found.score > 0.8
    assert gene_importance(everything.evaluations[:5], parameters) is None
    assert gene_importance(run.evaluations, objectives["esp"]) is None or len(run.evaluations) >= 20
