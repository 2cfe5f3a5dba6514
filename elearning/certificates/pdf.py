"""The certificate on paper: one page that is good to hang up and easy to check."""

import datetime as dt
import io
import re
from collections.abc import Iterable
from functools import lru_cache

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from elearning.certificates.rules import SIGNATURE, grouped, short_digest
from elearning.certificates.types import IssuedCertificate
from elearning.core.qr import qr_runs
from elearning.core.tagged_pdf import TaggedCanvas
from elearning.core.typeface import REGULAR, SEMIBOLD, is_rightward, may_part, register_typeface, set_line, wrapped
from elearning.web.pages import counted, format_day

PAGE = landscape(A4)
WIDTH, HEIGHT = PAGE
LEFT, RIGHT, TOP = 31 * mm, WIDTH - 21 * mm, HEIGHT - 21 * mm
FOOT = 43 * mm  # the baseline where the foot begins
MIDDLE = FOOT + 13 * mm  # where what was learned ends
LOWEST, HIGHEST = 25 * mm, 40 * mm  # how tall it may be
FACTS = LEFT + 163 * mm  # the columns of dates beside it begin here
INDENT = 4 * mm
QR_SIDE = 33 * mm
SMALL = 9.5  # labels and small print
LEADING = 1.2
BETWEEN = 0.2  # of the size, between the items of a list
INK, QUIET, RULE = HexColor("#1d1b19"), HexColor("#5b554f"), HexColor("#d9d3cb")
RIPPLES = ((74, 0.06), (54, 0.14), (36, 0.32), (20, 1.0))  # radius in mm, strength of the colour


def render(certificate: IssuedCertificate, *, base_url: str, colour: str, to_sign: bool = False) -> bytes:
    """The certificate as a tagged PDF of one A4 page; the same arguments give the same bytes.

    `colour` is the partnership's, as #rrggbb. With `to_sign` it has a field for its signature.
    """
    file = io.BytesIO()
    canvas = TaggedCanvas(
        file,
        pagesize=PAGE,
        title=f"Certificate of completion: {certificate.full_name}, {certificate.module_title}",
        author=certificate.partnership,
        subject=f"Certificate {grouped(certificate.number)}",
        made_at=certificate.issued_at,
    )
    draw(canvas, certificate, base_url=base_url, colour=colour)
    if to_sign:
        canvas.signature_field(SIGNATURE, f"Digital signature of {certificate.partnership}")
    canvas.save()
    return file.getvalue()


def render_many(
    certificates: Iterable[IssuedCertificate],
    *,
    title: str,
    partnership: str,
    made_at: dt.datetime,
    base_url: str,
    colour: str,
) -> bytes:
    """Certificates to print, a page each with a bookmark, in one tagged PDF that is never signed.

    `partnership` and `colour` are today's; `made_at` (aware) dates the file. The same arguments give the same bytes.
    """
    file = io.BytesIO()
    subject = "For printing, not signed: the files of single certificates are"
    canvas = TaggedCanvas(file, pagesize=PAGE, title=title, author=partnership, subject=subject, made_at=made_at)
    for certificate in certificates:
        draw(canvas, certificate, base_url=base_url, colour=colour)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def draw(canvas: TaggedCanvas, certificate: IssuedCertificate, *, base_url: str, colour: str) -> None:
    """Put the certificate on the canvas's page, with a bookmark. A canvas with many shows a new page for each."""
    sheet = _Sheet(canvas, HexColor(colour))
    with canvas.group("Sect"):
        canvas.bookmark(f"{certificate.full_name}, {certificate.module_title}")
        size, items = set_outcomes(certificate.outcomes, FACTS - LEFT - INDENT - 8 * mm, HIGHEST)
        top = MIDDLE + max(LOWEST, _height(size, items)) + 2
        with canvas.artifact():
            canvas.operators(_decoration(colour))
            canvas.setStrokeColor(RULE)
            canvas.setLineWidth(0.75)
            canvas.line(LEFT, top + 8 * mm, RIGHT, top + 8 * mm)
        sheet.award(certificate, top + 8 * mm)
        sheet.learned(size, items, top)
        sheet.facts(certificate, top)
        sheet.foot(certificate, base_url)


