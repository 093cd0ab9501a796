"""`hwcost.compare` against the naive loop, and its memory for hundreds of circuits.

Naive: one process, and for every cell what a script would do: make the backend, `transpile` with a seed, `estimate` of
the result. Once more with backends that are made once. All cost the same circuits at the same levels and seeds.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from noted import note
from qiskit import QuantumCircuit, qpy, transpile
from qiskit.circuit.library import real_amplitudes

import hwcost
from hwcost.core.errors import CircuitError

BACKENDS = ("FakeTorino", "FakeSherbrooke")
LEVELS = (1, 2)
NUM_SEEDS = 10


def ansatz(num_qubits: int, entanglement: str, seed: int = 0) -> QuantumCircuit:
    """RealAmplitudes with two repetitions and bound angles, all qubits measured."""
    circuit = real_amplitudes(num_qubits, entanglement=entanglement, reps=2)
    circuit = circuit.assign_parameters(np.random.default_rng(seed).uniform(0, 6, circuit.num_parameters))
    circuit.measure_all()
    circuit.name = f"{entanglement}_{num_qubits}_{seed}"
    return circuit


def naive(circuits: list[QuantumCircuit], *, fresh: bool) -> list[float | None]:
    """QPU time of every cell."""
    provider = importlib.import_module("qiskit_ibm_runtime.fake_provider")
    made = {name: getattr(provider, name)() for name in BACKENDS}
    found = []
    for circuit in circuits:
        for name in BACKENDS:
            for level in LEVELS:
                for seed in range(NUM_SEEDS):
                    backend = getattr(provider, name)() if fresh else made[name]
                    isa = transpile(circuit, backend=backend, optimization_level=level, seed_transpiler=seed)
                    try:
                        found.append(hwcost.estimate(isa, backend, transpile=False).time.qpu_time_s)
                    except CircuitError:  # Qiskit used a gate that is not calibrated; `compare` avoids these
                        found.append(None)
    return found


def compared(circuits: list[QuantumCircuit], workers: int) -> hwcost.Comparison:
    """The same by the library."""
    names = [f"fake_{name.removeprefix('Fake').lower()}" for name in BACKENDS]
    return hwcost.compare(
        circuits, names, optimization_levels=LEVELS, num_seeds=NUM_SEEDS, num_workers=workers, cache=False
    )


def peak_mib(num_circuits: int, folder: str, pipe) -> None:
    """Peak memory of a comparison of a folder, of this process and of its largest worker (Linux)."""
    files = [Path(folder) / f"{number}.qpy" for number in range(num_circuits)]
    largest = 0.0

    def look(done: int, total: int) -> None:
        nonlocal largest
        largest = max([largest, *map(vm_hwm_mib, children())])

    hwcost.compare(files, "fake_torino", optimization_levels=0, num_seeds=1, num_workers=2, cache=False, progress=look)
    pipe.send((vm_hwm_mib("self"), largest))


def children() -> list[str]:
    """Process ids of the workers."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def vm_hwm_mib(process: str) -> float:
    """Peak memory of a process; unlike `ru_maxrss` it does not begin with that of its parent."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:  # it has ended
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def timed(function: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main() -> None:
    """Print the ratio, and the peak memory for a few and for many circuits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--many", type=int, default=400, help="circuits of the memory test; 0 leaves it out")
    options = parser.parse_args()
    circuits = [ansatz(n, e) for n in (4, 8, 12) for e in ("linear", "circular")]
    num_cells = len(circuits) * len(BACKENDS) * len(LEVELS) * NUM_SEEDS
    naive(circuits[:1], fresh=False)  # imports
    ratios: dict[str, list[float]] = {}
    for _ in range(options.runs):
        seconds = {
            "naive": timed(lambda: naive(circuits, fresh=True)),
            "naive, backends made once": timed(lambda: naive(circuits, fresh=False)),
            f"{options.workers} workers": timed(lambda: compared(circuits, options.workers)),
            "one process": timed(lambda: compared(circuits, 1)),
        }
        print(f"{num_cells} cells: " + "; ".join(f"{name} {value:.1f} s" for name, value in seconds.items()))
        for slow in list(seconds)[:2]:
            for fast in list(seconds)[2:]:
                ratios.setdefault(f"{slow} / {fast}", []).append(seconds[slow] / seconds[fast])
    for name, values in ratios.items():
        print(f"{name}: median ratio {statistics.median(values):.1f}")
    together = f"{options.workers} workers"
    note(
        faster=statistics.median(ratios[f"naive / {together}"]),
        faster_made_once=statistics.median(ratios[f"naive, backends made once / {together}"]),
    )
    if not options.many:
        return
    context = multiprocessing.get_context("spawn")
    with TemporaryDirectory() as folder:
        for number in range(options.many):
            with (Path(folder) / f"{number}.qpy").open("wb") as file:
                qpy.dump(ansatz(20, "circular", seed=number), file)
        peaks = []
        for count in (options.many // 8, options.many):
            ours, theirs = context.Pipe()
            process = context.Process(target=peak_mib, args=(count, folder, theirs))
            process.start()
            own, worker = ours.recv()
            process.join()
            peaks.append((own, worker))
            print(f"{count} circuits of 20 qubits: peak {own:.0f} MiB here, {worker:.0f} MiB in the largest worker")
    (few, few_worker), (own, worker) = peaks
    note(
        memory_growth=own / few,
        worker_memory_growth=worker / few_worker,
        memory_mib=own,
        worker_memory_mib=worker,
    )


if __name__ == "__main__":
    main()
