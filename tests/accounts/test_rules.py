"""The arithmetic of signing in."""

import datetime as dt

import pytest

from elearning.accounts.rules import code_digest, code_mail, code_problem, normal_email, session_limits, typed_code
from elearning.accounts.types import CodeCheck

ADDRESS = "amina@example.org"

SAME = [
    "amina@example.org",
    "AMINA@EXAMPLE.ORG",
    "Amina@Example.Org",
    "aMINA@example.ORG",
    " amina@example.org",
    "amina@example.org ",
    "\tamina@example.org\t",
    "amina@example.org\n",
    "\r\namina@example.org\r\n",
    "\u00a0amina@example.org\u00a0",  # no-break space, as pasted from a web page
    "\u3000amina@example.org",
    "\u2003amina@example.org\u2009",
    "amina＠example.org",  # full-width sign
    "ａｍｉｎａ@example.org",  # full-width letters
    "amina@ｅｘａｍｐｌｅ.org",
    "amina@example．org",  # full-width stop
    "ＡＭＩＮＡ＠ＥＸＡＭＰＬＥ．ＯＲＧ",
    "amina@ex\u24d0mple.org",  # circled letter
    "𝐚𝐦𝐢𝐧𝐚@example.org",  # mathematical bold
    "𝖆𝖒𝖎𝖓𝖆@example.org",
    "ᵃmina@example.org",  # superscript
    "amina@examp\u2113e.org",  # script small l
    "amiℕa@example.org",
    "am\u2170na@example.org",  # small Roman numeral one
]

REFUSED = [
    "",
    " ",
    "@",
    "amina",
    "amina@",
    "@example.org",
    "amina@example",
    "amina@example.",
    "amina@example.org.",
    "amina@.example.org",
    "amina@example..org",
    "amina@-example.org",
    "amina@example-.org",
    "amina@example.o",
    "amina@example.1",
    "amina@exam_ple.org",
    "amina@[127.0.0.1]",
    ".amina@example.org",
    "amina.@example.org",
    "ami..na@example.org",
    "ami na@example.org",
    "amina @example.org",
    "amina@ example.org",
    "amina@exa mple.org",
    "amina@example.org, ben@example.org",
    "amina@example.org;ben@example.org",
    "amina@example.org@evil.org",
    "amina@example.org\nBcc: ben@example.org",
    "amina@example.org\x00",
    "ami\x00na@example.org",
    "Amina <amina@example.org>",
    "<amina@example.org>",
    "mailto:amina@example.org",
    '"amina"@example.org',
    "amina(work)@example.org",
    "amina\\@example.org",
    "amina%40example.org",
    "ami\u200bna@example.org",  # zero-width space
    "amina\u200b@example.org",
    "\u200bamina@example.org",
    "amina@example.org\u200b",
    "\ufeffamina@example.org",
    "ami\u200dna@example.org",
    "ami\u00adna@example.org",  # soft hyphen
    "amina\u2060@example.org",
    "\u202eamina@example.org",  # right-to-left override
    "amina@example.org\u200e",
    "\u0430mina@example.org",  # Cyrillic a
    "amin\u0430@example.org",
    "amina@ex\u0430mple.org",
    "\u03b1mina@example.org",  # Greek alpha
    "am\u0131na@example.org",  # dotless i
    "AM\u0130NA@example.org",  # dotted capital i
    "amin\u00e1@example.org",
    "amina\u0301@example.org",
    "amina@example\u3002org",  # ideographic full stop
    "amina@example\uff61org",
    "amina\ufe6bexample\u2024org\u200c",
    "a" * 65 + "@example.org",
    "amina@" + "a" * 64 + ".org",
    "amina@" + "a." * 125 + "org",
]


@pytest.mark.parametrize("typed", SAME)
def test_an_address_is_the_same_however_it_is_typed(typed: str) -> None:
    assert normal_email(typed) == ADDRESS


@pytest.mark.parametrize("typed", REFUSED)
def test_what_only_looks_like_an_address_is_refused(typed: str) -> None:
    assert normal_email(typed) is None


@pytest.mark.parametrize(
    "address",
    ["o'brien@council.gov.uk", "j.smith+training@nhs.net", "a@b.co", "x_y-z@sub.school.sch.uk", "info@xn--bcher-kva.example"],
)  # fmt: skip
def test_real_addresses_are_addresses(address: str) -> None:
    assert normal_email(address) == address


@pytest.mark.parametrize("address", [*SAME, "o'brien@council.gov.uk"])
def test_the_normal_form_is_its_own_normal_form(address: str) -> None:
    normal = normal_email(address)
    assert normal is not None
    assert normal_email(normal) == normal


@pytest.mark.parametrize("typed", ["12345678", "1234 5678", " 1234-5678 ", "1 2 3 4 5 6 7 8", "１２３４５６７８", "1234\u00a05678", "1234–5678"])  # fmt: skip
def test_a_code_may_be_typed_with_spaces(typed: str) -> None:
    assert typed_code(typed) == "12345678"


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "1234567a", "١٢٣٤٥٦٧٨", "1234.5678", "-" * 8, "12345678\x00"])  # fmt: skip
def test_anything_else_is_no_code(typed: str) -> None:
    assert typed_code(typed) is None


def test_the_digest_of_a_code_depends_on_code_browser_and_key() -> None:
    digests = {
        code_digest(code, browser=browser, secret=secret)
        for code in ("12345678", "12345679")
        for browser in ("one", "two")
        for secret in ("k", "l")
    }
    assert len(digests) == 8
    assert all(len(digest) == 64 for digest in digests)


def test_the_mail_carries_the_code_the_deadline_and_no_link() -> None:
    subject, body = code_mail("12345678", service="Test Partnership", until="12:10")
    assert "1234 5678" in body
    assert "12:10" in body
    assert "Test Partnership" in body
    assert "http" not in body
    assert "1234" not in subject


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (CodeCheck(tries_left=4), "4 tries left"),
        (CodeCheck(tries_left=1), "1 try left"),
        (CodeCheck(tries_left=0), "Ask for a new one"),
        (CodeCheck(expired=True), "expired"),
    ],
)
def test_a_wrong_code_is_answered_with_what_to_do(check: CodeCheck, words: str) -> None:
    assert words in code_problem(check)


def test_who_sees_others_data_is_signed_out_sooner() -> None:
    assert session_limits(practitioner_only=True) == (dt.timedelta(minutes=60), dt.timedelta(hours=12))
    assert session_limits(practitioner_only=False) == (dt.timedelta(minutes=30), dt.timedelta(hours=12))
