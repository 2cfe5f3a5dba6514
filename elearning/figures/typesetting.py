"""How texts and tables are set in lines and columns that fit a page. Sizes are points."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reportlab.lib.units import mm

from elearning.core.typeface import REGULAR, SEMIBOLD, composed, set_line, unprintable, wrapped
from elearning.figures.rules import written
from elearning.figures.types import Column, Kind, Table

GUTTER, AIR = 4.0, 2.6  # beside and above the text of a cell
FEW_LINES = (2, 3)  # of a figure in its cell, as far as there is room
HEADING_LINES = 7  # of a column's heading
LONGEST_WORD = 30 * mm  # what is longer may be broken
WIDEST = 60 * mm  # column, where there are others
ABOVE = 140  # what may stand above the rows on a page, with their header
BRACKETS = re.compile(r"\(.*?\)|\S+")


@lru_cache(maxsize=16_384)
def clean(text: str) -> str:
    """A text as it can be printed: a letter that the typeface lacks is a question mark."""
    text = composed(text)
    if not (text.isascii() and text.isprintable()):
        for character in unprintable(text):
            text = text.replace(character, "?")
    return text


@lru_cache(maxsize=16_384)
def lines_of(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """The lines of a clean text, each with the space at its end at which it was broken."""
    if set_line(text, font).width * size <= width:
        return (text,)
    return tuple(wrapped(text, font, size, width))


@lru_cache(maxsize=16_384)
def figure_lines(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """As `lines_of`, for figures: what stands in brackets is parted only where it alone is too wide."""
    if set_line(text, font).width * size <= width:
        return (text,)
    lines = [""]
    for word in BRACKETS.findall(text):
        longer = f"{lines[-1]} {word}".lstrip()
        if set_line(longer, font).width * size <= width:
            lines[-1] = longer
        else:
            lines[-1] += " "
            lines += lines_of(word, font, size, width)
    return tuple(line for line in lines if line.strip())


@dataclass(frozen=True)
class Slice:
    """A row, or the lines of a very tall row that fit a page."""

    row: int
    first: int
    last: int
    height: float


@dataclass
class Setting:
    """How a table is set: the size of its text, its columns in groups that fit a page, and the lines of its cells."""

    size: float
    is_wide: bool
    groups: list[dict[int, float]]  # the columns that stand side by side, each with its width
    labels: list[tuple[str, ...]]
    cells: list[list[tuple[str, ...]]]

    def __post_init__(self) -> None:
        self.leading = self.size * 1.2
        self.header = self.leading * max(map(len, self.labels)) + 2 * AIR
        self.heights = [max(map(len, row)) for row in self.cells]

    def slices(self, full: float) -> list[Slice]:
        """The rows, each in one piece unless it is taller than what a page has for rows."""
        most = max(1, int((full - self.header - ABOVE) / self.leading))
        return [
            Slice(row, first, min(first + most, lines), self.leading * min(most, lines - first) + 2 * AIR)
            for row, lines in enumerate(self.heights)
            for first in range(0, lines, most)
        ]


def set_table(table: Table, sizes: Sequence[float], upright: float, lying: float) -> Setting:
    """The table in the first of these sizes in which it fits an upright page, or one on its side, of these widths;
    or in several groups of columns, on pages that lie.
    """
    words = [[clean(written(value)) for value in row] for row in table.rows]
    fonts = [SEMIBOLD if len(words) - place <= table.totals else REGULAR for place in range(len(words))]
    measures = [
        _measured({(row[place], font) for row, font in zip(words, fonts, strict=True)}, column, is_label=place == 0)
        for place, column in enumerate(table.columns)
    ]
    options = [(size, lines, width) for lines in FEW_LINES for width in (upright, lying) for size in sizes]
    size, lines, width = next(
        (option for option in options if sum(_least(each, *option[:2]) for each in measures) <= option[2]), options[-1]
    )
    groups = _grouped([_least(each, size, lines) for each in measures], width)
    placed = [
        dict(zip(group, _widths([measures[column] for column in group], size, lines, width), strict=True))
        for group in groups
    ]
    # The row's label is repeated beside each group, so that it is as narrow there as in the narrowest.
    label = min(group[0] for group in placed)
    placed = [{**group, 0: label} for group in placed]
    inner = [width - 2 * GUTTER + 0.01 for _, width in sorted({pair for group in placed for pair in group.items()})]
    return Setting(
        size,
        width == lying,
        placed,
        [
            lines_of(clean(column.label), SEMIBOLD, size, wide)
            for column, wide in zip(table.columns, inner, strict=True)
        ],
        [
            [
                (figure_lines if is_number(column) else lines_of)(text, font, size, wide)
                for column, text, wide in zip(table.columns, row, inner, strict=True)
            ]
            for row, font in zip(words, fonts, strict=True)
        ],
    )


@dataclass(frozen=True)
class _Measure:
    """How wide a column is with its cells on one line, or on few or some more, and in its longest word; in shares of
    the size.
    """

    one: float
    several: dict[int, float]  # by how many lines a figure may take
    word: float


def _measured(texts: set[tuple[str, str]], column: Column, *, is_label: bool) -> _Measure:
    """A column's texts, each with its font. Short words beside numbers, such as "not declared", are not parted."""
    label, is_figure = clean(column.label), is_number(column)
    words = {(word, SEMIBOLD) for word in label.split()}
    for text, font in texts:
        if is_figure:
            words |= {(word, font) for word in ([text] if len(text) < 14 else BRACKETS.findall(text))}
        else:
            words |= {(word, font) for word in text.split()}
    heading = set_line(label, SEMIBOLD).width
    widths = sorted(((set_line(text, font).width, text, font) for text, font in texts), reverse=True)[:3]
    broken = figure_lines if is_figure else lines_of
    more = 0 if is_figure else 1 if is_label else 2  # lines that words may take beyond those of a figure
    return _Measure(
        max(heading, *(width for width, *_ in widths)) if widths else heading,
        {
            lines: max(heading / HEADING_LINES, *(_parted(*each, lines + more, broken) for each in widths), 0)
            for lines in FEW_LINES
        },
        max((set_line(word, font).width for word, font in words), default=0),
    )


