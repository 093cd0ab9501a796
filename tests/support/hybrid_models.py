"""QNodes and hybrid models that tests share; counts of what PennyLane executes."""

from __future__ import annotations

import pennylane as qml
import torch

NUM_WIRES = 3


def _embed(inputs, wires=range(NUM_WIRES)):
    qml.AngleEmbedding(inputs, wires=wires, rotation="Y")


def basic(inputs, weights):
    _embed(inputs)
    qml.BasicEntanglerLayers(weights, wires=range(NUM_WIRES))
    return [qml.expval(qml.PauliZ(wire)) for wire in range(NUM_WIRES)]


def strong(inputs, weights):
    _embed(inputs)
    qml.StronglyEntanglingLayers(weights, wires=range(NUM_WIRES))
    return qml.expval(qml.PauliZ(0) @ qml.PauliZ(1)), qml.expval(qml.PauliZ(2))


def controlled(inputs, weights):
    _embed(inputs)
    qml.CRX(weights[0], wires=[0, 1])
    qml.CRY(weights[1], wires=[1, 2])
    qml.CRZ(weights[2], wires=[2, 0])
    qml.CRot(weights[3], weights[4], weights[5], wires=[0, 1])
    qml.ControlledPhaseShift(weights[6], wires=[1, 2])
    return [qml.expval(qml.PauliZ(wire)) for wire in range(NUM_WIRES)]


def chemistry(inputs, weights):
    _embed(inputs)
    qml.SingleExcitation(weights[0], wires=[0, 1])
    qml.IsingXX(weights[1], wires=[1, 2])
    qml.IsingZZ(weights[2], wires=[0, 2])
    qml.MultiRZ(weights[3], wires=[0, 1, 2])
    qml.PauliRot(weights[4], "XYZ", wires=[0, 1, 2])
    qml.U3(weights[5], weights[6], weights[7], wires=0)
    qml.PhaseShift(weights[8], wires=1)
    qml.RX(0.3, wires=2)
    return qml.expval(qml.PauliZ(0)), qml.expval(qml.PauliZ(1)), qml.expval(qml.PauliZ(2))


def bases(inputs, weights):
    _embed(inputs)
    qml.BasicEntanglerLayers(weights, wires=range(NUM_WIRES))
    return (
        qml.expval(qml.PauliZ(0)),
        qml.expval(qml.PauliX(0) @ qml.PauliZ(1)),
        qml.expval(qml.PauliY(1)),
        qml.expval(qml.PauliX(2)),
    )


def energy(inputs, weights):
    _embed(inputs)
    qml.BasicEntanglerLayers(weights, wires=range(NUM_WIRES))
    terms = qml.PauliZ(0) @ qml.PauliZ(1) + 0.5 * qml.PauliX(0) + 0.25 * (qml.PauliX(1) @ qml.PauliX(2))
    return qml.expval(terms)


def variance(inputs, weights):
    _embed(inputs)
    qml.BasicEntanglerLayers(weights, wires=range(NUM_WIRES))
    return qml.expval(qml.PauliZ(0)), qml.var(qml.PauliZ(1))


def probabilities(inputs, weights):
    _embed(inputs)
    qml.BasicEntanglerLayers(weights, wires=range(NUM_WIRES))
    return qml.probs(wires=[0, 1])


def reused(inputs, weights):
    for _ in range(2):
        _embed(inputs)
        for wire in range(NUM_WIRES):
            qml.RZ(weights[0] * 2.0, wires=wire)
            qml.RX(weights[1] + weights[2], wires=wire)
        qml.CNOT(wires=[0, 1])
    return qml.expval(qml.PauliZ(0))


def amplitudes(inputs, weights):
    qml.AmplitudeEmbedding(inputs, wires=range(NUM_WIRES), normalize=True, pad_with=0.0)
    qml.BasicEntanglerLayers(weights, wires=range(NUM_WIRES), rotation=qml.RY)
    return [qml.expval(qml.PauliZ(wire)) for wire in range(NUM_WIRES)]


QNODES = {
    basic: (2, NUM_WIRES),
    strong: (2, NUM_WIRES, 3),
    controlled: (7,),
    chemistry: (9,),
    bases: (1, NUM_WIRES),
    energy: (2, NUM_WIRES),
    variance: (1, NUM_WIRES),
    probabilities: (1, NUM_WIRES),
    reused: (3,),
    amplitudes: (2, NUM_WIRES),
}


def arguments(function, *, input_gradient=False, seed=0):
    """(inputs, weights) in double precision."""
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.rand(NUM_WIRES, generator=generator, dtype=torch.float64)
    weights = torch.rand(QNODES[function], generator=generator, dtype=torch.float64) * 6.0
    return inputs.requires_grad_(input_gradient), weights.requires_grad_()


def layer(function, device, method="parameter-shift"):
    """The function as TorchLayer."""
    return qml.qnn.TorchLayer(qml.QNode(function, device, diff_method=method), {"weights": QNODES[function]})


def executed(device, call):
    """Circuits that PennyLane executes for a forward and a backward pass."""
    with qml.Tracker(device) as tracker:
        result = call()
        results = result if isinstance(result, (list, tuple)) else [result]
        forward = tracker.totals["executions"]
        sum(one.sum() for one in results).backward()
    return forward, tracker.totals["executions"]
