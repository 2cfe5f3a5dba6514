"""The sub-group's tables, made of what was read: R1 to R6, R13, X1, and R15, which says what the others cannot tell.

Every table is a pure function of what the queries answer, so that page, file and paper have the same rows.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from elearning.figures.disclosure import LEFT_OUT
from elearning.figures.rules import written
from elearning.figures.types import Column, Hidden, Kind, Period, Place, Rate, Table, Value
from elearning.people.types import JOB_ROLES
from elearning.reports.rules import DAYS_TO_COMPLETE, DUE_WITHIN, FEWEST, hours, median
from elearning.reports.types import (
    NOWHERE,
    Begun,
    Done,
    Frame,
    Headcounts,
    Headlines,
    Held,
    Medians,
    OnOffer,
    Required,
    Sheet,
    Talks,
    Tallies,
    View,
)

PERIOD = ("period",)
WHO = ("module", "sector", "agency", "job_role")
FIELDS = (*PERIOD, *WHO)  # what everything can be narrowed down to
SHEETS = {
    sheet.number: sheet
    for sheet in (
        Sheet("R1", "Headlines", "The period in ten figures, beside the same period a year before.", FIELDS),
        Sheet("R2", "Training modules", "How many began and completed each module, and what it took.", FIELDS),
        Sheet("R3", "Completions by agency and module", "Who completed what, agency by agency.", FIELDS),
        Sheet("R4", "Completions over three years", "Each agency's completions, year beside year.", FIELDS),
        Sheet("R5", "Coverage", "Certificates that are valid today, of the staff that agencies declared.", WHO),
        Sheet("R6", "Completions by job role", "Which professions complete.", ("period", "module", "sector", "agency")),
        Sheet(
            "R13", "Team discussions", "How many teams talked about a module.", ("period", "module", "sector", "agency")
        ),
        Sheet(
            "R15",
            "What this report cannot tell you",
            "What is missing from the tables, and what would mend it.",
            PERIOD,
        ),
        Sheet("X1", "Open data", "Required, completed and overdue at the end of a year, by staff group.", PERIOD),
    )
}
COUNTED = ("R1", "R2", "R3", "R4", "R5", "R6", "R13")
MAY_LACK = (
    "R2",
    "R5",
)  # whose exact figures may be missing or weak; nothing is hidden in the others before they are published
NONE = Done()
TOTAL = "Total"
NO_ROLE = "None known"
ONCE = "Someone who completed in two agencies, or as two job roles, counts once in each and once in the total."
RECORDED_LATE = (
    "A discussion that was recorded once its quarter was closed counts in the quarter in which it was recorded."
)
WITHDRAWN = "Completions withdrawn before the period was closed count nowhere."
PRESENT = "Where people began is their agency and job role of today, as the start of a module is not kept with either."
FEW_ATTEMPTS = 30  # first attempts below which nothing should be read from how a question fares
FEW_ANSWERS = 50  # percent of responses below which those who did not answer may think otherwise


def framed(
    frame: Frame,
    number: str,
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[tuple[Value, ...]],
    *notes: str,
    places: Sequence[Place] = (),
    totals: int = 0,
    when: str | None = None,
) -> Table:
    """A table of a view, with what has to be said beside it; empty notes are left out."""
    period = f"{frame.view.period.label}{', so far' if frame.is_running else ''}"
    view = replace(frame.view, module="") if number == "R5" else frame.view  # which is of one module anyway
    only = narrowed(view, {module.key: module.title for module in frame.modules})
    return Table(
        number=number,
        caption="; ".join([f"{caption}, {when or period}", *(f"only {each}" for each in only)]),
        columns=tuple(columns),
        rows=tuple(rows),
        cut_off=frame.cut_off,
        versions=versions_of(frame.modules),
        notes=tuple(note for note in notes if note),
        totals=totals,
        places=() if only else tuple(places),  # without them it cannot leave
    )


def _of(what: str, module: str = "") -> Place:
    """What a column counts (see `disclosure` for the words)."""
    return (("counts", what), *([("module", module)] if module else []))


def _year(frame: Frame) -> tuple[str, str]:
    return "year", frame.view.period.key


def _by_who(frame: Frame, *more: tuple[str, str]) -> list[Place]:
    """The places of the agencies' rows and of the total's below them."""
    return [*((("agency", who), *more) for _, who in frame.rows), (*more,)]


def narrowed(view: View, titles: Mapping[str, str]) -> list[str]:
    """What a view is narrowed down to, in words."""
    parts = [titles[view.module] if view.module else "", view.job_role]
    parts.append(view.agency.name if view.agency else view.sector.capitalize() if view.sector else "")
    return [part for part in parts if part]


def numbered(tables: Sequence[Table]) -> list[Table]:
    """Tables with the number of another among them get one of their own: R5.1, R5.2."""
    counts, seen = Counter(table.number for table in tables), Counter[str]()
    named = []
    for table in tables:
        seen[table.number] += 1
        several = counts[table.number] > 1
        named.append(replace(table, number=f"{table.number}.{seen[table.number]}") if several else table)
    return named


def sheet_of(table: Table) -> str:
    """Which of the sub-group's tables one is: R5 of R5.2."""
    return table.number.partition(".")[0]


