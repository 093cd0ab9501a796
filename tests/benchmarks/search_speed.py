"""A whole search: the fused engine against PennyLane, two workers against one, what is neither training nor costing.

The engines run the same search, faqnas on iris with FAQNAS's settings and closed-form FLOPs, and find the same front up
to rounding of single precision. PennyLane's takes minutes.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from noted import note

from nas import Run, SearchConfig, search


def timed(config: SearchConfig, workers: int) -> tuple[float, float, Run]:
    """Seconds of the search, seconds until its first evaluation was there, and what it found."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        first: list[float] = []
        run = search(
            config,
            Path(folder) / "run",
            workers=workers,
            progress=lambda state: first.append(time.perf_counter() - started) if state.done and not first else None,
        )
        return time.perf_counter() - started, first[0], run


def engines(generations: int) -> None:
    config = {"preset": "faqnas", "dataset": "iris", "generations": generations, "stagnation": 0, "pilot": False}
    timed(SearchConfig(**config | {"generations": 0}), 1)  # starts the process that both have their workers from
    fast_s, _, fast = timed(SearchConfig(**config), 1)
    slow_s, _, slow = timed(SearchConfig(**config, engine="pennylane"), 1)
    note(faster=slow_s / fast_s)
    same = [one.architecture_hash for one in fast.front] == [one.architecture_hash for one in slow.front]
    print(
        f"faqnas on iris, {len(fast.evaluations)} evaluations, one worker: fast {fast_s:.1f} s, pennylane {slow_s:.1f} "
        f"s, {slow_s / fast_s:.1f} times faster; {'the same front' if same else 'another front'}"
    )
    note(same_front=float(same))


def workers(epochs: int) -> None:
    config = SearchConfig(preset="faqnas", dataset="digits", epochs=epochs, stagnation=0, pilot=False)
    timed(SearchConfig(preset="faqnas", dataset="digits", generations=0, pilot=False), 2)
    (one_s, first_s, one), (two_s, _, two) = timed(config, 1), timed(config, 2)
    assert [e.objectives for e in one.evaluations] == [e.objectives for e in two.evaluations]
    work_s = sum(e.training_s + e.costing_s for e in one.evaluations)
    print(
        f"faqnas on digits, {epochs} epochs, {len(one.evaluations)} evaluations: one worker {one_s:.1f} s, two "
        f"{two_s:.1f} s, {one_s / two_s:.2f} times faster, the same evaluations"
    )
    print(
        f"one worker: training and costing {work_s:.1f} s, everything else {one_s - work_s:.1f} s = "
        f"{1.0 - work_s / one_s:.1%}, the first evaluation after {first_s:.1f} s"
    )
    note(two_workers=one_s / two_s, overhead=1.0 - work_s / one_s)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generations", type=int, default=8, help="of the comparison with PennyLane")
    parser.add_argument("--epochs", type=int, default=20, help="of the comparison of workers")
    options = parser.parse_args()
    engines(options.generations)
    workers(options.epochs)


if __name__ == "__main__":
    main()
