"""Job-time profiles by name, and in JSON files: `load_profile`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hwcost.core.data_files import calibrations_dir
from hwcost.core.errors import InputError, OptionError
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line, shown
from hwcost.jobs.profile import JobTimeProfile

DEFAULT_JOB_PROFILE = "ibm"

HERON_JOB_PROFILE = "ibm-heron"

MAX_PROFILE_BYTES = 10_000_000
"""Profiles have a few kilobytes; lists of left-out jobs may add some more."""


def list_profiles() -> tuple[str, ...]:
    """List the names of the built-in profiles.

    >>> list_profiles()
    ('ibm', 'ibm-heron', 'ibm_usage_guide', 'iqm', 'none')
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
    elif not os.fspath(profile) or not os.path.exists(path):
        raise OptionError(
            f"no job-time profile {shown(str(profile))}: not a file, and not one of {', '.join(list_profiles())}"
        )
    content, label = read_file(path, what="job-time profile", limit_bytes=MAX_PROFILE_BYTES), path_label(path)
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{label}: cannot be read as JSON ({one_line(str(error))})") from None
    return JobTimeProfile.from_dict(data, where=label)
