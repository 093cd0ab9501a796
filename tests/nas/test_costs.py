"""Costs of a candidate: parameters by hand and as torch counts them, FLOPs, memory and seconds."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("pennylane")

import torch

import hwcost
from nas.architectures.record import Architecture, Layer, num_parameters
from nas.costs import candidate_cost, classical_half
from nas.engine.network import build_model
from nas.spaces.build import architecture
from nas.spaces.load import load_space

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
    assert cost.quantum_flops == hwcost.statevector_flops(_bare(SMALL), gradient="backprop", num_observables=3).total
    assert cost.peak_memory_bytes >= 16 * 2**3
    wider = Architecture(
        num_qubits=4, embedding="angle-x", num_encoded=4, layers=(Layer(columns=(("y",) * 4,), gate=None, pairs=()),)
    )
    assert candidate_cost(wider, 4, 2).quantum_flops > 0


def _bare(one):
    from nas.architectures.circuit import build_circuit

    return build_circuit(one, measure=False)
