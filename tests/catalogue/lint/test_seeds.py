"""The fingerprints see again what they were made from, and hold nothing that can be read."""

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from elearning.catalogue.help import Contact, Help
from elearning.catalogue.lint import seeds
from elearning.catalogue.lint.citing import stale_sources
from elearning.catalogue.lint.finding import allowance
from elearning.catalogue.lint.plan import help_findings
from tests.catalogue.lint.sound import item, module, sheet, sound, story, text

SOURCE = "The lantern keeper told nobody that the harbour gate was open all night."


@pytest.fixture
def own_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lists made from an invented source and invented names, in place of the real ones."""
    (tmp_path / "source.txt").write_text(SOURCE)
    monkeypatch.setattr(seeds, "WORDING", tmp_path / "wording.bin")
    monkeypatch.setattr(seeds, "NAMES", tmp_path / "names.txt")
    seeds._write_wording([str(tmp_path / "source.txt")])
    seeds._write_names(io.StringIO("Zebedee Mar-Quill\nÖzge Anna Tarn\n"), b"salt" * 4)
    seeds._known_runs.cache_clear()
    seeds._is_listed.cache_clear()
    yield
    seeds._known_runs.cache_clear()
    seeds._is_listed.cache_clear()


@pytest.mark.usefixtures("own_lists")
def test_nine_words_of_a_source_are_found_and_eight_are_not() -> None:
    (found,) = seeds.borrowed_wording(
        text("Lantern-keeper aside, “keeper told nobody that the Harbour Gate was open”, they say. {-}")
    )
    assert (found.rule, found.path) == ("L24", (1,))
    assert '"keeper told nobody that the harbour gate was open"' in found.words
    assert not list(seeds.borrowed_wording(text("They told nobody that the harbour gate was open. {-}")))
    assert list(seeds.borrowed_wording(item(stem=f"{SOURCE} What do you do?")))


@pytest.mark.usefixtures("own_lists")
@pytest.mark.parametrize(
    "written",
    ["Zebedee Mar-Quill", "zebedee? No: Zebedee MARQUILL", "Zebedee Mar-Quill's home", "Özge Anna Tarn", "Ozge Tarn"],
)
def test_a_listed_name_is_found_however_it_is_written(written: str) -> None:
    spoilt = text(f"Here is {written}. {{-}}")
    (found, *_) = seeds.names_of_children(spoilt)
    assert (found.rule, found.path, found.final) == ("L21", (1,), True)
    assert "Quill" not in found.words
    assert allowance(spoilt.model_copy(update={"allow": {"L21": "No."}}), found) is None


@pytest.mark.usefixtures("own_lists")
def test_a_name_is_found_wherever_it_stands() -> None:
    assert list(seeds.names_of_children(item(stem="Zebedee Mar-Quill waits. What do you do?")))
    assert list(seeds.names_of_children(story(see="Zebedee Mar-Quill waits.")))
    assert list(seeds.names_of_children(sheet(before="Think of Zebedee Mar-Quill.")))
    sources = {**sound().model_dump()["sources"], "zebedee-marquill": {"label": "A page", "checked_on": "2026-02-01"}}
    assert list(seeds.names_of_children(module(sources=sources)))


@pytest.mark.usefixtures("own_lists")
@pytest.mark.parametrize("written", ["Zebedee", "Mar-Quill", "Zebedee Brook", "mar-quill zebedee"])
def test_what_the_list_cannot_see_is_left_alone(written: str) -> None:
    assert not list(seeds.names_of_children(text(f"Here is {written}. {{-}}")))


def test_a_name_that_the_check_would_pass_over_is_refused() -> None:
    with pytest.raises(SystemExit, match="two words or more"):
        seeds._write_names(["May Board"], b"")


def test_the_lists_of_the_product_hold_no_words() -> None:
    wording = seeds.WORDING.read_bytes()
    assert len(wording) % seeds.BYTES == 0
    assert len(wording) // seeds.BYTES > 3000
    salt, *hashes = seeds.NAMES.read_text(encoding="ascii").split()
    assert len(salt) == 32
    assert len(hashes) >= 7
    assert all(len(one) == 32 and set(one) <= set("0123456789abcdef") for one in hashes)


# What goes out of date


def test_a_source_that_may_change_is_checked_every_year() -> None:
    checked = sound().sources["law"].checked_on
    assert not list(stale_sources(sound(), checked + dt.timedelta(days=365)))
    (found,) = stale_sources(sound(), checked + dt.timedelta(days=366))
    assert (found.part, found.path, found.final) == ("evidence.yaml", ("sources", "law", "checked_on"), True)
    assert [one.words for one in stale_sources(sound(), checked - dt.timedelta(days=1))] == [
        "checked_on lies in the future"
    ] * 2


def test_a_source_with_a_phone_number_is_checked_every_90_days() -> None:
    points = [one.model_dump() for one in sound().evidence]
    points[1]["statement"] = "Ring 0121 496 0000."
    contacts = module(evidence=points)
    checked = contacts.sources["law"].checked_on
    assert not list(stale_sources(contacts, checked + dt.timedelta(days=90)))
    assert list(stale_sources(contacts, checked + dt.timedelta(days=91)))


def test_the_way_to_help_has_999_and_two_others_rung_within_90_days() -> None:
    day = dt.date(2026, 3, 1)
    others = (Contact(when="At work:", what="your lead."), Contact(when="For you:", what="your manager."))
    good = Help(checked_on=day, contacts=(Contact(when="In an emergency:", what="call 999."), *others))
    assert not list(help_findings(good, day + dt.timedelta(days=90)))
    assert [one.rule for one in help_findings(good, day + dt.timedelta(days=91))] == ["L24"]
    assert [one.rule for one in help_findings(Help(checked_on=day, contacts=(*others, *others)), day)] == ["L20"]
    assert [one.rule for one in help_findings(None, day)] == ["L20"]
