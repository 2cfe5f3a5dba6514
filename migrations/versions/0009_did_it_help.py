"""Did it help: what changed in people's work, whom they let quote them, and the tallies of what all of them say."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

CHANGES = (
    "'working together with other agencies', 'sharing information', 'a specific step for a child or family',"
    " 'raised it with colleagues', 'nothing so far'"
)


def upgrade() -> None:
    op.create_table(
        "follow_up_change",
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(length=40), nullable=False),
        sa.CheckConstraint(f"change IN ({CHANGES})", name=op.f("ck_follow_up_change_change")),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name=op.f("fk_follow_up_change_follow_up_id")),
        sa.PrimaryKeyConstraint("follow_up_id", "change", name=op.f("pk_follow_up_change")),
    )
    op.create_table(
        "quote_consent",
        sa.Column("follow_up_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("quarter", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name=op.f("fk_quote_consent_follow_up_id")),
        sa.PrimaryKeyConstraint("follow_up_id", name=op.f("pk_quote_consent")),
    )
    op.create_index("ix_quote_consent_module_key", "quote_consent", ["module_key", "quarter", "follow_up_id"])
    op.create_table(
        "confidence_tally",
        sa.Column("quarter", sa.String(length=10), nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("pair", sa.String(length=20), nullable=False),
        sa.Column("statement", sa.String(length=60), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("count", "sum_from", "sum_to", "sum_squares", "rose", "same", "fell")
        ),
        sa.CheckConstraint(
            "pair IN ('before-now', 'back-now', 'before-later', 'now-later')", name=op.f("ck_confidence_tally_pair")
        ),
        sa.CheckConstraint("rose + same + fell = count", name=op.f("ck_confidence_tally_count")),
        sa.PrimaryKeyConstraint("quarter", "module_key", "pair", "statement", name=op.f("pk_confidence_tally")),
    )
    op.create_table(
        "completion_day",
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_completion_day_count")),
        sa.PrimaryKeyConstraint("completed_on", "module_key", name=op.f("pk_completion_day")),
    )
    op.create_table(
        "round_tally",
        sa.Column("quarter", sa.String(length=10), nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_round_tally_count")),
        sa.PrimaryKeyConstraint("quarter", "module_key", "what", name=op.f("pk_round_tally")),
    )


def downgrade() -> None:
    for table in ("round_tally", "completion_day", "confidence_tally", "quote_consent", "follow_up_change"):
        op.drop_table(table)
