"""Recorded calls of QNodes: answers have the form of PennyLane's results, and say when a gradient is asked for."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("pennylane")

import numpy as np
import pennylane as qml
import torch

from hwcost.models.qnode_calls import leaves, moved, record_call, tape_key

DEVICE = qml.device("default.qubit", wires=3)


def node(returned, shots=None, interface="torch"):
    def circuit(x, w):
        qml.RX(x, wires=0)
        qml.CRY(w, wires=[0, 1])
        return returned()

    return qml.set_shots(qml.QNode(circuit, DEVICE, interface=interface, diff_method="parameter-shift"), shots)


def form(result):
    if isinstance(result, dict):
        return {key: type(value).__name__ for key, value in result.items()} and "counts"
    if isinstance(result, (list, tuple)):
        return type(result).__name__, [form(one) for one in result]
    return type(result).__module__, tuple(result.shape), str(result.dtype)


RESULTS = {
    "expval": (lambda: qml.expval(qml.PauliZ(0)), None),
    "list of one": (lambda: [qml.expval(qml.PauliZ(0))], None),
    "dictionary": (lambda: {"a": qml.expval(qml.PauliZ(0)), "b": qml.var(qml.PauliX(1))}, None),
    "several": (lambda: (qml.probs(wires=[0, 1]), qml.var(qml.PauliZ(2))), None),
    "all wires": (qml.probs, None),
    "samples": (lambda: qml.sample(wires=[0, 1]), 7),
    "one sample wire": (lambda: qml.sample(wires=0), 7),
    "sampled observable": (lambda: qml.sample(qml.PauliZ(0)), 7),
    "counts": (lambda: qml.counts(wires=0), 7),
}


@pytest.mark.parametrize("interface", ["torch", "auto"])
@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("batch", [None, 2], ids=["one", "batch"])
def test_answers_have_the_form_of_results(name, interface, batch):
    if batch and name == "counts":
        pytest.skip("PennyLane has several forms for batches of counts")
    returned, shots = RESULTS[name]
    qnode = node(returned, shots, interface)
    x = torch.rand(()) if batch is None else torch.rand(batch)
    answer = record_call(qnode, (x, torch.tensor(0.3)), {}).answer(lambda again: None)
    right = qnode(x, torch.tensor(0.3))
    if isinstance(right, dict) and name == "dictionary":
        answer, right = list(answer.values()), list(right.values())
    assert form(answer) == form(right)


def test_a_backward_pass_is_told_and_leaves_zero_gradients():
    weight, noted = torch.tensor(0.3, requires_grad=True), []
    result = record_call(node(RESULTS["expval"][0]), (torch.tensor(0.1), weight * 2.0), {}).answer(noted.append)
    assert not noted
    result.backward()
    assert noted == [False]
    assert weight.grad == 0.0


def test_keys_tell_circuits_and_gradients_apart():
    def key(returned, **options):
        call = record_call(node(returned), (torch.tensor(0.1), torch.tensor(0.3, **options)), {})
        return tape_key(call.tapes[0])

    plain = RESULTS["expval"][0]
    assert key(plain) == key(plain)
    assert len({key(plain), key(plain, requires_grad=True), key(lambda: qml.expval(qml.PauliZ(1)))}) == 3


def test_moved_arguments_keep_their_form_and_their_need_of_a_gradient():
    weight = torch.nn.Parameter(torch.rand(2))
    given = {"a": [weight, 3], "b": (np.zeros(2), 0.5, "text")}
    other = moved(given, lambda value: True)
    assert [type(one) for one in leaves(other)] == [torch.Tensor, int, np.ndarray, float, str]
    assert other["a"][0].requires_grad
    assert not torch.equal(other["a"][0], weight)
    assert other["b"][0].all()
    assert moved(given, lambda value: False)["a"][0] is weight
