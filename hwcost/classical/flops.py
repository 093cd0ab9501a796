"""Floating-point operations of a torch module, and what else its passes do: `count_flops`, `trace_passes`.

The passes are run on tensors without values ("meta" device) wherever the module allows it, so that counting costs
nothing, whatever the size, and changes nothing: not the parameters, gradients, running statistics or random numbers.
"""

from __future__ import annotations

import copy
from collections.abc import Hashable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hwcost.classical.kept_gradients import gradients_kept
from hwcost.core.errors import OptionError
from hwcost.core.text import error_text, one_line

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True, kw_only=True)
class UncountedModule:
    """A module with parameters that take part in no operation of known FLOPs.

    Attributes:
        name: Where it stands in the model.
        type_name: Its class.
        num_parameters: Its own parameters that are not counted.
        share: Those over all parameters of the model.
    """

    name: str
    type_name: str
    num_parameters: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FlopCount:
    """FLOPs of one call of a module.

    Attributes:
        forward: Of the forward pass.
        backward: Of the backward pass.
        uncounted: Modules whose parameters are in no counted operation.
        num_parameters: Parameters of the module.
    """

    forward: int
    backward: int
    uncounted: tuple[UncountedModule, ...]
    num_parameters: int

    @property
    def total(self) -> int:
        """Forward and backward."""
        return self.forward + self.backward


