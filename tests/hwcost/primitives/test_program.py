"""Programs of the Executor, counted item by item."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from hwcost.core.errors import OptionError
from hwcost.primitives.program import is_program, program_circuits, program_runs
from primitive_jobs import isa_ansatz, isa_bell, parameter_sets

runtime = pytest.importorskip("qiskit_ibm_runtime.quantum_program")


def program(shots=100):
    made = runtime.QuantumProgram(shots=shots)
    made.append_circuit_item(isa_bell())
    made.append_circuit_item(isa_ansatz(), parameter_sets(2, 5))
    return made


def test_a_program_is_the_product_of_shapes():
    made = program()
    assert is_program(made)
    assert not is_program([isa_bell()])
    assert program_circuits(made)[0] is made.items[0].circuit
    runs = program_runs(made)
    assert [(run.pub, run.num_circuits, run.shots, run.executions) for run in runs] == [
        (0, 1, 100, 100),
        (1, 10, 100, 1000),
    ]
    assert {run.purpose for run in runs} == {"computation"}


def test_notes_of_the_client_say_what_items_are_for():
    made = program()
    made.append_circuit_item(isa_bell())
    made.append_circuit_item(isa_bell())
    made.passthrough_data = {
        "qiskit_mitigation": [
            {"mitigation": None, "program_item_index": 0},
            {"mitigation": "gate_folding", "program_item_index": 1, "noise_factors": np.array([1.0, 3.0])},
            {"mitigation": "trex", "program_item_index": 3},
        ]
    }
    found = [(run.purpose, run.pub, run.noise_factor) for run in program_runs(made, [4, 5])]
    assert found == [
        ("computation", 4, None),
        ("computation", 5, 1.0),
        ("computation", 5, 3.0),
        ("readout learning", None, None),
    ]
    # Without PUBs it is the items that are numbered.
    assert [run.pub for run in program_runs(made)] == [0, 1, 2, None]


def test_pea_has_its_factors_on_an_axis():
    made = program()
    made.items = [SimpleNamespace(shape=(2, 32, 3), circuit=isa_bell())]
    made.passthrough_data = {
        "qiskit_mitigation": [{"mitigation": "pea", "program_item_index": 0, "noise_factors": [1.0, 2.0]}]
    }
    assert [(run.noise_factor, run.num_circuits) for run in program_runs(made)] == [(1.0, 96), (2.0, 96)]


def test_what_cannot_run_is_refused():
    with pytest.raises(OptionError, match="the program has no items"):
        program_runs(runtime.QuantumProgram(shots=1))
    with pytest.raises(OptionError, match="shots of the program is 0"):
        program_runs(program(shots=0))
    made = runtime.QuantumProgram(shots=10)
    made.append_circuit_item(isa_ansatz(), parameter_sets(0))
    with pytest.raises(OptionError, match="an axis of length 0"):
        program_runs(made)
