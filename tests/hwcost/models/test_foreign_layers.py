"""Quantum layers of packages that cannot be read are refused by name, whoever holds them."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch import nn

from hwcost.core.errors import CircuitError
from hwcost.models.foreign_layers import FOREIGN
from hwcost.models.torch_layers import read_hybrid_model


def foreign(package, name="QuantumModule"):
    return type(name, (nn.Linear,), {"__module__": f"{package}.layers"})


class Calling(nn.Module):
    def __init__(self, parts):
        super().__init__()
        self.parts = parts

    def forward(self, x):
        return self.parts[0](x)


@pytest.mark.parametrize("package", FOREIGN)
def test_by_the_name_of_the_package(package):
    model = nn.Sequential(nn.Linear(3, 2), foreign(package)(2, 1))
    with pytest.raises(CircuitError, match=f"module '1' is a QuantumModule of {FOREIGN[package]}, whose circuits"):
        read_hybrid_model(model, torch.zeros(1, 3))


def test_a_class_of_the_users_own_is_known_by_what_it_extends():
    own = type("MyCircuit", (foreign("torchquantum"),), {"__module__": "model"})
    with pytest.raises(CircuitError, match="module 'MyCircuit' is a MyCircuit, and that a QuantumModule of torchquantum"):
        read_hybrid_model(own(3, 2), torch.zeros(1, 3))


def test_one_that_is_no_part_of_the_model():
    with pytest.raises(CircuitError, match="module 'QuantumModule' is a QuantumModule of torchquantum"):
        read_hybrid_model(Calling([foreign("torchquantum")(3, 2)]), torch.zeros(1, 3))
    assert Calling([foreign("torchquantum")(3, 2)])(torch.zeros(1, 3)).shape == (1, 2)  # refused only while it is read


def test_names_that_only_look_alike_are_none():
    assert not read_hybrid_model(foreign("torchquantum_free")(3, 2), torch.zeros(1, 3)).layers
