"""`measure_device`: the profile of this machine, from timed products and timed steps of small models."""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from hwcost.classical.flops import Trace, trace_passes
from hwcost.classical.machine import Curve, MachineProfile, Overheads
from hwcost.classical.time import FEATURES, features
from hwcost.core.errors import MissingDependencyError, OptionError

if TYPE_CHECKING:
    import torch

NARROWEST = (1, 4, 8, 16, 32, 64, 128, 256)
"""Narrowest dimensions d of the timed products."""

WIDER = (1, 4, 16, 64)
"""The others, as multiples of d, at least 16 and at most 1024: (a, b)·(b, d) with each pair of them."""

CHANNELS = (1, 4, 16, 64)
"""Channels in and out of the timed 3 × 3 convolutions of 16 images of 14 × 14."""

BLOCK_S = 0.01
"""Length of one timed block; the best of several is taken, because other work on the machine only adds time."""

NUM_BLOCKS = 5

OTHER_MODELS = 1.25
"""Widening of the interval for models unlike those that were timed; brings nine of ten cases of
tests/benchmarks/classical_time.py inside."""


def measure_device(
    *,
    name: str = "this-machine",
    device: str = "cpu",
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> MachineProfile:
    """Measure how fast this machine runs small and large layers with PyTorch, in some 20 s.

    Matrix products of rising size give the curve; steps of small models, compared with what they do
    (`hwcost.classical.flops.trace_passes`), give the overheads by non-negative least squares with relative weights. The
    interval holds 90 % of those steps.

    Args:
        name: Name of the profile.
        device: `cpu` or `cuda`.
        threads: CPU threads; default those that torch uses.
        progress: Called with (done, all).

    Raises:
        MissingDependencyError: torch is not installed.
        OptionError: There is no such device.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingDependencyError("measuring a device needs torch; install hwcost[nas]") from error
    if device not in ("cpu", "cuda"):
        raise OptionError(f"device is {device!r}; choose cpu or cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise OptionError("torch finds no CUDA device on this machine; measure the cpu, or take a built-in profile")
    if threads is not None and not 1 <= threads <= 4096:
        raise OptionError(f"threads is {threads}; give 1 to 4096")
    before = torch.get_num_threads()
    torch.set_num_threads(threads or before)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return _measure(name, device, progress or (lambda done, total: None))
    finally:
        torch.set_num_threads(before)


def _measure(name: str, device: str, progress: Callable[[int, int], None]) -> MachineProfile:
    import torch

    cases = list(_cases(torch, device))
    total = len(NARROWEST) + 1 + len(cases)
    clock = _clock(torch, device)
    tiny = torch.rand(1, 1, device=device)
    operation_s = clock(lambda: tiny * tiny)
    products = []
    for index, narrowest in enumerate(NARROWEST):
        products.append((narrowest, _product_curve(torch, device, clock, narrowest, operation_s)))
        progress(index + 1, total)
    convolutions = _convolution_curve(torch, device, clock, operation_s)
    progress(len(NARROWEST) + 1, total)
    zero = Overheads(**dict.fromkeys(Overheads.__dataclass_fields__, 0.0))
    draft = MachineProfile(
        name=name,
        description=f"{_processor(torch, device)}, PyTorch {torch.__version__}, float32",
        kind="gpu" if device == "cuda" else "cpu",
        basis="measured",
        peak_flops_per_s=None,
        products=tuple(products),
        convolutions=convolutions,
        overheads=zero,
        low_factor=1.0,
        high_factor=1.0,
        source="hwcost device measure",
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        threads=None if device == "cuda" else torch.get_num_threads(),
        torch=str(torch.__version__),
    )
    rows, times = [], []
    for done, (model, sample) in enumerate(cases):
        trace = trace_passes(model, sample, backward=True)
        # Passes and optimizer are timed apart as well: together they could not be told apart, because the operations of
        # a backward pass and the tensors of an optimizer step grow together.
        for phase in PHASES:
            rows.append(phase_features(trace, draft, phase))
            times.append(clock(work_of(model, sample, phase)))
        progress(len(NARROWEST) + 2 + done, total)
    overheads, (low, high) = _fit(rows, times, operation_s)
    return replace(
        draft,
        overheads=overheads,
        low_factor=min(1.0, low) / OTHER_MODELS,
        high_factor=max(1.0, high) * OTHER_MODELS,
        notes=(
            f"overheads fitted to {len(rows)} timed passes and steps of small models; their times over the fit: "
            f"{low:.2f} to {high:.2f} for 90 %",
        ),
    )


def _fit(
    rows: list[tuple[float, ...]], times: list[float], operation_s: float
) -> tuple[Overheads, tuple[float, float]]:
    """Fit the overheads that explain timed work, and between which factors of the fit 90 % of the times lie."""
    import numpy as np
    from scipy.optimize import nnls

    matrix, seconds = np.array(rows), np.array(times)
    # What products and single operations take is known; the other overheads explain the rest. (Each layer has one
    # product and one view of its weights, so that a fit alone could not tell an operation from a view.)
    base = np.array([operation_s * (name in ("operation_s", "backward_operation_s")) for name in FEATURES[:-1]])
    known = matrix[:, -1] + matrix[:, :-1] @ base
    # Weights 1/√(time · fit), found by iteration, count half and double alike; weights 1/time would favour too little.
    fit = seconds
    for _ in range(20):
        scale = np.sqrt(seconds * fit)
        found, _ = nnls(matrix[:, :-1] / scale[:, None], np.maximum(seconds - known, 0.0) / scale)
        fit = known + matrix[:, :-1] @ found
    low, high = np.quantile(seconds / fit, (0.05, 0.95))
    return Overheads(**dict(zip(FEATURES[:-1], map(float, base + found), strict=True))), (float(low), float(high))


def _product_curve(
    torch: Any, device: str, clock: Callable[[Callable[[], Any]], float], narrowest: int, operation_s: float
) -> Curve:
    """Return the seconds of products with one narrowest dimension, by FLOPs; the mean where FLOPs are equal."""
    found: dict[float, list[float]] = {}
    for rows, inner in _shapes(narrowest):
        # As a layer has them: weights stored the other way round, with biases.
        weights, biases = torch.rand(narrowest, inner, device=device), torch.rand(narrowest, device=device)
        left = torch.rand(rows, inner, device=device)
        seconds = clock(partial(torch.nn.functional.linear, left, weights, biases))
        found.setdefault(2.0 * rows * inner * narrowest, []).append(max(seconds - operation_s, 1e-9))
    return _rising({flops: sum(seconds) / len(seconds) for flops, seconds in found.items()})


def _convolution_curve(
    torch: Any, device: str, clock: Callable[[Callable[[], Any]], float], operation_s: float
) -> Curve:
    """Return the seconds of 3 × 3 convolutions of 16 images, by FLOPs."""
    found = {}
    for channels in CHANNELS:
        filters = torch.rand(channels, channels, 3, 3, device=device)
        images = torch.rand(16, channels, 14, 14, device=device)
        seconds = clock(partial(torch.nn.functional.conv2d, images, filters))
        found[2.0 * 16 * 12 * 12 * 9 * channels**2] = max(seconds - operation_s, 1e-9)
    return _rising(found)


Phase: TypeAlias = Literal["inference", "passes", "optimizer", "step"]
PHASES: tuple[Phase, ...] = ("inference", "passes", "optimizer", "step")


def phase_features(trace: Trace, profile: MachineProfile, phase: Phase) -> tuple[float, ...]:
    """Return what a part of a training step has of each of `FEATURES`."""
    if phase == "inference":
        return features(replace(trace, backward=None), profile, optimizer=False)
    passes, step = features(trace, profile, optimizer=False), features(trace, profile, optimizer=True)
    if phase == "optimizer":
        return tuple(b - a for a, b in zip(passes, step, strict=True))
    return passes if phase == "passes" else step


def work_of(model: torch.nn.Module, sample: torch.Tensor, phase: Phase) -> Callable[[], Any]:
    """Return a part of a training step, or the whole of it (forward, backward, Adam), as a function."""
    import torch

    def inference() -> Any:
        with torch.no_grad():
            return model(sample)

    def passes() -> None:
        model.zero_grad()
        model(sample).sum().backward()

    if phase == "inference":
        return inference
    if phase == "passes":
        return passes
    passes()
    adam = torch.optim.Adam(model.parameters())
    if phase == "optimizer":
        return adam.step

    def step() -> None:
        passes()
        adam.step()

    return step


def _cases(torch: Any, device: str) -> Any:
    """Yield small models with a batch: stacks of layers of several widths and depths, with and without activations."""
    nn = torch.nn
    for widths in ((8, 8), (64, 16, 4), (784, 8), (32, 32, 32, 32, 8), (256, 128, 10), (784, 600, 64, 10)):
        for activations in ((), (nn.Tanh,), (nn.ReLU, nn.LayerNorm)):
            for batch in (1, 32, 256):
                layers: list[Any] = []
                for wide, narrow in pairwise(widths):
                    layers += [nn.Linear(wide, narrow)]
                    layers += [kind(narrow) if kind is nn.LayerNorm else kind() for kind in activations]
                layers += [nn.Softmax(-1)] if activations else []
                yield nn.Sequential(*layers).to(device), torch.rand(batch, widths[0], device=device)


def _shapes(narrowest: int) -> list[tuple[int, int]]:
    """Return (rows, inner dimension) of the products timed for one narrowest dimension, from small to large."""
    sizes = sorted({min(1024, max(16, narrowest * factor)) for factor in WIDER})
    return [(a, b) for a in sizes for b in sizes if a >= narrowest and max(a, b) <= 64 * min(a, b)]


def _rising(points: dict[float, float]) -> Curve:
    """Make a curve rise in FLOPs with seconds that do not fall: noise must not make a larger product faster."""
    curve: list[tuple[float, float]] = []
    for flops, seconds in sorted(points.items()):
        curve.append((flops, max(seconds, curve[-1][1] if curve else 0.0)))
    return tuple(curve)


def _clock(torch: Any, device: str) -> Callable[[Callable[[], Any]], float]:
    """Return a function that gives the seconds of one call of another."""

    def wait() -> None:
        if device == "cuda":
            torch.cuda.synchronize()

    def clock(work: Callable[[], Any]) -> float:
        for _ in range(3):
            work()
        wait()
        start = time.perf_counter()
        work()
        wait()
        repeats = max(1, min(10_000, math.ceil(BLOCK_S / max(time.perf_counter() - start, 1e-7))))
        best = math.inf
        for _ in range(NUM_BLOCKS):
            start = time.perf_counter()
            for _ in range(repeats):
                work()
            wait()
            best = min(best, (time.perf_counter() - start) / repeats)
        return best

    return clock


def _processor(torch: Any, device: str) -> str:
    if device == "cuda":
        return str(torch.cuda.get_device_name())
    capability = torch.backends.cpu.get_cpu_capability()
    return f"{platform.machine()} CPU with {capability}, {torch.get_num_threads()} thread(s)"
