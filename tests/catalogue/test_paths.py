"""Stories: how a choice moves them on, every way through, and each slip with the exact words an author reads."""

from pathlib import Path

import pytest

from elearning.catalogue.loader import read_packs
from elearning.catalogue.paths import first_stand, next_stand, paths
from elearning.catalogue.types import Scenario
from elearning.core.errors import ContentError
from elearning.settings import ROOT
from tests.packs import write_pack

PACK = "sample-module"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    write_pack(tmp_path / PACK)
    return tmp_path / PACK


@pytest.fixture
def story(pack: Path) -> Scenario:
    return story_of(pack)


def story_of(pack: Path) -> Scenario:
    (module,) = read_packs(pack.parent)
    assert module.scenario is not None
    return module.scenario


def edit(pack: Path, *edits: tuple[str, str]) -> None:
    file = pack / "scenario.yaml"
    text = file.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text, "the edit does not fit the sample story"
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")


def problems_of(pack: Path) -> list[str]:
    with pytest.raises(ContentError) as error:
        read_packs(pack.parent)
    return [problem.removeprefix(f"modules/{PACK}/") for problem in error.value.problems]


ROLES = (
    "roles:\n"
    "  - {id: caretaker, name: The caretaker, scene: door, piece: coat}\n"
    "  - {id: driver, name: The driver, scene: street, piece: bus}\nscenes:\n"
)


def test_a_choice_moves_the_gauges_and_shares_pieces(story: Scenario) -> None:
    start = first_stand(story, 0)
    assert (start.scene, start.levels, start.shared) == ("door", {"trust": 2, "picture": 1}, frozenset())
    told = next_stand(story, start, 1)
    assert (told.scene, told.levels, told.shared) == ("office", {"trust": 3, "picture": 3}, frozenset({"coat"}))
    assert next_stand(story, told, 0).ending == "dry"
    assert next_stand(story, told, 1).ending == "wet"


def test_a_gauge_stays_between_its_first_and_its_last_state(pack: Path) -> None:
    edit(pack, ("moves: {trust: -1}", "moves: {trust: -9, picture: 9}"))
    story = story_of(pack)
    assert next_stand(story, first_stand(story, 0), 0).levels == {"trust": 1, "picture": 4}


def test_every_way_is_walked(story: Scenario) -> None:
    assert [way.choices for way in paths(story)] == [
        (0, 0), (0, 1), (1, 0), (1, 1), (2, 0, 0), (2, 0, 1), (2, 1, 0), (2, 1, 1)
    ]  # fmt: skip
    assert {way.stands[-1].ending for way in paths(story)} == {"dry", "wet"}


def test_each_role_begins_in_its_own_scene_with_its_own_piece(pack: Path) -> None:
    edit(pack, ("scenes:\n", ROLES), ("shares: [bus]", "shares: [own]"))
    edit(pack, ("trust: 1, picture: 1}", "trust: 1, picture: 2}"))
    story = story_of(pack)
    driver = first_stand(story, 1)
    assert driver.scene == "street"
    assert next_stand(story, driver, 1).shared == {"bus"}
    assert len(list(paths(story))) == 8 + 4


def test_a_pack_needs_no_story(pack: Path) -> None:
    (pack / "scenario.yaml").unlink()
    assert read_packs(pack.parent)[0].scenario is None


