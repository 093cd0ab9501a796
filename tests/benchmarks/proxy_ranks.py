"""Do FLOPs, parameters and gate counts rank networks as their cost on a device does?

Random distinct networks of a space are costed on several fake devices, for one sample: an inference, and a training
step by the parameter-shift rule. Of each cheap figure the script gives Spearman's rank correlation with the QPU time,
and its 90 % bootstrap interval over networks. Networks of which noise leaves no signal on a device have no time there;
they are counted, not ranked.

    python tests/benchmarks/proxy_ranks.py [--space faqnas] [--networks 60] [--backends fake_sherbrooke,fake_torino]
"""

from __future__ import annotations

import argparse
import math

import numpy as np
from scipy.stats import spearmanr

import hwcost
from nas.papers.proxies import distinct_networks, figures
from nas.spaces.load import load_space

BACKENDS = "fake_sherbrooke,fake_torino,fake_guadalupe"
DRAWS = 1000
PROXIES = {
    "FLOPs": "flops",
    "parameters": "parameters",
    "two-qubit gates": "two_qubit_gates",
    "circuit duration": "circuit_duration_s",
    "log T_eff": "log10_t_eff",
}
TIMES = ("inference", "step")


def correlation(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Return Spearman's rank correlation and its 90 % bootstrap interval."""
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(DRAWS):
        rows = rng.integers(0, len(x), len(x))
        value = spearmanr(x[rows], y[rows]).statistic
        if math.isfinite(value):
            drawn.append(value)
    return float(spearmanr(x, y).statistic), *map(float, np.quantile(drawn, [0.05, 0.95]))


def main() -> None:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--space", default="faqnas")
    parser.add_argument("--networks", type=int, default=60)
    parser.add_argument("--backends", default=BACKENDS)
    arguments = parser.parse_args()
    networks = distinct_networks(load_space(arguments.space), arguments.networks, seed=0, max_qubits=None)
    steps: dict[str, dict[int, float]] = {}
    print(f"| device | networks | QPU time of | {' | '.join(PROXIES)} |")
    print(f"|---|---|---|{'---|' * len(PROXIES)}")
    for name in arguments.backends.split(","):
        device = hwcost.prepare_device(hwcost.load_calibration(name))
        rows = {i: row for i, built in enumerate(networks) if (row := figures(built, device)) is not None}
        steps[name] = {i: row["step_qpu_s"] for i, row in rows.items()}
        for scope in TIMES:
            times = np.array([row[f"{scope}_qpu_s"] for row in rows.values()])
            cells = []
            for key in PROXIES.values():
                rho, low, high = correlation(np.array([row[key] for row in rows.values()]), times)
                cells.append(f"{rho:.2f} ({low:.2f} to {high:.2f})")
            print(f"| {name} | {len(rows)} of {len(networks)} | {scope} | {' | '.join(cells)} |", flush=True)
    names = list(steps)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            both = sorted(steps[first].keys() & steps[second].keys())
            rho, low, high = correlation(*(np.array([steps[name][j] for j in both]) for name in (first, second)))
            print(f"{first} and {second}, step: {rho:.2f} ({low:.2f} to {high:.2f}), {len(both)} networks")


if __name__ == "__main__":
    main()
