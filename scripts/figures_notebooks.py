"""Outputs of notebooks: run again, compared or rewritten. Text is compared; of a picture only that there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from figures_common import ROOT, clean_environment, difference


def execute(path: Path) -> Any:
    """Return the notebook after a run from top to bottom in a fresh kernel."""
    import nbclient

    notebook = read(path)
    client = nbclient.NotebookClient(
        notebook, timeout=600, record_timing=False, resources={"metadata": {"path": str(path.parent)}}
    )
    # At home, where matplotlib has its list of fonts and need not make another.
    client.execute(env=clean_environment(Path.home()))
    return notebook


def read(path: Path) -> Any:
    """Return the notebook as it is committed."""
    import nbformat

    return nbformat.read(path, as_version=4)


def check(path: Path) -> list[str]:
    """Run a notebook and return a diff for each cell whose output is not what is committed."""
    return differences(path, read(path), execute(path))


def write(path: Path) -> list[str]:
    """Run a notebook and put its outputs into it, where any differs."""
    import nbformat

    committed, run = read(path), execute(path)
    if differences(path, committed, run):
        for cell, new in zip(code_cells(committed), code_cells(run), strict=True):
            cell.outputs = new.outputs
            cell.execution_count = new.execution_count
        nbformat.write(committed, path)
    return []


def differences(path: Path, committed: Any, run: Any) -> list[str]:
    """One diff for each cell that shows something else."""
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name
    faults = []
    for number, (old, new) in enumerate(zip(code_cells(committed), code_cells(run), strict=True), 1):
        faults.append(difference(f"{name}, code cell {number}", shown(old), shown(new)))
    return [fault for fault in faults if fault]


def code_cells(notebook: Any) -> list[Any]:
    """Return the cells that are run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell: Any) -> str:
    """Return what a reader sees below a cell: its text, and a line for each picture."""
    text = ""
    for output in cell.outputs:
        if output.output_type == "stream":
            text += output.text
        elif output.output_type == "error":
            text += f"{output.ename}: {output.evalue}\n"
        else:
            pictures = [kind for kind in output.data if kind.startswith("image/")]
            text += "".join(f"[{kind}]\n" for kind in pictures) or f"{output.data.get('text/plain', '')}\n"
    return text
