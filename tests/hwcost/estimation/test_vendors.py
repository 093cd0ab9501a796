"""Whose device it is decides about the job-time profile."""

from __future__ import annotations

import pytest
from qiskit.providers.fake_provider import GenericBackendV2

from hwcost.calibration.fractional import basis_fractional_gates, usable_fractional_gates
from hwcost.calibration.load import calibration_from_target, load_calibration
from hwcost.calibration.sources.snapshot import save_snapshot
from hwcost.estimation.vendors import default_profile_for, is_ibm
from tests.support.targets import native_target


def test_sources_of_ibm_have_its_profile(tmp_path):
    calibration = load_calibration("fake_manila")
    assert (is_ibm(calibration), default_profile_for(calibration)) == (True, "ibm")
    assert is_ibm(load_calibration(save_snapshot(calibration, tmp_path / "manila.json")))


@pytest.mark.parametrize(("name", "profile"), [("ibm_mine", "ibm"), ("fake_torino", "ibm"), ("ionq_aria", "none")])
def test_a_target_is_whose_its_name_says(name, profile, tmp_path):
    calibration = calibration_from_target(native_target(["sx", "rz"], ["cz"]), name=name)
    assert default_profile_for(calibration) == profile
    assert default_profile_for(load_calibration(save_snapshot(calibration, tmp_path / "snapshot.json"))) == profile


def test_a_simulator_is_of_whom_its_device_is():
    aer = pytest.importorskip("qiskit_aer")
    simulated = load_calibration(aer.AerSimulator.from_backend(GenericBackendV2(3, seed=1)))
    assert default_profile_for(simulated) == "none"


def test_rx_and_rzz_of_other_makers_are_gates_like_any_other():
    calibration = load_calibration(native_target(["rx", "ry", "rz"], ["rzz"]))
    assert basis_fractional_gates(calibration) == ()
    assert usable_fractional_gates(calibration) == ()
