"""The L&D officer's report on the screen, exact and without names; and the file that may leave the partnership."""

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.roles import Role
from elearning.core.throttle import may_export
from elearning.editions.queries import list_latest_ids
from elearning.figures.charts import drawn
from elearning.figures.disclosure import SMALL_COUNTS
from elearning.figures.rules import find_period, is_closed, is_publishable, list_periods, year_of
from elearning.figures.spreadsheet import tables_csv, tables_xlsx
from elearning.people.queries import list_agencies
from elearning.reports import operations, queries
from elearning.reports.forms import view_filter
from elearning.reports.overview import trend_chart
from elearning.reports.spreadsheet import open_data_csv
from elearning.reports.tables import FIELDS, SHEETS, narrowed
from elearning.reports.types import Sheet
from elearning.web.access import requires

bp = Blueprint("reports", __name__)


def _titles() -> queries.Titles:
    return {module.key: module.title for module in library()}


@bp.get("/reports")
@requires(Role.OFFICER)
def overview() -> ResponseReturnValue:
    """A period at a glance, the trend, agencies to talk to and how the modules land: exact, and for the screen only."""
    today, titles = clock.today(), _titles()
    periods = list_periods(queries.first_completion(), today)
    form, view = view_filter(
        request.args,
        FIELDS,
        periods=periods,
        default=next(period for period in periods if not period.is_year and period.first <= today <= period.last),
        titles=titles,
        agencies=list_agencies(),
    )
    tables = queries.overview_tables(view, titles)
    trend = trend_chart(tables.trend)
    return render_template(
        "reports/overview.html",
        form=form,
        view=view,
        narrowed=narrowed(view, titles),
        is_running=view.period.last >= today,
        tables=tables,
        trend=drawn(trend) if any(any(each.values) for each in trend.series) else None,
        more=[(url_for(endpoint), name, about) for endpoint, name, about in MORE],
    )


QUARTERS = 8  # that a paper is offered of
MORE = (
    (
        "reports.make",
        "Make a report",
        "The annual report for the board, or a quarter's paper for the sub-group, as one PDF.",
    ),
    ("reports.tables", "All tables", "Each table of the sub-group's report, to narrow down, and as a file."),
    ("items.items", "What people get wrong", "How each question fares at the first attempt, and which to mend."),
    ("impact.impact", "Did it help", "How sure people feel, before and after, and what changed in their work."),
    ("editions.editions", "Kept reports", "As they were printed, and what changed between two."),
    ("requirements.requirements", "Requirements", "Who must hold which module, and by when."),
    ("requirements.headcounts", "Declared headcounts", "How many staff each agency has in scope."),
)
FILES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@bp.get("/reports/make")
@requires(Role.OFFICER)
def make() -> ResponseReturnValue:
    """The reports that can be made, and those that were."""
    today = clock.today()
    closed = [each for each in list_periods(queries.first_completion(), today) if is_closed(each, today)]
    kept = list_latest_ids()
    years = [(each, kept.get(each.key)) for each in closed if each.is_year]
    newest_first = sorted((each for each in closed if not each.is_year), key=lambda each: each.first, reverse=True)
    quarters = [(each, kept.get(each.key)) for each in newest_first[:QUARTERS]]
    return render_template("reports/make.html", years=years, quarters=quarters, first_file_on=year_of(today).last)


@bp.post("/reports/make")
@requires(Role.OFFICER)
def make_report() -> ResponseReturnValue:
    """Make the report of a year or quarter that is over, or give out the one that is kept; 404 for any other period.

    A new edition is asked for `after` the one that the page showed, so that pressing twice makes one.
    """
    today = clock.today()
    period = find_period(list_periods(queries.first_completion(), today), request.args.get("period", ""))
    if period is None or not is_closed(period, today):
        abort(404)
    after = request.args.get("after", type=int)
    is_made = list_latest_ids().get(period.key) in (None, after)  # what is kept already is given out as often as asked
    if is_made and not may_export(current_user.practitioner_id):
        abort(429)
    settings = current_app.config["SETTINGS"]
    edition_id = operations.make_report(
        current_user.practitioner_id,
        period,
        _titles(),
        partnership=settings.partnership,
        colour=settings.colour,
        after=after,
    )
    return redirect(url_for("editions.edition", edition_id=edition_id))


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
        content = tables_xlsx(out)
    else:
        content = b"".join(open_data_csv(out[0]) if sheet.number == "X1" else tables_csv(out))
    name = f"{sheet.number.lower()}-{period.key}.{kind}"
    return Response(content, mimetype=FILES[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _sheet(number: str) -> Sheet:
    """A table by its number, however it is written; 404 for a number that no table has."""
    sheet = SHEETS.get(number.upper())
    if sheet is None:
        abort(404)
    return sheet
