"""Can a stranger tell by the time of an answer whether an address is registered, or a certificate number was issued?"""

import statistics
import time
from collections.abc import Callable, Iterable

from flask import Flask

from elearning.accounts.operations import open_account
from elearning.certificates.rules import new_number
from elearning.core.db import atomic
from elearning.people.operations import add_practitioner

EACH = 200


def compare_times(app: Flask, number: str) -> Iterable[str]:
    """Lines that say the medians of both, and their difference. `number` is of a certificate that was issued."""
    with app.app_context(), atomic():
        for n in range(EACH):
            open_account(add_practitioner(f"Timed Person{n}"), f"known{n}@timed.example")
    app.config["WTF_CSRF_ENABLED"] = False  # it takes the same time for both

    def ask(known: bool, n: int) -> None:
        name = "known" if known else "nobody"
        app.test_client().post("/sign-in", data={"email": f"{name}{n}@timed.example"})

    def verify(known: bool, n: int) -> None:
        # Of many addresses: one alone would soon be told to wait.
        network = {"REMOTE_ADDR": f"192.0.2.{n}"}
        app.test_client().get(f"/verify/{number if known else new_number()}", environ_base=network)

    for what, do in (("asking for a code", ask), ("checking a certificate", verify)):
        known, unknown = _medians(do)
        yield f"{what}: known {known:.2f} ms, unknown {unknown:.2f} ms, difference {abs(known - unknown):.2f} ms"


def _medians(do: Callable[[bool, int], None]) -> tuple[float, float]:
    """Of EACH of both kinds in milliseconds, one after the other in turn, so that what else goes on meets both alike."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for n in range(EACH):
        for known in (True, False) if n % 2 else (False, True):
            begun = time.perf_counter()
            do(known, n)
            times[known].append((time.perf_counter() - begun) * 1000)
    return statistics.median(times[True]), statistics.median(times[False])
