"""The way through a module by keyboard alone: 1280 pixels at 400 %, without JavaScript and without pictures.

Each stop of the Tab key must be seen, must be on the screen, and must come after the one before it.
"""

import pytest
from playwright.sync_api import Page, expect

from elearning.catalogue.types import Item, ItemType
from tests.browser.conftest import Screen
from tests.browser.people import People
from tests.browser.test_journey import HOME, MODULE, shown_item

STOP = """
() => {
    const stop = document.activeElement, box = stop.getBoundingClientRect(), look = getComputedStyle(stop);
    return {
        words: (stop.labels?.[0] ?? stop).innerText.trim(),
        place: [...document.querySelectorAll('*')].indexOf(stop),
        ringed: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2,
        seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}
"""

pytestmark = pytest.mark.parametrize("screen", [Screen(320, 256, javascript=False)], ids=str)


@pytest.fixture
def keys(page: Page) -> "Keys":
    page.route("**/*.{svg,png,ico}", lambda route: route.abort())
    return Keys(page)


class Keys:
    """Somebody who has a keyboard and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.place = -1

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)

    def tab_to(self, words: str) -> None:
        """Press Tab until the element with these words has the focus."""
        for _ in range(150):
            self.page.keyboard.press("Tab")
            stop = self.page.evaluate(STOP)
            assert stop["ringed"], f"the focus on {stop['words']!r} is not seen"
            assert stop["seen"], f"the focus on {stop['words']!r} is off the screen"
            assert stop["place"] > self.place, f"the focus went back to {stop['words']!r} before it came to {words!r}"
            self.place = stop["place"]
            if stop["words"].startswith(words):
                return
        raise AssertionError(f"Tab does not come to {words!r}")

    def follow(self, words: str) -> None:
        """Go to a link or button and press it."""
        self.tab_to(words)
        with self.page.expect_navigation():
            self.press("Enter")
        self.place = -1

    def choose(self, labels: list[str], label: str) -> None:
        """Go into a group of radio buttons and down to the one with this label."""
        self.tab_to(labels[0])
        self.press("Space")
        self.press("ArrowDown", labels.index(label))
        expect(self.page.get_by_label(label, exact=True)).to_be_checked()

    def answer(self, item: Item) -> None:
        """Answer the question that is shown, right, and press Continue."""
        labels = self.page.locator(".choice label").all_inner_texts()
        if item.type is ItemType.MULTIPLE:
            for label in labels:
                if any(option.text == label and option.right for option in item.options):
                    self.tab_to(label)
                    self.press("Space")
        elif item.options:
            self.choose(labels, next(option.text for option in item.options if option.right))
        else:
            right = {pair.left: item.choices.index(pair.right) + 1 for pair in item.pairs}
            right |= {step.text: place for place, step in enumerate(item.steps, start=1)}
            for label in self.page.locator(".field .field label").all_inner_texts():
                self.tab_to(label)
                self.press("ArrowDown", right[label])
        self.follow("Continue")


def test_signing_in_reading_practising_and_the_story(keys: Keys) -> None:
    page = keys.page
    page.goto("/")
    keys.follow("Skip to main content")
    keys.follow("Sign in to start")
    keys.follow("Daniel Okafor")
    keys.follow(MODULE.title)
    keys.follow("The idea")

    keys.follow("Check my answer")
    expect(page.locator(".error-summary")).to_be_focused()
    keys.follow("Select")
    assert page.evaluate("document.activeElement.matches('input, select')")
    labels = page.locator(".choice label").all_inner_texts()
    page.keyboard.press("Space")
    keys.press("ArrowDown", len(labels) - 1)
    expect(page.get_by_label(labels[-1], exact=True)).to_be_checked()
    keys.follow("Check my answer")
    expect(page.get_by_role("status")).to_be_visible()
    keys.tab_to("Where this comes from")
    keys.press("Enter")
    expect(page.locator(".sources li").first).to_be_visible()
    keys.follow("Continue")
    expect(page.get_by_text(f"Section 4 of {len(MODULE.sections)}", exact=True)).to_be_visible()

    page.goto(f"{HOME}/story")
    keys.follow("Start the story")
    keys.follow("Continue")
    expect(page.locator(".error-summary")).to_be_focused()
    choices = page.locator(".choice label").all_inner_texts()
    keys.choose(choices, choices[1])
    keys.follow("Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("What followed")
    keys.follow("Next")


def test_the_quiz_with_every_type_of_question_to_the_certificate(keys: Keys, people: People) -> None:
    page = keys.page
    people.sign_in(page.context, people.find("every type"))
    page.goto(f"{HOME}/quiz")
    keys.follow("Go on with the quiz")
    seen = set()
    for _ in range(MODULE.form_length):
        item = shown_item(page)
        seen.add(item.type)
        keys.answer(item)
    assert seen == set(ItemType)
    keys.follow("Submit my answers")
    expect(page.get_by_role("heading", level=1)).to_have_text("You have passed")
    keys.tab_to("Download your certificate (PDF)")
    keys.follow("See it on a page")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Certificate")
