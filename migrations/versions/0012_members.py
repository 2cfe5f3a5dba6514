"""How many work where, kept for today and for the ends of closed quarters; who came lately, and what was recorded when,
each one range of an index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

LASTS = sa.text("ended_on IS NULL")


def remake_closing_tally(check: str, figures: dict[str, str]) -> None:
    """With other figures, made of those that are kept. The triggers of 0011 on `membership` know the table by its name; a
    role of PostgreSQL gets its rights on it back by `elearning db grants`, which follows every upgrade.
    """
    op.execute("CREATE TEMPORARY TABLE closing_before AS SELECT * FROM closing_tally")
    op.drop_table("closing_tally")
    op.create_table(
        "closing_tally",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("agency_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("job_role", sa.String(length=40), nullable=False),
        sa.Column("team", sa.String(length=60), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        *(sa.Column(figure, sa.Integer(), nullable=False) for figure in figures),
        sa.CheckConstraint(check, name=op.f("ck_closing_tally_counts")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_closing_tally_agency_id")),
        sa.PrimaryKeyConstraint(
            "day", "module_key", "agency_id", "job_role", "team", "settled", name=op.f("pk_closing_tally")
        ),
    )
    key = "day, module_key, agency_id, job_role, team, settled"
    op.execute(
        f"INSERT INTO closing_tally ({key}, {', '.join(figures)})"
        f" SELECT {key}, {', '.join(figures.values())} FROM closing_before WHERE module_key <> ''"
    )
    op.execute("DROP TABLE closing_before")


def add_members() -> None:
    """Who worked where on the days that are kept, and whether for 28 days."""
    before = "kept.day - 28" if op.get_bind().dialect.name == "postgresql" else "date(kept.day, '-28 days')"
    settled = f"CASE WHEN started_on < {before} THEN true ELSE false END"
    op.execute(
        "INSERT INTO closing_tally (day, module_key, agency_id, job_role, team, settled, people, valid, due)"
        f" SELECT kept.day, '', agency_id, job_role, team, {settled}, count(*), 0, 0"
        " FROM (SELECT DISTINCT day FROM closing_tally) AS kept"
        " JOIN membership ON started_on <= kept.day AND (ended_on IS NULL OR ended_on > kept.day)"
        f" GROUP BY kept.day, agency_id, job_role, team, {settled}"
    )


def upgrade() -> None:
    remake_closing_tally(
        "0 <= due AND due <= valid AND valid <= people", {"people": "valid + expired", "valid": "valid", "due": "due"}
    )
    add_members()
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
    op.execute(
        "INSERT INTO member_tally (agency_id, job_role, team, people)"
        " SELECT agency_id, job_role, team, count(*) FROM membership WHERE ended_on IS NULL"
        " GROUP BY agency_id, job_role, team"
    )
    op.drop_index("ix_membership_agency_id", "membership")  # counts were read from what 0011 added to it
    op.create_index("ix_membership_agency_id", "membership", ["agency_id", "ended_on"])
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
    op.drop_index("ix_membership_agency_id", "membership")
    op.create_index("ix_membership_agency_id", "membership", ["agency_id", "ended_on", "started_on", "job_role"])
    op.drop_table("member_tally")
    remake_closing_tally(
        "due BETWEEN 0 AND valid AND expired >= 0", {"valid": "valid", "due": "due", "expired": "people - valid"}
    )
