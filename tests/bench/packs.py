"""What a pack of 5,000 certificates takes; `python -m tests.bench.packs [how many] [unsigned]` prints it.

Over HTTP, from a real gunicorn with SQLite: the time to the first byte and to the last, and the most memory a worker had
before and after. The certificates are put into the tables at once, with digests that only look like those of a record.
"""

import datetime as dt
import hashlib
import http.client
import json
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import insert, update

from elearning import database
from elearning.accounts.operations import grant_role, open_account, start_session
from elearning.app import create_app
from elearning.assessment.models import Attempt, Response
from elearning.certificates.models import Certificate, CertificateDetail
from elearning.certificates.rules import new_number
from elearning.certificates.signing import new_key
from elearning.completions.models import Completion, CompletionDetail
from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.core.roles import Role
from elearning.people.models import Membership, Practitioner
from elearning.people.operations import add_agency, add_practitioner, join_agency
from elearning.people.types import Sector
from elearning.settings import Settings
from tests.bench.__main__ import MODULE, free_port, gunicorn

COUNT = 5_000


def seal(place: int) -> str:
    """What looks like the digest of a completion."""
    return hashlib.sha256(str(place).encode()).hexdigest()


def fill(count: int) -> int:
    """An agency with so many certificates; the account of its training lead."""
    agency_id = add_agency("Bench Lane School", Sector.SCHOOL)
    lead = add_practitioner("Grace Lead")
    account_id = open_account(lead, "lead@bench.example")
    join_agency(lead, agency_id, "Safeguarding lead")
    grant_role(account_id, Role.TRAINING_LEAD, agency_id=agency_id)
    now, today = clock.now(), clock.today()
    numbers = [new_number() for _ in range(count)]
    ids = range(lead + 1, lead + 1 + count)
    module = {"module_key": MODULE, "module_version": 1}
    rows: list[tuple[type, list[dict[str, object]]]] = [
        (Practitioner, [{"id": i, "full_name": f"Practitioner Number{i}", "created_at": now} for i in ids]),
        (Membership, [{"practitioner_id": i, "agency_id": agency_id, "job_role": "Teacher", "team": "",
                       "started_on": today} for i in ids]),
        (Attempt, [{"id": i, "practitioner_id": i, **module, "set_number": 1, "number": 1, "seed": 1,
                    "form": json.dumps([["A1", [0], [0]]]), "form_length": 1, "pass_mark": 1, "started_at": now} for i in ids]),
        (Response, [{"attempt_id": i, "position": 1, "item_id": "A1", "chosen": "[0]", "answered_at": now,
                     "is_right": True} for i in ids]),
        (Completion, [{"place": n, **module, "completed_at": now, "completed_on": today,
                       "expires_on": today + dt.timedelta(days=1000), "cpd_minutes": 50, "details_digest": seal(n),
                       "previous_digest": seal(n - 1) if n > 1 else "0" * 64, "digest": seal(n)} for n in range(1, count + 1)]),
        (CompletionDetail, [{"place": n, "salt": "0" * 32, "practitioner_id": i, "agency_id": agency_id,
                             "attempt_id": i, "score": 1} for n, i in enumerate(ids, start=1)]),
        (Certificate, [{"number": number, "place": n, "issued_at": now, "module_title": "Reachable moments",
                        "partnership": "Bench Partnership", "signatory": "Chair", "details_digest": seal(n)}
                       for n, number in enumerate(numbers, start=1)]),
        (CertificateDetail, [{"number": number, "salt": "0" * 32, "practitioner_id": i,
                              "full_name": f"Practitioner Number{i}", "agency_name": "Bench Lane School"}
                             for number, i in zip(numbers, ids, strict=True)]),
    ]  # fmt: skip
    with atomic() as session:
        for model, values in rows:
            if model is Completion:
                session.execute(update(Attempt).values(submitted_at=now, score=1, passed=True))
            session.execute(insert(model), values)
    return account_id


def cookie_and_token(app: Flask, account_id: int) -> tuple[str, str]:
    """What the browser of a signed-in lead sends."""
    session = {"_user_id": start_session(account_id, confirmed=True), "_fresh": True, "csrf_token": "0" * 40}
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    token = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps("0" * 40)
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(session)}", str(token)


def peaks(arbiter: int) -> list[int]:
    """The most memory each worker has had, in MB (Linux)."""
    children = Path(f"/proc/{arbiter}/task/{arbiter}/children").read_text().split()
    texts = [Path(f"/proc/{child}/status").read_text() for child in children]
    return [int(text.partition("VmHWM:")[2].split()[0]) // 1024 for text in texts]


def main() -> None:
    count = next((int(argument) for argument in sys.argv[1:] if argument.isdigit()), COUNT)
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        url = f"sqlite:///{folder}/bench.db"
        keys = None if "unsigned" in sys.argv else Path(folder) / "keys"
        if keys:
            keys.mkdir()
            (keys / "key.pem").touch(mode=0o600)
            (keys / "key.pem").write_bytes(new_key("Bench", begins_at=clock.now() - dt.timedelta(days=1), years=1))
        settings = Settings(
            database_url=url, secret_key="b" * 32, base_url=f"http://127.0.0.1:{port}", signing_keys=keys
        )
        app = create_app(settings)
        database.prepare(app)
        with app.app_context():
            cookie, token = cookie_and_token(app, fill(count))
            db.session.remove()
            db.engine.dispose()
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        with gunicorn(app.config["SETTINGS"], port) as arbiter:
            ready = http.client.HTTPConnection("127.0.0.1", port)
            ready.request("GET", "/healthz")
            ready.getresponse().read()
            for address in ("?name=Number9", ""):  # a small one first, so that a worker is warm
                before, begun = max(peaks(arbiter)), time.perf_counter()
                connection = http.client.HTTPConnection("127.0.0.1", port)
                connection.request(
                    "POST", f"/agency/certificates.zip{address}", urlencode({"csrf_token": token}), headers
                )
                answer = connection.getresponse()
                size = len(answer.read(1))
                first = time.perf_counter() - begun
                while piece := answer.read(1 << 16):
                    size += len(piece)
                took = time.perf_counter() - begun
                print(
                    f"pack{address}: {answer.status}, {size / 1e6:.1f} MB, first byte after {first:.2f} s, whole after "
                    f"{took:.1f} s, a worker's memory at most {before} MB before and {max(peaks(arbiter))} MB after"
                )
                connection.close()


if __name__ == "__main__":
    main()
