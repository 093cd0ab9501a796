"""Attenuation at bound angles: by hand, against density matrices by Aer, convergence, limits and fall-backs."""

from __future__ import annotations

import importlib.util
import math
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hwcost.core.errors import CircuitError
from hwcost.isa.columns import Kind
from hwcost.isa.schedule import schedule_alap
from hwcost.noise.attenuation import attenuate
from hwcost.noise.methods import pauli_propagation
from hwcost.noise.methods.mean_field import mean_field_attenuation
from hwcost.noise.methods.pauli_path import pauli_path_attenuation
from hwcost.noise.methods.pauli_propagation import (
    SMALLEST_IDEAL_VALUE,
    Effort,
    Propagated,
    averages,
    pauli_propagation_attenuation,
    propagate,
    signal_of,
    thorough,
)
from hwcost.noise.observables import NoisyCircuit, track_observables
from noisy_circuits import US, Op, bound_ops, isa_of, noise_of, noises, parity_read_out, with_clbits
from places import ROOT, TRUTH

FREE = (None,)
WIDE = Effort(most=10**6, work=10**10, gates=10**6, smallest=0.0)


def signals(isa, noise, observables=None, **options):
    circuit = NoisyCircuit(isa, schedule_alap(isa), noise)
    return pauli_propagation_attenuation(circuit, track_observables(isa, noise, observables), **options)


def carried(isa, noise, observables=None, effort=WIDE):
    return propagate(NoisyCircuit(isa, schedule_alap(isa), noise), track_observables(isa, noise, observables), effort)


def force_tables(patch):
    """No vector of all strings, and no statevector to hold the result against: what is left on many qubits."""
    patch.setattr(pauli_propagation, "_ALWAYS_VECTOR_QUBITS", 0)
    patch.setattr(pauli_propagation, "MAX_VECTOR_QUBITS", 0)
    patch.setattr(pauli_propagation, "noiseless_values", lambda isa, tracked: None)


# --- by hand ------------------------------------------------------------------------------------------------------


def test_one_gate_loses_twice_its_average_error():
    # d = 2: 1 − e·2/1. Two qubits, d = 4: 1 − e·4/3.
    assert signals(isa_of(Op("x", (0,), error=0.01), measure=[0]), noise_of(3))[0].value == pytest.approx(0.98)
    pair = isa_of(Op("x", (0,)), Op("cx", (0, 1), error=0.03), measure=[1])
    assert signals(pair, noise_of(3))[0].value == pytest.approx(0.96)


def waiting(theta, time_s):
    return isa_of(Op("rx", (0,), (theta,)), Op("delay", (0,), duration_s=time_s), measure=[0], num_qubits=1)


def test_relaxation_towards_the_ideal_value_gives_more_than_one():
    # ⟨Z⟩ = 0.6, and e^-0.5·0.6 + 1 − e^-0.5 after half of T1: λ = e^-0.5 + (1 − e^-0.5)/0.6.
    (signal,) = signals(waiting(math.acos(0.6), 50 * US), noise_of(1, t1_s=100 * US, t2_s=100 * US))
    kept = math.exp(-0.5)
    assert signal.value == pytest.approx(kept + (1 - kept) / 0.6)
    assert signal.value > 1.2
    assert (signal.method, signal.truncated_weight) == ("pauli-propagation", 0.0)


def test_relaxation_against_it_takes_the_signal_away_and_then_turns_it():
    # |1⟩: −e + 1 − e over −1 is 2e − 1 with e = e^(−t/T1): nothing is left at t = T1·ln 2, and the sign is wrong later.
    noise = noise_of(1, t1_s=100 * US, t2_s=100 * US)
    for time_s in (20 * US, 100 * US * math.log(2), 150 * US):
        (signal,) = signals(waiting(math.pi, time_s), noise)
        assert signal.value == pytest.approx(2 * math.exp(-time_s / (100 * US)) - 1, abs=1e-12)
    assert signal.value < -0.5


