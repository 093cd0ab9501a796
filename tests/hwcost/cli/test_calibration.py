"""`hwcost calibration`, called in-process: what goes to stdout, to stderr and into files."""

from __future__ import annotations

import builtins
import inspect
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from qiskit import QuantumCircuit, qpy

from hwcost.calibration.sources.ibm_fake import load_fake_backend
from hwcost.calibration.sources.snapshot import load_snapshot, save_snapshot
from hwcost.cli.calibration import command
from hwcost.core.errors import CalibrationError, HwcostError, InputError, MissingDependencyError, OptionError
from make import small_calibration, small_ibm_json

# click 8.1 mixes stderr into stdout unless told; from 8.2 on the option is gone.
SEPARATE = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}


def run(*arguments: object) -> Result:
    return CliRunner(**SEPARATE).invoke(command, [str(argument) for argument in arguments])


def refused(*arguments: object) -> HwcostError:
    result = run(*arguments)
    assert isinstance(result.exception, HwcostError), result.output
    assert "\n" not in str(result.exception)
    assert result.stdout == ""
    return result.exception


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# show


def test_show_says_what_matters() -> None:
    text = run("show", "fake_sherbrooke").stdout
    assert text.startswith("fake_sherbrooke (Eagle r3): 127 qubits, 122 of them usable and connected\n")
    assert "dt 0.222 ns, repetition delay 250 µs (0 s to 500 µs)" in text
    assert "licence Apache-2.0" in text
    errors = sorted(q.readout_error or 0.0 for q in load_fake_backend("sherbrooke").qubits if q.qubit != 84)
    row = next(line for line in text.splitlines() if line.startswith("  readout error   "))
    assert f"{100 * statistics.median(errors):.1f} %" in row
    assert "id, sx, x error" in text
    assert "qubits  84" in text
    assert "5-6 6-7 8-9 8-16" in text
    assert "warning  9 of 144 ecr gates have error 1" in text
    assert "values in use are more than 7 days older than the snapshot" in text


def test_show_json_has_every_value_in_si_units() -> None:
    data = json.loads(run("show", "manila", "--format", "json").stdout)
    fake = load_fake_backend("manila")
    assert (data["name"], data["num_qubits"], data["dt_s"], data["rep_delay_s"]) == (
        "fake_manila",
        5,
        fake.dt_s,
        fake.rep_delay_s,
    )
    assert data["snapshot_date"] == "2024-05-27T15:27:23-03:00"
    assert data["qubits"][2] == {
        "qubit": 2,
        **{
            name: getattr(fake.qubits[2], name)
            for name in (
                "t1_s",
                "t2_s",
                "readout_error",
                "prob_meas0_prep1",
                "prob_meas1_prep0",
                "readout_duration_s",
            )
        },
    }
    cx = fake.gate("cx", (0, 1))
    assert cx is not None
    assert {"name": "cx", "qubits": [0, 1], "error": cx.error, "duration_s": cx.duration_s} in data["gates"]
    assert data["excluded"] == {"qubits": [], "edges": []}
    assert [finding["code"] for finding in data["findings"]] == ["stale"]
    assert data["assumptions"] == []
    assert data["distributions"][0]["quantity"] == "t1_s"


@pytest.mark.parametrize("name", ["fake_kyoto", "fake_armonk", "fake_almaden", "fake_cairo", "fake_poughkeepsie"])
def test_show_copes_with_what_is_missing(name: str) -> None:
    assert run("show", name).exit_code == 0
    assert json.loads(run("show", name, "--format", "json").stdout)["name"] == name


def test_show_twice_is_the_same() -> None:
    assert run("show", "fake_lima").stdout_bytes == run("show", "fake_lima").stdout_bytes


# The map.


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_map_is_drawn(folder: Path, ending: str) -> None:
    pytest.importorskip("matplotlib")
    result = run("show", "fake_guadalupe", "--map", f"map.{ending}")
    assert result.exit_code == 0
    assert f"map written to map.{ending}" in result.stderr
    data = (folder / f"map.{ending}").read_bytes()
    if ending == "svg":
        assert data.count(b"<!-- 0.9") >= 1  # the numbers stand in the picture, as comments beside their outlines
        assert b"readout error in %" in data
    else:
        assert data.startswith(b"\x89PNG")


