"""Samples from IDX and NPZ files; good ones, damaged ones and hostile ones."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sets import NUM_TEST, NUM_TRAINING, SIDE, image_arrays, refusal, write_idx_files
from nas.datasets import binary as dataset_files
from nas.datasets.binary import IDX_FILES, idx_bytes, read_idx
from nas.datasets.dataset import load_dataset

# IDX


def test_an_idx_file_worked_by_hand(tmp_path):
    # Two zero bytes, 8 for bytes, 2 axes of lengths 2 and 3, six values.
    path = tmp_path / "small"
    path.write_bytes(bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255]))
    assert read_idx(path).tolist() == [[1, 2, 3], [4, 5, 255]]
    # 0x0B: 16-bit numbers in big-endian order; 0x0102 = 258.
    path.write_bytes(bytes([0, 0, 0x0B, 1, 0, 0, 0, 1, 1, 2]))
    assert read_idx(path).tolist() == [258]


@given(st.integers(0, 2**32 - 1))
def test_what_is_written_as_idx_is_read_again(seed):
    array = np.random.default_rng(seed).integers(0, 256, (3, 2, 4), dtype=np.uint8)
    assert idx_bytes(array)[16:] == array.tobytes()
    with io.BytesIO(idx_bytes(array)) as file:
        assert struct.unpack(">4B3I", file.read(16)) == (0, 0, 8, 3, 3, 2, 4)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("inner", ["", "raw", "MNIST/raw", "mnist"])
def test_the_files_of_mnist_wherever_other_libraries_put_them(tmp_path, suffix, inner):
    arrays = image_arrays()
    write_idx_files(tmp_path / inner, arrays, suffix=suffix)
    data = load_dataset("mnist", folder=tmp_path)
    assert data.features.dtype == np.uint8
    assert np.array_equal(data.features[:NUM_TRAINING].reshape(-1, SIDE, SIDE), arrays[0])
    assert data.split.has_official_test
    assert data.split.test.tolist() == list(range(NUM_TRAINING, NUM_TRAINING + NUM_TEST))
    assert np.array_equal(data.test_part()[1], arrays[3])
    assert data.scaling.kind == "global"
    assert data.feature_names[0] == "pixel1"


def test_the_names_of_kaggle_and_a_folder_without_a_name(tmp_path):
    folder = write_idx_files(tmp_path / "letters", image_arrays(), rename=lambda name: name.replace("-idx", ".idx"))
    data = load_dataset(folder)
    assert data.name == "letters"
    assert len(data.split.test) == NUM_TEST


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "begins with nothing"),
        (b"\0\0\x08", "begins with 000008"),
        (b"PK\x03\x04", "not an IDX file"),
        (bytes([0, 0, 7, 1, 0, 0, 0, 1, 1]), "not an IDX file"),
        (bytes([0, 0, 8, 0]), "not an IDX file"),
        (bytes([0, 0, 8, 2, 0, 0]), "cut short within its head"),
        (bytes([0, 0, 8, 1, 0, 0, 0, 5, 1, 2]), "5 bytes, the file has 2"),
        (bytes([0, 0, 8, 1, 0, 0, 0, 1, 1, 2]), "1 bytes, the file has more"),
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, "at most"),
        (gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 1, 1]), mtime=0)[:-4], "damaged"),
        (b"\x1f\x8b" + b"\0" * 30, "damaged"),
        (gzip.compress(bytes([0, 0, 8, 3]) + b"\xff" * 12 + b"\0" * 10**6, mtime=0), "at most"),
        (idx_bytes(np.zeros((NUM_TRAINING - 1, SIDE, SIDE), dtype=np.uint8)), "labels of shape (40,)"),
        (idx_bytes(np.zeros((NUM_TRAINING, SIDE, 2), dtype=np.uint8)), "must be the same"),
        (idx_bytes(np.zeros(NUM_TRAINING, dtype=np.uint8)), "samples of shape (40,)"),
    ],
)
def test_idx_files_that_are_damaged_or_lie(tmp_path, content, message):
    folder = write_idx_files(tmp_path, image_arrays())
    (folder / IDX_FILES[0]).write_bytes(content)
    assert message in refusal("mnist", folder=folder)


def test_missing_files_are_named(tmp_path):
    assert "no files of MNIST there; put train-images-idx3-ubyte" in refusal("mnist", folder=tmp_path)
    write_idx_files(tmp_path, image_arrays())
    (tmp_path / IDX_FILES[3]).unlink()
    assert "no t10k-labels-idx1-ubyte (with or without .gz)" in refusal("mnist", folder=tmp_path)
    (tmp_path / IDX_FILES[3]).mkdir()
    assert "no t10k-labels-idx1-ubyte" in refusal(tmp_path)


# NPZ


def save_npz(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_npz_files_with_and_without_a_test_part(tmp_path):
    arrays = dict(zip(dataset_files.NPZ_KEYS, image_arrays(), strict=True))
    folder = write_idx_files(tmp_path / "idx", image_arrays())
    save_npz(tmp_path / "mnist.npz", **arrays)
    from_npz = load_dataset("mnist", folder=tmp_path)
    assert from_npz.sha256 == load_dataset("mnist", folder=folder).sha256
    own = load_dataset(save_npz(tmp_path / "own.npz", X=np.arange(30.0).reshape(15, 2), Y=["u", "v", "w"] * 5))
    assert (own.name, own.class_names, own.scaling.kind) == ("own", ("u", "v", "w"), "standard")
    assert not own.split.has_official_test


class Evil:
    def __reduce__(self):
        return (print, ("executed",))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"a": np.zeros((4, 2))}, "no array x, y; found a"),
        ({"x_train": np.zeros((4, 2))}, "no array y_train, x_test, y_test"),
        ({"x": np.zeros((4, 2)), "y": np.zeros(3)}, "4 samples but 3 labels"),
        ({"x": np.zeros((4, 2), dtype=complex), "y": np.arange(4) % 2}, "complex128"),
        ({"x": np.array([Evil()] * 4), "y": np.arange(4)}, "holds an array of object"),
    ],
)
def test_npz_files_that_do_not_fit(tmp_path, arrays, message, capsys):
    path = tmp_path / "data.npz"
    with path.open("wb") as file:
        np.savez(file, **arrays)
    assert message in refusal(path)
    assert capsys.readouterr().out == ""


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["f2", "f4", ">f8", "g"])
def test_labels_may_be_floats_of_any_kind(tmp_path, kind):
    labels = np.array([0, 1, 2] * 5, dtype=kind)
    path = save_npz(tmp_path / "data.npz", x=np.arange(30.0).reshape(15, 2), y=labels)
    assert load_dataset(path).class_names == ("0", "1", "2")
    path = save_npz(tmp_path / "data.npz", x=np.arange(30.0).reshape(15, 2), y=labels + np.array(0.5, dtype=kind))
    assert "whole numbers or text are needed" in refusal(path)


def test_npz_files_that_are_none(tmp_path, monkeypatch):
    path = tmp_path / "data.npz"
    path.write_bytes(b"not a zip file")
    assert "not an NPZ file of numbers" in refusal(path)
    path.write_bytes(save_npz(tmp_path / "good.npz", x=np.zeros((50, 9)), y=np.arange(50) % 2).read_bytes()[:200])
    assert "not an NPZ file of numbers" in refusal(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00\x10\x00not a header    ")
        archive.writestr("y.npy", b"")
    assert "not an array of NumPy" in refusal(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x.npy", "w") as file:
        file.write(b"\0" * 2**22)
    assert path.stat().st_size < 2**13
    monkeypatch.setattr(dataset_files, "MAX_ARRAY_BYTES", 2**20)
    assert "unpacks to 4,194,304 bytes; at most 1,048,576 are read" in refusal(path)
