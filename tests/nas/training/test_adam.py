"""Adam in NumPy against Adam in torch and torch's own."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from nas.architectures.record import Architecture, Layer  # noqa: E402
from nas.training.adam import StackedAdam  # noqa: E402
from nas.training.stack import StackedNetworks  # noqa: E402


@pytest.mark.parametrize("small", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_parameters_move_as_with_torch(small: bool, dtype: torch.dtype) -> None:
    layer = Layer(columns=(("y", "z"),), gate="cx", pairs=((0, 1),))
    architecture = Architecture(num_qubits=2, embedding="angle-y", num_encoded=2, layers=(layer, layer))
    stacked = StackedNetworks([architecture] * 2, 4, 3, [0, 1], dtype=dtype)
    if not small:
        stacked._small = None
    rates, closest = [0.5, 0.01], 1e-6 if dtype == torch.float32 else 1e-14
    ours = StackedAdam(stacked, rates)
    rows = [torch.nn.Parameter(row.clone()) for row in stacked.parameters]
    references = [torch.optim.Adam([row], lr=rate, foreach=False) for row, rate in zip(rows, rates, strict=True)]
    for number in range(30):
        stacked.gradients.copy_(torch.randn_like(stacked.gradients) * 10.0 ** (number % 5 - 3))
        for row, reference, gradient in zip(rows, references, stacked.gradients, strict=True):
            row.grad = gradient.clone()
            reference.step()
        ours.step()
        assert torch.allclose(stacked.parameters, torch.stack([row.detach() for row in rows]), rtol=1e-5, atol=closest)
