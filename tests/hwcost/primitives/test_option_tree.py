"""Options in every form as one dictionary."""

from __future__ import annotations

import pytest
from qiskit_ibm_runtime import EstimatorV2, SamplerV2
from qiskit_ibm_runtime.fake_provider import FakeManilaV2
from qiskit_ibm_runtime.options import EstimatorOptions, SamplerOptions

from hwcost.core.errors import OptionError
from hwcost.primitives.option_tree import option_tree


def test_a_dictionary_keeps_what_is_set():
    tree = option_tree({"resilience": {"zne": {"noise_factors": (1, 2)}}, "default_shots": None}, "estimator")
    assert tree.get("resilience.zne.noise_factors") == (1, 2)
    assert tree.get("resilience.zne.amplifier") is None
    assert tree.get("default_shots.deeper") is None
    assert tree.has("default_shots")
    assert not tree.has("default_precision")
    assert not tree.has("resilience.zne.noise_factors.0")
    assert tree.processing is None


def test_nothing_is_no_options():
    assert option_tree(None, "sampler").values == {}


def test_objects_of_the_server_side_primitives():
    options = EstimatorOptions(resilience_level=2)
    options.twirling.num_randomizations = 10
    tree = option_tree(options, "estimator")
    assert (tree.get("resilience_level"), tree.get("twirling.num_randomizations")) == (2, 10)
    assert tree.get("default_precision") is None  # not set
    assert tree.processing == "server"


@pytest.mark.filterwarnings("ignore:The (Estimator|Sampler)V2 class is deprecated")
def test_primitives_lend_their_options():
    estimator = EstimatorV2(mode=FakeManilaV2())
    estimator.options.default_precision = 0.1
    assert option_tree(estimator, "estimator").get("default_precision") == 0.1
    sampler = SamplerV2(mode=FakeManilaV2(), options={"default_shots": 7})
    assert option_tree(sampler, "sampler").get("default_shots") == 7


def test_the_client_side_primitive_lends_its_options():
    module = pytest.importorskip("qiskit_ibm_runtime.executor_estimator")
    estimator = module.Estimator(mode=FakeManilaV2())
    estimator.options.default_precision = 0.1
    tree = option_tree(estimator, "estimator")
    assert (tree.get("default_precision"), tree.processing) == (0.1, "client")


def test_objects_of_the_client_side_primitives():
    models = pytest.importorskip("qiskit_ibm_runtime.options_models")
    tree = option_tree(models.EstimatorOptions(resilience={"zne": {"noise_factors": [1, 2]}}), "estimator")
    assert list(tree.get("resilience.zne.noise_factors")) == [1, 2]
    assert tree.processing == "client"
    executor = models.ExecutorOptions()
    executor.execution.rep_delay = 1e-3
    assert option_tree(executor, "executor").get("execution.rep_delay") == 1e-3


@pytest.mark.parametrize(
    "values",
    [
        {"seed_estimator": 1},
        {"resilience": {"layer_noise_learning": {"num_randomizations": 8}}},
        {"resilience": {"measure_noise_learning": {"shots_per_randomization": 8}}},
    ],
    ids=["seed", "layers", "readout"],
)
def test_names_that_only_the_server_knows_say_so(values):
    assert option_tree(values, "estimator").processing == "server"


@pytest.mark.parametrize(
    ("values", "primitive", "message"),
    [
        ({"resilience_levle": 1}, "estimator", "no option 'resilience_levle'; did you mean resilience_level"),
        ({"twirling": {"num_randomisations": 1}}, "sampler", "did you mean twirling.num_randomizations"),
        ({"noise_factors": [1, 3]}, "estimator", "did you mean resilience.zne.noise_factors"),
        ({"num_randomizations": 3}, "estimator", "twirling.num_randomizations or resilience.measure_noise_learning"),
        (
            {"resilience_level": 1},
            "sampler",
            "the sampler has no option 'resilience_level'; it is one of the estimator",
        ),
        ({"zzz": 1}, "sampler", "it has default_shots, max_execution_time"),
        ({"twirling": True}, "sampler", "option twirling is True; give a dictionary of enable_gates"),
        ([1], "sampler", "options is a list; give an options object"),
        (SamplerOptions(), "estimator", "options is a SamplerOptions, but the job is for the estimator"),
    ],
    ids=range(9),
)
def test_what_is_no_option(values, primitive, message):
    with pytest.raises(OptionError, match=message):
        option_tree(values, primitive)


def test_what_changes_nothing_is_not_looked_into():
    values = {"experimental": {"image": "x"}, "environment": {"job_tags": ["a"]}, "simulator": {"seed_simulator": 3}}
    assert option_tree(values, "estimator").values == values
