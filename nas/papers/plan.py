"""Which searches a paper's claims are tried on, and how they are set: `Plan`, `search_config`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from hwcost.core.text import one_line
from nas.core.checks import choice, whole
from nas.core.errors import SettingError
from nas.papers.record import Paper
from nas.runs.config import SearchConfig

DATASETS: Mapping[Paper, tuple[str, ...]] = {
    "faqnas": ("iris", "wine", "breast-cancer", "digits"),
    "qnas": ("iris", "digits"),
    "hyb-hanas": ("iris", "digits"),
}
"""Data of each paper that come with scikit-learn; MNIST is taken by name. Hyb-HANAS's are unknown."""

DEVICES = ("fake_sherbrooke", "fake_torino", "fake_guadalupe")
QUICK_DEVICES = ("fake_torino", "fake_guadalupe")

NUM_SEEDS, QUICK_SEEDS = 5, 3

KINDS = ("search", "random")
"""The paper's search, and as many random networks: what is claimed of networks is tried on these, because evolution
looks only where it is good."""

IMAGES = ("mnist", "fashion-mnist")

_SETTINGS: Mapping[Paper, Mapping[str, Any]] = {
    "faqnas": {"population": 20, "generations": 8},
    "qnas": {"population": 12, "generations": 6, "epochs": 2, "batch_size": 16},
    "hyb-hanas": {"population": 20, "generations": 8, "backend": DEVICES[1]},
}

_QUICK: Mapping[Paper, Mapping[str, Any]] = {
    "faqnas": {"population": 16, "generations": 1, "max_samples": 150, "max": (("qubits", 6),)},
    "qnas": {"population": 16, "generations": 1, "max_samples": 150, "max": (("qubits", 4),), "max_qubits": 3},
    "hyb-hanas": {"population": 16, "generations": 1, "max_samples": 150, "max": (("qubits", 4),)},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is run for a paper.

    Attributes:
        paper: Which.
        folder: Directory of everything.
        datasets: Data sets, in the order of the tables.
        num_seeds: Seeds.
        quick: Whether to run the small version.
    """

    paper: Paper
    folder: Path
    datasets: tuple[str, ...]
    num_seeds: int
    quick: bool

    @property
    def devices(self) -> tuple[str, ...]:
        """Return the devices that networks are costed on without training."""
        return QUICK_DEVICES if self.quick else DEVICES

    @property
    def seeds(self) -> range:
        """Return the seeds."""
        return range(self.num_seeds)

    def run_folder(self, dataset: str, kind: str, seed: int) -> Path:
        """Return the directory of one search."""
        position = self.datasets.index(dataset)
        return (
            self.folder / ("runs-quick" if self.quick else "runs") / f"{folder_name(dataset, position)}-{kind}-{seed}"
        )

    @property
    def costs_folder(self) -> Path:
        """Return the directory of costs of networks that are not trained."""
        return self.folder / ("costs-quick" if self.quick else "costs")

    def settings(self) -> dict[str, Any]:
        """Return how the searches are set, as plain data."""
        config = search_config(self, self.datasets[0], "search", 0)
        names = ("objectives", "population", "generations", "epochs", "batch_size", "learning_rate", "repeats")
        shown = {name: getattr(config, name) for name in names}
        return {
            **shown,
            "objectives": list(config.objectives),
            "max_samples": config.max_samples,
            "max": dict(config.max),
            "backend": config.backend,
            **({"max_qubits": config.max_qubits} if config.max_qubits is not None else {}),
            **({"devices": list(self.devices)} if self.paper == "hyb-hanas" else {}),
        }


def make_plan(
    paper: str, folder: Path, datasets: tuple[str, ...] = (), num_seeds: int | None = None, *, quick: bool = False
) -> Plan:
    """Check what is asked for and fill in what is not.

    Args:
        paper: faqnas, qnas or hyb-hanas.
        folder: Directory of everything.
        datasets: Data sets. [default: those of the paper that need no download]
        num_seeds: Seeds, at least two. [default: 5, quick 3]
        quick: Whether to run the small version.

    Raises:
        SettingError: A value is invalid.
    """
    choice("paper", paper, get_args(Paper))
    name: Paper = paper  # type: ignore[assignment]
    given = QUICK_SEEDS if quick and num_seeds is None else NUM_SEEDS if num_seeds is None else num_seeds
    chosen = datasets or (DATASETS[name][:1] if quick else DATASETS[name])
    if len(set(chosen)) < len(chosen):
        raise SettingError(f"a data set is given twice: {one_line(', '.join(chosen))}; give each once")
    plan = Plan(
        paper=name,
        folder=folder,
        datasets=tuple(chosen),
        num_seeds=whole("num_seeds", given, 2, 100),
        quick=quick,
    )
    for dataset in plan.datasets:
        search_config(plan, dataset, "search", 0)
    return plan


def search_config(plan: Plan, dataset: str, kind: str, seed: int) -> SearchConfig:
    """Return the configuration of one search: the preset of the paper, its settings, and the seed for everything.

    Args:
        plan: What is run.
        dataset: Data set.
        kind: One of `KINDS`.
        seed: Seed of the search, and of the division of the data.
    """
    keys: dict[str, Any] = {**_SETTINGS[plan.paper]}
    if plan.quick:
        keys |= _QUICK[plan.paper]
    if dataset in IMAGES and plan.paper == "qnas":
        keys["batch_size"] = 256
    return SearchConfig(
        preset=plan.paper,
        dataset=dataset,
        seed=seed,
        split_seed=seed,
        pilot=False,
        algorithm="random" if kind == "random" else "nsga2",
        **keys,
    )


def folder_name(dataset: str, position: int) -> str:
    """Return a name for the directories of a data set, whatever file or column it names.

    >>> folder_name("data/my table.csv:kind", 1), folder_name("iris", 0)
    ('data2', 'iris')
    """
    return dataset if dataset.replace("-", "").isalnum() and len(dataset) <= 40 else f"data{position + 1}"
