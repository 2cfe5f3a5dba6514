"""Every content rule with what keeps it and what breaks it; a rule that finds nothing in its failing examples is dead."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from elearning.catalogue.lint import citing, items, language, plan, seeds
from elearning.catalogue.lint.finding import Finding, Rule, Severity
from elearning.catalogue.lint.report import RULES, findings
from elearning.catalogue.types import TrainingModule
from tests.catalogue.lint import sound
from tests.catalogue.lint.sound import feedback, item, module, options, outcome, point, sheet, story, text

TODAY = dt.date(2026, 3, 2)
LONG_WORDS = (
    "Organisational accountability necessitates comprehensive interdisciplinary documentation regarding vulnerabilities"
)


@dataclass(frozen=True)
class Example:
    """`fails` breaks the rule at this level, saying these words; what is in `keeps` does not."""

    rule: Rule
    code: str
    level: Severity
    words: str
    fails: Callable[[], TrainingModule]
    keeps: tuple[Callable[[], TrainingModule], ...] = ()


E, W = Severity.ERROR, Severity.WARNING
CONFIDENT = {"id": "1.1", "confidence": "I can do it."}
KEY = sound.first().options[0].text
OTHERS = [option.text for option in sound.first().options[1:]]


def asked(question: str, background: str = "Ada hides a torn coat. ") -> Callable[[], TrainingModule]:
    return lambda: item(stem=background + question)


EXAMPLES = [
    Example(items.option_words, "L02", E, "points to other options",
            lambda: options("All of the above", *OTHERS),
            (lambda: options("Tell the safeguarding lead today", *OTHERS), lambda: options("Tell them all of it today", *OTHERS))),
    Example(items.option_words, "L02", E, "points to other options", lambda: options("Both A and B", *OTHERS)),
    Example(items.longest_option, "L03", W, "has 14 words",
            lambda: options(14 * "word ", "one two three four five", "six seven eight nine ten eleven"),
            (lambda: options("a b c d e f g h", "i j k l m n o", "p q r s t u v w x"),)),
    Example(items.longest_option, "L03", E, "the longest in 24 of 24 items; chance keeps it under 13",
            lambda: module(items=[{**one.model_dump(), "options": [{**option.model_dump(), "text": option.text + " and more" * option.right} for option in one.options]} for one in sound.sound().items])),
    Example(items.longest_option, "L03", W, "the shortest in 24 of 24 items",
            lambda: module(items=[{**one.model_dump(), "options": [{**option.model_dump(), "text": option.text + " and more" * (not option.right)} for option in one.options]} for one in sound.sound().items])),
    Example(items.negative_lead_in, "L05", E, 'says "not"', asked("Which of these is not a reachable moment?"),
            (asked("What did Never Assume ask agencies to share?"), asked("Why does the note say 'never assume' here?"),
             asked("What is the least that you can do here at last?".replace("the least", "at least one thing")))),
    Example(items.negative_lead_in, "L05", W, 'says "NOT"', asked("Which of these is NOT a reachable moment?")),
    Example(items.negative_lead_in, "L05", E, "two negatives",
            lambda: options("Do not wait", *OTHERS, stem="Ada hides. Which of these is NOT a reachable moment?")),
    Example(items.focused_lead_in, "L06", E, "end the stem in a question", asked("Regarding county lines:"),
            (asked("What should the nurse do first?"), asked("Put these steps in their order."))),
    Example(items.focused_lead_in, "L06", E, "has 2 words", asked("And now?")),
    Example(items.focused_lead_in, "L06", E, "has 4 words; ask in 5 to 30", asked("What do you do?", ""), (asked("What do you do?"),)),
    Example(items.focused_lead_in, "L06", E, "80 are enough", asked("What do you do first?", "Ada waits by the gate. " * 20),
            (lambda: item(type="scenario", stem="Ada waits by the gate. " * 20 + "What do you do first?"),)),
    Example(items.focused_lead_in, "L06", E, "leaving a gap", asked("Ada is in ___ danger, is she?")),
    Example(items.focused_lead_in, "L06", W, "say what is asked about", asked("Which of the following is true?")),
    Example(items.absolutes, "L07", W, "each wrong option", lambda: options(KEY, "Always wait for a month", "Never ask them again now"),
            (lambda: options("Always tell them", "Always wait", "Never ask"), lambda: options("Tell them", "Always wait", "Just ask"))),
    Example(items.absolutes, "L07", W, "only the right option", lambda: options("You must tell them", *OTHERS)),
    Example(items.absolutes, "L07", W, "keep them under a fifth",
            lambda: module(items=[{**one.model_dump(), "options": [{**option.model_dump(), "text": "Only " + option.text} for option in one.options]} for one in sound.sound().items])),
    Example(items.clue_words, "L08", W, '"missing"',
            lambda: options("After a missing episode", "During a visit to a doctor", "At the end of a long term", stem="Ada was missing on Monday. When do you talk?"),
            (lambda: options("After a missing episode", "During missing lessons", "Before the missing bus", stem="Ada was missing on Monday. When do you talk?"),)),
    Example(items.clue_words, "L08", E, 'ends in "a" or "an"', asked("The next step is to tell an")),
    Example(items.duplicates, "L09", E, "as long as",
            lambda: options("within 24 hours", "within 72 hours", "within three days"),
            (lambda: options("24 hours", "72 hours", "one week"), lambda: options("three days", "three working days", "one week"))),
    Example(items.duplicates, "L09", E, "nearly the same", lambda: options("Tell the lead at once today", "Tell the lead today at once!", OTHERS[0])),
    Example(items.duplicates, "L09", E, "overlaps", lambda: options("5 to 10 days", "10 to 15 days", "20 to 30 days"),
            (lambda: options("5 to 10 days", "11 to 15 days", "20 to 30 days"),)),
    Example(items.duplicates, "L09", W, "reads like SM-01",
            lambda: module(items=[sound.first().model_dump(), {**sound.sound().items[1].model_dump(), "stem": sound.first().stem}, *[one.model_dump() for one in sound.sound().items[2:]]])),
    Example(items.parallel_options, "L10", W, "end in a stop", lambda: options("Tell the lead today.", "A note in the file", "A call to the family"),
            (lambda: options("A call to the lead", "A note in the file", "A talk with the family"),)),
    Example(items.parallel_options, "L10", W, "begin with a capital", lambda: options("Tell the lead today", "a note in the file", "A call home")),
    Example(items.parallel_options, "L10", W, "of like length", lambda: options("Tell", "A note", "One two three four five six seven eight")),
    Example(items.reasons, "L11", E, "say why", lambda: feedback("Correct! Well done! Yes, exactly right, that is right, good."),
            (lambda: feedback("This keeps the boy in school while you find out why his behaviour changed."),)),
    Example(items.reasons, "L11", E, "teaches nothing", lambda: item(section="welcome")),
    Example(items.practice_apart, "L18", E, "this is SM-06 of the bank", lambda: module(practice=[{**sound.sound().practice[0].model_dump(), "stem": sound.sound().items[5].stem}])),
    Example(plan.outcomes, "L12", E, 'nobody can see people "understand"',
            lambda: module(outcomes=[{**CONFIDENT, "text": "Understand county lines."}, *[one.model_dump() for one in sound.sound().outcomes[1:]]]),
            (lambda: module(outcomes=[{**CONFIDENT, "text": "Recognise five reachable moments."}, *[one.model_dump() for one in sound.sound().outcomes[1:]]]),)),
    Example(plan.outcomes, "L12", E, '"ponder" is not on the list', lambda: module(outcomes=[{**CONFIDENT, "text": "Ponder it."}, *[one.model_dump() for one in sound.sound().outcomes[1:]]])),
    Example(plan.outcomes, "L12", E, "give 4 to 6 outcomes, not 3", lambda: module(outcomes=[one.model_dump() for one in sound.sound().outcomes[1:]])),
    Example(plan.levels, "L13", E, "are recall", lambda: module(items=[{**one.model_dump(), "level": "recall"} for one in sound.sound().items])),
    Example(plan.levels, "L13", E, "are apply; half", lambda: module(items=[{**one.model_dump(), "level": "understand"} for one in sound.sound().items])),
    Example(plan.levels, "L13", E, "scenario judgements; 15%", lambda: module(items=[{**one.model_dump(), "type": "single"} for one in sound.sound().items])),
    Example(plan.levels, "L13", E, "of a quiz are apply", lambda: sound.blueprint(lower_per_outcome=2)),
    Example(plan.length, "L14", W, "minutes is 40", lambda: module(minutes=40), (lambda: module(minutes=25),)),
    Example(plan.length, "L14", E, "a module takes 25 to 45", lambda: module(minutes=60)),
    Example(plan.length, "L14", E, "600 are the most", lambda: text("We stop and we ask the child. {-}\n\n" * 90)),
    Example(plan.bank_size, "L15", E, "24 are the least", lambda: module(items=[one.model_dump() for one in sound.sound().items[1:]])),
    Example(plan.pass_mark, "L16", E, "say convention", lambda: sound.blueprint(pass_mark_method="angoff")),
    Example(plan.pass_mark, "L16", E, "within reach of guessing", lambda: sound.blueprint(pass_mark=4)),
    Example(plan.effect_plan, "L19", E, 'nearly "I can recognise thing 2."', lambda: module(outcomes=[{**one.model_dump(), "confidence": "I can recognise thing 2."} for one in sound.sound().outcomes]),
            (lambda: outcome(confidence="I can recognise what is new to me."),)),
    Example(plan.effect_plan, "L19", E, "which people rate as well", lambda: outcome(confidence="I would speak up if I disagreed with a colleague of another agency.")),
    Example(plan.effect_plan, "L19", E, '"When ..., I will ..."', lambda: module(pledges=["I will listen more.", "When a child is back, I will ask."]),
            (lambda: module(pledges=["When I am next at work, I will ask.", "When a child is back, I will ask."]),)),
    Example(plan.effect_plan, "L19", E, '"When ..., I will ..."', lambda: module(pledges=["When a child is back, ask.", "When a child is back, I will ask."])),
    Example(plan.effect_plan, "L19", E, "the steps take 12 minutes", lambda: sheet(minutes=4), (lambda: sheet(minutes=5), lambda: sheet(minutes=10))),
    Example(plan.effect_plan, "L19", E, "the steps take 33 minutes", lambda: sheet(minutes=11)),
    Example(plan.effect_plan, "L19", E, "add owner", lambda: sheet("Talk.", "Think.", "Agree on one change and a date."),
            (lambda: sheet("Talk.", "Think.", "One change, one owner, one date."),)),
    Example(plan.effect_plan, "L19", E, "add one change", lambda: sheet("One change, one owner, one date.", "Talk.", "Think.")),
    Example(plan.effect_plan, "L19", E, "has 261 words", lambda: sheet(before="Talk. " * 236), (lambda: sheet(before="Talk. " * 235),)),
    Example(plan.effect_plan, "L19", E, "no step cites a point", lambda: sheet(evidence=())),
    Example(plan.safe_frame, "L20", E, "the content note has 3 words", lambda: module(content_note="Be careful, please."),
            (lambda: module(content_note="word " * 60),)),
    Example(plan.safe_frame, "L20", E, '"blood" is graphic', asked("What do you do about the blood?")),
    Example(plan.safe_frame, "L20", E, '"wounds" is graphic', lambda: text("There were wounds and more wounds and wounds. {-}"),
            (lambda: text("A wound heals. {-}"),)),
    Example(plan.safe_frame, "L20", E, "a story does without it", lambda: story(see="There is blood on the door."), (lambda: story(see="There is rain on the door."),)),
    Example(plan.safe_frame, "L20", E, "a story does without it", lambda: story(follows="Wren is wounded by what was said, and nobody stops to ask about it.")),
    Example(plan.safe_frame, "L20", E, "a team sheet does without it", lambda: sheet(before="Think of the wounds.")),
    Example(seeds.traceable_details, "L21", E, '"12 January"', lambda: text("The boy was seen on 12 January. {E1.01}"),
            (lambda: text("A teenage boy, away from home. {E1.01}"), lambda: text("The note was published on 12 January. {E1.01}"),
             lambda: text("The Act came on 12 January. {E1.02}"))),
    Example(seeds.traceable_details, "L21", E, '"aged 15"', lambda: text("The boy, aged 15, was alone. {E1.01}")),
    Example(seeds.traceable_details, "L21", E, '"aged 15"', lambda: sheet("He was aged 15.", "Talk.", "One change, one owner, one date."),
            (lambda: story(see="Wren, aged 15, waits."), lambda: sheet("He was aged 15.", "Talk.", "One change, one owner, one date.", evidence=("E1.02",)))),
    Example(language.blaming_words, "L22", E, "say missing", lambda: story(see="Wren absconded again."), (lambda: story(see="'Wren absconded,' she says."),)),
    Example(language.blaming_words, "L22", E, "say missing", lambda: story(follows="Nobody asks why Wren absconded, so nobody learns of the bus or the coat.")),
    Example(language.blaming_words, "L22", E, "say missing", lambda: sheet(say_first="Some children absconded.")),
    Example(language.blaming_words, "L22", E, "say missing", lambda: outcome(confidence="I can help a child who absconded.")),
    Example(language.blaming_words, "L22", E, "say missing", lambda: module(pledges=["When a child has absconded, I will ask.", "When one is back, I will ask."])),
    Example(language.blaming_words, "L22", E, "say who is harming the child", lambda: text("He keeps putting himself at risk. {-}"),
            (lambda: text("Adults are exploiting him. {-}"), lambda: text("Leave out 'putting himself at risk'. {-}"),
             lambda: text("He is believed to be a gang member. {-}"))),
    Example(language.blaming_words, "L22", E, "say who believes it", lambda: text("He is a gang member. {-}")),
    Example(language.blaming_words, "L22", E, "not brought", lambda: feedback("He did not attend, so the clinic closed his case for good.")),
    Example(language.readability, "L23", E, "the reading grade is", lambda: text(f"{LONG_WORDS}. {{-}}")),
    Example(language.readability, "L23", W, "8 is the aim", lambda: text("The older teacher at the table will never answer another letter. {-}")),
    Example(language.readability, "L23", E, "a sentence has 65 words", lambda: text("go " * 64 + "now. {-}"), (lambda: text("go " * 23 + "now. {-}"),)),
    Example(language.readability, "L23", W, "more than 25 words", lambda: text("go " * 26 + "now. {-}")),
    Example(language.readability, "L23", W, "4 sentences", lambda: text("One. Two. Three. Four. {-}"), (lambda: text("One. Two. Three. {-}"),)),
    Example(language.readability, "L23", W, "grade of the stem", asked("What organisational accountability arrangements necessitate documentation?")),
    Example(language.readability, "L23", E, "a sentence has 33 words", asked("What do you do first?", "Ada " + "sits " * 31 + "still. ")),
    Example(language.readability, "L23", E, "the reading grade is", lambda: story(see=f"{LONG_WORDS}.", follows=f"{LONG_WORDS}. {LONG_WORDS}.")),
    Example(language.readability, "L23", E, "a sentence has 65 words", lambda: story(opening="go " * 64 + "now."), (lambda: story(opening="go " * 23 + "now."),)),
    Example(language.readability, "L23", W, "sentences; divide", lambda: text("One. Two. Three. Four. {-}"), (lambda: story(see="One. Two. Three. Four."), lambda: sheet(before="One. Two. Three. Four."))),
    Example(language.readability, "L23", E, "a sentence has 65 words", lambda: sheet(before="go " * 64 + "now.")),
    Example(language.readability, "L23", W, "grade of the sentence", lambda: outcome(confidence="I can demonstrate organisational accountability.")),
    Example(language.readability, "L23", E, "a sentence has 33 words", lambda: module(pledges=["When " + "we " * 28 + "meet, I will ask.", "When one is back, I will ask."])),
    Example(language.acronyms, "L23", E, "spell out MASH where the story first uses it", lambda: story(see="Ring MASH at once."),
            (lambda: story(see="Ring MASH at once.", opening="We ring the multi-agency safeguarding hub (MASH)."),)),
    Example(language.acronyms, "L23", E, "spell out MASH where the team sheet first uses it", lambda: sheet(before="Ring MASH at once.")),
    Example(language.acronyms, "L23", E, "spell out MASH", lambda: text("Ring MASH at once. {-}"),
            (lambda: text("Ring the multi-agency safeguarding hub (MASH). MASH hears you. {-}"), lambda: text("The NSPCC helps. The EMPOWER U Hub too. {-}"), lambda: text("Ring MASH, the hub for children. {-}"))),
    Example(citing.numbers, "L24", E, '"72" stands in none', lambda: text("It takes 72 hours. {E1.02}"), (lambda: text("'Wait 72 hours,' he says. {E1.02}"),)),
    Example(citing.numbers, "L24", E, '"2019" needs a point', lambda: text("It was so in 2019. {-}"), (lambda: text("It was so in 2021. {E1.01}"), lambda: text("Ring 999. You pass with 6 of 8. It came out in 2021. {-}"))),
    Example(citing.numbers, "L24", E, '"five" stands in none', lambda: text("It takes five working days. {E1.02}")),
    Example(citing.numbers, "L24", E, '"0121 496 0000"', lambda: text("Say 'ring 0121 496 0000' to them. {E1.02}")),
    Example(citing.numbers, "L24", E, '"help@example.org"', lambda: text("Write to help@example.org now. {E1.02}")),
    Example(citing.numbers, "L24", E, '"63"', lambda: feedback("On average 63 of them were done in time, says the law.")),
    Example(citing.numbers, "L24", E, '"40"', lambda: options("Within 40 hours", "Within 50 hours", "Within 60 hours"),
            (lambda: options("Within 40 hours", "Within 50 hours", "Within 60 hours", level="apply"),)),
    Example(citing.numbers, "L24", E, '"72" stands neither in the story nor', lambda: story(follows="Wren waits for 72 hours, and nobody who has seen it thinks to ask why."),
            (lambda: story(follows="Wren waits for 72 hours, and nobody who has seen it thinks to ask why.", see="Wren has waited for 72 hours."),)),
    Example(citing.named_bodies, "L24", E, 'no point of the pack names "Youth Endowment Fund"', lambda: sheet("Ask the Youth Endowment Fund.", "Talk.", "One change, one owner, one date."),
            (lambda: story(see="Mrs Adlam stands at Vine Street."),)),
    Example(citing.named_bodies, "L24", E, 'no point of the pack names "Youth Endowment Fund"', lambda: text("The Youth Endowment Fund says so. {E1.02}"),
            (lambda: text("Would I ask? Never Assume says so, in England and Wales. {E1.01}"),)),
    Example(citing.named_bodies, "L24", W, "named by another point",
            lambda: TrainingModule.model_validate({**text("The Home Office says so. {E1.01}").model_dump(), "evidence": point(1, statement="The Home Office says it.").model_dump()["evidence"]})),
    Example(citing.hedges, "L24", W, 'E1.01 says "most"',
            lambda: TrainingModule.model_validate({**text("The children lived through trauma. {E1.01}").model_dump(), "evidence": point(0, statement="Most children lived through trauma.").model_dump()["evidence"]}),
            (lambda: TrainingModule.model_validate({**text("Most of the children lived through trauma. {E1.01}").model_dump(), "evidence": point(0, statement="Most children lived through trauma.").model_dump()["evidence"]}),)),
    Example(citing.hedges, "L24", W, 'E1.01 says "most"',
            lambda: TrainingModule.model_validate({**story(follows="The children lived through trauma, as Wren did, and nobody had asked one of them.").model_dump(), "evidence": point(0, statement="Most children lived through trauma.").model_dump()["evidence"]}),
            (lambda: TrainingModule.model_validate({**story(follows="Most of the children lived through trauma, as Wren did, and nobody had asked.").model_dump(), "evidence": point(0, statement="Most children lived through trauma.").model_dump()["evidence"]}),)),
    Example(citing.who_speaks, "L24", E, '"the review found" needs', lambda: story(follows="It is what the review found, and Wren goes on waiting out in the rain.", evidence=["E1.02"]),
            (lambda: story(follows="It is what the review found, and Wren goes on waiting out in the rain."),)),
    Example(citing.who_speaks, "L24", E, '"The review found" needs', lambda: text("The review found it. {E1.02}"),
            (lambda: text("The review found it. {E1.01}"), lambda: text("The review says nothing of it. {-}"), lambda: text("The bulletin says so. {E1.02}"))),
    Example(citing.who_speaks, "L24", E, '"the note says" needs', lambda: item(evidence=["E1.02"], stem="Ada hides. What does the law say when the note says that?")),
    Example(citing.may_change, "L24", W, "set may_change", lambda: point(1, may_change=False)),
    Example(citing.may_change, "L24", E, "a number or address changes", lambda: point(0, statement="Ring 0121 496 0000.")),
    Example(citing.may_change, "L24", W, "rests on E1.02", lambda: item(evidence=["E1.02"]),
            (lambda: item(evidence=["E1.02"], stem="Check current guidance. What do you do first?"),)),
    Example(citing.uncovered, "L26", E, "no section teaches", lambda: text("The law says the second thing. {E1.02}")),
    Example(citing.uncovered, "L26", E, "no question asks", lambda: point(1, whose="review")),
    Example(citing.uncovered, "L26", W, "nothing cites this point", lambda: text("The first thing is so. {E1.01}"),
            (lambda: module(sections=text("The first thing is so. {E1.01}").model_dump()["sections"], team_sheet=sheet(evidence=("E1.02",)).model_dump()["team_sheet"]),)),
]  # fmt: skip

# Held elsewhere: L01, L11 and L15 by the loader too, L04 and L17 by the draw; L25 is tested in a browser.
ELSEWHERE = {"L01", "L04", "L17", "L25"}


def of(example: Example, found: list[Finding]) -> list[Finding]:
    return [one for one in found if one.rule == example.code and example.words in one.words]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.code} {one.words}")
def test_what_breaks_a_rule_is_found(example: Example) -> None:
    found = of(example, list(example.rule(example.fails())))
    assert found, [one.words for one in example.rule(example.fails())]
    assert {one.severity for one in found} == {example.level}


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.keeps], ids=lambda one: f"{one.code} {one.words}")
def test_what_keeps_a_rule_is_left_alone(example: Example) -> None:
    for keeps in example.keeps:
        assert of(example, list(example.rule(keeps()))) == []


def test_the_sound_module_has_no_finding() -> None:
    assert list(findings(sound.sound(), TODAY)) == []


def test_every_rule_has_its_examples() -> None:
    codes = {f"L{number:02}" for number in range(1, 27)}
    assert {example.code for example in EXAMPLES} == codes - ELSEWHERE
    assert set(RULES) - {example.rule for example in EXAMPLES} == {
        seeds.borrowed_wording,
        seeds.names_of_children,
    }
