"""The team sheet on paper: one side of A4 to talk from, with room to write down what was agreed."""

import datetime as dt
import io
from dataclasses import dataclass

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from elearning.catalogue.help import Help
from elearning.catalogue.types import TrainingModule
from elearning.core.tagged_pdf import TaggedCanvas
from elearning.core.typeface import REGULAR, SEMIBOLD, register_typeface, wrapped
from elearning.web.pages import counted, format_day

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 22 * mm, WIDTH - 17 * mm, HEIGHT - 15 * mm, 11 * mm
MINUTES = 24 * mm  # the column of each step's minutes
WRITING = 62 * mm  # what is left to write in, at least
LARGEST = 11.5  # the size of the text, where there is room
LEADING = 1.25
INK, QUIET, LINE = HexColor("#1d1b19"), HexColor("#5b554f"), HexColor("#8d867d")


@dataclass(frozen=True)
class _Block:
    """A heading or paragraph; what belongs to a step has its minutes beside it. Sizes and gaps are shares of the text's."""

    role: str
    text: str
    size: float = 1.0
    gap: float = 0.15
    font: str = REGULAR
    colour: Color = INK
    minutes: str = ""
    link: str = ""

    @property
    def left(self) -> float:
        return LEFT + (MINUTES if self.minutes else 0)

    def lines(self, size: float) -> list[str]:
        return wrapped(self.text, self.font, self.size * size, RIGHT - self.left)

    def height(self, size: float) -> float:
        return size * (self.gap + LEADING * self.size * len(self.lines(size)))


def render(
    module: TrainingModule,
    help_now: Help | None,
    *,
    partnership: str,
    colour: str,
    base_url: str,
    made_at: dt.datetime,
) -> bytes:
    """The sheet as a tagged PDF of one A4 page; the same arguments give the same bytes.

    `colour` is the partnership's, as #rrggbb. Where there is much text, it is set smaller.
    """
    register_typeface()
    above = _to_talk_from(module, partnership, HexColor(colour))
    below = _afterwards(module, help_now, HexColor(colour), base_url)
    size = LARGEST
    while (room := TOP - BOTTOM - sum(block.height(size) for block in (*above, *below))) < WRITING:
        size *= 0.98
    file = io.BytesIO()
    canvas = TaggedCanvas(
        file,
        pagesize=A4,
        title=f"Take it back to your team: {module.title}",
        author=partnership,
        subject=f"Team sheet, version {module.version}",
        made_at=made_at,
    )
    with canvas.artifact():
        canvas.setFillColor(HexColor(colour))
        canvas.rect(0, 0, 9 * mm, HEIGHT, stroke=0, fill=1)
    y = _draw(canvas, above, TOP, size)
    _to_write_in(canvas, y, room)
    _draw(canvas, below, y - room, size)
    canvas.save()
    return file.getvalue()


def _to_talk_from(module: TrainingModule, partnership: str, colour: Color) -> list[_Block]:
    sheet = module.team_sheet
    return [
        _Block("P", partnership, font=SEMIBOLD, colour=colour),
        _Block("H1", "Take it back to your team", 2.0, 0.5, SEMIBOLD),
        _Block("P", module.title, 1.25, 0.1, SEMIBOLD),
        _Block("P", f"{counted(sheet.minutes, 'minute')}, for a team meeting or supervision", colour=QUIET),
        _heading("Before", colour),
        _Block("P", sheet.before),
        _heading("Say first", colour),
        _Block("P", sheet.say_first),
        _heading("Together", colour),
        *(_Block("LBody", step.text, gap=0.35, minutes=counted(step.minutes, "minute")) for step in sheet.steps),
        _heading("Write it down", colour),
    ]


def _afterwards(module: TrainingModule, help_now: Help | None, colour: Color, base_url: str) -> list[_Block]:
    minutes = counted(module.team_sheet.minutes, "minute")
    address = f"{base_url}/modules/{module.key}/discussions/new"
    contacts = " ".join(f"{contact.when} {contact.what}" for contact in help_now.contacts) if help_now else ""
    blocks = [
        _heading("Afterwards", colour),
        _Block(
            "P",
            "Whoever led it records the discussion within 60 days, and gets a code. With the code, everyone who was "
            f"there can add it to their own training record ({minutes} of CPD). Record it at",
            0.9,
        ),
        _Block("Link", address.split("://")[1], 0.9, colour=colour, link=address),
    ]
    if help_now:
        checked = f"Check current guidance; last checked on {format_day(help_now.checked_on)}."
        blocks.append(_Block("P", f"Get help now. {contacts} {checked}", 0.8, 0.6))
    origin = f"Built from {module.review.title}, {module.review.published}. Version {module.version}."
    return [*blocks, _Block("P", origin, 0.8, 0.3, colour=QUIET)]


def _heading(text: str, colour: Color) -> _Block:
    return _Block("H2", text, 1.1, 0.7, SEMIBOLD, colour)


def _draw(canvas: TaggedCanvas, blocks: list[_Block], y: float, size: float) -> float:
    """Draw the blocks from `y` down, the steps as a list; where they end."""
    steps = [block for block in blocks if block.minutes]
    for block in blocks:
        if block not in steps:
            with canvas.tag(block.role):
                y = _lines(canvas, block, y, size)
        elif block is steps[0]:
            with canvas.group("L"):
                for step in steps:
                    with canvas.group("LI"):
                        with canvas.tag("Lbl"):
                            canvas.write(step.minutes, LEFT, y - size * (step.gap + 1), SEMIBOLD, size, INK)
                        with canvas.tag("LBody"):
                            y = _lines(canvas, step, y, size)
    return y


def _lines(canvas: TaggedCanvas, block: _Block, y: float, size: float) -> float:
    y -= block.gap * size
    top = y
    for text in block.lines(size):
        canvas.write(text, block.left, y - block.size * size, block.font, block.size * size, block.colour)
        y -= LEADING * block.size * size
    if block.link:
        canvas.link(block.link, (block.left, y, RIGHT, top), "Record a team discussion")
    return y


def _to_write_in(canvas: TaggedCanvas, top: float, height: float) -> None:
    """Five boxes with their labels: the line to record."""
    low, wide, gap = 13 * mm, RIGHT - LEFT, 1.5 * mm
    third = (wide - 2 * gap) / 3
    change = height - 2 * low - 4 * gap
    rows: list[tuple[float, list[str]]] = [
        (low, ["Date", "How many of us were here", "We look again on (within six weeks)"]),
        (change, ["The one change"]),
        (low, ["Who sees to it (a role rather than a name)"]),
    ]
    y = top - gap
    for tall, labels in rows:
        for column, label in enumerate(labels):
            x = LEFT + column * (third + gap)
            with canvas.artifact():
                canvas.setStrokeColor(LINE)
                canvas.setLineWidth(0.75)
                canvas.roundRect(x, y - tall, third if len(labels) > 1 else wide, tall, 2 * mm)
            with canvas.tag("P"):
                canvas.write(label, x + 2 * mm, y - 4 * mm, REGULAR, 8.5, QUIET)
        y -= tall + gap
