"""What authors are told of their questions, at the command line."""

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from elearning.assessment.models import Attempt, Response
from elearning.assessment.operations import submit_attempt
from elearning.assessment.rules import read_form
from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.core.errors import Refused
from elearning.items.cli import questions
from elearning.settings import Settings
from tests.conftest import MODULE, World
from tests.records import at_noon, begin, hire

DAY = dt.date(2026, 2, 26)


@dataclasses.dataclass
class Context:
    app: Flask

    @property
    def settings(self) -> Settings:
        settings: Settings = self.app.config["SETTINGS"]
        return settings


def run(app: Flask, *arguments: str) -> Result:
    with clock.at(at_noon(DAY)):
        return CliRunner().invoke(questions, arguments, obj=Context(app))


def misled(agency_id: int) -> str:
    """Someone's first attempt: the first question answered with its first wrong option, the rest right; its id."""
    person = hire(agency_id)
    attempt_id = begin(person, on=DAY)
    form = read_form(db.session.execute(select(Attempt.form).where(Attempt.id == attempt_id)).scalar_one())
    module = library().modules[MODULE]
    with clock.at(at_noon(DAY)), atomic() as session:
        for position, drawn in enumerate(form, start=1):
            wrong = [place for place in range(len(module.item[drawn.item_id].options)) if place not in drawn.key][:1]
            chosen = json.dumps(wrong if position == 1 else drawn.key)
            session.add(
                Response(
                    attempt_id=attempt_id, position=position, item_id=drawn.item_id, answered_at=clock.now(),
                    chosen=chosen,
                )
            )  # fmt: skip
        session.flush()
        submit_attempt(person, attempt_id, library())
    return form[0].item_id


def test_authors_are_told_which_question_to_look_at_in_which_file(app: Flask, world: World) -> None:
    (asked,) = {misled(world.school) for _ in range(30)}
    module = library().find(MODULE)
    assert module is not None
    item = module.item[asked]
    told = run(app)
    assert (told.exit_code, told.exception) == (0, None)
    file = Path(app.config["SETTINGS"].modules) / MODULE / "quiz.yaml"
    assert f"{file}: {item.id}, version 1: {item.lead_in}" in told.output
    assert "A wrong answer is chosen more often than the right one; most get it wrong." in told.output
    assert ", 1 to look at." in told.output
    assert "30" not in told.output  # no counts: it may be passed on
    assert run(app, MODULE, "--period", "2025-26").output == told.output
    assert ", 0 to look at." in run(app, "--period", "2025-26-q1").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "There is no module nothing; there are sample-module."),
        (("--period", "2019"), "There is no period 2019;"),
    ],
)
def test_what_there_is_not_is_refused_in_one_line(
    app: Flask, world: World, arguments: tuple[str, ...], said: str
) -> None:
    result = run(app, *arguments)
    assert isinstance(result.exception, Refused)
    assert str(result.exception).startswith(said)