def test_paths_interfere_where_averages_over_angles_add():
    # Two rx of opposite angles are nothing: Z meets both errors as Z or as Y, and each keeps 0.8 of either.
    ops = [Op("rx", (0,), (0.7,), error=0.1), Op("rx", (0,), (-0.7,), error=0.1)]
    assert signals(isa_of(*ops, measure=[0]), noise_of(3))[0].value == pytest.approx(0.64)
    # With T2 only, Y loses and Z does not: cos² θ stays whole, sin² θ keeps e^(−t/T2).
    between = [ops[0], Op("delay", (0,), duration_s=50 * US), ops[1]]
    noise = noise_of(3, t1_s=1e9, t2_s=100 * US)
    expected = 0.64 * (math.cos(0.7) ** 2 + math.sin(0.7) ** 2 * math.exp(-0.5))
    assert signals(isa_of(*between, measure=[0]), noise)[0].value == pytest.approx(expected, rel=1e-6)


def test_an_identity_keeps_all():
    (nothing,) = signals(isa_of(Op("x", (0,), error=0.1)), noise_of(3), [{}])
    assert nothing.value == 1.0


# --- against exact simulation -------------------------------------------------------------------------------------


def truth(isa, noise):
    """Noiseless and noisy value before readout of each measured bit, by Aer's density matrices."""
    pytest.importorskip("qiskit_aer")
    from hwcost.validation.simulation import simulate

    simulated = simulate([isa], schedule_alap(isa), noise, method="density-matrix")
    return simulated.ideal[0], simulated.noisy[0]


def check(values, ideal, noisy):
    assert [each.ideal for each in values] == pytest.approx(list(ideal), abs=1e-7)
    assert [each.noisy for each in values] == pytest.approx(list(noisy), abs=1e-7)


def both_ways(isa, noise, observables, ideal, noisy):
    """By the vector and by tables the values are the true ones, and λ is their ratio."""
    check(carried(isa, noise, observables), ideal, noisy)
    with pytest.MonkeyPatch.context() as patch:
        force_tables(patch)
        patch.setattr(pauli_propagation, "_FIRST_MOST", 10**6)
        by_table = carried(isa, noise, observables)
        check(by_table, ideal, noisy)
        assert {each.num_strings for each in by_table} == {None}
    for signal, own_ideal, own_noisy in zip(signals(isa, noise, observables), ideal, noisy, strict=True):
        if abs(own_ideal) > 2 * SMALLEST_IDEAL_VALUE:
            assert signal.value == pytest.approx(own_noisy / own_ideal, rel=1e-4, abs=1e-5)
            assert signal.method == "pauli-propagation"
        elif abs(own_ideal) < SMALLEST_IDEAL_VALUE / 2:
            assert signal.method == "mean-field"
            assert "next to 0" in signal.assumption


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 6).flatmap(lambda n: st.tuples(st.just(max(n, 2)), bound_ops(max(n, 2)), noises(max(n, 2)))))
def test_measured_bits_are_exact(case):
    """With waits, resets, and measurements on the way that are results themselves."""
    num_qubits, ops, noise = case
    ops = with_clbits([*ops, *[Op("measure", (q,)) for q in range(num_qubits)]])
    isa = isa_of(*ops, num_qubits=num_qubits)
    both_ways(isa, noise, None, *truth(isa, noise))


@settings(max_examples=20, deadline=None)
@given(bound_ops(5), noises(5), st.dictionaries(st.integers(0, 4), st.sampled_from("XYZ"), min_size=1))
def test_pauli_observables_are_exact(ops, noise, paulis):
    ops = [op for op in ops if op.name != "measure"]
    assume(any(op.name != "delay" for op in ops))
    isa = isa_of(*ops, num_qubits=5)
    read = isa_of(*parity_read_out(ops, paulis), num_qubits=5)
    both_ways(isa, noise, [paulis], *truth(read, noise))


