"""Layers of the grid, one for each gate and template with a shift rule: name, circuit, shape of its weights."""

from __future__ import annotations

import pennylane as qml
from torch import nn

from grid_parts import layer, z


def gates():
    """Each parametrised gate: name, function of its angles, number of angles."""
    yield "RX", lambda w: qml.RX(w[0], 0), 1
    yield "Rot", lambda w: qml.Rot(w[0], w[1], w[2], 0), 3
    yield "U1", lambda w: qml.U1(w[0], 0), 1
    yield "U2", lambda w: qml.U2(w[0], w[1], 0), 2
    yield "U3", lambda w: qml.U3(w[0], w[1], w[2], 0), 3
    yield "PhaseShift", lambda w: qml.PhaseShift(w[0], 0), 1
    yield "ControlledPhaseShift", lambda w: qml.ControlledPhaseShift(w[0], [0, 1]), 1
    yield "CPhaseShift00", lambda w: qml.CPhaseShift00(w[0], [0, 1]), 1
    yield "CPhaseShift01", lambda w: qml.CPhaseShift01(w[0], [0, 1]), 1
    yield "CPhaseShift10", lambda w: qml.CPhaseShift10(w[0], [0, 1]), 1
    yield "CRX", lambda w: qml.CRX(w[0], [0, 1]), 1
    yield "CRY", lambda w: qml.CRY(w[0], [0, 1]), 1
    yield "CRZ", lambda w: qml.CRZ(w[0], [0, 1]), 1
    yield "CRot", lambda w: qml.CRot(w[0], w[1], w[2], [0, 1]), 3
    yield "IsingXX", lambda w: qml.IsingXX(w[0], [0, 1]), 1
    yield "IsingXY", lambda w: qml.IsingXY(w[0], [0, 1]), 1
    yield "IsingYY", lambda w: qml.IsingYY(w[0], [0, 1]), 1
    yield "IsingZZ", lambda w: qml.IsingZZ(w[0], [0, 1]), 1
    yield "MultiRZ", lambda w: qml.MultiRZ(w[0], [0, 1, 2]), 1
    yield "PauliRot", lambda w: qml.PauliRot(w[0], "XYZ", [0, 1, 2]), 1
    yield "PSWAP", lambda w: qml.PSWAP(w[0], [0, 1]), 1
    yield "PCPhase", lambda w: qml.PCPhase(w[0], dim=2, wires=[0, 1]), 1
    yield "SingleExcitation", lambda w: qml.SingleExcitation(w[0], [0, 1]), 1
    yield "SingleExcitationPlus", lambda w: qml.SingleExcitationPlus(w[0], [0, 1]), 1
    yield "SingleExcitationMinus", lambda w: qml.SingleExcitationMinus(w[0], [0, 1]), 1
    yield "DoubleExcitation", lambda w: qml.DoubleExcitation(w[0], [0, 1, 2, 3]), 1
    yield "DoubleExcitationPlus", lambda w: qml.DoubleExcitationPlus(w[0], [0, 1, 2, 3]), 1
    yield "DoubleExcitationMinus", lambda w: qml.DoubleExcitationMinus(w[0], [0, 1, 2, 3]), 1
    yield "OrbitalRotation", lambda w: qml.OrbitalRotation(w[0], [0, 1, 2, 3]), 1
    yield "FermionicSWAP", lambda w: qml.FermionicSWAP(w[0], [0, 1]), 1
    yield "FermionicSingleExcitation", lambda w: qml.FermionicSingleExcitation(w[0], [0, 1]), 1
    yield "FermionicDoubleExcitation", lambda w: qml.FermionicDoubleExcitation(w[0], [0, 1], [2, 3]), 1
    yield "GlobalPhase", lambda w: (qml.GlobalPhase(w[0]), qml.RX(w[1], 0)), 2
    yield "DiagonalQubitUnitary fixed", lambda w: (qml.DiagonalQubitUnitary([1, 1, 1, -1], [0, 1]), qml.RX(w[0], 0)), 1
    yield "ctrl RX", lambda w: qml.ctrl(qml.RX, control=1)(w[0], wires=0), 1
    yield "ctrl twice", lambda w: qml.ctrl(qml.RY, control=[1, 2])(w[0], wires=0), 1
    yield "ctrl on zero", lambda w: qml.ctrl(qml.RY, control=1, control_values=0)(w[0], wires=0), 1
    yield "ctrl PhaseShift", lambda w: qml.ctrl(qml.PhaseShift, control=[1, 2])(w[0], wires=0), 1
    yield "ctrl Hadamard", lambda w: (qml.ctrl(qml.Hadamard, control=2)(wires=0), qml.RX(w[0], 0)), 1
    yield "adjoint Rot", lambda w: qml.adjoint(qml.Rot)(w[0], w[1], w[2], wires=0), 3
    yield "adjoint CRX", lambda w: qml.adjoint(qml.CRX(w[0], [0, 1])), 1
    yield "adjoint U2", lambda w: qml.adjoint(qml.U2(w[0], w[1], 0)), 2
    yield "adjoint SingleExcitation", lambda w: qml.adjoint(qml.SingleExcitation(w[0], [0, 1])), 1
    yield "pow RX", lambda w: qml.pow(qml.RX(w[0], 0), 2), 1
    yield "pow CRZ", lambda w: qml.pow(qml.CRZ(w[0], [0, 1]), 3), 1
    yield "prod", lambda w: qml.prod(qml.RX(w[0], 0), qml.RY(w[1], 1)), 2
    yield "exp of a word", lambda w: qml.exp(qml.PauliX(0) @ qml.PauliY(1), 1j * w[0]), 1
    yield "evolve", lambda w: qml.evolve(qml.PauliX(0) @ qml.PauliX(1), w[0]), 1
    yield "change of basis", lambda w: qml.change_op_basis(qml.Hadamard(0), qml.RZ(w[0], 0)), 1


