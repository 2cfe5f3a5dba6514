"""How a person's state with a module follows from what is recorded, and how names are searched and sorted."""

import datetime as dt
import unicodedata

from elearning.agency.types import Progress, State
from elearning.completions.types import Standing
from elearning.requirements.types import Need

_STATE_OF = {
    Standing.VALID: State.VALID,
    Standing.RENEWAL_DUE: State.RENEWAL_DUE,
    Standing.EXPIRED: State.EXPIRED,
}
# Letters that Unicode does not take apart into a plain one and an accent.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})


def state_of(progress: Progress) -> State:
    """The state that the page and the file show."""
    if progress.earned:
        return _STATE_OF[progress.earned.standing]
    return State.IN_PROGRESS if progress.begun else State.NOT_STARTED


def is_in(progress: Progress, wanted: State) -> bool:
    """Whether a filter for `wanted` finds this; `VALID` includes what is due for renewal, as that is still valid."""
    if wanted in (State.DUE, State.OVERDUE):
        return progress.duty.need is (Need.DUE if wanted is State.DUE else Need.OVERDUE)
    state = state_of(progress)
    holds = state in (State.VALID, State.RENEWAL_DUE)
    if wanted is State.MISSING:
        return not holds
    return holds if wanted is State.VALID else state is wanted


def meets_elsewhere(progress: Progress) -> bool:
    """Whether someone meets what is required of them by a certificate that was earned elsewhere."""
    return progress.duty.need is Need.MET and is_in(progress, State.MISSING)


def plain(name: str) -> str:
    """A name as it is searched and sorted: small letters without accents, so that "zielinski" finds Zieliński."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).translate(_PLAIN)


def matches(name: str, search: str) -> bool:
    """Whether every word of the search stands somewhere in the name."""
    found = plain(name)
    return all(word in found for word in plain(search).split())


def financial_years(today: dt.date) -> list[tuple[dt.date, dt.date]]:
    """First and last day of the present financial year (April to March) and of the two before, newest first."""
    start = today.year if today.month >= 4 else today.year - 1
    return [(dt.date(year, 4, 1), dt.date(year + 1, 3, 31)) for year in range(start, start - 3, -1)]
