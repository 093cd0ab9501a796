"""Each assumption and each warning of an estimate appears when it should, and only then."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from qiskit import QuantumCircuit

from hwcost.backend.compiler import Transpiled
from hwcost.core.caveat import JOB_TIME, SIGNAL_GONE
from hwcost.estimation.caveats import assumptions_of, caveats_of
from hwcost.estimation.logical import read_logical
from hwcost.estimation.seed_work import compile_candidates
from isa_conditions import conditions, costed, flip_and_entangle
from job_profiles import FITTED, KNOWN
from make import small_calibration

NOWHERE_ELSE = replace(KNOWN, device="small")
"""A profile of the device itself: it has nothing to say about others."""


def fresh(**changes):
    return small_calibration(**{"snapshot_date": datetime.now(UTC), **changes})


def other_caveats(candidate, under):
    """All but the one that every circuit of this file has: it stands on the device's first qubits."""
    found = list(caveats_of(candidate, under))
    assert "fixed_layout" in {each.code for each in found} or candidate.shots.hardware is None
    return [each for each in found if each.code != "fixed_layout"]


def said(circuit=None, calibration=None, **options):
    """(assumptions, caveats by code) of a circuit as it is given."""
    under = conditions(fresh() if calibration is None else calibration, **{"job_profile": NOWHERE_ELSE, **options})
    candidate = costed(circuit or flip_and_entangle(), under)
    return assumptions_of(candidate, under), {c.code: c.text for c in other_caveats(candidate, under)}


def with_reset():
    circuit = flip_and_entangle()
    circuit.reset(0)
    circuit.x(0)
    return circuit


def every_qubit(**changes):
    return dict.fromkeys(range(3), changes)


def test_nothing_is_said_where_there_is_nothing_to_say():
    assert said() == ((), {})


@pytest.mark.parametrize(
    ("calibration", "code"),
    [
        (small_calibration(snapshot_date=datetime(2020, 1, 1, tzinfo=UTC)), "stale"),
        (small_calibration(snapshot_date=None), "age_unknown"),
        (fresh(rep_delay_s=None), "rep_delay_unknown"),
        (fresh(qubits={2: {"readout_error": 0.6}}), "dead_readout"),
    ],
    ids=["stale", "age", "rep_delay", "readout"],
)
def test_a_finding_is_a_caveat_with_its_own_code(calibration, code):
    assert list(said(calibration=calibration)[1]) == [code]


def test_a_finding_for_information_is_none():
    without_reset = fresh(supported_operations=("measure", "delay"), gates={("reset", (q,)): None for q in range(3)})
    under = conditions(without_reset)
    assert "no_reset" in {finding.code for finding in under.device.audited.findings}
    assert said(calibration=without_reset)[1] == {}


@pytest.mark.parametrize(
    ("delay_s", "outside"), [(249e-6, True), (250e-6, False), (400e-6, False), (500e-6, False), (501e-6, True)]
)
def test_a_repetition_delay_that_the_device_does_not_accept(delay_s, outside):
    assumptions, caveats = said(calibration=fresh(rep_delay_range_s=(250e-6, 500e-6)), rep_delay_s=delay_s)
    assert ("rep_delay_range" in caveats) == outside
    assert assumptions == (f"repetition delay of {delay_s * 1e6:g} µs as given by the user",)
    if outside:
        assert caveats["rep_delay_range"].endswith(
            f"{delay_s * 1e6:g} µs lies outside what the device accepts (250 to 500 µs)"
        )


TIMED_AT_250_US = replace(NOWHERE_ELSE, ranges={"rep_delay_s": (200e-6, 300e-6)})


@pytest.mark.parametrize(("delay_s", "outside"), [(199e-6, True), (200e-6, False), (300e-6, False), (4e-3, True)])
def test_a_repetition_delay_that_no_timed_job_had(delay_s, outside):
    _, caveats = said(calibration=fresh(rep_delay_s=delay_s), job_profile=TIMED_AT_250_US)
    assert ("rep_delay_outside_profile" in caveats) == outside
    if outside:
        assert caveats["rep_delay_outside_profile"].endswith(
            "lies outside the 200 µs to 300 µs that the profile test was fitted on"
        )


