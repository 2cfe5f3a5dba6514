"""A small, complete content pack, written to a folder; tests spoil it in one place at a time."""

from pathlib import Path

MODULE_TOML = """\
key = "{key}"
version = 1
title = "Sample module"
summary = "A module for the tests."
audience = "Everyone."
minutes = 20
valid_for_months = 36
changes = "First version."
content_note = "This module speaks of risk to children. You may stop at any time."
pledges = ["When it rains, I will ask who is outside.", "When I see a coat, I will say so the same day."]

[review]
title = "A review"
published = "September 2021"
read = "We read the note; we could not read the report."

[[outcomes]]
id = "1.1"
text = "Recognise the first thing."
confidence = "I can recognise the first thing."

[[outcomes]]
id = "1.2"
text = "Choose the second thing."
confidence = "I can choose the second thing."

[blueprint]
attempts = 3
lower_per_outcome = 1
apply_per_outcome = 1
scenarios_at_least = 1
pass_mark = 3
pass_mark_method = "convention"
pause_hours = 24
"""

TEAM_TOML = """\
before = "Everyone reads the idea."
say_first = "Anyone may step out."

[[steps]]
minutes = 5
text = "Say in one sentence what the first thing is."
evidence = ["E1.01"]

[[steps]]
minutes = 10
text = "Find where it rains."

[[steps]]
minutes = 5
text = "Agree on one change, with an owner and a date."
"""

EVIDENCE = """\
sources:
  note:
    label: "A briefing note, September 2021"
    checked_on: 2026-03-01
points:
  - id: E1.01
    statement: The first thing is so.
    whose: review
    source: note
    place: Background, paragraph 1
    confidence: H
  - id: E1.02
    statement: The second thing is guidance.
    whose: law
    source: note
    confidence: M
    may_change: true
"""

SECTIONS = {
    "01-before-you-start.md": "---\ntitle: Before you start\nminutes: 1\nteaching: false\n---\n\nWelcome. {-}\n",
    "02-the-idea.md": (
        "---\ntitle: The idea\nminutes: 2\nteaching: true\n---\n\n## What it is\n\nThe first thing is so. {E1.01}\n\n"
        "::: practice What to do\nAsk first. {E1.01, E1.02}\n:::\n\n- One thing. {E1.01}\n- Another. {-}\n"
    ),
    "03-what-next.md": (
        "---\ntitle: What next\nminutes: 2\nteaching: true\n---\n\nGuidance says the second thing. {E1.02}\n\nTable: Signs\n\n"
        "| Sign | Meaning |\n|---|---|\n| A | B {E1.02} |\n"
    ),
}

STORY = """\
title: Two doors
minutes: 3
fictional: true
opening: |
  Wren is twelve and waits outside a door.

  You come by.
reflect:
  - Who waits at my door?
gauges:
  - id: trust
    name: Trust
    starts: 2
    states: [None, A little, Some, A lot]
  - id: picture
    name: The picture
    starts: 1
    states: [Blank, A line, A sketch, Clear]
pieces:
  - {id: coat, whose: The caretaker, text: Wren had no coat.}
  - {id: bus, whose: The driver, text: Wren missed the bus.}
scenes:
  - id: door
    title: At the door
    who: You are the caretaker.
    see: Wren stands in the rain.
    evidence: [E1.01]
    choices:
      - text: Walk on
        follows: Wren goes on waiting in the rain, because nobody who saw it stopped to ask.
        moves: {trust: -1}
        next: office
      - text: Ask Wren in and tell the lead today
        best: true
        follows: Wren comes in and talks a little, and the lead hears of it on the same day.
        moves: {trust: 1, picture: 2}
        shares: [coat]
        next: office
        evidence: [E1.01]
      - text: Ask who is to blame
        follows: Wren says nothing, since the question was about blame and not about the rain.
        next: street
  - id: street
    title: In the street
    who: You are the driver.
    see: Wren has missed the bus.
    evidence: [E1.01]
    choices:
      - text: Drive off
        follows: The bus is on time and Wren is not, and so one more adult has looked away.
        next: office
      - text: Stop, and tell the lead today
        best: true
        follows: The bus is two minutes late, and the lead knows today where Wren was left standing.
        moves: {trust: 1, picture: 1}
        shares: [bus]
        next: office
  - id: office
    title: In the office
    who: You are the lead.
    see: |
      There are two notes, or one, or none.
    glimpses:
      - needs: {picture: 3}
        text: One note says more than the other.
    question: What now?
    evidence: [E1.01]
    choices:
      - text: Make a plan with Wren
        best: true
        follows: The plan begins with a coat and a lift, since Wren was the one who was asked.
        moves: {picture: 1}
        shares: [coat, bus]
        next: ending
      - text: Put the notes away
        follows: The notes are safe in a drawer, where nobody can put them beside each other.
        next: ending
endings:
  - id: dry
    title: Wren is dry
    text: A plan is made in the same week.
    reached: early
    needs: {trust: 3, picture: 4}
  - id: wet
    title: A plan in the end
    text: A plan is made in the spring.
    reached: late
"""

