"""Disclosure control of single figures, of tables, and of all that is published together (law 6).

A count of 1 to 7 people is suppressed, any other is rounded to the nearest 5, zero stays zero, a rate is made of the
published figures, and a measure is given in tenths, without its interval. `publish` is for a set of tables: totals and
their parts stand in it, and the same people are counted in several ways, so what is hidden in one place could be worked
out from the others. Decisions/0019 has the rules and why they are enough; `reports/disclosure.py` says what may leave at
all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from elearning.figures.types import Column, Hidden, Kind, Measure, Place, Rate, Table, Value

SMALLEST_SHOWN = 8
ROUNDED_TO = 5
MARK = Hidden.SUPPRESSED
SMALL_COUNTS = (
    f"Counts of 1 to {SMALLEST_SHOWN - 1} are shown as {MARK}, other counts are rounded to the nearest {ROUNDED_TO}, and "
    "rates are made of the rounded figures, so that nobody can be recognised."
)

LEFT_OUT = "Left out of what is published: "
HIDDEN_HERE = "hidden in this table: a small count, or one that would give a small count away."

LISTED = 8  # names in a note
COUNTS, YEAR = "counts", "year"  # in a place: what is counted, and in which year
Count = frozenset[tuple[str, str]]  # a place without its order
Shape = tuple[str, frozenset[str]]  # what is counted, and for each of what
Figures = dict[Count, int | None]  # what is published of each count; None where it is hidden


def disclosed(count: int) -> int | None:
    """A count as it may be published: rounded, or None when it is suppressed. Raises ValueError below zero."""
    if count < 0:
        raise ValueError("a count of people is never below zero")
    if 0 < count < SMALLEST_SHOWN:
        return None
    return (2 * count + ROUNDED_TO) // (2 * ROUNDED_TO) * ROUNDED_TO


def could_be(figure: int | None) -> tuple[int, int]:
    """The least and the most that a published count may stand for."""
    if figure is None:
        return 1, SMALLEST_SHOWN - 1
    return (figure - ROUNDED_TO // 2, figure + ROUNDED_TO // 2) if figure else (0, 0)


def shown(count: int | None) -> str:
    """A published count in a cell."""
    return str(MARK) if count is None else str(count)


def _leaves_room(
    whole: int | None, parts: Sequence[int | None], bounds: Sequence[tuple[int, int]], *, has_rest: bool
) -> bool:
    """Whether the published parts of a published whole may stand beside it: each hidden one can still be any of 1 to 7.

    That is so when every count that the whole may stand for leaves room for 1 and for 7 in each hidden part, with the
    others somewhere in their `bounds`. `has_rest`: there is a part more, of any size, that is not published.
    """
    if whole is None or None not in parts:
        return whole is not None
    least, most = could_be(whole)
    room = SMALLEST_SHOWN - 2  # from 1 to 7
    return least >= sum(low for low, _ in bounds) + room and (
        has_rest or most <= sum(high for _, high in bounds) - room
    )


@dataclass(frozen=True)
class Leaves:
    """One kind of count that may leave: what it `counts`, for `each` of what; the year is always understood.

    What it has to do with others (decisions/0019):
    `part_of` a whole, when `over` is summed out (`has_rest`: not all of it): all parts are hidden, unless they tell nothing.
    `within` others: people among them, hidden where those are.
    `union_of` others, whose people may overlap: hidden where it tells something of one of them.
    `sum_of` others' published figures: of those shown.
    `needs` others: hidden unless all of those are shown.
    `smallest`: the least figure that is shown; below it none at all is hidden too.
    `stays`: others are decided on with it, but it does not leave itself.
    """

    counts: str
    each: tuple[str, ...] = ()
    part_of: "Leaves | None" = None
    over: tuple[str, ...] = ()
    has_rest: bool = False
    within: "Leaves | None" = None
    union_of: "Leaves | None" = None
    sum_of: "Leaves | None" = None
    needs: tuple["Leaves", ...] = ()
    smallest: int = 0
    stays: bool = False

    @property
    def shape(self) -> Shape:
        return self.counts, frozenset(self.each)


def decide(counts: Mapping[Count, int], kinds: Sequence[Leaves]) -> Figures:
    """Each count that leaves as it may be published beside all others. Raises KeyError for a count of none of these kinds."""
    of_shape = {kind.shape: kind for kind in kinds}
    members: dict[Shape, list[Count]] = {shape: [] for shape in of_shape}
    for count in counts:
        members[_shape_of(count)].append(count)
    alone: Figures = {
        count: _large_enough(disclosed(counts[count]), of_shape[shape].smallest)
        for shape in members
        for count in members[shape]
    }
    figures = dict(alone)

    def beside(kind: Leaves, other: Leaves) -> Iterator[tuple[Count, list[int | None]]]:
        """Each count of a kind, with the figures of another that agree with it on what both are for."""
        names = [name for name in kind.each if name in other.each]
        found = _gathered(members[other.shape], names)
        return ((count, [figures[each] for each in found.get(_key(count, names), [])]) for count in members[kind.shape])

    before: Figures = {}
    while figures != before:  # what is hidden may hide more; nothing is shown again
        before = dict(figures)
        for kind in kinds:
            hidden: list[Count] = []
            if kind.part_of:
                among = [each for each in kinds if each.within and each.within.shape == kind.shape]
                hidden += _unsafe_parts(kind, kind.part_of, members, among, alone, figures)
            if kind.union_of:
                hidden += [
                    count
                    for count, of in beside(kind, kind.union_of)
                    if not _tells_nothing_of_union(figures[count], of)
                ]
            for needed in (*kind.needs, *([kind.within] if kind.within else [])):
                hidden += [count for count, others in beside(kind, needed) if not others or None in others]
            figures.update(dict.fromkeys(hidden))
            if kind.sum_of:
                sums = beside(kind, kind.sum_of)
                figures.update({count: _large_enough(_added(parts), kind.smallest) for count, parts in sums})
    return {count: figures[count] for count in counts if not of_shape[_shape_of(count)].stays}


def _unsafe_parts(
    kind: Leaves,
    whole_kind: Leaves,
    members: Mapping[Shape, Sequence[Count]],
    among: Sequence[Leaves],
    alone: Figures,
    figures: Figures,
) -> list[Count]:
    """The parts that cannot stand beside their whole: all of it, or none. `among` the parts are these others."""
    wholes = {_key(count, whole_kind.each): figures[count] for count in members[whole_kind.shape]}
    among_parts = [_gathered(members[each.shape], kind.each) for each in among]

    def bounds(part: Count) -> tuple[int, int]:
        low, high = could_be(alone[part])
        if alone[part] is None:
            return low, high
        # A part is never less than the people among it: those who completed, and those who are overdue.
        lows = [
            max((could_be(alone[each])[0] for each in found.get(_key(part, kind.each), [])), default=0)
            for found in among_parts
        ]
        return max(low, sum(lows)), high

    unsafe: list[Count] = []
    for parts in _gathered(members[kind.shape], [name for name in kind.each if name not in kind.over]).values():
        whole = wholes.get(_key(parts[0], whole_kind.each))
        given = [alone[part] for part in parts]
        if not _leaves_room(whole, given, [bounds(part) for part in parts], has_rest=kind.has_rest):
            unsafe += parts
    return unsafe


def _tells_nothing_of_union(union: int | None, sets: Sequence[int | None]) -> bool:
    """Whether so many people may have been in these sets, however large each of them is within what it may stand for."""
    if union is None or not sets:
        return False
    least, most = could_be(union)
    bounds = [could_be(each) for each in sets]
    return None not in sets or (least >= max(high for _, high in bounds) and most <= sum(low for low, _ in bounds))


def _added(figures: Sequence[int | None]) -> int | None:
    """The sum of the figures that are shown; None where that would say that there are none."""
    total = sum(figure or 0 for figure in figures)
    return total if total or (figures and None not in figures) else None


def _large_enough(figure: int | None, smallest: int) -> int | None:
    return None if (figure or 0) < smallest else figure


def _shape_of(count: Count) -> Shape:
    return dict(count).get(COUNTS, ""), frozenset(name for name, _ in count) - {COUNTS, YEAR}


def _key(count: Count, names: Iterable[str]) -> Count:
    kept = {*names, YEAR}
    return frozenset(pair for pair in count if pair[0] in kept)


def _gathered(counts: Iterable[Count], names: Sequence[str]) -> dict[Count, list[Count]]:
    """Counts that agree on these names, together."""
    together: dict[Count, list[Count]] = {}
    for count in counts:
        together.setdefault(_key(count, names), []).append(count)
    return together


def publish(tables: Sequence[Table], kinds: Sequence[Leaves]) -> tuple[Table, ...]:
    """All tables of a publication as they may leave; what is no count of these `kinds` is left out of them.

    A column's and a row's places say what a cell counts. Measures, and words that are worked out from counts, leave where
    the counts that their column names are not hidden; other words and days leave as they are. Each year is decided by
    itself, so give the tables of the other years too where figures of theirs stand in one. Raises ValueError when tables
    disagree on a count, or have rows without places.
    """
    shapes = {kind.shape for kind in kinds}
    counts: dict[Count, int] = {}
    for table in tables:
        if len(table.places) != len(table.rows):
            raise ValueError(f"{table.number}: what its rows count has to be said by their places")
        for place, row in zip(table.places, table.rows, strict=True):
            for column, value in zip(table.columns, row, strict=True):
                for count, number in _counted(place, column, value):
                    if _shape_of(count) in shapes and counts.setdefault(count, number) != number:
                        raise ValueError(f"{table.number}: {number} is {counts[count]} in another table")
    figures = decide(counts, kinds)
    return tuple(_redrawn(table, figures, {kind.shape for kind in kinds if not kind.stays}) for table in tables)


def _counted(place: Place, column: Column, value: Value) -> list[tuple[Count, int]]:
    match value:
        case Rate():
            return [
                (frozenset((*place, *column.place)), value.numerator),
                (frozenset((*place, *column.of)), value.denominator),
            ]
        case int() if column.kind is Kind.COUNT:
            return [(frozenset((*place, *column.place)), value)]
    return []


def _about(place: Place, column: Column) -> list[Count]:
    """The counts that a figure is made of, or worked out from; of most words and days, none."""
    return [frozenset((*place, *each)) for each in (column.place, column.of) if each]


def _redrawn(table: Table, figures: Figures, shapes: set[Shape]) -> Table:
    """The table from published figures alone: columns and rows with none of them are left out."""
    words = [column.kind in (Kind.TEXT, Kind.DAY) and not _about((), column) for column in table.columns]

    def may_leave(about: Sequence[Count]) -> bool:
        return bool(about) and all(_shape_of(count) in shapes for count in about)

    leaves = [[may_leave(_about(place, column)) for column in table.columns] for place in table.places]
    down = [n for n, row in enumerate(leaves) if any(row)]
    # Of a column that would have a figure in the total alone, nothing is printed.
    parts = [leaves[n] for n in down if n < len(leaves) - table.totals] or leaves
    across = [n for n, is_words in enumerate(words) if is_words or not leaves or any(row[n] for row in parts)]

    def cell(row: int, column: int) -> Value:
        value = table.rows[row][column]
        if words[column]:
            return value
        about = _about(table.places[row], table.columns[column])
        return _figure(value, about, figures) if leaves[row][column] else Hidden.NONE

    rows = tuple(tuple(cell(row, column) for column in across) for row in down)
    left_out = [column.label for n, column in enumerate(table.columns) if n not in across]
    left_out += [str(row[0]) for n, row in enumerate(table.rows) if n not in down]
    return replace(
        table,
        columns=tuple(table.columns[n] for n in across),
        rows=rows,
        places=tuple(table.places[n] for n in down),
        notes=(*table.notes, *_notes(rows, left_out)),
        totals=sum(n >= len(table.rows) - table.totals for n in down),
    )


def _figure(value: Value, about: Sequence[Count], figures: Figures) -> Value:
    known = [figures[count] for count in about if count in figures]
    if isinstance(value, Hidden) and len(known) < len(about):
        return value  # not declared, not required: there is nothing to hide
    made_of = [figure for figure in known if figure is not None]
    if len(made_of) < len(about):
        return MARK
    match value:
        case Measure():
            return _in_tenths(value)
        case Rate():
            numerator, denominator = made_of
            return Rate(numerator, denominator, value.noun) if numerator <= denominator else MARK
        case int():
            return made_of[0]
    return value


def _notes(rows: Sequence[Sequence[Value]], left_out: Sequence[str]) -> list[str]:
    hidden = sum(value is MARK for row in rows for value in row)
    notes = [SMALL_COUNTS]
    if hidden:
        figures = "1 figure is" if hidden == 1 else f"{hidden:,} figures are"
        notes.append(f"{figures} {HIDDEN_HERE}")
    if left_out:
        names = "; ".join(left_out[:LISTED]) + (f"; and {len(left_out) - LISTED:,} more" if left_out[LISTED:] else "")
        notes.append(f"{LEFT_OUT}{names}.")
    return notes


def _in_tenths(value: Measure) -> Measure:
    tenth = value.value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Measure(tenth, tenth, tenth)
