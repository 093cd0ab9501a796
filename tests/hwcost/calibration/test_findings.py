"""What people are told about a calibration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from audits import ABSENT, codes, dead_edge, fake, finding, look
from hwcost.calibration.audit import MAX_AGE_DAYS, audit
from hwcost.calibration.sources.ibm_fake import list_fake_backends, load_fake_backend
from make import (
    SNAPSHOT,
    small_calibration,
)


def test_messages_count_and_name_the_cause() -> None:
    audited = look(small_calibration(4, gates=dead_edge(2, 3)))
    message = "2 of 6 cx gates have error 1: IBM's mark for 'not calibrated'; excluded"
    assert finding(audited, "dead_2q_gate").message == message
    audited = look(small_calibration(4, gates=dead_edge(2, 3, 0.625)))
    assert (
        finding(audited, "dead_2q_gate").message
        == "2 of 6 cx gates have an error of 0.5 or more (up to 0.625); excluded"
    )


def test_unknown_coherence_is_told_and_zero_coherence_is_excluded() -> None:
    audited = look(small_calibration(qubits={0: {"t1_s": None}, 2: {"t1_s": 0.0}}))
    assert finding(audited, "t1_t2_unknown").qubits == (0,)
    assert finding(audited, "t1_t2_zero").qubits == (2,)
    assert audited.component == (0, 1)


@pytest.mark.parametrize("operations", [None, ("reset", "delay")])
def test_a_device_that_lists_no_measure_is_told(operations: tuple[str, ...] | None) -> None:
    assert codes(look(small_calibration(supported_operations=operations))) == {"no_measure_in_target"}


def test_a_missing_repetition_delay_is_told() -> None:
    assert codes(look(small_calibration(rep_delay_s=None))) == {"rep_delay_unknown"}


def test_durations_outside_the_window_are_named_and_kept() -> None:
    audited = look(small_calibration(gates={("sx", (1,)): {"duration_s": 570e-9}}))
    message = (
        "1 of 3 sx durations has a value outside the usual 10 ns to 200 ns of superconducting devices "
        "(found 570 ns to 570 ns); used as reported"
    )
    assert finding(audited, "duration_out_of_window").message == message
    assert audited.duration_s("sx", (1,)) == 570e-9
    assert audited.component == (0, 1, 2)
    audited = look(small_calibration(qubits={0: {"readout_duration_s": 85e-6}}))
    assert "measure" in finding(audited, "duration_out_of_window").message


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, set()), (MAX_AGE_DAYS, set()), (MAX_AGE_DAYS + 1, {"stale"}), (-1, set()), (-30, {"future_snapshot"})],
)
def test_an_old_snapshot_is_stale(days: int, expected: set[str]) -> None:
    audited = audit(small_calibration(), today=SNAPSHOT + timedelta(days=days))
    assert codes(audited) == expected
    assert audited.age_days == days


@pytest.mark.parametrize(("name", "dead"), [("cusco", 27), ("sherbrooke", 1), ("quebec", 1), ("torino", 1)])
def test_dead_readouts_are_counted(name: str, dead: int) -> None:
    assert len(finding(fake(name), "dead_readout").qubits) == dead


CLAMPED = {
    "algiers": 3, "brisbane": 2, "brooklyn": 1, "cairo": 4, "cusco": 4, "fez": 1, "geneva": 1, "hanoi": 5,
    "kawasaki": 3, "kolkata": 2, "kyoto": 2, "manhattan": 1, "marrakesh": 1, "nighthawk": 4, "osaka": 3, "oslo": 1,
    "paris": 2, "rochester": 1, "torino": 5, "washington": 2,
}  # fmt: skip
# Snapshots that later versions of the provider added; not part of the counts.
LATER = {"aachen", "berlin", "boston", "brussels", "kingston", "miami", "pittsburgh", "strasbourg"}
FAKES = [name.removeprefix("fake_") for name in list_fake_backends() if name.removeprefix("fake_") not in LATER]


def with_code(code: str) -> set[str]:
    return {name for name in FAKES if code in codes(fake(name))}


def test_t2_above_twice_t1_is_counted() -> None:
    expected = {name: count for name, count in CLAMPED.items() if name not in ABSENT}
    assert {name: len(finding(fake(name), "t2_clamped").qubits) for name in with_code("t2_clamped")} == expected


def test_missing_values_are_found_where_they_are_missing() -> None:
    without_dt = {"burlington", "cambridge", "essex", "london", "rochester"}
    without_measure = without_dt | {"almaden", "johannesburg", "poughkeepsie", "singapore"}
    assert with_code("no_measure_in_target") == without_measure
    assert with_code("readout_duration_unknown") == without_measure
    assert with_code("dt_unknown") == without_dt | {"poughkeepsie"}
    assert with_code("rep_delay_unknown") == without_measure | {"armonk", "melbourne", "prague"}
    assert with_code("no_reset") == {"armonk", "melbourne"}
    assert with_code("reset_duration_unknown") == without_measure | {"boeblingen", "ourense", "valencia", "vigo"}


def test_only_toronto_has_durations_outside_the_windows() -> None:
    assert with_code("duration_out_of_window") == {"toronto"}
    shown = " ".join(entry.message for entry in fake("toronto").findings if entry.code == "duration_out_of_window")
    assert all(f"{name} durations" in shown for name in ("measure", "id", "sx", "x", "cx"))
    assert "3.87 us to 13.8 us" in shown


def test_devices_that_represent_no_hardware_say_so() -> None:
    assert with_code("synthetic") == {"fractional"}
    assert with_code("not_typical") == {"nighthawk"} - ABSENT


def test_every_snapshot_is_stale_and_every_finding_is_one_line() -> None:
    today = datetime(2027, 1, 1, tzinfo=UTC)
    for name in list_fake_backends():
        audited = audit(load_fake_backend(name), today=today)
        assert "stale" in codes(audited)
        for entry in audited.findings:
            assert "\n" not in entry.message
            assert len(entry.message) < 200


def test_coherence_times_in_a_wrong_unit_are_told_and_kept() -> None:
    audited = look(small_calibration(qubits={0: {"t1_s": 150.0, "t2_s": 100.0}}))
    messages = [each.message for each in audited.findings if each.code == "implausible_time"]
    assert messages == [
        "1 of 3 qubits has T1 of up to 2.5 min, above 1 s, which is implausible; check its unit [0]",
        "1 of 3 qubits has T2 of up to 100 s, above 1 s, which is implausible; check its unit [0]",
    ]
    assert audited.component == (0, 1, 2)
