"""Tallies: sums kept beside the records; where people worked when they submitted; a trigger that keeps `standing` true."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

# An aggregate, so that it has a row when there is no membership; there is one at most that has not ended.
PRESENT = """
    UPDATE standing SET (agency_id, job_role, team, member_since) =
        (SELECT max(m.agency_id), coalesce(max(m.job_role), ''), coalesce(max(m.team), ''), max(m.started_on)
         FROM membership m WHERE m.practitioner_id = standing.practitioner_id AND m.ended_on IS NULL)
    WHERE standing.practitioner_id IN ({who})
"""
SQLITE_EVENTS = {
    "INSERT": "NEW.practitioner_id",
    "UPDATE": "OLD.practitioner_id, NEW.practitioner_id",
    "DELETE": "OLD.practitioner_id",
}
# As people.queries: of two on one day, the one that began later.
WORKED = """
    UPDATE attempt SET (agency_id, job_role) =
        (SELECT m.agency_id, m.job_role FROM membership m
         WHERE m.practitioner_id = attempt.practitioner_id AND m.started_on <= {day}
           AND (m.ended_on IS NULL OR m.ended_on >= {day})
         ORDER BY m.started_on DESC, m.id DESC LIMIT 1)
    WHERE submitted_at IS NOT NULL
"""


def follow_sqlite() -> None:
    for event, who in SQLITE_EVENTS.items():
        op.execute(
            f"CREATE TRIGGER membership_standing_{event.lower()} AFTER {event} ON membership"
            f" BEGIN {PRESENT.format(who=who)}; END"
        )


def follow_postgresql() -> None:
    # The lock: who writes a standing takes it before they read the membership, so that one of the two sees the other.
    op.execute(
        "CREATE FUNCTION membership_standing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM 1 FROM practitioner p WHERE p.id IN (OLD.practitioner_id, NEW.practitioner_id)"
        " ORDER BY p.id FOR NO KEY UPDATE;"
        f" {PRESENT.format(who='OLD.practitioner_id, NEW.practitioner_id')}; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER membership_standing AFTER INSERT OR UPDATE OR DELETE ON membership"
        " FOR EACH ROW EXECUTE FUNCTION membership_standing()"
    )


def fill_attempts_sqlite() -> None:
    """A submitted attempt is permanent: its triggers stand aside for this one change."""
    connection = op.get_bind()
    find = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'attempt'")
    triggers = connection.execute(find).all()
    for name, _sql in triggers:
        op.execute(f"DROP TRIGGER {name}")
    driver: Any = connection.connection.driver_connection
    driver.create_function("day_in_london", 1, _day_in_london, deterministic=True)
    op.execute(WORKED.format(day="day_in_london(attempt.submitted_at)"))
    for _name, sql in triggers:
        connection.exec_driver_sql(sql)


def _day_in_london(moment: str) -> str:
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
    return at.astimezone(ZoneInfo("Europe/London")).date().isoformat()


def fill_attempts_postgresql() -> None:
    op.execute("ALTER TABLE attempt DISABLE TRIGGER USER")
    op.execute(WORKED.format(day="(attempt.submitted_at AT TIME ZONE 'Europe/London')::date"))
    op.execute("ALTER TABLE attempt ENABLE TRIGGER USER")


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    # As SQL: Alembic would copy the table on SQLite to add a column that refers to another, and drop its triggers.
    op.execute(
        "ALTER TABLE attempt ADD COLUMN agency_id INTEGER CONSTRAINT fk_attempt_agency_id REFERENCES agency (id)"
    )
    op.execute("ALTER TABLE attempt ADD COLUMN job_role VARCHAR(40)")
    if postgresql:
        fill_attempts_postgresql()
    else:
        fill_attempts_sqlite()
    op.create_index(
        "ix_membership_registered", "membership", ["agency_id", "job_role", "team", "started_on", "ended_on"]
    )
    op.create_table(
        "passing_tally",
        sa.Column("quarter", sa.String(length=10), nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("module_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("attempts", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("minutes", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "attempts >= 1 AND minutes BETWEEN 0 AND 180 AND count >= 0", name=op.f("ck_passing_tally_counts")
        ),
        sa.PrimaryKeyConstraint(
            "quarter", "module_key", "module_version", "attempts", "minutes", name=op.f("pk_passing_tally")
        ),
    )
    op.create_table(
        "item_tally",
        sa.Column("quarter", sa.String(length=10), nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("module_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.String(length=10), nullable=False),
        sa.Column("chosen", sa.String(length=100), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("rest", sa.Integer(), nullable=False),
        sa.Column("rest_squares", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0 AND rest >= 0 AND rest_squares >= rest", name=op.f("ck_item_tally_sums")),
        sa.PrimaryKeyConstraint(
            "quarter", "module_key", "module_version", "item_id", "chosen", "is_right", name=op.f("pk_item_tally")
        ),
    )
    op.create_table(
        "outcome_tally",
        sa.Column("quarter", sa.String(length=10), nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("who", sa.String(length=50), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.CheckConstraint('answers >= 0 AND "right" BETWEEN 0 AND answers', name=op.f("ck_outcome_tally_answers")),
        sa.PrimaryKeyConstraint("quarter", "module_key", "who", "outcome", name=op.f("pk_outcome_tally")),
    )
    op.create_table(
        "completion_tally",
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("who", sa.String(length=30), nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("module_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("job_role", sa.String(length=40), nullable=False),
        sa.Column("completions", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "people BETWEEN 0 AND completions AND minutes >= completions", name=op.f("ck_completion_tally_counts")
        ),
        sa.PrimaryKeyConstraint(
            "period", "who", "module_key", "module_version", "job_role", name=op.f("pk_completion_tally")
        ),
    )
    op.create_index("ix_completion_tally_who", "completion_tally", ["who", "job_role", "module_key", "period"])
    op.create_table(
        "standing",
        sa.Column("practitioner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.Column("first_completed_on", sa.Date(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("job_role", sa.String(length=40), nullable=False),
        sa.Column("team", sa.String(length=60), nullable=False),
        sa.Column("member_since", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "first_completed_on >= begun_on AND completed_on >= first_completed_on", name=op.f("ck_standing_dates")
        ),
        sa.CheckConstraint(
            "(first_completed_on IS NULL) = (completed_on IS NULL) AND (completed_on IS NULL) = (expires_on IS NULL)",
            name=op.f("ck_standing_completed_whole"),
        ),
        sa.CheckConstraint("(agency_id IS NULL) = (member_since IS NULL)", name=op.f("ck_standing_member_whole")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_standing_agency_id")),
        sa.ForeignKeyConstraint(["practitioner_id"], ["practitioner.id"], name=op.f("fk_standing_practitioner_id")),
        sa.PrimaryKeyConstraint("practitioner_id", "module_key", name=op.f("pk_standing")),
    )
    op.create_index(
        "ix_standing_member",
        "standing",
        ["module_key", "agency_id", "job_role", "team", "expires_on", "member_since", "practitioner_id"],
    )
    op.create_index(
        "ix_standing_begun_on", "standing", ["module_key", "begun_on", "first_completed_on", "agency_id", "job_role"]
    )
    if postgresql:
        follow_postgresql()
    else:
        follow_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION membership_standing() CASCADE")
    else:
        for event in SQLITE_EVENTS:
            op.execute(f"DROP TRIGGER membership_standing_{event.lower()}")
    for table in ("standing", "completion_tally", "outcome_tally", "item_tally", "passing_tally"):
        op.drop_table(table)
    op.drop_index("ix_membership_registered", "membership")
    op.execute("ALTER TABLE attempt DROP COLUMN job_role")
    op.execute("ALTER TABLE attempt DROP COLUMN agency_id")
