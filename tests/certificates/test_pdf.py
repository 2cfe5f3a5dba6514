"""The certificate on paper: its words, its letters, its code, its tags, its bytes."""

import hashlib
import re
import subprocess
import sys
from contextlib import nullcontext
from itertools import pairwise

import page
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from elearning.certificates.pdf import fitted, render
from elearning.certificates.types import IssuedCertificate
from elearning.core.tagged_pdf import TaggedCanvas
from elearning.core.typeface import SEMIBOLD, register_typeface
from tests.certificates.paper import links_in, sample, text_of

BASE_URL = "https://learning.partnership.example"


def printed(**changes: object) -> bytes:
    return render(sample(**changes), base_url=BASE_URL, colour="#1f4e4a")


def test_it_prints_every_word_of_the_snapshot() -> None:
    text = text_of(printed())
    for words in (
        "Test Partnership",
        "Certificate of completion",
        "Awarded to Amina Yusuf Harrow Lane School",
        "for completing the training module Reachable moments",
        "Completed on 2 March 2026",
        "Valid until 2 March 2029",
        "Learning time (CPD) 45 minutes",
        "Module version 3",
        "Issued by Chair of the partnership Test Partnership",
        "Certificate number 7ACX-XMY3-PWBX-9GQ8-V",
        "Place 1,234 in the record, digest 3f2a9c11ab34",
        "learning.partnership.example/verify",
    ):
        assert words in text


NAMES = [
    "Llŷr Gwyndaf ap Siôn-Ŵyn",
    "Małgorzata Święcicka-Żółć",
    "Ștefan Țăranu Ângela",
    "Şükrü İğdır Işıkoğlu",
    "Nguyễn Thị Phương Thảo Đặng",
    "Zoë O’Connor-Núñez",
    "Ólafur Þórðarson",
    "Αλέξανδρος Ελένης",
    "Олександр Щур",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_printed_in_their_own_letters(name: str) -> None:
    pdf = printed(full_name=name, agency_name=name[::-1].strip())
    assert f"Awarded to {name} " in text_of(pdf)
    assert name[::-1].strip() in text_of(pdf)
    assert page.is_pdf_compliant_bytes(pdf, profile="ua1")


EXTREMES = {
    "one letter, no agency": {"full_name": "O", "agency_name": ""},
    "120 letters with spaces": {"full_name": ("Wilhelmina " * 11)[:120].strip()},
    "120 letters without a space": {"full_name": "W" * 120},
    "one long and one short part": {"full_name": "W" * 117 + " Ng"},
    "all of it at its longest": {
        "full_name": "W" * 59 + " " + "M" * 60,
        "agency_name": ("Safeguarding Partnership of " * 4)[:90].strip(),
        "module_title": "M" * 120,
        "partnership": "W" * 120,
        "signatory": "S" * 120,
        "place": 12_345_678,
        "cpd_minutes": 90,
    },
}


@pytest.mark.parametrize("changes", EXTREMES.values(), ids=EXTREMES.keys())
def test_long_and_short_words_fit_the_one_page(changes: dict[str, str]) -> None:
    pdf = printed(**changes)
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    width, height = document[0].get_size()
    assert (round(width), round(height)) == (842, 595)
    textpage = document[0].get_textpage()
    boxes = [textpage.get_charbox(n) for n in range(textpage.count_chars()) if textpage.get_text_range(n, 1).strip()]
    assert min(left for left, *_ in boxes) > 60
    assert max(right for _, _, right, _ in boxes) < width - 50
    assert min(bottom for _, bottom, _, _ in boxes) > 30
    assert max(top for *_, top in boxes) < height - 50
    unspaced = text_of(pdf).replace(" ", "")
    for words in changes.values():
        assert str(words).replace(" ", "") in unspaced.replace(",", "")
    assert page.is_pdf_compliant_bytes(pdf, profile="ua1")
    assert links_in(pdf) == [f"{BASE_URL}/verify/7ACXXMY3PWBX9GQ8V"]


def test_lines_do_not_run_into_each_other() -> None:
    """Even with everything at its longest: the lines of the upper half stand apart by at least their letters."""
    document = pypdfium2.PdfDocument(printed(**EXTREMES["all of it at its longest"]))  # type: ignore[arg-type]
    textpage = document[0].get_textpage()
    lines = sorted({textpage.get_rect(n)[1::2] for n in range(textpage.count_rects())}, reverse=True)
    upper = [(bottom, top) for bottom, top in lines if bottom > 240]
    assert len(upper) >= 10
    for (above, _), (_, below) in pairwise(upper):
        assert above >= below - 3  # boxes are those of the type, a little taller than its letters


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("WMil -’ŵ"), min_size=1, max_size=120), st.sampled_from([150.0, 400.0, 680.0]))
def test_any_text_is_fitted_into_two_lines_at_most(text: str, width: float) -> None:
    register_typeface()
    text = " ".join(text.split()) or "x"
    size, lines = fitted(text, SEMIBOLD, width, 44, 25)
    assert 0 < size <= 44
    assert len(lines) <= 2
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(stringWidth(line, SEMIBOLD, size) <= width + 0.01 for line in lines)


