"""Batches of CIFAR-10: both versions, and files that are none, of which nothing is run."""

from __future__ import annotations

import os
import pickle
import pickletools
import struct

import numpy as np
import pytest

from nas.core.errors import DataError
from nas.datasets.batches import PIXELS, read_cifar_batch

RNG = np.random.default_rng(1)
IMAGES = RNG.integers(0, 256, (6, PIXELS), dtype=np.uint8)
LABELS = [0, 9, 3, 3, 1, 2]


def published(images=IMAGES, labels=LABELS, protocol=2):
    """A batch as Python 2 pickled it: names are bytes."""
    return pickle.dumps({b"data": images, b"labels": labels, b"batch_label": b"training batch"}, protocol=protocol)


def read(tmp_path, content, name="data_batch_1"):
    (tmp_path / name).write_bytes(content)
    return read_cifar_batch(tmp_path / name)


@pytest.mark.parametrize("content", ["python 2", 3, 4])
def test_a_pickled_batch_is_read_as_it_was_written(tmp_path, content):
    # Python 3 writes bytes by a call below protocol 3; the published batches are of Python 2.
    images, labels = read(tmp_path, _as_python_2() if content == "python 2" else published(protocol=content))
    assert images.tobytes() == IMAGES.tobytes()
    assert labels.tolist() == LABELS


def _as_python_2():
    """The opcodes of Python 2: BINSTRING for names and pixels."""

    def text(data):
        return b"T" + struct.pack("<i", len(data)) + data

    kind = (
        b"cnumpy\ndtype\n"
        + text(b"u1")
        + b"K\x00K\x01\x87R(K\x03"
        + text(b"|")
        + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    )
    shape = b"K" + bytes([len(IMAGES)]) + b"M" + struct.pack("<H", PIXELS) + b"\x86"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + text(b"b") + b"\x87R"
    array += b"(K\x01" + shape + kind + b"\x89" + text(IMAGES.tobytes()) + b"tb"
    labels = b"](" + b"".join(b"K" + bytes([label]) for label in LABELS) + b"e"
    return b"\x80\x02}(" + text(b"data") + array + text(b"labels") + labels + b"u."


def test_a_binary_batch_is_read(tmp_path):
    rows = np.concatenate([np.array(LABELS, dtype=np.uint8)[:, None], IMAGES], axis=1)
    images, labels = read(tmp_path, rows.tobytes(), "data_batch_1.bin")
    assert images.tobytes() == IMAGES.tobytes()
    assert labels.tolist() == LABELS
    with pytest.raises(DataError, match="no whole number of images"):
        read(tmp_path, rows.tobytes()[:-1], "data_batch_1.bin")


class Evil:
    def __reduce__(self):
        return os.mkdir, ("ran",)


@pytest.mark.parametrize("protocol", range(6))
def test_nothing_in_a_file_is_run(tmp_path, monkeypatch, protocol):
    monkeypatch.chdir(tmp_path)
    for content in (Evil(), {b"data": Evil(), b"labels": LABELS}, [Evil()]):
        with pytest.raises(DataError, match=r"it asks for [\w.]+, which no batch of images needs"):
            read(tmp_path, pickle.dumps(content, protocol=protocol))
    assert not (tmp_path / "ran").exists()


def test_names_of_this_module_and_of_numpy_give_nothing_away(tmp_path):
    for module, name in (
        ("builtins", "eval"),
        ("numpy", "load"),
        ("numpy.core.multiarray", "fromfile"),
        ("os", "system"),
    ):
        content = b"c" + module.encode() + b"\n" + name.encode() + b"\n."
        with pytest.raises(DataError, match="it asks for"):
            read(tmp_path, content)


def test_a_memo_of_the_largest_number_takes_no_memory(tmp_path):
    with pytest.raises(DataError):
        read(tmp_path, b"\x80\x02Nr\xff\xff\xff\xff.")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x02",
        b"nonsense",
        pickle.dumps([1, 2]),
        published(labels=[0, 1]),
        published(labels=[10] * 6),
        published(labels=["a"] * 6),
        published(images=IMAGES[:, :10]),
        published(images=IMAGES.astype(np.int32)),
        published(images=np.asfortranarray(IMAGES), protocol=4),
        published(protocol=4)[:-100],
    ],
)
def test_what_is_no_batch_is_one_line(tmp_path, content):
    with pytest.raises(DataError) as error:
        read(tmp_path, content)
    assert str(error.value).isprintable()
    assert "data_batch_1" in str(error.value)


def test_the_opcodes_of_the_made_file_are_those_of_python_2():
    names = {opcode.name for opcode, _, _ in pickletools.genops(_as_python_2())}
    assert {"BINSTRING", "GLOBAL", "BUILD"} <= names
    assert pickle.loads(_as_python_2(), encoding="bytes")[b"data"].tobytes() == IMAGES.tobytes()
