"""Files of measured readout: each form that is accepted, and one line for everything else."""

from __future__ import annotations

import json

import pytest

from hwcost.calibration.readout_file import MAX_FILE_BYTES, load_readout
from hwcost.core.errors import OptionError

GOOD = [[0.98, 0.04], [0.02, 0.96]]
COUNTS = {"0": {"0": 98, "1": 2}, "1": {"0": 4, "1": 96}}
TWO = {"00": {"00": 9, "01": 1}, "11": {"11": 10}}


@pytest.mark.parametrize(
    "document",
    [
        {"qubits": [5], "confusion": GOOD},
        {"qubits": [5], "counts": COUNTS},
        {"schema": "hwcost.readout/1", "groups": [{"qubits": [5], "counts": COUNTS}]},
        {"timestamp": "2026-01-01T00:00:00", "backend": "ibm_x", "shots": 10000, "cals": [*[None] * 5, GOOD]},
        [*[None] * 5, GOOD],
    ],
    ids=["confusion", "counts", "groups", "m3", "old m3"],
)
def test_each_form_gives_the_same_errors(tmp_path, document):
    path = tmp_path / "readout.json"
    path.write_text(json.dumps(document))
    for source in (document, path, str(path)):
        readout = load_readout(source)
        assert readout.qubits == (5,)
        assert readout.groups[0].errors(5) == (pytest.approx(0.04), pytest.approx(0.02))
    assert load_readout(path).origin == "readout.json"
    assert load_readout(readout) is readout


def test_the_first_qubit_is_the_rightmost_bit_and_blanks_between_registers_are_none():
    readout = load_readout({"qubits": [2, 9], "counts": {"0 0": {"0 0": 8, "0 1": 2}, "1 1": {"1 1": 1}}})
    assert readout.groups[0].errors(2) == (0.0, pytest.approx(0.2))
    assert readout.groups[0].errors(9) == (0.0, 0.0)


def test_the_device_is_known_where_it_is_named():
    assert load_readout({"backend": "ibm_fez", "qubits": [0], "confusion": GOOD}).backend == "ibm_fez"
    assert load_readout({"qubits": [0], "confusion": GOOD}).backend is None


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (3, "not a measured readout"),
        ({}, "either counts or confusion"),
        ({"schema": "hwcost.estimate/1"}, "the schema is"),
        ({"qubits": [0], "confusion": GOOD, "counts": COUNTS}, "either counts or confusion"),
        ({"confusion": GOOD}, "qubits is missing"),
        ({"qubits": [True], "confusion": GOOD}, "qubits is"),
        ({"qubits": [0, 0], "counts": TWO}, "each once"),
        ({"qubits": [-1], "confusion": GOOD}, "qubits is"),
        ({"qubits": [10**400], "confusion": GOOD}, "qubits is"),
        ({"qubits": ["0"], "confusion": GOOD}, "qubits is"),
        ({"qubits": [0], "confusion": [[1.0, 0.0]]}, "2 × 2"),
        ({"qubits": [0], "confusion": [[1.0], [0.0, 1.0]]}, "2 × 2"),
        ({"qubits": [0], "confusion": "abcd"}, "2 × 2"),
        ({"qubits": [0], "confusion": [[1.1, 0.0], [-0.1, 1.0]]}, "row 0, column 0"),
        ({"qubits": [0], "confusion": [[float("nan"), 0.0], [0.0, 1.0]]}, "nan"),
        ({"qubits": [0], "confusion": [["1", 0.0], [0.0, 1.0]]}, "probability"),
        ({"qubits": [0], "confusion": [[0.9, 0.1], [0.2, 0.8]]}, "transpose"),
        ({"qubits": [0], "confusion": [[0.9, 0.1], [0.0, 0.8]]}, "adds up to 0.9"),
        ({"qubits": list(range(9)), "confusion": [[1.0]]}, "too large"),
        ({"qubits": [0], "counts": []}, "counts is"),
        ({"qubits": [0], "counts": {}}, "counts is"),
        ({"qubits": [0], "counts": {"0": {"0": 5}}}, "never prepared in 1"),
        ({"qubits": [0], "counts": {"1": {"0": 5}}}, "never prepared in 0"),
        ({"qubits": [0, 1], "counts": {"00": {"00": 5}, "01": {"01": 5}}}, "qubit 1 is never prepared in 1"),
        ({"qubits": [0], "counts": {"0": {"0": 5}, "1": {}}}, "give counts"),
        ({"qubits": [0], "counts": {"0": {"0": 0}, "1": {"1": 5}}}, "no shots"),
        ({"qubits": [0], "counts": {"0": {"0": -5}, "1": {"1": 5}}}, "number of shots"),
        ({"qubits": [0], "counts": {"0": {"0": float("inf")}, "1": {"1": 5}}}, "number of shots"),
        ({"qubits": [0], "counts": {"0": {"0": True}, "1": {"1": 5}}}, "number of shots"),
        ({"qubits": [0], "counts": {"0": {"0x0": 5}, "1": {"1": 5}}}, "no state of 1 qubit"),
        ({"qubits": [0], "counts": {"00": {"0": 5}, "1": {"1": 5}}}, "no state of 1 qubit"),
        ({"qubits": [0, 1], "counts": {"00": {"00": 1}, "0 0": {"00": 1}, "11": {"11": 1}}}, "stands twice"),
        ({"groups": []}, "groups is"),
        ({"groups": [7]}, "group 0"),
        ({"groups": [{"qubits": [0], "confusion": GOOD}] * 2}, "qubit 0 is in two groups"),
        ({"backend": 7, "qubits": [0], "confusion": GOOD}, "backend is 7"),
        ({"cals": []}, "calibration of M3"),
        ({"cals": [None, None]}, "has no qubit"),
        ([None, [[1.0, 0.0]]], "qubit 1"),
    ],
    ids=range(39),
)
def test_everything_else_is_refused_in_one_line(tmp_path, document, said):
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(document))
    with pytest.raises(OptionError) as refused:
        load_readout(path)
    assert said in str(refused.value)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"qubits = 3", "is not JSON"),
        (b'{"qubits": [0], "qubits": [1], "confusion": []}', "stands twice"),
        (b'{"qubits": [0], "counts": {"0": {"0": 1, "0": 2}, "1": {"1": 1}}}', "stands twice"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"qubits": [' + b"9" * 5000 + b'], "confusion": []}', "digits"),
    ],
    ids=["empty", "binary", "toml", "key twice", "count twice", "deep", "huge number"],
)
def test_files_that_are_no_json(tmp_path, content, said):
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(OptionError, match=said):
        load_readout(path)


def test_missing_and_large_files(tmp_path):
    with pytest.raises(OptionError, match="no such file"):
        load_readout(tmp_path / "none.json")
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(OptionError, match="larger than"):
        load_readout(large)
