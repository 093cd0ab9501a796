"""The whole command, and the same from Python, against a bare script with the same transpilations.

Ratios of wall time, of CPU time and of peak memory. The bare script and the one that calls `hwcost.estimate` are timed
as whole processes, as a session that begins.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from noted import note

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

PYTHON = """
import sys
import hwcost
print(hwcost.estimate(sys.argv[1], "fake_sherbrooke"))
"""


def measure(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak resident MiB of one run of a command, its children included."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command[:4]} ended with {child.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Run both alternately and print medians and their ratio."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a package is compiled once, not by each command
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    commands = {
        "bare": [sys.executable, "-c", BARE, str(CIRCUIT)],
        "hwcost": [sys.executable, "-m", "hwcost", "estimate", str(CIRCUIT), "--backend", "fake_sherbrooke"],
        "python": [sys.executable, "-c", PYTHON, str(CIRCUIT)],
    }
    for command in commands.values():
        measure(command)  # fill the page cache and write the byte code
    taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            taken[name].append(measure(command))
    medians = {name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in taken.items()}
    for name, (seconds, cpu_s, mebibytes) in medians.items():
        ratios = [own / bare for own, bare in zip(medians[name], medians["bare"], strict=True)]
        print(
            f"{name:8} {seconds:6.3f} s {cpu_s:6.3f} s of CPU {mebibytes:7.1f} MiB   "
            f"ratios {ratios[0]:.2f} {ratios[1]:.2f} {ratios[2]:.2f}"
        )
        if name == "hwcost":
            note(command_time=ratios[0], command_memory=ratios[2])
        elif name == "python":
            note(python_time=ratios[0])


if __name__ == "__main__":
    main()
