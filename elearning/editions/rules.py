"""What seals an edition, and what changed between two reports, line by line as an officer reads it.

A row is known by its first cell, or by as many of its first words and days as it takes to tell the rows apart; a column
by its heading, a table by its number, a part by its heading. Who was renamed is told by `names`, what agencies and
modules were called by a key that outlives the name: without it, the old name went and the new one came.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TypeVar

from elearning.editions.types import Change, Difference, Facts
from elearning.figures.pack import canonical, digest_of
from elearning.figures.rules import written
from elearning.figures.types import Chart, Hidden, Kind, Part, Report, Table, Value

REPORT = "The report"
NOT_THERE, THERE = "not there", "there"
WHOLE_ROW = "Whole row"
NO_TIME = dt.datetime.min.replace(tzinfo=dt.UTC)
SENTENCES = {  # one, several
    Change.FIGURE: ("1 figure changed", "{:,} figures changed"),
    Change.ROW_CAME: ("1 row was added", "{:,} rows were added"),
    Change.ROW_WENT: ("1 row was taken out", "{:,} rows were taken out"),
    Change.RENAMED: ("1 name changed", "{:,} names changed"),
    Change.TABLE: ("1 table or drawing changed", "{:,} tables or drawings changed"),
    Change.TEXT: ("1 text changed", "{:,} texts changed"),
}
Key = TypeVar("Key")
Each = TypeVar("Each")


def edition_digest(facts: Facts, content: str) -> str:
    """The seal over a report (as `figures.pack` packs it) and all that was kept beside it."""
    moments = {"cut_off": facts.cut_off.isoformat(), "made_at": facts.made_at.isoformat()}
    return digest_of(canonical({**asdict(facts), **moments, "content": content}))


def summary(differences: Iterable[Difference]) -> str:
    """What changed, in one sentence."""
    counts = Counter(each.change for each in differences)
    said = [several.format(counts[kind]) if counts[kind] > 1 else one
            for kind, (one, several) in SENTENCES.items() if counts[kind]]  # fmt: skip
    if not said:
        return "Nothing changed but the time of counting."
    *first, last = said
    return f"{', '.join(first)} and {last}." if first else f"{last}."


def differences(
    was: Report, now: Report, names_then: Mapping[str, str] | None = None, names_now: Mapping[str, str] | None = None
) -> tuple[Difference, ...]:
    """What a reader of both reports would find changed, in the order of the later one; empty if only the cut-off moved."""
    called, calls = names_then or {}, names_now or {}
    renamed = {name: calls[key] for key, name in called.items() if calls.get(key, name) != name}
    found = [
        Difference(Change.RENAMED, REPORT, "", "Name", name, new, "renamed; figures are compared under the new name")
        for name, new in renamed.items()
    ]
    found += _texts(REPORT, "Title", (was.title,), (now.title,))
    found += _texts(REPORT, "Period", (was.period.label,), (now.period.label,))
    for heading, before, after in _pairs(_parts(was), _parts(now)):
        where = f"Part ‘{heading[0]}’"
        if before is None or after is None:
            found.append(_whole(Change.TEXT, where, after is not None))
        found += _texts(where, "Words", before.words if before else (), after.words if after else ())
    for title, chart, drawn in _pairs(_charts(was), _charts(now)):
        where = f"Drawing ‘{title[0]}’"
        if chart is None or drawn is None:
            found.append(_whole(Change.TABLE, where, drawn is not None))
        elif chart != drawn:
            found.append(Difference(Change.TABLE, where, "", "", "", "drawn anew", "its figures or words changed"))
    for _key, table, later in _pairs(_tables(was, now), _tables(now, was)):
        either = later or table
        where = f"Table {either.number}: {either.caption}" if either else ""
        if table is None or later is None:
            found.append(_whole(Change.TABLE, where, later is not None))
        else:
            found += _in_table(where, table, later, renamed)
    if not found and _without_time(was) != _without_time(now):
        found.append(Difference(Change.TEXT, REPORT, "", "Order", "", "arranged differently", ""))
    return tuple(found)


def _in_table(where: str, was: Table, now: Table, renamed: Mapping[str, str]) -> Iterator[Difference]:
    yield from _texts(where, "Caption", (was.caption,), (now.caption,))
    yield from _texts(where, "Versions counted", (was.versions,), (now.versions,))
    yield from _texts(where, "Notes", was.notes, now.notes)

    def today(value: Value) -> Value:
        return renamed.get(value, value) if type(value) is str else value

    labels = _numbered(renamed.get(column.label, column.label) for column in was.columns)
    labels_now = _numbered(column.label for column in now.columns)
    shared = []
    for (heading, _times), before, after in _pairs(_places(labels), _places(labels_now)):
        if before is None or after is None:
            yield _whole(Change.TABLE, where, after is not None, column=heading)
        else:
            shared.append((heading, before, after))

    rows = [tuple(map(today, row)) for row in was.rows]
    width = _width(was, now, rows)
    reason = _reason(was, now)
    for key, old, new in _pairs(_rows(rows, width), _rows(now.rows, width)):
        row = ", ".join(key[:width])
        if new is None and old is not None:
            cells = _cells(was, old, width)
            yield Difference(Change.ROW_WENT, where, row, WHOLE_ROW, cells, NOT_THERE, "no longer listed")
        elif old is None and new is not None:
            yield Difference(Change.ROW_CAME, where, row, WHOLE_ROW, NOT_THERE, _cells(now, new, width), "added since")
        elif old is not None and new is not None:
            for label, before, after in shared:
                one, other = old[before], new[after]
                if written(one) != written(other):
                    why = ", ".join(filter(None, (_hidden(one, other), reason)))
                    yield Difference(Change.FIGURE, where, row, label, written(one), written(other), why)


def _reason(was: Table, now: Table) -> str:
    """What is known of why figures of a table may have changed."""
    reasons = []
    if was.versions != now.versions:
        reasons.append("other module versions are counted")
    if was.cut_off != now.cut_off:
        reasons.append("counted later" if now.cut_off > was.cut_off else "counted earlier")
    return ", ".join(reasons)


def _hidden(was: Value, now: Value) -> str:
    if Hidden.NOT_DECLARED in (was, now):
        return "declared since" if was is Hidden.NOT_DECLARED else "no longer declared"
    if Hidden.SUPPRESSED in (was, now):
        return "large enough to show now" if was is Hidden.SUPPRESSED else "too small to show now"
    return ""


def _width(was: Table, now: Table, rows: Sequence[Sequence[Value]]) -> int:
    """How many leading cells tell the rows of both apart; all that hold words or days, if nothing does."""
    most = 0
    for before, after in zip(was.columns, now.columns, strict=False):
        if before.kind is not after.kind or after.kind not in (Kind.TEXT, Kind.DAY):
            break
        most += 1
    for width in range(1, most):
        if all(len({tuple(row[:width]) for row in some}) == len(some) for some in (rows, now.rows)):
            return width
    return max(most, 1)


def _rows(rows: Iterable[Sequence[Value]], width: int) -> dict[tuple[str, ...], Sequence[Value]]:
    rows = list(rows)
    keys = _numbered(tuple(written(value) for value in row[:width]) for row in rows)
    return {(*key, str(times)): row for (key, times), row in zip(keys, rows, strict=True)}


def _places(labels: Iterable[Key]) -> dict[Key, int]:
    return {label: place for place, label in enumerate(labels)}


def _cells(table: Table, row: Sequence[Value], width: int) -> str:
    pairs = zip(table.columns[width:], row[width:], strict=True)
    return "; ".join(f"{column.label}: {written(value)}" for column, value in pairs)


def _parts(report: Report) -> dict[tuple[str, int], Part]:
    return dict(zip(_numbered(part.heading for part in report.parts), report.parts, strict=True))


def _charts(report: Report) -> dict[tuple[str, int], Chart]:
    charts = [chart for part in report.parts for chart in part.charts]
    return dict(zip(_numbered(chart.title for chart in charts), charts, strict=True))


def _tables(report: Report, other: Report) -> dict[tuple[str, ...], Table]:
    """By number; and by caption, where a number is given several times in one of the two reports."""
    counts = [Counter(table.number for part in each.parts for table in part.tables) for each in (report, other)]
    tables = [table for part in report.parts for table in part.tables]
    plain = [(t.number,) if max(count[t.number] for count in counts) < 2 else (t.number, t.caption) for t in tables]
    keys = [key if times == 1 else (*key, str(times)) for key, times in _numbered(plain)]
    return dict(zip(keys, tables, strict=True))


def _numbered(labels: Iterable[Key]) -> list[tuple[Key, int]]:
    """Each with the how-manieth of its like it is, so that no two are the same."""
    times: Counter[Key] = Counter()
    numbered = []
    for label in labels:
        times[label] += 1
        numbered.append((label, times[label]))
    return numbered


def _pairs(was: Mapping[Key, Each], now: Mapping[Key, Each]) -> Iterator[tuple[Key, Each | None, Each | None]]:
    """What is there now in its order, then what went."""
    for key, value in now.items():
        yield key, was.get(key), value
    for key, value in was.items():
        if key not in now:
            yield key, value, None


def _texts(where: str, label: str, was: Sequence[str], now: Sequence[str]) -> Iterator[Difference]:
    for what, i1, i2, j1, j2 in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if what != "equal":
            for one, other in zip_longest(was[i1:i2], now[j1:j2], fillvalue=NOT_THERE):
                yield Difference(Change.TEXT, where, "", label, one, other, "")


def _whole(change: Change, where: str, came: bool, *, column: str = "") -> Difference:
    was, now = (NOT_THERE, THERE) if came else (THERE, NOT_THERE)
    return Difference(change, where, "", column, was, now, "")


def _without_time(report: Report) -> list[Part]:
    return [
        replace(part, tables=tuple(replace(table, cut_off=NO_TIME) for table in part.tables)) for part in report.parts
    ]
