"""The snapshots of the installed fake provider are found by any spelling and read without importing it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from importlib import metadata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.calibration.record import Calibration
from hwcost.calibration.sources import ibm_fake as fake_backends
from hwcost.calibration.sources.ibm_fake import list_fake_backends, load_fake_backend
from hwcost.core.errors import MissingDependencyError, UnknownBackendError

NAMES = list_fake_backends()


def test_all_snapshots_are_listed_once_in_order() -> None:
    assert len(NAMES) >= 59  # qiskit-ibm-runtime 0.40; later versions only added some
    assert list(NAMES) == sorted(set(NAMES))
    assert {"fake_sherbrooke", "fake_manila", "fake_torino", "fake_fractional", "fake_cambridge"} <= set(NAMES)


@pytest.mark.filterwarnings("ignore:Properties of fake_")
def test_they_are_those_of_the_installed_provider() -> None:
    """So those of a newer qiskit-ibm-runtime appear by themselves."""
    from qiskit_ibm_runtime.fake_provider import FakeProviderForBackendV2

    assert {backend.name for backend in FakeProviderForBackendV2().backends()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_snapshot_can_be_read(name: str) -> None:
    calibration = load_fake_backend(name)
    assert calibration.name == name
    assert calibration.source == "fake"
    assert calibration.basis_gates
    assert not {"reset", "measure", "delay"} & set(calibration.basis_gates)
    assert all(record.readout_error is not None for record in calibration.qubits)
    assert calibration.snapshot_date is not None
    assert calibration.oldest_value_date is not None
    assert calibration.newest_value_date is not None
    assert calibration.oldest_value_date <= calibration.snapshot_date


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("fake_sherbrooke", "fake_sherbrooke"),
        ("sherbrooke", "fake_sherbrooke"),
        ("FakeSherbrooke", "fake_sherbrooke"),
        (" FAKE_SHERBROOKE ", "fake_sherbrooke"),
        ("FakeManilaV2", "fake_manila"),
        ("fake_manila_v2", "fake_manila"),
        ("FakeFractionalBackend", "fake_fractional"),
    ],
)
def test_every_spelling_means_the_same_backend(spelling: str, name: str) -> None:
    assert load_fake_backend(spelling).name == name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "fake_sherbroke",
            "unknown backend 'fake_sherbroke'; did you mean 'fake_sherbrooke'? `hwcost backends` lists all",
        ),
        ("ibm_torino", "unknown backend 'ibm_torino'; did you mean 'fake_torino'? `hwcost backends` lists all"),
        ("qqqq", "unknown backend 'qqqq'; `hwcost backends` lists all"),
        ("", "unknown backend ''; `hwcost backends` lists all"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(name: str, message: str) -> None:
    with pytest.raises(UnknownBackendError) as caught:
        load_fake_backend(name)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "name", ["../sherbrooke", "/etc/passwd", "sherbrooke/conf_sherbrooke.json", "..", ".", "a\0b", "\n", "x" * 10**6]
)
def test_a_name_cannot_lead_out_of_the_list(name: str) -> None:
    with pytest.raises(UnknownBackendError) as caught:
        load_fake_backend(name)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@given(st.text(max_size=30))
def test_any_text_gives_a_calibration_or_an_unknown_backend(name: str) -> None:
    with contextlib.suppress(UnknownBackendError):
        assert isinstance(load_fake_backend(name), Calibration)


def test_the_origin_names_package_version_and_licence() -> None:
    version = metadata.version("qiskit-ibm-runtime")
    assert load_fake_backend("fake_manila").origin == f"qiskit-ibm-runtime {version} fake provider (Apache-2.0)"


def test_nothing_of_qiskit_is_imported() -> None:
    code = (
        "import sys\n"
        "from hwcost.calibration.sources.ibm_fake import list_fake_backends, load_fake_backend\n"
        "load_fake_backend(list_fake_backends()[0])\n"
        "sys.exit(any(name.startswith('qiskit') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_missing_runtime_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake_backends, "_PACKAGE", "qiskit_ibm_runtime_that_is_not_there")
    with pytest.raises(MissingDependencyError, match="qiskit-ibm-runtime is not installed; `pip install"):
        list_fake_backends()


def test_known_values_of_sherbrooke_are_read_in_si_units() -> None:
    calibration = load_fake_backend("fake_sherbrooke")
    assert calibration.num_qubits == 127
    assert calibration.basis_gates == ("ecr", "id", "rz", "sx", "x")
    assert calibration.processor == "Eagle r3"
    assert calibration.dt_s == pytest.approx(2e-9 / 9, rel=1e-12)
    assert calibration.rep_delay_s == pytest.approx(250e-6, rel=1e-12)
    assert calibration.qubits[84].readout_error == pytest.approx(0.5, abs=0.01)
    sx = calibration.gate("sx", (0,))
    assert sx is not None
    assert sx.duration_s == pytest.approx(512e-9 / 9, rel=1e-9)  # 256 dt
