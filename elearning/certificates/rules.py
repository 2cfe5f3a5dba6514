"""Certificate numbers (random, easy to read out, proof against slips of the pen), and what seals a certificate.

A number is 80 random bits as 16 characters of Crockford's base32 (no I, L, O or U) and his check character, the
remainder by 37. That remainder can be one of five signs that are no letters or digits; such draws are drawn again, so
every number is plain letters and digits. It finds every wrong character and every two neighbours swapped.
"""

import datetime as dt
import re
import secrets
import unicodedata

from elearning.certificates.types import IssuedCertificate, Listed, ReissueReason, Sealed
from elearning.completions import rules as completions
from elearning.completions.rules import details_digest, moment
from elearning.completions.types import Standing, WithdrawalReason
from elearning.core.crockford import ALPHABET, read

LENGTH = 17  # with the check character
SHORT_DIGEST = 12
NOT_IN_FILE_NAMES = '\\/:*?"<>|.'
LONGEST_PART = 90  # bytes of a name or title in a file name
SIGNATURE = "Signature"  # the name of its field in the PDF

_VALUE = {character: value for value, character in enumerate(ALPHABET)}


def new_number() -> str:
    """A number that nobody can guess, in its stored form."""
    while True:
        bits = secrets.randbits(80)
        if bits % 37 < len(ALPHABET):
            return "".join(ALPHABET[bits >> shift & 31] for shift in range(75, -1, -5)) + ALPHABET[bits % 37]


def read_number(text: str) -> str | None:
    """The 17 characters that someone meant, mistakes included; None when it cannot be a certificate number at all."""
    return read(text, LENGTH)


def parse_number(text: str) -> str | None:
    """The stored form of a number as someone wrote it; None when it is malformed or its check character is wrong."""
    number = read_number(text)
    if number is None:
        return None
    bits = 0
    for character in number[:-1]:
        bits = bits << 5 | _VALUE[character]
    return number if bits % 37 == _VALUE[number[-1]] else None


def grouped(number: str) -> str:
    """A number as it is printed: XXXX-XXXX-XXXX-XXXX-X."""
    return "-".join(number[start : start + 4] for start in range(0, LENGTH, 4))


def short_digest(digest: str) -> str:
    """The start of a completion's digest, as certificates print it."""
    return digest[:SHORT_DIGEST]


def file_name(certificate: IssuedCertificate) -> str:
    """What its PDF is called, without what file systems do not take."""
    title = re.sub(r'[\\/:*?"<>|]+', " ", certificate.module_title)
    return " ".join(f"Certificate {title} {grouped(certificate.number)}.pdf".split())


def reissue_mail(old: IssuedCertificate, number: str, reason: ReissueReason, record: str) -> tuple[str, str]:
    """Subject and body of the mail to whose certificate was issued anew; `record` is the address of their record."""
    body = (
        f"Your certificate for {old.module_title} was issued anew, because {reason}.\n\n"
        f"The new one has the number {grouped(number)}. Use it from now on: to whoever checks the old one, "
        f"{grouped(old.number)}, we say that it was issued anew and why. Its dates stay as they were.\n\n"
        f"The new certificate is in your record: {record}"
    )
    return "Your certificate was issued anew", body


def withdrawal_mail(old: IssuedCertificate, reason: WithdrawalReason, record: str, help_email: str) -> tuple[str, str]:
    """Subject and body of the mail to whose certificate was withdrawn."""
    body = (
        f"Your certificate {grouped(old.number)} for {old.module_title} was withdrawn, because {reason}.\n\n"
        "It no longer counts, and whoever checks it is told so. You can take the module again at any time.\n\n"
        f"See your record: {record}\n\n"
        f"If you think that this is wrong, write to {help_email}."
    )
    return "Your certificate was withdrawn", body


def packed_name(certificate: IssuedCertificate) -> str:
    """What its PDF is called among many: whose, of what, and the number, which no other has.

    Any system takes it: no sign with a meaning, no path, no hidden character, and never more than 255 bytes.
    """
    whose, what = _as_file_name(certificate.full_name), _as_file_name(certificate.module_title)
    return f"{whose} - {what} - {grouped(certificate.number)}.pdf"


def _as_file_name(text: str) -> str:
    signs = unicodedata.normalize("NFC", text)
    kept = "".join(sign if sign.isprintable() and sign not in NOT_IN_FILE_NAMES else " " for sign in signs)
    return " ".join(kept.split()).encode()[:LONGEST_PART].decode(errors="ignore").strip() or "Certificate"


def certificate_digest(salt: str, sealed: Sealed) -> str:
    """The salted seal of a certificate (64 hex digits); without the salt it says nothing about the names."""
    return details_digest(salt, vars(sealed) | {"issued_at": moment(sealed.issued_at)})


def standing(certificate: IssuedCertificate, today: dt.date) -> Standing:
    """What a certificate is worth today: its completion's standing, but for one that was issued anew."""
    worth = completions.standing(
        certificate.completed_on, certificate.expires_on, today, is_withdrawn=certificate.withdrawn is not None
    )
    return Standing.SUPERSEDED if certificate.superseded and worth is not Standing.WITHDRAWN else worth


def listed_standing(entry: Listed, certificate: IssuedCertificate | None, today: dt.date) -> str:
    """What is said of an entry of a list: the standing of the certificate, or why there is none."""
    if certificate is not None:
        return standing(certificate, today)
    if entry.number is not None:
        return "not issued by us"
    return "slip in the number" if read_number(entry.written) else "not a certificate number"
