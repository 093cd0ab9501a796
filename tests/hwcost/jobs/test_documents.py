"""Files of saved jobs: which are read, and what they are called."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from hwcost.core.errors import InputError
from hwcost.jobs import documents
from hwcost.jobs.documents import is_read_from, job_name, read_documents


@pytest.mark.parametrize(
    ("name", "job"),
    [
        ("d1-result.json", "d1"),
        ("d1_metrics.json", "d1"),
        ("job-d1-info.json", "d1"),
        ("d1/result.json", "d1"),
        ("d1.json", "d1"),
        ("result.json", "result"),
    ],
)
def test_names_of_jobs(name, job):
    assert job_name(Path(name)) == job


def test_folders_lists_and_files_given_twice(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.json").write_text("[1, 2]")
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("no")
    found, unread = read_documents([tmp_path, tmp_path / "a.json"])
    assert [(item.key, item.content) for item in found] == [("a", {}), ("x[0]", 1), ("x[1]", 2)]
    assert unread == []


def test_files_that_are_not_read(tmp_path, monkeypatch):
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.pkl").write_bytes(b"anything")
    (tmp_path / "c.json").write_bytes(pickle.dumps({"a": 1}))
    (tmp_path / "d.json").write_text("[" * 100_000)
    (tmp_path / "e.json").write_text("1" * 200)
    os.mkfifo(tmp_path / "f.json")
    monkeypatch.setattr(documents, "MAX_FILE_BYTES", 150_000)
    (tmp_path / "g.json").write_text(" " * 200_000)
    found, unread = read_documents([tmp_path])
    assert [item.key for item in found] == ["e"]
    reasons = {Path(item.where).name: item.reason for item in unread}
    assert "not JSON" in reasons["a.json"]
    assert "not JSON" in reasons["d.json"]
    assert all("is a pickle" in reasons[name] and "RuntimeEncoder" in reasons[name] for name in ("b.pkl", "c.json"))
    assert "not a regular file" in reasons["f.json"]
    assert "larger than" in reasons["g.json"]


def test_nothing_there(tmp_path):
    with pytest.raises(InputError, match="no such file or folder"):
        read_documents([tmp_path / "none.json"])
    with pytest.raises(InputError, match="no JSON files in this folder"):
        read_documents([tmp_path])


def test_files_that_a_folder_gives(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.json").write_text("{}")
    assert is_read_from(tmp_path, tmp_path / "a" / "b.json")
    assert not is_read_from(tmp_path, tmp_path / "a" / "c.json")
    assert not is_read_from(tmp_path / "x", tmp_path / "a" / "b.json")
