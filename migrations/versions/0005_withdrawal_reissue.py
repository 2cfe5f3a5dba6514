"""A life after issue: a completion withdrawn, a certificate issued anew and why; each permanent."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# As in 0001: what is only ever appended, with the keys by which INSERT OR REPLACE could otherwise remove an older row.
PERMANENT = {"withdrawal": ["place = NEW.place"], "reissue": ["number = NEW.number"]}


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


def guard_postgresql() -> None:
    for table in PERMANENT:  # refuse() is of 0001
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
        )


def upgrade() -> None:
    op.create_table(
        "withdrawal",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "reason IN ('it was recorded by mistake', 'the quiz was taken by someone else', 'its holder asked for it')",
            name=op.f("ck_withdrawal_reason"),
        ),
        sa.ForeignKeyConstraint(["place"], ["completion.place"], name=op.f("fk_withdrawal_place")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_withdrawal")),
    )
    op.create_table(
        "reissue",
        sa.Column("number", sa.String(length=17), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "reason IN ('the name was corrected', 'the agency was corrected')", name=op.f("ck_reissue_reason")
        ),
        sa.ForeignKeyConstraint(["number"], ["certificate.number"], name=op.f("fk_reissue_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_reissue")),
    )
    if op.get_bind().dialect.name == "postgresql":
        guard_postgresql()
    else:
        guard_sqlite()


def downgrade() -> None:
    op.drop_table("reissue")
    op.drop_table("withdrawal")
