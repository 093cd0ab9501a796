"""Time to cost networks of `faqnas` on a device: the first time, and with the choices of seeds it kept."""

from __future__ import annotations

import argparse
import itertools
import random
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from noted import note

import hwcost
from nas.costs import candidate_cost
from nas.spaces.build import architecture
from nas.spaces.load import load_space
from nas.spaces.record import Genome

NUM_CIRCUITS = 8640
"""Distinct architectures of the space."""

SETTINGS = {
    "scope": "training", "gradient": "parameter-shift", "shots": 1024, "batch_size": 64, "samples": 96,
    "validation_samples": 24, "epochs": 5,
}  # fmt: skip

device_named = cache(hwcost.prepare_device)


def cost(backend: str, genome: Genome, num_seeds: int | str, cache_path: Path | None) -> float:
    """Cost one network; return the processor time that it took."""
    began_s = time.process_time()
    options: dict[str, Any] = {**SETTINGS, "backend": device_named(backend), "num_seeds": num_seeds}
    candidate_cost(architecture(load_space("faqnas"), genome), 4, 3, cache=cache_path or False, **options)
    return time.process_time() - began_s


def main() -> None:
    """Print seconds per network, and for all of them with as many processes as are given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", default="fake_torino")
    parser.add_argument("--networks", type=int, default=100, help="of the 8,640, drawn without replacement")
    parser.add_argument("--num-seeds", default="4")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    num_seeds = int(given.num_seeds) if given.num_seeds.isdigit() else given.num_seeds
    space = load_space("faqnas")
    names = [gene.name for gene in space.genes]
    genomes = [
        dict(zip(names, values, strict=True)) for values in itertools.product(*(gene.choices for gene in space.genes))
    ]
    drawn = random.Random(0).sample(genomes, given.networks)
    context = get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(given.processes, mp_context=context) as pool,
    ):
        # Imports, and the Target of the device; slow enough that each process gets one.
        begun = [pool.submit(cost, given.backend, drawn[0], num_seeds, None) for _ in range(given.processes)]
        for future in begun:
            future.result()
        whole_s = []
        for what in ("first time", "again"):
            began_s = time.perf_counter()
            futures = [
                pool.submit(cost, given.backend, genome, num_seeds, Path(folder) / "seeds.sqlite3") for genome in drawn
            ]
            cpu_s = sum(future.result() for future in futures) / len(drawn)
            whole_s.append((time.perf_counter() - began_s) / len(drawn) * NUM_CIRCUITS)
            print(
                f"{what:10} {cpu_s:.3f} s of processor time each; {whole_s[-1]:.0f} s for {NUM_CIRCUITS:,} with "
                f"{given.processes} processes, {cpu_s * NUM_CIRCUITS / given.processes:.0f} s if they had the machine "
                "for themselves"
            )
    note(first_s=whole_s[0], again_s=whole_s[1])


if __name__ == "__main__":
    main()
