"""`--duration-1q`, `--t1` and the others: the same in every command that costs on a device, and in Python."""

from __future__ import annotations

import json

import pytest
from qiskit import QuantumCircuit, qpy

import hwcost
from hwcost.calibration.assumed import ASSUMED
from hwcost.cli import main
from hwcost.core.errors import CalibrationError, OptionError
from targets import native_target

BARE = {
    "duration_1q_s": None,
    "duration_2q_s": None,
    "readout_s": None,
    "error_1q": None,
    "error_2q": None,
    "readout_error": None,
}
TARGET = """
import sys
from targets import native_target
bare = native_target(["rx", "rz"], ["cz"], num_qubits=2, duration_1q_s=None, duration_2q_s=None, readout_s=None,
                     error_1q=None, error_2q=None, readout_error=None)
"""
GIVEN = (
    "--duration-1q", "100ns", "--duration-2q", "200ns", "--readout-duration", "1us", "--error-1q", "0.001",
    "--error-2q", "0.01", "--readout-error", "0.02", "--t1", "100us", "--t2", "80us", "--dt", "1ns",
)  # fmt: skip
VALUES = {
    "dt_s": 1e-9,
    "duration_1q_s": 100e-9,
    "duration_2q_s": 200e-9,
    "readout_duration_s": 1e-6,
    "error_1q": 0.001,
    "error_2q": 0.01,
    "readout_error": 0.02,
    "t1_s": 100e-6,
    "t2_s": 80e-6,
}
DURATION_S = 100e-9 + 200e-9 + 100e-9 + 1e-6  # rx, cz, rx, measure: one after the other
ESP = (1 - 0.001) ** 2 * (1 - 0.01) * (1 - 0.02) ** 2


@pytest.fixture
def device(tmp_path):
    (tmp_path / "devices.py").write_text(TARGET)
    return f"{tmp_path / 'devices.py'}:bare"


def chain():
    circuit = QuantumCircuit(2, 2, name="chain")
    circuit.rx(0.4, 0)
    circuit.cz(0, 1)
    circuit.rx(0.4, 1)
    circuit.measure([0, 1], [0, 1])
    return circuit


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "chain.qpy"
    with path.open("wb") as opened:
        qpy.dump(chain(), opened)
    return path


def run(capsys, *arguments):
    code = main([str(a) for a in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_duration_and_success_by_hand(capsys, file, device):
    code, out, _ = run(capsys, "estimate", file, "-b", device, "--no-transpile", *GIVEN, "--format", "json")
    cost = json.loads(out)
    assert code == 0
    assert cost["time"]["circuit_duration_s"] == pytest.approx(DURATION_S, rel=1e-12)
    assert cost["noise"]["esp"] == pytest.approx(ESP, rel=1e-12)
    given = [line for line in cost["backend"]["assumptions"] if line.endswith("as given by the user")]
    assert len(given) == len(ASSUMED)
    again = hwcost.estimate(
        chain(), native_target(["rx", "rz"], ["cz"], num_qubits=2, **BARE), transpile=False, **VALUES
    )
    assert again.time.circuit_duration_s == cost["time"]["circuit_duration_s"]
    assert list(again.backend.assumptions) == cost["backend"]["assumptions"]


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("estimate", ("--num-seeds", "1")),
        ("compare", ("--num-seeds", "1", "--no-cache", "-j", "1")),
        ("estimate-job", ("--primitive", "sampler")),
        ("estimate-model", ("--num-seeds", "1", "--scope", "inference")),
    ],
)
def test_every_command_takes_them_and_names_them(capsys, file, device, command, more):
    code, out, err = run(capsys, command, file, "-b", device, *more, "--format", "json")
    assert code == 2
    assert "--duration-1q" in out + err
    code, out, err = run(capsys, command, file, "-b", device, *more, "--format", "json", *GIVEN)
    assert code == 0, err
    assert "1 µs for the readout of all qubits as given by the user" in json.dumps(json.loads(out), ensure_ascii=False)


def test_validate_takes_them(capsys, file, device):
    pytest.importorskip("qiskit_aer")
    arguments = ("validate", file, "-b", device, "--draws", "3", "--num-seeds", "1", "--attenuation", "mean-field")
    code, out, err = run(capsys, *arguments, "--no-transpile", "--format", "json", *GIVEN)
    assert code == 0, err
    assert "a T1 of 100 µs for all qubits as given by the user" in json.loads(out)["backend"]["assumptions"]


@pytest.mark.parametrize("command", ["estimate", "estimate-job", "estimate-model", "compare"])
def test_a_value_that_the_device_has_everywhere_is_refused(capsys, file, command):
    more = ("--primitive", "sampler", "--transpile") if command == "estimate-job" else ()
    code, out, err = run(capsys, command, file, "-b", "fake_manila", "--t1", "100us", *more)
    assert (code, out) == (2, "")
    assert "a value everywhere for --t1 (t1_s)" in err


def test_of_several_devices_each_takes_what_it_lacks(device):
    bare = native_target(["rx", "rz"], ["cz"], num_qubits=2, **BARE)
    found = hwcost.compare(chain(), [bare, "fake_manila"], num_seeds=1, num_workers=1, cache=False, **VALUES)
    assert [cell.error for cell in found.cells] == [None, None]
    texts = {backend.name: " ".join(backend.warnings) for backend in found.backends}
    assert "given by the user" in texts["trap"]
    assert "given by the user" not in texts["fake_manila"]


def test_a_prepared_device_has_its_values():
    bare = native_target(["rx", "rz"], ["cz"], num_qubits=2, **BARE)
    values = hwcost.calibration_from_target(bare, **VALUES)
    device = hwcost.prepare_device(values)
    assert hwcost.estimate(chain(), device, transpile=False).noise.esp == pytest.approx(ESP, rel=1e-12)
    with pytest.raises(OptionError, match="t1_s belongs to prepare_device"):
        hwcost.estimate(chain(), device, t1_s=1e-4)
    with pytest.raises(CalibrationError, match="--error-2q"):
        hwcost.estimate(chain(), bare, **{name: VALUES[name] for name in VALUES if "error" not in name})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"t1_s": -1.0}, "t1 is -1.0 s"),
        ({"duration_1q_s": "60ns"}, "duration_1q is '60ns'; give a number"),
        ({"duration_2q_s": 60}, "duration_2q is 60.0 s; give seconds, such as 3e-7 for 300 ns"),
        ({"error_1q": 1.0}, "error_1q is 1.0; give a probability below 1"),
        ({"t2_s": float("nan")}, "t2 is nan s"),
    ],
)
def test_an_invalid_value_is_refused_with_its_name(values, message):
    with pytest.raises(OptionError, match=message):
        hwcost.estimate(chain(), "fake_manila", **values)


def test_they_are_no_defaults(tmp_path, monkeypatch, capsys, file):
    """A value of one device must not reach others from a file that lies about, or from the environment."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hwcost.toml").write_text("[estimate]\nt1 = '100us'\n")
    code, _, err = run(capsys, "estimate", file, "-b", "fake_manila")
    assert code == 2
    assert "'t1' in [estimate] is no option that can have a default" in err
