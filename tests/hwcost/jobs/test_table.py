"""Tables of timed jobs: what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwcost.core.errors import InputError
from hwcost.jobs.table import job_table, read_job_table

HEADER = "num_circuits,shots,observed_s"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        (HEADER, "no jobs"),
        ("shots,observed_s\n1,2\n", "line 1: no column num_circuits"),
        ("num_circuits;shots;observed_s\n1;2;3\n", "line 1: columns are separated by ';'"),
        ("num_circuits\tshots\tobserved_s\n1\t2\t3\n", "separated by tabs"),
        (HEADER + ",shots\n1,2,3,4\n", "column shots appears twice"),
        (HEADER + "\n1,1000,2\n1,1000\n", "line 3: 2 cells"),
        (HEADER + "\n1,1000,nan\n", "line 2: observed_s is nan"),
        (HEADER + "\n1,1000,inf\n", "line 2: observed_s is inf"),
        (HEADER + "\n1,1000,2\n\n1,-5,2\n", "line 4: shots is -5"),
        (HEADER + "\n1,1000,0\n", "observed_s is 0"),
        (HEADER + "\n1,1000,1e300\n", "observed_s is 1e300; more than"),
        (HEADER + "\n0,1000,1\n", "num_circuits is 0"),
        (HEADER + "\n1.5,1000,1\n", "num_circuits is 1.5; it must be a whole number"),
        (HEADER + "\n1,many,2\n", "shots is 'many', expected a number"),
        (HEADER + "\n1,1000,\n", "observed_s is empty"),
        (HEADER + ",total_depth\n1,1000,2,5\n1,1000,2,\n", "line 3: total_depth is empty"),
        (HEADER + '\n1,1000,"2\n', "not CSV"),
    ],
)
def test_bad_tables_are_one_line(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=message) as error:
        read_job_table(path)
    assert "\n" not in str(error.value)
    assert "jobs.csv" in str(error.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    path.write_bytes(b"\xff\xfe\x00n")
    with pytest.raises(InputError, match="not UTF-8"):
        read_job_table(path)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="no such file|is a directory"):
            read_job_table(path)


def test_byte_order_mark_blank_lines_and_spaces_are_harmless(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    path.write_bytes(b"\xef\xbb\xbfnum_circuits, shots ,observed_s\r\n\r\n1, 1000 ,2.5\r\n")
    table = read_job_table(path)
    assert table.columns == {"num_circuits": (1.0,), "shots": (1000.0,), "observed_s": (2.5,)}
    assert table.lines == (3,)


def test_an_empty_optional_column_is_no_column(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    path.write_text(HEADER + ",rep_delay_s\n1,1000,2,\n2,1000,3,\n")
    assert "rep_delay_s" not in read_job_table(path).columns


def test_rows_with_other_columns_are_refused() -> None:
    with pytest.raises(InputError, match="line 2"):
        job_table([{"num_circuits": 1, "shots": 1, "observed_s": 1}, {"shots": 1}])
