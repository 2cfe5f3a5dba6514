"""The arithmetic of signing in: addresses, codes, second factors, sessions. No clock, no database."""

import base64
import datetime as dt
import hashlib
import hmac
import re
import unicodedata

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from elearning.accounts.types import CodeCheck, FactorProblem

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

# Authenticator apps all know this kind of code and no other (RFC 6238: SHA-1, 30 seconds). A clock may be a step off.
APP_DIGITS = 6
STEP = 30  # seconds
RECOVERY_DIGITS = 12
RECOVERY_CODES = 10
RECENT = dt.timedelta(minutes=10)  # for how long a second factor is good for what asks for one (recently_confirmed)

# Who gets as far as this has the mailbox already. A session tries a few times; all that have not given it yet, together,
# seldom enough for six digits. A session that gave it, and a recovery code, are not kept out by what others try.
FACTOR_TRIES = 5
FACTOR_WINDOW = dt.timedelta(minutes=15)
FACTOR_TRIES_PER_ACCOUNT = 30
ACCOUNT_WINDOW = dt.timedelta(hours=1)

# ASCII only: a letter of another alphabet that looks like one of ours must not make a second account.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]")


def normal_email(text: str) -> str | None:
    """The one form an address is kept and looked up in (NFKC, lower case, trimmed); None if it is not an address."""
    email = unicodedata.normalize("NFKC", text).strip().lower()
    return email if len(email) <= 254 and _EMAIL.fullmatch(email) else None


def typed_code(text: str, lengths: tuple[int, ...] = (CODE_DIGITS,)) -> str | None:
    """The digits of a code however it was typed or pasted (spaces, dashes, full-width); None if it is not one."""
    digits = re.sub(r"[\s\-\u2010-\u2015]", "", unicodedata.normalize("NFKC", text))
    return digits if re.fullmatch("[0-9]+", digits) and len(digits) in lengths else None


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


def offered_key(token: str, set_up_at: dt.datetime | None, *, secret: str) -> str:
    """The key (base32, 160 bits) that a session is offered for its app, the same each time the page is loaded.

    It is kept nowhere until the app has shown that it knows it. `set_up_at` is the account's present app's, so that one
    that is set up anew gets another key.
    """
    name = f"second factor|{token}|{set_up_at.isoformat() if set_up_at else ''}"
    return base64.b32encode(hmac.new(secret.encode(), name.encode(), hashlib.sha256).digest()[:20]).decode()


def key_address(key: str, email: str, *, service: str) -> str:
    """What an authenticator app reads from the QR code."""
    return pyotp.TOTP(key).provisioning_uri(name=email, issuer_name=service.replace(":", " "))


def find_step(key: str, code: str, at: dt.datetime) -> int | None:
    """The time step whose code this is: that of the moment, the one before or the one after; None if it is none's."""
    now = int(at.timestamp()) // STEP
    steps = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(pyotp.TOTP(key).generate_otp(step), code)]
    return max(steps, default=None)


def _sealing(secret: str) -> AESGCM:
    return AESGCM(hmac.new(secret.encode(), b"second factors are sealed with this", hashlib.sha256).digest())


def seal(key: str, *, account_id: int, secret: str, nonce: bytes) -> str:
    """A key as the database keeps it: worth nothing to who copies it without the installation's secret."""
    sealed = _sealing(secret).encrypt(nonce, key.encode(), str(account_id).encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str, *, account_id: int, secret: str) -> str | None:
    """The key; None if it was sealed with another secret, or for another account."""
    content = base64.b64decode(sealed)
    try:
        return _sealing(secret).decrypt(content[:12], content[12:], str(account_id).encode()).decode()
    except InvalidTag:
        return None


def recovery_digest(code: str, *, account_id: int, secret: str) -> str:
    """What the database keeps of a recovery code."""
    return hmac.new(secret.encode(), f"recovery code|{account_id}|{code}".encode(), hashlib.sha256).hexdigest()


def factor_problem(problem: FactorProblem) -> str:
    """Why a second factor did not count, as a sentence for the person."""
    match problem:
        case FactorProblem.USED:
            return "You have used that code already. Wait for the next one, at most 30 seconds, and enter that"
        case FactorProblem.TOO_MANY_HERE:
            return "Too many codes were entered. Wait 15 minutes, then try again."
        case FactorProblem.TOO_MANY:
            return "Too many codes were entered. Wait an hour, or enter one of your recovery codes."
        case FactorProblem.UNREADABLE:
            return "Your app has to be set up again. Write to the address at the foot of this page"
    return (
        "That code is not right. Enter the newest one; if it goes on, look whether the clock of your phone is set "
        "automatically"
    )


def factor_mail(*, service: str, help_email: str) -> tuple[str, str]:
    """Subject and body of the mail that tells someone of a newly set up authenticator app."""
    return "Your authenticator app is set up", (
        f"From now on you enter a code from your authenticator app when you sign in to the training of {service}.\n\n"
        f"If it was not you who set it up, write to {help_email} at once: somebody else reads your e-mail."
    )


def export_mail(*, who: str, agency: str, what: str, at: dt.datetime) -> tuple[str, str]:
    """Subject and body of the mail that tells of a file with people's names: who, when, how many, and nothing else."""
    return "A file with names was taken out", (
        f"{who} took out a file with {what} of {agency}, at {at:%H:%M} on {at.day} {at:%B %Y}.\n\n"
        "If you know of it, there is nothing to do. If you do not, ask them; if it was not them, end their access."
    )
