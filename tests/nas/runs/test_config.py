"""What is asked for: TOML files, keys, values and objectives, right and wrong."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost import HwcostError
from nas.core.errors import SettingError
from nas.runs.config import COSTING_KEYS, DEVICE_KEYS, OLD_NAMES, SearchConfig, config_from_dict, load_config
from small_search import write_space

GOOD = {"preset": "faqnas", "dataset": "iris"}


def written(folder, text):
    path = folder / "run.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_gives_what_it_says(tmp_path):
    config = load_config(
        written(
            tmp_path,
            'preset = "hyb-hanas"\ndataset = "wine"\nbackend = "fake_torino"\npopulation = 12\nlearning_rate = 1\n'
            'objectives = ["validation_error", "qpu_time_s"]\nengine = "pennylane"\nseed = 7\n',
        )
    )
    assert (config.population, config.seed, config.learning_rate, config.engine) == (12, 7, 1, "pennylane")
    assert config.objectives == ("validation_error", "qpu_time_s")
    assert config_from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_options_come_before_the_file(tmp_path):
    path = written(tmp_path, 'preset = "faqnas"\ndataset = "wine"\nseed = 7\n')
    config = load_config(path, {"seed": 8, "space": "other.toml"})
    assert (config.seed, config.dataset, config.preset, config.space) == (8, "wine", None, "other.toml")


def test_files_beside_the_configuration_are_found_and_others_left(tmp_path):
    write_space(tmp_path)
    (tmp_path / "table.csv").write_text("a,b\n", encoding="utf-8")
    path = written(tmp_path, 'space = "space.toml"\ndataset = "table.csv:b"\n')
    config = load_config(path)
    assert config.space == str(tmp_path / "space.toml")
    assert config.dataset == str(tmp_path / "table.csv:b")
    assert load_config(written(tmp_path, 'preset = "faqnas"\ndataset = "iris"\n')).dataset == "iris"


def test_settings_of_the_papers_are_the_defaults():
    config = SearchConfig(**GOOD)
    assert (config.population, config.generations, config.stagnation) == (20, 8, 2)
    assert (config.crossover, config.mutation) == (0.8, 0.2)
    assert (config.epochs, config.batch_size, config.learning_rate) == (5, 64, 3e-3)
    assert config.objectives == ("quantum_flops", "validation_error", "parameters")
    hybrid = SearchConfig(preset="hyb-hanas", dataset="iris", backend="fake_sherbrooke")
    assert hybrid.objectives == ("validation_error", "unified_time_s", "parameters")


def test_every_key_says_what_it_is():
    said = {f.name: f.metadata["help"] for f in dataclasses.fields(SearchConfig) if f.name not in OLD_NAMES}
    assert all(text.endswith(".") or "[default" in text for text in said.values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("popolation = 20\n", "unknown key 'popolation'; did you mean 'population'?"),
        ("xyzzy = 20\n", "unknown key 'xyzzy'; known are preset"),
        ('population = "20"\n', "population is '20'; give a whole number"),
        ("population = 20.0\n", "population is 20.0; give a whole number"),
        ("population = true\n", "population is True; give a whole number"),
        ("population = 1\n", "population is 1; give a whole number from 2"),
        ("population = [20]\n", "population is [20]; give a whole number"),
        ("generations = -1\n", "generations is -1"),
        (f"seed = {'9' * 60}\n", "seed is 9"),
        ("seed = -1\n", "seed is -1"),
        ("crossover = 1.5\n", "crossover is 1.5; give a probability"),
        ("mutation = nan\n", "mutation is nan; give a probability"),
        ("learning_rate = inf\n", "learning_rate is inf; give a positive number"),
        ("time_limit_s = 0\n", "time_limit_s is 0; give a positive number"),
        ('engine = "cirq"\n', "engine is 'cirq'; choose from fast, compiled, pennylane"),
        ('gradient = "hadamard"\n', "gradient is 'hadamard'; choose from parameter-shift, spsa, finite-diff"),
        ('algorithm = "annealing"\n', "algorithm is 'annealing'; choose from nsga2, surrogate, random, exhaustive"),
        ("algorithm = 5\n", "algorithm is 5; give text"),
        ('scope = "life"\n', "scope is 'life'; choose from"),
        ("shots = 0\n", "shots is 0"),
        ('objectives = ["validation_eror", "parameters"]\n', "did you mean 'validation_error'?"),
        ('objectives = ["parameters"]\n', "there is 1 objective; give 2 to 4"),
        ('objectives = ["parameters", "parameters"]\n', "parameters is given 2 times"),
        ("objectives = [1, 2]\n", "objectives is [1, 2]; give names"),
        ("objectives = 3\n", "objectives is 3; give names"),
        ('objectives = ["validation_error", "esp"]\n', "the objective esp needs a device; give backend"),
        (
            'objectives = ["validation_error", "energy_j"]\nbackend = "fake_sherbrooke"\n',
            "energy_j needs qpu_power_w and device_power_w; no figures are built in",
        ),
        ("qpu_power_w = -5.0\n", "qpu_power_w is -5.0"),
        ("label = 5\n", "label is 5; give text"),
        ('space = "mine.toml"\n', "give either preset"),
        ("x = " + "[" * 5000 + "]" * 5000 + "\n", "no TOML"),
        ("dataset = 5\n", "no TOML"),  # given twice
        ("a b\n", "no TOML"),
        (f"seed = {'9' * 6000}\n", "no TOML"),
        ("[population]\nx = 1\n", "population is {'x': 1}"),
        ('"\\u001b[31m" = 1\n', r"unknown key '\x1b[31m'"),
    ],
)
def test_wrong_values_are_refused_in_one_line(tmp_path, text, message):
    path = written(tmp_path, 'preset = "faqnas"\ndataset = "iris"\n' + text)
    with pytest.raises(SettingError) as caught:
        load_config(path)
    said = str(caught.value)
    assert message in said
    assert str(path) in said
    assert "\n" not in said
    assert "\x1b" not in said
    assert len(said) < 900


@pytest.mark.parametrize(
    "keys", [{}, {"dataset": "iris"}, {"preset": "faqnas"}, {"preset": "faknas", "dataset": "iris"}]
)
def test_what_is_missing_is_named(keys):
    with pytest.raises(SettingError, match="preset|dataset"):
        SearchConfig(**keys)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00" * 100, b"# " + b"x" * 1_000_001])
def test_files_that_are_no_configuration(tmp_path, content):
    path = tmp_path / "run.toml"
    path.write_bytes(content)
    with pytest.raises(SettingError, match="no TOML|larger than 976 KiB"):
        load_config(path)


@pytest.mark.parametrize("path", ["missing.toml", ".", "x" * 5000, "a\0b"])
def test_files_that_cannot_be_read(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingError):
        load_config(path)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
key_names = st.sampled_from([f.name for f in dataclasses.fields(SearchConfig)])


@given(st.dictionaries(key_names | st.text(max_size=6), plain, max_size=5))
def test_any_plain_data_are_a_configuration_or_refused(changes):
    try:
        config = config_from_dict({**GOOD, **changes})
    except HwcostError as error:
        assert "\n" not in str(error)
    else:
        assert config_from_dict(config.to_dict()).to_dict() == config.to_dict()


# Algorithms


def test_exhaustive_and_the_algorithm_say_the_same():
    assert (SearchConfig(**GOOD).algorithm, SearchConfig(**GOOD).exhaustive) == ("nsga2", False)
    for keys in ({"exhaustive": True}, {"algorithm": "exhaustive"}, {"exhaustive": True, "algorithm": "exhaustive"}):
        config = config_from_dict({**GOOD, **keys})
        assert (config.algorithm, config.exhaustive) == ("exhaustive", True)
        assert config_from_dict(config.to_dict()) == config == dataclasses.replace(config)
    assert not SearchConfig(**GOOD, algorithm="random").exhaustive


@pytest.mark.parametrize("algorithm", ["random", "nsga2"])
def test_algorithms_that_contradict_exhaustive_are_refused(algorithm):
    with pytest.raises(SettingError, match=f"exhaustive contradicts algorithm = {algorithm}; give one of them"):
        config_from_dict({**GOOD, "exhaustive": True, "algorithm": algorithm})


def test_an_option_replaces_the_algorithm_of_the_file(tmp_path):
    path = written(tmp_path, 'preset = "faqnas"\ndataset = "wine"\nalgorithm = "random"\n')
    assert load_config(path).algorithm == "random"
    assert load_config(path, {"exhaustive": True}).algorithm == "exhaustive"


def test_keys_that_only_costs_depend_on():
    assert set(COSTING_KEYS) == {
        *("objectives", "backend", "machine", "job_profile", "scope", "shots", "gradient"),
        *("optimization_level", "num_seeds", "qpu_power_w", "device_power_w"),
        *("precision", "rep_delay_s", "attenuation", "inflation", "mitigation", "circuits_per_job", "mode"),
        "max_qubits",
    }
    assert set(COSTING_KEYS) - set(DEVICE_KEYS) == {"objectives", "qpu_power_w", "device_power_w", "max_qubits"}


def test_as_many_seeds_as_pay(tmp_path):
    path = written(tmp_path, 'preset = "faqnas"\ndataset = "wine"\nnum_seeds = "auto"\n')
    assert load_config(path).num_seeds == "auto"
    assert config_from_dict(load_config(path).to_dict()).num_seeds == "auto"


@pytest.mark.parametrize("value", ["many", "Auto", "4", True, 2.0, None, [4]], ids=str)
def test_other_words_are_no_number_of_seeds(value):
    with pytest.raises(SettingError, match="^num_seeds is .*; give a whole number or auto$"):
        config_from_dict({**GOOD, "num_seeds": value})


@pytest.mark.parametrize(("given", "shots"), [({}, 1024), ({"shots": 7}, 7), ({"precision": 0.02}, 2500)])
def test_shots_that_are_measured_follow_from_shots_or_precision(given, shots):
    config = SearchConfig(
        preset="faqnas",
        dataset="iris",
        backend="fake_manila",
        objectives="noisy_validation_error,unified_time_s",
        **given,
    )
    assert config.measured_shots == shots
