"""The L&D officer's report on the screen, exact and without names; and the file that may leave the partnership."""

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.roles import Role
from elearning.core.throttle import may_export
from elearning.figures.disclosure import SMALL_COUNTS, shown
from elearning.figures.rules import find_period, is_publishable, list_periods, place_bars, year_of
from elearning.figures.spreadsheet import table_csv, tables_xlsx
from elearning.people.queries import list_agencies
from elearning.reports import operations, queries
from elearning.reports.disclosure import NOTE, published_table
from elearning.reports.forms import report_filter, view_filter
from elearning.reports.spreadsheet import completions_csv as as_csv
from elearning.reports.spreadsheet import open_data_csv
from elearning.reports.tables import SHEETS
from elearning.reports.types import Sheet
from elearning.web.access import requires

bp = Blueprint("reports", __name__)


def _titles() -> queries.Titles:
    return {module.key: module.title for module in library()}


@bp.get("/reports")
@requires(Role.OFFICER)
def overview() -> ResponseReturnValue:
    """Completions by agency and module in a period, exact; on paper only what may be published."""
    today = clock.today()
    periods = list_periods(queries.first_completion(), today)
    form, period, sector = report_filter(request.args, periods, year_of(today))
    report = queries.completion_report(period, _titles(), sector)
    published = None
    if sector is None and is_publishable(period, today):
        published = published_table(report, queries.list_on_offer(period, _titles()), today)
    return render_template(
        "reports/overview.html",
        form=form,
        report=report,
        agency_chart=place_bars(
            (row.name, row.completions, f"{row.completions:,}") for row in report.rows if row.completions
        ),
        quarter_chart=place_bars(
            (q.quarter.label, q.completions or 0, "not yet begun" if q.completions is None else f"{q.completions:,}")
            for q in report.quarters
        ),
        is_running=period.last >= today,
        published=published,
        publishable=[each for each in periods if is_publishable(each, today)],
        first_file_on=year_of(today).last,
        note=NOTE,
        shown=shown,
    )


@bp.post("/reports/completions.csv")
@requires(Role.OFFICER)
def completions_csv() -> ResponseReturnValue:
    """The completions of a financial year that is over, with disclosure control; 404 for any other period."""
    today = clock.today()
    period = find_period(list_periods(queries.first_completion(), today), request.args.get("period", ""))
    if period is None or not is_publishable(period, today):
        abort(404)
    if not may_export(current_user.practitioner_id):
        abort(429)
    cells = operations.publish_completions(current_user.practitioner_id, period, _titles())
    return Response(
        b"".join(as_csv(cells)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="completions-{period.key}.csv"'},
    )


FILES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@bp.get("/reports/tables")
@requires(Role.OFFICER)
def tables() -> ResponseReturnValue:
    """The tables of the sub-group's report, by number."""
    return render_template("reports/tables.html", sheets=SHEETS.values())


@bp.get("/reports/tables/<table>")
@requires(Role.OFFICER)
def table(table: str) -> ResponseReturnValue:
    """One table, exact, narrowed down to what the address asks for; on paper only what may be published."""
    sheet = _sheet(table)
    today, titles = clock.today(), _titles()
    periods = list_periods(queries.first_completion(), today)
    publishable = [each for each in periods if is_publishable(each, today)]
    offered = publishable if sheet.number == "X1" else periods
    if not offered:  # of closed years only, and there is none yet
        return render_template("reports/table.html", sheet=sheet, table=None, first_file_on=year_of(today).last)
    form, view = view_filter(
        request.args,
        sheet.fields,
        periods=offered,
        default=offered[0],
        titles=titles,
        agencies=list_agencies() if "agency" in sheet.fields else (),
        one_module=sheet.number == "R5",
    )
    return render_template(
        "reports/table.html",
        sheet=sheet,
        form=form,
        table=queries.make_table(sheet.number, view, titles),
        publishable=publishable,
        first_file_on=year_of(today).last,
        small_counts=SMALL_COUNTS,
    )


@bp.post("/reports/tables/<table>.<any(csv, xlsx):kind>")
@requires(Role.OFFICER)
def table_file(table: str, kind: str) -> ResponseReturnValue:
    """A table of a financial year that is over, of everyone, with disclosure control; 404 for any other period."""
    sheet = _sheet(table)
    today = clock.today()
    period = find_period(list_periods(queries.first_completion(), today), request.args.get("period", ""))
    if period is None or not is_publishable(period, today):
        abort(404)
    if not may_export(current_user.practitioner_id):
        abort(429)
    out = operations.publish_table(current_user.practitioner_id, sheet.number, period, _titles())
    if kind == "xlsx":
        content = tables_xlsx([out])
    else:
        content = b"".join(open_data_csv(out) if sheet.number == "X1" else table_csv(out))
    name = f"{sheet.number.lower()}-{period.key}.{kind}"
    return Response(content, mimetype=FILES[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _sheet(number: str) -> Sheet:
    """A table by its number, however it is written; 404 for a number that no table has."""
    sheet = SHEETS.get(number.upper())
    if sheet is None:
        abort(404)
    return sheet
