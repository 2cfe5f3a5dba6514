"""How the reports' pages slow down as the record grows; `python -m tests.bench.growth 10000 100000` measures it.

A database of each size is made by `elearning demo --scale` in a folder and used again the next time. Every page of reports
is asked for over and over by a signed-in officer, in process: what is measured is the application and its database.
What was measured is kept beside the databases, and `growth.md` and `growth.svg` here are written anew from all of it.
"""

import argparse
import datetime as dt
import gc
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from math import log10
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import text

from elearning.app import create_app
from elearning.completions.queries import walk_record
from elearning.completions.spreadsheet import record_csv
from elearning.core import clock
from elearning.core.db import db, sqlite_path
from elearning.demo.cli import demo_settings
from elearning.figures.rules import financial_year, year_of
from elearning.settings import ROOT
from tests.bench.__main__ import percentile
from tests.bench.packs import cookie_and_token
from tests.postgres import Server

ELEARNING = Path(sys.executable).parent / "elearning"
HERE = Path(__file__).parent
MORE = [("lead", "/agency")]  # beside what stands under /reports without arguments, and the tables
FILTERED = ["/reports", "/reports/tables/R1", "/reports/tables/R2", "/reports/tables/R3", "/reports/tables/R5"]
LONGEST = 30.0  # seconds for one page: one that takes seconds is asked for less often, but three times at least


class Used(NamedTuple):
    """What a command took."""

    seconds: float
    cpu: float
    megabytes: int  # the most memory it had

    def __str__(self) -> str:
        return f"{self.seconds:.0f} s ({self.cpu:.0f} s of CPU, at most {self.megabytes} MB)"


def run(url: str, *command: str) -> Used:
    """Run an `elearning` command on a database."""
    environ = os.environ | {"ELEARNING_DATABASE_URL": url, "ELEARNING_DEMO": "true", "ELEARNING_SECRET_KEY": "b" * 32}
    begun = time.perf_counter()
    with subprocess.Popen([ELEARNING, *command], env=environ, stdout=subprocess.DEVNULL) as process:
        _pid, process.returncode, used = os.wait4(process.pid, 0)
    assert process.returncode == 0
    return Used(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)


def make(url: str, size: int) -> Used | None:
    """Fill a database, unless it is there."""
    path = sqlite_path(url)
    if path and path.exists():
        return None
    return run(url, "demo", "--scale", str(size), "--no-serve")


def pages(app: Flask) -> Iterator[tuple[str, str]]:
    """Who asks for what: every page of reports that takes no argument, each table by its number, and some with a filter."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/reports") and "GET" in (rule.methods or ()) and not rule.arguments:
            yield "officer", rule.rule
    found = browse(app, "officer", "/reports/tables")
    yield from (("officer", address) for address in sorted(set(re.findall(r'href="(/reports/tables/[\w-]+)"', found))))
    year = financial_year(year_of(clock.today()).first.year - 1).key
    for narrowed in (f"period={year}", f"period={year}-q2", "job_role=Nurse", "sector=health"):
        yield from (("officer", f"{address}?{narrowed}") for address in FILTERED)
    yield from MORE


def browse(app: Flask, who: str, address: str, cookie: str = "") -> str:
    """What a page answers, read to its end."""
    with app.app_context():
        cookie = cookie or sign_in(app, who)
        answer = app.test_client(use_cookies=False).get(address, headers={"Cookie": cookie})
    return answer.text if answer.status_code == 200 else ""


def sign_in(app: Flask, who: str) -> str:
    """The cookie of one of the demonstration's people."""
    with app.app_context():
        account = text("SELECT id FROM account WHERE email = :email")
        account_id = db.session.execute(account, {"email": f"{who}@demo.example"}).scalar_one()
        cookie, _token = cookie_and_token(app, account_id)
        db.session.remove()
    return cookie


def measure(url: str, requests: int) -> dict[str, Any]:
    """All there is to measure of one database."""
    app = create_app(demo_settings({**os.environ, "ELEARNING_DATABASE_URL": url}, 8000))
    cookies = {who: sign_in(app, who) for who in ("officer", "lead")}
    gc.collect()
    gc.freeze()  # as `serve` does
    times: dict[str, list[float]] = {}
    for who, address in pages(app):
        if not browse(app, who, address, cookies[who]):  # which also warms it up
            continue
        waited, worked, begun = list[float](), list[float](), time.perf_counter()
        while len(waited) < requests and (len(waited) < 3 or time.perf_counter() - begun < LONGEST):
            asked, used = time.perf_counter(), time.thread_time()
            browse(app, who, address, cookies[who])
            waited.append((time.perf_counter() - asked) * 1000)
            worked.append((time.thread_time() - used) * 1000)
        times[address] = [statistics.median(waited), percentile(waited, 0.95), statistics.median(worked)]
        print(f"  {address}: {times[address][0]:.0f} ms, of which {times[address][2]:.0f} at work", flush=True)
    with app.app_context():
        completions = db.session.execute(text("SELECT count(*) FROM completion")).scalar_one()
        begun, used = time.perf_counter(), time.thread_time()
        size = sum(map(len, record_csv(walk_record())))
        took, work = time.perf_counter() - begun, time.thread_time() - used
        db.session.remove()
        db.engine.dispose()
    year = financial_year(year_of(clock.today()).first.year - 1).key
    annual = run(url, "report", "annual", "--year", year, "--anew", "--output", os.devnull)
    return {
        "completions": completions,
        "pages": times,
        "annual": {"seconds": annual.seconds, "seconds of CPU": annual.cpu, "MB at most": annual.megabytes},
        "record": {
            "rows a second": completions / took,
            "rows a second of CPU": completions / work,
            "bytes": size,
            "MB at most": run(url, "record").megabytes,
        },
    }


