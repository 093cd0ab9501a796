"""Estimates on devices of any maker: durations and success probabilities worked out by hand."""

from __future__ import annotations

import math
import pickle
from typing import Any

import pytest
from qiskit import QuantumCircuit, qpy
from qiskit.circuit import Gate, Parameter
from qiskit.providers.fake_provider import GenericBackendV2
from qiskit_ibm_runtime.fake_provider import FakeTorino

import hwcost
from hwcost.core.native_gates import make_gate
from targets import native_target

US = 1e-6


def isa_of(*steps: tuple[str, list[float], tuple[int, ...]], num_qubits: int = 3) -> QuantumCircuit:
    circuit = QuantumCircuit(num_qubits, 2)
    for name, params, qubits in steps:
        circuit.append(make_gate(name, params), qubits)
    circuit.measure([0, 1], [0, 1])
    return circuit


def ghz(num_qubits: int = 3) -> QuantumCircuit:
    circuit = QuantumCircuit(num_qubits, name="ghz")
    circuit.h(0)
    for qubit in range(num_qubits - 1):
        circuit.cx(qubit, qubit + 1)
    circuit.measure_all()
    return circuit


def costed(circuit: Any, backend: Any, **options: Any) -> hwcost.CostEstimate:
    return hwcost.estimate(circuit, backend, shots=1000, num_seeds=1, **options)


# (name, one-qubit gates, two-qubit gates, the circuit, pulses on the longest path, two-qubit gates in a row)
KINDS = [
    ("transmons", ["r"], ["cz"], [("r", [0.3, 0.1], (0,)), ("cz", [], (0, 1)), ("r", [0.3, 0.1], (1,))], 2, 1),
    ("aria", ["gpi", "gpi2", "rz"], ["ms"], [("gpi2", [0.2], (0,)), ("ms", [0, 0.1, 0.2], (0, 1))], 1, 1),
    ("forte", ["gpi", "gpi2", "rz"], ["zz"], [("gpi", [0.2], (0,)), ("rz", [1.0], (0,)), ("zz", [0.1], (0, 1))], 1, 1),
    ("h2", ["u1q", "rz"], ["rzz"], [("u1q", [0.2, 0.3], (0,)), ("rzz", [2.9], (0, 1)), ("rzz", [0.1], (1, 0))], 1, 2),
    ("h2 of MQT", ["rx", "ry", "rz"], ["rzz"], [("rx", [0.2], (0,)), ("rzz", [2.9], (0, 1))], 1, 1),
    ("ankaa", ["rxpi", "rxpi2", "rxpi2dg", "rz"], ["iswap"], [("rxpi2", [], (0,)), ("iswap", [], (0, 1))], 1, 1),
    ("aspen", ["rxpi", "rxpi2", "rz"], ["xy", "cz"], [("rxpi", [], (0,)), ("xy", [0.4], (0, 1))], 1, 1),
    ("aqt", ["r", "rz"], ["rxx"], [("r", [0.4, 0.2], (1,)), ("rxx", [0.4], (0, 1))], 1, 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "one", "two", "steps", "pulses", "entanglers"), KINDS, ids=[k[0] for k in KINDS])
def test_native_circuits_by_hand(name, one, two, steps, pulses, entanglers):
    target = native_target(one, two, description=name)
    cost = costed(isa_of(*steps), target, transpile=False)
    # 100 µs a pulse, 600 µs a two-qubit gate, 300 µs a readout; rz takes none.
    assert cost.time.circuit_duration_s == pytest.approx((100 * pulses + 600 * entanglers + 300) * US, rel=1e-12)
    assert cost.noise.esp == pytest.approx(0.999**pulses * 0.99**entanglers * 0.995**2, rel=1e-12)
    assert cost.time.rep_delay_s == 0.0
    assert any("lower bound: the repetition delay" in line for line in cost.backend.assumptions)
    assert cost.time.job_time_s.profile == "none"
    assert cost.time.job_time_s.value_s == pytest.approx(cost.shots.needed * cost.time.circuit_duration_s)


@pytest.mark.parametrize(("name", "one", "two", "steps", "pulses", "entanglers"), KINDS, ids=[k[0] for k in KINDS])
def test_circuits_are_compiled_and_proved(name, one, two, steps, pulses, entanglers):
    cost = costed(ghz(), native_target(one, two, description=name))
    assert cost.transpile.equivalence.proved
    assert set(cost.isa_circuit.count_ops()) <= {*one, *two, "measure", "barrier"}
    assert cost.routing.num_swaps == 0
    success = math.prod(
        {1: 0.999, 2: 0.99}[step.operation.num_qubits]
        for step in cost.isa_circuit.data
        if step.name not in ("measure", "barrier", "rz")
    )
    assert cost.noise.esp == pytest.approx(success * 0.995**3, rel=1e-12)


def test_attenuation_through_native_gates_is_that_of_the_same_unitaries():
    trap = native_target(["gpi", "gpi2", "rz"], ["ms"], t1_s=0.05)
    plain = native_target(["r", "rz"], ["rxx"], t1_s=0.05)
    turn = 2 * math.pi
    native = isa_of(("gpi2", [0.1], (0,)), ("ms", [0.0, 0.0, 0.2], (0, 1)), ("gpi", [0.3], (1,)))
    same = isa_of(
        ("r", [turn / 4, 0.1 * turn], (0,)), ("rxx", [0.2 * turn], (0, 1)), ("r", [turn / 2, 0.3 * turn], (1,))
    )
    for method in ("mean-field", "light-cone", "pauli-path"):
        first, second = (
            costed(circuit, target, transpile=False, attenuation=method)
            for circuit, target in ((native, trap), (same, plain))
        )
        assert first.shots.needed == second.shots.needed
        assert [row.value for row in first.shots.attenuation] == pytest.approx(
            [row.value for row in second.shots.attenuation], rel=1e-9
        )


