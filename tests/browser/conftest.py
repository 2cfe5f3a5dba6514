"""A real browser on a real server: Chromium under Playwright, on the demonstration as `make run` serves it.

A test that takes `page` runs with JavaScript on a wide screen; `on_every_screen` runs it on four kinds. All tests of
this folder are marked `browser`; without a Chromium they are skipped, saying so.
"""

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

from elearning.app import create_app
from elearning.demo import cli as demo
from elearning.settings import ROOT, Settings
from tests.browser.chromium import chromium_environ, find_chromium
from tests.browser.people import People

ELEARNING = Path(sys.executable).parent / "elearning"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Screen:
    """What someone looks at the service with."""

    width: int = 1280
    height: int = 900
    javascript: bool = True

    def __str__(self) -> str:
        return f"{self.width}px-{'with' if self.javascript else 'no'}-javascript"


on_every_screen = pytest.mark.parametrize(
    "screen",
    [Screen(), Screen(javascript=False), Screen(360, 780), Screen(360, 780, javascript=False)],
    ids=str,
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = find_chromium()
    if program is None:
        pytest.skip("Chromium: none on this machine; the browser tests did not run")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=QUIET, env={**os.environ, **chromium_environ(program)}
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_settings(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a demonstration of the tests' own, on a free port and a database that was just written."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database = tmp_path_factory.mktemp("demo") / "demo.db"
    shutil.copy(_written(tmp_path_factory), database)
    return demo.demo_settings({"ELEARNING_DATABASE_URL": f"sqlite:///{database}"}, port)


def _written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration for every process of this run to copy, written by the first that comes."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    database = folder / "written.db"
    with (folder / "written.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not database.exists():
            environ = {name: value for name, value in os.environ.items() if not name.startswith("ELEARNING_")}
            environ["ELEARNING_DATABASE_URL"] = f"sqlite:///{database}"
            subprocess.run([ELEARNING, "demo", "--no-serve"], cwd=ROOT, env=environ, check=True, stdout=subprocess.PIPE)
    return database


@pytest.fixture(scope="session")
def demo_url(demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the demonstration, served by `elearning demo`."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ELEARNING_")}
    environ["ELEARNING_DATABASE_URL"] = demo_settings.database_url
    log = tmp_path_factory.mktemp("served") / "log"
    url = demo_settings.base_url
    with log.open("w") as output:
        server = subprocess.Popen(
            [ELEARNING, "demo", "--port", url.rpartition(":")[2]],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(url, server, log)
            yield url
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture(scope="session")
def demo_app(demo_settings: Settings, demo_url: str) -> Flask:
    """The application on the demonstration's database, in this process: to bring about what a page shows."""
    return create_app(demo_settings)


@pytest.fixture(scope="session")
def people(demo_app: Flask) -> People:
    """People in every situation, each made when first asked for."""
    return People(demo_app)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        assert server.poll() is None, f"the demonstration did not start:\n{log.read_text()}"
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/healthz", timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError(f"the demonstration did not answer:\n{log.read_text()}")


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def context(browser: Browser, demo_url: str, screen: Screen) -> Iterator[BrowserContext]:
    """A browser of someone's own: its cookies are gone after the test."""
    context = browser.new_context(
        base_url=demo_url,
        viewport={"width": screen.width, "height": screen.height},
        java_script_enabled=screen.javascript,
        locale="en-GB",
        timezone_id="Europe/London",
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, demo_url: str) -> Iterator[Page]:
    """A tab. The test fails if anything it loads breaks, breaks the content policy, or comes from elsewhere."""
    troubles: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # A page that answers 404 or 422 is said on the console too; which pages may is for the test to say.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            troubles.append(f"console: {message.text}")

    def asked(request: Request) -> None:
        if not request.url.startswith((demo_url, "data:", "about:")):
            troubles.append(f"{request.url} is elsewhere")

    def answered(response: Response) -> None:
        if response.status >= 500:
            troubles.append(f"{response.status} from {response.url}")

    context.on("console", heard)
    context.on("weberror", lambda error: troubles.append(str(error.error)))
    context.on("request", asked)
    context.on("response", answered)
    yield context.new_page()
    assert not troubles, "\n".join(troubles)


def sign_in_as(page: Page, name: str) -> None:
    """Press the demonstration's button for one of its people."""
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_role("button", name=name).click()
    page.wait_for_load_state()


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than the screen it is shown on."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
