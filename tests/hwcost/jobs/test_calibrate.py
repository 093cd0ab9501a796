"""Profiles shifted to a few jobs."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hwcost.cli.jobs import command
from hwcost.core.errors import InputError
from hwcost.jobs.calibrate import calibrate_job_time
from hwcost.jobs.predict import predict
from hwcost.jobs.profile_file import load_profile
from hwcost.jobs.size import JobSize

JOB = {"num_circuits": 3, "shots": 1000, "rep_delay_s": 250e-6}


def test_five_jobs_shift_a_profile_and_one_slow_one_does_not() -> None:
    rows = [JOB | {"backend": "ibm_x", "observed_s": t} for t in (2.5, 2.52, 2.48, 2.51, 9.0)]
    profile = calibrate_job_time(rows, "ibm-heron")
    job = predict(profile, JobSize(device="ibm_x", **JOB))  # type: ignore[arg-type]
    assert job.value_s == pytest.approx(2.5, rel=0.05)
    assert job.low_s < 2.48
    assert job.high_s > 5.0
    assert any("slow job" in note for note in profile.notes)
    assert profile.clock == "execution_span"


def test_several_devices_are_refused() -> None:
    rows = [JOB | {"backend": name, "observed_s": 2.5} for name in ("a", "b")]
    with pytest.raises(InputError, match="several devices"):
        calibrate_job_time(rows, "ibm-heron")


def test_the_command_writes_a_profile(tmp_path: Path) -> None:
    table, path = tmp_path / "jobs.csv", tmp_path / "mine.json"
    table.write_text("backend,num_circuits,shots,rep_delay_s,observed_s\nibm_x,3,1000,0.00025,2.5\n")
    result = CliRunner().invoke(command, ["calibrate", str(table), "--from", "ibm-heron", "-o", str(path)])
    assert result.exit_code == 0, result.output
    assert load_profile(path).device == "ibm_x"
