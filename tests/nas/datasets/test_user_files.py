"""Data sets from the user's own files, by the names that they are published under."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from data_sets import refusal
from nas.cli import main
from nas.datasets.binary import idx_bytes
from nas.datasets.dataset import load_dataset
from nas.datasets.user_files import CIFAR_CLASSES, EMNIST_CLASSES, USER_SETS

RNG = np.random.default_rng(2)


def write_cifar(folder, per_batch=20):
    folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    for name in (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"):
        labels = np.arange(per_batch, dtype=np.uint8) % 10
        rows[name] = np.concatenate([labels[:, None], RNG.integers(0, 256, (per_batch, 3072), dtype=np.uint8)], axis=1)
        (folder / f"{name}.bin").write_bytes(rows[name].tobytes())
    return rows


def write_svhn(folder, counts=(40, 20), **changes):
    from scipy.io import savemat

    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for name, count in zip(("train_32x32.mat", "test_32x32.mat"), counts, strict=True):
        images = RNG.integers(0, 256, (32, 32, 3, count), dtype=np.uint8)
        labels = (np.arange(count, dtype=np.uint8) % 10 + 1)[:, None]
        made[name] = {"X": images, "y": labels, **changes}
        savemat(folder / name, made[name], do_compression=True)
    return made


def write_emnist(folder, suffix=""):
    folder.mkdir(parents=True, exist_ok=True)
    images = RNG.integers(0, 256, (94, 28, 28), dtype=np.uint8)
    labels = np.arange(94, dtype=np.uint8) % 47
    for part in ("train", "test"):
        for what, array in (("images-idx3-ubyte", images), ("labels-idx1-ubyte", labels)):
            data = idx_bytes(array)
            path = folder / f"emnist-balanced-{part}-{what}{suffix}"
            path.write_bytes(gzip.compress(data) if suffix else data)
    return images


def test_cifar_10(tmp_path):
    rows = write_cifar(tmp_path / "cifar-10-batches-bin")
    data = load_dataset("cifar-10", folder=tmp_path)
    assert (data.num_features, data.class_names) == (3072, CIFAR_CLASSES)
    assert len(data.split.test) == 20
    assert data.features[100:].tobytes() == np.ascontiguousarray(rows["test_batch"][:, 1:]).tobytes()
    (tmp_path / "cifar-10-batches-bin" / "data_batch_3.bin").unlink()
    assert "no data_batch_3; put them there" in refusal("cifar-10", folder=tmp_path)


def test_svhn(tmp_path):
    pytest.importorskip("scipy")
    made = write_svhn(tmp_path)
    data = load_dataset("svhn", folder=tmp_path)
    assert (data.num_features, data.num_classes, len(data.split.test)) == (3072, 10, 20)
    first = made["train_32x32.mat"]
    assert data.features[7].tobytes() == np.ascontiguousarray(first["X"][:, :, :, 7]).tobytes()
    assert data.labels[:11].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]  # 10 is the digit 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"X": np.zeros((8, 8, 3, 40), dtype=np.uint8)}, "images uint8"),
        ({"X": np.zeros((32, 32, 3, 40))}, "X is double"),
        ({"y": np.zeros((3, 1))}, "y has not one label"),
        ({"y": np.array([["a"]] * 40, dtype=object)}, "y has not one label"),
        ({"y": np.full((40, 1), 77)}, "labels from 1 to 10"),
    ],
)
def test_other_matlab_files_are_refused(tmp_path, changes, message):
    pytest.importorskip("scipy")
    write_svhn(tmp_path, counts=(40, 40), **changes)
    assert message in refusal("svhn", folder=tmp_path)


def test_damaged_matlab_files_are_refused(tmp_path):
    pytest.importorskip("scipy")
    write_svhn(tmp_path)
    path = tmp_path / "train_32x32.mat"
    whole = path.read_bytes()
    for content in (whole[:5000], whole[:200], b"\x89HDF\r\n\x1a\n" + whole, whole[:300] + bytes(200) + whole[500:]):
        path.write_bytes(content)
        assert "train_32x32.mat" in refusal("svhn", folder=tmp_path)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_emnist_stands_upright(tmp_path, suffix):
    images = write_emnist(tmp_path / "gzip", suffix)
    data = load_dataset("emnist-balanced", folder=tmp_path)
    assert data.class_names == EMNIST_CLASSES
    assert (len(EMNIST_CLASSES), len(data.split.test)) == (47, 94)
    assert data.features[0].reshape(28, 28).tolist() == images[0].T.tolist()


def test_heart_failure(tmp_path):
    lines = ["age,time,DEATH_EVENT", *(f"{40 + i},{i},{i % 2}" for i in range(40))]
    (tmp_path / "heart_failure_clinical_records_dataset.csv").write_text("\n".join(lines) + "\n")
    data = load_dataset("heart-failure", folder=tmp_path)
    assert (data.name, data.feature_names, data.num_classes) == ("heart-failure", ("age", "time"), 2)
    assert any("follow-up" in note for note in data.notes)


@pytest.mark.parametrize("name", USER_SETS)
def test_what_is_missing_says_which_files_and_where_people_get_them(tmp_path, capsys, name):
    known = USER_SETS[name]
    for folder in (None, tmp_path):
        said = refusal(name) if folder is None else refusal(name, folder=folder)
        assert known.files in said
        assert known.source in said
    assert "there is no such folder" in refusal(name, folder=tmp_path / "none")
    assert main(["search", "--preset", "faqnas", "--dataset", name, "-o", str(tmp_path / "run")]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "--data-folder" in err
