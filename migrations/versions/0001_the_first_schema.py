"""The first schema: people, accounts, modules, attempts, the record, certificates; and the guards that keep it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# What is only ever appended, with the keys by which INSERT OR REPLACE could otherwise remove an older row.
PERMANENT = {
    "module_version": ["module_key = NEW.module_key AND version = NEW.version"],
    "completion": ["place = NEW.place", "digest = NEW.digest", "previous_digest = NEW.previous_digest"],
    "completion_detail": ["place = NEW.place", "attempt_id = NEW.attempt_id"],
    "certificate": [
        "number = NEW.number",
        "supersedes = NEW.supersedes",
        "place = NEW.place AND supersedes IS NULL AND NEW.supersedes IS NULL",
    ],
    "certificate_detail": ["number = NEW.number"],
    "audit_entry": ["id = NEW.id"],
}
DRAWN = [
    "id", "practitioner_id", "module_key", "module_version", "set_number", "number", "seed", "form", "form_length",
    "pass_mark", "started_at",
]  # fmt: skip

# A sitting: (table, event, what is refused, message). OLD and NEW mean the same on both engines.
IS_SUBMITTED = "EXISTS (SELECT 1 FROM attempt a WHERE a.id = NEW.attempt_id AND a.submitted_at IS NOT NULL)"
RIGHT = "(SELECT count(*) FROM response r WHERE r.attempt_id = NEW.id AND r.is_right)"
MARKED = "(SELECT count(*) FROM response r WHERE r.attempt_id = NEW.id AND r.is_right IS NOT NULL)"
# Its form, as JSON that can be taken apart: PostgreSQL has to be told (guard_postgresql), SQLite reads any text so.
DRAWN_HERE = "(SELECT a.form -> (NEW.position - 1) ->> 0 FROM attempt a WHERE a.id = NEW.attempt_id)"
THE_PASS = (
    "SELECT 1 FROM attempt a JOIN completion c ON c.module_key = a.module_key AND c.module_version = a.module_version"
    " WHERE c.place = NEW.place AND a.id = NEW.attempt_id AND a.practitioner_id = NEW.practitioner_id AND a.passed"
    " AND a.score = NEW.score"
)
# One may end on the day the next starts.
OVERLAPPING = (
    "SELECT 1 FROM membership m WHERE m.practitioner_id = NEW.practitioner_id"
    " AND m.started_on < coalesce(NEW.ended_on, '9999-12-31') AND NEW.started_on < coalesce(m.ended_on, '9999-12-31')"
)
REFUSED = [
    ("attempt", "UPDATE", "OLD.submitted_at IS NOT NULL", "a submitted attempt is permanent"),
    ("attempt", "UPDATE", "NEW.submitted_at IS NULL", "an attempt changes only by being submitted"),
    (
        "attempt",
        "UPDATE",
        " OR ".join(f"NEW.{column} <> OLD.{column}" for column in DRAWN),
        "what was drawn is permanent",
    ),
    ("attempt", "UPDATE", f"{MARKED} <> NEW.form_length", "an attempt is submitted with every response marked"),
    ("attempt", "UPDATE", f"{RIGHT} <> NEW.score", "the score is the number of right responses"),
    ("attempt", "INSERT", "NEW.submitted_at IS NOT NULL", "an attempt begins open"),
    ("response", "INSERT", IS_SUBMITTED, "a submitted attempt takes no more responses"),
    ("response", "UPDATE", IS_SUBMITTED, "a submitted response is permanent"),
    (
        "response",
        "UPDATE",
        "NEW.attempt_id <> OLD.attempt_id OR NEW.position <> OLD.position OR NEW.item_id <> OLD.item_id",
        "a response stays with its question",
    ),
    (
        "response",
        "INSERT",
        "NEW.position > (SELECT a.form_length FROM attempt a WHERE a.id = NEW.attempt_id)"
        f" OR {DRAWN_HERE} IS DISTINCT FROM NEW.item_id",
        "there is no such question in this attempt",
    ),
    (
        "completion",
        "INSERT",
        "NEW.place <> 1 + (SELECT coalesce(max(c.place), 0) FROM completion c) OR NEW.previous_digest <>"
        " coalesce((SELECT c.digest FROM completion c WHERE c.place = NEW.place - 1),"
        " '0000000000000000000000000000000000000000000000000000000000000000')",
        "a completion follows the one before it",
    ),
    (
        "completion_detail",
        "INSERT",
        f"NOT EXISTS ({THE_PASS})",
        "a completion records a pass of that person and module",
    ),
    (
        "certificate",
        "INSERT",
        "NEW.supersedes IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM certificate c WHERE c.number = NEW.supersedes AND c.place = NEW.place)",
        "a certificate supersedes one of the same completion",
    ),
    ("membership", "INSERT", f"EXISTS ({OVERLAPPING})", "nobody works in two agencies at once"),
    ("membership", "UPDATE", f"EXISTS ({OVERLAPPING} AND m.id <> OLD.id)", "nobody works in two agencies at once"),
]


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
    trigger("attempt_no_delete", "DELETE", "attempt", "attempt is permanent")
    trigger("response_no_delete", "DELETE", "response", "response is permanent")
    number = (
        "practitioner_id = NEW.practitioner_id AND module_key = NEW.module_key"
        " AND set_number = NEW.set_number AND number = NEW.number"
    )
    still_open = "practitioner_id = NEW.practitioner_id AND module_key = NEW.module_key AND submitted_at IS NULL"
    taken = f"EXISTS (SELECT 1 FROM attempt WHERE id = NEW.id OR ({number}) OR ({still_open}))"
    trigger("attempt_no_replace", "INSERT", "attempt", "attempt is permanent", taken)
    for position, (table, event, when, message) in enumerate(REFUSED, start=1):
        trigger(f"{table}_rule_{position}", event, table, message, when)


def guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION '% is permanent', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';"
        " END $$"
    )
    for table in [*PERMANENT, "attempt", "response"]:
        changes = "UPDATE OR DELETE" if table in PERMANENT else "DELETE"
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE {changes} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
        )
    for position, (table, event, when, message) in enumerate(REFUSED, start=1):
        name = f"{table}_rule_{position}"
        when = when.replace("a.form ->", "a.form::json ->")
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN"
            f" RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def unguard_postgresql() -> None:
    """SQLite drops its triggers with their tables; PostgreSQL's functions stand on their own."""
    for position, (table, _event, _when, _message) in enumerate(REFUSED, start=1):
        op.execute(f"DROP FUNCTION {table}_rule_{position}() CASCADE")
    op.execute("DROP FUNCTION refuse() CASCADE")


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=90), nullable=False),
        sa.Column("sector", sa.String(length=30), nullable=False),
        sa.CheckConstraint(
            "sector IN ('local authority', 'police', 'health', 'school or college', 'early years', 'youth justice',"
            " 'probation', 'housing', 'fire and rescue', 'voluntary or community', 'faith')",
            name=op.f("ck_agency_sector"),
        ),
        sa.CheckConstraint("trim(name) <> ''", name=op.f("ck_agency_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("name", name=op.f("uq_agency_name")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("practitioner_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "installation",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
    )
    op.create_table(
        "module_version",
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(content_digest) = 64", name=op.f("ck_module_version_content_digest")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_module_version_version")),
        sa.PrimaryKeyConstraint("module_key", "version", name=op.f("pk_module_version")),
    )
    op.create_table(
        "outbox_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_mail")),
    )
    op.create_index(op.f("ix_outbox_mail_next_try_at"), "outbox_mail", ["next_try_at"], unique=False)
    op.create_table(
        "practitioner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("trim(full_name) <> ''", name=op.f("ck_practitioner_full_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practitioner")),
    )
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("window_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries > 0", name=op.f("ck_throttle_tries")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("practitioner_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["practitioner_id"], ["practitioner.id"], name=op.f("fk_account_practitioner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("practitioner_id", name=op.f("uq_account_practitioner_id")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("practitioner_id", sa.Integer(), nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("module_version", sa.Integer(), nullable=False),
        sa.Column("set_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("form_length", sa.Integer(), nullable=False),
        sa.Column("pass_mark", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "(submitted_at IS NULL) = (score IS NULL) AND (score IS NULL) = (passed IS NULL)",
            name=op.f("ck_attempt_submitted_whole"),
        ),
        sa.CheckConstraint("pass_mark BETWEEN 1 AND form_length", name=op.f("ck_attempt_pass_mark")),
        sa.CheckConstraint("passed = (score >= pass_mark)", name=op.f("ck_attempt_passed")),
        sa.CheckConstraint("score BETWEEN 0 AND form_length", name=op.f("ck_attempt_score")),
        sa.CheckConstraint("set_number >= 1 AND number >= 1", name=op.f("ck_attempt_numbers")),
        sa.CheckConstraint("submitted_at >= started_at", name=op.f("ck_attempt_submitted_at")),
        sa.ForeignKeyConstraint(
            ["module_key", "module_version"],
            ["module_version.module_key", "module_version.version"],
            name=op.f("fk_attempt_module_key_module_version"),
        ),
        sa.ForeignKeyConstraint(["practitioner_id"], ["practitioner.id"], name=op.f("fk_attempt_practitioner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index(
        "uq_attempt_number", "attempt", ["practitioner_id", "module_key", "set_number", "number"], unique=True
    )
    op.create_index(
        "uq_attempt_open",
        "attempt",
        ["practitioner_id", "module_key"],
        unique=True,
        sqlite_where=sa.text("submitted_at IS NULL"),
        postgresql_where=sa.text("submitted_at IS NULL"),
    )
    op.create_index(
        "uq_attempt_pass",
        "attempt",
        ["practitioner_id", "module_key", "set_number"],
        unique=True,
        sqlite_where=sa.text("passed"),
        postgresql_where=sa.text("passed"),
    )
    op.create_table(
        "completion",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("module_version", sa.Integer(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("cpd_minutes", sa.Integer(), nullable=False),
        sa.Column("details_digest", sa.String(length=64), nullable=False),
        sa.Column("previous_digest", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("cpd_minutes > 0", name=op.f("ck_completion_cpd_minutes")),
        sa.CheckConstraint("expires_on > completed_on", name=op.f("ck_completion_expires_on")),
        sa.CheckConstraint(
            "length(details_digest) = 64 AND length(previous_digest) = 64 AND length(digest) = 64",
            name=op.f("ck_completion_digests"),
        ),
        sa.CheckConstraint("place >= 1", name=op.f("ck_completion_place")),
        sa.ForeignKeyConstraint(
            ["module_key", "module_version"],
            ["module_version.module_key", "module_version.version"],
            name=op.f("fk_completion_module_key_module_version"),
        ),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_completion")),
        sa.UniqueConstraint("digest", name=op.f("uq_completion_digest")),
        sa.UniqueConstraint("previous_digest", name=op.f("uq_completion_previous_digest")),
    )
    op.create_index("ix_completion_completed_on", "completion", ["completed_on", "module_key"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("practitioner_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("job_role", sa.String(length=40), nullable=False),
        sa.Column("team", sa.String(length=60), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "trim(job_role) <> ''",
            name=op.f("ck_membership_job_role"),
        ),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_membership_dates")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_membership_agency_id")),
        sa.ForeignKeyConstraint(["practitioner_id"], ["practitioner.id"], name=op.f("fk_membership_practitioner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_agency_id", "membership", ["agency_id", "ended_on"], unique=False)
    op.create_index("ix_membership_practitioner_id", "membership", ["practitioner_id", "started_on"], unique=False)
    op.create_index(
        "uq_membership_current",
        "membership",
        ["practitioner_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "section_progress",
        sa.Column("practitioner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("module_key", sa.String(length=60), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("first_read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_read_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_read_at >= first_read_at", name=op.f("ck_section_progress_moments")),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name=op.f("fk_section_progress_practitioner_id")
        ),
        sa.PrimaryKeyConstraint("practitioner_id", "module_key", "slug", name=op.f("pk_section_progress")),
    )
    op.create_table(
        "certificate",
        sa.Column("number", sa.String(length=17), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("supersedes", sa.String(length=17), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("module_title", sa.String(length=120), nullable=False),
        sa.Column("partnership", sa.String(length=120), nullable=False),
        sa.Column("signatory", sa.String(length=120), nullable=False),
        sa.Column("details_digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(details_digest) = 64", name=op.f("ck_certificate_details_digest")),
        sa.CheckConstraint("length(number) = 17", name=op.f("ck_certificate_number")),
        sa.ForeignKeyConstraint(["place"], ["completion.place"], name=op.f("fk_certificate_place")),
        sa.ForeignKeyConstraint(["supersedes"], ["certificate.number"], name=op.f("fk_certificate_supersedes")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_certificate")),
        sa.UniqueConstraint("supersedes", name=op.f("uq_certificate_supersedes")),
    )
    op.create_index("ix_certificate_place", "certificate", ["place"], unique=False)
    op.create_index(
        "uq_certificate_first",
        "certificate",
        ["place"],
        unique=True,
        sqlite_where=sa.text("supersedes IS NULL"),
        postgresql_where=sa.text("supersedes IS NULL"),
    )
    op.create_table(
        "completion_detail",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("practitioner_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.CheckConstraint("score >= 0", name=op.f("ck_completion_detail_score")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_completion_detail_agency_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_completion_detail_attempt_id")),
        sa.ForeignKeyConstraint(["place"], ["completion.place"], name=op.f("fk_completion_detail_place")),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name=op.f("fk_completion_detail_practitioner_id")
        ),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_completion_detail")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_completion_detail_attempt_id")),
    )
    op.create_index("ix_completion_detail_agency_id", "completion_detail", ["agency_id"], unique=False)
    op.create_index("ix_completion_detail_practitioner_id", "completion_detail", ["practitioner_id"], unique=False)
    op.create_table(
        "response",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.String(length=10), nullable=False),
        sa.Column("chosen", sa.String(length=100), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=True),
        sa.CheckConstraint("position >= 1", name=op.f("ck_response_position")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_response_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", "position", name=op.f("pk_response")),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(role = 'training lead') = (agency_id IS NOT NULL)", name=op.f("ck_role_grant_lead_of_an_agency")
        ),
        sa.CheckConstraint(
            "role IN ('training lead', 'L&D officer', 'administrator')", name=op.f("ck_role_grant_role")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_role_grant_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index("uq_role_grant_account_id_role", "role_grant", ["account_id", "role"], unique=True)
    op.create_table(
        "sign_in_code",
        sa.Column("browser_digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_sign_in_code_tries")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_code_account_id")),
        sa.PrimaryKeyConstraint("browser_digest", name=op.f("pk_sign_in_code")),
    )
    op.create_table(
        "sign_in_session",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_session_account_id")),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_sign_in_session")),
    )
    op.create_index(
        "ix_sign_in_session_live",
        "sign_in_session",
        ["account_id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "certificate_detail",
        sa.Column("number", sa.String(length=17), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("practitioner_id", sa.Integer(), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("agency_name", sa.String(length=90), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["certificate.number"], name=op.f("fk_certificate_detail_number")),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name=op.f("fk_certificate_detail_practitioner_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_certificate_detail")),
    )
    op.create_index("ix_certificate_detail_practitioner_id", "certificate_detail", ["practitioner_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        guard_postgresql()
    else:
        guard_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        unguard_postgresql()
    op.drop_table("certificate_detail")
    op.drop_table("sign_in_session")
    op.drop_table("sign_in_code")
    op.drop_table("role_grant")
    op.drop_table("response")
    op.drop_table("completion_detail")
    op.drop_table("certificate")
    op.drop_table("section_progress")
    op.drop_table("membership")
    op.drop_table("completion")
    op.drop_table("attempt")
    op.drop_table("account")
    op.drop_table("throttle")
    op.drop_table("practitioner")
    op.drop_table("outbox_mail")
    op.drop_table("module_version")
    op.drop_table("installation")
    op.drop_table("audit_entry")
    op.drop_table("agency")
