"""Run benchmarks, and print what they measured: `python -m tests.benchmarks [NAME …]`, from the root of the repository.

Each runs in a process of its own, as it does alone; what it prints goes to stderr. Then come the table of
`docs/how-far-to-trust.md`, or JSON, and a line for each floor that is missed. The exit status is 1 if one is, or if a
benchmark fails. With several runs figures are shown as ranges, and floors are for medians.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.catalogue import BENCHMARKS, Benchmark, Row
from tests.benchmarks.noted import VARIABLE

FOLDER = Path(__file__).parent
PACKAGES = ("numpy", "qiskit", "qiskit-ibm-runtime", "torch", "pennylane")

Figures = Mapping[str, Sequence[float]]


class Span:
    """Values of one figure, formatted as one number, or as a range where they differ."""

    def __init__(self, values: Sequence[float]):
        self._values = values

    def __format__(self, spec: str) -> str:
        low, high = format(min(self._values), spec), format(max(self._values), spec)
        return low if low == high else f"{low} to {high}"


def run(benchmark: Benchmark, *, quick: bool, runs: int) -> tuple[dict[str, list[float]], int]:
    """Run a script; return what it noted, by name, and its exit status."""
    figures: dict[str, list[float]] = {}
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "figures.jsonl"
            command = [sys.executable, str(FOLDER / f"{benchmark.name}.py"), *(benchmark.quick if quick else ())]
            environment = {**os.environ, VARIABLE: str(path)}
            environment.pop("PYTHONDONTWRITEBYTECODE", None)  # byte code is written once, not made by each process
            status = subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode
            lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for line in lines:
            for name, value in json.loads(line).items():
                figures.setdefault(name, []).append(value)
        if status:
            return figures, status
    return figures, 0


def measured(row: Row, figures: Figures) -> str:
    """Return a row's figures in words; what was not measured is left open."""
    try:
        return row.shown.format(**{name: Span(values) for name, values in figures.items()})
    except KeyError:
        return "not measured"


def machine() -> dict[str, Any]:
    """Describe the machine and the packages."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
        load = os.getloadavg()[0]
    except OSError:
        load = None
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_before": load,
        "date": time.strftime("%Y-%m-%d"),
        "versions": versions,
    }


def report(benchmark: Benchmark, figures: Figures, status: int, taken_s: float) -> dict[str, Any]:
    """Return what a benchmark found as plain data."""
    medians = {name: statistics.median(values) for name, values in figures.items()}
    return {
        "name": benchmark.name,
        "seconds": taken_s,
        "exit_status": status,
        "figures": {name: list(values) for name, values in figures.items()},
        "rows": [
            {
                "question": row.question,
                "measured": measured(row, figures),
                "floors": [
                    {"figure": name, "must_be": side, "bound": bound, "median": medians.get(name)}
                    for name, (side, bound) in row.floors.items()
                ],
                "missed": row.missed(medians),
            }
            for row in benchmark.rows
        ],
    }


def table(reports: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the lines of the table."""
    by_name = {benchmark.name: benchmark for benchmark in BENCHMARKS}
    lines = ["| question | measured | floor | script |", "|---|---|---|---|"]
    for one in reports:
        for row, found in zip(by_name[one["name"]].rows, one["rows"], strict=True):
            lines.append(f"| {row.question} | {found['measured']} | {row.floor_text()} | `{one['name']}.py` |")
    return lines


def chosen(names: Sequence[str], parser: argparse.ArgumentParser) -> list[Benchmark]:
    """Return the benchmarks of these names, or all that can be run without data."""
    known = {benchmark.name: benchmark for benchmark in BENCHMARKS}
    for name in names:
        if name not in known:
            parser.error(f"there is no benchmark {name!r}; choose from {', '.join(known)}")
        if known[name].needs:
            parser.error(f"{name} needs {known[name].needs}; run python tests/benchmarks/{name}.py")
    if names:
        return [known[name] for name in names]
    for benchmark in BENCHMARKS:
        if benchmark.needs:
            print(f"not run: {benchmark.name}, which needs {benchmark.needs}", file=sys.stderr)
    return [benchmark for benchmark in BENCHMARKS if not benchmark.needs]


def main() -> int:
    """Run, print, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="scripts without .py [default: all]")
    parser.add_argument("--list", action="store_true", help="only list them")
    parser.add_argument("--quick", action="store_true", help="short versions, too short for figures to be quoted")
    parser.add_argument("--runs", type=int, default=1, help="runs of each")
    parser.add_argument("--json", action="store_true", help="JSON on stdout in place of the table")
    options = parser.parse_args()
    if options.list:
        for benchmark in BENCHMARKS:
            print(f"{benchmark.name:22} {'needs ' + benchmark.needs if benchmark.needs else ''}".rstrip())
        return 0
    about, reports = machine(), []
    for benchmark in chosen(options.names, parser):
        print(f"== {benchmark.name}", file=sys.stderr, flush=True)
        started = time.perf_counter()
        figures, status = run(benchmark, quick=options.quick, runs=max(1, options.runs))
        reports.append(report(benchmark, figures, status, time.perf_counter() - started))
    missed = [line for one in reports for row in one["rows"] for line in row["missed"]]
    failed = [f"{one['name']} ended with {one['exit_status']}" for one in reports if one["exit_status"]]
    if options.json:
        plain = {"machine": about, "quick": options.quick, "benchmarks": reports, "missed": missed, "failed": failed}
        print(json.dumps(plain, indent=2))
    else:
        versions = ", ".join(f"{name} {value}" for name, value in about["versions"].items() if value)
        print(f"{about['processor']}, {about['cores']} cores, Python {about['python']}, {versions}\n")
        print("\n".join(table(reports)))
    for line in [*failed, *(f"floor missed: {line}" for line in missed)]:
        print(line, file=sys.stderr)
    return 1 if missed or failed else 0


if __name__ == "__main__":
    sys.exit(main())
