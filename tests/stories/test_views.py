"""A story walked through its pages, on both engines."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from elearning import database
from elearning.app import create_app
from elearning.catalogue.library import Library, library
from elearning.core.db import db
from elearning.core.errors import Refused
from elearning.stories.models import StoryStep
from elearning.stories.operations import begin_walk, record_choice
from elearning.stories.queries import find_walk
from tests import journey
from tests.catalogue.test_paths import ROLES
from tests.conftest import MODULE, CheckedClient, World, running, settings_for
from tests.packs import write_pack
from tests.training.test_races import AT_ONCE, at_once

HOME = f"/modules/{MODULE}"
STORY = f"{HOME}/story"
WAIT, TELL, BLAME = 0, 1, 2  # the choices at the door


@pytest.fixture
def client(app: Flask, world: World) -> CheckedClient:
    """Amina's browser."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client.sign_in(world.amina)


def begin(client: CheckedClient) -> None:
    journey.follow_story(client, choices=[])


def steps() -> int:
    found = db.session.execute(select(func.count()).select_from(StoryStep)).scalar_one()
    db.session.rollback()
    return found


class TestTheWay:
    def test_a_choice_shows_what_followed_and_how_things_stand(self, client: CheckedClient) -> None:
        page = client.get(STORY)
        assert "Wren is twelve" in page.text
        assert "is invented" in page.text
        begin(client)
        scene = client.get(f"{STORY}/1").text
        assert "You are the caretaker." in scene
        assert "Wren comes in and talks" not in scene
        answered = journey.choose(client, 1, TELL)
        assert answered.location == f"{STORY}/1/followed"
        page = client.get(answered.location)
        assert "Wren comes in and talks a little" in page.text
        assert "Wren had no coat." in page.text  # the piece that was shared
        assert re.search(r"<dt>Trust</dt>\s*<dd>\s*Some\s", page.text)
        assert "3 of 4. Before: A little" in page.text
        assert "The first thing is so." in page.text  # E1.01, where it comes from

    def test_a_glimpse_is_for_those_whose_choices_brought_it(self, client: CheckedClient) -> None:
        begin(client)
        journey.choose(client, 1, TELL)
        assert "One note says more" in client.get(f"{STORY}/2").text

    def test_another_choice_leads_elsewhere(self, client: CheckedClient) -> None:
        begin(client)
        journey.choose(client, 1, BLAME)
        assert "Wren has missed the bus." in client.get(f"{STORY}/2").text
        journey.choose(client, 2, 0)
        assert "One note says more" not in client.get(f"{STORY}/3").text

    def test_the_ending_lays_every_piece_down(self, client: CheckedClient) -> None:
        journey.follow_story(client, choices=[TELL, 1])
        page = client.get(f"{STORY}/ending").text
        assert "A plan in the end" in page
        assert "Help came late" in page
        assert "1 of 2 reached other people" in page
        assert page.count("Others could see it") == page.count("Nobody else knew") == 1
        assert "Who waits at my door?" in page
        assert "Walk it again" in page

    def test_walking_again_keeps_the_first_walk(self, client: CheckedClient, world: World) -> None:
        journey.follow_story(client, choices=[WAIT, 1])
        assert "Walk it again" in client.get(STORY).text
        journey.follow_story(client, choices=[TELL])
        walk = find_walk(world.amina.practitioner_id, MODULE)
        assert walk is not None
        assert (walk.number, walk.choices, walk.ending) == (2, (TELL,), None)
        assert steps() == 3 + 2


class TestThePlaceIsKept:
    def test_each_choice_is_on_the_disk_before_its_page(self, client: CheckedClient, world: World) -> None:
        begin(client)
        journey.choose(client, 1, TELL)
        assert steps() == 2
        other = client.application.test_client()
        assert isinstance(other, CheckedClient)
        other.sign_in(world.amina)
        assert f"{STORY}/2" in other.get(STORY).text  # Go on with the story

    def test_a_page_too_far_on_leads_back_to_where_i_am(self, client: CheckedClient) -> None:
        begin(client)
        for address in (f"{STORY}/2", f"{STORY}/1/followed", f"{STORY}/ending", f"{STORY}/0"):
            assert client.get(address).location == f"{STORY}/1"

    def test_before_it_begins_every_page_leads_to_its_beginning(self, client: CheckedClient) -> None:
        for address in (f"{STORY}/1", f"{STORY}/1/followed", f"{STORY}/ending"):
            assert client.get(address).location == STORY

    def test_sending_twice_gives_the_same_one_result(self, client: CheckedClient) -> None:
        begin(client)
        data = {"walk": "1", "answer": str(TELL + 1)}
        for _ in range(2):
            assert client.post(f"{STORY}/1", data=data).location == f"{STORY}/1/followed"
        assert steps() == 2
        client.post(STORY, data={"walk": "1"})
        assert steps() == 2

    def test_going_back_and_choosing_otherwise_changes_nothing(self, client: CheckedClient) -> None:
        begin(client)
        journey.choose(client, 1, TELL)
        page = client.get(f"{STORY}/1").text
        assert "You chose:" in page
        assert '<input type="radio"' not in page
        client.post(f"{STORY}/1", data={"walk": "1", "answer": str(WAIT + 1)})
        page = client.get(f"{STORY}/1/followed").text
        assert "that choice stays" in page
        assert "Wren comes in and talks" in page
        assert steps() == 2

    def test_a_page_of_an_earlier_walk_changes_nothing(self, client: CheckedClient) -> None:
        journey.follow_story(client, choices=[TELL, 1])
        begin(client)
        answered = client.post(f"{STORY}/1", data={"walk": "1", "answer": "1"})
        assert answered.location == f"{STORY}/1"
        assert "part of an earlier walk" in client.get(f"{STORY}/1").text
        assert steps() == 3 + 1

    @pytest.mark.parametrize(
        ("answer", "message"),
        [({}, "Select what you do"), ({"answer": "9"}, "Select from the answers shown on this page")],
    )
    def test_nothing_chosen_is_said_and_nothing_is_kept(
        self, client: CheckedClient, answer: dict[str, str], message: str
    ) -> None:
        begin(client)
        page = client.post(f"{STORY}/1", data={"walk": "1", **answer}).text
        assert page.count(message) == 2  # in the summary and at the field
        assert "<title>Error: At the door" in page
        assert steps() == 1

    def test_nobody_walks_in_my_story(self, client: CheckedClient, world: World) -> None:
        begin(client)
        ben = client.application.test_client()
        assert isinstance(ben, CheckedClient)
        ben.sign_in(world.ben)
        ben.post(f"{STORY}/1", data={"walk": "1", "answer": "1"})
        assert steps() == 1
        begin(ben)
        journey.choose(client, 1, TELL)
        assert ben.get(f"{STORY}/1/followed").location == f"{STORY}/1"
        assert "Wren comes in" in client.get(f"{STORY}/1/followed").text


