"""The pilot of a search: some networks, trained with several seeds, say how much of an error is the network's.

Each network is trained once as the search would train it, which the search then need not do again, and again with other
seeds. Every training is on the disk before it counts, so that a pilot that was killed resumes; all that it finds but
the times follows from the configuration.
"""

from __future__ import annotations

import dataclasses
import hashlib
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from nas.architectures.json import architecture_hash
from nas.runs.algorithms.base import fill
from nas.runs.context import SearchContext
from nas.runs.objectives import BACKEND, PROFILED_FLOPS
from nas.runs.pilot_record import Pilot, PilotSetting
from nas.runs.record import Evaluation
from nas.runs.store import RunStore
from nas.runs.tasks import Task, Workers
from nas.runs.variance import intraclass
from nas.spaces.build import architecture
from nas.spaces.record import Genome

NUM_NETWORKS = 30
NUM_SEEDS = 3
MAX_DRAWS = 50
"""How often others are drawn in the place of networks that cost too much."""

GRID = ((64, 0.03), (64, 0.1), (16, 0.03), (8, 0.03))
"""Batch sizes and learning rates that are tried beside a search's own: as many passes over the data, in more steps."""

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """One network at one setting: trained as the search would (`first`), or again with other seeds."""

    setting: tuple[int, float]
    again: bool
    genome: Genome
    hashed: str

    @property
    def name(self) -> str:
        batch_size, rate = self.setting
        return f"{batch_size}/{rate!r}/{'again' if self.again else 'first'}/{self.hashed}"


def is_wanted(context: SearchContext) -> bool:
    """Return whether a search begins with a pilot: unless it is switched off, or no objective needs training."""
    return context.config.pilot and any(objective.trained for objective in context.config.chosen)


def num_networks(context: SearchContext) -> int:
    """Return how many networks the pilot of a search has: 30, or as many as the search evaluates if that is fewer."""
    config = context.config
    return NUM_NETWORKS if config.exhaustive else min(NUM_NETWORKS, config.population * (config.generations + 1))


def measure(
    store: RunStore, workers: Workers, *, grid: bool = False, networks: int | None = None, tell: Tell | None = None
) -> Pilot:
    """Measure the pilot of a run, or read it if it was measured; with `settings = auto` settings are chosen by it.

    Args:
        store: The run, open for writing.
        workers: What trains.
        grid: Whether the settings of `GRID` are tried too; for `settings = auto` they are.
        networks: Networks. [default: `num_networks`]
        tell: Called with trainings done, and in all.
    """
    noted, context = store.pilot(), store.asked_context()
    grid = grid or context.config.settings == "auto"
    if noted is not None and (not grid or len(noted.settings) > 1):
        return noted
    pilot = _Pilot(context, store, workers, tell).run(grid, networks or num_networks(context))
    store.note_pilot(pilot)
    store.flush()
    return pilot


def reusable(store: RunStore) -> dict[str, Evaluation]:
    """Return evaluations of the pilot that are those of the search, by architecture hash."""
    context = store.context()
    prefix = _Cell(setting=_own(context), again=False, genome={}, hashed="").name
    if store.pilot() is None or not _as_the_search(store.asked_context(), _own(context)):
        return {}
    cells = store.pilot_cells()
    return {
        one.architecture_hash: one
        for name, one in cells.items()
        if name.startswith(prefix) and one.state in ("COMPLETE", "INFEASIBLE")
    }


def settings_tried(context: SearchContext, *, grid: bool) -> list[tuple[int, float]]:
    """List batch sizes and learning rates, the search's own first.

    Where genomes have learning rates of their own, only batch sizes differ.
    """
    own = _own(context)
    others = list(GRID) if grid else []
    if any(gene.name == "learning_rate" for gene in context.space.genes):
        others = [(batch_size, own[1]) for batch_size, _ in others]
    return list(dict.fromkeys([own, *others]))


