"""Trained networks in files: `save_checkpoint` and `load_checkpoint`.

A checkpoint is what `torch.save` makes of plain data and tensors. It is read with `weights_only=True`, so that an
untrusted file cannot run code, and every value is checked before anything is built from it.
"""

from __future__ import annotations

import io
import os
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

import numpy as np
import numpy.typing as npt

from hwcost import InputError
from hwcost.core.files import write_file
from hwcost.core.reading import read_file
from hwcost.core.text import error_text, one_line
from nas.architectures.json import architecture_from_dict, architecture_to_dict
from nas.architectures.record import num_parameters
from nas.core.checks import choice
from nas.core.errors import NasError, SettingError
from nas.datasets.scaling import Scaling, ScalingKind
from nas.training.parts import require_torch
from nas.training.record import Engine, TrainRecord

if TYPE_CHECKING:
    from torch import nn

    from nas.architectures.record import Architecture
    from nas.datasets.dataset import Dataset
    from nas.training.train import TrainedNetwork

SCHEMA = "nas.checkpoint/1"

MAX_FEATURES = 10**7
MAX_CHECKPOINT_BYTES = 2**31
"""Of a sample; more in a file are damage."""


class CheckpointError(NasError, InputError):
    """A file is not a checkpoint, or a damaged one, or of another version."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checkpoint:
    """A trained network as it came from a file.

    Attributes:
        architecture: The network.
        model: The torch module with its weights, ready to be called with scaled features.
        record: What came of its training: seed, settings, curves, data set, versions.
        scaling: The scaling of the features that it was trained with.
        feature_names: Names of the features.
        class_names: Names of the classes.
        space: Name of the search space, if it came from one.
        genome: Its genome there.
    """

    architecture: Architecture
    model: nn.Module
    record: TrainRecord
    scaling: Scaling
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    space: str | None
    genome: Mapping[str, Any] | None

    def predict(self, features: npt.ArrayLike) -> tuple[str, ...]:
        """Predict the most likely class of each sample.

        Args:
            features: (samples, features) as the data set had them, not scaled.

        Raises:
            SettingError: The samples have other features.
        """
        torch = require_torch()
        values = np.asarray(features, dtype=np.float64)
        if values.ndim != 2 or values.shape[1] != len(self.feature_names):
            raise SettingError(
                f"features of shape {values.shape}; the network takes (samples, {len(self.feature_names)})"
            )
        parameter = next(self.model.parameters())
        x = torch.as_tensor(self.scaling.apply(values), dtype=parameter.dtype, device=parameter.device)
        with torch.no_grad():
            numbers = self.model(x).argmax(dim=1).tolist()
        return tuple(self.class_names[number] for number in numbers)


def save_checkpoint(
    path: str | os.PathLike[str],
    network: TrainedNetwork,
    data: Dataset,
    *,
    space: str | None = None,
    genome: Mapping[str, Any] | None = None,
) -> None:
    """Write a trained network to a file, completely or not at all.

    Args:
        path: File to write; an older one is replaced.
        network: What `train_network` returned.
        data: The data set that it was trained on; only its names and its scaling are kept.
        space: Name of the search space that it is from.
        genome: Its genome there: text, numbers and lists.

    Raises:
        SettingError: The training had failed, so that there is no network.
        OptionError: There is no such folder, or something other than a file has that name.
    """
    write_file(path, checkpoint_bytes(network, data, space=space, genome=genome))


def checkpoint_bytes(
    network: TrainedNetwork, data: Dataset, *, space: str | None = None, genome: Mapping[str, Any] | None = None
) -> bytes:
    """Return the content of the file that `save_checkpoint` writes; arguments as there.

    Raises:
        SettingError: The training had failed, so that there is no network.
    """
    torch = require_torch()
    if network.model is None:
        raise SettingError(f"there is no network to save: {network.record.reason}")
    payload = {
        "schema": SCHEMA,
        "architecture": architecture_to_dict(network.architecture),
        "record": network.record.to_dict(),
        "scaling": {
            "kind": data.scaling.kind,
            "offset": torch.as_tensor(data.scaling.offset),
            "scale": torch.as_tensor(data.scaling.scale),
        },
        "feature_names": list(data.feature_names),
        "class_names": list(data.class_names),
        "space": space,
        "genome": None if genome is None else dict(genome),
        "state_dict": {name: value.detach().cpu().clone() for name, value in network.model.state_dict().items()},
    }
    buffer = io.BytesIO()
    torch.save(payload, buffer)
    return buffer.getvalue()


def load_checkpoint(path: str | os.PathLike[str], *, engine: Engine | None = None) -> Checkpoint:
    """Load the trained network in a file, on the CPU.

    Args:
        path: File that `save_checkpoint` wrote.
        engine: Engine of the module. [default: the one that trained it]

    Raises:
        CheckpointError: The file is not a checkpoint, or a damaged one, or of another version.
        SettingError: There is no such engine.
        MissingDependencyError: torch, or PennyLane for its engine, is not installed.
    """
    if engine is not None:
        choice("engine", engine, get_args(Engine))
    path = Path(path)
    payload = _read(path)
    try:
        return _checkpoint(payload, engine)
    except CheckpointError as error:
        raise CheckpointError(f"{path}: {error}") from None
    except InputError as error:
        raise CheckpointError(f"{path}: not a checkpoint of nas, or a damaged one ({one_line(str(error))})") from None


def _read(path: Path) -> Mapping[str, Any]:
    """Read plain data and tensors with `torch.load`, and nothing that runs."""
    torch = require_torch()
    data = read_file(path, what="checkpoint", limit_bytes=MAX_CHECKPOINT_BYTES, error=CheckpointError)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            num_bytes = sum(member.file_size for member in archive.infolist())
        # torch.save compresses nothing; a file that does would unpack to whatever its author likes.
        if num_bytes > len(data):
            raise CheckpointError(f"{path}: unpacks to {num_bytes:,} bytes, more than it has; not a checkpoint of nas")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch 2.14 warns of sparse tensors, which are refused below
            payload = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except CheckpointError:
        raise
    except Exception as error:  # whatever torch and pickle raise for bytes that they did not write
        raise CheckpointError(
            f"{path}: not a checkpoint of nas, or a damaged one ({type(error).__name__}: {_first_line(error)})"
        ) from None
    if not isinstance(payload, dict) or "schema" not in payload:
        raise CheckpointError(f"{path}: a file of torch, but not a checkpoint of nas; `nas train -o` writes one")
    if payload["schema"] != SCHEMA:
        found = one_line(repr(payload["schema"]))
        raise CheckpointError(f"{path}: schema {found}; this version of nas reads {SCHEMA}; train the network again")
    return payload


def _first_line(error: Exception) -> str:
    lines = error_text(error).strip().splitlines()
    return one_line(lines[0]) if lines else "no reason given"


def _checkpoint(payload: Mapping[str, Any], engine: Engine | None) -> Checkpoint:
    """Make the checkpoint of the payload, each value checked.

    Raises:
        InputError: A value is missing or is invalid.
    """
    torch = require_torch()
    expected = {
        "schema", "architecture", "record", "scaling", "feature_names", "class_names", "space", "genome", "state_dict"
    }  # fmt: skip
    missing = sorted(expected - set(payload))
    if missing:
        raise InputError(f"no {', '.join(missing)}")
    architecture = architecture_from_dict(payload["architecture"])
    record = TrainRecord.from_dict(payload["record"] if isinstance(payload["record"], dict) else {})
    feature_names = _names(payload["feature_names"], "feature_names")
    class_names = _names(payload["class_names"], "class_names")
    scaling = _scaling(payload["scaling"], len(feature_names))
    state = _state(payload["state_dict"], num_parameters(architecture, len(feature_names), len(class_names)))
    space, genome = payload["space"], payload["genome"]
    if not (space is None or isinstance(space, str)) or not (genome is None or isinstance(genome, dict)):
        raise InputError("space and genome are neither text and values nor nothing")
    from nas.engine.network import build_model

    model: nn.Module = build_model(
        architecture,
        len(feature_names),
        len(class_names),
        engine=record.settings.engine if engine is None else engine,
        dtype=getattr(torch, record.settings.dtype),
    )
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise InputError(f"its weights do not fit its architecture: {one_line(error_text(error))}") from None
    return Checkpoint(
        architecture=architecture,
        model=model.eval(),
        record=record,
        scaling=scaling,
        feature_names=feature_names,
        class_names=class_names,
        space=space,
        genome=genome,
    )


def _names(data: object, where: str) -> tuple[str, ...]:
    if not isinstance(data, list) or not 0 < len(data) <= MAX_FEATURES or not all(isinstance(n, str) for n in data):
        raise InputError(f"{where} is not a list of names")
    return tuple(data)


def _scaling(data: Any, num_features: int) -> Scaling:
    torch = require_torch()
    known = isinstance(data, dict) and set(data) == {"kind", "offset", "scale"}
    if not known or not isinstance(data["kind"], str) or data["kind"] not in get_args(ScalingKind):
        raise InputError("scaling has no kind, offset and scale")
    for name in ("offset", "scale"):
        value = data[name]
        plain = type(value) is torch.Tensor and value.layout is torch.strided and value.dtype is torch.float64
        if not plain or value.shape != (num_features,) or not bool(value.isfinite().all()):
            raise InputError(f"scaling.{name} is not a number for each of the {num_features} features")
    if bool((data["scale"] == 0.0).any()):
        raise InputError("scaling.scale has a 0")
    kind = cast(ScalingKind, data["kind"])
    return Scaling(kind=kind, offset=data["offset"].numpy().copy(), scale=data["scale"].numpy().copy())


def _state(data: Any, expected: int) -> dict[str, Any]:
    """Return the weights; as many as the architecture has, so that nothing larger than the file is built."""
    torch = require_torch()
    if not isinstance(data, dict):
        raise InputError("state_dict is none")
    total = 0
    for name, value in data.items():
        plain = type(value) is torch.Tensor and value.layout is torch.strided and value.is_floating_point()
        if not isinstance(name, str) or not plain:
            raise InputError(f"state_dict has {one_line(repr(name))}, which is not a tensor of numbers")
        total += value.numel()
    if total != expected:
        raise InputError(f"{total} weights, but the architecture has {expected} parameters")
    if not all(bool(value.isfinite().all()) for value in data.values()):
        raise InputError("a weight is not finite")
    return data
