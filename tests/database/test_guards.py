"""The database refuses what breaks the laws, whoever asks: permanent rows, sittings, and impossible rows.

Every statement here is plain SQL on a connection that may write, past all of the program's own rules.
"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Connection, Engine, insert, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from elearning.core.db import WRITES
from elearning.database import metadata
from tests.database.rows import (
    ATTEMPT,
    CERTIFICATE,
    COMPLETION,
    DAY,
    DISCUSSION,
    EDITION,
    EXPIRY,
    FIRST,
    FOLLOW_UP,
    LATER,
    MORNING,
    NEXT,
    REQUIREMENT,
    START,
    contents,
)

PERMANENT = [
    "audit_entry",
    "certificate",
    "certificate_detail",
    "completion",
    "completion_detail",
    "discussion",
    "discussion_claim",
    "discussion_detail",
    "edition",
    "follow_up",
    "follow_up_response",
    "headcount",
    "module_version",
    "reissue",
    "withdrawal",
]
RULED = ["attempt", "response", "requirement"]  # never deleted, and changed only as their rules say
ROW = {table: dict(row) for table, row in reversed(FIRST)}  # the first row of each table

on_sqlite = pytest.mark.parametrize("new_engine", ["sqlite"], indirect=True, scope="module")
on_postgresql = pytest.mark.parametrize("new_engine", ["postgresql"], indirect=True, scope="module")

# The first of several triggers to fire names the reason, and SQLite leaves open which that is.
REFUSALS = (
    "permanent|follows the one before|takes no more|begins open|only by being submitted|number of right responses"
)

Statement = Callable[[Connection, str], Any]


def test_the_lists_here_leave_no_table_out() -> None:
    assert set(ROW) == set(metadata.tables)


def _change(connection: Connection, table: str) -> Any:
    """An update that would even leave every value as it is."""
    column = list(metadata.tables[table].columns)[-1].name
    return connection.execute(text(f'UPDATE {table} SET "{column}" = "{column}"'))


def _delete(connection: Connection, table: str) -> Any:
    return connection.execute(text(f"DELETE FROM {table}"))


def _upsert(connection: Connection, table: str) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    target = metadata.tables[table]
    statement = dialect.insert(target).values(ROW[table])
    changed = list(target.columns)[-1].name
    return connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(target.primary_key), set_={changed: ROW[table].get(changed)}
        )
    )


def _replace(connection: Connection, table: str) -> Any:
    return connection.execute(insert(metadata.tables[table]).prefix_with("OR REPLACE").values(ROW[table]))


def _replace_unwatched(connection: Connection, table: str) -> Any:
    """As a tool would that does not set our pragmas: without them, REPLACE fires no delete trigger."""
    connection.execute(text("PRAGMA recursive_triggers = off"))
    try:
        return _replace(connection, table)
    finally:
        connection.execute(text("PRAGMA recursive_triggers = on"))


def _truncate(connection: Connection, table: str) -> Any:
    return connection.execute(text(f"TRUNCATE {table}"))


def _truncate_cascade(connection: Connection, table: str) -> Any:
    return connection.execute(text(f"TRUNCATE {table} CASCADE"))


def _truncate_parents(connection: Connection, table: str) -> Any:
    """By way of a table it refers to, or of all of them."""
    return connection.execute(text(f"TRUNCATE practitioner, agency, {table} CASCADE"))


def _refused(connection: Connection, statement: Statement, table: str) -> None:
    before = contents(connection, table)
    with pytest.raises(IntegrityError, match=REFUSALS), connection.begin_nested():
        statement(connection, table)
    assert contents(connection, table) == before


@pytest.mark.parametrize("table", PERMANENT)
@pytest.mark.parametrize("statement", [_change, _delete, _upsert], ids=lambda statement: statement.__name__[1:])
def test_a_permanent_row_stays_as_it_is(connection: Connection, table: str, statement: Statement) -> None:
    _refused(connection, statement, table)


@pytest.mark.parametrize("table", RULED)
def test_what_changes_by_rule_is_never_deleted(connection: Connection, table: str) -> None:
    _refused(connection, _delete, table)


@on_sqlite
@pytest.mark.parametrize("table", [*PERMANENT, *RULED])
@pytest.mark.parametrize("statement", [_replace, _replace_unwatched], ids=lambda statement: statement.__name__[1:])
def test_replace_is_no_way_round_on_sqlite(connection: Connection, table: str, statement: Statement) -> None:
    _refused(connection, statement, table)


# Rows with a primary key of their own that take another unique key of a row that is there.
TAKES_A_KEY = {
    "completion by its digest": (
        "completion",
        COMPLETION | {"place": 3, "previous_digest": "2" * 64, "digest": "1" * 64},
    ),
    "completion by the one before": (
        "completion",
        COMPLETION | {"place": 3, "previous_digest": START, "digest": "3" * 64},
    ),
    "completion detail by its attempt": (
        "completion_detail",
        {"place": 2, "salt": "5" * 32, "practitioner_id": 1, "attempt_id": 1, "score": 1},
    ),
    "certificate by its place": ("certificate", CERTIFICATE | {"number": "E" * 17}),
    "certificate by what it supersedes": ("certificate", CERTIFICATE | {"number": "E" * 17, "supersedes": "A" * 17}),
    "discussion by its code": ("discussion", DISCUSSION | {"id": 9, "code": "K7M4QX2"}),
    "claim by its person": (
        "discussion_claim",
        {"discussion_id": 1, "place": 2, "practitioner_id": 1, "claimed_at": LATER},
    ),
    "edition by its number": ("edition", EDITION | {"id": 9, "number": 1}),
    "follow-up by its number": ("follow_up", FOLLOW_UP | {"id": 3, "number": 1}),
    "requirement by its group": ("requirement", REQUIREMENT | {"id": 9}),
    "requirement of the partnership by its group": ("requirement", REQUIREMENT | {"id": 9, "agency_id": None}),
    "attempt by its number": ("attempt", ATTEMPT | {"id": 3, "number": 1}),
    "attempt by being open": ("attempt", ATTEMPT | {"id": 3, "number": 2, "practitioner_id": 2}),
    "attempt by being passed": (
        "attempt",
        ATTEMPT | {"id": 3, "number": 2, "submitted_at": LATER, "score": 2, "passed": True},
    ),
}


@on_sqlite
@pytest.mark.parametrize("pragma", ["on", "off"], ids=["watched", "unwatched"])
@pytest.mark.parametrize("case", TAKES_A_KEY)
def test_replace_by_another_unique_key_is_no_way_round(connection: Connection, case: str, pragma: str) -> None:
    table, row = TAKES_A_KEY[case]
    for needed in ("completion", "certificate"):
        if table == f"{needed}_detail" or table == needed == "certificate":
            connection.execute(insert(metadata.tables[needed]).values(NEXT[needed]))
    before = contents(connection, table)

    connection.execute(text(f"PRAGMA recursive_triggers = {pragma}"))
    try:
        with (
            pytest.raises(IntegrityError, match=REFUSALS),
            connection.begin_nested(),
        ):
            connection.execute(insert(metadata.tables[table]).prefix_with("OR REPLACE").values(row))
    finally:
        connection.execute(text("PRAGMA recursive_triggers = on"))
    assert contents(connection, table) == before


@on_postgresql
@pytest.mark.parametrize("table", [*PERMANENT, *RULED])
@pytest.mark.parametrize(
    "statement", [_truncate, _truncate_cascade, _truncate_parents], ids=lambda statement: statement.__name__[1:]
)
def test_truncate_is_no_way_round_on_postgresql(connection: Connection, table: str, statement: Statement) -> None:
    before = contents(connection, table)
    # What others refer to is refused for that alone, before any trigger.
    with pytest.raises(Exception, match="is permanent|referenced in a foreign key"), connection.begin_nested():
        statement(connection, table)
    assert contents(connection, table) == before


def test_what_is_not_permanent_does_change(connection: Connection) -> None:
    """Else the tests above would pass on a database that refuses everything."""
    for table in sorted(set(metadata.tables) - set(PERMANENT) - set(RULED)):
        assert _change(connection, table).rowcount >= 1, table
    assert _delete(connection, "throttle").rowcount == 1


# A sitting: what may happen to attempt 1 (submitted) and 2 (open, of two questions, one answered).
SITTINGS = {
    "a submitted attempt takes no other score": ("UPDATE attempt SET score = 2 WHERE id = 1", "permanent"),
    "a submitted attempt stays submitted": (
        "UPDATE attempt SET submitted_at = NULL, score = NULL, passed = NULL WHERE id = 1",
        "permanent",
    ),
    "a submitted response takes no other answer": (
        "UPDATE response SET chosen = '[2]' WHERE attempt_id = 1 AND position = 1",
        "permanent",
    ),
    "a submitted response takes no other mark": (
        "UPDATE response SET is_right = NOT is_right WHERE attempt_id = 1 AND position = 2",
        "permanent",
    ),
    "a submitted attempt takes no more responses": (
        "INSERT INTO response (attempt_id, position, item_id, chosen, answered_at)"
        " VALUES (1, 3, 'SA-03', '[0]', '2026-02-01')",
        "takes no more responses|no such question",
    ),
    "a response does not move into a submitted attempt": (
        "UPDATE response SET attempt_id = 1, position = 3 WHERE attempt_id = 2",
        "stays with its question|permanent",
    ),
    "an attempt is not submitted with a question unanswered": (
        "UPDATE attempt SET submitted_at = '2026-02-02', score = 0, passed = false WHERE id = 2",
        "every response marked",
    ),
    "there is no question past the last": (
        "INSERT INTO response (attempt_id, position, item_id, chosen, answered_at)"
        " VALUES (2, 3, 'SA-03', '[0]', '2026-02-01')",
        "no such question",
    ),
    "a response is to a question of its attempt": (
        "INSERT INTO response (attempt_id, position, item_id, chosen, answered_at)"
        " VALUES (2, 2, 'SA-03', '[0]', '2026-02-01')",
        "no such question",
    ),
    "a response is to the question of its place": (
        "INSERT INTO response (attempt_id, position, item_id, chosen, answered_at)"
        " VALUES (2, 2, 'SA-01', '[0]', '2026-02-01')",
        "no such question",
    ),
    "there is no question past the last of a follow-up": (
        "INSERT INTO follow_up_response (follow_up_id, position, item_id, chosen, is_right, answered_at)"
        " VALUES (1, 3, 'SA-03', '[0]', true, '2026-02-01')",
        "no such question",
    ),
    "an answer of a follow-up is to the question of its place": (
        "INSERT INTO follow_up_response (follow_up_id, position, item_id, chosen, is_right, answered_at)"
        " VALUES (1, 2, 'SA-01', '[0]', true, '2026-02-01')",
        "no such question",
    ),
    "a completion has one certificate that supersedes none": (
        "INSERT INTO certificate SELECT 'EEEEEEEEEEEEEEEEE', place, NULL, issued_at, module_title, partnership,"
        " signatory, details_digest FROM certificate WHERE supersedes IS NULL",
        "uq_certificate_first",
    ),
    "a response stays in its place": (
        "UPDATE response SET position = 2 WHERE attempt_id = 2",
        "stays with its question",
    ),
    "a response stays with its item": (
        "UPDATE response SET item_id = 'SA-09' WHERE attempt_id = 2",
        "stays with its question",
    ),
    "a completion leaves no gap": (
        "INSERT INTO completion SELECT 4, module_key, module_version, completed_at, completed_on, expires_on,"
        " cpd_minutes, details_digest, digest, '4444444444444444444444444444444444444444444444444444444444444444'"
        " FROM completion WHERE place = 2",
        "follows the one before",
    ),
    "a completion names the one before it": (
        "INSERT INTO completion SELECT 3, module_key, module_version, completed_at, completed_on, expires_on,"
        " cpd_minutes, details_digest, '3333333333333333333333333333333333333333333333333333333333333333',"
        " '4444444444444444444444444444444444444444444444444444444444444444' FROM completion WHERE place = 1",
        "follows the one before",
    ),
}


def test_a_certificate_supersedes_one_of_its_own_completion(connection: Connection) -> None:
    connection.execute(insert(metadata.tables["completion"]).values(NEXT["completion"]))
    row = CERTIFICATE | {"number": "E" * 17, "place": 2, "supersedes": "C" * 17}

    with pytest.raises(IntegrityError, match="one of the same completion"), connection.begin_nested():
        connection.execute(insert(metadata.tables["certificate"]).values(row))
    connection.execute(insert(metadata.tables["certificate"]).values(row | {"place": 1}))


def test_no_more_claim_a_discussion_than_were_there(connection: Connection) -> None:
    """Two were there: whoever comes third has no place, whatever place is asked for."""
    claim = metadata.tables["discussion_claim"]
    for table in ("practitioner", "discussion_claim"):
        connection.execute(insert(metadata.tables[table]).values(NEXT[table]))
    with pytest.raises(IntegrityError, match="no more people claim"), connection.begin_nested():
        connection.execute(insert(claim).values({**NEXT["discussion_claim"], "place": 3, "practitioner_id": 3}))


REWRITTEN: dict[str, Any] = REQUIREMENT | {
    "id": 9,
    "agency_id": None,
    "module_key": "other",
    "group_kind": "team",
    "group_name": "North",
    "due_on": DAY,
    "recorded_at": MORNING,
    "recorded_by": None,
}


@pytest.mark.parametrize("column", REWRITTEN)
def test_a_requirement_is_only_ever_ended_and_once(connection: Connection, column: str) -> None:
    requirement = metadata.tables["requirement"]
    assert {*REWRITTEN, "ended_on"} == set(requirement.columns.keys())
    this = update(requirement).where(requirement.c.id == 1)
    refused = pytest.raises(IntegrityError, match="only be ended, once|group_name|team_of_an_agency")
    for changes in ({"ended_on": None}, {column: REWRITTEN[column]}, {"ended_on": DAY, column: REWRITTEN[column]}):
        with refused, connection.begin_nested():
            connection.execute(this.values(changes))
    connection.execute(this.values(ended_on=DAY))
    for changes in ({"ended_on": None}, {"ended_on": EXPIRY}):
        with refused, connection.begin_nested():
            connection.execute(this.values(changes))
    connection.execute(insert(requirement).values(REQUIREMENT | {"id": 9}))  # and another one added in its place


# Whose detail a second completion, of the passed attempt's module version, is not.
NOT_THE_PASS = {
    "open": {"practitioner_id": 2, "attempt_id": 2},
    "of another person": {"practitioner_id": 2},
    "with another score": {"score": 2},
}


@pytest.mark.parametrize("what", NOT_THE_PASS)
def test_a_completion_records_a_pass(connection: Connection, what: str) -> None:
    connection.execute(insert(metadata.tables["completion"]).values(NEXT["completion"]))

    with pytest.raises(IntegrityError, match="records a pass|permanent"), connection.begin_nested():
        connection.execute(
            insert(metadata.tables["completion_detail"]).values(
                ROW["completion_detail"] | {"place": 2} | NOT_THE_PASS[what]
            )
        )


# Times of one person in agencies. They work from the 10th to the 20th, and again from the 20th on.
@pytest.mark.parametrize(
    ("first", "last"), [(1, 11), (10, 20), (12, 12), (12, 14), (15, None), (19, 25), (20, 21), (30, None)]
)
def test_nobody_works_in_two_agencies_at_once(connection: Connection, first: int, last: int | None) -> None:
    _two_times(connection)
    membership = metadata.tables["membership"]
    with pytest.raises(IntegrityError, match="two agencies at once|uq_membership_current"), connection.begin_nested():
        connection.execute(insert(membership).values(_time(first, last) | {"id": 12}))

    connection.execute(insert(membership).values(_time(1, 2) | {"id": 12}))
    with pytest.raises(IntegrityError, match="two agencies at once|uq_membership_current"), connection.begin_nested():
        connection.execute(update(membership).where(membership.c.id == 12).values(_time(first, last)))


@pytest.mark.parametrize(("first", "last"), [(1, 9), (1, 10), (10, 10), (20, 20)])
def test_one_time_may_end_on_the_day_the_next_starts(connection: Connection, first: int, last: int) -> None:
    _two_times(connection)
    membership = metadata.tables["membership"]
    connection.execute(insert(membership).values(_time(first, last) | {"id": 12}))
    connection.execute(update(membership).where(membership.c.id == 12).values(_time(first, last)))


def _two_times(connection: Connection) -> None:
    rows = [_time(20, None) | {"id": 10}, _time(10, 20) | {"id": 11}]
    connection.execute(insert(metadata.tables["membership"]), rows)


def _time(first: int, last: int | None) -> dict[str, Any]:
    return {
        **NEXT["membership"],
        "started_on": DAY.replace(day=first, month=3),
        "ended_on": DAY.replace(day=last, month=3) if last else None,
    }


@pytest.mark.parametrize("law", SITTINGS)
def test_a_sitting_keeps_its_rules(connection: Connection, law: str) -> None:
    statement, message = SITTINGS[law]
    before = contents(connection)

    with pytest.raises(IntegrityError, match=f"{message}|{REFUSALS}"), connection.begin_nested():
        connection.execute(text(statement))

    assert contents(connection) == before


@pytest.mark.parametrize("score", [0, 2])
def test_the_score_is_the_number_of_right_responses(connection: Connection, score: int) -> None:
    _answer_the_rest(connection)

    with pytest.raises(IntegrityError, match="number of right responses"), connection.begin_nested():
        _submit(connection, score)
    _submit(connection, 1)


def test_an_open_attempt_changes_only_by_being_submitted(connection: Connection) -> None:
    _answer_the_rest(connection)

    with pytest.raises(IntegrityError, match="only by being submitted"), connection.begin_nested():
        connection.execute(text("UPDATE attempt SET started_at = started_at WHERE id = 2"))


OTHER: dict[str, Any] = {
    "id": 9,
    "practitioner_id": 1,
    "module_key": "other",
    "module_version": 2,
    "set_number": 2,
    "number": 2,
    "seed": 8,
    "form": "[]",
    "form_length": 3,
    "pass_mark": 2,
    "started_at": LATER,
}


@pytest.mark.parametrize("column", OTHER)
def test_what_was_drawn_stays_drawn(connection: Connection, column: str) -> None:
    """Submitting would be in order, but for one column that it changes on the way. (Some break a second rule.)"""
    assert {*OTHER, "submitted_at", "score", "passed", "agency_id", "job_role"} == set(
        metadata.tables["attempt"].columns.keys()
    )
    _answer_the_rest(connection)

    with (
        pytest.raises(IntegrityError, match="what was drawn|every response marked|number of right"),
        connection.begin_nested(),
    ):
        _submit(connection, 1, **{column: OTHER[column]})


def test_an_attempt_is_not_submitted_with_a_response_unmarked(connection: Connection) -> None:
    connection.execute(insert(metadata.tables["response"]).values(NEXT["response"]))

    with pytest.raises(IntegrityError, match="every response marked"), connection.begin_nested():
        _submit(connection, 0)


def test_an_attempt_begins_open(connection: Connection) -> None:
    """Else a whole result could be written without a single response."""
    done = ATTEMPT | {"id": 3, "number": 2, "set_number": 2, "submitted_at": LATER, "score": 2, "passed": True}

    with pytest.raises(IntegrityError, match="begins open"), connection.begin_nested():
        connection.execute(insert(metadata.tables["attempt"]).values(done))


def _answer_the_rest(connection: Connection) -> None:
    response = metadata.tables["response"]
    connection.execute(insert(response).values(NEXT["response"]))
    connection.execute(update(response).where(response.c.attempt_id == 2).values(is_right=response.c.position == 1))


def _submit(connection: Connection, score: int, **more: Any) -> None:
    attempt = metadata.tables["attempt"]
    end = {"submitted_at": LATER, "score": score, "passed": score >= 1, **more}
    connection.execute(update(attempt).where(attempt.c.id == 2).values(end))


# One impossible row for each named CHECK: the table's next row (rows.NEXT), spoilt.
IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "ck_completion_tally_counts": {"people": 3},
    "ck_standing_dates": {
        "first_completed_on": DAY.replace(year=2025),
        "completed_on": DAY,
        "expires_on": DAY.replace(year=2029),
    },
    "ck_standing_completed_whole": {"completed_on": DAY},
    "ck_standing_member_whole": {"member_since": None},
    "ck_passing_tally_counts": {"minutes": 181},
    "ck_closing_tally_counts": {"due": 3},
    "ck_member_tally_people": {"people": -1},
    "ck_item_tally_sums": {"rest": -1},
    "ck_outcome_tally_answers": {"right": 3},
    "ck_agency_name": {"name": "  "},
    "ck_agency_sector": {"sector": "circus"},
    "ck_practitioner_full_name": {"full_name": " "},
    "ck_membership_job_role": {"job_role": ""},
    "ck_membership_dates": {"ended_on": DAY.replace(year=2025)},
    "ck_role_grant_role": {"role": "queen", "agency_id": None},
    "ck_role_grant_lead_of_an_agency": {"agency_id": None},
    "ck_sign_in_code_tries": {"tries": -1},
    "ck_throttle_tries": {"tries": 0},
    "ck_module_version_version": {"version": 0},
    "ck_module_version_content_digest": {"content_digest": "short"},
    "ck_section_progress_moments": {"first_read_at": LATER, "last_read_at": MORNING},
    "ck_story_step_numbers": {"walk": 0},
    "ck_story_step_choice": {"choice": -1},
    "ck_story_step_ending": {"walk": 2, "number": 0},
    "ck_confidence_answer_set_number": {"set_number": 0},
    "ck_confidence_answer_moment": {"moment": "someday"},
    "ck_confidence_rating_rating": {"rating": 11},
    "ck_pledge_set_number": {"set_number": 0},
    "ck_pledge_whole": {"action": "ask"},
    "ck_follow_up_set_number": {"set_number": 0},
    "ck_follow_up_number": {"number": 4},
    "ck_follow_up_form_length": {"form_length": 0},
    "ck_follow_up_response_position": {"position": 0},
    "ck_follow_up_words_about": {"about": "weather"},
    "ck_follow_up_words_kept": {"about": "pledge", "follow_up_id": 2, "kept": "never"},
    "ck_follow_up_words_kept_a_pledge": {"kept": "partly"},
    "ck_follow_up_change_change": {"change": "everything"},
    "ck_confidence_tally_pair": {"pair": "now-before"},
    "ck_confidence_tally_count": {"count": 4},
    "ck_round_tally_count": {"count": -1},
    "ck_completion_day_count": {"count": -1},
    "ck_attempt_numbers": {"set_number": 0},
    "ck_attempt_pass_mark": {"pass_mark": 3},
    "ck_response_position": {"position": 0},
    "ck_completion_place": {"place": 0},
    "ck_completion_expires_on": {"expires_on": DAY},
    "ck_completion_cpd_minutes": {"cpd_minutes": 0},
    "ck_completion_digests": {"digest": "short"},
    "ck_completion_detail_score": {"score": -1},
    "ck_discussion_code": {"code": "SHORT"},
    "ck_discussion_present": {"present": 61},
    "ck_discussion_look_again_on": {"look_again_on": DAY},
    "ck_discussion_cpd_minutes": {"cpd_minutes": 0},
    "ck_discussion_claim_until": {"claim_until": DAY.replace(year=2025)},
    "ck_discussion_detail_change": {"change": " "},
    "ck_discussion_detail_owner": {"owner": ""},
    "ck_discussion_claim_place": {"place": 0},
    "ck_requirement_group_kind": {"group_kind": "some"},
    "ck_requirement_group_name": {"group_name": ""},
    "ck_requirement_team_of_an_agency": {"agency_id": None},
    "ck_headcount_staff": {"staff": 0},
    "ck_edition_kind": {"kind": "weekly"},
    "ck_edition_number": {"number": 0},
    "ck_edition_cut_off": {"made_at": MORNING.replace(year=2025)},
    "ck_edition_digest": {"digest": "short"},
    "ck_withdrawal_reason": {"reason": "no reason"},
    "ck_reissue_reason": {"reason": "no reason"},
    "ck_certificate_number": {"number": "SHORT"},
    "ck_certificate_details_digest": {"details_digest": "short"},
}
# The same for how a sitting ends: attempt 2 with both questions answered, one right, submitted like this.
IMPOSSIBLE_ENDS: dict[str, dict[str, Any]] = {
    "ck_attempt_score": {"score": 3, "passed": True},
    "ck_attempt_passed": {"score": 1, "passed": False},
    "ck_attempt_submitted_whole": {"score": None, "passed": None},
    "ck_attempt_submitted_at": {"submitted_at": MORNING.replace(year=2025), "score": 1, "passed": True},
}


def test_every_named_check_has_its_impossible_row() -> None:
    checks = {
        str(constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert checks == {*IMPOSSIBLE, *IMPOSSIBLE_ENDS}


@pytest.mark.parametrize("table", NEXT)
def test_the_row_that_is_spoilt_is_sound(connection: Connection, table: str) -> None:
    connection.execute(insert(metadata.tables[table]).values(NEXT[table]))


@pytest.mark.parametrize("check", IMPOSSIBLE)
def test_an_impossible_row_is_refused_by_name(filled: Engine, check: str) -> None:
    (table,) = [
        table for table in metadata.tables.values() if any(constraint.name == check for constraint in table.constraints)
    ]
    with filled.connect().execution_options(**{WRITES: True}) as connection:
        if table.name == "completion_detail":  # its next row needs a second attempt that is passed
            row = ROW["completion_detail"] | {"place": 2, "attempt_id": 2}
            connection.execute(insert(metadata.tables["completion"]).values(NEXT["completion"]))
        else:
            row = dict(NEXT[table.name])
        _switch_off_rules(connection, table.name)
        with pytest.raises(IntegrityError, match=check):
            connection.execute(insert(table).values(row | IMPOSSIBLE[check]))
        connection.rollback()


def _switch_off_rules(connection: Connection, table: str) -> None:
    """Inside this transaction, the table without the triggers that would refuse a row before its checks do."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    else:
        named = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
        for trigger in connection.scalars(named, {"table": table}).all():
            connection.execute(text(f"DROP TRIGGER {trigger}"))


@pytest.mark.parametrize("check", IMPOSSIBLE_ENDS)
def test_an_impossible_end_of_a_sitting_is_refused_by_name(connection: Connection, check: str) -> None:
    _answer_the_rest(connection)
    _switch_off_rules(connection, "attempt")
    attempt = metadata.tables["attempt"]

    with pytest.raises(IntegrityError, match=check), connection.begin_nested():
        connection.execute(
            update(attempt).where(attempt.c.id == 2).values({"submitted_at": LATER, **IMPOSSIBLE_ENDS[check]})
        )
