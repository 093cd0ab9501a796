"""Options resolved: levels, dependencies, defaults and refusals."""

from __future__ import annotations

import pytest

from hwcost.core.errors import OptionError
from hwcost.primitives.option_tree import option_tree
from hwcost.primitives.options import LayerLearning, read_options, rep_delay_of


@pytest.mark.parametrize(
    ("level", "gates", "measure", "readout", "factors"),
    [(0, False, False, False, ()), (1, False, True, True, ()), (2, True, True, True, (1.0, 3.0, 5.0))],
)
@pytest.mark.parametrize("processing", ["client", "server"])
def test_resilience_levels(level, gates, measure, readout, factors, processing):
    for options in (
        read_options({"resilience_level": level}, "estimator", processing=processing),
        read_options({"resilience_level": 0}, "estimator", processing=processing, resilience_level=level),
    ):
        found = (options.twirl_gates, options.twirl_measure, options.measure_mitigation, options.noise_factors)
        assert found == (gates, measure, readout, factors)
    assert read_options(None, "estimator").resilience_level == 1


def test_mitigation_switches_twirling_on():
    off = {"enable_gates": False, "enable_measure": False}
    readout = read_options({"twirling": off}, "estimator")
    assert (readout.twirl_gates, readout.twirl_measure, readout.forced) == (False, True, ("twirling.enable_measure",))
    for resilience in ({"pec_mitigation": True}, {"zne_mitigation": True, "zne": {"amplifier": "pea"}}):
        options = read_options({"resilience_level": 0, "twirling": off, "resilience": resilience}, "estimator")
        assert options.twirl_gates
        assert options.twirl_measure
        assert options.needs_noise_model
        assert set(options.forced) == {"twirling.enable_measure", "twirling.enable_gates"}
    none = read_options({"resilience_level": 0, "twirling": off}, "estimator")
    assert not none.twirls
    assert none.forced == ()


def test_defaults_of_the_two_kinds_of_primitives():
    pea = {"resilience": {"zne_mitigation": True, "zne": {"amplifier": "pea"}}}
    assert read_options(pea, "estimator").noise_factors == (1.0, 3.0, 5.0)
    assert read_options(pea, "estimator", processing="server").noise_factors == (1.0, 1.5, 2.0, 2.5, 3.0)
    assert read_options(None, "estimator").learning_randomizations == "auto"
    assert read_options(None, "estimator", processing="server").learning_randomizations == 32
    assert read_options(None, "estimator").default_precision == 0.015625
    assert read_options(None, "sampler").default_shots == 4096
    assert read_options({"seed_estimator": 1}, "estimator").processing == "server"
    assert read_options(None, "estimator", processing="server").layer_learning.max_layers == 4
    assert read_options(None, "estimator").layer_learning == LayerLearning()


