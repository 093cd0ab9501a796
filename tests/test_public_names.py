"""The public surface is what is written here: adding or removing a name is a decision."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import pkgutil
import subprocess
import sys

import pytest

import hwcost
import nas

PUBLIC = {
    "hwcost": {
        "Calibration",
        "CalibrationError",
        "CircuitError",
        "CollectedJobs",
        "Comparison",
        "CostEstimate",
        "CuttingCost",
        "Device",
        "GateCalibration",
        "HardwareCost",
        "HwcostError",
        "InputError",
        "JobCost",
        "JobTime",
        "JobTimeProfile",
        "LiveBackend",
        "LoadedCircuit",
        "MeasuredValidation",
        "MissingDependencyError",
        "OptionError",
        "QubitAttenuation",
        "QubitCalibration",
        "SentJob",
        "UnknownBackendError",
        "Validation",
        "calibration_from_target",
        "calibration_from_text",
        "calibration_text",
        "collect_jobs",
        "compare",
        "cutting_cost",
        "estimate",
        "estimate_job",
        "estimate_model",
        "ModelCost",
        "fit_job_time",
        "list_fake_backends",
        "load_calibration",
        "load_circuit",
        "load_circuits",
        "noise_model",
        "noisy_backend",
        "open_live_backend",
        "open_sent_job",
        "plot",
        "prepare_device",
        "import_calibration",
        "load_live_backend",
        "load_snapshot",
        "save_snapshot",
        "mqt_bench_circuits",
        "profiled_quantum_flops",
        "specs",
        "statevector_flops",
        "target",
        "validate",
        "validate_measured",
    },
    "nas": {
        "Architecture",
        "CandidateCost",
        "Checkpoint",
        "Claim",
        "CheckpointError",
        "CurveStudy",
        "DataError",
        "Dataset",
        "DeviceEvaluation",
        "EarlyEpoch",
        "Evaluation",
        "Exported",
        "ExportedStudy",
        "FastCircuit",
        "Gene",
        "Generation",
        "Hidden",
        "HybridNetwork",
        "Layer",
        "MemoryLimitError",
        "NasError",
        "OBJECTIVES",
        "Objective",
        "Pilot",
        "PilotReport",
        "PilotSetting",
        "RankedNetwork",
        "Report",
        "Retrained",
        "Reproduction",
        "Retraining",
        "Run",
        "RunError",
        "Score",
        "SearchConfig",
        "SearchError",
        "SearchProgress",
        "SearchSpace",
        "SettingError",
        "Shares",
        "SpaceError",
        "SpaceSize",
        "SplitSettings",
        "SuperCircuitStudy",
        "TrainRecord",
        "TrainSettings",
        "TrainedNetwork",
        "Tried",
        "Way",
        "WorkerError",
        "architecture",
        "architecture_from_dict",
        "architecture_hash",
        "architecture_to_dict",
        "build_circuit",
        "build_model",
        "build_qnode",
        "candidate_cost",
        "count_architectures",
        "curves",
        "data_angles",
        "dataset_from_arrays",
        "dead_weights",
        "distinct_circuits",
        "evaluate",
        "export",
        "export_events",
        "export_study",
        "format_genome",
        "intraclass",
        "list_spaces",
        "load_checkpoint",
        "load_config",
        "load_dataset",
        "load_space",
        "memory_bytes",
        "observables",
        "open_run",
        "parse_genome",
        "pilot",
        "recost",
        "reproduce",
        "resume",
        "retrain",
        "save_checkpoint",
        "score_on_test_part",
        "search",
        "space_from_dict",
        "supercircuit",
        "train",
        "train_network",
        "train_together",
        "write_report",
    },
}
PACKAGES = {"hwcost": hwcost, "nas": nas}
NEED_TORCH = {"FastCircuit", "HybridNetwork", "build_model", "build_qnode", "memory_bytes"}
HAS_EXTRAS = all(importlib.util.find_spec(name) for name in ("torch", "pennylane", "sklearn"))


@pytest.mark.parametrize("name", PACKAGES)
def test_exported_names_are_exactly_these_and_all_exist(name):
    package, public = PACKAGES[name], PUBLIC[name]
    assert set(package.__all__) == public == set(dir(package))
    for each in public if HAS_EXTRAS else public - NEED_TORCH:
        assert getattr(package, each) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing


@pytest.mark.skipif(HAS_EXTRAS, reason="everything is installed")
def test_without_torch_a_message_says_what_to_install():
    from hwcost import MissingDependencyError

    for name in NEED_TORCH:
        with pytest.raises(MissingDependencyError, match=r'pip install "hwcost\[nas\]"'):
            getattr(nas, name)


def test_with_torch_hidden_a_message_says_what_to_install():
    program = (
        "import sys\nclass Hidden:\n    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'torch': raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Hidden())\nimport nas\nfrom hwcost import HwcostError\n"
        f"for name in {sorted(NEED_TORCH)}:\n"
        "    try:\n        getattr(nas, name)\n    except HwcostError as error:\n        print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.count('pip install "hwcost[nas]"') == len(NEED_TORCH)


@pytest.mark.parametrize("name", PACKAGES)
def test_importing_the_package_imports_nothing_heavy(name):
    program = (
        f"import sys, {name}; "
        "print([m for m in ('qiskit', 'numpy', 'scipy', 'torch', 'rich', 'click') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def modules():
    return sorted(
        module.name
        for name, package in PACKAGES.items()
        for module in pkgutil.walk_packages(package.__path__, f"{name}.", onerror=lambda name: None)
        if not module.name.endswith("__main__")
    )


# Their examples need an extra: they train, fetch data sets of scikit-learn, or cut circuits.
NEED = {
    "hwcost.classical.flops": ["torch"],
    "hwcost.classical.kept_gradients": ["torch"],
    "hwcost.classical.time": ["torch"],
    "hwcost.classical.profiled": ["torch"],
    "hwcost.models.torch_layers": ["torch", "pennylane"],
    "hwcost.models.cutting": ["qiskit_addon_cutting"],
    "nas.costs": ["torch", "pennylane"],
    "nas.engine": ["torch", "pennylane"],
    "nas.training": ["torch", "sklearn"],
    "nas.datasets": ["sklearn"],
}


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_are_true(name):
    for start, packages in NEED.items():
        if name.startswith(start):
            for package in packages:
                pytest.importorskip(package)
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0
