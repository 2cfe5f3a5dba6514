"""The annual report: made of what may be published, kept, given out again, and made anew with what changed."""

import dataclasses
import datetime as dt
import html
import re
import shlex
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from elearning.core import clock
from elearning.core.db import db
from elearning.core.errors import Refused
from elearning.core.models import AuditEntry
from elearning.core.throttle import EXPORTS, may_export
from elearning.editions.queries import find_edition, find_latest_id
from elearning.editions.types import Edition
from elearning.figures.disclosure import MARK
from elearning.figures.pdf import render
from elearning.figures.rules import financial_year, quarters_of, written
from elearning.figures.spreadsheet import table_csv, tables_csv
from elearning.figures.types import Hidden, Rate
from elearning.people.operations import add_agency
from elearning.people.types import Sector
from elearning.reports.cli import report
from elearning.reports.operations import make_report, publish_table
from elearning.reports.queries import list_published
from elearning.reports.tables import SHEETS
from elearning.settings import Settings
from tests.conftest import CheckedClient, World
from tests.evaluation.test_tallies import say_all
from tests.records import complete, hire
from tests.reports.conftest import SUMMER, TITLES, Partnership

YEAR = financial_year(2025)
PARTNERSHIP, COLOUR = "Test Partnership", "#1f4e4a"


@pytest.fixture
def past(app: Flask, world: World) -> World:
    """A year in which the school completed thirty times and the clinic twelve."""
    for agency, count in ((world.school, 30), (world.clinic, 12)):
        for _ in range(count):
            complete(hire(agency, since=dt.date(2025, 5, 6)), agency, on=dt.date(2025, 11, 3))
    return world


def make(*, after: int | None = None) -> Edition:
    with clock.at(SUMMER):
        edition = find_edition(make_report(None, YEAR, TITLES, partnership=PARTNERSHIP, colour=COLOUR, after=after))
    assert edition is not None
    return edition


def test_the_report_has_its_parts_and_ends_with_what_it_cannot_tell(past: World) -> None:
    made = make().report
    assert [part.heading for part in made.parts] == [
        "The year at a glance", "Training modules", "Who completed", "Coverage", "Team discussions",
        "Did it help", "What people get wrong", "What this report cannot tell you",
    ]  # fmt: skip
    numbers = [table.number for part in made.parts for table in part.tables]
    assert numbers == ["R1", "R2", "R3", "R4", "R6", "R5.1", "R5.2", "R13", "R9d", "R12", "R15"]
    (limits,) = made.parts[-1].tables
    assert any("R5" in written(row[0]) for row in limits.rows)  # nobody declared a headcount
    assert any("R11" in written(row[0]) for row in limits.rows)  # which is not printed, as it has no figure


def test_every_count_in_it_is_disclosed(past: World) -> None:
    for part in make().report.parts:
        for table in part.tables:
            for value in (value for row in table.rows for value in row):
                for count in (value.numerator, value.denominator) if isinstance(value, Rate) else (value,):
                    assert not isinstance(count, int) or count % 5 == 0
        for chart in part.charts:
            assert all(value is None or value % 5 == 0 for series in chart.series for value in series.values)


def test_its_words_are_those_of_its_cells(past: World) -> None:
    glance = make().report.parts[0]
    for measure, now, *_ in glance.tables[0].rows:
        if not isinstance(now, Hidden):
            assert f"{written(measure)}: {written(now)}" in glance.words[0]


def test_asked_for_again_it_is_the_one_that_was_kept_though_people_moved_and_were_counted_since(past: World) -> None:
    first = make()
    with clock.at(SUMMER + dt.timedelta(days=30)):
        complete(hire(past.clinic), past.clinic, on=dt.date(2026, 6, 20))
        assert make_report(None, YEAR, TITLES, partnership=PARTNERSHIP, colour=COLOUR) == first.id
    assert find_edition(first.id) == first


def test_a_new_edition_says_what_changed(past: World) -> None:
    first = make()
    add_agency("Quiet Housing", Sector.HOUSING)
    second = make(after=first.id)
    assert (second.id, second.facts.number) == (find_latest_id("annual", "2025-26"), 2)
    assert first.digest != second.digest
    assert "rows were added" in second.facts.changed


