"""Requirements, which only ever end, and declared headcounts, each permanent."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# As in 0001: the keys by which INSERT OR REPLACE could otherwise remove an older row.
SAME = {
    "headcount": "id = NEW.id",
    "requirement": (
        "id = NEW.id OR (ended_on IS NULL AND NEW.ended_on IS NULL AND agency_id IS NEW.agency_id"
        " AND module_key = NEW.module_key AND group_kind = NEW.group_kind AND group_name = NEW.group_name)"
    ),
}
STAYS = (
    "id", "agency_id", "module_key", "group_kind", "group_name", "due_on", "recorded_at", "recorded_by",
)  # fmt: skip
# The same on both engines.
NOT_AN_END = "OLD.ended_on IS NOT NULL OR NEW.ended_on IS NULL OR " + " OR ".join(
    f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in STAYS
)
ONLY_ENDED = "a requirement is permanent: it can only be ended, once"


def guard_sqlite() -> None:
    def trigger(name: str, event: str, table: str, message: str, when: str = "1") -> None:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )

    for table, same in SAME.items():
        trigger(f"{table}_no_delete", "DELETE", table, f"{table} is permanent")
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"
        trigger(f"{table}_no_replace", "INSERT", table, f"{table} is permanent", taken)
    trigger("headcount_no_update", "UPDATE", "headcount", "headcount is permanent")
    trigger("requirement_only_ended", "UPDATE", "requirement", ONLY_ENDED, NOT_AN_END)


def guard_postgresql() -> None:
    for table, events in (("headcount", "UPDATE OR DELETE"), ("requirement", "DELETE")):  # refuse() is of 0001
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
        )
    op.execute(
        f"CREATE FUNCTION requirement_only_ended() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {NOT_AN_END} THEN"
        f" RAISE EXCEPTION '{ONLY_ENDED}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER requirement_only_ended BEFORE UPDATE ON requirement"
        " FOR EACH ROW EXECUTE FUNCTION requirement_only_ended()"
    )


def upgrade() -> None:
    op.create_table(
        "requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("group_kind", sa.String(length=10), nullable=False),
        sa.Column("group_name", sa.String(length=60), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("group_kind IN ('everyone', 'team', 'job role')", name=op.f("ck_requirement_group_kind")),
        sa.CheckConstraint("(group_kind = 'everyone') = (group_name = '')", name=op.f("ck_requirement_group_name")),
        sa.CheckConstraint(
            "group_kind <> 'team' OR agency_id IS NOT NULL", name=op.f("ck_requirement_team_of_an_agency")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_requirement_agency_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["practitioner.id"], name=op.f("fk_requirement_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
    )
    for name, columns, where in (
        ("agency", ["agency_id", "module_key", "group_kind", "group_name"], "agency_id IS NOT NULL"),
        ("partnership", ["module_key", "group_kind", "group_name"], "agency_id IS NULL"),
    ):
        which = sa.text(f"ended_on IS NULL AND {where}")
        article = "an" if name == "agency" else "the"
        op.create_index(
            f"uq_requirement_of_{article}_{name}",
            "requirement",
            columns,
            unique=True,
            sqlite_where=which,
            postgresql_where=which,
        )
    op.create_table(
        "headcount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("job_role", sa.String(length=40), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("staff >= 1", name=op.f("ck_headcount_staff")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_headcount_agency_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["practitioner.id"], name=op.f("fk_headcount_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headcount")),
    )
    op.create_index("ix_headcount_agency_id", "headcount", ["agency_id", "job_role", "counted_on"])
    if op.get_bind().dialect.name == "postgresql":
        guard_postgresql()
    else:
        guard_sqlite()


def downgrade() -> None:
    op.drop_table("headcount")
    op.drop_table("requirement")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION requirement_only_ended()")
