"""What a name may be. Every character people's names have is welcome, as long as a certificate can print it."""

import unicodedata

from elearning.core.typeface import composed, unprintable

LONGEST_NAME = 120
LONGEST_AGENCY_NAME = 90


def clean_name(text: str) -> str:
    """A name in its stored form: letters joined with their accents, white space folded, ends trimmed."""
    return composed(text)


def name_problem(name: str) -> str | None:
    """Why a cleaned name cannot stand on a certificate, as a sentence for the person, or None if it can."""
    if not name:
        return "Enter your full name"
    if len(name) > LONGEST_NAME:
        return f"Your full name must be {LONGEST_NAME} characters or fewer"
    missing = unprintable(name)
    # U+FFFD stands where a browser sent what is no character.
    if any(c == "\ufffd" or unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for c in missing):
        return "Your full name has a hidden character in it; type it again instead of pasting it"
    if missing:
        return (
            f"Our certificates cannot print {' '.join(missing)}. "
            "Enter your name in letters they can print, or ask for help using the address at the foot of this page"
        )
    return None


def agency_name_problem(name: str) -> str | None:
    """Why an agency cannot have this cleaned name, as a sentence, or None if it can."""
    if not name or len(name) > LONGEST_AGENCY_NAME:
        return f"An agency's name has 1 to {LONGEST_AGENCY_NAME} characters"
    if missing := unprintable(name):
        return f"Certificates cannot print {' '.join(missing)}; give the agency's name without it"
    return None
