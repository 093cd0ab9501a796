"""Circuits in native gates on the small calibration of `make`, costed as they are given."""

from __future__ import annotations

from typing import Any

from qiskit import QuantumCircuit

from hwcost.calibration.record import Calibration
from hwcost.estimation.candidates import compilation_as_given
from hwcost.estimation.conditions import Conditions, prepare_conditions
from hwcost.estimation.costs import CostedCandidate, cost_candidate
from hwcost.estimation.options import EstimateRequest
from job_profiles import KNOWN
from make import small_calibration


def conditions(calibration: Calibration | None = None, **options: Any) -> Conditions:
    wanted = {"shots": 1000, "attenuation": "light-cone", "job_profile": KNOWN, "transpile": False, **options}
    if "precision" in options:
        del wanted["shots"]
    return prepare_conditions(small_calibration() if calibration is None else calibration, EstimateRequest(**wanted))


def flip_and_entangle() -> QuantumCircuit:
    """One gate on one qubit, one on two, both measured."""
    circuit = QuantumCircuit(2, 2, name="flip")
    circuit.x(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    return circuit


def costed(circuit: QuantumCircuit, under: Conditions, **options: Any) -> CostedCandidate:
    return cost_candidate(compilation_as_given(circuit, under.device), under, **options)
