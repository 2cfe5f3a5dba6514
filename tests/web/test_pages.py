"""What every answer keeps to, also when something is wrong."""

import shutil
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url

from elearning.core.db import db, sqlite_path
from tests.conftest import CheckedClient, World


def browser(app: Flask) -> CheckedClient:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client


def test_another_host_name_is_refused_in_words(app: Flask) -> None:
    for path in ("/", "/healthz", "/no-such-page"):
        answer = browser(app).get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 400
        assert answer.text.startswith("We could not read that")


@pytest.mark.parametrize("path", ["/record", "/no-such-page", "/"])
def test_a_database_that_is_away_gives_its_page_to_signed_in_people_too(
    app: Flask, world: World, path: str, tmp_path: Path
) -> None:
    client = browser(app).sign_in(world.amina)
    db.session.remove()
    db.engine.dispose()
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    if file := sqlite_path(str(url)):
        shutil.move(file, tmp_path / "away.db")
        file.mkdir()  # nothing can be opened there
    else:
        with psycopg.connect(host=str(url.query["host"]), user="postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{url.database}" WITH (FORCE)')
    answer = client.get(path)
    assert answer.status_code == (404 if path == "/no-such-page" else 503)
    assert "Traceback" not in answer.text
    assert browser(app).get("/healthz").status_code == 503


def test_only_what_was_found_is_kept_for_a_year(app: Flask) -> None:
    with browser(app).get("/static/icon.svg?v=1") as found:
        assert "immutable" in found.headers["Cache-Control"]
    missing = browser(app).get("/static/nothing.css?v=1")
    assert missing.status_code == 404
    assert missing.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/verify", "/privacy", "/accessibility"])
def test_a_page_for_everyone_is_sent_once(app: Flask, world: World, path: str) -> None:
    stranger = browser(app)
    first = stranger.get(path)
    assert (first.headers["Cache-Control"], "Set-Cookie" in first.headers) == ("no-cache", False)
    assert "Cookie" in first.vary
    again = stranger.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")

    stranger.sign_in(world.amina)
    mine = stranger.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (mine.status_code, mine.headers["Cache-Control"], "ETag" in mine.headers) == (200, "no-store", False)


def test_what_is_kept_in_two_codings_has_two_tags(app: Flask) -> None:
    asked = FlaskClient(app, app.response_class)  # the checking one reads no compressed pages
    plain, packed = (asked.get("/", headers={"Accept-Encoding": coding}) for coding in ("identity", "gzip"))
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert {"Cookie", "Accept-Encoding"} <= set(plain.vary) & set(packed.vary)


def test_everything_else_is_kept_nowhere(app: Flask) -> None:
    """Keepable pages are the four above: nobody's name, and no form that is posted."""
    keepable = {
        rule.rule for rule in app.url_map.iter_rules() if hasattr(app.view_functions[rule.endpoint], "keepable")
    }
    assert keepable == {"/", "/verify", "/privacy", "/accessibility"}
    for path in ("/sign-in", "/signed-out", "/healthz", "/verify/0000", "/no-such-page", "/record", "/static/icon.svg"):
        with browser(app).get(path) as answer:
            assert answer.headers["Cache-Control"] == "no-store", path


def test_a_wrong_method_names_the_right_ones(app: Flask) -> None:
    answer = browser(app).post("/healthz")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_the_policy_allows_no_script_anywhere(app: Flask) -> None:
    policy = browser(app).get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
