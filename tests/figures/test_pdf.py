"""A report on paper: what it says, in which order, on which page, and that it is read aloud and kept."""

import ctypes
import datetime as dt
import hashlib
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pypdfium2
import pytest
from pypdfium2 import raw

from elearning.core.tagged_pdf import TaggedCanvas
from elearning.core.typeface import REGULAR
from elearning.figures.paper import INK, Paper
from elearning.figures.pdf import render
from elearning.figures.rules import financial_year, quarters_of, written
from elearning.figures.types import Chart, Column, Form, Hidden, Kind, Part, Rate, Report, Series, Table, Value
from tests.certificates.paper import faults_in, text_of
from tests.figures.paper import cells, squeezed, structure

CUT_OFF = dt.datetime(2026, 6, 15, 13, 5, tzinfo=dt.UTC)
YEAR = financial_year(2025)
NOUN = "registered people"


def table(tall: int = 3, wide: int = 3, number: str = "R3", **changes: object) -> Table:
    """Agencies with a count and rates, and a total."""
    body: list[tuple[Value, ...]] = [
        (f"Agency {row} of Harrow Lane", 1000 + row, *(Rate(row % 41, 41, NOUN) for _ in range(wide - 2)))
        for row in range(tall)
    ]
    if tall:
        body.append(("All agencies", 123_456, *(Rate(0, 41, NOUN) for _ in range(wide - 2))))
    heads = (Column(f"Training module {place}", Kind.RATE) for place in range(wide - 2))
    words: dict[str, object] = {
        "number": number,
        "caption": f"Completions, {tall} by {wide}",
        "columns": (Column("Agency"), Column("People", Kind.COUNT), *heads),
        "rows": tuple(body),
        "cut_off": CUT_OFF,
        "versions": "Reachable moments, version 2",
        "notes": ("People count once.", "Coverage is not declared."),
        "totals": 1 if tall else 0,
    }
    return Table(**(words | changes))  # type: ignore[arg-type]


CHART = Chart(
    "Completions by quarter",
    "Two columns a quarter.",
    Form.COLUMNS,
    ("Q1", "Q2", "Q3", "Q4"),
    (Series("2024-25", (12, 30, 41, 28)), Series("2025-26", (20, 0, 1234, None))),
)
TALL = Chart(
    "Completions by agency",
    "A bar for each agency.",
    Form.BARS,
    tuple(f"Agency {place}" for place in range(40)),
    (Series("Completions", tuple(range(40))),),
)


def report(*parts: Part, kind: str = "annual", title: str = "What training reached in 2025-26") -> Report:
    return Report(kind, title, YEAR if kind == "annual" else quarters_of(YEAR)[2], CUT_OFF, parts)


def printed(*parts: Part, **changes: str) -> bytes:
    return render(report(*parts, **changes), partnership="Test Partnership", colour="#1f4e4a")


WHOLE = (
    Part("At a glance", ("Fewer than half.", "What stands out:", "• Schools.", "• Health."), (CHART,), (table(4),)),
    Part("By agency", (), (TALL,), (table(90, number="R4"), table(5, 9, "R5"))),
    Part("What this cannot say", ("Nothing of outcomes. " * 60,)),
)

LONG = "Sparkbrook and Balsall Heath Neighbourhood Partnership for Families " * 200
HOSTILE = table(
    0,
    columns=(Column("Agency"), Column("Count", Kind.COUNT), Column("What was said")),
    rows=(
        ("W" * 300, 1, "no space in " + "x" * 500),
        ("مدرسة 12", 2, "ירון כהן-לוי"),
        ("Llŷr’s “Ŵyn” & <b>sons</b> (a) \\ b", Hidden.NONE, "\u202eright\u200b to left\x07"),
        ("Dana 🙂 王", Hidden.SUPPRESSED, "two\nlines\tof it"),
        ("अर्जुन Ẹ̀dẹ̀", 3, ""),
        ("", 0, "nothing in front"),
    ),
)
TABLES = {
    "no rows": table(0),
    "one row, no total": table(1, rows=table(1).rows[:1], totals=0),
    "a total alone": table(1, rows=table(1).rows[1:]),
    "a few": table(6),
    "six modules": table(30, 8),
    "2,000 rows": table(2000),
    "14 columns": table(40, 14),
    "30 columns, in groups that repeat the row's label": table(20, 30),
    "a row taller than a page": table(
        0, columns=(Column("Agency"), Column("Said")), rows=(("A", "short"), ("B", LONG), (LONG, "C"), ("D", "last"))
    ),
}


