"""Reports as they were printed, kept for good."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

# As in 0001: only ever appended, with the keys by which INSERT OR REPLACE could otherwise remove an older row.
SAME = "id = NEW.id OR (kind = NEW.kind AND period_key = NEW.period_key AND number = NEW.number)"


def guard_sqlite() -> None:
    def trigger(name: str, event: str, when: str = "1") -> None:
        op.execute(
            f"CREATE TRIGGER edition_{name} BEFORE {event} ON edition WHEN {when}"
            " BEGIN SELECT RAISE(ABORT, 'edition is permanent'); END"
        )

    trigger("no_update", "UPDATE")
    trigger("no_delete", "DELETE")
    trigger("no_replace", "INSERT", f"EXISTS (SELECT 1 FROM edition WHERE {SAME})")


def guard_postgresql() -> None:  # refuse() is of 0001
    op.execute(
        "CREATE TRIGGER edition_no_change BEFORE UPDATE OR DELETE ON edition FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    op.execute(
        "CREATE TRIGGER edition_no_truncate BEFORE TRUNCATE ON edition FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
    )


def upgrade() -> None:
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("period_key", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("cut_off", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("partnership", sa.String(length=120), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("program", sa.String(length=60), nullable=False),
        sa.Column("modules", sa.Text(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("kind IN ('annual', 'quarterly')", name=op.f("ck_edition_kind")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_edition_number")),
        sa.CheckConstraint("cut_off <= made_at", name=op.f("ck_edition_cut_off")),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_edition_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("kind", "period_key", "number", name=op.f("uq_edition_kind_period_key_number")),
    )
    if op.get_bind().dialect.name == "postgresql":
        guard_postgresql()
    else:
        guard_sqlite()


def downgrade() -> None:
    op.drop_table("edition")
