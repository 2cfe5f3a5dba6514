"""A chart is laid out once: where its shapes stand, and that the page and the PDF draw these and no others."""

import datetime as dt
import re

import html5lib
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader
from pypdfium2 import raw

from elearning.figures.charts import HATCHES, LETTER, NARROWEST, WIDE, Box, Drawing, drawn
from elearning.figures.paper import LEFT
from elearning.figures.pdf import FULL, READABLE, render
from elearning.figures.rules import financial_year
from elearning.figures.types import Chart, Form, Part, Report, Series
from elearning.settings import ROOT
from tests.figures.paper import squeezed, structure

QUARTERS = ("April to June", "July to September", "October to December", "January to March")
CHARTS = {
    "bars": Chart("By agency", "A bar each.", Form.BARS, ("Police", "Trust " * 12, "None", "Later"), (Series("Done", (1234, 400, 0, None)),)),
    "stacked": Chart("Surer", "Pieces.", Form.STACKED, ("I can tell", "Nobody said"), (Series("Surer", (34, 0)), Series("The same", (12, None)), Series("Less sure", (3, 0)))),
    "columns": Chart("By quarter", "Columns.", Form.COLUMNS, QUARTERS, (Series("2024-25", (320, 402, 388, 501)), Series("2025-26", (411, 0, 620, None)))),
    "columns that lie for their labels": Chart("Years", "Columns.", Form.COLUMNS, tuple(f"Q{n} 2025-26" for n in range(8)), (Series("Done", tuple(range(8))),)),
    "columns that lie for their figures": Chart("Trend", "Columns.", Form.COLUMNS, tuple(f"Q{n}" for n in range(5)), (Series("Done", tuple(range(5))), Series("Due", tuple(range(995, 1000))))),
    "nothing": Chart("Nothing", "Nothing yet.", Form.BARS, (), (Series("Done", ()),)),
    "no columns": Chart("Nothing", "Nothing yet.", Form.COLUMNS, (), ()),
}  # fmt: skip
each_chart = pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    form = draw(st.sampled_from(Form))
    labels = draw(st.lists(st.text("abW 1", min_size=1, max_size=60), max_size=12))
    names = draw(st.lists(st.text("abW 1", min_size=1, max_size=60), min_size=1, max_size=len(HATCHES)))
    values = st.one_of(st.none(), st.integers(0, 20), st.integers(0, 2_000_000))
    series = (Series(name, tuple(draw(values) for _ in labels)) for name in names)
    return Chart("Title", "Description", form, tuple(labels), tuple(series))


@given(charts())
def test_every_figure_is_written_out_and_every_shape_has_its_place(chart: Chart) -> None:
    drawing = drawn(chart)
    words = " ".join(each.text.replace("\u00a0", " ") for each in drawing.words)
    for series in chart.series:
        for value in series.values:
            assert (f"{value:,}" if value is not None else "") in words
    for box in drawing.boxes:
        assert 0 <= box.left <= box.left + box.width <= WIDE
        assert 0 <= box.top <= box.top + box.height <= drawing.height
    assert all(0 <= each.down <= drawing.height for each in drawing.words)
    assert not any(_overlap(one, other) for one in drawing.boxes for other in drawing.boxes if one is not other)


def _overlap(one: Box, other: Box) -> bool:
    across = max(one.left, other.left) < min(one.left + one.width, other.left + other.width)
    return across and max(one.top, other.top) < min(one.top + one.height, other.top + other.height)


@given(charts())
def test_words_keep_within_the_narrowest_screen_and_apart(chart: Chart) -> None:
    drawing = drawn(chart)
    for each in drawing.words:
        wide = LETTER * len(each.text)
        left = each.across * NARROWEST / WIDE + each.beside - {"start": 0, "middle": wide / 2}[each.anchor]
        assert left >= -LETTER
        assert left + wide <= NARROWEST + 2 * LETTER


