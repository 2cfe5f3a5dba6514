"""The team sheet on paper: one side of A4 however much it says, readable aloud, the same bytes each time."""

import datetime as dt
import hashlib
import subprocess
import sys

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from elearning.catalogue.help import read_help
from elearning.catalogue.loader import read_packs
from elearning.catalogue.types import TeamSheet, TeamStep, TrainingModule
from elearning.core.typeface import REGULAR, register_typeface, unprintable, wrapped
from elearning.discussions.pdf import render
from elearning.settings import ROOT
from tests.certificates.paper import faults_in, text_of

MODULES = {module.key: module for module in read_packs(ROOT / "modules")}
HELP = read_help(ROOT / "modules")


def printed(module: TrainingModule, **changes: str) -> bytes:
    words = {"partnership": "Test Partnership", "colour": "#1f4e4a", "base_url": "https://learning.partnership.example"}
    return render(module, HELP, **(words | changes), made_at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC))


def long(words: int) -> TrainingModule:
    """A module whose sheet says far more than a page is for."""
    text = "Everyone says what they saw and what they were told. " * words
    steps = tuple(TeamStep(minutes=15, text=text) for _ in range(6))
    sheet = TeamSheet(before=text, say_first=text, steps=steps)
    return MODULES["never-assume"].model_copy(update={"team_sheet": sheet, "title": "M" * 120})


@pytest.mark.parametrize("key", MODULES)
def test_each_modules_sheet_says_all_of_it(key: str) -> None:
    module, text = MODULES[key], text_of(printed(MODULES[key]))
    assert "Take it back to your team" in text
    words = [module.title, module.team_sheet.before, module.team_sheet.say_first, module.review.title]
    words += [f"{step.minutes} minutes {step.text}" for step in module.team_sheet.steps]
    words += ["Date", "How many of us were here", "The one change", "Who sees to it", "We look again on", "call 999"]
    for wanted in (*words, f"learning.partnership.example/modules/{key}/discussions/new"):
        assert " ".join(wanted.split()) in text
        assert unprintable(wanted) == []


SHEETS = {**MODULES, "three times as long": long(6), "eight times as long": long(16)}


@pytest.mark.parametrize("module", SHEETS.values(), ids=SHEETS.keys())
def test_it_is_one_side_of_a4_that_a_screen_reader_can_read(module: TrainingModule) -> None:
    pdf = printed(module, partnership="W" * 120)
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    width, height = document[0].get_size()
    assert (round(width), round(height)) == (595, 842)
    textpage = document[0].get_textpage()
    boxes = [textpage.get_charbox(n) for n in range(textpage.count_chars()) if textpage.get_text_range(n, 1).strip()]
    assert min(left for left, *_ in boxes) > 40
    assert max(right for _, _, right, _ in boxes) < width - 40
    assert min(bottom for _, bottom, _, _ in boxes) > 25
    assert max(top for *_, top in boxes) < height - 35
    assert faults_in(pdf) == []


@pytest.mark.parametrize("key", MODULES)
def test_our_own_sheets_are_set_in_a_size_that_can_be_read(key: str) -> None:
    """The steps in 10 points or more, the smallest print in 8, beside the 62 mm to write in."""
    textpage = pypdfium2.PdfDocument(printed(MODULES[key]))[0].get_textpage()
    text = textpage.get_text_range()
    sizes = [pypdfium2.raw.FPDFText_GetFontSize(textpage, n) for n in range(len(text)) if not text[n].isspace()]
    step = text.index(MODULES[key].team_sheet.steps[0].text[:20])
    assert pypdfium2.raw.FPDFText_GetFontSize(textpage, step) >= 10
    assert min(sizes) >= 8


def test_steps_are_a_list_and_the_address_is_a_link() -> None:
    pdf = printed(MODULES["six-themes"])
    assert [pdf.count(b"/S /" + role) for role in (b"H1", b"L ", b"LI", b"Lbl", b"LBody", b"Link")] == [
        1,
        1,
        3,
        3,
        3,
        1,
    ]
    assert b"/URI (https://learning.partnership.example/modules/six-themes/discussions/new)" in pdf


def test_another_process_gives_the_same_bytes() -> None:
    code = (
        "import hashlib; from tests.discussions.test_pdf import MODULES, printed; "
        "print(hashlib.sha256(printed(MODULES['six-themes'])).hexdigest())"
    )
    environment = {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.strip() == hashlib.sha256(printed(MODULES["six-themes"])).hexdigest()


def test_the_colour_is_the_partnerships() -> None:
    picture = pypdfium2.PdfDocument(printed(MODULES["six-themes"], colour="#5b2a86"))[0].render().to_pil()
    assert picture.convert("RGB").getpixel((5, 300)) == (0x5B, 0x2A, 0x86)


@given(st.text(st.sampled_from("WMil -’ŵ"), max_size=200), st.sampled_from([20.0, 150.0, 400.0]))
def test_no_line_is_wider_than_the_page_and_no_letter_is_lost(text: str, width: float) -> None:
    register_typeface()
    lines = wrapped(text, REGULAR, 11, width)
    assert all(stringWidth(line.rstrip(), REGULAR, 11) <= width for line in lines)
    assert "".join(lines) == " ".join(text.split())
