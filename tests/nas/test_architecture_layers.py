"""Imports in `nas` point one way, heavy packages stay where they are needed, of `hwcost` only public names are used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import hwcost

PACKAGE = Path(__file__).parents[2] / "nas"
FILES = sorted(PACKAGE.rglob("*.py"))

# Below are records and formulas; above is what puts them together. Nothing imports what stands above it. A name that
# ends in an underscore stands for all that begin so.
LAYERS = [
    {"errors"},
    {"setting_checks", "toml_files", "run_writer", "forked_processes"},
    {"architectures", "objectives", "search_space", "samples", "scaling", "splits", "training_record"},
    {"shapes"},
    {"architecture_json", "vocabulary", "influence", "dataset_"},
    {"gene_checks", "circuit", "datasets"},
    {"spaces", "space_size", "costs"},
    {"engine_", "pennylane_engine"},
    {"engine"},
    {"models", "candidate_batch"},
    {"training_parts", "training_loop"},
    {"training"},
    {"checkpoint"},
    {"search_config"},
    {"search_context"},
    {"evaluation"},
    {"fronts", "run_store", "workers"},
    {"evolution", "exhaustive", "search_results"},
    {"search_run", "front_table", "recosting", "exporting", "gene_importance"},
    {"report_plots"},
    {"run_report"},
    {"cli"},
]
# Of no use without torch, and imported by others only inside functions.
WITH_TORCH = {"engine", "engine_", "pennylane_engine", "models", "candidate_batch"}
HEAVY = {"qiskit", "qiskit_aer", "scipy", "torch", "pennylane", "sklearn", "deap", "rich", "matplotlib", "distributed"}
# Not public, but made for both command lines.
OF_HWCOST = {"command_line", "messages", "files"}


def stands_in(module: str, names: set[str]) -> bool:
    if module in names:
        return True
    return any(name.endswith("_") and module.startswith(name) for name in names)


def layer_of(module: str) -> int:
    exact = [number for number, names in enumerate(LAYERS) if module in names]
    found = exact or [number for number, names in enumerate(LAYERS) if stands_in(module, names)]
    assert found, f"nas.{module} stands in no layer; put it into LAYERS"
    return found[0]


def imports(tree: ast.AST, *, in_functions: bool):
    """(module, name) of all imports, those for the type checker left out; name is empty for `import module`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif in_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imports(node, in_functions=in_functions)


def modules_of_nas(tree: ast.AST):
    for module, name in imports(tree, in_functions=False):
        if module == "nas":
            yield name
        elif module.startswith("nas."):
            yield module.split(".")[1]


def module_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


CHECKED = [path for path in FILES if module_of(path) not in {"__init__", "__main__"}]
each_file = pytest.mark.parametrize("path", CHECKED, ids=lambda path: str(path.relative_to(PACKAGE)))


@each_file
def test_nothing_imports_what_stands_above_it(path):
    module = module_of(path)
    for name in modules_of_nas(parsed(path)):
        assert layer_of(name) <= layer_of(module), f"{path.name} imports nas.{name}"


@each_file
def test_heavy_packages_are_imported_inside_functions(path):
    module = module_of(path)
    top = {name.split(".")[0] for name, _ in imports(parsed(path), in_functions=False)}
    allowed = {"torch", "pennylane"} if stands_in(module, WITH_TORCH) else set()
    assert not (top & HEAVY) - allowed
    if not stands_in(module, WITH_TORCH):
        assert not [name for name in modules_of_nas(parsed(path)) if stands_in(name, WITH_TORCH)]


@each_file
def test_of_hwcost_only_what_is_public_is_used(path):
    public = set(hwcost.__all__)
    for module, name in imports(parsed(path), in_functions=True):
        if module.split(".")[0] != "hwcost" or module.removeprefix("hwcost.") in OF_HWCOST:
            continue
        known = public | {"", "__version__"} | ({"to_plain"} if module == "hwcost.cost_estimate" else set())
        assert name in known, f"{path.name}: from {module} import {name}"


@each_file
def test_source_has_no_asserts(path):
    assert not any(isinstance(node, ast.Assert) for node in ast.walk(parsed(path)))


def test_this_test_would_notice():
    tree = ast.parse("import torch\ntry:\n    import rich\nexcept ImportError: pass\ndef f():\n    import qiskit\n")
    assert list(imports(tree, in_functions=False)) == [("torch", ""), ("rich", "")]
    assert ("qiskit", "") in list(imports(tree, in_functions=True))
    assert layer_of("errors") < layer_of("engine_anything") < layer_of("engine") < layer_of("models") < layer_of("cli")
    with pytest.raises(AssertionError, match="put it into LAYERS"):
        layer_of("unheard_of")


def test_modules_without_torch_can_be_imported_alone():
    names = [path.stem for path in PACKAGE.glob("*.py") if not stands_in(path.stem, WITH_TORCH) and path.stem[0] != "_"]
    program = (
        f"import sys, importlib; [importlib.import_module('nas.' + name) for name in {names}]; "
        "heavy = {'torch', 'pennylane', 'qiskit', 'sklearn', 'scipy', 'rich', 'matplotlib', 'deap'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
