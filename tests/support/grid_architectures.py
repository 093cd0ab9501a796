"""Hybrid models as people write them, for the grid."""

from __future__ import annotations

import functools

import pennylane as qml
import torch
from torch import nn

from grid_parts import (
    DEVICE,
    OTHER_DEVICE,
    SHIFT,
    Model,
    entangled,
    frozen,
    layer,
    node,
    parameter,
    rows,
    stacked,
    z,
)


def _no_grad(function, x):
    with torch.no_grad():
        return function(x)


def _scaled(inputs, weights):
    for column in range(2):
        for wire in range(2):
            qml.RY(weights[column, wire] * inputs[..., wire] + weights[column, wire], wires=wire)
        qml.CNOT([0, 1])
    return z()


def _by_columns(inputs, weights):
    for wire in range(2):
        qml.RX(inputs[:, wire], wires=wire)
    qml.BasicEntanglerLayers(weights, wires=range(2))
    return z()


_by_columns.takes_batches = True


def _wide(inputs, weights):
    qml.AngleEmbedding(inputs, wires=range(4))
    qml.BasicEntanglerLayers(weights, wires=range(4))
    return z(4)


def _wide_layer():
    return layer(_wide, (1, 4))


MODULE_LEVEL = node(entangled)


def holders():
    yield "module global", lambda: Model(lambda m, x: rows(lambda r: MODULE_LEVEL(r, m.w), x), w=parameter(2, 2))
    yield "attribute", lambda: Model(lambda m, x: rows(lambda r: m.f(r, m.w), x), f=node(entangled), w=parameter(2, 2))
    yield (
        "list",
        lambda: Model(
            lambda m, x: sum(rows(lambda r, f=f: f(r, m.w), x) for f in m.fs),
            fs=[node(entangled), node(_scaled)],
            w=parameter(2, 2),
        ),
    )
    yield (
        "dictionary",
        lambda: Model(lambda m, x: rows(lambda r: m.fs["a"](r, m.w), x), fs={"a": node(entangled)}, w=parameter(2, 2)),
    )
    yield "partial", _partial
    yield (
        "nested module",
        lambda: nn.Sequential(nn.ModuleDict({"a": layer(entangled)})["a"], nn.ModuleList([layer(entangled)])[0]),
    )
    yield (
        "plain object",
        lambda: Model(lambda m, x: rows(lambda r: m.holder.f(r, m.w), x), holder=_Holder(), w=parameter(2, 2)),
    )
    yield (
        "layer in a plain list",
        lambda: Model(lambda m, x: m.qs[0](m.fc(x)), qs=[layer(entangled)], fc=nn.Linear(2, 2)),
    )
    yield (
        "layer in a plain dict",
        lambda: Model(lambda m, x: m.qs["a"](m.fc(x)), qs={"a": layer(entangled)}, fc=nn.Linear(2, 2)),
    )
    yield "layer in a closure", _enclosed
    yield "layer made in forward", lambda: Model(lambda m, x: layer(entangled)(m.fc(x)), fc=nn.Linear(2, 2))
    yield (
        "QNode made in forward",
        lambda: Model(lambda m, x: rows(lambda r: node(entangled)(r, m.w), x), w=parameter(2, 2)),
    )
    yield "method as circuit", _Method
    yield (
        "subclass of TorchLayer",
        lambda: nn.Sequential(nn.Linear(2, 2), _SubLayer(node(entangled), {"weights": (2, 2)})),
    )
    yield "layer with hooks", _hooked
    yield "functional call", _functional
    yield "torch checkpoint", lambda: Model(_checkpointed, q=layer(entangled), fc=nn.Linear(2, 2))


def _enclosed():
    q = layer(entangled)
    return Model(lambda m, x: q(m.fc(x)), fc=nn.Linear(2, 2))


def _shared():
    q = layer(entangled)
    return nn.Sequential(q, nn.Tanh(), q)


class _Holder:
    def __init__(self):
        self.f = node(entangled)


class _SubLayer(qml.qnn.TorchLayer):
    def forward(self, inputs):
        return super().forward(torch.tanh(inputs))