@pytest.mark.parametrize("given", TABLES.values(), ids=TABLES.keys())
def test_each_table_has_its_cells_in_one_structure_however_many_pages_it_takes(given: Table) -> None:
    pdf = printed(Part("Figures", ("Words before it.",), tables=(given,)))
    (found,) = structure(pdf).all("Table")
    assert cells(found) == [
        [squeezed(column.label) for column in given.columns],
        *([squeezed(written(value)) for value in row] for row in given.rows),
    ]
    assert [kid.role for kid in found.kids] == ["Caption", "TR"] + ["TR"] * len(given.rows)
    assert found.kids[0].text == squeezed(f"Table {given.number}. {given.caption}")
    header, *rows = found.all("TR")
    assert {(cell.role, "/Scope /Column" in cell.extras) for cell in header.kids} == {("TH", True)}
    for row in rows:
        assert [(cell.role, "/Scope /Row" in cell.extras) for cell in row.kids] == [
            ("TH", True), *[("TD", False)] * (len(given.columns) - 1),
        ]  # fmt: skip
    assert_it_can_be_read(pdf)
    if len(given.rows) < 1000:  # the validator looks at no larger ones
        assert faults_in(pdf) == []


def assert_it_can_be_read(pdf: bytes) -> None:
    """Nothing under 8 points, nothing beyond the edges, and every page says which it is."""
    size = ctypes.c_float()
    with pypdfium2.PdfDocument(pdf) as document:
        for number, sheet in enumerate(document, start=1):
            width, height = sheet.get_size()
            assert f"Page {number} of {len(document)}" in sheet.get_textpage().get_text_range()
            for line in sheet.get_objects(filter=(raw.FPDF_PAGEOBJ_TEXT,)):
                assert raw.FPDFTextObj_GetFontSize(line, size)
                assert size.value >= 7.99
                left, bottom, right, top = line.get_bounds()
                assert left > 40
                assert right < width - 40
                assert bottom > 25
                assert top < height - 40


def test_letters_that_cannot_be_printed_are_question_marks_and_the_others_stay() -> None:
    pdf = printed(Part("🙂 Figures", tables=(HOSTILE,)), title="Ŵyn 🙂")
    (found,) = structure(pdf).all("Table")
    rows = cells(found)[1:]
    assert rows[0] == ["W" * 300, "1", "nospacein" + "x" * 500]
    assert rows[1][1] == "2"
    assert rows[2] == ["Llŷr’s“Ŵyn”&<b>sons</b>(a)\\b", "–", "?right?toleft?"]
    assert rows[3] == ["Dana??", "*", "twolinesofit"]
    assert rows[5] == ["", "0", "nothinginfront"]
    assert next(structure(pdf).all("H1")).text == "Ŵyn?"
    assert faults_in(pdf) == []


def test_it_begins_with_whose_it_is_and_has_headings_lists_and_figures() -> None:
    pdf = printed(*WHOLE)
    root = structure(pdf)
    assert [kid.text for kid in root.kids[:3]] == [
        "TestPartnership", "Whattrainingreachedin2025-26", "Figuresat2:05pmon15June2026",
    ]  # fmt: skip
    assert [(node.role, node.text) for node in root.all("H1", "H2")] == [
        ("H1", "Whattrainingreachedin2025-26"),
        ("H2", "Contents"),
        ("H2", "Ataglance"),
        ("H2", "Byagency"),
        ("H2", "Whatthiscannotsay"),
    ]
    (items,) = root.all("L")
    assert [[part.text for part in item.kids] for item in items.kids] == [["•", "Schools."], ["•", "Health."]]
    alts = re.findall(r"/Alt \((.*?)\)", " ".join(figure.extras for figure in root.all("Figure")))
    assert alts[0] == "Completions by quarter. Two columns a quarter."
    assert all("/BBox" in figure.extras for figure in root.all("Figure"))
    assert faults_in(pdf) == []
    assert_it_can_be_read(pdf)


def test_its_contents_name_and_lead_to_the_pages() -> None:
    pdf = printed(*WHOLE)
    root = structure(pdf)
    starts = {node.text: node.page + 1 for node in root.all("H2", "Caption") if node.page is not None}
    (contents,) = root.all("TOC")
    entries = [link.text for link in contents.all("Link")]
    assert entries == [f"{text}{page}" for text, page in starts.items() if text != "Contents"]
    with pypdfium2.PdfDocument(pdf) as document:
        outline = [(squeezed(entry.get_title()), entry.get_dest().get_index() + 1) for entry in document.get_toc()]
        assert [f"{title}{page}" for title, page in outline] == entries
        links = list(_links(document))
    assert [f"{title}{page}" for (title, _), page in zip(outline, links, strict=True)] == entries


