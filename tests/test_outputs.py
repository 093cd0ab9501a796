"""Nobody's file is lost: every option of every command that names an output, found in the tree of commands."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import hwcost.cli
import nas.cli
from hwcost.core import guard
from hwcost.core.click_outputs import OutputPath
from places import ROOT
from trees import commands

pytest.importorskip("matplotlib")
pytest.importorskip("torch")

PROGRAMS = {"hwcost": hwcost.cli, "nas": nas.cli}
NOBODY = 65534
FOREIGN = b"my thesis\n"

QASM = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[1];\ncreg c[1];\nrx(0.3) q[0];\nmeasure q -> c;\n'
QUICK = "-b fake_manila --num-seeds 1 --optimization-level 0"
SPACE = """
[genes]
qubits = [2]
embedding = ["angle-x"]
layers = [1]
rotation_1 = ["rx", "ry"]
entangler = ["cx"]
topology = ["linear"]
"""
GENOME = "qubits=2,embedding=angle-x,layers=1,rotation_1=rx,entangler=cx,topology=linear"
TRAIN = f"train --space space.toml --genome {GENOME} --dataset data.csv:kind --epochs 1 --quiet"
SEARCH = "search --space space.toml --dataset data.csv:kind --objectives parameters,validation_error --epochs 1"


@dataclass(frozen=True)
class Case:
    """How an option is tried.

    Attributes:
        words: The command without the option; files are in the current folder.
        inputs: Files that it reads.
        name: Fitting name of a file, or of one that is written in the folder that the option names.
        folder: Folder that the option names.
        never: Whether what exists is never replaced, not even what the program wrote.
    """

    words: str
    inputs: tuple[str, ...] = ()
    name: str = "out"
    folder: str = ""
    never: bool = False


CASES: dict[tuple[str, str], Case] = {
    ("hwcost estimate", "--output"): Case(
        f"estimate c.qasm {QUICK} --job-profile profile.json", ("c.qasm", "profile.json")
    ),
    ("hwcost estimate", "--save-isa"): Case(f"estimate c.qasm {QUICK}", ("c.qasm",), "isa.qpy"),
    ("hwcost estimate", "--plot"): Case(f"estimate c.qasm {QUICK}", ("c.qasm",), "a.png"),
    ("hwcost estimate-job", "--output"): Case(
        "estimate-job c.qasm --primitive sampler -b snapshot.json --transpile --options options.json",
        ("c.qasm", "snapshot.json", "options.json"),
    ),
    ("hwcost estimate-job", "--plot"): Case(
        "estimate-job c.qasm --primitive sampler -b fake_manila --transpile", ("c.qasm",), "a.png"
    ),
    ("hwcost estimate-model", "--output"): Case(f"estimate-model c.qasm {QUICK}", ("c.qasm",)),
    ("hwcost estimate-model", "--plot"): Case(f"estimate-model c.qasm {QUICK}", ("c.qasm",), "a.svg"),
    ("hwcost compare", "--output"): Case(
        "compare c.qasm -b fake_manila --num-seeds 1 -O 0 --no-cache -j 1 -q", ("c.qasm",)
    ),
    ("hwcost compare", "--plot"): Case(
        "compare c.qasm -b fake_manila --num-seeds 1 -O 0 --no-cache -j 1 -q", ("c.qasm",), "a.pdf"
    ),
    ("hwcost compare", "--plots"): Case(
        "compare c.qasm -b fake_manila --num-seeds 1 -O 0 --no-cache -j 1 -q", (), "time.png", "pictures"
    ),
    ("hwcost calibration show", "--map"): Case("calibration show snapshot.json", ("snapshot.json",), "map.png"),
    ("hwcost calibration save", "--output"): Case("calibration save fake_manila", (), "s.json", never=True),
    ("hwcost calibration import", "--output"): Case("calibration import page.csv", ("page.csv",), "s.json", never=True),
    ("hwcost device measure", "--output"): Case("device measure -q", (), "machine.json"),
    ("hwcost jobs collect", "--output"): Case("jobs collect job.json", ("job.json",), "jobs.csv"),
    ("hwcost jobs fit", "--output"): Case("jobs fit table.csv", ("table.csv",), "fitted.json"),
    ("hwcost jobs calibrate", "--output"): Case("jobs calibrate few.csv --from ibm-heron", ("few.csv",), "mine.json"),
    ("hwcost validate", "--output"): Case(
        "validate c.qasm -b fake_manila --draws 3 --attenuation mean-field --num-seeds 1 -q", ("c.qasm",)
    ),
    ("nas train", "-o"): Case(TRAIN, ("space.toml", "data.csv"), "network.pt"),
    ("nas search", "-o"): Case(f"{SEARCH} --generations 1 --population 4 -q", (), "run.json", "run2", never=True),
    ("nas pilot", "-o"): Case(
        f"{SEARCH.replace('search', 'pilot', 1)} --networks 2 --no-grid -q", (), "run.json", "run3", never=True
    ),
    ("nas supercircuit", "-o"): Case(
        "supercircuit --preset faqnas --max qubits=2 --dataset data.csv:kind --epochs 1 --networks 8 --steps 2 -q",
        (),
        "supercircuit.json",
        "study",
        never=True,
    ),
    ("nas report", "-o"): Case("report run", (), "report.html", "page"),
    ("nas reproduce", "-o"): Case(
        "reproduce faqnas --quick --num-seeds 2 --dataset data.csv:kind -q", (), "claims.html", "claims"
    ),
    ("nas export", "-o"): Case("export run --rank 1", (), "circuit.qpy", "member"),
    ("nas export", "--tensorboard"): Case("export run", (), "events.out.tfevents.nas", "events"),
}  # fmt: skip


ALL = [pair for program, module in PROGRAMS.items() for pair in commands(module._root, program)]
OUTPUTS = {
    (path, max(parameter.opts, key=len)): command
    for path, command in ALL
    for parameter in command.params
    if isinstance(parameter.type, OutputPath)
}
each_output = pytest.mark.parametrize("key", CASES, ids=" ".join)


def test_every_output_of_every_command_is_tried_here() -> None:
    assert set(CASES) == set(OUTPUTS)


def test_options_that_sound_like_outputs_are_outputs() -> None:
    for path, command in ALL:
        for parameter in command.params:
            names = set(parameter.opts) & {"-o", "--output", "--plot", "--plots", "--map", "--save-isa", "--save"}
            assert isinstance(parameter.type, OutputPath) or not names, (path, parameter.opts)


def test_every_command_that_may_replace_a_file_has_force() -> None:
    for (path, option), command in OUTPUTS.items():
        has_force = any("--force" in p.opts for p in command.params)
        assert has_force != CASES[path, option].never, (path, option)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A folder, open to all users, with an input of every kind and a small run."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    (folder / "c.qasm").write_text(QASM)
    (folder / "space.toml").write_text(SPACE)
    rows = [f"{i % 5},{(i * 7) % 11},{'ab'[i % 2]}" for i in range(40)]
    (folder / "data.csv").write_text("x,y,kind\n" + "\n".join(rows) + "\n")
    shutil.copy(ROOT / "calibrations" / "job_time" / "ibm.json", folder / "profile.json")
    (folder / "options.json").write_text("{}")
    jobs = [f"{n},{1000 * n},{2.0 + 0.3 * n * n + 0.01 * (n % 3)},{n % 4}" for n in range(1, 40)]
    (folder / "few.csv").write_text("num_circuits,shots,observed_s\n1,1000,3.1\n1,4000,4.2\n1,1000,3.0\n")
    (folder / "table.csv").write_text("num_circuits,shots,observed_s,group\n" + "\n".join(jobs) + "\n")
    from saved_jobs import sampler_result, save

    save(folder / "job.json", {"job_id": "a", "result": sampler_result((2, 10), seconds=3.0)})
    (folder / "page.csv").write_text("Qubit,T1 (us),T2 (us),Readout assignment error\n0,100,90,0.01\n1,110,80,0.02\n")
    here = Path.cwd()
    os.chdir(folder)
    try:
        assert hwcost.cli.main(["calibration", "save", "fake_manila", "-o", "snapshot.json"]) == 0
        assert nas.cli.main([*SEARCH.split(), *["--generations", "1", "--population", "4", "-q", "-o", "run"]]) == 0
    finally:
        os.chdir(here)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def here(made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of it as the current folder; measuring a machine takes 20 s, so a known one stands for it."""
    folder = Path(tempfile.mkdtemp())
    shutil.copytree(made, folder, dirs_exist_ok=True)
    folder.chmod(0o755)
    monkeypatch.chdir(folder)
    from hwcost.classical import machine, measure

    profile = machine.load_device_profile(machine.list_device_profiles()[0])
    monkeypatch.setattr(measure, "measure_device", lambda **_: profile)
    yield folder
    shutil.rmtree(folder)


