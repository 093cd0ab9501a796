"""Published data sets: known by their content, from files and from OpenML."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from data_sets import NUM_TEST, SIDE, image_arrays, refusal, write_idx_files
from nas.core.errors import DataError
from nas.datasets import binary as dataset_files
from nas.datasets import published as dataset_sources
from nas.datasets.binary import idx_bytes
from nas.datasets.dataset import load_dataset
from nas.datasets.published import IMAGE_SETS, checked_content, content_md5, fetch_openml


def test_the_content_of_mnist_is_known_by_its_published_checksums(tmp_path):
    known = IMAGE_SETS["mnist"]
    arrays = image_arrays()
    folder = write_idx_files(tmp_path, arrays)
    note = load_dataset("mnist", folder=folder).notes[-1]
    assert "not that of MNIST as published" in note
    assert hashlib.md5(idx_bytes(arrays[0])).hexdigest() not in note  # images of another size: no file of MNIST at all
    # With the size of the original, the sums are those of the unpacked files, whatever kind of file they came from.
    arrays = image_arrays(side=28)
    sums = tuple(hashlib.md5(idx_bytes(array)).hexdigest() for array in arrays)
    samples = dataset_files.read_idx_folder(write_idx_files(tmp_path, arrays, suffix=""), name="mnist")
    assert content_md5(samples, (28, 28)) == sums
    as_published = checked_content(samples, replace(known, md5=sums))
    assert as_published.notes == ("the content is that of MNIST as published (MD5 of all four files)",)
    np.savez(tmp_path / "mnist.npz", **dict(zip(dataset_files.NPZ_KEYS, arrays, strict=True)))
    assert content_md5(dataset_files.read_npz(tmp_path / "mnist.npz", name="mnist"), (28, 28)) == sums
    assert f"train-images-idx3-ubyte has MD5 {sums[0]}" in load_dataset("mnist", folder=folder).notes[-1]


def test_fashion_mnist_is_not_taken_for_mnist(tmp_path, monkeypatch):
    arrays = image_arrays(side=28)
    sums = tuple(hashlib.md5(idx_bytes(array)).hexdigest() for array in arrays)
    fashion = replace(IMAGE_SETS["fashion-mnist"], md5=sums)
    monkeypatch.setattr(dataset_sources, "IMAGE_SETS", {**IMAGE_SETS, "fashion-mnist": fashion})
    folder = write_idx_files(tmp_path, arrays)
    assert "these are the files of Fashion-MNIST, not of MNIST" in refusal("mnist", folder=folder)
    data = load_dataset("fashion-mnist", folder=folder)
    assert data.class_names[:2] == ("T-shirt/top", "Trouser")
    assert "as published (MD5" in data.notes[-1]


# OpenML, by scikit-learn from its own copy of the answers


def openml_answers(home, known, images, labels):
    """What OpenML answers for a data set of that name, where scikit-learn keeps it."""
    num_pixels = images.shape[1]
    table = "@RELATION made\n"
    table += "".join(f"@ATTRIBUTE pixel{i + 1} REAL\n" for i in range(num_pixels))
    table += "@ATTRIBUTE class {" + ",".join(map(str, sorted(set(labels.tolist())))) + "}\n@DATA\n"
    table += "".join(
        ",".join(map(str, [*image, label])) + "\n" for image, label in zip(images.tolist(), labels, strict=True)
    )
    features = [
        {"index": str(i), "name": f"pixel{i + 1}", "data_type": "numeric", "is_target": "false"}
        for i in range(num_pixels)
    ]
    features.append({"index": str(num_pixels), "name": "class", "data_type": "nominal", "is_target": "true"})
    for feature in features:
        feature |= {"is_ignore": "false", "is_row_identifier": "false", "number_of_missing_values": "0"}
    description = {
        "id": "554",
        "name": known.openml_name,
        "version": str(known.openml_version),
        "format": "ARFF",
        "description": "made for this test",
        "file_id": "9",
        "status": "active",
        "default_target_attribute": "class",
        "url": "https://api.openml.org/data/v1/download/9/made.arff",
        "md5_checksum": hashlib.md5(table.encode()).hexdigest(),
    }
    found = {"did": 554, "name": known.openml_name, "version": known.openml_version, "status": "active"}
    listed = f"data_name/{known.openml_name.lower()}/limit/2/data_version/{known.openml_version}"
    answers = {
        f"api/v1/json/data/list/{listed}": json.dumps({"data": {"dataset": [found]}}),
        "api/v1/json/data/554": json.dumps({"data_set_description": description}),
        "api/v1/json/data/features/554": json.dumps({"data_features": {"feature": features}}),
        "api/v1/json/data/qualities/554": json.dumps({"data_qualities": {"quality": []}}),
        "data/v1/download/9/made.arff": table,
    }
    for path, text in answers.items():
        file = home / "openml" / "openml.org" / (path + ".gz")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(gzip.compress(text.encode()))


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_openml_gives_the_same_samples_as_the_files(tmp_path, name):
    pytest.importorskip("sklearn")
    known = replace(IMAGE_SETS[name], num_test=NUM_TEST, image_shape=(SIDE, SIDE))
    arrays = image_arrays()
    images = np.concatenate([arrays[0], arrays[2]]).reshape(-1, SIDE * SIDE)
    openml_answers(tmp_path, known, images, np.concatenate([arrays[1], arrays[3]]))
    samples = fetch_openml(name, known, data_home=tmp_path)
    files = dataset_files.read_idx_folder(write_idx_files(tmp_path / "idx", arrays), name=name)
    assert samples.features.dtype == np.uint8
    assert samples.sha256() == files.sha256()
    assert content_md5(samples, (SIDE, SIDE)) == content_md5(files, (SIDE, SIDE))
    assert samples.num_official_test == NUM_TEST


def test_openml_with_other_content_is_refused(tmp_path):
    pytest.importorskip("sklearn")
    known = replace(IMAGE_SETS["mnist"], num_test=NUM_TEST, image_shape=(SIDE, SIDE))
    labels = np.arange(20) % 10
    openml_answers(tmp_path, known, np.full((20, SIDE * SIDE), 300), labels)
    with pytest.raises(DataError, match="bytes of images of 3 × 3 pixels were expected"):
        fetch_openml("mnist", known, data_home=tmp_path)
    openml_answers(tmp_path / "few", known, np.zeros((10, SIDE * SIDE), dtype=int), labels[:10])
    with pytest.raises(DataError, match="10 samples; more than 10 were expected"):
        fetch_openml("mnist", known, data_home=tmp_path / "few")


def test_openml_that_cannot_be_reached_says_what_else_would_do(tmp_path, monkeypatch):
    datasets = pytest.importorskip("sklearn.datasets")

    def no_network(*args, **options):
        raise OSError("<urlopen error [Errno -2] Name or service not known>")

    monkeypatch.setattr(datasets, "fetch_openml", no_network)
    message = refusal("mnist")
    assert message.startswith("MNIST cannot be fetched from OpenML (<urlopen error")
    assert "give a folder with train-images-idx3-ubyte" in message
    assert "mnist.npz" in message
