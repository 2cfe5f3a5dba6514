"""`make bench`: what one whole journey costs, how many certificates a core makes, and how soon one is checked. Figures, not pass or fail.

A journey is everything a practitioner does from signing in with an e-mailed code to holding the PDF, over HTTP to a real
gunicorn (2 workers of 4 threads) on this machine. The clients run on the same cores: read ratios, not absolutes.
With `make bench ARGS=--paced` the sixteen think for one to two seconds before each page, as people do.
"""

import gzip
import http.client
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from elearning import database
from elearning.accounts.operations import open_account
from elearning.app import create_app
from elearning.assessment.queries import find_open_sitting
from elearning.catalogue.types import ItemType
from elearning.core.db import atomic, db
from elearning.people.operations import add_agency, add_practitioner, join_agency
from elearning.people.types import Sector
from elearning.settings import ROOT, Settings
from tests.bench.certificates import certificates_per_second
from tests.bench.checking import checking_times
from tests.bench.timing import EACH, compare_times
from tests.postgres import Server, find_binaries

MODULE = "reachable-moments"
ALONE, TOGETHER = 8, 48  # journeys, one at a time and sixteen at a time
CLIENTS = 16
THINKING = (1.0, 2.0)  # seconds before each page


class Browser:
    """One practitioner's browser: keeps its cookies and its connection, and the time and size of each answer."""

    def __init__(self, port: int, times: dict[str, list[float]], *, thinks: bool = False) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.cookies: dict[str, str] = {}
        self.times = times
        self.thinks = thinks
        self.requests = self.bytes = 0
        self.text = ""
        self.location = ""

    def send(self, step: str, method: str, path: str, form: dict[str, object] | None = None) -> int:
        headers = {"Accept-Encoding": "gzip", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urlencode(form, doseq=True)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self.thinks:
            time.sleep(random.uniform(*THINKING))
        begun = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        self.times[step].append((time.perf_counter() - begun) * 1000)
        self.requests += 1
        self.bytes += len(content)
        for header in response.headers.get_all("Set-Cookie") or []:
            name, _, value = header.split(";")[0].partition("=")
            self.cookies[name] = value
        if response.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        self.text = content.decode("utf-8", "replace")
        self.location = response.headers.get("Location", "")
        return response.status

    def get(self, step: str, path: str) -> None:
        status = self.send(step, "GET", path)
        assert status == 200, f"{path}: {status}"

    def post(self, step: str, path: str, **form: object) -> str:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.text)
        assert token, f"no form before {path}"
        status = self.send(step, "POST", path, {**form, "csrf_token": token.group(1)})
        assert status == 302, f"{path}: {status}"
        return self.location


def journey(app: Flask, browser: Browser, email: str, practitioner_id: int) -> None:
    """From the sign-in page to the PDF."""
    browser.get("sign-in page", "/sign-in")
    after = browser.post("ask for a code", "/sign-in", email=email)
    browser.get("code page", after)
    browser.get("offer", browser.post("enter the code", after, code=_code_for(app, email)))
    browser.get("module home", f"/modules/{MODULE}")
    browser.get("content note", f"/modules/{MODULE}/content-note")
    before = browser.post("accept the note", f"/modules/{MODULE}/content-note")
    browser.get("confidence", before)
    after = browser.post("say how sure", before, skip="yes")
    for _ in app.extensions["library"].modules[MODULE].sections:
        browser.get("read a section", after)
        after = browser.post("finish a section", after)
    follow_story(browser)
    browser.get("module home", f"/modules/{MODULE}")
    browser.get("before the quiz", f"/modules/{MODULE}/quiz")
    after = browser.post("start the quiz", f"/modules/{MODULE}/quiz")
    attempt_id, answers = _right_answers(app, practitioner_id)
    for answer in answers:
        browser.get("question", after)
        after = browser.post("answer", after, attempt=attempt_id, **answer)
    browser.get("check answers", after)
    after = browser.post("submit", after, attempt=attempt_id)
    browser.get("result", after)
    pdf = re.search(r'href="(/certificates/[^"]+\.pdf)"', browser.text)
    assert pdf, "no certificate after the journey"
    browser.get("certificate PDF", pdf.group(1))
    browser.connection.close()