def _links(document: pypdfium2.PdfDocument) -> list[int]:
    """The pages to which the links lead, in order."""
    found = []
    for sheet in document:
        place, link = ctypes.c_int(0), raw.FPDF_LINK()
        while raw.FPDFLink_Enumerate(sheet, place, link):
            found.append(raw.FPDFDest_GetDestPageIndex(document, raw.FPDFLink_GetDest(document, link)) + 1)
    return found


def test_what_is_parted_into_lines_reads_as_it_was_written() -> None:
    """A screen reader puts the lines of an element together; a word that was broken is whole again."""
    words, leftward = "Ashmere Police, Child Protection, " * 12 + "x" * 300 + " and others", "יחד עם כולם " * 20 + "יחד"
    rows = ((words, Hidden.SUPPRESSED, Rate(1000, 123_456, NOUN)), (leftward, 0, Hidden.SUPPRESSED))
    given = table(caption=f"Completions, {words}", rows=rows, totals=0)
    pdf = printed(Part(words, (words, f"• {words}"), tables=(given,)), title=words)
    root = structure(pdf)
    roles = ("H1", "H2", "P", "LBody", "Caption", "TH", "TD", "Link")
    found = {role: ["".join(node.lines).strip() for node in root.all(role)] for role in roles}
    assert found["H1"] == found["LBody"] == found["H2"][1:] == found["TH"][3:4] == [words]
    assert words in found["P"]
    assert found["Caption"] == [f"Table R3. Completions, {words}"]
    assert found["TD"] == ["*", "1,000 of 123,456 registered people (1%)", "0", "*"]
    pages = [node.page for node in root.all("H2", "Caption") if node.page is not None][1:]
    assert found["Link"] == [f"{words} {pages[0] + 1}", f"Table R3. Completions, {words} {pages[1] + 1}"]
    assert f"and others {pages[0] + 1}" in "".join(_drawn(pdf))
    instead = [re.findall(r"/ActualText \((.*?)\)", cell.extras) for cell in root.all("TD")]
    assert instead == [["hidden"], [], [], ["hidden"]]
    assert faults_in(pdf) == []


def _drawn(pdf: bytes) -> Iterator[str]:
    """The characters on the pages, without the spaces that pdfium itself puts between what stands apart."""
    with pypdfium2.PdfDocument(pdf) as document:
        for page in (sheet.get_textpage() for sheet in document):
            for place in range(page.count_chars()):
                if not raw.FPDFText_IsGenerated(page, place):
                    yield chr(raw.FPDFText_GetUnicode(page, place))


@pytest.mark.parametrize("text", ["1 of 41 people", "Llŷr’s", "יחד עם כולם", "Child יחד"])
def test_a_space_at_the_end_of_a_line_moves_nothing(text: str) -> None:
    def picture(words: str) -> bytes:
        file = io.BytesIO()
        canvas = TaggedCanvas(file, pagesize=(200, 50), title="A", author="B", subject="C", made_at=CUT_OFF)
        paper = Paper(canvas, INK, {}, "A", 1)
        with canvas.artifact():
            paper.write(words, 20, 30, REGULAR, 9, INK)
            paper.right(words, 180, 10, REGULAR, 9, INK)
        canvas.save()
        with pypdfium2.PdfDocument(file.getvalue()) as document:
            return bytes(document[0].render(scale=4).to_pil().tobytes())

    assert picture(f"{text} ") == picture(text)


def test_a_header_stands_on_each_page_and_says_so_once() -> None:
    pdf = printed(Part("Figures", tables=(table(90),)))
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [sheet.get_textpage().get_text_range() for sheet in document][1:]
    assert len(pages) > 2
    assert all("Training module 0" in page.replace("\r\n", " ") for page in pages)
    assert all("Table R3, continued" in page for page in pages[1:])
    assert pdf.count(b"/Scope /Column") == 3


