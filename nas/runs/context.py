"""What every evaluation of a search needs, as plain data that travels to workers: `SearchContext`."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import hwcost
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line, shown
from nas.core.checks import whole
from nas.core.errors import DataError, SettingError
from nas.datasets.csv import split_label
from nas.datasets.dataset import DATASETS, Dataset, load_dataset
from nas.datasets.folds import fold, num_folds
from nas.runs.config import AUTO, BEFORE, SearchConfig, config_from_dict, renamed
from nas.runs.costing import costing_options
from nas.spaces.load import load_space, space_from_dict
from nas.spaces.record import SearchSpace
from nas.training.parts import chosen_device

if TYPE_CHECKING:
    from hwcost import Device

Profile: TypeAlias = str | Mapping[str, Any] | None
"""A profile as `hwcost.estimate_model` takes it."""

CALIBRATION, DEVICE, JOB_PROFILE = "calibration.json", "device.json", "job_profile.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetInfo:
    """The data that a search began with.

    Attributes:
        name: Name of the data set.
        sha256: Digest of its content.
        split_sha256: Digest of the rows of its parts.
        num_features: Features.
        num_classes: Classes.
        num_training: Samples that train.
        num_validation: Samples that validate.
        num_test: Samples that nothing looked at.
    """

    name: str
    sha256: str
    split_sha256: str
    num_features: int
    num_classes: int
    num_training: int
    num_validation: int
    num_test: int

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name.startswith("num_"):
                whole(f"dataset: {field.name}", value, 0, 2**63 - 1)
            elif not isinstance(value, str):
                raise SettingError(f"dataset: {field.name} is {shown(value)}; it must be text")

    @classmethod
    def of(cls, data: Dataset) -> DatasetInfo:
        """Describe a data set."""
        rows = data.split
        return cls(
            name=data.name,
            sha256=data.sha256,
            split_sha256=data.split_sha256,
            num_features=data.num_features,
            num_classes=data.num_classes,
            num_training=len(rows.training),
            num_validation=len(rows.validation),
            num_test=len(rows.test),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SearchContext:
    """A search as its workers need it. Nothing in here depends on files that a later version may change.

    Attributes:
        config: The configuration.
        space: The search space, as it was when the search began.
        dataset: The data that it began with; they are loaded where they are needed, and compared.
        files: Content of the calibration and of the profiles that are files, by name in the run directory.
    """

    config: SearchConfig
    space: SearchSpace
    dataset: DatasetInfo
    files: Mapping[str, str]

    @property
    def num_folds(self) -> int:
        """Return how many validation parts the trainings of a network take in turn."""
        return num_folds(self.config.num_folds, self.dataset.num_training, self.dataset.num_validation)

    def data(self, training: int = 0) -> Dataset:
        """Return the data set, loaded once in each process, as one of the trainings of a network divides it.

        Args:
            training: Number of the training, from 0; the first has the parts of the configuration.

        Raises:
            DataError: It is not here, or not the one that the search began with.
        """
        count, data = self.num_folds, _loaded(self)
        number = training % count
        return fold(data, number, count) if number else data  # which `fold` would keep, also after others share it

    def hwcost_device(self) -> Device:
        """Return the device, prepared once in each process."""
        return _prepared(self.files[CALIBRATION])

    def classical_device(self) -> Profile:
        """Return the profile of the classical device: its name, or its content where it is of a file."""
        return self._profile(DEVICE, self.config.machine)

    def job_profile(self) -> Profile:
        """Return the profile of job times: its name, or its content where it is of a file."""
        return self._profile(JOB_PROFILE, self.config.job_profile)

    def _profile(self, file: str, name: str | None) -> Profile:
        return _parsed(self.files[file], name or file) if file in self.files else name

    def on(self, **changes: Any) -> SearchContext:
        """Return the same search with another backend, machine, job profile or other costing; files are read anew."""
        changes = renamed(changes)
        # Shots and precision are alternatives; a new one replaces the old one.
        other = {"shots": "precision", "precision": "shots"}
        replaced = {other[name]: None for name in changes if name in other and changes[name] is not None}
        config = replace(self.config, **{**replaced, **changes})
        files = {**self.files, **read_files(config, tuple(changes))}
        if "machine" in changes and not _is_file(config.machine):
            files.pop(DEVICE, None)
        if "job_profile" in changes and not _is_file(config.job_profile):
            files.pop(JOB_PROFILE, None)
        context = replace(self, config=config, files=files)
        context.check()
        return context

    def check(self) -> None:
        """Cost the smallest of circuits, so that faults of device and profiles show now and not in every candidate.

        Raises:
            HwcostError: A profile is unknown or malformed, or the device cannot be costed, or there are too few samples
                for the folds.
        """
        _ = self.num_folds
        if CALIBRATION not in self.files and self.config.machine is None and self.config.job_profile is None:
            return
        from qiskit import QuantumCircuit

        circuit = QuantumCircuit(1, 1)
        circuit.x(0)
        circuit.measure(0, 0)
        profiles: dict[str, Any] = {"device": self.classical_device(), "job_profile": self.job_profile()}
        hwcost.estimate_model(
            circuit,
            # Profiles are told from each other without a device, too; any one serves to read them.
            backend=self.hwcost_device() if CALIBRATION in self.files else "fake_manila",
            scope="inference",
            gradient="none",
            num_seeds=1,
            classical_flops=1.0,
            **profiles,
            **costing_options(self.config, on_device=CALIBRATION in self.files),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, without the files."""
        genes = {gene.name: list(gene.choices) for gene in self.space.genes}
        return {
            "config": self.config.to_dict(),
            "space": {"name": self.space.name, "description": self.space.description, "genes": genes},
            "dataset": dataclasses.asdict(self.dataset),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], files: Mapping[str, str]) -> SearchContext:
        """Make the context that `to_dict` made the data of.

        Raises:
            KeyError, TypeError, NasError: The data are none.
        """
        return cls(
            config=config_from_dict({**BEFORE, **data["config"]}),
            space=space_from_dict(dict(data["space"])),
            dataset=DatasetInfo(**data["dataset"]),
            files=dict(files),
        )


