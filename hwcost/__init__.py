"""What a quantum circuit or a hybrid quantum-classical model will cost on a device, before it runs.

Public names are loaded on first use, so that `import hwcost` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hwcost.version import __version__ as __version__

if TYPE_CHECKING:
    from hwcost.attenuation import QubitAttenuation
    from hwcost.calibration import Calibration, GateCalibration, QubitCalibration
    from hwcost.calibration_import import import_calibration
    from hwcost.circuits import LoadedCircuit, load_circuit, load_circuits
    from hwcost.comparison import compare
    from hwcost.comparison_record import Comparison
    from hwcost.cost_estimate import CostEstimate
    from hwcost.device import Device, load_calibration, prepare_device
    from hwcost.errors import (
        CalibrationError,
        CircuitError,
        HwcostError,
        InputError,
        MissingDependencyError,
        OptionError,
        UnknownBackendError,
    )
    from hwcost.estimation import estimate
    from hwcost.fake_backends import list_fake_backends
    from hwcost.job_profile import JobTimeProfile
    from hwcost.job_time import JobTime
    from hwcost.job_time_fit import fit_job_time
    from hwcost.live import load_live_backend
    from hwcost.model_cost import ModelCost
    from hwcost.model_estimation import estimate_model
    from hwcost.profiled_flops import profiled_quantum_flops
    from hwcost.simulation_flops import statevector_flops
    from hwcost.snapshot import load_snapshot, save_snapshot
    from hwcost.suites import mqt_bench_circuits
    from hwcost.validation import validate
    from hwcost.validation_record import Validation

_HOME = {
    "Calibration": "calibration",
    "CalibrationError": "errors",
    "CircuitError": "errors",
    "Comparison": "comparison_record",
    "CostEstimate": "cost_estimate",
    "Device": "device",
    "GateCalibration": "calibration",
    "HwcostError": "errors",
    "InputError": "errors",
    "JobTime": "job_time",
    "JobTimeProfile": "job_profile",
    "LoadedCircuit": "circuits",
    "MissingDependencyError": "errors",
    "OptionError": "errors",
    "QubitAttenuation": "attenuation",
    "QubitCalibration": "calibration",
    "UnknownBackendError": "errors",
    "Validation": "validation_record",
    "ModelCost": "model_cost",
    "compare": "comparison",
    "estimate": "estimation",
    "estimate_model": "model_estimation",
    "fit_job_time": "job_time_fit",
    "list_fake_backends": "fake_backends",
    "profiled_quantum_flops": "profiled_flops",
    "statevector_flops": "simulation_flops",
    "load_calibration": "device",
    "load_circuit": "circuits",
    "load_circuits": "circuits",
    "prepare_device": "device",
    "import_calibration": "calibration_import",
    "load_live_backend": "live",
    "load_snapshot": "snapshot",
    "mqt_bench_circuits": "suites",
    "save_snapshot": "snapshot",
    "validate": "validation",
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
