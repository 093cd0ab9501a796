"""Samples from CSV files: however they are written, and what is refused by its place."""

from __future__ import annotations

import pytest

from data_sets import refusal
from nas.datasets import csv as dataset_csv
from nas.datasets.csv import split_label
from nas.datasets.dataset import load_dataset


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
