"""Limits of age are read, and older calibrations refused."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from hwcost.calibration.age import check_age, parse_age
from hwcost.calibration.audit import audit
from hwcost.core.errors import CalibrationError, OptionError
from make import SNAPSHOT, small_calibration


@pytest.mark.parametrize(("text", "days"), [("7d", 7.0), ("36h", 1.5), ("2w", 14.0), (" 1.5 d ", 1.5), ("0d", 0.0)])
def test_ages_are_read(text: str, days: float) -> None:
    assert parse_age(text) == days


@pytest.mark.parametrize("text", ["", "7", "7 days", "-1d", "d", "1e3d", "7D", "nan d", "7d7d", "٣d"])
def test_other_ages_are_refused(text: str) -> None:
    with pytest.raises(OptionError, match="give hours, days or weeks"):
        parse_age(text)


def test_an_older_calibration_is_refused() -> None:
    audited = audit(small_calibration())  # of 2026-01-01
    now = SNAPSHOT + timedelta(hours=40)
    check_age(audited, 2.0, now=now)
    check_age(audited, 2.0, now=now.replace(tzinfo=None))
    with pytest.raises(CalibrationError, match=r"of small is 40\.0 hours old, older than --max-age 36h; take a newer"):
        check_age(audited, 1.5, now=now)
    with pytest.raises(CalibrationError, match="is 632 days old, older than --max-age 7d"):
        check_age(audited, 7.0, now=SNAPSHOT + timedelta(days=632, hours=5))
    with pytest.raises(CalibrationError, match="the date of the calibration of small is unknown"):
        check_age(audit(small_calibration(snapshot_date=None)), 7.0)
    with pytest.raises(CalibrationError, match="days old"):
        check_age(audited, 0.0, now=None if datetime.now(UTC) > SNAPSHOT else now)
    check_age(audited, 2, now=now)  # whole numbers of days, too
    with pytest.raises(CalibrationError, match="--max-age 1d"):
        check_age(audited, 1, now=now)
    for wrong in (-1, math.nan, math.inf, True, "3d", 10**400):
        with pytest.raises(OptionError, match="max_age_days is .*; give days such as 7"):
            check_age(audited, wrong, now=now)
