"""Files are written completely or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwcost.core.errors import OptionError
from hwcost.core.files import check_target, write_file, written_aside


def test_an_older_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "result"
    path.write_text("old")
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["result"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    link.symlink_to(real)
    write_file(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_what_never_gets_its_name_leaves_nothing(tmp_path: Path) -> None:
    with written_aside(tmp_path / "result", b"data") as temporary:
        assert temporary.read_bytes() == b"data"
    assert not list(tmp_path.iterdir())


def test_places_that_are_refused(tmp_path: Path) -> None:
    for path, message in (
        ("", "is empty"),
        (tmp_path, "not a regular file"),
        ("/dev/null", "not a regular file"),
        (tmp_path / "nowhere" / "x", "there is no folder"),
    ):
        with pytest.raises(OptionError, match=message):
            check_target(path)
