"""Dependencies point one way, and heavy packages are imported only inside the functions that need them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "hwcost"
FILES = sorted(PACKAGE.rglob("*.py"))

# Below are records and formulas; above is what puts them together. Nothing imports what stands above it.
LAYERS = [
    {"errors", "files", "messages", "reported", "units", "shipped"},
    {"calibration", "sandbox", "circuit_check"},
    {"json_values", "calibration_file"},
    {"ibm_json", "fake_backends", "health", "isa", "qpy_file", "qasm_file", "circuit_hash", "circuits"},
    {"live_failure", "live"},
    {"csv_cells", "csv_columns", "calibration_csv", "given_values", "snapshot_format", "snapshot", "value_dates"},
    {"calibration_import"},
    {"findings", "schedule", "observables", "relaxation"},
    {"audit", "noise", "light_cone", "mean_field", "pauli_path", "pauli_plan", "pauli_transfer", "attenuation"},
    {"measured_circuit", "pennylane_circuit"},
    {"age", "target", "device", "routing", "shots", "job_profile", "job_table", "job_time", "transpilation"},
    {"job_outliers", "job_time_fit", "job_time_score", "options"},
    {"candidates", "cost_estimate"},
    {"remarks", "report", "noise_channels", "noise_simulation"},
    {"estimation", "validation_statistics", "validation_record"},
    {"calibration_summary", "calibration_diff", "calibration_map", "validation", "validation_report"},
    {"device_profile", "classical_flops", "gate_flops", "simulation_tally", "simulation_flops"},
    {"classical_time", "gradient_circuits", "profiled_flops"},
    {"cutting_input", "cut_parts", "cut_search"},
    {"cutting"},
    {"mitigation_methods", "quasi_probability", "extrapolation"},
    {"mitigation_overhead"},
    {"mitigation"},
    {"device_measure", "hybrid_layers", "workload"},
    {"model_cost", "model_files"},
    {"classical_half", "quantum_half", "model_inputs", "model_report"},
    {"executions"},
    {"model_estimation"},
    {"state_simulation", "suites", "cell_record", "comparison_statistics", "worker_pool"},
    {"equivalence", "pytket_compiler", "compilers", "comparison_record", "comparison_cache"},
    {"comparison_cells", "comparison_report", "comparison_plots", "comparison_inputs"},
    {"comparison"},
    {"command_line"},
    {"cli"},
]
HEAVY = {
    "qiskit",
    "qiskit_ibm_runtime",
    "qiskit_aer",
    "scipy",
    "torch",
    "pennylane",
    "rich",
    "matplotlib",
    "qiskit_addon_cutting",
    "pandas",
    "pytket",
    "mqt",
}


def layer_of(module: str) -> int:
    for number, names in enumerate(LAYERS):
        if module in names:
            return number
    raise AssertionError(f"hwcost.{module} stands in no layer; put it into LAYERS")


def top_level_imports(tree: ast.Module, *, in_functions: bool):
    """Imported module names, without those that are only for the type checker."""
    for node in tree.body if not in_functions else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def type_checking_imports(tree: ast.Module):
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for inner in ast.walk(node):
                if isinstance(inner, ast.ImportFrom):
                    yield inner.module or ""


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_imports_what_stands_above_it(path):
    module = module_of(path)
    if module in {"__init__", "__main__"}:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for name in top_level_imports(tree, in_functions=False):
        if name.startswith("hwcost."):
            assert layer_of(name.split(".")[1]) <= layer_of(module), f"{path.name} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_heavy_packages_are_imported_inside_functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {name.split(".")[0] for name in top_level_imports(tree, in_functions=False)} & HEAVY
    assert not found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_source_has_no_asserts_and_does_not_know_nas(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not any(isinstance(node, ast.Assert) for node in ast.walk(tree))
    names = set(top_level_imports(tree, in_functions=True)) | set(type_checking_imports(tree))
    assert not any(name.split(".")[0] == "nas" for name in names)
