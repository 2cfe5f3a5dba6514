"""All that is published of a year and of its quarters, taken together, lets nobody work a hidden count out.

The attacker knows the rules, and how true counts hang together, and has patience: of everything that could have happened
he keeps what would have been published in just the same way, what is hidden included. A hidden count is worked out if
fewer than three values are left; where they are none and one, it is not (0019). Weaker ways of publishing are attacked
too, each without one of our rules: there, he has to find something.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice, product

import pytest

from elearning.figures import disclosure
from elearning.figures.disclosure import SMALLEST_SHOWN, Count, Figures, Leaves, could_be, decide, disclosed
from elearning.impact.disclosure import ENDS, FELT, HOW
from elearning.impact.rules import SHOWN, tenths
from elearning.items.tables import ANSWERED
from elearning.reports.disclosure import (
    CERTIFICATES,
    COMPLETED_THERE,
    MET,
    OVERDUE,
    PEOPLE,
    PUBLISHED,
    PUBLISHED_QUARTERLY,
    REQUIRED,
    SMALLEST_QUARTER,
)

KINDS = (*PUBLISHED, *PUBLISHED_QUARTERLY)
SMALL = range(1, SMALLEST_SHOWN)
ENOUGH = 3  # values that are left of a hidden count
FAR = 10**4
TOO_FEW = -1  # as a figure
LARGE = 30  # facts
UNBOUNDED = 14  # as far as he looks where nothing bounds a hidden count: more values would only help to hide it

Bounds = tuple[int, int]
Limit = tuple[dict[int, int], int, int]  # so many times each of these numbers, added up, is between two
Truth = tuple[int, ...]  # the facts of a scene, in its order
Publish = Callable[[Mapping[Count, int]], Figures]
shape_of = disclosure._shape_of
ADDED = {kind.shape for kind in KINDS if kind.sum_of}  # of figures, not of true counts
PLAIN = {
    kind.shape for kind in KINDS if kind == Leaves(kind.counts, kind.each)
}  # hidden for no reason but that they are small


def count_of(counts: str, **of: object) -> Count:
    of = {"counts": counts, "year": "2025-26"} | of
    return frozenset((name, str(each)) for name, each in of.items())


def published(counts: Mapping[Count, int], kinds: Sequence[Leaves]) -> Figures:
    """What is published of these counts; of no other kinds is anything. Of how many were asked, R9d is silent below ten."""
    shapes = {kind.shape for kind in kinds}
    figures = decide({count: number for count, number in counts.items() if shape_of(count) in shapes}, kinds)
    few = [count for count in figures if shape_of(count)[0] == "asked" and counts[count] < SHOWN]
    return figures | dict.fromkeys(few, TOO_FEW)


def ours(counts: Mapping[Count, int]) -> Figures:
    return published(counts, KINDS)


def by(*kinds: Leaves) -> Publish:
    """Our way, with these kinds as well, or instead of ours of the same shape."""
    changed = list({kind.shape: kind for kind in (*KINDS, *kinds)}.values())
    return lambda counts: published(counts, changed)


@dataclass
class Scene:
    """What an attacker knows of true counts: which of them are sums of others, and which are never less than others."""

    facts: list[Count] = field(default_factory=list)
    sums: dict[Count, list[Count]] = field(default_factory=dict)
    laws: list[dict[Count, int]] = field(default_factory=list)  # so many times each, added up, are never below zero

    def fact(self, counts: str, **of: object) -> Count:
        self.facts.append(count_of(counts, **of))
        return self.facts[-1]

    def total(self, parts: Sequence[Count], counts: str, **of: object) -> None:
        self.sums[count_of(counts, **of)] = list(parts)

    def among(self, some: Sequence[Count], all_of: Sequence[Count]) -> None:
        """Some are among all of them, so there are never more."""
        self.laws.append({**dict.fromkeys(all_of, 1), **dict.fromkeys(some, -1)})

    def counts(self, truth: Truth) -> dict[Count, int]:
        known = dict(zip(self.facts, truth, strict=True))
        return known | {whole: sum(known[part] for part in parts) for whole, parts in self.sums.items()}

    def can_be(self, truth: Truth) -> bool:
        known = dict(zip(self.facts, truth, strict=True))
        return all(sum(times * known[fact] for fact, times in law.items()) >= 0 for law in self.laws)

    def known(self) -> list[Limit]:
        place = {fact: n for n, fact in enumerate(self.facts)}
        return [({place[fact]: times for fact, times in law.items()}, 0, 60 * FAR) for law in self.laws]

    def near(self, count: Count, steps: int) -> set[Count]:
        """The facts that have to do with a count, over so many laws and sums."""
        near = {count, *self.sums.get(count, [])}
        for _ in range(steps):
            near |= {fact for law in [*self.laws, *self.sums.values()] if near & {*law} for fact in law}
        return near

    def seen(self, figures: Figures, publish: Publish) -> tuple[list[Bounds], list[Limit]]:
        """What an attacker who sees this knows: the bounds of the facts, and the limits of sums of them."""
        place = {fact: n for n, fact in enumerate(self.facts)}
        lowest = int(publish is with_zeros)  # of what is hidden with others

        def could(count: Count) -> tuple[int, int]:
            figure = figures.get(count)
            if figure == TOO_FEW:
                return 0, SHOWN - 1
            is_small = publish is each_alone or shape_of(count) in PLAIN
            return (lowest, FAR) if figure is None and not is_small else could_be(figure)

        limits = self.known()
        limits += [
            (dict.fromkeys((place[part] for part in parts), 1), *could(whole))
            for whole, parts in self.sums.items()
            if shape_of(whole) not in ADDED and whole in figures
        ]
        return [could(fact) if fact in figures else (0, FAR) for fact in self.facts], limits

    def alike(
        self, truth: Truth, publish: Publish, count: Count, value: int, *, gathered: bool = False, steps: int = 0
    ) -> Iterator[Truth]:
        """Everything that could have happened, with this value of a count, and in which what is shown would be the same.

        What is nearest to the truth comes first, or where much is `gathered` in few places. With `steps`, what has nothing
        to do with the count, over so many laws and sums, is left alone.
        """
        bounds, limits = self.seen(publish(self.counts(truth)), publish)
        if steps:
            near = self.near(count, steps)
            bounds = [each if fact in near else (was, was)
                      for fact, each, was in zip(self.facts, bounds, truth, strict=True)]  # fmt: skip
        place = {fact: n for n, fact in enumerate(self.facts)}
        limits.append((dict.fromkeys((place[part] for part in self.sums.get(count, [count])), 1), value, value))
        bounds = narrow(bounds, limits)
        bounds = [
            (low, max(UNBOUNDED, was + ENOUGH) if high == FAR else high)
            for (low, high), was in zip(bounds, truth, strict=True)
        ]

        def complete(begun: Truth) -> Iterator[Truth]:
            n = len(begun)
            left = narrow([*((number, number) for number in begun), *bounds[n:]], limits, rounds=1)
            if any(low > high for low, high in left):
                return
            if n == len(left):
                yield begun
                return
            low, high = left[n]
            for number in sorted(range(low, high + 1), key=lambda number: abs(number - (0 if gathered else truth[n]))):
                yield from complete((*begun, number))

        return complete(())

    def left(self, truth: Truth, publish: Publish, count: Count, patience: int | None = None) -> set[int]:
        """The values that are left of a hidden count; not all of them, when there are enough, or when patience ends."""
        seen, now = publish(self.counts(truth)), self.counts(truth)[count]
        found = {now}
        values = sorted({*range(UNBOUNDED)} - {now}, key=lambda value: (value not in SMALL, abs(value - now)))
        ways = product((1, 2) if len(self.facts) > LARGE else (0,), values, (False, True) if patience else (False,))
        for steps, value, gathered in ways:
            if len(found) == ENOUGH:
                break
            tried = islice(self.alike(truth, publish, count, value, gathered=gathered, steps=steps), patience)
            if any(publish(self.counts(other)) == seen for other in tried):
                found.add(value)
        return found

    def worked_out(self, truth: Truth, publish: Publish, patience: int | None = None) -> dict[Count, set[int]]:
        """The small counts that are hidden, of which too few values are left."""
        counts = self.counts(truth)
        hidden = [count for count in publish(counts) if counts[count] in SMALL]
        lefts = {count: self.left(truth, publish, count, patience) for count in hidden}
        return {count: left for count, left in lefts.items() if len(left) < ENOUGH and left != {0, 1}}


def narrow(bounds: list[Bounds], limits: Sequence[Limit], rounds: int = 4) -> list[Bounds]:
    """The bounds that are left of some numbers, where these sums of them keep within limits."""
    bounds = list(bounds)
    for _ in range(rounds):
        for terms, least, most in limits:
            ends = {at: sorted((times * bounds[at][0], times * bounds[at][1])) for at, times in terms.items()}
            lowest, highest = sum(low for low, _ in ends.values()), sum(high for _, high in ends.values())
            for at, times in terms.items():
                from_, to = least - (highest - ends[at][1]), most - (lowest - ends[at][0])
                if times < 0:
                    from_, to = -to, -from_
                low, high = bounds[at]
                bounds[at] = max(low, -(-from_ // abs(times))), min(high, to // abs(times))
    return bounds


def completed(modules: int, agencies: int, roles: int = 1) -> Scene:
    """Who completed what, by agency and module, and once over all modules, by job role: R1, R2, R3, R4, R6."""
    scene = Scene()
    of = [[scene.fact("completed", module=m, agency=a) for a in range(agencies)] for m in range(modules)]
    people = [scene.fact("people", role=r) for r in range(roles)]
    everything = [part for parts in of for part in parts]
    for m, parts in enumerate(of):
        scene.total(parts, "completed", module=m)
        scene.among(parts, people)
    scene.among(people, everything)
    scene.total(people, "people")
    scene.total(everything, "completions")
    for a in range(agencies):
        scene.total([parts[a] for parts in of], "completions", agency=a)
    return scene


def registered(agencies: int, modules: int = 1, *, certified: bool = False, roles: int = 0) -> Scene:
    """Who is registered where; of them who holds a certificate, who has to, and who is overdue: R1, R2, R3, R5, X1."""
    scene = Scene()
    here = [scene.fact("registered", agency=a) for a in range(agencies)]
    scene.total(here, "registered")
    if certified:
        for m, a in product(range(modules), range(agencies)):
            scene.among([scene.fact("certificates", module=m, agency=a)], [here[a]])
    for m in range(modules if roles else 0):
        of = [[scene.fact(kind, module=m, role=r) for kind in ("required", "met", "overdue")] for r in range(roles)]
        for asked, met, overdue in of:
            scene.among([met, overdue], [asked])
        scene.among([asked for asked, _, _ in of], here)
        scene.total([asked for asked, _, _ in of], "required", module=m)
        scene.total([met for _, met, _ in of], "met", module=m)
    return scene


def discussed(agencies: int) -> Scene:
    """Team discussions, and who was there, from 2 to 60 at each: R1, R13."""
    scene = Scene()
    held = [scene.fact("discussions", agency=a) for a in range(agencies)]
    scene.total(held, "discussions")
    present = scene.fact("present")
    scene.laws += [{present: 1} | dict.fromkeys(held, -2), dict.fromkeys(held, 60) | {present: -1}]
    return scene


def in_quarters(modules: int, quarters: int, agencies: int = 0) -> Scene:
    """Who completed what in a year and in its quarters, over all agencies: R1, R2 and the quarterly papers."""
    scene = Scene()
    of = [[scene.fact("completed", module=m, quarter=q) for q in range(quarters)] for m in range(modules)]
    then = [scene.fact("people", quarter=q) for q in range(quarters)]
    people = [scene.fact("people", role=0)]
    for m, parts in enumerate(of):
        scene.total(parts, "completed", module=m)
        scene.among(parts, people)
    scene.total([each for parts in of for each in parts], "completions")
    scene.total(people, "people")
    scene.among(people, then)
    for q, here in enumerate(then):
        scene.total([parts[q] for parts in of], "completions", quarter=q)
        scene.among([here], people)
        scene.among([here], [parts[q] for parts in of])
        for parts in of:
            scene.among([parts[q]], [here])
    there = [[scene.fact("completed", module=m, agency=a) for a in range(agencies)] for m in range(modules)]
    for m, parts in enumerate(there if agencies else []):
        scene.among(parts, of[m])
        scene.among(of[m], parts)
    for a in range(agencies):
        scene.total([parts[a] for parts in there], "completions", agency=a)
    return scene


def discussed_in_quarters(quarters: int, agencies: int = 0) -> Scene:
    """Team discussions of a year, of its quarters and of agencies: R1, R13 and the quarterly papers."""
    scene = Scene()
    then = [scene.fact("discussions", quarter=q) for q in range(quarters)]
    there = [scene.fact("discussions", agency=a) for a in range(agencies)]
    scene.total(then, "discussions")
    if agencies:
        scene.among(there, then)
        scene.among(then, there)
    return scene


def answered() -> Scene:
    """Who rated a statement at two times, and how many were asked; who told what has changed: R9, R9d, R10."""
    scene, statement = Scene(), {"module": 0, "pair": 0, "statement": 0}
    felt = [scene.fact("paired", **statement, felt=each) for each in range(3)]
    scene.total(felt, "paired", **statement)
    both, asked, any_, change, nothing = (
        scene.fact("said", module=0, what="both"),
        scene.fact("asked", module=0, what="both"),
        scene.fact("told", change="any"),
        scene.fact("told", change=0),
        scene.fact("told", nothing="nothing so far"),
    )
    scene.total([asked], "asked", **statement)
    scene.total([any_], "asked", change=0)
    scene.total([any_], "said", module=0, what="practice")
    scene.among(felt, [both])
    scene.among([both], [asked])
    scene.among([any_], [asked])
    scene.among([change, nothing], [any_])  # nobody chooses both
    scene.among([any_], [change, nothing])
    return scene


def pledged() -> Scene:
    """Who pledged something, said how it went and what got in the way: R11."""
    scene = Scene()
    how = [scene.fact("kept", module=0, how=each) for each in range(3)]
    made = scene.fact("pledged", module=0)
    scene.total(how, "kept", module=0)
    scene.among(how, [made])
    scene.among([scene.fact("in the way", module=0)], [made])
    return scene


def asked(items: int) -> Scene:
    """Who had which question right at the first attempt, and wrong: R12."""
    scene = Scene()
    for item in range(items):
        of = {"module": 0, "version": 1, "item": item}
        scene.total(
            [scene.fact("first attempts", **of, answer=each) for each in ("right", "wrong")], "first attempts", **of
        )
    return scene


def in_time() -> Scene:
    """Who completed in two years, and whose time to answer ended in them, 14 and 27 days on: R2, R9d.

    So each year of these is a year of completions shifted by so many days, and nothing was before the first. Not
    everybody who completed counts as such: some did so twice, and some were withdrawn.
    """
    scene, then = Scene(), {"year": "2024-25"}
    for year in (then, {}):
        of = [scene.fact("days", **year, block=each) for each in ("up to 27 before the end", "up to 14", "the last 14")]
        scene.among([scene.fact("completed", module=0, **year)], of)
    early, late, last, _, *days = scene.facts
    scene.total([early], "asked", module=0, what=27, **then)
    scene.total([early, late], "asked", module=0, what=14, **then)
    scene.total([late, last, days[0]], "asked", module=0, what=27)
    scene.total([last, days[0], days[1]], "asked", module=0, what=14)
    return scene


def together(*scenes: Scene) -> Scene:
    """All of them in one; the same count is the same in each."""
    whole = Scene()
    for scene in scenes:
        whole.sums |= scene.sums
    whole.facts = [*dict.fromkeys(fact for scene in scenes for fact in scene.facts if fact not in whole.sums)]
    for law in (law for scene in scenes for law in scene.laws):
        terms: Counter[Count] = Counter()
        for count, times in law.items():
            terms.update(dict.fromkeys(whole.sums.get(count, [count]), times))
        whole.laws.append(dict(terms))
    return whole


def with_few_asked(counts: Mapping[Count, int]) -> Figures:
    return decide({count: number for count, number in counts.items() if shape_of(count)[0] != "days"}, KINDS)


def each_alone(counts: Mapping[Count, int]) -> Figures:
    return {count: disclosed(counts[count]) for count in ours(counts)}


def without_room(counts: Mapping[Count, int]) -> Figures:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disclosure, "_leaves_room", lambda whole, *_, **__: whole is not None)
        return ours(counts)


def with_zeros(counts: Mapping[Count, int]) -> Figures:
    return {count: 0 if counts[count] == 0 else figure for count, figure in ours(counts).items()}


smaller_quarters = by(*(replace(each, smallest=10) for each in PUBLISHED_QUARTERLY if each.smallest))
AGENCIES = completed(1, 2), (12, 6, 18)
MODULES = completed(2, 1), (12, 6, 18)
ROLES = registered(1, roles=3), (22, 13, 13, 0, 8, 8, 0, 1, 1, 0)
ROLES_LATE = registered(1, roles=3), (22, 13, 0, 13, 8, 0, 8, 1, 0, 1)
LATE = registered(1, roles=6), (106, *(21, 13, 8) * 5, 1, 0, 0)
QUARTERS = in_quarters(1, 2), (12, 6, 12, 6, 18)
TALKS = discussed_in_quarters(2), (12, 6)
RARE = in_quarters(2, 1), (12, 6, 18, 18)

WEAKER: dict[str, tuple[tuple[Scene, Truth], Publish]] = {
    "parts need not be hidden": (AGENCIES, by(replace(COMPLETED_THERE, part_of=None))),
    "parts need no room": (AGENCIES, without_room),
    "parts are thought to have a rest": (AGENCIES, by(replace(COMPLETED_THERE, has_rest=True))),
    "parts of what is hidden are shown": (MODULES, by(Leaves("people", ("role",)))),
    "zero stays zero": ((completed(1, 7), (*[1] * 6, 0, 6)), with_zeros),
    "certificates without registered": ((registered(3, certified=True), (13, 8, 1, 13, 8, 1)), by(replace(CERTIFICATES, within=None))),
    "met without required": (ROLES, by(replace(MET, within=None))),
    "overdue without required": (ROLES_LATE, by(replace(OVERDUE, within=None))),
    "required is not known from below": (LATE, by(*(replace(each, within=None, needs=(REQUIRED,)) for each in (MET, OVERDUE)))),
    "people at least once": (MODULES, by(replace(PEOPLE, union_of=None))),
    "true sums": (MODULES, by(Leaves("completions"))),
    "an agency's true sums": (MODULES, by(Leaves("completions", ("agency",)))),
    "required without job roles": ((registered(1, roles=2), (23, 12, 0, 0, 6, 0, 0)), by(Leaves("required", ("module",)))),
    "met without job roles": ((registered(1, roles=2), (30, 12, 12, 0, 13, 6, 0)), by(Leaves("met", ("module",)))),
    "present without discussions": ((discussed(1), (7, 420)), by(Leaves("present"))),
    "quarters as small as years": (QUARTERS, smaller_quarters),
    "quarters of discussions as small": (TALKS, smaller_quarters),
    "a quarter's zero": ((in_quarters(1, 3), (13, 13, 1, 13, 13, 1, 27)), with_zeros),
    "a quarter's true sums": (RARE, by(Leaves("completions", ("quarter",), smallest=SMALLEST_QUARTER))),
    "who felt surer beside all": ((answered(), (12, 6, 0, 18, 18, 8, 8, 0)), by(replace(FELT, part_of=None))),
    "nothing so far beside all": ((answered(), (8, 8, 0, 18, 18, 18, 6, 12)), by(Leaves("told", ("nothing",)))),
    "how pledges went beside all": ((pledged(), (12, 6, 0, 18, 0)), by(replace(HOW, part_of=None))),
    "few who were asked": ((in_time(), (0, 7, 0, 7, 6, 0, 0, 6)), with_few_asked),
    "right and wrong beside all": ((asked(1), (12, 6)), by(replace(ANSWERED, part_of=None))),
    "a quarter's people": (RARE, by(Leaves("people", ("quarter",), smallest=SMALLEST_QUARTER))),
}  # fmt: skip


@pytest.mark.parametrize("name", WEAKER)
def test_without_one_of_the_rules_something_is_worked_out(name: str) -> None:
    (scene, truth), weaker = WEAKER[name]
    assert scene.can_be(truth)
    assert not scene.worked_out(truth, ours)
    assert scene.worked_out(truth, weaker)


FEW = (0, 1, 4, 7, 8, 12, 13, 18)
EDGES = (0, 1, 7, 8, 12)
ANY = range(60)
TRIED: dict[str, tuple[Scene, Sequence[Sequence[int]]]] = {
    "one module, two agencies": (completed(1, 2), [range(14)] * 2 + [ANY]),
    "one module, three agencies": (completed(1, 3), [FEW] * 3 + [ANY]),
    "one module, four agencies": (completed(1, 4), [(1, 7, 8, 12)] * 4 + [ANY]),
    "two modules, two agencies": (completed(2, 2), [(0, 1, 7, 12)] * 4 + [(1, 7, 8, 12, 13, 20, 24, 25, 31)]),
    "two modules, two job roles": (completed(2, 1, roles=2), [(0, 3, 7, 8, 12, 22)] * 2 + [(*EDGES, 20)] * 2),
    "certificates in two modules": (registered(2, 2, certified=True), [(0, 1, 8, 12)] * 6),
    "certificates in three agencies": (registered(3, certified=True), [(1, 7, 8, 12)] * 3 + [(0, 1, 7)] * 3),
    "required": (registered(1, roles=2), [(8, 13, 22, 27), *[EDGES, (0, 7, 8), (0, 4, 7)] * 2]),
    "required in two modules": (registered(1, 2, roles=1), [(8, 13, 22), *[EDGES, (0, 7, 12), (0, 4, 7)] * 2]),
    "discussions": (discussed(2), [EDGES] * 2 + [(2, 4, 7, 8, 12, 60, 420)]),
    "answers": (answered(), [(0, 1, 7, 8, 12), (7, 8), (0, 1, 12), (8, 18, 23), (18, 23), (8, 18), (0, 6, 8), (0, 6, 12)]),
    "pledges": (pledged(), [EDGES] * 3 + [(8, 18, 23, 36), (0, 1, 7, 8)]),
    "two questions": (asked(2), [(0, 1, 4, 7, 8, 12)] * 4),
    "discussions in quarters": (discussed_in_quarters(2, agencies=2), [(0, 1, 7, 12, 13, 17)] * 2 + [ANY, (0, 1, 7, 12)]),
}  # fmt: skip


@pytest.mark.parametrize("name", TRIED)
def test_who_tries_everything_works_nothing_out(name: str) -> None:
    scene, values = TRIED[name]
    alike: dict[tuple[int | None, ...], list[Truth]] = defaultdict(list)
    for truth in filter(scene.can_be, product(*values)):
        alike[tuple(ours(scene.counts(truth)).values())].append(truth)
    for figures, same in alike.items():
        tried = [scene.counts(truth) for truth in same]
        for count, figure in zip(ours(tried[0]), figures, strict=True):
            left = {counts[count] for counts in tried}
            if figure is None and left & {*SMALL} and len(left) < ENOUGH:  # of those tried: there may be more
                truth = next(truth for truth, counts in zip(same, tried, strict=True) if counts[count] in SMALL)
                left |= scene.left(truth, ours, count)
                assert len(left) >= ENOUGH or left == {0, 1}, (truth, count)


def test_a_part_that_is_hidden_beside_others_may_be_any_of_1_to_7() -> None:
    scene, beside = completed(1, 4), 0
    for parts in product((1, 7), *[(8, 12)] * 3):
        truth = (*parts, sum(parts))
        seen = ours(scene.counts(truth))
        if seen[scene.facts[1]] is not None:
            beside += 1
            for value in SMALL:
                tried = scene.alike(truth, ours, scene.facts[0], value)
                assert any(ours(scene.counts(other)) == seen for other in tried)
    assert beside


LARGER = {
    "completed": completed(2, 4, roles=2),
    "registered": registered(2, certified=True, roles=2),
    "quarters": in_quarters(1, 4),
    "quarters of two modules": in_quarters(2, 3),
    "quarters and agencies": in_quarters(1, 3, agencies=3),
    "discussions in four quarters": discussed_in_quarters(4, agencies=2),
    "times to answer": in_time(),
    "questions": asked(4),
}


@pytest.mark.parametrize("name", LARGER)
def test_nothing_is_worked_out_in_larger_scenes(name: str) -> None:
    scene, chance = LARGER[name], random.Random(name)
    for _ in range(8):
        assert not scene.worked_out(some_truth(scene, chance), ours, patience=100)


def some_truth(scene: Scene, chance: random.Random) -> Truth:
    """Something that could have happened: many small counts, and many at an end of what is published alike."""
    limits = scene.known()
    while True:
        truth: list[int] = []
        for n in range(len(scene.facts)):
            low, high = narrow([*((each, each) for each in truth), *[(0, 40)] * (len(scene.facts) - n)], limits)[n]
            wanted = chance.choice([*EDGES, 3, 13, 17, 18, 22, 40])
            truth.append(min(max(wanted, low), max(low, high)))
        if scene.can_be(tuple(truth)):
            return tuple(truth)


EVERYTHING = together(
    in_quarters(2, 2, agencies=2),
    completed(2, 2),
    registered(2, 2, certified=True, roles=2),
    discussed_in_quarters(2, agencies=2),
    discussed(2),
    answered(),
    pledged(),
    asked(2),
    in_time(),
)


def test_nothing_is_worked_out_of_everything_together() -> None:
    chance = random.Random("everything")
    for _ in range(2):
        assert not EVERYTHING.worked_out(some_truth(EVERYTHING, chance), ours, patience=30)


def equations(scene: Scene, truth: Truth, publish: Publish) -> dict[Count, Bounds]:
    """The small counts that the equations and bounds of all tables leave too few values of, whatever the rules."""
    counts = scene.counts(truth)
    figures = publish(counts)
    bounds = narrow(*scene.seen(figures, publish), rounds=8)
    left = {count: bounds[scene.facts.index(count)] for count in figures if count in scene.facts}
    return {count: (low, high) for count, (low, high) in left.items()
            if counts[count] in SMALL and figures[count] is None and high - low + 1 < ENOUGH and (low, high) != (0, 1)}  # fmt: skip


@pytest.mark.parametrize("publish", [ours, each_alone], ids=["ours", "each count alone"])
def test_no_equations_of_any_tables_give_a_small_count_away(publish: Publish) -> None:
    chance = random.Random("equations")
    found = [equations(EVERYTHING, some_truth(EVERYTHING, chance), publish) for _ in range(20)]
    assert any(found) is (publish is not ours)


def means_leave(ends: tuple[Decimal, Decimal]) -> list[set[int]]:
    """What the means of ten to twelve who rated a statement twice leave of those who felt surer, the same, or less sure.

    Where one of these is small. The means are as near to an end of the scale as any that are given, or to its two ends.
    """
    left: dict[tuple[Decimal, ...], list[set[int]]] = defaultdict(lambda: [set(), set(), set()])
    for n in range(SHOWN, 13):  # all are published as 10
        sums = [total for total in range(10 * n + 1) if ends[0] <= tenths(Decimal(total) / n) <= ends[1]]
        for before, after in product([*sums[:6], *sums[-6:]], repeat=2):
            step = after - before
            means = tuple(tenths(Decimal(each) / n) for each in (before, after, step))
            for rose, fell in product(range(n + 1), repeat=2):
                parts = (rose, n - rose - fell, fell)
                # So much has been lost together by those who fell: each at least one, and at most ten.
                lost = max(fell, rose - step), min(10 * fell, 10 * rose - step, before, 10 * n - after)
                if min(parts) >= 0 and any(part in SMALL for part in parts) and lost[0] <= lost[1]:
                    for values, part in zip(left[means], parts, strict=True):
                        values.add(part)
    return [values for parts in left.values() for values in parts]


@pytest.mark.parametrize("ends", [ENDS, (Decimal(0), Decimal(10))], ids=["ours", "means at the ends"])
def test_means_do_not_say_how_many_felt_surer(ends: tuple[Decimal, Decimal]) -> None:
    found = [left for left in means_leave(ends) if len(left) < ENOUGH and left & {*SMALL} and left != {0, 1}]
    assert bool(found) is (ends != ENDS)


# What the reports of later years print again of a year, and what they decide it on (`LOOKED_BACK_ON`).
AGAIN = {(what, frozenset(each)) for what, *each in (
    ("registered",), ("people",), ("completions",), ("completions", "agency"), ("discussions",), ("present",)
)}  # fmt: skip
DECIDED_ON = AGAIN | {(what, frozenset(each)) for what, *each in (
    ("completed", "module"), ("completed", "module", "agency"), ("people", "role"), ("registered", "agency"),
    ("discussions", "agency"),
)}  # fmt: skip


def test_a_year_is_printed_again_as_it_was_whatever_stands_beside_it() -> None:
    """So several years together are no more than each of them."""
    chance = random.Random("years")
    for _ in range(10):
        counts = EVERYTHING.counts(some_truth(EVERYTHING, chance))
        figures = ours(counts)
        later = {
            frozenset({*count, ("year", "2027-28")} - {("year", "2025-26")}): each + 9 for count, each in counts.items()
        }
        again = ours({count: each for count, each in counts.items() if shape_of(count) in DECIDED_ON} | later)
        printed = [count for count in figures if shape_of(count) in AGAIN]
        assert printed
        assert all(again[count] == figures[count] for count in printed)


SCENES = [*(scene for scene, _ in TRIED.values()), *LARGER.values(), *(scene for (scene, _), _ in WEAKER.values())]


def test_what_has_to_do_with_each_other_is_attacked_together() -> None:
    scenes = [{shape_of(count) for count in scene.counts((0,) * len(scene.facts))} for scene in SCENES]
    for kind, other in product(KINDS, repeat=2):
        named = {kind.part_of, kind.within, kind.union_of, kind.sum_of, *kind.needs}
        if kind is not other and (other in named or kind.counts == other.counts):
            assert any({kind.shape, other.shape} <= together for together in scenes), (kind, other)
