"""Figures of a benchmark as data, for `python -m tests.benchmarks`: `note`."""

from __future__ import annotations

import json
import os

VARIABLE = "BENCHMARK_FIGURES"
"""Environment variable with the file that figures are added to; without it they are only printed."""


def note(**figures: float) -> None:
    """Note figures by name."""
    path = os.environ.get(VARIABLE)
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(figures) + "\n")
