"""How old a calibration may be: `parse_age` reads a limit, `check_age` refuses what is older."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hwcost.calibration.audit import AuditedCalibration
from hwcost.core.errors import CalibrationError, OptionError
from hwcost.core.text import shown

_HOURS = {"h": 1.0, "d": 24.0, "w": 168.0}
_AGE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*([hdw])", re.ASCII)


def parse_age(text: str) -> float:
    """Read the days in `7d`, `36h` or `2w`.

    Raises:
        OptionError: The text is no such age.

    Example:
        >>> parse_age("7d"), parse_age("36h"), parse_age("2w")
        (7.0, 1.5, 14.0)
    """
    match = _AGE.fullmatch(text.strip())
    if match is None:
        raise OptionError(f"the age {shown(text)} is not understood; give hours, days or weeks such as 36h, 7d or 2w")
    return float(match[1]) * _HOURS[match[2]] / 24.0


def check_age(audited: AuditedCalibration, max_age_days: float, *, now: datetime | None = None) -> None:
    """Refuse a calibration whose snapshot is older than `max_age_days`, or of unknown date.

    The date is that of the snapshot. Single values in it may be older: a device keeps the last good value of what it
    could not measure again; the finding `old_values` names those.

    Args:
        audited: The calibration.
        max_age_days: Largest age in days, fractions counted.
        now: Reference; the present by default, a naive one is taken as UTC.

    Raises:
        CalibrationError: It is too old, or its age is unknown.
        OptionError: The largest age is not a number of days.
    """
    if isinstance(max_age_days, bool) or not isinstance(max_age_days, (int, float)) or not 0 <= max_age_days <= 1e9:
        raise OptionError(f"max_age_days is {shown(max_age_days)}; give days such as 7 or 0.5")
    calibration, limit = audited.calibration, _age_text(float(max_age_days))
    date = calibration.snapshot_date
    if date is None:
        raise CalibrationError(
            f"the date of the calibration of {calibration.name} is unknown, so it cannot be shown to be younger than "
            f"--max-age {limit}; `hwcost calibration save NAME|FILE --date DATE -o SNAPSHOT` gives it one"
        )
    reference = now or datetime.now(UTC)
    if reference.tzinfo is None:
        reference = reference.replace(tzinfo=UTC)
    days = (reference - date).total_seconds() / 86400.0
    if days > max_age_days:
        raise CalibrationError(
            f"the calibration of {calibration.name} is {_whole(days)} old, older than --max-age {limit}; "
            "take a newer one or a larger --max-age"
        )


def _whole(days: float) -> str:
    if days < 2.0:
        return f"{days * 24.0:.1f} hours"
    return f"{int(days)} days" if days >= 10.0 else f"{days:.1f} days"


def _age_text(days: float) -> str:
    """Return the shortest writing that `parse_age` reads back.

    >>> _age_text(7.0), _age_text(1.5), _age_text(14.0)
    ('7d', '36h', '14d')
    """
    hours = days * 24.0
    return f"{days:g}d" if days.is_integer() or not hours.is_integer() else f"{hours:g}h"
