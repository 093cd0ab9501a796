"""Ranges of timed jobs, and the gaps within them."""

from __future__ import annotations

from hwcost.jobs.fitted_range import find_gaps, outside_notes


def test_gaps_count_as_outside() -> None:
    gaps = find_gaps({"num_circuits": [1, 20, 100], "shots": [100, 1000]}, known=("shots",))
    assert gaps == {"num_circuits": ((1, 20), (20, 100))}
    told = [n for n in range(1, 200) if list(outside_notes("p", {"num_circuits": (1, 100)}, gaps, {"num_circuits": n}))]
    assert told == [*range(3, 10), *range(41, 50)]
