"""Steps of the practitioner's way, taken through the pages as a browser would."""

import re
from collections.abc import Mapping, Sequence

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from elearning.assessment.queries import find_open_sitting
from elearning.assessment.types import DrawnItem
from elearning.catalogue.library import library
from elearning.catalogue.paths import paths
from elearning.catalogue.types import Scenario, TrainingModule
from elearning.core.db import db
from elearning.stories.operations import begin_walk, record_choice
from elearning.training.operations import record_section_read
from elearning.training.types import CONTENT_NOTE
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
    """Press Continue on the content note and on every section, and follow the story."""
    post(client, f"/modules/{key}/content-note")
    for section in library().modules[key].sections:
        post(client, f"/modules/{key}/sections/{section.slug}")
    follow_story(client, key)


def best_choices(scenario: Scenario) -> list[int]:
    """The best choice of each scene from the first start to the ending."""
    way = next(
        way
        for way in paths(scenario)
        if all(
            scenario.scene[stand.scene or ""].choices[n].best for stand, n in zip(way.stands, way.choices, strict=False)
        )
    )
    return list(way.choices)


def follow_story(client: FlaskClient, key: str = MODULE, choices: Sequence[int] | None = None) -> None:
    """Begin a walk and make these choices (the best ones, if not given)."""
    story, scenario = f"/modules/{key}/story", library().modules[key].scenario
    if scenario is None:
        return
    number = hidden(client.get(story), "walk")
    client.post(story, data={"walk": number, "answer": "1"})
    for step, choice in enumerate(best_choices(scenario) if choices is None else choices, start=1):
        choose(client, step, choice, key)


def make_ready(persona: Persona, module: TrainingModule) -> None:
    """Read everything and follow the story without the pages."""
    for slug in [CONTENT_NOTE, *module.section]:
        record_section_read(persona.practitioner_id, module.key, slug)
    begin_walk(persona.practitioner_id, module, 1)
    assert module.scenario is not None
    for step, choice in enumerate(best_choices(module.scenario), start=1):
        record_choice(persona.practitioner_id, library(), module.key, 1, step, choice)


def choose(client: FlaskClient, step: int, choice: int, key: str = MODULE) -> TestResponse:
    """Make a choice (from 0) in the scene that is shown."""
    page = f"/modules/{key}/story/{step}"
    return client.post(page, data={"walk": hidden(client.get(page), "walk"), "answer": str(choice + 1)})


def hidden(response: TestResponse, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', response.text)
    assert found, f"no {name} on {response.request.path}"
    return found.group(1)


def start(client: FlaskClient, key: str = MODULE) -> None:
    response = post(client, f"/modules/{key}/quiz")
    assert response.status_code == 302
    assert re.search(r"/quiz/\d+$", response.location), response.location


def shown_answer(persona: Persona, position: int, *, right: bool, key: str = MODULE) -> dict[str, object]:
    """The form fields that answer a question right or wrong, in the places where this attempt shows them."""
    sitting = find_open_sitting(persona.practitioner_id, key)
    assert sitting is not None
    db.session.rollback()
    return shown_fields(sitting.form[position - 1], library().modules[key], right=right)


def shown_fields(drawn: DrawnItem, module: TrainingModule, *, right: bool) -> dict[str, object]:
    """The form fields that answer a drawn item right or wrong."""
    item = module.item[drawn.item_id]
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
