"""What a discussion's line may say, until when it can be claimed, and the code it is claimed with.

Each `..._problem` gives what is wrong as a sentence for the person who typed it, or None.
"""

import datetime as dt
import secrets

from elearning.core.crockford import ALPHABET, read
from elearning.core.typeface import composed
from elearning.discussions.types import Log, Offer

RECORD_WITHIN = dt.timedelta(days=60)
LOOK_AGAIN_WITHIN = dt.timedelta(weeks=6)
CLAIM_WITHIN = dt.timedelta(days=28)
FEWEST, MOST = 2, 60
LONGEST_CHANGE, LONGEST_OWNER = 300, 100

CODE_LENGTH = 7  # 35 random bits: enough for a code that lasts four weeks and whose guesses are counted
# The same for a code that never was and for one that is over: nobody learns which codes there have been.
UNKNOWN = (
    "No discussion can be claimed with that code. Compare it with whoever led the discussion; a code works for 28 days."
)
FULL = "As many people have claimed this discussion as were there. Ask whoever led it who used the code."


def clean_text(text: str) -> str:
    """Typed text as it is kept: on one line, without characters that cannot be seen."""
    return composed("".join(character for character in text if character.isprintable() or character.isspace()))


def held_on_problem(held_on: dt.date, today: dt.date) -> str | None:
    """A discussion is recorded afterwards, and soon."""
    if held_on > today:
        return "The day you met must be today or in the past"
    if today - held_on > RECORD_WITHIN:
        return f"The day you met must be within the last {RECORD_WITHIN.days} days"
    return None


def present_problem(present: int) -> str | None:
    """A discussion is one of at least two, in a room where they can hear each other."""
    if not FEWEST <= present <= MOST:
        return f"The number of people must be between {FEWEST} and {MOST}, counting you"
    return None


def change_problem(change: str) -> str | None:
    """The one change, in a sentence or two."""
    return _text_problem(change, "Enter the one change", "The change", LONGEST_CHANGE)


def owner_problem(owner: str) -> str | None:
    """Who sees to the change."""
    return _text_problem(owner, "Enter who sees to it", "Who sees to it", LONGEST_OWNER)


def _text_problem(text: str, missing: str, name: str, longest: int) -> str | None:
    if not text:
        return missing
    return f"{name} must be {longest} characters or fewer; it has {len(text)}" if len(text) > longest else None


def look_again_problem(look_again_on: dt.date, held_on: dt.date) -> str | None:
    """The change is looked at again after the discussion, while people still remember it."""
    if look_again_on <= held_on:
        return "The day you look again must be after the day you met"
    if look_again_on - held_on > LOOK_AGAIN_WITHIN:
        return "The day you look again must be within six weeks of the day you met"
    return None


def log_problem(log: Log, today: dt.date) -> str | None:
    """The first thing that is wrong with a line."""
    return (
        held_on_problem(log.held_on, today)
        or present_problem(log.present)
        or change_problem(log.change)
        or owner_problem(log.owner)
        or look_again_problem(log.look_again_on, log.held_on)
    )


def claim_until(recorded_on: dt.date) -> dt.date:
    """The last day on which a discussion can be claimed."""
    return recorded_on + CLAIM_WITHIN


def claim_problem(offer: Offer | None, today: dt.date) -> str | None:
    """Why someone cannot claim the discussion of a code now."""
    if offer is None or (today > offer.claim_until and not offer.is_mine):
        return UNKNOWN
    return FULL if offer.claims >= offer.present and not offer.is_mine else None


def new_code() -> str:
    """A code that nobody can guess, in its stored form."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def read_code(text: str) -> str | None:
    """The stored form of a code as someone wrote it; None when it cannot be one."""
    return read(text, CODE_LENGTH)


def grouped(code: str) -> str:
    """A code as it is shown and read out: XXX XXXX."""
    return f"{code[:3]} {code[3:]}"
