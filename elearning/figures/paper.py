"""What is drawn on a report's pages: lines of text, entries of the contents, tables, charts, and the foot."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm

from elearning.core.tagged_pdf import Element, TaggedCanvas
from elearning.core.typeface import REGULAR, SEMIBOLD, is_rightward, set_line
from elearning.figures.charts import EMPTY, HATCHES, SOLID, TEXT, WIDE, Drawing, Hatch
from elearning.figures.types import Hidden, Table
from elearning.figures.typesetting import AIR, GUTTER, Setting, Slice, clean, is_number, lines_of

LEFT, RIGHT, TOP, BOTTOM, FOOT = 20 * mm, 17 * mm, 18 * mm, 20 * mm, 11 * mm  # margins, and the line of the foot
BAND = 9 * mm  # of the partnership's colour, down the first page
LEADING = 1.3
SMALLEST = 8.0  # nothing is set smaller
INK, QUIET, HAIR = HexColor("#1d1b19"), HexColor("#5b554f"), HexColor("#bdb5aa")

Draw = Callable[["Paper", float], None]


@dataclass
class Page:
    size: tuple[float, float]
    pieces: list[tuple[float, Draw]] = field(default_factory=list)


class Paper:
    """The canvas, and what every piece needs to know of the whole."""

    def __init__(self, canvas: TaggedCanvas, colour: Color, places: dict[str, int], title: str, pages: int) -> None:
        self.canvas, self.colour, self.places, self.title, self.pages = canvas, colour, places, title, pages

    def page(self, number: int, page: Page) -> None:
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
            title = lines_of(self.title, REGULAR, SMALLEST, width - LEFT - RIGHT - 30 * mm)
            self.write(title[0].rstrip() + (" …" if len(title) > 1 else ""), LEFT, FOOT, REGULAR, SMALLEST, QUIET)

    def write(self, text: str, x: float, y: float, font: str, size: float, colour: Color) -> None:
        """Write so that the text begins at `x`; a space at its end is not seen and moves nothing."""
        if text.isascii() or is_rightward(text):
            self.canvas.write_plainly(text, x, y, font, size, colour)
        else:
            self.canvas.write(text, x, y, font, size, colour, rightward=False)

    def right(self, text: str, x: float, y: float, font: str, size: float, colour: Color) -> None:
        """Write so that the text ends at `x`."""
        self.write(text, x - set_line(text.rstrip(), font).width * size, y, font, size, colour)

    def rule(self, x: float, y: float, right: float, width: float, colour: Color) -> None:
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(width)
        self.canvas.line(x, y, right, y)


def written_lines(
    element: list[Element],
    role: str,
    lines: Sequence[str],
    font: str,
    size: float,
    leading: float,
    colour: "Color | str",
    paper: Paper,
    y: float,
) -> None:
    """Lines of a paragraph or heading, whose element is made with the first of them."""
    if not element:
        element.append(paper.canvas.element(role))
    with paper.canvas.mark(element[0]):
        for line in lines:
            y -= leading
            paper.write(line, LEFT, y + 0.28 * size, font, size, paper.colour if isinstance(colour, str) else colour)


def entry(
    toc: list[Element],
    key: str,
    lines: Sequence[str],
    font: str,
    size: float,
    indent: float,
    width: float,
    paper: Paper,
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
        for line in (*lines[:-1], f"{lines[-1]} "):  # parted from the number
            y -= size * LEADING
            paper.write(line, LEFT + indent, y + 0.28 * size, font, size, INK)
        paper.right(number, LEFT + width, y + 0.28 * size, font, size, INK)
        canvas.link_to(key, (LEFT, y, LEFT + width, top), f"{''.join(lines)}, page {number}")
    begins = LEFT + indent + set_line(lines[-1], font).width * size + 5
    ends = LEFT + width - set_line(number, font).width * size - 5
    with canvas.artifact():
        canvas.setDash(0.75, 2.5)
        paper.rule(begins, y + 0.28 * size, max(begins, ends), 0.75, QUIET)
        canvas.setDash()


def item(items: list[Element], lines: Sequence[str], size: float, paper: Paper, y: float) -> None:
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


class TableDrawing:
    """Draws a table page by page. Rows and cells are elements of one table, wherever they are continued."""

    def __init__(self, table: Table, setting: Setting, size: float, small: float) -> None:
        """`size` is the caption's, `small` of what is said where the table goes on."""
        self.table, self.setting, self.size, self.small = table, setting, size, small
        self.element: list[Element] = []
        self.elements: dict[tuple[int, int], Element] = {}  # by row (the header is -1) and column; -1 is the row itself

    def caption(self, lines: Sequence[str], paper: Paper, y: float) -> None:
        """What begins the table."""
        self.element.append(paper.canvas.element("Table"))
        size = self.size
        with paper.canvas.within(self.element[0]), paper.canvas.tag("Caption"):
            for line in lines:
                y -= size * LEADING
                paper.write(line, LEFT, y + 0.28 * size, SEMIBOLD, size, INK)

    def continued(self, paper: Paper, y: float) -> None:
        """A line above what is continued from the page before."""
        size = self.small
        with paper.canvas.artifact():
            paper.write(clean(f"Table {self.table.number}, continued"), LEFT, y - size, REGULAR, size, QUIET)

    def rows(self, group: int, slices: Sequence[Slice], is_first: bool, paper: Paper, y: float) -> None:
        """The header and some rows of a group of columns. The header is said once, a row's label with the first group."""
        setting = self.setting
        columns = setting.groups[group]
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

    def _header(self, paper: Paper, columns: dict[int, float], y: float, *, again: int | None, is_said: bool) -> None:
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

    def _row(self, paper: Paper, piece: Slice, columns: dict[int, float], y: float, *, again: int | None) -> None:
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

    def _cell(self, paper: Paper, row: int, column: int) -> AbstractContextManager[None]:
        """What is drawn inside belongs to this cell, wherever it began."""
        cell = self.elements.get((row, column))
        if cell is None:
            line = self.elements.get((row, -1))
            if line is None:
                with paper.canvas.within(self.element[0]):
                    line = self.elements[row, -1] = paper.canvas.element("TR")
            with paper.canvas.within(line):
                scope = "Column" if row < 0 else "Row" if column == 0 else ""
                is_hidden = row >= 0 and self.table.rows[row][column] is Hidden.SUPPRESSED
                cell = self.elements[row, column] = paper.canvas.element(
                    "TH" if scope else "TD", scope=scope, instead="hidden" if is_hidden else ""
                )
        return paper.canvas.mark(cell)

    def _lines(
        self, paper: Paper, lines: Sequence[str], column: int, x: float, y: float, width: float, font: str
    ) -> None:
        size = self.setting.size
        is_figure = is_number(self.table.columns[column])
        y -= AIR + 0.92 * size
        for line in lines:
            if is_figure:
                paper.right(line, x + width - GUTTER, y, font, size, INK)
            else:
                paper.write(line, x + (GUTTER if column else 0), y, font, size, INK)
            y -= self.setting.leading


def figure(drawing: Drawing, begins: int, ends: int, scale: float, width: float, paper: Paper, y: float) -> None:
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
                back = {"start": 0.0, "middle": 0.5}[words.anchor] * set_line(words.text, font).width * size
                x = LEFT + width * words.across / WIDE + words.beside * scale
                paper.write(words.text, x - back, at(words.down), font, size, INK)


def _box(paper: Paper, hatch: Hatch, x: float, y: float, width: float, height: float, scale: float) -> None:
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
