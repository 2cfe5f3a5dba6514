"""How many work where now, kept; who came lately, and what was recorded when, each one range of an index."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

LASTS = sa.text("ended_on IS NULL")


def upgrade() -> None:
    op.create_table(
        "member_tally",
        sa.Column("agency_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("job_role", sa.String(length=40), nullable=False),
        sa.Column("team", sa.String(length=60), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint("people >= 0", name=op.f("ck_member_tally_people")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_member_tally_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "job_role", "team", name=op.f("pk_member_tally")),
    )
    op.create_index(
        "ix_membership_started_on",
        "membership",
        ["started_on", "agency_id", "job_role", "team"],
        sqlite_where=LASTS,
        postgresql_where=LASTS,
    )
    op.create_index("ix_discussion_recorded_at", "discussion", ["recorded_at"])


def downgrade() -> None:
    op.drop_index("ix_discussion_recorded_at", "discussion")
    op.drop_index("ix_membership_started_on", "membership")
    op.drop_table("member_tally")
