"""Serving on one machine: gunicorn in front, and beside it the process that sends mail."""

import multiprocessing
import socket
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from elearning.accounts.operations import forget_old_sign_ins
from elearning.core.errors import ElearningError
from elearning.core.outbox import Mail, deliver_due_mail
from elearning.core.throttle import forget_old_throttles
from elearning.mailing import sender

PAUSE = 0.5  # seconds between looks at the outbox
HOUSEKEEPING = 3600


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
    """Serve until stopped; `when_ready` is called once the port answers. Raises ElearningError for a port in use."""
    check_port(port)
    mailer = multiprocessing.get_context("fork").Process(target=work, args=(app,), daemon=True)
    mailer.start()
    options = {
        "bind": f"127.0.0.1:{port}",
        "workers": workers,
        "threads": 4,
        "worker_class": "gthread",
        "loglevel": "warning",
        "when_ready": lambda _server: when_ready(),
    }
    _Server(app, options).run()


def work(app: Flask, *, once: bool = False) -> None:
    """Send waiting mail; unless `once`, go on for ever."""
    send: Callable[[Mail], None] = sender(app.config["SETTINGS"])
    next_housekeeping = 0.0
    while True:
        with app.app_context():
            deliver_due_mail(send)
            if time.monotonic() >= next_housekeeping:
                forget_old_throttles()
                forget_old_sign_ins()
                next_housekeeping = time.monotonic() + HOUSEKEEPING
        if once:
            return
        time.sleep(PAUSE)
