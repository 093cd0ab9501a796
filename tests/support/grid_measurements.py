"""Measurements and ways to call a QNode, for the grid."""

from __future__ import annotations

import pennylane as qml
import torch
from torch import nn

from grid_parts import DEVICE, SHIFT, Model, entangled, layer, node, parameter, rows, stacked, z


def _prepared(inputs, weights):
    qml.AngleEmbedding(inputs, wires=range(2))
    qml.BasicEntanglerLayers(weights, wires=range(2))
    qml.CNOT([1, 2])


def measurements():
    """What a QNode returns: name, function."""
    X, Y, Z = qml.PauliX, qml.PauliY, qml.PauliZ
    yield "one expval", lambda: qml.expval(Z(0))
    yield "list of one", lambda: [qml.expval(Z(0))]
    yield "tuple", lambda: (qml.expval(Z(0)), qml.expval(Z(1)))
    yield "product", lambda: qml.expval(Z(0) @ X(1) @ Y(2))
    yield "probs", lambda: qml.probs(wires=[0, 1])
    yield "probs of all wires", qml.probs
    yield "probs twice", lambda: (qml.probs(wires=0), qml.probs(wires=[1, 2]))
    yield "var", lambda: qml.var(Z(0))
    yield "var and expval", lambda: (qml.var(Z(0)), qml.expval(Z(1)))
    yield "two variances", lambda: (qml.var(Z(0)), qml.var(Z(1)))
    yield "var in another basis", lambda: (qml.var(X(0)), qml.expval(Z(0)))
    yield "commuting", lambda: (qml.expval(Z(0)), qml.expval(Z(1) @ Z(2)), qml.expval(X(2) @ Z(1)))
    yield "not commuting", lambda: (qml.expval(X(0)), qml.expval(Y(0)), qml.expval(Z(0)))
    yield "two bases", lambda: (qml.expval(X(0)), qml.expval(X(1)), qml.expval(Z(0)), qml.expval(Z(1)))
    yield "outside the light cone", lambda: qml.expval(X(3) @ X(2))
    yield "Hadamard", lambda: qml.expval(qml.Hadamard(0))
    yield "Projector", lambda: qml.expval(qml.Projector([1, 0], wires=[0, 1]))
    yield "Hermitian", lambda: qml.expval(qml.Hermitian([[1, 0.5], [0.5, -1]], wires=0))
    yield "identity", lambda: (qml.expval(qml.Identity(0)), qml.expval(Z(0)))
    yield "scaled word", lambda: qml.expval(0.5 * Z(0))
    yield "grouped Hamiltonian", lambda: qml.expval(_hamiltonian())
    yield (
        "Hamiltonian of one group",
        lambda: qml.expval(qml.Hamiltonian([1.0, 0.5], [Z(0), Z(0) @ Z(1)], grouping_type="qwc")),
    )
    yield "sum split", lambda: tuple(qml.expval(term) for term in (Z(0), X(0), Z(0) @ Z(1)))


def _hamiltonian():
    words = [qml.PauliZ(0), qml.PauliZ(0) @ qml.PauliZ(1), qml.PauliX(0), qml.PauliX(1) @ qml.PauliX(2)]
    return qml.Hamiltonian([1.0, 0.5, 0.3, 0.2], words, grouping_type="qwc")


def _measured(returned):
    def circuit(inputs, weights):
        _prepared(inputs, weights)
        return returned()

    return circuit


def measurement_models():
    for name, returned in measurements():
        if name in ("one expval", "list of one", "probs", "var and expval", "not commuting", "grouped Hamiltonian"):
            yield f"layer returning {name}", lambda r=returned: nn.Sequential(nn.Linear(2, 2), layer(_measured(r)))
        yield f"QNode returning {name}", lambda r=returned: _summed(node(_measured(r)))


