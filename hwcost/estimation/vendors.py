"""Whose device a calibration is of, and which job-time profile goes with it."""

from __future__ import annotations

import re

from hwcost.calibration.record import Calibration
from hwcost.calibration.vendors import IBM, IQM, vendor_of
from hwcost.jobs.profile import SHOTS_ONLY
from hwcost.jobs.profile_file import DEFAULT_JOB_PROFILE, HERON_JOB_PROFILE, load_profile

_OF_AER = re.compile(r"aer_simulator_from\((.+)\)")
"""The name that Aer gives to a simulator of a device."""

_OF_ANY_MAKER = frozenset({"target", "braket", "ionq", "iqm"})
"""Kinds of origin that are no formats of IBM's."""

_PROFILES = {IQM: "iqm"}
"""The built-in profiles of makers other than IBM."""


def is_ibm(calibration: Calibration) -> bool:
    """Return whether a calibration is of an IBM device: from a source of IBM's, or under one of its names.

    Example:
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> is_ibm(load_fake_backend("fake_manila"))
        True
    """
    source = calibration.first_source or calibration.source
    simulated = _OF_AER.fullmatch(calibration.name)
    if simulated is not None:
        return load_profile(DEFAULT_JOB_PROFILE).speaks_for(simulated[1])
    if vendor_of(calibration) not in (None, IBM):
        return False
    return source not in _OF_ANY_MAKER or load_profile(DEFAULT_JOB_PROFILE).speaks_for(calibration.name)


def default_profile_for(calibration: Calibration) -> str:
    """Return the name of the job-time profile for a device: that of its processor or maker, or the shots alone.

    Example:
        >>> from hwcost.calibration.sources.ibm_fake import load_fake_backend
        >>> default_profile_for(load_fake_backend("fake_manila"))
        'ibm'
        >>> default_profile_for(load_fake_backend("fake_torino"))  # a Heron
        'ibm-heron'
    """
    if is_ibm(calibration):
        simulated = _OF_AER.fullmatch(calibration.name)
        name = calibration.name if simulated is None else simulated[1]
        is_heron = load_profile(HERON_JOB_PROFILE).speaks_for(name, calibration.processor)
        return HERON_JOB_PROFILE if is_heron else DEFAULT_JOB_PROFILE
    return _PROFILES.get(vendor_of(calibration) or "", SHOTS_ONLY)
