"""What people get wrong: how each question fares at the first attempt, exact on the screen and without names."""

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.roles import Role
from elearning.core.throttle import may_export
from elearning.figures.disclosure import SMALL_COUNTS, publish
from elearning.figures.rules import find_period, is_publishable, list_periods, written, year_of
from elearning.figures.spreadsheet import table_csv, tables_xlsx
from elearning.items import operations, queries
from elearning.items.forms import item_filter
from elearning.items.tables import PUBLISHED, group_table, hardest_first, item_table, tables_to_leave
from elearning.items.types import By
from elearning.web.access import requires

bp = Blueprint("items", __name__)
bp.add_app_template_filter(written)

FILES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@bp.get("/reports/items")
@requires(Role.OFFICER)
def items() -> ResponseReturnValue:
    """A module's questions with what their first attempts say: the ones to look at first, then all."""
    modules, today = tuple(library()), clock.today()
    if not modules:
        return render_template("items/items.html", module=None)
    periods = list_periods(queries.first_attempt(), today)
    form, module, period = item_filter(request.args, modules, periods, year_of(today))
    figures = queries.item_figures([module], period)[module.key]
    groups = [(by, queries.list_groups(period, module.key, by)) for by in By]
    return render_template(
        "items/items.html",
        form=form,
        module=module,
        period=period,
        flagged=[each for each in figures if each.flags],
        table=item_table(module, figures, clock.now(), period) if figures else None,
        by_group=[group_table(module, groups, by, clock.now(), period) for by, groups in groups if groups],
        publishable=[each for each in periods if is_publishable(each, today)],
        small_counts=SMALL_COUNTS,
    )


@bp.post("/reports/items.csv", defaults={"kind": "csv"})
@bp.post("/reports/items.xlsx", defaults={"kind": "xlsx"})
@requires(Role.OFFICER)
def items_file(kind: str) -> ResponseReturnValue:
    """A module's questions in a financial year that is over, with disclosure control; 404 for anything else."""
    today = clock.today()
    period = find_period(list_periods(queries.first_attempt(), today), request.args.get("period", ""))
    module = library().find(request.args.get("module", ""))
    if module is None or period is None or not is_publishable(period, today):
        abort(404)
    if not may_export(current_user.practitioner_id):
        abort(429)
    operations.record_items_export(current_user.practitioner_id, module.key, period)
    figures, now = queries.item_figures([module], period)[module.key], clock.now()
    table = hardest_first(publish(tables_to_leave(module, figures, now, period), PUBLISHED)[0])
    content = tables_xlsx([table]) if kind == "xlsx" else b"".join(table_csv(table))
    name = f"questions-{module.key}-{period.key}.{kind}"
    return Response(content, mimetype=FILES[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})
