"""What may leave the partnership (law 6): the fixed set, and what its counts have to do with each other.

`figures/disclosure.py` says in which form, decisions/0019 why it is enough. What is not in this list does not leave.
There is no filter and no period but whole financial years that are over, and a few totals of whole quarters that are: two
overlapping groups or periods could be subtracted, and a running year, taken day by day, would show the day on which 0
turns into `*` (one person) or `*` into 10 (the eighth). In a year that is over nothing is counted later (0019 says what
sees to that), so what is published of it is the same whenever it is made; a later edition that prints it again takes all
of that year's tables, and so prints the same figures.

The officer's screen and an agency's own list never pass through here: they are exact. Anything to be added has to pass
`tests/reports/test_publication.py`. (When erasure of details comes, it must not lower a count already published, or the
two editions could be subtracted.)
"""

from elearning.figures.disclosure import MARK, Leaves
from elearning.impact.disclosure import PUBLISHED as IMPACT
from elearning.items.tables import PUBLISHED as ITEMS

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
    *IMPACT,  # R9 to R11
    *ITEMS,  # R12
)

# A quarter is published before its year: neither can wait for the other, and the year less three quarters is about the
# fourth. So a quarter is hidden with so much more than small counts (and with none at all) that this leaves it open; what
# it says of modules is added up of those that are shown, so that it says nothing of one that is hidden in the year.
SMALLEST_QUARTER = 15
COMPLETED_THEN = Leaves("completed", ("module", "quarter"), stays=True)  # so many parts would show too much

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
