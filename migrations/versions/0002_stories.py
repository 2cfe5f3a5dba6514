"""Stories: the steps that practitioners take through a module's story."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "story_step",
        sa.Column("practitioner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("module_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("walk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("choice", sa.Integer(), nullable=False),
        sa.Column("ending", sa.String(length=60), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("walk >= 1 AND number >= 0", name=op.f("ck_story_step_numbers")),
        sa.CheckConstraint("choice >= 0", name=op.f("ck_story_step_choice")),
        sa.CheckConstraint("ending IS NULL OR number >= 1", name=op.f("ck_story_step_ending")),
        sa.ForeignKeyConstraint(
            ["module_key", "module_version"],
            ["module_version.module_key", "module_version.version"],
            name=op.f("fk_story_step_module_key_module_version"),
        ),
        sa.ForeignKeyConstraint(["practitioner_id"], ["practitioner.id"], name=op.f("fk_story_step_practitioner_id")),
        sa.PrimaryKeyConstraint(
            "practitioner_id", "module_key", "module_version", "walk", "number", name=op.f("pk_story_step")
        ),
    )


def downgrade() -> None:
    op.drop_table("story_step")
