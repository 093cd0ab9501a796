"""The door for files: regular ones up to a size, and one line for everything else."""

from __future__ import annotations

import os

import pytest

from hwcost.core.errors import CircuitError, InputError
from hwcost.core.reading import read_file


def test_a_file_and_a_link_to_it_are_read(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    (tmp_path / "link").symlink_to(path)
    for name in (path, str(path), tmp_path / "link"):
        assert read_file(name, what="table", limit_bytes=5) == b"12345"


def test_one_byte_too_many(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * (2**10 + 1))
    with pytest.raises(InputError, match="larger than 1 KiB, too large for a table"):
        read_file(path, what="table", limit_bytes=2**10)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CircuitError, match="not a regular file"):
        read_file(tmp_path / "pipe", what="circuit", limit_bytes=5, error=CircuitError)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no such device here")
def test_a_device_is_not_read():
    with pytest.raises(InputError, match="not a regular file"):
        read_file("/dev/zero", what="table", limit_bytes=5)


@pytest.mark.parametrize(
    ("name", "message"), [("none", "no such file"), (".", "is a directory"), ("a\0b", "cannot be opened")]
)
def test_what_cannot_be_read_is_said_in_one_line(tmp_path, name, message):
    with pytest.raises(InputError, match=message) as caught:
        read_file(f"{tmp_path}/{name}", what="table", limit_bytes=5)
    assert "\n" not in str(caught.value)
