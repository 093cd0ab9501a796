"""Which seed was best, kept, so that a circuit that comes again is compiled once: `SeedChoices`."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from hwcost.core.result_cache import ResultCache
from hwcost.estimation.record import Spread

SEEDS = "seeds.sqlite3"
"""Name of the default file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedChoice:
    """The cheapest compilation of a circuit.

    Attributes:
        seed: Its transpiler seed.
        level: Its optimization level.
        rank_key: Its cost as it is ranked, by which it is known again.
        spread: Of all that were tried.
    """

    seed: int
    level: int
    rank_key: float
    spread: Spread


class SeedChoices(ResultCache):
    """A file of the seeds that were best, or nothing for `path=None`; arguments and errors as of `ResultCache`."""

    # It is opened for each model, and waiting for the disk would take as long as a compilation. What a power cut
    # leaves damaged is put aside; what it leaves wrong costs something else than is kept, and is not used.
    _synchronous = "OFF"

    def get(self, key: bytes) -> SeedChoice | None:
        """Return what is kept, None if it is missing or invalid."""
        text = self.get_text(key)
        if text is None:
            return None
        try:
            plain = json.loads(text)
            spread: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value for name, value in plain.pop("spread").items()
            }
            return SeedChoice(spread=Spread(**spread), **plain)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.say_damaged()
            return None

    def put(self, key: bytes, choice: SeedChoice) -> None:
        """Keep a choice."""
        self.put_texts([(key, json.dumps(dataclasses.asdict(choice)))])
