"""Discussions in the order in which they were recorded: those that count in a quarter are one range of it."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index("ix_discussion_recorded_at", "discussion", ["recorded_at"])


def downgrade() -> None:
    op.drop_index("ix_discussion_recorded_at", "discussion")