SLIPS: list[tuple[str, list[tuple[str, str]], list[str]]] = [
    # Where it leads
    ("a circle", [("        next: office\n      - text: Stop", "        next: door\n      - text: Stop")],
     ['scenario.yaml:51: scene street, choice 1: this leads back to "door", so the story goes in a circle']),
    ("a scene that leads to itself", [("        next: street", "        next: door")],
     ['scenario.yaml:42: scene door, choice 3: this leads back to "door", so the story goes in a circle']),
    ("a scene that nothing leads to", [("        next: street", "        next: office")],
     ["scenario.yaml:43: scene street: no way through the story comes to this scene"]),
    ("next left out", [("        next: street\n", "")],
     ["scenario.yaml:40: scene door, choice 3: next is missing"]),
    ("next that is not there", [("        next: street", "        next: stret")],
     ['scenario.yaml:42: scene door, choice 3: there is no scene "stret"; did you mean "street"?']),
    ("a scene without choices", [("    choices:\n      - text: Drive off", "    choices: []\n    other:\n      - text: Drive off")],
     ["scenario.yaml:48: scene street: give at least 2 choices, not 0",
      'scenario.yaml:49: scene street: there is no field "other"']),
    ("an ending that nobody reaches", [("needs: {trust: 3, picture: 4}", "needs: {}")],
     ["scenario.yaml:84: ending wet: no way through the story comes to this ending"]),
    ("no ending for some", [("    reached: late\n", "    reached: late\n    needs: {trust: 2}\n")],
     ["scenario.yaml:88: ending wet: leave needs out of the last ending, so that every way ends somewhere"]),
    ("a glimpse that nobody has", [("needs: {picture: 3}", "needs: {picture: 4}")],
     ["scenario.yaml:64: scene office, glimpse 1: no way through the story shows this"]),
    ("two scenes of one name", [("  - id: street", "  - id: door")],
     ["scenario.yaml:42: scene door, choice 3: there is no scene \"street\"",
      "scenario.yaml:43: scene door: this id is given twice"]),
    ("a scene called ending", [("  - id: street", "  - id: ending"), ("next: street", "next: ending")],
     ['scenario.yaml:43: scene ending: "ending" is the word for the end of the story; give the scene another id']),
    # What follows
    ("nothing follows", [("        follows: Wren goes on waiting in the rain, because nobody who saw it stopped to ask.\n", "")],
     ["scenario.yaml:29: scene door, choice 1: follows is missing"]),
    ("what follows is empty", [("follows: Wren goes on waiting in the rain, because nobody who saw it stopped to ask.", "follows:")],
     ["scenario.yaml:30: scene door, choice 1: follows is empty"]),
    ("what follows gives no reason", [("follows: Wren goes on waiting in the rain, because nobody who saw it stopped to ask.", "follows: Oh dear.")],
     ["scenario.yaml:30: scene door, choice 1: follows has 2 words; say what follows and why in 12 to 90"]),
    ("a death on the way", [("Wren goes on waiting in the rain", "Wren nearly died in the rain")],
     ['scenario.yaml:30: scene door, choice 1: "died": nobody dies in a story; teach by what the adults can or cannot see']),
    ("a death at the end", [("A plan is made in the spring.", "There is a funeral.")],
     ['scenario.yaml:84: ending wet: "funeral": no story ends in a death; end with a person reached or a plan made']),
    ("an ending of another kind", [("reached: late", "reached: death")],
     ["scenario.yaml:87: ending wet: reached must be 'early', 'late' or 'very late', not 'death'"]),
    # Gauges and pieces
    ("a gauge that is not there", [("moves: {trust: -1}", "moves: {trsut: -1}")],
     ['scenario.yaml:31: scene door, choice 1: there is no gauge "trsut"; did you mean "trust"?']),
    ("an ending that needs no gauge there is", [("needs: {trust: 3, picture: 4}", "needs: {hope: 3}")],
     ['scenario.yaml:83: ending dry: there is no gauge "hope"']),
    ("a move in words", [("moves: {trust: -1}", "moves: {trust: down}")],
     ["scenario.yaml:31: scene door, choice 1: trust must be a whole number, not 'down'"]),
    ("moves that are one word", [("moves: {trust: -1}", "moves: down")],
     ["scenario.yaml:31: scene door, choice 1: moves must have names, each with a colon and its value, not 'down'"]),
    ("too few states", [("[None, A little, Some, A lot]", "[None, Some, A lot]")],
     ["scenario.yaml:14: gauge trust: give at least 4 states, not 3"]),
    ("a start that is no state", [("starts: 2", "starts: 7")],
     ["scenario.yaml:13: gauge trust: starts is 7, but there are 4 states"]),
    ("a piece that is not there", [("shares: [coat]", "shares: [coats]")],
     ['scenario.yaml:37: scene door, choice 2: there is no piece "coats"; did you mean "coat"?']),
    ("an own piece without roles", [("shares: [coat]", "shares: [own]")],
     ['scenario.yaml:37: scene door, choice 2: there is no piece "own"']),
    ("a piece that stays in a pocket", [("shares: [bus]", "shares: [coat]"), ("shares: [coat, bus]", "shares: [coat]")],
     ["scenario.yaml:21: piece bus: no choice shares this piece"]),
    # The best choice
    ("no best choice", [("        best: true\n", "")],
     ["scenario.yaml:28: scene door: exactly one choice is best, not 0"]),
    ("the best choices end late", [("    reached: early", "    reached: late")],
     ['scenario.yaml:79: ending dry: the best choices from scene "door" end here, reached late, not early']),
    # The rest
    ("not said to be invented", [("fictional: true", "fictional: false")],
     ["scenario.yaml:3: a story is invented, with invented people and places; then say fictional: true"]),
    ("evidence that is not there", [("    evidence: [E1.01]", "    evidence: [E1.09]")],
     ['scenario.yaml:27: scene door: there is no evidence point "E1.09"']),
    ("a role in no scene", [("scenes:\n", "roles:\n  - {id: cook, name: The cook, scene: kitchen, piece: soup}\nscenes:\n")],
     ['scenario.yaml:23: role cook: there is no scene "kitchen"',
      'scenario.yaml:23: role cook: there is no piece "soup"']),
    ("no endings", [("endings:", "ends:")],
     ["scenario.yaml: endings is missing",
      'scenario.yaml:78: there is no field "ends"; did you mean "endings"?']),
    ("gauges that are names", [("gauges:\n  - id: trust\n", "gauges:\n  trust:\n")],
     ["scenario.yaml:15: this is not YAML: this line does not fit the ones above; check the spaces before it, and quotation marks"]),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "told"), [slip[1:] for slip in SLIPS], ids=[slip[0] for slip in SLIPS])
