import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from hwcost.classical.flops import count_flops
from nas.architectures.flops import classical_flops
from nas.costs import classical_half
from nas.spaces.build import architecture
from nas.spaces.load import load_space


@pytest.mark.parametrize("name", ["faqnas", "hyb-hanas", "qnas"])
def test_the_closed_form_is_what_the_layers_do(name):
    space, rng = load_space(name), np.random.default_rng(0)
    for _ in range(5):
        built = architecture(space, space.random_genome(rng))
        counted = count_flops(classical_half(built, 7, 3), torch.zeros(1, 7), backward=True)
        assert classical_flops(built, 7, 3) == counted.total
