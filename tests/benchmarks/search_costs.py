"""Processor time to cost networks of `faqnas` on a device: the first time, and with the choices of seeds it kept."""

from __future__ import annotations

import argparse
import itertools
import random
import tempfile
import time
from pathlib import Path

import hwcost
from nas.costs import candidate_cost
from nas.spaces.build import architecture
from nas.spaces.load import load_space

NUM_CIRCUITS = 8640
"""Distinct architectures of the space."""

SETTINGS = {
    "scope": "training", "gradient": "parameter-shift", "shots": 1024, "batch_size": 64, "samples": 96,
    "validation_samples": 24, "epochs": 5,
}  # fmt: skip


def main() -> None:
    """Print seconds per network, and for all of them on two cores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", default="fake_torino")
    parser.add_argument("--networks", type=int, default=100)
    parser.add_argument("--num-seeds", default="4")
    given = parser.parse_args()
    num_seeds = int(given.num_seeds) if given.num_seeds.isdigit() else given.num_seeds
    space = load_space("faqnas")
    names = [gene.name for gene in space.genes]
    genomes = [
        dict(zip(names, values, strict=True)) for values in itertools.product(*(gene.choices for gene in space.genes))
    ]
    networks = [architecture(space, genome) for genome in random.Random(0).sample(genomes, given.networks)]
    device = hwcost.prepare_device(given.backend)
    with tempfile.TemporaryDirectory() as folder:
        options = {**SETTINGS, "backend": device, "num_seeds": num_seeds}
        candidate_cost(networks[0], 4, 3, **options)  # imports, and the Target of the device
        for what in ("first time", "again"):
            began_s = time.process_time()
            for network in networks:
                candidate_cost(network, 4, 3, cache=Path(folder) / "seeds.sqlite3", **options)
            each_s = (time.process_time() - began_s) / len(networks)
            print(f"{what:10} {each_s:.3f} s each, {each_s * NUM_CIRCUITS / 2:.0f} s for {NUM_CIRCUITS:,} on two cores")


if __name__ == "__main__":
    main()
