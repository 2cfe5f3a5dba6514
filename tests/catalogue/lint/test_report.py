"""From a pack on disk to lines with places, and what an author may accept."""

import datetime as dt
from pathlib import Path

import pytest

from elearning.catalogue.lint.citing import coverage
from elearning.catalogue.lint.figures import count_figures
from elearning.catalogue.lint.report import Line, lint
from elearning.catalogue.loader import Pack, read_packs_with_lines
from elearning.catalogue.rules import content_digest
from elearning.settings import ROOT
from tests.packs import write_pack

TODAY = dt.date(2026, 3, 2)
REAL = read_packs_with_lines(ROOT / "modules")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    write_pack(tmp_path / "sample-module")
    return tmp_path / "sample-module"


def edit(pack: Path, file: str, old: str, new: str) -> None:
    source = (pack / file).read_text(encoding="utf-8")
    assert old in source
    (pack / file).write_text(source.replace(old, new, 1), encoding="utf-8")


def lines(pack: Path, rule: str) -> list[Line]:
    (read,) = read_packs_with_lines(pack.parent)
    return [line for line in lint(read, TODAY) if line.rule == rule]


def test_a_finding_in_a_question_names_its_line_and_whom_it_is_about(pack: Path) -> None:
    edit(pack, "quiz.yaml", "text: Option 1 of SM-04", "text: All of the above")
    (line,) = lines(pack, "L02")
    assert str(line) == (
        "modules/sample-module/quiz.yaml:89: L02 error: item SM-04, option 2: "
        "this option points to other options, which are shuffled; write what it means"
    )


def test_a_finding_in_a_section_names_its_line(pack: Path) -> None:
    edit(pack, "02-the-idea.md", "- Another. {-}", "- He absconded. {-}")
    (line,) = lines(pack, "L22")
    assert str(line) == 'modules/sample-module/02-the-idea.md:16: L22 error: "absconded": say missing'


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("scenario.yaml", "Walk on\n", "Let Wren abscond\n", "scenario.yaml:29: L22 error: scene door, choice 1: "),
        ("scenario.yaml", "A plan is made in the spring", "Wren absconds", "scenario.yaml:86: L22 error: ending wet: "),
        ("scenario.yaml", "Wren missed the bus", "Wren absconded", "scenario.yaml:21: L22 error: piece bus: "),
        ("team.toml", "Find where it rains", "Find who absconded", "team.toml:11: L22 error: step 2: "),
        ("module.toml", "When I see a coat", "When one absconds", "module.toml:10: L22 error: pledge 2: "),
    ],
)
def test_a_finding_in_the_story_the_team_sheet_or_a_pledge_names_its_place(
    pack: Path, file: str, old: str, new: str, said: str
) -> None:
    edit(pack, file, old, new)
    (line,) = lines(pack, "L22")
    assert str(line).startswith(f"modules/sample-module/{said}")


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "where"),
    [
        (
            "quiz.yaml",
            "  - id: SM-04\n",
            "  - id: SM-04\n    allow: {L02: It is a quotation.}\n",
            "L02",
            "quiz.yaml:90",
        ),
        (
            "02-the-idea.md",
            "teaching: true\n",
            "teaching: true\nallow: {L22: It is a quotation.}\n",
            "L22",
            "02-the-idea.md:17",
        ),
        (
            "evidence.yaml",
            "    confidence: M\n",
            "    confidence: M\n    allow: {L26: It is a quotation.}\n",
            "L26",
            "evidence.yaml:12",
        ),
        ("module.toml", "[review]", '[allow]\nL15 = "It is a quotation."\n\n[review]', "L15", "quiz.yaml:28"),
    ],
)
def test_a_finding_is_accepted_with_a_reason(pack: Path, file: str, old: str, new: str, rule: str, where: str) -> None:
    edit(pack, "quiz.yaml", "text: Option 1 of SM-04", "text: All of the above")
    edit(pack, "02-the-idea.md", "- Another. {-}", "- He absconded. {-}")
    edit(pack, "evidence.yaml", "whose: law", "whose: review")
    before = lines(pack, rule)
    edit(pack, file, old, new)
    after = lines(pack, rule)
    assert [line.accepted for line in before] == [None]
    assert [(line.file.removeprefix("modules/sample-module/"), line.accepted) for line in after] == [
        (where.split(":", maxsplit=1)[0], "It is a quotation.")
    ]
    assert str(after[0]).startswith(f"modules/sample-module/{where}: {rule} accepted: ")
    assert str(after[0]).endswith("(reason: It is a quotation.)")


def test_a_reason_that_nothing_needs_is_named(pack: Path) -> None:
    edit(pack, "quiz.yaml", "  - id: SM-04\n", "  - id: SM-04\n    allow: {L02: No longer so.}\n")
    (line,) = lines(pack, "L02")
    assert str(line).startswith("modules/sample-module/quiz.yaml:80: L02 warning: item SM-04")
    assert "take it out" in line.words


def test_allow_changes_the_content_only_where_it_is_used(pack: Path) -> None:
    (before,) = read_packs_with_lines(pack.parent)
    edit(pack, "quiz.yaml", "  - id: SM-04\n", "  - id: SM-04\n    allow: {}\n")
    (empty,) = read_packs_with_lines(pack.parent)
    edit(pack, "quiz.yaml", "allow: {}", "allow: {L02: A reason.}")
    (used,) = read_packs_with_lines(pack.parent)
    assert content_digest(before.module) == content_digest(empty.module) != content_digest(used.module)


def test_coverage_names_sections_questions_and_scenes(pack: Path) -> None:
    (read,) = read_packs_with_lines(pack.parent)
    first, second = coverage(read.module)
    assert (first.point, first.taught, first.assessed[:3]) == ("E1.01", ("the-idea",), ("SM-P01", "SM-P02", "SM-01"))
    assert first.told == ("scene door", "scene street", "scene office", "team sheet")
    assert (second.taught, second.assessed, second.told) == (("the-idea", "what-next"), (), ())


def test_figures_count_what_the_pack_holds(pack: Path) -> None:
    edit(pack, "evidence.yaml", "whose: law", "whose: review")  # taught, but not asked about
    (read,) = read_packs_with_lines(pack.parent)
    found = count_figures(read.module)
    assert {level: sum(kinds.values()) for level, kinds in found.items.items()} == {
        "recall": 2,
        "understand": 4,
        "apply": 6,
    }
    assert found.items["apply"]["scenario"] == 4
    assert [one.name for one in found.readings][-2:] == ["the story, all ways", "the team sheet"]
    assert (found.readings[-1].words, found.readings[-1].minutes) == (31, 20)
    assert (found.points_cited, found.points, found.review_points_covered, found.review_points) == (2, 2, 1, 2)


@pytest.mark.parametrize("real", REAL, ids=lambda real: real.module.key)
def test_the_real_packs_have_no_error(real: Pack) -> None:
    newest = max(source.checked_on for source in real.module.sources.values())
    errors = [str(line) for line in lint(real, newest) if line.severity == "error" and line.accepted is None]
    assert errors == []
