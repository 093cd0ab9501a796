"""Environment variables, `hwcost.toml`, completion and `--verbose`, as a person uses them."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys

import pytest
from qiskit import QuantumCircuit, qpy

import hwcost
from hwcost.cli import _COMMANDS, main
from hwcost.cli.defaults import POLICY, config_file


@pytest.fixture
def bell(tmp_path, monkeypatch):
    """A circuit in an empty working folder, for a user without any defaults."""
    for name in [name for name in os.environ if name.startswith("HWCOST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    circuit = QuantumCircuit(2, name="bell")
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    with (tmp_path / "bell.qpy").open("wb") as file:
        qpy.dump(circuit, file)
    return "bell.qpy"


@pytest.fixture
def cost(bell, capsys):
    """Estimate with words added; the JSON."""

    def cost(*words, before=()):
        assert main([*before, "estimate", bell, "--format", "json", "--num-seeds", "1", *words]) == 0
        return json.loads(capsys.readouterr().out)

    return cost


def refused(capsys, *words):
    assert main(list(words)) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def test_options_come_from_the_environment(cost, monkeypatch):
    monkeypatch.setenv("HWCOST_BACKEND", "fake_manila")
    monkeypatch.setenv("HWCOST_SHOTS", "321")
    monkeypatch.setenv("HWCOST_REP_DELAY", "100us")
    found = cost()
    assert (found["backend"]["name"], found["shots"]["requested"]) == ("fake_manila", 321)
    assert found["time"]["rep_delay_s"] == pytest.approx(1e-4)
    assert cost("--shots", "5", "-b", "fake_lima")["backend"]["name"] == "fake_lima"
    assert cost("--precision", "0.1")["shots"]["precision"] == 0.1


def test_options_come_from_the_file_of_the_folder_then_of_the_user(cost, tmp_path, capsys):
    users = tmp_path / "config" / "hwcost" / "config.toml"
    users.parent.mkdir(parents=True)
    users.write_text('[estimate]\nbackend = "fake_lima"\nshots = 11\n')
    assert config_file() == users
    found = cost()
    assert (found["backend"]["name"], found["shots"]["requested"]) == ("fake_lima", 11)
    (tmp_path / "hwcost.toml").write_text('[estimate]\nbackend = "fake_manila"\n')
    found = cost()
    assert (found["backend"]["name"], found["shots"]["requested"]) == ("fake_manila", 4096)
    assert cost(before=["--config", str(users)])["shots"]["requested"] == 11
    assert "Missing option '--backend'" in refused(capsys, "--no-config", "estimate", "bell.qpy")


def test_subcommands_have_tables_of_their_own(bell, tmp_path, capsys):
    (tmp_path / "hwcost.toml").write_text('[calibration.show]\nformat = "json"\n')
    assert main(["calibration", "show", "fake_manila"]) == 0
    assert json.loads(capsys.readouterr().out)["num_qubits"] == 5


def test_a_default_for_live_backends_does_not_keep_others_from_being_used(cost, monkeypatch, capsys):
    monkeypatch.setenv("HWCOST_INSTANCE", "mine")
    assert cost("-b", "fake_manila")["backend"]["name"] == "fake_manila"
    assert "--instance is for live backends" in refused(
        capsys, "estimate", "bell.qpy", "-b", "fake_manila", "--instance", "x"
    )


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("HWCOST_SHOTS", "many", "'many' is not a valid integer. (from HWCOST_SHOTS)"),
        ("HWCOST_SHOTS", "0", "shots is 0; give a whole number from 1 to 1000000000000000 (from HWCOST_SHOTS)"),
        ("HWCOST_MAX_AGE", "7", "such as 36h, 7d or 2w (from HWCOST_MAX_AGE)"),
        ("HWCOST_BACKEND", "fake_manilla", "lists all (from HWCOST_BACKEND)"),
        ("HWCOST_MEASURE_ALL", "perhaps", "HWCOST_MEASURE_ALL is 'perhaps'; give 1 or 0"),
        ("HWCOST_FORMAT", "xml", "(from HWCOST_FORMAT)"),
        ("HWCOST_JOB_PROFILE", "none.json", "(from HWCOST_JOB_PROFILE)"),
        ("HWCOST_CONFIG", "none.toml", "none.toml: no such file"),
    ],
)
def test_a_bad_variable_is_named(bell, capsys, monkeypatch, name, text, message):
    monkeypatch.setenv(name, text)
    backend = [] if name == "HWCOST_BACKEND" else ["-b", "fake_manila"]
    assert message in refused(capsys, "estimate", bell, *backend)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[estimate]\nshot = 1", "hwcost.toml: 'shot' in [estimate] is no option"),
        ("[estimates]", "hwcost.toml: 'estimates' in the file is no command"),
        ("[compare]\n[estimate]\nshots = 0", "(from hwcost.toml, [estimate] shots)"),
        ("[estimate", "hwcost.toml: is not TOML"),
    ],
    ids=range(4),
)
def test_a_bad_file_is_named(bell, capsys, tmp_path, text, message):
    (tmp_path / "hwcost.toml").write_text(text)
    assert message in refused(capsys, "estimate", bell, "-b", "fake_manila")


@pytest.mark.parametrize("line", ['compiler = ["evil.py:run"]', 'cluster = "tcp://a:1"', 'output = "x"'])
def test_a_file_that_lies_in_a_folder_runs_and_writes_nothing(bell, capsys, tmp_path, line):
    (tmp_path / "evil.py").write_text("raise SystemExit('ran')\n")
    (tmp_path / "hwcost.toml").write_text(f"[compare]\n{line}\n")
    assert "is no option that can have a default" in refused(capsys, "compare", bell, "-b", "fake_manila")


def test_both_options_of_the_file_are_refused(bell, capsys, monkeypatch, tmp_path):
    assert "--config and --no-config are both given" in refused(
        capsys, "--config", "x", "--no-config", "estimate", bell
    )
    monkeypatch.setenv("HWCOST_CONFIG", "none.toml")
    assert main(["--no-config", "estimate", bell, "-b", "fake_manila", "--num-seeds", "1"]) == 0


def test_the_commands_with_variables_and_the_options_without_defaults_exist():
    assert set(_COMMANDS) >= POLICY.environment_commands


def completed(words):
    environment = {
        **os.environ, "_HWCOST_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" ")),
    }  # fmt: skip
    program = "import sys; sys.argv = ['hwcost']; from hwcost.cli import main; code = main(); "
    program += "print('qiskit' in sys.modules, file=sys.stderr); sys.exit(code)"
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)


def test_the_shell_completes_commands_and_options():
    done = completed("hwcost estimate-")
    assert done.stdout.split() == ["plain,estimate-job", "plain,estimate-model"]
    assert done.stderr.strip() == "False"
    assert completed("hwcost estimate --prec").stdout.split() == ["plain,--precision"]
    assert "plain,--no-config" in completed("hwcost --no").stdout.split()


def test_verbose_logs_on_stderr_for_this_run_only(cost, bell, capsys):
    assert main(["--verbose", "estimate", bell, "-b", "fake_manila", "--num-seeds", "2", "--seed", "5"]) == 0
    error = capsys.readouterr().err
    assert f"reading the circuit {bell}" in error
    assert "calibration of fake_manila: qiskit-ibm-runtime" in error
    assert [f"seed {seed} on fake_manila compiled and costed" in error for seed in (4, 5, 6, 7)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert not logging.getLogger("hwcost").handlers
    assert main(["estimate", bell, "-b", "fake_manila", "--num-seeds", "1"]) == 0
    assert capsys.readouterr().err == ""


def test_the_library_logs_under_its_name_and_installs_no_handler(bell, caplog, tmp_path):
    with caplog.at_level(logging.DEBUG, logger="hwcost"):
        cache = tmp_path / "cells.sqlite3"
        for _ in range(2):
            hwcost.compare(hwcost.load_circuit(bell), "fake_manila", num_seeds=2, num_workers=1, cache=cache)
    assert {record.name.partition(".")[0] for record in caplog.records} == {"hwcost"}
    lines = [record.message for record in caplog.records if "from the cache" in record.message]
    assert lines == ["2 cells with seeds 0 to 1, 0 from the cache", "2 cells with seeds 0 to 1, 2 from the cache"]
    assert not logging.getLogger("hwcost").handlers


def test_help_and_import_stay_light():
    program = (
        "import sys; from hwcost.cli import main; main(['--help']); "
        "print([m for m in ('qiskit', 'numpy', 'tomllib', 'logging', 'mcp', 'pytest') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