_REASONS = ["this is what the note says and why it helps the child", "this sounds kind but leaves the child waiting alone",
            "this asks the child to carry what adults should carry"]  # fmt: skip


def _options(count: int, right: set[int], id_: str) -> str:
    lines = []
    for position in range(count):
        lines.append(f"      - text: Option {position} of {id_}")
        if position in right:
            lines.append("        right: true")
        lines.append(f'        feedback: "Option {position} of {id_} – {_REASONS[position % 3]}."')
    return "\n".join(lines)


def _item(id_: str, outcome: str, level: str, kind: str) -> str:
    head = (
        f"  - id: {id_}\n    outcome: {outcome}\n    level: {level}\n    type: {kind}\n    section: the-idea\n"
        f"    evidence: [E1.01]\n    stem: Something happens in {id_}. What do you do?\n"
    )
    return head + _parts(id_, kind)


def _parts(id_: str, kind: str) -> str:
    if kind == "multiple":
        return "    options:\n" + _options(4, {0, 2}, id_) + "\n"
    if kind == "ordering":
        steps = "".join(
            f"      - text: Step {n} of {id_}\n        feedback: Step {n} stands here because of what came before it.\n"
            for n in range(3)
        )
        return "    steps:\n" + steps
    if kind == "matching":
        pairs = "".join(
            f"      - left: Left {n} of {id_}\n        right: Right {n % 2} of {id_}\n"
            f"        feedback: Left {n} goes with this one because the note says so.\n"
            for n in range(3)
        )
        return "    pairs:\n" + pairs
    return "    options:\n" + _options(3, {1}, id_) + "\n"


def quiz_yaml() -> str:
    """The bank: 6 items an outcome, every type among them, and a practice item for each teaching section."""
    practice = "".join(
        f"  - id: SM-P0{n}\n    type: single\n    section: {section}\n    evidence: [E1.01]\n"
        f"    stem: Try this first. What is it?\n" + _parts(f"SM-P0{n}", "single")
        for n, section in ((1, "the-idea"), (2, "what-next"))
    )
    kinds = [("recall", "single"), ("understand", "multiple"), ("understand", "matching"),
             ("apply", "scenario"), ("apply", "scenario"), ("apply", "ordering")]  # fmt: skip
    items = "".join(
        _item(f"SM-{start + n:02}", outcome, level, kind)
        for outcome, start in (("1.1", 1), ("1.2", 7))
        for n, (level, kind) in enumerate(kinds)
    )
    return f"practice:\n{practice}items:\n{items}"


def write_pack(folder: Path) -> None:
    """Write the whole pack; its key is the folder's name."""
    folder.mkdir(parents=True)
    (folder / "module.toml").write_text(MODULE_TOML.format(key=folder.name), encoding="utf-8")
    (folder / "team.toml").write_text(TEAM_TOML, encoding="utf-8")
    (folder / "evidence.yaml").write_text(EVIDENCE, encoding="utf-8")
    (folder / "quiz.yaml").write_text(quiz_yaml(), encoding="utf-8")
    (folder / "scenario.yaml").write_text(STORY, encoding="utf-8")
    for name, text in SECTIONS.items():
        (folder / name).write_text(text, encoding="utf-8")
