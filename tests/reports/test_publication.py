"""All that is published of a year, taken together, lets nobody work a hidden count out.

The proof is by indistinguishability: for a hidden count there are other years, as possible as the true one, in which it
is another number, and all that is published is the same to the last figure, what is hidden included. Attackers who try
every year there can be are tested too, against weaker ways of publishing, so that the tests could fail.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from itertools import islice, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elearning.figures.disclosure import SMALLEST_SHOWN, Count, Figures, could_be, decide, disclosed, tells_nothing
from elearning.reports.disclosure import PUBLISHED

SMALL = range(1, SMALLEST_SHOWN)

Year = dict[str, list[list[int]]]  # what is counted, by module (or one row of it) and by agency or job role


def counted(year: Year) -> dict[Count, int]:
    """Every count of a year that some table holds."""
    found: dict[Count, int] = {}

    def put(number: int, counts: str, **of: int) -> None:
        found[
            frozenset({("counts", counts), ("year", "2025-26"), *((name, str(each)) for name, each in of.items())})
        ] = number

    for m, row in enumerate(year["completed"]):
        put(sum(row), "completed", module=m)
        put(sum(row), "started", module=m)
        for a, number in enumerate(row):
            put(number, "completed", module=m, agency=a)
    agencies = range(len(year["registered"][0]))
    put(sum(map(sum, year["completed"])), "completions")
    for a in agencies:
        put(sum(row[a] for row in year["completed"]), "completions", agency=a)
        put(year["registered"][0][a], "registered", agency=a)
        put(year["discussions"][0][a], "discussions", agency=a)
        for m, row in enumerate(year["certificates"]):
            put(row[a], "certificates", module=m, agency=a)
    put(sum(year["registered"][0]), "registered")
    put(sum(year["discussions"][0]), "discussions")
    put(3 * sum(year["discussions"][0]), "present")
    put(sum(year["people"][0]), "people")
    for r, number in enumerate(year["people"][0]):
        put(number, "people", role=r)
    for m in range(len(year["required"])):
        for kind in ("required", "met", "overdue"):
            for r, number in enumerate(year[kind][m]):
                put(number, kind, module=m, role=r)
        put(sum(year["required"][m]), "required", module=m)
        put(sum(year["met"][m]), "met", module=m)
    return found


def is_possible(year: Year) -> bool:
    """Whether a year can have been so: the attacker knows all of this."""
    people, modules = sum(year["people"][0]), [sum(row) for row in year["completed"]]
    return (
        min(number for rows in year.values() for row in rows for number in row) >= 0
        and max(modules) <= people <= sum(modules)
        and all(
            held <= here for row in year["certificates"] for held, here in zip(row, year["registered"][0], strict=True)
        )
        and all(sum(row) <= sum(year["registered"][0]) for row in year["required"])
        and all(
            met + late <= required
            for rows in zip(year["met"], year["overdue"], year["required"], strict=True)
            for met, late, required in zip(*rows, strict=True)
        )
    )


def everything(year: Year) -> Figures:
    return decide(counted(year), PUBLISHED)


def fitted(whole: int, part: int, value: int, row: list[int], lows: list[int]) -> list[int] | None:
    """The row with another value in one place, the others moved within what they are published as, adding up to `whole`."""
    bounds = [could_be(disclosed(number)) for number in row]
    bounds = [
        (min(max(low, least), number), high) for (low, high), least, number in zip(bounds, lows, row, strict=True)
    ]
    bounds[part] = (value, value)
    out = [low for low, _ in bounds]
    left = whole - sum(out)
    for n, (low, high) in enumerate(bounds):
        more = max(0, min(left, high - low))
        out[n] += more
        left -= more
    return out if left == 0 else None


def gathered(whole: int, part: int, value: int, row: list[int]) -> list[int]:
    """The row with a value in one place and all others in the next."""
    out = [0] * len(row)
    out[part] = value
    out[part - 1] += whole - value if len(row) > 1 else 0
    return out


def others(year: Year, kind: str, row: int, part: int, value: int) -> Iterator[Year]:
    """Years that differ in one count, and in what has to differ with it."""

    def changed(**rows: list[int]) -> Year:
        new = deepcopy(year)
        for name, numbers in rows.items():
            new[name][row] = numbers
        return new

    now, held = year[kind][row], sum(year[kind][row])
    if kind in ("met", "overdue", "certificates"):
        new = deepcopy(year)
        new[kind][row][part] = value
        yield new
        if kind in ("met", "overdue"):  # make room in the other, or with it
            other = "overdue" if kind == "met" else "met"
            for number in {could_be(disclosed(year[other][row][part]))[0], 0}:
                new = deepcopy(new)
                new[other][row][part] = number
                yield new
        if kind == "certificates":
            new = deepcopy(new)
            new["registered"][0][part] = max(value, new["registered"][0][part])
            yield new
        return
    if kind == "required":
        new = deepcopy(year)
        lows = [0] * len(now)
        for r, number in enumerate(now):
            for state in ("met", "overdue"):
                new[state][row][r] = (
                    0 if r == part and number < SMALLEST_SHOWN else could_be(disclosed(year[state][row][r]))[0]
                )
                lows[r] += new[state][row][r]
        least = sum(
            max(low, could_be(disclosed(number))[0])
            for r, (low, number) in enumerate(zip(lows, now, strict=True))
            if r != part
        )
        for whole in {least + value, held}:
            if row_of := fitted(whole, part, value, now, lows):
                out = deepcopy(new)
                out[kind][row] = row_of
                yield out
        return
    lows = [0] * len(now)
    wholes = sorted(
        {held, *range(max(1, held - 4), held + 5), *(SMALL if held < SMALLEST_SHOWN else ())},
        key=lambda n: abs(n - held),
    )
    for whole in wholes:
        for numbers in (fitted(whole, part, value, now, lows), gathered(whole, part, value, now)):
            if numbers is None or whole < value:
                continue
            new = changed(**{kind: numbers})
            if kind == "registered":
                if whole != held >= SMALLEST_SHOWN:
                    continue
                for row_of in new["certificates"]:
                    row_of[:] = [min(a, b) for a, b in zip(row_of, numbers, strict=True)]
                yield new
                for name in ("required", "met", "overdue"):
                    if held < SMALLEST_SHOWN:
                        new[name] = [[0] * len(each) for each in new[name]]
            yield new
            if kind == "completed":
                modules = [sum(each) for each in new["completed"]]
                for people in (sum(modules), max(modules)):
                    new = deepcopy(new)
                    new["people"] = [gathered(people, 0, 0, new["people"][0])]
                    if len(new["people"][0]) == 1:
                        new["people"] = [[people]]
                    yield new


ON = {  # what has to make room where a count grows
    "met": "required", "overdue": "required", "required": "registered", "certificates": "registered", "people": "completed",
}  # fmt: skip


def with_room(year: Year, kind: str, row: int, part: int, value: int) -> Iterator[Year]:
    """Years that differ in one count; where there is no room for it, in what it is among as well."""
    yield from others(year, kind, row, part, value)
    if kind not in ON:
        return
    below = ON[kind]
    places = {
        "required": [(row, part)],
        "registered": [(0, part if kind == "certificates" else p) for p in range(len(year["registered"][0]))],
        "completed": [(m, a) for m, each in enumerate(year["completed"]) for a in range(len(each))],
    }[below]
    hidden_first = sorted(dict.fromkeys(places), key=lambda place: year[below][place[0]][place[1]] not in SMALL)
    for place in hidden_first:
        for more in range(value, SMALLEST_SHOWN + 5):
            for roomier in with_room(year, below, *place, more):
                yield from others(roomier, kind, row, part, value)


def could_all_be(year: Year, kind: str, row: int, part: int) -> set[int]:
    """The small numbers that a count may be, given all that is published."""
    seen = everything(year)
    tried = {
        value: (each for each in islice(with_room(year, kind, row, part, value), 3000) if is_possible(each))
        for value in SMALL
        if value != year[kind][row][part]
    }
    return {year[kind][row][part]} | {
        value for value, years in tried.items() if any(everything(each) == seen for each in islice(years, 60))
    }


def made(seed: int, largest: int, agencies: int, modules: int, roles: int, *, zeros: float) -> Year:
    """A possible year."""
    by = random.Random(seed)

    def some(most: int = largest) -> int:
        return (
            0
            if by.random() < zeros or most < 1
            else by.randint(1, max(1, most))
            if by.random() < 0.6
            else by.randint(1, min(most, 12))
        )

    completed = [[some() for _ in range(agencies)] for _ in range(modules)]
    sums = [sum(row) for row in completed]
    people = by.choice([max(sums), sum(sums), by.randint(max(sums), sum(sums))])
    cuts = sorted(by.randint(0, people) for _ in range(roles - 1))
    registered = [some(2 * largest) for _ in range(agencies)]
    required, met, late = [], [], []
    for _ in range(modules):
        whole = by.choice([sum(registered), by.randint(0, sum(registered))])
        edges = sorted(by.randint(0, whole) for _ in range(roles))
        required.append([b - a for a, b in zip([0, *edges], edges, strict=False)])
        met.append([by.choice([each, by.randint(0, each)]) for each in required[-1]])
        late.append([by.randint(0, a - b) for a, b in zip(required[-1], met[-1], strict=True)])
    return {
        "completed": completed,
        "people": [[b - a for a, b in zip([0, *cuts], [*cuts, people], strict=True)]],
        "registered": [registered],
        "certificates": [[by.randint(0, here) for here in registered] for _ in range(modules)],
        "required": required,
        "met": met,
        "overdue": late,
        "discussions": [[some(largest // 2) for _ in range(agencies)]],
    }


YEARS = st.builds(
    made,
    st.integers(0, 10**9),
    st.sampled_from([3, 9, 12, 40, 300]),
    st.sampled_from([1, 2, 3, 5, 8]),
    st.integers(1, 3),
    st.integers(1, 5),
    zeros=st.sampled_from([0.0, 0.3, 0.8, 1.0]),
)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(YEARS, st.randoms(use_true_random=False))
def test_a_hidden_count_could_be_another_in_a_year_that_looks_the_same(year: Year, by: random.Random) -> None:
    assert is_possible(year)
    small = [
        (kind, row, part)
        for kind, rows in year.items()
        for row, numbers in enumerate(rows)
        for part, number in enumerate(numbers)
        if number in SMALL
    ]
    for place in by.sample(small, min(4, len(small))):
        assert len(could_all_be(year, *place)) >= 3, place


# An attacker with patience: tries every year that a small table can stand for, and keeps those that would look the same.

Small = tuple[int, ...]
ATTACKED = range(13)


def narrowed(years: Sequence[Small], publish: Callable[[Small], object]) -> list[tuple[Small, int, set[int]]]:
    """Each hidden count of which the attacker can exclude one of 1 to 7: the year, the place, what is left."""
    alike: dict[object, list[Small]] = defaultdict(list)
    for year in years:
        alike[publish(year)].append(year)
    found = []
    for same in alike.values():
        for place in range(len(same[0])):
            left = {year[place] for year in same}
            if any(number in SMALL for number in left) and len(left & {*SMALL}) < len(SMALL):
                found.append((same[0], place, left))
    return found


def ours(parts: Small) -> tuple[object, object]:
    whole, figures = disclosed(sum(parts)), tuple(map(disclosed, parts))
    return whole, figures if tells_nothing(whole, figures) else None


def with_totals(parts: Small) -> object:
    return disclosed(sum(parts)), tuple(map(disclosed, parts))


def with_exact_rates(parts: Small) -> object:
    return tuple(map(disclosed, parts)), round(100 * parts[0] / (sum(parts) or 1))


def under_two_filters(parts: Small) -> object:
    return tuple(map(disclosed, parts)), disclosed(sum(parts[:-1]))


TABLES = {n: list(product(ATTACKED, repeat=n)) for n in (2, 3)}
TABLES[4] = list(product((0, *SMALL, 8, 10, 12), repeat=4))


@pytest.mark.parametrize("parts", TABLES)
def test_who_tries_every_year_finds_nothing_in_a_total_and_its_parts(parts: int) -> None:
    # A year whose total is in one part of more than 12 is not among those tried.
    complete = ATTACKED[-1] * (min(parts, 3) - 1) + 1

    def is_shown(year: Small) -> bool:
        return ours(year)[1] is not None

    found = narrowed(TABLES[parts], ours)
    assert [each for each in found if is_shown(each[0]) or sum(each[0]) <= complete] == []
    beside_total = [year for year in TABLES[parts] if is_shown(year) and None in map(disclosed, year)]
    assert bool(beside_total) == (parts == 4), "four parts may stand beside their total"


@pytest.mark.parametrize("weaker", [with_totals, with_exact_rates, under_two_filters])
def test_the_same_attacker_reads_what_weaker_ways_publish(weaker: Callable[[Small], object]) -> None:
    assert any(len(left & {*SMALL}) < 3 for _, _, left in narrowed(TABLES[3], weaker))


def of_two_modules(year: Small) -> Figures:
    """One agency, two modules, and how many people completed at least one: R1, R2, R3 and R4."""
    first, second, people = year
    place = ("year", "2025-26")
    counts = {
        frozenset({place, ("counts", "people")}): people,
        frozenset({place, ("counts", "completions")}): first + second,
        frozenset({place, ("counts", "completions"), ("agency", "1")}): first + second,
    }
    for module, number in (("1", first), ("2", second)):
        counts[frozenset({place, ("counts", "completed"), ("module", module)})] = number
        counts[frozenset({place, ("counts", "completed"), ("module", module), ("agency", "1")})] = number
    return decide(counts, PUBLISHED)


TWO_MODULES = [(a, b, people) for a, b in TABLES[2] for people in range(max(a, b), a + b + 1)]


def test_who_tries_every_year_finds_no_module_from_people_counted_once_and_from_sums() -> None:
    def published(year: Small) -> object:
        return tuple(sorted((str(sorted(count)), figure) for count, figure in of_two_modules(year).items()))

    def with_people(year: Small) -> object:
        return published(year), disclosed(year[2])

    def of_modules(publish: Callable[[Small], object]) -> list[int]:
        return [place for _, place, _ in narrowed(TWO_MODULES, publish) if place < 2]

    assert of_modules(published) == []
    assert of_modules(with_people) != []
