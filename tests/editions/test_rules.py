"""What changed between two reports, line by line."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from elearning.editions.rules import differences, summary
from elearning.editions.types import Change
from elearning.figures.types import Column, Hidden, Kind, Part, Report, Table, Value
from tests.editions.reports import (
    CHANGED,
    CHANGED_ROWS,
    CHART,
    CLINIC,
    CUT_OFF,
    LATER,
    NAMES,
    NAMES_LATER,
    REPORT,
    SCHOOL,
    WORDS,
    agencies,
    annual,
)
from tests.figures.test_pack import REPORTS

R2 = "Table R2: Completions by agency, April 2024 to March 2025"
Line = tuple[str, str, str, str, str, str]


def lines(was: Report, now: Report, **names: dict[str, str]) -> list[Line]:
    return [
        (each.where, each.row, each.column, each.was, each.now, each.why) for each in differences(was, now, **names)
    ]


def test_an_officer_reads_what_changed_line_by_line() -> None:
    found = lines(REPORT, CHANGED, names_then=NAMES, names_now=NAMES_LATER)

    why = "other module versions are counted, counted later"
    assert found == [
        ("The report", "", "Name", "Harrow Lane School", "Harrow Lane Academy",
         "renamed; figures are compared under the new name"),
        ("Part ‘Who was trained’", "", "Words", WORDS[0], WORDS[0].replace("20", "35"), ""),
        ("Drawing ‘Completions by quarter’", "", "", "", "drawn anew", "its figures or words changed"),
        (R2, "", "Versions counted", "Sample module, version 1", "Sample module, versions 1 and 2", ""),
        (R2, "Harrow Lane Academy", "People", "20", "25", why),
        (R2, "Millpond Clinic", "People", "*", "10", f"large enough to show now, {why}"),
        (R2, "Millpond Clinic", "Coverage", "not declared", "10 of 40 declared staff (25%)",
         f"declared since, {why}"),
        (R2, "Millpond Clinic", "Last on", "–", "3 March 2025", why),
        (R2, "Quayside Youth Project", "Whole row", "not there",
         "People: 0; Coverage: not declared; Last on: –; Facility: –", "added since"),
    ]  # fmt: skip
    assert summary(differences(REPORT, CHANGED, NAMES, NAMES_LATER)) == (
        "4 figures changed, 1 row was added, 1 name changed, 1 table or drawing changed and 2 texts changed."
    )


def test_the_same_report_counted_later_has_not_changed() -> None:
    later = annual(agencies(SCHOOL, CLINIC, cut_off=LATER), cut_off=LATER)
    assert differences(REPORT, later) == ()
    assert summary(()) == "Nothing changed but the time of counting."


def test_without_names_an_old_name_went_and_a_new_one_came() -> None:
    now = annual(agencies(("Harrow Lane Academy", *SCHOOL[1:]), CLINIC))
    assert [each.change for each in differences(REPORT, now)] == [Change.ROW_CAME, Change.ROW_WENT]
    assert [each.change for each in differences(REPORT, now, NAMES, NAMES_LATER)] == [Change.RENAMED]


def test_two_that_changed_names_are_still_told_apart() -> None:
    swapped = {"agency 1": "Millpond Clinic", "agency 2": "Harrow Lane School"}
    now = annual(agencies(("Millpond Clinic", *SCHOOL[1:]), ("Harrow Lane School", *CLINIC[1:])))
    assert {each.change for each in differences(REPORT, now, NAMES, swapped)} == {Change.RENAMED}


def _with(table: Table, **changes: object) -> Report:
    return annual(replace(table, **changes))  # type: ignore[arg-type]  # by name


TABLE = agencies(SCHOOL, CLINIC)
WIDER = (*TABLE.columns, Column("Since", Kind.DAY))
# What becomes of the report, and the first line about it.
CHANGES: dict[str, tuple[Report, tuple[str, str, str, str, str]]] = {
    "title": (replace(REPORT, title="Another"), ("The report", "", "Title", REPORT.title, "Another")),
    "part": (replace(REPORT, parts=REPORT.parts[:1]),
             ("Part ‘What this report cannot tell you’", "", "", "there", "not there")),
    "words": (annual(words=(*WORDS, "More.")), ("Part ‘Who was trained’", "", "Words", "not there", "More.")),
    "drawing": (annual(chart=replace(CHART, title="New")), ("Drawing ‘New’", "", "", "not there", "there")),
    "caption": (_with(TABLE, caption="C"), ("Table R2: C", "", "Caption", TABLE.caption, "C")),
    "note": (_with(TABLE, notes=()), (R2, "", "Notes", TABLE.notes[0], "not there")),
    "number": (_with(TABLE, number="R3"), ("Table R3: " + TABLE.caption, "", "", "not there", "there")),
    "column": (_with(TABLE, columns=WIDER, rows=tuple((*row, Hidden.NONE) for row in TABLE.rows)),
               (R2, "", "Since", "not there", "there")),
    "row": (annual(agencies(SCHOOL)), (R2, "Millpond Clinic", "Whole row",
            "People: *; Coverage: not declared; Last on: –; Facility: too few", "not there")),
    "order": (annual(agencies(CLINIC, SCHOOL)), ("The report", "", "Order", "", "arranged differently")),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_changes_is_said(what: str) -> None:
    now, first = CHANGES[what]
    assert lines(REPORT, now)[0][:5] == first


@pytest.mark.parametrize("position", range(1, 5))
def test_every_figure_that_changes_is_a_line_of_its_own(position: int) -> None:
    spoilt = (*SCHOOL[:position], Hidden.TOO_FEW, *SCHOOL[position + 1 :])
    (found,) = differences(REPORT, annual(agencies(spoilt, CLINIC)))
    assert (found.row, found.column, found.now) == ("Harrow Lane School", TABLE.columns[position].label, "too few")


def _open_data(*rows: tuple[Value, ...]) -> Report:
    columns = (Column("Year"), Column("Agency"), Column("Module"), Column("People", Kind.COUNT))
    return annual(Table("X1", "Open data", columns, rows, CUT_OFF, ""))


def test_a_row_is_known_by_as_many_words_as_it_takes() -> None:
    rows: list[tuple[Value, ...]] = [("2024-25", agency, module, 10) for agency in ("A", "B") for module in ("M", "N")]
    changed = [*rows[:3], ("2024-25", "B", "N", 15)]
    assert lines(_open_data(*rows), _open_data(*changed)) == [
        ("Table X1: Open data", "2024-25, B, N", "People", "10", "15", ""),
    ]
    twice = [*rows, rows[3]]
    assert [each.change for each in differences(_open_data(*rows), _open_data(*twice))] == [Change.ROW_CAME]


def test_tables_of_one_number_are_told_apart_by_their_captions() -> None:
    one, other = (replace(TABLE, caption=caption) for caption in ("One", "Other"))
    now = annual(one, replace(other, rows=agencies(*CHANGED_ROWS[1:]).rows))
    assert {where for where, *_ in lines(annual(one, other), now)} == {"Table R2: Other"}


@settings(max_examples=25, deadline=None)
@given(was=REPORTS, now=REPORTS)
def test_two_reports_that_differ_are_never_said_to_be_the_same(was: Report, now: Report) -> None:
    assert differences(was, was) == ()
    found = differences(was, now)
    assert bool(found) == (_said(was) != _said(now))
    assert all(each.was != each.now for each in found)


def _said(report: Report) -> tuple[str, str, tuple[Part, ...]]:
    """Everything but when it was counted, and under which kind and key."""
    parts = tuple(
        replace(part, tables=tuple(replace(table, cut_off=CUT_OFF) for table in part.tables)) for part in report.parts
    )
    return report.title, report.period.label, parts