def test_values_are_taken():
    options = read_options(
        {
            "default_shots": 100,
            "execution": {"rep_delay": 0.001},
            "max_execution_time": 60,
            "dynamical_decoupling": {"enable": True},
            "twirling": {"num_randomizations": 5, "shots_per_randomization": "auto"},
            "resilience": {
                "pec_mitigation": True,
                "pec": {"max_overhead": None, "noise_gain": 0.5},
                "measure_noise_learning": {"num_randomizations": 9, "shots_per_randomization": 11},
                "layer_noise_learning": {
                    "max_layers_to_learn": None,
                    "layer_pair_depths": [0, 4],
                    "num_randomizations": 3,
                    "shots_per_randomization": 8,
                },
            },
        },
        "estimator",
    )
    assert (options.default_shots, options.rep_delay_s, options.max_execution_time_s) == (100, 0.001, 60)
    assert (options.dynamical_decoupling, options.randomizations, options.shots_per_randomization) == (True, 5, "auto")
    assert (options.pec, options.pec_max_overhead, options.pec_noise_gain) == (True, None, 0.5)
    assert (options.learning_randomizations, options.learning_shots) == (9, 11)
    assert options.layer_learning == LayerLearning(max_layers=None, randomizations=3, shots=8, pair_depths=(0, 4))
    assert options.plain()["pec"] is True
    assert "layer_noise_model" not in options.plain()
    assert rep_delay_of(option_tree({"execution": {"rep_delay": 0.002}}, "executor")) == 0.002
    assert rep_delay_of(option_tree(None, "executor")) is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"resilience_level": 3}, "resilience_level is 3; give a whole number from 0 to 2"),
        ({"default_precision": 0}, "default_precision is 0; give a positive number"),
        ({"default_precision": 1e-200}, "default_precision is 1e-200; give a standard error from 1e-07"),
        ({"default_shots": 0}, "default_shots is 0"),
        ({"twirling": {"num_randomizations": 0}}, "twirling.num_randomizations is 0"),
        ({"twirling": {"shots_per_randomization": "many"}}, "twirling.shots_per_randomization is 'many'"),
        ({"twirling": {"enable_gates": 1}}, "twirling.enable_gates is 1; give true or false"),
        ({"execution": {"rep_delay": 250}}, "execution.rep_delay is 250.0; give seconds between 0 and 1"),
        ({"max_execution_time": 0.5}, "max_execution_time is 0.5"),
        ({"resilience": {"zne_mitigation": True, "zne": {"noise_factors": [1]}}}, "two or more numbers from 1"),
        ({"resilience": {"zne_mitigation": True, "zne": {"noise_factors": [0.5, 1]}}}, "two or more numbers from 1"),
        ({"resilience": {"zne_mitigation": True, "zne": {"noise_factors": [1, 1e300]}}}, "two or more numbers from 1"),
        ({"resilience": {"zne_mitigation": True, "zne": {"noise_factors": "1 3"}}}, "give a list"),
        ({"resilience": {"zne_mitigation": True, "zne": {"noise_factors": [1, "x"]}}}, "is 'x'; give a number"),
        (
            {"resilience": {"zne_mitigation": True, "zne": {"amplifier": "magic"}}},
            "is 'magic'; choose from gate_folding",
        ),
        (
            {"resilience": {"zne_mitigation": True, "zne": {"extrapolator": "double_exponential"}}},
            "double_exponential needs 4 noise factors, but resilience.zne.noise_factors has 3",
        ),
        ({"resilience": {"zne_mitigation": True, "zne": {"extrapolator": ["cubic"]}}}, "'cubic'; choose from linear"),
        ({"resilience": {"zne_mitigation": True, "pec_mitigation": True}}, "are both on; switch one of them off"),
        ({"resilience_level": 2, "resilience": {"pec_mitigation": True}}, "level 2 switches ZNE on"),
        ({"resilience": {"pec": {"max_overhead": 0}}}, "max_overhead is 0; give a positive number"),
        ({"resilience": {"pec": {"noise_gain": -1}}}, "noise_gain is -1.0; give 'auto' or a number from 0"),
    ],
    ids=range(21),
)
def test_invalid_values(values, message):
    with pytest.raises(OptionError, match=message):
        read_options(values, "estimator")


def test_the_sampler():
    options = read_options({"twirling": {"enable_gates": True}, "default_shots": 9}, "sampler")
    assert (options.twirl_gates, options.twirl_measure, options.default_shots) == (True, False, 9)
    with pytest.raises(OptionError, match="belongs to the Estimator"):
        read_options(None, "sampler", resilience_level=1)
    values = {"execution": {"meas_type": "kerneled"}, "twirling": {"enable_measure": True}}
    with pytest.raises(OptionError, match="only classified results can be twirled"):
        read_options(values, "sampler")


def test_options_of_the_server_are_not_for_the_client():
    with pytest.raises(OptionError, match="processing is client, but the options are those of"):
        read_options({"seed_estimator": 1}, "estimator", processing="client")
    with pytest.raises(OptionError, match="processing is 'cloud'; choose from client, server"):
        read_options(None, "estimator", processing="cloud")
