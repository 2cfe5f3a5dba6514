"""A section's Markdown: what the page gets, what is taken out as data, and what is refused."""

import html5lib
import pytest

from elearning.catalogue.prose import TAGS, read_prose


def note(*links: str) -> str:
    return f'<sup class="from"><span class="hidden">Note </span>{" ".join(links)}</sup>'


ONE, TWO, THREE = (f'<a href="#from-{n}">{n}</a>' for n in (1, 2, 3))


def test_marks_become_numbered_links_in_the_order_of_first_mention() -> None:
    prose = read_prose("First. {E3.10}\n\nSecond. {E1.02, E3.10}\n\n- Third. {E1.02,E2.46}\n- Ours. {-}\n")
    assert prose.problems == ()
    assert prose.citations == {"E3.10": 1, "E1.02": 3, "E2.46": 5}
    assert prose.html == (
        f"<p>First.{note(ONE)}</p>\n<p>Second.{note(TWO, ONE)}</p>\n"
        f"<ul>\n<li>Third.{note(TWO, THREE)}</li>\n<li>Ours.</li>\n</ul>\n"
    )


def test_a_mark_given_twice_in_one_place_is_one_link() -> None:
    assert read_prose("Once. {E1.01, E1.01}").html == f"<p>Once.{note(ONE)}</p>\n"


def test_a_callout_has_its_kind_and_title() -> None:
    prose = read_prose("::: careful Is it *safe* & sound?\nAsk first. {-}\n:::\n")
    assert prose.problems == ()
    assert prose.html == (
        '<div class="callout callout-careful"><p class="callout-title">Is it *safe* &amp; sound?</p>\n<p>Ask first.</p>\n</div>\n'
    )


def test_a_table_has_its_caption_and_headings_with_scope() -> None:
    prose = read_prose("Table: Signs & *words*\n\n| Sign | Meaning |\n|---|---|\n| A | B {E1.01} |\n")
    assert prose.problems == ()
    assert prose.html == (
        "<table>\n<caption>Signs &amp; *words*</caption>\n"
        '<thead>\n<tr>\n<th scope="col">Sign</th>\n<th scope="col">Meaning</th>\n</tr>\n</thead>\n'
        f"<tbody>\n<tr>\n<td>A</td>\n<td>B{note(ONE)}</td>\n</tr>\n</tbody>\n</table>\n"
    )


CITES_NOTHING = "this paragraph cites nothing; end it in {E1.23} or {-}"
ROW_CITES_NOTHING = "this table row cites nothing; end its last cell in {E1.23} or {-}"
MISPLACED = "{ and } stand only at the end, as in {E1.23, E1.24} or {-}"
UNREADABLE = "this mark cannot be read; write it like {E1.23}, {E1.23, E1.24} or {-}"
A_LINK = "a link is not allowed in a section"
A_TITLE = "give the box a title, as in ::: key What to keep"
UNCLOSED = "end each box in a line of ::: before the next thing begins"
NO_BOX = "begin a box with ::: and one of careful, key, practice, whose"


@pytest.mark.parametrize(
    ("markdown", "problems"),
    [
        ("Nothing.", [(1, CITES_NOTHING)]),
        ("Fine. {-}\n\n- One. {-}\n- Two.\n", [(4, CITES_NOTHING)]),
        ("::: key Keep\nNothing.\n:::", [(2, CITES_NOTHING)]),
        ("Half {E1.01} way. {-}", [(1, MISPLACED)]),
        ("Two. {E1.01} {E1.02}", [(1, MISPLACED)]),
        ("Short. {E1.1}", [(1, UNREADABLE)]),
        ("Small. {e1.01}", [(1, UNREADABLE)]),
        ("**Bold. {E1.01}**", [(1, MISPLACED)]),
        ("Not closed. {E1.01", [(1, MISPLACED)]),
        ("Table: T\n\n| A | B |\n|---|---|\n| C | D |", [(5, ROW_CITES_NOTHING)]),
        ("Table: T\n\n| A | B |\n|---|---|\n| C | D {-} |\n| E {E1.01} | F |\n| G | H |", [(7, ROW_CITES_NOTHING)]),
        ("| A | B |\n|---|---|\n| C | D {-} |", [(1, "put a line such as Table: What you might see above the table")]),
        ("Table: T {-}\n\n| A | B |\n|---|---|\n| C | D {-} |", [(3, "a caption cites nothing; leave its mark out")]),
        ("# A title", [(1, "use ## and ### for headings; the title is the page's own")]),
        ("#### Deep", [(1, "use ## and ### for headings; the title is the page's own")]),
        ("::: note Title\nText. {-}\n:::", [(1, NO_BOX)]),
        ("::: keys Title\nText. {-}\n:::", [(1, NO_BOX)]),
        ("::: key\nText. {-}\n:::", [(1, A_TITLE)]),
        ("::: key Title\nText. {-}\n", [(1, UNCLOSED)]),
        ("::: key One\nText. {-}\n\n::: whose Two\nText. {-}\n:::\n", [(4, UNCLOSED)]),
        ("[here](https://example.org) {-}", [(1, A_LINK)]),
        ("[here](javascript:alert(1)) {-}", [(1, A_LINK)]),
        ("<https://example.org> {-}", [(1, A_LINK)]),
        ("See https://example.org {-}", [(1, A_LINK)]),
        ("[here][1] {-}\n\n[1]: https://example.org\n", [(1, A_LINK), (3, A_LINK)]),
        ("![alt](x.png) {-}", [(1, A_LINK), (1, "a picture is not allowed in a section")]),
        ("Text <b>bold</b> {-}", [(1, "HTML is not allowed in a section")]),
        ("Text <!-- hidden --> {-}", [(1, "HTML is not allowed in a section")]),
        ("<script>alert(1)</script>", [(1, "HTML is not allowed in a section")]),
        ("Fine. {-}\n\n<img src=x onerror=alert(1)>", [(3, "HTML is not allowed in a section")]),
        ("```\ncode\n```", [(1, "code is not allowed in a section")]),
        ("    indented", [(1, "code (or text indented by four spaces) is not allowed in a section")]),
        ("Type `this` {-}", [(1, "code is not allowed in a section")]),
        ("> Said. {-}", [(1, "a quotation block is not allowed in a section")]),
        ("***", [(1, "a line across is not allowed in a section")]),
    ],
)
def test_refused(markdown: str, problems: list[tuple[int, str]]) -> None:
    assert list(read_prose(markdown).problems) == problems


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)> {-}",
        "[x](javascript:alert(1)) {-}",
        "[x](https://example.org) {-}",
        "![x](https://example.org/x.png) {-}",
        '<p style="color:red" onclick="x()">x</p>',
        '::: key <script>alert(1)</script>" onclick="x()\nText. {-}\n:::',
        "Table: <img src=x onerror=alert(1)>\n\n| A |\n|---|\n| <script>alert(1)</script> {-} |",
        "<iframe src=//example.org></iframe>",
        '<div class="callout"><a href="/verify">x</a></div>',
        "\ue000<script>alert(1)</script>\ue001 {-}",
        "\ue000E1.01\ue001 {-}",
    ],
)
def test_even_what_is_refused_is_never_dangerous(markdown: str) -> None:
    page = html5lib.parseFragment(read_prose(markdown).html, namespaceHTMLElements=False)
    elements = [element for element in page.iter() if isinstance(element.tag, str)]
    assert {element.tag for element in elements} <= TAGS | {"DOCUMENT_FRAGMENT"}
    assert {name for element in elements for name in element.attrib} <= {"class", "scope"}
