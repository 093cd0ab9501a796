"""Large definitions, written out before the compiler sees them."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.quantum_info import Operator

import hwcost
from hwcost.circuits.definitions import MAX_NESTED_LEVELS, write_out_definitions
from hwcost.circuits.expansion import expanded_size
from hwcost.circuits.load import load_circuit


def laughs(levels: int, times: int, leaf: str = "u3(0.1,0.2,0.3) a;") -> str:
    """A gate of `times` calls of a gate of `times` calls …, as OpenQASM 2."""
    gates = [f"gate g0 a{{{leaf}}}", *(f"gate g{k} a{{{f'g{k - 1} a;' * times}}}" for k in range(1, levels))]
    return "\n".join(
        ['OPENQASM 2.0; include "qelib1.inc";', *gates, f"qreg q[2]; creg c[2]; g{levels - 1} q[0]; measure q -> c;"]
    )


@pytest.fixture
def circuit_of(tmp_path):
    def of(text: str) -> QuantumCircuit:
        path = tmp_path / "laughs.qasm"
        path.write_text(text)
        return load_circuit(path)

    return of


def nested() -> QuantumCircuit:
    """Own gates in own gates, on permuted qubits, with a phase, an angle and a branch."""
    inner = QuantumCircuit(2, name="inner", global_phase=0.3)
    inner.cx(1, 0)
    inner.rz(0.7, 1)
    outer = QuantumCircuit(3, name="outer")
    for pair in ([0, 2], [2, 1], [1, 0]):
        outer.append(inner.to_gate(), pair)
    circuit = QuantumCircuit(3, 1)
    for _ in range(300):
        circuit.append(outer.to_gate(), [2, 0, 1])
    return circuit


def test_a_small_circuit_is_left_alone():
    circuit = QuantumCircuit(3)
    circuit.append(nested().data[0].operation, [0, 1, 2])
    assert write_out_definitions(circuit) is circuit


def test_written_out_it_does_the_same():
    circuit = nested()
    flat = write_out_definitions(circuit)
    assert dict(flat.count_ops()) == {"cx": 900, "rz": 900}
    assert Operator(flat) == Operator(circuit)


def test_blocks_of_control_flow_are_written_out():
    circuit = QuantumCircuit(3, 1)
    circuit.if_test((circuit.clbits[0], 1), nested(), circuit.qubits, circuit.clbits)
    (branch,) = write_out_definitions(circuit).data
    assert dict(branch.operation.blocks[0].count_ops()) == {"cx": 900, "rz": 900}


def test_gates_of_the_device_stay():
    assert dict(write_out_definitions(nested(), keep={"inner"}).count_ops()) == {"inner": 900}


def test_a_layout_stays():
    circuit = nested()
    layout = transpile(QuantumCircuit(3), coupling_map=[[0, 1], [1, 2]], optimization_level=0).layout
    circuit._layout = layout
    assert layout is not None
    assert write_out_definitions(circuit).layout is layout


def test_files_gates_are_written_out_with_their_angles(circuit_of):
    text = (
        """
        OPENQASM 2.0; include "qelib1.inc";
        gate turn(x) a { rz(x) a; rz(2*x) a; }
        gate turns(x) a { turn(x) a; turn(x/2) a; }
        qreg q[1];
    """
        + "turns(0.1) q[0]; turns(0.2) q[0];" * 300
    )
    circuit = circuit_of(text)
    flat = write_out_definitions(circuit)
    assert dict(flat.count_ops()) == {"rz": 2400}
    angles = [instruction.params[0] for instruction in flat.data[:8]]
    assert angles == pytest.approx([0.1, 0.2, 0.05, 0.1, 0.2, 0.4, 0.1, 0.2])


def test_levels_are_counted(circuit_of):
    circuit = circuit_of(laughs(150, 1))
    assert expanded_size(circuit).num_levels == 150 > MAX_NESTED_LEVELS
    assert dict(write_out_definitions(circuit).count_ops()) == {"u3": 1, "measure": 2}


@pytest.mark.parametrize(("levels", "times"), [(5, 10), (14, 2), (150, 1)])
def test_nested_gates_are_costed_as_what_they_are(levels, times, circuit_of):
    cost = hwcost.estimate(circuit_of(laughs(levels, times)), "fake_manila", num_seeds=1)
    assert cost.transpile.equivalence.proved
    assert cost.gates.num_2q == 0


@pytest.mark.parametrize("leaf", ["", "barrier a;", "h a;"])
@pytest.mark.parametrize(("levels", "times"), [(7, 10), (39, 10), (20, 2)])
def test_a_gate_of_calls_is_refused_by_their_number(levels, times, leaf, circuit_of):
    with pytest.raises(hwcost.CircuitError, match="expands to .* at most 200,000 can be costed"):
        hwcost.estimate(circuit_of(laughs(levels, times, leaf)), "fake_manila", num_seeds=1)
