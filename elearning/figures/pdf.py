"""A report on paper: any report, tagged so that it can be read aloud, with the same bytes each time.

First everything is laid out, page by page; only then is it drawn, because the contents and the foot of the first page name
pages that come later. A table keeps one structure however many pages its rows and columns take.
"""

import io
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm

from elearning.core.tagged_pdf import Element, TaggedCanvas
from elearning.core.typeface import (
    REGULAR,
    SEMIBOLD,
    composed,
    is_rightward,
    register_typeface,
    set_line,
    unprintable,
    wrapped,
)
from elearning.figures.charts import EMPTY, HATCHES, SOLID, TEXT, WIDE, Drawing, Hatch, drawn
from elearning.figures.rules import written
from elearning.figures.types import Chart, Column, Kind, Part, Report, Table
from elearning.web.pages import format_time

LEFT, RIGHT, TOP, BOTTOM, FOOT = 20 * mm, 17 * mm, 18 * mm, 20 * mm, 11 * mm  # margins, and the line of the foot
BAND = 9 * mm  # of the partnership's colour, down the first page
LEADING = 1.3
READABLE = 155 * mm  # the longest line of running text, and the widest chart
GUTTER, AIR = 4.0, 2.6  # beside and above the text of a cell
FEW_LINES = (2, 3)  # of a figure in its cell, as far as there is room
HEADING_LINES = 7  # of a column's heading
LONGEST_WORD = 30 * mm  # what is longer may be broken
WIDEST = 60 * mm  # column, where there are others
SMALLEST = 8.0  # nothing is set smaller
INK, QUIET, HAIR = HexColor("#1d1b19"), HexColor("#5b554f"), HexColor("#bdb5aa")
COMPACT_PAGES = 2
FEWER_ROWS = (60, 40, 25, 15, 10, 6)  # of each table, tried in turn until a compact report fits
BRACKETS = re.compile(r"\(.*?\)|\S+")
ITEM = "• "  # what a line of Part.words begins with that belongs to a list

Draw = Callable[["_Paper", float], None]


@dataclass(frozen=True)
class _Look:
    """The sizes of a report."""

    text: float
    title: float
    heading: float
    caption: float
    cells: tuple[float, ...]  # as large as there is room for
    note: float
    chart: float  # points for a pixel
    has_contents: bool


FULL = _Look(10.5, 26, 15, 10.5, (9, 8.5, SMALLEST), 8.5, 0.66, has_contents=True)
COMPACT = _Look(9, 17, 11.5, 9, (SMALLEST,), SMALLEST, 0.58, has_contents=False)


def render(report: Report, *, partnership: str, colour: str) -> bytes:
    """The report as a tagged PDF; the same arguments give the same bytes.

    `colour` is the partnership's, as #rrggbb. A quarterly report takes two pages at most: its tables have fewer rows and
    the last of them may be left out, which it says. Words of a part that begin with a bullet and a space make a list.
    """
    register_typeface()
    flow = _compact(report, partnership) if report.kind == "quarterly" else _laid_out(report, partnership, FULL)
    file = io.BytesIO()
    canvas = TaggedCanvas(
        file,
        pagesize=A4,
        title=_clean(report.title),
        author=_clean(partnership),
        subject=_clean(report.period.label),
        made_at=report.cut_off,
    )
    paper = _Paper(canvas, HexColor(colour), flow.places, _clean(report.title), len(flow.pages))
    for number, page in enumerate(flow.pages, start=1):
        canvas.setPageSize(page.size)
        paper.page(number, page)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _laid_out(report: Report, partnership: str, look: _Look, left_out: Sequence[str] = ()) -> "_Flow":
    flow = _Flow(look)
    flow.head(report, partnership)
    if look.has_contents:
        flow.contents(report)
    for number, part in enumerate(report.parts):
        flow.part(f"part-{number}", part)
    if left_out:
        flow.paragraph(f"Left out here, to stay within two pages: {', '.join(left_out)}.", look.note, QUIET)
    return flow


