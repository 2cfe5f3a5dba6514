import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearning.core.spreadsheet import FORMULA_STARTS, ROWS_A_PIECE, csv_pieces, safe_cell


def read(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"])
def test_what_a_spreadsheet_would_run_is_marked_as_text(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize(("value", "cell"), [(None, ""), (dt.date(2026, 2, 26), "2026-02-26"), (5, "5"), ("*", "*")])
def test_plain_values(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


@given(
    st.lists(st.tuples(st.text(st.characters(exclude_characters="\0", codec="utf-8")), st.text("=+-@＝\t\r\n\",;'a")))
)
def test_every_cell_comes_back_as_it_was_and_none_is_a_formula(rows: list[tuple[str, str]]) -> None:
    header, *lines = read(b"".join(csv_pieces(("a", "b"), rows)))
    assert header == ["a", "b"]
    marked = [[f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell for cell in row] for row in rows]
    assert lines == marked
    assert not any(cell.startswith(FORMULA_STARTS) for line in lines for cell in line)


def test_a_long_file_comes_in_pieces() -> None:
    pieces = list(csv_pieces(("n",), ((n,) for n in range(ROWS_A_PIECE * 3 + 1))))
    assert len(pieces) == 4
    assert read(b"".join(pieces)) == [["n"], *([str(n)] for n in range(ROWS_A_PIECE * 3 + 1))]
