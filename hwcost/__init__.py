"""What a quantum circuit or a hybrid quantum-classical model will cost on a device, before it runs.

Public names are loaded on first use, so that `import hwcost` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hwcost.core.version import __version__ as __version__

if TYPE_CHECKING:
    from hwcost.backend.prepared import Device, load_calibration, prepare_device
    from hwcost.calibration.record import Calibration, GateCalibration, QubitCalibration
    from hwcost.calibration.sources.files import import_calibration
    from hwcost.calibration.sources.ibm_fake import list_fake_backends
    from hwcost.calibration.sources.ibm_live import load_live_backend
    from hwcost.calibration.sources.snapshot import (
        calibration_from_text,
        calibration_text,
        load_snapshot,
        save_snapshot,
    )
    from hwcost.circuits.load import LoadedCircuit, load_circuit, load_circuits
    from hwcost.circuits.suites import mqt_bench_circuits
    from hwcost.classical.profiled import profiled_quantum_flops
    from hwcost.classical.simulation import statevector_flops
    from hwcost.comparison.compare import compare
    from hwcost.comparison.record import Comparison
    from hwcost.core.errors import (
        CalibrationError,
        CircuitError,
        HwcostError,
        InputError,
        MissingDependencyError,
        OptionError,
        UnknownBackendError,
    )
    from hwcost.estimation.estimate import estimate
    from hwcost.estimation.record import CostEstimate
    from hwcost.jobs.fit import fit_job_time
    from hwcost.jobs.predict import JobTime
    from hwcost.jobs.profile import JobTimeProfile
    from hwcost.models.estimate import estimate_model
    from hwcost.models.record import ModelCost
    from hwcost.noise.attenuation import QubitAttenuation
    from hwcost.validation.record import Validation
    from hwcost.validation.validate import validate

_HOME = {
    "Calibration": "calibration.record",
    "CalibrationError": "core.errors",
    "CircuitError": "core.errors",
    "Comparison": "comparison.record",
    "CostEstimate": "estimation.record",
    "Device": "backend.prepared",
    "GateCalibration": "calibration.record",
    "HwcostError": "core.errors",
    "InputError": "core.errors",
    "JobTime": "jobs.predict",
    "JobTimeProfile": "jobs.profile",
    "LoadedCircuit": "circuits.load",
    "MissingDependencyError": "core.errors",
    "OptionError": "core.errors",
    "QubitAttenuation": "noise.attenuation",
    "QubitCalibration": "calibration.record",
    "UnknownBackendError": "core.errors",
    "Validation": "validation.record",
    "ModelCost": "models.record",
    "compare": "comparison.compare",
    "estimate": "estimation.estimate",
    "estimate_model": "models.estimate",
    "fit_job_time": "jobs.fit",
    "list_fake_backends": "calibration.sources.ibm_fake",
    "profiled_quantum_flops": "classical.profiled",
    "statevector_flops": "classical.simulation",
    "load_calibration": "backend.prepared",
    "load_circuit": "circuits.load",
    "load_circuits": "circuits.load",
    "prepare_device": "backend.prepared",
    "import_calibration": "calibration.sources.files",
    "load_live_backend": "calibration.sources.ibm_live",
    "calibration_from_text": "calibration.sources.snapshot",
    "calibration_text": "calibration.sources.snapshot",
    "load_snapshot": "calibration.sources.snapshot",
    "mqt_bench_circuits": "circuits.suites",
    "save_snapshot": "calibration.sources.snapshot",
    "validate": "validation.validate",
}

__all__ = [
    "Calibration",
    "CalibrationError",
    "CircuitError",
    "Comparison",
    "CostEstimate",
    "Device",
    "GateCalibration",
    "HwcostError",
    "InputError",
    "JobTime",
    "JobTimeProfile",
    "LoadedCircuit",
    "MissingDependencyError",
    "ModelCost",
    "OptionError",
    "QubitAttenuation",
    "QubitCalibration",
    "UnknownBackendError",
    "Validation",
    "calibration_from_text",
    "calibration_text",
    "compare",
    "estimate",
    "estimate_model",
    "fit_job_time",
    "import_calibration",
    "list_fake_backends",
    "load_calibration",
    "load_circuit",
    "load_circuits",
    "load_live_backend",
    "load_snapshot",
    "mqt_bench_circuits",
    "prepare_device",
    "profiled_quantum_flops",
    "save_snapshot",
    "statevector_flops",
    "validate",
]


def __getattr__(name: str) -> Any:
    try:
        module = _HOME[name]
    except KeyError:
        raise AttributeError(f"module 'hwcost' has no attribute {name!r}") from None
    value = getattr(import_module(f"hwcost.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