def test_the_files_of_what_people_say_and_of_questions_are_those_of_the_report(app: Flask, past: World) -> None:
    """They are decided on by themselves: nothing else that is published says more of them. All twelve began at 0."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    for _ in range(12):
        say_all(hire(past.school, since=dt.date(2024, 1, 1)), past.school, passed=dt.date(2025, 5, 1), before=0)
    with clock.at(SUMMER):
        tables = list_published(YEAR, TITLES)
        officer = client.sign_in(past.officer)
        impact = officer.post("/reports/impact.csv?period=2025-26").data
        questions = officer.post("/reports/items.csv?period=2025-26&module=sample-module").data
    (row, *_) = next(table.rows for table in tables if table.number == "R9")
    assert row[1:6] == (10, Rate(10, 55, "completions"), MARK, MARK, MARK)
    assert impact == b"".join(
        tables_csv([table for table in tables if table.number[:2] == "R9" or table.number in ("R10", "R11")])
    )
    assert questions == b"".join(table_csv(next(table for table in tables if table.number == "R12")))


def test_the_quarterly_paper_is_two_pages_and_counts_the_whole_partnership_alone(past: World) -> None:
    quarter = quarters_of(YEAR)[2]
    with clock.at(SUMMER):
        edition = find_edition(make_report(None, quarter, TITLES, partnership=PARTNERSHIP, colour=COLOUR))
    assert edition is not None
    paper = edition.report
    assert [part.heading for part in paper.parts] == [
        "The quarter at a glance", "Questions to look at", "What this paper cannot tell you",
    ]  # fmt: skip
    (trend,) = paper.parts[0].tables
    assert [written(cell) for cell in trend.rows[-1]] == ["October to December 2025", "40", "40", "*"]
    assert all(cell is Hidden.SUPPRESSED for row in trend.rows[:-1] for cell in row[1:])  # none at all is hidden too
    assert paper.parts[0].words[0] == "Completions: 40 (the quarter before *, a year before *)."
    assert len(pypdfium2.PdfDocument(render(paper, partnership=PARTNERSHIP, colour=COLOUR))) <= 2


def test_a_quarter_that_runs_makes_no_paper(past: World) -> None:
    with clock.at(SUMMER), pytest.raises(Refused, match="is not over"):
        make_report(None, quarters_of(financial_year(2026))[0], TITLES, partnership=PARTNERSHIP, colour=COLOUR)


@pytest.mark.parametrize("start", [2026, 2025])
def test_nothing_is_made_of_a_year_that_is_not_over(past: World, start: int) -> None:
    day = dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)  # a day's grace: 2025-26 closes tomorrow
    with clock.at(day), pytest.raises(Refused, match="is not over"):
        make_report(None, financial_year(start), TITLES, partnership=PARTNERSHIP, colour=COLOUR)
    with clock.at(day), pytest.raises(Refused, match="cannot be published"):
        publish_table(None, "R3", financial_year(start), TITLES)


def test_the_page_makes_it_and_leads_to_it(app: Flask, past: World) -> None:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    with clock.at(SUMMER):
        officer = client.sign_in(past.officer)
        page = officer.get("/reports/make").text
        assert page.count("Make the annual report") == 1  # of the one year that is over
        made = officer.post("/reports/make?period=2025-26")
        assert made.status_code == 302
        assert "Annual training report" in officer.get(made.headers["Location"]).text
        assert "Open the newest edition" in officer.get("/reports/make").text
        assert officer.post("/reports/make?period=2025-26").headers["Location"] == made.headers["Location"]
        (button,) = re.findall(r'action="(/reports/make[^"]*after=[^"]*)"', officer.get("/reports/make").text)
        (pressed_twice,) = {officer.post(html.unescape(button)).headers["Location"] for _ in range(2)}
        assert pressed_twice != made.headers["Location"]
        for period in ("2026-27", "2026-27-q1", "nonsense", ""):
            assert officer.post(f"/reports/make?period={period}").status_code == 404


def test_only_what_is_made_is_one_of_five_in_ten_minutes(app: Flask, past: World) -> None:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    with clock.at(SUMMER):
        officer = client.sign_in(past.officer)
        (kept,) = {officer.post("/reports/make?period=2025-26").headers["Location"] for _ in range(EXPORTS + 2)}
        assert [may_export(past.officer.practitioner_id) for _ in range(EXPORTS)] == [True] * (EXPORTS - 1) + [False]
        assert officer.post("/reports/make?period=2025-26").headers["Location"] == kept
        anew = f"/reports/make?period=2025-26&after={kept.rpartition('/')[2]}"
        assert officer.post(anew).status_code == 429


def test_before_a_year_is_over_the_page_says_when_the_first_can_be_made(app: Flask, world: World) -> None:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    page = client.sign_in(world.officer).get("/reports/make").text
    assert "The first can be made once this one ends on 31 March 2026." in page


@dataclasses.dataclass
class Context:
    app: Flask

    @property
    def settings(self) -> Settings:
        settings: Settings = self.app.config["SETTINGS"]
        return settings


def run(app: Flask, *arguments: str) -> Result:
    with clock.at(SUMMER):
        return CliRunner().invoke(report, arguments, obj=Context(app))


def test_the_command_writes_the_same_file_each_time(app: Flask, past: World, tmp_path: Path) -> None:
    files = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    for file in files:
        result = run(app, "annual", "--year", "2025-26", "--output", str(file))
        assert (result.exit_code, result.exception) == (0, None)
        assert f"Wrote {file}: edition 1, seal " in result.output
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].read_bytes().startswith(b"%PDF-1.7")
    anew = run(app, "annual", "--year", "2025-26", "--output", str(files[1]), "--anew")
    assert "Since edition 1: Nothing changed but the time of counting." in anew.output


def test_a_table_is_the_bytes_of_the_page(partnership: Partnership, tmp_path: Path) -> None:
    file = tmp_path / "r6.csv"
    result = run(partnership.app, "table", "r6", "--year", "2025-26", "--output", str(file))
    assert (result.exit_code, result.exception) == (0, None)
    page = partnership.officer().post("/reports/tables/R6.csv?period=2025-26")
    assert file.read_bytes() == page.data
    assert run(partnership.app, "table", "R6", "--year", "2025-26").stdout_bytes == page.data
    assert run(partnership.app, "table", "R6", "--year", "2025-26", "--excel").stdout_bytes.startswith(b"PK")
    with partnership.app.app_context():
        trail = db.session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "table exported")).all()
    assert trail.count("R6 2025-26") == 4


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("annual --year 2026-27", "April 2026 to March 2027 is not over"),
        ("annual --year 2025-26-q3", "2025-26-q3 is a quarter; give a financial year, such as 2025-26."),
        ("annual --year 1999-00", "There is no period 1999-00; the financial years are 2026-27, 2025-26, 2024-25,"),
        ("annual --year ''", "Give a period; the financial years are 2026-27, 2025-26, 2024-25,"),
        ("quarterly --quarter ''", "That is no quarter; give one such as 2025-26-q2."),
        ("quarterly --quarter 2025-26", "2025-26 is no quarter; give one such as 2025-26-q2."),
        ("quarterly --quarter 2026-27-q1", "Quarter 1, April to June 2026 is not over"),
        ("table R3 --year 2026-27", "April 2026 to March 2027 cannot be published"),
        ("table R3 --year 2025-26-q3", "cannot be published"),
    ],
)
def test_a_period_that_is_not_published_is_refused_in_one_line(
    partnership: Partnership, command: str, said: str
) -> None:
    result = run(partnership.app, *shlex.split(command))
    assert isinstance(result.exception, Refused)
    assert said in str(result.exception)


@pytest.mark.parametrize("arguments", [("--help",), ("annual", "--help"), ("quarterly", "--help"), ("table", "--help")])
def test_every_command_explains_itself(app: Flask, arguments: tuple[str, ...]) -> None:
    result = run(app, *arguments)
    assert result.exit_code == 0
    assert "table" not in arguments or all(number.lower() in result.output for number in SHEETS)
