"""The closed form against what IBM's own client prepares (qiskit-ibm-runtime 0.51 and later)."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from hwcost.core.errors import OptionError
from hwcost.primitives.client import MAX_CIRCUITS, can_count, client_counts, client_version
from hwcost.primitives.counts import count_runs, shots_of_pubs
from hwcost.primitives.option_tree import option_tree
from hwcost.primitives.options import read_options
from hwcost.primitives.pubs import read_pubs
from primitive_jobs import all_bases, isa_ansatz, isa_bell, one_term, parameter_sets

needs_client = pytest.mark.skipif(client_version() is None, reason="the client prepares no circuits before 0.51")

PUBS = {
    "one": [(isa_ansatz(), one_term(), parameter_sets())],
    "ten": [(isa_ansatz(), one_term(), parameter_sets(10))],
    "bases": [(isa_ansatz(), all_bases(), parameter_sets())],
    "pairs": [(isa_ansatz(), [one_term(), all_bases()[:5]], parameter_sets(2))],
    "products": [(isa_ansatz(), [[one_term()], [all_bases()[7:20]]], parameter_sets(3))],
    "two": [(isa_ansatz(), one_term(), parameter_sets(2)), (isa_ansatz(), all_bases()[:9], parameter_sets())],
}
OPTIONS = [
    *({"resilience_level": level} for level in (0, 1, 2)),
    {"resilience_level": 0, "twirling": {"enable_gates": True, "num_randomizations": 12}},
    {"twirling": {"num_randomizations": 10}, "resilience": {"measure_noise_learning": {"num_randomizations": 3}}},
    {"twirling": {"shots_per_randomization": 100, "enable_measure": False}},
    {"twirling": {"num_randomizations": 5, "shots_per_randomization": 30}},
    {"resilience_level": 1, "resilience": {"zne_mitigation": True, "zne": {"noise_factors": [1, 2.5, 3, 4]}}},
    {"resilience_level": 2, "resilience": {"measure_mitigation": False, "zne": {"noise_factors": [1, 3]}}},
    {"resilience_level": 2, "resilience": {"zne_mitigation": False}, "dynamical_decoupling": {"enable": True}},
    {"default_shots": 1000},
    {"default_precision": 0.05},
]


def sizes(program):
    """(circuits, shots) of each item, by the definition of a program."""
    return [(int(np.prod(item.shape)), program.shots) for item in program.items]


@needs_client
@pytest.mark.filterwarnings("ignore:twirling.enable_measure=False was explicitly set")
@pytest.mark.parametrize("name", PUBS)
def test_the_estimator_on_a_grid(name):
    from qiskit_ibm_runtime.executor_estimator.prepare import prepare
    from qiskit_ibm_runtime.fake_provider import FakeManilaV2
    from qiskit_ibm_runtime.options_models import EstimatorOptions

    pubs = read_pubs(PUBS[name], "estimator")
    for values, precision in itertools.product(OPTIONS, (0.02, None)):
        options = read_options(values, "estimator")
        own = count_runs(pubs, options, shots_of_pubs(pubs, options, precision=precision))
        program, _ = prepare(PUBS[name], EstimatorOptions(**values), precision, backend=FakeManilaV2())
        assert [(run.num_circuits, run.shots) for run in own] == sizes(program), (values, precision)
        if precision is not None:
            assert client_counts(pubs, options, option_tree(values, "estimator"), precision=precision) == own


@needs_client
def test_shots_in_place_of_precision():
    pubs = read_pubs(PUBS["ten"], "estimator")
    options, tree = read_options(None, "estimator"), option_tree(None, "estimator")
    own = count_runs(pubs, options, shots_of_pubs(pubs, options, shots=333))
    assert client_counts(pubs, options, tree, shots=333) == own


@needs_client
def test_the_sampler_on_a_grid():
    from qiskit_ibm_runtime.executor_sampler.prepare import prepare
    from qiskit_ibm_runtime.options_models import SamplerOptions

    circuit = isa_ansatz().copy()
    circuit.measure_all()
    jobs = [[isa_bell()], [(circuit, parameter_sets(10))], [(circuit, parameter_sets(2, 3)), isa_bell()]]
    values = [
        {},
        {"default_shots": 100},
        {"twirling": {"enable_gates": True}},
        {"twirling": {"enable_measure": True, "num_randomizations": 7}},
        {"twirling": {"enable_gates": True, "enable_measure": True, "shots_per_randomization": 50}},
        {"twirling": {"num_randomizations": 7}},
    ]
    for job, setting, shots in itertools.product(jobs, values, (None, 999)):
        pubs = read_pubs(job, "sampler")
        options = read_options(setting, "sampler")
        own = count_runs(pubs, options, shots_of_pubs(pubs, options, shots=shots))
        program, _ = prepare(job, SamplerOptions(**setting), shots)
        assert [(run.num_circuits, run.shots) for run in own] == sizes(program), (setting, shots)
        assert client_counts(pubs, options, option_tree(setting, "sampler"), shots=shots) == own


def noise_model(resilience, rate):
    """Learned layers of the ansatz, each qubit with an X error of that rate, and ln γ² of the whole circuit."""
    from qiskit.quantum_info import PauliLindbladMap
    from qiskit_ibm_runtime.executor_estimator import Estimator
    from qiskit_ibm_runtime.fake_provider import FakeManilaV2

    estimator = Estimator(mode=FakeManilaV2(), options={"resilience": resilience})
    layers = estimator.find_unique_layers(PUBS["ten"])
    maps = [
        PauliLindbladMap.from_sparse_list([("X", [q], rate) for q in range(len(layer.qubits))], len(layer.qubits))
        for layer in layers
    ]
    return list(zip(layers, maps, strict=True))


@needs_client
@pytest.mark.parametrize("rate", [0.001, 0.02, 0.5])
@pytest.mark.parametrize("gain", ["auto", 0.0, 0.4, 1.0])
def test_pec_with_a_noise_model(rate, gain):
    resilience = {"pec_mitigation": True, "pec": {"noise_gain": gain}}
    model = noise_model(resilience, rate)
    values = {"resilience": {**resilience, "layer_noise_model": model}}
    pubs = read_pubs(PUBS["ten"], "estimator")
    options, tree = read_options(values, "estimator"), option_tree(values, "estimator")
    assert can_count(pubs, options) is None
    found = client_counts(pubs, options, tree, precision=0.02)
    # Three gates in a row are three layers; γ = exp(2 Σ rates).
    assert sum(circuit_layers(isa_ansatz())) == len(model) == 3
    overhead = math.exp(4 * sum(rate * len(layer.qubits) for layer, _ in model))
    shots = shots_of_pubs(pubs, options, precision=0.02)
    own = count_runs(pubs, options, shots, overheads={0: overhead})
    for mine, theirs in zip(own, found, strict=True):
        assert mine.shots == theirs.shots
        assert mine.num_circuits == pytest.approx(theirs.num_circuits, abs=1)  # γ is a product there, a sum here


def circuit_layers(circuit):
    return [1 for instruction in circuit.data if len(instruction.qubits) == 2]


@needs_client
def test_pea_with_a_noise_model():
    resilience = {"zne_mitigation": True, "zne": {"amplifier": "pea", "noise_factors": [1, 2, 3.5]}}
    values = {"resilience": {**resilience, "layer_noise_model": noise_model(resilience, 0.01)}}
    pubs = read_pubs(PUBS["ten"], "estimator")
    options, tree = read_options(values, "estimator"), option_tree(values, "estimator")
    own = count_runs(pubs, options, shots_of_pubs(pubs, options, precision=0.02))
    assert client_counts(pubs, options, tree, precision=0.02) == own
    assert [run.noise_factor for run in own] == [1.0, 2.0, 3.5, None]


@needs_client
def test_what_the_client_refuses_names_the_pub():
    (good,) = PUBS["one"]
    pubs = read_pubs([good, (isa_bell(), {"IIIZ0": 1.0})], "estimator")
    options, tree = read_options(None, "estimator"), option_tree(None, "estimator")
    with pytest.raises(OptionError, match="PUB 1: refused by IBM's client: Measurement mitigation is currently not"):
        client_counts(pubs, options, tree)


@needs_client
def test_options_that_only_the_client_can_judge():
    values = {"resilience_level": 0, "twirling": {"group": "none"}}
    pubs = read_pubs(PUBS["one"], "estimator")
    with pytest.raises(OptionError, match="the options: refused by IBM's client: .*group"):
        client_counts(pubs, read_options(values, "estimator"), option_tree(values, "estimator"))


def test_why_the_client_is_not_asked():
    pubs = read_pubs(PUBS["one"], "estimator")
    if client_version() is None:
        assert "is not installed" in can_count(pubs, read_options(None, "estimator"))
        return
    assert can_count(pubs, read_options(None, "estimator")) is None
    assert "IBM's server" in can_count(pubs, read_options(None, "estimator", processing="server"))
    pec = read_options({"resilience": {"pec_mitigation": True}}, "estimator")
    assert "need a learned noise model" in can_count(pubs, pec)
    wide = [(isa_ansatz(), all_bases(), parameter_sets(MAX_CIRCUITS // 81 + 1))]
    assert "more than 20,000 circuits" in can_count(read_pubs(wide, "estimator"), read_options(None, "estimator"))
    assert "more than 100 PUBs" in can_count(pubs * 101, read_options(None, "estimator"))
    boxed = isa_bell().copy()
    with boxed.box():
        boxed.x(0)
    assert "boxes" in can_count(read_pubs([boxed], "sampler"), read_options(None, "sampler"))
