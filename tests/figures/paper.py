"""Reads a report's PDF as a screen reader does: the structure tree, with the text and the page of each element."""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2
from pypdfium2 import raw


@dataclass
class Node:
    role: str
    extras: str
    page: int | None = None  # where its first content stands
    lines: list[str] = field(default_factory=list)
    kids: list["Node"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text, without the spaces at which lines and words may have been parted."""
        return "".join("".join(self.lines).split())

    def all(self, *roles: str) -> Iterator["Node"]:
        if self.role in roles:
            yield self
        for kid in self.kids:
            yield from kid.all(*roles)


def structure(pdf: bytes) -> Node:
    """The tree of a PDF that our canvas has written."""
    texts = _texts(pdf)
    kids = re.search(rb"/Kids \[(.*?)\]", pdf, re.DOTALL)
    assert kids is not None
    pages = {number: place for place, number in enumerate(re.findall(rb"(\d+) 0 R", kids[1]))}
    elements = {
        number: (role.decode(), content, extras)
        for number, role, content, extras in re.findall(
            rb"(\d+) 0 obj\s<< /Type /StructElem /S /(\w+) /P \d+ 0 R /K \[ (.*?) \](.*?) >>\sendobj", pdf, re.DOTALL
        )
    }

    def node(number: bytes) -> Node:
        role, content, extras = elements[number]
        own = re.search(rb"/Pg (\d+) 0 R", extras)
        found = Node(role, extras.decode("latin-1"))
        for there, marked, _annotation, kid, here in re.findall(
            rb"<< /Type /MCR /Pg (\d+) 0 R /MCID (\d+) >>|<< /Type /OBJR /Obj (\d+) 0 R >>|(\d+) 0 R|(\d+)", content
        ):
            if kid:
                found.kids.append(node(kid))
                found.page = found.kids[0].page if found.page is None else found.page
            elif marked or here:
                assert own is not None
                page = pages[there or own[1]]
                found.page = page if found.page is None else found.page
                found.lines += texts.get((page, int(marked or here)), [])
        return found

    top = re.search(rb"/Type /StructTreeRoot /K (\d+) 0 R", pdf)
    assert top is not None
    return node(top[1])


def _texts(pdf: bytes) -> dict[tuple[int, int], list[str]]:
    """The texts drawn in each marked content of each page, in the order they are drawn."""
    found: dict[tuple[int, int], list[str]] = {}
    with pypdfium2.PdfDocument(pdf) as document:
        for place, sheet in enumerate(document):
            textpage = sheet.get_textpage()
            for each in sheet.get_objects(filter=(raw.FPDF_PAGEOBJ_TEXT,)):
                buffer = ctypes.create_string_buffer(4096)
                length = raw.FPDFTextObj_GetText(
                    each, textpage, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), 2048
                )
                text = buffer.raw[: 2 * length].decode("utf-16-le").rstrip("\0")
                found.setdefault((place, raw.FPDFPageObj_GetMarkedContentID(each)), []).append(text)
    return found


def squeezed(text: str) -> str:
    """A text as `Node.text` has it."""
    return "".join(text.split())


def cells(table: Node) -> list[list[str]]:
    """The rows of a table's element, its header first."""
    return [[cell.text for cell in row.kids] for row in table.all("TR")]
