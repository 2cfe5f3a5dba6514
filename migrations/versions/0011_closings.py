"""What stood at the end of a quarter, kept once it is closed; indexes in which what is asked of an agency is one range."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

# From which day on a change of a membership counts. Of two days the earlier one; the end of a time that lasts is none.
SQLITE_EVENTS = {
    "insert": ("INSERT", "NEW.started_on"),
    "move": ("UPDATE OF practitioner_id, agency_id, job_role, team, started_on", "min(OLD.started_on, NEW.started_on)"),
    "end": (
        "UPDATE OF ended_on",
        "min(coalesce(OLD.ended_on, NEW.ended_on), coalesce(NEW.ended_on, OLD.ended_on))",
    ),
    "delete": ("DELETE", "OLD.started_on"),
}
POSTGRESQL_SINCE = """
    CASE WHEN TG_OP = 'INSERT' THEN NEW.started_on WHEN TG_OP = 'DELETE' THEN OLD.started_on
    WHEN (OLD.practitioner_id, OLD.agency_id, OLD.job_role, OLD.team, OLD.started_on)
        <> (NEW.practitioner_id, NEW.agency_id, NEW.job_role, NEW.team, NEW.started_on)
    THEN least(OLD.started_on, NEW.started_on) ELSE least(OLD.ended_on, NEW.ended_on) END
"""


def follow_sqlite() -> None:
    for name, (event, since) in SQLITE_EVENTS.items():
        op.execute(
            f"CREATE TRIGGER membership_closing_{name} AFTER {event} ON membership"
            f" BEGIN DELETE FROM closing_tally WHERE day >= {since}; END"
        )


def follow_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION membership_closing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" DELETE FROM closing_tally WHERE day >= {POSTGRESQL_SINCE}; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER membership_closing AFTER INSERT OR UPDATE OR DELETE ON membership"
        " FOR EACH ROW EXECUTE FUNCTION membership_closing()"
    )


def upgrade() -> None:
    op.create_table(
        "closing_tally",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("agency_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("job_role", sa.String(length=40), nullable=False),
        sa.Column("team", sa.String(length=60), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("valid", sa.Integer(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("expired", sa.Integer(), nullable=False),
        sa.CheckConstraint("due BETWEEN 0 AND valid AND expired >= 0", name=op.f("ck_closing_tally_counts")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_closing_tally_agency_id")),
        sa.PrimaryKeyConstraint(
            "day", "module_key", "agency_id", "job_role", "team", "settled", name=op.f("pk_closing_tally")
        ),
    )
    op.drop_index("ix_membership_agency_id", "membership")
    op.create_index("ix_membership_agency_id", "membership", ["agency_id", "ended_on", "started_on", "job_role"])
    op.create_index(
        "ix_standing_expires_on", "standing", ["module_key", "agency_id", "expires_on", "member_since", "job_role"]
    )
    if op.get_bind().dialect.name == "postgresql":
        follow_postgresql()
    else:
        follow_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION membership_closing() CASCADE")
    else:
        for name in SQLITE_EVENTS:
            op.execute(f"DROP TRIGGER membership_closing_{name}")
    op.drop_index("ix_standing_expires_on", "standing")
    op.drop_index("ix_membership_agency_id", "membership")
    op.create_index("ix_membership_agency_id", "membership", ["agency_id", "ended_on"])
    op.drop_table("closing_tally")
