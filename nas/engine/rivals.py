"""What a circuit has to beat: the same network without it, or without its training, and networks of no circuit at all.

`build_rival` builds the torch module of each of `MODULES`; a logistic regression is no module of torch and is fitted in
`nas.training.logistic`.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np
import torch
from torch import nn

from nas.architectures.record import Architecture, Hidden, num_parameters
from nas.core.checks import choice
from nas.engine.network import HybridNetwork, build_model, draw_weights, linear_stack

RivalModule: TypeAlias = Literal["mlp", "linear-layer", "random-layer", "untrained-circuit"]

MODULES: tuple[RivalModule, ...] = get_args(RivalModule)


class RandomFeatures(nn.Module):
    """A random layer that is not trained: cos(xW + b), W standard normal, b uniform in [0, 2π).

    Periodic in its inputs and bounded by ±1, as expectation values of a circuit with angle embedding are: the random
    Fourier features of Rahimi and Recht (Advances in Neural Information Processing Systems 20, 2007) without a factor.

    Args:
        inputs: Width of x.
        outputs: Values returned.
        seed: Of W and b.
        dtype: torch.float32 or torch.float64.
    """

    def __init__(self, inputs: int, outputs: int, seed: int, dtype: torch.dtype):
        super().__init__()
        # Not the numbers that the layers before it begin with.
        own = int(np.random.SeedSequence([seed, 1]).generate_state(1)[0])
        generator = torch.Generator().manual_seed(own)
        weight = torch.randn((inputs, outputs), generator=generator, dtype=torch.float64)
        phase = 2.0 * torch.pi * torch.rand(outputs, generator=generator, dtype=torch.float64)
        self.register_buffer("weight", weight.to(dtype))
        self.register_buffer("phase", phase.to(dtype))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute (batch, outputs) for (batch, inputs)."""
        return torch.cos(x @ self.get_buffer("weight") + self.get_buffer("phase"))


def build_rival(
    kind: RivalModule,
    architecture: Architecture,
    num_features: int,
    num_classes: int,
    *,
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
) -> nn.Module:
    """Build a rival of a network with initial weights from a seed.

    Args:
        kind: `mlp`: one hidden layer of ReLUs, as wide as brings it nearest to the network's number of parameters;
            `linear-layer`: a trained linear layer in the place of the circuit; `random-layer`: `RandomFeatures` there;
            `untrained-circuit`: the circuit with its first angles, which are not trained.
        architecture: The network.
        num_features: Features of a sample.
        num_classes: Classes.
        seed: Of the initial weights.
        dtype: torch.float32 or torch.float64.

    Raises:
        SettingError: There is no such rival.

    >>> from nas.architectures.record import Layer
    >>> layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
    >>> small = Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(layer,))
    >>> for kind in MODULES:  # the network has 21 parameters
    ...     model = build_rival(kind, small, 4, 3)
    ...     print(kind, sum(p.numel() for p in model.parameters() if p.requires_grad))
    mlp 19
    linear-layer 25
    random-layer 19
    untrained-circuit 19
    """
    choice("rival", kind, MODULES)
    if kind == "untrained-circuit":
        network = build_model(architecture, num_features, num_classes, seed=seed, dtype=dtype)
        network.quantum.requires_grad_(False)
        return network
    model: nn.Module
    if kind == "mlp":
        width = mlp_width(num_parameters(architecture, num_features, num_classes), num_features, num_classes)
        hidden = (Hidden(width=width, activation="relu"),)
        model = nn.Sequential(linear_stack(num_features, hidden, num_classes, dtype), nn.LogSoftmax(dim=-1))
    else:
        wide, narrow = architecture.num_encoded, architecture.num_outputs
        layer = (
            linear_stack(wide, (), narrow, dtype)
            if kind == "linear-layer"
            else RandomFeatures(wide, narrow, seed, dtype)
        )
        model = HybridNetwork(
            linear_stack(num_features, architecture.hidden_before, wide, dtype),
            layer,
            linear_stack(narrow, architecture.hidden_after, num_classes, dtype),
        )
    draw_weights(model, seed)
    return model


def mlp_width(parameters: int, num_features: int, num_classes: int) -> int:
    """Return the width at which one hidden layer comes nearest to a number of parameters; at least 1.

    >>> mlp_width(21, 4, 3)  # 8·2 + 3 = 19, 8·3 + 3 = 27
    2
    """
    return max(1, round((parameters - num_classes) / (num_features + 1 + num_classes)))