@pytest.mark.parametrize(("words", "items"), [*((words, 0) for words in range(0, 60, 4)), (29, 3), (30, 2), (31, 1)])
def test_no_heading_caption_or_total_stands_alone(words: int, items: int) -> None:
    """Wherever on the page a part begins, what it announces begins there too."""
    before = Part("Before", ("A line.",) * words + ("• An item.",) * items)
    nodes = [
        node
        for part in (Part("Chart", (), (CHART,)), Part("Table", (), (), (table(9),)), Part("Words", ("One.",)))
        for node in structure(printed(before, part)).all("H2", "P", "Figure", "Caption", "TR")
    ]
    for node, following in pairwise(nodes):
        if node.role in ("H2", "Caption") and node.text != "Contents" and following.role != "H1":
            assert node.page == following.page, node.text
        if following.text == "" and [kid.text for kid in following.kids][:1] == ["Allagencies"]:
            assert node.page == following.page


def test_what_a_table_rests_on_is_said_below_it() -> None:
    text = text_of(printed(Part("Figures", tables=(table(3),))))
    assert (
        "Figures at 2:05pm on 15 June 2026. Versions counted: Reachable moments, version 2. People count once. "
        "Coverage is not declared."
    ) in text


def test_a_quarterly_report_takes_two_pages_and_says_what_it_leaves_out() -> None:
    pdf = printed(*WHOLE[:2], *(Part(f"More {place}", tables=(table(400, 8, f"R{place}"),)) for place in range(9, 14)), kind="quarterly")  # fmt: skip
    root = structure(pdf)
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 2
    text = text_of(pdf)
    assert "Left out here, to stay within two pages. By agency: Table R5; " in text
    kept, _, rest = text.partition("Left out here")
    named, left = re.findall(r"Table (R\d+)\.", kept), re.findall(r"R\d+", rest)
    assert {*named, *left} >= {"R3", "R4", "R5", "R9", "R10", "R11", "R12", "R13"}
    assert not {*named} & {*left}
    assert [kid.role for kid in root.kids].count("Table") == len(named)
    assert faults_in(pdf) == []
    assert_it_can_be_read(pdf)


def test_a_short_quarterly_report_leaves_out_nothing() -> None:
    given = table(12)
    pdf = printed(Part("Figures", ("Words.",), (CHART,), (given,)), kind="quarterly")
    (found,) = structure(pdf).all("Table")
    assert len(cells(found)) == 1 + len(given.rows)
    assert "Left out" not in text_of(pdf)


def test_a_shortened_table_keeps_its_total_and_says_how_many_rows_there_are() -> None:
    pdf = printed(Part("Figures", tables=(table(300),)), kind="quarterly")
    (found,) = structure(pdf).all("Table")
    first, *_, last = cells(found)[1:]
    assert first[0] == "Agency0ofHarrowLane"
    assert last[0] == "Allagencies"
    shown = len(cells(found)) - 2
    assert f"The first {shown} of 300 rows are shown here." in text_of(pdf)


def test_nothing_at_all_is_still_a_report() -> None:
    assert faults_in(printed()) == []
    assert faults_in(printed(Part("A heading alone"))) == []
    assert faults_in(printed(kind="quarterly")) == []


def test_the_same_report_has_the_same_bytes_in_any_process_and_another_has_not() -> None:
    code = (
        "import hashlib; from tests.figures.test_pdf import WHOLE, printed; "
        "print(hashlib.sha256(printed(*WHOLE)).hexdigest())"
    )
    environment = {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": "1"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.strip() == hashlib.sha256(printed(*WHOLE)).hexdigest()
    other = replace(WHOLE[0], tables=(table(4, cut_off=CUT_OFF + dt.timedelta(minutes=1)),))
    assert printed(WHOLE[0]) != printed(other)


def test_the_colour_is_the_partnerships_and_grey_paper_keeps_every_series_apart() -> None:
    pdf = render(report(Part("Figures", (), (CHART,))), partnership="Us", colour="#5b2a86")
    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[0].render().to_pil().convert("RGB")
        assert picture.getpixel((5, 300)) == (0x5B, 0x2A, 0x86)
        (figure, *_) = structure(pdf).all("Figure")
        left, bottom, right, top = map(float, re.findall(r"/BBox \[ (.*?) \]", figure.extras)[0].split())
        grey = document[1].render(scale=4).to_pil().convert("L")
        height = document[1].get_size()[1]
        legend = [grey.crop((int(4 * left) + 8, int(4 * (height - top + y)), int(4 * left) + 80, int(4 * (height - top + y)) + 20)) for y in (3, 17)]  # fmt: skip
    means = [sum(each.tobytes()) / len(each.tobytes()) for each in legend]
    assert abs(means[0] - means[1]) > 60
    assert right > left
    assert bottom < top
