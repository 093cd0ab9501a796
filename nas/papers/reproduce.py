"""A paper's claims tried over seeds: `reproduce`. Searches, figures and tables are in one folder, and resumed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hwcost.core.files import check_folder, check_target, write_files
from hwcost.core.guard import guarded
from hwcost.core.own_files import TEXT_MARK
from hwcost.report.pictures import figure_bytes, require_matplotlib
from nas.papers import faqnas, hyb_hanas, qnas
from nas.papers.html import html_page
from nas.papers.page import UNEXAMINED, notes_of
from nas.papers.plan import KINDS, Plan, make_plan, search_config
from nas.papers.plots import figures_of
from nas.papers.profiled import Units, flops_units
from nas.papers.proxies import Row, costed
from nas.papers.record import Claim, Reproduction
from nas.runs.run import Run, open_run
from nas.runs.search import search
from nas.runs.store import RUN, unusable
from nas.runs.workers import prepare_processes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nas.runs.config import SearchConfig

Progress = Callable[[int, int], None]

NETWORKS, QUICK_NETWORKS = 40, 6
"""Random networks that are costed on each device with each seed, without a training."""


@dataclass(slots=True, kw_only=True)
class _Work:
    """What is done of what there is to do.

    Attributes:
        plan: What is run.
        workers: Processes.
        progress: Told of each search and each costed device.
        done: Parts that ended.
    """

    plan: Plan
    workers: int
    progress: Progress | None
    done: int = field(default=0)

    @property
    def total(self) -> int:
        plan = self.plan
        cells = len(plan.devices) * plan.num_seeds if plan.paper == "hyb-hanas" else 0
        return cells + len(plan.datasets) * len(KINDS) * plan.num_seeds

    def tell(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.total)

    def costs(self) -> dict[tuple[str, int], list[Row]]:
        """Cost random networks on each device; only Hyb-HANAS needs that."""
        plan = self.plan
        found: dict[tuple[str, int], list[Row]] = {}
        if plan.paper != "hyb-hanas":
            return {}
        number, widest = (QUICK_NETWORKS, 4) if plan.quick else (NETWORKS, None)
        for device in plan.devices:
            for seed in plan.seeds:
                found[device, seed] = costed(plan.costs_folder, device, seed, number=number, max_qubits=widest)
                self.tell()
        return found

    def runs(self, dataset: str) -> dict[tuple[str, int], Run]:
        """Search with each seed, and draw as many random networks."""
        found = {}
        prepare_processes(costs=True)  # for other papers of the same session too
        for seed in self.plan.seeds:
            for kind in KINDS:
                config = search_config(self.plan, dataset, kind, seed)
                folder = self.plan.run_folder(dataset, kind, seed)
                found[kind, seed] = _finished(folder, config) or search(config, folder, workers=self.workers)
                self.tell()
        return found


def _finished(folder: Path, config: SearchConfig) -> Run | None:
    """Return the run that an earlier call has finished with the same configuration; None where there is none."""
    if not (folder / RUN).is_file():
        return None
    run = open_run(folder)
    return run if run.stop is not None and run.context.config == config else None


def reproduce(
    paper: str,
    folder: str | os.PathLike[str],
    *,
    datasets: Sequence[str] = (),
    num_seeds: int | None = None,
    quick: bool = False,
    workers: int = 1,
    force: bool = False,
    progress: Progress | None = None,
) -> Reproduction:
    """Try the claims of a paper over seeds, and write its figures and a table of the claims.

    Each seed has its own searches, initial weights and division of the data. Every evaluation is kept in the folder, so
    that a call that was stopped resumes. Written are claims.json, claims.html, claims.txt, and the figures as PNG and
    SVG.

    Args:
        paper: `faqnas`, `qnas` or `hyb-hanas`.
        folder: Directory of everything; made if there is none.
        datasets: Data sets as of `nas.load_dataset`. [default: those of the paper that need no download]
        num_seeds: Seeds, at least two. [default: 5, quick 3]
        quick: A small version that takes less than a minute: few networks, few samples, at most four qubits. It shows
            that all works, and can tell little.
        workers: Processes.
        force: Whether files of these names that the package did not write are replaced.
        progress: Called with parts done and parts in all.

    Raises:
        SettingError: An argument is invalid.
        RunError: The folder holds other searches, or cannot be written to.
        OptionError: There are other people's files of these names.
        MissingDependencyError: matplotlib, torch or what a paper needs besides is not installed.
    """
    require_matplotlib()
    plan = make_plan(paper, Path(folder), tuple(datasets), num_seeds, quick=quick)
    with guarded(force=force):
        _check_outputs(plan)
        return _reproduced(plan, _Work(plan=plan, workers=workers, progress=progress))


def _check_outputs(plan: Plan) -> None:
    """Refuse other people's files before hours of work, and make the folder."""
    target = check_folder(plan.folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unusable(target, error) from error
    for name in ("claims.json", "claims.html", "claims.txt"):
        check_target(target / name, ("report",))


def _reproduced(plan: Plan, work: _Work) -> Reproduction:
    costs = work.costs()
    claims: list[Claim] = []
    if costs:
        claims += hyb_hanas.claims_of_costs(costs, list(plan.seeds), plan.devices)
    figures: list[tuple[str, str, Figure]] = list(figures_of(plan, costs, None, ""))
    units = flops_units(plan.costs_folder, quick=plan.quick) if plan.paper == "faqnas" else None
    for dataset in plan.datasets:
        runs = work.runs(dataset)
        claims += _claims_of(plan, runs, dataset, units)
        figures += figures_of(plan, costs, runs, dataset)
    drawn = {f"{name}{ending}": figure_bytes(figure, ending) for name, _, figure in figures for ending in _ENDINGS}
    result = Reproduction(
        paper=plan.paper,
        folder=plan.folder,
        datasets=plan.datasets,
        num_seeds=plan.num_seeds,
        quick=plan.quick,
        settings=plan.settings(),
        claims=tuple(claims),
        unexamined=UNEXAMINED[plan.paper],
        notes=(*notes_of(plan, claims), *([] if units is None else [units.text()])),
        pictures=tuple(plan.folder / name for name in drawn),
    )
    shown = [(caption, drawn[f"{name}.svg"]) for name, caption, _ in figures]
    files = {
        "claims.json": (result.to_json() + "\n").encode(),
        "claims.html": html_page(result, shown).encode(),
        "claims.txt": (str(result) + TEXT_MARK).encode(),
        **drawn,
    }
    try:
        write_files(plan.folder, files)
    except OSError as error:
        raise unusable(plan.folder, error) from error
    return result


_ENDINGS = (".png", ".svg")


def _claims_of(plan: Plan, runs: Mapping[tuple[str, int], Run], dataset: str, units: Units | None) -> list[Claim]:
    seeds = list(plan.seeds)
    if plan.paper == "faqnas":
        return faqnas.claims_of(runs, seeds, dataset, units)
    if plan.paper == "qnas":
        return qnas.claims_of(runs, seeds, dataset)
    return hyb_hanas.claims_of(runs, seeds, dataset)
