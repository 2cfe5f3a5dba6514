"""One whole set of rows, a row or more in every table, written as plain SQL: what the database itself has to keep."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from elearning.database import metadata

MORNING = dt.datetime(2026, 2, 1, 9, 0, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 2, 1, 9, 30, tzinfo=dt.UTC)
DAY = dt.date(2026, 2, 1)
EXPIRY = dt.date(2029, 2, 1)
START = "0" * 64

Row = Mapping[str, Any]

ATTEMPT = {
    "practitioner_id": 1,
    "module_key": "sample",
    "module_version": 1,
    "set_number": 1,
    "seed": 7,
    "form": '[["SA-01",[0,1,2],[0]],["SA-02",[2,0,1],[0]]]',
    "form_length": 2,
    "pass_mark": 1,
    "started_at": MORNING,
}
COMPLETION = {
    "module_key": "sample",
    "module_version": 1,
    "completed_at": LATER,
    "completed_on": DAY,
    "expires_on": EXPIRY,
    "cpd_minutes": 20,
    "details_digest": "d" * 64,
}
CERTIFICATE = {
    "place": 1,
    "issued_at": LATER,
    "module_title": "Sample",
    "partnership": "A partnership",
    "signatory": "A chair",
    "details_digest": "d" * 64,
}
RATED: dict[str, Any] = {"practitioner_id": 1, "module_key": "sample", "set_number": 1}
CONFIDENCE: dict[str, Any] = RATED | {"module_version": 1, "answered_at": LATER}
PLEDGE: dict[str, Any] = {
    "module_key": "sample",
    "module_version": 1,
    "set_number": 1,
    "situation": "it rains",
    "action": "ask",
    "by_on": EXPIRY,
    "tell": "my lead",
    "made_at": LATER,
}
FOLLOW_UP: dict[str, Any] = RATED | {
    "module_version": 1,
    "form": ATTEMPT["form"],
    "form_length": 2,
    "begun_at": LATER,
}
CONFIDENCE_TALLY = {
    "quarter": "2025-26-q4",
    "module_key": "sample",
    "pair": "before-now",
    "count": 3,
    "sum_from": 9,
    "sum_to": 14,
    "sum_squares": 13,
    "rose": 2,
    "same": 0,
    "fell": 1,
}
STANDING = {
    "practitioner_id": 1,
    "begun_on": DAY,
    "agency_id": 1,
    "job_role": "Teacher",
    "team": "",
    "member_since": DAY,
}
COMPLETION_TALLY = {
    "period": "2025-26-q4",
    "who": "1",
    "module_version": 0,
    "job_role": "",
    "completions": 2,
    "people": 1,
    "minutes": 40,
}
CLOSING_TALLY = {
    "day": DAY,
    "module_key": "sample",
    "agency_id": 1,
    "job_role": "Nurse",
    "team": "",
    "people": 2,
    "valid": 2,
    "due": 1,
}
WORKED = {  # who the membership below says worked there
    "day": DAY,
    "module_key": "",
    "job_role": "Teacher",
    "team": "",
    "settled": False,
    "people": 1,
    "valid": 0,
    "due": 0,
}
MEMBER_TALLY = {"agency_id": 1, "job_role": "Nurse", "people": 2}
PASSING_TALLY = {"quarter": "2025-26-q4", "module_key": "sample", "module_version": 1, "minutes": 30, "count": 1}
ITEM_TALLY = {
    "quarter": "2025-26-q4",
    "module_key": "sample",
    "module_version": 1,
    "item_id": "SA-01",
    "is_right": True,
    "count": 1,
    "rest": 2,
    "rest_squares": 4,
}
OUTCOME_TALLY = {"quarter": "2025-26-q4", "module_key": "sample", "who": "1", "answers": 2, "right": 1}
ANSWER: dict[str, Any] = {"follow_up_id": 1, "answered_at": LATER}

DISCUSSION = {
    "module_key": "sample",
    "module_version": 1,
    "held_on": DAY,
    "present": 2,
    "look_again_on": DAY.replace(day=20),
    "cpd_minutes": 30,
    "recorded_at": LATER,
    "claim_until": DAY.replace(month=3),
}

REQUIREMENT: dict[str, Any] = {
    "agency_id": 1,
    "module_key": "sample",
    "group_kind": "everyone",
    "group_name": "",
    "due_on": EXPIRY,
    "recorded_at": LATER,
    "recorded_by": 1,
}
HEADCOUNT: dict[str, Any] = {
    "agency_id": 1,
    "job_role": "",
    "staff": 40,
    "counted_on": DAY,
    "recorded_at": LATER,
    "recorded_by": 1,
}
EDITION: dict[str, Any] = {
    "kind": "annual",
    "period_key": "2024-25",
    "title": "Annual report",
    "cut_off": MORNING,
    "made_at": LATER,
    "partnership": "A partnership",
    "colour": "#1f4e4a",
    "program": "elearning 0.1.0",
    "modules": "{}",
    "parameters": "{}",
    "names": "{}",
    "changed": "",
    "content": "{}",
    "digest": "e" * 64,
}

# In the order of their foreign keys. Attempt 1 will be submitted, attempt 2 stays open.
FIRST: list[tuple[str, Row]] = [
    ("agency", {"id": 1, "name": "Harrow Lane School", "sector": "school or college"}),
    ("audit_entry", {"id": 1, "at": MORNING, "practitioner_id": 1, "action": "signed in", "subject": ""}),
    ("edition", EDITION | {"id": 1, "number": 1}),
    ("installation", {"name": "made-by", "value": "test"}),
    (
        "module_version",
        {"module_key": "sample", "version": 1, "content": "{}", "content_digest": "c" * 64, "published_at": MORNING},
    ),
    (
        "outbox_mail",
        {"id": 1, "recipient": "a@example.org", "subject": "s", "body": "b", "created_at": MORNING, "tries": 0},
    ),
    ("practitioner", {"id": 1, "full_name": "Amina Yusuf", "created_at": MORNING}),
    ("practitioner", {"id": 2, "full_name": "Ben Price", "created_at": MORNING}),
    ("throttle", {"key": "code:1", "window_ends_at": MORNING, "tries": 1}),
    ("account", {"id": 1, "practitioner_id": 1, "email": "amina@example.org", "created_at": MORNING}),
    ("attempt", ATTEMPT | {"id": 1, "number": 1}),
    ("attempt", ATTEMPT | {"id": 2, "number": 1, "practitioner_id": 2}),
    ("response", {"attempt_id": 1, "position": 1, "item_id": "SA-01", "chosen": "[0]", "answered_at": MORNING}),
    ("response", {"attempt_id": 1, "position": 2, "item_id": "SA-02", "chosen": "[1]", "answered_at": MORNING}),
    ("response", {"attempt_id": 2, "position": 1, "item_id": "SA-01", "chosen": "[0]", "answered_at": MORNING}),
    ("completion", COMPLETION | {"place": 1, "previous_digest": START, "digest": "1" * 64}),
    ("completion", COMPLETION | {"place": 2, "previous_digest": "1" * 64, "digest": "2" * 64}),
    (
        "membership",
        {"id": 1, "practitioner_id": 1, "agency_id": 1, "job_role": "Teacher", "team": "", "started_on": DAY},
    ),
    (
        "section_progress",
        {
            "practitioner_id": 1,
            "module_key": "sample",
            "slug": "one",
            "first_read_at": MORNING,
            "last_read_at": MORNING,
        },
    ),
    (
        "story_step",
        {
            "practitioner_id": 1,
            "module_key": "sample",
            "module_version": 1,
            "walk": 1,
            "number": 0,
            "choice": 0,
            "taken_at": MORNING,
        },
    ),
    ("standing", STANDING | {"module_key": "sample"}),
    ("completion_tally", COMPLETION_TALLY | {"module_key": "sample"}),
    ("passing_tally", PASSING_TALLY | {"attempts": 1}),
    ("closing_tally", CLOSING_TALLY | {"settled": True}),
    ("closing_tally", WORKED | {"agency_id": 1}),
    ("member_tally", MEMBER_TALLY | {"team": ""}),
    ("item_tally", ITEM_TALLY | {"chosen": "[0]"}),
    ("outcome_tally", OUTCOME_TALLY | {"outcome": "1.1"}),
    ("confidence_answer", CONFIDENCE | {"moment": "before"}),
    ("confidence_rating", RATED | {"moment": "before", "statement": "1.1", "rating": 3}),
    ("pledge", PLEDGE | {"practitioner_id": 1}),
    ("follow_up", FOLLOW_UP | {"id": 1, "number": 1}),
    ("follow_up_response", ANSWER | {"position": 1, "item_id": "SA-01", "chosen": "[0]", "is_right": True}),
    ("follow_up_words", {"follow_up_id": 1, "about": "pledge", "kept": "partly", "words": "", "answered_at": LATER}),
    ("follow_up_change", {"follow_up_id": 1, "change": "sharing information"}),
    ("quote_consent", {"follow_up_id": 1, "module_key": "sample", "quarter": "2025-26-q4"}),
    ("confidence_tally", CONFIDENCE_TALLY | {"statement": "1.1"}),
    ("completion_day", {"completed_on": DAY, "module_key": "sample", "count": 2}),
    ("round_tally", {"quarter": "2025-26-q4", "module_key": "sample", "what": "now", "count": 1}),
    ("certificate", CERTIFICATE | {"number": "A" * 17}),
    ("certificate", CERTIFICATE | {"number": "B" * 17, "supersedes": "A" * 17}),
    ("certificate", CERTIFICATE | {"number": "C" * 17, "supersedes": "B" * 17}),
    ("reissue", {"number": "B" * 17, "reason": "the name was corrected"}),
    ("withdrawal", {"place": 1, "withdrawn_at": LATER, "reason": "its holder asked for it"}),
    ("requirement", REQUIREMENT | {"id": 1}),
    ("requirement", REQUIREMENT | {"id": 2, "agency_id": None}),
    ("headcount", HEADCOUNT | {"id": 1}),
    ("discussion", DISCUSSION | {"id": 1, "code": "K7M4QX2"}),
    ("discussion", DISCUSSION | {"id": 2, "code": "2222222"}),
    ("discussion_detail", {"discussion_id": 1, "change": "We ask twice.", "owner": "The duty manager"}),
    (
        "discussion_claim",
        {"discussion_id": 1, "place": 1, "practitioner_id": 1, "agency_id": 1, "claimed_at": LATER},
    ),
    (
        "completion_detail",
        {"place": 1, "salt": "5" * 32, "practitioner_id": 1, "agency_id": 1, "attempt_id": 1, "score": 1},
    ),
    ("role_grant", {"id": 1, "account_id": 1, "role": "administrator", "granted_at": MORNING}),
    (
        "sign_in_code",
        {"browser_digest": "b" * 64, "account_id": 1, "code_digest": "c" * 64, "expires_at": LATER, "tries": 0},
    ),
    ("second_factor", {"account_id": 1, "sealed_key": "c2VhbGVk", "last_step": 59000000, "set_up_at": MORNING}),
    ("recovery_code", {"account_id": 1, "code_digest": "d" * 64}),
    ("sign_in_session", {"token_digest": "7" * 64, "account_id": 1, "started_at": MORNING, "seen_at": MORNING}),
    (
        "certificate_detail",
        {
            "number": "A" * 17,
            "salt": "5" * 32,
            "practitioner_id": 1,
            "full_name": "Amina Yusuf",
            "agency_name": "Harrow Lane School",
        },
    ),
]

# One more row a table that the database takes after the first ones; tests spoil it in one place.
NEXT: dict[str, Row] = {
    "agency": {"id": 2, "name": "Millpond Clinic", "sector": "health"},
    "audit_entry": {"id": 2, "at": LATER, "practitioner_id": None, "action": "signed out", "subject": ""},
    "edition": EDITION | {"id": 2, "number": 2, "made_by": 1},
    "installation": {"name": "colour", "value": "green"},
    "module_version": {
        "module_key": "sample",
        "version": 2,
        "content": "{}",
        "content_digest": "e" * 64,
        "published_at": LATER,
    },
    "outbox_mail": {
        "id": 2,
        "recipient": "b@example.org",
        "subject": "s",
        "body": "b",
        "created_at": LATER,
        "tries": 0,
    },
    "practitioner": {"id": 3, "full_name": "Tomasz Zieliński", "created_at": LATER},
    "throttle": {"key": "code:2", "window_ends_at": LATER, "tries": 1},
    "account": {"id": 2, "practitioner_id": 2, "email": "ben@example.org", "created_at": LATER},
    "attempt": ATTEMPT | {"id": 3, "number": 2},
    "response": {"attempt_id": 2, "position": 2, "item_id": "SA-02", "chosen": "[1]", "answered_at": LATER},
    "completion": COMPLETION | {"place": 3, "previous_digest": "2" * 64, "digest": "3" * 64},
    "membership": {
        "id": 2,
        "practitioner_id": 2,
        "agency_id": 1,
        "job_role": "Teacher",
        "team": "",
        "started_on": DAY,
    },
    "section_progress": {
        "practitioner_id": 1,
        "module_key": "sample",
        "slug": "two",
        "first_read_at": MORNING,
        "last_read_at": LATER,
    },
    "story_step": {
        "practitioner_id": 1,
        "module_key": "sample",
        "module_version": 1,
        "walk": 1,
        "number": 1,
        "choice": 2,
        "ending": "dry",
        "taken_at": LATER,
    },
    "standing": STANDING | {"module_key": "another"},
    "completion_tally": COMPLETION_TALLY | {"module_key": ""},
    "passing_tally": PASSING_TALLY | {"attempts": 2},
    "closing_tally": CLOSING_TALLY | {"settled": False},
    "member_tally": MEMBER_TALLY | {"team": "North"},
    "item_tally": ITEM_TALLY | {"chosen": "[1]", "is_right": False},
    "outcome_tally": OUTCOME_TALLY | {"outcome": ""},
    "confidence_answer": CONFIDENCE | {"moment": "later"},
    "confidence_rating": RATED | {"moment": "before", "statement": "1.2", "rating": 10},
    "pledge": PLEDGE | {"practitioner_id": 2, "situation": None, "action": None, "by_on": None, "tell": None},
    "follow_up": FOLLOW_UP | {"id": 2, "number": 2},
    "follow_up_response": ANSWER | {"position": 2, "item_id": "SA-02", "chosen": "[1]", "is_right": False},
    "follow_up_words": {"follow_up_id": 1, "about": "practice", "words": "", "answered_at": LATER},
    "follow_up_change": {"follow_up_id": 1, "change": "raised it with colleagues"},
    "confidence_tally": CONFIDENCE_TALLY | {"statement": "1.2"},
    "completion_day": {"completed_on": DAY, "module_key": "another", "count": 1},
    "round_tally": {"quarter": "2025-26-q4", "module_key": "sample", "what": "back", "count": 1},
    "certificate": CERTIFICATE | {"number": "D" * 17, "supersedes": "C" * 17},
    "reissue": {"number": "C" * 17, "reason": "the agency was corrected"},
    "withdrawal": {"place": 2, "withdrawn_at": LATER, "reason": "it was recorded by mistake"},
    "requirement": REQUIREMENT | {"id": 3, "group_kind": "team", "group_name": "North"},
    "headcount": HEADCOUNT | {"id": 2},
    "discussion": DISCUSSION | {"id": 3, "code": "3333333"},
    "discussion_detail": {"discussion_id": 2, "change": "We ring back.", "owner": "The duty manager"},
    "discussion_claim": {
        "discussion_id": 1,
        "place": 2,
        "practitioner_id": 2,
        "agency_id": None,
        "claimed_at": LATER,
    },
    "role_grant": {"id": 2, "account_id": 1, "role": "training lead", "agency_id": 1, "granted_at": LATER},
    "sign_in_code": {
        "browser_digest": "e" * 64,
        "account_id": None,
        "code_digest": "c" * 64,
        "expires_at": LATER,
        "tries": 0,
    },
    "recovery_code": {"account_id": 1, "code_digest": "e" * 64},
    "sign_in_session": {"token_digest": "8" * 64, "account_id": 1, "started_at": MORNING, "seen_at": MORNING},
}


def fill(connection: Connection) -> None:
    """Write the first rows; the first attempt is submitted, with 1 of 2 right, before it is recorded whose completion it is."""
    for table, row in FIRST:
        if table == "completion_detail":
            _pass_the_first(connection)
        connection.execute(insert(metadata.tables[table]).values(row))


def _pass_the_first(connection: Connection) -> None:
    response, attempt = metadata.tables["response"], metadata.tables["attempt"]
    for position, is_right in ((1, True), (2, False)):
        connection.execute(
            update(response)
            .where(response.c.attempt_id == 1, response.c.position == position)
            .values(is_right=is_right)
        )
    worked = {"agency_id": 1, "job_role": "Teacher"}
    connection.execute(
        update(attempt).where(attempt.c.id == 1).values(submitted_at=LATER, score=1, passed=True, **worked)
    )


def contents(connection: Connection, *tables: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of the tables (all of them unless named), in the order of their keys."""
    found = {}
    for name in tables or metadata.tables:
        table = metadata.tables[name]
        rows = connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
        found[name] = [dict(row) for row in rows]
    return found
