"""The audit excludes what must not be used, clamps nothing but T2, and tells people about everything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits import ABSENT, codes, dead_edge, fake, finding, look
from hwcost.calibration.audit import audit
from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_fake import load_fake_backend
from hwcost.core.errors import CalibrationError
from make import (
    DURATION_1Q_S,
    ERROR_1Q,
    READOUT_ERROR,
    READOUT_S,
    RESET_S,
    T1_S,
    small_calibration,
)

needs_nighthawk = pytest.mark.skipif("nighthawk" in ABSENT, reason="this qiskit-ibm-runtime has no fake_nighthawk")


# Small devices.


def test_a_flawless_device_has_no_findings() -> None:
    audited = look(small_calibration(4))
    assert audited.findings == ()
    assert audited.component == (0, 1, 2, 3)
    assert (audited.excluded_qubits, audited.excluded_edges, audited.dead_gates) == ((), (), frozenset())
    assert audited.dt_s == 1e-9
    assert audited.age_days == 1


def test_values_are_looked_up_by_operation_and_qubits() -> None:
    audited = look(small_calibration())
    assert audited.duration_s("sx", (1,)) == DURATION_1Q_S
    assert audited.error("sx", (1,)) == ERROR_1Q
    assert audited.duration_s("measure", (2,)) == READOUT_S
    assert audited.error("measure", (2,)) == READOUT_ERROR
    assert audited.duration_s("reset", (0,)) == RESET_S
    assert audited.error("reset", (0,)) is None
    assert not audited.reset_is_assumed(0)
    for name, qubits in (("cx", (0, 2)), ("delay", (0,)), ("measure", (7,)), ("measure", (-1,)), ("reset", (9,))):
        assert audited.duration_s(name, qubits) is None
        assert audited.error(name, qubits) is None


@pytest.mark.parametrize("error", [1.0, 0.5, 0.73])
def test_a_dead_two_qubit_gate_is_dead_in_both_directions_and_splits_the_device(error: float) -> None:
    # 0 - 1 - 2 x 3: only the direction (3, 2) is reported dead.
    audited = look(small_calibration(4, gates={("cx", (3, 2)): {"error": error}}))
    assert audited.dead_gates == {("cx", (2, 3)), ("cx", (3, 2))}
    assert audited.is_dead("cx", (2, 3))
    assert not audited.is_dead("cx", (1, 2))
    assert audited.excluded_edges == ((2, 3),)
    assert audited.excluded_qubits == ()
    assert audited.component == (0, 1, 2)
    assert finding(audited, "dead_2q_gate").edges == ((2, 3),)
    assert finding(audited, "disconnected").qubits == (3,)


def test_an_error_just_below_a_half_is_bad_but_alive() -> None:
    assert look(small_calibration(gates=dead_edge(0, 1, 0.499))).component == (0, 1, 2)


def test_a_two_qubit_gate_without_error_or_duration_is_never_perfect() -> None:
    for field, code in (("error", "error_unknown"), ("duration_s", "gate_duration_unknown")):
        audited = look(small_calibration(gates={("cx", (0, 1)): {field: None}}))
        assert audited.excluded_edges == ((0, 1),)
        assert audited.component == (1, 2)
        assert finding(audited, code).edges == ((0, 1),)


def test_an_edge_with_another_living_gate_stays() -> None:
    gates = {**dead_edge(0, 1), ("ecr", (0, 1)): {"error": 0.01, "duration_s": 300e-9}}
    audited = look(small_calibration(gates=gates, basis_gates=("rz", "sx", "x", "cx", "ecr")))
    assert audited.component == (0, 1, 2)
    assert audited.excluded_edges == ()
    assert audited.is_dead("cx", (0, 1))
    assert not audited.is_dead("ecr", (0, 1))


def test_only_basis_gates_connect_qubits() -> None:
    gates = {**dead_edge(0, 1), ("rzz", (0, 1)): {"error": 0.01, "duration_s": 300e-9}}
    audited = look(small_calibration(gates=gates))
    assert audited.excluded_edges == ((0, 1),)
    assert audited.component == (1, 2)


def test_a_dead_gate_outside_the_basis_excludes_nothing_but_itself() -> None:
    dead = {"error": 1.0, "duration_s": 50e-9}
    audited = look(small_calibration(gates={("rzz", (0, 1)): dead, ("rx", (2,)): dead}))
    assert audited.component == (0, 1, 2)
    assert audited.dead_gates == {("rzz", (0, 1)), ("rx", (2,))}
    assert codes(audited) == {"dead_2q_gate_outside_basis", "dead_1q_gate_outside_basis"}
    assert {entry.severity for entry in audited.findings} == {"info"}


def test_a_dead_one_qubit_gate_excludes_its_qubit() -> None:
    audited = look(small_calibration(4, gates={("sx", (1,)): {"error": 1.0}}))
    assert audited.excluded_qubits == (1,)
    assert audited.excluded_edges == ()
    assert audited.component == (2, 3)
    assert finding(audited, "dead_1q_gate").qubits == (1,)


def test_a_missing_one_qubit_gate_excludes_its_qubit() -> None:
    audited = look(small_calibration(4, gates={("sx", (3,)): None}))
    assert audited.component == (0, 1, 2)
    assert finding(audited, "gate_without_record").message == "1 of 4 sx gates has no record; excluded"


def test_a_dead_readout_excludes_its_qubit_unless_it_is_kept() -> None:
    calibration = small_calibration(qubits={2: {"readout_error": 0.5}})
    audited = look(calibration)
    assert audited.component == (0, 1)
    assert audited.is_dead("measure", (2,))
    assert finding(audited, "dead_readout").qubits == (2,)
    kept = look(calibration, keep_dead_readout=True)
    assert kept.component == (0, 1, 2)
    assert not kept.is_dead("measure", (2,))
    assert "kept on request" in finding(kept, "dead_readout").message


def test_an_unknown_readout_error_is_never_perfect() -> None:
    audited = look(small_calibration(qubits={0: {"readout_error": None}}), keep_dead_readout=True)
    assert audited.component == (1, 2)
    assert finding(audited, "error_unknown").qubits == (0,)


def test_what_is_not_operational_is_excluded_with_all_its_gates() -> None:
    audited = look(small_calibration(4, qubits={3: {"operational": False}}))
    assert audited.excluded_qubits == (3,)
    assert audited.excluded_edges == ((2, 3),)
    assert {("measure", (3,)), ("sx", (3,)), ("reset", (3,)), ("cx", (2, 3))} <= audited.dead_gates
    assert finding(audited, "not_operational").qubits == (3,)
    audited = look(small_calibration(4, gates={("cx", (2, 3)): {"operational": False}}), durations_only=True)
    assert audited.component == (0, 1, 2)
    assert finding(audited, "not_operational").edges == ((2, 3),)


def test_t2_is_clamped_to_twice_t1_and_nothing_else_is() -> None:
    audited = look(small_calibration(qubits={1: {"t2_s": 300e-6}, 2: {"t2_s": 2 * T1_S}}))
    assert audited.t2_s == (80e-6, 2 * T1_S, 2 * T1_S)
    assert finding(audited, "t2_clamped").qubits == (1,)
    assert audited.calibration.qubits[1].t2_s == 300e-6


def test_durations_only_ignores_errors_but_not_missing_durations() -> None:
    gates = {**dead_edge(0, 1), ("cx", (1, 2)): {"duration_s": None}, ("sx", (0,)): {"error": None}}
    calibration = small_calibration(4, gates=gates, qubits={0: {"readout_error": 0.9}, 1: {"t1_s": 0.0}})
    audited = look(calibration, durations_only=True)
    assert audited.component == (0, 1)
    assert audited.excluded_edges == ((1, 2),)
    assert audited.error("cx", (0, 1)) is None
    assert audited.error("measure", (0,)) is None
    assert audited.duration_s("cx", (0, 1)) == 300e-9
    assert finding(audited, "durations_only").severity == "info"


def test_a_circuit_that_does_not_fit_is_refused_with_the_reason() -> None:
    audited = look(small_calibration(4, gates=dead_edge(1, 2)))
    audited.require_qubits(2)
    with pytest.raises(CalibrationError) as caught:
        audited.require_qubits(3)
    assert str(caught.value) == (
        "the circuit needs 3 qubits, but only 2 of the 4 qubits of small are healthy and connected "
        "(2 of 6 cx gates have error 1: IBM's mark for 'not calibrated'; excluded); "
        "choose another device or use --durations-only"
    )
    with pytest.raises(CalibrationError, match="the circuit needs 9 qubits, but small has 4; choose a larger device"):
        audited.require_qubits(9)


def test_a_device_without_a_healthy_qubit_is_an_error_not_a_crash() -> None:
    audited = look(small_calibration(2, qubits={q: {"operational": False} for q in range(2)}))
    assert audited.component == ()
    assert finding(audited, "no_healthy_qubit").severity == "error"
    with pytest.raises(CalibrationError, match="only 0 of the 2 qubits"):
        audited.require_qubits(1)


# Laws.


@st.composite
def damaged_calibrations(draw: st.DrawFn) -> Calibration:
    num_qubits = draw(st.integers(1, 7))
    maybe_error = st.none() | st.sampled_from([0.0, 0.01, 0.49, 0.5, 1.0])
    qubits = {
        q: {
            "readout_error": draw(maybe_error),
            "t1_s": draw(st.sampled_from([None, 0.0, T1_S])),
            "operational": draw(st.sampled_from([True, True, False])),
        }
        for q in draw(st.sets(st.integers(0, num_qubits - 1), max_size=2))
    }
    edges = [(a, b) for a in range(num_qubits) for b in range(a) if draw(st.booleans())]
    gates = {
        ("cx", edge): {"error": draw(maybe_error), "duration_s": draw(st.sampled_from([None, 300e-9]))}
        for edge in edges
    }
    return small_calibration(num_qubits, edges=edges, both_directions=False, qubits=qubits, gates=gates)


@given(calibration=damaged_calibrations(), durations_only=st.booleans(), keep=st.booleans())
def test_the_component_is_healthy_connected_and_as_large_as_can_be(
    calibration: Calibration, durations_only: bool, keep: bool
) -> None:
    audited = look(calibration, durations_only=durations_only, keep_dead_readout=keep)
    component = set(audited.component)
    assert list(audited.component) == sorted(component)
    assert component.isdisjoint(audited.excluded_qubits)
    links = [
        set(gate.qubits)
        for gate in calibration.gates
        if len(gate.qubits) == 2 and not audited.is_dead(gate.name, gate.qubits)
    ]

    def reach(start: int) -> set[int]:
        seen, grew = {start}, True
        while grew:
            more = {q for link in links if link & seen for q in link} - set(audited.excluded_qubits)
            grew = not more <= seen
            seen |= more
        return seen

    healthy = set(range(calibration.num_qubits)) - set(audited.excluded_qubits)
    assert len(component) == max((len(reach(q)) for q in healthy), default=0)
    assert all(reach(q) == component for q in component)


@given(calibration=damaged_calibrations())
def test_inside_the_component_nothing_is_missing(calibration: Calibration) -> None:
    audited = look(calibration)
    inside = set(audited.component)
    for gate in calibration.gates:
        if gate.name != "reset" and inside.issuperset(gate.qubits) and not audited.is_dead(gate.name, gate.qubits):
            assert gate.duration_s is not None
            assert gate.error is not None
            assert gate.error < 0.5
    assert all(audited.error("measure", (q,)) is not None for q in inside)
    for a, b in audited.excluded_edges:
        assert a < b
    assert list(audited.excluded_edges) == sorted(set(audited.excluded_edges))


@given(calibration=damaged_calibrations())
def test_t2_never_exceeds_twice_t1(calibration: Calibration) -> None:
    for record, t2_s in zip(calibration.qubits, look(calibration).t2_s, strict=True):
        assert record.t1_s is None or t2_s is None or t2_s <= 2 * record.t1_s


# The snapshots of the fake provider; the numbers were counted without this package.


@pytest.mark.parametrize(
    ("name", "num_usable"),
    [
        ("sherbrooke", 122),
        ("torino", 129),
        ("cusco", 81),
        pytest.param("nighthawk", 119, marks=needs_nighthawk),
        ("cairo", 25),
        ("quebec", 123),
        ("manhattan", 17),
        ("kyoto", 1),
        ("manila", 5),
        ("armonk", 1),
    ],
)
def test_the_usable_part_of_known_devices(name: str, num_usable: int) -> None:
    assert len(fake(name).component) == num_usable


@pytest.mark.parametrize(
    ("name", "gate", "dead", "total"),
    [
        ("algiers", "cx", 2, 56),
        ("brisbane", "ecr", 1, 144),
        ("cairo", "ecr", 1, 14),
        ("cambridge", "cx", 10, 60),
        ("cusco", "ecr", 19, 144),
        ("fez", "cz", 14, 352),
        ("geneva", "cx", 2, 56),
        ("hanoi", "cx", 2, 56),
        ("kawasaki", "ecr", 11, 144),
        ("kyiv", "ecr", 5, 144),
        ("manhattan", "cx", 44, 144),
        ("marrakesh", "cz", 26, 352),
        ("osaka", "ecr", 7, 144),
        ("quebec", "ecr", 9, 144),
        ("rochester", "cx", 9, 116),
        ("sherbrooke", "ecr", 9, 144),
        ("torino", "cz", 22, 300),
        ("washington", "cx", 6, 284),
    ],
)
def test_uncalibrated_two_qubit_gates_are_counted(name: str, gate: str, dead: int, total: int) -> None:
    audited = fake(name)
    assert finding(audited, "dead_2q_gate").message.startswith(f"{dead} of {total} {gate} gate")
    assert audited.excluded_edges


def test_every_gate_of_kyoto_is_dead_and_only_its_durations_can_be_had() -> None:
    audited = fake("kyoto")
    assert len(audited.excluded_edges) == 144
    assert finding(audited, "dead_2q_gate").severity == "error"
    with pytest.raises(CalibrationError, match=r"all 144 ecr gates have error 1.*--durations-only"):
        audited.require_qubits(2)
    durations = audit(load_fake_backend("kyoto"), durations_only=True)
    assert len(durations.component) == 127
    durations.require_qubits(127)


def test_manhattan_refuses_twenty_qubits_and_names_its_largest_part() -> None:
    with pytest.raises(CalibrationError, match="only 17 of the 65 qubits of fake_manhattan"):
        fake("manhattan").require_qubits(20)


@needs_nighthawk
def test_nighthawk_loses_one_qubit_to_its_one_qubit_gates() -> None:
    audited = fake("nighthawk")
    assert audited.excluded_qubits == (85,)
    assert {entry.qubits for entry in audited.findings if entry.code == "dead_1q_gate"} == {(85,)}