def _summed(circuit):
    def run(m, x):
        results = [circuit(row, m.w) for row in m.fc(x)]
        return [one if isinstance(one, torch.Tensor) else torch.cat([o.reshape(-1) for o in one]) for one in results]

    return Model(run, fc=nn.Linear(2, 2), w=parameter(2, 2))


def _samples(measure, shots=20):
    def circuit(inputs, weights):
        _prepared(inputs, weights)
        return measure()

    return qml.set_shots(node(circuit), shots)


def _no_grad(function, *args):
    with torch.no_grad():
        return function(*args)


def call_models():
    """Ways to call a QNode."""
    yield "sampled bits", lambda: _bits(lambda: qml.sample(wires=[0, 1]), lambda s: s.float().mean(0))
    yield "sampled observable", lambda: _bits(lambda: qml.sample(qml.PauliZ(0)), lambda s: s.float().mean()[None])
    yield "samples of all wires", lambda: _bits(qml.sample, lambda s: s.float().mean(0)[:2])
    yield "counts", lambda: _bits(lambda: qml.counts(wires=[0]), lambda c: torch.tensor([float(sum(c.values()))]))
    yield (
        "shots",
        lambda: Model(
            lambda m, x: rows(lambda row: qml.set_shots(node(entangled), 50)(row, m.w), x), w=parameter(2, 2)
        ),
    )
    yield "batch_input", _batch_input
    yield "batch_params", _batch_params
    yield "broadcasting weights only", lambda: Model(lambda m, x: stacked(node(entangled)(x, m.w)), w=parameter(2, 2))
    yield (
        "broadcasting three rows of a tile",
        lambda: Model(lambda m, x: stacked(node(entangled)(x.repeat(3, 1), m.w)), w=parameter(2, 2)),
    )
    yield (
        "positional and keyword",
        lambda: Model(lambda m, x: rows(lambda row: node(entangled)(row, weights=m.w), x), w=parameter(2, 2)),
    )
    yield (
        "star arguments",
        lambda: Model(lambda m, x: rows(lambda row: node(_star)(row, m.a, m.b), x), a=parameter(2), b=parameter(2)),
    )
    yield (
        "keyword arguments",
        lambda: Model(
            lambda m, x: rows(lambda row: node(_keywords)(row, a=m.a, b=m.b), x), a=parameter(2), b=parameter(2)
        ),
    )
    yield (
        "list of weights",
        lambda: Model(lambda m, x: rows(lambda row: node(_listed)(row, [m.a, m.b]), x), a=parameter(2), b=parameter(3)),
    )
    yield (
        "parameter list",
        lambda: Model(
            lambda m, x: rows(lambda row: node(_listed)(row, m.ws), x),
            ws=nn.ParameterList([parameter(2), parameter(3)]),
        ),
    )
    yield (
        "dictionary of weights",
        lambda: Model(
            lambda m, x: rows(lambda row: node(_dictionary)(row, {"a": m.a, "b": m.b}), x),
            a=parameter(2),
            b=parameter(3),
        ),
    )
    yield (
        "partly frozen list",
        lambda: Model(
            lambda m, x: rows(lambda row: node(_listed)(row, [m.a, m.b.detach()]), x), a=parameter(2), b=parameter(3)
        ),
    )
    yield (
        "rows in a list",
        lambda: Model(
            lambda m, x: torch.stack([stacked(node(_scalars)(list(row), list(m.w))) for row in x]), w=parameter(3)
        ),
    )
    yield "weights closed over", _closed_over
    yield "data closed over", _data_closed_over
    yield "no arguments", lambda: Model(lambda m, x: torch.stack([row + _bare()() for row in x]), w=parameter(1))
    yield "NumPy circuit", _numpy_circuit
    yield (
        "NumPy data",
        lambda: Model(lambda m, x: rows(lambda row: node(entangled)(row.detach().numpy(), m.w), x), w=parameter(2, 2)),
    )
    yield (
        "integers",
        lambda: Model(lambda m, x: rows(lambda row: node(_switched)((row > 0.5).int(), m.w), x), w=parameter(2)),
    )
    yield (
        "basis states",
        lambda: Model(lambda m, x: rows(lambda row: node(_basis)((row > 0.5).int(), m.w), x), w=parameter(2)),
    )
    yield (
        "depth by an argument",
        lambda: Model(
            lambda m, x: (
                rows(lambda row: node(_deep)(row, m.w, depth=1), x)
                + rows(lambda row: node(_deep)(row, m.w, depth=3), x)
            ),
            w=parameter(1),
        ),
    )
    yield "default arguments", lambda: Model(lambda m, x: rows(lambda row: node(_default)(row, m.w), x), w=parameter(2))
    yield (
        "double results",
        lambda: Model(
            lambda m, x: m.fc(torch.stack([torch.stack(node(entangled)(row, m.w)) for row in x])),
            w=parameter(2, 2),
            fc=nn.Linear(2, 2).double(),
        ),
    )
    yield (
        "frequencies scaled by a number",
        lambda: Model(lambda m, x: rows(lambda row: node(_multiplied)(row, m.w), x), w=parameter(2)),
    )
    yield (
        "expectations divided",
        lambda: Model(lambda m, x: rows(lambda row: 1 / node(_probabilities)(row, m.w), x), w=parameter(2)),
    )
    yield (
        "distribution of probs",
        lambda: Model(
            lambda m, x: (
                torch.distributions.Categorical(probs=rows(lambda row: node(_probabilities)(row, m.w), x)).logits
            ),
            w=parameter(2),
        ),
    )
    yield "zero noise extrapolation", _extrapolated
    yield (
        "split by a transform",
        lambda: Model(
            lambda m, x: rows(lambda row: qml.transforms.split_non_commuting(node(_three))(row, m.w), x),
            w=parameter(2, 2),
        ),
    )
    yield (
        "Hamiltonian split by a transform",
        lambda: Model(
            lambda m, x: rows(lambda row: qml.transforms.split_non_commuting(node(_energy))(row, m.w), x),
            w=parameter(2, 2),
        ),
    )
    yield (
        "simplified",
        lambda: Model(lambda m, x: rows(lambda row: qml.simplify(node(entangled))(row, m.w), x), w=parameter(2, 2)),
    )
    yield (
        "cancelled inverses",
        lambda: Model(
            lambda m, x: rows(lambda row: qml.transforms.merge_rotations(node(_multiplied))(row, m.w), x),
            w=parameter(2),
        ),
    )
    yield (
        "compiled",
        lambda: Model(lambda m, x: rows(lambda row: qml.compile(node(entangled))(row, m.w), x), w=parameter(2, 2)),
    )


