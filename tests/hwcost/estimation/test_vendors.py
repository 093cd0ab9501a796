"""Whose device it is decides about the job-time profile."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit
from qiskit.providers.fake_provider import GenericBackendV2

import hwcost
from hostile import read_document
from hwcost.calibration.fractional import basis_fractional_gates, usable_fractional_gates
from hwcost.calibration.load import calibration_from_target, load_calibration
from hwcost.calibration.sources.snapshot import save_snapshot
from hwcost.core.native_gates import native_gate
from hwcost.estimation.vendors import default_profile_for, is_ibm
from targets import native_target
from vendor_files import braket, braket_ionq, ionq, iqm_observations, standardized


def test_sources_of_ibm_have_its_profile(tmp_path):
    calibration = load_calibration("fake_manila")
    assert (is_ibm(calibration), default_profile_for(calibration)) == (True, "ibm")
    assert is_ibm(load_calibration(save_snapshot(calibration, tmp_path / "manila.json")))


@pytest.mark.parametrize(
    ("name", "profile"), [("ibm_mine", "ibm"), ("fake_torino", "ibm-heron"), ("ionq_aria", "none")]
)
def test_a_target_is_whose_its_name_says(name, profile, tmp_path):
    calibration = calibration_from_target(native_target(["sx", "rz"], ["cz"]), name=name)
    assert default_profile_for(calibration) == profile
    assert default_profile_for(load_calibration(save_snapshot(calibration, tmp_path / "snapshot.json"))) == profile


@pytest.mark.parametrize(
    ("document", "profile"),
    [
        (iqm_observations(), "iqm"),
        (braket(standardized=standardized()), "iqm"),
        (braket("rigetti", gates=("rx", "rz", "cz"), standardized=standardized()), "none"),
        (ionq(), "none"),
        (braket_ionq(), "none"),
    ],
)
def test_files_of_vendors_have_their_profile_or_none(document, profile):
    calibration = read_document(document, "x.json")
    assert (is_ibm(calibration), default_profile_for(calibration)) == (False, profile)


def test_a_vendor_without_a_profile_gets_the_time_of_its_shots_and_says_so():
    circuit = QuantumCircuit(1, 1)
    circuit.append(native_gate("gpi2", [0]), [0])
    circuit.measure(0, 0)
    cost = hwcost.estimate(circuit, read_document(ionq(), "x.json"), transpile=False, shots=1000)
    job = cost.time.requested.job_time_s
    assert (job.profile, job.low_s) == ("none", pytest.approx(1000 * 250e-6))  # 100 µs and a readout of 150 µs
    assert any("--job-profile" in note for note in job.notes)
    assert any("--rep-delay" in line for line in cost.backend.assumptions)
    waiting = hwcost.estimate(circuit, read_document(ionq(), "x.json"), transpile=False, shots=1000, rep_delay_s=1e-3)
    assert waiting.time.requested.job_time_s.low_s == pytest.approx(1000 * 1250e-6)


def test_a_simulator_is_of_whom_its_device_is():
    aer = pytest.importorskip("qiskit_aer")
    simulated = load_calibration(aer.AerSimulator.from_backend(GenericBackendV2(3, seed=1)))
    assert default_profile_for(simulated) == "none"


def test_rx_and_rzz_of_other_makers_are_gates_like_any_other():
    calibration = load_calibration(native_target(["rx", "ry", "rz"], ["rzz"]))
    assert basis_fractional_gates(calibration) == ()
    assert usable_fractional_gates(calibration) == ()
