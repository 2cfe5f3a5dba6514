"""What spreadsheet programs and people make of a list, and what is said of it."""

import datetime as dt
from typing import Any

import pytest

from elearning.core.errors import Refused
from elearning.requirements.loader import (
    HEADCOUNT_COLUMNS,
    MOST_PROBLEMS,
    MOST_ROWS,
    REQUIREMENT_COLUMNS,
    check_headcounts,
    check_requirements,
    read_day,
    read_rows,
    read_staff,
    write_rows,
)
from elearning.requirements.rules import same_group
from elearning.requirements.types import Ask, Declared, Group, Known, Line

TODAY, DAY = dt.date(2026, 6, 1), dt.date(2026, 3, 31)
KNOWN = Known(
    agencies={1: "Harrow Lane School", 2: "St Brannoc’s Café", 3: "Millpond Clinic"},
    teams={1: ["North", "South"]},
    modules={"never-assume": "Never assume: parents"},
)
HEADER = "agency,job role,staff,counted on\n"
ROWS = [(2, ("St Brannoc’s Café", "", "1,200", "31/03/2026"))]


def headcounts(*rows: str) -> list[Line]:
    return check_headcounts(read_rows((HEADER + "\n".join(rows)).encode(), HEADCOUNT_COLUMNS), KNOWN, TODAY)


def requirements(*rows: str, in_force: Any = ()) -> list[Line]:
    content = ("agency,module,group,name,due on\n" + "\n".join(rows)).encode()
    there = {same_group(each): each for each in in_force}
    return check_requirements(read_rows(content, REQUIREMENT_COLUMNS), KNOWN, there, TODAY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_the_same_list_in_any_encoding(encoding: str, ends: str) -> None:
    text = HEADER + 'St Brannoc’s Café,,"1,200",31/03/2026\n'
    assert read_rows(text.replace("\n", ends).encode(encoding), HEADCOUNT_COLUMNS) == ROWS


@pytest.mark.parametrize(
    "text",
    [
        "agency;job role;staff;counted on\nSt Brannoc’s Café;;1,200;31/03/2026",
        "agency\tjob role\tstaff\tcounted on\nSt Brannoc’s Café\t\t1,200\t31/03/2026",
        "sep=;\nagency;job role;staff;counted on\nSt Brannoc’s Café;;1,200;31/03/2026",
        "Counted_on;STAFF;notes;Job_Role; Agency \n31/03/2026;1,200;why;;  St  Brannoc’s Café\n;;;;\n\n",
    ],
    ids=["semicolons", "tabs", "for Excel", "another order, with more"],
)
def test_the_same_list_in_any_shape(text: str) -> None:
    assert [cells for _, cells in read_rows(text.encode(), HEADCOUNT_COLUMNS)] == [ROWS[0][1]]


def test_one_agencys_list_may_do_without_the_column_for_it() -> None:
    assert read_rows(b"staff,job role,counted on\n4,,2026-03-31", HEADCOUNT_COLUMNS, "Millpond Clinic") == [
        (2, ("Millpond Clinic", "", "4", "2026-03-31"))
    ]
    assert read_rows(b"agency,staff,job role,counted on\n,4,,", HEADCOUNT_COLUMNS, "Millpond Clinic")[0][1][0] == ""
    with pytest.raises(Refused, match="columns job role, staff and counted on; it reads: staff, counted on"):
        read_rows(b"staff,counted on\n4,2026-03-31", HEADCOUNT_COLUMNS, "Millpond Clinic")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b"\xef\xbb\xbf \n\n", "The file is empty"),
        (HEADER.encode(), "no rows under it"),
        (b"PK\x03\x04...", "Excel workbook, not a CSV file. Open it"),
        (b"\xd0\xcf\x11\xe0\xa1", "Excel workbook, not a CSV file"),
        (b"%PDF-1.7", "That is a PDF"),
        (HEADER.encode() + "St Brannoc's Café,,1,".encode("mac_roman"), "cannot tell which letters"),
        (HEADER.encode() + "St Brannoc's Café,,1,".encode("cp850"), "cannot tell which letters"),
        (b"\xff\xfea", "cannot tell which letters"),
        (b"agency\0,", "cannot tell which letters"),
        (b"Harrow Lane School,,4,2026-03-31\n", "no columns called agency, job role, staff and counted on"),
        (b"agency,role,staff,counted on\nx,,4,2026-03-31", "no column called job role. Its first line must name"),
        (b"agency,staff,job role,staff,counted on\nx,1,,4,2026-03-31", "two columns called staff"),
        (HEADER.encode() + b'a,"b,1,2026-03-31\nc\nd', "cannot read line 2: a quotation mark"),
        (
            HEADER.encode() + b"x" * 200_000 + b",,1,2026-03-31",
            "cannot read line 2: a cell there is too long. Shorten it",
        ),
    ],
)
def test_what_is_no_such_list_is_refused_in_a_sentence(content: bytes, says: str) -> None:
    with pytest.raises(Refused, match=says):
        read_rows(content, HEADCOUNT_COLUMNS)


