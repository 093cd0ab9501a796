"""What the grid of models is made of: devices that are tracked, QNodes and layers on them, and the executions."""

from __future__ import annotations

import contextlib

import pennylane as qml
import pytest
import torch
from torch import nn

DEVICE = qml.device("default.qubit", wires=4)
OTHER_DEVICE = qml.device("default.qubit", wires=3)
SHIFT = {"interface": "torch", "diff_method": "parameter-shift"}


class Model(nn.Module):
    """Runs a function of (self, *inputs); the parts are its attributes."""

    def __init__(self, run, **parts):
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)
        self._run = run

    def forward(self, *args, **kwargs):
        return self._run(self, *args, **kwargs)


def parameter(*shape):
    return nn.Parameter(torch.rand(*shape))


def node(function, device=DEVICE, **options):
    return qml.QNode(function, device, **{**SHIFT, **options})


def layer(function, shapes=(2, 2), device=DEVICE):
    return qml.qnn.TorchLayer(node(function, device), shapes if isinstance(shapes, dict) else {"weights": shapes})


def frozen(module):
    return module.requires_grad_(False)


def stacked(results):
    return torch.stack(list(results), dim=-1).float()


def rows(function, x):
    """Call a QNode row by row."""
    results = [function(row) for row in x]
    return torch.stack([r if isinstance(r, torch.Tensor) else stacked(r) for r in results]).float()


def z(wires=2):
    return [qml.expval(qml.PauliZ(wire)) for wire in range(wires)]


def entangled(inputs, weights):
    qml.AngleEmbedding(inputs, wires=range(2))
    qml.BasicEntanglerLayers(weights, wires=range(2))
    return z()


TORCH_LAYER_FORWARD = qml.qnn.TorchLayer.forward


def _row_by_row(self, x):
    """PennyLane has no parameter shift for data in batches; row by row it runs the same circuits."""
    if x.ndim == 1 or getattr(self.qnode.func, "takes_batches", False):
        return TORCH_LAYER_FORWARD(self, x)
    flat = x.reshape(-1, x.shape[-1])
    results = torch.stack([TORCH_LAYER_FORWARD(self, row) for row in flat])
    return results.reshape(*x.shape[:-1], *results.shape[1:])


def tensors(output):
    if isinstance(output, torch.Tensor):
        return [output]
    items = output.values() if isinstance(output, dict) else output if isinstance(output, (tuple, list)) else []
    return [tensor for item in items for tensor in tensors(item)]


def executed(model, *args, **kwargs):
    """Circuits that PennyLane executes in a forward and a backward pass, on all tracked devices together."""
    trackers = [qml.Tracker(device) for device in (DEVICE, OTHER_DEVICE)]
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        for tracker in trackers:
            stack.enter_context(tracker)
        patch.setattr(qml.qnn.TorchLayer, "forward", _row_by_row)
        ends = [tensor for tensor in tensors(model(*args, **kwargs)) if tensor.requires_grad]
        if ends:
            sum((end * torch.rand_like(end)).sum() for end in ends).backward()
    return sum(tracker.totals.get("executions", 0) for tracker in trackers)
