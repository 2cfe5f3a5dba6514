"""Each table of the sub-group's report against figures worked out by hand from the story in conftest.py."""

from dataclasses import replace

from elearning.figures.rules import financial_year, quarters_of, written
from elearning.figures.types import Table
from elearning.people.queries import list_agencies
from elearning.people.types import JOB_ROLES, AgencyName, Sector
from elearning.reports.queries import make_table
from elearning.reports.types import View
from tests.conftest import MODULE
from tests.reports.conftest import OTHER, TITLES, Partnership

LAST_YEAR = View(financial_year(2025))


def said(table: Table) -> list[list[str]]:
    return [[written(value) for value in row] for row in table.rows]


def asked(number: str, view: View = LAST_YEAR, *, to_leave: bool = False) -> list[list[str]]:
    return said(make_table(number, view, TITLES, to_leave=to_leave))


def agency(id_: int) -> AgencyName:
    return next(each for each in list_agencies() if each.id == id_)


def test_r1_headlines_beside_the_year_before(partnership: Partnership) -> None:
    assert asked("R1") == [
        ["Training modules on offer", "2", "0", "2"],
        ["People registered", "21", "2", "19"],
        ["People completing at least one module", "11", "2", "9"],
        ["Completions", "12", "2", "10"],
        ["Certificates issued", "13", "2", "11"],  # one of them anew, for a completion of the year before
        ["CPD hours", "4", "1", "3"],
        ["Team discussions recorded", "1", "0", "1"],
        ["People present at team discussions", "6", "0", "6"],
        ["Agencies with a completion", "2", "1", "1"],
        ["Agencies listed", "3", "–", "–"],
    ]


def test_r2_modules_from_who_must_hold_them_to_what_it_took(partnership: Partnership) -> None:
    assert asked("R2") == [
        ["Sample module", "1", "21", "12", "11", "2", "11 of 21 people enrolled (52%)", "1", "0", "4"],
        ["Another module", "1", "12", "1", "1", "0", "1 of 12 people enrolled (8%)", "too few", "too few", "0"],
    ]


def test_r3_agencies_in_the_partnerships_order_with_a_total_in_which_nobody_counts_twice(
    partnership: Partnership,
) -> None:
    assert asked("R3") == [
        ["Northside Police", "0", "0", "0", "0 of 12 completions (0%)", "0", "0"],
        ["Millpond Clinic", "15", "1", "9", "10 of 12 completions (83%)", "9", "1"],
        ["Harrow Lane School", "6", "1", "1", "1 of 12 completions (8%)", "1", "0"],
        ["No agency", "–", "0", "1", "1 of 12 completions (8%)", "1", "0"],
        ["Total", "21", "2", "11", "12 of 12 completions (100%)", "11", "1"],
    ]


def test_r4_three_years_side_by_side(partnership: Partnership) -> None:
    table = make_table("R4", LAST_YEAR, TITLES)
    assert [column.label for column in table.columns][1:] == [
        "April 2023 to March 2024", "April 2024 to March 2025", "April 2025 to March 2026",
    ]  # fmt: skip
    assert said(table) == [
        ["Northside Police", "0", "0", "0"],
        ["Millpond Clinic", "0", "0", "10"],
        ["Harrow Lane School", "0", "2", "1"],
        ["No agency", "0", "0", "1"],
        ["Total", "0", "2", "12"],
    ]


NOT_DECLARED = ["not declared", "not declared"]


def test_r5_coverage_today_and_as_it_was_when_the_year_ended(partnership: Partnership) -> None:
    assert asked("R5") == [
        ["Northside Police", *NOT_DECLARED, "0", "not declared", "0", "0"],
        ["Millpond Clinic", "5", "1 February 2026", "9", "declared fewer", "0", "1"],
        ["Harrow Lane School", "20", "1 March 2026", "1", "1 of 20 declared staff (5%)", "0", "0"],
        ["Total", "not declared", "–", "10", "not declared", "0", "1"],
    ]
    then = asked("R5", to_leave=True)
    assert then[1] == ["Millpond Clinic", "5", "1 February 2026", "10", "declared fewer", "1", "0"]
    assert then[-1] == ["Total", "not declared", "–", "11", "not declared", "1", "0"]


def test_r5_gives_a_total_only_where_every_agency_has_declared(partnership: Partnership) -> None:
    school = replace(LAST_YEAR, agency=agency(partnership.world.school))
    assert asked("R5", school)[-1] == ["Total", "20", "–", "1", "1 of 20 declared staff (5%)", "0", "0"]


def test_r6_job_roles_as_of_the_day_of_completion(partnership: Partnership) -> None:
    assert asked("R6") == [
        ["Midwife", "1", "0", "0 of 12 completions (0%)"],
        ["Nurse", "12", "9", "10 of 12 completions (83%)"],
        ["Safeguarding lead", "2", "0", "0 of 12 completions (0%)"],
        ["Teacher", "3", "1", "1 of 12 completions (8%)"],
        ["Teaching assistant", "1", "0", "0 of 12 completions (0%)"],
        ["Other", "2", "0", "0 of 12 completions (0%)"],
        ["None known", "–", "1", "1 of 12 completions (8%)"],
        ["Total", "21", "11", "12 of 12 completions (100%)"],
    ]