def test_a_long_name_is_broken_between_its_parts() -> None:
    register_typeface()
    name = "Maximiliana Konstantinopoulou-Featherstonehaugh de la Cruz y Ramírez de Arellano"
    size, lines = fitted(name, SEMIBOLD, 680, 44, 25)
    assert size == 25
    assert " ".join(lines) == name


def test_the_code_leads_to_the_page_that_checks_it() -> None:
    assert links_in(printed()) == [f"{BASE_URL}/verify/7ACXXMY3PWBX9GQ8V"]


def test_so_does_the_link_in_words() -> None:
    assert f"/URI ({BASE_URL}/verify)".encode() in printed()


def test_a_screen_reader_can_read_it() -> None:
    report = page.validate_pdf_bytes(printed(), profile="ua1")
    assert [failure.message for failure in report.failures] == []
    assert report.is_compliant


def test_the_validator_would_see_a_page_without_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TaggedCanvas, "artifact", lambda self: nullcontext())
    assert not page.is_pdf_compliant_bytes(printed(), profile="ua1")


def test_headings_come_first_and_the_code_is_described() -> None:
    pdf = printed()
    roles = re.findall(rb"/StructElem /S /(\w+)", pdf)
    assert roles[:2] == [b"Document", b"P"]
    assert roles.count(b"H1") == 1
    assert roles.count(b"H2") == 1
    assert roles.index(b"H1") < roles.index(b"H2")
    assert b"/Alt (QR code that opens the web page where this certificate can be checked)" in pdf
    assert b"/Lang (en-GB)" in pdf


def test_its_title_is_shown_instead_of_a_file_name() -> None:
    document = pypdfium2.PdfDocument(printed(full_name="Llŷr Ŵyn"))
    metadata = document.get_metadata_dict()
    assert metadata["Title"] == "Certificate of completion: Llŷr Ŵyn, Reachable moments"
    assert metadata["Author"] == "Test Partnership"
    assert metadata["Subject"] == "Certificate 7ACX-XMY3-PWBX-9GQ8-V"
    assert metadata["CreationDate"].startswith("D:20260302120000")
    assert b"/DisplayDocTitle true" in printed()


def test_words_with_markup_in_them_are_printed_as_they_are() -> None:
    pdf = printed(full_name="<b>Ann & Co.</b>", module_title="R&D (part 1) \\ 2")
    assert "Awarded to <b>Ann & Co.</b>" in text_of(pdf)
    assert "R&D (part 1) \\ 2" in text_of(pdf)
    assert page.is_pdf_compliant_bytes(pdf, profile="ua1")


def test_only_our_own_typeface_is_in_it_and_embedded() -> None:
    pdf = printed()
    fonts = set(re.findall(rb"/BaseFont /(\S+)", pdf))
    assert fonts == {b"AAAAAA+PracticeSans-Regular", b"AAAAAA+PracticeSans-SemiBold"}
    assert pdf.count(b"/FontFile2") == 2


def test_it_is_small_enough_to_send() -> None:
    assert len(printed()) < 25_000


def test_the_same_certificate_has_the_same_bytes() -> None:
    assert printed() == printed()


def test_other_words_have_other_bytes() -> None:
    assert len({printed(), printed(full_name="Amina Yussuf"), printed(place=1235)}) == 3


def test_another_process_at_another_time_gives_the_same_bytes() -> None:
    code = (
        "import hashlib; from tests.certificates.test_pdf import printed; "
        "printed(full_name='Someone else'); print(hashlib.sha256(printed()).hexdigest())"
    )
    environment = {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": "1"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.strip() == hashlib.sha256(printed()).hexdigest()


def test_the_colour_is_the_partnerships() -> None:
    certificate: IssuedCertificate = sample()
    assert render(certificate, base_url=BASE_URL, colour="#5b2a86") != render(
        certificate, base_url=BASE_URL, colour="#1f4e4a"
    )
    picture = pypdfium2.PdfDocument(render(certificate, base_url=BASE_URL, colour="#5b2a86"))[0].render().to_pil()
    assert picture.convert("RGB").getpixel((5, 300)) == (0x5B, 0x2A, 0x86)