def test_choosing_eight_times_at_once_keeps_one_choice(app: Flask, world: World) -> None:
    module = library().modules[MODULE]
    begin_walk(world.amina.practitioner_id, module, 1)
    turn = iter(range(AT_ONCE))
    results = at_once(app, lambda: record_choice(world.amina.practitioner_id, library(), MODULE, 1, 1, next(turn) % 2))
    assert all(result is None or isinstance(result, Refused) for result in results), results
    assert sum(result is None for result in results) == AT_ONCE // 2
    assert steps() == 2


class TestBeforeTheQuiz:
    def test_the_task_list_has_it_between_the_sections_and_the_quiz(self, client: CheckedClient) -> None:
        page = client.get(HOME).text
        assert page.index("What next") < page.index("Follow the story: Two doors") < page.index("Take the quiz")

    def test_the_quiz_waits_for_an_ending(self, client: CheckedClient) -> None:
        journey.post(client, f"{HOME}/content-note")
        for slug in ("before-you-start", "the-idea", "what-next"):
            journey.post(client, f"{HOME}/sections/{slug}")
        assert "follow the story to an ending" in client.get(f"{HOME}/quiz").text
        journey.follow_story(client, choices=[WAIT])
        assert "In progress" in client.get(HOME).text
        assert client.post(f"{HOME}/quiz").location == f"{HOME}/quiz"
        journey.choose(client, 2, 1)
        assert "Start the quiz" in client.get(f"{HOME}/quiz").text

    def test_once_is_enough(self, client: CheckedClient) -> None:
        journey.read_everything(client)
        begin(client)
        assert "Start the quiz" in client.get(f"{HOME}/quiz").text


@pytest.fixture
def with_roles(database_url: str, tmp_path: Path, world: World) -> Iterator[CheckedClient]:
    """Amina's browser on a second version of the module, whose story has roles."""
    folder = tmp_path / "newer"
    write_pack(folder / MODULE)
    for file, old, new in (
        ("module.toml", "version = 1", "version = 2"),
        ("scenario.yaml", "scenes:\n", ROLES),
        (
            "scenario.yaml",
            "trust: 1, picture: 1}\n        shares: [bus]",
            "trust: 1, picture: 2}\n        shares: [own]",
        ),
    ):
        text = (folder / MODULE / file).read_text()
        assert old in text
        (folder / MODULE / file).write_text(text.replace(old, new, 1))
    app = create_app(settings_for(database_url, folder), Library.read(folder))
    database.prepare(app)
    with running(app):
        client = app.test_client()
        assert isinstance(client, CheckedClient)
        yield client.sign_in(world.amina)


class TestRoles:
    def test_a_role_is_taken_before_anything_is_seen(self, with_roles: CheckedClient) -> None:
        page = with_roles.post(STORY, data={"walk": "1"}).text
        assert page.count("Select whose part you take") == 2
        with_roles.post(STORY, data={"walk": "1", "answer": "2"})
        assert "You are the driver." in with_roles.get(f"{STORY}/1").text
        journey.choose(with_roles, 1, 1)
        assert "Wren missed the bus." in with_roles.get(f"{STORY}/1/followed").text

    def test_a_walk_goes_on_in_the_version_it_began_with(
        self, client: CheckedClient, request: pytest.FixtureRequest
    ) -> None:
        begin(client)
        newer: CheckedClient = request.getfixturevalue("with_roles")
        assert "Go on with the story" in newer.get(STORY).text or f"{STORY}/1" in newer.get(STORY).text
        journey.choose(newer, 1, TELL)
        journey.choose(newer, 2, 0)
        assert "Wren is dry" in newer.get(f"{STORY}/ending").text


def test_a_module_without_a_story_has_no_such_pages(database_url: str, tmp_path: Path, world: World) -> None:
    folder = tmp_path / "without"
    write_pack(folder / MODULE)
    (folder / MODULE / "scenario.yaml").unlink()
    app = create_app(settings_for(database_url, folder), Library.read(folder))
    with running(app):
        client = app.test_client()
        assert isinstance(client, CheckedClient)
        client.sign_in(world.amina)
        for address in (STORY, f"{STORY}/1", f"{STORY}/1/followed", f"{STORY}/ending"):
            assert client.get(address).status_code == 404
        assert "Follow the story" not in client.get(HOME).text
        journey.read_everything(client)
        assert "Start the quiz" in client.get(f"{HOME}/quiz").text