TWO_TERMS = qml.Hamiltonian([0.5, 0.7], [qml.PauliX(0) @ qml.PauliX(1), qml.PauliZ(0)])
COMMUTING = qml.Hamiltonian([0.5, 0.7], [qml.PauliX(0), qml.PauliX(1)])


def templates():
    """Each template: name, function of (inputs, weights), shape of the weights."""
    yield "StronglyEntanglingLayers", lambda x, w: qml.StronglyEntanglingLayers(w, wires=range(3)), (2, 3, 3)
    yield "BasicEntanglerLayers RZ", lambda x, w: qml.BasicEntanglerLayers(w, wires=range(3), rotation=qml.RZ), (2, 3)
    yield "RandomLayers", lambda x, w: qml.RandomLayers(w, wires=range(3), seed=4), (2, 3)
    yield "SimplifiedTwoDesign", lambda x, w: qml.SimplifiedTwoDesign(w[0, :, 0], w[1:, :2], wires=range(3)), (2, 3, 2)
    yield "QAOAEmbedding", lambda x, w: qml.QAOAEmbedding(x, w, wires=range(2)), (2, 3)
    yield "IQPEmbedding", lambda x, w: (qml.IQPEmbedding(x, range(2), n_repeats=2), qml.RX(w[0], 0)), (1,)
    yield "AmplitudeEmbedding", _amplitudes, (1,)
    yield "BasisEmbedding", lambda x, w: (qml.BasisEmbedding([1, 0], range(2)), qml.RX(w[0], 0)), (1,)
    yield "QFT", lambda x, w: (qml.RX(w[0], 0), qml.QFT(range(3)), qml.RY(w[1], 1)), (2,)
    yield "adjoint layers", lambda x, w: qml.adjoint(qml.StronglyEntanglingLayers)(w, wires=range(2)), (1, 2, 3)
    yield "ctrl layers", lambda x, w: qml.ctrl(qml.BasicEntanglerLayers, control=2)(w, wires=range(2)), (1, 2)
    yield "ParticleConservingU1", lambda x, w: qml.ParticleConservingU1(w, wires=range(2)), (1, 1, 2)
    yield "ParticleConservingU2", lambda x, w: qml.ParticleConservingU2(w, wires=range(2)), (1, 3)
    yield "ApproxTimeEvolution", lambda x, w: qml.ApproxTimeEvolution(TWO_TERMS, w[0], 2), (1,)
    yield "CommutingEvolution", lambda x, w: qml.CommutingEvolution(COMMUTING, w[0], (2, 4)), (1,)
    yield "MERA", lambda x, w: qml.MERA(range(4), 2, _block, 2, w), (5, 2)
    yield "TTN", lambda x, w: qml.TTN(range(4), 2, _block, 2, w), (3, 2)
    yield "layer", lambda x, w: qml.layer(_rotations, 3, w), (3, 2)
    yield "broadcast", lambda x, w: [qml.RX(w[i], i) for i in range(3)], (3,)
    yield "GateFabric", lambda x, w: qml.GateFabric(w, wires=range(4), init_state=[1, 1, 0, 0]), (1, 1, 2)
    yield "ArbitraryUnitary", lambda x, w: qml.ArbitraryUnitary(w, wires=[0]), (3,)
    yield "ArbitraryStatePreparation", lambda x, w: qml.ArbitraryStatePreparation(w, wires=[0, 1]), (6,)
    yield "UCCSD", lambda x, w: qml.UCCSD(w, range(4), [[0, 1, 2]], [], qml.math.array([1, 1, 0, 0])), (1,)
    yield "SelectPauliRot", lambda x, w: qml.SelectPauliRot(w, [1], 0), (2,)
    yield "GroverOperator", lambda x, w: (qml.RX(w[0], 0), qml.GroverOperator(range(2))), (1,)
    yield "Permute", lambda x, w: (qml.RX(w[0], 0), qml.Permute([1, 2, 0], range(3)), qml.RY(w[1], 1)), (2,)
    yield "for_loop", _looped, (3,)
    yield "while_loop", _while, (3,)
    yield "cond", _conditional, (2,)
    yield "barrier and snapshot", lambda x, w: (qml.RX(w[0], 0), qml.Barrier(range(2)), qml.Snapshot()), (1,)


