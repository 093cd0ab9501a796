"""`hwcost jobs`, called in-process: what goes to stdout, to stderr and into files."""

from __future__ import annotations

import csv
import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from hwcost.cli.jobs import command
from hwcost.core.errors import InputError, OptionError
from hwcost.jobs.profile_file import load_profile
from saved_jobs import C_CIRCUIT_S, T0_S, metrics, sampler_result, save, save_many

# click 8.1 mixes stderr into stdout unless told; from 8.2 on the option is gone.
SEPARATE = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}


def run(*arguments: object) -> Result:
    return CliRunner(**SEPARATE).invoke(command, [str(argument) for argument in arguments])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Sixty jobs of one device, 5 % noise; lines 12 and 31 are cancelled jobs."""
    rng = np.random.default_rng(8)
    rows: list[dict[str, Any]] = []
    for i in range(60):
        n, shots = int(rng.integers(1, 40)), int(rng.choice([1000, 4000, 20000]))
        seconds = (2.0 + n * shots * 260e-6) * float(np.exp(0.05 * rng.standard_normal()))
        rows.append(
            {
                "backend": "ibm_test",
                "num_circuits": n,
                "shots": shots,
                "total_circuit_duration_s": n * 10e-6,
                "rep_delay_s": 250e-6,
                "batch": f"b{i % 6}",
                "observed_s": 0.001 if i in (10, 29) else seconds,
            }
        )
    path = tmp_path / "jobs.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_fit_writes_a_profile_and_lists_what_it_left_out(table: Path, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    result = run("fit", table, "-o", path, "--name", "mine")
    assert result.exit_code == 0
    assert "Job-time profile mine" in result.stdout
    assert "2 rows left out" in result.stderr
    assert "line 12: 0.001 s" in result.stderr
    assert "line 31" in result.stderr
    profile = load_profile(path)
    assert (profile.name, profile.device, profile.num_jobs) == ("mine", "ibm_test", 58)
    assert [job.line for job in profile.left_out] == [12, 31]


def test_fit_twice_is_byte_identical(table: Path, tmp_path: Path) -> None:
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path in paths:
        assert run("fit", table, "-o", path).exit_code == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_fit_json_is_the_profile(table: Path) -> None:
    result = run("fit", table, "--format", "json", "--group-by", "batch", "--date", "2026-11", "--device", "elsewhere")
    data = json.loads(result.stdout)
    assert (data["num_groups"], data["date"], data["device"]) == (6, "2026-11", "elsewhere")


def test_score_json_has_the_keys(table: Path, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    run("fit", table, "-o", path)
    result = run("score", table, "--profile", path, "--format", "json")
    data = json.loads(result.stdout)
    assert {"median_relative_error", "r2", "spearman", "mae_s", "coverage", "num_jobs", "num_left_out"} <= set(data)
    assert (data["num_jobs"], data["num_left_out"]) == (58, 2)
    assert data["median_relative_error"] < 0.06
    assert data["r2"] > 0.98
    assert "2 rows left out" in result.stderr


def test_score_compares_with_the_usage_guide(table: Path) -> None:
    result = run("score", table, "--cross-validate", "--compare", "ibm_usage_guide", "--compare", "iqm")
    assert result.exit_code == 0
    assert "cross-validated fit" in result.stdout
    assert "ibm_usage_guide" in result.stdout
    assert "not on ibm_test" in result.stdout
    as_json = run("score", table, "--profile", "ibm", "--compare", "ibm_usage_guide", "--format", "json")
    assert [item["profile"] for item in json.loads(as_json.stdout)["compare"]] == ["ibm_usage_guide"]


def test_cross_validation_in_json(table: Path) -> None:
    result = run("score", table, "--cross-validate", "--group-by", "batch", "--min-circuits", "20", "--format", "json")
    data = json.loads(result.stdout)
    assert data["cross_validated"] is True
    assert data["num_groups"] == 6
    assert 0 < data["num_jobs"] < 58


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("score", "{table}"), "either --profile"),
        (("score", "{table}", "--profile", "ibm", "--cross-validate"), "either --profile"),
        (("score", "{table}", "--profile", "nowhere"), "no job-time profile 'nowhere'"),
        (("score", "{table}", "--profile", "ibm", "--min-circuits", "1000"), "no job of 1000"),
        (("fit", "{table}", "--group-by", "colour"), "no column colour"),
        (("fit", "{table}", "-o", "{table}/x.json"), "there is no folder"),
        (("fit", "{table}.none"), "no such file"),
    ],
)
def test_mistakes_are_input_errors_of_one_line(arguments: tuple[str, ...], message: str, table: Path) -> None:
    result = run(*(argument.format(table=table) for argument in arguments))
    assert isinstance(result.exception, InputError | OptionError)
    assert message in str(result.exception)
    assert "\n" not in str(result.exception)
    assert result.stdout == ""


def test_help_is_fast_to_load() -> None:
    code = "import sys, hwcost.cli.jobs; sys.exit(any(name in sys.modules for name in ('numpy', 'scipy', 'qiskit')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    for arguments in ((), ("fit",), ("score",)):
        result = run(*arguments, "--help")
        assert result.exit_code == 0
        assert "Usage" in result.stdout


# --- collect ---------------------------------------------------------------------------------------------------------


def test_collect_then_fit_finds_the_planted_constants(tmp_path: Path) -> None:
    folder, table, profile = save_many(tmp_path / "saved"), tmp_path / "jobs.csv", tmp_path / "p.json"
    collected = run("collect", folder, "--clock", "execution_span", "-o", table)
    assert collected.exit_code == 0
    assert "40 jobs, 0 left out, clock execution_span" in collected.stdout
    assert run("fit", table, "-o", profile).exit_code == 0
    fitted = {parameter.name: parameter.value for parameter in load_profile(profile).parameters}
    assert fitted == pytest.approx({"t0": T0_S, "c_circuit": C_CIRCUIT_S}, rel=1e-3)
    assert load_profile(profile).device == "ibm_planted"


def test_collect_lists_what_gives_no_row(tmp_path: Path) -> None:
    save(tmp_path / "a.json", {"job_id": "a", "result": sampler_result((2, 10), seconds=3.0)})
    save(tmp_path / "b.json", metrics(4))
    (tmp_path / "c.pkl").write_bytes(b"\x80\x04.")
    result = run(
        "collect",
        tmp_path,
        "--format",
        "json",
        "-o",
        tmp_path / "jobs.csv",
        "--rep-delay",
        "1ms",
        "--clock",
        "execution_span",
    )
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    assert [job["rep_delay_s"] for job in data["jobs"]] == [0.001]
    reasons = " ".join(item["reason"] for item in data["left_out"])
    assert "no execution_span (clocks known: quantum_seconds)" in reasons
    assert "is a pickle" in reasons
    assert result.stderr.count("left out: ") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give either files and folders, or --live"),
        (("a.json", "--live"), "give either files and folders, or --live"),
        (("a.json", "--since", "2026-03-01"), "--since belongs to --live"),
        (("a.json", "--clock", "wall"), "clock is 'wall'; choose from"),
        (("a.json", "-o", "a.json"), "--output a.json would overwrite an input file"),
        (("none.json",), "none.json: no such file or folder"),
        (("--live", "--since", "yesterday"), "is not a date"),
    ],
)
def test_collect_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "a.json", {"job_id": "a", "result": sampler_result((2, 10), seconds=3.0)})
    before = (tmp_path / "a.json").read_bytes()
    result = run("collect", *arguments)
    assert isinstance(result.exception, InputError)
    assert message in str(result.exception)
    assert (tmp_path / "a.json").read_bytes() == before


def test_collect_overwrites_nothing_in_a_folder_that_it_reads(tmp_path: Path) -> None:
    path = save(tmp_path / "a.json", {"job_id": "a", "result": sampler_result((2, 10), seconds=3.0)})
    result = run("collect", tmp_path, "-o", path, "--force")
    assert isinstance(result.exception, OptionError)
    assert "would overwrite an input file" in str(result.exception)
