"""Networks with figures that are made up so that the answer is known, and a table of claims."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nas.papers.record import Claim, Reproduction
from nas.papers.sample import Sample
from nas.papers.statistics import over_seeds

EMBEDDINGS = ("angle-x", "angle-y", "angle-z", "amplitude")
MODES = ("all", "odd", "even", "none")


def made_sample(seed: int, accuracy, *, number: int = 160, noise: float = 0.05) -> Sample:
    """Networks of random genes whose accuracy is a function of log10 F_Q and of the genes, and noise."""
    rng = np.random.default_rng(seed)
    log_flops = rng.uniform(2.0, 7.0, number)
    genes = [
        {
            "qubits": int(rng.integers(2, 9)),
            "embedding": EMBEDDINGS[rng.integers(4)],
            "layers": 2,
            "range_1": int(rng.integers(1, 6)),
            "range_2": int(rng.integers(1, 6)),
            "mode_1": MODES[rng.integers(4)],
            "mode_2": MODES[rng.integers(4)],
            "learning_rate": float(rng.choice([1e-3, 1e-2])),
        }
        for _ in range(number)
    ]
    values = [accuracy(x, gene) + noise * rng.normal() for x, gene in zip(log_flops, genes, strict=True)]
    classical = [int(10.0 ** rng.uniform(2.0, 5.0)) for _ in range(number)]
    return Sample(
        hashes=tuple(f"{seed}-{i}" for i in range(number)),
        genes=tuple(genes),
        accuracies=tuple(map(float, values)),
        quantum_flops=tuple(int(10.0**x) for x in log_flops),
        classical_flops=tuple(classical),
        parameters=tuple(classical),
        objectives=tuple(
            {"num_subcircuits": float(gene["qubits"]), "simulated_inference_s": 10.0**x, "log10_sampling_overhead": 1.0}
            for x, gene in zip(log_flops, genes, strict=True)
        ),
        num_validation=100,
    )


def made_reproduction(folder: Path = Path("made"), **changes) -> Reproduction:
    """Two claims of FAQNAS, one of which is reproduced."""
    values = ((0.5, 0.6, 0.7), (None, 0.1, None))
    claims = tuple(
        Claim(
            name=name,
            dataset=dataset,
            text=f"what is <said> of {name}",
            measure="a figure",
            needed="above 0",
            interval=over_seeds(ones),
            values=ones,
            verdict=verdict,
            remark="a remark",
        )
        for name, dataset, ones, verdict in (
            ("first", "", values[0], "reproduced"),
            ("second", "iris", values[1], "cannot be told"),
        )
    )
    given = {
        "paper": "faqnas",
        "folder": folder,
        "datasets": ("iris",),
        "num_seeds": 3,
        "quick": False,
        "settings": {"population": 20, "max": {"qubits": 4}, "objectives": ["a", "b"]},
        "claims": claims,
        "unexamined": (("a third", "a reason"),),
        "notes": ("a note",),
        "pictures": (folder / "iris-flops.png",),
    }
    return Reproduction(**{**given, **changes})
