"""Everyone can use it: each page of the table in states.py, judged in a real browser.

axe-core for WCAG 2.0 to 2.2 A and AA, the page rules of tests/pages.py on what the server sent, the size of targets,
320 pixels, 400 % zoom, and paper.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Position, Response, Route
from werkzeug.exceptions import default_exceptions

from tests.browser.conftest import scrolls_sideways
from tests.browser.people import People
from tests.browser.sites import Sites
from tests.browser.states import NOBODY, STATES, State
from tests.pages import faults_of

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]

# Options of a question, and everything else that is pressed on its own. Links within a sentence may be as they are
# (WCAG 2.5.8); that a target under 24 pixels has room around it is for axe to judge.
SMALL_TARGETS = """
() => [...document.querySelectorAll('.choice, .scale label, .button, summary, select, input:not([type=hidden])')]
    .filter(e => e.checkVisibility() && !e.matches('.choice input, .scale input'))
    .map(e => [e, e.getBoundingClientRect()])
    .filter(([e, box]) => box.height < (e.matches('summary') ? 24 : 44))
    .map(([e, box]) => `${e.outerHTML.slice(0, 80)} is ${box.height} px high`)
"""
STILL_PRINTED = """
() => [...document.querySelectorAll('nav, form, button, .skip, .back')]
    .filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 80))
"""


@dataclass
class Visit:
    """A page in its state: the tab that shows it, and the answer it was made of."""

    page: Page
    answer: Response
    app: Flask  # whose page it is


@pytest.fixture(scope="module")
def visitor(browser: Browser, people: People, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Visitor"]:
    with_tabs = Visitor(browser, people, Sites(people.app, tmp_path_factory.mktemp("sites")))
    yield with_tabs
    with_tabs.close()


class Visitor:
    """Goes to each state with a browser of the right person's."""

    def __init__(self, browser: Browser, people: People, sites: Sites) -> None:
        self.browser, self.people, self.sites = browser, people, sites
        self.pages: dict[tuple[str, str], Page] = {}

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()
        self.sites.close()

    def visit(self, state: State) -> Visit:
        page, facts = self._tab(state.who, state.at)
        answers: list[Response] = []
        page.on("response", lambda answer: answers.append(answer) if answer.request.is_navigation_request() else None)
        page.emulate_media(media="screen", forced_colors="none", reduced_motion="no-preference")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(state.address.format(**facts))
        if state.act:
            state.act(page)
        page.wait_for_load_state()
        heading = page.get_by_role("heading", level=1).inner_text()
        assert heading.startswith(state.heading), f"came to {page.url}: {heading!r}"
        return Visit(page, answers[-1], self.sites.find(state.at).app())

    def see(self, name: str) -> Page:
        """The page of a state, by its name in the table."""
        return self.visit(next(state for state in STATES if state.name == name)).page

    def _tab(self, who: str, at: str) -> tuple[Page, dict[str, object]]:
        someone, tab = None if who == NOBODY else self.people.find(who), (who, at)
        if tab not in self.pages or who == NOBODY:
            context = self.browser.new_context(base_url=self.sites.find(at).url, locale="en-GB")
            context.set_default_timeout(20_000)
            context.route("**/errors/*", self._fail)
            if someone:
                self.people.sign_in(context, someone)
            if tab in self.pages:
                self.pages[tab].context.close()
            self.pages[tab] = context.new_page()
        return self.pages[tab], someone.facts if someone else {}

    def _fail(self, route: Route) -> None:
        """The page of an error that a demonstration in good order does not give."""
        app = self.people.app
        with app.test_request_context(route.request.url):
            answer = app.make_response(app.handle_http_exception(default_exceptions[int(route.request.url[-3:])]()))
            route.fulfill(status=answer.status_code, content_type="text/html", body=answer.get_data())


def breaks_wcag(visit: Visit) -> Iterator[str]:
    """What axe finds. Playwright runs it beside the page, so that the page's own policy of no script stays in force."""
    visit.page.evaluate(AXE)
    yield from _found(visit.page, WCAG)
    visit.page.set_viewport_size({"width": 320, "height": 640})
    yield from _found(visit.page, {"type": "rule", "values": ["target-size"]})  # what a narrow screen can change


