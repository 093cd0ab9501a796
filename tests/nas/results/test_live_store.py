"""Jobs that were sent, noted in the folder of a run."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from nas.core.errors import RunError
from nas.results.live_store import FOLDER, SentJobRecord, check_kept, keep_job

JOB = SentJobRecord(
    job_id="d1abc-2_X", device="ibm_fez", sent="2026-03-01T12:00:00+00:00", member=1, architecture="ab", part="test",
    first_sample=0, num_circuits=3, shots=10, max_time_s=60,
)  # fmt: skip


def test_a_job_is_a_file_under_its_identifier(tmp_path):
    check_kept(tmp_path)
    check_kept(tmp_path)
    keep_job(tmp_path, JOB)
    keep_job(tmp_path, replace(JOB, job_id="other"))
    assert sorted(path.name for path in (tmp_path / FOLDER).iterdir()) == ["d1abc-2_X.json", "other.json"]
    plain = json.loads((tmp_path / FOLDER / "d1abc-2_X.json").read_text())
    assert plain["schema"] == "nas.device-job/1"
    assert plain["max_time_s"] == 60


@pytest.mark.parametrize("job_id", ["../../away", "a/b", "", "x" * 300, "\x1b[2J"])
def test_an_identifier_cannot_name_another_place(tmp_path, job_id):
    check_kept(tmp_path)
    keep_job(tmp_path, replace(JOB, job_id=job_id))
    (file,) = (tmp_path / FOLDER).iterdir()
    assert json.loads(file.read_text())["job_id"] == job_id
    assert [path.name for path in tmp_path.iterdir()] == [FOLDER]


def test_a_place_that_is_taken(tmp_path, capsys):
    (tmp_path / FOLDER).write_text("")
    with pytest.raises(RunError, match=FOLDER):
        check_kept(tmp_path)
    keep_job(tmp_path, JOB)  # it is at IBM already: nothing may keep its results from being read
    assert capsys.readouterr().err.startswith("nas: job d1abc-2_X could not be noted in the run's folder")
