"""The transpiler plugins that a pass manager names, and no others.

Making one preset pass manager loads every transpiler and synthesis plugin that is installed, whichever stages it has.
The four of qiskit-ibm-runtime bring its whole client with them, which takes longer than reading a device and compiling
a circuit; and finding them means reading the metadata of every package that is installed. Inside `only_plugins_of`
this thread finds Qiskit's own plugins and those whose names it gives; all other threads find what is installed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution
from typing import Any

GROUPS = (
    "qiskit.transpiler.init",
    "qiskit.transpiler.layout",
    "qiskit.transpiler.routing",
    "qiskit.transpiler.translation",
    "qiskit.transpiler.optimization",
    "qiskit.transpiler.scheduling",
    "qiskit.synthesis",
    "qiskit.unitary_synthesis",
)


class _Listed:
    """Entry points of one group: a choice of them for the thread that made it, all that are installed for any other."""

    def __init__(self, group: str, names: frozenset[str]) -> None:
        self._group, self._names = group, names
        self._thread = threading.get_ident()

    def __iter__(self) -> Iterator[EntryPoint]:
        if threading.get_ident() != self._thread:
            return iter(_installed(self._group))
        own = _of_qiskit().get(self._group, ())
        if self._names <= {each.name for each in own}:
            return iter(own)
        # A name may stand in several packages; which of them is taken is left to the order in which all are found.
        known = {each.name for each in own} | self._names
        return iter([each for each in _installed(self._group) if each.name in known])


@contextmanager
def only_plugins_of(names: Iterable[str]) -> Iterator[None]:
    """Let Qiskit find only its own plugins and those of these names, while this thread makes pass managers.

    With a stevedore that keeps its list elsewhere, or a Qiskit whose metadata cannot be found, nothing changes: every
    plugin is loaded, as without this.

    Args:
        names: Every word among the arguments of the pass manager; those that are no plugin's name do no harm.
    """
    from stevedore import ExtensionManager

    cache: Any = getattr(ExtensionManager, "ENTRY_POINT_CACHE", None)
    if not isinstance(cache, dict) or not _of_qiskit():
        yield
        return
    named = frozenset(names)
    before = {group: cache.get(group) for group in GROUPS}
    for group in GROUPS:
        cache[group] = _Listed(group, named)
    try:
        yield
    finally:
        for group, entries in before.items():
            if entries is None:
                cache.pop(group, None)
            else:
                cache[group] = entries


@lru_cache(maxsize=1)
def _of_qiskit() -> dict[str, tuple[EntryPoint, ...]]:
    """Qiskit's own entry points by group, from its metadata alone."""
    try:
        found = distribution("qiskit").entry_points
    except PackageNotFoundError:
        return {}
    return {group: tuple(each for each in found if each.group == group) for group in GROUPS}


def _installed(group: str) -> tuple[EntryPoint, ...]:
    from importlib.metadata import entry_points

    return tuple(entry_points(group=group))