class _Method(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = parameter(2, 2)
        self.q = qml.QNode(self.circuit, DEVICE, **SHIFT)

    def circuit(self, x):
        return entangled(x, self.w)

    def forward(self, x):
        return rows(self.q, x)


def _partial():
    model = Model(lambda m, x: rows(lambda r: m.f(inputs=r), x), w=parameter(2, 2))
    model.f = functools.partial(node(entangled), weights=model.w)
    return model


def _hooked():
    q = layer(entangled)
    q.register_forward_hook(lambda module, args, output: output * 2)
    return nn.Sequential(nn.Linear(2, 2), q)


def _functional():
    q = layer(entangled)
    return Model(lambda m, x: torch.func.functional_call(m.q, {"weights": m.fc.weight}, (x,)), q=q, fc=nn.Linear(2, 2))


def _checkpointed(m, x):
    from torch.utils.checkpoint import checkpoint

    return checkpoint(m.q, m.fc(x), use_reentrant=False)


def flows():
    """Who is trained, and which results count."""
    yield "layer alone", lambda: layer(entangled)
    yield "layer after data", lambda: nn.Sequential(layer(entangled), nn.Linear(2, 1))
    yield "two layers", lambda: nn.Sequential(layer(entangled), layer(_scaled))
    yield "shared layer", _shared
    yield "re-uploading with scales", lambda: layer(_scaled)
    yield "by columns", lambda: layer(_by_columns)
    yield "frozen layer", lambda: nn.Sequential(frozen(layer(entangled)), nn.Linear(2, 1))
    yield "frozen behind trained", lambda: nn.Sequential(nn.Linear(2, 2), frozen(layer(entangled)))
    yield "frozen between", lambda: nn.Sequential(layer(entangled), frozen(layer(entangled)), layer(entangled))
    yield "everything frozen", lambda: frozen(nn.Sequential(nn.Linear(2, 2), layer(entangled)))
    yield "one of two weights frozen", _half_frozen
    yield "no_grad", lambda: Model(lambda m, x: m.fc(_no_grad(m.q, x)), q=layer(entangled), fc=nn.Linear(2, 1))
    yield "inference_mode", lambda: Model(_inference, q=layer(entangled), fc=nn.Linear(2, 1))
    yield "gradient only in training", lambda: Model(_if_training, q=layer(entangled), fc=nn.Linear(2, 2))
    yield "circuit only in training", lambda: Model(_only_in_training, q=layer(entangled), fc=nn.Linear(2, 2))
    yield "circuit only in evaluation", lambda: Model(_only_in_evaluation, q=layer(entangled), fc=nn.Linear(2, 2))
    yield "detached", lambda: Model(lambda m, x: m.fc(m.q(x).detach()), q=layer(entangled), fc=nn.Linear(2, 1))
    yield "detached before", lambda: Model(lambda m, x: m.q(m.fc(x).detach()), q=layer(entangled), fc=nn.Linear(2, 2))
    yield "not used", lambda: Model(lambda m, x: (m.q(x), m.fc(x))[1], q=layer(entangled), fc=nn.Linear(2, 1))
    yield "one result of two used", lambda: Model(lambda m, x: m.q(x)[:, :1], q=layer(entangled))
    yield (
        "as a number",
        lambda: Model(lambda m, x: m.fc(x) * m.q(x).sum().item(), q=layer(entangled), fc=nn.Linear(2, 1)),
    )
    yield "straight-through", lambda: Model(_straight_through, q=layer(entangled), fc=nn.Linear(2, 2))
    yield (
        "weights made by a network",
        lambda: Model(lambda m, x: rows(lambda r: MODULE_LEVEL(r, m.fc(r).reshape(2, 2)), x), fc=nn.Linear(2, 4)),
    )
    yield "loss inside", lambda: Model(lambda m, x: ((m.q(x) - 1.0) ** 2).mean(), q=layer(entangled))
    yield (
        "dictionary output",
        lambda: Model(lambda m, x: {"a": m.q(x), "b": [m.p(x)]}, q=layer(entangled), p=layer(_scaled)),
    )
    yield "regulariser by torch.autograd.grad", lambda: Model(_penalised, q=layer(entangled), fc=nn.Linear(2, 2))


def _half_frozen():
    def circuit(inputs, a, b):
        qml.AngleEmbedding(inputs, wires=range(2))
        qml.BasicEntanglerLayers(a, wires=range(2))
        qml.CRot(b[0], b[1], b[2], wires=[0, 1])
        return z()

    q = layer(circuit, {"a": (2, 2), "b": (3,)})
    q.qnode_weights["b"].requires_grad_(False)
    return q


def _inference(m, x):
    with torch.inference_mode():
        y = m.q(x)
    return m.fc(y.clone())


def _if_training(m, x):
    with torch.set_grad_enabled(m.training):
        y = m.q(x)
    return m.fc(y)


def _only_in_training(m, x):
    return m.fc(m.q(x) if m.training else x)


def _only_in_evaluation(m, x):
    return m.fc(x if m.training else m.q(x))


def _straight_through(m, x):
    y = m.fc(x)
    return y + (m.q(y) - y).detach()


def _penalised(m, x):
    y = m.fc(x)
    (slope,) = torch.autograd.grad(y.sum(), m.fc.weight, create_graph=True)
    return m.q(y) + slope.pow(2).sum()


def _image(batch):
    return torch.rand(batch, 1, 4, 4)


def _sequence(batch):
    return torch.rand(batch, 3, 2)


def networks():
    yield "transfer learning head", _transfer
    yield "frozen convolutional backbone", _frozen_backbone
    yield "quanvolution by loop", lambda: (Model(_quanvolution, q=_wide_layer(), fc=nn.Linear(16, 2)), _image)
    yield "frozen quanvolution", lambda: (Model(_quanvolution, q=frozen(_wide_layer()), fc=nn.Linear(16, 2)), _image)
    yield "quanvolution by unfold", lambda: (Model(_unfolded, q=_wide_layer()), _image)
    yield (
        "quanvolution behind a convolution",
        lambda: (
            nn.Sequential(
                nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1), Model(_quanvolution, q=_wide_layer(), fc=nn.Linear(16, 2))
            ),
            _image,
        ),
    )
    yield "QLSTM", lambda: (_QLSTM(), _sequence)
    yield "QGRU", lambda: (_QGRU(), _sequence)
    yield "recurrent on data", lambda: (Model(_recurrent, q=layer(entangled)), _sequence)
    yield "recurrent with detached state", lambda: (Model(_truncated, q=layer(entangled)), _sequence)
    yield (
        "siamese",
        lambda: (
            Model(lambda m, a, b: (m.q(a) - m.q(b)).abs(), q=layer(entangled)),
            lambda n: (torch.rand(n, 2), torch.rand(n, 2)),
        ),
    )
    yield (
        "siamese with one trained branch",
        lambda: (
            Model(lambda m, a, b: m.q(m.fc(a)) - m.q(b), q=layer(entangled), fc=nn.Linear(2, 2)),
            lambda n: (torch.rand(n, 2), torch.rand(n, 2)),
        ),
    )
    yield (
        "siamese against a target",
        lambda: Model(lambda m, x: m.q(x) - _no_grad(m.t, x), q=layer(entangled), t=layer(entangled)),
    )
    yield (
        "ensemble",
        lambda: Model(
            lambda m, x: torch.stack([q(x) for q in m.qs]).mean(0),
            qs=nn.ModuleList([layer(entangled), layer(_scaled), layer(entangled)]),
        ),
    )
    yield (
        "ensemble of QNodes",
        lambda: Model(
            lambda m, x: sum(rows(lambda r, i=i: MODULE_LEVEL(r, m.w[i]), x) for i in range(3)), w=parameter(3, 2, 2)
        ),
    )
    yield (
        "attention with quantum heads",
        lambda: (Model(_attention, q=layer(entangled), k=layer(entangled), v=layer(entangled)), _sequence),
    )
    yield "attention over a kernel", lambda: (Model(_kernel_attention, w=parameter(2)), _sequence)
    yield (
        "encoder with a quantum feed-forward",
        lambda: (
            Model(_encoder, a=nn.MultiheadAttention(2, 1, batch_first=True), n=nn.LayerNorm(2), q=layer(entangled)),
            _sequence,
        ),
    )
    yield "two devices", lambda: nn.Sequential(nn.Linear(2, 2), layer(entangled), layer(_scaled, device=OTHER_DEVICE))
    yield (
        "QNodes on two devices",
        lambda: Model(
            lambda m, x: rows(lambda r: node(entangled, OTHER_DEVICE)(stacked(MODULE_LEVEL(r, m.w)), m.w), x),
            w=parameter(2, 2),
        ),
    )
    yield "residual", lambda: Model(lambda m, x: m.fc(x) + m.q(m.fc(x)), q=layer(entangled), fc=nn.Linear(2, 2))
    yield (
        "parallel branches",
        lambda: Model(lambda m, x: torch.cat([m.q(x), m.fc(x)], -1), q=layer(entangled), fc=nn.Linear(2, 2)),
    )
    yield (
        "gated",
        lambda: Model(
            lambda m, x: torch.sigmoid(m.q(x)) * m.p(m.fc(x)), q=layer(entangled), p=layer(_scaled), fc=nn.Linear(2, 2)
        ),
    )
    yield (
        "mixture of experts",
        lambda: Model(_experts, g=nn.Linear(2, 2), qs=nn.ModuleList([layer(entangled), layer(_scaled)])),
    )
    yield (
        "autoencoder",
        lambda: nn.Sequential(
            nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 2), layer(entangled), nn.Linear(2, 4), nn.Linear(4, 2)
        ),
    )
    yield "generator and critic", lambda: Model(lambda m, x: m.c(m.g(x)), g=layer(entangled), c=frozen(nn.Linear(2, 1)))
    yield (
        "policy and value",
        lambda: Model(lambda m, x: (torch.softmax(m.q(x), -1), m.v(x)), q=layer(entangled), v=layer(_scaled)),
    )
    yield (
        "tokens",
        lambda: (
            Model(lambda m, x: m.q(m.e(x)).mean(1), e=nn.Embedding(7, 2), q=layer(entangled)),
            lambda n: torch.randint(0, 7, (n, 5)),
        ),
    )
    yield (
        "tokens and numbers",
        lambda: (
            Model(lambda m, t, x: m.q(m.e(t).mean(1) + x), e=nn.Embedding(7, 2), q=layer(entangled)),
            lambda n: (torch.randint(0, 7, (n, 5)), torch.rand(n, 2)),
        ),
    )
    yield (
        "dictionary input",
        lambda: (
            Model(lambda m, left, right: m.q(left) + m.q(m.fc(right)), q=layer(entangled), fc=nn.Linear(3, 2)),
            lambda n: {"left": torch.rand(n, 2), "right": torch.rand(n, 3)},
        ),
    )
    yield (
        "one dictionary as input",
        lambda: (Model(lambda m, batch: m.q(batch["x"]), q=layer(entangled)), lambda n: ({"x": torch.rand(n, 2)},)),
    )
    yield "three-dimensional input of a layer", lambda: (nn.Sequential(nn.Linear(2, 2), layer(entangled)), _sequence)
    yield (
        "dropout and batch norm",
        lambda: nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2), layer(entangled)),
    )
    yield (
        "double precision",
        lambda: (
            nn.Sequential(nn.Linear(2, 2), layer(entangled)).double(),
            lambda n: torch.rand(n, 2, dtype=torch.float64),
        ),
    )
    yield (
        "physics-informed derivative",
        lambda: (Model(_derivative, q=layer(entangled), fc=nn.Linear(1, 2)), lambda n: torch.rand(n, 1)),
    )
    yield "pooling in a circuit", lambda: layer(_qcnn, (6,))
    yield "graph", lambda: Model(_graph, q=layer(entangled))


