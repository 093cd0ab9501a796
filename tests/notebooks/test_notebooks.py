"""The notebooks run to the end as they are, show what is committed, show each result once, and define nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import figures_notebooks
from figures_common import wrong_versions
from figures_notebooks import code_cells, read
from places import ROOT

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("qiskit_aer")
pytest.importorskip("torch")
pytest.importorskip("pytket")
pytest.importorskip("mqt.bench")
pytest.importorskip("qiskit_addon_cutting")

FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_they_are_there():
    assert [path.stem[:2] for path in NOTEBOOKS] == [f"{number:02d}" for number in range(1, len(NOTEBOOKS) + 1)]
    assert NOTEBOOKS


@each_notebook
def test_runs_to_the_end_and_shows_each_result_once(path, monkeypatch):
    # A kernel listens on sockets of this machine and warns that they are not encrypted.
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    notebook = figures_notebooks.execute(path)
    for cell in code_cells(notebook):
        results = [output for output in cell.outputs if output.output_type == "execute_result"]
        shown = [output for output in cell.outputs if output.output_type == "display_data"]
        assert len(results) <= 1
        assert not (results and any("text/html" in output.data for output in shown)), cell.source
        assert not [output for output in cell.outputs if output.get("name") == "stderr"], cell.outputs
    if wrong := wrong_versions():
        pytest.skip(wrong)
    # `scripts/figures --write notebooks/*.ipynb` puts in what the code says now.
    assert not figures_notebooks.differences(path, read(path), notebook)


def test_an_output_that_was_changed_by_hand_is_found():
    committed, run = (nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x")]) for _ in range(2))
    for notebook, text in ((committed, "36.3 s, 632 days old\n"), (run, "49.3 s, 640 days old\n")):
        picture = nbformat.v4.new_output("display_data", data={"image/png": text, "text/plain": "<Image>"})
        notebook.cells[0].outputs = [nbformat.v4.new_output("stream", text=text), picture]
    (fault,) = figures_notebooks.differences(Path("page.ipynb"), committed, run)
    assert "-36.3 s, AGE old" in fault
    assert "<Image>" not in fault
    committed.cells[0].outputs[0].text = "49.3 s, 632 days old\n"
    assert figures_notebooks.differences(Path("page.ipynb"), committed, run) == []
    del run.cells[0].outputs[1]
    assert figures_notebooks.differences(Path("page.ipynb"), committed, run)


@each_notebook
def test_defines_nothing_and_comes_with_its_outputs(path):
    definitions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    for cell in code_cells(read(path)):
        assert not any(isinstance(node, definitions) for node in ast.walk(ast.parse(cell.source))), cell.source
        assert cell.execution_count, f"{path.name} was saved without running: {cell.source}"
