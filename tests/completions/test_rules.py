"""Validity, standing, and the digests of the record, which may never drift."""

import dataclasses
import datetime as dt
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearning.completions.rules import (
    BEFORE_THE_FIRST,
    FIGURES,
    canonical,
    completion_sums,
    details_digest,
    difference,
    expires_on,
    link_digest,
    renewal_opens_on,
    standing,
)
from elearning.completions.types import Counting, Link, Standing

LINK = Link(
    place=1,
    module_key="reachable-moments",
    module_version=2,
    completed_at=dt.datetime(2026, 3, 2, 12, 0, 0, 5, tzinfo=dt.UTC),
    completed_on=dt.date(2026, 3, 2),
    expires_on=dt.date(2029, 3, 2),
    cpd_minutes=45,
    details_digest="ab" * 32,
)


@pytest.mark.parametrize(
    ("completed", "months", "expires"),
    [
        ("2026-03-02", 36, "2029-03-02"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2027-01-31", 13, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-11-30", 13, "2027-12-30"),
        ("2026-08-31", 120, "2036-08-31"),
    ],
)
def test_a_completion_lasts_so_many_calendar_months(completed: str, months: int, expires: str) -> None:
    assert expires_on(dt.date.fromisoformat(completed), months) == dt.date.fromisoformat(expires)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(1, 120))
def test_expiry_is_in_the_right_month_and_never_a_later_day(completed: dt.date, months: int) -> None:
    expires = expires_on(completed, months)
    assert (expires.year * 12 + expires.month) - (completed.year * 12 + completed.month) == months
    assert expires.day <= completed.day
    assert expires.day == completed.day or (expires + dt.timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("today", "worth"),
    [
        ("2026-03-02", Standing.VALID),
        ("2028-12-01", Standing.VALID),
        ("2028-12-02", Standing.RENEWAL_DUE),  # 90 days before
        ("2029-03-02", Standing.RENEWAL_DUE),  # the last day
        ("2029-03-03", Standing.EXPIRED),
    ],
)
def test_standing_on_the_days_where_it_changes(today: str, worth: Standing) -> None:
    assert standing(dt.date(2026, 3, 2), dt.date(2029, 3, 2), dt.date.fromisoformat(today), is_withdrawn=False) is worth


def test_even_a_short_validity_is_not_due_for_renewal_on_its_first_day() -> None:
    completed, expires = dt.date(2026, 3, 2), dt.date(2026, 4, 2)
    assert standing(completed, expires, completed, is_withdrawn=False) is Standing.VALID
    assert renewal_opens_on(completed, expires) == dt.date(2026, 3, 3)


class TestTheDigestsAreForEver:
    """Records of today must verify for ever: if one of these fails, put the old arithmetic back."""

    def test_details(self) -> None:
        details = {"practitioner_id": 7, "agency_id": None, "attempt_id": 9, "score": 8}
        assert canonical(details) == b'{"agency_id":null,"attempt_id":9,"practitioner_id":7,"score":8}'
        assert (
            details_digest("00112233445566778899aabbccddeeff", details)
            == "0fe2a4086f816e09e3a508ffac12b4788043cab5bc5a11a623f3dc69960b3334"
        )

    def test_names_are_ascii_whatever_their_letters(self) -> None:
        assert canonical({"full_name": "Nguyễn Łukasz"}) == b'{"full_name":"Nguy\\u1ec5n \\u0141ukasz"}'

    def test_first_link(self) -> None:
        assert link_digest(BEFORE_THE_FIRST, LINK) == "f4e544a9f4657ad4486b029f7c446acafc2d08c545fb44cb324b7fe37b2ebc7a"

    def test_next_link(self) -> None:
        assert link_digest("cd" * 32, LINK) == "b1f258d86e6bb967a0ece340c34016ea31577843b775feb3b4f58f61df77cd3b"


def test_every_word_of_a_link_is_sealed() -> None:
    changes: dict[str, object] = {
        "place": 2,
        "module_key": "never-assume",
        "module_version": 3,
        "completed_at": LINK.completed_at + dt.timedelta(microseconds=1),
        "completed_on": dt.date(2026, 3, 3),
        "expires_on": dt.date(2029, 3, 3),
        "cpd_minutes": 46,
        "details_digest": "ac" * 32,
    }
    assert set(changes) == {field.name for field in dataclasses.fields(Link)}
    digests = {
        link_digest(BEFORE_THE_FIRST, dataclasses.replace(LINK, **{name: value}))  # type: ignore[arg-type]
        for name, value in changes.items()
    }
    assert len(digests | {link_digest(BEFORE_THE_FIRST, LINK)}) == 1 + len(changes)


def test_the_same_moment_has_the_same_digest_in_any_time_zone() -> None:
    elsewhere = LINK.completed_at.astimezone(dt.timezone(dt.timedelta(hours=5)))
    assert link_digest(BEFORE_THE_FIRST, dataclasses.replace(LINK, completed_at=elsewhere)) == link_digest(
        BEFORE_THE_FIRST, LINK
    )


def counting(
    number: int, day: dt.date, agency: int | None, module: str, role: str | None, gone: int | None
) -> Counting:
    """One of one person's completions; `gone` is after how many days it was withdrawn."""
    return Counting(
        place=number, practitioner_id=1, module_key=module, module_version=1, completed_on=day,
        expires_on=day + dt.timedelta(days=1000), cpd_minutes=20, agency_id=agency,
        sector="health" if agency else None, job_role=role,
        withdrawn_on=None if gone is None else day + dt.timedelta(days=gone),
    )  # fmt: skip


COUNTED = st.lists(
    st.tuples(
        st.dates(dt.date(2024, 3, 1), dt.date(2025, 5, 1)),
        st.sampled_from([1, 2, None]),
        st.sampled_from(["one", "two"]),
        st.sampled_from(["Nurse", None]),
        st.sampled_from([None, 0, 1, 2, 60, 400]),
    ),
    max_size=6,
)


@given(COUNTED, st.integers(0, 5))
def test_sums_of_a_person_are_the_same_by_differences(drawn: list[Any], last: int) -> None:
    """Every way there, one completion after another and then one withdrawn, leads to the sums of the whole."""
    people = [counting(number, *each) for number, each in enumerate(drawn)]
    kept: Counter[tuple[object, ...]] = Counter()
    for number, completion in enumerate(people):
        for row, figures in difference(
            completion_sums(people[:number]), completion_sums([*people[:number], completion])
        ).items():
            kept.update({(*row, name): figure for name, figure in zip(FIGURES, figures, strict=True)})
    for before, gone in [
        (each, dataclasses.replace(each, withdrawn_on=each.completed_on)) for each in people[last : last + 1]
    ]:
        after = [gone if each is before else each for each in people]
        changes = difference(completion_sums(people), completion_sums(after))
        assert all(figure <= 0 for figures in changes.values() for figure in figures)
        for row, figures in changes.items():
            kept.update({(*row, name): figure for name, figure in zip(FIGURES, figures, strict=True)})
        people = after
    assert +kept == completion_sums(people)
    assert all(kept[*key[:-1], "people"] <= 1 for key in kept)
