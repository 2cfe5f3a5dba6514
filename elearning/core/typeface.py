"""The one typeface of page and paper, what it can print, and how letters that need more than a row are set.

Names are checked against it where they are entered, so that a certificate never has a box for a letter
(decisions/0006). Latin, Greek and Cyrillic are a cut of Source Sans 3, fifteen further scripts cuts of Noto Sans and Vazirmatn;
`fonts/README.md` says how they were made.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, cast

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "PracticeSans"
SEMIBOLD = "PracticeSans-SemiBold"
FONTS = Path(__file__).parent / "fonts"
FILES = {REGULAR: "PracticeSans-Regular.ttf", SEMIBOLD: "PracticeSans-SemiBold.ttf"}
SCRIPTS = {  # the letters of each; in one weight, between our two
    "NotoSansHebrew": range(0x590, 0x600),
    "Vazirmatn": range(0x600, 0x8FF),
    "NotoSansDevanagari": range(0x900, 0x980),
    "NotoSansBengali": range(0x980, 0xA00),
    "NotoSansGurmukhi": range(0xA00, 0xA80),
    "NotoSansGujarati": range(0xA80, 0xB00),
    "NotoSansTamil": range(0xB80, 0xC00),
    "NotoSansTelugu": range(0xC00, 0xC80),
    "NotoSansKannada": range(0xC80, 0xD00),
    "NotoSansMalayalam": range(0xD00, 0xD80),
    "NotoSansSinhala": range(0xD80, 0xE00),
    "NotoSansThai": range(0xE00, 0xE80),
    "NotoSansArmenian": range(0x530, 0x590),
    "NotoSansGeorgian": range(0x10A0, 0x1100),
    "NotoSansEthiopic": range(0x1200, 0x1380),
}
JOINERS = "\u200c\u200d"  # say whether the letters beside them join: spelling, in Persian and the scripts of India
MOST_MARKS = 4  # over and under one letter; more would run into the lines above and below
CLOSE = 0.001  # of the size; nobody sees it
PRIVATE = range(0xE000, 0xF900)  # where the cuts keep the forms of letters that only shaping reaches


class _Font(TTFont):
    """ReportLab's, with the letters behind each private character in the tables by which programs copy text."""

    def addObjects(self, doc: Any) -> None:
        before = set(doc.idToObject)
        super().addObjects(doc)
        spelled = {code: letters for (name, code), letters in doc.spelled.items() if name == self.fontName}
        for key in doc.idToObject.keys() - before:
            if spelled and key.startswith("toUnicodeCMap:"):
                stream = doc.idToObject[key]
                stream.content = re.sub(
                    r"(?<=> <)[0-9A-F]{4}(?=>)",
                    lambda code: spelled.get(int(code[0], 16), chr(int(code[0], 16))).encode("utf-16-be").hex().upper(),
                    stream.content,
                )


@cache
def register_typeface() -> None:
    """Make both cuts known to ReportLab, once a process."""
    for name in (REGULAR, SEMIBOLD):
        _face(name)


@cache
def _face(name: str) -> Any:
    """What ReportLab knows of a font, which is read when it is first needed."""
    # asciiReadable would embed all of ASCII in every document, used or not.
    font = _Font(name, FONTS / FILES.get(name, f"{name}.ttf"), asciiReadable=False)
    pdfmetrics.registerFont(font)
    return cast(Any, font.face)


def composed(text: str) -> str:
    """The text with letters and accents joined where Unicode can (NFC) and its white space folded."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def unprintable(text: str) -> list[str]:
    """The characters of a composed text that we cannot print, in order, each once.

    Marks with no letter under them, or with too many on theirs, count as such.
    """
    return list(dict.fromkeys(c for c, font in zip(text, _fonts(text, SEMIBOLD), strict=True) if font is None))


def _fonts(text: str, font: str) -> list[str | None]:
    """The font of each character: `font` where it can, else its script's; None where there is none."""
    found: list[str | None] = []
    marks = 0
    for position, character in enumerate(text):
        category = unicodedata.category(character)
        if category[0] == "M" or character in JOINERS:
            marks += 1
            under = found[-1] if position and marks <= MOST_MARKS and text[position - marks] != " " else None
            found.append(under if under and _has(under, character) else None)
            continue
        marks = 0
        script = next((name for name, letters in SCRIPTS.items() if ord(character) in letters), font)
        usable = category not in ("Cf", "Co") and _has(script, character)
        found.append(script if usable else None)
    return found


def _has(font: str, character: str) -> bool:
    return ord(character) in _face(font).charToGlyph


@dataclass(frozen=True)
class Run:
    """Letters of one font and direction, as they are drawn."""

    text: str
    font: str
    is_rightward: bool
    pieces: tuple[tuple[str, float, float], ...]  # the characters by which the font has the forms, and their place
    spelled: tuple[tuple[str, str], ...]  # which letters a private one of these characters is a form of

    @property
    def needs_spelling(self) -> bool:
        """Whether a program that copies the drawn characters, from left to right, would get something else."""
        return [self.text] != [characters for characters, *_ in self.pieces]


@dataclass(frozen=True)
class Line:
    """A text as it is drawn. Places and widths are shares of the size; a plain text is drawn as it is spelled."""

    width: float
    runs: tuple[Run, ...] = ()  # from left to right; none where the text is plain


