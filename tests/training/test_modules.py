"""Every page of every real module, held to what every page must have by the test client."""

from collections.abc import Iterator

import pytest
from flask import Flask

from elearning import database
from elearning.app import create_app
from elearning.catalogue.library import Library, library
from elearning.core import clock
from elearning.core.db import db
from elearning.settings import ROOT
from tests.conftest import NOON, CheckedClient, World, settings_for

LIBRARY = Library.read(ROOT / "modules")


@pytest.fixture
def real(app: Flask, database_url: str) -> Iterator[Flask]:
    """The application with the modules of the repository, on the same database."""
    real = create_app(settings_for(database_url, ROOT / "modules"), LIBRARY)
    real.test_client_class = CheckedClient
    with clock.at(NOON):
        database.prepare(real)
        with real.app_context():
            yield real
            db.session.remove()
            db.engine.dispose()


@pytest.mark.parametrize("key", list(LIBRARY.modules))
def test_every_page_of_a_module(real: Flask, world: World, key: str) -> None:
    client = real.test_client()
    assert isinstance(client, CheckedClient)
    client.sign_in(world.amina)
    module = library().modules[key]
    for path in ("", "/content-note", "/sources", "/quiz"):
        assert client.get(f"/modules/{key}{path}").status_code == 200
    for section in module.sections:
        page = f"/modules/{key}/sections/{section.slug}"
        assert client.get(page).status_code == 200
        for item in module.practice_of(section.slug):
            empty = client.get(page, query_string={"practice": item.id})
            assert "There is a problem" in empty.text, item.id
            every = {"practice": item.id, "answer": "1"} | {f"part{n}": str(n) for n in range(1, 7)}
            if item.pairs:
                every |= {f"part{n}": "1" for n in range(1, 7)}
            answered = client.get(page, query_string=every).text
            assert ("That is right." in answered) or ("Not quite." in answered), item.id