def not_one_per_sample():
    """Models whose number of circuits is not that of one sample times the batch."""
    yield "kernel between the rows of a batch", lambda: Model(_batch_kernel, w=parameter(2))
    yield (
        "circuit once for each batch",
        lambda: Model(
            lambda m, x: m.fc(x) + stacked(MODULE_LEVEL(m.b, m.w)),
            b=torch.rand(2),
            w=parameter(2, 2),
            fc=nn.Linear(2, 2),
        ),
    )


def _transfer():
    body = frozen(nn.Sequential(nn.Linear(2, 8), nn.ReLU()))

    def run(m, x):
        angles = torch.tanh(m.before(m.body(x))) * 1.57
        return m.after(rows(lambda r: MODULE_LEVEL(r, m.w), angles))

    return Model(run, body=body, before=nn.Linear(8, 2), after=nn.Linear(2, 2), w=parameter(2, 2))


def _frozen_backbone():
    body = frozen(nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))).eval()
    return nn.Sequential(body, layer(entangled), nn.Linear(2, 2)), _image


def _quanvolution(m, x):
    patches = [m.q(x[:, 0, r : r + 2, c : c + 2].reshape(len(x), 4)) for r in (0, 2) for c in (0, 2)]
    return m.fc(torch.cat(patches, 1))


