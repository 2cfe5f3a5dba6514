"""Where the shapes of a chart stand. It is laid out here once; the page draws it as SVG, the PDF with its own lines.

Places across are shares of the width there is, heights are pixels: so text keeps its size on every screen, and a line of it
fits the narrowest. What is told apart by colour elsewhere is told apart by hatching here, and every figure is written out.
"""

import textwrap
from calendar import month_name
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from elearning.figures.types import Chart, Form

WIDE = 10_000  # the whole width, in shares
LINE = 36  # characters of a label that fit beside each other on the narrowest screen
LINE_HEIGHT = 20
NARROWEST = 280  # pixels of it on a screen of 320
LETTER = 8  # pixels that a letter takes, at most
TEXT = 14  # its size
BAR, GAP = 16, 14  # how tall a bar is, and the space below it
TALLEST = 160  # column
SWATCH = 600  # shares of the width
UNBROKEN = "\u00a0"  # space
NO_FIGURE = "no figure yet"


@dataclass(frozen=True)
class Hatch:
    """Lines that fill a shape, by their direction, their distance and their width in pixels."""

    degrees: int = 0
    apart: int = 1
    width: int = 1


SOLID, EMPTY = Hatch(), Hatch(width=0)
HATCHES = (SOLID, Hatch(45, 6, 2), EMPTY, Hatch(90, 5, 1), Hatch(135, 4, 1), Hatch(0, 6, 3))  # of each series


@dataclass(frozen=True)
class Box:
    """A bar, a column, a piece of one, or the swatch that says which series is filled so."""

    left: int
    width: int
    top: int
    height: int
    series: int


@dataclass(frozen=True)
class Words:
    """A line of text, from or around a point."""

    text: str
    across: int
    down: int  # to the base line
    beside: int = 0  # pixels from the point
    anchor: str = "start"
    is_figure: bool = False


@dataclass(frozen=True)
class Drawing:
    """A chart as it is drawn. `parts` are the heights at which it may be parted, where a page is too short for it."""

    title: str
    description: str
    height: int
    boxes: tuple[Box, ...]
    words: tuple[Words, ...]
    ground: int | None = None  # the height of the line that columns stand on
    parts: tuple[int, ...] = ()

    @property
    def hatches(self) -> dict[int, Hatch]:
        """How each series is filled that needs lines for it."""
        return {box.series: HATCHES[box.series] for box in self.boxes if HATCHES[box.series] not in (SOLID, EMPTY)}

    def fill(self, box: Box) -> str:
        """Whether a box is solid, empty or hatched."""
        return {SOLID: "solid", EMPTY: "empty"}.get(HATCHES[box.series], "hatched")


@dataclass
class _Sheet:
    y: int = 0
    boxes: list[Box] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    ground: int | None = None
    parts: list[int] = field(default_factory=list)

    def lines(self, text: str, *, is_figure: bool = False) -> None:
        for line in textwrap.wrap(text, LINE) or [""]:
            self.words.append(Words(line, 0, self.y + TEXT, is_figure=is_figure))
            self.y += LINE_HEIGHT

    def legend(self, chart: Chart) -> None:
        if len(chart.series) > 1:
            for number, series in enumerate(chart.series):
                top = self.y
                for line in textwrap.wrap(series.name, LINE - 4) or [""]:
                    self.words.append(Words(line, SWATCH, self.y + TEXT, beside=8))
                    self.y += LINE_HEIGHT
                self.boxes.append(Box(0, SWATCH, top + 2, TEXT, number))
            self.y += GAP


def drawn(chart: Chart) -> Drawing:
    """The shapes of a chart. Raises ValueError for more series than can be told apart without colours."""
    if len(chart.series) > len(HATCHES):
        raise ValueError(f"{chart.title}: {len(chart.series)} series cannot be told apart; {len(HATCHES)} can")
    sheet = _Sheet()
    {Form.BARS: _bars, Form.STACKED: _stacked, Form.COLUMNS: _columns}[chart.form](sheet, chart)
    return Drawing(
        chart.title,
        chart.description,
        sheet.y,
        tuple(sheet.boxes),
        tuple(sheet.words),
        sheet.ground,
        tuple(sheet.parts),
    )


