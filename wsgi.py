"""The entry for a WSGI server: `gunicorn wsgi:app`."""

import gc
import os
import sys

from elearning.app import create_app
from elearning.core.errors import ElearningError
from elearning.database import check_ready
from elearning.settings import Settings
from elearning.web.journal import write_journal

try:
    settings = Settings.from_environ(os.environ)
    settings.check_serving()
    app = create_app(settings)
    check_ready(app)
    app.extensions["signing_keys"].warm_up()
    write_journal(requests=settings.log == "requests")
except ElearningError as error:
    sys.exit(str(error))

gc.collect()
gc.freeze()  # as in elearning.serving
