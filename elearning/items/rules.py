"""When an item's figures speak against it, and what to do then.

The floors and bounds are those of `modules/README.md`, "What becomes of questions": few answers prove nothing, and in a
course that everybody should master most items should be easy.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from elearning.catalogue.types import Item, Section, TrainingModule
from elearning.figures.types import Hidden
from elearning.items.statistics import discrimination, facility
from elearning.items.types import Answers, Flag, ItemFigures

NOUN = "first attempts"
SHOWN = 10  # people: no figure about fewer
FACILITY_FROM = 30  # first attempts
DISCRIMINATION_FROM = 100
EASIEST, HARDEST = 0.95, 0.40  # the whole interval lies beyond
WEAKEST = 0.20  # the whole interval lies below
HARDLY = 0.05  # of the first attempts
WAIT = f"Wait: it takes {FACILITY_FROM} first attempts to say something."


def figures_of(module: TrainingModule, answers: Mapping[str, Sequence[Answers]]) -> list[ItemFigures]:
    """What the first attempts at a module version say of its items; `answers` by item id."""
    asked = [item for item in module.items if item.id in answers]
    return [_figures(item, module.version, module.section.get(item.section), answers[item.id]) for item in asked]


def gravest_first(figures: Iterable[ItemFigures]) -> list[ItemFigures]:
    """In the order in which an author should look at them: by flag, then the hardest, newest versions first."""
    gravity = list(Flag)
    return sorted(
        figures,
        key=lambda each: (
            gravity.index(each.flags[0]) if each.flags else len(gravity),
            each.count < FACILITY_FROM,
            each.right / each.count,
            -each.version,
            each.item.id,
        ),
    )


def _figures(item: Item, version: int, section: Section | None, answers: Sequence[Answers]) -> ItemFigures:
    """`answers` has one entry for each different answer."""
    count = sum(each.count for each in answers)
    right = sum(each.count for each in answers if each.is_right)
    share = facility(right, count) if count >= FACILITY_FROM else None
    tells = discrimination(answers) if count >= DISCRIMINATION_FROM else None
    wrong, key_chosen = _chosen(item, answers)
    most, most_count = next(iter(wrong.most_common(1)), ("", 0))
    flags = []
    if count >= FACILITY_FROM and most_count > key_chosen:
        flags.append(Flag.BEATEN)
    if tells and tells.value < 0:
        flags.append(Flag.NEGATIVE)
    elif tells and tells.high < WEAKEST:
        flags.append(Flag.WEAK)
    if share and share.high < HARDEST:
        flags.append(Flag.HARD)
    if share and share.low > EASIEST:
        flags.append(Flag.EASY)
    unchosen = [option.text for option in item.options if not option.right and wrong[option.text] < HARDLY * count]
    if unchosen and count >= DISCRIMINATION_FROM:
        flags.append(Flag.UNCHOSEN)
    where = f"the section “{section.title}”" if section else "its section"
    return ItemFigures(
        item=item,
        version=version,
        section=section,
        count=count,
        right=right,
        facility=share or Hidden.TOO_FEW,
        discrimination=tells or (Hidden.TOO_FEW if count < DISCRIMINATION_FROM else Hidden.NONE),
        wrong=most if most_count else "",
        wrong_count=most_count,
        flags=tuple(flags),
        advice=_advice(flags, count, where, most, unchosen),
    )


def _chosen(item: Item, answers: Sequence[Answers]) -> tuple[Counter[str], int]:
    """How many first attempts chose each wrong option, and the right one: where several are right, the rarest of them.

    An order or a set of pairs has no options: of those only the right whole is counted.
    """
    if not item.options:
        return Counter(), sum(each.count for each in answers if each.is_right)
    chosen = [sum(each.count for each in answers if n in each.chosen) for n in range(len(item.options))]
    of_each = list(zip(item.options, chosen, strict=True))
    return (
        Counter({option.text: count for option, count in of_each if not option.right}),
        min(count for option, count in of_each if option.right),
    )


def _advice(flags: Sequence[Flag], count: int, where: str, wrong: str, unchosen: Sequence[str]) -> str:
    """What to do, in one or two sentences, about the gravest of the flags."""
    if not flags:
        return WAIT if count < FACILITY_FROM else "Nothing to do."
    match flags[0]:
        case Flag.BEATEN:
            return (
                f"More chose “{wrong}” than the right answer. Stop showing it and have a person look: either the key is "
                f"wrong, or this is what people believe, and then {where} has to say why it is not so."
            )
        case Flag.NEGATIVE:
            return "Those who did well on the rest had it wrong more often. Check the key, and read the wording aloud."
        case Flag.WEAK:
            return "It does not tell those who know from the others. See whether two of the answers can be argued for."
        case Flag.HARD:
            return f"Most had it wrong{f', often by “{wrong}”' if wrong else ''}. See whether {where} says it plainly."
        case Flag.EASY:
            return "Almost everyone had it right. Keep it if all must know it; else make the wrong answers believable."
        case Flag.UNCHOSEN:
            return f"Hardly anyone chose “{unchosen[0]}”. Write a wrong answer that somebody would believe."
