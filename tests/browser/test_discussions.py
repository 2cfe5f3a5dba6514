"""A team discussion in a real browser: the sheet on one side of paper, the line recorded, the code claimed."""

import datetime as dt

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from elearning.catalogue.loader import read_packs
from elearning.core import clock
from elearning.settings import ROOT
from tests.browser.conftest import Screen, scrolls_sideways, sign_in_as

MARGINS = {"top": "12mm", "right": "12mm", "bottom": "12mm", "left": "12mm"}


def test_each_team_sheet_prints_on_one_side(page: Page) -> None:
    sign_in_as(page, "Daniel Okafor")
    for module in read_packs(ROOT / "modules"):
        page.goto(f"/modules/{module.key}/team-sheet")
        printed = pypdfium2.PdfDocument(page.pdf(format="A4", margin=MARGINS))  # type: ignore[arg-type]  # a mapping does
        assert len(printed) == 1, module.key
        text = printed[0].get_textpage().get_text_range()
        assert "The one change" in text
        assert "call 999" in text


@pytest.mark.parametrize(
    ("screen", "leader", "there"),
    [(Screen(), "Daniel Okafor", "Maya Prosser"), (Screen(320, 640, javascript=False), "Peter Marsh", "Suresh Nair")],
    ids=str,
)
def test_from_the_sheet_to_the_record_of_who_was_there(page: Page, leader: str, there: str) -> None:
    sign_in_as(page, leader)
    page.goto("/modules/reachable-moments")
    page.get_by_role("link", name="Talk about it in your team").click()
    assert not scrolls_sideways(page)
    page.get_by_role("link", name="Record a team discussion").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert not scrolls_sideways(page)
    page.get_by_role("link", name="Enter the day you met").click()
    assert page.evaluate("document.activeElement.id") == "held_on-day"
    today = clock.today()
    for label, day in (("When did you meet?", today), ("When do you look again?", today + dt.timedelta(days=30))):
        boxes = page.get_by_role("group", name=label)
        boxes.get_by_label("Day").fill(str(day.day))
        boxes.get_by_label("Month").fill(f"{day:%B}")
        boxes.get_by_label("Year").fill(str(day.year))
    page.get_by_label("How many of you were there?").fill("5")
    page.get_by_label("What is the one change?").fill("We ask what the child said.")
    page.get_by_label("Who sees to it?").fill("Supervisors")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check what you wrote")
    assert not scrolls_sideways(page)
    page.get_by_role("button", name="Record the discussion").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your team discussion is recorded")
    assert not scrolls_sideways(page)
    code = page.locator(".panel .code").inner_text()

    sign_in_as(page, there)
    page.goto("/record")
    page.get_by_role("link", name="Claim a team discussion").click()
    page.get_by_label("Code of the discussion").fill(code.lower().replace(" ", "-"))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Were you there?")
    assert not scrolls_sideways(page)
    page.get_by_role("button", name="I was there").click()
    expect(page.get_by_text("We ask what the child said.")).to_be_visible()
    assert not scrolls_sideways(page)
    page.goto("/record")
    expect(page.get_by_role("row").filter(has_text="Reachable moments")).to_contain_text("30")
