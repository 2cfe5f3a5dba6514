"""The page inside a certificate pack: opened from a folder, without the service, and good to read for everyone."""

import io
import zipfile
from pathlib import Path

from playwright.sync_api import Browser

from elearning.certificates.pack import zip_pieces
from tests.browser.conftest import scrolls_sideways
from tests.browser.test_everyone import AXE, WCAG
from tests.certificates.test_pack import cover, paper, people


def test_the_page_of_a_pack(browser: Browser, tmp_path: Path) -> None:
    packed = people("Ann & Co <b>", "Nguyễn Thị Ánh", "W" * 120)
    content = b"".join(zip_pieces(cover(3, superseded=1), packed, paper))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
    page = browser.new_page(viewport={"width": 320, "height": 700})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "index.html").as_uri())
    assert asked == [(tmp_path / "index.html").as_uri()]
    assert not scrolls_sideways(page)
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", WCAG)
    assert [fault["id"] for fault in found["violations"]] == []
    for link in page.locator("th a").all():
        assert Path(str(link.evaluate("a => decodeURIComponent(new URL(a.href).pathname)"))).is_file()
    page.close()
