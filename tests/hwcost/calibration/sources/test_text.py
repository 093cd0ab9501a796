"""The text of a calibration file, and JSON out of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcost.calibration.sources.snapshot import load_snapshot
from hwcost.calibration.sources.text import parse_json
from hwcost.core.errors import CalibrationError


def test_a_file_that_is_no_json_is_refused_with_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for text, message in (
        ('{"schema": "hwcost.calibration/1",\n  "name": }', r"x\.json, line 2, column 11: is not JSON"),
        ('{"name": "a", "name": "b"}', "the key 'name' stands twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"num_qubits": ' + "9" * 5000 + "}", r"x\.json: "),
        ("", "is empty"),
        ("\udc80", None),
    ):
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(CalibrationError, match=message or "is not UTF-8 text") as caught:
            load_snapshot(path)
        assert "\n" not in str(caught.value)
    with pytest.raises(CalibrationError, match="no such file"):
        load_snapshot(tmp_path / "y.json")
    with pytest.raises(CalibrationError, match="is a directory"):
        load_snapshot(tmp_path)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=40))
def test_any_text_is_refused_in_one_line_or_is_json(text: str) -> None:
    try:
        parse_json(text, "x.json")
    except CalibrationError as error:
        assert "\n" not in str(error)
