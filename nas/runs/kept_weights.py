"""The weights of trainings as a run keeps them: plain numbers and the digest by which a record names them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from nas.architectures.parameters import parameter_shapes
from nas.core.errors import RunError
from nas.training.parts import require_torch

if TYPE_CHECKING:
    from torch import nn

    from nas.architectures.record import Architecture
    from nas.training.record import TrainSettings
    from nas.training.train import TrainedNetwork

KEY = "weights_sha256"
"""In the record of a training: the digest of its weights, where they were kept."""


def digest(weights: bytes) -> str:
    """Return the digest by which a record names weights."""
    return hashlib.sha256(weights).hexdigest()


def weights_of(network: TrainedNetwork, num_features: int, num_classes: int) -> bytes | None:
    """Return the parameters of a trained network: little-endian numbers of its precision, in the network's order.

    Args:
        network: The network; None is returned if its training failed or was stopped.
        num_features: Features of a sample.
        num_classes: Classes.
    """
    if network.model is None:
        return None
    state = network.model.state_dict()
    shapes = parameter_shapes(network.architecture, num_features, num_classes)
    flat = np.concatenate([state[name].detach().cpu().numpy().reshape(-1) for name, _ in shapes])
    return flat.astype(flat.dtype.newbyteorder("<")).tobytes()


def recorded(network: TrainedNetwork, weights: bytes | None) -> Mapping[str, Any]:
    """Return the record of a training as plain data, with the digest of its weights if they are kept."""
    plain = network.record.to_dict()
    return plain if weights is None else {**plain, KEY: digest(weights)}


def model_from(
    weights: bytes,
    sha256: str,
    architecture: Architecture,
    settings: TrainSettings,
    num_features: int,
    num_classes: int,
) -> nn.Module:
    """Build a network with weights that were kept, on the CPU.

    Args:
        weights: What `weights_of` returned.
        sha256: The digest that the record names.
        architecture: The network.
        settings: With the engine and the precision of its training.
        num_features: Features of a sample.
        num_classes: Classes.

    Raises:
        RunError: They are not the weights that were kept.
        MissingDependencyError: torch, or Numba or PennyLane for the engine, is not installed.
    """
    torch = require_torch()
    if digest(weights) != sha256:
        raise RunError("they are not those that were kept")
    shapes = parameter_shapes(architecture, num_features, num_classes)
    sizes = [int(np.prod(shape)) for _, shape in shapes]
    dtype = np.dtype(settings.dtype)
    if len(weights) != dtype.itemsize * sum(sizes):
        raise RunError(f"they have {len(weights):,} bytes, the network has {sum(sizes):,} parameters of {dtype.name}")
    numbers = np.frombuffer(weights, dtype=dtype.newbyteorder("<")).astype(dtype)
    from nas.engine.network import build_model

    model = build_model(
        architecture, num_features, num_classes, engine=settings.engine, dtype=getattr(torch, settings.dtype)
    )
    parts = np.split(numbers, np.cumsum(sizes)[:-1])
    model.load_state_dict(
        {name: torch.from_numpy(part.reshape(shape)) for (name, shape), part in zip(shapes, parts, strict=True)}
    )
    return model.eval()
