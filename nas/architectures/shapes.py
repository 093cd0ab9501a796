"""Which networks can be trained together: `stack_key`."""

from __future__ import annotations

from collections.abc import Hashable

from nas.architectures.record import Architecture


def stack_key(architecture: Architecture) -> Hashable:
    """Return what architectures must agree in to be trained together: those with equal keys can be.

    >>> from nas.architectures.record import Layer
    >>> one = Layer(columns=(("x", "x"),), gate="cx", pairs=((0, 1),))
    >>> other = Layer(columns=(("y", "z"), ("z", "y")), gate=None, pairs=())
    >>> first = Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(one,))
    >>> second = Architecture(num_qubits=2, embedding="angle-z", num_encoded=2, layers=(one, other))
    >>> stack_key(first) == stack_key(second)
    True
    """
    return (
        architecture.num_qubits,
        architecture.embedding == "amplitude",
        architecture.angle_factor,
        architecture.num_encoded,
        len(architecture.layers) if architecture.reupload else 0,
        architecture.num_outputs,
        architecture.hidden_before,
        architecture.hidden_after,
    )