@pytest.mark.parametrize("num_qubits", [7, 8])
def test_wider_circuits_are_exact(num_qubits):
    rng = np.random.default_rng(num_qubits)
    ops = []
    for _ in range(3):
        ops += [Op("rx", (q,), (rng.uniform(-3, 3),), 0.05 * US, 0.002) for q in range(num_qubits)]
        for q in rng.permutation(num_qubits - 1).tolist():
            ops.append(Op("rzz", (q, q + 1), (rng.uniform(-3, 3),), 0.4 * US, 0.02))
    noise = noise_of(num_qubits, t1_s=80 * US, t2_s=60 * US, readout=(0.04, 0.02))
    isa = isa_of(*ops, measure=range(num_qubits), num_qubits=num_qubits)
    ideal, noisy = truth(isa, noise)
    both_ways(isa, noise, None, ideal, noisy)
    # The records have the readout in them: 1 − 0.04 − 0.02.
    rows = attenuate(NoisyCircuit(isa, schedule_alap(isa), noise), method="pauli-propagation")
    best = int(np.argmax(np.abs(ideal)))
    assert rows[best].value == pytest.approx(0.94 * noisy[best] / ideal[best], rel=1e-6)


@pytest.fixture(scope="module")
def structured():
    """The script of the benchmark; GHZ, QFT, QAOA, Trotter and trained circuits with the λ of an exact simulation."""
    if not (TRUTH / "bound_dev.json").is_file():
        pytest.skip("the simulated circuits are not here")
    from qiskit.exceptions import QiskitError

    path = ROOT / "tests" / "benchmarks" / "bound_attenuation.py"
    spec = importlib.util.spec_from_file_location("bound_attenuation", path)
    script = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = script  # its dataclasses look there
    spec.loader.exec_module(script)
    try:
        return script, script.load_cases(TRUTH)
    except QiskitError as error:
        pytest.skip(f"this Qiskit cannot read the circuits: {error.message}")


@pytest.mark.parametrize("method", ["pauli-propagation", "auto"])
def test_structured_circuits_are_exact(structured, method):
    script, cases = structured
    found = script.score(cases, method)
    assert found.used == {"pauli-propagation": sum(len(case.true) for case in cases)}
    assert (found.refused, found.signs) == (0, 0)
    assert found.log_rmse < 1e-4
    assert script.score(cases, "mean-field").log_rmse > 0.2


# --- truncation and convergence -----------------------------------------------------------------------------------


