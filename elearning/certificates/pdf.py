"""The certificate on paper: one page that is good to hang up and easy to check."""

import io
import re
from functools import lru_cache

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from elearning.certificates.rules import grouped, short_digest
from elearning.certificates.types import IssuedCertificate
from elearning.core.qr import qr_runs
from elearning.core.tagged_pdf import TaggedCanvas
from elearning.core.typeface import REGULAR, SEMIBOLD, register_typeface
from elearning.web.pages import counted, format_day

PAGE = landscape(A4)
WIDTH, HEIGHT = PAGE
LEFT, RIGHT = 31 * mm, WIDTH - 21 * mm
FACTS, FOOT = 68 * mm, 44 * mm  # the baselines where the row of facts and the foot begin
QR_SIDE = 33 * mm
SMALL = 9.5  # labels and small print
LEADING = 1.2
INK, QUIET, RULE = HexColor("#1d1b19"), HexColor("#5b554f"), HexColor("#d9d3cb")
RIPPLES = ((74, 0.06), (54, 0.14), (36, 0.32), (20, 1.0))  # radius in mm, strength of the colour


def render(certificate: IssuedCertificate, *, base_url: str, colour: str) -> bytes:
    """The certificate as a tagged PDF of one A4 page; the same arguments give the same bytes.

    `colour` is the partnership's, as #rrggbb.
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
    sheet = _Sheet(canvas, HexColor(colour))
    with canvas.artifact():
        canvas.operators(_decoration(colour))
    sheet.award(certificate)
    sheet.facts(certificate)
    sheet.foot(certificate, base_url)
    canvas.save()
    return file.getvalue()


@lru_cache(maxsize=256)
def fitted(text: str, font: str, width: float, largest: float, smallest: float) -> tuple[float, tuple[str, ...]]:
    """The font size and the one or two lines in which a text fits a width.

    One line as large as possible, down to `smallest`; else two lines, broken at the space (or, in a very long word,
    the letter) that leaves them most alike, as large as they allow.
    """
    size = min(largest, width / max(stringWidth(text, font, 1), 1e-9))
    if size >= smallest:
        return size, (text,)
    at_spaces = [(text[: m.start()], text[m.end() :]) for m in re.finditer(" ", text)]
    anywhere = [(text[:n], text[n:]) for n in range(1, len(text))]

    def longer(lines: tuple[str, str]) -> float:
        return max(stringWidth(line, font, 1) for line in lines)

    lines = min(at_spaces or anywhere, key=longer)
    if longer(lines) * smallest * 0.6 > width:  # a word without a space in reach
        lines = min(anywhere, key=longer)
    return min(smallest, width / longer(lines)), tuple(line.strip() for line in lines)


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
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.75)
    canvas.line(LEFT, FACTS + 9 * mm, RIGHT, FACTS + 9 * mm)
    canvas.restoreState()
    return tuple(canvas._code[begin:])  # type: ignore[attr-defined]  # as above


class _Sheet:
    """Draws the parts, from the top down in reading order."""

    def __init__(self, canvas: TaggedCanvas, colour: Color) -> None:
        self.canvas, self.colour = canvas, colour

    def award(self, certificate: IssuedCertificate) -> None:
        """Who completed what: the part to read from across the room. Where names are long, the gaps give way."""
        wide, narrow = RIGHT - LEFT, RIGHT - LEFT - 48 * mm  # narrow: beside the ripples
        parts = [  # role, text, width, font, largest and smallest size, colour, gap above in mm
            ("P", certificate.partnership, narrow, SEMIBOLD, 14, 10, self.colour, 0),
            ("H1", "Certificate of completion", narrow, REGULAR, 27, 27, INK, 9),
            ("P", "Awarded to", wide, REGULAR, 12.5, 12.5, QUIET, 10),
            ("P", certificate.full_name, wide, SEMIBOLD, 44, 25, INK, 1.5),
            ("P", certificate.agency_name, wide, REGULAR, 16, 12, INK, 2.5),
            ("P", "for completing the training module", wide, REGULAR, 12.5, 12.5, QUIET, 9),
            ("P", certificate.module_title, wide, SEMIBOLD, 25, 17, self.colour, 1.5),
        ]
        parts = [part for part in parts if part[1]]
        sizes = [
            fitted(text, font, width, largest, smallest) for _role, text, width, font, largest, smallest, *_ in parts
        ]
        room = HEIGHT - 22 * mm - (FACTS + 13 * mm) - sum(LEADING * size * len(lines) for size, lines in sizes)
        squeeze = min(1, room / (mm * sum(gap for *_, gap in parts)))
        y = HEIGHT - 22 * mm
        for (role, _text, _width, font, _largest, _smallest, colour, gap), (size, lines) in zip(
            parts, sizes, strict=True
        ):
            y -= gap * mm * squeeze
            with self.canvas.tag(role):
                for line in lines:
                    y -= LEADING * size
                    self.line(line, LEFT, y + 0.2 * size, font, size, colour)

    def facts(self, certificate: IssuedCertificate) -> None:
        """The dates and the learning time, in a row."""
        facts = [
            ("Completed on", format_day(certificate.completed_on)),
            ("Valid until", format_day(certificate.expires_on)),
            ("Learning time (CPD)", counted(certificate.cpd_minutes, "minute")),
            ("Module version", str(certificate.module_version)),
        ]
        for column, (label, value) in enumerate(facts):
            self.labelled(label, [(value, SEMIBOLD, 14)], LEFT + column * 60 * mm, FACTS, 56 * mm)

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
                self.line("Scan the code, or enter the number at", left, FOOT - 23.5 * mm, REGULAR, SMALL, QUIET)
            with canvas.tag("Link"):
                address = f"{base_url.split('://')[1]}/verify"
                size = min(SMALL, width / stringWidth(address, REGULAR, 1))
                y = FOOT - 28 * mm
                self.line(address, left, y, REGULAR, size, self.colour)
                box = (left, y - 2, left + stringWidth(address, REGULAR, size), y + size)
                canvas.link(f"{base_url}/verify", box, f"Check a certificate at {address}")
        x, y = RIGHT - QR_SIDE, FOOT - 28 * mm
        described = "QR code that opens the web page where this certificate can be checked"
        with canvas.tag("Figure", alt=described, box=(x, y, x + QR_SIDE, y + QR_SIDE)):
            self.qr_code(f"{base_url}/verify/{certificate.number}", x, y)

    def labelled(self, label: str, values: list[tuple[str, str, float]], x: float, y: float, width: float) -> None:
        """A small label with one or more values (text, font, size) below."""
        with self.canvas.tag("P"):
            self.line(label, x, y, REGULAR, SMALL, QUIET)
            y -= 1
            for value, font, largest in values:
                size, lines = fitted(value, font, width, largest, largest - 1)
                for line in lines:
                    y -= LEADING * size
                    self.line(line, x, y, font, size, INK)

    def line(self, text: str, x: float, y: float, font: str, size: float, colour: Color) -> None:
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(colour)
        self.canvas.drawString(x, y, text)

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
