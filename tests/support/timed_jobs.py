"""Tables of timed jobs with planted constants, and real ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hwcost.jobs.profile import JobTimeProfile
from hwcost.jobs.table import JobTable, read_job_table
from places import TRUTH

Rows = list[dict[str, Any]]


def known_rows(num: int = 80, *, seed: int = 1, noise: float = 0.02) -> Rows:
    """Jobs with known times: t = 1.5 + 0.05·n + 1e-5·I + shots·(n·250e-6 + T)."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(num):
        n, shots = int(rng.integers(1, 60)), int(rng.choice([1000, 4000, 8000, 20000]))
        instructions = int(n * rng.integers(100, 20_000))
        duration = n * float(rng.uniform(1e-6, 1e-4))
        seconds = 1.5 + 0.05 * n + 1e-5 * instructions + shots * (n * 250e-6 + duration)
        rows.append(
            {
                "num_circuits": n,
                "shots": shots,
                "total_circuit_duration_s": duration,
                "total_instructions": instructions,
                "rep_delay_s": 250e-6,
                "observed_s": seconds * float(np.exp(noise * rng.standard_normal())),
            }
        )
    return rows


def fitted_rows(num: int = 120, *, seed: int = 2, noise: float = 0.02) -> Rows:
    """Jobs without durations: t = 0.8 + 400e-6·n·s + 2e-6·s·D + 0.01·n·q."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(num):
        n, shots, qubits = int(rng.integers(1, 25)), int(rng.integers(1000, 50_000)), int(rng.integers(2, 50))
        depth = int(n * rng.integers(5, 200))
        seconds = 0.8 + 400e-6 * n * shots + 2e-6 * shots * depth + 0.01 * n * qubits
        rows.append(
            {
                "backend": "testq",
                "num_circuits": n,
                "shots": shots,
                "num_qubits": qubits,
                "total_depth": depth,
                "observed_s": seconds * float(np.exp(noise * rng.standard_normal())),
            }
        )
    return rows


def constants(profile: JobTimeProfile) -> dict[str, float]:
    return {parameter.name: parameter.value for parameter in profile.parameters}


def truth(name: str) -> JobTable:
    path = TRUTH / f"jobs_{name}_dev.csv"
    if not path.is_file():
        pytest.skip("the tables of real jobs are not available")
    return read_job_table(path)
