"""Reading the record, and finding what was done to it."""

import datetime as dt
import json

import pytest
from sqlalchemy import text

from elearning.completions import queries
from elearning.completions.queries import (
    count_completions,
    head_of_record,
    list_completions,
    verify_attempts,
    verify_modules,
    verify_record,
)
from elearning.completions.rules import BEFORE_THE_FIRST
from elearning.completions.types import Finding, Head
from elearning.core.db import db
from tests.conftest import MODULE, World
from tests.records import begin, complete, pass_quiz, publish
from tests.tampering import tamper


def findings() -> list[str]:
    return [str(finding) for checked in verify_record() for finding in checked.findings]


class TestReading:
    def test_an_empty_record(self, world: World) -> None:
        assert head_of_record() == Head(0, BEFORE_THE_FIRST)
        assert count_completions() == 0
        assert list_completions(world.amina.practitioner_id) == []
        assert list(verify_record()) == []

    def test_my_completions_newest_first_and_nobody_elses(self, world: World) -> None:
        publish("another-module")
        me = world.amina.practitioner_id
        complete(me, world.school, on=dt.date(2023, 1, 10))
        complete(me, world.school, on=dt.date(2025, 2, 1), module="another-module", months=12)
        complete(world.ben.practitioner_id, world.school, on=dt.date(2025, 3, 1))
        complete(me, None, on=dt.date(2025, 12, 1))
        mine = list_completions(me)
        assert [(c.place, c.module_key, c.agency_id) for c in mine] == [
            (4, MODULE, None),
            (2, "another-module", world.school),
            (1, MODULE, world.school),
        ]
        assert {c.practitioner_id for c in mine} == {me}
        assert (mine[1].completed_on, mine[1].expires_on) == (dt.date(2025, 2, 1), dt.date(2026, 2, 1))


