"""Lists of headcounts and of requirements that are uploaded: the CSV that spreadsheet programs save, in its many ways.

What is wrong with the whole file is one sentence (Refused); what is wrong with a row stands beside the row. Nothing is
guessed: a file whose letters could be two things is refused, and a name must be one that we know.
"""

import csv
import datetime as dt
import difflib
import heapq
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from elearning.core.errors import Refused
from elearning.figures.rules import written
from elearning.people.types import JOB_ROLES
from elearning.requirements.rules import SameGroup, counted_on_problem, due_on_problem, same_group, staff_problem
from elearning.requirements.types import Ask, Declared, Group, Known, Line

T = TypeVar("T")
# The number of a line, and its cells in the order of the columns; then those for which the first line has no name.
Row = tuple[int, tuple[str, ...]]

LARGEST_FILE = 10 * 1024 * 1024
MOST_ROWS = 5000
MOST_PROBLEMS = 100  # rows with problems, after which the rest of a file is not looked at
LONGEST_SHOWN = 100  # characters of a cell
HEADCOUNT_COLUMNS = ("agency", "job role", "staff", "counted on")
REQUIREMENT_COLUMNS = ("agency", "module", "group", "name", "due on")
WHOLE_PARTNERSHIP = "whole partnership"

_SAVE_AS = "Open it in your spreadsheet program, choose Save as, then “CSV UTF-8”, and upload that file"
_MORE_CELLS = "This row has more cells than the first line. Put quotation marks round a cell with a comma in it"
_BYTE_ORDERS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# What Windows writes for quotation marks, dashes, the ellipsis and the euro. The other signs between 80 and 9F are
# letters on an old Mac or in DOS and rare ones on Windows: who can tell?
_WINDOWS_SIGNS = b"\x80\x85\x91\x92\x93\x94\x96\x97"
_DOUBTFUL = re.compile(b"[\x80-\x9f]")
_MONTHS = ("january february march april may june july august september october november december").split()
_DAY_ONE = dt.date(1899, 12, 30)  # of Excel's count of days


def read_rows(content: bytes, columns: Sequence[str], own: str = "") -> list[Row]:
    """Every row that is not empty, with the number of its line and its cells in the order of these columns.

    With `own`, a training lead's agency, the file may do without the first column: then each row is of that agency.
    Raises Refused, saying what to do, for a file that is not such a list.
    """
    text = _decoded(content)
    if text.lower().startswith("sep="):  # for Excel only
        text = "\n" + text.partition("\n")[2]
    if not text.strip():
        raise Refused("The file is empty. Upload one with a first line that names the columns")
    first = next(line for line in text.splitlines() if line.strip())
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = list(islice(_numbered(reader), MOST_ROWS + 2))
    if len(rows) > MOST_ROWS + 1:
        raise Refused(f"The file has more than {MOST_ROWS:,} rows. Send it in parts of {MOST_ROWS:,} rows or fewer")
    names = [name.lower().replace("_", " ") for name in rows[0][1]]
    given = columns if not own or columns[0] in names else columns[1:]
    places, before = _places(names, given), (own,) * (len(columns) - len(given))
    if len(rows) == 1:
        raise Refused("The file has a first line and no rows under it. Add a row for each, and upload it again")
    width = max(place for place, name in enumerate(names) if name) + 1
    return [
        (number, (*before, *(row[p] if p < len(row) else "" for p in places), *filter(None, row[width:])))
        for number, row in rows[1:]
    ]


