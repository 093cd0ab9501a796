"""One search that all tests of results look at; none changes it."""

from __future__ import annotations

import pytest

import nas


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("search") / "run"
    space = path.parent / "small.toml"
    space.write_text(
        '[genes]\nqubits = [2, 3, 6]\nembedding = ["angle-x", "amplitude"]\nlayers = [1, 2]\nentangler = ["cx"]\n'
        'topology = ["linear"]\nrotation = ["rx", "ry"]\n'
    )
    config = nas.SearchConfig(
        space=space,
        dataset="iris",
        backend="fake_manila",
        population=6,
        generations=3,
        num_train_seeds=2,
        epochs=3,
        objectives=("validation_error", "qpu_time_s", "esp"),
        stagnation=0,
        num_seeds=1,
        pilot=False,
    )
    nas.search(config, path)
    return path


@pytest.fixture(scope="session")
def run(folder):
    return nas.open_run(folder)
