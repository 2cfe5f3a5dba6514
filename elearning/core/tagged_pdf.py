"""A ReportLab canvas whose pages a screen reader can read and an archive can keep, with the same bytes each time.

ReportLab draws and embeds fonts but writes no tags. This adds the structure tree that PDF/UA-1 asks for: everything drawn
inside `tag()` is content with a role, everything inside `artifact()` is decoration, and nothing may be drawn outside both.
It also adds what PDF/A-2a asks for beyond that: what the colours mean, and metadata that says so. Nothing is attached.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from reportlab import rl_config
from reportlab.lib.colors import Color
from reportlab.lib.utils import TimeStamp
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import XMP, PDFArray, PDFDictionary, PDFName, PDFObject, PDFStream, PDFString
from reportlab.pdfgen.canvas import Canvas

from elearning.core.typeface import REGULAR, register_typeface, set_line

rl_config.useA85 = 0  # streams as plain bytes: a fifth smaller than in base 85
# The meaning of our colours. A file, because the library that makes such profiles writes the time into them.
SRGB = Path(__file__).parent / "srgb.icc"
LANGUAGE = "en-GB"
PRODUCER = "elearning"

_METADATA = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" \
xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" \
xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>\
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>\
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>\
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>\
<xmp:CreateDate>{made_at}</xmp:CreateDate><xmp:ModifyDate>{made_at}</xmp:ModifyDate>\
<xmp:CreatorTool>{producer}</xmp:CreatorTool><pdf:Producer>{producer}</pdf:Producer>\
<pdfuaid:part>1</pdfuaid:part><pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>The part of PDF/UA that the file keeps to</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""

Box = tuple[float, float, float, float]  # left, bottom, right, top

_format_stream = PDFStream.format


def _format_stream_for_archives(self: Any, document: Any) -> bytes:
    """PDF/A wants `endstream` on a line of its own, which ReportLab never gives it.

    CR and LF, because a stream's own last byte may be a CR, and a LF alone would be taken to belong to that.
    """
    return bytes(_format_stream(self, document)).removesuffix(b"endstream\n") + b"\r\nendstream\n"


PDFStream.format = _format_stream_for_archives  # type: ignore[method-assign]  # the one way in: it makes its own


@cache
def _colour_profile() -> bytes:
    return SRGB.read_bytes()


@dataclass
class Element:
    """A node of the structure tree."""

    role: str
    alt: str | None = None
    box: Box | None = None
    scope: str = ""  # of a header cell: Row or Column
    instead: str = ""  # of what is drawn, read aloud
    page: int = 0
    lines: list[str] = field(default_factory=list)  # of text in it
    is_turned: bool = False  # whether some of it is drawn in another order than it is read
    kids: list["_Content | Element | _Annotation"] = field(default_factory=list)


@dataclass
class _Content:
    page: int
    number: int  # of the marked content on its page


@dataclass
class _Annotation:
    name: str
    key: int


class TaggedCanvas(Canvas):
    """Draw with ReportLab's own methods inside `tag()` or `artifact()`; `save()` writes the structure tree too."""

    # ReportLab's own, which its type stubs leave out.
    _doc: Any
    _code: list[str]
    _annotationCount: int
    _fillColorObj: object
    _escape: Callable[[bytes], str]
    _addAnnotation: Callable[[PDFDictionary], None]
    _bookmarkReference: Callable[[str], PDFObject]

    def __init__(
        self,
        file: BinaryIO,
        *,
        pagesize: tuple[float, float],
        title: str,
        author: str,
        subject: str,
        made_at: dt.datetime,
    ) -> None:
        """`made_at` (aware) dates the document, so that making it again gives the same bytes."""
        register_typeface()
        super().__init__(
            file,
            pagesize=pagesize,
            pdfVersion=(1, 7),
            lang=LANGUAGE,
            initialFontName=REGULAR,  # type: ignore[arg-type]  # the stubs take it for a number
            invariant=1,
        )
        self.setTitle(title)
        self.setAuthor(author)
        self.setSubject(subject)
        self.setCreator(PRODUCER)
        self.setProducer(PRODUCER)
        moment = made_at.astimezone(dt.UTC).replace(microsecond=0)
        stamp = TimeStamp(1)
        stamp.YMDhms, stamp.dhh, stamp.dmm = moment.timetuple()[:6], 0, 0
        self._doc._timeStamp = stamp
        self._doc.signature = hashlib.sha256()  # of the content alone; ReportLab's begins with the time
        self._metadata = _METADATA.format(
            title=escape(title), author=escape(author), subject=escape(subject), language=LANGUAGE, producer=PRODUCER,
            made_at=moment.isoformat(),
        ).encode()  # fmt: skip
        self._document = Element("Document")
        self._open = [self._document]
        self._done_pages: list[tuple[Any, list[Element]]] = []  # the page, and the element of each marked content
        self._marked: list[Element] = []
        self._annotations = 0
        # Which letters the forms drawn stand for; our fonts ask the document.
        self._spelled: dict[tuple[str, int], str] = {}
        self._doc.spelled = self._spelled
        self._shown: dict[tuple[str, str, float], str] = {}  # how this document says a text in a font and size

    def element(
        self, role: str, *, alt: str | None = None, box: Box | None = None, scope: str = "", instead: str = ""
    ) -> Element:
        """A new element under the open one; `within()` and `mark()` put something into it, now or pages later.

        `instead` is read aloud in place of what is drawn in it.
        """
        element = Element(role, alt, box, scope, instead, len(self._done_pages))
        self._open[-1].kids.append(element)
        return element

    @contextmanager
    def within(self, element: Element) -> Iterator[None]:
        """Put the elements made inside under this one."""
        self._open.append(element)
        yield
        self._open.pop()

    @contextmanager
    def mark(self, element: Element) -> Iterator[None]:
        """What is drawn inside is content of this element, after what it had, be that on another page."""
        element.kids.append(_Content(len(self._done_pages), len(self._marked)))
        self._code.append(f"/{element.role} <</MCID {len(self._marked)}>> BDC")
        self._marked.append(element)
        self._open.append(element)
        yield
        self._open.pop()
        self._code.append("EMC")

    @contextmanager
    def group(self, role: str) -> Iterator[None]:
        """Put the elements tagged inside under one element, such as the cells of a table row."""
        with self.within(self.element(role)):
            yield

    @contextmanager
    def tag(self, role: str, *, alt: str | None = None, box: Box | None = None) -> Iterator[None]:
        """What is drawn inside is content of this role (H1, P, Figure, Link ...). A Figure needs `alt` and `box`."""
        with self.mark(self.element(role, alt=alt, box=box)):
            yield

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn inside is decoration, passed over when the page is read aloud."""
        self._code.append("/Artifact BMC")
        yield
        self._code.append("EMC")

    def write(
        self, text: str, x: float, y: float, font: str, size: float, colour: Color, *, rightward: bool = True
    ) -> None:
        """A line of text, from `x` on the base line `y`. Whatever order and forms its letters are drawn in, programs
        that read or copy it get it as it is spelled.

        `rightward` is the direction of the whole text that the line is of. A space at its end is not seen and moves nothing.
        """
        if not rightward:  # the end stands on the left
            x -= (len(text) - len(text.rstrip())) * set_line(" ", font).width * size
        self.setFillColor(colour)
        line = set_line(text, font, rightward=rightward)
        element = self._open[-1]
        element.lines.append(text)
        if not line.runs:
            self.setFont(font, size)
            self.drawString(x, y, text)
        for run in line.runs:
            # Programs put letters that run leftward in order by themselves, and would do so again with such a spelling.
            is_spelled = run.is_rightward and run.needs_spelling
            element.is_turned |= not run.is_rightward
            if is_spelled:
                spelling = f"\ufeff{run.text}".encode("utf-16-be").hex()
                self._code.append(f"/Span <</ActualText <{spelling}>>> BDC")
            self.setFont(run.font, size)
            for characters, dx, dy in run.pieces:
                self.drawString(x + dx * size, y + dy * size, characters)
            if is_spelled:
                self._code.append("EMC")
            for character, letters in run.spelled:
                self._spelled.setdefault((run.font, ord(character)), letters)

    def write_plainly(self, text: str, x: float, y: float, font: str, size: float, colour: Color) -> None:
        """As `write`, in a fraction of its time: for tables, which say the same few thousand things again and again."""
        if set_line(text, font).runs:
            self.write(text, x, y, font, size, colour)
            return
        if self._fillColorObj is not colour:
            self.setFillColor(colour)
        shown = self._shown.get((text, font, size))
        if shown is None:
            face: Any = pdfmetrics.getFont(font)
            shown = self._shown[text, font, size] = " ".join(
                f"{face.getSubsetInternalName(subset, self._doc)} {size:g} Tf ({self._escape(codes)}) Tj"
                for subset, codes in face.splitString(text, self._doc)
            )
        self._code.append(f"BT 1 0 0 1 {x:.2f} {y:.2f} Tm {shown} ET")
        self._open[-1].lines.append(text)

    def bookmark(self, title: str) -> None:
        """An entry of the outline that leads to this page."""
        key = f"page-{len(self._done_pages) + 1}"
        self.bookmarkPage(key)
        self.addOutlineEntry(title, key)

    def place(self, key: str, title: str, y: float, level: int) -> None:
        """An entry of the outline that leads to this height of this page; `link_to` finds it by its key."""
        self.bookmarkPage(key, fit="XYZ", left=0, top=y)
        self.addOutlineEntry(title, key, level)

    def operators(self, code: Iterable[str]) -> None:
        """Put PDF's own drawing operators on the page, where ReportLab's methods would say more than is needed."""
        self._code.extend(code)

    def link(self, url: str, box: Box, description: str) -> None:
        """Within `tag("Link")`: make `box` lead to `url`; the description is what is read aloud."""
        key = self._next_key()
        self.linkURL(url, box, Contents=PDFString(description), F=4, StructParent=key)
        self._open[-1].kids.append(_Annotation(f"NUMBER{self._annotationCount}", key))

    def link_to(self, key: str, box: Box, description: str) -> None:
        """Within `tag("Link")`: make `box` lead to a place of this document, as `link` does to an address."""
        parent = self._next_key()
        link = {
            "Type": PDFName("Annot"),
            "Subtype": PDFName("Link"),
            "Rect": PDFArray(box),
            "Border": PDFArray([0, 0, 0]),
            "Dest": self._bookmarkReference(key),
            "Contents": PDFString(description),
            "F": 4,  # printed
            "StructParent": parent,
        }
        self._addAnnotation(PDFDictionary(link))
        self._open[-1].kids.append(_Annotation(f"NUMBER{self._annotationCount}", parent))

    def signature_field(self, name: str, description: str) -> None:
        """A field that waits to be signed, and shows nothing; the description is what is read aloud."""
        key = self._next_key()
        field = PDFDictionary(
            {
                "Type": PDFName("Annot"),
                "Subtype": PDFName("Widget"),
                "FT": PDFName("Sig"),
                "T": PDFString(name),
                "TU": PDFString(description),
                "Rect": PDFArray([0, 0, 0, 0]),
                "F": 132,  # printed and locked
                "StructParent": key,
            }
        )
        self._addAnnotation(field)
        form = {"Fields": PDFArray([self._doc.Reference(field)]), "SigFlags": 1}
        self._doc.Catalog.AcroForm = self._doc.Reference(PDFDictionary(form))
        with self.group("Form"):
            self._open[-1].alt = description
            self._open[-1].kids.append(_Annotation(f"NUMBER{self._annotationCount}", key))

    def _next_key(self) -> int:
        """A key of the parent tree beyond those that are pages' own."""
        self._annotations += 1
        return 1_000_000 + self._annotations

    def _setAnnotations(self, page: Any) -> None:
        """ReportLab's last step of a page before it is stored; here the page also learns its place in the tree."""
        super()._setAnnotations(page)  # type: ignore[misc]  # as above
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents = len(self._done_pages)
        page.Tabs = PDFName("S")
        self._done_pages.append((page, self._marked))
        self._marked = []

    def save(self) -> None:
        """Finish the document and write it to the file."""
        if len(self._code):
            self.showPage()
        self._write_structure()
        for font in self._doc.delayedFonts:
            for subset in font.state[self._doc].subsets:
                # ReportLab says that code 0, which no text uses, stands for U+0000; PDF/UA allows no such character.
                subset[0] = ord(" ")
        super().save()

    def _write_structure(self) -> None:
        document = self._doc
        tree: dict[int, str] = {}  # the parent tree: from a page's or link's key back to its elements
        numbers: dict[int, str] = {}  # "12 0 R" by the id() of an element

        def number_of(thing: Any) -> str:
            return f"{document.Reference(thing).format(document).decode()}"

        def write(element: Element, parent: str) -> str:
            entry = _Written()
            number = numbers[id(element)] = number_of(entry)
            kids = []
            for kid in element.kids:
                if isinstance(kid, Element):
                    kids.append(write(kid, number))
                elif isinstance(kid, _Annotation):
                    annotation = document.refAnnotation(kid.name).format(document).decode()
                    kids.append(f"<< /Type /OBJR /Obj {annotation} >>")
                    tree[kid.key] = number
                elif kid.page == element.page:
                    kids.append(str(kid.number))
                else:
                    kids.append(f"<< /Type /MCR /Pg {pages[kid.page]} /MCID {kid.number} >>")
            parts = [f"<< /Type /StructElem /S /{element.role} /P {parent} /K [ {' '.join(kids)} ]"]
            if element is not self._document:
                parts.append(f"/Pg {pages[element.page]}")
            if element.alt:
                parts.append(f"/Alt {PDFString(element.alt).format(document).decode('latin-1')}")
            if element.instead or element.is_turned:
                said = element.instead or " ".join(line.rstrip() for line in element.lines)
                text = PDFString(said).format(document).decode("latin-1")
                parts.append(f"/ActualText {text}")
            if element.scope:
                parts.append(f"/A << /O /Table /Scope /{element.scope} >>")
            if element.box:
                box = " ".join(f"{side:.2f}" for side in element.box)
                parts.append(f"/A << /O /Layout /Placement /Block /BBox [ {box} ] >>")
            entry.text = " ".join([*parts, ">>"])
            return number

        pages = [number_of(page) for page, _marked in self._done_pages]
        root = _Written()
        root_reference = document.Reference(root)
        top = write(self._document, number_of(root))
        for page, (_page, marked) in enumerate(self._done_pages):
            tree[page] = f"[ {' '.join(numbers[id(element)] for element in marked)} ]"
        parents = " ".join(f"{key} {tree[key]}" for key in sorted(tree))
        root.text = (
            f"<< /Type /StructTreeRoot /K {top} /ParentTree << /Nums [ {parents} ] >> "
            f"/ParentTreeNextKey {max(tree) + 1} >>"
        )
        catalog = document.Catalog
        catalog.StructTreeRoot = root_reference
        catalog.MarkInfo = PDFDictionary({"Marked": "true"})
        catalog.ViewerPreferences = PDFDictionary({"DisplayDocTitle": "true"})
        profile = PDFStream(PDFDictionary({"N": 3}), _colour_profile())
        intent = {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": PDFString("sRGB IEC61966-2.1"),
            "Info": PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": document.Reference(profile),
        }
        catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]
        catalog.OutputIntents = PDFArray([PDFDictionary(intent)])
        catalog.Metadata = document.Reference(XMP(creator=lambda _document: self._metadata))


class _Written(PDFObject):
    """An object already written out: ReportLab's own dictionaries would take a tenth of the time of a certificate."""

    __RefOnly__ = 1
    text = ""

    def format(self, document: Any) -> bytes:
        return self.text.encode("latin-1")
