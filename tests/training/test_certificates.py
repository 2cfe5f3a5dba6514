"""My certificates: what I hold, and words for my CPD record that nobody else reads."""

import datetime as dt

import pytest
from flask import Flask

from elearning.catalogue.library import library
from elearning.certificates.operations import issue_certificate, reissue_certificate, withdraw_certificate
from elearning.certificates.rules import grouped
from elearning.certificates.types import ReissueReason
from elearning.completions.types import WithdrawalReason
from elearning.core import clock
from elearning.evaluation.operations import record_afterwards, record_pledge
from elearning.evaluation.types import Pledge, When
from tests.certificates.paper import text_of
from tests.conftest import MODULE, CheckedClient, World
from tests.records import at_noon, complete

FEBRUARY = dt.date(2026, 2, 26)
PLEDGE = Pledge("a child comes back", "ring the school that day", dt.date(2026, 4, 1), "Grace")


@pytest.fixture
def amina(app: Flask, world: World) -> CheckedClient:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client.sign_in(world.amina)


def earn(world: World, *, on: dt.date = FEBRUARY, pledge: bool = False) -> str:
    """Amina's certificate of the sample module; its number."""
    person = world.amina.practitioner_id
    place = complete(person, world.school, on=on, certificate=False).recorded.place
    with clock.at(at_noon(on)):
        if pledge:
            for when in (When.NOW, When.BACK):
                record_afterwards(person, library().modules[MODULE], when, {})
            record_pledge(person, library().modules[MODULE], PLEDGE)
        return issue_certificate(place, person, "Sample module")


def test_without_one(amina: CheckedClient) -> None:
    assert "You have no certificates yet" in amina.get("/record/certificates").text
    assert "You have no certificates yet" in amina.get("/record").text


def test_each_says_what_it_is_worth_and_only_those_that_stand_can_be_used(amina: CheckedClient, world: World) -> None:
    expired = earn(world, on=dt.date(2022, 5, 3))
    older = earn(world, on=dt.date(2023, 4, 3))
    newest = earn(world)
    assert amina.get("/record").text.count("until 26 February 2029") == 1
    page = amina.get("/record/certificates").text
    assert page.count("Renewed since") == 2
    assert page.index(grouped(newest)) < page.index(grouped(older)) < page.index(grouped(expired))
    new = reissue_certificate(newest, ReissueReason.NAME, by=None)
    withdraw_certificate(older, WithdrawalReason.MISTAKE, by=None)
    page = amina.get("/record/certificates").text
    assert "Issued anew on 2 March 2026, because the name was corrected" in page
    assert "Withdrawn on 2 March 2026, because it was recorded by mistake" in page
    assert page.count("Download the PDF") == page.count("/cpd") == 2
    for number, status in ((new, 200), (expired, 200), (newest, 404), (older, 404)):
        assert amina.get(f"/record/certificates/{grouped(number)}/cpd").status_code == status


def test_all_that_stand_in_one_file(amina: CheckedClient, world: World) -> None:
    assert amina.get("/record/certificates.pdf").status_code == 404
    numbers = [earn(world, on=dt.date(year, 5, 3)) for year in (2016, 2019, 2022)]
    withdraw_certificate(numbers[0], WithdrawalReason.MISTAKE, by=None)
    assert 'href="/record/certificates.pdf"' in amina.get("/record/certificates").text
    text = text_of(amina.get("/record/certificates.pdf").data)
    assert [grouped(number) in text for number in numbers] == [False, True, True]


def test_words_for_a_cpd_record(amina: CheckedClient, world: World) -> None:
    number = grouped(earn(world))
    page = amina.get(f"/record/certificates/{number}/cpd").text
    file = amina.get(f"/record/certificates/{number}/cpd.txt")
    assert file.mimetype == "text/plain"
    assert file.headers["Content-Disposition"] == 'attachment; filename="cpd-sample-module-2026-02-26.txt"'
    outcomes = [outcome.text for outcome in library().modules[MODULE].outcomes]
    for words in (
        "Sample module\n",
        "Date: 26 February 2026\n",
        "Time: 20 minutes (0.33 hours)\n",
        f"Certificate number: {number}\n",
        f"/verify/{number.replace('-', '')}\n",
        *(f"- {outcome}\n" for outcome in outcomes),
        "What I changed\nWhat I do differently now:\n",
    ):
        assert words in file.text
        assert words in page
    assert "pledge" not in file.text


def test_the_pledge_of_that_round_and_no_other_is_in_the_words(amina: CheckedClient, world: World) -> None:
    before = grouped(earn(world, on=dt.date(2023, 4, 3)))
    number = grouped(earn(world, pledge=True))
    words = amina.get(f"/record/certificates/{number}/cpd.txt").text
    assert "- When: a child comes back\n- I will: ring the school that day\n- By: 1 April 2026\n" in words
    assert "ring the school" not in amina.get(f"/record/certificates/{before}/cpd.txt").text


def test_nobody_else_reads_them_who_may_see_the_certificate(app: Flask, world: World) -> None:
    number = grouped(earn(world, pledge=True))
    for persona in (world.grace, world.ben, world.officer, world.admin):
        client = app.test_client()
        assert isinstance(client, CheckedClient)
        client.sign_in(persona)
        for address in ("cpd", "cpd.txt"):
            answer = client.get(f"/record/certificates/{number}/{address}")
            assert answer.status_code == 404
            assert "ring the school" not in answer.text
    assert isinstance(client, CheckedClient)
    assert client.sign_in(world.grace).get(f"/certificates/{number}").status_code == 200


@pytest.mark.parametrize("number", ["nonsense", "0000-0000-0000-0000-0", "%00"])
def test_a_number_that_is_none(amina: CheckedClient, number: str) -> None:
    assert amina.get(f"/record/certificates/{number}/cpd").status_code == 404