def test_lengths_and_heights_are_as_the_figures() -> None:
    bars = drawn(CHARTS["bars"]).boxes
    assert [round(box.width / bars[0].width * 1234) for box in bars] == [1234, 400]
    stacked = [box for box in drawn(CHARTS["stacked"]).boxes if box.height == 16]
    assert [(box.left, box.left + box.width) for box in stacked] == [
        (0, WIDE * 34 // 49), (WIDE * 34 // 49, WIDE * 46 // 49), (WIDE * 46 // 49, WIDE),
    ]  # fmt: skip
    columns = [box for box in drawn(CHARTS["columns"]).boxes if box.height != 14]  # but for the legend's
    assert [round(box.height / 160 * 620) for box in columns] == pytest.approx([320, 402, 388, 501, 411, 620], abs=4)


@pytest.mark.parametrize(
    ("name", "stand"),
    [("columns", True), ("columns that lie for their labels", False), ("columns that lie for their figures", False)],
)
def test_columns_stand_where_their_labels_and_figures_do(name: str, stand: bool) -> None:
    drawing = drawn(CHARTS[name])
    assert (drawing.ground is not None) is stand
    if stand:
        assert "Jul to Sep" in " ".join(words.text for words in drawing.words)


def test_more_series_than_can_be_told_apart_without_colour_are_refused() -> None:
    series = tuple(Series(str(number), (1,)) for number in range(len(HATCHES) + 1))
    with pytest.raises(ValueError, match="cannot be told apart"):
        drawn(Chart("Many", "Many.", Form.BARS, ("One",), series))


def shares(drawing: Drawing) -> list[tuple[float, ...]]:
    return [(box.left / 100, box.top, box.width / 100, box.height) for box in drawing.boxes]


@each_chart
def test_the_page_draws_what_was_laid_out(chart: Chart) -> None:
    drawing = drawn(chart)
    templates = Environment(loader=FileSystemLoader(ROOT / "elearning" / "templates"), autoescape=True)
    page = str(templates.get_template("figures/chart.html").module.chart(drawing, "c"))  # type: ignore[attr-defined]  # a macro
    assert not re.search(r"style=|<script|viewBox", page)
    svg = html5lib.parse(page, namespaceHTMLElements=False).find(".//{*}svg")
    assert svg is not None
    assert svg.get("height") == str(drawing.height)
    ids = {each.get("id"): each.text for each in svg.iter() if each.get("id")}
    assert [ids[name] for name in svg.get("aria-labelledby").split()] == [chart.title, chart.description]
    rects = list(svg.iterfind(".//{*}rect"))
    placed = [float(each.get(name).rstrip("%")) for each in rects for name in ("x", "y", "width", "height")]
    assert placed == pytest.approx([number for box in shares(drawing) for number in box], abs=0.01)
    for rect, box in zip(rects, drawing.boxes, strict=True):
        fill = {"solid": "currentColor", "empty": "none"}.get(drawing.fill(box), f"url(#c-{box.series})")
        assert rect.get("fill") == fill
        assert not fill.startswith("url") or fill[5:-1] in ids
    texts = list(svg.iterfind(".//{*}text"))
    assert [(each.text, each.get("text-anchor")) for each in texts] == [(w.text, w.anchor) for w in drawing.words]


@each_chart
def test_the_pdf_draws_what_was_laid_out(chart: Chart) -> None:
    drawing = drawn(chart)
    cut_off = dt.datetime(2026, 6, 15, 13, 5, tzinfo=dt.UTC)
    report = Report("annual", "Charts", financial_year(2025), cut_off, (Part("Charts", charts=(chart,)),))
    pdf = render(report, partnership="Us", colour="#1f4e4a")
    figures = list(structure(pdf).all("Figure"))
    if not drawing.height:
        assert figures == []
        return
    (figure,) = figures
    assert figure.text == "".join(squeezed(words.text) for words in drawing.words)
    left, bottom, right, top = map(float, re.findall(r"/BBox \[ (.*?) \]", figure.extras)[0].split())
    assert (left, right - left) == pytest.approx((LEFT, READABLE), abs=0.01)
    assert top - bottom == pytest.approx(drawing.height * FULL.chart, abs=0.02)
    with pypdfium2.PdfDocument(pdf) as document:
        edges = [
            each.get_bounds()
            for each in document[figure.page or 0].get_objects(filter=(raw.FPDF_PAGEOBJ_PATH,))
            if raw.FPDFPageObj_GetMarkedContentID(each) >= 0 and raw.FPDFPath_CountSegments(each) >= 5
        ]
    half = FULL.chart / 2  # of the line around a box
    found = [
        ((x1 + half - left) / READABLE * 100, (top - y2 + half) / FULL.chart, (x2 - x1 - 2 * half) / READABLE * 100, (y2 - y1 - 2 * half) / FULL.chart)
        for x1, y1, x2, y2 in edges
    ]  # fmt: skip
    assert len(found) == len(drawing.boxes)
    for one, other in zip(found, shares(drawing), strict=True):
        assert one == pytest.approx(other, abs=2.1)  # the bounds that the renderer gives are of the whole line


def test_a_chart_taller_than_a_page_is_parted_between_its_bars() -> None:
    chart = Chart("Tall", "A bar each.", Form.BARS, tuple(f"Agency {n}" for n in range(60)), (Series("Done", tuple(range(60))),))  # fmt: skip
    cut_off = dt.datetime(2026, 6, 15, 13, 5, tzinfo=dt.UTC)
    report = Report("annual", "Charts", financial_year(2025), cut_off, (Part("Charts", charts=(chart,)),))
    figures = list(structure(render(report, partnership="Us", colour="#1f4e4a")).all("Figure"))
    assert len(figures) > 1
    assert [figure.page for figure in figures] == list(range(1, 1 + len(figures)))
    assert all(figure.text.startswith("Agency") for figure in figures)
    assert "".join(figure.text for figure in figures) == "".join(f"Agency{n}{n}" for n in range(60))
