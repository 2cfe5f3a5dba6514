"""Which figures a table shows, about how many people, and which of them leave the partnership."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearning.evaluation.rules import COUNTED, FOLLOW_UPS, LOOK_BACK_DAYS, counted_in
from elearning.evaluation.types import Change, Pair, Said, Sums
from elearning.figures.disclosure import MARK, publish
from elearning.figures.rules import financial_year
from elearning.figures.types import Hidden, Measure, Rate, Table
from elearning.impact.disclosure import PUBLISHED, without_ends
from elearning.impact.rules import SHOWN
from elearning.impact.tables import FELL, ROSE, SAME, confidence_chart, confidence_table, tables_of
from elearning.impact.types import ModuleSays

YEAR, NOW = financial_year(2025), dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
ASKED = dict.fromkeys((LOOK_BACK_DAYS, *(plan.closes for plan in FOLLOW_UPS.values())), 200)
STATEMENTS = (("1.1", "I can ask."), ("speaking-up", "I would speak up."))


def says(key: str = "one", *, rose: int = 0, same: int = 0, fell: int = 0, **said: int) -> ModuleSays:
    """A module about which so many felt surer by one, the same, and less sure by one; and so many said other things."""
    count = rose + same + fell
    sums = Sums(count, 4 * count, 4 * count + rose - fell, rose + fell, rose, same, fell)
    names = {what.replace(" ", "_"): what for what in COUNTED}
    return ModuleSays(
        key,
        key.capitalize(),
        STATEMENTS,
        ASKED,
        {names[what]: count for what, count in said.items()},
        {(pair, name): sums for pair in Pair for name, _words in STATEMENTS} if count else {},
    )


def table(number: str, *each: ModuleSays) -> Table:
    return next(table for table in tables_of(each, YEAR, NOW) if table.number == number)


def test_a_statement_is_shown_from_ten_pairs_on_with_its_response() -> None:
    nine, (ten, _speaking_up) = (table("R9", says(rose=rose, fell=1)).rows for rose in (8, 9))
    assert nine == ()
    assert "Left out, with fewer than 10 answers: One." in table("R9", says(rose=9)).notes
    assert [str(value) for value in ten] == [
        "I can ask.", "10", "10 of 200 completions (5%)", "4.0", "4.8", "0.8 (0.3 to 1.3)",
        "9 of 10 paired answers (90%)", "0 of 10 paired answers (0%)", "1 of 10 paired answers (10%)",
    ]  # fmt: skip
    assert "completions at least 56 days old" in str(table("R9b", says(rose=10)).rows[0][2])
    assert [column.label for column in table("R9", says("one"), says("two")).columns][:2] == [
        "Statement",
        "Training module",
    ]


def test_thinking_back_is_never_shown_without_the_real_thing_and_says_why() -> None:
    numbers = [each.number for each in tables_of([says(rose=10)], YEAR, NOW)]
    assert numbers[:2] == ["R9", "R9a"]
    assert any("never alone" in note for note in table("R9a", says(rose=10)).notes)


@pytest.mark.parametrize(("asked", "shown"), [(9, False), (10, True)])
def test_a_response_stands_from_ten_asked_on(asked: int, shown: bool) -> None:
    """What leaves counts on it: periods to answer overlap, and one is less than two others."""
    each = replace(says(now=8), asked=dict.fromkeys(ASKED, asked))
    assert [isinstance(row[1], Rate) for row in table("R9d", each).rows] == [shown] * 11


def test_changes_are_summed_over_modules_with_ten_answers_only() -> None:
    """The figure of all, less that of one module, would give the other one away."""
    one, two = says("one", practice=12, sharing_information=8), says("two", practice=9, sharing_information=9)
    of_both = table("R10", one, two)
    shown = {row[0]: row[1:] for row in of_both.rows}
    assert shown["Answered the question"][:2] == (12, Rate(12, 200, "completions at least 56 days old"))
    assert shown["Sharing information"] == (8, Rate(8, 12, "answers"), Hidden.NOT_ASKED)
    assert any("Left out, with fewer than 10 answers: Two" in note for note in of_both.notes)
    assert {value for row in table("R10", two).rows for value in row[1:]} == {
        Hidden.TOO_FEW, Hidden.NONE, Hidden.NOT_ASKED
    }  # fmt: skip


def test_pledges_say_how_they_went_from_ten_on() -> None:
    few, enough = says("one", pledged=20, done_it=5, partly=4), says("two", pledged=20, done_it=5, partly=4, not_yet=1)
    rows = table("R11", few, enough).rows
    assert rows[0][1:3] == (20, Rate(9, 20, "pledges"))
    assert set(rows[0][3:6]) == {Hidden.TOO_FEW}
    assert rows[1][3] == Rate(5, 10, "answers")
    assert set(table("R11", says(pledged=9)).rows[0][1:]) == {Hidden.TOO_FEW}


def test_the_chart_has_the_figures_of_the_table() -> None:
    chart = confidence_chart(confidence_table([says(rose=7, same=2, fell=1)], Pair.BEFORE_NOW, YEAR, NOW))
    assert chart is not None
    assert [(series.name, series.values) for series in chart.series] == [
        ("Surer", (7, 7)), ("The same", (2, 2)), ("Less sure", (1, 1))
    ]  # fmt: skip
    assert confidence_chart(confidence_table([says(rose=9)], Pair.BEFORE_NOW, YEAR, NOW)) is None


PARTS = st.tuples(*[st.integers(0, 40)] * 3)


@given(ratings=PARTS, kept=PARTS)
def test_what_leaves_is_rounded_and_has_all_parts_of_a_whole_or_none(
    ratings: tuple[int, int, int], kept: tuple[int, int, int]
) -> None:
    """Where one of the parts is 1 to 7, the two others and their sum would say which."""
    rose, same, fell = ratings
    done, partly, not_yet = kept
    each = says(rose=rose, same=same, fell=fell, pledged=sum(kept) + 3, done_it=done, partly=partly, not_yet=not_yet)
    out = {table.number: table for table in publish(without_ends(tables_of([each], YEAR, NOW)), PUBLISHED)}
    for number, labels, parts in (("R9", (ROSE, SAME, FELL), ratings), ("R11", ("Done", "Partly", "Not yet"), kept)):
        if sum(parts) >= SHOWN:
            places = [place for place, column in enumerate(out[number].columns) if column.label in labels]
            cells = [row[place] for row in out[number].rows for place in places]
            assert all((value is MARK) is any(0 < part < 8 for part in parts) for value in cells)
    for value in (value for table in out.values() for row in table.rows for value in row):
        for count in (value.numerator, value.denominator) if isinstance(value, Rate) else (value,):
            assert not isinstance(count, int) or (count % 5 == 0 and count != 5)
        assert not isinstance(value, Measure) or value.low == value.high


@pytest.mark.parametrize(
    ("before", "after", "leave"), [(10, 90, True), (9, 50, False), (50, 9, False), (91, 50, False), (50, 91, False)]
)
def test_means_at_an_end_of_the_scale_leave_neither_themselves_nor_their_change(
    before: int, after: int, leave: bool
) -> None:
    """A mean of 9.9 says how few are not completely sure. So do the other two, where all are known but one."""
    exact = says(rose=10)
    sums = replace(exact.sums[Pair.BEFORE_NOW, "1.1"], sum_from=before, sum_to=after, sum_squares=1000)
    each = replace(exact, sums={(Pair.BEFORE_NOW, "1.1"): sums})
    (row, _), *_ = (table.rows for table in publish(without_ends(tables_of([each], YEAR, NOW)), PUBLISHED))
    assert [isinstance(value, Measure) for value in row[3:6]] == [leave] * 3
    assert row[6] == Rate(10, 10, "paired answers")


def test_what_leaves_of_changes_does_not_add_up_to_all_who_answered() -> None:
    """Nobody chooses nothing beside a change: with one change alone, those who chose it would be the difference."""
    each = says(practice=30, sharing_information=10, nothing_so_far=20)
    out = {table.number: table for table in publish(tables_of([each], YEAR, NOW), PUBLISHED)}
    assert [row[1] for row in out["R10"].rows] == [30, 0, 10, 0, 0]
    assert "Left out of what is published: Nothing so far." in out["R10"].notes


def test_each_thing_is_counted_in_the_quarter_in_which_its_time_ends() -> None:
    completed_on = dt.date(2026, 3, 18)  # 14 days on it is 1 April, 111 days on 7 July
    assert counted_in(completed_on, COUNTED[Said.NOW]) == "2026-27-q1"
    assert counted_in(completed_on - dt.timedelta(days=1), COUNTED[Said.NOW]) == "2025-26-q4"
    assert counted_in(completed_on, COUNTED[Change.STEP]) == "2026-27-q2"
