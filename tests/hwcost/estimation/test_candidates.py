"""Candidates: one for each seed, one for a circuit as it is given, and what a user may do about a foreign gate."""

from __future__ import annotations

from dataclasses import replace

import pytest
from qiskit import QuantumCircuit

from hwcost.core.errors import CalibrationError, CircuitError, NotNativeError
from hwcost.estimation.candidates import compilation_as_given, compilation_on_target
from hwcost.estimation.logical import read_logical
from hwcost.estimation.seed_work import compile_candidates
from isa_conditions import conditions, flip_and_entangle
from make import small_calibration


def candidates(circuit, under, progress=None):
    return compile_candidates(read_logical(circuit, observable=under.request.observable), under, progress)


def star():
    """Needs a swap on a line, wherever it is placed."""
    circuit = QuantumCircuit(3, 3)
    circuit.h(0)
    for a, b in ((0, 1), (1, 2), (0, 2)):
        circuit.cx(a, b)
    circuit.measure([0, 1, 2], [0, 1, 2])
    return circuit


def test_one_candidate_for_each_seed_in_order():
    told = []
    found = candidates(
        star(), conditions(transpile=True, seed=5, num_seeds=3), lambda done, total: told.append((done, total))
    )
    assert [c.compiled.transpiled.seed for c in found] == [5, 6, 7]
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert all(c.compiled.num_logical_qubits == 3 for c in found)
    assert all(c.gates.num_2q > 3 for c in found)


def test_a_seed_gives_the_same_candidate_in_any_company():
    alone = candidates(star(), conditions(transpile=True, seed=6, num_seeds=1))
    among = candidates(star(), conditions(transpile=True, seed=5, num_seeds=3))
    assert alone[0].rank_key == among[1].rank_key
    assert alone[0].compiled.isa == among[1].compiled.isa


def test_a_circuit_as_given_is_one_candidate_on_the_devices_own_numbers():
    told = []
    (found,) = candidates(flip_and_entangle(), conditions(num_seeds=3), lambda *counts: told.append(counts))
    assert told == []
    assert found.compiled.transpiled is None
    assert found.compiled.isa.names == ["x", "cx", "measure", "measure"]
    assert found.compiled.isa.qubits == [(0,), (0, 1), (0,), (1,)]
    assert (found.compiled.num_logical_qubits, found.compiled.isa.num_qubits) == (2, 3)


def without_qubit_0():
    return small_calibration(qubits={0: {"readout_error": 0.5}})


def test_a_compiled_circuit_is_on_the_healthy_qubits():
    (found,) = candidates(flip_and_entangle(), conditions(without_qubit_0(), transpile=True, num_seeds=1))
    assert found.compiled.circuit.num_qubits == 2
    assert {q for qubits in found.compiled.isa.qubits for q in qubits} == {1, 2}
    assert found.compiled.isa.num_qubits == 3


def test_whoever_compiled_it_the_numbers_of_the_target_become_those_of_the_device():
    under = conditions(without_qubit_0())
    compiled = compilation_on_target(flip_and_entangle(), under.device, 2)
    assert compiled.isa.qubits == [(1,), (1, 2), (1,), (2,)]
    assert (compiled.transpiled, compiled.num_logical_qubits) == (None, 2)


def hadamard():
    circuit = QuantumCircuit(1, 1, name="foreign")
    circuit.h(0)
    circuit.measure(0, 0)
    return circuit


HINT = "transpile the circuit first (drop --no-transpile)"


def test_the_hint_to_transpile_is_for_circuits_that_were_given_as_isa_circuits():
    under = conditions()
    with pytest.raises(NotNativeError) as given_so:
        candidates(hadamard(), under)
    assert str(given_so.value) == (f"foreign: no duration is known for h on qubit 0; it is not native there: {HINT}")
    for read in (
        lambda: compilation_as_given(hadamard(), under.device),
        lambda: compilation_on_target(hadamard(), under.device, 1),
    ):
        with pytest.raises(NotNativeError) as refused:
            read()
        assert "transpile" not in str(refused.value)
    assert len(candidates(hadamard(), conditions(transpile=True, num_seeds=1))) == 1


def test_what_transpiling_does_not_help_has_no_such_hint():
    circuit = QuantumCircuit(1, 1)
    circuit.x(0)
    circuit.delay(16, 0, unit="dt")
    circuit.measure(0, 0)
    with pytest.raises(CircuitError, match="a delay is given in dt, but the calibration has no usable dt") as refused:
        candidates(circuit, conditions(small_calibration(dt_s=None)))
    assert not isinstance(refused.value, NotNativeError)
    assert HINT not in str(refused.value)


def test_a_dead_gate_is_no_place_for_an_isa_circuit():
    dead = small_calibration(gates={("cx", pair): {"error": 1.0} for pair in ((0, 1), (1, 0))})
    with pytest.raises(NotNativeError, match=r"cx on qubits 0, 1 has error 1, .* --durations-only: transpile"):
        candidates(flip_and_entangle(), conditions(dead))
    assert len(candidates(flip_and_entangle(), conditions(dead, durations_only=True))) == 1


def wide():
    circuit = QuantumCircuit(4, 1, name="wide")
    circuit.x(3)
    circuit.measure(3, 0)
    return circuit


def test_a_circuit_wider_than_the_device_is_refused_either_way():
    with pytest.raises(
        CircuitError, match="wide: an ISA circuit uses the device's own qubit numbers, but this one has 4"
    ):
        candidates(wide(), conditions())
    with pytest.raises(CalibrationError, match="the circuit needs 4 qubits, but small has 3"):
        candidates(wide(), conditions(transpile=True))
    with pytest.raises(CalibrationError, match="needs 3 qubits, but only 2 of the 3 qubits of small are healthy"):
        candidates(star(), conditions(without_qubit_0(), transpile=True))


def test_the_observable_of_the_circuit_is_costed_through_the_layout():
    under = conditions(transpile=True, num_seeds=2, observable="IIZ")
    for found in candidates(star(), under):
        places = found.compiled.circuit.layout.final_index_layout(filter_ancillas=True)
        (row,) = found.shots.attenuation
        assert (row.qubit, row.clbit) == (places[0], 0)


def test_candidates_are_frozen_records():
    (found,) = candidates(flip_and_entangle(), conditions())
    assert replace(found, rank_key=0.0).rank_key == 0.0
    with pytest.raises(AttributeError):
        found.rank_key = 0.0  # type: ignore[misc]
