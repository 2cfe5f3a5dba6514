"""The application: settings in, Flask app out, as a short list of calls."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from elearning.about import views as about
from elearning.accounts import views as accounts
from elearning.agency import views as agency
from elearning.catalogue.help import read_help
from elearning.catalogue.library import Library
from elearning.certificates import views as certificates
from elearning.certificates.signing import SigningKeys
from elearning.core.db import db, engine_options
from elearning.discussions import views as discussions
from elearning.evaluation import views as evaluation
from elearning.items import views as items
from elearning.reports import views as reports
from elearning.requirements import views as requirements
from elearning.settings import LOOPBACK, Settings
from elearning.stories import views as stories
from elearning.training import views as training
from elearning.web import access, journal, pages, security

LARGEST_FORM = 64 * 1024


def create_app(settings: Settings, library: Library | None = None) -> Flask:
    """Make the application. Reads the content packs unless a library is given; touches no database.

    Raises ContentError for a broken pack, SettingsError for signing keys that are not fit, and ElearningError for a view that declares no access.
    """
    app = Flask("elearning")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        TRUSTED_HOSTS=LOOPBACK if settings.host in LOOPBACK else [settings.host],
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        SESSION_COOKIE_NAME="__Host-elearning" if settings.secure else "elearning",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a form stays good as long as its session
    )
    # Whose address and protocol a request has; the Host is always the one we were asked under, never a forwarded one.
    app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's own place for middleware
        app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["settings"] = settings
    app.extensions["library"] = library or Library.read(settings.modules)
    app.extensions["signing_keys"] = SigningKeys.read(settings.signing_keys)
    app.extensions["help"] = app.jinja_env.globals["help_box"] = read_help(settings.modules)

    db.init_app(app)
    security.secure(app, https=settings.secure)
    CSRFProtect(app)
    accounts.init_sign_in(app)
    pages.dress(app)
    for capability in (
        training, stories, evaluation, certificates, discussions, requirements, agency, items, reports, accounts, about,
    ):  # fmt: skip
        app.register_blueprint(capability.bp)
    access.guard(app)
    journal.keep_journal(app)
    return app
