"""An installation's database: its schema, its published modules, and whether it is fit to serve.

The one place that knows the models of every capability.
"""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DatabaseError

from elearning.accounts import models as _accounts  # noqa: F401 (importing a model adds its table to the metadata)
from elearning.assessment import models as _assessment  # noqa: F401
from elearning.catalogue import models as _catalogue  # noqa: F401
from elearning.catalogue.library import library
from elearning.catalogue.operations import check_published, publish_modules
from elearning.certificates import models as _certificates  # noqa: F401
from elearning.completions import models as _completions  # noqa: F401
from elearning.core import models as _core  # noqa: F401
from elearning.core.db import WRITES, Base, check_engine, check_writable, db, sqlite_path
from elearning.core.errors import DatabaseNotReady
from elearning.core.installation import find_fact
from elearning.core.tallies import fill_empty
from elearning.discussions import models as _discussions  # noqa: F401
from elearning.editions import models as _editions  # noqa: F401
from elearning.evaluation import models as _evaluation  # noqa: F401
from elearning.people import models as _people  # noqa: F401
from elearning.reports import models as _reports  # noqa: F401
from elearning.requirements import models as _requirements  # noqa: F401
from elearning.settings import ROOT
from elearning.stories import models as _stories  # noqa: F401
from elearning.training import models as _training  # noqa: F401

metadata = Base.metadata
MADE_BY_DEMO = "made-by-demo"
# Tables of which the program only ever reads and appends rows; the triggers say the same.
APPENDED = frozenset(
    "audit_entry certificate certificate_detail completion completion_detail"
    " discussion discussion_detail discussion_claim edition follow_up follow_up_response headcount module_version"
    " reissue withdrawal".split()
)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def newest_revision() -> str:
    """The revision this code is written for."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def revision_of(engine: Engine) -> str | None:
    """The revision a database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine) -> None:
    """Move the database to the newest revision, rows in place. Raises DatabaseNotReady if it is newer than we are."""
    here = revision_of(engine)
    if here is None:
        _refuse_others_tables(engine)
    else:
        _refuse_newer(here)
    _run(engine, command.upgrade, "head")


def _refuse_newer(here: str) -> None:
    if here not in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}:
        raise DatabaseNotReady(
            f"The database is at revision {here}, which this program does not know; install the program that made it."
        )


def _refuse_others_tables(engine: Engine) -> None:
    # Alembic's own table stays when the schema has gone down to nothing.
    if others := set(inspect(engine).get_table_names()) - {"alembic_version"}:
        raise DatabaseNotReady(
            f"The database holds tables of another program ({', '.join(sorted(others)[:3])}); give an empty one."
        )


def downgrade(engine: Engine, revision: str) -> None:
    """Move the database back to an older revision ("base" for none)."""
    _run(engine, command.downgrade, revision)


def _run(engine: Engine, step: Callable[[Config, str], None], revision: str) -> None:
    config = _config()
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        config.attributes["connection"] = connection
        step(config, revision)


def check_schema(engine: Engine) -> None:
    """Refuse a database of another schema. Raises DatabaseNotReady with what to do."""
    here = revision_of(engine)
    if here is None:
        raise DatabaseNotReady("The database is empty; run `elearning db upgrade` first.")
    _refuse_newer(here)
    if here != newest_revision():
        raise DatabaseNotReady(
            f"The database is at revision {here}, this program needs {newest_revision()}; run `elearning db upgrade`."
        )


def grants(role: str) -> str:
    """The SQL by which the owner of a PostgreSQL database lets a role work on it without being able to undo records.

    The triggers refuse changes to permanent rows; without the owner's rights nobody can switch the triggers off.
    """
    preparer = postgresql.dialect().identifier_preparer  # type: ignore[no-untyped-call]  # SQLAlchemy's own is untyped
    quoted = preparer.quote(role)
    changing = ", ".join(sorted(set(metadata.tables) - APPENDED))
    return "\n".join(
        [
            f"GRANT USAGE ON SCHEMA public TO {quoted};",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {quoted};",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted};",
            f"GRANT INSERT ON {', '.join(sorted(APPENDED))} TO {quoted};",
            f"GRANT INSERT, UPDATE, DELETE ON {changing} TO {quoted};",
        ]
    )


def prepare(app: Flask) -> list[str]:
    """Bring the database of an application up to date: newest schema, every module version published.

    Returns the versions newly published, as "key version n". Raises ContentError when content changed under the same
    version, DatabaseNotReady when the database is newer than the program.
    """
    path = sqlite_path(app.config["SQLALCHEMY_DATABASE_URI"])
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
    with app.app_context():
        upgrade(db.engine)
        published = publish_modules(list(library()))
        fill_empty()
        return published


def is_empty(app: Flask) -> bool:
    """Whether the database has no tables yet. Raises DatabaseNotReady if it holds another program's."""
    with app.app_context():
        if revision_of(db.engine) is not None:
            return False
        _refuse_others_tables(db.engine)
        return True


def check_demo(app: Flask) -> None:
    """Demo mode signs people in without a code: never on real records. And invented ones are never served as real.

    Raises DatabaseNotReady with what to do.
    """
    with app.app_context():
        if revision_of(db.engine) is None:
            _refuse_others_tables(db.engine)
        is_demo_data = find_fact(MADE_BY_DEMO) is not None
        db.session.rollback()
    if app.config["SETTINGS"].demo and not is_demo_data:
        raise DatabaseNotReady(
            "This database was not made by the demonstration, so it is not opened in demo mode; "
            "give another with ELEARNING_DATABASE_URL, or serve this one with `elearning serve`."
        )
    if is_demo_data and not app.config["SETTINGS"].demo:
        raise DatabaseNotReady("This database holds the demonstration's invented people; give the real one's address.")


def check_ready(app: Flask) -> None:
    """Before serving: the right schema, an engine that can write and keeps what it acknowledges, every module published.

    Raises DatabaseNotReady or ContentError with what to do.
    """
    path = sqlite_path(app.config["SQLALCHEMY_DATABASE_URI"])
    if path and not path.exists():
        raise DatabaseNotReady(f"There is no database at {path}; run `elearning db upgrade` first.")
    with app.app_context():
        try:
            check_schema(db.engine)
            check_engine()
            check_writable()
        except DatabaseError as error:
            reason = str(error.orig).partition("\n")[0]
            raise DatabaseNotReady(
                f"The database does not open ({reason}); check its address, and who may read and write it."
            ) from None
        check_published(list(library()))
        db.session.rollback()
    check_demo(app)
    close_connections(app)


def close_connections(app: Flask) -> None:
    """Leave no connection open: one that is carried into a forked process corrupts SQLite and confuses PostgreSQL."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
