"""How long a stranger waits who checks a certificate: by its number, by its PDF, and 500 numbers at once."""

import http.client
import re
import time
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select

from elearning.certificates.issuer import certificate_pdf
from elearning.certificates.models import Certificate
from elearning.certificates.queries import find_public
from elearning.certificates.rules import new_number
from elearning.core.db import db

ASKED, FILES, LISTS = 300, 50, 20  # more than 60 files in ten minutes are refused


def checking_times(app: Flask, port: int) -> dict[str, list[float]]:
    """Milliseconds of each answer, by what was asked of the server at this port, which serves this application."""
    with app.app_context():
        numbers = list(db.session.scalars(select(Certificate.number).limit(ASKED)))
        found = [certificate for number in numbers[:FILES] if (certificate := find_public(number))]
        files = [certificate_pdf(certificate) for certificate in found]
        db.session.remove()
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask(method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[float, str, str]:
        begun = time.perf_counter()
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        took = (time.perf_counter() - begun) * 1000
        assert answer.status == 200, f"{path}: {answer.status}"
        return took, text, (answer.headers.get("Set-Cookie") or "").partition(";")[0]

    _took, page, cookie = ask("GET", "/verify/file")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token

    def send_file(content: bytes) -> float:
        head = f'--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token[1]}\r\n--edge\r\n'
        head += 'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        kind = {"Content-Type": "multipart/form-data; boundary=edge", "Cookie": cookie}
        took, text, _ = ask("POST", "/verify/file", head.encode() + content + b"\r\n--edge--\r\n", **kind)
        assert "exactly as we issued it" in text
        return took

    known = (numbers * 480)[:480]
    listed = "\n".join([*known, *(new_number() for _ in range(20))])
    form = urlencode({"csrf_token": token[1], "numbers": listed}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    return {
        "by number": [ask("GET", f"/verify/{numbers[n % len(numbers)]}")[0] for n in range(ASKED)],
        "by PDF": [send_file(files[n % len(files)]) for n in range(FILES)],
        "500 in a list": [ask("POST", "/verify/list", form, **kind)[0] for _ in range(LISTS)],
    }