def test_a_map_is_not_written_into_a_folder_that_is_not_there(folder: Path) -> None:
    pytest.importorskip("matplotlib")
    assert "there is no folder" in str(refused("show", "fake_manila", "--map", "nowhere/map.png"))


def test_a_map_with_dead_edges_and_without_any_error(folder: Path) -> None:
    pytest.importorskip("matplotlib")
    dead = small_calibration(gates={("cx", (0, 1)): {"error": 1.0}}, qubits={2: {"operational": False}})
    same = small_calibration(2, gates={("cx", pair): {"error": 0.0} for pair in ((0, 1), (1, 0))})
    for number, calibration in enumerate((dead, same, small_calibration(1))):
        save_snapshot(calibration, folder / f"{number}.json")
        assert run("show", f"{number}.json", "--map", f"{number}.svg").exit_code == 0
    assert b"stroke-dasharray" in (folder / "0.svg").read_bytes()


def test_the_map_needs_matplotlib_and_a_known_ending(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ending says the format" in str(refused("show", "fake_manila", "--map", "map.gif"))
    real = builtins.__import__

    def without_matplotlib(name: str, *rest: Any, **options: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without_matplotlib)
    error = refused("show", "fake_manila", "--map", "map.png")
    assert isinstance(error, MissingDependencyError)
    assert "hwcost[plot]" in str(error)


# save


def test_save_writes_the_default_place_once(folder: Path) -> None:
    for _ in range(2):
        result = run("save", "fake_manila")
        assert (result.exit_code, result.stdout) == (0, "fake_manila/2024-05-27.json\n")
    path = folder / "fake_manila" / "2024-05-27.json"
    assert load_snapshot(path).name == "fake_manila"
    assert run("save", path, "-o", "copy.json").exit_code == 0
    assert (folder / "copy.json").read_bytes() == path.read_bytes()
    assert "never changed" in str(refused("save", "fake_lima", "-o", path))


def test_a_saved_name_still_means_the_fake_provider(folder: Path) -> None:
    run("save", "fake_manila")
    assert json.loads(run("show", "fake_manila", "--format", "json").stdout)["source"] == "fake"


# import


TABLE = (
    "Qubit,T1 (us),T2 (us),Readout assignment error,√x (sx) error,ECR error\n"
    "0,250,120,0.01,2e-4,0_1:0.0074\n"
    "1,300,150,0.02,3e-4,0_1:0.0074\n"
)


def test_import_says_what_is_unknown_and_takes_it_from_options(folder: Path) -> None:
    name = "ibm_x_calibrations_2024-01-16T15_16_48Z.csv"
    (folder / name).write_text(TABLE, encoding="utf-8")
    result = run("import", name)
    assert result.stdout == "ibm_x/2024-01-16.json\n"
    unknown = result.stderr.splitlines()
    assert all(line.startswith("unknown: ") for line in unknown)
    for what in (
        "sx gates have no duration",
        "ecr gate has no duration",
        "no readout duration",
        "dt",
        "repetition delay",
    ):
        assert any(what in line for line in unknown), what
    options = ("--duration-1q", "60ns", "--duration-2q", "0.66 us", "--readout-duration", "1.4e-6")
    result = run("import", name, "-o", "x.json", "--rep-delay", "250us", "--dt", "0.5ns", "--name", "mine", *options)
    assert result.exit_code == 0
    assert result.stderr == ""
    loaded = load_snapshot(folder / "x.json")
    gate = loaded.gate("ecr", (0, 1))
    assert gate is not None
    assert (loaded.name, loaded.rep_delay_s, gate.duration_s) == ("mine", 250e-6, pytest.approx(660e-9))
    assert loaded.first_source == "csv"
    assert len(loaded.assumptions) == 6


def test_import_of_json_with_configuration(folder: Path) -> None:
    props, conf = small_ibm_json()
    (folder / "p.json").write_text(json.dumps(props))
    (folder / "c.json").write_text(json.dumps(conf))
    assert run("import", "p.json", "--config", "c.json").stdout == "ibm_small/2026-01-01.json\n"
    assert "is a configuration" in str(refused("import", "c.json"))


@pytest.mark.parametrize("text", ["60 parsec", "ns", "-5ns", "", "nan", "1e400x", "60n"])
def test_a_time_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / "x.csv").write_text(TABLE, encoding="utf-8")
    result = run("import", "x.csv", "--date", "2026-01-01", "--dt", text)
    assert result.exit_code == 2
    assert "is not a duration; use 60ns, 250us or seconds" in result.stderr


