"""The mean-field pass: hand-worked cases, exact simulation where it must be exact, and laws."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcost.core.errors import CircuitError
from hwcost.isa.schedule import schedule_alap
from hwcost.noise.methods.backward import residual_depolarizing
from hwcost.noise.methods.mean_field import mean_field_attenuation
from hwcost.noise.observables import NoisyCircuit, track_observables
from noisy_circuits import (
    CLIFFORD_OPS,
    NATIVE_OPS,
    NOISES,
    US,
    Op,
    exact_attenuation,
    isa_of,
    noise_of,
)

FREE = (None,)


def mean_field(isa, noise, observables=None):
    circuit = NoisyCircuit(isa, schedule_alap(isa), noise)
    return [e.value for e in mean_field_attenuation(circuit, track_observables(isa, noise, observables))]


# Hand-worked.


def test_one_gate_loses_twice_its_average_error():
    # d = 2: 1 − e·2/1 = 1 − 0.02. Two qubits, d = 4: 1 − e·4/3 = 1 − 0.04.
    assert mean_field(isa_of(Op("sx", (0,), error=0.01), measure=[0]), noise_of(3)) == pytest.approx([0.98], rel=1e-14)
    pair = isa_of(Op("cz", (0, 1), error=0.03), measure=[0])
    assert mean_field(pair, noise_of(3)) == pytest.approx([0.96], rel=1e-14)


def test_an_error_acts_only_where_the_observable_is():
    # Z on the control of cx comes from Z on the control alone: the error of x on the target is never seen. Z on the
    # target comes from ZZ: 0.98 for each x, and 0.96 for the cx.
    isa = isa_of(Op("x", (0,), error=0.01), Op("x", (1,), error=0.01), Op("cx", (0, 1), error=0.03), measure=[0, 1])
    assert mean_field(isa, noise_of(3)) == pytest.approx([0.96 * 0.98, 0.96 * 0.98**2], rel=1e-14)


def test_waiting_depends_on_what_waits():
    # Z waits as Z, and as Y before an sx: e^(−t/T1) = e^-0.1 and e^(−t/T2) = e^-0.2.
    noise = noise_of(1, t1_s=100 * US, t2_s=50 * US)
    wait = Op("delay", (0,), duration_s=10 * US)
    as_z = isa_of(Op("x", (0,)), wait, measure=[0], num_qubits=1)
    as_y = isa_of(Op("x", (0,)), wait, Op("sx", (0,)), measure=[0], num_qubits=1)
    assert mean_field(as_z, noise) == pytest.approx([math.exp(-0.1)], rel=1e-14)
    assert mean_field(as_y, noise) == pytest.approx([math.exp(-0.2)], rel=1e-14)


def test_a_free_rz_waits_half_as_each_quadrature():
    # sx · rz(free) · sx carries Z to Y, then half X and half Y, then X and Z. Waiting there: (e^-0.2 + e^-0.1)/2.
    noise = noise_of(1, t1_s=100 * US, t2_s=50 * US)
    ops = [Op("x", (0,)), Op("delay", (0,), duration_s=10 * US), Op("sx", (0,)), Op("rz", (0,), FREE), Op("sx", (0,))]
    isa = isa_of(*ops, measure=[0], num_qubits=1)
    assert mean_field(isa, noise) == pytest.approx([(math.exp(-0.1) + math.exp(-0.2)) / 2], rel=1e-14)
    # Bound at angle a: cos²a stays Y, which becomes Z before sx; sin²a becomes X and stays X.
    ops[3] = Op("rz", (0,), (0.4,))
    mixed = math.cos(0.4) ** 2 * math.exp(-0.1) + math.sin(0.4) ** 2 * math.exp(-0.2)
    assert mean_field(isa_of(*ops, measure=[0], num_qubits=1), noise) == pytest.approx([mixed], rel=1e-14)


def test_relaxation_during_a_gate_is_part_of_its_error():
    # sx of 1 µs, T1 = T2 = 100 µs, e = 0.02. Relaxation alone keeps μ = (d²F − 1)/(d² − 1) = e^-0.01 of each Pauli
    # (all alike here), the error wants 1 − 2e = 0.96: f = 0.96/e^-0.01, and what is left is 0.96 in all.
    noise = noise_of(1, t1_s=100 * US, t2_s=100 * US)
    gate = Op("sx", (0,), duration_s=1 * US, error=0.02)
    assert mean_field(isa_of(gate, measure=[0], num_qubits=1), noise) == pytest.approx([0.96], rel=1e-14)
    # With an error smaller than relaxation explains, relaxation alone counts.
    gate = replace(gate, error=0.001)
    assert mean_field(isa_of(gate, measure=[0], num_qubits=1), noise) == pytest.approx([math.exp(-0.01)], rel=1e-14)


@pytest.mark.parametrize("num_qubits", [1, 2])
def test_a_noisy_gate_has_the_average_fidelity_that_was_reported(num_qubits):
    quantum_info = pytest.importorskip("qiskit.quantum_info")
    e1, e2, error, d = math.exp(-0.003), math.exp(-0.005), 0.02, 2**num_qubits
    relaxed = np.array([1.0, e2, e2, e1])
    factors = relaxed if num_qubits == 1 else np.kron(relaxed, relaxed)
    factors[1:] *= residual_depolarizing(np.array([error]), np.array([factors.mean()]), d)
    fidelity = quantum_info.average_gate_fidelity(quantum_info.PTM(np.diag(factors)))
    assert fidelity == pytest.approx(1.0 - error, rel=1e-12)


def test_an_error_that_destroys_everything_leaves_zero_and_no_nan():
    isa = isa_of(
        Op("x", (0,)), Op("x", (0,), error=0.5), Op("cz", (0, 1), error=1.0), Op("x", (0,), error=0.01), measure=[0, 1]
    )
    assert mean_field(isa, noise_of(3)) == [0.0, 0.0]
    assert mean_field(isa_of(Op("x", (0,), duration_s=US), measure=[0]), noise_of(3, t1_s=0.0, t2_s=0.0)) == [0.0]


def test_a_reset_ends_the_history_of_its_qubit():
    # Before the reset nothing matters, not even an error of 0.5.
    isa = isa_of(
        Op("x", (0,), error=0.5), Op("reset", (0,), duration_s=US), Op("x", (0,), error=0.01), measure=[0], num_qubits=1
    )
    assert mean_field(isa, noise_of(1, t1_s=100 * US, t2_s=50 * US)) == pytest.approx([0.98], rel=1e-14)


def test_a_reset_qubit_in_an_entangling_gate():
    # Z on the target is ZZ before the cx; the reset turns its first factor into the identity, Z on qubit 1 goes on.
    isa = isa_of(
        Op("x", (0,), error=0.2),
        Op("x", (1,), error=0.01),
        Op("reset", (0,)),
        Op("cx", (0, 1), error=0.03),
        measure=[1],
        num_qubits=2,
    )
    assert mean_field(isa, noise_of(2)) == pytest.approx([0.96 * 0.98], rel=1e-14)


def test_a_measurement_on_the_way_keeps_z_and_reads_its_own_z():
    # clbit 0 sees the first x only. clbit 1 sees both and 1 µs of relaxation while the first measurement lasts.
    isa = isa_of(
        Op("x", (0,), error=0.01),
        Op("measure", (0,), duration_s=US, clbit=0),
        Op("x", (0,), error=0.02),
        Op("measure", (0,), duration_s=US, clbit=1),
        num_qubits=1,
    )
    expected = [0.98, 0.96 * 0.98 * math.exp(-0.01)]
    assert mean_field(isa, noise_of(1, t1_s=100 * US, t2_s=50 * US)) == pytest.approx(expected, rel=1e-12)


def test_a_measurement_on_the_way_forgets_x_and_y():
    # Behind the measurement Z is half X, half Z (free rx-like turn); only the Z half has an ideal value, so the
    # dephasing of X before the measurement costs nothing.
    isa = isa_of(
        Op("x", (0,)),
        Op("measure", (0,), clbit=0),
        Op("sx", (0,)),
        Op("rz", (0,), FREE),
        Op("sx", (0,), error=0.01),
        Op("measure", (0,), clbit=1),
        num_qubits=1,
    )
    assert mean_field(isa, noise_of(1)) == pytest.approx([1.0, 0.98], rel=1e-12)


def test_observables_at_the_end_of_an_unmeasured_circuit_wait_until_then():
    # cz ends at 1 µs, the x on qubit 1 at 3 µs. ALAP: everything ends at 3 µs; qubit 0 waits for 2 µs as Z.
    isa = isa_of(Op("cz", (0, 1), duration_s=US), Op("x", (1,), duration_s=2 * US), num_qubits=2)
    noise = noise_of(2, t1_s=[100 * US, None], t2_s=[200 * US, None])
    # Relaxation of qubit 0 as Z for 1 µs in the gate and 2 µs after.
    assert mean_field(isa, noise)[0] == pytest.approx(math.exp(-0.03), rel=1e-12)


def test_products_of_paulis():
    isa = isa_of(Op("x", (0,), error=0.01), Op("x", (1,), error=0.02), Op("cx", (0, 1), error=0.03), measure=[0, 1])
    noise = noise_of(3)
    # ZZ becomes IZ under cx, XX becomes XI, YY becomes XZ.
    zz, xx, yy, nothing = mean_field(isa, noise, [{0: "Z", 1: "Z"}, {0: "X", 1: "X"}, {0: "Y", 1: "Y"}, {}])
    assert zz == pytest.approx(0.96 * 0.96, rel=1e-14)
    assert xx == pytest.approx(0.96 * 0.98, rel=1e-14)
    assert yy == pytest.approx(0.96 * 0.98 * 0.96, rel=1e-14)
    assert nothing == 1.0


def test_gates_on_three_qubits_are_refused():
    isa = isa_of(Op("ccx", (0, 1, 2)), measure=[0])
    with pytest.raises(CircuitError, match="ccx acts on 3 qubits"):
        mean_field(isa, noise_of(3))


# Exact where the path of the observable is a single Pauli string.


@settings(max_examples=80, deadline=None)
@given(CLIFFORD_OPS, NOISES)
def test_exact_for_clifford_circuits_under_pauli_noise(ops, noise):
    isa = isa_of(*ops, measure=[0, 1, 2])
    schedule = schedule_alap(isa)
    observables = [{0: "Z"}, {1: "Z"}, {2: "Z"}, {0: "X", 1: "Y", 2: "Z"}]
    expected = [exact_attenuation(isa, schedule, noise, paulis) for paulis in observables]
    assert mean_field(isa, noise, observables) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_exact_for_a_clifford_circuit_simulated_by_aer():
    aer = pytest.importorskip("qiskit_aer")
    noise_models = pytest.importorskip("qiskit_aer.noise")
    from qiskit import QuantumCircuit

    e1, e2 = 0.01, 0.03
    model = noise_models.NoiseModel()
    # Aer's depolarizing parameter p keeps 1 − p; average error e = p (d − 1)/d.
    model.add_all_qubit_quantum_error(noise_models.depolarizing_error(2 * e1, 1), ["sx", "x"])
    model.add_all_qubit_quantum_error(noise_models.depolarizing_error(4 / 3 * e2, 2), ["cx", "cz"])
    gates = [
        ("sx", 0),
        ("x", 1),
        ("cx", 0, 1),
        ("sx", 0),
        ("sx", 0),
        ("cz", 1, 2),
        ("x", 2),
        ("cx", 1, 0),
        ("cx", 2, 1),
    ]
    circuit = QuantumCircuit(3)
    for name, *qubits in gates:
        getattr(circuit, name)(*qubits)
    circuit.sx(0)
    circuit.save_density_matrix()
    simulator = aer.AerSimulator(method="density_matrix", basis_gates=["sx", "x", "cx", "cz"])
    ideal = simulator.run(circuit).result().data()["density_matrix"]
    noisy = simulator.run(circuit, noise_model=model).result().data()["density_matrix"]
    ops = [Op(name, tuple(qubits), error=e1 if len(qubits) == 1 else e2) for name, *qubits in gates]
    isa = isa_of(*ops, Op("sx", (0,), error=e1))
    from qiskit.quantum_info import Pauli

    compared = 0
    for label, paulis in (
        ("IIZ", {0: "Z"}),
        ("IZI", {1: "Z"}),
        ("ZII", {2: "Z"}),
        ("ZZI", {1: "Z", 2: "Z"}),
        ("IIY", {0: "Y"}),
    ):
        value = ideal.expectation_value(Pauli(label)).real
        if abs(value) > 1e-9:
            slope = noisy.expectation_value(Pauli(label)).real / value
            assert mean_field(isa, noise_of(3), [paulis])[0] == pytest.approx(slope, abs=1e-9)
            compared += 1
    assert compared >= 2


# Laws.


@settings(max_examples=60, deadline=None)
@given(NATIVE_OPS, NOISES)
def test_lies_between_0_and_1(ops, noise):
    assert all(0.0 <= value <= 1.0 for value in mean_field(isa_of(*ops, measure=[0, 1, 2]), noise))


@settings(max_examples=60, deadline=None)
@given(NATIVE_OPS)
def test_is_1_without_noise(ops):
    perfect = [replace(op, error=0.0) for op in ops]
    values = mean_field(isa_of(*perfect, measure=[0, 1, 2]), noise_of(3))
    assert values == pytest.approx([1.0] * 3, abs=1e-13)


@settings(max_examples=60, deadline=None)
@given(NATIVE_OPS, NOISES, st.data())
def test_never_rises_with_an_error_or_a_gate(ops, noise, data):
    base = mean_field(isa_of(*ops, measure=[0, 1, 2]), noise)
    at = data.draw(st.integers(0, len(ops)))
    # A Pauli gate changes no path, only adds its error; of zero length, it moves nothing else.
    new = Op("x", (1,), (), 0.0, 0.01)
    changed = [[*ops[:at], new, *ops[at:]]]
    gates = [i for i, op in enumerate(ops) if op.name != "delay"]
    if gates:
        at = data.draw(st.sampled_from(gates))
        changed.append([*ops])
        changed[-1][at] = replace(ops[at], error=ops[at].error + 0.05)
    for worse in changed:
        values = mean_field(isa_of(*worse, measure=[0, 1, 2]), noise)
        assert all(a <= b + 1e-12 for a, b in zip(values, base, strict=True))


@settings(max_examples=40, deadline=None)
@given(NATIVE_OPS, NOISES)
def test_gates_outside_the_light_cone_change_nothing(ops, noise):
    inside = [op for op in ops if 2 not in op.qubits]
    outside = [Op("sx", (2,), (), 0.0, 0.3), *(op for op in ops if op.qubits == (2,) and op.name != "delay")]
    alone = mean_field(isa_of(*inside, measure=[0, 1]), noise)
    # Zero length: the outside gates must not make the others wait.
    outside = [replace(op, duration_s=0.0) for op in outside]
    after = [Op("cx", (0, 2), (), 0.0, 0.3), Op("cx", (1, 2), (), 0.0, 0.3)]
    measured = [Op("measure", (0,), clbit=0), Op("measure", (1,), clbit=1)]
    assert mean_field(isa_of(*outside, *inside, *measured, *after), noise) == pytest.approx(alone, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(NATIVE_OPS, NOISES, st.permutations([0, 1, 2]))
def test_relabelling_qubits_with_their_calibration_changes_nothing(ops, noise, order):
    moved = [replace(op, qubits=tuple(order[q] for q in op.qubits)) for op in ops]
    inverse = [order.index(q) for q in range(3)]
    records = [noise.calibration.qubits[q] for q in inverse]
    relabelled = noise_of(3, t1_s=[r.t1_s for r in records], t2_s=[noise.t2_s[q] for q in inverse])
    expected = mean_field(isa_of(*ops, measure=[0, 1, 2]), noise)
    assert mean_field(isa_of(*moved, measure=order), relabelled) == pytest.approx(expected, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.0, 20 * US), min_size=1, max_size=5))
def test_waits_add_up(times):
    noise = noise_of(1, t1_s=100 * US, t2_s=50 * US)
    waits = [Op("delay", (0,), duration_s=t) for t in times]
    isa = isa_of(Op("x", (0,)), *waits, Op("sx", (0,)), measure=[0], num_qubits=1)
    assert mean_field(isa, noise) == pytest.approx([math.exp(-sum(times) / (50 * US))], rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(NATIVE_OPS, NATIVE_OPS, NOISES)
def test_independent_registers_multiply(left, right, noise):
    # Two circuits side by side on qubits 0-2 and 3-5: λ of Z_0 Z_3 is the product.
    six = noise_of(6, t1_s=[q.t1_s for q in noise.calibration.qubits] * 2, t2_s=[*noise.t2_s] * 2)
    shifted = [replace(op, qubits=tuple(q + 3 for q in op.qubits)) for op in right]
    isa = isa_of(*left, *shifted, num_qubits=6)
    first, second, both = mean_field(isa, six, [{0: "Z"}, {3: "Z"}, {0: "Z", 3: "Z"}])
    assert both == pytest.approx(first * second, rel=1e-9, abs=1e-15)
