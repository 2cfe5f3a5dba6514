"""A report on paper: any report, tagged so that it can be read aloud, with the same bytes each time.

First everything is laid out, page by page; only then is it drawn, because the contents and the foot of the first page name
pages that come later. A table keeps one structure however many pages its rows and columns take.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm

from elearning.core.tagged_pdf import Element, TaggedCanvas
from elearning.core.typeface import REGULAR, SEMIBOLD, register_typeface
from elearning.figures.charts import Drawing, drawn
from elearning.figures.paper import (
    BOTTOM,
    INK,
    LEADING,
    LEFT,
    QUIET,
    RIGHT,
    SMALLEST,
    TOP,
    Draw,
    Page,
    Paper,
    TableDrawing,
    entry,
    figure,
    item,
    written_lines,
)
from elearning.figures.types import Chart, Form, Part, Report, Table
from elearning.figures.typesetting import Setting, clean, lines_of, set_table
from elearning.web.pages import format_time

READABLE = 155 * mm  # the longest line of running text, and the widest chart
UPRIGHT, LYING = (side - LEFT - RIGHT for side in A4)  # the widths of a page
HEADED = 80  # points that a heading may take above what must follow it
COMPACT_PAGES = 2
FEWER_ROWS = (60, 40, 25, 15, 10, 6)  # of each table, tried in turn until a compact report fits
ITEM = "• "  # what a line of Part.words begins with that belongs to a list


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
        title=clean(report.title),
        author=clean(partnership),
        subject=clean(report.period.label),
        made_at=report.cut_off,
    )
    paper = Paper(canvas, HexColor(colour), flow.places, clean(report.title), len(flow.pages))
    for number, page in enumerate(flow.pages, start=1):
        canvas.setPageSize(page.size)
        paper.page(number, page)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _laid_out(report: Report, partnership: str, look: _Look, left_out: Sequence[tuple[str, str]] = ()) -> "_Flow":
    flow = _Flow(look)
    flow.head(report, partnership)
    if look.has_contents:
        flow.contents(report)
    for number, part in enumerate(report.parts):
        flow.part(f"part-{number}", part)
    if left_out:
        said = (
            f"{heading}: {', '.join(name for _, name in names)}"
            for heading, names in groupby(left_out, key=lambda each: each[0])
        )
        flow.paragraph(f"Left out here, to stay within two pages. {'; '.join(said)}.", look.note, QUIET)
    return flow


def _compact(report: Report, partnership: str) -> "_Flow":
    """The report on two pages: all of it if it fits, else with fewer rows, else without its last tables and charts."""
    left_out: list[tuple[str, str]] = []  # the heading of the part, and what of it
    while True:
        for most in FEWER_ROWS:
            shorter = replace(report, parts=tuple(_shortened(part, most) for part in report.parts))
            flow = _laid_out(shorter, partnership, COMPACT, left_out)
            if len(flow.pages) <= COMPACT_PAGES:
                return flow
        if not any(part.tables or part.charts for part in report.parts):
            return flow
        report, heading, name = _without_last(report)
        left_out.insert(0, (heading, name))


def _shortened(part: Part, most: int) -> Part:
    return replace(
        part,
        tables=tuple(_first_rows(table, most) for table in part.tables),
        charts=tuple(_first_bars(chart, max(4, most // 3)) for chart in part.charts),
    )


def _first_rows(table: Table, most: int) -> Table:
    """The first rows of a table and its totals, with a note of how many there are."""
    count = len(table.rows) - table.totals
    if count <= most:
        return table
    note = f"The first {most} of {count:,} rows are shown here."
    return replace(table, rows=table.rows[:most] + table.rows[count:], notes=(note, *table.notes))


def _first_bars(chart: Chart, most: int) -> Chart:
    """The first bars of a chart; columns are few, and in the order of time."""
    if chart.form is Form.COLUMNS or len(chart.labels) <= most:
        return chart
    return replace(
        chart,
        title=f"{chart.title} (the first {most} of {len(chart.labels):,})",
        labels=chart.labels[:most],
        series=tuple(replace(series, values=series.values[:most]) for series in chart.series),
    )


def _without_last(report: Report) -> tuple[Report, str, str]:
    """The report without its last table, or the last chart where a part has no table left; its heading and its name."""
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
    return replace(report, parts=tuple(parts)), part.heading, name


class _Flow:
    """Puts pieces below each other and turns the page where one does not fit."""

    def __init__(self, look: _Look) -> None:
        self.look, self.size = look, A4
        self.pages: list[Page] = []
        self.places: dict[str, int] = {}  # the page of each part and table, from 1
        self.turn()

    def turn(self, size: tuple[float, float] | None = None) -> None:
        self.size = size or self.size
        self.pages.append(Page(self.size))
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
        """Whose report it is, what it is called (which says the time it is of), and when its figures were read."""
        look = self.look
        self._text("P", partnership, SEMIBOLD, look.heading * 0.9, "brand", self.width)
        self.gap(look.title * 0.35)
        self._text("H1", report.title, SEMIBOLD, look.title, INK, self.width)
        self._text("P", f"Figures at {format_time(report.cut_off)}", REGULAR, look.note + 0.5, QUIET, self.width)
        self.gap(look.heading)

    def contents(self, report: Report) -> None:
        """A line for each part and table, with its page; then a new page."""
        entries = []
        for number, part in enumerate(report.parts):
            entries.append((f"part-{number}", clean(part.heading), SEMIBOLD, 0.0))
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
            lines = lines_of(title, font, size, self.width - indent - 14 * mm)
            height = size * LEADING * len(lines) + (5 if font is SEMIBOLD else 2)
            self.need(height)
            self.put(height, partial(entry, toc, key, lines, font, size, indent, self.width))
        self.turn()

    def part(self, key: str, part: Part) -> None:
        """A heading and all below it: words and charts on upright pages, tables from the first wide one on pages that lie."""
        look = self.look
        drawings = [drawn(_clean_chart(chart)) for chart in part.charts]
        settings = [set_table(table, look.cells, UPRIGHT, LYING) for table in part.tables]
        self.lay(settings[0].is_wide if settings and not drawings else False)
        self.gap(look.heading * 1.2)
        heading = look.heading * LEADING * len(lines_of(clean(part.heading), SEMIBOLD, look.heading, self.width)) + 4
        self.need(heading + look.caption + self._least(part, drawings, settings))
        self.places[key] = len(self.pages)
        self.put(0, lambda paper, y: paper.canvas.place(key, clean(part.heading), y, 0))
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

    def _least(self, part: Part, drawings: list[Drawing], settings: list["Setting"]) -> float:
        """What must stand below a heading on its page."""
        look = self.look
        if part.words:
            return 2 * look.text * LEADING
        if drawings:
            return min(self.full - HEADED, drawings[0].height * look.chart + look.caption * 3)
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
        lines = lines_of(clean(text), REGULAR, look.text, min(self.width, READABLE) - 5 * mm)
        height = look.text * LEADING * len(lines)
        self.need(min(height, self.full))
        self.put(height, partial(item, items, lines, look.text))
        self.gap(look.text * 0.25)

    def _text(self, role: str, text: str, font: str, size: float, colour: "Color | str", width: float) -> None:
        lines = lines_of(clean(text), font, size, width)
        leading = size * (LEADING if size < 13 else 1.15)
        self.need(min(leading * len(lines), self.full))
        element: list[Element] = []
        while lines:
            count = max(1, int(self.room / leading + 0.001))
            now, lines = lines[:count], lines[count:]
            self.put(leading * len(now), partial(written_lines, element, role, now, font, size, leading, colour))
            if lines:
                self.turn()

    def chart(self, drawing: Drawing) -> None:
        """A title and the drawing below it, in pieces where it is taller than a page."""
        look = self.look
        title = look.caption * LEADING * len(lines_of(drawing.title, SEMIBOLD, look.caption, self.width)) + 3
        self.gap(look.caption)
        whole = title + drawing.height * look.chart
        self.need(min(whole, self.full - HEADED))
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
            self.put((ends - begins) * look.chart, partial(figure, drawing, begins, ends, look.chart, width))
            begins = ends
            if begins < drawing.height:
                self.turn()
        self.gap(look.caption * 0.8)

    def _beginning(self, table: Table, setting: "Setting") -> float:
        """What of a table must stand on its first page: its caption, its header and two rows."""
        caption = lines_of(_name(table), SEMIBOLD, self.look.caption, self.width)
        rows = sum(each.height for each in setting.slices(self.full)[:2])
        whole = self.look.caption * (LEADING * len(caption) + 0.6) + setting.header + rows
        return min(whole, self.full - HEADED)

    def table(self, key: str, table: Table, setting: "Setting") -> None:
        """A table with what has to be said below it. Its header stands on each of its pages, its caption on the first."""
        look = self.look
        self.gap(look.caption)
        lines = lines_of(_name(table), SEMIBOLD, look.caption, self.width)
        said = [f"Figures at {format_time(table.cut_off)}."]
        if table.versions:
            said.append(f"Versions counted: {table.versions}.")
        notes = [" ".join(said), *table.notes]
        note = look.note * LEADING * len(lines_of(clean(notes[0]), REGULAR, look.note, self.width)) + 6
        drawing = TableDrawing(table, setting, look.caption, look.note)
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
                # Neither the totals nor what is said below stand on a page alone.
                end -= 1 if rest else table.totals + 1
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
    return clean(f"Table {table.number}. {table.caption}")


def _clean_chart(chart: Chart) -> Chart:
    return replace(
        chart,
        title=clean(chart.title),
        description=clean(chart.description),
        labels=tuple(map(clean, chart.labels)),
        series=tuple(replace(series, name=clean(series.name)) for series in chart.series),
    )