def _amplitudes(x, w):
    qml.AmplitudeEmbedding(x, wires=range(2), pad_with=0.1, normalize=True)
    qml.RX(w[0], 0)


def _block(weights, wires):
    qml.RY(weights[0], wires=wires[0])
    qml.RY(weights[1], wires=wires[1])
    qml.CNOT(wires=wires)


def _rotations(weights):
    qml.RX(weights[0], 0)
    qml.CRY(weights[1], [0, 1])


def _looped(x, w):
    @qml.for_loop(0, 3, 1)
    def loop(i):
        qml.RX(w[i], wires=i)

    loop()


def _while(x, w):
    @qml.while_loop(lambda i: i < 3)
    def loop(i):
        qml.RY(w[i], wires=0)
        return i + 1

    loop(0)


def _conditional(x, w):
    qml.cond(len(w) > 1, qml.RX, qml.RY)(w[0], wires=0)
    qml.cond(len(w) > 2, lambda: qml.RX(w[0], 0), lambda: qml.CRX(w[1], [0, 1]))()


def _gate_layer(apply, number):
    def circuit(inputs, weights):
        for wire in range(4):
            qml.Hadamard(wire)
            qml.T(wire)
        qml.AngleEmbedding(inputs, wires=range(2))
        qml.CNOT([1, 2])
        apply(weights)
        for wire in range(4):
            qml.SX(wire)
        return z(4)

    return layer(circuit, (number,))


def _template_layer(apply, shape):
    def circuit(inputs, weights):
        if apply is not _amplitudes:
            qml.AngleEmbedding(inputs, wires=range(2))
        apply(inputs, weights)
        return z(2)

    return layer(circuit, shape)


def gate_models():
    """Layers behind a trained one, so that data angles count too."""
    for name, apply, number in gates():
        yield f"gate {name}", lambda a=apply, n=number: nn.Sequential(nn.Linear(2, 2), _gate_layer(a, n))


def template_models():
    for name, apply, shape in templates():
        yield f"template {name}", lambda a=apply, s=shape: nn.Sequential(nn.Linear(2, 2), _template_layer(a, s))