def run(key: tuple[str, str], output: str | Path, *more: str) -> int:
    command, option = key
    code = PROGRAMS[command.split()[0]].main([*CASES[key].words.split(), option, str(output), *more])
    assert guard.current() is None
    return code


def place(key: tuple[str, str]) -> tuple[str, Path]:
    """Return what the option is given, and a file that is then written."""
    case = CASES[key]
    if not case.folder:
        return case.name, Path(case.name)
    return case.folder, Path(case.folder) / case.name


def refused(capsys: pytest.CaptureFixture[str], code: int) -> str:
    err = capsys.readouterr().err
    assert code == 2, err
    lines = [line for line in err.splitlines() if line.startswith(("hwcost:", "nas:"))]
    assert lines, err
    assert "Traceback" not in err
    assert "internal error" not in err
    return lines[-1]


def no_parts(folder: Path) -> None:
    assert not list(folder.rglob("*.part"))


@each_output
def test_a_file_of_somebody_else_stays(key: tuple[str, str], here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given, file = place(key)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(FOREIGN)
    other = file.parent / "notes.txt"
    other.write_bytes(FOREIGN)
    capsys.readouterr()
    said = refused(capsys, run(key, given))
    assert str(file.name) in said or CASES[key].folder in said
    assert file.read_bytes() == FOREIGN
    if not CASES[key].never:
        assert "--force" in said
        assert run(key, given, "--force") == 0
        assert file.read_bytes() != FOREIGN
    assert other.read_bytes() == FOREIGN
    no_parts(here)


@each_output
def test_what_the_program_wrote_is_written_again(
    key: tuple[str, str], here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given, file = place(key)
    assert run(key, given) == 0, capsys.readouterr().err
    first = file.read_bytes()
    assert guard.kind_of(first) is not None
    assert run(key, given) == 0, capsys.readouterr().err
    if CASES[key].never:
        assert file.read_bytes() == first
        return

    # A full disk: nothing of the old one is lost, and nothing is left over.
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = {path: path.read_bytes() for path in file.parent.iterdir() if path.is_file()}
    monkeypatch.setattr(os, "fsync", full)
    capsys.readouterr()
    said = refused(capsys, run(key, given))
    assert "No space left" in said
    assert {path: path.read_bytes() for path in file.parent.iterdir() if path.is_file()} == before
    no_parts(here)


@pytest.mark.parametrize(("key", "name"), [(key, name) for key, case in CASES.items() for name in case.inputs], ids=str)
def test_no_input_is_replaced(key: tuple[str, str], name: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (here / name).read_bytes()
    suffix = Path(CASES[key].name).suffix
    link, hard = here / f"link{suffix}", here / f"hard{suffix}"
    link.symlink_to(name)
    os.link(name, hard)
    more = () if CASES[key].never else ("--force",)
    for output in (link, hard, here / name):
        for words in {(), more}:
            capsys.readouterr()
            refused(capsys, run(key, output, *words))
            assert (here / name).read_bytes() == before
    assert link.is_symlink()
    no_parts(here)


@pytest.mark.parametrize("name", ["", "x" * 300, "x" * 100_000, "nul\0byte", "nowhere/x"], ids=range(5))
@each_output
def test_impossible_names_are_one_line(
    key: tuple[str, str], name: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if name == "nowhere/x" and CASES[key].never:
        pytest.skip("folders are made for it")
    capsys.readouterr()
    if CASES[key].folder and name == "nowhere/x":
        pytest.skip("folders are made for it")
    said = refused(capsys, run(key, name + Path(CASES[key].name).suffix if name else name))
    assert len(said) < 2100
    assert said.isprintable()


def elsewhere(work: Callable[[], int], prepare: Callable[[], None]) -> tuple[int, str]:
    """Run it in a process of its own, prepared first; return its exit code and what it says on stderr."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        code = 99
        try:
            os.close(reading)
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115
            sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
            prepare()
            code = work()
        finally:
            os._exit(code)
    os.close(writing)
    with open(reading, encoding="utf-8") as file:
        said = file.read()
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), said


def become_nobody() -> None:
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def fill_the_disk() -> None:
    """Let no file grow beyond some bytes, which is what a full disk does to whoever writes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@each_output
def test_a_folder_that_cannot_be_written_to(key: tuple[str, str], here: Path) -> None:
    given, file = place(key)
    for path in here.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    code, said = elsewhere(lambda: run(key, given), become_nobody)
    assert code == 2, said
    assert "Traceback" not in said
    assert "cannot be written" in said or "Permission denied" in said
    assert not file.exists()


@each_output
def test_a_full_disk_is_one_line_and_the_old_file_stays(key: tuple[str, str], here: Path) -> None:
    given, file = place(key)
    if not CASES[key].never:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(FOREIGN)
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    more = () if CASES[key].never else ("--force",)
    # Helpers and Aer's threads of this process are missing in a forked child, which would wait for them for ever.
    if key[0] in ("nas search", "nas pilot", "hwcost validate"):
        words = [sys.executable, "-m", key[0].split()[0], *CASES[key].words.split(), key[1], given, *more]
        done = subprocess.run(words, preexec_fn=fill_the_disk, capture_output=True, text=True, check=False)
        code, said = done.returncode, done.stderr
    else:
        code, said = elsewhere(lambda: run(key, given, *more), fill_the_disk)
    assert code == 2, said
    assert "too large" in said or "full" in said or "temporary" in said, said
    assert [line.split(":")[0] for line in said.splitlines()] == [key[0].split()[0]], said
    assert {path: path.read_bytes() for path in before} == before
    no_parts(here)


def test_modules_of_the_commands_write_through_one_function() -> None:
    """What is written with `write_text` or `open` would be guarded by nothing."""
    for path in [*(ROOT / "hwcost").rglob("*.py"), *(ROOT / "nas").rglob("*.py")]:
        text = path.read_text()
        name = str(path.relative_to(ROOT))
        for word in (".write_text(", ".write_bytes(", ', "w")', '"wb"', '"xb"'):
            allowed = {"hwcost/comparison/work.py", "hwcost/core/files.py", "hwcost/circuits/sandbox.py"}
            assert word not in text or name in allowed, (name, word)