def versions_of(modules: Sequence[OnOffer]) -> str:
    """The module versions counted, in words."""
    return "; ".join(f"{each.title}, version {_and(each.versions)}" for each in modules if each.versions) or "none"


def _and(parts: Sequence[object]) -> str:
    return " and ".join(map(str, parts))


def headline_table(frame: Frame, this: Headlines, last: Headlines, before: Period) -> Table:
    """R1: a period and the same one a year before, in a few figures."""

    def row(measure: str, now: int, then: int) -> tuple[Value, ...]:
        return measure, now, then, now - then

    counted = "modules registered people completions certificates hours discussions present active agencies".split()
    return framed(
        frame,
        "R1",
        "Headlines",
        (
            Column("Measure"),
            Column("This year", Kind.COUNT, (_year(frame),)),
            Column("Last year", Kind.COUNT, (("year", before.key),)),
            Column("Change", Kind.COUNT, (("change", ""),)),
        ),
        (
            row("Training modules on offer", this.modules, last.modules),
            row("People registered", this.registered, last.registered),
            row("People completing at least one module", this.done.people, last.done.people),
            row("Completions", this.done.completions, last.done.completions),
            row("Certificates issued", this.certificates, last.certificates),
            row("CPD hours", hours(this.done.minutes), hours(last.done.minutes)),
            row("Team discussions recorded", this.discussions, last.discussions),
            row("People present at team discussions", this.present, last.present),
            row("Agencies with a completion", this.active, last.active),
            ("Agencies listed", len(frame.agencies), Hidden.NONE, Hidden.NONE),
        ),
        f"Last year is {before.label}."
        + (" This year is not over, and last year is whole." if frame.is_running else ""),
        "Registered are those whose time here includes the last day of the period, or today while it runs; agencies listed "
        "are those of today.",
        "Certificates issued are one for each completion, and those issued anew under another number.",
        "Team discussions count where whoever led them worked, whatever the job role; people present are as they said, and "
        "may have been at several.",
        RECORDED_LATE,
        WITHDRAWN,
        places=[_of(what) for what in counted],
    )


def module_table(
    frame: Frame,
    done: Tallies,
    required: Mapping[str, Required],
    begun: Mapping[str, Begun],
    passes: Mapping[str, Medians],
) -> Table:
    """R2: how each module fares, from those who must hold it to what it took to pass."""
    view = frame.view
    rows: list[tuple[Value, ...]] = []
    for module in frame.modules:
        it, asked, start = (
            done.get((view.period.key, view.who, module.key, view.job_role), NONE),
            required.get(module.key),
            begun.get(module.key, Begun()),
        )
        attempts: Counter[int] = Counter()
        minutes: Counter[int] = Counter()
        for (number, took), count in passes.get(module.key, {}).items():
            attempts[number] += count
            minutes[took] += count
        of_everyone = not (view.who or view.job_role)
        rows.append(
            (
                module.title,
                _and(module.versions) or Hidden.NONE,
                asked.people if asked else Hidden.NOT_REQUIRED,
                start.people,
                it.people,
                start.late,
                Rate(asked.met, asked.people, "people enrolled") if asked else Hidden.NOT_REQUIRED,
                median(attempts) if of_everyone else Hidden.NONE,
                median(minutes) if of_everyone else Hidden.NONE,
                hours(it.minutes),
            )
        )
    return framed(
        frame,
        "R2",
        "Training modules",
        (
            Column("Module"),
            Column("Versions"),
            Column("Enrolled", Kind.COUNT, _of("required")),
            Column("Started", Kind.COUNT, _of("started")),
            Column("Completed", Kind.COUNT, _of("completed")),
            Column(f"Not completed after {DAYS_TO_COMPLETE} days", Kind.COUNT, _of("late")),
            Column("Completion rate", Kind.RATE, _of("met"), _of("required")),
            Column("Median attempts to pass", Kind.MEASURE, of=_of("completed")),
            Column("Median minutes", Kind.MEASURE, of=_of("completed")),
            Column("CPD hours", Kind.COUNT, _of("hours")),
        ),
        rows,
        f"Enrolled are the people for whom a requirement is in force on {written(frame.day)}; the completion rate is the share "
        "of them who hold a valid certificate on that day. All other columns count people whether required or not.",
        f"Started, completed: within the period. Not completed after {DAYS_TO_COMPLETE} days: of those who started in it and "
        "had so many days since.",
        f"Medians are of those who passed, {FEWEST} at least, in the whole partnership: which attempt it was, and the minutes "
        "from the start to the end of the quiz that was passed, without the reading; over three hours counts as three.",
        WITHDRAWN,
        places=[(("module", module.key), _year(frame)) for module in frame.modules],
    )


