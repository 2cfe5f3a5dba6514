"""The pictures of the README, taken of a demonstration that is being served: `python -m tests.browser.pictures`."""

import os
import re
from io import BytesIO
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import chromium_environ, find_chromium
from tests.browser.conftest import QUIET

FOLDER = Path(__file__).parent / "pictures"
ADDRESS = os.environ.get("DEMO", "http://127.0.0.1:8000")
PHONE, DESK = (390, 780), (1180, 780)


def keep(name: str, picture: bytes | Image.Image) -> None:
    """As a PNG of few colours: a page has no more, and the repository stays small."""
    image = picture if isinstance(picture, Image.Image) else Image.open(BytesIO(picture))
    image.convert("RGB").quantize(64).save(FOLDER / f"{name}.png", optimize=True)


def sign_in(page: Page, name: str) -> None:
    page.goto(f"{ADDRESS}/sign-in")
    page.get_by_role("button", name=re.compile(name)).first.click()


def main() -> None:
    """Take them all anew."""
    FOLDER.mkdir(exist_ok=True)
    program = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=QUIET, env={**os.environ, **(chromium_environ(program) if program else {})}
        )

        def pages(name: str, size: tuple[int, int]) -> Page:
            page = browser.new_page(viewport={"width": size[0], "height": size[1]}, java_script_enabled=False)
            sign_in(page, name)
            return page

        phone = pages("Maya Prosser", PHONE)
        phone.goto(f"{ADDRESS}/modules/reachable-moments/sections/five-moments")
        keep("section", phone.screenshot())
        phone.goto(f"{ADDRESS}/modules/never-assume/story")
        if phone.get_by_role("radio").count():  # not begun by an earlier run
            phone.get_by_role("radio").first.check()
            phone.get_by_role("button", name=re.compile("Begin|Start|Continue")).first.click()
        phone.goto(f"{ADDRESS}/modules/never-assume/story/1")
        keep("story", phone.screenshot())
        phone.goto(f"{ADDRESS}/modules/breaking-the-cycle/confidence/before")
        keep("confidence", phone.screenshot())

        lead = pages("Grace Adeyemi", DESK)
        lead.goto(f"{ADDRESS}/agency")
        keep("agency", lead.screenshot())
        officer = pages("Helen Campbell", DESK)
        officer.goto(f"{ADDRESS}/reports")
        keep("reports", officer.screenshot())

        holder = pages("Anwen", DESK)
        holder.goto(f"{ADDRESS}/record/certificates")
        address = holder.get_by_role("link", name=re.compile("Download the PDF")).first.get_attribute("href")
        pdf = holder.request.get(f"{ADDRESS}{address}").body()
        keep("certificate", pypdfium2.PdfDocument(pdf)[0].render(scale=1.3).to_pil())
        browser.close()


if __name__ == "__main__":
    main()
