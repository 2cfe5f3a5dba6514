"""The arithmetic of signing in: addresses, codes, sessions. No clock, no database."""

import datetime as dt
import hashlib
import hmac
import re
import unicodedata

from elearning.accounts.types import CodeCheck

CODE_LASTS = dt.timedelta(minutes=10)
CODE_TRIES = 5
CODE_DIGITS = 8
SEEN_EVERY = dt.timedelta(minutes=5)  # how often a session's last use is written down
LONGEST_SESSION = dt.timedelta(hours=12)

# A browser asks a few times for an address, whatever others ask for it. All together spare the mailbox a flood. One
# network address may be a whole council on training day.
ASKS_PER_BROWSER = 5
BROWSER_WINDOW = dt.timedelta(minutes=15)
ASKS_PER_EMAIL = 30
EMAIL_WINDOW = dt.timedelta(hours=1)
TRIES_PER_ADDRESS = 1200
ADDRESS_WINDOW = dt.timedelta(minutes=10)

# ASCII only: a letter of another alphabet that looks like one of ours must not make a second account.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]")


def normal_email(text: str) -> str | None:
    """The one form an address is kept and looked up in (NFKC, lower case, trimmed); None if it is not an address."""
    email = unicodedata.normalize("NFKC", text).strip().lower()
    return email if len(email) <= 254 and _EMAIL.fullmatch(email) else None


def typed_code(text: str) -> str | None:
    """The digits of a code however it was typed or pasted (spaces, dashes, full-width); None if it is not one."""
    digits = re.sub(r"[\s\-\u2010-\u2015]", "", unicodedata.normalize("NFKC", text))
    return digits if re.fullmatch(rf"[0-9]{{{CODE_DIGITS}}}", digits) else None


def code_mail(code: str, *, service: str, until: str) -> tuple[str, str]:
    """Subject and body of the mail that carries a code. It holds no link: nobody learns to follow one to sign in."""
    half = CODE_DIGITS // 2
    body = (
        f"{code[:half]} {code[half:]} is your code to sign in to the training of {service}.\n\n"
        f"Enter it on the page where you asked for it. It works once, until {until}.\n\n"
        "Nobody will ever ask you for this code. If you did not ask for it, ignore this e-mail: "
        "nobody can sign in without it."
    )
    return "Your sign-in code", body


def code_problem(check: CodeCheck) -> str:
    """Why a code did not open the door, as a sentence for the person."""
    if check.expired:
        return "That code has expired or was already used. Ask for a new one"
    if check.tries_left == 0:
        return f"A wrong code was entered {CODE_TRIES} times. Ask for a new one"
    tries = "1 try" if check.tries_left == 1 else f"{check.tries_left} tries"
    return f"That is not the code from our newest e-mail. Check it and enter it again: you have {tries} left"


def digest(secret: str) -> str:
    """What the database keeps of a random secret: SHA-256, 64 hex digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def code_digest(code: str, *, browser: str, secret: str) -> str:
    """What the database keeps of a code. Eight digits are soon guessed from a plain digest, so this one is keyed."""
    return hmac.new(secret.encode(), f"sign-in code|{browser}|{code}".encode(), hashlib.sha256).hexdigest()


def session_limits(*, practitioner_only: bool) -> tuple[dt.timedelta, dt.timedelta]:
    """How long a session may lie idle, and last in all (NIST SP 800-63B AAL2 for every role beyond practitioner)."""
    idle = dt.timedelta(minutes=60) if practitioner_only else dt.timedelta(minutes=30)
    return idle, LONGEST_SESSION