def agency_table(frame: Frame, done: Tallies, registered: Mapping[str, int], unfinished: Mapping[str, int]) -> Table:
    """R3: who completed, by agency and module."""
    view = frame.view

    def tallied(who: str, module: str) -> Done:
        return done.get((view.period.key, who, module, view.job_role), NONE)

    total = tallied(view.who, view.module)

    def row(name: str, who: str, members: int | Hidden, waiting: int) -> tuple[Value, ...]:
        it = tallied(who, view.module)
        return (
            name,
            members,
            waiting,
            it.people,
            Rate(it.completions, total.completions, "completions"),
            *(tallied(who, module.key).people for module in frame.modules),
        )

    def members(who: str) -> int | Hidden:
        return Hidden.NONE if who == NOWHERE else registered.get(who, 0)

    rows = [row(name, who, members(who), unfinished.get(who, 0)) for name, who in frame.rows]
    # Nobody works in two agencies on one day, so these two add up; whoever completed may have moved.
    waiting = sum(unfinished.get(who, 0) for _, who in frame.rows)
    whole = row(TOTAL, view.who, sum(registered.values()), waiting)
    return framed(
        frame,
        "R3",
        "Completions by agency and module",
        (
            Column("Agency"),
            Column("Registered", Kind.COUNT, _of("registered")),
            Column("Started, not completed", Kind.COUNT, _of("unfinished")),
            Column("Completed (people)", Kind.COUNT, _of("people")),
            Column("Of all completions", Kind.RATE, _of("completions"), _of("all completions")),
            *(Column(module.title, Kind.COUNT, _of("completed", module.key)) for module in frame.modules),
        ),
        [*rows, whole],
        f"Registered are those who worked for the agency on {written(frame.day)}. Started, not completed are people who began a "
        f"module in the period and had not completed it at its end. {PRESENT}",
        f"The columns of modules count people; renewals are completions of their own. {ONCE}",
        WITHDRAWN,
        totals=1,
        places=_by_who(frame, _year(frame)),
    )


def years_table(frame: Frame, done: Tallies, years: Sequence[Period]) -> Table:
    """R4: completions by agency in three financial years.

    Papers of the sub-group have a row a year and a column an agency; there may be 400 agencies, which no page is wide
    enough for, so it lies on its side.
    """
    view = frame.view

    def row(name: str, who: str) -> tuple[Value, ...]:
        return name, *(done.get((year.key, who, view.module, view.job_role), NONE).completions for year in years)

    return framed(
        frame,
        "R4",
        "Completions by agency, three financial years",
        (
            Column("Agency"),
            *(Column(year.label, Kind.COUNT, (*_of("completions"), ("year", year.key))) for year in years),
        ),
        [*(row(*each) for each in frame.rows), row(TOTAL, view.who)],
        f"The last year is not over: figures are up to {written(frame.today)}."
        if years[-1].last >= frame.today
        else "",
        WITHDRAWN,
        places=_by_who(frame),
        totals=1,
        when=f"{years[0].first:%B %Y} to {years[-1].last:%B %Y}",
    )


