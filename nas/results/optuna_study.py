"""A run as a study of Optuna, which optuna-dashboard shows: `export_study`."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from hwcost import HwcostError, MissingDependencyError
from hwcost.core import guard
from hwcost.core.files import check_target
from hwcost.core.reading import path_label
from hwcost.core.text import one_line, shown
from nas.core.errors import RunError, SettingError
from nas.runs.run import Run, open_run
from nas.spaces.genes import active_genes

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

    from nas.runs.record import Evaluation

MARK = "nas.run"
"""Attribute of a study that says of which run it is."""

_URL = re.compile(r"sqlite:///([^?#]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedStudy:
    """What was written.

    Attributes:
        url: Storage, as Optuna and optuna-dashboard take it.
        name: Name of the study.
        num_trials: Trials in it.
        num_new: Of these, those that this export added.
    """

    url: str
    name: str
    num_trials: int
    num_new: int


def export_study(folder: str | os.PathLike[str], url: str, *, study: str | None = None) -> ExportedStudy:
    """Write a run, finished or not, as a study with a trial for each network; genes are its parameters.

    What is COMPLETE has its objectives as values. What failed is a trial that failed; what costs too much is a pruned
    one, with the reason among its attributes. A second export of the run adds what is new, and changes no trial, also
    not of a network that was trained again since: its trial keeps the values that it had.

    Args:
        folder: Directory of the run.
        url: `sqlite:///FILE`: a new file, or a database of Optuna, which keeps its other studies.
        study: Name of the study. [default: that of the directory]

    Raises:
        SettingError: The URL is another one, or there is a study of that name which is not of this run.
        OptionError: The file cannot be written, or is something else.
        RunError: The directory is no run, or Optuna cannot use its database.
        MissingDependencyError: Optuna is not installed.
    """
    optuna = _require_optuna()
    run = open_run(folder)
    path = _checked(url, run.folder)
    name = run.folder.resolve().name if study is None else study
    if not name or not name.isprintable():
        raise SettingError(f"the name of the study is {shown(name)}; give another with --study")
    storage = f"sqlite:///{path}"
    with _errors(path), _quiet(optuna):
        known = optuna.get_all_study_names(storage)
        if name in known:
            there = optuna.load_study(study_name=name, storage=storage)
            if there.user_attrs.get(MARK) != _identity(run):
                raise SettingError(f"{path_label(path)} has a study {shown(name)} already; give another with --study")
        else:
            directions = [objective.direction for objective in run.objectives]
            there = optuna.create_study(storage=storage, study_name=name, directions=directions)
            there.set_metric_names([objective.name for objective in run.objectives])
            for key, value in _facts(run).items():
                there.set_user_attr(key, value)
        have = {trial.user_attrs.get("architecture") for trial in there.get_trials(deepcopy=False)}
        new = [_trial(optuna, run, one) for one in run.evaluations if one.architecture_hash not in have]
        there.add_trials(new)
    return ExportedStudy(url=url, name=name, num_trials=len(have) + len(new), num_new=len(new))


def _require_optuna() -> ModuleType:
    try:
        import optuna
    except ImportError:
        raise MissingDependencyError(
            'a study needs optuna, which is not installed; run: pip install "hwcost[optuna]"'
        ) from None
    module: ModuleType = optuna
    return module


def _checked(url: str, run: Path) -> Path:
    """Return the file of a URL, if Optuna may write it: it is not there yet, empty, or a database of Optuna."""
    match = _URL.fullmatch(url)
    if match is None or match[1] == ":memory:":
        kind = url.partition("://")[0]  # the rest may have a password
        raise SettingError(f"the storage is one of {shown(kind)}; give sqlite:///FILE")
    path = Path(os.path.abspath(match[1])) if "\0" not in match[1] else Path(match[1])
    if "%" in str(path):  # versions of SQLAlchemy differ in whether %41 is an A: it would not be the file checked here
        raise SettingError(f"{path_label(path)}: has a % in its name; choose another name")
    if path.resolve().parent == run.resolve() and path.exists():  # its lock is empty
        raise SettingError(f"{path_label(path)}: is a file of the run; choose another name")
    if not path.is_file() or not path.stat().st_size:
        return check_target(path)
    current = guard.current()
    if (current is not None and current.is_input(path.resolve())) or not _is_of_optuna(path):
        raise SettingError(f"{path_label(path)}: exists and is no database of Optuna; choose another name")
    return path.resolve()


def _is_of_optuna(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    except (OSError, sqlite3.Error):
        return False
    return {"studies", "trials", "alembic_version"} <= {name for (name,) in names}


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    """Turn the errors of Optuna and its database into one line."""
    try:
        yield
    except HwcostError:
        raise
    except Exception as error:  # Optuna's, SQLAlchemy's, and of what stands in somebody else's database any other
        raise RunError(f"{path_label(path)}: Optuna cannot use it: {one_line(str(error))}") from error


@contextmanager
def _quiet(optuna: ModuleType) -> Iterator[None]:
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # names of metrics are experimental there
            yield
    finally:
        optuna.logging.set_verbosity(before)


def _identity(run: Run) -> str:
    text = json.dumps([run.created, run.context.to_dict()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _facts(run: Run) -> Mapping[str, str]:
    config = run.context.config
    return {
        MARK: _identity(run),
        "space": run.context.space.name,
        "dataset": run.context.dataset.name,
        "algorithm": config.algorithm,
        "settings": json.dumps(config.to_dict()),
        "signal": "not measured" if run.pilot is None else run.pilot.summary(),
    }


def _trial(optuna: ModuleType, run: Run, one: Evaluation) -> FrozenTrial:
    states = optuna.trial.TrialState
    state = {"COMPLETE": states.COMPLETE, "FAILED": states.FAIL, "INFEASIBLE": states.PRUNED}[one.state]
    choices = {gene.name: gene.choices for gene in run.context.space.genes}
    params = active_genes(one.genome)
    known = None if run.estimates is None else run.estimates.networks.get(one.architecture_hash)
    trial: FrozenTrial = optuna.trial.create_trial(
        state=state,
        values=[one.objectives[o.name] for o in run.objectives] if one.state == "COMPLETE" else None,
        params=params,
        distributions={name: optuna.distributions.CategoricalDistribution(choices[name]) for name in params},
        user_attrs={
            "architecture": one.architecture_hash,
            "state": one.state,
            "reason": one.reason,
            "accuracies": list(one.accuracies),
            "estimated_error": None if known is None else [known.error, known.low, known.high],
            "parameters": one.num_parameters,
            "generation": one.generation,
            "training_s": one.training_s,
            "costs": {name: value for name, value in one.objectives.items() if one.state == "INFEASIBLE"},
        },
    )
    return trial
