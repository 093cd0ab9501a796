"""`hwcost compare` as users call it: formats, suites, wrong and hostile input, Ctrl-C and resuming."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
from qiskit import QuantumCircuit, qasm2

from hwcost.cli import main
from hwcost.cli.compare import whole_numbers
from hwcost.core.errors import OptionError
from places import SUPPORT


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A current directory with two circuits, and a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "circuits").mkdir()
    for width in (2, 4):
        circuit = QuantumCircuit(width, width)
        circuit.h(0)
        for qubit in range(1, width):
            circuit.cx(0, qubit)
        circuit.measure(range(width), range(width))
        qasm2.dump(circuit, tmp_path / "circuits" / f"ghz_{width}.qasm")
    return tmp_path


FEW = ("-b", "fake_manila", "-O", "0,1", "--num-seeds", "2", "-j", "1")


def test_text(capsys):
    assert main(["compare", "circuits", *FEW]) == 0
    out, err = capsys.readouterr()
    assert "2 circuits × 1 backend × 2 compilers × 2 seeds" in out
    assert "too few seeds to tell" in out or "no difference is claimed" in out
    assert err == ""


def test_json_csv_and_html(capsys, folder):
    assert main(["compare", "circuits", *FEW, "--format", "json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert (plain["schema"], len(plain["cells"])) == ("hwcost.comparison/1", 8)
    assert main(["compare", "circuits", *FEW, "--format", "csv", "-o", "out.csv"]) == 0
    rows = list(csv.DictReader(io.StringIO((folder / "out.csv").read_text())))
    assert [row["circuit"] for row in rows] == ["ghz_2"] * 4 + ["ghz_4"] * 4
    assert float(rows[0]["qpu_time_s"]) == plain["cells"][0]["qpu_time_s"]
    assert main(["compare", "circuits", *FEW, "--format", "html", "-o", "out.html"]) == 0
    assert (folder / "out.html").read_text().startswith("<!DOCTYPE html>")
    assert capsys.readouterr().out == ""


def test_sorting_by_another_column(capsys):
    assert main(["compare", "circuits", *FEW, "--sort-by", "two-qubit-gates"]) == 0
    assert "Ranking by two-qubit gates (num_2q)" in capsys.readouterr().out


def test_the_suite(capsys):
    pytest.importorskip("mqt.bench")
    arguments = ["compare", "--suite", "mqt-bench", "--suite-names", "ghz,dj", "--suite-sizes", "3-4", *FEW]
    assert main([*arguments, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert list(dict.fromkeys(row["circuit"] for row in rows)) == ["ghz_3", "ghz_4", "dj_3", "dj_4"]


def test_one_failing_file_and_the_rest(capsys, folder):
    (folder / "circuits" / "bad.qasm").write_text("OPENQASM 2.0;\nqreg q[2;")
    assert main(["compare", "circuits", *FEW]) == 2
    out, _ = capsys.readouterr()
    assert "circuits/bad.qasm" in out
    assert "Ranking" in out
    assert main(["compare", "circuits", *FEW, "--format", "csv"]) == 2
    out, err = capsys.readouterr()
    assert out.count("\n") == 9
    assert err.startswith("hwcost: failed: circuits/bad.qasm")
    assert main(["compare", "circuits", *FEW, "--quiet", "--format", "csv", "-o", "out.csv"]) == 2
    assert capsys.readouterr().err == err, "quiet hides progress, not what failed"


def test_a_folder_that_cannot_be_written_to_is_found_before_the_work(capsys, monkeypatch):
    monkeypatch.setattr("hwcost.core.files.os.access", lambda *_: False)  # root may write everywhere
    monkeypatch.setattr("hwcost.comparison.compare.compare", None)  # not reached
    assert main(["compare", "circuits", *FEW, "--format", "csv", "-o", "out.csv"]) == 2
    assert "cannot be written to; name a file elsewhere" in capsys.readouterr().err


def test_long_names_and_a_closed_stderr(folder):
    command = [sys.executable, "-m", "hwcost", "compare", "circuits", *FEW, "--format", "csv", "-o", "图" * 80]
    done = subprocess.run(["sh", "-c", '"$@" 2>&-', "sh", *command], cwd=folder, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (folder / ("图" * 80)).read_text().count("\n") == 9


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-b", "fake_manila"], "there are no circuits"),
        (["circuits"], "--backend"),
        (["circuits", "-b", "fake_manil"], "fake_manila"),
        (["nowhere.qasm", "-b", "fake_manila"], None),
        (["circuits", "-b", "fake_manila", "-O", "1-"], "'1-' is not a whole number or range"),
        (["circuits", "-b", "fake_manila", "-O", "5"], "optimization_level is 5"),
        (["circuits", "-b", "fake_manila", "-O", "9" * 500], "is not a whole number"),
        (["circuits", "-b", "fake_manila", "--suite-sizes", "3"], "belong to --suite"),
        (["circuits", "-b", "fake_manila", "-c", "no_module_of_that_name:f"], "there is no module"),
        (["circuits", "-b", "fake_manila", "-c", "\x1b[2J"], "is not a compiler"),
        (["circuits", "-b", "fake_manila", "--cache", "nowhere/c.sqlite3"], "there is no folder"),
        (["circuits", "-b", "fake_manila", "--cache", "circuits/ghz_2.qasm"], "is not a cache of hwcost"),
        (["circuits", "-b", "fake_manila", "--cache", "c", "--no-cache"], "give one"),
        (["circuits", "-b", "fake_manila", "-o", "nowhere/out"], "there is no folder"),
        (["circuits", "-b", "fake_manila", "-j", "0"], "num_workers is 0"),
        (["circuits", "-b", "fake_manila", "-b", "fake_manila"], "given twice"),
        (["circuits", "-b", "fake_manila", "--num-seeds", "0"], "num_seeds is 0"),
        (["circuits", "-b", "fake_manila", "--num-seeds", "auto"], "num_seeds is auto"),
        (["circuits", "-b", "fake_manilo*"], "did you mean 'fake_manila'"),
        (["circuits", "-b", "nowhere/*.json"], "no file fits"),
        (["circuits", "-b", "fake_manila", "--budget", "soon"], "budget is 'soon'"),
        (["circuits", "-b", "fake_manila", "--budget", "10ms"], "holds no shot"),
        (["circuits", "-b", "fake_manila", "--rank-by", "precision"], "needs a budget"),
        (["circuits", "-b", "fake_manila", "--rank-by", "speed"], "rank_by is 'speed'"),
        (["circuits", "-b", "fake_manila", "--plot", "p.txt"], "pictures end in"),
        (["circuits", "-b", "fake_manila", "--sort-by", "a\nb"], "no column 'a b'"),
    ],
)
def test_wrong_input_is_one_line(arguments, says, capsys):
    assert main(["compare", *arguments]) == 2
    out, err = capsys.readouterr()
    if says is None:
        assert "no such file" in out
        return
    assert says in err
    assert err.count("\n") == 1
    assert "\x1b" not in err
    assert "Traceback" not in err


def test_a_compiler_of_the_user_beside_the_command(capsys, folder, monkeypatch):
    (folder / "beside_the_command.py").write_text(
        "from qiskit import transpile\n"
        "def mine(circuit, target, seed):\n"
        "    print('noise')\n"
        "    return transpile(circuit, target=target, seed_transpiler=seed, optimization_level=1)\n"
    )
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert main(["compare", "circuits", *FEW[:2], "-c", "beside_the_command:mine", "--num-seeds", "2", "-j", "2"]) == 0
    out, _ = capsys.readouterr()
    assert "beside_the_command:mine" in out
    assert "noise" not in out


@pytest.mark.parametrize(("text", "numbers"), [("2", [2]), ("1,3", [1, 3]), ("0-3,7", [0, 1, 2, 3, 7])])
def test_whole_numbers(text, numbers):
    assert whole_numbers("--x", text) == numbers


@pytest.mark.parametrize("text", ["", ",", "a", "1--3", "3-1", "-1", "1.5", "0-99999", "²"])
def test_no_whole_numbers(text):
    with pytest.raises(OptionError):
        whole_numbers("--x", text)


def test_ctrl_c_ends_cleanly_and_the_next_run_goes_on(folder, capsys):
    """The whole group gets the signal, as from a terminal."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SUPPORT), os.environ.get("PYTHONPATH", "")])}
    command = [
        sys.executable, "-m", "hwcost", "compare", "circuits", "-b", "fake_manila", "-O", "0", "-c",
        "sample_compilers:slow", "--num-seeds", "10", "-j", "2", "--cache", "c.sqlite3", "--format", "csv",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while kept(folder / "c.sqlite3") < 24 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    before = kept(folder / "c.sqlite3")
    assert err.split("\n") == [
        f"hwcost: {before} of 40 cells are finished; the same command resumes from the cache",
        "",
        "hwcost: interrupted",
        "",
    ]
    assert 24 <= before < 40
    assert ends(process.pid)
    resumed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    capsys.readouterr()
    other = {"c.sqlite3": "d.sqlite3", "2": "1"}  # undisturbed, by one process, which is this one
    assert main([other.get(part, part) for part in command[3:]]) == 0
    assert resumed.stdout == capsys.readouterr().out
    assert kept(folder / "c.sqlite3") == 40


def ends(group):
    """Whether nobody of a group of processes is left within 10 s."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def kept(path):
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute("SELECT COUNT(*) FROM cells").fetchone()[0]
    except sqlite3.Error:
        return 0


def test_patterns_rank_what_is_feasible_and_list_the_rest(capsys, folder):
    command = ["compare", "circuits/ghz_4.qasm", "-b", "fake_man[hi]*", "-b", "fake_armon*", "-b", "fake_manila"]
    command += ["-O", "1", "--num-seeds", "1", "-j", "1"]
    assert main(command) == 0
    out, err = capsys.readouterr()
    assert "1 circuit × 3 backends" in out
    assert "Not feasible" in out
    assert "fake_armonk: the circuit needs 4 qubits, but fake_armonk has 1" in out
    assert err == ""
    assert main([*command, "--budget", "10min", "--format", "json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert (plain["rank_by"], plain["sort_by"], plain["budget_s"]) == ("precision", "budget_standard_error", 600.0)
    assert [entry["what"] for entry in plain["infeasible"]] == ["ghz_4 on fake_armonk by qiskit-O1"]
    assert plain["failures"] == []
    assert [cell["status"] for cell in plain["cells"]] == ["ok", "infeasible", "ok"]
    # A device that was asked for by its name, or a circuit that runs nowhere, is a failure as ever.
    assert main([*command, "-b", "fake_armonk", "--format", "csv"]) == 2
    assert main(["compare", "circuits/ghz_4.qasm", "-b", "fake_armon*", "--num-seeds", "1", "--no-cache"]) == 2
    assert "Failed" in capsys.readouterr().out


def test_the_picture_of_what_ranks(folder, capsys):
    pytest.importorskip("matplotlib")
    command = ["compare", "circuits/ghz_2.qasm", *FEW, "--rank-by", "both", "--plot", "front.svg"]
    assert main(command) == 0
    assert "on the Pareto front" in capsys.readouterr().out
    assert "<svg" in (folder / "front.svg").read_text()
