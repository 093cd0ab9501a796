"""Search of hybrid quantum-classical neural networks for the best accuracy at their cost on hardware.

Public names are loaded on first use, so that `import nas` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nas.architectures import Architecture

_HOME = {
    "Architecture": "architectures",
}

__all__ = [
    "Architecture",
]


def __getattr__(name: str) -> Any:
    try:
        module = _HOME[name]
    except KeyError:
        raise AttributeError(f"module 'nas' has no attribute {name!r}") from None
    value = getattr(import_module(f"nas.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
