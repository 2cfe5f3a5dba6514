"""How many certificates one core makes in a second; `python -m tests.bench.certificates` prints it."""

import time

from elearning.certificates.pdf import render
from elearning.certificates.rules import new_number
from tests.certificates.paper import sample


def certificates_per_second(count: int = 200, rounds: int = 5) -> float:
    """Render `count` different certificates of one module and agency a few times over; the best round, by CPU time."""
    certificates = [sample(number=new_number(), full_name=f"Practitioner Number {n}", place=n) for n in range(count)]
    seconds = []
    for _ in range(rounds):
        begun = time.process_time()
        for certificate in certificates:
            render(certificate, base_url="https://learning.partnership.example", colour="#1f4e4a")
        seconds.append(time.process_time() - begun)
    return count / min(seconds)


if __name__ == "__main__":
    print(f"{certificates_per_second():.0f} certificates a second on one core")
