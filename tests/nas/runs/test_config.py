"""What is asked for: TOML files, keys, values and objectives, right and wrong."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost import HwcostError
from nas.core.errors import SettingError
from nas.runs.config import SearchConfig, config_from_dict, load_config
from nas.runs.objectives import OBJECTIVES, cost_values, objectives_named
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
    assert all(
        f.metadata["help"].endswith(".") or "[default" in f.metadata["help"] for f in dataclasses.fields(SearchConfig)
    )


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
        ('engine = "cirq"\n', "engine is 'cirq'; choose from fast, pennylane"),
        ('gradient = "adjoint"\n', "gradient is 'adjoint'; choose from parameter-shift, spsa, finite-diff"),
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
    with pytest.raises(SettingError, match="no TOML|more than 1,000,000 bytes"):
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


# Objectives


def test_objectives_have_a_unit_where_they_are_no_pure_numbers():
    units = {name: objective.unit for name, objective in OBJECTIVES.items()}
    assert units["unified_time_s"] == units["qpu_time_s"] == "s"
    assert (units["quantum_flops"], units["energy_j"], units["peak_memory_bytes"]) == ("FLOP", "J", "B")
    assert units["validation_error"] == units["esp"] == ""


def test_what_maximises_is_turned_round_and_times_are_logarithms():
    esp, time = OBJECTIVES["esp"], OBJECTIVES["unified_time_s"]
    assert (esp.minimised(0.25), esp.axis(0.25)) == (-0.25, -0.25)
    assert (time.minimised(100.0), time.axis(100.0)) == (100.0, 2.0)


@given(st.lists(st.sampled_from(list(OBJECTIVES)), unique=True, min_size=2, max_size=4))
def test_any_two_to_four_can_be_chosen(names):
    assert [objective.name for objective in objectives_named(names)] == names


def test_values_of_a_device_agree_with_its_report():
    pytest.importorskip("torch")
    from nas.costs import candidate_cost
    from nas.spaces.genes import architecture
    from nas.spaces.load import load_space

    space = load_space("faqnas")
    first = architecture(space, {gene.name: gene.choices[1] for gene in space.genes})
    cost = candidate_cost(first, 4, 3, backend="fake_sherbrooke", num_seeds=1, scope="step", batch_size=2)
    values = cost_values(cost, 1000.0, 100.0)
    model = cost.model_cost
    assert values["unified_time_s"] == model.unified.time_s
    assert values["qpu_time_s"] == model.quantum.qpu_time_s < values["unified_time_s"]
    # 1 kW while the jobs run, 100 W while the classical half computes.
    assert values["energy_j"] == model.quantum.job_time_s.value * 1000.0 + model.classical.time_s * 100.0
    assert 0.0 < values["esp"] < 1.0
    assert 0.0 < values["attenuation"] <= 1.0
    assert values["parameters"] == cost.num_parameters
    assert "energy_j" not in cost_values(cost, None, 100.0)
    assert set(cost_values(candidate_cost(first, 4, 3), None, None)) == {
        "quantum_flops",
        "parameters",
        "peak_memory_bytes",
    }
