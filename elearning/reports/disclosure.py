"""What may leave the partnership (law 6): the fixed set, and what its counts have to do with each other.

`figures/disclosure.py` says in which form, decisions/0019 why it is enough. What is not in this list does not leave.
There is no filter and no period but whole financial years that are over, and a few totals of whole quarters that are: two
overlapping groups or periods could be subtracted, and a running year, taken day by day, would show the day on which 0
turns into `*` (one person) or `*` into 10 (the eighth). In a year that is over nothing is counted later, so what is published of it is the same whenever it is made; a
later edition that prints it again takes all of that year's tables, and so prints the same figures.

The officer's screen and an agency's own list never pass through here: they are exact. Anything to be added has to pass
`tests/reports/test_publication.py`. (When erasure of details comes, it must not lower a count already published, or the
two editions could be subtracted.)
"""

import datetime as dt

from elearning.figures.disclosure import MARK, ROUNDED_TO, SMALLEST_SHOWN, Leaves, disclosed, tells_nothing
from elearning.figures.rules import is_publishable
from elearning.reports.types import CompletionReport, OnOffer, PublishedCell

COMPLETED = Leaves("completed", ("module",))  # people, in all agencies: R2, and the total of R3
COMPLETED_THERE = Leaves("completed", ("module", "agency"), part_of=COMPLETED, over=("agency",))  # R3
PEOPLE = Leaves("people", union_of=COMPLETED)  # who completed at least one: R1, and the total of R6
REGISTERED = Leaves("registered")  # R1, and the total of R3
REGISTERED_THERE = Leaves("registered", ("agency",), part_of=REGISTERED, over=("agency",))  # R3
CERTIFICATES = Leaves("certificates", ("module", "agency"), within=REGISTERED_THERE)  # held by those who work there: R5
REQUIRED = Leaves("required", ("module", "role"), part_of=REGISTERED, over=("role",), has_rest=True)  # X1
MET = Leaves("met", ("module", "role"), within=REQUIRED)  # required, and completed: X1
OVERDUE = Leaves("overdue", ("module", "role"), within=REQUIRED)  # X1
DISCUSSIONS = Leaves("discussions")  # R1, and the total of R13

PUBLISHED = (
    COMPLETED,
    COMPLETED_THERE,
    Leaves("completions", sum_of=COMPLETED),  # R1, and the total of R4
    Leaves("completions", ("agency",), sum_of=COMPLETED_THERE),  # R4
    PEOPLE,
    Leaves("people", ("role",), part_of=PEOPLE, over=("role",)),  # R6
    Leaves("started", ("module",)),  # R2
    REGISTERED,
    REGISTERED_THERE,
    REQUIRED,
    MET,
    OVERDUE,
    Leaves("required", ("module",), needs=(REQUIRED, MET, OVERDUE)),  # R2, enrolled
    Leaves("met", ("module",), needs=(REQUIRED, MET, OVERDUE)),  # R2, the completion rate
    Leaves("declared", ("agency",)),  # R5
    CERTIFICATES,
    DISCUSSIONS,
    Leaves("discussions", ("agency",), part_of=DISCUSSIONS, over=("agency",)),  # R13
    Leaves("present", needs=(DISCUSSIONS,)),  # at discussions: R1
)

# A quarter is published before its year: neither can wait for the other, and the year less three quarters is about the
# fourth. So a quarter is hidden with so much more than small counts (and with none at all) that this leaves it open; what
# it says of modules is added up of those that are shown, so that it says nothing of one that is hidden in the year.
SMALLEST_QUARTER = 15
COMPLETED_THEN = Leaves(
    "completed", ("module", "quarter"), stays=True
)  # the quarters of a module would be too many parts

PUBLISHED_QUARTERLY = (
    COMPLETED_THEN,
    Leaves("completions", ("quarter",), sum_of=COMPLETED_THEN, smallest=SMALLEST_QUARTER),
    Leaves("people", ("quarter",), union_of=COMPLETED_THEN, smallest=SMALLEST_QUARTER),
    Leaves("discussions", ("quarter",), smallest=SMALLEST_QUARTER),
)

QUARTERLY_NOTE = (
    f"Figures of a quarter that would be rounded to less than {SMALLEST_QUARTER} are shown as {MARK}, none at all included; "
    "its completions leave out modules of which they are too few."
)

NOTE = (
    f"Counts of 1 to {SMALLEST_SHOWN - 1} people are shown as {MARK} and other counts are rounded to the nearest "
    f"{ROUNDED_TO}, so that nobody can be recognised. A module is {MARK} throughout where a hidden count could be worked out "
    "from its total."
)


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

    def figures(module: OnOffer) -> list[int | None]:
        """A module's column: as it stands beside the module's total in other tables, or hidden."""
        if module.key not in place:
            return [0 for _ in report.rows]
        parts = [disclosed(row.cells[place[module.key]].people) for row in report.rows]
        whole = disclosed(report.total.cells[place[module.key]].people)
        return parts if tells_nothing(whole, parts) else [None for _ in parts]

    columns = [(module, figures(module)) for module in (*on_offer, *unlisted)]
    return tuple(
        PublishedCell(
            financial_year=report.period.key,
            agency=row.name,
            module=module.title,
            versions_on_offer=module.versions,
            completed_people=column[number],
        )
        for number, row in enumerate(report.rows)
        for module, column in columns
    )