def coverage_table(
    frame: Frame, module: OnOffer, held: Mapping[str, Held], headcounts: Headcounts, day: dt.date
) -> Table:
    """R5: who holds a valid certificate of one module, of the staff that their agency has declared."""
    rows: list[tuple[Value, ...]] = []
    sums, covered, declared = Held(), 0, 0
    for agency in frame.agencies:
        it = held.get(str(agency.id), Held())
        sums += it
        staff, counted_on = headcounts.get(str(agency.id), (None, None))
        rate: Rate | Hidden = Hidden.NOT_DECLARED if staff is None else Hidden.DECLARED_FEWER
        if staff is not None and staff >= it.current:
            rate = Rate(it.current, staff, "declared staff")
            covered, declared = covered + it.current, declared + staff
        none = Hidden.NOT_DECLARED
        rows.append((agency.name, staff or none, counted_on or none, it.current, rate, it.due, it.expired))
    whole = bool(rows) and all(isinstance(row[4], Rate) for row in rows)
    total: tuple[Value, ...] = (
        TOTAL,
        declared if whole else Hidden.NOT_DECLARED,
        Hidden.NONE,
        sums.current,
        # A share of what some agencies declared would pass for the partnership's.
        Rate(covered, declared, "declared staff") if whole else Hidden.NOT_DECLARED,
        sums.due,
        sums.expired,
    )
    return framed(
        frame,
        "R5",
        f"Coverage of {module.title}",
        (
            Column("Agency"),
            Column("Staff in scope (declared)", Kind.COUNT, _of("declared")),
            Column("Declared on", Kind.DAY),
            Column("Current certificates", Kind.COUNT, _of("certificates", module.key)),
            Column("Coverage", Kind.RATE, _of("certificates", module.key), _of("declared")),
            Column(f"Due within {DUE_WITHIN} days", Kind.COUNT, _of("due", module.key)),
            Column("Expired", Kind.COUNT, _of("expired", module.key)),
        ),
        [*rows, total],
        "Current certificates are people who work for the agency on that day and hold a valid certificate of this module; of them, "
        f"due are those whose certificate ends within {DUE_WITHIN} days. Expired are people who work there and whose certificate ended.",
        "Staff in scope is what the agency has declared. Where it declared nothing, or fewer than hold a certificate, there "
        "is no coverage to give; nor is there for the total unless every agency has declared.",
        places=[*((("agency", str(each.id)), _year(frame)) for each in frame.agencies), (_year(frame),)],
        totals=1,
        when=f"as on {written(day)}",
    )


def role_table(frame: Frame, done: Tallies, registered: Mapping[str, int]) -> Table:
    """R6: who completed, by job role."""
    view = frame.view
    total = done.get((view.period.key, view.who, view.module, ""), NONE)
    known = {role for _, _, _, role in done} | set(registered)
    order = [*JOB_ROLES, *sorted(known - {*JOB_ROLES, "", NOWHERE}), NOWHERE]

    def row(name: str, it: Done, members: int | Hidden) -> tuple[Value, ...]:
        return name, members, it.people, Rate(it.completions, total.completions, "completions")

    roles = [role for role in order if role in known]
    rows = [
        row(
            NO_ROLE if role == NOWHERE else role,
            done.get((view.period.key, view.who, view.module, role), NONE),
            Hidden.NONE if role == NOWHERE else registered.get(role, 0),
        )
        for role in roles
    ]
    return framed(
        frame,
        "R6",
        "Completions by job role",
        (
            Column("Job role"),
            Column("Registered", Kind.COUNT, _of("registered")),
            Column("Completed (people)", Kind.COUNT, _of("people")),
            Column("Of all completions", Kind.RATE, _of("completions"), _of("all completions")),
        ),
        [*rows, row(TOTAL, total, sum(registered.values()))],
        f"Registered are those who had the job role on {written(frame.day)}; completions count under the job role of their day.",
        ONCE,
        WITHDRAWN,
        totals=1,
        places=[*((("role", role), _year(frame)) for role in roles), (_year(frame),)],
    )