def follow_story(browser: Browser) -> None:
    """From the first scene to an ending, always by the first choice."""
    browser.get("story", f"/modules/{MODULE}/story")
    after = browser.post("begin the story", f"/modules/{MODULE}/story", walk=1)
    while not after.endswith("/ending"):
        browser.get("scene", after)
        browser.get("what followed", browser.post("choose", after, walk=1, answer=1))
        onward = re.search(rf'class="button" href="(/modules/{MODULE}/story/[^"]+)"', browser.text)
        assert onward, "nothing follows in the story"
        after = onward.group(1)
    browser.get("ending", after)


def _code_for(app: Flask, email: str) -> str:
    with app.app_context():
        newest = text("SELECT body FROM outbox_mail WHERE recipient = :to ORDER BY id DESC LIMIT 1")
        body = db.session.execute(newest, {"to": email}).scalar_one()
        db.session.remove()
    found = re.search(r"\b(\d{4} ?\d{4})\b", body)
    assert found, "no code in the mail"
    return found.group(1)


def _right_answers(app: Flask, practitioner_id: int) -> tuple[int, list[dict[str, object]]]:
    with app.app_context():
        sitting = find_open_sitting(practitioner_id, MODULE)
        db.session.remove()
    assert sitting is not None
    module = app.extensions["library"].version(MODULE, sitting.module_version)
    answers: list[dict[str, object]] = []
    for drawn in sitting.form:
        kind = module.item[drawn.item_id].type
        if kind is ItemType.ORDERING:
            answers.append({f"part{n}": drawn.key.index(part) + 1 for n, part in enumerate(drawn.order, 1)})
        elif kind is ItemType.MATCHING:
            answers.append({f"part{n}": drawn.key[part] + 1 for n, part in enumerate(drawn.order, 1)})
        else:
            answers.append({"answer": [drawn.order.index(part) + 1 for part in drawn.key]})
    return sitting.id, answers


def people(app: Flask, count: int) -> Iterator[tuple[str, int]]:
    """Practitioners who have done nothing yet: address and id."""
    made = []
    with app.app_context(), atomic():
        agency_id = add_agency("Bench Lane School", Sector.SCHOOL)
        for number in range(count):
            practitioner_id = add_practitioner(f"Person Number{number}")
            email = f"person{number}@bench.example"
            open_account(practitioner_id, email)
            join_agency(practitioner_id, agency_id, "Teacher")
            made.append((email, practitioner_id))
    with app.app_context():
        db.session.remove()
    return iter(made)


