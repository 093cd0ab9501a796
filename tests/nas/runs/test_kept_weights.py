"""Weights that a run keeps: the bits that training again gives, whoever trained and whatever interrupted it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("deap")
pytest.importorskip("moocore")
pytest.importorskip("numba")

import nas
from nas.architectures.record import Architecture, Hidden, Layer
from nas.core.errors import RunError
from nas.runs.evaluate import training_seed
from nas.runs.kept_weights import KEY, digest, model_from, weights_of
from nas.runs.store import EVALUATIONS, RunStore
from nas.spaces.build import architecture
from nas.training.record import TrainSettings
from nas.training.train import train_network
from small_search import small_config

# A pilot that networks are taken from, several seeds, further trainings, and groups that are trained together.
KEYS = {"engine": "compiled", "pilot": True, "repeats": 0.4, "num_train_seeds": 2, "population": 6, "generations": 2}

SCRIPT = """
import json, sys
import nas
from nas.runs.config import config_from_dict
if __name__ == "__main__":
    nas.search(config_from_dict(json.loads(sys.argv[1])), sys.argv[2])
"""


def rows(folder):
    with sqlite3.connect(folder / EVALUATIONS) as database:
        return sorted(database.execute("SELECT sha256, parameters FROM weights").fetchall())


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    config = small_config(folder, keep_weights=True, **KEYS)
    return config, nas.search(config, folder / "run")


def test_each_training_has_the_weights_that_training_again_gives(kept):
    _, run = kept
    context, named = run.context, []
    with RunStore(run.folder) as store:
        assert any(len(one.trainings) > 2 for one in run.evaluations), "none was trained again"
        for one in run.evaluations:
            for number, record in enumerate(one.trainings):
                weights = store.weights(record[KEY])
                named.append(record[KEY])
                if number in (0, 2):  # the first, and one that was asked for later
                    seed = training_seed(context.config.seed, one.architecture_hash, number)
                    settings = context.config.train_settings()
                    again = train_network(architecture(context.space, one.genome), context.data(number), settings, seed)
                    assert weights == weights_of(again, 4, 3)
    assert set(named) <= {sha256 for sha256, _ in rows(run.folder)}


def test_nothing_else_is_found_than_without_them(kept, tmp_path):
    _, run = kept
    without = nas.search(small_config(tmp_path, **KEYS), tmp_path / "run")
    assert without.evaluations == run.evaluations
    assert without.front == run.front
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        rows(without.folder)
    assert not any(KEY in record for one in without.evaluations for record in one.trainings)


def test_two_workers_keep_what_one_keeps(kept, tmp_path):
    config, run = kept
    assert rows(nas.search(config, tmp_path / "run", workers=2).folder) == rows(run.folder)


def test_killed_and_resumed_it_keeps_the_same(kept, tmp_path):
    config, run = kept
    text = json.dumps({name: value for name, value in config.to_dict().items() if name not in ("max", "min")})
    folder = tmp_path / "run"
    for wanted in (3, 20):  # in the pilot, and after it
        process = subprocess.Popen([sys.executable, "-c", SCRIPT, text, str(folder)], start_new_session=True)
        try:
            wait_for(folder, wanted, process)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    resumed = nas.resume(folder)
    assert resumed.evaluations == run.evaluations
    assert rows(folder) == rows(run.folder)


def wait_for(folder, wanted, process):
    """Wait until a search has kept some weights, or has ended."""
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if len(rows(folder)) >= wanted:
                return
        except sqlite3.Error:
            pass
        time.sleep(0.02)


# One network

LAYERS = (Layer(columns=(("y", "x"), ("z", "z")), gate="cx", pairs=((0, 1),)),)
SMALL = Architecture(
    num_qubits=2, embedding="angle-x", num_encoded=2, layers=LAYERS, hidden_before=(Hidden(width=3, activation="relu"),)
)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("engine", ["fast", "pennylane"])
def test_a_network_comes_back_with_its_weights(engine, dtype):
    if engine == "pennylane":
        pytest.importorskip("pennylane")
    settings = TrainSettings(epochs=1, engine=engine, dtype=dtype)
    network = train_network(SMALL, nas.load_dataset("iris"), settings, 1)
    weights = weights_of(network, 4, 3)
    assert len(weights) == np.dtype(dtype).itemsize * network.record.num_parameters
    model = model_from(weights, digest(weights), SMALL, settings, 4, 3)
    for name, value in network.model.state_dict().items():
        assert model.state_dict()[name].numpy().tobytes() == value.numpy().tobytes()


def test_other_weights_are_refused():
    settings = TrainSettings(epochs=1)
    weights = weights_of(train_network(SMALL, nas.load_dataset("iris"), settings), 4, 3)
    with pytest.raises(RunError, match="not those that were kept"):
        model_from(b"\0" + weights[1:], digest(weights), SMALL, settings, 4, 3)
    with pytest.raises(RunError, match="the network has 36 parameters of float32"):
        model_from(weights[4:], digest(weights[4:]), SMALL, settings, 4, 3)
