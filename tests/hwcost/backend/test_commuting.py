import pytest
from qiskit import QuantumCircuit

from hwcost.backend.commuting import MAX_COMMUTING_PAIRS, commuting_pairs, refuse_long_runs
from hwcost.core.errors import CircuitError


def repeated(build, times, num_qubits=2):
    circuit = QuantumCircuit(num_qubits)
    for _ in range(times):
        build(circuit)
    return circuit


@pytest.mark.parametrize(
    ("build", "times", "pairs"),
    [
        (lambda c: c.rz(0.1, 0), 10, 45),
        (lambda c: (c.rz(0.1, 0), c.t(0)), 5, 45),
        (lambda c: (c.rx(0.1, 0), c.rz(0.1, 0)), 5, 0),
        (lambda c: (c.rz(0.1, 0), c.barrier(0)), 5, 0),
        (lambda c: c.rzz(0.1, 0, 1), 10, 90),
        (lambda c: (c.cx(0, 1), c.rz(0.1, 0)), 5, 45 + 10),
        (lambda c: (c.cx(0, 1), c.rx(0.1, 1)), 5, 10 + 45),
        (lambda c: c.cx(0, 1), 10, 0),
        (lambda c: c.h(0), 10, 0),
        (lambda c: c.u(0.1, 0.2, 0.3, 0), 10, 0),
    ],
)
def test_pairs_by_hand(build, times, pairs):
    assert commuting_pairs(repeated(build, times)) == pairs


def test_blocks_are_counted():
    circuit = QuantumCircuit(1, 1)
    with circuit.for_loop(range(3)):
        circuit.rz(0.1, 0)
        circuit.rz(0.2, 0)
    assert commuting_pairs(circuit) == 1


@pytest.mark.parametrize("build", [lambda c: c.rx(0.1, 0), lambda c: c.rzz(0.1, 0, 1)])
def test_minutes_in_one_pass_are_refused_from_level_2_on(build):
    circuit = repeated(build, 11_000)
    assert commuting_pairs(circuit) > MAX_COMMUTING_PAIRS
    for level in (2, 3):
        with pytest.raises(CircuitError, match="long runs of gates that commute, .* pairs.*--optimization-level 1"):
            refuse_long_runs(circuit, level)
    refuse_long_runs(circuit, 1)
    refuse_long_runs(repeated(lambda c: (build(c), c.h(0), c.h(1)), 11_000), 2)
