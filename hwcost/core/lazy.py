"""Public names of a package that are loaded on first use, so that importing the package costs nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any


def lazy_names(package: str, home: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make the `__getattr__` and `__dir__` of a package.

    Args:
        package: Name of the package.
        home: The module that defines each public name, relative to the package.

    Example, in `__init__.py`::

        __getattr__, __dir__ = lazy_names(__name__, {"load": "files.reading"})
    """

    def load(name: str) -> Any:
        try:
            module = home[name]
        except KeyError:
            raise AttributeError(f"module {package!r} has no attribute {name!r}") from None
        value = getattr(import_module(f"{package}.{module}"), name)
        setattr(sys.modules[package], name, value)  # the next use does not come here
        return value

    def names() -> list[str]:
        return sorted(home)

    return load, names


def make_callable(package: str, room: str, home: str, function: str) -> None:
    """Make `package.room(…)` call a public function, for a room whose name is also that of an action.

    Args:
        package: Name of the package.
        room: Name of one of its rooms, which stays importable as ever.
        home: The module that defines the function, relative to the package.
        function: Name of the function.
    """

    class CallableRoom(ModuleType):
        def __call__(self, *arguments: Any, **options: Any) -> Any:
            return getattr(import_module(f"{package}.{home}"), function)(*arguments, **options)

    import_module(f"{package}.{room}").__class__ = CallableRoom
