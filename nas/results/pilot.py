"""The pilot of a search on its own: `pilot`, `PilotReport`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from hwcost.report.result import Result
from nas.core.checks import whole
from nas.core.errors import SettingError
from nas.runs.config import FAQNAS_SETTINGS, SearchConfig
from nas.runs.context import SearchContext, make_context
from nas.runs.pilot import NUM_NETWORKS, measure
from nas.runs.pilot_record import MIN_SHARE, Pilot
from nas.runs.search import open_workers
from nas.runs.store import RunStore, create
from nas.runs.workers import prepare_for

SCHEMA = "nas.pilot/1"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PilotReport(Result):
    """How much of a validation error is the network's, at the settings of a search and at others.

    Attributes:
        context: The search as it was asked for.
        pilot: What was found.
    """

    context: SearchContext
    pilot: Pilot

    @property
    def advice(self) -> str:
        """Say which settings to take, in one line."""
        pilot = self.pilot
        best = pilot.recommended
        if best is None:
            return "no settings of the grid show a signal: train longer, on more data, or search another space"
        one = pilot.settings[best]
        share = one.share()
        few = f"; that is less than {MIN_SHARE:.0%}, so average trainings too (--num-train-seeds 3)"
        weak = few if share is not None and share < MIN_SHARE else ""
        if best == 0:
            return f"* no settings of the grid are better than the search's own{weak}"
        own = pilot.settings[0]
        ratio = f", {one.cpu_s / own.cpu_s:.1f} × the CPU time of a training" if own.cpu_s > 0.0 else ""
        return f"* recommended: {one.text()}{ratio}{weak}"

    def is_published(self, number: int) -> bool:
        """Return whether settings are those that FAQNAS trains with."""
        one = self.pilot.settings[number]
        there = (one.epochs, one.batch_size, one.learning_rate)
        return there == (FAQNAS_SETTINGS["epochs"], FAQNAS_SETTINGS["batch_size"], FAQNAS_SETTINGS["learning_rate"])

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "schema": SCHEMA,
            "space": self.context.space.name,
            "dataset": self.context.dataset.name,
            "seed": self.context.config.seed,
            "num_train_seeds": self.pilot.num_train_seeds,
            "guessing_error": self.pilot.guessing_error,
            "num_validation": self.pilot.num_validation,
            "min_share": MIN_SHARE,
            "signal": self.pilot.is_signal,
            "recommended": self.pilot.recommended,
            "chosen": self.pilot.chosen,
            "settings": self.pilot.to_dict()["settings"],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row for each of the settings."""
        rows: list[dict[str, Any]] = []
        for number, one in enumerate(self.to_dict()["settings"]):
            shares: Mapping[str, Any] = one.pop("shares") or {}
            rows.append({**one, **shares, "recommended": number == self.pilot.recommended})
        return rows


def pilot(
    config: SearchConfig,
    folder: str | os.PathLike[str] | None = None,
    *,
    networks: int = NUM_NETWORKS,
    grid: bool = True,
    workers: int = 1,
    cluster: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> PilotReport:
    """Measure how much of a validation error is the network's and how much the seed's, before a search.

    Random networks are trained with three seeds each, at the settings of the search and at others.

    Args:
        config: The search.
        folder: Directory of its run, in which the search will find what was trained. [default: nothing is kept]
        networks: Networks, at least two.
        grid: Whether to try other settings than the search's own too.
        workers: Processes.
        cluster: Address of a Dask scheduler instead.
        progress: Called with cells done, and in all.

    Raises:
        SettingError: No objective needs a training, or a number is invalid.
        RunError: The directory holds something else, or cannot be written to.
        WorkerError: Workers are not available.
        InputError: Space, data or device cannot be used.
    """
    whole("workers", workers, 1, 1024)
    whole("networks", networks, 2, 100_000)
    if not any(objective.trained for objective in config.chosen):
        raise SettingError("no objective of this search needs a training, so that there is no noise to measure")
    if cluster is None:
        prepare_for(config)  # imports meanwhile what the workers need
    context = make_context(config)
    place: AbstractContextManager[str | os.PathLike[str]] = (
        tempfile.TemporaryDirectory(prefix="nas-pilot-") if folder is None else nullcontext(folder)
    )
    with place as kept:
        create(kept, context)
        with RunStore(kept, writable=True) as store:
            pool = open_workers(store.asked_context(), workers, cluster)
            try:
                found = measure(store, pool, grid=grid, networks=networks, tell=progress)
            finally:
                pool.close()
            return PilotReport(context=store.asked_context(), pilot=found)
