"""What a command must not overwrite."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hwcost.core.errors import OptionError
from hwcost.core.files import check_target, write_file, write_files
from hwcost.core.guard import current, guarded, note_input

OURS = b'{"schema": "hwcost.estimate/1"}'


def test_without_a_guard_everything_named_is_replaced(tmp_path: Path) -> None:
    note_input(tmp_path)
    (tmp_path / "a").write_bytes(b"mine")
    write_file(tmp_path / "a", OURS)
    assert (tmp_path / "a").read_bytes() == OURS
    assert current() is None


def test_inputs_under_every_name_are_kept_whatever_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(OURS)
    (tmp_path / "soft").symlink_to(path)
    os.link(path, tmp_path / "hard")
    with guarded([path], force=True), guarded():
        for name in ("a", "soft", "hard"):
            with pytest.raises(OptionError, match="would overwrite an input file"):
                write_file(tmp_path / name, OURS)
    write_file(path, b"new")


def test_only_the_same_kind_of_ours_is_replaced(tmp_path: Path) -> None:
    for name, content in {"empty": b"", "ours": OURS, "theirs": b"{}", "run": b'{"schema": "nas.run/1"}'}.items():
        (tmp_path / name).write_bytes(content)
    with guarded(force=False):
        for name in ("empty", "ours", "new"):
            write_file(tmp_path / name, OURS)
        for name in ("theirs", "run"):
            with pytest.raises(OptionError, match="--force"):
                write_file(tmp_path / name, OURS)
            with pytest.raises(OptionError):
                check_target(tmp_path / name, ("report",))
    with guarded(), pytest.raises(OptionError, match="choose another name$"):
        write_file(tmp_path / "theirs", OURS)
    with guarded(force=True):
        write_file(tmp_path / "theirs", OURS)


def test_several_files_are_replaced_together_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(OURS)
    (tmp_path / "stale").write_bytes(OURS)
    (tmp_path / "other").write_bytes(b"mine")
    calls = []

    def second_fails(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", second_fails)
    with pytest.raises(OSError, match="No space left"):
        write_files(tmp_path, {"a": b"1", "b": b"2"}, stale=("stale", "other"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "other", "stale"]
    assert (tmp_path / "a").read_bytes() == OURS
    write_files(tmp_path, {"a": b"1", "b": b"2"}, stale=("stale", "other"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "other"]
    assert (tmp_path / "other").read_bytes() == b"mine"
