"""Predicted against measured attenuation on hardware: tables by level and λ, and the bands of `hwcost.noise.hardware`.

Takes the folder of the public results, brought into two files: `hw_z_dev.qpy` with the circuits, and `hw_z_dev.json`, a
list with `circuit` (number in the QPY), `device`, `optimization_level`, `shots`, `ideal_z` and `measured_z` (bit 0
first) of each run. Source: xthecapx/qiskit-qward (Apache-2.0), Grover and QFT on ibm_fez in 2026. Layouts are not
known: circuits are compiled at the same level, with the calibration that Qiskit's fake backend holds.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import numpy as np

from hwcost.noise.hardware import SHARE
from hwcost.noise.methods import DEFAULT_ATTENUATION
from hwcost.validation.measured import MIN_IDEAL, validate_measured
from hwcost.validation.measured_record import MeasuredValidation

CALIBRATIONS = {"ibm_fez": "fake_fez", "ibm_torino": "fake_torino", "ibm_marrakesh": "fake_marrakesh"}


def documents(folder: Path, name: str, levels: tuple[int, ...]) -> dict:
    """The public results in the form of `hwcost validate --measured`."""
    rows = json.loads((folder / f"{name}.json").read_text())
    results = [
        {
            "circuit": row["circuit"],
            "backend": CALIBRATIONS[row["device"]],
            "optimization_level": row["optimization_level"],
            "shots": row["shots"],
            "z": row["measured_z"],
            "ideal": row["ideal_z"],
        }
        for row in rows
        if row["optimization_level"] in levels and max(map(abs, row["ideal_z"])) >= MIN_IDEAL
    ]
    return {"circuits": str(folder / f"{name}.qpy"), "results": results}


def compared(folder: Path, name: str, levels: tuple[int, ...], **options) -> MeasuredValidation:
    """Predictions and measurements of all runs at some levels."""
    return validate_measured(documents(folder, name, levels), **options)


def score_table(validation: MeasuredValidation) -> None:
    """Print the scores as a Markdown table."""
    print("| runs | predictor | n | Spearman | median error of λ | 90 % | error of 1/λ² | predicted/measured 1/λ² |")
    print("|---|---|---|---|---|---|---|---|")
    for score in validation.scores:
        cells = (
            score.group,
            f"`{score.predictor}`",
            str(score.num_runs),
            "-" if score.spearman is None else f"{score.spearman:.2f}",
            *(
                "lost" if value is None else f"{100 * value:.1f} %"
                for value in (score.median_error, score.error_90, score.median_inflation_error)
            ),
            "-" if score.inflation_ratio is None else f"{score.inflation_ratio:.2f}",
        )
        print(f"| {' | '.join(cells)} |")


def factors(predicted: np.ndarray, measured: np.ndarray) -> str:
    """Median factor between measured and predicted inflation, either way, and that of `SHARE` of the runs, as text."""
    off = np.abs(2.0 * np.log(np.clip(measured, 1e-3, None) / predicted))
    middle, high = np.exp(np.quantile(off, [0.5, SHARE]))
    return f"{len(off):>4} runs, factor {middle:.3g} in the median, {high:.3g} in {SHARE:.0%}"


def worst_bits(folder: Path, name: str, levels: tuple[int, ...], **options) -> tuple[np.ndarray, np.ndarray]:
    """Smallest predicted and smallest measured λ over the bits of each run."""
    document = documents(folder, name, levels)
    single = []
    for number, result in enumerate(document["results"]):
        for bit, ideal in enumerate(result["ideal"]):
            if abs(ideal) >= MIN_IDEAL:
                z = [value if i == bit else None for i, value in enumerate(result["z"])]
                single.append((number, {**result, "z": z}))
    runs = validate_measured({**document, "results": [each for _, each in single]}, **options).runs
    predicted: dict[int, float] = {}
    measured: dict[int, float] = {}
    for (number, _), run in zip(single, runs, strict=True):
        predicted[number] = min(predicted.get(number, math.inf), run.predicted[DEFAULT_ATTENUATION])
        measured[number] = min(measured.get(number, math.inf), run.measured)
    return np.array(list(predicted.values())), np.array(list(measured.values()))


def bands(rule: str, predicted: np.ndarray, measured: np.ndarray) -> None:
    """Print the bands of one rule."""
    for low, high in ((0.8, math.inf), (0.5, 0.8), (0.0, 0.5)):
        inside = (predicted >= low) & (predicted < high)
        if inside.any():
            print(f"  {rule:<5} λ {low:g} to {high:g}: {factors(predicted[inside], measured[inside])}")


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", default="hw_z_dev")
    parser.add_argument("--num-seeds", type=int, default=4)
    parser.add_argument("--bands", action="store_true", help="print what hwcost/noise/hardware.py holds")
    given = parser.parse_args()
    options = {"num_seeds": given.num_seeds}
    both = {**options, "methods": (DEFAULT_ATTENUATION, "mean-field")}
    chosen = compared(given.folder, given.name, (1, 2, 3), **both)
    print("levels 1 to 3\n")
    score_table(chosen)
    fixed = compared(given.folder, given.name, (0,), **both)
    print("\nlevel 0: the qubits are fixed in advance\n")
    score_table(fixed)
    repeated: dict[tuple, list[float]] = {}
    for run in chosen.runs:
        repeated.setdefault((run.sha256, run.optimization_level), []).append(run.measured)
    pairs = [(np.mean(v[:i] + v[i + 1 :]), v[i]) for v in repeated.values() if len(v) > 1 for i in range(len(v))]
    others, own = np.array(pairs).T
    from scipy.stats import spearmanr

    print(
        f"\nthe other runs of the same circuit at the same level as prediction, {len(own)} runs: Spearman "
        f"{spearmanr(others, own).statistic:.2f}, median error {np.median(np.abs(others / own - 1)):.1%}"
    )
    if given.bands:
        print("\nbands of hwcost/noise/hardware.py")
        for name, found, levels in (("chosen", chosen, (1, 2, 3)), ("fixed", fixed, (0,))):
            print(name)
            predicted = np.array([run.predicted[DEFAULT_ATTENUATION] for run in found.runs])
            measured = np.array([run.measured for run in found.runs])
            if name == "fixed":
                print(f"  mean  all: {factors(predicted, measured)}")
                continue
            bands("mean", predicted, measured)
            bands("worst", *worst_bits(given.folder, given.name, levels, **options))


if __name__ == "__main__":
    main()
