"""Data sets from files: IDX, NPZ, CSV, OpenML; good ones, damaged ones and hostile ones."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nas.core.errors import DataError
from nas.datasets import binary as dataset_files
from nas.datasets import csv as dataset_csv
from nas.datasets import published as dataset_sources
from nas.datasets.binary import IDX_FILES, idx_bytes, read_idx
from nas.datasets.csv import split_label
from nas.datasets.dataset import load_dataset
from nas.datasets.published import IMAGE_SETS, checked_content, content_md5, fetch_openml

NUM_TRAINING, NUM_TEST, SIDE = 40, 10, 3


def image_arrays(seed=0, side=SIDE):
    rng = np.random.default_rng(seed)
    labels = np.arange(NUM_TRAINING + NUM_TEST, dtype=np.uint8) % 10
    images = rng.integers(0, 256, (len(labels), side, side), dtype=np.uint8)
    return images[:NUM_TRAINING], labels[:NUM_TRAINING], images[NUM_TRAINING:], labels[NUM_TRAINING:]


def write_idx_files(folder, arrays, *, suffix="", rename=lambda name: name):
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(IDX_FILES, arrays, strict=True):
        data = idx_bytes(array)
        (folder / (rename(name) + suffix)).write_bytes(gzip.compress(data) if suffix else data)
    return folder


def refusal(source, **options):
    """The message that refuses a source: one line that can be printed."""
    with pytest.raises(DataError) as error:
        load_dataset(str(source), **options)
    text = str(error.value)
    assert text.isprintable()
    return text


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
        ({"x": np.array([Evil()] * 4), "y": np.arange(4)}, "not an NPZ file of numbers"),
    ],
)
def test_npz_files_that_do_not_fit(tmp_path, arrays, message, capsys):
    path = tmp_path / "data.npz"
    with path.open("wb") as file:
        np.savez(file, **arrays)
    assert message in refusal(path)
    assert capsys.readouterr().out == ""


def test_npz_files_that_are_none(tmp_path, monkeypatch):
    path = tmp_path / "data.npz"
    path.write_bytes(b"not a zip file")
    assert "not an NPZ file of numbers" in refusal(path)
    path.write_bytes(save_npz(tmp_path / "good.npz", x=np.zeros((50, 9)), y=np.arange(50) % 2).read_bytes()[:200])
    assert "not an NPZ file of numbers" in refusal(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00\x10\x00not a header    ")
        archive.writestr("y.npy", b"")
    assert "not an NPZ file of numbers" in refusal(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x.npy", "w") as file:
        file.write(b"\0" * 2**22)
    assert path.stat().st_size < 2**13
    monkeypatch.setattr(dataset_files, "MAX_ARRAY_BYTES", 2**20)
    assert "unpacks to 4,194,304 bytes; at most 1,048,576 are read" in refusal(path)


# CSV


def csv_file(tmp_path, text, name="data.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


GOOD_ROWS = "1,2.5,a\n3,-4e-1,b\n" * 3


@pytest.mark.parametrize(
    "text",
    [
        "u,v,class\n" + GOOD_ROWS,
        "﻿u,v,class\r\n" + GOOD_ROWS.replace("\n", "\r\n"),
        "u;v;class\n" + GOOD_ROWS.replace(",", ";"),
        "u\tv\tclass\n" + GOOD_ROWS.replace(",", "\t"),
        '\n"u", "v",class\n\n' + GOOD_ROWS.replace("a", '"a"').replace("2.5,", " 2.5 ,") + "\n",
        ("u,v,class\n" + GOOD_ROWS).rstrip("\n"),
        ("u,v,class\n" + GOOD_ROWS).replace("\n", "\r"),
    ],
)
def test_a_table_however_it_is_written(tmp_path, text):
    data = load_dataset(f"{csv_file(tmp_path, text)}:class")
    assert data.features.tolist() == [[1.0, 2.5], [3.0, -0.4]] * 3
    assert data.labels.tolist() == [0, 1] * 3
    assert (data.feature_names, data.class_names, data.name) == (("u", "v"), ("a", "b"), "data")
    assert data.notes == ()


def test_the_label_column_may_stand_anywhere_and_have_a_colon(tmp_path):
    path = csv_file(tmp_path, "a:b,u\n" + "x,1\ny,2\n" * 3)
    assert split_label(f"{path}:a:b") == (str(path), "a:b")
    assert load_dataset(f"{path}:a:b").labels.tolist() == [0, 1] * 3
    assert load_dataset(path, label="a:b").feature_names == ("u",)
    odd = csv_file(tmp_path, "u,class\n" + "1,0\n2,1\n" * 3, name="odd:name.csv")
    assert load_dataset(f"{odd}:class").num_features == 1
    assert load_dataset(odd, label="class").sha256 == load_dataset(f"{odd}:class").sha256


def test_constant_columns_are_kept_and_said(tmp_path):
    data = load_dataset(csv_file(tmp_path, "u,same,class\n" + "1,7,a\n2,7,b\n" * 4), label="class")
    assert data.notes == ("constant columns, which say nothing: same",)
    assert data.training_part()[0][:, 1].tolist() == [0.0] * len(data.split.training)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n\n \n", "is empty"),
        ("u,class\n", "has a header but no samples"),
        ("class\na\nb\n", "line 1: no column but the label column"),
        ("u,v\n1,2\n", "line 1: no column 'class'; its columns are u, v"),
        ("u,u,class\n1,2,a\n", "line 1: column u appears twice"),
        (",u,class\n0,1,a\n", "line 1: column 1 has no name"),
        ("5.1,3.5,setosa\n4.9,3.0,setosa\n", "looks like data"),
        ("u|v|class\n1|2|a\n", "separated by commas, semicolons or tabs"),
        ("u,class\n1,a\n2\n", "line 3: 1 cells, but the header has 2 columns"),
        ("u,class\n1,a\n2,b,\n", "line 3: 3 cells"),
        ("u,class\n1,a\n,b\n", "line 3, column 'u': the value is missing"),
        ("u,class\n1,a\nNA,b\n", "line 3, column 'u': the value is missing"),
        ("u,class\n1,a\nnan,b\n", "line 3, column 'u': the value is missing"),
        ("u,class\n1,a\n2,\n", "line 3, column 'class': the label is missing"),
        ("u,class\nmale,a\n", "line 2, column 'u': 'male' is not a number"),
        ('u;class\n"1,5";a\n', "line 2, column 'u': '1,5' is not a number; write decimals with a point"),
        ("u,class\n1_5,a\n", "line 2, column 'u': '1_5' is not a number"),
        ("u,class\ninf,a\n", "line 2, column 'u': 'inf' is not finite"),
        ("u,class\n1e999,a\n", "'1e999' is not finite"),
        ("u,class\n" + "1,a\n" * 9, "all 9 samples have the label 'a'"),
        ("u,class\n" + "1,a\n" * 9 + "2,b\n", "class 'b' has 1 sample;"),
        ("u,class\n" + "".join(f"{i},{i}.5\n" for i in range(9)), "is the label column a class?"),
        ('u,class\n"1,a\n2,b\n', "not CSV"),
        ("u,class\n1,a\n".encode("utf-16"), "is UTF-16 text"),
        ("u,class\n1,a\n".encode("utf-16-le"), "is not a text file"),
        ("u,größe\n1,a\n".encode("latin-1"), "is not UTF-8 text (byte 4)"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is not a text file"),
        ("u,class\n\x1b[31m1,a\n", "is not a number"),
        ("\x1b[2Ju,class\n1_0,a\n", "column '\\\\x1b[2Ju'"),
        ("u,class\n" + "9" * 200_000 + ",a\n", "not CSV (field larger than field limit"),
    ],
)
def test_tables_that_are_refused_by_place(tmp_path, text, message):
    assert message in refusal(csv_file(tmp_path, text), label="class")


def test_a_table_needs_one_label_column(tmp_path):
    path = csv_file(tmp_path, "u,v,class\n" + GOOD_ROWS)
    assert "which column is the class? Give data.csv:COLUMN" in refusal(path)
    assert "its columns are u, v, class" in refusal(path)
    assert "two label columns are given, 'v' and 'class'" in refusal(f"{path}:v", label="class")
    assert "no column ''" in refusal(f"{path}:")
    assert load_dataset(f"{path}:class", label="class").num_features == 2


def test_a_table_that_is_too_large_or_no_file(tmp_path, monkeypatch):
    path = csv_file(tmp_path, "u,v,class\n" + GOOD_ROWS)
    monkeypatch.setattr(dataset_csv, "MAX_CSV_BYTES", 20)
    assert "larger tables as NPZ" in refusal(path, label="class")
    assert "not a regular file" in refusal("/dev/null", label="class")
    assert "no data set and no file" in refusal("a" * 5000 + ".csv", label="class")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_bytes_do_anything_but_load_or_be_refused(tmp_path, content):
    for name, options in (("any.csv", {"label": "u"}), ("any.npz", {})):
        path = tmp_path / name
        path.write_bytes(b"u,v\n" + content if content[:1] < b"\x80" else content)
        try:
            load_dataset(path, **options)
        except DataError as error:
            assert "\n" not in str(error)


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
