"""Job-time profiles by name, and in JSON files: `load_profile`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hwcost.core.data_files import calibrations_dir
from hwcost.core.errors import InputError, OptionError
from hwcost.jobs.profile import JobTimeProfile

DEFAULT_JOB_PROFILE = "ibm"

MAX_PROFILE_BYTES = 10_000_000
"""Profiles have a few kilobytes; lists of left-out jobs may add some more."""


def list_profiles() -> tuple[str, ...]:
    """List the names of the built-in profiles.

    >>> list_profiles()
    ('ibm', 'ibm_usage_guide', 'iqm', 'none')
    """
    return tuple(sorted(path.stem for path in (calibrations_dir() / "job_time").glob("*.json")))


def load_profile(profile: str | Path | Mapping[str, Any] | JobTimeProfile) -> JobTimeProfile:
    """Load a built-in profile by name, or one from a JSON file.

    Args:
        profile: A name of `list_profiles()`, the path of a file that `hwcost jobs fit` wrote, or what such a file
            holds, as read from JSON; a `JobTimeProfile` is returned as it is.

    Raises:
        OptionError: There is neither a built-in profile nor a file of that name.
        InputError: The file is not a job-time profile.
    """
    if isinstance(profile, JobTimeProfile):
        return profile
    if isinstance(profile, Mapping):
        return JobTimeProfile.from_dict(dict(profile))
    path = Path(profile)
    if str(profile) in list_profiles():
        path = calibrations_dir() / "job_time" / f"{profile}.json"
    elif not path.is_file():
        raise OptionError(
            f"no job-time profile {str(profile)!r}: not a file, and not one of {', '.join(list_profiles())}"
        )
    try:
        if path.stat().st_size > MAX_PROFILE_BYTES:
            raise InputError(f"{path}: larger than {MAX_PROFILE_BYTES:,} bytes, which no job-time profile is")
        data = json.loads(path.read_text(encoding="utf-8"))
    except InputError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({str(error).splitlines()[0]})") from None
    return JobTimeProfile.from_dict(data, where=str(path))
