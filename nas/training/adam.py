"""Adam (Kingma and Ba 2015) for all parameters of several networks at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from hwcost import InputError
from nas.architectures.record import Architecture


class Networks(Protocol):
    """K networks: parameters and their derivatives, (K, P)."""

    architectures: tuple[Architecture, ...]
    parameters: Tensor
    gradients: Tensor

    @property
    def is_small(self) -> bool:
        """Return whether steps are computed in NumPy."""


class StackedAdam:
    """Adam (Kingma and Ba 2015), as `torch.optim.Adam`, for the parameters of stacked networks.

    Args:
        networks: The networks.
        learning_rates: One for each network, or one for all.
        betas: Decay rates of the two moments.
        eps: Added to the denominator.

    Raises:
        InputError: There are as many learning rates as neither one nor the networks.
    """

    def __init__(
        self,
        networks: Networks,
        learning_rates: float | Sequence[float],
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ):
        rates = [learning_rates] * len(networks.architectures) if isinstance(learning_rates, float) else learning_rates
        if len(rates) != len(networks.architectures):
            raise InputError(f"there are {len(rates)} learning rates for {len(networks.architectures)} networks")
        self._networks, self._betas, self._eps = networks, betas, eps
        self._rates = torch.tensor(rates, dtype=networks.parameters.dtype, device=networks.parameters.device)[:, None]
        self._mean = torch.zeros_like(networks.parameters)
        self._square = torch.zeros_like(networks.parameters)
        self._num_steps = 0
        self._small: SmallAdam | None = None
        if networks.is_small:
            self._small = SmallAdam(networks.parameters, networks.gradients, self._rates, betas, eps)

    def step(self) -> None:
        """Move all networks against their gradients."""
        self._num_steps += 1
        if self._small is not None:
            self._small.step(self._num_steps)
            return
        (beta1, beta2), gradients = self._betas, self._networks.gradients
        correction1, correction2 = 1.0 - beta1**self._num_steps, 1.0 - beta2**self._num_steps
        with torch.inference_mode():
            self._mean.lerp_(gradients, 1.0 - beta1)
            self._square.mul_(beta2).addcmul_(gradients, gradients, value=1.0 - beta2)
            scale = self._square.sqrt().div_(correction2**0.5).add_(self._eps)
            self._networks.parameters.addcdiv_(self._mean * self._rates, scale, value=-1.0 / correction1)


class SmallAdam:
    """Adam (Kingma and Ba 2015), as `StackedAdam`, on memory of torch.

    Args:
        parameters: (K, P).
        gradients: Their derivatives.
        rates: Learning rates, (K, 1).
        betas: Decay rates of the two moments.
        eps: Added to the denominator.
    """

    def __init__(self, parameters: Tensor, gradients: Tensor, rates: Tensor, betas: tuple[float, float], eps: float):
        self._parameters, self._gradients, self._rates = parameters.numpy(), gradients.numpy(), rates.numpy()
        self._betas, self._eps = betas, eps
        self._mean, self._square = np.zeros_like(self._parameters), np.zeros_like(self._parameters)
        self._work, self._scale = np.empty_like(self._parameters), np.empty_like(self._parameters)

    def step(self, number: int) -> None:
        """Take the step of this number, from 1."""
        (beta1, beta2), work, scale = self._betas, self._work, self._scale
        with np.errstate(all="ignore"):
            np.subtract(self._gradients, self._mean, out=work)
            work *= 1.0 - beta1
            self._mean += work
            np.multiply(self._gradients, self._gradients, out=work)
            work *= 1.0 - beta2
            self._square *= beta2
            self._square += work
            # Corrections of the bias, moved to numbers: √(v/c₂) + ε = (√v + ε·√c₂)/√c₂.
            root = (1.0 - beta2**number) ** 0.5
            np.sqrt(self._square, out=scale)
            scale += self._eps * root
            np.multiply(self._mean, self._rates * (root / (1.0 - beta1**number)), out=work)
            work /= scale
            self._parameters -= work