def _bits(measure, read):
    circuit = _samples(measure)
    return Model(
        lambda m, x: m.fc(torch.stack([read(_no_grad(circuit, row, m.w)).float() for row in x]).mean(-1, keepdim=True)),
        w=parameter(2, 2),
        fc=nn.Linear(1, 1),
    )


def _batch_input():
    @qml.batch_input(argnum=0)
    @qml.qnode(DEVICE, **SHIFT)
    def circuit(angles, weights):
        qml.AngleEmbedding(angles, wires=range(2))
        qml.CRX(weights[0, 0], wires=[0, 1])
        return qml.probs(wires=[0, 1])

    return Model(lambda m, x: m.fc(circuit(x, m.w).float()), w=parameter(2, 2), fc=nn.Linear(4, 2))


def _batch_params():
    @qml.batch_params
    @qml.qnode(DEVICE, **SHIFT)
    def circuit(angles, weights):
        qml.AngleEmbedding(angles, wires=range(2))
        qml.CRX(weights[0], wires=[0, 1])
        return qml.expval(qml.PauliZ(1))

    return Model(lambda m, x: circuit(x, m.fc(x)), fc=nn.Linear(2, 2))


def _star(x, *weights):
    qml.AngleEmbedding(x, wires=range(2))
    for weight in weights:
        qml.RX(weight[0], 0)
        qml.RY(weight[1], 1)
    qml.CNOT([0, 1])
    return z()