class TestVerifying:
    @pytest.fixture(autouse=True)
    def five(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Five completions, read two at a time, so that every check also crosses a page."""
        monkeypatch.setattr(queries, "PAGE", 2)
        people = (world.amina, world.ben, world.grace, world.tomasz, world.olu)
        for number, person in enumerate(people, start=1):
            complete(person.practitioner_id, world.school, on=dt.date(2026, 2, number))

    def test_an_untouched_record_has_no_findings(self) -> None:
        assert [(checked.rows, checked.findings) for checked in verify_record()] == [(2, ()), (2, ()), (1, ())]

    @pytest.mark.parametrize(
        "change",
        [
            "module_key = 'other-module'",
            "module_version = 9",
            "completed_at = '2026-02-03 12:00:01'",
            "completed_on = '2026-02-04'",
            "expires_on = '2039-02-03'",
            "cpd_minutes = 90",
        ],
    )
    def test_a_changed_completion_is_named_at_its_place(self, change: str) -> None:
        tamper(f"UPDATE completion SET {change} WHERE place = 3")
        found = findings()
        assert "place 3: the completion was changed after it was recorded" in found
        assert all(line.startswith("place 3: ") for line in found)

    @pytest.mark.parametrize("change", ["practitioner_id = 1", "agency_id = 2", "agency_id = NULL", "score = 9"])
    def test_a_changed_detail_is_named_at_its_place(self, world: World, change: str) -> None:
        tamper(f"UPDATE completion_detail SET {change} WHERE place = 4")
        found = findings()
        assert "place 4: whose completion it is was changed after it was recorded" in found
        assert all(line.startswith("place 4: ") for line in found)

    def test_a_new_salt_is_a_changed_detail(self) -> None:
        tamper(f"UPDATE completion_detail SET salt = '{'0' * 32}' WHERE place = 2")
        assert findings() == ["place 2: whose completion it is was changed after it was recorded"]

    def test_a_removed_completion_leaves_a_gap(self) -> None:
        tamper("DELETE FROM completion_detail WHERE place = 3", "DELETE FROM completion WHERE place = 3")
        assert findings() == ["place 4: what stood before it is gone: 3"]

    def test_several_removed_completions_are_told_as_one_gap(self) -> None:
        tamper("DELETE FROM completion_detail WHERE place < 4", "DELETE FROM completion WHERE place < 4")
        assert findings() == ["place 4: what stood before it is gone: 1 to 3"]

    def test_closing_the_gap_does_not_hide_it(self) -> None:
        tamper(
            "DELETE FROM completion_detail WHERE place >= 3",
            "DELETE FROM completion WHERE place = 3",
            "UPDATE completion SET place = 3 WHERE place = 4",
            "UPDATE completion SET place = 4 WHERE place = 5",
        )
        assert findings() == [
            "place 3: it does not follow from the completion before it",
            "place 3: the completion was changed after it was recorded",
            "place 4: the completion was changed after it was recorded",
        ]

    def test_a_forged_digest_is_found_at_its_place_and_the_next(self) -> None:
        tamper(f"UPDATE completion SET digest = '{'e' * 64}' WHERE place = 2")
        assert findings() == [
            "place 2: the completion was changed after it was recorded",
            "place 3: it does not follow from the completion before it",
        ]

    @pytest.mark.parametrize("change", ["score = 0, passed = FALSE", "practitioner_id = 6", "module_version = 7"])
    def test_a_changed_attempt_is_found(self, change: str) -> None:  # practitioner 6 has no attempt of their own
        tamper(f"UPDATE attempt SET {change} WHERE id = (SELECT attempt_id FROM completion_detail WHERE place = 5)")
        (found,) = findings()
        assert found.startswith("place 5: attempt ")
        assert found.endswith(" is not the pass that it records")

    def test_erased_details_break_nothing(self) -> None:
        tamper("DELETE FROM completion_detail WHERE place = 2")
        assert findings() == []

    def test_each_finding_knows_its_place(self) -> None:
        tamper("UPDATE completion SET cpd_minutes = 90 WHERE place IN (2, 4)")
        places = [finding.place for checked in verify_record() for finding in checked.findings]
        assert places == [2, 4]


class TestVerifyingModules:
    @pytest.fixture(autouse=True)
    def two(self, world: World) -> None:
        publish("another-module")

    def found(self) -> list[str]:
        return [str(finding) for checked in verify_modules() for finding in checked.findings]

    def test_untouched_ones_have_no_findings(self) -> None:
        assert [(checked.rows, checked.findings) for checked in verify_modules()] == [(1, ()), (1, ())]

    @pytest.mark.parametrize(
        "change",
        [
            "content = replace(content, 'Something happens', 'Nothing happens')",
            "content = replace(content, 'another-module', 'a-third-module')",
            "content = replace(content, '\"pass_mark\":3', '\"pass_mark\":1')",
            "content = replace(content, '\"title\"', '\"heading\"')",
            "content = ''",
            f"content_digest = '{'0' * 64}'",
            "version = 2",
        ],
    )
    def test_a_changed_one_is_named(self, change: str) -> None:
        tamper(f"UPDATE module_version SET {change} WHERE module_key = 'another-module'")
        (found,) = self.found()
        assert found.startswith("another-module version ")
        assert found.endswith(" was changed after it was published")


class TestVerifyingAttempts:
    @pytest.fixture(autouse=True)
    def five(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Five passes, read two at a time; the fourth is what the tests change. An open attempt is no record yet."""
        monkeypatch.setattr(queries, "PAGE", 2)
        for person in (world.amina, world.ben, world.grace, world.tomasz, world.olu):
            complete(person.practitioner_id, world.school, on=dt.date(2026, 2, 2))
        begin(world.admin.practitioner_id, on=dt.date(2026, 2, 3))

    def found(self) -> list[str]:
        return [str(finding) for checked in verify_attempts() for finding in checked.findings]

    def test_untouched_ones_have_no_findings(self) -> None:
        assert [(checked.rows, checked.findings) for checked in verify_attempts()] == [(2, ()), (2, ()), (1, ())]

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE response SET chosen = '[9]' WHERE attempt_id = 4",
            "UPDATE response SET chosen = '[9]' WHERE attempt_id = 4 AND position = 2",
            "UPDATE response SET is_right = FALSE WHERE attempt_id = 4 AND position = 2",
            "UPDATE response SET is_right = NULL WHERE attempt_id = 4 AND position = 2",
            "UPDATE response SET item_id = 'SM-99' WHERE attempt_id = 4 AND position = 2",
            "UPDATE response SET position = 9 WHERE attempt_id = 4 AND position = 4",
            "UPDATE attempt SET score = 3 WHERE id = 4",
            "UPDATE attempt SET score = 2, passed = FALSE WHERE id = 4",
        ],
    )
    def test_an_attempt_is_marked_anew(self, change: str) -> None:
        tamper(change)
        assert self.found() == ["attempt 4 has answers that do not give the result it records"]

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE attempt SET pass_mark = 1 WHERE id = 4",
            "UPDATE attempt SET form_length = 5 WHERE id = 4",
            "UPDATE attempt SET module_version = 9 WHERE id = 4",
        ],
    )
    def test_its_quiz_is_the_modules(self, change: str) -> None:
        tamper(change)
        (found,) = self.found()
        assert found.startswith("attempt 4 has not the questions, right answers or pass mark of sample-module version ")

    def test_a_key_and_its_answer_changed_together_are_found(self) -> None:
        """Here the marks come out as they were recorded, but the module says that another answer is right."""
        form = json.loads(db.session.execute(text("SELECT form FROM attempt WHERE id = 4")).scalar_one())
        form[0][2] = [9]
        tamper(
            f"UPDATE attempt SET form = '{json.dumps(form)}' WHERE id = 4",
            "UPDATE response SET chosen = '[9]' WHERE attempt_id = 4 AND position = 1",
        )
        assert self.found() == [
            "attempt 4 has not the questions, right answers or pass mark of sample-module version 1"
        ]

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE attempt SET form = 'nonsense' WHERE id = 4",
            "UPDATE attempt SET form = '[]' WHERE id = 4",
            "UPDATE response SET chosen = '5' WHERE attempt_id = 4",
            "DELETE FROM response WHERE attempt_id = 4",
        ],
    )
    def test_what_cannot_be_marked_is_found(self, change: str) -> None:
        tamper(change)
        assert self.found() == ["attempt 4 has a quiz or answers that were changed after it was submitted"]

    def test_a_changed_module_is_a_finding_of_its_attempts(self) -> None:
        tamper("UPDATE module_version SET content = ''")
        assert len(self.found()) == 5

    def test_a_pass_without_a_completion_is_found(self, world: World) -> None:
        pass_quiz(world.officer.practitioner_id, on=dt.date(2026, 2, 4))
        tamper("DELETE FROM completion_detail WHERE place = 5", "DELETE FROM completion WHERE place = 5")
        assert findings() == []  # the chain alone does not tell that its end is gone
        assert self.found() == [
            "attempt 5 was passed, but no completion records it",
            "attempt 7 was passed, but no completion records it",
        ]


def test_a_finding_without_a_place_is_told_by_its_message() -> None:
    assert str(Finding(None, "a guard is missing")) == "a guard is missing"
