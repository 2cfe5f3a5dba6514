"""modules/README.md names every field there is with the words of its type, and its examples are the sample's."""

import re
from typing import get_args

import pytest

from elearning.catalogue import types
from elearning.catalogue.cli import SAMPLE
from elearning.catalogue.help import Help
from elearning.catalogue.prose import CALLOUTS
from elearning.settings import ROOT

PAGE = (ROOT / "modules" / "README.md").read_text(encoding="utf-8")


def fields(model: type[types.Frozen], before: str = "") -> dict[str, str | None]:
    """What each field of a model is, under its name on the page: "title", "options.text"."""
    found: dict[str, str | None] = {}
    for name, field in model.model_fields.items():
        inner = [kind for kind in (field.annotation, *get_args(field.annotation)) if isinstance(kind, type)]
        parts = [kind for kind in inner if issubclass(kind, types.Frozen)]
        found |= fields(parts[0], f"{before}{name}.") if parts else {before + name: field.description}
    return found


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("module.toml", fields(types.ModuleHead)),
        ("team.toml", fields(types.TeamSheet)),
        ("Sections", fields(types.SectionHead)),
        ("quiz.yaml", fields(types.Item) | fields(types.PracticeItem)),
        ("evidence.yaml", fields(types.Source, "sources.") | fields(types.EvidencePoint, "points.")),
        (
            "scenario.yaml",
            fields(types.ScenarioHead)
            | fields(types.Gauge, "gauges.")
            | fields(types.Piece, "pieces.")
            | fields(types.Role, "roles.")
            | fields(types.Scene, "scenes.")
            | fields(types.Ending, "endings."),
        ),
        ("help.toml", fields(Help)),
    ],
)
def test_every_field_has_its_row(heading: str, expected: dict[str, str | None]) -> None:
    chapter = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([a-z_.]+)` \| (.+) \|$", chapter, re.MULTILINE)
    assert len(rows) == len(expected)
    assert dict(rows) == expected


@pytest.mark.parametrize("words", [types.ItemType, types.Level, types.Whose, CALLOUTS])
def test_every_word_to_choose_from_is_named(words: list[str]) -> None:
    assert [word for word in words if f"`{word}`" not in PAGE] == []


def test_the_examples_stand_in_the_sample() -> None:
    """So what an author copies from the page is read by the loader in another test."""
    sample = {line.rstrip() for path in SAMPLE.iterdir() for line in path.read_text(encoding="utf-8").splitlines()}
    examples = re.findall(r"^```(?:toml|yaml|markdown)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(examples) > 5
    assert [line for example in examples for line in example.splitlines() if line and line not in sample] == []
