"""Costs of a candidate: parameters by hand and as torch counts them, FLOPs, memory and seconds."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("pennylane")

import torch

import hwcost
from brute_force_cuts import brute_force
from nas.architectures.circuit import build_circuit
from nas.architectures.record import Architecture, Layer, num_parameters
from nas.costs import candidate_cost, classical_half, cut_cost
from nas.engine.network import build_model
from nas.spaces.build import architecture
from nas.spaces.load import load_space, space_from_dict

LAYER = Layer(columns=(("y",) * 3,), gate="cx", pairs=((0, 1), (1, 2)))
SMALL = Architecture(num_qubits=3, embedding="angle-x", num_encoded=3, layers=(LAYER, LAYER))


def test_parameters_are_those_that_torch_has():
    for name in ("faqnas", "hyb-hanas", "qnas"):
        space, rng = load_space(name), np.random.default_rng(0)
        for _ in range(20):
            one = architecture(space, space.random_genome(rng))
            model = build_model(one, 13, 3, engine="pennylane")
            assert num_parameters(one, 13, 3) == sum(parameter.numel() for parameter in model.parameters())
            classical = classical_half(one, 13, 3)
            parameters = sum(parameter.numel() for parameter in classical.parameters())
            assert parameters == num_parameters(one, 13, 3) - one.num_weights
            assert classical(torch.zeros(2, 13)).shape == (2, 3)


def test_seconds_are_those_of_the_hybrid_model():
    cost = candidate_cost(SMALL, 4, 2, backend="fake_manila", batch_size=8, num_seeds=1, device="xeon-1-thread")
    # 1 + 2·(3 data + 6 weights), because a trainable layer feeds the circuit
    assert cost.model_cost.quantum.circuits_per_sample == 1 + 2 * 9
    model = build_model(SMALL, 4, 2)
    assert cost.model_cost.model.num_parameters == sum(p.numel() for p in model.parameters()) - 6
    # Linear(4, 3): 24 forward and 24; Linear(3, 2): 12, 12 and 12.
    assert cost.model_cost.classical.flops_per_sample == 24 + 24 + 12 + 12 + 12
    json.dumps(cost.to_dict(), allow_nan=False)


def test_two_qubit_observables_are_costed_as_such():
    neighbours = Architecture(
        num_qubits=3, embedding="angle-x", num_encoded=3, layers=(LAYER,), measurement="zz-neighbours"
    )
    cost = candidate_cost(neighbours, 4, 2, backend="fake_manila", num_seeds=1)
    assert len(cost.model_cost.estimates[0].shots.attenuation) == 2


def test_closed_form_and_profiler():
    cost = candidate_cost(SMALL, 4, 2, profiled=True)
    assert cost.model_cost is None
    assert cost.profiled_quantum_flops > 0
    assert cost.profiled_total_flops == cost.profiled_classical_flops + cost.profiled_quantum_flops
    assert cost.total_flops == cost.classical_flops + cost.quantum_flops
    # Linear(4, 3) forward and weights, Linear(3, 2) forward, weights and inputs, as in the paper.
    assert cost.classical_flops == 24 + 24 + 12 + 12 + 12
    assert cost.to_dict()["classical_flops"] == cost.classical_flops
    assert cost.quantum_flops == hwcost.statevector_flops(_bare(SMALL), gradient="backprop", num_observables=3).total
    assert cost.peak_memory_bytes >= 16 * 2**3
    wider = Architecture(
        num_qubits=4, embedding="angle-x", num_encoded=4, layers=(Layer(columns=(("y",) * 4,), gate=None, pairs=()),)
    )
    assert candidate_cost(wider, 4, 2).quantum_flops > 0


def _bare(one):
    from nas.architectures.circuit import build_circuit

    return build_circuit(one, measure=False)


CUT_SPACE = space_from_dict(
    {
        "genes": {
            "qubits": [3, 4, 5, 6],
            "embedding": ["angle-y"],
            "layers": [1, 2],
            "rotation": ["ry"],
            "entangler": ["cx", "cz"],
            "topology": ["ranged"],
            **{f"range_{i}": [1, 2, 3] for i in (1, 2)},
            **{f"mode_{i}": ["odd", "even", "none", "all"] for i in (1, 2)},
        }
    }
)


def test_cuts_are_the_least_of_all_sets_of_cuts():
    pytest.importorskip("qiskit_addon_cutting")
    rng, tried = np.random.default_rng(5), set()
    while len(tried) < 24:
        one = architecture(CUT_SPACE, CUT_SPACE.random_genome(rng))
        gates = [(layer.gate, pair) for layer in one.layers for pair in layer.pairs]
        if len(gates) > 6:
            continue
        for max_qubits in range(2, 7):
            cost = cut_cost(one, max_qubits)
            least = brute_force(one.num_qubits, gates, max_qubits, {"cx": 3.0, "cz": 3.0})
            assert cost.log10_sampling_overhead == pytest.approx(2 * least / math.log(10), abs=1e-9)
            assert cost.minimal
        tried.add((one.num_qubits, tuple(gates)))
    assert {num_qubits for num_qubits, _ in tried} == {3, 4, 5, 6}


def test_cuts_of_the_structure_are_those_of_the_circuit():
    pytest.importorskip("qiskit_addon_cutting")
    space, rng = load_space("qnas"), np.random.default_rng(1)
    for _ in range(12):
        one = architecture(space, space.random_genome(rng))
        if one.embedding == "amplitude" and one.num_qubits > 5:
            continue
        cost = cut_cost(one, 4)
        whole = hwcost.cutting_cost(build_circuit(one), 4, max_backjumps=1000, time_limit_s=1e6)
        assert cost.log10_sampling_overhead == whole.log10_sampling_overhead
        assert (cost.num_subcircuits, cost.minimal) == (whole.num_subcircuits, whole.minimal)
        assert (cost.num_gate_cuts, cost.num_wire_cuts) == (whole.num_gate_cuts, whole.num_wire_cuts)


def test_circuits_without_entanglers_need_no_cuts():
    lone = Layer(columns=(("y",) * 5,), gate=None, pairs=())
    one = Architecture(num_qubits=5, embedding="angle-x", num_encoded=5, layers=(lone,))
    cost = cut_cost(one, 2)
    assert (cost.log10_sampling_overhead, cost.num_subcircuits) == (0.0, 3)  # QNAS counts two for each layer


def test_seconds_of_an_inference_are_modelled_and_measured():
    cost = candidate_cost(SMALL, 4, 2, inference=True, measured=True, device="xeon-1-thread")
    model = hwcost.estimate_model(
        build_circuit(SMALL), scope="inference", classical=(classical_half(SMALL, 4, 2), torch.zeros(1, 4)),
        device="xeon-1-thread",
    )  # fmt: skip
    assert cost.simulated_inference_s == model.unified.time_s
    assert 0.0 < cost.measured_inference_s < 1.0
    assert candidate_cost(SMALL, 4, 2).measured_inference_s is None
