"""Evaluation: how sure learners feel, their pledges and their follow-ups."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# What is only ever appended, with the keys by which INSERT OR REPLACE could otherwise remove an older row.
PERMANENT = {
    "follow_up": (
        "id = NEW.id OR (practitioner_id = NEW.practitioner_id AND module_key = NEW.module_key"
        " AND set_number = NEW.set_number AND number = NEW.number)"
    ),
    "follow_up_response": "follow_up_id = NEW.follow_up_id AND position = NEW.position",
}
# The same on both engines; PostgreSQL has to be told that the form is JSON.
NO_SUCH_QUESTION = (
    "NEW.position > (SELECT f.form_length FROM follow_up f WHERE f.id = NEW.follow_up_id)"
    " OR (SELECT f.form{json} -> (NEW.position - 1) ->> 0 FROM follow_up f WHERE f.id = NEW.follow_up_id)"
    " IS DISTINCT FROM NEW.item_id"
)
MESSAGE = "there is no such question in this follow-up"


def guard_sqlite() -> None:
    def trigger(name: str, event: str, table: str, message: str, when: str = "1") -> None:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )

    for table, same in PERMANENT.items():
        trigger(f"{table}_no_update", "UPDATE", table, f"{table} is permanent")
        trigger(f"{table}_no_delete", "DELETE", table, f"{table} is permanent")
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"
        trigger(f"{table}_no_replace", "INSERT", table, f"{table} is permanent", taken)
    trigger("follow_up_response_rule", "INSERT", "follow_up_response", MESSAGE, NO_SUCH_QUESTION.replace("{json}", ""))


def guard_postgresql() -> None:
    for table in PERMANENT:  # refuse() is of the first schema
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
        )
    when = NO_SUCH_QUESTION.replace("{json}", "::json")
    op.execute(
        f"CREATE FUNCTION follow_up_response_rule() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN"
        f" RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER follow_up_response_rule BEFORE INSERT ON follow_up_response"
        " FOR EACH ROW EXECUTE FUNCTION follow_up_response_rule()"
    )


def _of_a_practitioner_and_a_version(table: str) -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("set_number >= 1", name=op.f(f"ck_{table}_set_number")),
        sa.ForeignKeyConstraint(
            ["module_key", "module_version"],
            ["module_version.module_key", "module_version.version"],
            name=op.f(f"fk_{table}_module_key_module_version"),
        ),
        sa.ForeignKeyConstraint(["practitioner_id"], ["practitioner.id"], name=op.f(f"fk_{table}_practitioner_id")),
    ]


def upgrade() -> None:
    op.create_table(
        "confidence_answer",
        sa.Column("practitioner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("set_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("moment", sa.String(length=10), nullable=False),
        sa.Column("module_version", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("moment IN ('before', 'now', 'back', 'later')", name=op.f("ck_confidence_answer_moment")),
        *_of_a_practitioner_and_a_version("confidence_answer"),
        sa.PrimaryKeyConstraint(
            "practitioner_id", "module_key", "set_number", "moment", name=op.f("pk_confidence_answer")
        ),
    )
    op.create_table(
        "confidence_rating",
        sa.Column("practitioner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("set_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("moment", sa.String(length=10), nullable=False),
        sa.Column("statement", sa.String(length=60), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.CheckConstraint("rating BETWEEN 0 AND 10", name=op.f("ck_confidence_rating_rating")),
        sa.ForeignKeyConstraint(
            ["practitioner_id", "module_key", "set_number", "moment"],
            [
                "confidence_answer.practitioner_id",
                "confidence_answer.module_key",
                "confidence_answer.set_number",
                "confidence_answer.moment",
            ],
            name=op.f("fk_confidence_rating_answer"),
        ),
        sa.PrimaryKeyConstraint(
            "practitioner_id",
            "module_key",
            "set_number",
            "moment",
            "statement",
            name=op.f("pk_confidence_rating"),
        ),
    )
    op.create_table(
        "pledge",
        sa.Column("practitioner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("set_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("module_version", sa.Integer(), nullable=False),
        sa.Column("situation", sa.String(length=300), nullable=True),
        sa.Column("action", sa.String(length=300), nullable=True),
        sa.Column("by_on", sa.Date(), nullable=True),
        sa.Column("tell", sa.String(length=300), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(situation IS NULL) = (action IS NULL) AND (action IS NULL) = (by_on IS NULL)"
            " AND (by_on IS NULL) = (tell IS NULL)",
            name=op.f("ck_pledge_whole"),
        ),
        *_of_a_practitioner_and_a_version("pledge"),
        sa.PrimaryKeyConstraint("practitioner_id", "module_key", "set_number", name=op.f("pk_pledge")),
    )
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("practitioner_id", sa.Integer(), nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("module_version", sa.Integer(), nullable=False),
        sa.Column("set_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("form_length", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 3", name=op.f("ck_follow_up_number")),
        sa.CheckConstraint("form_length >= 1", name=op.f("ck_follow_up_form_length")),
        *_of_a_practitioner_and_a_version("follow_up"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    op.create_index(
        "uq_follow_up_number", "follow_up", ["practitioner_id", "module_key", "set_number", "number"], unique=True
    )
    op.create_table(
        "follow_up_response",
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.String(length=10), nullable=False),
        sa.Column("chosen", sa.String(length=100), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_follow_up_response_position")),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name=op.f("fk_follow_up_response_follow_up_id")),
        sa.PrimaryKeyConstraint("follow_up_id", "position", name=op.f("pk_follow_up_response")),
    )
    op.create_table(
        "follow_up_words",
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=10), nullable=False),
        sa.Column("kept", sa.String(length=10), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("about IN ('pledge', 'practice')", name=op.f("ck_follow_up_words_about")),
        sa.CheckConstraint("kept IN ('done it', 'partly', 'not yet')", name=op.f("ck_follow_up_words_kept")),
        sa.CheckConstraint("kept IS NULL OR about = 'pledge'", name=op.f("ck_follow_up_words_kept_a_pledge")),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name=op.f("fk_follow_up_words_follow_up_id")),
        sa.PrimaryKeyConstraint("follow_up_id", "about", name=op.f("pk_follow_up_words")),
    )
    if op.get_bind().dialect.name == "postgresql":
        guard_postgresql()
    else:
        guard_sqlite()


def downgrade() -> None:
    for table in (
        "follow_up_words", "follow_up_response", "follow_up", "pledge", "confidence_rating", "confidence_answer"
    ):  # fmt: skip
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION follow_up_response_rule()")