def is_rightward(text: str) -> bool:
    """Whether a text begins on the left: whether its first letter is of a script that does."""
    strong = (kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL"))
    return next(strong, "L") == "L"


@lru_cache(maxsize=4096)
def set_line(text: str, font: str, *, rightward: bool = True) -> Line:
    """How a line of a text is drawn: its letters in their order on the line, joined and with their marks in place.

    `rightward` is the direction of the whole text that the line is of. What cannot be printed is left out.
    """
    if text.isascii() and rightward:
        return Line(pdfmetrics.stringWidth(text, font, 1))
    fonts = _fonts(text, font)
    if all(each == font for each in fonts) and not any(unicodedata.combining(c) for c in text) and rightward:
        return Line(pdfmetrics.stringWidth(text, font, 1))
    runs = []
    for key, members in groupby(zip(_levels(text, rightward), fonts, text, strict=True), key=lambda member: member[:2]):
        level, name = key
        if name is not None:
            runs.append((level, name, "".join(character for *_, character in members)))
    x, set_runs = 0.0, list[Run]()
    for level, name, run in _on_the_line(runs):
        shaped, width = _shaped(run, name, x, rightward=level % 2 == 0)
        set_runs.append(shaped)
        x += width
    return Line(x, tuple(set_runs))


def may_part(before: str, after: str) -> bool:
    """Whether a word may be broken between two characters: never within a letter and its marks."""
    is_mark = unicodedata.category(after)[0] == "M" or after in JOINERS
    return not is_mark and before not in JOINERS and unicodedata.combining(before) != 9  # virama: joins letters


def wrapped(text: str, font: str, size: float, width: float) -> list[str]:
    """The lines of a text, broken at spaces, and within a word only where it alone is wider than the line.

    A line keeps the space at its end at which it was broken: without it the text would run together when it is read aloud
    or copied.
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if set_line(longer, font).width * size <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines[-1] += " "
            lines.append("")
        for letter in word:
            if (
                lines[-1]
                and set_line(lines[-1] + letter, font).width * size > width
                and may_part(lines[-1][-1], letter)
            ):
                lines.append("")
            lines[-1] += letter
    return lines


def _levels(text: str, rightward: bool) -> list[int]:
    """The embedding level of each character, by Unicode's bidirectional algorithm; odd ones run leftward."""
    if rightward and all(unicodedata.bidirectional(c) not in ("R", "AL", "AN") for c in text):
        return [0] * len(text)
    from bidi import algorithm

    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = (0, "L") if rightward else (1, "R")
    # The algorithm drops joiners; like marks, they stand where the letter before them does.
    algorithm.get_embedding_levels("".join("\u0300" if c in JOINERS else c for c in text), storage)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    return [character["level"] for character in storage["chars"]]


def _on_the_line(runs: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """Runs in their order from left to right (rule L2 of the algorithm)."""
    for least in range(max((level for level, *_ in runs), default=0), 0, -1):
        stretches = [(key, list(members)) for key, members in groupby(runs, key=lambda run: run[0] >= least)]
        runs = [run for is_turned, stretch in stretches for run in (reversed(stretch) if is_turned else stretch)]
    return runs


@cache
def _shaper(font: str) -> Any:
    import uharfbuzz

    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(FONTS / FILES.get(font, f"{font}.ttf")))))


@cache
def _character_of(font: str) -> dict[int, str]:
    """The character by which a font has each of its glyphs: its own, or the private one that the cut gave it."""
    characters: dict[int, str] = {}
    for code, glyph in sorted(_face(font).charToGlyph.items()):
        characters.setdefault(glyph, chr(code))
    return characters


def _shaped(run: str, font: str, x: float, *, rightward: bool) -> tuple[Run, float]:
    """A run that begins at `x`, and its width."""
    import uharfbuzz

    buffer = uharfbuzz.Buffer()
    buffer.add_str(run)
    buffer.guess_segment_properties()
    buffer.direction = "ltr" if rightward else "rtl"
    uharfbuzz.shape(_shaper(font), buffer)
    infos, positions = buffer.glyph_infos, buffer.glyph_positions
    em, begin, pieces = _shaper(font).face.upem, x, list[tuple[str, float, float]]()
    characters = [_character_of(font)[info.codepoint] for info in infos]
    follows = None  # where the next one goes if it needs no moving
    for character, place in zip(characters, positions, strict=True):
        at = (x + place.x_offset / em, place.y_offset / em)
        if follows is not None and abs(at[0] - follows[0]) < CLOSE and at[1] == follows[1]:
            pieces[-1] = (pieces[-1][0] + character, *pieces[-1][1:])
            begins = follows
        else:
            pieces.append((character, *at))
            begins = at
        follows = (begins[0] + pdfmetrics.stringWidth(character, font, 1), at[1])
        x += place.x_advance / em
    spelled = dict(_spelled(run, characters, [info.cluster for info in infos]))
    return Run(run, font, rightward, tuple(pieces), tuple(spelled.items())), x - begin


def _spelled(run: str, characters: list[str], clusters: list[int]) -> Iterator[tuple[str, str]]:
    """Which letters each private character stands for: those of its cluster that no other character there is."""
    begins = [*sorted(set(clusters)), len(run)]
    for begin, end in pairwise(begins):
        drawn = [character for character, cluster in zip(characters, clusters, strict=True) if cluster == begin]
        letters = "".join(letter for letter in run[begin:end] if letter not in drawn and letter not in JOINERS)
        for character in drawn:
            if ord(character) in PRIVATE:
                yield character, letters or run[begin]
