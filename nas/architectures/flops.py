"""FLOPs of the classical half of a network in closed form: `classical_flops`."""

from __future__ import annotations

from itertools import pairwise

from nas.architectures.record import Architecture


def classical_flops(architecture: Architecture, num_features: int, num_classes: int) -> int:
    """Count the FLOPs of the linear layers, one sample forward and backward, products of matrices alone.

    A layer of a×b takes 2ab forward, 2ab for the gradient of its weights, and 2ab for that of its inputs, which the
    first layer does not need. Biases, activations and the softmax are left out, as PyTorch's profiler leaves out most
    of them. It is the F_C of FAQNAS (arXiv:2511.10062), whose networks have two layers.

    Args:
        architecture: The network.
        num_features: Features of a sample.
        num_classes: Classes.

    Example:
        >>> from nas.architectures.record import Layer
        >>> layer = Layer(columns=(("y", "y"),), gate="cx", pairs=((0, 1),))
        >>> two = Architecture(num_qubits=2, embedding="angle-x", num_encoded=2, layers=(layer,))
        >>> classical_flops(two, 784, 10)  # 3196 for each qubit
        6392
    """
    before = [num_features, *(layer.width for layer in architecture.hidden_before), architecture.num_encoded]
    after = [architecture.num_outputs, *(layer.width for layer in architecture.hidden_after), num_classes]
    products = sum(2 * a * b for widths in (before, after) for a, b in pairwise(widths))
    return 3 * products - 2 * before[0] * before[1]