def test_what_the_shortest_accepted_repetition_delay_would_save():
    # A circuit of 1.35 µs: (4000 + 1.35) / (1000 + 1.35) = 3.996
    slow = fresh(rep_delay_s=4e-3, rep_delay_range_s=(1e-3, 4e-3))
    _, caveats = said(calibration=slow, job_profile=TIMED_AT_250_US)
    assert caveats == {
        "rep_delay_outside_profile": (
            "the repetition delay of 4 ms lies outside the 200 µs to 300 µs that the profile test was fitted on; the "
            "device accepts 1 ms to 4 ms, and with --rep-delay 1ms shots take 4 times less time"
        )
    }
    _, caveats = said(calibration=slow, job_profile=TIMED_AT_250_US, rep_delay_s=1e-3)
    assert caveats["rep_delay_outside_profile"].endswith("that the profile test was fitted on")


def test_a_profile_that_fits_the_time_between_shots_takes_no_repetition_delay():
    fitted = replace(FITTED, device="small", ranges={"rep_delay_s": (200e-6, 300e-6)})
    _, caveats = said(calibration=fresh(rep_delay_s=4e-3), job_profile=fitted)
    assert "rep_delay_outside_profile" not in caveats


def test_how_control_flow_was_costed():
    circuit = flip_and_entangle()
    with circuit.for_loop(range(2)):
        circuit.x(0)
    assert said(circuit)[1] == {"isa": "for_loop: every iteration is counted"}


def test_what_a_method_notes_with_the_qubit_that_it_is_about():
    under = conditions(fresh(), job_profile=NOWHERE_ELSE)
    candidate = costed(flip_and_entangle(), under)
    one, other = candidate.shots.attenuation
    noted = replace(candidate.shots, attenuation=(replace(one, note="poor"), replace(other, qubit=None, note="odd")))
    found = other_caveats(replace(candidate, shots=noted), under)
    assert [(caveat.code, caveat.text) for caveat in found] == [
        ("attenuation", "qubit 0: poor"),
        ("attenuation", "1 of 2 Pauli strings: odd"),
    ]


def relaxing(middle):
    """A qubit with ⟨Z⟩ = −cos(middle) that waits for 30 µs."""
    circuit = QuantumCircuit(1, 1)
    circuit.sx(0)
    circuit.rz(middle, 0)
    circuit.sx(0)
    circuit.delay(30_000, 0, unit="ns")
    circuit.measure(0, 0)
    return circuit


def test_relaxation_beyond_the_ideal_value_is_named_and_saves_no_shots():
    # ⟨Z⟩ = 0.5 at first; T1 = 100 µs: 0.5·e^-0.3 + 1 − e^-0.3 = 0.63, before a readout of 0.96 and small gate errors.
    under = conditions(fresh(), job_profile=NOWHERE_ELSE, attenuation="auto")
    candidate = costed(relaxing(2 * math.pi / 3), under)
    (row,) = candidate.shots.attenuation
    kept = 0.998**2 * 0.5 * math.exp(-0.3) + 1 - math.exp(-0.3)
    assert row.value == pytest.approx(0.96 * kept / 0.5, rel=1e-3)
    assert row.value > 1.2
    (caveat,) = other_caveats(candidate, under)
    assert caveat.code == "attenuation"
    assert caveat.text == "qubit 0: λ is 1.21: relaxation pushes the value beyond the ideal one, which saves no shots"
    assert (candidate.shots.needed, candidate.shots.inflation_worst) == (candidate.shots.requested, 1.0)
    assert candidate.rank_key == pytest.approx(math.log(candidate.time.shot_time_s))


