"""Steps of the practitioner's way, taken through the pages as a browser would."""

import re
from collections.abc import Mapping

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from elearning.assessment.queries import find_open_sitting
from elearning.catalogue.library import library
from elearning.core.db import db
from tests.conftest import MODULE, Persona


def token(response: TestResponse) -> str:
    """The CSRF token of a page's form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', response.text)
    assert found, f"no form on {response.request.path}"
    return found.group(1)


def post(
    client: FlaskClient, url: str, data: Mapping[str, object] | None = None, page: str | None = None
) -> TestResponse:
    """Fetch the page, then send its form with the token."""
    return client.post(url, data={**(data or {}), "csrf_token": token(client.get(page or url))})


def read_everything(client: FlaskClient, key: str = MODULE) -> None:
    """Press Continue on the content note and on every section."""
    post(client, f"/modules/{key}/content-note")
    for section in library().modules[key].sections:
        post(client, f"/modules/{key}/sections/{section.slug}")


def start(client: FlaskClient, key: str = MODULE) -> None:
    response = post(client, f"/modules/{key}/quiz")
    assert response.status_code == 302
    assert re.search(r"/quiz/\d+$", response.location), response.location


def shown_answer(persona: Persona, position: int, *, right: bool, key: str = MODULE) -> dict[str, object]:
    """The form fields that answer a question right or wrong, in the places where this attempt shows them."""
    sitting = find_open_sitting(persona.practitioner_id, key)
    assert sitting is not None
    drawn = sitting.form[position - 1]
    item = library().modules[key].item[drawn.item_id]
    db.session.rollback()
    chosen = list(drawn.key)
    if item.steps:
        if not right:
            chosen = chosen[1:] + chosen[:1]
        return {f"part{shown + 1}": str(chosen.index(n) + 1) for shown, n in enumerate(drawn.order)}
    if item.pairs:
        if not right:
            chosen = [(choice + 1) % len(item.choices) for choice in chosen]
        return {f"part{shown + 1}": str(chosen[n] + 1) for shown, n in enumerate(drawn.order)}
    places = [shown + 1 for shown, n in enumerate(drawn.order) if (n in chosen) == right]
    return {"answer": [str(place) for place in places] if len(chosen) > 1 else str(places[0])}


def answer(client: FlaskClient, persona: Persona, position: int, *, right: bool, key: str = MODULE) -> TestResponse:
    sitting = find_open_sitting(persona.practitioner_id, key)
    assert sitting is not None
    data = {**shown_answer(persona, position, right=right, key=key), "attempt": str(sitting.id)}
    return post(client, f"/modules/{key}/quiz/{position}", data)


def answer_all(client: FlaskClient, persona: Persona, *, wrong: int = 0, key: str = MODULE) -> None:
    """Answer every question, the first `wrong` of them not right."""
    length = library().modules[key].form_length
    for position in range(1, length + 1):
        assert answer(client, persona, position, right=position > wrong, key=key).status_code == 302


def submit(client: FlaskClient, persona: Persona, key: str = MODULE) -> TestResponse:
    sitting = find_open_sitting(persona.practitioner_id, key)
    assert sitting is not None
    return post(client, f"/modules/{key}/quiz/check", {"attempt": str(sitting.id)})


def pass_module(client: FlaskClient, persona: Persona, key: str = MODULE) -> None:
    """The whole way, from the content note to a pass."""
    read_everything(client, key)
    start(client, key)
    answer_all(client, persona, key=key)
    submit(client, persona, key)
