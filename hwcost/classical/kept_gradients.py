"""Backward passes that leave the gradients of the user's own tensors as they were: `gradients_kept`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


@contextmanager
def gradients_kept(outputs: Iterable[torch.Tensor]) -> Iterator[None]:
    """Put back the gradient of every tensor that a backward pass from the outputs reaches, whoever holds it.

    Example:
        >>> import torch
        >>> weight = torch.ones(2, requires_grad=True)
        >>> loss = (3 * weight).sum()
        >>> with gradients_kept([loss]):
        ...     loss.backward()
        >>> weight.grad is None
        True
    """
    import torch

    before = [(leaf, None if leaf.grad is None else leaf.grad.clone()) for leaf in _leaves(outputs)]
    try:
        yield
    finally:
        with torch.no_grad():
            for leaf, gradient in before:
                leaf.grad = gradient


def _leaves(outputs: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
    waiting: list[Any] = [output.grad_fn for output in outputs]
    seen = set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            yield node.variable
        waiting += (function for function, _ in node.next_functions)