def write_results(results: dict[str, dict[str, Any]]) -> None:
    """`growth.md` and `growth.svg`: a line for each page, a column for each size."""
    lines = [
        "# How the reports grow",
        "",
        "Milliseconds, p50 / p95, and in brackets the CPU time of the p50, which other work on the machine changes less (on "
        "PostgreSQL it is the application's alone). Each page is asked for in process by a signed-in officer (`/agency`: by "
        "the lead of a school), warm. Written by `python -m tests.bench.growth`; the databases are those of `elearning demo --scale`. "
        "A page that takes long is asked for fewer than 30 times.",
    ]
    for engine, sizes in results.items():
        columns = sorted(sizes, key=int)
        addresses = list(dict.fromkeys(address for size in columns for address in sizes[size]["pages"]))
        lines += ["", f"## {engine}", "", *(f"- {int(size):,}: {sizes[size]['made']}" for size in columns), ""]
        lines += [
            f"| completions | {' | '.join(f'{int(size):,}' for size in columns)} |",
            "|---" * (len(columns) + 1) + "|",
        ]
        for address in addresses:
            cells = [sizes[size]["pages"].get(address) for size in columns]
            said = (f"{cell[0]:,.0f} / {cell[1]:,.0f} ({cell[2]:,.0f})" if cell else "" for cell in cells)
            lines.append(f"| `{address}` | {' | '.join(said)} |")
        for name in ("rows a second", "rows a second of CPU", "MB at most"):
            said = (f"{sizes[size]['record'][name]:,.0f}" for size in columns)
            lines.append(f"| `elearning record`, {name} | {' | '.join(said)} |")
        for name in ("seconds", "seconds of CPU", "MB at most"):
            said = (f"{sizes[size]['annual'][name]:,.0f}" for size in columns)
            lines.append(f"| `elearning report annual`, {name} | {' | '.join(said)} |")
    (HERE / "growth.md").write_text("\n".join([*lines, "", "![p50 by size, both axes logarithmic](growth.svg)", ""]))
    (HERE / "growth.svg").write_text(drawing(results))


def drawing(results: dict[str, dict[str, Any]]) -> str:
    """A line for each page and engine (dashed: PostgreSQL), milliseconds over completions, both axes logarithmic."""
    lines: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for engine, sizes in results.items():
        for size in sorted(sizes, key=int):
            for address, (p50, _p95, _work) in sizes[size]["pages"].items():
                if "?" in address:
                    continue  # as the page without the filter, nearly
                at = (60 + 140 * (log10(int(size)) - 3.5), 460 - 100 * log10(max(p50, 1)))
                lines.setdefault((address, engine), []).append(at)
    parts = []
    for power in range(5):
        y = 460 - 100 * power
        parts.append(
            f'<path d="M60 {y}H480" stroke="#ccc"/><text x="54" y="{y + 3}" text-anchor="end">{10**power:,} ms</text>'
        )
    for power in range(4, 7):
        x = 60 + 70 * (2 * power - 7)
        parts.append(f'<text x="{x}" y="478" text-anchor="middle">{10**power:,}</text>')
    ends = sorted((points[-1][1], address, engine) for (address, engine), points in lines.items())
    label = -20.0
    for number, (end, address, engine) in enumerate(ends):
        points, colour = lines[address, engine], f"hsl({number * 47 % 360},60%,38%)"
        label = max(label + 11, end, 12)
        dashes = ' stroke-dasharray="5 3"' if engine.startswith("PostgreSQL") else ""
        path = "M" + "L".join(f"{x:.0f} {at:.0f}" for x, at in points)
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5"{dashes}/>')
        parts.append(
            f'<path d="M{points[-1][0]:.0f} {end:.0f}L490 {label - 3:.0f}" stroke="{colour}" stroke-width=".4"/>'
        )
        parts.append(f'<text x="494" y="{label:.0f}" fill="{colour}">{address} ({engine.split()[0]})</text>')
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {max(500, label + 10):.0f}" font-family="sans-serif"'
    )
    return "\n".join([f'{svg} font-size="10">', *parts, "</svg>", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", type=int, nargs="*", default=[10_000, 100_000], help="completions")
    parser.add_argument("--folder", type=Path, default=ROOT / ".data" / "scale", help="where the databases are kept")
    parser.add_argument("--requests", type=int, default=30, help="how often each page is asked for")
    parser.add_argument(
        "--postgresql", action="store_true", help="on a PostgreSQL server of our own, with stock settings"
    )
    chosen = parser.parse_args()
    folder: Path = chosen.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "results.json"
    if chosen.postgresql:
        tempfile.tempdir = str(folder)  # not in memory: what is measured writes to a disk
    with Server.start(durable=True) if chosen.postgresql else nullcontext() as server:
        for size in chosen.sizes:
            url = server.create_database(f"growth{size}") if server else f"sqlite:///{folder / f'{size}.db'}"
            print(f"{url}", flush=True)
            took = make(url, size)
            engine = "PostgreSQL" if server else "SQLite"
            measured = measure(url, chosen.requests)
            results: dict[str, dict[str, Any]] = json.loads(kept.read_text()) if kept.exists() else {}
            before = results.setdefault(engine, {}).get(str(size), {})
            made = f"filled in {took}, " if took else before.get("made", "").partition("measured")[0]
            where = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}"
            measured["made"] = f"{made}measured on {dt.date.today():%-d %B %Y}, {where}"  # noqa: DTZ011
            results[engine][str(size)] = measured
            kept.write_text(json.dumps(results))
            write_results(results)


if __name__ == "__main__":
    main()
