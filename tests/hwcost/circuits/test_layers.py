"""Circuits as layers: which parameters are data, and what can influence the outputs."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter

from hwcost.circuits.layers import layer_from_circuit, light_cone
from hwcost.core.errors import OptionError


def test_a_light_cone_by_hand() -> None:
    # Wires of four operations in order; the output is wire 0.
    assert light_cone([(0,), (1,), (0, 1), (1,)], [0]) == [True, True, True, False]
    assert light_cone([(0,), (1,)], []) == [False, False]


def test_inputs_are_named_and_others_refused() -> None:
    circuit = QuantumCircuit(1, name="layer")
    circuit.rx(Parameter("x"), 0)
    circuit.ry(Parameter("w"), 0)
    circuit.measure_all()
    layer = layer_from_circuit(circuit, inputs=["x"])
    assert len(layer.circuits) == 1
    with pytest.raises(OptionError, match="input 'z' is not a parameter of layer; it has: "):
        layer_from_circuit(circuit, inputs=["z"])