@lru_cache(maxsize=256)
def fitted(text: str, font: str, width: float, largest: float, smallest: float) -> tuple[float, tuple[str, ...]]:
    """The font size and the one or two lines in which a text fits a width.

    One line as large as possible, down to `smallest`; else two lines, broken at the space (or, in a very long word,
    the letter) that leaves them most alike, as large as they allow.
    """

    def longer(lines: tuple[str, ...]) -> float:
        return max(set_line(line.rstrip(), font, rightward=rightward).width for line in lines)

    rightward = is_rightward(text)
    size = min(largest, width / max(longer((text,)), 1e-9))
    if size >= smallest:
        return size, (text,)
    at_spaces = [(text[: m.end()], text[m.end() :]) for m in re.finditer(" ", text)]
    anywhere = [(text[:n], text[n:]) for n in range(1, len(text)) if text[n] != " " and may_part(text[n - 1], text[n])]
    lines = min(at_spaces or anywhere, key=longer)
    if longer(lines) * smallest * 0.6 > width:  # a word without a space in reach
        lines = min(anywhere, key=longer)
    return min(smallest, width / longer(lines)), lines


@lru_cache(maxsize=64)
def set_outcomes(outcomes: tuple[str, ...], width: float, highest: float) -> tuple[float, tuple[tuple[str, ...], ...]]:
    """The size and lines in which a list fits a width and height: usual text, smaller where there is much of it."""
    size = 10.5
    while True:
        lines = tuple(tuple(wrapped(outcome, REGULAR, size, width)) for outcome in outcomes)
        if _height(size, lines) <= highest:
            return size, lines
        size *= 0.98


def _height(size: float, items: tuple[tuple[str, ...], ...]) -> float:
    return size * (LEADING * sum(map(len, items)) + BETWEEN * len(items))


@lru_cache(maxsize=8)
def _decoration(colour: str) -> tuple[str, ...]:
    """A band at the side, and ripples going out from the corner: what is learned is passed on.

    The same on every certificate of a partnership, so it is worked out once.
    """
    register_typeface()
    canvas = Canvas(io.BytesIO(), pagesize=PAGE, initialFontName=REGULAR)  # type: ignore[arg-type]  # wrong in the stubs
    begin = len(canvas._code)  # type: ignore[attr-defined]  # what is drawn from here on; the stubs leave it out
    full = HexColor(colour)
    canvas.saveState()
    for radius, strength in RIPPLES:  # mixed with white, so that no transparency is needed
        canvas.setFillColor(Color(*(1 - strength * (1 - part) for part in full.rgb())))
        canvas.circle(WIDTH, HEIGHT, radius * mm, stroke=0, fill=1)
    canvas.setFillColor(full)
    canvas.rect(0, 0, 12 * mm, HEIGHT, stroke=0, fill=1)
    canvas.restoreState()
    return tuple(canvas._code[begin:])  # type: ignore[attr-defined]  # as above