def trotter(num_qubits, steps, step, error=0.005):
    """A transverse-field Ising chain, by gates that are maps of one or two qubits."""
    ops = []
    for _ in range(steps):
        for first in (0, 1):
            ops += [Op("rzz", (q, q + 1), (step,), 0.1 * US, error) for q in range(first, num_qubits - 1, 2)]
        ops += [Op("rx", (q,), (0.7 * step,), 0.03 * US, error / 10) for q in range(num_qubits)]
    return isa_of(*ops, measure=[num_qubits // 2], num_qubits=num_qubits)


def relaxing(num_qubits):
    return noise_of(num_qubits, t1_s=100 * US, t2_s=70 * US)


@pytest.mark.parametrize(("steps", "step"), [(8, 0.2), (5, 0.5), (16, 0.25)])
def test_a_truncated_sum_that_converges_is_right(monkeypatch, steps, step):
    isa, noise = trotter(8, steps, step), relaxing(8)
    (exact,) = carried(isa, noise)
    force_tables(monkeypatch)
    (kept,) = carried(isa, noise, effort=replace(WIDE, most=8192))
    assert 64 < kept.num_strings <= 8192
    assert 0.0 < kept.truncated_weight < 0.1
    assert kept.ideal == pytest.approx(exact.ideal, rel=0.01)
    assert kept.noisy / kept.ideal == pytest.approx(exact.noisy / exact.ideal, rel=0.01)
    (signal,) = signals(isa, noise)
    assert signal.truncated_weight == pytest.approx(kept.truncated_weight)
    assert (signal.method, signal.note) == ("pauli-propagation", None)


def row(ideal, noisy, weight=0.05):
    return Propagated(ideal=ideal, noisy=noisy, num_strings=128, truncated_weight=weight)


@pytest.mark.parametrize(
    ("last", "now", "stands"),
    [
        (None, row(0.5, 0.4), False),  # there is nothing to compare with
        (row(0.5, 0.4), row(0.5, 0.4), True),
        (row(0.5, 0.4), row(0.5, 0.4015), True),  # λ 0.800 and 0.803: within 0.5 %
        (row(0.5, 0.4), row(0.5, 0.403), False),
        (row(0.5, 0.4), row(0.52, 0.416), False),  # the same λ of another value
        (row(0.5, 0.4), row(0.5, 0.4, weight=0.2), False),  # too much was dropped to believe it
        (row(0.5, 1e-4), row(0.5, -1e-4), True),  # both have lost the signal
        (row(0.004, 0.4), row(0.005, 0.1), True),  # both are next to 0
        (row(0.004, 0.4), row(0.5, 0.4), False),
    ],
)
def test_two_numbers_of_strings_must_agree(last, now, stands):
    assert now.stands(last, SMALLEST_IDEAL_VALUE) is stands


def test_nothing_dropped_stands_alone():
    assert Propagated(ideal=0.5, noisy=0.4).stands(None, 0.1)
    assert row(0.5, 0.4, weight=0.6).is_hopeless
    assert not row(0.5, 0.4, weight=0.4).is_hopeless


def test_values_that_the_statevector_contradicts_are_not_believed(monkeypatch):
    isa, noise = trotter(9, 3, 0.3), relaxing(9)
    monkeypatch.setattr(pauli_propagation, "MAX_VECTOR_QUBITS", 0)
    (right,) = carried(isa, noise)
    monkeypatch.setattr(pauli_propagation, "noiseless_values", lambda isa, tracked: np.array([right.ideal * 1.1]))
    assert carried(isa, noise) == [None]


def test_small_values_are_not_even_tried():
    isa, noise = isa_of(*[Op("h", (q,)) for q in range(9)], Op("cx", (0, 1)), num_qubits=9), relaxing(9)
    observables = [dict.fromkeys(range(9), "Z"), dict.fromkeys(range(9), "X")]
    nothing, all_of_it = carried(isa, noise, observables, replace(WIDE, smallest=0.1))
    assert (nothing.ideal, nothing.noisy) == (pytest.approx(0.0), None)
    assert all_of_it.noisy is not None


# --- what it falls back to ----------------------------------------------------------------------------------------


def hard(num_qubits, layers):
    rng = np.random.default_rng(0)
    ops = []
    for layer in range(layers):
        ops += [Op("u", (q,), tuple(rng.uniform(-3, 3, 3)), 0.03 * US, 1e-4) for q in range(num_qubits)]
        ops += [Op("cz", (q, q + 1), (), 0.07 * US, 1e-3) for q in range(layer % 2, num_qubits - 1, 2)]
    return isa_of(*ops, measure=[num_qubits // 2], num_qubits=num_qubits)


def test_what_does_not_converge_is_the_value_of_pauli_path_and_says_so():
    isa, noise = hard(20, 12), relaxing(20)
    (signal,) = signals(isa, noise, seed=3)
    circuit = NoisyCircuit(isa, schedule_alap(isa), noise)
    (sampled,) = pauli_path_attenuation(circuit, track_observables(isa, noise), seed=3)
    assert (signal.value, signal.standard_error) == (sampled.value, sampled.standard_error)
    assert signal.method == "pauli-path"
    assert signal.note.startswith(
        "pauli-propagation does not converge (8,192 Pauli strings at a time and 10,000,000 in"
    )
    assert "the value is that of pauli-path" in signal.note
    assert signal.truncated_weight is None


def test_a_value_next_to_0_is_that_of_mean_field_and_says_so():
    isa, noise = isa_of(Op("h", (0,), error=0.02), Op("x", (1,), error=0.1), measure=[0, 1]), noise_of(3)
    small, whole = signals(isa, noise)
    (averaged, _) = mean_field_attenuation(NoisyCircuit(isa, schedule_alap(isa), noise), track_observables(isa, noise))
    assert (small.value, small.method) == (averaged.value, "mean-field")
    assert "the noiseless value is next to 0 (below 0.01)" in small.assumption
    assert (whole.value, whole.method, whole.assumption) == (pytest.approx(0.8), "pauli-propagation", None)


def test_signal_of_is_the_ratio():
    assert signal_of(Propagated(ideal=-0.5, noisy=-0.4)).value == pytest.approx(0.8)
    with pytest.raises(ValueError, match="no noisy value"):
        signal_of(Propagated(ideal=0.05, noisy=None))


def test_averages_are_taken_where_there_is_a_reason_alone():
    isa, noise = isa_of(Op("h", (0,), error=0.02), Op("x", (1,), error=0.1), measure=[0, 1]), noise_of(3)
    circuit = NoisyCircuit(isa, schedule_alap(isa), noise)
    tracked = track_observables(isa, noise)
    whole = mean_field_attenuation(circuit, tracked)
    (second,) = averages(circuit, tracked, [None, "that"])
    assert (second.value, second.method, second.assumption) == (whole[1].value, "mean-field", "that")
    assert [each.assumption for each in averages(circuit, tracked, ["", ""])] == [None, None]
    assert list(averages(circuit, tracked, [None, None])) == []


def test_free_angles_branches_and_unknown_gates_are_refused():
    with pytest.raises(CircuitError, match="is free.*bind the parameters"):
        signals(isa_of(Op("rx", (0,), FREE), measure=[0]), noise_of(3))
    with pytest.raises(CircuitError, match="branches on measured values"):
        signals(replace(isa_of(Op("x", (0,)), measure=[0]), has_branches=True), noise_of(3))
    with pytest.raises(CircuitError, match="no known unitary"):
        signals(isa_of(Op("magic", (0,)), measure=[0]), noise_of(3))


# --- limits -------------------------------------------------------------------------------------------------------


def counted(monkeypatch):
    """Count the work of all tables."""
    spent = []
    by_table = pauli_propagation._by_table

    def counting(*arguments):
        values, used = by_table(*arguments)
        spent.append(used)
        return values, used

    monkeypatch.setattr(pauli_propagation, "_by_table", counting)
    return spent


@pytest.mark.parametrize("num_observables", [1, 200])
@pytest.mark.parametrize("isa", [trotter(50, 6, 0.2), hard(50, 12)], ids=["trotter", "hard"])
def test_the_work_is_limited_for_all_observables_together(monkeypatch, isa, num_observables):
    spent = counted(monkeypatch)
    effort = Effort(most=1024, work=300_000, gates=5_000, smallest=0.1)
    observables = [{k % 50: "Z", (k * 7 + 3) % 50: "Z"} for k in range(num_observables)]
    first = carried(isa, relaxing(50), observables, effort)
    # A map is always finished: of at most 16 times the strings that are kept, in tables of 64 · 64.
    assert sum(spent) <= effort.work + 16 * 4096 * max(1, len(spent))
    assert carried(isa, relaxing(50), observables, effort) == first


def test_a_circuit_of_too_many_gates_is_not_tried():
    isa = isa_of(*[Op("cz", (0, 1))] * 11, measure=[0])
    assert isa.count(Kind.TWO_QUBIT) == 11
    assert carried(isa, noise_of(3), effort=replace(WIDE, gates=10)) == [None]
    assert carried(isa, noise_of(3), effort=replace(WIDE, gates=11))[0].ideal == 1.0


def test_many_observables_share_an_effort():
    assert thorough(1).work < thorough(4).work < thorough(8).work == thorough(10_000).work


def test_a_long_chain_converges_at_fifty_qubits():
    (middle,) = signals(trotter(50, 6, 0.1), relaxing(50))
    assert middle.method == "pauli-propagation"
    # Five steps away from an end, the ends do not matter.
    (shorter,) = signals(trotter(24, 6, 0.1), relaxing(24))
    assert middle.value == pytest.approx(shorter.value, rel=0.01)
