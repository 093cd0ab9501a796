"""The house: rooms stand on floors, a room uses only floors below it, and no lazy import hides an arrow."""

from __future__ import annotations

import ast
import functools
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from places import ROOT

FLOORS = {
    "hwcost": [
        {"core"},
        {"report"},
        {"circuits", "isa", "calibration", "jobs"},
        {"backend", "noise", "classical"},
        {"estimation"},
        {"models", "comparison", "validation", "primitives"},
        {"integrations"},
        {"cli"},
    ],
    "nas": [
        {"core"},
        {"architectures", "datasets"},
        {"spaces", "engine"},
        {"training", "costs"},
        {"runs"},
        {"results"},
        {"papers"},
        {"cli"},
    ],
}
FACES = {"__init__", "__main__"}
# Packages that are slow to load, or that not everybody has: only inside the functions that need them.
HEAVY = {
    "bqskit", "deap", "distributed", "matplotlib", "llvmlite", "mcp", "mqt", "numba", "optuna", "pandas",
    "pennylane", "pytket", "qiskit",
    "qiskit_addon_cutting", "qiskit_aer", "qiskit_ibm_runtime", "qiskit_mitigation", "rich", "samplomatic", "scipy",
    "sklearn", "torch",
}  # fmt: skip
# Of no use without torch, and imported by others only inside functions.
WITH_TORCH = ("nas/engine/", "nas/training/adam.py", "nas/training/small.py", "nas/training/stack.py")
# Imported by others only where compiled kernels are asked for.
WITH_NUMBA = "nas/engine/jit.py"
# A pass is a class of Qiskit's; imported by others only inside functions too.
WITH_QISKIT = "hwcost/integrations/qiskit_pass.py"
# Of hwcost, what nas may use beside the public names: rooms that are made for both.
FOR_BOTH = {"core", "report"}

# Modules with a public function and no test file of their own: may only become fewer.
NO_TEST_FILE = {
    "hwcost/calibration/page.py",
    "hwcost/comparison/cell.py",
    "hwcost/comparison/inputs.py",
    "hwcost/backend/statevector.py",
    "hwcost/models/classical_half.py",
    "hwcost/models/cutting/circuit.py",
    "hwcost/models/cutting/parts.py",
    "hwcost/models/cutting/search.py",
    "hwcost/models/executions.py",
    "hwcost/models/facts.py",
    "hwcost/models/files.py",
    "hwcost/models/hardware.py",
    "hwcost/models/jobs.py",
    "hwcost/models/mitigation/extrapolation.py",
    "hwcost/models/mitigation/methods.py",
    "hwcost/models/mitigation/overhead.py",
    "hwcost/models/mitigation/quasi_probability.py",
    "hwcost/models/read.py",
    "hwcost/models/simulated.py",
    "hwcost/validation/channels.py",
    "hwcost/validation/statistics.py",
    "nas/architectures/record.py",
    "nas/architectures/shapes.py",
    "nas/core/forked.py",
    "nas/engine/gates.py",
    "nas/engine/group_tables.py",
    "nas/engine/groups.py",
    "nas/engine/inputs.py",
    "nas/engine/memory.py",
    "nas/engine/plan.py",
    "nas/engine/simulator.py",
    "nas/engine/whole.py",
    "nas/results/device_cost.py",
    "nas/results/plots.py",
    "nas/runs/algorithms/base.py",
    "nas/runs/run.py",
    "nas/runs/tasks.py",
    "nas/runs/workers.py",
    "nas/spaces/checks.py",
    "nas/spaces/summary.py",
    "nas/training/loop.py",
}