def _keywords(x, **weights):
    return _star(x, *weights.values())


def _listed(x, weights):
    qml.AngleEmbedding(x, wires=range(2))
    for weight in weights:
        for value in weight:
            qml.RY(value, 0)
    qml.CNOT([0, 1])
    return z()


def _dictionary(x, weights):
    return _listed(x, [weights["a"], weights["b"]])


def _scalars(x, w):
    qml.RX(x[0], 0)
    qml.RY(x[1], 1)
    qml.Rot(*w, wires=0)
    return z()


def _closed_over():
    model = Model(None, w=parameter(2, 2))
    model._run = lambda m, x: rows(node(lambda inputs: entangled(inputs, m.w)), x)
    return model


def _data_closed_over():
    model = Model(None, w=parameter(2, 2))
    model._run = lambda m, x: rows(lambda row: node(lambda weights: entangled(row, weights))(m.w), x)
    return model


def _bare():
    def circuit():
        qml.Hadamard(0)
        return qml.expval(qml.PauliX(0))

    return node(circuit)


def _numpy_circuit():
    circuit = qml.QNode(entangled, DEVICE, interface="auto", diff_method="parameter-shift")

    def run(m, x):
        values = [circuit(row.detach().numpy(), m.fixed.numpy()) for row in x]
        return m.fc(torch.tensor([[float(v) for v in row] for row in values]))

    return Model(run, fixed=torch.rand(2, 2), fc=nn.Linear(2, 2))


def _switched(bits, w):
    for wire, bit in enumerate(bits):
        qml.RX(bit * 3.14159, wire)
    qml.RY(w[0], 0)
    qml.CRX(w[1], [0, 1])
    return z()


def _basis(bits, w):
    qml.BasisEmbedding(bits, wires=range(2))
    qml.RY(w[0], 0)
    qml.CRX(w[1], [0, 1])
    return z()


def _deep(x, w, depth):
    for _ in range(depth):
        qml.RX(x[0] * w[0], 0)
    return qml.expval(qml.PauliZ(0))


def _default(x, w, scale=2.0, wires=(0, 1)):
    for wire in wires:
        qml.RX(scale * x[wire], wire)
        qml.RY(w[wire], wire)
    return z()


def _multiplied(x, w):
    qml.RX(3 * x[0], 0)
    qml.RX(2 * w[0] + x[1], 0)
    qml.RZ(w[1] ** 2, 0)
    return qml.expval(qml.PauliX(0))


def _probabilities(x, w):
    qml.AngleEmbedding(x, wires=range(2))
    qml.RY(w[0], 0)
    qml.RY(w[1], 1)
    return qml.probs(wires=[0, 1])


def _three(x, w):
    qml.AngleEmbedding(x, wires=range(2))
    qml.BasicEntanglerLayers(w, wires=range(2))
    return qml.expval(qml.PauliX(0)), qml.expval(qml.PauliY(0)), qml.expval(qml.PauliZ(0))


def _energy(x, w):
    qml.AngleEmbedding(x, wires=range(2))
    qml.BasicEntanglerLayers(w, wires=range(2))
    return qml.expval(qml.PauliX(0) + 0.5 * qml.PauliX(1) + 0.2 * qml.PauliZ(0) @ qml.PauliZ(1))


def _extrapolated():
    from pennylane.noise import fold_global, poly_extrapolate

    circuit = qml.noise.mitigate_with_zne(
        node(_multiplied),
        scale_factors=[1, 2, 3],
        folding=fold_global,
        extrapolate=poly_extrapolate,
        extrapolate_kwargs={"order": 2},
    )
    return Model(lambda m, x: rows(lambda row: circuit(row, m.w), x), w=parameter(2))
