"""The page rules of tests/pages.py: a sound page passes, and each rule refuses the page that breaks it."""

import pytest
from flask import Flask

from tests.pages import RULES, Page, check_page, faults_of

SOUND = """<!doctype html>
<html lang="en-GB">
<head><meta charset="utf-8"><title>Your record - Learning</title><link rel="stylesheet" href="/static/style.css?v=1"></head>
<body>
<a href="#main">Skip to main content</a>
<main id="main">
<h1>Your record</h1>
<h2 id="one">Modules</h2>
<p id="hint">A hint <a href="/record?page=2">Next page</a> <a href="https://example.org/">Elsewhere</a>
<a href="mailto:help@example.org">Write to us</a></p>
<img src="/static/style.css" alt="">
<svg aria-hidden="true"></svg>
<form method="post" action="/record" novalidate>
<input type="hidden" name="csrf_token" value="t">
<label for="name">Full name</label><input id="name" name="name" aria-describedby="hint">
<fieldset><legend>Colour</legend>
<input type="radio" name="c" id="c-0" value="1"><label for="c-0">Red</label>
<input type="radio" name="c" id="c-1" value="2"><label for="c-1">Blue</label>
</fieldset>
<button>Save</button>
</form>
<form action="/record"><label>Find <input name="q"></label><button>Find</button></form>
<table><caption>Marks</caption><tr><th scope="col">Name</th></tr><tr><td>Ann</td></tr></table>
</main>
</body>
</html>"""

# What is replaced in the sound page, by what, and a piece of the fault it must be called.
SPOILT = {
    "no language": (' lang="en-GB"', "", "no lang"),
    "no heading": ("<h1>Your record</h1>", "", "0 h1"),
    "two headings": ("<h2 id", "<h1>Second</h1><h2 id", "2 h1"),
    "a title of its own": ("<title>Your record", "<title>Record", "does not start with"),
    "an error that the title keeps quiet": ('<h2 id="one">Modules', '<h2 id="one">There is a problem', "Error: Your record"),
    "a heading skipped": ("<h2 id", "<h4>Deep</h4><h2 id", "follows an h1"),
    "a field without a label": ('<label for="name">Full name</label>', "", "name='name'> has no label"),
    "a label without words": (">Full name</label>", "></label>", "has no label"),
    "a choice without a label": ('<label for="c-1">Blue</label>', "", "name='c'> has no label"),
    "a search box without a label": ("<label>Find <input", "<label><input", "name='q'> has no label"),
    "choices outside a fieldset": ("<fieldset><legend>Colour</legend>", "<fieldset>", "no legend"),
    "choices in no group": ("<fieldset><legend>Colour</legend>", "<div>", "no fieldset"),
    "an id twice": ('id="c-1"', 'id="c-0"', "occurs 2 times"),
    "an id with a space": ('id="one"', 'id="one two"', "is not a name"),
    "a hint that is not there": ('aria-describedby="hint"', 'aria-describedby="hints"', "points at nothing"),
    "a label for nothing": ('for="name"', 'for="nome"', "points at nothing"),
    "a picture without words": (' alt=""', "", "has no alt"),
    "a drawing without words": (' aria-hidden="true"', "", "neither hidden nor named"),
    "a link without words": (">Next page<", "><", "has no words"),
    "a button without words": ("<button>Save</button>", "<button></button>", "has no words"),
    "a script": ("</main>", "<script src=/static/style.css></script></main>", "<script>"),
    "a style": ("</main>", "<style>p {}</style></main>", "<style>"),
    "a style attribute": ('<p id="hint"', '<p style="x" id="hint"', "style attribute"),
    "a handler": ('<p id="hint"', '<p onclick="x" id="hint"', "onclick attribute"),
    "a link that runs": ("mailto:help@example.org", "JavaScript:x()", "runs script"),
    "a form that others can forge": ('<input type="hidden" name="csrf_token" value="t">', "", "carries no csrf_token"),
    "an empty token": ('name="csrf_token" value="t"', 'name="csrf_token" value=""', "carries no csrf_token"),
    "a token in an address": ("<label>Find", '<input type=hidden name=csrf_token value="t"><label>Find', "gives its csrf"),
    "a form to nowhere": ('method="post" action="/record"', 'method="post" action="/records"', "/records leads nowhere"),
    "a form by the wrong way": ('method="post" action="/record"', 'method="post" action="/"', "/ takes no POST"),
    "a button to nowhere": ("<button>Save", '<button formaction="/gone">Save', "/gone leads nowhere"),
    "a link to nowhere": ("/record?page=2", "/recrod?page=2", "/recrod?page=2 leads nowhere"),
    "a link to a form's answer": ("/record?page=2", "/send", "/send takes no GET"),
    "a link to a redirect": ("/record?page=2", "/folder", "only a redirect"),
    "a link within the page": ('href="#main"', 'href="#mian"', "#mian is not on this page"),
    "a file that is not there": ("/static/style.css?v=1", "/static/stile.css", "is no file"),
    "a table without a caption": ("<caption>Marks</caption>", "", "no caption"),
    "a table without headers": ('<th scope="col">Name</th>', "<td>Name</td>", "no th"),
    "a header without a scope": ('<th scope="col">', "<th>", "no scope"),
    "a tag left open": ("</h1>", "", "unexpected-start-tag"),
    "a paragraph in a list": ('<p id="hint"', '<ul><p>Stray</p></ul><p id="hint"', "<p> directly in <ul>"),
    "a block in a heading": (">Modules<", "><div>Modules</div><", "<div> in <h2>"),
    "a label in a label": ("<label>Find <input", "<label>Find <label>it</label> <input", "<label> in <label>"),
    "a div in a paragraph": ("A hint", "A <div>hint</div>", "unexpected-end-tag|column"),
}  # fmt: skip


@pytest.fixture
def site() -> Flask:
    site = Flask("elearning")
    for rule, methods in {"/": ["GET"], "/record": ["GET", "POST"], "/send": ["POST"], "/folder/": ["GET"]}.items():
        site.add_url_rule(rule, endpoint=rule, methods=methods)
    return site


def test_a_sound_page_passes(site: Flask) -> None:
    assert faults_of(SOUND, "/record", site) == []
    check_page(SOUND, "/record", site)


@pytest.mark.parametrize("fault", SPOILT)
def test_each_fault_is_found(site: Flask, fault: str) -> None:
    sound, spoilt, message = SPOILT[fault]
    assert sound in SOUND

    faults = faults_of(SOUND.replace(sound, spoilt, 1), "/record", site)

    assert any(piece in found for found in faults for piece in message.split("|")), faults


def test_no_rule_goes_without_a_fault(site: Flask) -> None:
    """Take any one rule away and some fault above would go unseen."""
    alone = set()
    for sound, spoilt, _ in SPOILT.values():
        page = Page(SOUND.replace(sound, spoilt, 1), "/record", site)
        seen_by = [rule for rule in RULES if list(rule(page))]
        alone.update(seen_by if len(seen_by) == 1 else [])
    assert alone == set(RULES)


def test_an_error_page_says_so_in_its_title(site: Flask) -> None:
    page = SOUND.replace("<title>", "<title>Error: ").replace(">Modules<", ">There is a problem<")
    assert faults_of(page, "/record", site) == []


def test_every_fault_is_named_at_once(site: Flask) -> None:
    spoilt = SOUND.replace(' alt=""', "").replace(' scope="col"', "")
    with pytest.raises(AssertionError, match=r"(?s)at /record has faults.*no alt.*no scope"):
        check_page(spoilt, "/record", site)