def test_a_unit_that_was_forgotten_is_refused(folder: Path) -> None:
    (folder / "x.csv").write_text(TABLE, encoding="utf-8")
    error = refused("import", "x.csv", "--duration-1q", "60")
    assert isinstance(error, OptionError)
    assert "duration_1q is 60.0 s" in str(error)


def test_a_file_without_date_needs_a_name_for_the_snapshot(folder: Path) -> None:
    (folder / "x.csv").write_text(TABLE, encoding="utf-8")
    assert "name the file to save it in with -o" in str(refused("import", "x.csv"))
    assert run("import", "x.csv", "--date", "2026-03-01").stdout == "x/2026-03-01.json\n"


# diff


def test_diff_as_text_and_json(folder: Path) -> None:
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    with (folder / "c.qpy").open("wb") as file:
        qpy.dump(circuit, file)
    text = run("diff", "fake_manila", "fake_lima", "--circuit", "c.qpy").stdout
    assert text.startswith("A: fake_manila, 2024-05-27")
    assert "QPU time" in text
    data = json.loads(run("diff", "fake_manila", "fake_lima", "--format", "json").stdout)
    assert (data["first"]["name"], data["second"]["name"]) == ("fake_manila", "fake_lima")
    assert "estimates" not in data


def test_a_snapshot_does_not_differ_from_its_source(folder: Path) -> None:
    run("save", "fake_manila", "-o", "x.json")
    assert "No value differs." in run("diff", "x.json", "fake_manila").stdout


# Mistakes.


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "nothing.json"),
        ("show", "fake_nothing"),
        ("show", "."),
        ("show", "./"),
        ("save", "fake_manila", "-o", "."),
        ("save", "fake_manila", "-o", "/dev/zero"),
        ("import", "fake_manila"),
        ("diff", "fake_manila", "nothing.csv"),
        ("diff", "fake_manila", "fake_lima", "--circuit", "nothing.qpy"),
        ("show", "x" * 5000 + ".json"),
    ],
)
def test_a_mistake_is_one_line(folder: Path, arguments: tuple[str, ...]) -> None:
    error = refused(*arguments)
    assert isinstance(error, InputError)
    assert len(str(error)) < 500


def test_a_folder_that_cannot_be_written_is_one_line(folder: Path) -> None:
    (folder / "file").write_text("x")
    error = refused("save", "fake_manila", "-o", "file/x.json")
    assert isinstance(error, CalibrationError)
    assert "cannot be written" in str(error)


def test_asking_for_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from hwcost.cli.calibration import command\n"
        "try: command.main(['import', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'qiskit', 'numpy', 'rich', 'matplotlib', 'hwcost.backend.prepared'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_save_takes_a_target_of_the_users_code_and_what_it_does_not_say(folder: Path) -> None:
    (folder / "my_trap.py").write_text(
        "from qiskit.circuit import Parameter\n"
        "from qiskit.circuit.library import Measure, RXGate, RZGate, RZZGate\n"
        "from qiskit.transpiler import Target\n"
        "a = Parameter('a')\n"
        "trap = Target(num_qubits=2, description='trap')\n"
        "for gate in (RXGate(a), RZGate(a), RZZGate(a), Measure()):\n"
        "    trap.add_instruction(gate)\n"
    )
    options = ["--duration-1q", "5us", "--duration-2q", "25us", "--error-2q", "0.002", "--t1", "60s", "--name", "mine"]
    result = run("save", "my_trap.py:trap", "-o", "trap.json", *options)
    assert result.exit_code == 0, result.stderr
    calibration = load_snapshot(folder / "trap.json")
    assert (calibration.name, calibration.first_source) == ("mine", "target")
    gate = calibration.gate("rzz", (1, 0))
    assert gate is not None
    assert (gate.duration_s, gate.error, calibration.qubits[1].t1_s) == pytest.approx((25e-6, 0.002, 60.0), rel=1e-12)
    assert any("25 µs a pulse for rzz" in line for line in calibration.assumptions)
