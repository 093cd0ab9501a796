"""What a quantum circuit or a hybrid quantum-classical model will cost on a device, before it runs.

Public names are loaded on first use, so that `import hwcost` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwcost.core.lazy import lazy_names, make_callable
from hwcost.core.version import __version__ as __version__

if TYPE_CHECKING:
    from hwcost.backend.live_sampler import LiveBackend as LiveBackend, open_live_backend as open_live_backend
    from hwcost.backend.prepared import Device as Device, prepare_device as prepare_device, target as target
    from hwcost.backend.sent_jobs import SentJob as SentJob, open_sent_job as open_sent_job
    from hwcost.calibration.load import (
        calibration_from_target as calibration_from_target,
        import_calibration as import_calibration,
        load_calibration as load_calibration,
    )
    from hwcost.calibration.record import (
        Calibration as Calibration,
        GateCalibration as GateCalibration,
        QubitCalibration as QubitCalibration,
    )
    from hwcost.calibration.sources.ibm_fake import list_fake_backends as list_fake_backends
    from hwcost.calibration.sources.ibm_live import load_live_backend as load_live_backend
    from hwcost.calibration.sources.snapshot import (
        calibration_from_text as calibration_from_text,
        calibration_text as calibration_text,
        load_snapshot as load_snapshot,
        save_snapshot as save_snapshot,
    )
    from hwcost.circuits.load import (
        LoadedCircuit as LoadedCircuit,
        load_circuit as load_circuit,
        load_circuits as load_circuits,
    )
    from hwcost.circuits.suites import mqt_bench_circuits as mqt_bench_circuits
    from hwcost.classical.profiled import profiled_quantum_flops as profiled_quantum_flops
    from hwcost.classical.simulation import statevector_flops as statevector_flops
    from hwcost.comparison.compare import compare as compare
    from hwcost.comparison.record import Comparison as Comparison
    from hwcost.core.errors import (
        CalibrationError as CalibrationError,
        CircuitError as CircuitError,
        HwcostError as HwcostError,
        InputError as InputError,
        MissingDependencyError as MissingDependencyError,
        OptionError as OptionError,
        UnknownBackendError as UnknownBackendError,
    )
    from hwcost.estimation.estimate import estimate as estimate
    from hwcost.estimation.record import CostEstimate as CostEstimate
    from hwcost.integrations.pennylane_specs import specs as specs
    from hwcost.integrations.qiskit_pass import HardwareCost as HardwareCost
    from hwcost.jobs.collect import CollectedJobs as CollectedJobs, collect_jobs as collect_jobs
    from hwcost.jobs.fit import fit_job_time as fit_job_time
    from hwcost.jobs.predict import JobTime as JobTime
    from hwcost.jobs.profile import JobTimeProfile as JobTimeProfile
    from hwcost.models.cutting.cost import CuttingCost as CuttingCost, cutting_cost as cutting_cost
    from hwcost.models.estimate import estimate_model as estimate_model
    from hwcost.models.record import ModelCost as ModelCost
    from hwcost.noise.attenuation import QubitAttenuation as QubitAttenuation
    from hwcost.primitives.job import estimate_job as estimate_job
    from hwcost.primitives.record import JobCost as JobCost
    from hwcost.report.page import plot as plot
    from hwcost.validation.aer_noise import noise_model as noise_model
    from hwcost.validation.measured import validate_measured as validate_measured
    from hwcost.validation.measured_record import MeasuredValidation as MeasuredValidation
    from hwcost.validation.noisy_backend import noisy_backend as noisy_backend
    from hwcost.validation.record import Validation as Validation
    from hwcost.validation.validate import validate as validate

_HOME = {
    "Calibration": "calibration.record",
    "CalibrationError": "core.errors",
    "CircuitError": "core.errors",
    "CollectedJobs": "jobs.collect",
    "Comparison": "comparison.record",
    "CostEstimate": "estimation.record",
    "CuttingCost": "models.cutting.cost",
    "Device": "backend.prepared",
    "GateCalibration": "calibration.record",
    "HardwareCost": "integrations.qiskit_pass",
    "HwcostError": "core.errors",
    "InputError": "core.errors",
    "JobCost": "primitives.record",
    "JobTime": "jobs.predict",
    "JobTimeProfile": "jobs.profile",
    "LiveBackend": "backend.live_sampler",
    "LoadedCircuit": "circuits.load",
    "MeasuredValidation": "validation.measured_record",
    "MissingDependencyError": "core.errors",
    "ModelCost": "models.record",
    "OptionError": "core.errors",
    "QubitAttenuation": "noise.attenuation",
    "QubitCalibration": "calibration.record",
    "SentJob": "backend.sent_jobs",
    "UnknownBackendError": "core.errors",
    "Validation": "validation.record",
    "calibration_from_target": "calibration.load",
    "calibration_from_text": "calibration.sources.snapshot",
    "calibration_text": "calibration.sources.snapshot",
    "collect_jobs": "jobs.collect",
    "compare": "comparison.compare",
    "cutting_cost": "models.cutting.cost",
    "estimate": "estimation.estimate",
    "estimate_job": "primitives.job",
    "estimate_model": "models.estimate",
    "fit_job_time": "jobs.fit",
    "import_calibration": "calibration.load",
    "list_fake_backends": "calibration.sources.ibm_fake",
    "load_calibration": "calibration.load",
    "load_circuit": "circuits.load",
    "load_circuits": "circuits.load",
    "load_live_backend": "calibration.sources.ibm_live",
    "load_snapshot": "calibration.sources.snapshot",
    "mqt_bench_circuits": "circuits.suites",
    "noise_model": "validation.aer_noise",
    "noisy_backend": "validation.noisy_backend",
    "open_live_backend": "backend.live_sampler",
    "open_sent_job": "backend.sent_jobs",
    "plot": "report.page",
    "prepare_device": "backend.prepared",
    "profiled_quantum_flops": "classical.profiled",
    "save_snapshot": "calibration.sources.snapshot",
    "specs": "integrations.pennylane_specs",
    "statevector_flops": "classical.simulation",
    "target": "backend.prepared",
    "validate": "validation.validate",
    "validate_measured": "validation.measured",
}

__all__ = sorted(_HOME)
__getattr__, __dir__ = lazy_names(__name__, _HOME)

# `hwcost.backend` is a room, and `hwcost.backend("fake_torino")` makes a backend.
make_callable(__name__, "backend", "validation.noisy_backend", "noisy_backend")
