"""Disclosure control: the one place that decides what may leave the partnership, and in which form (law 6).

A count of 1 to 7 people is suppressed, any other is rounded to the nearest 5, and zero stays zero. That alone is not
enough: small counts hidden in a table can be worked out from its totals, from the same table under another filter, or
from the same table taken on another day. So what is published is a small, fixed set, chosen so that **each figure
published depends on one count only, and each count is published once**:

* One table: people who completed, by agency and module. No totals, no margins, no percentages over agencies; a total
  minus the cells that are shown would give the one that is not. The officer has the totals on the screen.
* No filter by sector, and no period but whole financial years: two overlapping periods or groups could be subtracted.
* Only financial years that are over. A running year, taken day by day, would show the day on which 0 turns into `*`
  (one person) or `*` into 10 (the eighth). A year that is over has no more completions to come, as a completion's date
  is the day it is recorded, and what is withdrawn later still counts there, so the file is the same whenever it is
  made.
* The rows and columns that stand in the table come from the lists of agencies and of modules on offer, and the versions
  are those on offer in the year: none of this follows from who completed.

Whoever holds every file of every year therefore knows of a suppressed cell that it lies between 1 and 7, and nothing
more; `tests/reports/test_disclosure.py` proves it. Anything to be added here has to pass the same test. (When erasure
of details comes, it must not lower a count already published, or the two editions could be subtracted.)
"""

import datetime as dt

from elearning.reports.rules import closes_on
from elearning.reports.types import CompletionReport, OnOffer, Period, PublishedCell

SMALLEST_SHOWN = 8
ROUNDED_TO = 5
MARK = "*"
NOTE = (
    f"Counts of 1 to {SMALLEST_SHOWN - 1} people are shown as {MARK} and other counts are rounded to the nearest "
    f"{ROUNDED_TO}, so that nobody can be recognised. There are no totals, because a hidden figure could be worked out "
    "from them."
)


def disclosed(count: int) -> int | None:
    """A count as it may be published: rounded, or None when it is suppressed. Raises ValueError below zero."""
    if count < 0:
        raise ValueError("a count of people is never below zero")
    if 0 < count < SMALLEST_SHOWN:
        return None
    return (2 * count + ROUNDED_TO) // (2 * ROUNDED_TO) * ROUNDED_TO


def shown(count: int | None) -> str:
    """A published count in a cell."""
    return MARK if count is None else str(count)


def is_publishable(period: Period, today: dt.date) -> bool:
    """Whether the period is a financial year that is closed."""
    return period.is_year and today >= closes_on(period.last)


def published_table(
    report: CompletionReport, on_offer: tuple[OnOffer, ...], today: dt.date
) -> tuple[PublishedCell, ...]:
    """The report's people by agency and module as they may leave the partnership.

    Raises ValueError for a report that is not a whole financial year that is over, of all sectors.
    """
    if report.sector is not None or not is_publishable(report.period, today):
        raise ValueError("only a whole financial year that is over is published, of all sectors")
    place = {module.key: position for position, module in enumerate(report.modules)}
    listed = {module.key for module in on_offer}
    unlisted = tuple(
        OnOffer(module.key, module.title, ())  # completed, although published later: in the table it belongs
        for position, module in enumerate(report.modules)
        if module.key not in listed and report.total.cells[position].completions
    )
    return tuple(
        PublishedCell(
            financial_year=report.period.key,
            agency=row.name,
            module=module.title,
            versions_on_offer=module.versions,
            completed_people=disclosed(row.cells[place[module.key]].people if module.key in place else 0),
        )
        for row in report.rows
        for module in (*on_offer, *unlisted)
    )