@dataclass(frozen=True, slots=True, kw_only=True)
class PassTrace:
    """What one pass (forward or backward) does.

    Attributes:
        products: (FLOPs, narrowest dimension) of each matrix product or attention.
        convolutions: FLOPs of each convolution.
        num_operations: Other operations that compute something.
        num_views: Operations that only look at memory in another way.
        num_bytes: Bytes that the other operations read and write.
    """

    products: tuple[tuple[int, int], ...]
    convolutions: tuple[int, ...]
    num_operations: int
    num_views: int
    num_bytes: int

    @property
    def num_computed(self) -> int:
        """Operations that compute something, products and convolutions included."""
        return self.num_operations + len(self.products) + len(self.convolutions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What one call of a module does.

    Attributes:
        forward: Forward pass.
        backward: Backward pass, None where none was asked for or nothing is trainable.
        num_calls: Calls of modules.
        num_tensors: Trainable parameter tensors.
        num_trainable: Trainable parameters.
        count: The FLOPs.
    """

    forward: PassTrace
    backward: PassTrace | None
    num_calls: int
    num_tensors: int
    num_trainable: int
    count: FlopCount


_TRACES: dict[Hashable, Trace] = {}

MAX_TRACES = 4096


def count_flops(module: torch.nn.Module, sample: Any, *, backward: bool) -> FlopCount:
    """Count FLOPs of one call by torch's `FlopCounterMode`: matrix products, convolutions and attention.

    A multiplication and an addition are two operations. Element-wise work (activations, biases, normalisation) is in
    none of torch's formulas and thus not in here; `hwcost.classical.time` has its time. Backward needs no product for
    the gradient of an input that needs none.

    Args:
        module: Any torch module.
        sample: What it takes: a tensor, or a tuple, list or dictionary of tensors, with a batch dimension.
        backward: Whether to count the backward pass from the sum of all outputs as well.

    Raises:
        OptionError: It is not a module, or cannot be called with the sample.

    Example:
        >>> import torch
        >>> count_flops(torch.nn.Linear(784, 8), torch.zeros(64, 784), backward=True).total  # 2 · 64 · 784 · 8, twice
        1605632
    """
    return trace_passes(module, sample, backward=backward).count


def trace_passes(module: torch.nn.Module, sample: Any, *, backward: bool) -> Trace:
    """Return everything that one call does, for FLOPs and for time; arguments as for `count_flops`.

    A module with an attribute `trace_key` says that all modules of its class with an equal key do the same for samples
    of one shape; it is hashable. Such calls are traced once: a search builds the same few layers some thousand times.
    """
    import torch

    if not isinstance(module, torch.nn.Module):
        raise OptionError(f"a {type(module).__name__} is not a torch module, so its FLOPs cannot be counted")
    key = _memo_key(module, sample, backward)
    if key is None:
        return _traced(module, sample, backward)
    if key not in _TRACES:
        while len(_TRACES) >= MAX_TRACES:
            _TRACES.pop(next(iter(_TRACES)))
        _TRACES[key] = _traced(module, sample, backward)
    return _TRACES[key]


def _memo_key(module: torch.nn.Module, sample: Any, backward: bool) -> Hashable | None:
    """Return by what a trace is known again, None for modules that do not say so."""
    import torch

    said = getattr(module, "trace_key", None)
    if said is None or not isinstance(sample, torch.Tensor):
        return None
    trained = tuple(parameter.requires_grad for parameter in module.parameters())
    shape = (tuple(sample.shape), sample.dtype, sample.requires_grad)
    return type(module), said, module.training, trained, shape, backward


def _traced(module: torch.nn.Module, sample: Any, backward: bool) -> Trace:
    import torch

    with torch.random.fork_rng(devices=[]):
        try:
            return _trace_without_values(module, sample, backward)
        except Exception:
            # Some modules make tensors of their own on a device, or look at values.
            return _trace_copy(module, sample, backward)


def _trace_without_values(module: torch.nn.Module, sample: Any, backward: bool) -> Trace:
    import torch

    def empty(tensor: torch.Tensor) -> torch.Tensor:
        return torch.empty_like(tensor, device="meta", requires_grad=tensor.requires_grad)

    shared: dict[int, torch.Tensor] = {}
    tensors = {
        name: shared.setdefault(id(tensor), empty(tensor))
        for name, tensor in (
            *module.named_parameters(remove_duplicate=False),
            *module.named_buffers(remove_duplicate=False),
        )
    }
    args, kwargs = _arguments(sample, empty)
    return _run(
        module, lambda: torch.func.functional_call(module, tensors, args, kwargs), backward, dict(_own(module, tensors))
    )


def _trace_copy(module: torch.nn.Module, sample: Any, backward: bool) -> Trace:
    try:
        twin = copy.deepcopy(module)
        for parameter in twin.parameters():
            parameter.grad = None
        args, kwargs = _arguments(sample, lambda tensor: tensor.detach().clone().requires_grad_(tensor.requires_grad))
        return _run(twin, lambda: twin(*args, **kwargs), backward, dict(_own(twin, dict(twin.named_parameters()))))
    except Exception as error:
        raise OptionError(
            f"the model {type(module).__name__} fails on the sample: {type(error).__name__}: "
            f"{one_line(error_text(error))}"
        ) from error


def _arguments(sample: Any, change: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    import torch

    def walk(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return change(value)
        if isinstance(value, (tuple, list)):
            return type(value)(walk(item) for item in value)
        if isinstance(value, dict):
            return {key: walk(item) for key, item in value.items()}
        return value

    if isinstance(sample, dict):
        return (), walk(sample)
    return (tuple(walk(sample)) if isinstance(sample, (tuple, list)) else (walk(sample),)), {}


def _own(module: torch.nn.Module, tensors: dict[str, torch.Tensor]) -> Iterator[tuple[str, torch.Tensor]]:
    """Return the parameters as they are used in the passes, by name, each once."""
    for name, _ in module.named_parameters():
        if name in tensors:
            yield name, tensors[name]


def _run(module: torch.nn.Module, call: Any, backward: bool, parameters: dict[str, torch.Tensor]) -> Trace:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    recorder = _recorder()
    calls = 0

    def count_call(*_: Any) -> None:
        nonlocal calls
        calls += 1

    handles = []
    for part in module.modules():
        with suppress(RuntimeError):  # scripted modules take no hooks; their calls count as none
            handles.append(part.register_forward_pre_hook(count_call))
    counter = FlopCounterMode(display=False)
    try:
        with torch.enable_grad(), counter, recorder:
            outputs = list(_tensors(call()))
            forward, forward_flops = recorder.take(), counter.get_total_flops()
            loss = [o.sum() for o in outputs if o.requires_grad and o.is_floating_point()]
            recorder.take()
            if backward and loss:
                with gradients_kept(loss):
                    torch.autograd.backward(loss)
    finally:
        for handle in handles:
            handle.remove()
    traced = recorder.take()
    trainable = [tensor for tensor in parameters.values() if tensor.requires_grad]
    return Trace(
        forward=forward,
        backward=traced if backward and loss else None,
        num_calls=calls,
        num_tensors=len(trainable),
        num_trainable=sum(tensor.numel() for tensor in trainable),
        count=FlopCount(
            forward=forward_flops,
            backward=counter.get_total_flops() - forward_flops,
            uncounted=_uncounted(module, parameters, recorder.storages),
            num_parameters=sum(tensor.numel() for tensor in parameters.values()),
        ),
    )


def _uncounted(
    module: torch.nn.Module, parameters: dict[str, torch.Tensor], counted: set[int]
) -> tuple[UncountedModule, ...]:
    total = sum(tensor.numel() for tensor in parameters.values())
    missing: dict[str, int] = {}
    for name, tensor in parameters.items():
        if tensor.untyped_storage()._cdata not in counted and tensor.numel():
            owner = name.rpartition(".")[0]
            missing[owner] = missing.get(owner, 0) + tensor.numel()
    return tuple(
        UncountedModule(
            name=owner or type(module).__name__,
            type_name=type(module.get_submodule(owner)).__name__,
            num_parameters=number,
            share=number / total,
        )
        for owner, number in missing.items()
    )


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    import torch

    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _tensors(item)


def _recorder() -> Any:
    """Return a dispatch mode that notes every operation; the class needs torch, hence the function."""
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils.flop_counter import flop_registry

    class Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]
            self.storages: set[int] = set()
            self._clear()

        def _clear(self) -> None:
            self._products: list[tuple[int, int]] = []
            self._convolutions: list[int] = []
            self._operations = self._views = self._bytes = 0

        def take(self) -> PassTrace:
            """Return what was seen since the last call."""
            seen = PassTrace(
                products=tuple(self._products),
                convolutions=tuple(self._convolutions),
                num_operations=self._operations,
                num_views=self._views,
                num_bytes=self._bytes,
            )
            self._clear()
            return seen

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            out = func(*args, **(kwargs or {}))
            formula = flop_registry.get(func._overloadpacket)
            if formula is not None:
                flops = formula(*args, **(kwargs or {}), out_val=out)
                factors = [tensor for tensor in _tensors(list(args)) if tensor.ndim >= 2]
                if "convolution" in func.__name__:
                    self._convolutions.append(flops)
                else:
                    self._products.append((flops, min((min(f.shape[-2:]) for f in factors), default=1)))
                self.storages.update(tensor.untyped_storage()._cdata for tensor in _tensors(list(args)))
            elif getattr(func, "is_view", False) or func.__name__.startswith("detach"):
                self._views += 1
            else:
                self._operations += 1
                self._bytes += sum(t.numel() * t.element_size() for t in (*_tensors(list(args)), *_tensors(out)))
            return out

    return Recorder()
