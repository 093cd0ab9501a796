"""A network and its rivals in one contest: each learns what it can, and nothing else."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

import nas
from nas.architectures.record import Architecture, Layer
from nas.core.errors import SettingError
from nas.engine.rivals import MODULES
from nas.training.record import TrainSettings
from nas.training.rivals import CONTESTANTS, MEANINGS, contest, is_seeded, outcome_to_dict

LAYER = Layer(columns=(("y", "y"), ("x", "x")), gate="cz", pairs=((0, 1),))
NETWORK = Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(LAYER,))
SETTINGS = TrainSettings(epochs=150, patience=40, learning_rate=0.05, best_by="loss")


@pytest.fixture(scope="module")
def quadrants():
    """Opposite quadrants are one class: no line divides them."""
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (300, 2))
    return nas.dataset_from_arrays(x, (x[:, 0] * x[:, 1] > 0.0).astype(int))


@pytest.fixture(scope="module")
def outcomes(quadrants):
    return {kind: contest(kind, NETWORK, quadrants, SETTINGS, 0) for kind in CONTESTANTS}


def test_each_kind_is_named_once():
    assert set(CONTESTANTS) == {"network", "logistic", *MODULES} == set(MEANINGS)
    assert [kind for kind in CONTESTANTS if not is_seeded(kind)] == ["logistic"]


def test_what_is_linear_fails_where_the_network_does_not(quadrants, outcomes):
    labels = quadrants.test_part()[1]
    shares = {kind: float(np.mean(np.array(one.predicted) == labels)) for kind, one in outcomes.items()}
    assert shares["network"] > 0.9
    assert shares["mlp"] > 0.8
    assert shares["logistic"] < 0.65
    assert shares["linear-layer"] < 0.65  # linear layers in a row are one


def test_outcomes_are_those_of_the_same_trainings_elsewhere(quadrants, outcomes):
    record = nas.train(NETWORK, quadrants, SETTINGS, 0)
    network = outcomes["network"]
    assert network.validation_accuracy == record.best_validation_accuracy
    assert network.num_epochs == record.num_epochs
    assert network.num_parameters == record.num_parameters
    assert outcomes["untrained-circuit"].num_parameters == record.num_parameters - NETWORK.num_weights
    again = contest("random-layer", NETWORK, quadrants, SETTINGS, 0)
    assert dataclasses.replace(again, duration_s=0.0) == dataclasses.replace(outcomes["random-layer"], duration_s=0.0)


def test_what_ends_by_itself_has_converged(quadrants, outcomes):
    assert outcomes["logistic"].converged
    assert outcomes["linear-layer"].converged
    short = contest("mlp", NETWORK, quadrants, dataclasses.replace(SETTINGS, epochs=2), 0)
    assert (short.converged, short.num_epochs) == (False, 2)


def test_a_training_that_fails_says_why(quadrants):
    for kind in ("network", "mlp"):
        failed = contest(kind, NETWORK, quadrants, dataclasses.replace(SETTINGS, learning_rate=1e38), 0)
        assert "no longer finite" in failed.reason
        assert failed.validation_accuracy is None
        assert failed.predicted == ()
        assert not failed.converged


def test_plain_data_hold_everything(outcomes):
    plain = outcome_to_dict(outcomes["mlp"])
    assert set(plain) == {f.name for f in dataclasses.fields(outcomes["mlp"])}
    assert tuple(plain["predicted"]) == outcomes["mlp"].predicted


def test_a_contestant_that_there_is_not(quadrants):
    with pytest.raises(SettingError, match="contestant is 'forest'; choose from network"):
        contest("forest", NETWORK, quadrants, SETTINGS, 0)
