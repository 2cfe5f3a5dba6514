"""Every page that needs no more than a link to reach: it loads, fits the screen, and can be walked with the keyboard."""

from playwright.sync_api import Page

from tests.browser.conftest import on_every_screen, scrolls_sideways, sign_in_as

PUBLIC = ["/sign-in", "/verify", "/verify/ZZZZ-ZZZZ-ZZZZ-ZZZZ-Z", "/no-such-page"]


@on_every_screen
def test_public_pages_fit_the_screen(page: Page) -> None:
    for address in PUBLIC:
        page.goto(address)
        assert page.get_by_role("heading", level=1).count() == 1, address
        assert not scrolls_sideways(page), address


def test_pages_fit_320_pixels(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    for address in PUBLIC:
        page.goto(address)
        assert not scrolls_sideways(page), address


def test_the_first_tab_skips_to_the_content(page: Page) -> None:
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"


@on_every_screen
def test_links_of_the_offer_lead_to_pages_that_fit(page: Page) -> None:
    """Everything linked from the training offer and from the modules in it, as someone who has a certificate."""
    sign_in_as(page, "Anwen")
    seen: set[str] = set()
    waiting = ["/"]
    while waiting and len(seen) < 25:
        address = waiting.pop(0)
        seen.add(address)
        page.goto(address)
        assert page.get_by_role("heading", level=1).count() == 1, address
        assert not scrolls_sideways(page), address
        links = page.locator("main a[href^='/']").all()
        found = [link.get_attribute("href") or "" for link in links]
        waiting += [
            new for new in found if new not in seen and new not in waiting and not new.endswith((".pdf", ".csv"))
        ]
    assert len(seen) > 5
