"""Seconds of a torch module's passes on a device, from what they do and the device's profile.

::

    forward    call + module·n_modules + operation·n_ops + view·n_views + byte·n_bytes + Σ product(FLOPs, narrowest)
    backward   backward_operation·n_ops + view·n_views + byte·n_bytes + Σ product(FLOPs, narrowest)
    step       step + tensor·n_tensors + parameter·n_parameters       (Adam, float32)

n_ops counts matrix products too. Small layers are all overhead, large ones all products; curves and overheads are
measured (`hwcost device measure`). Not valid for several devices, mixed precision, compiled or distributed models.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hwcost.classical.flops import FlopCount, Trace, trace_passes
from hwcost.classical.machine import MachineProfile, Overheads

if TYPE_CHECKING:
    import torch

FEATURES = (*Overheads.__dataclass_fields__, "products")
"""What the time of a call is a sum of, in the order of `features`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassicalTime:
    """Seconds of one call of a module.

    Attributes:
        time_s: Forward, or forward, backward and optimizer step.
        low_s: Lower end of the interval.
        high_s: Upper end of the interval.
        flops: FLOPs that torch has formulas for.
        count: The same by pass, None where only FLOPs were given.
        device: Name of the profile.
        notes: What was assumed.
    """

    time_s: float
    low_s: float
    high_s: float
    flops: float
    count: FlopCount | None
    device: str
    notes: tuple[str, ...]


def classical_time(
    module: torch.nn.Module, sample: Any, profile: MachineProfile, *, training: bool, optimizer: bool = True
) -> ClassicalTime:
    """Predict the seconds of one call with one batch: forward; in training also backward and an Adam step.

    Args:
        module: Any torch module.
        sample: A batch.
        profile: The device.
        training: Whether a backward pass follows.
        optimizer: Whether an optimizer step follows the backward pass.

    Raises:
        OptionError: The module cannot be called with the sample.

    Example:
        >>> import torch
        >>> from hwcost.classical.machine import load_device_profile
        >>> xeon, wide = load_device_profile("xeon-1-thread"), torch.nn.Linear(784, 8)
        >>> one = classical_time(wide, torch.zeros(1, 784), xeon, training=True)
        >>> many = classical_time(wide, torch.zeros(64, 784), xeon, training=True)
        >>> 1.0 < many.time_s / one.time_s < 64.0  # overhead is shared by the batch
        True
    """
    trace = trace_passes(module, sample, backward=training)
    amounts = features(trace, profile, optimizer=training and optimizer)
    time_s = math.fsum(weight * amount for weight, amount in zip(weights(profile), amounts, strict=True))
    return _with_interval(time_s, float(trace.count.total), trace.count, profile)


def time_of_flops(flops: float, profile: MachineProfile) -> ClassicalTime:
    """Predict the seconds of work of which only the FLOPs are known, taken as one matrix product."""
    time_s = profile.overheads.operation_s + profile.product_s(flops) if flops > 0.0 else 0.0
    return _with_interval(time_s, flops, None, profile)


def _with_interval(time_s: float, flops: float, count: FlopCount | None, profile: MachineProfile) -> ClassicalTime:
    return ClassicalTime(
        time_s=time_s,
        low_s=time_s * profile.low_factor,
        high_s=time_s * profile.high_factor,
        flops=flops,
        count=count,
        device=profile.name,
        notes=profile.notes if profile.basis == "data sheet" else (),
    )


def weights(profile: MachineProfile) -> tuple[float, ...]:
    """Return the seconds per unit of each of `FEATURES`."""
    return (*(getattr(profile.overheads, name) for name in FEATURES[:-1]), 1.0)


def features(trace: Trace, profile: MachineProfile, *, optimizer: bool) -> tuple[float, ...]:
    """Return how much of each of `FEATURES` a call has; products in seconds."""
    forward, backward = trace.forward, trace.backward
    passes = [forward] if backward is None else [forward, backward]
    products_s = [profile.product_s(*product) for one in passes for product in one.products]
    products_s += [profile.convolution_s(flops) for one in passes for flops in one.convolutions]
    step = optimizer and trace.num_tensors > 0
    return (
        1.0,
        trace.num_calls,
        forward.num_computed,
        sum(one.num_views for one in passes),
        0.0 if backward is None else backward.num_computed,
        float(step),
        trace.num_tensors * step,
        trace.num_trainable * step,
        sum(one.num_bytes for one in passes),
        math.fsum(products_s),
    )
