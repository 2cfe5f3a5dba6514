"""Reads a PDF as a person, a telephone and a screen reader would."""

import datetime as dt

import pypdfium2
import zxingcpp

from elearning.certificates.types import IssuedCertificate


def sample(**changes: object) -> IssuedCertificate:
    """A certificate, with some of its words changed."""
    words: dict[str, object] = {
        "number": "7ACXXMY3PWBX9GQ8V",
        "full_name": "Amina Yusuf",
        "agency_name": "Harrow Lane School",
        "module_key": "reachable-moments",
        "module_version": 3,
        "module_title": "Reachable moments",
        "completed_on": dt.date(2026, 3, 2),
        "expires_on": dt.date(2029, 3, 2),
        "cpd_minutes": 45,
        "place": 1234,
        "digest": "3f2a9c11ab34" + "0" * 52,
        "issued_at": dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC),
        "partnership": "Test Partnership",
        "signatory": "Chair of the partnership",
        "attempt_id": 1,
        "outcomes": ("Notice a reachable moment and act on it that day", "Say what a child may be gaining, and losing"),
    }
    return IssuedCertificate(**(words | changes))  # type: ignore[arg-type]


def text_of(pdf: bytes) -> str:
    """Every page's text as another program extracts it, lines joined by a space."""
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


def links_in(pdf: bytes) -> list[str]:
    """What the codes on a page say, read from its picture at 100 dots an inch."""
    page = pypdfium2.PdfDocument(pdf)[0]
    return [barcode.text for barcode in zxingcpp.read_barcodes(page.render(scale=100 / 72).to_pil())]
