"""Small results with pages of their own, so that reports can be tested without a circuit."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any, ClassVar

from hwcost.report.page import Column, Heading, Line, Page, Rows, Table, registered_page
from hwcost.report.result import Listing, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Fruit(Result):
    """A result with a nested part, a list, and a key that rows leave out."""

    not_in_rows: ClassVar[Set[str]] = frozenset({"origin.notes"})

    name: str
    weight_kg: float = 0.25

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "origin": {"country": "Peru", "notes": ["long", "text"]},
            "sizes": [3, 4],
            "weight_kg": self.weight_kg,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Pageless(Result):
    """A result that nobody wrote a page for."""

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "pageless"}


@registered_page.register
def _(fruit: Fruit) -> Page:
    return Page(
        title=f"fruit {fruit.name}",
        blocks=(
            Line(("The ", (fruit.name, "bold green"))),
            Heading("Size"),
            Rows((("weight", f"{fruit.weight_kg:g} kg", "without peel"),)),
        ),
    )


def two_fruits() -> Listing:
    return Listing(
        title="fruits",
        records=({"name": "apple", "weight_kg": 0.2}, {"name": "pear", "weight_kg": 0.3}),
        table=Table((Column("Name"), Column("Weight", "right")), (("apple", "0.2 kg"), ("pear", "0.3 kg"))),
        notes=("weighed without peel",),
    )
