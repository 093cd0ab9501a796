"""Strict JSON and the text of files: what is accepted, and the one line for the rest."""

from __future__ import annotations

import pytest

from hwcost.core.errors import OptionError
from hwcost.core.json_read import decode, read_json


def read(text):
    return read_json(text, "here", what="thing", error=OptionError)


def test_a_document_is_read():
    assert read('{"a": [1, 2.5, null]}') == {"a": [1, 2.5, None]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "here, line 1, column 2: is not JSON"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "here: the key 'c' stands twice"),
        ("[" * 100_000, "here: is nested too deeply to be a thing"),
        ("9" * 5000, "here: "),
    ],
    ids=["cut", "twice", "deep", "huge"],
)
def test_anything_else_is_refused_in_one_line(text, said):
    with pytest.raises(OptionError) as refused:
        read(text)
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


def test_text_of_a_file():
    assert decode("\ufeffµ".encode(), "here", error=OptionError) == "µ"
    with pytest.raises(OptionError, match="here: is not UTF-8 text"):
        decode(b"\xff", "here", error=OptionError)
    with pytest.raises(OptionError, match="here: is empty"):
        decode(b" \n", "here", error=OptionError)