def _compact(report: Report, partnership: str) -> "_Flow":
    """The report on two pages: all of it if it fits, else with fewer rows, else without its last tables and charts."""
    left_out: list[str] = []
    while True:
        for most in FEWER_ROWS:
            shorter = replace(report, parts=tuple(_shortened(part, most) for part in report.parts))
            flow = _laid_out(shorter, partnership, COMPACT, left_out)
            if len(flow.pages) <= COMPACT_PAGES:
                return flow
        if not any(part.tables or part.charts for part in report.parts):
            return flow
        report, name = _without_last(report)
        left_out.insert(0, name)


def _shortened(part: Part, most: int) -> Part:
    return replace(part, tables=tuple(_first_rows(table, most) for table in part.tables))


def _first_rows(table: Table, most: int) -> Table:
    """The first rows of a table and its totals, with a note of how many there are."""
    count = len(table.rows) - table.totals
    if count <= most:
        return table
    note = f"The first {most} of {count:,} rows are shown here."
    return replace(table, rows=table.rows[:most] + table.rows[count:], notes=(note, *table.notes))


def _without_last(report: Report) -> tuple[Report, str]:
    """The report without its last table, or the last chart where a part has no table left; and its name."""
    parts = list(report.parts)
    place = max(place for place, part in enumerate(parts) if part.tables or part.charts)
    part = parts[place]
    if part.tables:
        name = f"Table {part.tables[-1].number}"
        part = replace(part, tables=part.tables[:-1])
    else:
        name = f"the chart ‘{part.charts[-1].title}’"
        part = replace(part, charts=part.charts[:-1])
    parts[place : place + 1] = [part] if part.tables or part.charts or part.words else []
    return replace(report, parts=tuple(parts)), name


@lru_cache(maxsize=16_384)
def _clean(text: str) -> str:
    """A text as it can be printed: a letter that the typeface lacks is a question mark."""
    text = composed(text)
    if not (text.isascii() and text.isprintable()):
        for character in unprintable(text):
            text = text.replace(character, "?")
    return text