def test_a_sign_that_noise_turns_is_a_lost_signal():
    # ⟨Z⟩ = −0.2 at first: −0.2·e^-0.3 + 1 − e^-0.3 is above 0.
    under = conditions(fresh(), job_profile=NOWHERE_ELSE, attenuation="pauli-propagation")
    candidate = costed(relaxing(math.acos(0.2)), under)
    assert candidate.shots.attenuation[0].value < 0
    (caveat,) = other_caveats(candidate, under)
    assert caveat.code == SIGNAL_GONE
    assert "where noise turns the sign of the value" in caveat.text


def test_what_auto_falls_back_from_is_an_assumption():
    circuit = flip_and_entangle()
    flat = QuantumCircuit(3, 3)
    flat.sx(0)
    flat.measure(0, 0)
    assert said(circuit, attenuation="auto")[0] == ()
    (assumption,) = said(flat, attenuation="auto")[0]
    assert assumption.startswith("qubit 0: the noiseless value is next to 0 (below 0.1)")


def test_durations_only_says_so_and_nothing_of_noise():
    assumptions, caveats = said(with_reset(), durations_only=True)
    assert list(caveats) == ["durations_only"]
    assert assumptions == ()


def readout(wrong):
    return fresh(qubits={1: {"prob_meas0_prep1": wrong, "prob_meas1_prep0": wrong}})


@pytest.mark.parametrize(
    ("wrong", "code"),
    # λ is about 1 − 2·wrong: inflation 10 at 0.342, a million at 0.4995.
    [(0.33, None), (0.345, "large_inflation"), (0.499, "large_inflation"), (0.4996, SIGNAL_GONE), (0.5, SIGNAL_GONE)],
)
def test_what_is_left_of_the_signal(wrong, code):
    assert list(said(calibration=readout(wrong))[1]) == ([] if code is None else [code])


def test_the_rule_decides_which_inflation_is_large():
    # 1/λ² of 1.109 and of 14: the mean is below ten.
    assert list(said(calibration=readout(0.365))[1]) == ["large_inflation"]
    assert said(calibration=readout(0.365), inflation="mean")[1] == {}


def test_a_signal_that_is_gone_names_the_worst_attenuation():
    assert said(calibration=readout(0.5))[1][SIGNAL_GONE].startswith("the signal is gone: attenuation 0.0e+00 at worst")
    noisy = fresh(gates={("cx", (a, b)): {"error": 0.49} for a, b in ((0, 1), (1, 0))})
    circuit = QuantumCircuit(2, 1)
    for _ in range(40):
        circuit.cx(0, 1)
    circuit.measure(0, 0)
    gone = said(circuit, noisy, task="sampling")[1][SIGNAL_GONE]
    assert gone.startswith("the signal is gone: the chance that nothing fails is so small")


def test_delays_that_were_moved_to_the_time_grid():
    under = conditions(fresh(), job_profile=NOWHERE_ELSE)
    candidate = costed(flip_and_entangle(), under)
    for rescheduled, codes in ((True, ["rescheduled"]), (False, [])):
        transpiled = Transpiled(
            seed=0, optimization_level=1, circuit=candidate.compiled.circuit, swaps=(), rescheduled=rescheduled
        )
        made = replace(candidate, compiled=replace(candidate.compiled, transpiled=transpiled))
        assert [caveat.code for caveat in other_caveats(made, under)] == codes


def test_what_the_job_profile_says_of_itself():
    text = said(job_profile=KNOWN)[1][JOB_TIME]
    assert text.startswith("job time: the profile test was fitted on ibm_here, not on small")
    # Where no number of shots is enough, the job as requested still takes its time.
    assert JOB_TIME in said(calibration=readout(0.5), job_profile=KNOWN)[1]


def lines(*parts, assumptions):
    assert len(assumptions) == len(parts)
    return [part in line for part, line in zip(parts, assumptions, strict=True)]


