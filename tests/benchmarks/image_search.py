"""A faqnas search on 60,000 synthetic images of 28 × 28: its time, and the peak memory of all its processes together.

The files are IDX files as MNIST's, 60,000 images and 10,000 more as the official test part. The pilot and the repeats
of a search are left out, so that what is timed is as many trainings as there are evaluations. The time is measured on a
tenth of the images and projected, and on all of them; peaks of memory are sums over the search's processes, from
Linux's `/proc`, sampled all the while:

- PSS, of which pages that n processes share count as 1/n in each, less what the same processes take where the data set
  is iris: that is what the data take, whatever form they have, temporary arrays of their preparation included;
- the whole PSS, interpreters and libraries included.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from noted import note

from nas.datasets.binary import IDX_FILES, idx_bytes

IMAGES, PIXELS, CLASSES, NUM_TEST = 60_000, 28, 10, 10_000
INTERVAL_S = 0.25


def write_images(folder: Path, count: int, num_test: int) -> None:
    """Write IDX files of images that have a class each can be told by, under noise."""
    rng = np.random.default_rng(0)
    shapes = rng.integers(0, 120, (CLASSES, PIXELS, PIXELS))
    for number, size in ((0, count), (2, num_test)):
        labels = rng.integers(0, CLASSES, size).astype(np.uint8)
        images = np.empty((size, PIXELS, PIXELS), dtype=np.uint8)
        for start in range(0, size, 5000):
            part = labels[start : start + 5000]
            images[start : start + 5000] = shapes[part] + rng.integers(0, 120, (len(part), PIXELS, PIXELS))
        (folder / IDX_FILES[number]).write_bytes(idx_bytes(images))
        (folder / IDX_FILES[number + 1]).write_bytes(idx_bytes(labels))


def processes_below(first: int) -> list[int]:
    """Return a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        try:
            stat = Path(f"/proc/{entry}/stat").read_text(encoding="utf-8") if entry.isdigit() else ""
        except OSError:
            continue
        if stat:
            children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry))
    found = [first]
    for process in found:
        found += children.get(process, [])
    return found


def pss_bytes(processes: list[int]) -> int:
    """Return the sum of the proportional set sizes of processes; those that have ended count nothing."""
    total = 0
    for process in processes:
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def measured(source: str, options: list[str], *, workers: int) -> tuple[float, int, dict[str, Any]]:
    """Return seconds, peak of memory in bytes, and report of a search in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "nas", "search", "--preset", "faqnas", "--dataset", source, "--quiet"]
        command += ["-o", f"{folder}/run", "--workers", str(workers), "--format", "json", "--stagnation", "0"]
        command += ["--no-pilot", "--repeats", "0", *options]
        started, peak = time.perf_counter(), 0
        answer = Path(folder) / "report.json"
        with answer.open("wb") as file, subprocess.Popen(command, stdout=file) as process:
            while process.poll() is None:
                peak = max(peak, pss_bytes(processes_below(process.pid)))
                time.sleep(INTERVAL_S)
            taken_s = time.perf_counter() - started
        if process.returncode:
            raise SystemExit(f"the search ended with {process.returncode}")
        return taken_s, peak, json.loads(answer.read_text(encoding="utf-8"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--population", type=int, default=20)
    parser.add_argument("--generations", type=int, default=8)
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument("--tenth-only", action="store_true", help="no search on all images, whose memory is not known")
    parser.add_argument("--quick", action="store_true", help="two generations of six networks, a hundredth of the data")
    options = parser.parse_args()
    if options.quick:
        options.population, options.generations, options.images = 6, 1, IMAGES // 100
    size = ["--population", str(options.population), "--generations", str(options.generations)]
    result: dict[str, Any] = {"images": options.images, "workers": options.workers, "epochs": 5}
    start_s, base, _ = measured("iris", ["--population", "2", "--generations", "0"], workers=options.workers)
    with tempfile.TemporaryDirectory() as folder:
        tenth = Path(folder) / "tenth"
        tenth.mkdir()
        write_images(tenth, options.images // 10, NUM_TEST // 10)
        tenth_s, _, _ = measured(str(tenth), size, workers=options.workers)
    result |= {"tenth_s": tenth_s, "start_s": start_s, "projected_s": start_s + 10 * (tenth_s - start_s)}
    if not options.tenth_only:
        with tempfile.TemporaryDirectory() as folder:
            write_images(Path(folder), options.images, NUM_TEST)
            taken_s, peak, report = measured(folder, size, workers=options.workers)
        data_bytes = options.images * PIXELS**2 * 4
        result |= {
            "evaluations": report.get("num_evaluations"),
            "measured_s": taken_s,
            "data_bytes": data_bytes,
            "base_pss_bytes": base,
            "peak_pss_bytes": peak,
            "peak_over_data": (peak - base) / data_bytes,
        }
        if not options.quick:
            note(measured_s=taken_s, peak_over_data=(peak - base) / data_bytes, peak_mb=peak / 1e6)
    note(projected_s=result["projected_s"])
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
