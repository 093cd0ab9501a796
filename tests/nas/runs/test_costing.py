"""Options of costs: what reaches the estimate, what is refused, and what depends on what."""

from __future__ import annotations

import pytest

from nas.core.errors import SettingError
from nas.runs.config import PRESETS, SearchConfig, config_from_dict, load_config
from small_search import GENOME, small_config

GOOD = {"preset": "faqnas", "dataset": "iris"}
TIMES = "validation_error,quantum_time_s,classical_time_s"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"rep_delay_s": "soon"}, "rep_delay_s is 'soon', which is not a duration"),
        ({"rep_delay_s": "20us"}, "rep_delay_s = 2e-05 is of circuits on a device; give backend"),
        ({"mitigation": "readout"}, "mitigation = readout is of circuits on a device; give backend"),
        (
            {"precision": 0.1, "shots": 5, "backend": "fake_manila"},
            "shots = 5 and precision = 0.1 are both given; give one of them",
        ),
        ({"precision": -1.0, "backend": "fake_manila"}, "precision is -1.0"),
        ({"mode": "sometimes", "backend": "fake_manila"}, "mode is 'sometimes'; choose from job, batch, session"),
        ({"max_qubits": 0}, "max_qubits is 0"),
        ({"max_qubits": 4}, "max_qubits is 4, and nothing depends on it"),
        ({"circuits_per_job": 0, "backend": "fake_manila"}, "circuits_per_job is 0"),
        ({"gradient": "backprop", "backend": "fake_manila"}, "gradient = backprop needs the state of a simulation"),
        ({"preset": "hyb-hanas-simulated", "backend": "fake_manila"}, "gradient = backprop needs the state"),
        ({"objectives": TIMES}, "the objective quantum_time_s needs something to be costed"),
        ({"objectives": "validation_error,num_subcircuits"}, "num_subcircuits needs max_qubits"),
        ({"objectives": "validation_error,qpu_time_s", "gradient": "backprop"}, "qpu_time_s needs a device"),
        (
            {"objectives": "validation_error,paper_time_s", "backend": "fake_manila", "mitigation": "readout"},
            "paper_time_s knows no mitigation",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(keys, message):
    with pytest.raises(SettingError) as caught:
        SearchConfig(**{**GOOD, **keys})
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_presets_take_their_objectives():
    qnas = SearchConfig(preset="qnas", dataset="iris")
    assert qnas.objectives == (
        *("validation_error", "simulated_inference_s", "log10_sampling_overhead", "num_subcircuits"),
    )
    assert qnas.max_qubits == 4
    assert SearchConfig(preset="qnas", dataset="iris", max_qubits=2).max_qubits == 2
    assert SearchConfig(preset="qnas", dataset="iris", objectives="validation_error,parameters").max_qubits is None
    simulated = SearchConfig(preset="hyb-hanas-simulated", dataset="iris")
    assert (simulated.gradient, simulated.costed_on, simulated.space_source) == ("backprop", "simulation", "hyb-hanas")
    assert PRESETS == ("faqnas", "hyb-hanas", "hyb-hanas-inference", "hyb-hanas-simulated", "qnas")
    assert config_from_dict(simulated.to_dict()) == simulated
    inference = SearchConfig(preset="hyb-hanas-inference", dataset="iris", backend="fake_manila")
    assert (inference.scope, inference.rep_delay_s) == ("inference", 0.0)
    assert inference.objectives == ("validation_error", "qpu_time_s", "classical_time_s")
    assert config_from_dict(inference.to_dict()) == inference
    waiting = SearchConfig(preset="hyb-hanas-inference", dataset="iris", backend="fake_manila", rep_delay_s="1us")
    assert waiting.rep_delay_s == pytest.approx(1e-6)


def test_an_option_replaces_its_alternative_in_a_file(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text('preset = "faqnas"\ndataset = "iris"\nbackend = "fake_manila"\nshots = 7\nrep_delay_s = "20us"\n')
    config = load_config(path, {"precision": 0.1})
    assert (config.shots, config.precision, config.rep_delay_s) == (None, 0.1, pytest.approx(2e-5))
    assert SearchConfig(**GOOD).shots == 1024


def test_what_the_objectives_depend_on():
    simulated = SearchConfig(**{**GOOD, "gradient": "backprop", "objectives": TIMES})
    assert simulated.used_keys == {"backend", "machine", "scope", "gradient"}
    assert SearchConfig(preset="qnas", dataset="iris").used_keys == {"machine", "max_qubits"}
    assert SearchConfig(**GOOD).used_keys == set()
    on_device = SearchConfig(**{**GOOD, "backend": "fake_manila", "objectives": TIMES})
    assert {"rep_delay_s", "shots", "max_qubits", "mitigation"} <= on_device.used_keys


def costed(folder, genome=GENOME, **keys):
    pytest.importorskip("torch")
    pytest.importorskip("sklearn")
    from nas.runs.context import make_context
    from nas.runs.evaluate import candidate_cost_in
    from nas.spaces.build import architecture

    context = make_context(small_config(folder, objectives=TIMES, num_seeds=1, scope="step", **keys))
    return candidate_cost_in(context, architecture(context.space, genome)).model_cost


def test_options_reach_the_estimate(tmp_path):
    plain = costed(tmp_path, backend="fake_manila")
    other = costed(
        tmp_path,
        backend="fake_manila",
        rep_delay_s=2e-5,
        precision=0.1,
        inflation="mean",
        attenuation="paper",
        circuits_per_job=7,
        mode="session",
        mitigation="readout",
    )
    assert other.quantum.circuits_per_job == 7
    assert other.quantum.mode == "session"
    assert [one.method for one in other.overheads] == ["readout"]
    (estimate,), (before,) = other.estimates, plain.estimates
    assert estimate.time.rep_delay_s == 2e-5 != before.time.rep_delay_s
    assert estimate.shots.precision == 0.1
    assert before.shots.requested == 1024


def test_circuits_on_a_device_are_cut(tmp_path):
    pytest.importorskip("qiskit_addon_cutting")
    cut = costed(tmp_path, {**GENOME, "qubits": 3}, backend="fake_manila", max_qubits=2)
    assert [one.method for one in cut.overheads] == ["cutting"]
    assert max(estimate.circuit.num_qubits for estimate in cut.estimates) == 2


def test_a_simulated_step_has_two_halves(tmp_path):
    model = costed(tmp_path, gradient="backprop")
    assert model.quantum.execution == "simulation"
    assert 0.05 < model.classical.time_s / model.unified.time_s < 0.999
    assert model.unified.time_s == pytest.approx(model.classical.time_s + model.quantum.parts["simulation"])
