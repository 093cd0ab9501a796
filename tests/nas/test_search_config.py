"""Configurations: every option is a key, every wrong value one line."""

from __future__ import annotations

import dataclasses

import pytest

pytest.importorskip("moocore")

from nas.cli.search import command
from nas.errors import SettingError
from nas.objectives import OBJECTIVES
from nas.search_config import SearchConfig, config_from_dict, load_config

IRIS = {"preset": "faqnas", "dataset": "iris"}


def test_every_option_of_the_command_has_its_key_and_the_other_way_round():
    options = {parameter.name for parameter in command.params} - {"file", "folder", "workers", "cluster", "quiet"}
    assert options == {f.name for f in dataclasses.fields(SearchConfig)}


def test_default_objectives_are_those_of_the_papers():
    assert SearchConfig(**IRIS).objectives == ("quantum_flops", "validation_error", "parameters")
    hyb = SearchConfig(preset="hyb-hanas", dataset="iris", backend="fake_sherbrooke")
    assert hyb.objectives == ("validation_error", "unified_time_s", "parameters")
    assert SearchConfig(preset="qnas", dataset="iris").objectives[1] == "quantum_flops"
    assert SearchConfig(preset="qnas", dataset="iris", backend="manila").objectives[1] == "unified_time_s"


def test_plain_data_and_back():
    config = SearchConfig(**IRIS, seed=3, time_limit_s=2, objectives=["parameters", "validation_error"])
    assert config_from_dict(config.to_dict()) == config
    assert SearchConfig(**IRIS, objectives="parameters, validation_error").objectives == config.objectives


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, "give either preset"),
        ({"preset": "faqnas", "space": "mine.toml", "dataset": "iris"}, "give either preset"),
        ({"preset": "nothing", "dataset": "iris"}, "choose from faqnas"),
        ({"preset": "faqnas"}, "dataset is missing"),
        ({**IRIS, "popolation": 3}, "did you mean 'population'"),
        ({**IRIS, "population": "3"}, "population is '3'; give a whole number"),
        ({**IRIS, "population": 1}, "population is 1"),
        ({**IRIS, "seed": True}, "seed is True"),
        ({**IRIS, "seed": -1}, "seed is -1"),
        ({**IRIS, "crossover": 1.5}, "crossover is 1.5; give a probability"),
        ({**IRIS, "mutation": float("nan")}, "mutation is nan"),
        ({**IRIS, "engine": "fastest"}, "engine is 'fastest'; choose from fast, pennylane"),
        ({**IRIS, "scope": "life"}, "scope is 'life'"),
        ({**IRIS, "epochs": 0}, "epochs is 0"),
        ({**IRIS, "learning_rate": float("inf")}, "learning_rate is inf"),
        ({**IRIS, "exhaustive": "yes"}, "exhaustive is 'yes'; give true or false"),
        ({**IRIS, "objectives": ["parameters"]}, "there is 1 objective; give 2 to 4"),
        ({**IRIS, "objectives": ["parameters", "parameters"]}, "given 2 times"),
        ({**IRIS, "objectives": ["parameters", "validation_eror"]}, "did you mean 'validation_error'"),
        ({**IRIS, "objectives": 3}, "objectives is 3"),
        ({**IRIS, "objectives": ["esp", "parameters"]}, "the objective esp needs a device"),
        (
            {**IRIS, "backend": "manila", "objectives": ["energy_j", "parameters"]},
            "needs qpu_power_w and device_power_w",
        ),
        ({**IRIS, "qpu_power_w": -1.0}, "qpu_power_w is -1.0"),
        ({**IRIS, "dataset": ["iris"]}, "dataset is \\['iris'\\]; give text"),
    ],
)
def test_mistakes(keys, words):
    with pytest.raises(SettingError, match=words) as caught:
        config_from_dict(keys)
    assert "\n" not in str(caught.value)


def test_files(tmp_path):
    file = tmp_path / "run.toml"
    (tmp_path / "mine.toml").write_text('[genes]\nqubits = [2]\nembedding = ["angle-x"]\n')
    file.write_text(
        'space = "mine.toml"\ndataset = "iris"\nseed = 4\nobjectives = ["parameters", "validation_error"]\n'
    )
    config = load_config(file, {"seed": 5})
    assert (config.seed, config.space) == (5, str(tmp_path / "mine.toml"))
    assert load_config(file, {"preset": "faqnas"}).space is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'preset = "faqnas"\ndataset = "iris"\nepoch = 3\n', "run.toml: unknown key 'epoch'; did you mean 'epochs'"),
        (b"preset = ", "run.toml: no TOML"),
        (b"\xff\xfe", "run.toml: no TOML"),
        (b"x = 1" + b"0" * 5000, "run.toml: no TOML"),
        (b"#" * 1_000_001, "more than 1,000,000 bytes"),
        (b"[preset]\n", "preset is {}; give text"),
    ],
)
def test_files_that_are_wrong(tmp_path, content, words):
    file = tmp_path / "run.toml"
    file.write_bytes(content)
    with pytest.raises(SettingError, match=words):
        load_config(file)


def test_files_that_are_not_there(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path, "a\0b"):
        with pytest.raises(SettingError):
            load_config(path)


def test_axes_worked_by_hand():
    assert OBJECTIVES["unified_time_s"].axis(1000.0) == 3.0
    assert OBJECTIVES["esp"].axis(0.25) == -0.25
