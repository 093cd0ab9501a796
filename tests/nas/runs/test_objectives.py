"""Objectives: units, axes, needs, and values against the costs that they come from."""

from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.core.errors import SettingError
from nas.costs import CandidateCost
from nas.runs.config import SearchConfig
from nas.runs.objectives import OBJECTIVES, Evaluated, objectives_named, values_of


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
def test_any_two_to_four_can_be_chosen_but_for_two_errors_of_the_same_trainings(names):
    if sum(OBJECTIVES[name].trained for name in names) > 1:
        with pytest.raises(SettingError, match="are errors of the same trainings; give one of them"):
            objectives_named(names)
    else:
        assert [objective.name for objective in objectives_named(names)] == names


def test_what_each_objective_needs():
    needs = {name: {need.name for need in objective.needs} for name, objective in OBJECTIVES.items()}
    assert needs == {
        **dict.fromkeys(("validation_error", "quantum_flops", "parameters", "peak_memory_bytes"), frozenset()),
        **dict.fromkeys(("unified_time_s", "classical_time_s", "quantum_time_s"), frozenset({"place"})),
        **dict.fromkeys(
            (
                *("qpu_time_s", "esp", "attenuation", "paper_time_s", "log10_paper_time", "two_qubit_gates", "swaps"),
                "circuit_duration_s",
            ),
            frozenset({"backend"}),
        ),
        **dict.fromkeys(("log10_sampling_overhead", "num_subcircuits"), frozenset({"cutting"})),
        "simulated_inference_s": {"simulated inference"},
        "measured_inference_s": {"wall clock"},
        "energy_j": {"backend", "power"},
        "profiled_quantum_flops": {"profiled FLOPs"},
        "noisy_validation_error": {"backend", "noise"},
    }
    assert {o.name for o in OBJECTIVES.values() if o.needs_backend} == {n for n in needs if "backend" in needs[n]}
    for objective in OBJECTIVES.values():
        for need in objective.needs:
            assert set(need.keys) <= {f.name for f in dataclasses.fields(SearchConfig)} | {"costed_on"}


def test_values_of_a_device_agree_with_its_report():
    pytest.importorskip("torch")
    from nas.costs import candidate_cost
    from nas.spaces.build import architecture
    from nas.spaces.load import load_space

    space = load_space("faqnas")
    first = architecture(space, {gene.name: gene.choices[1] for gene in space.genes})
    cost = candidate_cost(first, 4, 3, backend="fake_sherbrooke", num_seeds=1, scope="step", batch_size=2)
    everything = OBJECTIVES.values()
    values = values_of(everything, Evaluated(cost=cost, qpu_power_w=1000.0, device_power_w=100.0))
    model = cost.model_cost
    assert values["unified_time_s"] == model.unified.time_s
    assert values["qpu_time_s"] == model.quantum.qpu_time_s < values["unified_time_s"]
    # 1 kW while the jobs run, 100 W while the classical half computes.
    assert values["energy_j"] == model.quantum.job_time_s.value * 1000.0 + model.classical.time_s * 100.0
    assert values["unified_time_s"] == values["quantum_time_s"] + values["classical_time_s"]
    assert values["classical_time_s"] == model.classical.time_s > 0.0
    (estimate,) = model.estimates
    assert values["paper_time_s"] == pytest.approx(estimate.paper.effective_time_s * model.quantum.num_circuits)
    assert values["log10_paper_time"] == pytest.approx(math.log10(values["paper_time_s"]))
    assert values["two_qubit_gates"] == estimate.gates.num_2q == estimate.isa_circuit.num_nonlocal_gates() > 0
    assert values["swaps"] == estimate.routing.num_swaps
    assert values["circuit_duration_s"] == estimate.time.circuit_duration_s
    assert 0.0 < values["esp"] < 1.0
    assert 0.0 < values["attenuation"] <= 1.0
    assert values["parameters"] == cost.num_parameters
    assert "energy_j" not in values_of(everything, Evaluated(cost=cost, device_power_w=100.0))
    anywhere = {"quantum_flops", "parameters", "peak_memory_bytes"}
    assert set(values_of(everything, Evaluated(cost=candidate_cost(first, 4, 3)))) == anywhere
    trained = Evaluated(cost=candidate_cost(first, 4, 3), accuracies=(0.5, 1.0))
    assert values_of(everything, trained)["validation_error"] == 0.25


def test_a_paper_time_beyond_the_largest_float_has_a_logarithm():
    papers = [SimpleNamespace(log10_effective_time=log10) for log10 in (400.0, 400.0 + math.log10(3.0))]
    model = SimpleNamespace(
        estimates=[SimpleNamespace(paper=paper) for paper in papers], quantum=SimpleNamespace(num_circuits=50)
    )
    evaluated = Evaluated(cost=SimpleNamespace(model_cost=model))
    # Half of the 50 circuits take 1e400 s and half 3e400 s.
    assert OBJECTIVES["log10_paper_time"].value(evaluated) == pytest.approx(402.0)
    assert OBJECTIVES["paper_time_s"].value(evaluated) is None
    assert OBJECTIVES["paper_time_s"].missing
    model.estimates[0].paper = None
    assert OBJECTIVES["log10_paper_time"].value(evaluated) is None


def test_values_that_are_not_finite_are_left_out():
    cost = CandidateCost(
        num_parameters=3,
        num_weights=1,
        num_dead_weights=0,
        quantum_flops=float("inf"),
        profiled_quantum_flops=None,
        peak_memory_bytes=16,
        model_cost=None,
    )
    assert values_of(OBJECTIVES.values(), Evaluated(cost=cost)) == {"parameters": 3, "peak_memory_bytes": 16}
