"""What leaves of a question: how it fared, but not how few had it right or wrong, nor by where it stands."""

import datetime as dt

import pytest

from elearning.catalogue.library import Library
from elearning.catalogue.types import TrainingModule
from elearning.figures.disclosure import MARK, publish
from elearning.figures.rules import financial_year
from elearning.figures.types import Measure, Table, Value
from elearning.items.rules import figures_of, gravest_first
from elearning.items.tables import PUBLISHED, hardest_first, tables_to_leave, telling
from elearning.items.types import Answers, Flag, ItemFigures
from elearning.reports.overview import questions_table
from elearning.reports.tables import limits_table
from elearning.reports.types import Frame, OnOffer, View

YEAR, NOW = financial_year(2025), dt.datetime(2026, 6, 15, 13, 5, tzinfo=dt.UTC)


@pytest.fixture
def module(sample_library: Library) -> TrainingModule:
    return next(iter(sample_library))


def fared(module: TrainingModule, *answers: tuple[int, int]) -> list[ItemFigures]:
    """The first questions with choices: how many had each right, and how many wrong by the same wrong answer."""
    items = [item for item in module.items if item.options]
    given = {}
    for item, (right, wrong) in zip(items, answers, strict=False):
        other = next(position for position in range(len(item.options)) if position not in item.key)
        counts = [(item.key, True, right), ((other,), False, wrong)]
        given[item.id] = [Answers(chosen, is_right, n, 3 * n, 10 * n) for chosen, is_right, n in counts if n]
    return figures_of(module, given)


def leaves(module: TrainingModule, figures: list[ItemFigures]) -> Table:
    return hardest_first(publish(tables_to_leave(module, figures, NOW, YEAR), PUBLISHED)[0])


def of(table: Table, row: tuple[Value, ...], *labels: str) -> list[Value]:
    return [row[table.columns.index(column)] for column in table.columns if column.label in labels]


def test_what_leaves_is_rounded_once(module: TrainingModule) -> None:
    """0.8462 is 0.8, though it is 0.85 on the screen."""
    table = leaves(module, fared(module, (55, 10)))
    assert [str(value) for value in of(table, table.rows[0], "Facility")] == ["0.8"]


@pytest.mark.parametrize(
    ("right", "wrong", "leave"),
    [(32, 8, True), (33, 7, False), (7, 33, False), (8, 32, True), (40, 0, True), (120, 1, False), (250, 30, True)],
)
def test_what_few_had_wrong_or_right_does_not_leave(
    module: TrainingModule, right: int, wrong: int, leave: bool
) -> None:
    """Nor in words: that there is a wrong answer, and that nearly everyone had it right, is that one had it wrong."""
    table = leaves(module, fared(module, (right, wrong)))
    (row,) = table.rows
    assert of(table, row, "First attempts") == [5 * round((right + wrong) / 5)]
    told = of(table, row, "Facility", "Discrimination", "Wrong answer chosen most", "What to do")
    assert len(told) == 4
    assert (MARK not in told) if leave else (told == [MARK] * 4)
    assert telling(table).rows == (table.rows if leave else ())
    assert "Left out of what is published: Chosen by." in table.notes


def test_where_nothing_leaves_the_report_says_that_there_were_too_few(module: TrainingModule) -> None:
    table = leaves(module, fared(module, (5, 4)))
    (line, *_) = limits_table([telling(table)], YEAR, NOW).rows
    assert (table.rows, line[0]) == ((), f"R12: {table.caption}")


def test_the_quarters_paper_does_not_say_that_few_had_a_question_wrong(module: TrainingModule) -> None:
    """Beside the year's figure it would say how few."""
    easy, hard = fared(module, (99, 0), (20, 100))
    assert (easy.flags[0], hard.flags[0]) == (Flag.EASY, Flag.BEATEN)
    frame = Frame(View(YEAR), NOW, NOW.date(), (OnOffer(module.key, module.title, (1,)),), ())
    (row,) = questions_table(frame, {module.key: [easy, hard]}).rows
    assert hard.item.id in str(row[1])
    assert not any(str(flag) in str(row[2]) for flag in (Flag.EASY, Flag.UNCHOSEN))


def test_the_order_of_what_leaves_is_that_of_its_figures(module: TrainingModule) -> None:
    """On the screen the hardest come first, to the last answer: between two neighbours a hidden one would be known."""
    figures = gravest_first(fared(module, (40, 8), (34, 7), (20, 25), (30, 5)))
    assert len(figures) == 4
    table = leaves(module, figures)
    assert table == leaves(module, figures[::-1])
    shares = [
        value.value if isinstance(value, Measure) else value
        for row in table.rows
        for value in of(table, row, "Facility")
    ]
    assert [str(share) for share in shares] == ["0.4", "0.8", "*", "*"]
    assert telling(table).rows == table.rows[:2]
    assert telling(table).notes[-1].startswith("2 questions are about too few people")