def _parted(
    width: float, text: str, font: str, lines: int, broken: Callable[[str, str, float, float], Sequence[str]]
) -> float:
    """How wide a text is on so many lines; one that could take the page anyway is not measured so closely."""
    wide = width / lines
    while wide < 20 and len(broken(text, font, 1, wide)) > lines:
        wide *= 1.04
    return wide


def is_number(column: Column) -> bool:
    """Whether what it holds ends on the right."""
    return column.kind not in (Kind.TEXT, Kind.DAY)


def _least(measure: _Measure, size: float, lines: int) -> float:
    """How narrow a column may become when a figure takes so many lines."""
    return max(min(measure.word * size, LONGEST_WORD), min(measure.several[lines] * size, WIDEST)) + 2 * GUTTER + 0.5


def _widths(measures: list[_Measure], size: float, lines: int, width: float) -> list[float]:
    """The columns' widths: what each asks for, or as much of it as there is."""
    least = [_least(measure, size, lines) for measure in measures]
    ideal = [max(measure.one * size + 2 * GUTTER + 0.5, low) for measure, low in zip(measures, least, strict=True)]
    missing = [high - low for low, high in zip(least, ideal, strict=True)]
    spare = width - sum(least)
    if spare >= sum(missing):
        return ideal
    # By the root of what each lacks, so that one long text does not take it all; then what nobody took.
    roots = sum(math.sqrt(each) for each in missing)
    shares = [min(each, max(0, spare) * math.sqrt(each) / roots) for each in missing]
    rest = max(0, spare) - sum(shares)
    lacking = sum(missing) - sum(shares)
    return [
        low + share + rest * (each - share) / lacking for low, share, each in zip(least, shares, missing, strict=True)
    ]


def _grouped(least: list[float], width: float) -> list[list[int]]:
    """The columns in groups that fit the width, each beginning with the row's label, about as many in each."""
    if sum(least) <= width:
        return [list(range(len(least)))]
    room = width - least[0]
    for count in range(2, len(least)):
        each = -(-(len(least) - 1) // count)
        groups = [list(range(start, min(start + each, len(least)))) for start in range(1, len(least), each)]
        if all(sum(least[column] for column in group) <= room for group in groups):
            return [[0, *group] for group in groups]
    return [[0, column] for column in range(1, len(least))]