def discussion_table(frame: Frame, talks: Sequence[Talks], *, by_module: bool) -> Table:
    """R13: team discussions by agency, and by module unless it is to leave the partnership.

    What teams wrote stays with them and their training lead, as a change that one team agreed may tell of one family:
    only how many there are is counted.
    """
    everyone, keys = {who for _, who in frame.rows}, {module.key for module in frame.modules}
    talks = [talk for talk in talks if talk.who in everyone and talk.module in keys]

    def row(name: str, title: str | Hidden, held: Sequence[Talks]) -> tuple[Value, ...]:
        return (
            name,
            sum(talk.discussions for talk in held),
            sum(talk.present for talk in held),
            *([title] if by_module else []),
            sum(talk.actions for talk in held),
        )

    rows: list[tuple[Value, ...]] = []
    places: list[Place] = []
    for name, who in frame.rows:
        theirs = [talk for talk in talks if talk.who == who]
        by_title = {module.title: [talk for talk in theirs if talk.module == module.key] for module in frame.modules}
        of_modules = [row(name, title, held) for title, held in by_title.items() if held]
        new = of_modules if by_module and of_modules else [row(name, Hidden.NONE, theirs)]
        rows += new
        places += [(("agency", who), _year(frame))] * len(new)
    return framed(
        frame,
        "R13",
        "Team discussions",
        (
            Column("Agency"),
            Column("Discussions", Kind.COUNT, _of("discussions")),
            Column("People present", Kind.COUNT, _of("present")),
            *([Column("Module")] if by_module else []),
            Column("Actions agreed", Kind.COUNT, _of("actions")),
        ),
        [*rows, row(TOTAL, Hidden.NONE, talks)],
        "A discussion counts where whoever led it worked on that day. People present are as the team said; someone who was at two "
        "counts twice.",
        "Of the actions agreed only the number is counted: what teams wrote stays with them.",
        RECORDED_LATE,
        places=() if by_module else [*places, (_year(frame),)],
        totals=1,
    )


def open_table(frame: Frame, required: Mapping[tuple[str, str], Required], year: Period) -> Table:
    """X1: for open data, who had to hold which module at the end of a year, by staff group."""
    titles = {module.key: module.title for module in frame.modules}
    # Each group, whether anybody is in it or not: a row that is there for one person would say so.
    asked = {key for _, key in required}
    groups = [(role, key) for role in JOB_ROLES for key in titles if key in asked]
    rows: list[tuple[Value, ...]] = []
    for role, key in groups:
        it = required.get((role, key), Required())
        share = Rate(it.met, it.people, "required people")
        rows.append((year.key, role, titles[key], it.people, it.met, share, it.overdue))
    return framed(
        frame,
        "X1",
        "Required, completed and overdue by staff group and module",
        (
            Column("Financial year"),
            Column("Staff group"),
            Column("Module"),
            Column("Required", Kind.COUNT, _of("required")),
            Column("Completed", Kind.COUNT, _of("met")),
            Column("Completion rate", Kind.RATE, _of("met"), _of("required")),
            Column("Overdue", Kind.COUNT, _of("overdue")),
        ),
        rows,
        f"As things stood at the end of {written(year.last)}: who worked where, which requirements were in force, and which "
        "certificates were valid on that day. Staff groups are job roles.",
        "Overdue are those for whom the day by which they had to hold the module had passed, without a valid certificate.",
        places=[(("role", role), ("module", key), _year(frame)) for role, key in groups],
        when=f"as on {written(year.last)}",
    )


# What a cell without a figure means, and what would give it one.
GAPS = {
    Hidden.NOT_DECLARED: (
        "No headcount is declared, so there is nothing to take a share of.",
        "The training lead or an L&D officer declares how many staff are in scope.",
    ),
    Hidden.DECLARED_FEWER: (
        "The declared headcount is below the number of people trained there.",
        "The agency counts its staff in scope again and declares them.",
    ),
    Hidden.NOT_REQUIRED: (
        "No requirement says who must hold the module by when.",
        "A training lead or an L&D officer records a requirement.",
    ),
    Hidden.TOO_FEW: (
        "There are too few people or answers to say anything of.",
        "More people taking part, or a longer period.",
    ),
}
NOTHING = ("There is nothing to take a share of: the whole is nought.", "Another period, or a wider choice.")
LISTED = 12  # names in one line
NOT_HERE = (
    (
        ("R7", "R8"),
        "Live events and webinars, and why people did not attend (R7, R8)",
        "This service holds e-learning and team discussions only.",
        "The register of events, brought in as a file.",
    ),
    (
        ("R14",),
        "What agencies train by themselves (R14)",
        "No agency reports its own courses to this service.",
        "A yearly return by each agency.",
    ),
)


