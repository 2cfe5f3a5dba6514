"""Indexes in which what reports ask about each agency is one range."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.drop_index("ix_membership_agency_id", "membership")
    op.create_index("ix_membership_agency_id", "membership", ["agency_id", "ended_on", "started_on", "job_role"])
    op.create_index(
        "ix_standing_expires_on", "standing", ["module_key", "agency_id", "expires_on", "member_since", "job_role"]
    )


def downgrade() -> None:
    op.drop_index("ix_standing_expires_on", "standing")
    op.drop_index("ix_membership_agency_id", "membership")
    op.create_index("ix_membership_agency_id", "membership", ["agency_id", "ended_on"])
