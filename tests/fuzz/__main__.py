"""`python tests/fuzz`: hostile inputs for so many seconds, a count for each surface, exit 1 if one breaks a promise.

The promise: every input ends in a result or one clear line, exit code 0 or 2, within 15 s of CPU and 2 GiB.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from judge import Verdict
from surfaces import Surface, surfaces, warmed

sys.path.append(str(Path(__file__).parents[1] / "support"))  # the files of vendors


def fuzz(
    wanted: list[Surface], folder: Path, *, first: int, seconds: float, most: int | None = None
) -> tuple[dict[str, int], list[tuple[str, int, list[str], Verdict]]]:
    """Take the surfaces in turn, a new seed each round.

    Args:
        wanted: The surfaces.
        folder: Folder of good files; each case is written to it.
        first: First seed.
        seconds: When to stop.
        most: Most rounds, None for no limit.

    Returns:
        Inputs by surface; and (surface, seed, command, verdict) of each that breaks the promise.
    """
    counts = dict.fromkeys((surface.name for surface in wanted), 0)
    faults = []
    end, seed = time.monotonic() + seconds, first
    while time.monotonic() < end and (most is None or seed < first + most):
        if seed > first and seed % 10 == 0:
            print(f"seeds {first} to {seed - 1}: {sum(counts.values())} inputs, {len(faults)} broken", flush=True)
        for surface in wanted:
            if time.monotonic() > end:
                break
            if seed % surface.every:
                continue
            try:
                words, verdict = surface.judged(folder, seed)
            except KeyboardInterrupt:  # what was found is told
                return counts, faults
            counts[surface.name] += 1
            if verdict.fault is not None:
                faults.append((surface.name, seed, words, verdict))
                last = verdict.message.strip().splitlines()[-1:] or [""]
                print(f"{surface.name}, --seed {seed}: {verdict.fault}: {last[0][:300]!r}", flush=True)
                print(f"    {' '.join(words)[:300]!r}", flush=True)
        seed += 1
    return counts, faults


def main() -> int:
    """Fuzz, and print what was found."""
    parser = argparse.ArgumentParser(prog="python tests/fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0, help="How long; hours are welcome.")
    parser.add_argument("--seed", type=int, default=0, help="First seed; the same seed gives the same inputs.")
    parser.add_argument("--surface", action="append", help="Only surfaces whose name has this in it; repeatable.")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="Copy inputs that break the promise there.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = [s for s in surfaces(folder) if not given.surface or any(part in s.name for part in given.surface)]
        if not wanted:
            parser.error(f"no surface is called {given.surface}")
        refused = [(where, v) for where, _, v in warmed(wanted, folder) if v.code != 0 or v.fault is not None]
        for where, verdict in refused:
            print(f"{where}: a good file is refused: {verdict.fault or verdict.message[-300:]!r}", flush=True)
        counts, faults = fuzz(wanted, folder, first=given.seed, seconds=given.seconds)
        for surface in wanted:
            bad = [fault for fault in faults if fault[0] == surface.name]
            print(f"{surface.name:<28} {counts[surface.name]:>7} inputs {len(bad):>4} broken")
        for surface_name, seed, words, _ in faults[:50]:
            if given.keep is not None:
                _keep(
                    given.keep / f"{surface_name.replace(' ', '_')}_{seed}", folder, wanted, surface_name, seed, words
                )
    print(f"{sum(counts.values())} inputs, {len(faults)} broken")
    return 1 if faults or refused else 0


def _keep(target: Path, folder: Path, wanted: list[Surface], name: str, seed: int, words: list[str]) -> None:
    surface = next(one for one in wanted if one.name == name)
    surface.case(folder, seed)
    shutil.copytree(folder, target, dirs_exist_ok=True)
    (target / "command.json").write_text(json.dumps(words), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
