"""Jobs that were sent, noted in the folder of a run."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter

from nas.core.errors import RunError
from nas.results.live_store import FOLDER, LiveKey, LiveRecord, check_kept, keep, unread, work_digest

KEY = LiveKey(
    device="ibm_fez", member=1, architecture="ab", part="test", num_samples=5, shots=10, seed=0, optimization_level=2,
    num_seeds=4,
)  # fmt: skip
RECORD = LiveRecord(
    key=KEY, job_ids=("d1abc-2_X", "other"), circuits=(3, 2), state="sent", sent="2026-03-01T12:00:00+00:00",
    max_time_s=60.0, predicted_s=(5.0, 4.0, 7.5), nominal=0.9, work_sha256="cd", calibration="{}",
)  # fmt: skip


@pytest.fixture
def run(tmp_path):
    check_kept(tmp_path)
    return tmp_path


def test_what_was_sent_is_found_until_it_is_read(run):
    assert unread(run, KEY) is None
    keep(run, replace(RECORD, state="sending", job_ids=("d1abc-2_X",)))
    assert unread(run, KEY) is None
    keep(run, RECORD)
    assert unread(run, KEY) == RECORD
    assert [path.name for path in (run / FOLDER).iterdir()] == ["d1abc-2_X.json"]
    for state in ("read", "failed"):
        keep(run, replace(RECORD, state=state))
        assert unread(run, KEY) is None


def test_only_the_same_call_finds_it_and_the_newest_of_several(run):
    keep(run, RECORD)
    for change in ({"device": "ibm_x"}, {"member": 2}, {"part": "validation"}, {"shots": 11}, {"seed": 1}):
        assert unread(run, replace(KEY, **change)) is None
    newer = replace(RECORD, job_ids=("a", "b"), sent="2026-03-02T12:00:00+00:00")
    keep(run, newer)
    assert unread(run, KEY) == newer


@pytest.mark.parametrize("job_id", ["../../away", "a/b", "", "x" * 300, "\x1b[2J"])
def test_an_identifier_cannot_name_another_place(run, job_id):
    made = replace(RECORD, job_ids=(job_id, "other"))
    keep(run, made)
    assert unread(run, KEY) == made
    assert [path.name for path in run.iterdir()] == [FOLDER]


def test_a_place_that_is_taken(tmp_path, capsys):
    (tmp_path / FOLDER).write_text("")
    with pytest.raises(RunError, match=FOLDER):
        check_kept(tmp_path)
    keep(tmp_path, RECORD)  # it is at IBM already: nothing may keep its results from being read
    assert capsys.readouterr().err.startswith("nas: jobs could not be noted in the run's folder")


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "nas.device-jobs/9"}, {"key": None}, {"key": {}}, {"job_ids": []}, {"job_ids": [1, 2]},
        {"circuits": [3]},
        {"circuits": [3, True]}, {"state": "gone"}, {"job_ids": ["one"]}, {"max_time_s": None}, {"predicted_s": [1, 2]},
        {"predicted_s": "abc"}, {"sent": 3}, {"calibration": None}, {"nominal": "much"},
    ],
)  # fmt: skip
def test_a_damaged_file_is_one_line(run, change):
    keep(run, RECORD)
    file = run / FOLDER / RECORD.file()
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(RunError, match=r"d1abc-2_X\.json: damaged .*; move it elsewhere to send new jobs") as caught:
        unread(run, KEY)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"[" * 100_000, b"null"])
def test_what_is_no_record_is_one_line(run, content):
    (run / FOLDER / "a.json").write_bytes(content)
    with pytest.raises(RunError, match=r"a\.json"):
        unread(run, KEY)


def test_other_circuits_and_values_have_other_digests():
    def circuit(gate="sx", qubit=0, scale=1.0):
        made = QuantumCircuit(2, 1)
        getattr(made, gate)(qubit)
        made.rz(scale * Parameter("x"), 0)
        made.measure(0, 0)
        return made

    values = np.array([[0.5]])
    digests = {
        work_digest(circuit(), values),
        work_digest(circuit("x"), values),
        work_digest(circuit(qubit=1), values),
        work_digest(circuit(scale=2.0), values),
        work_digest(circuit(), values + 1e-16 + 1e-9),
        work_digest(circuit(), np.array([[0.5], [0.5]])),
    }
    assert len(digests) == 6
    assert work_digest(circuit(), values) == work_digest(circuit(), values.copy())
