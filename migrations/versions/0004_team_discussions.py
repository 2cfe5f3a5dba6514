"""Team discussions: that one was held, what the team wrote, and who was there; each permanent."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# As in 0001: what is only ever appended, with the keys by which INSERT OR REPLACE could otherwise remove an older row.
PERMANENT = {
    "discussion": ["id = NEW.id", "code = NEW.code"],
    "discussion_detail": ["discussion_id = NEW.discussion_id"],
    "discussion_claim": [
        "discussion_id = NEW.discussion_id AND (place = NEW.place OR practitioner_id = NEW.practitioner_id)"
    ],
}
# However the claims are counted, there is no place for one more than were there.
TOO_MANY = "NEW.place > (SELECT d.present FROM discussion d WHERE d.id = NEW.discussion_id)"
NO_PLACE = "no more people claim a discussion than were there"


def guard_sqlite() -> None:
    def trigger(name: str, event: str, table: str, message: str, when: str = "1") -> None:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )

    for table, keys in PERMANENT.items():
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE " + " OR ".join(f"({key})" for key in keys) + ")"
        trigger(f"{table}_no_update", "UPDATE", table, f"{table} is permanent")
        trigger(f"{table}_no_delete", "DELETE", table, f"{table} is permanent")
        trigger(f"{table}_no_replace", "INSERT", table, f"{table} is permanent", taken)
    trigger("discussion_claim_place", "INSERT", "discussion_claim", NO_PLACE, TOO_MANY)


def guard_postgresql() -> None:
    for table in PERMANENT:  # refuse() is of 0001
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
        )
    op.execute(
        f"CREATE FUNCTION discussion_claim_place() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {TOO_MANY} THEN"
        f" RAISE EXCEPTION '{NO_PLACE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER discussion_claim_place BEFORE INSERT ON discussion_claim"
        " FOR EACH ROW EXECUTE FUNCTION discussion_claim_place()"
    )


def upgrade() -> None:
    op.create_table(
        "discussion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=7), nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("module_version", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("look_again_on", sa.Date(), nullable=False),
        sa.Column("cpd_minutes", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim_until", sa.Date(), nullable=False),
        sa.CheckConstraint("length(code) = 7", name=op.f("ck_discussion_code")),
        sa.CheckConstraint("present BETWEEN 2 AND 60", name=op.f("ck_discussion_present")),
        sa.CheckConstraint("look_again_on > held_on", name=op.f("ck_discussion_look_again_on")),
        sa.CheckConstraint("cpd_minutes > 0", name=op.f("ck_discussion_cpd_minutes")),
        sa.CheckConstraint("claim_until >= held_on", name=op.f("ck_discussion_claim_until")),
        sa.ForeignKeyConstraint(
            ["module_key", "module_version"],
            ["module_version.module_key", "module_version.version"],
            name=op.f("fk_discussion_module_key_module_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discussion")),
        sa.UniqueConstraint("code", name=op.f("uq_discussion_code")),
    )
    op.create_table(
        "discussion_detail",
        sa.Column("discussion_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change", sa.String(length=300), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.CheckConstraint("trim(change) <> ''", name=op.f("ck_discussion_detail_change")),
        sa.CheckConstraint("trim(owner) <> ''", name=op.f("ck_discussion_detail_owner")),
        sa.ForeignKeyConstraint(["discussion_id"], ["discussion.id"], name=op.f("fk_discussion_detail_discussion_id")),
        sa.PrimaryKeyConstraint("discussion_id", name=op.f("pk_discussion_detail")),
    )
    op.create_table(
        "discussion_claim",
        sa.Column("discussion_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("practitioner_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("place >= 1", name=op.f("ck_discussion_claim_place")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_discussion_claim_agency_id")),
        sa.ForeignKeyConstraint(["discussion_id"], ["discussion.id"], name=op.f("fk_discussion_claim_discussion_id")),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name=op.f("fk_discussion_claim_practitioner_id")
        ),
        sa.PrimaryKeyConstraint("discussion_id", "place", name=op.f("pk_discussion_claim")),
        sa.UniqueConstraint(
            "discussion_id", "practitioner_id", name=op.f("uq_discussion_claim_discussion_id_practitioner_id")
        ),
    )
    op.create_index("ix_discussion_claim_practitioner_id", "discussion_claim", ["practitioner_id"])
    op.create_index("ix_discussion_claim_agency_id", "discussion_claim", ["agency_id", "place"])
    if op.get_bind().dialect.name == "postgresql":
        guard_postgresql()
    else:
        guard_sqlite()


def downgrade() -> None:
    op.drop_table("discussion_claim")
    op.drop_table("discussion_detail")
    op.drop_table("discussion")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION discussion_claim_place()")