def _unfolded(m, x):
    patches = nn.functional.unfold(x, 2, stride=2).transpose(1, 2).reshape(-1, 4)
    return m.q(patches).reshape(len(x), -1)


class _QLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.into = nn.Linear(4, 2)
        self.gates = nn.ModuleDict({name: layer(entangled, (1, 2)) for name in "figo"})
        self.out = nn.Linear(2, 2)

    def forward(self, x):
        # A state that is not zero: PennyLane skips the backward pass of a circuit whose incoming gradient is zero.
        h, c = torch.zeros(len(x), 2), torch.ones(len(x), 2)
        for step in range(x.shape[1]):
            v = self.into(torch.cat([h, x[:, step]], 1))
            f, i, o = (torch.sigmoid(self.gates[name](v)) for name in "fio")
            c = f * c + i * torch.tanh(self.gates["g"](v))
            h = o * torch.tanh(c)
        return self.out(h)


class _QGRU(nn.Module):
    def __init__(self):
        super().__init__()
        self.into = nn.Linear(4, 2)
        self.r, self.z, self.n = layer(entangled, (1, 2)), layer(entangled, (1, 2)), layer(entangled, (1, 2))

    def forward(self, x):
        h = torch.ones(len(x), 2)
        for step in range(x.shape[1]):
            v = self.into(torch.cat([h, x[:, step]], 1))
            r, z_ = torch.sigmoid(self.r(v)), torch.sigmoid(self.z(v))
            n = torch.tanh(self.n(self.into(torch.cat([r * h, x[:, step]], 1))))
            h = (1 - z_) * n + z_ * h
        return h


