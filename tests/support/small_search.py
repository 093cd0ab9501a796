"""A space of 48 networks, and searches in it that take a second."""

from __future__ import annotations

from pathlib import Path

from nas.runs.config import SearchConfig
from nas.runs.record import Evaluation

GENES = """
[genes]
qubits = [2, 3]
embedding = ["angle-x"]
layers = [1, 2]
rotation_1 = ["rx", "ry", "rz"]
rotation_2 = ["rx", "ry", "rz"]
entangler = ["cx", "cz"]
topology = ["linear"]
"""
NUM_GENOMES = 2 * 2 * 3 * 3 * 2
NUM_ARCHITECTURES = 2 * 2 * (3 + 3 * 3)  # the rotation of a second layer that there is not makes no difference


def write_space(folder: Path, text: str = GENES) -> str:
    path = folder / "space.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def small_config(folder: Path, text: str = GENES, **keys) -> SearchConfig:
    """FAQNAS's objectives without a device, two epochs on iris."""
    given = {
        "objectives": ("quantum_flops", "validation_error", "parameters"),
        "population": 8,
        "generations": 3,
        "epochs": 2,
        "stagnation": 0,
        "repeats": 0.0,
        "pilot": False,
    }
    return SearchConfig(space=write_space(folder, text), dataset="iris", **{**given, **keys})


GENOME = {
    **{"qubits": 2, "embedding": "angle-x", "layers": 1, "rotation_1": "rx", "rotation_2": "rx"},
    **{"entangler": "cx", "topology": "linear"},
}


def complete(name: str, generation: int = 0, **objectives: float) -> Evaluation:
    return Evaluation(
        architecture_hash=name,
        genome=GENOME,
        state="COMPLETE",
        objectives=objectives,
        accuracies=(0.5,),
        trainings=({"state": "COMPLETE", "best_validation_accuracy": 0.5},),
        generation=generation,
    )


def failure(name: str) -> Evaluation:
    return Evaluation(architecture_hash=name, genome=GENOME, state="FAILED", reason="out of memory")
