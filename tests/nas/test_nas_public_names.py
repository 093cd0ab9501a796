"""The public surface is what is written here: adding or removing a name is a decision."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import pkgutil
import subprocess
import sys

import pytest

import nas

PUBLIC = {
    "Architecture",
    "CandidateCost",
    "Checkpoint",
    "CheckpointError",
    "DataError",
    "Dataset",
    "Evaluation",
    "Exported",
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
    "Report",
    "Run",
    "RunError",
    "Score",
    "SearchConfig",
    "SearchError",
    "SearchProgress",
    "SearchSpace",
    "SettingError",
    "SpaceError",
    "SpaceSize",
    "SplitSettings",
    "TrainRecord",
    "TrainSettings",
    "TrainedNetwork",
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
    "data_angles",
    "dataset_from_arrays",
    "dead_weights",
    "distinct_circuits",
    "export",
    "format_genome",
    "list_spaces",
    "load_checkpoint",
    "load_config",
    "load_dataset",
    "load_space",
    "memory_bytes",
    "observables",
    "open_run",
    "parse_genome",
    "recost",
    "resume",
    "save_checkpoint",
    "score_on_test_part",
    "search",
    "space_from_dict",
    "train",
    "train_network",
    "train_together",
    "write_report",
}
NEED_TORCH = {"FastCircuit", "HybridNetwork", "build_model", "build_qnode", "memory_bytes"}
HAS_EXTRAS = all(importlib.util.find_spec(name) for name in ("torch", "pennylane", "sklearn"))


def test_exported_names_are_exactly_these_and_all_exist():
    assert set(nas.__all__) == PUBLIC == set(dir(nas))
    for name in PUBLIC if HAS_EXTRAS else PUBLIC - NEED_TORCH:
        assert getattr(nas, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = nas.nothing


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
        "for name in ('build_model', 'build_qnode'):\n"
        "    try:\n        getattr(nas, name)\n    except HwcostError as error:\n        print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.count('pip install "hwcost[nas]"') == 2


def test_no_public_function_is_hidden_by_a_module_of_its_name():
    modules = {module.name for module in pkgutil.iter_modules(nas.__path__)}
    assert not modules & PUBLIC


def test_importing_the_package_imports_nothing_heavy():
    program = "import sys, nas; print([m for m in ('qiskit', 'numpy', 'torch', 'rich', 'click') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def modules():
    return sorted(m.name for m in pkgutil.walk_packages(nas.__path__, "nas.") if not m.name.endswith("__main__"))


# Their examples train, or fetch data sets of scikit-learn.
NEED_EXTRAS = {
    "candidate_",
    "costs",
    "engine",
    "models",
    "pennylane_engine",
    "training",
    "checkpoint",
    "datasets",
    "dataset_",
}


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_are_true(name):
    if not HAS_EXTRAS and any(name.removeprefix("nas.").startswith(start) for start in NEED_EXTRAS):
        pytest.skip("needs the extra nas")
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0
