"""What leaves the partnership, written down as it leaves."""

from sqlalchemy import insert

from elearning.core import clock
from elearning.core.audit import record_audit
from elearning.core.db import atomic, db, hold_still
from elearning.core.errors import Refused
from elearning.editions.operations import keep_edition
from elearning.editions.queries import find_latest_id
from elearning.figures.rules import is_closed, is_publishable
from elearning.figures.types import Period, Table
from elearning.people.models import Membership
from elearning.reports.models import ClosingTally
from elearning.reports.parts import ANNUAL, QUARTERLY
from elearning.reports.queries import (
    Titles,
    annual,
    first_completion,
    list_published,
    quarterly,
)
from elearning.reports.standing import closings_to_count, count_closing, members_then
from elearning.reports.tables import sheet_of


def publish_table(practitioner_id: int | None, number: str, period: Period, titles: Titles) -> list[Table]:
    """A table of a financial year as it may leave the partnership (R5 once for each module), with a line in the audit trail.

    `practitioner_id` is None for whoever works at the command line. Raises Refused for a period that is not published.
    """
    _check_publishable(period)
    with atomic():
        record_audit(practitioner_id, "table exported", f"{number} {period.key}")
    return [table for table in list_published(period, titles) if sheet_of(table) == number]


def _check_publishable(period: Period) -> None:
    if not is_publishable(period, clock.today()):
        raise Refused(
            f"{period.label} cannot be published: files are made of whole financial years, "
            "from the second day after they end, so that small counts cannot be worked out."
        )


def make_report(
    by: int | None, period: Period, titles: Titles, *, partnership: str, colour: str, after: int | None = None
) -> int:
    """The annual report of a financial year, or the paper of a quarter, kept for good; the id of its edition.

    The newest that is kept is given out again, unless it is the one `after` which another is asked for. `by` is None for
    whoever works at the command line. Raises Refused for a period that is not closed.
    """
    if not is_closed(period, clock.today()):
        raise Refused(
            f"{period.label} is not over: a report is made from the second day after the end, when nothing more can be "
            "counted in it."
        )
    kind = ANNUAL if period.is_year else QUARTERLY
    if (kept := find_latest_id(kind, period.key)) is not None and kept != after:
        return kept
    made = annual(period, titles) if period.is_year else quarterly(period, titles)
    return keep_edition(
        made.report,
        by=by,
        partnership=partnership,
        colour=colour,
        modules=made.versions,
        names=made.names,
        after=after,
    )


def count_a_closing() -> bool:
    """Count what stood at the end of a quarter that is closed and not counted yet; whether there was one.

    It is counted before anybody has to wait. If a membership was dated back meanwhile, it is left for the next time.
    """
    for day in closings_to_count(first_completion()):
        members = members_then(day)
        rows = [dict(row) for row in db.session.execute(count_closing(day)).mappings()]
        db.session.rollback()
        if rows:
            with atomic() as session:
                hold_still(Membership)
                if members_then(day) == members:
                    session.execute(insert(ClosingTally), rows)
            return True
    return False
