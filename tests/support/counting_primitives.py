"""Primitives of Qiskit that run what they are given, and count the circuits that reach the simulator."""

from __future__ import annotations

from typing import Any

from qiskit import transpile
from qiskit.primitives import BackendEstimatorV2, BackendSamplerV2
from qiskit.providers.basic_provider import BasicSimulator


class CountingSimulator(BasicSimulator):
    """Qiskit's own simulator; `circuits` is the number of circuits that it ran."""

    def __init__(self) -> None:
        super().__init__()
        self.circuits = 0

    def run(self, run_input: Any, **options: Any) -> Any:
        self.circuits += len(run_input) if isinstance(run_input, list) else 1
        return super().run(transpile(run_input, self, optimization_level=0), **options)

    def estimator(self) -> BackendEstimatorV2:
        """Expectation values with a few shots; observables that commute qubit by qubit share a circuit."""
        return BackendEstimatorV2(backend=self, options={"default_precision": 0.5, "seed_simulator": 1})

    def sampler(self) -> BackendSamplerV2:
        """Samples with a few shots."""
        return BackendSamplerV2(backend=self, options={"default_shots": 4, "seed_simulator": 1})