def _decoded(content: bytes) -> str:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refused(f"That is an Excel workbook, not a CSV file. {_SAVE_AS}")
    if content.startswith(b"%PDF"):
        raise Refused("That is a PDF, not a CSV file. Upload the list itself, saved as “CSV UTF-8”")
    unreadable = Refused(f"We cannot tell which letters the file is written in. {_SAVE_AS}")
    encoding = next((encoding for mark, encoding in _BYTE_ORDERS.items() if content.startswith(mark)), "")
    if not encoding and content[:2].count(0) == 1:  # two bytes a letter, without a mark
        encoding = "utf-16-be" if content[0] == 0 else "utf-16-le"
    try:
        text = content.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        if encoding or not set(_DOUBTFUL.findall(content)) <= {bytes([sign]) for sign in _WINDOWS_SIGNS}:
            raise unreadable from None
        text = content.decode("cp1252")  # as Excel saves "CSV" on Windows
    if "\0" in text or "\ufffd" in text:
        raise unreadable
    return text


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the number of the line on which it begins."""
    begins = 1
    try:
        for row in reader:
            cells = [" ".join(cell.split()) for cell in row]
            if any(cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        if "field larger than" in str(error):
            raise Refused(
                f"We cannot read line {begins}: a cell there is too long. Shorten it, or end its quotation mark if that "
                "has no end, and upload the file again"
            ) from None
        raise Refused(f"We cannot read line {begins}: a quotation mark there has no end. {_SAVE_AS}") from None


def _places(names: Sequence[str], columns: Sequence[str]) -> list[int]:
    missing = [column for column in columns if column not in names]
    twice = [column for column in columns if names.count(column) > 1]
    if missing:
        found = ", ".join(name for name in names if name)[:LONGEST_SHOWN]
        what = "column" if len(missing) == 1 else "columns"
        raise Refused(
            f"The file has no {what} called {_listed(missing)}. Its first line must name the columns "
            f"{_listed(columns)}; it reads: {found}"
        )
    if twice:
        raise Refused(f"The file has two columns called {twice[0]}. Take one out, and upload it again")
    return [names.index(column) for column in columns]


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def read_day(text: str) -> dt.date | None:
    """A day as spreadsheet programs and people write it: 2026-03-31, 31/03/2026, 31 March 2026, 46112. The day stands
    before the month, as it does in this country. None for anything else.
    """
    text = text.removesuffix(" 00:00:00").removesuffix(" 00:00")
    if re.fullmatch(r"[2-7]\d{4}", text, re.ASCII):
        return _DAY_ONE + dt.timedelta(days=int(text))
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text, re.ASCII):
        year, month, day = found.groups()
    elif found := re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", text, re.ASCII):
        day, _, month, year = found.groups()
    elif found := re.fullmatch(r"(\d{1,2})(?:[ -])([A-Za-z]{3,9})\.?(?:[ -])(\d{4})", text, re.ASCII):
        day, name, year = found.groups()
        month = str(next((n for n, full in enumerate(_MONTHS, start=1) if full.startswith(name.lower())), 0))
    else:
        return None
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_staff(text: str) -> int | None:
    """A whole number, with or without commas between the thousands; None for anything else."""
    text = text.replace("\u00a0", "")
    if not re.fullmatch(r"-?(\d{1,9}|\d{1,3}(,\d{3}){1,2})(\.0+)?", text, re.ASCII):
        return None
    return int(text.partition(".")[0].replace(",", ""))


class _Names:
    """Names to look up however they are written: capitals, spaces and the kind of apostrophe make no difference."""

    def __init__(self, noun: str, names: Iterable[str], otherwise: str = "") -> None:
        """`otherwise` is what to say of any other name, in place of the nearest."""
        self.noun, self.names, self.otherwise = noun, {self._plain(name): name for name in names}, otherwise

    @staticmethod
    def _plain(name: str) -> str:
        return " ".join(name.casefold().replace("’", "'").replace("‘", "'").split())

    def find(self, text: str) -> str:
        """The name as we write it. Raises ValueError with a sentence that names the nearest."""
        if found := self.names.get(self._plain(text)):
            return found
        if self.otherwise:
            raise ValueError(self.otherwise)
        if not text:
            raise ValueError(f"Enter the {self.noun}")
        nearest = self._nearest(self._plain(text[:LONGEST_SHOWN]))
        advice = f" Did you mean “{nearest}”?" if nearest else ""
        raise ValueError(f"There is no {self.noun} called “{text[:LONGEST_SHOWN]}”.{advice}")

    def _nearest(self, plain: str) -> str | None:
        """The name most like this one. Among hundreds, comparing in earnest is left to the few that have its letters."""
        comparing = difflib.SequenceMatcher(b=plain, autojunk=False)

        def likeness(name: str) -> float:
            comparing.set_seq1(name)
            return comparing.quick_ratio()

        close = difflib.get_close_matches(plain, heapq.nlargest(5, self.names, key=likeness), n=1)
        return self.names[close[0]] if close else None


def _agencies(known: Known, *more: str) -> _Names:
    if known.own:
        otherwise = f"This row must name {known.own}, the only agency that you can upload for"
        return _Names("agency", [known.own], otherwise)
    return _Names("agency", [*known.agencies.values(), *more])


class _Reading:
    """What a row says, cell by cell, with each problem noted."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def read(self, read: Callable[[str], T], cell: str) -> T | None:
        try:
            return read(cell)
        except ValueError as problem:
            self.problems.append(str(problem))
            return None


def _day(noun: str, problem_of: Callable[[dt.date, dt.date], str | None], today: dt.date) -> Callable[[str], dt.date]:
    def read(cell: str) -> dt.date:
        if not cell:
            raise ValueError(f"Enter the day {noun}")
        day = read_day(cell)
        if day is None:
            raise ValueError(f"“{cell[:LONGEST_SHOWN]}” is not a day we can read. Write it like 31/03/2026")
        if problem := problem_of(day, today):
            raise ValueError(problem)
        return day

    return read


