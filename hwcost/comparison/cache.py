"""Finished cells of comparisons, kept so that nothing is computed twice: `CellCache`."""

from __future__ import annotations

import json
from collections.abc import Iterable

from hwcost.comparison.cell import CellCost, Outcome
from hwcost.core.result_cache import ResultCache

CELLS = "cells.sqlite3"
"""Name of the default file."""


class CellCache(ResultCache):
    """A file of finished cells, or nothing at all for `path=None`; arguments and errors as of `ResultCache`."""

    def get(self, key: bytes) -> Outcome | None:
        """Return the outcome of a finished cell, None if it is missing or invalid."""
        text = self.get_text(key)
        if text is None:
            return None
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
        if isinstance(data, dict):
            if isinstance(data.get("error"), str):
                return Outcome(error=data["error"], kind="input")
            cost = CellCost.from_dict(data.get("cost"))
            if cost is not None:
                return Outcome(cost=cost)
        self.say_damaged()
        return None

    def put(self, items: Iterable[tuple[bytes, Outcome]]) -> None:
        """Keep finished cells, safely on the disk; failures of the work are not kept, they may not happen again."""
        self.put_texts([(key, _text(outcome)) for key, outcome in items if outcome.kind != "work"])


def _text(outcome: Outcome) -> str:
    if outcome.cost is None:
        return json.dumps({"error": outcome.error}, ensure_ascii=False)
    return json.dumps({"cost": outcome.cost.to_dict()}, allow_nan=False)
