"""Packs broken in one place, each with the exact words an author reads."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elearning.catalogue.loader import LARGEST_FILE, read_packs
from elearning.core.errors import ContentError
from tests.packs import write_pack

PACK = "sample-module"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    write_pack(tmp_path / PACK)
    return tmp_path / PACK


def problems_of(pack: Path) -> list[str]:
    """Everything that is wrong, without the "modules/sample-module/" that each line begins with."""
    with pytest.raises(ContentError) as error:
        read_packs(pack.parent)
    return [problem.removeprefix(f"modules/{PACK}/") for problem in error.value.problems]


@dataclass(frozen=True)
class Slip:
    """One edit to a sound pack (the first `old` in a file becomes `new`), and what the author is told."""

    about: str
    file: str
    old: str
    new: str
    told: str | list[str]


SLIPS = [
    # Options, steps and pairs
    Slip("feedback left out", "quiz.yaml", FIRST_FEEDBACK := '\n        feedback: "Option 0 of SM-P01 – this is what the note says and why it helps the child."', "",
         "quiz.yaml:8: practice item SM-P01, option 1: feedback is missing"),
    Slip("feedback empty", "quiz.yaml", FIRST_FEEDBACK, "\n        feedback:",
         "quiz.yaml:9: practice item SM-P01, option 1: feedback is empty"),
    Slip("feedback of two words", "quiz.yaml", FIRST_FEEDBACK, "\n        feedback: Well done!",
         "quiz.yaml:9: practice item SM-P01, option 1: feedback has 2 words; give a reason in 8 to 60"),
    Slip("feedback twice the same", "quiz.yaml", "Option 0 of SM-P01 – this is what the note says and why it helps the child.", "Option 1 of SM-P01 – this sounds kind but leaves the child waiting alone.",
         "quiz.yaml:12: practice item SM-P01, option 2: this feedback is the same as another of the question"),
    Slip("the same option twice", "quiz.yaml", "Option 1 of SM-01", "option 0 of SM-01",
         'quiz.yaml:39: item SM-01, option 2: "option 0 of SM-01" is given twice'),
    Slip("two right options", "quiz.yaml", "      - text: Option 0 of SM-01\n", "      - text: Option 0 of SM-01\n        right: true\n",
         "quiz.yaml:36: item SM-01: exactly one option is right, not 2"),
    Slip("no right option", "quiz.yaml", "        right: true\n", "",
         "quiz.yaml:7: practice item SM-P01: exactly one option is right, not 0"),
    Slip("right says yes", "quiz.yaml", "right: true", "right: yes",
         "quiz.yaml:11: practice item SM-P01, option 2: right must be true or false, not 'yes'"),
    Slip("an option that YAML takes for true", "quiz.yaml", "text: Option 0 of SM-01", "text: true",
         "quiz.yaml:37: item SM-01, option 1: text is read as true or false; put the word in quotes to make it text"),
    Slip("an option that YAML takes for nothing", "quiz.yaml", "text: Option 0 of SM-01", "text: null",
         "quiz.yaml:37: item SM-01, option 1: text is null; leave the line out, or put the word in quotes"),
    Slip("options that are one word", "quiz.yaml", "    options:\n", "    options: none\n    opts:\n",
         ["quiz.yaml:7: practice item SM-P01: options must be a list; begin each line with a dash, not 'none'",
          'quiz.yaml:8: practice item SM-P01: there is no field "opts"; did you mean "options"?']),
    Slip("an option that is a list", "quiz.yaml", "text: Option 0 of SM-01", "text: [a, [b, {c: d}]]",
         "quiz.yaml:37: item SM-01, option 1: text must be text"),
    Slip("two options only", "quiz.yaml", '      - text: Option 2 of SM-01\n        feedback: "Option 2 of SM-01 – this asks the child to carry what adults should carry."\n', "",
         "quiz.yaml:36: item SM-01: give 3 to 5 options, not 2"),
    Slip("several answers, of which one is right", "quiz.yaml", "type: scenario", "type: multiple",
         ["quiz.yaml:86: item SM-04: give 4 to 7 options, not 3",
          "quiz.yaml:86: item SM-04: 2 or more options are right, but not all; here it is 1 of 3"]),
    Slip("one pair too few", "quiz.yaml", "      - left: Left 2 of SM-03\n        right: Right 0 of SM-03\n        feedback: Left 2 goes with this one because the note says so.\n", "",
         "quiz.yaml:69: item SM-03: give 3 to 6 pairs, not 2"),
    Slip("pairs that all go with one thing", "quiz.yaml", "right: Right 1 of SM-03", "right: Right 0 of SM-03",
         "quiz.yaml:69: item SM-03: give at least two different right-hand sides"),
    Slip("steps in a question with options", "quiz.yaml", "type: ordering", "type: single",
         "quiz.yaml:109: item SM-06: a question of type single has options and nothing else"),
    # Items
    Slip("a word nobody knows", "quiz.yaml", "type: scenario", "type: story",
         "quiz.yaml:82: item SM-04: type must be 'single', 'scenario', 'multiple', 'ordering' or 'matching', not 'story'"),
    Slip("a field misspelt", "quiz.yaml", "    stem: Something happens in SM-01", "    steem: Something happens in SM-01",
         ["quiz.yaml:29: item SM-01: stem is missing",
          'quiz.yaml:35: item SM-01: there is no field "steem"; did you mean "stem"?']),
    Slip("an id of the wrong form", "quiz.yaml", "id: SM-01", "id: SM-1",
         "quiz.yaml:29: item SM-1: id must look like RM-07, not 'SM-1'"),
    Slip("a practice id in the bank", "quiz.yaml", "id: SM-01", "id: SM-P09",
         "quiz.yaml:29: item SM-P09: id must look like RM-07, not 'SM-P09'"),
    Slip("no id", "quiz.yaml", "  - id: SM-01\n    outcome", "  - outcome",
         "quiz.yaml:29: item 1: id is missing"),
    Slip("an id given twice", "quiz.yaml", "id: SM-02", "id: SM-01",
         "quiz.yaml:44: item SM-01: this id is given twice"),
    Slip("a section that is not there", "quiz.yaml", "section: the-idea", "section: the-ideas",
         ['quiz.yaml:4: practice item SM-P01: there is no section "the-ideas"; did you mean "the-idea"?',
          "02-the-idea.md: a teaching section needs a practice item in quiz.yaml"]),
    Slip("an outcome that is not there", "quiz.yaml", "outcome: 1.1", "outcome: 9.9",
         ['quiz.yaml:30: item SM-01: there is no outcome "9.9"',
          "quiz.yaml:28: outcome 1.1 has 2 recall or understand items; 3 attempts need 3"]),
    Slip("evidence that is not there", "quiz.yaml", "evidence: [E1.01]", "evidence: [E1.01, E1.09]",
         'quiz.yaml:5: practice item SM-P01: there is no evidence point "E1.09"'),
    Slip("evidence of the wrong form", "quiz.yaml", "evidence: [E1.01]", "evidence: [E1.1]",
         "quiz.yaml:5: practice item SM-P01: evidence 1 must look like E1.23, not 'E1.1'"),
    Slip("no evidence", "quiz.yaml", "evidence: [E1.01]", "evidence: []",
         "quiz.yaml:5: practice item SM-P01: give at least 1 evidence, not 0"),
    Slip("a bank too small", "quiz.yaml", "level: apply", "level: recall",
         "quiz.yaml:28: outcome 1.1 has 2 apply items; 3 attempts need 3"),
    # YAML
    Slip("a tab", "quiz.yaml", "    type: single", "\ttype: single",
         "quiz.yaml:3: this is not YAML: there is a tab; indent with spaces"),
    Slip("a tab before a dash", "quiz.yaml", "      - text: Option 0 of SM-P01", "\t- text: Option 0 of SM-P01",
         "quiz.yaml:8: this is not YAML: there is a tab, or text that begins with a sign such as @ or %; "
         "indent with spaces, and quote such text"),
    Slip("a colon in unquoted text", "quiz.yaml", "stem: Try this first.", "stem: Try this: first.",
         "quiz.yaml:6: this is not YAML: there is a colon inside unquoted text; put the text in quotes"),
    Slip("a quotation that does not end", "evidence.yaml", 'September 2021"', "September 2021",
         "evidence.yaml:3: this is not YAML: a quotation mark is not closed"),
    Slip("a field given twice", "quiz.yaml", "    type: single\n", "    type: single\n    type: multiple\n",
         ['quiz.yaml:4: "type" is given twice',
          "quiz.yaml:8: practice item SM-P01: give 4 to 7 options, not 3",
          "quiz.yaml:8: practice item SM-P01: 2 or more options are right, but not all; here it is 1 of 3"]),
    Slip("an anchor", "quiz.yaml", "stem: Try this first.", "stem: &first Try this first.",
         "quiz.yaml:6: text that begins with & or * goes in quotes"),
    Slip("an alias", "quiz.yaml", "stem: Try this first. What is it?", "stem: *first",
         "quiz.yaml:6: text that begins with & or * goes in quotes"),
    Slip("bold text that reads as an alias", "quiz.yaml", "stem: Try this first.", "stem: **Try** this first.",
         "quiz.yaml:6: this is not YAML: text that begins with & or * goes in quotes"),
    Slip("a tag", "quiz.yaml", "stem: Try this first.", "stem: !!python/object/apply:os.system [ls]",
         "quiz.yaml:6: text that begins with ! goes in quotes"),
    Slip("a name that is a list", "quiz.yaml", "practice:\n", "[a, b]: c\npractice:\n",
         "quiz.yaml:1: text that begins with [ or { goes in quotes"),
    Slip("a list without end", "quiz.yaml", "practice:\n", "practice: " + 5000 * "[",
         "quiz.yaml:1: this is nested too deeply"),
    Slip("a character that does not print", "quiz.yaml", "Try this first", "Try this\x07 first",
         "quiz.yaml:6: there is a character that does not print; delete it"),
    Slip("the same, written as an escape", "quiz.yaml", "stem: Try this first. What is it?", 'stem: "Try this\\u0007 first."',
         "quiz.yaml:6: practice item SM-P01: stem has a character that does not print; delete it"),
    Slip("half a character", "quiz.yaml", "stem: Try this first. What is it?", 'stem: "Try this \\ud800"',
         "quiz.yaml:6: this is not YAML: there is half a character, such as \\ud800; delete it"),
    Slip("a group misspelt", "quiz.yaml", "items:\n", "itms:\n",
         ["quiz.yaml: items is missing",
          'quiz.yaml:28: there is no field "itms"; did you mean "items"?']),
    Slip("a file that is a list", "evidence.yaml", "sources:\n", "- sources:\n",
         "evidence.yaml:5: this is not YAML: this line does not fit the ones above; check the spaces before it, and quotation marks"),
    # Evidence
    Slip("a source that is not there", "evidence.yaml", "    source: note\n    place", "    source: notes\n    place",
         'evidence.yaml:9: point E1.01: there is no source "notes"; did you mean "note"?'),
    Slip("an evidence point given twice", "evidence.yaml", "id: E1.02", "id: E1.01",
         ['02-the-idea.md:12: there is no evidence point "E1.02"',
          '03-what-next.md:7: there is no evidence point "E1.02"',
          "evidence.yaml:12: point E1.01: this id is given twice"]),
    Slip("a date written our way", "evidence.yaml", "2026-03-01", "1 March 2026",
         "evidence.yaml:4: source \"note\": checked_on must be a date like 2026-03-01, not '1 March 2026'"),
    Slip("whose it is not", "evidence.yaml", "whose: review", "whose: ours",
         "evidence.yaml:8: point E1.01: whose must be 'review', 'other-review', 'birmingham', 'other-area', 'national' or 'law', not 'ours'"),
    Slip("sources that are a list", "evidence.yaml", "  note:\n    label", "  - note:\n    label",
         "evidence.yaml:1: sources must be names, each with its fields below it"),
    # module.toml
    Slip("TOML that does not parse", "module.toml", 'title = "Sample module"', "title = Sample module",
         "module.toml:3: this is not TOML: Invalid value; text stands in quotes"),
    Slip("a key of another folder", "module.toml", 'key = "sample-module"', 'key = "other-module"',
         'module.toml:1: key is "other-module" but the folder is "sample-module"'),
    Slip("a key in capitals", "module.toml", 'key = "sample-module"', 'key = "Sample Module"',
         "module.toml:1: key must look like some-short-name, not 'Sample Module'"),
    Slip("minutes in words", "module.toml", "minutes = 20", 'minutes = "twenty"',
         "module.toml:6: minutes must be a whole number, not 'twenty'"),
    Slip("too few minutes", "module.toml", "minutes = 20", "minutes = 2",
         "module.toml:6: minutes must be 10 or more, not 2"),
    Slip("a title that no certificate has room for", "module.toml", "Sample module", 121 * "x",
         "module.toml:3: title has more than 120 characters"),
    Slip("a pass mark out of reach", "module.toml", "pass_mark = 3", "pass_mark = 5",
         "module.toml:32: pass_mark is more than the 4 questions of a quiz"),
    Slip("an outcome without its words", "module.toml", 'text = "Recognise the first thing."', "",
         "module.toml:17: outcome 1.1: text is missing"),
    Slip("one outcome only", "module.toml", '[[outcomes]]\nid = "1.2"\ntext = "Choose the second thing."\n'
         'confidence = "I can choose the second thing."\n', "",
         ["module.toml: give at least 2 outcomes, not 1",
          'quiz.yaml:124: item SM-07: there is no outcome "1.2"',
          'quiz.yaml:139: item SM-08: there is no outcome "1.2"',
          'quiz.yaml:157: item SM-09: there is no outcome "1.2"',
          'quiz.yaml:174: item SM-10: there is no outcome "1.2"',
          'quiz.yaml:189: item SM-11: there is no outcome "1.2"',
          'quiz.yaml:204: item SM-12: there is no outcome "1.2"']),
    Slip("brackets without end", "module.toml", "version = 1", "version = " + 5000 * "[",
         "module.toml: this is nested too deeply"),
    Slip("a number without end", "module.toml", "version = 1", "version = " + 5000 * "1",
         "module.toml: a number is too long"),
    Slip("one pledge only", "module.toml", ', "When I see a coat, I will say so the same day."', "",
         "module.toml:10: give at least 2 pledges, not 1"),
    Slip("an outcome that nobody rates", "module.toml", 'confidence = "I can recognise the first thing."', "",
         "module.toml:17: outcome 1.1: confidence is missing"),
    # The team sheet
    Slip("a team sheet without an opening", "team.toml", 'say_first = "Anyone may step out."', "",
         "team.toml: say_first is missing"),
    Slip("a step without end", "team.toml", "minutes = 10", "minutes = 100",
         "team.toml:10: step 2: minutes must be 15 or less, not 100"),
    Slip("a step that leans on nothing", "team.toml", "E1.01", "E1.07",
         'team.toml:7: step 1: there is no evidence point "E1.07"'),
    Slip("a discussion of two steps", "team.toml", '[[steps]]\nminutes = 10\ntext = "Find where it rains."\n', "",
         "team.toml: give at least 3 steps, not 2"),
    # Sections
    Slip("front matter without its lines", "02-the-idea.md", "---\n", "",
         "02-the-idea.md:1: begin the file with its title, minutes and teaching between two lines of ---"),
    Slip("a section without minutes", "02-the-idea.md", "minutes: 2\n", "",
         "02-the-idea.md:2: minutes is missing"),
    Slip("a section of an hour", "02-the-idea.md", "minutes: 2", "minutes: 60",
         "02-the-idea.md:3: minutes must be 5 or less, not '60'"),
    Slip("teaching, yes", "02-the-idea.md", "teaching: true", "teaching: yes",
         "02-the-idea.md:4: teaching must be true or false, not 'yes'"),
    Slip("a paragraph that cites nothing", "02-the-idea.md", "The first thing is so. {E1.01}", "The first thing is so.",
         "02-the-idea.md:9: this paragraph cites nothing; end it in {E1.23} or {-}"),
    Slip("a citation of nothing", "02-the-idea.md", "{E1.01}", "{E1.07}",
         '02-the-idea.md:9: there is no evidence point "E1.07"'),
    Slip("a script", "02-the-idea.md", "The first", "<script>alert(1)</script> The first",
         "02-the-idea.md:9: HTML is not allowed in a section"),
]  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.about)
def test_one_slip_is_told_in_plain_words(pack: Path, slip: Slip) -> None:
    text = (pack / slip.file).read_text(encoding="utf-8")
    assert slip.old in text, "the edit does not fit the sample pack"
    (pack / slip.file).write_text(text.replace(slip.old, slip.new, 1), encoding="utf-8")

    assert sorted(problems_of(pack)) == sorted([slip.told] if isinstance(slip.told, str) else slip.told)


def spoil(pack: Path, file: str, *edits: tuple[str, str]) -> None:
    text = (pack / file).read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    (pack / file).write_text(text, encoding="utf-8")


def test_many_slips_are_all_told_at_once(pack: Path) -> None:
    spoil(pack, "quiz.yaml", (FIRST_FEEDBACK, ""), ("id: SM-02", "id: SM-2"), ("outcome: 1.2", "outcome: 8.8"))
    spoil(
        pack,
        "evidence.yaml",
        ("confidence: H", "confidence: X"),
        ("    source: note\n    conf", "    source: moat\n    conf"),
    )
    spoil(pack, "module.toml", ('key = "sample-module"', 'key = "other"'), ("attempts = 3", "attempts = 9"))
    spoil(pack, "02-the-idea.md", ("{E1.01}", "{E7.77}"), ("minutes: 2", "minutes: two"))
    (pack / "notes.txt").write_text("buy milk")

    assert sorted(problems_of(pack)) == [
        "02-the-idea.md:3: minutes must be a whole number, not 'two'",
        '02-the-idea.md:9: there is no evidence point "E7.77"',
        "evidence.yaml:11: point E1.01: confidence must be 'H', 'M' or 'L', not 'X'",
        'evidence.yaml:15: point E1.02: there is no source "moat"',
        "module.toml:28: attempts must be 5 or less, not 9",
        "notes.txt: this is no part of a pack; sections are called like 03-the-idea.md",
        'quiz.yaml:123: item SM-07: there is no outcome "8.8"',
        "quiz.yaml:43: item SM-2: id must look like RM-07, not 'SM-2'",
        "quiz.yaml:8: practice item SM-P01, option 1: feedback is missing",
    ]


def test_sections_cannot_take_longer_than_the_module(pack: Path) -> None:
    spoil(pack, "module.toml", ("minutes = 20", "minutes = 10"))
    spoil(pack, "02-the-idea.md", ("minutes: 2", "minutes: 5"))
    spoil(pack, "03-what-next.md", ("minutes: 2", "minutes: 5"))
    assert problems_of(pack) == ["module.toml:6: minutes is 10, but the sections and the story alone take 14"]


def test_every_pack_of_a_folder_is_told(tmp_path: Path) -> None:
    for name in ("first-module", "second-module"):
        write_pack(tmp_path / name)
        (tmp_path / name / "evidence.yaml").unlink()
    with pytest.raises(ContentError) as error:
        read_packs(tmp_path)
    assert str(error.value) == (
        "modules/first-module/evidence.yaml: the file is missing\n"
        "modules/second-module/evidence.yaml: the file is missing\n"
        "The content has 2 problems. Mend the lines named above, then run this again."
    )


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"^nowhere: there is no such folder of modules; check ELEARNING_MODULES"):
        read_packs(tmp_path / "nowhere")


def without_sections(pack: Path) -> None:
    for path in pack.glob("*.md"):
        path.unlink()


def linked_elsewhere(pack: Path) -> None:
    (pack / "quiz.yaml").rename(pack.parent / "elsewhere.yaml")
    (pack / "quiz.yaml").symlink_to(pack.parent / "elsewhere.yaml")


def linked_whole(pack: Path) -> None:
    pack.rename(pack.parent / ".elsewhere")
    pack.symlink_to(pack.parent / ".elsewhere", target_is_directory=True)


def a_folder_for_a_file(pack: Path) -> None:
    (pack / "module.toml").unlink()
    (pack / "module.toml").mkdir()


WHOLE_FILES: list[tuple[str, Callable[[Path], object], list[str]]] = [
    ("no quiz", lambda pack: (pack / "quiz.yaml").unlink(), ["quiz.yaml: the file is missing"]),
    ("an empty quiz", lambda pack: (pack / "quiz.yaml").write_text(""), ["quiz.yaml:1: the file is empty"]),
    ("a quiz of remarks", lambda pack: (pack / "quiz.yaml").write_text("# soon\n"), ["quiz.yaml:1: the file is empty"]),
    ("a quiz of one word", lambda pack: (pack / "quiz.yaml").write_text("soon"), ["quiz.yaml:1: begin with a name and a colon, such as title:"]),
    ("a quiz of null", lambda pack: (pack / "quiz.yaml").write_text("items: null\npractice:\n"),
     ["quiz.yaml:1: items must be a list; begin each entry with a dash", "quiz.yaml:2: practice must be a list; begin each entry with a dash"]),
    ("a quiz of nothing", lambda pack: (pack / "quiz.yaml").write_text("items: []\npractice: [[]]\n"),
     ["02-the-idea.md: a teaching section needs a practice item in quiz.yaml", "03-what-next.md: a teaching section needs a practice item in quiz.yaml",
      "quiz.yaml:1: items is empty", "quiz.yaml:2: practice item 1: this must have fields, each with its name and a colon"]),
    ("two documents", lambda pack: (pack / "quiz.yaml").write_text("items: []\n---\npractice: []\n"),
     ["quiz.yaml:2: this is not YAML: a line of --- begins a second document; a file holds one"]),
    ("Latin-1", lambda pack: (pack / "evidence.yaml").write_bytes("sources:\n  café:".encode("latin-1")),
     ["evidence.yaml:2: this is not UTF-8 text; save the file as UTF-8"]),
    ("a very large file", lambda pack: (pack / "quiz.yaml").write_bytes(b" " * (LARGEST_FILE + 1)),
     ["quiz.yaml: the file is larger than 300,000 bytes; divide it"]),
    ("a link for a file", linked_elsewhere, ["quiz.yaml: this is a link to another place; put the file itself here"]),
    ("a link for a pack", linked_whole, ["modules/sample-module: this is a link to another place; put the folder itself here"]),
    ("a folder for a file", a_folder_for_a_file, ["module.toml: this is a folder; a pack has none"]),
    ("a folder of pictures", lambda pack: (pack / "pictures").mkdir(),
     ["pictures: this is no part of a pack; sections are called like 03-the-idea.md"]),
    ("a section without a number", lambda pack: (pack / "01-before-you-start.md").rename(pack / "before-you-start.md"),
     ["before-you-start.md: this is no part of a pack; sections are called like 03-the-idea.md"]),
    ("two sections of one number", lambda pack: (pack / "01-before-you-start.md").rename(pack / "02-before.md"),
     ["02-the-idea.md: another section has this number or name"]),
    ("no section", without_sections,
     ["modules/sample-module: there is no section; the first is called like 01-before-you-start.md"]),
    ("a section that is all head", lambda pack: (pack / "01-before-you-start.md").write_text("---\ntitle: Hello\nminutes: 1\nteaching: false\n---\n"),
     ["01-before-you-start.md: the section has no text"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spoil_it", "told"), [case[1:] for case in WHOLE_FILES], ids=[case[0] for case in WHOLE_FILES]
)
def test_whole_files(pack: Path, spoil_it: Callable[[Path], object], told: list[str]) -> None:
    spoil_it(pack)
    assert sorted(problems_of(pack)) == told


def test_a_file_from_windows_reads_the_same(pack: Path) -> None:
    before = read_packs(pack.parent)
    for path in pack.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_packs(pack.parent) == before


def test_words_stay_words(pack: Path) -> None:
    spoil(pack, "quiz.yaml", ("text: Option 0 of SM-P01", "text: No"), ("text: Option 1 of SM-P01", "text: 3.10"))
    spoil(pack, "quiz.yaml", ("text: Option 2 of SM-P01", 'text: "true"'))
    (module,) = read_packs(pack.parent)
    assert [option.text for option in module.practice[0].options] == ["No", "3.10", "true"]


def test_what_is_hidden_is_left_alone(pack: Path) -> None:
    (pack / ".DS_Store").write_bytes(b"\x00")
    (pack.parent / "README.md").write_text("For authors")
    (pack.parent / ".git").mkdir()
    assert [module.key for module in read_packs(pack.parent)] == [PACK]


JUNK = ["", "[]", "{}", "null", "~", "true", "-", "- - -", ": :", "[[[", "{a: {b: [c]}}", "'", '"\\', "|", "%", "@x", "`",
        "2026-13-45", "1e999", "!!binary x", "<<: *a", "&a [*a]", "\t", "\x00", "\u2028", "ZZ" * 200, "<b>", "![x](y)", "{E1.01", ":::"]  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_no_edit_ends_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    pack = tmp_path_factory.mktemp("modules") / PACK
    write_pack(pack)
    file = data.draw(st.sampled_from(sorted(path.name for path in pack.iterdir())))
    lines = (pack / file).read_text(encoding="utf-8").split("\n")
    number = data.draw(st.integers(0, len(lines) - 1))
    begins = data.draw(st.sampled_from(["", lines[number].partition(":")[0] + ": ", lines[number]]))
    lines[number] = begins + data.draw(st.sampled_from(JUNK))
    (pack / file).write_text("\n".join(lines), encoding="utf-8")
    with contextlib.suppress(ContentError):
        read_packs(pack.parent)


def test_a_small_file_cannot_be_made_endless(pack: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in pairwise("abcdefghijklmnopqrstuvwxyz"))
    (pack / "quiz.yaml").write_text(bomb)
    assert problems_of(pack) == ["quiz.yaml:1: text that begins with & or * goes in quotes"]
