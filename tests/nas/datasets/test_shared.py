"""Arrays that processes share: equal in all of them, in the same memory, gone at the end."""

from __future__ import annotations

import multiprocessing
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from nas.core.forked import forked_context
from nas.datasets import shared as module
from nas.datasets.shared import ArrayParts, SharedArrays

CONTEXTS = {"fork server": forked_context(), "spawn": multiprocessing.get_context("spawn")}


def made():
    pieces = (np.full((2, 3), float(number)) for number in range(4))
    return SharedArrays(
        [
            ArrayParts.of(np.arange(5, dtype=np.uint8)),
            ArrayParts(shape=(8, 3), dtype=np.dtype(np.float32), parts=pieces),
            ArrayParts.of(np.arange(6).reshape(2, 3)),
        ]
    )


def check(arrays):
    numbers, pieces, table = arrays
    assert numbers.tolist() == [0, 1, 2, 3, 4]
    assert (pieces.dtype, pieces.shape) == (np.float32, (8, 3))
    assert pieces[:, 0].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert table.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_arrays_are_as_written():
    with_all = made()
    check(with_all.arrays())
    with_all.close()


def test_arrays_outlive_the_file():
    shared = made()
    arrays = shared.arrays()
    shared.close()
    check(arrays)


def test_what_one_writes_nobody_else_sees():
    shared = made()
    shared.arrays()[1][:] = -1.0
    check(shared.arrays())
    shared.close()


def test_each_array_begins_at_a_line_of_the_cache():
    shared = made()
    assert all(array.ctypes.data % 64 == 0 for array in shared.arrays())
    shared.close()


def test_on_disk_where_the_system_has_no_files_in_memory(monkeypatch, tmp_path):
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    shared = made()
    check(shared.arrays())
    assert list(tmp_path.iterdir()) == []  # it has no name
    shared.close()


def look(shared, pipe):
    arrays = shared.arrays()
    inode = next(line.split()[4] for line in Path("/proc/self/maps").read_text().splitlines() if "memfd:nas" in line)
    pipe.send(([array.tolist() for array in arrays], inode))


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs Linux")
@pytest.mark.parametrize("name", CONTEXTS)
def test_another_process_reads_the_same_memory(name, monkeypatch):
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join(filter(None, [str(Path(__file__).parent), os.getenv("PYTHONPATH")]))
    )
    shared = made()
    expected = [array.tolist() for array in shared.arrays()]
    inode = os.fstat(shared._file.fileno()).st_ino
    ours, theirs = CONTEXTS[name].Pipe()
    process = CONTEXTS[name].Process(target=look, args=(shared, theirs))
    process.start()
    found, there = ours.recv()
    process.join()
    assert (found, int(there)) == (expected, inode)
    shared.close()


def test_it_is_pickled_only_for_a_new_process_and_by_a_process_that_has_it_open():
    shared = made()
    shared.close()
    with pytest.raises(ValueError, match="closed file"):
        pickle.dumps(shared)


def test_no_room_is_an_error(monkeypatch):
    class Full:
        def truncate(self, size):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_nameless_file", Full)
    with pytest.raises(OSError, match="No space left"):
        made()
