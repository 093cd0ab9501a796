"""Shapes of parameters are those of the networks that are built."""

from __future__ import annotations

import numpy as np
import pytest

import nas
from nas.architectures.parameters import parameter_shapes

pytest.importorskip("torch")


@pytest.mark.parametrize("preset", ["faqnas", "hyb-hanas", "qnas"])
def test_names_and_shapes_are_those_of_the_torch_module(preset: str) -> None:
    space, rng = nas.load_space(preset), np.random.default_rng(1)
    for _ in range(8):
        built = nas.architecture(space, space.random_genome(rng))
        model = nas.build_model(built, 7, 3)
        expected = tuple((name, tuple(parameter.shape)) for name, parameter in model.named_parameters())
        assert parameter_shapes(built, 7, 3) == expected
