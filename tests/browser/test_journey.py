"""The whole way in a real browser: sign in, read, answer, pass, hold a certificate that a stranger can check."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from elearning.catalogue.loader import read_packs
from elearning.catalogue.paths import first_stand, next_stand
from elearning.catalogue.types import Item, ItemType
from elearning.settings import ROOT
from tests.browser.conftest import Screen, scrolls_sideways, sign_in_as

MODULE = next(module for module in read_packs(ROOT / "modules") if module.key == "reachable-moments")
HOME = f"/modules/{MODULE.key}"


def shown_item(page: Page) -> Item:
    """Which item of the bank this question page shows, told by its words."""
    text = page.locator("main").inner_text()
    found = [
        item
        for item in MODULE.items
        if item.lead_in in text and all((getattr(part, "left", None) or part.text) in text for part in item.parts)  # type: ignore[union-attr]
    ]
    assert len(found) == 1, text
    return found[0]


def choose(page: Page, *, right: bool) -> Item:
    """Answer the question that is shown, and press Continue."""
    item = shown_item(page)
    if item.type is ItemType.ORDERING:
        steps = [step.text for step in item.steps]
        for place, step in enumerate(steps if right else reversed(steps), start=1):
            page.get_by_label(step, exact=True).select_option(str(place))
    elif item.type is ItemType.MATCHING:
        for pair in item.pairs:
            other = next(choice for choice in item.choices if choice != pair.right)
            page.get_by_label(pair.left, exact=True).select_option(label=pair.right if right else other)
    else:
        options = [option for option in item.options if option.right is right]
        for option in options if item.type is ItemType.MULTIPLE else options[:1]:
            page.get_by_label(option.text, exact=True).check()
    page.get_by_role("button", name="Continue").click()
    return item


def read_all(page: Page) -> None:
    page.goto(HOME)
    page.get_by_role("link", name="Start", exact=True).click()
    page.get_by_role("button", name="Continue").click()
    say_how_sure(page, "How sure do you feel today?", 4)
    for number, section in enumerate(MODULE.sections, start=1):
        expect(page.get_by_role("heading", level=1)).to_have_text(section.title)
        expect(page.get_by_text(f"Section {number} of {len(MODULE.sections)}", exact=True)).to_be_visible()
        assert not scrolls_sideways(page), section.slug
        page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text(f"{len(MODULE.sections)} of {len(MODULE.sections)} sections read")).to_be_visible()
    follow_story(page)


def say_how_sure(page: Page, heading: str, rating: int) -> None:
    """Rate the first statement with the keys, leave the second out, and press the others."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert not scrolls_sideways(page)
    smallest = "Math.min(...[...document.querySelectorAll('.scale label')].map(e => e.getBoundingClientRect()%s))"
    assert page.evaluate(smallest % ".width") >= 44
    assert page.evaluate(smallest % ".height") >= 44
    assert page.locator("input:checked").count() == 0
    first, _left_out, *others = page.locator("fieldset").all()
    first.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    for _ in range(rating):
        page.keyboard.press("ArrowRight")
    expect(first.get_by_label(str(rating), exact=True)).to_be_checked()
    for statement in others:
        statement.get_by_label(str(rating), exact=True).check()
    page.get_by_role("button", name="Continue").click()


def look_back(page: Page) -> None:
    """From the result to a pledge that stands on the record."""
    page.get_by_role("link", name="Look back").click()
    say_how_sure(page, "How sure do you feel now?", 7)
    say_how_sure(page, "Thinking back, how sure were you really?", 3)
    expect(page.get_by_role("heading", level=1)).to_have_text("Make a pledge")
    assert not scrolls_sideways(page)
    page.get_by_role("button", name="Make this pledge").click()
    expect(page.locator(".error-summary")).to_be_focused()
    example = page.get_by_text("A date from").inner_text().rpartition("such as ")[2].split()
    for label, words in (
        ("When", "somebody is suspended"),
        ("I will", "ask who sees them"),
        ("Day", example[0]),
        ("Month", example[1]),
        ("Year", example[2]),
        ("And I will tell", "my supervisor"),
    ):
        page.get_by_label(label, exact=True).fill(words)
    page.get_by_role("button", name="Make this pledge").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My training record")
    expect(page.get_by_text("ask who sees them")).to_be_visible()
    assert not scrolls_sideways(page)


