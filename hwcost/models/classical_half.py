"""Seconds of a model's classical layers over a workload, or of the FLOPs that the user gives for them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from hwcost.classical.flops import FlopCount
from hwcost.classical.machine import MachineProfile
from hwcost.classical.time import classical_time, time_of_flops
from hwcost.core.errors import OptionError
from hwcost.models.loose_qnodes import Observer, observed_qnodes
from hwcost.models.qiskit_layers import observed_qnns
from hwcost.models.record import ClassicalCost
from hwcost.models.torch_layers import batch_of
from hwcost.models.workload import Workload

if TYPE_CHECKING:
    import torch

BACKWARD_FACTOR = 2.0
"""Backward FLOPs over forward FLOPs of a dense layer whose input needs a gradient: one product each for the gradients
of weights and input, against one product forward."""


def module_cost(module: torch.nn.Module, sample: Any, work: Workload, profile: MachineProfile) -> ClassicalCost:
    """Return the cost of a torch module's passes, forward, backward and optimizer step.

    Args:
        module: The classical layers; quantum layers replaced by stand-ins.
        sample: One sample or a batch; its first row is repeated to the sizes of the workload's batches.
        work: What is run.
        profile: The classical device.
    """
    # Circuits are not classical work, whoever calls them.
    with observed_qnodes(Observer(records=False)), observed_qnns(as_classical=True):
        return _module_cost(module, sample, work, profile)


def _module_cost(module: torch.nn.Module, sample: Any, work: Workload, profile: MachineProfile) -> ClassicalCost:
    time_s = low_s = high_s = 0.0
    flops = 0.0
    notes: dict[str, None] = {}
    counts: dict[tuple[bool, int], FlopCount | None] = {}
    for batch in work.batches:
        try:
            batch_time = classical_time(module, batch_of(sample, batch.size), profile, training=batch.training)
        except OptionError as error:
            if batch.training and batch.size == 1 and _normalises_batches(module):
                raise OptionError(
                    f"the model {type(module).__name__} has batch normalisation, which cannot train on a batch of one, "
                    "and one of the batches has a single sample; choose a batch size that leaves none over"
                ) from error
            raise
        time_s += batch_time.time_s * batch.count
        low_s += batch_time.low_s * batch.count
        high_s += batch_time.high_s * batch.count
        flops += batch_time.flops * batch.count
        notes.update(dict.fromkeys(batch_time.notes))
        counts[batch.training, batch.size] = batch_time.count
    # In the size that is run: a batch of one can be too small, for batch normalisation in training.
    largest = max(work.batches, key=lambda batch: (batch.training, batch.size))
    single = counts[largest.training, largest.size]
    if single is None:
        raise TypeError("the time of a module has no count")
    return ClassicalCost(
        flops=round(flops),
        flops_per_sample=round(single.total / largest.size),
        device=profile.name,
        time_s=time_s,
        low_s=low_s,
        high_s=high_s,
        uncounted=single.uncounted,
        notes=tuple(notes),
    )


def flops_cost(forward_flops: float, work: Workload, profile: MachineProfile) -> ClassicalCost:
    """Return the cost of a classical half of which only the FLOPs of one sample's forward pass are known.

    Raises:
        OptionError: The FLOPs are no number of operations.
    """

    if not (math.isfinite(forward_flops) and 0.0 <= forward_flops <= 1e21):
        raise OptionError(f"classical_flops is {forward_flops}; give the FLOPs of one sample's forward pass, 0 to 1e21")
    notes: list[str] = []
    if forward_flops:
        notes.append(f"classical half: {forward_flops:g} FLOPs per sample and forward pass, as given by the user")
    if work.num_training_samples and forward_flops:
        notes.append(f"classical half: backward pass counted as {BACKWARD_FACTOR:g} times the forward pass")
    time_s = low_s = high_s = total = 0.0
    for batch in work.batches if forward_flops else ():
        flops = forward_flops * (1.0 + BACKWARD_FACTOR * batch.training) * batch.size
        batch_time = time_of_flops(flops, profile)
        time_s += batch_time.time_s * batch.count
        low_s += batch_time.low_s * batch.count
        high_s += batch_time.high_s * batch.count
        total += flops * batch.count
        notes += batch_time.notes
    per_sample = forward_flops * (1.0 + BACKWARD_FACTOR * (work.num_training_samples > 0))
    return ClassicalCost(
        flops=round(total),
        flops_per_sample=round(per_sample),
        device=profile.name,
        time_s=time_s,
        low_s=low_s,
        high_s=high_s,
        uncounted=(),
        notes=tuple(dict.fromkeys(notes)),
    )


def _normalises_batches(module: torch.nn.Module) -> bool:
    import torch

    return any(isinstance(part, torch.nn.modules.batchnorm._BatchNorm) for part in module.modules())
