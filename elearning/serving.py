"""Serving on one machine: gunicorn in front, and beside it the process that sends mail."""

import contextlib
import gc
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from sqlalchemy.exc import SQLAlchemyError

from elearning.accounts.operations import forget_old_sign_ins
from elearning.core.db import db
from elearning.core.errors import ElearningError
from elearning.core.outbox import Mail, deliver_due_mail
from elearning.core.throttle import forget_old_throttles
from elearning.mailing import sender
from elearning.reports.operations import count_a_closing
from elearning.web.journal import write_journal

PAUSE = 0.5  # seconds between looks at the outbox
LONG_PAUSE = 15
HOUSEKEEPING = 3600

log = logging.getLogger(__name__)


class Log(Logger):  # type: ignore[misc]  # gunicorn carries no types
    """gunicorn's own messages, in the journal. No access log: ours has a line a request, without the path."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.access_log.handlers.clear()

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Without the address and the words of a request that could not be read."""
        super().warning(str(msg).partition(" from ip=")[0], *args, **kwargs)


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.application, self.options = app, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.application


def check_port(port: int) -> None:
    """Raises ElearningError if something listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise ElearningError(f"Port {port} is in use; stop what runs there or give another with --port.") from None


def serve(app: Flask, *, port: int, workers: int, when_ready: Callable[[], None] = lambda: None) -> None:
    """Serve until stopped; `when_ready` is called once the port answers.

    Raises ElearningError for a port in use, and for settings that are not safe to serve with.
    """
    check_port(port)
    app.config["SETTINGS"].check_serving()
    sender(app.config["SETTINGS"])  # raises here what would otherwise end the mail worker
    write_journal(requests=app.config["SETTINGS"].log == "requests")
    with app.app_context():  # no connection may cross the forks that follow
        db.session.remove()
        db.engine.dispose()
    app.extensions["signing_keys"].warm_up()
    gc.collect()
    gc.freeze()  # modules, templates and code stay for good; looking through them again would hold a request up
    mailer = _fork_mailer(app)
    options = {
        "bind": f"127.0.0.1:{port}",
        "workers": workers,
        "threads": 4,
        "keepalive": 75,  # a connection closed while someone thinks can lose the answer they then send
        "worker_class": "gthread",
        "loglevel": "warning",
        "logger_class": Log,
        "when_ready": lambda _server: when_ready(),
        "on_exit": lambda _server: _end(mailer),
    }
    _Server(app, options).run()


def _fork_mailer(app: Flask) -> int:
    """A process beside the workers that sends mail; its id.

    Not one of multiprocessing's: each gunicorn worker would take it for its own child, and end it when it exits.
    """
    mailer = os.fork()
    if mailer == 0:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the server too, which then ends this one
        try:
            work(app)
        finally:
            os._exit(1)
    return mailer


def _end(process: int) -> None:
    os.kill(process, signal.SIGTERM)
    with contextlib.suppress(ChildProcessError):  # gunicorn may have noticed first
        os.waitpid(process, 0)


def work(app: Flask, *, once: bool = False) -> None:
    """Send waiting mail, and do what else can wait; unless `once`, go on for ever."""
    send: Callable[[Mail], None] = sender(app.config["SETTINGS"])
    next_housekeeping = 0.0
    while True:
        pause = PAUSE
        with app.app_context():
            try:
                deliver_due_mail(send)
                if time.monotonic() >= next_housekeeping:
                    forget_old_throttles()
                    forget_old_sign_ins()
                    if not count_a_closing():  # one at a time: mail does not wait for all of them
                        next_housekeeping = time.monotonic() + HOUSEKEEPING
            except SQLAlchemyError as error:
                if once:
                    raise
                # A database that is away for a while must not end the worker: the mail waits in it.
                log.error("The outbox could not be read (%s); trying again in %s s.", type(error).__name__, LONG_PAUSE)
                db.session.rollback()
                pause = LONG_PAUSE
        if once:
            return
        time.sleep(pause)
