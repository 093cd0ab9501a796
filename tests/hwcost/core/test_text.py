"""Messages stay on one line, short, and without what a terminal would obey."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.core.text import error_text, internal_error, listing, one_line, plural, printable, say, shown


@given(st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    assert printable(text).isprintable()
    assert len(one_line(text)) <= 240


@given(st.one_of(st.text(), st.integers(), st.none(), st.floats(), st.lists(st.text())))
def test_any_value_is_shown_short(value: object) -> None:
    assert len(shown(value)) <= 60
    assert shown(value).isascii()


def test_values_that_python_refuses_to_print() -> None:
    assert shown(10**5000) == "a huge number"
    assert shown(None) == "missing"


@pytest.mark.parametrize(
    ("items", "limit", "separator", "text"),
    [
        ([], 3, ", ", ""),
        ([1, 2, 3], 3, ", ", "1, 2, 3"),
        ([1, 2, 3, 4], 3, ", ", "1, 2, 3 and 1 more"),
        (["a-b", "c-d", "e"], 1, " ", "a-b and 2 more"),
    ],
)
def test_lists_end_with_how_many_more_there_are(items: list[object], limit: int, separator: str, text: str) -> None:
    assert listing(items, limit, separator=separator) == text


def test_plural() -> None:
    assert [plural(number, "qubit") for number in (0, 1, 2, 1234)] == ["0 qubits", "1 qubit", "2 qubits", "1234 qubits"]
    assert plural(1234, "cell", digits=",") == "1,234 cells"


def test_errors_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert error_text(ValueError("no")) == "no"
    assert "ValueError: no; `nas --debug" in internal_error(ValueError("no"), program="nas")
    say("two\nlines\x1b[31m", program="nas")
    assert capsys.readouterr().err == "nas: two lines\\x1b[31m\n"
