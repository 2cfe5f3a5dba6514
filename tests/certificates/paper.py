"""Reads a PDF as a person, a telephone and a screen reader would."""

import datetime as dt

import page
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
        "outcomes": (
            "Recognise the five reachable moments in the note and say what makes them reachable.",
            "Respond to an exploited child as a child and a victim first.",
            "Sequence what happens when a missing child is found, and use the return home interview to build trust.",
            "Choose the right route: assess, tell, refer, share intelligence.",
            "Write what a child says in the child’s own words.",
        ),
    }
    return IssuedCertificate(**(words | changes))  # type: ignore[arg-type]


def text_of(pdf: bytes) -> str:
    """Every page's text as another program extracts it, lines joined by a space."""
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(sheet.get_textpage().get_text_range().split()) for sheet in document)


def faults_in(pdf: bytes) -> list[str]:
    """Where it does not keep to PDF/UA-1 (for people) and PDF/A-2a (for archives)."""
    return [
        f"{profile.name}: {failure.message}"
        for profile in (page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_2A)
        for failure in page.validate_pdf_bytes(pdf, profile=profile).failures
    ]


def links_in(pdf: bytes) -> list[str]:
    """What the codes on a page say, read from its picture at 100 dots an inch."""
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=100 / 72).to_pil()
    return [barcode.text for barcode in zxingcpp.read_barcodes(picture)]