def make_context(config: SearchConfig) -> SearchContext:
    """Make the context of a new search: space, data and device are read and checked now.

    Raises:
        SpaceError, DataError: The space or the data cannot be used.
        HwcostError: The device or a profile cannot be used.
    """
    config = replace(config, **_absolute(config))
    if config.train_device == AUTO:
        config = replace(config, train_device=chosen_device(config.train_device))
    data = load_dataset(config.dataset, **config.data_options())
    context = SearchContext(
        config=config,
        space=load_space(config.space_source),
        dataset=DatasetInfo.of(data),
        files=read_files(config, ("backend", "machine", "job_profile")),
    )
    remember(context, data)
    context.check()
    return context


def read_files(config: SearchConfig, names: tuple[str, ...]) -> dict[str, str]:
    """Read the calibration and the profiles that a configuration names.

    Raises:
        HwcostError: One cannot be used.
    """
    files: dict[str, str] = {}
    if "backend" in names and config.backend is not None:
        files[CALIBRATION] = hwcost.calibration_text(hwcost.load_calibration(config.backend))
    for name, file in (("machine", DEVICE), ("job_profile", JOB_PROFILE)):
        path = getattr(config, name)
        if name in names and _is_file(path):
            files[file] = _read(path, name)
    return files


def _absolute(config: SearchConfig) -> dict[str, Any]:
    """Return the paths of a configuration made absolute, so that a search can be resumed from another folder."""
    changes = {}
    for name in ("dataset", "data_folder", "machine", "job_profile"):
        value = getattr(config, name)
        if not value or value in DATASETS:
            continue
        path = split_label(value)[0] if name == "dataset" else value
        if os.path.exists(path) and (name.startswith("data") or _is_file(path)):
            changes[name] = os.path.abspath(path) + value[len(path) :]
    return changes


def _is_file(name: str | None) -> bool:
    return name is not None and (os.sep in name or name.endswith(".json"))


def _read(path: str, what: str) -> str:
    data = read_file(path, what=what.replace("_", " ") + " file", limit_bytes=MAX_PROFILE_BYTES, error=SettingError)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise SettingError(f"{what}: {path_label(path)}: is not UTF-8 text") from None


def remember(context: SearchContext, data: Dataset) -> None:
    """Have `context.data()` return these data in this process; they must be those of the context."""
    while len(_LOADED) >= MAX_REMEMBERED:
        _LOADED.pop(next(iter(_LOADED)))
    _LOADED[_data_key(context)] = data


def _data_key(context: SearchContext) -> Hashable:
    # With the digests: a file that has changed since is another data set.
    return (context.config.dataset, *context.config.data_options().items(), context.dataset)


def _loaded(context: SearchContext) -> Dataset:
    loaded = _LOADED.get(_data_key(context))
    if loaded is not None:
        return loaded
    source = context.config.dataset
    data = load_dataset(source, **context.config.data_options())
    for name in ("sha256", "split_sha256"):
        is_now, was = getattr(data, name), getattr(context.dataset, name)
        if is_now != was:
            raise DataError(
                f"{source}: the data are not those that the search began with ({name} is {is_now[:12]}…, was "
                f"{was[:12]}…); give them back, or start a new search"
            )
    remember(context, data)
    return data


@lru_cache(maxsize=4)
def _prepared(calibration: str) -> Device:
    return hwcost.prepare_device(hwcost.calibration_from_text(calibration, where=CALIBRATION))


@lru_cache(maxsize=8)
def _parsed(text: str, name: str) -> Mapping[str, Any]:
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingError(f"{name}: not JSON: {one_line(str(error))}") from None
    if not isinstance(plain, Mapping) or not plain:
        raise SettingError(f"{name}: holds no profile; it must be an object with a schema")
    return plain


_LOADED: dict[Hashable, Dataset] = {}
MAX_REMEMBERED = 4
MAX_PROFILE_BYTES = 50_000_000
