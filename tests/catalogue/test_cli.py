"""`elearning new`: what an author begins with is whole, shows everything once, and says what it is."""

import datetime as dt
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from elearning.assessment.cli import judge
from elearning.catalogue.cli import new
from elearning.catalogue.cli import schemas as schemas_command
from elearning.catalogue.lint.finding import Severity
from elearning.catalogue.loader import Pack, read_packs_with_lines
from elearning.catalogue.prose import CALLOUTS
from elearning.catalogue.schemas import FOLDER, schemas
from elearning.catalogue.types import ItemType, Level
from elearning.core import clock
from elearning.core.errors import ContentError, Refused
from elearning.settings import ROOT

TODAY = dt.datetime(2031, 5, 6, 12, tzinfo=dt.UTC)


def begin(folder: Path, key: str = "missing-from-home") -> Result:
    with clock.at(TODAY):
        return CliRunner().invoke(new, [key, "--into", str(folder)])


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    outcome = begin(tmp_path / "modules")
    assert outcome.exit_code == 0, outcome.output
    (pack,) = read_packs_with_lines(tmp_path / "modules")
    return pack


def test_all_that_the_check_asks_of_a_new_pack_is_a_full_bank(pack: Pack) -> None:
    with clock.at(TODAY):
        found = [(line.rule, line.severity, line.words) for line in judge(pack, 50)]
    assert found == [
        ("L14", Severity.WARNING, "minutes is 25, but reading and answering take about 12"),
        ("L15", Severity.ERROR, "the bank has 8 items; 24 are the least"),
    ]


def test_a_new_pack_shows_everything_once_and_says_that_it_is_a_sample(pack: Pack) -> None:
    module = pack.module
    assert module.key == "missing-from-home"
    assert module.items[0].id == "MF-01"
    assert {source.checked_on for source in module.sources.values()} == {TODAY.date()}
    assert {item.type for item in module.items} == set(ItemType)
    assert {item.level for item in module.items} == set(Level)
    html = " ".join(section.html for section in module.sections)
    shown = {kind for kind in CALLOUTS if f"callout-{kind}" in html}
    assert shown == set(CALLOUTS)
    assert "<table>" in html
    assert "<ul>" in html
    assert module.scenario
    assert any(scene.glimpses for scene in module.scenario.scenes)
    assert module.team_sheet.steps[0].evidence
    for text in (module.title, module.review.title, module.scenario.title, module.team_sheet.before,
                 *(point.statement for point in module.evidence), *(source.label for source in module.sources.values()),
                 *(section.markdown for section in module.sections)):  # fmt: skip
        assert "sample" in text.lower()


def test_the_author_is_told_how_to_go_on(tmp_path: Path) -> None:
    told = begin(tmp_path).output
    assert "Everything in it is sample text" in told
    assert f"elearning preview missing-from-home --from {tmp_path}\n" in told
    assert f"elearning check {tmp_path}/missing-from-home\n" in told
    assert "a bank of 24 questions" in told
    assert {path.name for path in (tmp_path / FOLDER).iterdir()} == set(schemas())


@pytest.mark.parametrize("key", ["Missing", "two--hyphens", "1st", "../up", "with space", 61 * "x", "", ".hidden"])
def test_a_key_that_no_address_could_have_is_refused(tmp_path: Path, key: str) -> None:
    outcome = begin(tmp_path, key)
    assert isinstance(outcome.exception, Refused)
    assert "such as missing-from-home" in str(outcome.exception)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "missing-from-home").mkdir()
    (tmp_path / "missing-from-home" / "module.toml").write_text("mine")
    assert "is there already; give another key" in str(begin(tmp_path).exception)
    assert (tmp_path / "missing-from-home" / "module.toml").read_text() == "mine"


def test_schemas_can_be_written_anywhere(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(schemas_command, ["--into", str(tmp_path)])
    assert outcome.exit_code == 0
    assert (tmp_path / FOLDER / "quiz.json").read_text(encoding="utf-8") == schemas()["quiz.json"]


def test_one_pack_of_several_can_be_read_by_itself(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "modules" / "six-themes", tmp_path / "six-themes")
    (tmp_path / "broken").mkdir()
    assert [pack.module.key for pack in read_packs_with_lines(tmp_path, "six-themes")] == ["six-themes"]
    with pytest.raises(ContentError, match=r"modules/six-theme: there is no such pack"):
        read_packs_with_lines(tmp_path, "six-theme")