class _Sheet:
    """Draws the parts, from the top down in reading order."""

    def __init__(self, canvas: TaggedCanvas, colour: Color) -> None:
        self.canvas, self.colour = canvas, colour

    def award(self, certificate: IssuedCertificate, bottom: float) -> None:
        """Who completed what: the part to read from across the room. Where names are long, the gaps give way."""
        wide, narrow = RIGHT - LEFT, RIGHT - LEFT - 48 * mm  # narrow: beside the ripples
        parts = [  # role, text, width, font, largest and smallest size, colour, gap above in mm
            ("P", certificate.partnership, narrow, SEMIBOLD, 14, 10, self.colour, 0),
            ("H1", "Certificate of completion", narrow, REGULAR, 27, 27, INK, 8),
            ("P", "Awarded to", wide, REGULAR, 12.5, 12.5, QUIET, 8),
            ("P", certificate.full_name, wide, SEMIBOLD, 44, 25, INK, 1.5),
            ("P", certificate.agency_name, wide, REGULAR, 16, 12, INK, 2.5),
            ("P", "for completing the training module", wide, REGULAR, 12.5, 12.5, QUIET, 7),
            ("P", certificate.module_title, wide, SEMIBOLD, 25, 17, self.colour, 1.5),
        ]
        parts = [part for part in parts if part[1]]
        sizes = [
            fitted(text, font, width, largest, smallest) for _role, text, width, font, largest, smallest, *_ in parts
        ]
        room = TOP - (bottom + 6 * mm) - sum(LEADING * size * len(lines) for size, lines in sizes)
        squeeze = min(1, room / (mm * sum(gap for *_, gap in parts)))
        y = TOP
        for (role, text, _width, font, _largest, _smallest, colour, gap), (size, lines) in zip(
            parts, sizes, strict=True
        ):
            y -= gap * mm * squeeze
            with self.canvas.tag(role):
                for line in lines:
                    y -= LEADING * size
                    self.canvas.write(line, LEFT, y + 0.2 * size, font, size, colour, rightward=is_rightward(text))

    def learned(self, size: float, items: tuple[tuple[str, ...], ...], y: float) -> None:
        """The learning outcomes met, as a list."""
        canvas = self.canvas
        with canvas.tag("H2"):
            self.line("Learning outcomes met", LEFT, y, SEMIBOLD, SMALL, INK)
        y -= 2
        with canvas.group("L"):
            for lines in items:
                y -= BETWEEN * size
                with canvas.group("LI"):
                    with canvas.tag("Lbl"):
                        self.line("•", LEFT, y - LEADING * size, SEMIBOLD, size, self.colour)
                    with canvas.tag("LBody"):
                        for line in lines:
                            y -= LEADING * size
                            self.line(line, LEFT + INDENT, y, REGULAR, size, INK)

    def facts(self, certificate: IssuedCertificate, top: float) -> None:
        """The dates and the learning time, two by two."""
        facts = [
            ("Completed on", format_day(certificate.completed_on)),
            ("Valid until", format_day(certificate.expires_on)),
            ("Learning time (CPD)", counted(certificate.cpd_minutes, "minute")),
            ("Module version", str(certificate.module_version)),
        ]
        for place, (label, value) in enumerate(facts):
            row, column = divmod(place, 2)
            x, y = FACTS + column * 44 * mm, top - row * 13.5 * mm
            self.labelled(label, [(value, SEMIBOLD, 13)], x, y, 40 * mm)

    def foot(self, certificate: IssuedCertificate, base_url: str) -> None:
        """Who issued it, its number, and how anyone can check it."""
        canvas = self.canvas
        issuer = [(certificate.signatory, SEMIBOLD, 11.0), (certificate.partnership, REGULAR, 11.0)]
        self.labelled("Issued by", issuer, LEFT, FOOT, 92 * mm)
        left, width = LEFT + 100 * mm, 88 * mm
        self.labelled("Certificate number", [(grouped(certificate.number), SEMIBOLD, 14)], left, FOOT, width)
        place = f"Place {certificate.place:,} in the record, digest {short_digest(certificate.digest)}"
        with canvas.tag("P"):
            self.line(place, left, FOOT - 11.5 * mm, REGULAR, SMALL, QUIET)
        with canvas.tag("H2"):
            self.line("How to check this certificate", left, FOOT - 19 * mm, SEMIBOLD, SMALL, INK)
        with canvas.group("P"):
            with canvas.tag("Span"):
                self.line("Scan the code, or enter the number at ", left, FOOT - 23.5 * mm, REGULAR, SMALL, QUIET)
            with canvas.tag("Link"):
                address = f"{base_url.split('://')[1]}/verify"
                size = min(SMALL, width / set_line(address, REGULAR).width)
                y = FOOT - 28 * mm
                self.line(address, left, y, REGULAR, size, self.colour)
                box = (left, y - 2, left + size * set_line(address, REGULAR).width, y + size)
                canvas.link(f"{base_url}/verify", box, f"Check a certificate at {address}")
        x, y = RIGHT - QR_SIDE, FOOT - 28 * mm
        described = "QR code that opens the web page where this certificate can be checked"
        with canvas.tag("Figure", alt=described, box=(x, y, x + QR_SIDE, y + QR_SIDE)):
            self.qr_code(f"{base_url}/verify/{certificate.number}", x, y)

    def labelled(self, label: str, values: list[tuple[str, str, float]], x: float, y: float, width: float) -> None:
        """A small label with one or more values (text, font, size) below."""
        with self.canvas.tag("P"):
            self.line(f"{label} ", x, y, REGULAR, SMALL, QUIET)
            y -= 1
            for number, (value, font, largest) in enumerate(values, start=1):
                size, (*above, last) = fitted(value, font, width, largest, largest - 1)
                for line in (*above, last if number == len(values) else f"{last} "):
                    y -= LEADING * size
                    self.canvas.write(line, x, y, font, size, INK, rightward=is_rightward(value))

    def line(self, text: str, x: float, y: float, font: str, size: float, colour: Color) -> None:
        self.canvas.write(text, x, y, font, size, colour)

    def qr_code(self, content: str, x: float, y: float) -> None:
        """The code as one path of rectangles in units of its modules: sharp at any size, small in bytes."""
        count, runs = qr_runs(content)
        canvas = self.canvas
        canvas.saveState()
        canvas.setFillColor(INK)
        canvas.translate(x, y)
        canvas.scale(QR_SIDE / count, QR_SIDE / count)
        canvas.operators([*(f"{start} {count - 1 - row} {length} 1 re" for row, start, length in runs), "f"])
        canvas.restoreState()
