"""The privacy notice and the accessibility statement say what the program does, and nothing is kept in silence."""

from flask import Flask

from elearning.database import metadata
from elearning.web.security import POLICY

# What the notice calls the rows of each table that says something of a person.
SAID_OF = {
    "account": "work e-mail address",
    "practitioner": "Your name",
    "membership": "teams and job roles",
    "role_grant": "who changed accounts and roles",
    "completion": "What you completed and when",
    "completion_detail": "Your name, agency and score stand apart from the chain",
    "certificate": "your certificates",
    "reissue": "what became of it",
    "withdrawal": "what became of it",
    "certificate_detail": "Your name, agency and score stand apart from the chain",
    "standing": "What you completed and when",
    "completion_tally": "Sums of all this",
    "passing_tally": "Sums of all this",
    "closing_tally": "Sums of all this",
    "member_tally": "Sums of all this: how many work where",
    "item_tally": "Sums of all this",
    "outcome_tally": "Sums of all this",
    "attempt": "Your answers and scores",
    "response": "Your answers and scores",
    "section_progress": "The sections you read",
    "story_step": "your choices in stories",
    "discussion": "Team discussions: the date, how many were there",
    "discussion_detail": "the change agreed on",
    "discussion_claim": "who claimed to have been there",
    "confidence_answer": "How sure you say you feel",
    "confidence_rating": "How sure you say you feel",
    "follow_up": "Your answers in the follow-ups",
    "follow_up_response": "Your answers in the follow-ups",
    "follow_up_words": "what you write in the follow-ups",
    "follow_up_change": "What you say has changed in your work",
    "quote_consent": "whether it may be quoted",
    "pledge": "Your pledge, how it went",
    "sign_in_session": "Signing in: when you did",
    "sign_in_code": "a code’s fingerprint",
    "second_factor": "the key of your authenticator app",
    "recovery_code": "the fingerprints of your recovery codes",
    "requirement": "What you required of others, and how many staff you declared",
    "headcount": "What you required of others, and how many staff you declared",
    "edition": "Reports that were kept",
    "outbox_mail": "E-mails to you",
    "audit_entry": "The audit trail",
    "throttle": "How often something was tried",
}
OF_NOBODY = {"agency", "installation", "module_version", "confidence_tally", "round_tally", "completion_day"}


def test_the_notice_speaks_of_everything_that_is_kept(app: Flask) -> None:
    page = app.test_client().get("/privacy").text
    assert set(SAID_OF) | OF_NOBODY == set(metadata.tables)
    assert [table for table, words in SAID_OF.items() if words not in page] == []


def test_the_notice_names_the_one_cookie_there_is(app: Flask) -> None:
    client = app.test_client()
    client.get("/sign-in")
    client.post("/sign-in", data={"email": "amina@example.org"})
    assert {cookie.key for cookie in (client._cookies or {}).values()} == {"elearning"}
    assert "<code>elearning</code>" in client.get("/privacy").text
    assert "a session for 12 hours at most" in client.get("/privacy").text


def test_no_page_could_send_anything_elsewhere() -> None:
    assert "default-src 'none'" in POLICY
    assert "http" not in POLICY


def test_both_are_linked_from_every_page(app: Flask) -> None:
    for address in ("/", "/verify", "/nothing-here"):
        page = app.test_client().get(address).text
        assert 'href="/privacy"' in page
        assert 'href="/accessibility"' in page


def test_whom_to_ask_is_the_partnerships_own_address(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    for address in ("/privacy", "/accessibility"):
        page = app.test_client().get(address).text
        assert settings.help_email in page
        assert settings.partnership in page
