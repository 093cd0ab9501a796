"""The trainable parameters of a network by name and shape, without building it: `parameter_shapes`."""

from __future__ import annotations

from itertools import pairwise

from nas.architectures.record import Architecture, Hidden


def parameter_shapes(
    architecture: Architecture, num_features: int, num_classes: int
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return name and shape of each parameter, in the order and with the names of `nas.build_model`.

    Args:
        architecture: The network.
        num_features: Features of a sample.
        num_classes: Classes.

    >>> from nas.architectures.record import Layer
    >>> layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
    >>> parameter_shapes(Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(layer,)), 4, 3)[:3]
    (('before.0.weight', (2, 4)), ('before.0.bias', (2,)), ('quantum.weights', (1, 2)))
    """
    before = _linear("before", num_features, architecture.hidden_before, architecture.num_encoded)
    after = _linear("after", architecture.num_outputs, architecture.hidden_after, num_classes)
    circuit = ("quantum.weights", (architecture.num_columns, architecture.num_qubits))
    return (*before, circuit, *after)


def _linear(
    side: str, inputs: int, hidden: tuple[Hidden, ...], outputs: int
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    found: list[tuple[str, tuple[int, ...]]] = []
    place, widths = 0, [inputs, *(layer.width for layer in hidden), outputs]
    for number, (wide, narrow) in enumerate(pairwise(widths)):
        found += [(f"{side}.{place}.weight", (narrow, wide)), (f"{side}.{place}.bias", (narrow,))]
        # An activation takes a place in torch's sequence, none does not.
        place += 1 + (number < len(hidden) and hidden[number].activation != "none")
    return tuple(found)
