"""Nested data as flat rows, and rows as a CSV table that any reader takes apart again."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.report.rows import csv_cell, csv_table, flatten


def flat(value, *skipped):
    return dict(flatten("", value, skipped=frozenset(skipped)))


@pytest.mark.parametrize(
    ("value", "row"),
    [
        ({"a": 1, "b": {"c": {"d": None}}}, {"a": 1, "b.c.d": None}),
        ({"a": [1, 2, 3]}, {"a": "1 2 3"}),
        ({"a": ["one line", "another"]}, {"a": "one line; another"}),
        ({"edges": [[0, 1], [1, 2]]}, {"edges": "0-1 1-2"}),
        ({"a": [], "b": {}}, {"a": ""}),
        # A range is two columns, so that a table can be sorted by either end.
        (
            {"spread": {"num_2q": [4, 9], "seeds": 3}},
            {"spread.num_2q_min": 4, "spread.num_2q_max": 9, "spread.seeds": 3},
        ),
        ({"pair": [4, 9]}, {"pair": "4 9"}),
        ({"spread": {"three": [1, 2, 3]}}, {"spread.three": "1 2 3"}),
    ],
)
def test_values_by_hand(value, row):
    assert flat(value) == row


def test_what_is_skipped_is_left_out_with_all_below_it():
    value = {"a": {"b": {"c": 1}, "d": 2}, "b": 3}
    assert flat(value, "a.b") == {"a.d": 2, "b": 3}
    assert flat(value, "b") == {"a.b.c": 1, "a.d": 2}  # a whole key, not its last part
    assert flat(value, "a", "b") == {}


KEYS = st.text("abc", min_size=1, max_size=3)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
TREES = st.recursive(SCALARS, lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=12)


def leaves(value):
    return sum(map(leaves, value.values())) if isinstance(value, dict) else 1


@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_every_leaf_has_its_own_column_and_can_be_found_by_its_name(tree):
    row = flat(tree)
    assert len(row) == leaves(tree)
    for name, value in row.items():
        found = tree
        for part in name.split("."):
            found = found[part]
        assert found is value


def test_columns_come_in_the_order_in_which_they_first_occur():
    assert csv_table([{"b": 1, "a": 2}, {"a": 3, "c": "x,y"}, {}]) == 'b,a,c\n1,2,\n,3,"x,y"\n,,\n'


ROWS = st.lists(
    st.dictionaries(st.text('ab," ;', min_size=1, max_size=4), st.text('xy,"\n;= 1'), min_size=1), min_size=1
)


@given(ROWS)
def test_csv_is_read_back_as_it_was(rows):
    read = list(csv.DictReader(io.StringIO(csv_table(iter(rows)), newline="")))
    columns = {key for row in rows for key in row}
    # What does not print is escaped, and what a spreadsheet would compute is marked as text.
    assert read == [{column: csv_cell(row.get(column, "")) for column in columns} for row in rows]


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-2+3", "@SUM(1)", " =1", "=cmd|' /C calc'!A0", "\uff1d1", "-", "+a"])
def test_what_a_spreadsheet_would_compute_is_text(text):
    assert csv_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", [-1, -2.5, None, "-1", "+2.5", "-1e-9", "-.5", "a-b", "1-2", ""])
def test_numbers_and_other_text_stay(value):
    assert csv_cell(value) == value


@pytest.mark.parametrize("character", ["\t", "\r", "\n", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\ud800"])
def test_what_does_not_print_is_escaped_in_cells_and_headings(character):
    table = csv_table([{f"a{character}": f"{character}=1"}])
    assert table.isascii()
    assert all(c.isprintable() or c == "\n" for c in table)
    assert len(table.splitlines()) == 2
