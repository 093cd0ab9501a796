"""What was retrained of a run, one file for each training in its folder `retrained`; none is ever replaced."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hwcost.core.checks import is_finite
from hwcost.core.files import sync_folder, written_aside
from hwcost.core.json_text import json_text
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line
from nas.core.errors import RunError
from nas.runs.store import unusable, versions
from nas.training.rivals import CONTESTANTS, Outcome, outcome_to_dict

FOLDER = "retrained"
SCHEMA = "nas.retrained/1"
MAX_FILE_BYTES = 50_000_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """One training: which, and all that decides what comes of it.

    Attributes:
        architecture: Hash of the network.
        contestant: The network itself or a rival.
        number: Number of the training, from 0.
        seed: Its seed.
        settings: `TrainSettings.to_dict`.
        split_sha256: Digest of the rows of the parts of the data.
        dataset_sha256: Digest of the data.
    """

    architecture: str
    contestant: str
    number: int
    seed: int
    settings: Mapping[str, Any]
    split_sha256: str
    dataset_sha256: str

    def file(self) -> str:
        """Return the name of its file, which is another one for anything that differs."""
        plain = json.dumps(dataclasses.asdict(self), sort_keys=True)
        digest = hashlib.sha256(plain.encode()).hexdigest()[:12]
        return f"{self.architecture[:12]}-{self.contestant}-{self.number}-{digest}.json"


def read_outcome(run: Path, training: Training, num_test: int, num_classes: int) -> Outcome | None:
    """Read what came of a training; None if it was not made yet.

    Args:
        run: Directory of the run.
        training: Which.
        num_test: Samples of the test part.
        num_classes: Classes.

    Raises:
        RunError: The file is damaged.
    """
    path = run / FOLDER / training.file()
    if not os.path.lexists(path):
        return None
    found, outcome = _read(path, num_test, num_classes)
    if json.dumps(dataclasses.asdict(found), sort_keys=True) != json.dumps(
        dataclasses.asdict(training), sort_keys=True
    ):
        raise _damaged(path, ValueError("it is of another training"))
    return outcome


def kept_trainings(run: Path, num_test: int, num_classes: int) -> Iterator[tuple[Training, Outcome]]:
    """Yield every training that was kept, and what came of it, in the order of the names of the files.

    Args:
        run: Directory of the run.
        num_test: Samples of the test part.
        num_classes: Classes.

    Raises:
        RunError: A file is damaged, or the folder cannot be read.
    """
    folder = run / FOLDER
    if not folder.is_dir():
        return
    try:
        names = sorted(path.name for path in folder.iterdir() if path.suffix == ".json")
    except OSError as error:
        raise unusable(folder, error) from error
    for name in names:
        yield _read(folder / name, num_test, num_classes)


def _read(path: Path, num_test: int, num_classes: int) -> tuple[Training, Outcome]:
    content = read_file(path, what="training", limit_bytes=MAX_FILE_BYTES, error=RunError)
    try:
        plain = json.loads(content)
        if plain["schema"] != SCHEMA:
            raise ValueError("it is of another schema")
        training = _training(plain["training"])
        if training.file() != path.name:
            raise ValueError("it is of another training")
        return training, _outcome(plain["outcome"], num_test, num_classes)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> RunError:
    return RunError(
        f"{path_label(path)}: damaged ({type(error).__name__}: {one_line(str(error))}); remove it to train again"
    )


def _training(plain: Mapping[str, Any]) -> Training:
    names = [f.name for f in dataclasses.fields(Training)]
    training = Training(**{name: plain[name] for name in names})
    if training.contestant not in CONTESTANTS or type(training.number) is not int or training.number < 0:
        raise ValueError("it is of no contestant")
    if not isinstance(training.architecture, str) or not isinstance(training.settings, Mapping):
        raise TypeError("architecture or settings are none")
    return training


def _outcome(plain: Mapping[str, Any], num_test: int, num_classes: int) -> Outcome:
    predicted = tuple(plain["predicted"])
    failed = isinstance(plain["reason"], str) and plain["validation_accuracy"] is None and not predicted
    if not failed:
        whole = all(type(number) is int and 0 <= number < num_classes for number in predicted)
        if plain["reason"] is not None or len(predicted) != num_test or not whole:
            raise ValueError("its predictions are not those of the test part")
        if not is_finite(plain["validation_accuracy"]):
            raise TypeError("validation_accuracy is no number")
    if type(plain["num_parameters"]) is not int or not isinstance(plain["num_epochs"], int | None):
        raise TypeError("num_parameters or num_epochs is no number")
    if not isinstance(plain["converged"], bool) or not is_finite(plain["duration_s"]):
        raise TypeError("converged or duration_s is none")
    names = [f.name for f in dataclasses.fields(Outcome)]
    return Outcome(**{name: plain[name] for name in names if name != "predicted"}, predicted=predicted)


def keep_outcome(run: Path, training: Training, outcome: Outcome) -> None:
    """Write what came of a training, completely and only if there is none yet.

    Raises:
        RunError: It cannot be written.
    """
    path = run / FOLDER / training.file()
    plain = {
        "schema": SCHEMA,
        "training": dataclasses.asdict(training),
        "outcome": outcome_to_dict(outcome),
        "versions": versions(),
    }
    try:
        path.parent.mkdir(exist_ok=True)
        with written_aside(path, (json_text(plain) + "\n").encode()) as temporary:
            # A link is made only where there is no file; one of the same training made meanwhile has the same numbers.
            if not os.path.lexists(path):
                os.link(temporary, path)
        sync_folder(path.parent)
    except FileExistsError as error:
        if not path.is_file():
            raise unusable(path.parent, error) from error
    except (OSError, ValueError) as error:
        raise unusable(path.parent, error) from error
