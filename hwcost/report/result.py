"""What every answer of the package can do beside holding its numbers: JSON, text and HTML. `Reported`."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult


class Reported(ABC):
    """Base of frozen records that can be printed; a subclass gives its dictionary and its report."""

    __slots__ = ()

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries, lists, text and numbers."""

    @abstractmethod
    def _report(self) -> Iterator[RenderableType]:
        """The parts of the text report."""

    def to_json(self, *, indent: int | None = 2) -> str:
        """The dictionary as strict JSON (no NaN, no Infinity)."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False, ensure_ascii=False)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The text report, for `rich.print`."""
        yield from self._report()

    def _repr_html_(self) -> str:
        """The report as HTML, for notebooks."""
        from hwcost.report.formats import to_html

        return to_html(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """The report as plain text, for IPython in a terminal."""
        printer.text(str(self))

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # IPython takes the first class that has either, and every dataclass has a __repr__ of its own.
        cls._repr_pretty_ = Reported._repr_pretty_  # type: ignore[method-assign]

    def __str__(self) -> str:
        """The report as plain text."""
        from hwcost.report.formats import to_text

        return to_text(self)
