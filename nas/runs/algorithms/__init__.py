"""Search algorithms, one per file. A new one is a file beside the others and a line in `ALGORITHMS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nas.runs.algorithms.base import Algorithm, Problem
from nas.runs.algorithms.exhaustive import Exhaustive
from nas.runs.algorithms.nsga2 import Nsga2
from nas.runs.algorithms.random import RandomSearch

ALGORITHMS: Mapping[str, Callable[[Problem], Algorithm]] = {
    "nsga2": Nsga2,
    "exhaustive": Exhaustive,
    "random": RandomSearch,
}
"""All algorithms by the name that `algorithm` has in a configuration; the first is the default."""
