"""The tools of an assistant, against the commands of the same names; what they must not reach."""

from __future__ import annotations

import json
import shutil

import pytest
from qiskit import QuantumCircuit, qasm2, qpy

import hwcost
from hwcost.cli import main
from hwcost.core.errors import OptionError
from hwcost.integrations.assistant_tools import AssistantTools

BELL = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; h q[0]; cx q[0],q[1]; measure q->c;'


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "bell.qasm").write_text(BELL)
    return inside


def plain(value):
    return json.loads(json.dumps(value, allow_nan=False))


def test_an_estimate_is_what_the_command_prints(folder, capsys):
    words = ["estimate", str(folder / "bell.qasm"), "-b", "fake_manila", "--shots", "700", "--num-seeds", "2"]
    assert main([*words, "--observable", "XX", "--observable", "ZI", "--format", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    asked = {"backend": "fake_manila", "shots": 700, "num_seeds": 2, "observables": ["XX", "ZI"]}
    found = plain(AssistantTools([folder]).estimate("bell.qasm", **asked))
    for section in ("transpile", "gates", "time", "shots", "noise", "backend"):
        assert {**found[section]} == {**printed[section]}, section
    text = plain(AssistantTools().estimate(BELL, **asked))
    assert (text["time"], text["circuit"]["source"]) == (printed["time"], None)
    assert text["circuit"]["sha256"] == printed["circuit"]["sha256"]


def test_a_comparison_is_that_of_the_library(folder):
    asked = {"optimization_levels": [0, 1], "num_seeds": 2, "sort_by": "num_2q"}
    found = plain(AssistantTools([folder]).compare(["bell.qasm"], ["fake_manila", "fake_lima"], **asked))
    alone = hwcost.compare(
        hwcost.load_circuit(folder / "bell.qasm"), ["fake_manila", "fake_lima"], num_workers=1, cache=False, **asked
    )
    assert [cell["num_2q"] for cell in found["cells"]] == [cell["num_2q"] for cell in alone.to_rows()]
    assert len(found["cells"]) == 8


def test_calibrations_and_backends_are_those_of_the_commands(capsys):
    assert main(["calibration", "show", "fake_manila", "--format", "json"]) == 0
    assert plain(AssistantTools().calibration_show("fake_manila")) == json.loads(capsys.readouterr().out)
    assert main(["backends", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert plain(AssistantTools().backends())["backends"] == listed
    assert [each["name"] for each in AssistantTools().backends(" Manila")["backends"]] == ["fake_manila"]


def test_a_calibration_file_in_the_folder_may_be_used(folder):
    hwcost.save_snapshot(hwcost.load_calibration("fake_manila"), folder / "mine.json")
    found = AssistantTools([folder]).calibration_show("mine.json")
    assert found["num_qubits"] == 5
    with pytest.raises(hwcost.InputError, match="no folder is allowed"):
        AssistantTools().calibration_show(str(folder / "mine.json"))


@pytest.mark.parametrize("how", ["absolute", "dots", "link", "folder link", "prefix"])
def test_nothing_outside_of_the_folders_is_read(folder, tmp_path, how):
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.copy(folder / "bell.qasm", outside / "bell.qasm")
    shutil.copytree(folder, tmp_path / "inside2")
    (folder / "link.qasm").symlink_to(outside / "bell.qasm")
    (folder / "away").symlink_to(outside)
    path = {
        "absolute": str(outside / "bell.qasm"),
        "dots": "../outside/bell.qasm",
        "link": "link.qasm",
        "folder link": "away/bell.qasm",
        "prefix": str(tmp_path / "inside2" / "bell.qasm"),
    }[how]
    tools = AssistantTools([folder])
    with pytest.raises(hwcost.InputError, match="outside of the allowed folders"):
        tools.estimate(path, "fake_manila")
    with pytest.raises(hwcost.InputError, match="outside of the allowed folders"):
        tools.calibration_show(path if "/" in path else f"./{path}")
    # What is not there reads the same.
    with pytest.raises(hwcost.InputError, match="outside of the allowed folders"):
        tools.estimate(str(tmp_path / "nothing"), "fake_manila")


def test_texts_cannot_name_files_either(folder, tmp_path):
    (tmp_path / "secret.json").write_text('{"ZZ": 1.0}')
    tools = AssistantTools([folder])
    with pytest.raises(hwcost.OptionError, match="is not a Pauli label"):
        tools.estimate(BELL, "fake_manila", observables=[str(tmp_path / "secret.json")])
    with pytest.raises(hwcost.CircuitError, match="include"):
        tools.estimate(f'OPENQASM 2.0; include "{tmp_path}/secret.json"; qreg q[1];', "fake_manila")


def test_live_backends_are_not_asked():
    with pytest.raises(hwcost.InputError, match="'ibm_torino' is a live backend, and this server asks nobody"):
        AssistantTools().estimate(BELL, "ibm_torino")


def test_a_name_is_never_a_file_of_the_working_folder(folder, monkeypatch):
    hwcost.save_snapshot(hwcost.load_calibration("fake_manila"), folder / "mine.json")
    (folder / "mine.json").rename(folder / "mine")
    monkeypatch.chdir(folder)
    assert hwcost.load_calibration("mine").num_qubits == 5
    with pytest.raises(hwcost.UnknownBackendError):
        AssistantTools().calibration_show("mine")


def test_work_is_bounded(folder):
    with pytest.raises(hwcost.OptionError, match="num_seeds is 65; give a whole number from 1 to 64"):
        AssistantTools().estimate(BELL, "fake_manila", num_seeds=65)
    with pytest.raises(hwcost.OptionError, match="has 640 cells; at most 500"):
        AssistantTools().compare([BELL] * 10, ["fake_manila"], num_seeds=64)


def test_files_with_several_circuits_and_folders_that_are_none_are_refused(folder):
    circuit = QuantumCircuit(1, 1)
    circuit.measure(0, 0)
    with (folder / "two.qpy").open("wb") as file:
        qpy.dump([circuit, circuit], file)
    with pytest.raises(hwcost.CircuitError, match="the file has 2 circuits"):
        AssistantTools([folder]).estimate("two.qpy", "fake_manila")
    with pytest.raises(hwcost.OptionError, match="there is no such folder"):
        AssistantTools([folder / "bell.qasm"])
    assert qasm2.loads(BELL).num_qubits == AssistantTools().circuit(BELL).circuit.num_qubits


def test_values_that_a_device_lacks_can_be_given(folder):
    tools = AssistantTools([folder])
    with pytest.raises(OptionError, match="a value everywhere for --t1"):
        tools.estimate(BELL, "fake_manila", assumed={"t1_s": 1e-4})
    with pytest.raises(OptionError, match="assumed has 'shots'; its names are dt_s"):
        tools.compare([BELL], ["fake_manila"], assumed={"shots": 1e-4})