def test_one_slip_is_told_in_plain_words(pack: Path, edits: list[tuple[str, str]], told: list[str]) -> None:
    edit(pack, *edits)
    assert sorted(problems_of(pack)) == sorted(told)


def test_many_slips_are_told_at_once(pack: Path) -> None:
    edit(
        pack,
        ("title: Two doors\n", ""),
        ("moves: {trust: -1}", "moves: {hope: -1}"),
        ("next: street", "next: nowhere"),
        ("reached: late", "reached: never"),
    )
    assert len(problems_of(pack)) == 4


def test_a_story_too_wide_to_walk_is_told_before_it_is_walked(pack: Path) -> None:
    choices = "".join(
        f"      - text: Way {n}\n        follows: {'This is followed by that and there is a reason for it, too.'}\n"
        f"        next: NEXT\n{'        best: true' + chr(10) if n == 0 else ''}"
        for n in range(5)
    )
    scenes = "".join(
        f"  - id: s{n}\n    title: Scene {n}\n    who: You.\n    see: Something.\n    evidence: [E1.01]\n    choices:\n"
        + choices.replace("NEXT", f"s{n + 1}" if n < 9 else "ending")
        for n in range(10)
    )
    text = (pack / "scenario.yaml").read_text(encoding="utf-8")
    head, tail = text.split("scenes:\n")[0], text[text.index("endings:") :]
    (pack / "scenario.yaml").write_text(f"{head}scenes:\n{scenes}{tail}", encoding="utf-8")
    assert problems_of(pack) == ["scenario.yaml:22: there are 9,765,625 ways through the story; keep them under 10,000"]


@pytest.mark.parametrize(
    "module", [m for m in read_packs(ROOT / "modules") if m.scenario], ids=lambda module: module.key
)
def test_our_own_stories_fit_a_phone(module: object) -> None:
    scenario = module.scenario  # type: ignore[attr-defined]  # of a module
    for scene in scenario.scenes:
        assert len(scene.see.split()) <= 90, scene.id
        for choice in scene.choices:
            assert len(choice.text.split()) <= 45, (scene.id, choice.text)
