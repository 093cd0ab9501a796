"""What holds for all circuits of an estimate: repetition delay, age, durations only."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from hwcost.backend.prepared import prepare_device
from hwcost.calibration.sources.ibm_fake import load_fake_backend
from hwcost.core.errors import CalibrationError, OptionError, UnknownBackendError
from hwcost.estimation.conditions import ASSUMED_REP_DELAY_S, conditions_on, prepare_conditions
from hwcost.estimation.options import EstimateRequest
from make import small_calibration


def conditions(calibration=None, **options):
    return prepare_conditions(calibration or small_calibration(), EstimateRequest(**options))


def test_a_repetition_delay_that_is_reported_is_no_assumption():
    found = conditions(small_calibration(rep_delay_s=500e-6))
    assert (found.rep_delay_s, found.rep_delay_assumption) == (500e-6, None)


@pytest.mark.parametrize("reported", [500e-6, None])
def test_a_repetition_delay_that_is_given_counts_before_the_reported_one(reported):
    found = conditions(small_calibration(rep_delay_s=reported), rep_delay_s=100e-6)
    assert found.rep_delay_s == 100e-6
    assert found.rep_delay_assumption == "repetition delay of 100 µs as given by the user"


def test_a_repetition_delay_of_none_at_all_can_be_given():
    assert conditions(rep_delay_s=0).rep_delay_s == 0.0
    assert conditions(small_calibration(rep_delay_s=0.0)).rep_delay_s == 0.0


def test_a_repetition_delay_that_nobody_says_is_assumed_and_said():
    found = conditions(small_calibration(rep_delay_s=None))
    assert found.rep_delay_s == ASSUMED_REP_DELAY_S == 250e-6
    assert found.rep_delay_assumption is not None
    assert "no repetition delay; 250 µs assumed" in found.rep_delay_assumption


def test_a_repetition_delay_of_a_snapshot_is_said_to_be_one():
    found = prepare_conditions("fake_torino", EstimateRequest())
    assert found.rep_delay_s == 250e-6
    assert found.rep_delay_assumption is not None
    assert "from the snapshot of a fake backend" in found.rep_delay_assumption


def test_a_measured_delay_counts_before_that_of_a_nighthawk_snapshot_and_after_that_of_a_device():
    snapshot = dataclasses.replace(load_fake_backend("torino"), name="fake_miami", processor="Nighthawk r1")
    assert snapshot.rep_delay_s == 250e-6
    found = prepare_conditions(snapshot, EstimateRequest())
    assert found.rep_delay_s == 4e-3
    assert found.rep_delay_assumption is not None
    assert "as measured on ibm_miami" in found.rep_delay_assumption
    live = dataclasses.replace(snapshot, name="ibm_miami", source="live", origin="IBM Quantum service")
    of_live = prepare_conditions(live, EstimateRequest())
    assert (of_live.rep_delay_s, of_live.rep_delay_assumption) == (250e-6, None)


def test_a_calibration_older_than_allowed_is_refused():
    old = small_calibration(snapshot_date=datetime.now(UTC) - timedelta(days=10))
    assert conditions(old, max_age_days=11).device.audited.calibration == old
    assert conditions(old).device.audited.calibration == old
    with pytest.raises(CalibrationError, match=r"10 days old, older than --max-age 9d"):
        conditions(old, max_age_days=9)


def test_a_calibration_without_a_date_cannot_be_shown_to_be_young():
    undated = small_calibration(snapshot_date=None)
    assert conditions(undated).device.audited.age_days is None
    with pytest.raises(CalibrationError, match="date of the calibration of small is unknown"):
        conditions(undated, max_age_days=1e6)


@pytest.mark.parametrize("value", [-1, "7d", True])
def test_an_age_that_is_no_number_of_days_is_refused(value):
    with pytest.raises(OptionError, match="max_age_days is"):
        conditions(max_age_days=value)


def test_durations_only_ignores_errors():
    bad = small_calibration(gates={("cx", (0, 1)): {"error": 1.0}, ("cx", (1, 0)): {"error": 1.0}})
    costed, durations = conditions(bad).device.audited, conditions(bad, durations_only=True).device.audited
    assert costed.component == (1, 2)
    assert durations.component == (0, 1, 2)
    assert costed.error("sx", (0,)) == 0.001
    assert durations.error("sx", (0,)) is None
    assert durations.duration_s("cx", (0, 1)) == 300e-9


def test_dead_readout_is_kept_on_request():
    bad = small_calibration(qubits={2: {"readout_error": 0.5}})
    assert conditions(bad).device.audited.component == (0, 1)
    assert conditions(bad, keep_dead_readout=True).device.audited.component == (0, 1, 2)


def test_a_prepared_device_is_taken_as_it_is_and_not_against_its_preparation():
    device = prepare_device(small_calibration())
    request = EstimateRequest()
    assert prepare_conditions(device, request).device is device
    assert conditions_on(device, request) == prepare_conditions(device, request)
    with pytest.raises(OptionError, match="belong to prepare_device"):
        prepare_conditions(device, EstimateRequest(durations_only=True))


def test_an_unknown_backend_is_refused():
    with pytest.raises(UnknownBackendError):
        prepare_conditions("fake_nowhere", EstimateRequest())