def _bars(sheet: _Sheet, chart: Chart) -> None:
    sheet.legend(chart)
    largest = _largest(chart)
    widest = WIDE - WIDE * (LETTER * (len(f"{largest:,}") + 1)) // NARROWEST
    for place, label in enumerate(chart.labels):
        sheet.parts.append(sheet.y)
        sheet.lines(label)
        for number, series in enumerate(chart.series):
            value = series.values[place]
            length = widest * (value or 0) // largest
            if value:
                sheet.boxes.append(Box(0, length, sheet.y, BAR, number))
            beside = 8 if value else 0
            sheet.words.append(Words(_figure(value), length, sheet.y + 13, beside=beside, is_figure=True))
            sheet.y += BAR + 4
        sheet.y += GAP - 4


def _largest(chart: Chart) -> int:
    return max((value or 0 for series in chart.series for value in series.values), default=0) or 1


def _figure(value: int | None) -> str:
    return NO_FIGURE if value is None else f"{value:,}"


def _stacked(sheet: _Sheet, chart: Chart) -> None:
    sheet.legend(chart)
    rows = list(zip(*(series.values for series in chart.series), strict=True))
    largest = max((sum(value or 0 for value in row) for row in rows), default=0) or 1
    for label, row in zip(chart.labels, rows, strict=True):
        sheet.parts.append(sheet.y)
        sheet.lines(label, is_figure=True)
        for number, (left, right) in enumerate(_ends(row, largest)):
            if right > left:
                sheet.boxes.append(Box(left, right - left, sheet.y, BAR, number))
        sheet.y += BAR + 4 if any(row) else 0
        said = (f"{series.name} {_figure(value)}" for series, value in zip(chart.series, row, strict=True))
        sheet.lines(
            f"{UNBROKEN}· ".join(each.replace(" ", UNBROKEN) if len(each) < LINE - 2 else each for each in said)
        )
        sheet.y += GAP


def _ends(row: tuple[int | None, ...], largest: int) -> Iterator[tuple[int, int]]:
    """Where each piece of a bar begins and ends."""
    total = 0
    for value in row:
        before, total = total, total + (value or 0)
        yield WIDE * before // largest, WIDE * total // largest


def _columns(sheet: _Sheet, chart: Chart) -> None:
    """Columns with their figures above and their labels below, all upright; where one of them is wider than there is room
    on the narrowest screen, the columns lie.
    """
    largest = _largest(chart)
    group = WIDE // max(len(chart.labels), 3)
    column = group * 5 // 6 // max(len(chart.series), 1)
    letters = NARROWEST * group // WIDE // LETTER
    labels = [[_briefly(word) for word in label.split()] for label in chart.labels]
    if LETTER * len(f"{largest:,}") > NARROWEST * column // WIDE or max(map(len, chain(*labels)), default=0) > letters:
        _bars(sheet, chart)
        return
    sheet.legend(chart)
    sheet.y += LINE_HEIGHT
    sheet.ground = ground = sheet.y + TALLEST
    for number, series in enumerate(chart.series):
        for place, value in enumerate(series.values):
            left = place * group + group // 12 + number * column
            height = TALLEST * (value or 0) // largest
            if value:
                sheet.boxes.append(Box(left, column, ground - height, height, number))
            text, middle = "–" if value is None else f"{value:,}", left + column // 2
            sheet.words.append(Words(text, middle, ground - height - 6, anchor="middle", is_figure=True))
    under = [textwrap.wrap(" ".join(words), letters) for words in labels]
    for place, lines in enumerate(under):
        for number, line in enumerate(lines, start=1):
            middle = place * group + group // 2
            sheet.words.append(Words(line, middle, ground + number * LINE_HEIGHT, anchor="middle"))
    sheet.y = ground + LINE_HEIGHT * max(map(len, under), default=0) + GAP


def _briefly(word: str) -> str:
    """A month by three letters, for the narrow place under a column; the table beside it has the whole name."""
    return word[:3] if word in month_name else word