def _found(page: Page, rules: object) -> Iterator[str]:
    answer: dict[str, Any] = page.evaluate("only => axe.run({runOnly: only, resultTypes: ['violations']})", rules)
    for violation in answer["violations"]:
        for node in violation["nodes"]:
            yield f"axe {violation['id']}: {node['target']} {node['failureSummary']}"


def breaks_the_page_rules(visit: Visit) -> Iterator[str]:
    yield from faults_of(
        visit.answer.text(), urlsplit(visit.answer.url)._replace(scheme="", netloc="").geturl(), visit.app
    )


def is_hard_to_hit(visit: Visit) -> Iterator[str]:
    visit.page.set_viewport_size({"width": 1280, "height": 900})  # where words are on one line
    yield from visit.page.evaluate(SMALL_TARGETS)


def does_not_fit(visit: Visit) -> Iterator[str]:
    """320 by 256 is 1280 by 1024 at 400 %."""
    for width, height in ((320, 640), (320, 256)):
        visit.page.set_viewport_size({"width": width, "height": height})
        if scrolls_sideways(visit.page):
            yield f"scrolls sideways at {width} by {height}"


def prints_badly(visit: Visit) -> Iterator[str]:
    visit.page.set_viewport_size({"width": 720, "height": 1000})  # A4 within its margins
    visit.page.emulate_media(media="print")
    yield from (f"on paper: {left}" for left in visit.page.evaluate(STILL_PRINTED))
    if scrolls_sideways(visit.page):
        yield "wider than the paper"
    visit.page.emulate_media(media="screen")


@pytest.mark.parametrize("state", STATES, ids=str)
def test_each_page_in_each_state(visitor: Visitor, state: State) -> None:
    visit = visitor.visit(state)
    faults = [*breaks_wcag(visit), *breaks_the_page_rules(visit)]
    faults += [*does_not_fit(visit), *is_hard_to_hit(visit), *prints_badly(visit)]
    assert not faults, "\n".join(faults)


def test_an_option_can_be_pressed_anywhere_in_its_box(visitor: Visitor) -> None:
    page = visitor.see("question, single")
    for place in (Position(x=3, y=3), Position(x=200, y=42)):
        page.locator(".choice").last.click(position=place)
        assert page.locator(".choice input").last.is_checked()
        page.locator(".choice input").first.check()


def test_in_forced_colours_states_and_focus_stay_visible(visitor: Visitor) -> None:
    """What colour alone would say is lost there: borders, outlines and underlines have to say it."""
    page = visitor.see("question, single")
    page.emulate_media(forced_colors="active")
    page.locator(".choice input").first.check()
    look = "e => { const s = getComputedStyle(e); return [s.outlineStyle, s.borderTopStyle, s.textDecorationLine] }"
    chosen, other = (page.locator(".choice").nth(n).evaluate(look) for n in (0, 1))
    assert chosen[0] == "solid" != other[0]
    assert "solid" == other[1] == page.locator(".button").first.evaluate(look)[1]
    assert page.locator("nav [aria-current]").evaluate(look)[2] == "underline"
    page.keyboard.press("Tab")
    assert page.locator(":focus").evaluate(look)[0] == "solid"

    report = visitor.see("reports")
    report.emulate_media(forced_colors="active")
    bar, words = (
        report.locator(f".chart {part}").first.evaluate("e => getComputedStyle(e).fill") for part in ("rect", "text")
    )
    assert bar == words == report.locator("h1").evaluate("e => getComputedStyle(e).color")


def test_nothing_moves_for_those_who_asked_for_less_motion(visitor: Visitor) -> None:
    page = visitor.see("question, single")
    moves = "e => parseFloat(getComputedStyle(e).transitionDuration)"
    assert page.locator(".button").first.evaluate(moves) > 0
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(f"Math.max(...[...document.querySelectorAll('*')].map({moves}))") == 0


def test_pages_say_all_without_their_pictures(visitor: Visitor) -> None:
    """Drawings stand beside words that say the same; a chart beside the table of its figures."""
    for name in ("offer, reading", "module, reading", "reports", "ending", "passed"):
        page = visitor.see(name)
        assert page.locator("img:not([alt=''])").count() == 0
        assert page.locator("svg:not([aria-hidden=true]):not(svg svg)").count() <= page.locator("table").count()
