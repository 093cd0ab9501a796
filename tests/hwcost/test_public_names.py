"""The public surface is what is written here: adding or removing a name is a decision."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import hwcost

PUBLIC = {
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
    "OptionError",
    "QubitAttenuation",
    "QubitCalibration",
    "UnknownBackendError",
    "Validation",
    "compare",
    "estimate",
    "estimate_model",
    "ModelCost",
    "fit_job_time",
    "list_fake_backends",
    "load_calibration",
    "load_circuit",
    "load_circuits",
    "prepare_device",
    "import_calibration",
    "load_live_backend",
    "load_snapshot",
    "save_snapshot",
    "mqt_bench_circuits",
    "profiled_quantum_flops",
    "statevector_flops",
    "validate",
}


def test_exported_names_are_exactly_these_and_all_exist():
    assert set(hwcost.__all__) == PUBLIC
    for name in PUBLIC:
        assert getattr(hwcost, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hwcost.nothing


def test_no_public_function_is_hidden_by_a_module_of_its_name():
    modules = {module.name for module in pkgutil.iter_modules(hwcost.__path__)}
    assert not modules & PUBLIC


def test_importing_the_package_imports_nothing_heavy():
    program = (
        "import sys, hwcost; print([m for m in ('qiskit', 'numpy', 'scipy', 'rich', 'click') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def modules():
    return sorted(m.name for m in pkgutil.walk_packages(hwcost.__path__, "hwcost.") if not m.name.endswith("__main__"))


NEED = {
    "classical_flops": ["torch"],
    "classical_time": ["torch"],
    "profiled_flops": ["torch"],
    "hybrid_layers": ["torch", "pennylane"],
    "cutting": ["qiskit_addon_cutting"],
}


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_are_true(name):
    for package in NEED.get(name.removeprefix("hwcost."), []):
        pytest.importorskip(package)
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0
