"""What leaves the partnership, written down as it leaves."""

from elearning.core import clock
from elearning.core.audit import record_audit
from elearning.core.db import atomic
from elearning.core.errors import Refused
from elearning.figures.rules import is_publishable
from elearning.figures.types import Period, Table
from elearning.reports.disclosure import published_table
from elearning.reports.queries import Titles, completion_report, list_on_offer, list_published
from elearning.reports.types import PublishedCell


def publish_completions(practitioner_id: int | None, period: Period, titles: Titles) -> tuple[PublishedCell, ...]:
    """The completions of a financial year as they may leave the partnership, with a line in the audit trail.

    `practitioner_id` is None for whoever works at the command line. Raises Refused for a period that is not published.
    """
    _check_publishable(period)
    with atomic():  # only the trail: counting holds no writer up
        record_audit(practitioner_id, "completions exported", period.key)
    return published_table(completion_report(period, titles), list_on_offer(period, titles), clock.today())


def publish_table(practitioner_id: int | None, number: str, period: Period, titles: Titles) -> Table:
    """A table of a financial year as it may leave the partnership, with a line in the audit trail.

    `practitioner_id` is None for whoever works at the command line. Raises Refused for a period that is not published.
    """
    _check_publishable(period)
    with atomic():
        record_audit(practitioner_id, "table exported", f"{number} {period.key}")
    return list_published(period, titles)[number]


def _check_publishable(period: Period) -> None:
    if not is_publishable(period, clock.today()):
        raise Refused(
            f"{period.label} cannot be published: files are made of whole financial years, "
            "from the second day after they end, so that small counts cannot be worked out."
        )