def test_a_list_that_is_too_long_is_refused() -> None:
    row = "Harrow Lane School,,40,2026-03-31\n"
    with pytest.raises(Refused, match=f"more than {MOST_ROWS:,} rows"):
        read_rows((HEADER + row * (MOST_ROWS + 1)).encode(), HEADCOUNT_COLUMNS)
    assert len(read_rows((HEADER + row * MOST_ROWS).encode(), HEADCOUNT_COLUMNS)) == MOST_ROWS


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31", "31/03/2026", "31/3/2026", "31.03.2026", "31-03-2026", "31 March 2026", "31 mar 2026", "31-Mar-2026",
        "46112", "2026-03-31 00:00:00",
    ],
)  # fmt: skip
def test_a_day_however_it_is_written(text: str) -> None:
    assert read_day(text) == DAY


@pytest.mark.parametrize(
    "text",
    ["03/31/2026", "31/03/26", "31 Marvember 2026", "2026-02-30", "March 2026", "461120", "1", "²026-03-31", "="],
)
def test_what_is_no_day(text: str) -> None:
    assert read_day(text) is None


@pytest.mark.parametrize(
    ("text", "staff"), [("40", 40), ("1,200", 1200), ("12.0", 12), ("-3", -3), ("1,200,000", 1200000)]
)
def test_a_whole_number(text: str, staff: int) -> None:
    assert read_staff(text) == staff


@pytest.mark.parametrize("text", ["", "12.5", "1.200", "1,20", "12 or so", "٤٠", "1e3", "0x10", "=1+1", "9" * 5000])
def test_no_whole_number(text: str) -> None:
    assert read_staff(text) is None


def test_a_row_says_what_it_declares_however_the_name_is_written() -> None:
    lines = headcounts("st brannoc's CAFÉ,,40,46112", 'Millpond Clinic,nurse,"1,200",31/03/2026')
    assert [line.record for line in lines] == [Declared(2, "", 40, DAY), Declared(3, "Nurse", 1200, DAY)]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("Harow Lane Schol,,40,2026-03-31", "There is no agency called “Harow Lane Schol”. Did you mean “Harrow Lane School”?"),
        ('"=HYPERLINK(""http://x"")",,40,2026-03-31', "There is no agency called “=HYPERLINK(\"http://x\")”."),
        (",,40,2026-03-31", "Enter the agency"),
        ("Millpond Clinic,Nurs,40,2026-03-31", "There is no job role called “Nurs”. Did you mean “Nurse”?"),
        ("Millpond Clinic,,,2026-03-31", "Enter how many staff, or leave the row out if the agency has not said"),
        ("Millpond Clinic,,12.5,2026-03-31", "“12.5” is not a whole number"),
        ("Millpond Clinic,,-3,2026-03-31", "Staff must be 1 or more"),
        ("Millpond Clinic,,0,2026-03-31", "Staff must be 1 or more"),
        ("Millpond Clinic,,9999999,2026-03-31", "Staff must be 1,000,000 or fewer"),
        ("Millpond Clinic,,40,", "Enter the day they were counted on"),
        ("Millpond Clinic,,40", "Enter the day they were counted on"),
        ("Millpond Clinic,,40,03/31/2026", "“03/31/2026” is not a day we can read. Write it like 31/03/2026"),
        ("Millpond Clinic,,40,2026-06-02", "The day they were counted on must be today or in the past"),
        ("Millpond Clinic,,40,2019-06-02", "The day they were counted on must be within the last five years"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_headcount(row: str, says: str) -> None:
    (line,) = headcounts(row)
    assert line.problems == (says,)
    assert line.record is None


def test_every_problem_of_a_row_is_said_at_once_and_the_other_rows_stand() -> None:
    wrong, right = headcounts("Nowhere,Nobody,none,never", "Millpond Clinic,,40,2026-03-31")
    assert len(wrong.problems) == 4
    assert wrong.written == ("Nowhere", "Nobody", "none", "never")
    assert right.record == Declared(3, "", 40, DAY)


def test_duplicates_name_both_lines() -> None:
    lines = headcounts(
        "Millpond Clinic,,40,2026-03-31",
        "Millpond Clinic,Nurse,40,2026-03-31",
        "Millpond Clinic,,40,2025-03-31",
        "millpond clinic,,50,31/03/2026",
    )
    assert [line.problems for line in lines[:3]] == [(), (), ()]
    assert lines[3].problems == ("Lines 2 and 5 are for the same agency, job role and day. Keep one of them",)


def test_a_cell_over_two_lines_does_not_shift_the_numbers_that_are_named() -> None:
    assert [line.number for line in headcounts('"Millpond\nClinic",,40,2026-03-31', "", "Nowhere,,40,2026-03-31")] == [
        2,
        5,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "agency,job role,counted on,staff\nHarrow Lane School,,2026-03-31,1,200",
        HEADER + "Millpond Clinic, North,,40,2026-03-31",
        "agency,job role,counted on,staff,,\nHarrow Lane School,,2026-03-31,1,200,",
        "counted on,job role,staff\n2026-03-31,,1,200",
    ],
    ids=["a number in two", "a name in two", "a first line that ends in commas", "without the agency"],
)
def test_a_row_with_more_cells_than_the_first_line_is_wrong(text: str) -> None:
    own = "" if text.startswith("agency") else "Harrow Lane School"
    (line,) = check_headcounts(read_rows(text.encode(), HEADCOUNT_COLUMNS, own), KNOWN, TODAY)
    assert line.problems == (
        "This row has more cells than the first line. Put quotation marks round a cell with a comma in it",
    )
    assert (line.record, len(line.written)) == (None, len(HEADCOUNT_COLUMNS))