def limits_table(tables: Sequence[Table], period: Period, cut_off: dt.datetime) -> Table:
    """R15: what these very tables cannot tell, why, and what would mend it. It can never disagree with them."""
    together: dict[tuple[str, str, str], list[str]] = {}  # the tables of which the same is to be said
    for table in tables:
        for line in (*_gaps(table), *_weak(table)):
            together.setdefault(line, []).append(table.number)
    rows = [(f"{', '.join(numbers)}{item}", why, mend) for (item, why, mend), numbers in together.items()]
    if hidden := [f"{count} in {table.number}" for table in tables if (count := _suppressed(table))]:
        why = "They are of so few people that someone could be recognised, or would give such a figure away."
        rows.insert(0, (f"Figures shown as {Hidden.SUPPRESSED}: {', '.join(hidden)}", why, "Nothing should."))
    if left_out := _left_out(tables):
        why = "Beside the other figures they could give small counts away, or nobody has shown that they do not."
        rows.append((f"{LEFT_OUT}{left_out}", why, "Nothing should; the L&D officer has them on the screen."))
    numbers = {sheet_of(table) for table in tables}
    rows += [(item, why, mend) for missing, item, why, mend in NOT_HERE if not numbers & {*missing}]
    if not any(_confirms(table) for table in tables):
        rows.append(
            (
                "Whether managers saw a change at work",
                "Nobody asks them; what changed is what people say of themselves.",
                "Managers being asked at the follow-up.",
            )
        )
    return Table(
        number="R15",
        caption=f"What this report cannot tell you, {period.label}",
        columns=(Column("Item"), Column("Why"), Column("What would fix it")),
        rows=tuple(rows),
        cut_off=cut_off,
        versions="",
        notes=("Made of the tables of this report themselves.",),
    )


def _confirms(table: Table) -> bool:
    places = [place for place, column in enumerate(table.columns) if "manager" in column.label.lower()]
    return any(isinstance(row[place], int) for row in table.rows for place in places)


def _left_out(tables: Sequence[Table]) -> str:
    """What is on the officer's screen and not in these tables, in words: they say so in a note."""
    together: dict[str, list[str]] = {}
    for table in tables:
        for note in table.notes:
            if note.startswith(LEFT_OUT):
                together.setdefault(note.removeprefix(LEFT_OUT).removesuffix("."), []).append(table.number)
    return "; ".join(f"{names} (of {', '.join(numbers)})" for names, numbers in together.items())


def _suppressed(table: Table) -> int:
    return sum(value is Hidden.SUPPRESSED for row in table.rows for value in row)


def _gaps(table: Table) -> list[tuple[str, str, str]]:
    """Cells without a figure, each column's by reason."""
    together: dict[tuple[str, ...], list[str]] = {}  # the columns, by why and whose cells are without a figure
    for place, column in enumerate(table.columns):
        cells = [(written(row[0]), row[place]) for row in table.rows[: len(table.rows) - table.totals]]
        gaps = [
            (*GAPS[reason], _listed([name for name, value in cells if value is reason], len(cells))) for reason in GAPS
        ]
        gaps.append(
            (
                *NOTHING,
                _listed(
                    [name for name, value in cells if isinstance(value, Rate) and not value.denominator], len(cells)
                ),
            )
        )
        for gap in gaps:
            if gap[-1]:
                together.setdefault(gap, []).append(column.label)
    return [(f", {', '.join(columns)}: {names}", why, mend) for (why, mend, names), columns in together.items()]


def _weak(table: Table) -> list[tuple[str, str, str]]:
    """Figures that are there and carry little: low responses, few first attempts, several versions taken together."""
    lines = []
    for place, column in enumerate(table.columns):
        cells = [(written(row[0]), row[place]) for row in table.rows]
        label = column.label.lower()
        if "response" in label:
            low = {
                value: [name for name, other in cells if other == value]
                for _, value in cells
                if isinstance(value, Rate) and 100 * value.numerator < FEW_ANSWERS * value.denominator
            }
            lines += [
                (
                    f", {column.label}: {_listed(names, len(cells))}",
                    f"Fewer than half answered, {value}; those who did not may think otherwise.",
                    "More people answering; say the response rate wherever the figure is told.",
                )
                for value, names in low.items()
            ]
        if label == "first attempts" and sheet_of(table) == "R12":
            most = max((value for _, value in cells if isinstance(value, int)), default=0)
            if most < FEW_ATTEMPTS:
                why = f"No question has {FEW_ATTEMPTS} first attempts, so that how they fare may be chance."
                lines.append((f": {table.caption}", why, "More people taking the quiz, or a longer period."))
        if label == "versions":
            lines += [
                (
                    f": {name}, versions {value}",
                    "Several versions of the module are counted together.",
                    "Reading what people got wrong (R12), which keeps the versions apart.",
                )
                for name, value in cells
                if isinstance(value, str) and " and " in value
            ]
    return lines


def _listed(names: Sequence[str], of: int) -> str:
    """So many names as fit a line; of several, all of which are named, that it is every one."""
    if len(names) == of > 1:
        return "every row"
    more = len(names) - LISTED
    return "; ".join(names[:LISTED]) + (f"; and {more} more" if more > 0 else "")