def _recurrent(m, x):
    state = torch.zeros(len(x), 2)
    for step in range(x.shape[1]):
        state = m.q(x[:, step] + state)
    return state


def _truncated(m, x):
    state, outputs = torch.zeros(len(x), 2), []
    for step in range(x.shape[1]):
        state = m.q(x[:, step] + state.detach())
        outputs.append(state)
    return torch.stack(outputs)


def _attention(m, x):
    q, k, v = m.q(x), m.k(x), m.v(x)
    return torch.softmax(q @ k.transpose(1, 2), -1) @ v


def _overlap(a, b, w):
    qml.AngleEmbedding(a, wires=range(2))
    qml.RY(w[0], 0)
    qml.adjoint(qml.AngleEmbedding)(b, wires=range(2))
    return qml.probs(wires=range(2))


def _kernel_attention(m, x):
    circuit = node(_overlap)
    return torch.stack([torch.stack([torch.stack([circuit(a, b, m.w)[0] for b in one]) for a in one]) for one in x])


def _encoder(m, x):
    y = m.n(x + m.a(x, x, x, need_weights=False)[0])
    return y + m.q(y)


def _experts(m, x):
    weights = torch.softmax(m.g(x), -1)
    return sum(weights[:, i : i + 1] * q(x) for i, q in enumerate(m.qs))


def _derivative(m, x):
    x = x.clone().requires_grad_()
    return m.q(m.fc(x))


def _qcnn(inputs, weights):
    qml.AngleEmbedding(inputs, wires=range(2))
    qml.IsingXX(weights[0], [0, 1])
    qml.IsingZZ(weights[1], [2, 3])
    qml.CRot(weights[2], weights[3], weights[4], [0, 2])
    qml.CRX(weights[5], [1, 2])
    return qml.expval(qml.PauliZ(2))


def _graph(m, x):
    edges = ((0, 1), (1, 0))
    return torch.stack([m.q(torch.stack([x[:, a], x[:, b]], -1)) for a, b in edges]).sum(0)


def _batch_kernel(m, x):
    circuit = node(_overlap)
    return torch.stack([torch.stack([circuit(a, b, m.w)[0] for b in x]) for a in x])
