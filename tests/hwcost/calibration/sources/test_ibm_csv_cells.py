"""Cells are read or refused, never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csv_tables import ROWS, outcome_of, parse, table
from hwcost.core.errors import CalibrationError


def test_the_table_without_defect_is_read() -> None:
    assert parse(table(0, 0, "0")).num_qubits == 3


@pytest.mark.parametrize(
    ("row", "column", "cell", "message"),
    [
        (0, 0, "Q", "line 2, column 'Qubit': is 'Q'; it must be the number of a qubit"),
        (0, 0, "-1", "line 2, column 'Qubit': is '-1'"),
        (1, 0, "0", "line 3, column 'Qubit': is qubit 0 again; line 2 has it already"),
        (1, 0, "7", "has no row for qubit 1, but one for qubit 7"),
        (0, 1, "-5", r"line 2, column 'T1 \(us\)': is '-5'; it must be finite and not negative"),
        (0, 1, "NaN", "is 'NaN'; it must be a number"),
        (0, 1, "inf", "is 'inf'; it must be a number"),
        (0, 1, "1e999", "is '1e999'; it must be finite"),
        (0, 1, "1,5", "is '1,5'; it must be a number"),
        (0, 1, "1_000", "is '1_000'; it must be a number"),
        (0, 1, "100 us", "is '100 us'; it must be a number"),
        (0, 2, "1.5", "column 'Readout error': is '1.5'; a probability must lie between 0 and 1"),
        (0, 2, "1.5%", "is '1.5%'; it must be a number"),
        (2, 3, "2", r"line 4, column '\\u221ax \(sx\) error': is '2'; a probability"),
        (1, 4, "01:00.0", "line 3, column 'CZ error': has '01:00.0'; a spreadsheet made a time of the value"),
        (1, 4, "10:00.0", "a spreadsheet made a time"),
        (1, 4, "00:00.0", "a spreadsheet made a time"),
        (1, 4, "12:00:00 AM", "it must be pairs such as"),
        (1, 4, "0.0013", "has '0.0013'; it must be pairs such as"),
        (1, 4, "0:0,0013", "it must be pairs such as"),
        (1, 4, "0:nan", "it must be pairs such as"),
        (1, 4, "0:-0.1", "is '-0.1'; it must be finite and not negative"),
        (1, 4, "0:1.5", "is '1.5'; a probability"),
        (1, 4, "1:0.0013", "has '1:0.0013'; the neighbour must be another qubit"),
        (1, 4, "9:0.0013", "the neighbour must be another qubit from 0 to 2"),
        (1, 4, "0_2:0.0011", "has '0_2:0.0011' in the row of qubit 1"),
        (1, 4, "cx1_0:0.0013", "names the gate 'cx' in the column of cz"),
        (1, 4, "0:0.0014", "line 3, column 'CZ error': gives 0.0014 where another cell gave 0.0013 for the same pair"),
        (1, 4, "0:undefined", "gives None where another cell gave 0.0013"),
        (1, 5, "0:69", "column 'Gate length .*gives .* for the same pair"),
        (1, 6, "maybe", "column 'Operational': is 'maybe'; it must be Yes or No"),
    ],
)
def test_a_defect_is_refused_with_line_and_column(row: int, column: int, cell: str, message: str) -> None:
    with pytest.raises(CalibrationError, match=f"^mine.csv(: |, ).*{message.removeprefix('^')}") as caught:
        parse(table(row, column, cell))
    assert "\n" not in str(caught.value)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_damaged_cell_is_never_read_as_something_else(data: st.DataObject) -> None:
    """One character changed: the value is the number that stands there now, in the unit of the header, or refused."""
    row, column = data.draw(st.integers(0, 2)), data.draw(st.integers(1, 3))
    cell = ROWS[row][column]
    at = data.draw(st.integers(0, len(cell) - 1))
    changed = cell[:at] + data.draw(st.characters(exclude_categories=("Cs",))) + cell[at + 1 :]
    outcome = outcome_of(table(row, column, changed))
    if isinstance(outcome, str):
        return
    record, gate = outcome.qubits[row], outcome.gate("sx", (row,))
    assert gate is not None
    found = (record.t1_s, record.readout_error, gate.error)[column - 1]
    if found is None:
        assert changed.strip().lower() in ("", "-")
        return
    scale = 1e-6 if column == 1 else 1.0
    assert found == pytest.approx(float(changed) * scale, rel=1e-12)
    assert column == 1 or found <= 1.0
