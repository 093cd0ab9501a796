"""Names are data: no output of any command has what a terminal obeys or a spreadsheet computes."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from qiskit import QuantumCircuit, qpy
from qiskit.circuit import Parameter

import hwcost
import hwcost.cli
import nas.cli
from places import ROOT
from saved_jobs import sampler_result, save

ESCAPES = "\x1b]0;x\x07\x9b2J\u202eevil\u2066\x7f\r\n\tend"
NAMES = [f"=cmd|' /C calc'!A0{ESCAPES}", f"+1+1{ESCAPES}", "-2+3", "@SUM(1)", f"\t=1{ESCAPES}", f"{ESCAPES}<script>"]
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
FORMATS = ["text", "json", "csv", "html"]
QUICK = ["-b", "fake_manila", "--num-seeds", "1", "-q"]


def run(program: str, *words: str | Path) -> int:
    return {"hwcost": hwcost.cli, "nas": nas.cli}[program].main(list(map(str, words)))


def checked(capsys: pytest.CaptureFixture[str], form: str) -> str:
    """Return what was printed, which is harmless."""
    out, err = capsys.readouterr()
    assert all(c.isprintable() or c == "\n" for c in out), sorted({c for c in out if not c.isprintable()})
    assert all(c.isprintable() or c == "\n" for c in err), err
    if form == "csv":
        for row in csv.reader(io.StringIO(out)):
            for cell in row:
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")) or NUMBER.fullmatch(cell), cell
    if form == "json" and out:
        json.loads(out)
    if form == "html":
        assert "<script" not in out
    return out


@pytest.fixture(params=range(len(NAMES)))
def circuit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name = NAMES[request.param]
    made = QuantumCircuit(1, 1, name=name, metadata={name: name})
    made.rx(Parameter(f"{name}θ"), 0)
    made.rx(0.3, 0, label=name)
    made.measure(0, 0)
    path = tmp_path / "c.qpy"
    with path.open("wb") as file:
        qpy.dump(made, file)
    return path


@pytest.mark.parametrize("form", FORMATS)
def test_circuits(circuit: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("hwcost", "estimate", circuit, *QUICK, "-O", "0", "--format", form) == 0
    assert checked(capsys, form)
    run("hwcost", "compare", circuit, *QUICK, "-O", "0", "--no-cache", "-j", "1", "--format", form)
    assert checked(capsys, form)
    job = ("--transpile", "--primitive", "sampler", "-q")
    run("hwcost", "estimate-job", circuit, "-b", "fake_manila", *job, "--format", form)
    checked(capsys, form)
    run("hwcost", "estimate-model", circuit, *QUICK, "--format", form)
    checked(capsys, form)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_devices_jobs_and_profiles(name: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "jobs.csv"
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["num_circuits", "shots", "observed_s", "backend", "group"])
        writer.writerows(
            [n, 1000 * n, 2.0 + 0.3 * n * n + 0.01 * (n % 3), name, f"{name}{n % 4}"] for n in range(1, 40)
        )
    run("hwcost", "jobs", "fit", table, "--name", name, "-o", tmp_path / "p.json", "--format", form)
    checked(capsys, form)
    run("hwcost", "jobs", "score", table, "--profile", tmp_path / "p.json", "--compare", "ibm", "--format", form)
    checked(capsys, form)
    result = sampler_result((2, 10), seconds=3.0)
    document = save(tmp_path / "job.json", {"job_id": name, "backend": name, "result": result})
    run("hwcost", "jobs", "collect", document, "--backend", name, "--format", form)
    checked(capsys, form)
    plain = json.loads((ROOT / "calibrations" / "devices" / "v100-sxm2.json").read_text())
    (tmp_path / "d.json").write_text(json.dumps({**plain, "name": name, "description": name, "notes": [name]}))
    run("hwcost", "device", "show", tmp_path / "d.json")
    checked(capsys, "text")
    snapshot = json.loads(hwcost.calibration_text(hwcost.load_calibration("fake_manila")))
    (tmp_path / "s.json").write_text(json.dumps({**snapshot, "name": name, "origin": name}))
    run("hwcost", "calibration", "show", tmp_path / "s.json", "--format", form)
    checked(capsys, form)
    run("hwcost", "calibration", "diff", tmp_path / "s.json", "fake_manila", "--format", form)
    checked(capsys, form)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_data_and_spaces(name: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    data = tmp_path / f"{name.replace('/', '')}.csv"
    with data.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"x{name}", "y", "kind"])
        writer.writerows([i % 5, i * 7 % 11, f"{name}{i % 2}"] for i in range(40))
    space = tmp_path / "space.toml"
    space.write_text(
        f"name = {json.dumps(name)}\ndescription = {json.dumps(name)}\n[genes]\nqubits = [2]\n"
        'embedding = ["angle-x"]\nlayers = [1]\nrotation_1 = ["rx"]\nentangler = ["cx"]\ntopology = ["linear"]\n'
    )
    run("nas", "space", space, "--format", form)
    checked(capsys, form)
    genome = "qubits=2,embedding=angle-x,layers=1,rotation_1=rx,entangler=cx,topology=linear"
    words = ("--space", space, "--genome", genome, "--dataset", f"{data}:kind", "--epochs", "1")
    run("nas", "train", *words, "--format", form)
    checked(capsys, form)


@pytest.mark.parametrize("most", [300, 100_000])
def test_names_that_are_too_long_are_one_line_and_exit_code_2(
    most: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.qasm").write_text("OPENQASM 2.0;\nqreg q[1];\ncreg c[1];\nmeasure q -> c;\n")
    long = "x" * most
    for words in (
        ("hwcost", "estimate", long, *QUICK),
        ("hwcost", "estimate", tmp_path / "c.qasm", "-b", long),
        ("hwcost", "estimate", tmp_path / "c.qasm", *QUICK, "--job-profile", long),
        ("hwcost", "estimate", tmp_path / "c.qasm", *QUICK, "-o", long),
        ("hwcost", "estimate-model", long),
        ("hwcost", "estimate-model", "nowhere:f", "--sample", long),
        ("hwcost", "estimate-model", "nowhere:f", "--device", f"{long}.json"),
        ("hwcost", "estimate-job", long, "-b", "fake_manila"),
        ("hwcost", "estimate-job", tmp_path / "c.qasm", "-b", "fake_manila", "--options", f"{long}.json"),
        ("hwcost", "compare", long, "-b", "fake_manila"),
        ("hwcost", "compare", tmp_path / "c.qasm", "-b", "fake_manila", "--cache", long),
        ("hwcost", "jobs", "fit", long),
        ("hwcost", "jobs", "collect", long),
        ("hwcost", "jobs", "score", long, "--profile", long),
        ("hwcost", "jobs", "score", long, "--profile", "ibm", "--compare", long),
        ("hwcost", "calibration", "show", long),
        ("hwcost", "calibration", "import", f"{long}.csv"),
        ("hwcost", "device", "show", f"{long}.json"),
        ("hwcost", "validate", long, "-b", "fake_manila"),
        ("nas", "space", f"{long}.toml"),
        ("nas", "search", f"{long}.toml", "-o", tmp_path / "run"),
        ("nas", "pilot", f"{long}.toml"),
        ("nas", "watch", long),
        ("nas", "front", long),
        ("nas", "report", long),
        ("nas", "resume", long),
        ("nas", "recost", long, "--backend", "fake_manila"),
        ("nas", "export", long, "--rank", "1", "-o", tmp_path / "out"),
        ("nas", "export", long, "--tensorboard", tmp_path / "out"),
        ("nas", "train", "--space", "faqnas", "--genome", "qubits=2", "--dataset", long),
    ):
        assert run(*words) == 2, words[:3]
        out, err = capsys.readouterr()
        assert len(out) + len(err) < 2500, words[:3]
        # What cannot be compared stands in the table of the others.
        assert err.count("\n") == 1 or words[1] == "compare", err
        assert out == "" or words[1] == "compare", out