@lru_cache(maxsize=65_536)
def _lines(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    if set_line(text, font).width * size <= width:
        return (text,)
    return tuple(wrapped(text, font, size, width))


@lru_cache(maxsize=65_536)
def _figure_lines(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """As `_lines`, for figures: what stands in brackets is parted only where it alone is too wide."""
    if set_line(text, font).width * size <= width:
        return (text,)
    lines = [""]
    for word in BRACKETS.findall(text):
        longer = f"{lines[-1]} {word}".lstrip()
        if set_line(longer, font).width * size <= width:
            lines[-1] = longer
        else:
            lines += _lines(word, font, size, width)
    return tuple(line for line in lines if line)


@dataclass
class _Page:
    size: tuple[float, float]
    pieces: list[tuple[float, Draw]] = field(default_factory=list)


class _Flow:
    """Puts pieces below each other and turns the page where one does not fit."""

    def __init__(self, look: _Look) -> None:
        self.look, self.size = look, A4
        self.pages: list[_Page] = []
        self.places: dict[str, int] = {}  # the page of each part and table, from 1
        self.turn()

    def turn(self, size: tuple[float, float] | None = None) -> None:
        self.size = size or self.size
        self.pages.append(_Page(self.size))
        self.y = self.top = self.size[1] - TOP

    @property
    def width(self) -> float:
        return self.size[0] - LEFT - RIGHT

    @property
    def full(self) -> float:
        return self.size[1] - TOP - BOTTOM

    @property
    def room(self) -> float:
        return self.y - BOTTOM

    def need(self, height: float) -> None:
        """Turn the page unless there is so much room left, or the page is empty."""
        if self.room < height and self.y < self.top:
            self.turn()

    def lay(self, lies: bool) -> None:
        """Have a page that lies on its side, or that does not."""
        size = landscape(A4) if lies else A4
        if size != self.size:
            if self.y == self.top:
                self.pages.pop()
            self.turn(size)

    def put(self, height: float, draw: Draw) -> None:
        self.pages[-1].pieces.append((self.y, draw))
        self.y -= height

    def gap(self, height: float) -> None:
        if self.y < self.top:
            self.y -= height

    def head(self, report: Report, partnership: str) -> None:
        """Whose report it is, what it is called, the time it is of, and when its figures were read."""
        look = self.look
        self._text("P", partnership, SEMIBOLD, look.heading * 0.9, "brand", self.width)
        self.gap(look.title * 0.35)
        self._text("H1", report.title, SEMIBOLD, look.title, INK, self.width)
        self._text("P", report.period.label, REGULAR, look.heading, INK, self.width)
        self._text("P", f"Figures at {format_time(report.cut_off)}", REGULAR, look.note + 0.5, QUIET, self.width)
        self.gap(look.heading)

    def contents(self, report: Report) -> None:
        """A line for each part and table, with its page; then a new page."""
        entries = []
        for number, part in enumerate(report.parts):
            entries.append((f"part-{number}", _clean(part.heading), SEMIBOLD, 0.0))
            entries += [
                (f"part-{number}-table-{place}", _name(table), REGULAR, 5 * mm)
                for place, table in enumerate(part.tables)
            ]
        if not entries:
            return
        size = self.look.text * 0.95
        self._text("H2", "Contents", SEMIBOLD, self.look.heading, INK, self.width)
        self.gap(3)
        toc: list[Element] = []
        for key, title, font, indent in entries:
            lines = _lines(title, font, size, self.width - indent - 14 * mm)
            height = size * LEADING * len(lines) + (5 if font is SEMIBOLD else 2)
            self.need(height)
            self.put(height, partial(_entry, toc, key, lines, font, size, indent, self.width))
        self.turn()

    def part(self, key: str, part: Part) -> None:
        """A heading and all below it: words and charts on upright pages, tables from the first wide one on pages that lie."""
        look = self.look
        drawings = [drawn(_clean_chart(chart)) for chart in part.charts]
        settings = [_setting(table, look) for table in part.tables]
        self.lay(settings[0].is_wide if settings and not drawings else False)
        self.gap(look.heading * 1.2)
        heading = look.heading * LEADING * len(_lines(_clean(part.heading), SEMIBOLD, look.heading, self.width)) + 4
        self.need(heading + self._least(part, drawings, settings))
        self.places[key] = len(self.pages)
        self.put(0, lambda paper, y: paper.canvas.place(key, _clean(part.heading), y, 0))
        self._text("H2", part.heading, SEMIBOLD, look.heading, "brand", self.width)
        self.gap(4)
        for number, words in enumerate(part.words):
            if words.startswith(ITEM):
                if number == 0 or not part.words[number - 1].startswith(ITEM):
                    items: list[Element] = []
                self.item(words.removeprefix(ITEM), items)
            else:
                self.paragraph(words, look.text, INK)
        for drawing in drawings:
            self.chart(drawing)
        for number, (table, setting) in enumerate(zip(part.tables, settings, strict=True)):
            self.lay(setting.is_wide or self.size != A4)
            self.table(f"{key}-table-{number}", table, setting)

    def _least(self, part: Part, drawings: list[Drawing], settings: list["_Setting"]) -> float:
        """What must stand below a heading on its page."""
        look = self.look
        if part.words:
            return 2 * look.text * LEADING
        if drawings:
            return min(self.full - 80, drawings[0].height * look.chart + look.caption * 3)
        if settings:
            return self._beginning(part.tables[0], settings[0])
        return 0

    def paragraph(self, text: str, size: float, colour: Color) -> None:
        """A paragraph; it is parted only where it is longer than a page."""
        self._text("P", text, REGULAR, size, colour, min(self.width, READABLE))
        self.gap(size * 0.5)

    def item(self, text: str, items: list[Element]) -> None:
        """A line of a list, which is made with the first."""
        look = self.look
        lines = _lines(_clean(text), REGULAR, look.text, min(self.width, READABLE) - 5 * mm)
        height = look.text * LEADING * len(lines)
        self.need(min(height, self.full))
        self.put(height, partial(_item, items, lines, look.text))
        self.gap(look.text * 0.25)

    def _text(self, role: str, text: str, font: str, size: float, colour: "Color | str", width: float) -> None:
        lines = _lines(_clean(text), font, size, width)
        leading = size * (LEADING if size < 13 else 1.15)
        self.need(min(leading * len(lines), self.full))
        element: list[Element] = []
        while lines:
            count = max(1, int(self.room / leading + 0.001))
            now, lines = lines[:count], lines[count:]
            self.put(leading * len(now), partial(_written, element, role, now, font, size, leading, colour))
            if lines:
                self.turn()

    def chart(self, drawing: Drawing) -> None:
        """A title and the drawing below it, in pieces where it is taller than a page."""
        look = self.look
        title = look.caption * LEADING * len(_lines(drawing.title, SEMIBOLD, look.caption, self.width)) + 3
        self.gap(look.caption)
        whole = title + drawing.height * look.chart
        self.need(min(whole, self.full))
        self._text("P", drawing.title, SEMIBOLD, look.caption, INK, self.width)
        self.gap(3)
        width = min(self.width, READABLE)
        begins = 0
        while begins < drawing.height:
            ends = drawing.height
            if (ends - begins) * look.chart > self.room:
                fitting = [
                    part for part in drawing.parts if begins < part and (part - begins) * look.chart <= self.room
                ]
                ends = fitting[-1] if fitting else ends
            self.put((ends - begins) * look.chart, partial(_figure, drawing, begins, ends, look.chart, width))
            begins = ends
            if begins < drawing.height:
                self.turn()
        self.gap(look.caption * 0.8)

    def _beginning(self, table: Table, setting: "_Setting") -> float:
        """What of a table must stand on its first page: its caption, its header and two rows."""
        caption = _lines(_name(table), SEMIBOLD, self.look.caption, self.width)
        rows = sum(each.height for each in setting.slices(self.full)[:2])
        whole = self.look.caption * (LEADING * len(caption) + 0.6) + setting.header + rows
        return min(whole, self.full - 80)

    def table(self, key: str, table: Table, setting: "_Setting") -> None:
        """A table with what has to be said below it. Its header stands on each of its pages, its caption on the first."""
        look = self.look
        self.gap(look.caption)
        lines = _lines(_name(table), SEMIBOLD, look.caption, self.width)
        said = [f"Figures at {format_time(table.cut_off)}."]
        if table.versions:
            said.append(f"Versions counted: {table.versions}.")
        notes = [" ".join(said), *table.notes]
        note = look.note * LEADING * len(_lines(_clean(notes[0]), REGULAR, look.note, self.width)) + 6
        drawing = _TableDrawing(table, setting, look)
        slices = setting.slices(self.full)
        self.need(self._beginning(table, setting))
        self.places[key] = len(self.pages)
        self.put(0, lambda paper, y: paper.canvas.place(key, _name(table), y, 1))
        self.put(look.caption * LEADING * len(lines) + 4, partial(drawing.caption, lines))
        begin = 0
        while True:
            room = self.room - setting.header
            end, height = begin, 0.0
            while end < len(slices) and height + slices[end].height <= room:
                height += slices[end].height
                end += 1
            end = max(end, min(begin + 1, len(slices)))
            rest = len(slices) - end
            is_tight = (rest == 0 and height + note > room) or 0 < rest <= table.totals
            if is_tight and end - begin > table.totals + 2 and len(setting.groups) == 1:
                end -= 1  # so that neither the totals nor what is said below stand on a page alone
            height = setting.header + sum(each.height for each in slices[begin:end])
            for group in range(len(setting.groups)):
                if group:
                    self.turn()
                    self.put(look.note * LEADING + 3, drawing.continued)
                self.put(height, partial(drawing.rows, group, slices[begin:end], begin == 0))
            begin = end
            if begin >= len(slices):
                break
            self.turn()
            self.put(look.note * LEADING + 3, drawing.continued)
        if not table.rows:
            self.paragraph("There is nothing to show in this table.", look.note, INK)
        self.gap(4)
        for text in notes:
            self._text("P", text, REGULAR, look.note, QUIET, self.width)
            self.gap(1.5)
        self.gap(look.caption * 0.8)


def _name(table: Table) -> str:
    return _clean(f"Table {table.number}. {table.caption}")


def _clean_chart(chart: Chart) -> Chart:
    return replace(
        chart,
        title=_clean(chart.title),
        description=_clean(chart.description),
        labels=tuple(map(_clean, chart.labels)),
        series=tuple(replace(series, name=_clean(series.name)) for series in chart.series),
    )


@dataclass(frozen=True)
class _Slice:
    """A row, or the lines of a very tall row that fit a page."""

    row: int
    first: int
    last: int
    height: float


@dataclass
class _Setting:
    """How a table is set: the size of its text, its columns in groups that fit a page, and the lines of its cells."""

    size: float
    is_wide: bool
    groups: list[list[int]]
    widths: list[dict[int, float]]  # of each group's columns
    labels: list[tuple[str, ...]]
    cells: list[list[tuple[str, ...]]]

    def __post_init__(self) -> None:
        self.leading = self.size * 1.2
        self.header = self.leading * max(map(len, self.labels)) + 2 * AIR
        self.heights = [max(map(len, row)) for row in self.cells]

    def slices(self, full: float) -> list[_Slice]:
        """The rows, each in one piece unless it is taller than what a page has for rows."""
        most = max(1, int((full - self.header - 140) / self.leading))
        return [
            _Slice(row, first, min(first + most, lines), self.leading * min(most, lines - first) + 2 * AIR)
            for row, lines in enumerate(self.heights)
            for first in range(0, lines, most)
        ]


def _setting(table: Table, look: _Look) -> _Setting:
    """The largest text in which the table fits an upright page, or one on its side, or that in several turns."""
    words = [[_clean(written(value)) for value in row] for row in table.rows]
    labels = [_clean(column.label) for column in table.columns]
    fonts = [SEMIBOLD if len(words) - place <= table.totals else REGULAR for place in range(len(words))]
    measures = [
        _measured({(row[place], font) for row, font in zip(words, fonts, strict=True)}, column, is_label=place == 0)
        for place, column in enumerate(table.columns)
    ]
    upright, lying = A4[0] - LEFT - RIGHT, A4[1] - LEFT - RIGHT
    options = [(size, lines, width) for lines in FEW_LINES for width in (upright, lying) for size in look.cells]
    size, lines, width = next(
        (option for option in options if sum(_least(each, *option[:2]) for each in measures) <= option[2]), options[-1]
    )
    groups = _grouped([_least(each, size, lines) for each in measures], width)
    widths = [_widths([measures[column] for column in group], size, lines, width) for group in groups]
    columns: dict[int, float] = {}
    placed = []
    for group, each in zip(groups, widths, strict=True):
        placed.append(dict(zip(group, each, strict=True)))
        columns = {**placed[-1], **columns}
    # The row's label is repeated beside each group, so that it is set as narrow as the narrowest asks.
    label = min(each[0] for each in placed)
    for own in placed:
        own[0] = label
    columns[0] = label
    inner = [columns[column] - 2 * GUTTER + 0.01 for column in range(len(labels))]
    return _Setting(
        size,
        width == lying,
        groups,
        placed,
        [_lines(label, SEMIBOLD, size, inner[column]) for column, label in enumerate(labels)],
        [
            [
                (_figure_lines if _is_number(column) else _lines)(text, font, size, inner[place])
                for place, (column, text) in enumerate(zip(table.columns, row, strict=True))
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
    label = _clean(column.label)
    is_number = _is_number(column)
    words = {(word, SEMIBOLD) for word in label.split()}
    for text, font in texts:
        if is_number:
            words |= {(word, font) for word in ([text] if len(text) < 14 else BRACKETS.findall(text))}
        else:
            words |= {(word, font) for word in text.split()}
    heading = set_line(label, SEMIBOLD).width
    widths = sorted(((set_line(text, font).width, text, font) for text, font in texts), reverse=True)[:3]
    broken = _figure_lines if is_number else _lines
    more = 0 if is_number else 1 if is_label else 2  # lines that words may take beyond those of a figure
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


def _is_number(column: Column) -> bool:
    return column.kind not in (Kind.TEXT, Kind.DAY)


def _least(measure: _Measure, size: float, lines: int) -> float:
    """How narrow a column may become when a figure takes so many lines."""
    return max(min(measure.word * size, LONGEST_WORD), min(measure.several[lines] * size, WIDEST)) + 2 * GUTTER + 0.5


def _widths(measures: list[_Measure], size: float, lines: int, width: float) -> list[float]:
    """The columns' widths: what each asks for, or what there is in proportion to what it lacks."""
    least = [_least(measure, size, lines) for measure in measures]
    ideal = [max(measure.one * size + 2 * GUTTER + 0.5, low) for measure, low in zip(measures, least, strict=True)]
    missing = sum(ideal) - sum(least)
    share = min(1, max(0, width - sum(least)) / missing) if missing else 0
    return [low + share * (high - low) for low, high in zip(least, ideal, strict=True)]


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


class _Paper:
    """The canvas, and what every piece needs to know of the whole."""

    def __init__(self, canvas: TaggedCanvas, colour: Color, places: dict[str, int], title: str, pages: int) -> None:
        self.canvas, self.colour, self.places, self.title, self.pages = canvas, colour, places, title, pages

    def page(self, number: int, page: _Page) -> None:
        """Everything on one page, then its foot."""
        width, height = page.size
        if number == 1:
            with self.canvas.artifact():
                self.canvas.setFillColor(self.colour)
                self.canvas.rect(0, 0, BAND, height, stroke=0, fill=1)
        for y, draw in page.pieces:
            draw(self, y)
        with self.canvas.artifact():
            said = f"Page {number} of {self.pages}"
            self.right(said, width - RIGHT, FOOT, REGULAR, SMALLEST, QUIET)
            title = _lines(self.title, REGULAR, SMALLEST, width - LEFT - RIGHT - 30 * mm)
            self.write(title[0] + (" …" if len(title) > 1 else ""), LEFT, FOOT, REGULAR, SMALLEST, QUIET)

    def write(self, text: str, x: float, y: float, font: str, size: float, colour: Color) -> None:
        if text.isascii() or is_rightward(text):
            self.canvas.write_plainly(text, x, y, font, size, colour)
        else:
            self.canvas.write(text, x, y, font, size, colour, rightward=False)

    def right(self, text: str, x: float, y: float, font: str, size: float, colour: Color) -> None:
        """Write so that the text ends at `x`."""
        self.write(text, x - set_line(text, font).width * size, y, font, size, colour)

    def rule(self, x: float, y: float, right: float, width: float, colour: Color) -> None:
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(width)
        self.canvas.line(x, y, right, y)


def _written(
    element: list[Element],
    role: str,
    lines: Sequence[str],
    font: str,
    size: float,
    leading: float,
    colour: "Color | str",
    paper: _Paper,
    y: float,
) -> None:
    """Lines of a paragraph or heading, whose element is made with the first of them."""
    if not element:
        element.append(paper.canvas.element(role))
    with paper.canvas.mark(element[0]):
        for line in lines:
            y -= leading
            paper.write(line, LEFT, y + 0.28 * size, font, size, paper.colour if isinstance(colour, str) else colour)


def _entry(
    toc: list[Element],
    key: str,
    lines: Sequence[str],
    font: str,
    size: float,
    indent: float,
    width: float,
    paper: _Paper,
    y: float,
) -> None:
    """A line of the contents, which leads there."""
    canvas = paper.canvas
    if not toc:
        toc.append(canvas.element("TOC"))
    number = str(paper.places[key])
    y -= 5 if font is SEMIBOLD else 2
    top = y
    with canvas.within(toc[0]), canvas.group("TOCI"), canvas.group("Reference"), canvas.tag("Link"):
        for line in lines:
            y -= size * LEADING
            paper.write(line, LEFT + indent, y + 0.28 * size, font, size, INK)
        paper.right(number, LEFT + width, y + 0.28 * size, font, size, INK)
        canvas.link_to(key, (LEFT, y, LEFT + width, top), f"{' '.join(lines)}, page {number}")
    begins = LEFT + indent + set_line(lines[-1], font).width * size + 5
    ends = LEFT + width - set_line(number, font).width * size - 5
    with canvas.artifact():
        canvas.setDash(0.75, 2.5)
        paper.rule(begins, y + 0.28 * size, max(begins, ends), 0.75, QUIET)
        canvas.setDash()


def _item(items: list[Element], lines: Sequence[str], size: float, paper: _Paper, y: float) -> None:
    canvas = paper.canvas
    if not items:
        items.append(canvas.element("L"))
    with canvas.within(items[0]), canvas.group("LI"):
        with canvas.tag("Lbl"):
            paper.write("•", LEFT, y - size * (LEADING - 0.28), SEMIBOLD, size, paper.colour)
        with canvas.tag("LBody"):
            for line in lines:
                y -= size * LEADING
                paper.write(line, LEFT + 5 * mm, y + 0.28 * size, REGULAR, size, INK)


class _TableDrawing:
    """Draws a table page by page. Rows and cells are elements of one table, wherever they are continued."""

    def __init__(self, table: Table, setting: _Setting, look: _Look) -> None:
        self.table, self.setting, self.look = table, setting, look
        self.element: list[Element] = []
        self.elements: dict[tuple[int, int], Element] = {}  # by row (the header is -1) and column; -1 is the row itself

    def caption(self, lines: Sequence[str], paper: _Paper, y: float) -> None:
        self.element.append(paper.canvas.element("Table"))
        size = self.look.caption
        with paper.canvas.within(self.element[0]), paper.canvas.tag("Caption"):
            for line in lines:
                y -= size * LEADING
                paper.write(line, LEFT, y + 0.28 * size, SEMIBOLD, size, INK)

    def continued(self, paper: _Paper, y: float) -> None:
        """A line above what is continued from the page before."""
        size = self.look.note
        with paper.canvas.artifact():
            paper.write(_clean(f"Table {self.table.number}, continued"), LEFT, y - size, REGULAR, size, QUIET)

    def rows(self, group: int, slices: Sequence[_Slice], is_first: bool, paper: _Paper, y: float) -> None:
        """The header and some rows of a group of columns. The header is said once, a row's label with the first group."""
        setting = self.setting
        columns = setting.widths[group]
        last = len(self.table.rows) - self.table.totals - 1
        rules = {HAIR: list[float](), INK: [y, y - setting.header]}
        self._header(paper, columns, y, again=0 if group else None, is_said=is_first)
        y -= setting.header
        for each in slices:
            self._row(paper, each, columns, y, again=0 if group else None)
            y -= each.height
            rules[INK if self.table.totals and each.row == last else HAIR].append(y)
        right = LEFT + sum(columns.values())
        with paper.canvas.artifact():
            for colour, heights in rules.items():
                paper.canvas.setStrokeColor(colour)
                paper.canvas.setLineWidth(0.9 if colour is INK else 0.5)
                paper.canvas.operators(f"{LEFT:.2f} {height:.2f} m {right:.2f} {height:.2f} l S" for height in heights)

    def _header(self, paper: _Paper, columns: dict[int, float], y: float, *, again: int | None, is_said: bool) -> None:
        setting = self.setting
        x, bottom = LEFT, y - setting.header + 2 * AIR
        for column, width in columns.items():
            lines = setting.labels[column]
            top = bottom + setting.leading * len(lines)
            if is_said and column != again:
                with self._cell(paper, -1, column):
                    self._lines(paper, lines, column, x, top, width, SEMIBOLD)
            else:
                with paper.canvas.artifact():
                    self._lines(paper, lines, column, x, top, width, SEMIBOLD)
            x += width

    def _row(self, paper: _Paper, piece: _Slice, columns: dict[int, float], y: float, *, again: int | None) -> None:
        x, cells = LEFT, self.setting.cells[piece.row]
        font = SEMIBOLD if piece.row >= len(self.table.rows) - self.table.totals else REGULAR
        for column, width in columns.items():
            lines = cells[column][piece.first : piece.last]
            if column == again:
                with paper.canvas.artifact():
                    self._lines(paper, lines, column, x, y, width, font)
            elif lines:
                with self._cell(paper, piece.row, column):
                    self._lines(paper, lines, column, x, y, width, font)
            x += width

    def _cell(self, paper: _Paper, row: int, column: int) -> AbstractContextManager[None]:
        """What is drawn inside belongs to this cell, wherever it began."""
        cell = self.elements.get((row, column))
        if cell is None:
            line = self.elements.get((row, -1))
            if line is None:
                with paper.canvas.within(self.element[0]):
                    line = self.elements[row, -1] = paper.canvas.element("TR")
            with paper.canvas.within(line):
                scope = "Column" if row < 0 else "Row" if column == 0 else ""
                cell = self.elements[row, column] = paper.canvas.element("TH" if scope else "TD", scope=scope)
        return paper.canvas.mark(cell)

    def _lines(
        self, paper: _Paper, lines: Sequence[str], column: int, x: float, y: float, width: float, font: str
    ) -> None:
        size = self.setting.size
        is_number = _is_number(self.table.columns[column])
        y -= AIR + 0.92 * size
        for line in lines:
            if is_number:
                paper.right(line, x + width - GUTTER, y, font, size, INK)
            else:
                paper.write(line, x + (GUTTER if column else 0), y, font, size, INK)
            y -= self.setting.leading


def _figure(drawing: Drawing, begins: int, ends: int, scale: float, width: float, paper: _Paper, y: float) -> None:
    """The part of a drawing between two heights, with its top at `y`."""
    canvas = paper.canvas

    def at(down: float) -> float:
        return y - (down - begins) * scale

    said = f"{drawing.title}. {drawing.description}"
    if ends - begins < drawing.height:
        said += " The drawing is parted between pages."
    with canvas.tag("Figure", alt=said, box=(LEFT, at(ends), LEFT + width, y)):
        for box in drawing.boxes:
            if begins <= box.top < ends:
                left, wide = LEFT + width * box.left / WIDE, width * box.width / WIDE
                _box(paper, HATCHES[box.series], left, at(box.top + box.height), wide, box.height * scale, scale)
        if drawing.ground is not None:
            paper.rule(LEFT, at(drawing.ground), LEFT + width, 0.75, paper.colour)
        for words in drawing.words:
            if begins < words.down <= ends:
                font, size = SEMIBOLD if words.is_figure else REGULAR, TEXT * scale
                back = {"start": 0.0, "middle": 0.5, "end": 1.0}[words.anchor] * set_line(words.text, font).width * size
                x = LEFT + width * words.across / WIDE + words.beside * scale
                if words.is_turned:
                    canvas.saveState()
                    canvas.translate(x + 5 * scale, at(words.down))
                    canvas.rotate(90)
                    paper.write(words.text, -back, 0, font, size, INK)
                    canvas.restoreState()
                else:
                    paper.write(words.text, x - back, at(words.down), font, size, INK)


def _box(paper: _Paper, hatch: Hatch, x: float, y: float, width: float, height: float, scale: float) -> None:
    """A box with its edge, filled, hatched or empty."""
    canvas = paper.canvas
    canvas.setStrokeColor(paper.colour)
    canvas.setFillColor(paper.colour)
    if hatch not in (SOLID, EMPTY):
        canvas.saveState()
        path = canvas.beginPath()
        path.rect(x, y, width, height)
        canvas.clipPath(path, stroke=0, fill=0)
        canvas.translate(x + width / 2, y + height / 2)
        canvas.rotate(-hatch.degrees)
        canvas.setLineWidth(hatch.width * scale)
        reach = (width + height) / 2
        for line in range(-int(reach / (hatch.apart * scale)) - 1, int(reach / (hatch.apart * scale)) + 2):
            canvas.line(line * hatch.apart * scale, -reach, line * hatch.apart * scale, reach)
        canvas.restoreState()
    canvas.setLineWidth(scale)
    canvas.rect(x, y, width, height, stroke=1, fill=int(hatch == SOLID))