def test_r13_counts_discussions_and_tells_nothing_of_what_was_said(partnership: Partnership) -> None:
    assert asked("R13") == [
        ["Northside Police", "0", "0", "–", "0"],
        ["Millpond Clinic", "0", "0", "–", "0"],
        ["Harrow Lane School", "1", "6", "Sample module", "1"],
        ["No agency", "0", "0", "–", "0"],
        ["Total", "1", "6", "–", "1"],
    ]


def test_x1_as_things_stood_at_the_end_of_the_year(partnership: Partnership) -> None:
    every = asked("X1")
    assert [row[1:3] for row in every] == [[role, title] for role in JOB_ROLES for title in TITLES.values()]
    assert [row for row in every if row[3] != "0"] == [
        ["2025-26", "Midwife", "Sample module", "1", "0", "0 of 1 required people (0%)", "0"],  # in her first weeks
        ["2025-26", "Nurse", "Sample module", "12", "10", "10 of 12 required people (83%)", "2"],
        ["2025-26", "Nurse", "Another module", "12", "1", "1 of 12 required people (8%)", "11"],
        ["2025-26", "Safeguarding lead", "Sample module", "2", "0", "0 of 2 required people (0%)", "2"],
        ["2025-26", "Teacher", "Sample module", "3", "1", "1 of 3 required people (33%)", "2"],
        ["2025-26", "Teaching assistant", "Sample module", "1", "0", "0 of 1 required people (0%)", "1"],
        ["2025-26", "Other", "Sample module", "2", "0", "0 of 2 required people (0%)", "2"],
    ]
    assert asked("X1", View(financial_year(2024))) == []  # nothing was required yet


def test_tables_are_narrowed_down_by_module_agency_kind_and_role(partnership: Partnership) -> None:
    clinic = agency(partnership.world.clinic)
    assert asked("R3", replace(LAST_YEAR, agency=clinic)) == [
        ["Millpond Clinic", "15", "1", "9", "10 of 10 completions (100%)", "9", "1"],
        ["Total", "15", "1", "9", "10 of 10 completions (100%)", "9", "1"],
    ]
    assert asked("R3", replace(LAST_YEAR, sector=Sector.HEALTH)) == asked("R3", replace(LAST_YEAR, agency=clinic))
    assert asked("R3", replace(LAST_YEAR, module=OTHER, job_role="Nurse"))[1:3] == [
        ["Millpond Clinic", "12", "0", "1", "1 of 1 completions (100%)", "1"],
        ["Harrow Lane School", "0", "0", "0", "0 of 1 completions (0%)", "0"],
    ]
    assert [row[1] for row in asked("R1", replace(LAST_YEAR, agency=clinic))] == [
        "2", "15", "9", "10", "10", "3", "0", "0", "1", "1",
    ]  # fmt: skip
    assert asked("R2", replace(LAST_YEAR, module=MODULE, sector=Sector.SCHOOL)) == [
        ["Sample module", "1", "6", "1", "1", "1", "1 of 6 people enrolled (17%)", "–", "–", "0"]
    ]
    assert [row[0] for row in asked("R6", replace(LAST_YEAR, sector=Sector.POLICE))] == ["Total"]
    table = make_table("R3", replace(LAST_YEAR, module=MODULE, agency=clinic, job_role="Nurse"), TITLES)
    assert table.caption == (
        "Completions by agency and module, April 2025 to March 2026; only Sample module; only Nurse; only Millpond Clinic"
    )


def test_a_quarter_has_its_own_figures(partnership: Partnership) -> None:
    autumn = View(quarters_of(financial_year(2025))[2])
    assert [row[:3] for row in asked("R1", autumn)][2:4] == [
        ["People completing at least one module", "9", "0"], ["Completions", "9", "0"],
    ]  # fmt: skip
    assert asked("R2", autumn)[0][3:8] == ["11", "9", "2", "11 of 13 people enrolled (85%)", "1"]


def test_the_running_year_says_that_it_is_not_over(partnership: Partnership) -> None:
    table = make_table("R1", View(financial_year(2026)), TITLES)
    assert table.caption == "Headlines, April 2026 to March 2027, so far"
    assert "This year is not over, and last year is whole." in table.notes[0]
    today = asked("R2", View(financial_year(2026)))
    assert today[0][2:7] == ["21", "0", "0", "0", "10 of 21 people enrolled (48%)"]


def test_who_moves_on_the_day_that_is_counted_is_registered_once_where_they_now_work(partnership: Partnership) -> None:
    summer = View(quarters_of(financial_year(2025))[1])
    assert [row[:2] for row in asked("R3", summer)][1:3] == [["Millpond Clinic", "11"], ["Harrow Lane School", "2"]]