def _staff(cell: str) -> int:
    if not cell:
        raise ValueError("Enter how many staff, or leave the row out if the agency has not said")
    number = read_staff(cell)
    if number is None:
        raise ValueError(f"“{cell[:LONGEST_SHOWN]}” is not a whole number")
    if problem := staff_problem(number):
        raise ValueError(problem)
    return number


def check_headcounts(rows: Sequence[Row], known: Known, today: dt.date) -> list[Line]:
    """Each row of `HEADCOUNT_COLUMNS` with what it declares, or what is wrong with it. Stops at a hundred wrong ones."""
    agencies, roles = _agencies(known), _Names("job role", JOB_ROLES)
    ids = {name: id_ for id_, name in known.agencies.items()}
    counted_on = _day("they were counted on", counted_on_problem, today)

    def read(cells: tuple[str, ...], row: _Reading) -> Declared | None:
        agency = row.read(agencies.find, cells[0])
        job_role = row.read(roles.find, cells[1]) if cells[1] else ""
        staff, day = row.read(_staff, cells[2]), row.read(counted_on, cells[3])
        if agency is None or job_role is None or staff is None or day is None:
            return None
        return Declared(ids[agency], job_role, staff, day)

    def key(record: Declared) -> object:
        return record.agency_id, record.job_role, record.counted_on

    return list(_checked(rows, HEADCOUNT_COLUMNS, read, key, "the same agency, job role and day"))


def check_requirements(
    rows: Sequence[Row], known: Known, in_force: Mapping[SameGroup, Ask], today: dt.date
) -> list[Line]:
    """Each row of `REQUIREMENT_COLUMNS` with what it asks, or what is wrong with it. Stops at a hundred wrong ones.

    `in_force` holds the requirements that there are, by `same_group`.
    """
    agencies = _agencies(known, WHOLE_PARTNERSHIP)
    ids: dict[str, int | None] = {name: id_ for id_, name in known.agencies.items()} | {WHOLE_PARTNERSHIP: None}
    modules = _Names("training module", [*known.modules.values(), *known.modules])
    keys = {title: key for key, title in known.modules.items()}
    roles, groups = _Names("job role", JOB_ROLES), _Names("kind of group", Group)
    teams = {id_: _Names(f"team of {known.agencies[id_]}", names) for id_, names in known.teams.items()}
    due_on = _day("it is due on", due_on_problem, today)

    def name_of(group: Group | None, agency: str | None, cell: str) -> str:
        if group is None or (group is Group.TEAM and agency is None):
            return ""  # said already
        if group is Group.EVERYONE:
            if cell:
                raise ValueError("Leave the name empty for everyone, or say which kind of group it names")
            return ""
        if group is Group.JOB_ROLE:
            return roles.find(cell)
        if agency == WHOLE_PARTNERSHIP:
            raise ValueError("A team belongs to an agency. Name the agency, or choose a job role")
        return teams.get(ids[agency or ""] or 0, _Names(f"team of {agency}", [])).find(cell)

    def read(cells: tuple[str, ...], row: _Reading) -> Ask | None:
        agency, module = row.read(agencies.find, cells[0]), row.read(modules.find, cells[1])
        kind, day = row.read(groups.find, cells[2]), row.read(due_on, cells[4])
        group = Group(kind) if kind else None
        name = row.read(lambda cell: name_of(group, agency, cell), cells[3])
        if agency is None or module is None or group is None or name is None or day is None:
            return None
        ask = Ask(ids[agency], keys.get(module, module), group, name, day)
        there = in_force.get(same_group(ask))
        if there and there.due_on != day:
            row.problems.append(
                f"This group must hold this module by {written(there.due_on)} already. End that requirement first"
            )
        return ask

    return list(_checked(rows, REQUIREMENT_COLUMNS, read, same_group, "the same group and module"))


R = TypeVar("R", Ask, Declared)


def _checked(
    rows: Sequence[Row],
    columns: Sequence[str],
    read: Callable[[tuple[str, ...], _Reading], R | None],
    key: Callable[[R], object],
    same: str,
) -> Iterator[Line]:
    wrong, seen = 0, dict[object, int]()
    for number, cells in rows:
        row = _Reading()
        record = None
        if len(cells) > len(columns):  # which of them stands in the wrong place, nobody can tell
            row.problems.append(_MORE_CELLS)
        else:
            record = read(cells, row)
        if record is not None and (first := seen.setdefault(key(record), number)) != number:
            row.problems.append(f"Lines {first} and {number} are for {same}. Keep one of them")
        wrong += bool(row.problems)
        shown = tuple(cell[:LONGEST_SHOWN] for cell in cells[: len(columns)])
        yield Line(number, shown, None if row.problems else record, tuple(row.problems))
        if wrong == MOST_PROBLEMS:
            return


def write_rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The same list as text that `read_rows` reads: what was checked, to be sent once more."""
    page = io.StringIO(newline="")
    csv.writer(page).writerows([columns, *rows])
    return page.getvalue()
