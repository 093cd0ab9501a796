"""The notebooks run to the end as they are, show each result once, and define nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("qiskit_aer")
pytest.importorskip("torch")

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_they_are_there():
    assert [path.stem[:2] for path in NOTEBOOKS] == [f"{number:02d}" for number in range(1, len(NOTEBOOKS) + 1)]
    assert NOTEBOOKS


@each_notebook
def test_runs_to_the_end_and_shows_each_result_once(path, monkeypatch):
    # A kernel listens on sockets of this machine and warns that they are not encrypted.
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    notebook = read(path)
    client = nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(FOLDER)}})
    client.execute()
    for cell in code_cells(notebook):
        results = [output for output in cell.outputs if output.output_type == "execute_result"]
        shown = [output for output in cell.outputs if output.output_type == "display_data"]
        assert len(results) <= 1
        assert not (results and any("text/html" in output.data for output in shown)), cell.source
        assert not [output for output in cell.outputs if output.get("name") == "stderr"], cell.outputs


@each_notebook
def test_defines_nothing_and_comes_with_its_outputs(path):
    definitions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    for cell in code_cells(read(path)):
        assert not any(isinstance(node, definitions) for node in ast.walk(ast.parse(cell.source))), cell.source
        assert cell.execution_count, f"{path.name} was saved without running: {cell.source}"