FILES = [(package, path) for package in FLOORS for path in sorted((ROOT / package).rglob("*.py"))]
each_file = pytest.mark.parametrize(("package", "path"), FILES, ids=[str(p.relative_to(ROOT)) for _, p in FILES])


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST, *, in_functions: bool = True, for_types: bool = True) -> Iterator[tuple[str, str]]:
    """(module, name) of imports; the name is empty for `import module`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test) and not for_types:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif in_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imports(node, in_functions=in_functions, for_types=for_types)


@functools.cache
def all_imports(path: Path) -> tuple[tuple[str, str], ...]:
    return tuple(imports(parsed(path)))


@functools.cache
def modules_of(path: Path, package: str) -> frozenset[str]:
    """Own modules that a file imports, in functions and for the type checker too."""
    found = set()
    for module, name in all_imports(path):
        if module.split(".")[0] == package:
            deeper = f"{module}.{name}".replace(".", "/")
            is_module = name and ((ROOT / f"{deeper}.py").exists() or (ROOT / deeper).is_dir())
            found.add(f"{module}.{name}" if is_module else module)
    return frozenset(found)


def room_of(package: str, path: Path) -> str:
    return path.relative_to(ROOT / package).with_suffix("").parts[0]


def floor_of(package: str, room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS[package]) if room in rooms)


def needs_torch(path: Path) -> bool:
    return str(path.relative_to(ROOT)).startswith(WITH_TORCH)


def at_the_top(path: Path) -> set[str]:
    """Heavy packages that a module may import outside of functions."""
    if needs_torch(path):
        return {"torch", "pennylane"} | ({"numba"} if path == ROOT / WITH_NUMBA else set())
    return {"qiskit"} if path == ROOT / WITH_QISKIT else set()


@each_file
def test_a_room_uses_only_the_floors_below_it(package: str, path: Path) -> None:
    room = room_of(package, path)
    if room in FACES:
        return
    for name in modules_of(path, package):
        assert "." in name, f"{path.relative_to(ROOT)} imports the face"
        other = name.split(".")[1]
        if other != room:
            assert floor_of(package, other) < floor_of(package, room), f"{path.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize("package", FLOORS)
def test_no_import_goes_in_a_circle(package: str) -> None:
    """Lazy imports and those for the type checker too."""
    arrows = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): modules_of(path, package)
        for owner, path in FILES
        if owner == package and room_of(package, path) not in FACES
    }
    while leaves := [name for name, below in arrows.items() if not below & arrows.keys() - {name}]:
        for name in leaves:
            del arrows[name]
    assert not arrows, f"a circle among {sorted(arrows)}"


@each_file
def test_hwcost_does_not_know_nas_and_nas_uses_what_is_public(package: str, path: Path) -> None:
    import hwcost

    other = {"hwcost": "nas", "nas": "hwcost"}[package]
    for module, name in all_imports(path):
        if module.split(".")[0] == other:
            assert package == "nas", f"{path.relative_to(ROOT)} imports {module}"
            for_both = module.count(".") and module.split(".")[1] in FOR_BOTH
            assert for_both or (module == "hwcost" and name in {"", *hwcost.__all__}), f"from {module} import {name}"


@each_file
def test_records_know_no_pages(package: str, path: Path) -> None:
    if path.stem == "record":
        subjects = {name for name in modules_of(path, package) if not name.startswith("hwcost.report.")}
        assert not {name.rpartition(".")[2] for name in subjects} & {"page", "plots"}


@each_file
def test_heavy_packages_are_imported_inside_functions(package: str, path: Path) -> None:
    tree = parsed(path)
    top = {name.split(".")[0] for name, _ in imports(tree, in_functions=False, for_types=False)}
    assert not (top & HEAVY) - at_the_top(path)
    if not at_the_top(path):
        own = {f"{module}.{name}" for module, name in imports(tree, in_functions=False, for_types=False)}
        assert not [n for n in own if n.replace(".", "/").startswith((*WITH_TORCH, WITH_QISKIT.removesuffix(".py")))]


@each_file
def test_source_has_no_asserts(package: str, path: Path) -> None:
    assert not any(isinstance(node, ast.Assert) for node in ast.walk(parsed(path)))


@pytest.mark.parametrize("package", FLOORS)
def test_names_of_rooms_are_free_and_the_root_is_tidy(package: str) -> None:
    """A room named like a public function would take its place as soon as somebody imports the room."""
    children = list((ROOT / package).iterdir())
    rooms = {path.stem for path in children if path.is_dir() or path.suffix == ".py"}
    assert not rooms & set(importlib.import_module(package).__all__)
    assert len([path for path in children if path.suffix == ".py" and path.stem not in FACES]) <= 3


@each_file
def test_folders_are_at_most_two_deep(package: str, path: Path) -> None:
    assert len(path.relative_to(ROOT / package).parts) <= 3


def has_public_function(tree: ast.Module) -> bool:
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return any(not node.name.startswith("_") for node in functions)


def test_each_module_with_a_public_function_has_a_test_file() -> None:
    """What `NO_TEST_FILE` excuses must exist and need it, so that the set can only shrink."""
    untested = set()
    for package, path in FILES:
        file = path.relative_to(ROOT)
        if path.stem in FACES or room_of(package, path) == "cli" or not has_public_function(parsed(path)):
            continue
        if not (ROOT / "tests" / file.with_name(f"test_{file.name}")).exists():
            untested.add(file.as_posix())
    assert not untested - NO_TEST_FILE, "these modules have no test file"
    assert not NO_TEST_FILE - untested, "these modules need no exception; take them out of NO_TEST_FILE"


def test_modules_without_torch_can_be_imported_alone() -> None:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for package, path in FILES
        if not at_the_top(path) and path.stem not in FACES
    ]
    program = (
        f"import sys, importlib; [importlib.import_module(name) for name in {names}]; "
        f"print(sorted({HEAVY} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_these_tests_would_notice() -> None:
    text = (
        "import torch\nif TYPE_CHECKING:\n    import hwcost\nclass A:\n    import rich\ndef f():\n    import qiskit\n"
    )
    tree = ast.parse(text)
    assert list(imports(tree, in_functions=False, for_types=False)) == [("torch", ""), ("rich", "")]
    assert {("hwcost", ""), ("qiskit", "")} <= set(imports(tree))
    assert floor_of("nas", "core") < floor_of("nas", "engine") < floor_of("nas", "costs") < floor_of("nas", "cli")
    with pytest.raises(StopIteration):
        floor_of("nas", "unheard_of")
    assert has_public_function(tree)
    assert not has_public_function(ast.parse("def _f():\n    pass\nclass A:\n    def g(self):\n        pass\n"))
