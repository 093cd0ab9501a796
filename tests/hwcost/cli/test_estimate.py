"""`hwcost estimate` and `hwcost backends` as a person types them, in-process and as a process of their own."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from qiskit import QuantumCircuit, qasm2, qpy
from qiskit.circuit.library import real_amplitudes

from hwcost.calibration.sources.ibm_fake import list_fake_backends
from hwcost.cli import main
from places import EXAMPLE

# The stable keys of the JSON: more may be added, none may go.
KEYS = {
    "circuit": "name source sha256 num_qubits num_parameters depth ops",
    "backend": "name source num_qubits snapshot_date snapshot_age_days rep_delay_s excluded assumptions warnings",
    "transpile": "optimization_level num_seeds seed_chosen qiskit physical_qubits equivalence",
    "gates": "num_1q num_2q num_measure num_instructions depth depth_2q",
    "time": "sum_of_durations_s circuit_duration_s readout_s rep_delay_s shot_time_s qpu_time_s job_time_s",
    "routing": "num_swaps num_2q_added time_s duration_s share",
    "noise": "gate_error readout_error decoherence failure_probability esp",
    "shots": "requested precision method attenuation inflation_mean inflation_worst needed",
    "paper": "t_gate_s p_gate p_decoherence p_fail log10_effective_time effective_time_s",
    "spread": "num_seeds circuit_duration_s num_2q inflation_worst",
}


@pytest.fixture
def bell(tmp_path):
    circuit = QuantumCircuit(2, name="bell")
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    path = tmp_path / "bell.qpy"
    with path.open("wb") as file:
        qpy.dump(circuit, file)
    return path


def run(*arguments):
    return main([str(a) for a in arguments])


QUICK = ("-b", "manila", "--num-seeds", "1", "-O", "0")


def write_many(path, number):
    circuits = []
    for index in range(number):
        circuit = QuantumCircuit(2, 2, name=f"bell{index}")
        circuit.h(0)
        circuit.cx(0, 1)
        circuit.measure([0, 1], [0, 1])
        circuits.append(circuit)
    with path.open("wb") as file:
        qpy.dump(circuits, file)
    return path


def test_json_of_the_example_circuit_has_the_stable_keys(capsys):
    assert run("estimate", EXAMPLE, "--backend", "fake_sherbrooke", "--format", "json") == 0
    cost = json.loads(capsys.readouterr().out)
    assert cost["schema"] == "hwcost.estimate/1"
    for section, keys in KEYS.items():
        assert set(keys.split()) <= set(cost[section]), section
    assert set(cost["backend"]["excluded"]) == {"qubits", "edges"}
    assert {"qubit", "clbit", "value"} <= set(cost["shots"]["attenuation"][0])
    assert cost["circuit"]["source"] == str(EXAMPLE)
    assert cost["time"]["qpu_time_s"] == pytest.approx(cost["shots"]["needed"] * cost["time"]["shot_time_s"])


def test_the_second_run_is_byte_identical(capsys, bell):
    for form in ("json", "csv", "text"):
        assert run("estimate", bell, "-b", "manila", "--format", form) == 0
        first = capsys.readouterr()
        assert run("estimate", bell, "-b", "manila", "--format", form) == 0
        assert capsys.readouterr() == first
        assert first.err == ""


def test_text_report_answers_the_questions(capsys, bell):
    assert run("estimate", bell, "--backend", "torino") == 0
    text = capsys.readouterr().out
    for expected in ("QPU time", "repetition delay", "inserted swaps", "ESP", "shots needed", "Warnings", "bell"):
        assert expected in text


def test_csv_has_one_row_per_circuit(capsys, tmp_path, bell):
    many = tmp_path / "many.qpy"
    with many.open("wb") as file, bell.open("rb") as source:
        circuit = qpy.load(source)[0]
        qpy.dump([circuit, circuit], file)
    assert run("estimate", bell, many, "-b", "manila", "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 3
    assert rows[0]["backend.name"] == "fake_manila"
    assert float(rows[0]["time.qpu_time_s"]) > 0


def test_several_circuits_are_a_json_list_and_one_of_them_can_be_chosen(capsys, tmp_path, bell):
    many = tmp_path / "many.qpy"
    with many.open("wb") as file, bell.open("rb") as source:
        circuit = qpy.load(source)[0]
        qpy.dump([circuit, circuit], file)
    assert run("estimate", many, "-b", "manila", "--format", "json") == 0
    assert len(json.loads(capsys.readouterr().out)) == 2
    assert run("estimate", many, "-b", "manila", "--format", "json", "--index", "1") == 0
    assert isinstance(json.loads(capsys.readouterr().out), dict)
    assert run("estimate", many, "-b", "manila", "--index", "2") == 2
    assert "there is no circuit 2; the file has 2" in capsys.readouterr().err


def test_a_range_of_circuits_can_be_chosen(capsys, tmp_path):
    many = write_many(tmp_path / "many.qpy", 4)
    for index, names in (("1:3", ["bell1", "bell2"]), ("2:", ["bell2", "bell3"]), ("3:99", ["bell3"])):
        assert run("estimate", many, *QUICK, "--format", "json", "--index", index) == 0
        found = json.loads(capsys.readouterr().out)
        assert [cost["circuit"]["name"] for cost in (found if isinstance(found, list) else [found])] == names
    for index, message in (
        ("4:", "there is no circuit 4; the file has 4"),
        ("2:2", "a range without"),
        ("x", "no number"),
    ):
        assert run("estimate", many, *QUICK, "--index", index) == 2
        assert message in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="sends Ctrl-C as POSIX does")
def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(tmp_path):
    many, isa = write_many(tmp_path / "many.qpy", 1000), tmp_path / "isa.qpy"
    command = [sys.executable, "-m", "hwcost", "estimate", str(many), *QUICK, "--save-isa", str(isa)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        while "bell1 (" not in program.stdout.readline():
            assert program.poll() is None
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=120)
    assert program.returncode == 130
    stopped, interrupted = filter(None, err.split("\n"))
    assert interrupted == "hwcost: interrupted"
    number = int(re.search(r"stopped at circuit (\d+) of 1000; .* --index \1: ", stopped)[1])
    with isa.open("rb") as file:
        assert 1 < len(qpy.load(file)) == number < 1000


def test_one_bad_file_among_many_does_not_lose_the_others(capsys, tmp_path, bell):
    bad = tmp_path / "bad.qpy"
    bad.write_bytes(b"QISKIT\x0d")
    empty = tmp_path / "empty.qasm"
    empty.write_bytes(b"")
    wide = tmp_path / "wide.qasm"
    wide.write_text(qasm2.dumps(real_amplitudes(9).assign_parameters([0.1] * 36).decompose()))
    assert run("estimate", bad, bell, empty, wide, "-b", "manila", "--format", "json") == 2
    captured = capsys.readouterr()
    assert [cost["circuit"]["name"] for cost in json.loads(captured.out)] == ["bell"]
    lines = captured.err.splitlines()
    assert len(lines) == 3
    assert "bad.qpy" in lines[0]
    assert "empty.qasm" in lines[1]
    assert "9 qubits" in lines[2]


def test_save_isa_writes_a_circuit_that_is_ready_to_run(capsys, tmp_path, bell):
    saved = tmp_path / "isa.qpy"
    assert run("estimate", bell, "-b", "sherbrooke", "--save-isa", saved, "--format", "json") == 0
    cost = json.loads(capsys.readouterr().out)
    with saved.open("rb") as file:
        isa = qpy.load(file)[0]
    assert isa.num_qubits == 127
    used = {isa.find_bit(q).index for item in isa.data if item.name == "ecr" for q in item.qubits}
    assert used == set(cost["transpile"]["active_qubits"])
    assert run("estimate", saved, "-b", "sherbrooke", "--no-transpile", "--format", "json") == 0
    again = json.loads(capsys.readouterr().out)
    assert again["time"] == cost["time"]
    assert again["noise"] == cost["noise"]
    assert list(tmp_path.iterdir()) != []
    assert not list(tmp_path.glob("*.part"))


def test_save_isa_into_a_missing_folder_is_one_line(capsys, tmp_path, bell):
    assert run("estimate", bell, "-b", "manila", "--save-isa", tmp_path / "no" / "isa.qpy") == 2
    assert "there is no folder" in capsys.readouterr().err


def test_save_isa_replaces_no_device_and_no_pipe(capsys, tmp_path, bell):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert run("estimate", bell, "-b", "manila", "--save-isa", pipe) == 2
    assert "not a regular file" in capsys.readouterr().err
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_terminal_without_unicode_gets_question_marks_and_no_crash(bell):
    done = subprocess.run(
        [sys.executable, "-m", "hwcost", "estimate", str(bell), "-b", "manila"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"? the snapshot" in done.stdout


def test_a_full_disk_is_one_line_and_exit_code_2(bell):
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "hwcost", "estimate", str(bell), "-b", "manila", "--format", "json"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "hwcost: output: No space left on device; make room, or write elsewhere"
    ]


def test_a_hostile_name_reaches_neither_terminal_nor_notebook(tmp_path, capsys):
    circuit = QuantumCircuit(1, name="<script>alert(1)</script> [red] \x1b[31m\nnext")
    circuit.x(0)
    circuit.measure_all()
    path = tmp_path / "hostile.qpy"
    with path.open("wb") as file:
        qpy.dump(circuit, file)
    assert run("estimate", path, "-b", "manila") == 0
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "[red]" in text
    import hwcost

    assert "<script>" not in hwcost.estimate(path, "manila", num_seeds=1)._repr_html_()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-b", "fake_sherbroke"], "fake_sherbrooke"),
        (["-b", "manila", "--shots", "0"], "shots is 0"),
        (["-b", "manila", "--shots", "many"], "'many' is not a valid integer"),
        (["-b", "manila", "--format", "xml"], "'xml' is not one of"),
        (["-b", "manila", "--nonsense"], "No such option"),
        (["-b", "manila", "--attenuation", "magic"], "attenuation is 'magic'"),
        ([], "Missing option '--backend'"),
        (["-b", "kyoto"], "--durations-only"),
    ],
)
def test_a_users_mistake_is_one_line_and_exit_code_2(capsys, bell, arguments, message):
    assert run("estimate", bell, *arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert message in captured.err
    assert "Traceback" not in captured.err


def test_debug_shows_the_traceback(bell):
    from hwcost.core.errors import UnknownBackendError

    with pytest.raises(UnknownBackendError):
        run("--debug", "estimate", bell, "-b", "nowhere")


def test_backends_lists_all_with_their_findings(capsys):
    assert run("backends", "--format", "json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(list_fake_backends())
    sherbrooke = next(row for row in rows if row["name"] == "fake_sherbrooke")
    assert (sherbrooke["num_qubits"], sherbrooke["two_qubit_gates"]) == (127, ["ecr"])
    assert any("9 of 144 ecr" in finding["message"] for finding in sherbrooke["findings"])
    assert run("backends") == 0
    text = capsys.readouterr().out
    assert all(name in text for name in list_fake_backends())
    assert run("backends", "--format", "csv") == 0
    assert len(list(csv.DictReader(io.StringIO(capsys.readouterr().out)))) == len(rows)


HEAVY = ("qiskit", "qiskit_ibm_runtime", "numpy", "scipy", "torch", "pennylane", "rich.table")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["estimate", "--help"],
        ["estimate"],
        ["estimate", "x.qpy", "--shots", "z"],
        ["nonsense"],
    ],
)
def test_help_and_argument_errors_import_nothing_heavy(arguments):
    program = (
        "import sys\nfrom hwcost.cli import main\ncode = main(sys.argv[1:])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], code, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1].startswith("[]")


def test_runs_as_a_module_from_any_directory(tmp_path, bell):
    done = subprocess.run(
        [sys.executable, "-m", "hwcost", "estimate", bell.name, "--backend", "FakeManilaV2", "--format", "json"],
        capture_output=True,
        text=True,
        cwd=bell.parent,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["backend"]["name"] == "fake_manila"


def test_a_link_is_followed_and_not_replaced(capsys, tmp_path, bell):
    real, link = tmp_path / "real.qpy", tmp_path / "link.qpy"
    real.touch()
    link.symlink_to(real)
    assert run("estimate", bell, "-b", "manila", "--save-isa", link) == 0
    assert link.is_symlink()
    assert real.read_bytes().startswith(b"QISKIT")


def test_the_input_is_not_overwritten(capsys, bell):
    before = bell.read_bytes()
    assert run("estimate", bell, "-b", "manila", "--save-isa", bell) == 2
    assert "overwrite an input file" in capsys.readouterr().err
    assert bell.read_bytes() == before


def test_a_circuit_that_cancels_does_not_lose_the_batch(capsys, tmp_path, bell):
    circuit = QuantumCircuit(1, name="\x1b[31mred\nnext")
    circuit.h(0)
    circuit.h(0)
    path = tmp_path / "cancels.qpy"
    with path.open("wb") as file:
        qpy.dump(circuit, file)
    assert run("estimate", path, bell, "-b", "manila", "--format", "csv") == 2
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 2
    assert len(captured.err.splitlines()) == 1
    assert "\x1b" not in captured.err


def test_a_broken_pipe_is_no_error(bell):
    for arguments in (["backends"], ["backends", "--format", "csv"], ["estimate", str(bell), "-b", "manila"]):
        program = f"{sys.executable} -m hwcost {' '.join(arguments)} | head -c 1 >/dev/null; exit ${{PIPESTATUS[0]}}"
        assert subprocess.run(["bash", "-c", program], check=False).returncode == 0


def test_without_arguments_the_help_is_shown(capsys):
    assert run() in {0, 2}
    captured = capsys.readouterr()
    assert "estimate" in captured.out + captured.err


def test_max_age_turns_an_old_calibration_into_a_refusal(capsys, bell):
    assert run("estimate", bell, "-b", "manila", "--max-age", "7d") == 2
    assert "older than --max-age 7d" in capsys.readouterr().err
    assert run("estimate", bell, "-b", "manila", "--max-age", "5000d") == 0
    assert run("estimate", bell, "-b", "manila", "--max-age", "soon") == 2
    assert "soon" in capsys.readouterr().err


def test_a_shipped_snapshot_is_a_backend(capsys, bell):
    snapshot = next(EXAMPLE.parents[2].glob("calibrations/backends/fake_manila/*.json"))
    assert run("estimate", bell, "-b", snapshot, "--format", "json") == 0
    from_file = json.loads(capsys.readouterr().out)
    assert run("estimate", bell, "-b", "fake_manila", "--format", "json") == 0
    from_name = json.loads(capsys.readouterr().out)
    assert from_file["backend"]["source"] == "snapshot"
    assert {**from_file, "backend": None} == {**from_name, "backend": None}


def test_options_of_live_backends_are_refused_for_others(capsys, bell):
    assert run("estimate", bell, "-b", "manila", "--at", "2026-03-01") == 2
    assert "--at is for live backends" in capsys.readouterr().err


def test_fractional_gates_are_an_option_of_four_commands(capsys, bell):
    assert run("estimate", bell, "-b", "manila", "--fractional-gates") == 2
    error = capsys.readouterr().err
    assert error.startswith("hwcost: fake_manila: the calibration has no usable fractional gate (rx, rzz); choose")
    assert error.count("\n") == 1
    assert run("estimate", bell, "-b", "fez", "--fractional-gates", "--format", "json", "--num-seeds", 1) == 0
    assert json.loads(capsys.readouterr().out)["other_gate_set"]["fractional_gates"] == []
    for command in ("compare", "validate", "estimate-model"):
        assert run(command, "--help") == 0
        assert "--fractional-gates" in capsys.readouterr().out


def test_a_repetition_delay_may_have_a_unit(capsys, bell):
    for text in ("100us", "1e-4", "0.1 ms"):
        assert run("estimate", bell, "-b", "manila", "--rep-delay", text, "--format", "json") == 0
        assert json.loads(capsys.readouterr().out)["time"]["rep_delay_s"] == pytest.approx(1e-4)
    assert run("estimate", bell, "-b", "manila", "--rep-delay", "soon") == 2


# --- pictures --------------------------------------------------------------------------------------------------------


def test_plot_is_written_beside_the_answer(bell, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "a.png"
    assert run("estimate", bell, "-b", "fake_manila", "--format", "json", "--plot", picture) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "hwcost.estimate/1"
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--plot", "a.gif"], "a.gif: pictures end in .png, .svg, .pdf"),
        (["--plot", "nowhere/a.png"], "there is no folder"),
        (["--plot", "a.png", "--output", "./a.png"], "--plot a.png is also the file of --output"),
        (["--plot", "input.png"], "--plot input.png would overwrite an input file"),
    ],
)
def test_plots_that_cannot_be_written(bell, tmp_path, capsys, monkeypatch, options, message):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    bell.rename("input.png")  # circuits are recognised by content
    before = Path("input.png").read_bytes()
    assert run("estimate", "input.png", "-b", "fake_manila", *options) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1
    assert Path("input.png").read_bytes() == before
    assert not Path("a.png").exists()


def test_a_plot_shows_one_circuit(bell, capsys, tmp_path):
    pytest.importorskip("matplotlib")
    assert run("estimate", bell, bell, "-b", "fake_manila", "--plot", tmp_path / "a.png") == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", "hwcost: --plot draws one circuit, and there are 2; choose one file, and --index in it\n")


def test_a_plot_without_matplotlib_names_the_extra(bell, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("hwcost.report.pictures.util.find_spec", lambda name: None)
    assert run("estimate", bell, "-b", "fake_manila", "--plot", tmp_path / "a.png") == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", "hwcost: matplotlib is not installed; `pip install 'hwcost[plot]'` brings it\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"qubits": [9], "confusion": [[1, 0], [0, 1]]}', "has qubit 9, but fake_manila has 5 qubits"),
        ('{"qubits": [0], "confusion": [[NaN, 0], [0, 1]]}', "confusion has nan"),
        ("not JSON", "is not JSON"),
    ],
)
def test_measured_readout_that_is_none_is_one_line(capsys, bell, tmp_path, content, said):
    path = tmp_path / "readout.json"
    path.write_text(content)
    assert run("estimate", bell, "-b", "manila", "--readout-from", path) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert len(captured.err.splitlines()) == 1
