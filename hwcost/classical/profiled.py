"""Quantum FLOPs of a hybrid torch module as FAQNAS measures them, with PyTorch's profiler: `profiled_quantum_flops`."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hwcost.core.errors import InputError, MissingDependencyError, OptionError
from hwcost.core.text import error_text, one_line

if TYPE_CHECKING:
    import torch

_KINETO_LINE = b"USDT:"
"""How lines begin that the profiler's own library writes to stderr at its start and stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfiledFlops:
    """FLOPs of one sample, forward and backward, as PyTorch's profiler counts them.

    Attributes:
        total: F_total of the hybrid network.
        classical: F_classical of the classical-only network.
        quantum: F_Q = max(F_total − F_classical, 0).
    """

    total: int
    classical: int
    quantum: int


def profiled_quantum_flops(
    hybrid_module: torch.nn.Module, classical_module: torch.nn.Module, sample: Any
) -> ProfiledFlops:
    """Measure F_Q = max(F_total − F_classical, 0) by PyTorch's profiler, one sample, forward and backward.

    FAQNAS's objective (arXiv:2511.10062): the hybrid network and the same network without its circuit are each
    profiled once with `with_flops`. The gradient is that of the sum of the outputs by all trainable parameters.

    What the number is worth: the profiler knows a few kinds of operations (products of matrices, convolutions,
    additions, multiplications), takes a complex operation for a real one, and sees only what the simulator does in
    torch. A simulator in another language, such as PennyLane's lightning, shows almost nothing. It compares circuits on
    one simulator and version (FAQNAS: default.qubit with backprop): PennyLane 0.45 takes a CZ of n qubits for 16·2^n
    FLOPs and a CNOT for none. `hwcost.classical.simulation` counts without a run and without such accidents.

    Gradients (`.grad`), buffers, train or eval mode, and the random generators of torch, NumPy and Python are left as
    they were.

    Args:
        hybrid_module: The whole network.
        classical_module: The network without its circuit, taking the same sample.
        sample: One sample as the modules take it, usually a batch of one; a tuple holds several arguments.

    Raises:
        MissingDependencyError: torch is not installed.
        InputError: A module cannot be run on the sample; the message says why.
        OptionError: An argument is not what it should be, or a profiler is running already.

    Example:
        >>> import torch
        >>> hybrid = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Linear(3, 2))
        >>> classical = torch.nn.Sequential(torch.nn.Linear(4, 3))
        >>> profiled_quantum_flops(hybrid, classical, torch.zeros(1, 4))  # 2·12 + 2·6, then 24 + 12 + 12 back
        ProfiledFlops(total=84, classical=48, quantum=36)
    """
    total = profiled_flops(hybrid_module, sample)
    classical = profiled_flops(classical_module, sample)
    return ProfiledFlops(total=total, classical=classical, quantum=max(total - classical, 0))


def profiled_flops(module: torch.nn.Module, sample: Any) -> int:
    """Count FLOPs of one sample through one module, forward and backward, as PyTorch's profiler counts them.

    See `profiled_quantum_flops`, which is the difference of two of these.
    """
    torch = _require_torch()
    if not isinstance(module, torch.nn.Module):
        raise OptionError(f"a module of type {type(module).__name__} cannot be profiled; give a torch.nn.Module")
    if any(torch.nn.parameter.is_lazy(parameter) for parameter in module.parameters()):
        raise OptionError(
            f"{one_line(type(module).__name__)} has lazy parameters, whose shapes are unknown until it has run; "
            "call it once on a sample first"
        )
    if torch.autograd._profiler_enabled():
        raise OptionError("a profiler of PyTorch is running already, and there can be one; end it first")
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    with _undisturbed(module), torch.inference_mode(False), torch.enable_grad():
        # Clones: a tensor made in inference mode cannot take part in a gradient.
        arguments = [
            value.detach().clone() if isinstance(value, torch.Tensor) else value
            for value in (sample if isinstance(sample, tuple) else (sample,))
        ]
        profiler = torch.autograd.profiler.profile(with_flops=True)
        with _without_kineto_lines():
            profiler.__enter__()
        try:
            _forward_and_backward(module, arguments, parameters)
        except Exception as error:
            raise InputError(
                f"{one_line(type(module).__name__)} fails on the sample: {type(error).__name__}: "
                f"{one_line(error_text(error))}"
            ) from error
        finally:
            with _without_kineto_lines():
                profiler.__exit__(None, None, None)
    return sum(event.flops or 0 for event in profiler.function_events)


def _require_torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise MissingDependencyError(
            'profiling a module needs PyTorch, which is not installed; run: pip install "hwcost[nas]"'
        ) from error
    return torch


def _forward_and_backward(module: Any, arguments: Sequence[Any], parameters: Sequence[Any]) -> None:
    import torch

    outputs = _tensors(module(*arguments))
    differentiable = [output for output in outputs if output.requires_grad]
    if parameters and differentiable:
        # Unlike backward() this leaves every .grad, and the hooks on them, alone.
        torch.autograd.grad(
            differentiable, parameters, [torch.ones_like(output) for output in differentiable], allow_unused=True
        )


def _tensors(value: Any) -> list[Any]:
    """Collect the tensors in the nested tuples, lists and mappings that a module may return."""
    import torch

    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [tensor for item in value for tensor in _tensors(item)] if isinstance(value, (tuple, list)) else []


@contextlib.contextmanager
def _undisturbed(module: Any) -> Iterator[None]:
    """Put back what a pass through the module may change: buffers (batch statistics), modes, random generators."""
    import torch

    buffers = [
        (inner, name, buffer, buffer.clone())
        for inner in module.modules()
        for name, buffer in inner._buffers.items()
        if buffer is not None
    ]
    modes = [(inner, inner.training) for inner in module.modules()]
    devices = sorted({tensor.device.index or 0 for tensor in module.parameters() if tensor.device.type == "cuda"})
    python_state, numpy_state = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng(devices=devices):
            yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
        with torch.no_grad():
            for inner, name, buffer, value in buffers:
                buffer.copy_(value)
                inner._buffers[name] = buffer
        for inner, training in modes:
            inner.training = training


@contextlib.contextmanager
def _without_kineto_lines() -> Iterator[None]:
    """Keep the lines that some builds of the profiler's library write at start and stop off stderr; others pass.

    The library writes to the file descriptor and reads its log level when it is loaded, long before this.
    """
    try:
        sys.stderr.flush()
        original = os.dup(2)
    except (OSError, ValueError, AttributeError):  # no stderr to keep clean
        yield
        return
    with tempfile.TemporaryFile() as caught:
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(original, 2)
            os.close(original)
            caught.seek(0)
            for line in caught:
                if not line.startswith(_KINETO_LINE):
                    os.write(2, line)
