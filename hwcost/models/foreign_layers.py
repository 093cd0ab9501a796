"""Torch modules that hold circuits of a package that cannot be read: refused by name, whoever holds them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hwcost.core.errors import CircuitError
from hwcost.core.text import one_line
from hwcost.models.qiskit_layers import torch_connector

if TYPE_CHECKING:
    import torch

FOREIGN = {
    "deepquantum": "DeepQuantum",
    "pyqtorch": "PyQTorch",
    "qadence": "Qadence",
    "qiskit_machine_learning": "qiskit-machine-learning",
    "tensorcircuit": "TensorCircuit",
    "torchquantum": "torchquantum",
}
"""Packages whose torch modules run circuits, by the name that is imported."""


def refuse_foreign_layers(model: torch.nn.Module) -> None:
    """Refuse a model that has a quantum layer of another package among its parts.

    Raises:
        CircuitError: It has one.
    """
    for name, module in model.named_modules():
        _refuse_foreign(module, name)


@contextmanager
def foreign_layers_refused() -> Iterator[None]:
    """Refuse every quantum layer of another package that is called meanwhile, also one that no module holds."""
    import torch

    def see(module: torch.nn.Module, arguments: Any) -> None:
        _refuse_foreign(module, "")

    hook = torch.nn.modules.module.register_module_forward_pre_hook(see)
    try:
        yield
    finally:
        hook.remove()


def _refuse_foreign(module: torch.nn.Module, name: str) -> None:
    connector = torch_connector()
    if connector is not None and isinstance(module, connector):
        return
    for base in type(module).__mro__:
        package = base.__module__.partition(".")[0]
        if package in FOREIGN:
            what = "a" if base is type(module) else f"a {one_line(type(module).__name__)}, and that a"
            raise CircuitError(
                f"module {one_line(name or type(module).__name__)!r} is {what} {base.__name__} of {FOREIGN[package]}, "
                "whose circuits cannot be read; cost its circuit with estimate_model(circuit, inputs=...)"
            )