@contextmanager
def gunicorn(settings: Settings, port: int) -> Iterator[int]:
    """The application as it is served; the process id of gunicorn's arbiter."""
    environ = {
        **os.environ,
        "ELEARNING_DATABASE_URL": settings.database_url,
        "ELEARNING_SECRET_KEY": settings.secret_key,
        "ELEARNING_BASE_URL": settings.base_url,
        **({"ELEARNING_SIGNING_KEYS": str(settings.signing_keys)} if settings.signing_keys else {}),
    }
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "2", "--threads", "4"]
    command += ["-k", "gthread", "--keep-alive", "75", "--log-level", "warning", "wsgi:app"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def cpu_seconds(arbiter: int) -> float:
    """What the workers have used so far (Linux; 0 elsewhere)."""
    used = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == arbiter:
            used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def count_statements(app: Flask, email: str, practitioner_id: int) -> dict[str, int]:
    """SQL statements of each step of one journey, in process (beside BEGIN and COMMIT)."""
    counts: dict[str, int] = defaultdict(int)

    class InProcess(Browser):
        def send(self, step: str, method: str, path: str, form: dict[str, object] | None = None) -> int:
            seen = 0

            def count(*_: object) -> None:
                nonlocal seen
                seen += 1

            event.listen(Engine, "before_cursor_execute", count)
            response = client.open(path, method=method, data=form)
            event.remove(Engine, "before_cursor_execute", count)
            counts[step] += seen
            self.text, self.location = response.text if response.is_json or response.mimetype == "text/html" else "", ""
            self.location = response.headers.get("Location", "")
            return response.status_code

    client = app.test_client()
    journey(app, InProcess(0, defaultdict(list)), email, practitioner_id)
    return counts


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def bench_engine(name: str, url: str, *, paced: bool) -> None:
    port = free_port()
    settings = Settings(database_url=url, secret_key="b" * 32, base_url=f"http://127.0.0.1:{port}")
    app = create_app(settings)
    database.prepare(app)
    together_count = CLIENTS if paced else TOGETHER
    waiting = people(app, ALONE + together_count + 3)
    print(f"\n## {name}\n")
    statements = count_statements(app, *next(waiting))
    alone: dict[str, list[float]] = defaultdict(list)
    together: dict[str, list[float]] = defaultdict(list)
    with gunicorn(settings, port) as arbiter:
        for _ in range(2):  # one for each worker to warm up on
            journey(app, Browser(port, defaultdict(list)), *next(waiting))
        before = cpu_seconds(arbiter)
        for _ in range(ALONE):
            browser = Browser(port, alone)
            journey(app, browser, *next(waiting))
        cpu = (cpu_seconds(arbiter) - before) / ALONE
        begun = time.perf_counter()
        lock = threading.Lock()

        def work() -> None:
            while True:
                with lock:
                    person = next(waiting, None)
                if person is None:
                    return
                journey(app, Browser(port, together, thinks=paced), *person)

        threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - begun
        checked = checking_times(app, port)
    print(
        f"one journey: {browser.requests} requests, {sum(statements.values())} SQL statements, "
        f"{browser.bytes / 1000:.0f} kB compressed, {cpu:.2f} s of server CPU; "
        f"{CLIENTS} at a time{', thinking' if paced else ''}: {together_count / took:.1f} journeys a second\n"
    )
    print(f"{'step':<18}{'SQL':>5}{'1: p50':>9}{'p95':>8}{'16: p50':>10}{'p95':>8}   ms")
    for step, values in alone.items():
        busy = together[step]
        print(
            f"{step:<18}{statements[step] / (len(values) / ALONE):>5.0f}"
            f"{statistics.median(values):>9.1f}{percentile(values, 0.95):>8.1f}"
            f"{statistics.median(busy):>10.1f}{percentile(busy, 0.95):>8.1f}"
        )
    for what, values in checked.items():
        print(f"check {what:<17}{statistics.median(values):>9.1f}{percentile(values, 0.95):>8.1f}")
    with app.app_context():
        number = db.session.execute(text("SELECT min(number) FROM certificate")).scalar_one()
        db.session.remove()
    print(f"\nwhat the time of an answer tells a stranger (medians of {EACH}, in process):")
    for line in compare_times(app, number):
        print(f"  {line}")
    with app.app_context():
        db.engine.dispose()


def main() -> None:
    paced = "--paced" in sys.argv[1:]
    print(f"# {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print("\ncertificates on one core")
    for line in certificates_per_second():
        print(f"  {line}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bench_engine("SQLite", f"sqlite:///{folder / 'bench.db'}", paced=paced)
        if find_binaries() is None:
            print("\n## PostgreSQL: skipped, no server binaries on this machine")
            return
        server = stack.enter_context(Server.start(durable=True))
        bench_engine("PostgreSQL", server.create_database("bench"), paced=paced)


if __name__ == "__main__":
    main()