@pytest.mark.parametrize(
    ("circuit", "changes", "parts"),
    [
        (flip_and_entangle(), {"rep_delay_s": None}, ["no repetition delay; 250 µs assumed"]),
        (flip_and_entangle(), {"assumptions": ("durations given by hand",)}, ["durations given by hand"]),
        (
            flip_and_entangle(),
            {"qubits": every_qubit(readout_duration_s=None)},
            ["the readout time is unknown: circuit duration, shot time and QPU time leave it out"],
        ),
        (with_reset(), {}, ["resets count as perfect"]),
        (
            with_reset(),
            {"gates": {("reset", (q,)): None for q in range(3)}},
            ["assumed to be a measurement and an X gate", "resets count as perfect"],
        ),
        (flip_and_entangle(), {"qubits": {0: {"t1_s": None}}}, ["T1 unknown on qubits 0"]),
        (flip_and_entangle(), {"qubits": {1: {"t2_s": None}}}, ["T2 unknown on qubits 1"]),
        (flip_and_entangle(), {"qubits": {2: {"t1_s": None}}}, []),  # nothing happens there
    ],
    ids=["rep_delay", "calibration", "readout", "reset error", "reset duration", "T1", "T2", "idle qubit"],
)
def test_each_assumption(circuit, changes, parts):
    assumptions, _ = said(circuit, fresh(**changes))
    assert all(lines(*parts, assumptions=assumptions))


def test_a_reset_is_assumed_only_where_no_duration_is_reported():
    partly = fresh(gates={("reset", (2,)): None})
    assert said(with_reset(), partly)[0] == ("the reset error is unknown; resets count as perfect",)


def kinds(circuit, calibration=None, **options):
    under = conditions(fresh() if calibration is None else calibration, job_profile=NOWHERE_ELSE, **options)
    candidates = compile_candidates(read_logical(circuit), under)
    codes = {caveat.code: caveat.text for caveat in caveats_of(candidates[0], under)}
    return candidates[0].shots.hardware.kind, codes.keys() & {"fixed_layout", "wide_shallow"}, codes


def ghz(num_qubits, repeat=1):
    circuit = QuantumCircuit(num_qubits, name="ghz")
    circuit.h(0)
    for _ in range(repeat):
        for qubit in range(num_qubits - 1):
            circuit.cx(qubit, qubit + 1)
            circuit.ry(0.3, qubit)
    circuit.measure_all()
    return circuit


@pytest.mark.parametrize(
    ("level", "kind", "codes"), [(0, "fixed", {"fixed_layout"}), (1, "chosen", set()), (3, "chosen", set())]
)
def test_level_0_takes_the_first_qubits_and_says_so(level, kind, codes):
    found = kinds(ghz(2), transpile=True, optimization_level=level, num_seeds=1)
    assert found[:2] == (kind, codes)


def test_an_isa_circuit_is_fixed_only_on_the_first_qubits():
    chosen = QuantumCircuit(3, 2)
    chosen.x(1)
    chosen.cx(1, 2)
    chosen.measure([1, 2], [0, 1])
    assert kinds(chosen)[:2] == ("chosen", set())
    found = kinds(flip_and_entangle())
    assert found[:2] == ("fixed", {"fixed_layout"})
    assert "up to 20 times" in found[2]["fixed_layout"]


@pytest.mark.parametrize(
    ("num_qubits", "repeat", "kind"), [(10, 1, "chosen"), (11, 1, "wide"), (12, 3, "wide"), (12, 6, "chosen")]
)
def test_wide_and_shallow_is_more_qubits_than_were_run_with_few_gates(num_qubits, repeat, kind):
    line = small_calibration(num_qubits, snapshot_date=datetime.now(UTC))
    options = {"transpile": True, "optimization_level": 1, "num_seeds": 1}
    found = kinds(ghz(num_qubits, repeat), line, **options)
    assert found[:2] == (kind, {"wide_shallow"} if kind == "wide" else set())
