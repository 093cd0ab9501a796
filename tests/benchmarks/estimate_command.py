"""The whole command against a bare script with the same transpilations: ratio of wall time and of peak memory."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

CIRCUIT = Path(__file__).parents[2] / "notebooks" / "circuits" / "hqnn_8q.qpy"

BARE = """
import sys
from qiskit import qpy, transpile
from qiskit_ibm_runtime.fake_provider import FakeSherbrooke
with open(sys.argv[1], "rb") as file:
    circuit = qpy.load(file)[0]
backend = FakeSherbrooke()
for seed in range(4):
    isa = transpile(circuit, backend, optimization_level=2, seed_transpiler=seed)
    print(seed, isa.num_nonlocal_gates())
"""


def measure(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak resident MiB of one run of a command, its children included."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command[:4]} ended with {child.returncode}")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    """Run both alternately and print medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    commands = {
        "bare": [sys.executable, "-c", BARE, str(CIRCUIT)],
        "hwcost": [sys.executable, "-m", "hwcost", "estimate", str(CIRCUIT), "--backend", "fake_sherbrooke"],
    }
    for command in commands.values():
        measure(command)  # fill the page cache and write the byte code
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            taken[name].append(measure(command))
    medians = {name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in taken.items()}
    for name, (seconds, mebibytes) in medians.items():
        print(f"{name:8} {seconds:6.3f} s {mebibytes:7.1f} MiB")
    print(
        f"ratio    {medians['hwcost'][0] / medians['bare'][0]:6.3f}   {medians['hwcost'][1] / medians['bare'][1]:7.3f}"
    )


if __name__ == "__main__":
    main()
