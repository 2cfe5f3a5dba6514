"""Did it help: what those who took the training say, in groups, exact on the screen; and the files that may leave."""

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.roles import Role
from elearning.core.throttle import may_export
from elearning.evaluation.types import Pair
from elearning.figures.charts import drawn
from elearning.figures.disclosure import SMALL_COUNTS, publish
from elearning.figures.rules import find_period, is_publishable, list_periods, year_of
from elearning.figures.spreadsheet import tables_csv, tables_xlsx
from elearning.impact import operations, queries
from elearning.impact.disclosure import PUBLISHED, without_ends
from elearning.impact.forms import impact_filter
from elearning.impact.rules import SHOWN
from elearning.impact.tables import confidence_chart, confidence_table, tables_of
from elearning.web.access import requires

bp = Blueprint("impact", __name__)

FILES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@bp.get("/reports/impact")
@requires(Role.OFFICER)
def impact() -> ResponseReturnValue:
    """Confidence before and after, what changed in practice, and pledges: of one module or of all, in a period."""
    today, now = clock.today(), clock.now()
    periods = list_periods(queries.first_completion(), today)
    form, module, period = impact_filter(request.args, tuple(library()), periods, year_of(today))
    says = queries.what_modules_say([module] if module else tuple(library()), period, today)
    return render_template(
        "impact/impact.html",
        form=form,
        module=module,
        period=period,
        tables={table.number: table for table in tables_of(says, period, now)} if says else None,
        charts=[
            drawn(chart)
            for each in says
            if (chart := confidence_chart(confidence_table([each], Pair.BEFORE_NOW, period, now)))
        ],
        quotes=queries.list_quotes(says, period),
        publishable=[each for each in periods if is_publishable(each, today)],
        small_counts=SMALL_COUNTS,
        fewest=SHOWN,
    )


@bp.post("/reports/impact.csv", defaults={"kind": "csv"})
@bp.post("/reports/impact.xlsx", defaults={"kind": "xlsx"})
@requires(Role.OFFICER)
def impact_file(kind: str) -> ResponseReturnValue:
    """Every table of all modules in a financial year that is over, with disclosure control; 404 for anything else.

    Never of one module: a figure of all, less those of the others, would give away the one that is hidden.
    """
    today = clock.today()
    period = find_period(list_periods(queries.first_completion(), today), request.args.get("period", ""))
    if period is None or not is_publishable(period, today):
        abort(404)
    if not may_export(current_user.practitioner_id):
        abort(429)
    operations.record_impact_export(current_user.practitioner_id, period)
    tables = publish(without_ends(queries.impact_tables(tuple(library()), period, clock.now(), today)), PUBLISHED)
    content = tables_xlsx(tables) if kind == "xlsx" else b"".join(tables_csv(tables))
    name = f"impact-{period.key}.{kind}"
    return Response(content, mimetype=FILES[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})
