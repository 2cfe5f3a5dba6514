"""How many certificates one core makes in a second, and how large; `python -m tests.bench.certificates` prints it."""

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from elearning.certificates.pdf import render
from elearning.certificates.rules import new_number
from elearning.certificates.signing import SigningKeys, examine, new_key
from tests.certificates.paper import sample

BEGINS_AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def certificates_per_second(count: int = 100, rounds: int = 5) -> Iterator[str]:
    """Make different certificates of one module and agency a few times over; the best round of each kind, by CPU time."""
    certificates = [sample(number=new_number(), full_name=f"Practitioner Number {n}", place=n) for n in range(count)]
    names = [sample(number=new_number(), full_name=f"شازیہ अर्जुन {n}", place=n) for n in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "key.pem")
        path.touch(0o600)
        path.write_bytes(new_key("Bench", begins_at=BEGINS_AT, years=1))
        keys = SigningKeys.read(Path(folder))
    made = {}
    for what, those, by in (
        ("unsigned", certificates, SigningKeys()),
        ("unsigned, in other scripts", names, SigningKeys()),
        ("signed", certificates, keys),
    ):
        seconds = []
        for _ in range(rounds):
            begun = time.process_time()
            made[what] = [
                by.sign(
                    render(each, base_url="https://learning.example", colour="#1f4e4a", to_sign=by is keys),
                    each.issued_at,
                )
                for each in those
            ]
            seconds.append(time.process_time() - begun)
        yield f"{what}: {count / min(seconds):.0f} a second, {sum(map(len, made[what])) // count:,} bytes each"
    begun = time.process_time()
    assert all(examine(pdf, keys).is_genuine for pdf in made["signed"])
    yield f"read back: {1000 * (time.process_time() - begun) / count:.1f} ms each"


if __name__ == "__main__":
    for line in certificates_per_second():
        print(line)
