"""Steps of a circuit in order of time."""

from __future__ import annotations

from nas.architectures.record import Architecture, Layer
from nas.architectures.steps import EmbeddingStep, EntanglingStep, RotationStep, steps

FIRST = Layer(columns=(("x", "y"), ("z", "z")), gate="cz", pairs=((0, 1),))
SECOND = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1), (1, 0)))


def two_layers(**settings):
    return Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(FIRST, SECOND), **settings)


def test_layers_follow_each_other_and_rows_are_counted_through():
    assert list(steps(two_layers())) == [
        EmbeddingStep(again=False),
        RotationStep(0, ("x", "y")),
        RotationStep(1, ("z", "z")),
        EntanglingStep("cz", 0, 1),
        RotationStep(2, ("y", "y")),
        EntanglingStep("cx", 0, 1),
        EntanglingStep("cx", 1, 0),
    ]


def test_re_uploading_embeds_before_each_layer():
    embeddings = [(i, s.again) for i, s in enumerate(steps(two_layers(reupload=True))) if isinstance(s, EmbeddingStep)]
    assert embeddings == [(0, False), (4, True)]