def test_a_native_gate_from_a_file_keeps_its_meaning_and_a_false_one_is_refused(tmp_path):
    target = native_target(["gpi", "gpi2", "rz"], ["ms"])
    circuit = isa_of(("gpi2", [0.2], (0,)), ("ms", [0.0, 0.1, 0.2], (0, 1)))
    path = tmp_path / "native.qpy"
    with path.open("wb") as file:
        qpy.dump(circuit, file)
    assert costed(path, target, transpile=False).noise == costed(circuit, target, transpile=False).noise
    false = QuantumCircuit(3, 1)
    gate = QuantumCircuit(1, name="gpi")
    gate.h(0)
    false.append(gate.to_gate(), [0])
    false.measure(0, 0)
    with pytest.raises(hwcost.CircuitError, match="not native|definition of its own"):
        costed(false, target, transpile=False)


def test_a_gate_that_only_this_device_has_works_through_its_definition(tmp_path):
    angle = Parameter("a")
    own = Gate("cross", 2, [angle])
    own.definition = QuantumCircuit(2)
    own.definition.rxx(angle, 0, 1)
    target = native_target(["rx", "rz"], [own, "rxx"], t1_s=0.05)
    bound = own.copy()
    bound.params = [0.7]
    circuit = QuantumCircuit(3, 2)
    circuit.rx(0.3, 0)
    circuit.append(own.__class__("cross", 2, [0.7]), [0, 1])
    circuit.data[-1].operation.definition = own.definition.assign_parameters([0.7])
    circuit.measure([0, 1], [0, 1])
    same = isa_of(("rx", [0.3], (0,)), ("rxx", [0.7], (0, 1)))
    snapshot = hwcost.save_snapshot(hwcost.load_calibration(target), tmp_path / "own.json")
    first, second, saved = (
        costed(c, b, transpile=False) for c, b in ((circuit, target), (same, target), (circuit, snapshot))
    )
    assert first.shots.needed == second.shots.needed == saved.shots.needed
    assert first.time.circuit_duration_s == pytest.approx(1000 * US)
    calibration = pickle.loads(pickle.dumps(hwcost.load_calibration(target)))
    assert calibration.definitions.keys() == {"cross"}


@pytest.fixture(scope="module")
def torino() -> hwcost.CostEstimate:
    return costed(ghz(4), FakeTorino())


def test_the_same_device_four_ways_is_the_same(torino, tmp_path):
    backend = FakeTorino()
    of_target = costed(ghz(4), hwcost.calibration_from_target(backend.target, name="fake_torino"))
    snapshot = hwcost.save_snapshot(hwcost.load_calibration(backend), tmp_path / "torino.json")
    of_snapshot = costed(ghz(4), snapshot)
    for cost in (of_target, of_snapshot):
        assert cost.noise == torino.noise
        assert cost.time == torino.time
        assert cost.isa_circuit == torino.isa_circuit


def test_a_target_under_no_name_of_ibm_has_no_delay_and_says_so(torino):
    cost = costed(ghz(4), FakeTorino().target)
    assert (cost.noise, cost.shots.needed) == (torino.noise, torino.shots.needed)
    assert cost.time.shot_time_s == pytest.approx(torino.time.shot_time_s - torino.time.rep_delay_s)
    assert any("--rep-delay" in line for line in cost.backend.assumptions)
    given = costed(ghz(4), FakeTorino().target, rep_delay_s=torino.time.rep_delay_s)
    assert given.time.qpu_time_s == torino.time.qpu_time_s


def test_aer_of_a_fake_backend_says_what_it_lost(torino):
    aer = pytest.importorskip("qiskit_aer")
    cost = costed(ghz(4), aer.AerSimulator.from_backend(FakeTorino()))
    assert cost.time.circuit_duration_s == torino.time.circuit_duration_s
    assert any("T1" in line for line in (*cost.backend.assumptions, *cost.backend.warnings))


def test_a_generic_backend_has_qiskits_own_duration():
    backend = GenericBackendV2(4, seed=2)
    cost = costed(ghz(4), backend)
    assert cost.time.circuit_duration_s == pytest.approx(
        cost.isa_circuit.estimate_duration(backend.target, unit="s"), rel=1e-9
    )


@pytest.mark.parametrize(
    ("missing", "option"),
    [({"duration_1q_s": None}, "--duration-1q"), ({"duration_2q_s": None}, "--duration-2q"),
     ({"error_2q": None}, "--error-2q"), ({"readout_error": None}, "--readout-error")],
)  # fmt: skip
def test_what_is_missing_is_refused_with_the_option_that_helps(missing, option):
    target = native_target(["sx", "rz", "x"], ["cz"], **missing)
    with pytest.raises(hwcost.CalibrationError, match=option) as refused:
        costed(ghz(), target)
    assert f"({option[2:].replace('-', '_')}" in str(refused.value)


def test_a_missing_readout_duration_is_told():
    cost = costed(ghz(), native_target(["sx", "rz", "x"], ["cz"], readout_s=None))
    assert any("readout" in line for line in (*cost.backend.assumptions, *cost.backend.warnings))
