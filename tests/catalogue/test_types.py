"""What a question knows of itself: its parts, choices and key, its background and its lead-in."""

from pathlib import Path
from typing import Any

import pytest

from elearning.catalogue.library import Library
from elearning.catalogue.loader import read_packs
from elearning.catalogue.types import Item, Question, TrainingModule
from elearning.settings import ROOT
from tests.packs import write_pack


def question(stem: str = "What is it?", **given: Any) -> Question:
    head = {"id": "AA-01", "type": "single", "section": "s", "evidence": ["E1.01"], "outcome": "1.1", "level": "apply"}
    return Item.model_validate({**head, "stem": stem, **given})


def options(*right: bool) -> list[dict[str, object]]:
    return [{"text": f"Option {n}", "feedback": "Because.", "right": is_right} for n, is_right in enumerate(right)]


def pairs(*rights: str) -> list[dict[str, str]]:
    return [{"left": f"Left {n}", "right": right, "feedback": "Because."} for n, right in enumerate(rights)]


@pytest.mark.parametrize("kind", ["single", "scenario"])
def test_the_key_of_one_answer_is_its_position(kind: str) -> None:
    asked = question(type=kind, options=options(False, False, True))
    assert asked.key == (2,)
    assert asked.parts == asked.options
    assert asked.choices == ()


def test_the_key_of_several_answers_is_their_positions() -> None:
    assert question(type="multiple", options=options(True, False, False, True)).key == (0, 3)


def test_the_key_of_an_ordering_is_the_authors_order() -> None:
    asked = question(type="ordering", steps=[{"text": word, "feedback": "Because."} for word in ("c", "a", "b")])
    assert asked.key == (0, 1, 2)
    assert asked.parts == asked.steps


def test_the_key_of_a_matching_is_a_choice_for_each_pair() -> None:
    asked = question(type="matching", pairs=pairs("Tell", "Assess", "Refer", "Assess"))
    assert asked.choices == ("Assess", "Refer", "Tell")
    assert asked.key == (2, 0, 1, 0)
    assert asked.parts == asked.pairs


@pytest.mark.parametrize(
    ("stem", "background", "lead_in"),
    [
        ("What is it?", (), "What is it?"),
        ("It rains. What do you do?", ("It rains.",), "What do you do?"),
        ("It rains\nall day.\nWhat do you\ndo?", ("It rains all day.",), "What do you do?"),
        ("Monday.\n\nIt rains. It pours.\n\nWhat now?", ("Monday.", "It rains. It pours."), "What now?"),
        ("Monday.\n\nIt rains. What now?", ("Monday.", "It rains."), "What now?"),
        ("He says, 'I am fine.' What do you say?", ("He says, 'I am fine.'",), "What do you say?"),
        ("He says: ‘Go away!’ What do you say?", ("He says: ‘Go away!’",), "What do you say?"),
        ("He left. What do you say to 'I am fine. Go away.'?", ("He left.",), "What do you say to 'I am fine. Go away.'?"),
        ("'Where are you? I am here,' she writes. What now?", ("'Where are you? I am here,' she writes.",), "What now?"),
        ("Bring food, e.g. Bread or rice. What else?", ("Bring food, e.g. Bread or rice.",), "What else?"),
        ("It rains. Whom do you ring first, e.g. Amir or Beth?", ("It rains.",), "Whom do you ring first, e.g. Amir or Beth?"),
        ("You wait. Who tells Dr. Lee?", ("You wait.",), "Who tells Dr. Lee?"),
        ("It is 4.40pm. A boy of 13.5 waits. Put these in order.", ("It is 4.40pm. A boy of 13.5 waits.",), "Put these in order."),
        ("She waits … and goes. Is that safe?", ("She waits … and goes.",), "Is that safe?"),
    ],
)  # fmt: skip
def test_a_stem_is_a_background_and_a_lead_in(stem: str, background: tuple[str, ...], lead_in: str) -> None:
    asked = question(stem)
    assert asked.background == background
    assert asked.lead_in == lead_in


@pytest.fixture(scope="module")
def modules() -> list[TrainingModule]:
    return read_packs(ROOT / "modules")


def test_every_question_we_teach_with_ends_in_a_question_or_a_task(modules: list[TrainingModule]) -> None:
    for module in modules:
        for asked in (*module.practice, *module.items):
            assert asked.lead_in.endswith("?") or asked.lead_in.startswith(("Put ", "Match ", "Choose ", "Select ")), (
                asked.id
            )
            assert " ".join((*asked.background, asked.lead_in)) == " ".join(asked.stem.split())


def test_a_module_finds_its_parts_by_name(sample_library: Library) -> None:
    (module,) = sample_library
    assert module.item["SM-06"].id == "SM-06"
    assert module.section["the-idea"].title == "The idea"
    assert module.point["E1.02"].may_change
    assert [item.id for item in module.practice_of("what-next")] == ["SM-P02"]
    assert module.practice_of("before-you-start") == ()
    assert module.form_length == 4


def test_a_library_is_in_the_order_of_its_titles(tmp_path: Path) -> None:
    for name, title in (("aaa-module", "Zebras"), ("zzz-module", "Apples")):
        write_pack(tmp_path / name)
        toml = tmp_path / name / "module.toml"
        toml.write_text(toml.read_text().replace("Sample module", title))
    library = Library.read(tmp_path)
    assert [module.title for module in library] == ["Apples", "Zebras"]
    assert library.find("aaa-module") is library.modules["aaa-module"]
    assert library.find("no-module") is None