def follow_story(page: Page) -> None:
    """Walk the module's story by its best choices."""
    scenario = MODULE.scenario
    assert scenario is not None
    page.get_by_role("link", name=f"Follow the story: {scenario.title}").first.click()
    page.get_by_role("button", name="Start the story").click()
    stand = first_stand(scenario, 0)
    while stand.scene is not None:
        scene = scenario.scene[stand.scene]
        expect(page.get_by_role("heading", level=1)).to_have_text(scene.title)
        assert not scrolls_sideways(page), scene.id
        (best,) = [position for position, choice in enumerate(scene.choices) if choice.best]
        page.get_by_label(scene.choices[best].text, exact=True).check()
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("What followed")
        assert not scrolls_sideways(page), scene.id
        stand = next_stand(scenario, stand, best)
        page.get_by_role("link", name="Next" if stand.scene else "See how it ends", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(scenario.ending[stand.ending or ""].title)
    assert not scrolls_sideways(page)


def sit(page: Page, *, right: bool) -> set[str]:
    """Take one attempt, all right or all wrong; the ids of its items."""
    page.goto(f"{HOME}/quiz")
    page.get_by_role("button", name="Start the quiz").click()
    seen = set()
    for position in range(1, MODULE.form_length + 1):
        expect(page.get_by_text(f"Question {position} of {MODULE.form_length}", exact=True)).to_be_visible()
        assert not scrolls_sideways(page), f"question {position}"
        seen.add(choose(page, right=right).id)
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    return seen


@pytest.mark.parametrize(
    ("screen", "name"),
    [
        (Screen(), "Maya Prosser"),
        (Screen(javascript=False), "Suresh Nair"),
        (Screen(360, 780), "Helen Campbell"),
        (Screen(320, 640, javascript=False), "Grace Adeyemi"),
    ],
    ids=str,
)
def test_from_the_first_page_to_a_certificate(page: Page, browser: Browser, demo_url: str, name: str) -> None:
    sign_in_as(page, name)
    read_all(page)
    sit(page, right=True)
    page.get_by_role("link", name="Change question 2").click()
    choose(page, right=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    page.get_by_role("button", name="Submit my answers").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You have passed")
    number = page.locator(".panel .big").inner_text()
    pdf = page.get_by_role("link", name="Download your certificate (PDF)").get_attribute("href")
    assert pdf is not None
    document = page.request.get(pdf)
    assert document.headers["content-type"] == "application/pdf"
    assert document.body().startswith(b"%PDF-")
    look_back(page)
    page.get_by_role("link", name=re.compile("PDF.* and CPD record")).click()
    expect(page.get_by_role("link", name=number, exact=True)).to_be_visible()

    stranger = browser.new_page(base_url=demo_url)
    stranger.goto("/verify")
    stranger.get_by_label("Certificate number").fill(number.replace("-", " ").lower())
    stranger.get_by_role("button").first.click()
    expect(stranger.get_by_role("heading", level=1)).to_contain_text("genuine")
    expect(stranger.get_by_text(name)).to_be_visible()
    stranger.close()


def test_not_passing_sends_back_to_the_sections_and_then_asks_new_questions(page: Page) -> None:
    sign_in_as(page, "Tomasz Nowak")
    page.goto(HOME)
    if page.get_by_text("You have completed this module").count():
        pytest.fail("the demonstration's second training lead should not have completed the module")
    read_all(page)
    first = sit(page, right=False)
    page.get_by_role("button", name="Submit my answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have not passed yet")
    expect(page.get_by_text(f"You had 0 of {MODULE.form_length} questions right")).to_be_visible()
    while page.get_by_role("link", name=re.compile("^Read “")).count():
        page.get_by_role("link", name=re.compile("^Read “")).click()
        page.get_by_role("button", name="Continue").click()
        page.goto(f"{HOME}/quiz/result")
    second = sit(page, right=True)
    assert not first & second


def test_a_follow_up_eight_weeks_on(page: Page) -> None:
    """The demonstration's certified person has one waiting; afterwards she has not."""
    sign_in_as(page, "Anwen")
    page.goto("/record")
    page.get_by_role("link", name=re.compile("^Eight weeks on")).click()
    page.get_by_role("button", name="Start").click()
    for number in range(1, 5):
        expect(page.get_by_text(f"Eight weeks on: question {number} of 4")).to_be_visible()
        choose(page, right=number > 1)
        expect(page.get_by_text("That is right." if number > 1 else "Not quite.")).to_be_visible()
        assert not scrolls_sideways(page)
        page.get_by_role("link", name="Next question" if number < 4 else "Continue", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How did your pledge go?")
    page.get_by_label("Partly").check()
    page.get_by_role("button", name="Continue").click()
    say_how_sure(page, "How sure do you feel, eight weeks on?", 6)
    page.get_by_label("What did you do differently?").fill("I ask on the same day.")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    expect(page.get_by_text("What I do differently: I ask on the same day.")).to_be_visible()
    page.goto("/record")
    expect(page.get_by_text("For you now")).to_have_count(0)


def test_an_error_takes_the_focus_and_loses_nothing(page: Page) -> None:
    sign_in_as(page, "Daniel Okafor")
    page.goto(f"{HOME}/sections/the-idea")
    page.get_by_role("button", name="Check my answer").first.click()
    expect(page).to_have_title(re.compile("^Error: The idea"))
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").first.click()
    assert page.evaluate("document.activeElement.tagName") in ("INPUT", "SELECT")


def test_the_lead_and_the_officer_see_it_in_their_figures(page: Page) -> None:
    """After the journeys above, in whatever order: Grace's own completion is in her agency's list and in the report."""
    sign_in_as(page, "Grace Adeyemi")
    page.goto("/agency")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Harrow Lane Academy")
    in_agency = page.locator("tbody tr").count()
    assert in_agency > 20
    page.goto("/reports")
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    sign_in_as(page, "Helen Campbell")
    page.goto("/reports")
    expect(page.get_by_role("row", name=re.compile(r"^Completions [1-9]\d* \d+ \d+$"))).to_be_visible()
    page.goto("/reports/tables/R3")
    expect(page.get_by_role("row", name=re.compile(r"^Harrow Lane Academy [1-9]"))).to_be_visible()
