"""The entry for a WSGI server: `gunicorn wsgi:app`."""

import gc
import os
import sys

from elearning.app import create_app
from elearning.core.errors import ElearningError
from elearning.database import check_ready
from elearning.settings import Settings

try:
    app = create_app(Settings.from_environ(os.environ))
    check_ready(app)
except ElearningError as error:
    sys.exit(str(error))

gc.collect()
gc.freeze()  # as in elearning.serving
