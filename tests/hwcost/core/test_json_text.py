"""JSON that no terminal obeys, and that reads back as it was."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.core.json_text import json_text

PLAIN = st.recursive(st.text() | st.integers() | st.booleans(), lambda s: st.lists(s) | st.dictionaries(st.text(), s))


@given(PLAIN, st.sampled_from([None, 2]))
def test_it_reads_back_and_prints(plain: object, indent: int | None) -> None:
    text = json_text(plain, indent=indent)
    assert json.loads(text) == plain
    assert all(c.isprintable() or c == "\n" for c in text)


def test_letters_stay_and_large_characters_are_pairs() -> None:
    assert json_text(["µ日", "\U000e0001\ud800"], indent=None) == '["µ日", "\\udb40\\udc01\\ud800"]'


def test_it_is_strict() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text(math.nan)
