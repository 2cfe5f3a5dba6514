"""The one typeface of page and paper, and what it can print.

Names are checked against it where they are entered, so that a certificate never has a box for a letter
(decisions/0006). The files are a subset of Source Sans 3; `fonts/README.md` says how they were made.
"""

import unicodedata
from functools import cache
from pathlib import Path
from typing import cast

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "PracticeSans"
SEMIBOLD = "PracticeSans-SemiBold"
FONTS = Path(__file__).parent / "fonts"
FILES = {REGULAR: "PracticeSans-Regular.ttf", SEMIBOLD: "PracticeSans-SemiBold.ttf"}


@cache
def register_typeface() -> None:
    """Make both cuts known to ReportLab, once a process."""
    for name in (REGULAR, SEMIBOLD):
        # asciiReadable would embed all of ASCII in every document, used or not.
        pdfmetrics.registerFont(TTFont(name, FONTS / FILES[name], asciiReadable=False))


@cache
def _printable() -> frozenset[int]:
    register_typeface()
    regular, semibold = (cast(TTFont, pdfmetrics.getFont(name)).face.charToGlyph for name in (REGULAR, SEMIBOLD))
    return frozenset(regular) & frozenset(semibold)


def composed(text: str) -> str:
    """The text with letters and accents joined where Unicode can (NFC) and its white space folded."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def unprintable(text: str) -> list[str]:
    """The characters of a composed text that the typeface cannot print, in order, each once.

    Combining marks count as unprintable: ReportLab does not place them over their letter.
    """
    return list(dict.fromkeys(c for c in text if c != " " and (ord(c) not in _printable() or unicodedata.combining(c))))
