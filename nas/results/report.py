"""A run as one page, and its pictures as files: `write_report`."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hwcost.core.files import write_files
from hwcost.core.guard import guarded
from hwcost.core.own_files import PROGRAM
from nas.core.errors import DataError, RunError
from nas.results.importance import gene_importance
from nas.results.kept_retrainings import kept_retrainings
from nas.results.plots import pictures
from nas.results.report_members import Members
from nas.results.report_page import report_page
from nas.runs.run import open_run
from nas.runs.store import unusable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nas.results.retrained_record import Retrained
    from nas.runs.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was written.

    Attributes:
        page: The HTML file.
        pictures: The PNG files.
    """

    page: Path
    pictures: tuple[Path, ...]


def write_report(
    folder: str | os.PathLike[str], output: str | os.PathLike[str] | None = None, *, force: bool = False
) -> Report:
    """Write report.html and its pictures as PNG files beside it.

    Args:
        folder: Directory of the run.
        output: Directory to write to. [default: the run's own]
        force: Whether files of these names that the package did not write are replaced.

    Raises:
        RunError: The directory is no run or has no finished evaluation, a kept training is damaged, or the output
            cannot be written to.
        OptionError: There are other people's files of these names.
        MissingDependencyError: matplotlib or scikit-learn is not installed.
    """
    run = open_run(folder)
    if not run.front:
        raise RunError(f"{run.folder}: no network has been evaluated yet; `nas resume` continues it")
    target = Path(folder if output is None else output)
    importances = [gene_importance(run.evaluations, objective) for objective in run.objectives]
    shown = [importance for importance in importances if importance is not None]
    drawn = {name: _png(figure) for name, figure in pictures(run, shown)}
    retrained, notes = _retrained(run)
    page = report_page(run, Members.of(run, retrained), shown, notes)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with guarded(force=force):
            write_files(target, {**drawn, "report.html": page.encode()})
    except OSError as error:
        raise unusable(target, error) from error
    return Report(page=target / "report.html", pictures=tuple(target / name for name in drawn))


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": PROGRAM})
    return buffer.getvalue()


def _retrained(run: Run) -> tuple[dict[str, Retrained], list[str]]:
    """Return what was retrained of the front, or say why it is not shown."""
    try:
        return kept_retrainings(run), []
    except DataError as error:
        return {}, [f"Members were retrained, but their test scores need the data set, which is not here: {error}."]