class _Pilot:
    """A pilot at work."""

    def __init__(self, context: SearchContext, store: RunStore, workers: Workers, tell: Tell | None):
        self.context, self.store, self.workers, self.tell = context, store, workers, tell
        self.known = store.pilot_cells()
        self.done = self.total = 0

    def run(self, grid: bool, networks: int) -> Pilot:
        tried = settings_tried(self.context, grid=grid)
        genomes = self._draw(tried[0], networks)
        cells = [cell for setting in tried for cell in self._cells(setting, genomes)]
        self.total = len(cells)
        self._evaluate(cells)
        data = self.context.data()
        labels = data.validation_part()[1].tolist()
        pilot = Pilot(
            settings=tuple(self._result(setting, genomes) for setting in tried),
            num_train_seeds=self.context.config.num_train_seeds,
            guessing_error=1.0 - max(map(labels.count, set(labels))) / len(labels),
            num_validation=len(labels),
        )
        if self.context.config.settings == "auto":
            pilot = replace(pilot, chosen=pilot.recommended or 0)
        return pilot

    def _draw(self, setting: tuple[int, float], networks: int) -> list[Genome]:
        """Draw the networks as NSGA-II draws its first generation, others in the place of what costs too much."""
        import numpy as np

        space, seed, key = self.context.space, self.context.config.seed, partial(_hash, self.context)
        genomes: list[Genome] = []
        for attempt in range(MAX_DRAWS + 1):
            rng = np.random.default_rng([seed, 0, attempt] if attempt else [seed, 0])
            known = {key(genome) for genome in genomes}
            kept = [genome for genome in genomes if self._state(setting, genome) != "INFEASIBLE"]
            more = fill(networks - len(kept), known, partial(space.random_genome, rng), key, keep_known=False).genomes
            if not more:
                break
            genomes += more
            if not self.context.config.limits:
                return genomes
            self._evaluate([self._cell(setting, genome) for genome in more])
        return [genome for genome in genomes if self._state(setting, genome) != "INFEASIBLE"]

    def _cell(self, setting: tuple[int, float], genome: Genome, *, again: bool = False) -> _Cell:
        return _Cell(setting=setting, again=again, genome=genome, hashed=_hash(self.context, genome))

    def _cells(self, setting: tuple[int, float], genomes: Sequence[Genome]) -> Iterator[_Cell]:
        for genome in genomes:
            yield self._cell(setting, genome)
            if self._num_again():
                yield self._cell(setting, genome, again=True)

    def _state(self, setting: tuple[int, float], genome: Genome) -> str:
        cell = self._cell(setting, genome)
        return self.known[cell.name].state if cell.name in self.known else ""

    def _num_again(self) -> int:
        return max(0, NUM_SEEDS - self.context.config.num_train_seeds)

    def _evaluate(self, cells: Sequence[_Cell]) -> None:
        """Train what is not on the disk."""
        new = {number: cell for number, cell in enumerate(cells) if cell.name not in self.known}
        self.done = len(cells) - len(new)
        tasks = [
            Task(number=number, genomes=(cell.genome,), generation=0, context=self._context_of(cell))
            for number, cell in new.items()
        ]
        for task, (result,) in self.workers.run(tasks):
            name = new[task.number].name
            self.known[name] = replace(result, weights=())
            self.store.add_pilot([(name, result)])
            self.done += 1
            if self.tell is not None and self.total:
                self.tell(self.done, self.total)
        self.store.flush()

    def _context_of(self, cell: _Cell) -> SearchContext:
        if not cell.again and _as_the_search(self.context, cell.setting):
            return _at(self.context, cell.setting)
        cheap = _cheap(_at(self.context, cell.setting))
        if not cell.again:
            return cheap
        seed = int.from_bytes(hashlib.sha256(f"pilot:{cheap.config.seed}".encode()).digest()[:8], "big")
        # On the part of the first training, so that what differs is the seed alone.
        changes: dict[str, Any] = {"seed": seed, "num_train_seeds": self._num_again(), "num_folds": 1}
        config = replace(cheap.config, keep_weights=False, **changes)
        return replace(cheap, config=config)

    def _result(self, setting: tuple[int, float], genomes: Sequence[Genome]) -> PilotSetting:
        rows, cpu_s = [], []
        for genome in genomes:
            cells = [self.known[cell.name] for cell in self._cells(setting, [genome])]
            if all(one.state == "COMPLETE" for one in cells):
                rows.append([1.0 - accuracy for one in cells for accuracy in one.accuracies])
                cpu_s.append(cells[0].training_cpu_s / len(cells[0].accuracies))
        batch_size, rate = setting
        epochs, samples = self.context.config.epochs, self.context.dataset.num_training
        return PilotSetting(
            batch_size=batch_size,
            learning_rate=rate,
            epochs=epochs,
            num_steps=epochs * -(-samples // batch_size),
            shares=intraclass(rows) if len(rows) > 1 else None,
            num_failed=len(genomes) - len(rows),
            cpu_s=statistics.median(cpu_s) if cpu_s else 0.0,
        )


def _own(context: SearchContext) -> tuple[int, float]:
    return context.config.batch_size, context.config.learning_rate


def _at(context: SearchContext, setting: tuple[int, float]) -> SearchContext:
    """Return the search with these settings, which are its own now."""
    batch_size, rate = setting
    config = replace(context.config, settings="given", batch_size=batch_size, learning_rate=rate)
    return replace(context, config=config)


def _as_the_search(context: SearchContext, setting: tuple[int, float]) -> bool:
    """Return whether the first trainings at a setting are costed as the search costs: its own are, others if cheap."""
    return setting == _own(context) or not {BACKEND, PROFILED_FLOPS} & context.config.needs


def _cheap(context: SearchContext) -> SearchContext:
    """Return the same search with objectives that cost nothing to compute, and without limits."""
    free: dict[str, Any] = {
        f.name: f.default
        for f in dataclasses.fields(context.config)
        if f.metadata["only"] is not None or f.name in ("max", "min")
    }
    free["objectives"] = ("validation_error", "parameters")
    config = replace(context.config, **free)
    return replace(context, config=config, files={})


def _hash(context: SearchContext, genome: Genome) -> str:
    return architecture_hash(architecture(context.space, genome))
