"""Thousands of requests that nobody would think of, at every route, as everyone: never a fault, never another's words.

FUZZ=20000 tries that many on each engine.
"""

import html
import os
import re
from typing import Any, cast
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from elearning.catalogue.library import library
from elearning.completions.models import CompletionDetail
from elearning.core.db import db
from elearning.people.operations import rename_practitioner
from elearning.training.operations import start_quiz
from tests import conftest, journey
from tests.conftest import MODULE, CheckedClient, Persona
from tests.structure.conftest import ASKERS, Site, site, visitor
from tests.structure.test_access import KNOWS, LINES, SENT, Line

__all__ = ["site"]  # the fixture

EXAMPLES = int(os.environ.get("FUZZ", "1000"))
HOSTILE_MARKUP = "<i hostile>"

odd_text = st.sampled_from([
    "", " ", "0", "1", "2", "3", "-1", "1.5", "1e9", "99999999999999999999", "9" * 5000, "１２", "٣", "NaN", "None", "true",
    "\x00", "a\x00b", "\x7f", "\u202eabc", "\u2028", "\ufeff", "\ufffd", "é\u0301" * 50, "🙂", "王", "ﬁ", "İ", "ß",
    "'", '"', "' OR 1=1 --", "%", "_", "%%%s%n", "{{7*7}}", "${7*7}", "../../etc/passwd", "..", "/", "//evil.example",
    "\\", "\r\nSet-Cookie: a=b", "=1+1", "@SUM(A1)", HOSTILE_MARKUP, f'">{HOSTILE_MARKUP}', "</script>" + HOSTILE_MARKUP,
    "amina@example.org", "nobody@example.org", "12345678", "2025-26", "2024-25", "valid", "school", MODULE, "the-idea",
    "SM-P01", "x" * 200, "a b" * 400, "[]", "{}", "*",
])  # fmt: skip
values = st.one_of(odd_text, st.integers(-5, 20).map(str), st.text(max_size=30))
names = st.sampled_from([
    "email", "code", "account_id", "full_name", "walk", "answer", "attempt", "part1", "part2", "part3", "part1",
    "practice", "number", "name", "module", "state", "page", "period", "sector", "next", "then", "second_factor", "from", "q", "v", "role", "score",
    "numbers", "reason", "step", "as", "agency", "who", "job_role", "staff", "text", "due_on-day", "counted_on-year",
])  # fmt: skip
fields = st.lists(st.tuples(st.one_of(names, names, names, st.text(max_size=8)), values), max_size=6)
header_names = st.sampled_from([
    "X-Forwarded-For", "X-Forwarded-Proto", "Accept-Encoding", "Range", "If-None-Match", "If-Modified-Since", "Referer",
    "X-Requested-With", "X-HTTP-Method-Override", "Accept-Language",
])  # fmt: skip
headers = st.dictionaries(
    header_names,
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
    max_size=2,
)
lines = st.one_of(st.sampled_from(LINES), st.sampled_from([line for line in LINES if line.method == "POST"]))


@pytest.fixture(scope="module")
def clients(site: Site) -> dict[str, CheckedClient]:
    """A browser for everyone, each with a quiz open, but for Amina, who has passed."""
    module = library().modules[MODULE]
    found = {"nobody": visitor(site.app)}
    for asker in ASKERS[1:]:
        persona: Persona = getattr(site.world, asker)
        if asker != "amina":
            journey.make_ready(persona, module)
            start_quiz(persona.practitioner_id, module)
        found[asker] = visitor(site.app).sign_in(persona)
    return found


def reasons() -> set[str]:
    """What says which options of the bank are right."""
    return {part.feedback for item in library().modules[MODULE].items for part in item.parts}


def address(site: Site, line: Line, odd: list[str]) -> str:
    """The line's address, with what it leaves open filled in as usual or, while there are some, with odd words."""
    route, usual = line.route, dict(site.addresses)
    for part in re.findall(r"<[^>]+>", route):
        word = odd.pop() if odd else ""
        route = route.replace(part, quote(word, safe="") if word else usual[part])
    return route


def test_no_request_is_a_fault_or_shows_what_is_anothers(
    site: Site, clients: dict[str, CheckedClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conftest, "check_page", lambda *_page: None)  # it takes most of the time, elsewhere well spent
    tried = dict.fromkeys(ASKERS, 0)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=EXAMPLES <= 1000,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.sampled_from(ASKERS),
        lines,
        st.lists(values, max_size=2),
        fields,
        fields,
        headers,
        st.booleans(),
        st.booleans(),
    )
    def try_it(
        asker: str,
        line: Line,
        odd: list[str],
        asked: list[tuple[str, str]],
        sent: list[tuple[str, str]],
        more: dict[str, str],
        as_usual: bool,
        as_json: bool,
    ) -> None:
        client, persona = clients[asker], cast(Persona | None, getattr(site.world, asker, None))
        form = MultiDict([*sent, *((SENT.get(line.route) or {}).items() if as_usual else [])])
        how: dict[str, Any] = {"data": form.to_dict(flat=False)}
        if as_json:
            how = {"json": form.to_dict(flat=False), "csrf": False}
            more = {**more, "X-CSRFToken": client.csrf_token()}
        answer = client.open(
            address(site, line, odd),
            method=line.method,
            query_string=MultiDict(asked).to_dict(flat=False),
            headers=more,
            **(how if line.method == "POST" else {}),
        )
        tried[asker] += 1
        assert answer.status_code < 500
        if answer.mimetype in ("text/html", "text/csv", "text/plain", "application/json"):
            text = answer.get_data(as_text=True)
            assert "Traceback" not in text
            assert HOSTILE_MARKUP not in text or answer.mimetype != "text/html"
            assert not [name for name, _ in answer.headers if name.lower() in ("a", "set-cookie2")]
            _shows_nothing_of_others(site, asker, line, html.unescape(text))
        if persona and line.method == "POST":
            if line.route == "/account" and answer.status_code == 302:
                rename_practitioner(persona.practitioner_id, persona.full_name)
            if line.route == "/sign-out":
                client.sign_in(persona)

    try_it()
    assert all(tried.values()), tried


def _shows_nothing_of_others(site: Site, asker: str, line: Line, text: str) -> None:
    allowed = KNOWS.get(asker, set()) | {asker}
    for name in ASKERS[1:]:
        persona: Persona = getattr(site.world, name)
        if name not in allowed and line.route != "/verify/<number>":
            assert persona.full_name not in text, f"{asker} reads the name of {name}"
        if name != asker and "amina" not in name:  # hers is among what is typed
            assert persona.email not in text
    if asker != "amina" and any(reason in text for reason in reasons()):
        persona = getattr(site.world, asker)
        assert db.session.scalars(select(CompletionDetail).filter_by(practitioner_id=persona.practitioner_id)).first()
