"""Financial years and quarters as rows, for statements that sort records into them."""

import datetime as dt
from typing import Any

from sqlalchemy import CTE, ColumnClause, Date, String, column, values

from elearning.core import clock
from elearning.core.db import Moment
from elearning.figures.rules import closes_on, financial_year, quarters_of, year_of


def periods_from(first: dt.date, last: dt.date, *, years: bool = True) -> CTE:
    """The quarters, and if wanted the years, from the one of `first` to the one of `last`.

    Columns: key, first, last (days), begins_at, ends_at, closes_at (moments; it ends before `ends_at`).
    """
    rows = []
    for start in range(year_of(first).first.year, year_of(last).first.year + 1):
        year = financial_year(start)
        for period in [year, *quarters_of(year)] if years else quarters_of(year):
            moments = [clock.midnight(day) for day in (period.first, period.after, closes_on(period.last))]
            rows.append((period.key, period.first, period.last, *moments))
    columns: list[ColumnClause[Any]] = [
        column("key", String), column("first", Date), column("last", Date),
        column("begins_at", Moment), column("ends_at", Moment), column("closes_at", Moment),
    ]  # fmt: skip
    return values(*columns, name="period").data(rows).cte("period")
