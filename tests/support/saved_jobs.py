"""Results and metrics of jobs as the client's own encoder writes them, with times that are planted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import qiskit_ibm_runtime
from qiskit import QuantumCircuit
from qiskit.primitives.containers import BitArray, DataBin, PrimitiveResult, PubResult, SamplerPubResult
from qiskit_ibm_runtime import execution_span

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
T0_S, C_CIRCUIT_S, REP_DELAY_S = 1.5, 0.05, 250e-6


def encoder() -> type[json.JSONEncoder]:
    """The client's encoder, wherever this version keeps it."""
    return qiskit_ibm_runtime.RuntimeEncoder


def plain(value: Any) -> Any:
    """A value as the client saves it."""
    return json.loads(json.dumps(value, cls=encoder()))


def planted_seconds(num_circuits: int, shots: int) -> float:
    """t0 + c·n + n·shots·rep_delay."""
    return T0_S + C_CIRCUIT_S * num_circuits + num_circuits * shots * REP_DELAY_S


def spans(*shapes: tuple[int, ...], seconds: float) -> Any:
    """One span per PUB, one after the other."""
    each = timedelta(seconds=seconds / len(shapes))
    made = []
    for number, shape in enumerate(shapes):
        slices = {number: (shape, slice(0, int(np.prod(shape[:-1]))), slice(0, shape[-1]))}
        made.append(execution_span.DoubleSliceSpan(START + number * each, START + (number + 1) * each, slices))
    return execution_span.ExecutionSpans(made)


def sampler_result(*shapes: tuple[int, ...], seconds: float | None = None) -> PrimitiveResult:
    """A Sampler's result with a PUB for each (…, shots), with spans if it has a time."""
    pubs = []
    for shape in shapes:
        bits = BitArray(np.zeros((*shape, 1), dtype=np.uint8), 3)
        pubs.append(SamplerPubResult(DataBin(meas=bits, shape=shape[:-1]), metadata={"circuit_metadata": {}}))
    metadata = {} if seconds is None else {"execution": {"execution_spans": spans(*shapes, seconds=seconds)}}
    return PrimitiveResult(pubs, metadata={**metadata, "version": 2})


def estimator_result() -> PrimitiveResult:
    """An Estimator's result: values, but no circuits."""
    data = DataBin(evs=np.zeros(3), stds=np.zeros(3), shape=(3,))
    return PrimitiveResult([PubResult(data, metadata={"shots": 4096})], metadata={"version": 2})


def metrics(seconds: float, **usage: Any) -> dict[str, Any]:
    """Metrics in the form of the years 2024 to 2026."""
    stamps = {"created": "2026-03-01T11:00:00Z", "running": "2026-03-01T12:00:00Z", "finished": "2026-03-01T12:10:00Z"}
    return {
        "timestamps": stamps,
        "bss": {"seconds": seconds},
        "usage": {"quantum_seconds": seconds, "seconds": seconds, **usage},
    }


def bell() -> QuantumCircuit:
    """On qubits 3 and 5 of 7: 5 instructions with the measurements, depth 3."""
    circuit = QuantumCircuit(7, 2)
    circuit.sx(3)
    circuit.cz(3, 5)
    circuit.barrier()
    circuit.delay(100, 3)
    circuit.measure([3, 5], [0, 1])
    return circuit


def save(path: Path, document: Any) -> Path:
    """Write JSON with the client's encoder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, cls=encoder()), encoding="utf-8")
    return path


def save_many(folder: Path, num: int = 40, seed: int = 4) -> Path:
    """Jobs of known constants: half of them as a result and metrics, half as one file that holds all."""
    rng = np.random.default_rng(seed)
    for number in range(num):
        circuits, shots = int(rng.integers(1, 60)), int(rng.choice([1000, 4000, 8000]))
        result = sampler_result((circuits, shots), seconds=planted_seconds(circuits, shots))
        result = PrimitiveResult([], metadata=result.metadata)  # bits of no use here
        inputs = {"pubs": [], "options": {"execution": {"rep_delay": REP_DELAY_S}}}
        job = {"job_id": f"job{number}", "backend": "ibm_planted", "inputs": inputs}
        if number % 2:
            save(folder / f"job{number}.json", {**job, "result": result})
        else:
            save(folder / f"job{number}-result.json", result)
            save(folder / f"job{number}-info.json", {**job, "metrics": metrics(5)})
    return folder