def test_so_many_wrong_rows_are_enough() -> None:
    assert len(headcounts(*["Nowhere,,40,2026-03-31"] * (MOST_PROBLEMS + 50))) == MOST_PROBLEMS


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        ("Whole partnership,never-assume,Everyone,,31/03/2027", Ask(None, "never-assume", Group.EVERYONE, "", dt.date(2027, 3, 31))),
        ("millpond clinic,NEVER ASSUME: parents,job role,nurse,2026-03-31", Ask(3, "never-assume", Group.JOB_ROLE, "Nurse", DAY)),
        ("Harrow Lane School,never-assume,team,north,46112", Ask(1, "never-assume", Group.TEAM, "North", DAY)),
    ],
)  # fmt: skip
def test_a_row_says_what_it_asks(row: str, asked: Ask) -> None:
    assert [line.record for line in requirements(row)] == [asked]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (",never-assume,everyone,,2026-03-31", "Enter the agency"),
        ("Millpond Clinic,never asume,everyone,,2026-03-31", "There is no training module called “never asume”. Did you mean “never-assume”?"),
        ("Millpond Clinic,never-assume,,,2026-03-31", "Enter the kind of group"),
        ("Millpond Clinic,never-assume,teams,North,2026-03-31", "There is no kind of group called “teams”. Did you mean “team”?"),
        ("Millpond Clinic,never-assume,everyone,North,2026-03-31", "Leave the name empty for everyone, or say which kind of group it names"),
        ("Millpond Clinic,never-assume,team,North,2026-03-31", "There is no team of Millpond Clinic called “North”."),
        ("Harrow Lane School,never-assume,team,,2026-03-31", "Enter the team of Harrow Lane School"),
        ("whole partnership,never-assume,team,North,2026-03-31", "A team belongs to an agency. Name the agency, or choose a job role"),
        ("Millpond Clinic,never-assume,everyone,,2036-03-31", "The day it is due must be within the next five years"),
        ("Millpond Clinic,never-assume,everyone,,1926-03-31", "The day it is due must be within the last five years or in the future"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_requirement(row: str, says: str) -> None:
    (line,) = requirements(row)
    assert line.problems == (says,)


def test_a_requirement_that_is_there_already() -> None:
    row = "Millpond Clinic,never-assume,everyone,,2026-03-31"
    (line,) = requirements(row, in_force=[Ask(3, "never-assume", Group.EVERYONE, "", DAY)])
    assert not line.problems
    (line,) = requirements(row, in_force=[Ask(3, "never-assume", Group.EVERYONE, "", dt.date(2026, 5, 1))])
    assert line.problems == ("This group must hold this module by 1 May 2026 already. End that requirement first",)
    _, line = requirements(row, row.replace("2026-03-31", "2026-04-30"))
    assert line.problems == ("Lines 2 and 3 are for the same group and module. Keep one of them",)


def test_what_was_checked_reads_as_it_did() -> None:
    rows = [('St Brannoc’s Café, "the"', "", 1200, DAY), ("=1+1", "Nurse", 4, DAY)]
    text = write_rows(HEADCOUNT_COLUMNS, rows)
    assert [cells for _, cells in read_rows(text.encode(), HEADCOUNT_COLUMNS)] == [tuple(map(str, row)) for row in rows]
