"""Reports as they were printed: the list, each with what changed, and its files. What is kept is what may be published."""

from itertools import groupby

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from elearning.core.roles import Role
from elearning.core.spreadsheet import csv_pieces
from elearning.core.throttle import may_export
from elearning.editions import queries
from elearning.editions.operations import record_edition_export
from elearning.editions.rules import differences
from elearning.editions.types import Difference, Edition
from elearning.figures.charts import drawn
from elearning.figures.pdf import render
from elearning.figures.spreadsheet import tables_xlsx
from elearning.figures.types import Table
from elearning.web.access import requires

bp = Blueprint("editions", __name__)

SHOWN = 20  # lines of what changed in one table; the file has them all
COLUMNS = ("where", "row", "column", "was", "is", "why")
FILES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


@bp.get("/reports/editions")
@requires(Role.OFFICER)
def editions() -> ResponseReturnValue:
    """Every report that was kept, newest first, with what changed in a sentence."""
    kinds = [(kind, list(lines)) for kind, lines in groupby(queries.list_editions(), lambda line: line.kind)]
    return render_template("editions/editions.html", kinds=kinds)


@bp.get("/reports/editions/<int:edition_id>")
@requires(Role.OFFICER)
def edition(edition_id: int) -> ResponseReturnValue:
    """One of them: its files, its parts, what it was made of, and what changed since the edition before in a sentence."""
    found = _find(edition_id)
    latest_id = queries.find_latest_id(found.facts.kind, found.facts.period_key)
    return render_template("editions/edition.html", edition=found, latest_id=latest_id, tables=_tables(found))


@bp.get("/reports/editions/<int:edition_id>/parts/<int:number>")
@requires(Role.OFFICER)
def edition_part(edition_id: int, number: int) -> ResponseReturnValue:
    """One part of a report as a page: its words, drawings and tables."""
    found = _find(edition_id)
    if not 1 <= number <= len(found.report.parts):
        abort(404)
    return render_template("editions/part.html", edition=found, number=number, drawn=drawn)


@bp.get("/reports/editions/<int:edition_id>/changes")
@requires(Role.OFFICER)
def edition_changes(edition_id: int) -> ResponseReturnValue:
    """What changed since the edition before, line by line; 404 for the first."""
    found = _find(edition_id)
    if found.facts.number == 1:
        abort(404)
    changes = [(where, list(lines)) for where, lines in groupby(_changes(found), lambda each: each.where)]
    shown = [(where, lines[:SHOWN], len(lines)) for where, lines in changes]
    return render_template("editions/changes.html", edition=found, changes=shown)


@bp.post("/reports/editions/<int:edition_id>.pdf", defaults={"form": "pdf"})
@bp.post("/reports/editions/<int:edition_id>.xlsx", defaults={"form": "xlsx"})
@bp.post("/reports/editions/<int:edition_id>.csv", defaults={"form": "csv"})
@requires(Role.OFFICER)
def edition_file(edition_id: int, form: str) -> ResponseReturnValue:
    """The report as PDF or workbook, the same bytes each time; as CSV, every line of what changed."""
    found = _find(edition_id)
    tables = _tables(found)
    if (form == "xlsx" and not tables) or (form == "csv" and found.facts.number == 1):
        abort(404)
    if not may_export(current_user.practitioner_id):
        abort(429)
    facts = found.facts
    if form == "pdf":
        content = render(found.report, partnership=facts.partnership, colour=facts.colour)
    elif form == "xlsx":
        content = tables_xlsx(tables)
    else:
        rows = ((each.where, each.row, each.column, each.was, each.now, each.why) for each in _changes(found))
        content = b"".join(csv_pieces(COLUMNS, rows))
    record_edition_export(current_user.practitioner_id, facts, form)
    name = f"{facts.kind}-report-{facts.period_key}-edition-{facts.number}{'-changes' * (form == 'csv')}.{form}"
    return Response(content, mimetype=FILES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _find(edition_id: int) -> Edition:
    """The edition, or 404; and instead of one that was changed, a page that says so."""
    try:
        found = queries.find_edition(edition_id)
    except queries.EditionChanged as error:
        abort(_changed_page(error))
    return found or abort(404)


def _changed_page(error: queries.EditionChanged) -> Response:
    return Response(render_template("editions/changed.html", error=error), 500)


def _changes(found: Edition) -> tuple[Difference, ...]:
    try:
        before = queries.find_before(found)
    except queries.EditionChanged as error:
        abort(_changed_page(error))
    return differences(before.report, found.report, before.facts.names, found.facts.names) if before else ()


def _tables(found: Edition) -> list[Table]:
    return [table for part in found.report.parts for table in part.tables]
