"""Angles that are twice the values, as in FAQNAS's equation (1): the same in all circuits, engines and trainings."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("pennylane")

import torch
from qiskit.quantum_info import SparsePauliOp, Statevector

import nas
from nas import SpaceError
from nas.architectures.shapes import stack_key
from nas.engine.circuit import FastCircuit
from nas.engine.pennylane import PennyLaneCircuit
from random_architectures import random_architecture

LAYER = nas.Layer(columns=(("x",),), gate=None, pairs=())
ONE = nas.Architecture(num_qubits=1, embedding="angle-x", num_encoded=1, layers=(LAYER,), angle_factor=2)


def doubled(seed: int, **fixed: object) -> nas.Architecture:
    generator = random.Random(seed)
    embedding = generator.choice(("angle-x", "angle-y", "angle-z"))
    return dataclasses.replace(random_architecture(generator, embedding=embedding, **fixed), angle_factor=2)


def test_one_qubit_gives_the_cosine_of_twice_the_value() -> None:
    circuit = FastCircuit(ONE, dtype=torch.float64)
    torch.nn.init.zeros_(circuit.weights)
    assert circuit(torch.tensor([[0.3]], dtype=torch.float64)).item() == pytest.approx(np.cos(0.6), abs=1e-12)
    plain = dataclasses.replace(ONE, angle_factor=1)
    circuit = FastCircuit(plain, dtype=torch.float64)
    torch.nn.init.zeros_(circuit.weights)
    assert circuit(torch.tensor([[0.3]], dtype=torch.float64)).item() == pytest.approx(np.cos(0.3), abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_engines_agree_in_outputs_and_derivatives(seed: int) -> None:
    one = doubled(seed, num_qubits=seed % 7 + 1)
    rng = np.random.default_rng(seed)
    x = torch.tensor(rng.normal(size=(3, one.num_encoded)), requires_grad=True)
    weights = torch.tensor(rng.uniform(0.0, 2.0 * np.pi, size=(one.num_columns, one.num_qubits)))
    found = []
    for kind in (FastCircuit, PennyLaneCircuit):
        module = kind(one, dtype=torch.float64)
        with torch.no_grad():
            module.weights.copy_(weights)
        out = module(x)
        wanted = [module.weights, x]
        slopes = torch.autograd.grad((out * out).sum(), wanted, allow_unused=True, materialize_grads=True)
        found.append([out.detach(), *slopes])
    for ours, theirs in zip(*found, strict=True):
        assert torch.allclose(ours, theirs, rtol=0.0, atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_the_circuit_takes_the_angles(seed: int) -> None:
    one = doubled(seed, num_qubits=3)
    rng = np.random.default_rng(seed)
    x, weights = rng.normal(size=3), rng.uniform(0.0, 6.0, size=one.num_columns * 3)
    circuit = nas.build_circuit(one, measure=False)
    values = {f"w[{i}]": v for i, v in enumerate(weights)}
    values |= {f"x[{i}]": v for i, v in enumerate(nas.data_angles(one, x))}
    state = Statevector(circuit.assign_parameters({p: values[p.name] for p in circuit.parameters}))
    module = FastCircuit(one, dtype=torch.float64)
    with torch.no_grad():
        module.weights.copy_(torch.tensor(weights.reshape(-1, 3)))
    expected = [state.expectation_value(SparsePauliOp(label)).real for label in nas.observables(one)]
    assert module(torch.tensor(x[None])).detach().numpy()[0] == pytest.approx(expected, abs=1e-10)


def test_trainings_see_it_alone_and_together() -> None:
    data, settings = nas.load_dataset("iris"), nas.TrainSettings(epochs=2, learning_rate=0.03)
    two = nas.Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
    small = nas.Architecture(num_qubits=2, embedding="angle-y", num_encoded=2, layers=(two,), angle_factor=2)
    other = dataclasses.replace(small, layers=(two, two))
    plain = dataclasses.replace(small, angle_factor=1)
    alone = nas.train(small, data, settings, seed=1)
    slow = nas.train(small, data, dataclasses.replace(settings, engine="pennylane"), seed=1)
    assert alone.validation_loss == pytest.approx(slow.validation_loss, abs=1e-4)
    together = nas.train_together([small, other], data, settings, [1, 2])
    assert together[0].validation_loss == pytest.approx(alone.validation_loss, abs=1e-4)
    without = nas.train(plain, data, settings, seed=1)
    assert without.validation_loss != pytest.approx(alone.validation_loss, abs=1e-3)
    assert stack_key(small) != stack_key(plain)


def test_compiled_trainings_see_it_too() -> None:
    pytest.importorskip("numba")
    # In double precision, for which `test_compiled.py` compiles the circuits too.
    data, settings = nas.load_dataset("iris"), nas.TrainSettings(epochs=2, learning_rate=0.03, dtype="float64")
    layer = nas.Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
    small = nas.Architecture(num_qubits=2, embedding="angle-y", num_encoded=2, layers=(layer,), angle_factor=2)
    fast = nas.train(small, data, settings, seed=1)
    compiled = nas.train(small, data, dataclasses.replace(settings, engine="compiled"), seed=1)
    assert compiled.validation_loss == pytest.approx(fast.validation_loss, abs=1e-9)


def test_it_is_a_gene_of_angles_alone() -> None:
    genes = {"qubits": [2], "layers": [1], "embedding": ["angle-x", "amplitude"], "angle_factor": [1, 2]}
    space = nas.space_from_dict({"name": "angles", "genes": genes})
    assert nas.count_architectures(space).num_architectures == 3
    genome = {"qubits": 2, "layers": 1, "angle_factor": 2}
    assert nas.architecture(space, genome | {"embedding": "angle-x"}).angle_factor == 2
    assert nas.architecture(space, genome | {"embedding": "amplitude"}).angle_factor == 1


def test_files_and_hashes_of_versions_without_it_hold() -> None:
    plain = dataclasses.replace(ONE, angle_factor=1)
    document = nas.architecture_to_dict(plain)
    del document["angle_factor"]
    assert nas.architecture_from_dict(document) == plain
    assert nas.architecture_from_dict(nas.architecture_to_dict(ONE)) == ONE
    assert nas.architecture_hash(ONE) != nas.architecture_hash(plain)
    for value in (0, 3, 1.5, True):
        with pytest.raises(SpaceError, match="angle_factor"):
            nas.architecture_from_dict(nas.architecture_to_dict(ONE) | {"angle_factor": value})
