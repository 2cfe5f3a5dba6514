"""Every page in every state that someone can meet: one table, for all the checks of test_everyone.py.

A new page, or a new state of one, is a line here. What its address says in braces stands in the facts of who sees it.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pyotp
from playwright.sync_api import Page

from elearning.catalogue.loader import read_packs
from elearning.core import clock
from elearning.settings import ROOT
from tests.browser.people import MODULE, RECOVERY_CODE
from tests.browser.sites import BROKEN, DEMO, NO_MODULES, PREVIEW, REAL

HOME = f"/modules/{MODULE}"

Act = Callable[[Page], None]
NOBODY = "nobody"
TODAY, SOON = clock.today(), clock.today() + dt.timedelta(days=30)
DISCUSSED = {
    **{f"held_on__{part}": str(getattr(TODAY, part)) for part in ("day", "month", "year")},
    "present": "6",
    "change": "We ring the school on the day of a return from missing, and write down who we spoke to.",
    "owner": "Duty manager",
    **{f"look_again_on__{part}": str(getattr(SOON, part)) for part in ("day", "month", "year")},
}


def press(name: str) -> Act:
    """Press the first button of this name."""
    return lambda page: page.get_by_role("button", name=name).first.click()


def type_in(label: str, text: str, button: str) -> Act:
    def act(page: Page) -> None:
        page.get_by_label(label).fill(text)
        press(button)(page)

    return act


def choose_first(button: str) -> Act:
    """Take the first option of the first question, and go on."""

    def act(page: Page) -> None:
        page.locator(".choice input").first.check()
        press(button)(page)

    return act


def fill_in(button: str, **typed: str) -> Act:
    """Type into the boxes of these names, and go on."""

    def act(page: Page) -> None:
        for name, text in typed.items():
            page.locator(f"[name='{name.replace('__', '-')}']").fill(text)
        press(button)(page)

    return act


def in_turn(*acts: Act) -> Act:
    def act(page: Page) -> None:
        for each in acts:
            each(page)

    return act


def send_file(content: bytes) -> Act:
    """Have a file checked."""

    def act(page: Page) -> None:
        page.get_by_label("The certificate’s PDF").set_input_files(
            {"name": "a.pdf", "mimeType": "application/pdf", "buffer": content}
        )
        press("Check the file")(page)

    return act


def set_app_up(page: Page) -> None:
    """Give the code that an authenticator app makes of the key on the page."""
    key = page.locator(".copy").inner_text().replace(" ", "")
    type_in("Code from your app", pyotp.TOTP(key).now(), "Continue")(page)


def upload(*rows: str, columns: str = "agency,job role,staff,counted on") -> Act:
    """Upload a list, of headcounts unless said otherwise."""

    def act(page: Page) -> None:
        content = "\n".join((columns, *rows)).encode()
        page.get_by_label("The list").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": content})
        press("Upload and check")(page)

    return act


def send_own(more: bytes = b"") -> Act:
    """Download the certificate whose page this is, and have the file checked, with more at its end."""

    def act(page: Page) -> None:
        pdf = page.request.get(f"{page.url}.pdf").body()
        page.goto("/verify/file")
        send_file(pdf + more)(page)

    return act


def send_list(page: Page) -> None:
    """Have a list checked, with the number of the certificate whose page this is."""
    numbers = f"{page.url[-21:]}, 7ACX-XMY3-PWBX-9GQ8-V\n7ACX-XMY3-PWBX-9GQ8-W\nnone"
    page.goto("/verify/list")
    type_in("Certificate numbers", numbers, "Check the numbers")(page)


def look_at(*buttons: str, chooses: bool = False) -> Act:
    """Look, as an administrator, at the certificate whose page this is; go on by these buttons, the last with a new
    name and the first reason if one `chooses`.
    """

    def act(page: Page) -> None:
        number = page.url.rpartition("/")[2]
        page.goto("/admin/certificates")
        type_in("Certificate number", number, "Look at it")(page)
        for button in buttons:
            if chooses and button == buttons[-1]:
                page.locator(".choice input").first.check()
                for box in page.get_by_label("Name as it should be printed").all():
                    box.fill("Siân Ó Dálaigh")
            press(button)(page)

    return act


def open_details(page: Page) -> None:
    for summary in page.locator("summary").all():
        summary.click()


@dataclass(frozen=True)
class State:
    """A page as it is met: who sees it, where, what they do there, and how the heading begins that then stands there."""

    name: str
    who: str
    address: str
    heading: str
    act: Act | None = None
    at: str = DEMO  # one of sites.py

    def __str__(self) -> str:
        return self.name


STATES = [
    State("offer, signed out", NOBODY, "/", "Training"),
    State("offer, nothing done", "new", "/", "Training"),
    State("offer, reading", "reading", "/", "Training"),
    State("offer, completed", "passed", "/", "Training"),
    State("offer, renewal due", "renewing", "/", "Training"),
    # Signing in
    State("sign in", NOBODY, "/sign-in", "Sign in"),
    State("sign in, no address", NOBODY, "/sign-in", "Sign in", press("Send me a code")),
    State("sign in, code", NOBODY, "/sign-in", "Enter your code", type_in("E-mail", "a@b.example", "Send me a code")),
    State("sign in, wrong code", NOBODY, "/sign-in", "Enter your code",
          lambda page: (type_in("E-mail", "a@b.example", "Send me a code")(page), type_in("code", "1", "Sign in")(page))[0]),
    State("signed out", NOBODY, "/signed-out", "You have signed out"),
    State("details", "new", "/account", "Your details"),
    State("details, no name", "new", "/account", "Your details", type_in("Full name", "", "Save")),
    # The second factor, which the demonstration has not
    State("first code, wrong app code", "lead with an app", "/agency", "Enter the code from your app",
          type_in("Code from your app", "000000", "Continue"), REAL),
    State("second factor", "lead with an app", "/second-factor", "Enter the code from your app", at=REAL),
    State("second factor, nothing typed", "lead with an app", "/second-factor", "Enter the code from your app",
          press("Continue"), REAL),
    State("details, with an app", "lead with an app", "/account", "Your details", at=REAL),
    State("second factor, asked again", "lead some time later", "/agency", "Enter the code from your app",
          press("Download the list"), REAL),
    State("second factor, given again", "lead some time later", "/agency", "Thank you, that was right",
          in_turn(press("Download the list"), type_in("Code from your app", RECOVERY_CODE, "Continue")), REAL),
    State("set up an app again", "lead some time later", "/second-factor/set-up", "Set up your authenticator app again", at=REAL),
    State("set up an app", "new lead", "/second-factor/set-up", "Set up your authenticator app", at=REAL),
    State("set up an app, wrong code", "new lead", "/second-factor/set-up", "Set up your authenticator app",
          type_in("Code from your app", "12", "Continue"), REAL),
    State("details, no app yet", "new lead", "/account", "Your details", at=REAL),
    State("recovery codes", "newer lead", "/second-factor/set-up", "Keep your recovery codes", set_app_up, REAL),
    # Reading
    State("module, nothing done", "new", HOME, "Reachable moments"),
    State("module, reading", "reading", HOME, "Reachable moments"),
    State("module, ready for the quiz", "ready", HOME, "Reachable moments"),
    State("module, in the quiz", "sitting", HOME, "Reachable moments"),
    State("module, not passed", "failed", HOME, "Reachable moments"),
    State("module, pause", "paused", HOME, "Reachable moments"),
    State("module, completed", "passed", HOME, "Reachable moments"),
    State("module, renewal due", "renewing", HOME, "Reachable moments"),
    State("content note", "new", f"{HOME}/content-note", "Before you begin"),
    *[State(f"section {section.slug} of {module.key}", "reading", f"/modules/{module.key}/sections/{section.slug}",
            section.title, open_details)
      for module in read_packs(ROOT / "modules") for section in module.sections],
    State("practice, no answer", "reading", f"{HOME}/sections/the-idea", "The idea", press("Check my answer")),
    State("practice, answered", "reading", f"{HOME}/sections/the-idea", "The idea", choose_first("Check my answer")),
    State("sources", "reading", f"{HOME}/sources", "What this module rests on"),
    # The story
    State("story", "new", f"{HOME}/story", "Ninety miles"),
    State("story with parts to take", "new", "/modules/never-assume/story", "Six pieces"),
    State("story, no part taken", "new", "/modules/never-assume/story", "Six pieces", press("Start the story")),
    State("story, going on", "reading", f"{HOME}/story", "Ninety miles"),
    State("scene", "reading", f"{HOME}/story/2", ""),
    State("scene, no choice", "reading", f"{HOME}/story/2", "", press("Continue")),
    State("scene, chosen before", "reading", f"{HOME}/story/1", ""),
    State("what followed", "reading", f"{HOME}/story/1/followed", "What followed", open_details),
    State("ending", "ready", f"{HOME}/story/ending", ""),
    # The quiz
    State("quiz, sections first", "new", f"{HOME}/quiz", "Quiz: "),
    State("quiz, ready", "ready", f"{HOME}/quiz", "Quiz: "),
    State("quiz, open", "sitting", f"{HOME}/quiz", "Quiz: "),
    State("quiz, sections again", "failed", f"{HOME}/quiz", "Quiz: "),
    State("quiz, pause", "paused", f"{HOME}/quiz", "Quiz: "),
    State("quiz, passed", "passed", f"{HOME}/quiz", "Quiz: "),
    *[State(f"question, {kind}", "all types", HOME + "/quiz/{" + kind + "}", "")
      for kind in ("single", "multiple", "scenario", "matching", "ordering")],
    *[State(f"question, {kind}, no answer", "all types", HOME + "/quiz/{" + kind + "}", "", press("Continue"))
      for kind in ("single", "multiple", "scenario", "matching", "ordering")],
    State("check answers, three missing", "sitting", f"{HOME}/quiz/check", "Check your answers"),
    State("check answers", "answered", f"{HOME}/quiz/check", "Check your answers"),
    State("passed", "passed", f"{HOME}/quiz/result", "You have passed", open_details),
    State("not passed", "failed", f"{HOME}/quiz/result", "You have not passed yet"),
    State("not passed, pause", "paused", f"{HOME}/quiz/result", "You have not passed yet"),
    # The record and certificates
    State("record, empty", "new", "/record", "My training record"),
    State("record, not passed", "failed", "/record", "My training record"),
    State("record", "passed", "/record", "My training record"),
    State("record, renewal due", "renewing", "/record", "My training record"),
    State("attempt, passed", "passed", "/record/attempts/{attempt}", "Attempt"),
    State("attempt, not passed", "failed", "/record/attempts/{attempt}", "Attempt"),
    State("certificate", "passed", "/certificates/{certificate}", "Certificate"),
    State("certificate, renewal due", "renewing", "/certificates/{certificate}", "Certificate"),
    State("my certificates", "passed", "/record/certificates", "My certificates"),
    State("my certificates, none", "new", "/record/certificates", "My certificates"),
    State("my certificates, renewal due", "renewing", "/record/certificates", "My certificates"),
    State("CPD record", "passed", "/record/certificates/{certificate}/cpd", "Add to my CPD record"),
    State("CPD record, pledged", "was there", "/record/certificates/{certificate}/cpd", "Add to my CPD record"),
    State("check a certificate", NOBODY, "/verify", "Check a certificate"),
    State("check a certificate, no number", NOBODY, "/verify", "Check a certificate", press("Check")),
    State("genuine", "passed", "/verify/{certificate}", "This certificate is genuine"),
    State("genuine, expired", "renewing", "/verify/{expired}", "This certificate is genuine, but has expired"),
    State("no such certificate", NOBODY, "/verify/ZZZZ-ZZZZ-ZZZZ-ZZZZ-Z", "We have not issued"),
    State("genuine, renewal due", "renewing", "/verify/{certificate}", "This certificate is genuine and valid"),
    State("genuine, issued anew", "issued anew", "/verify/{certificate}", "This certificate is genuine, but was issued"),
    State("withdrawn", "withdrawn", "/verify/{certificate}", "This certificate was withdrawn"),
    State("certificate, issued anew", "issued anew", "/certificates/{certificate}", "Certificate"),
    State("certificate, withdrawn", "withdrawn", "/certificates/{certificate}", "Certificate"),
    State("record, withdrawn", "withdrawn", "/record", "My training record"),
    State("check a PDF", NOBODY, "/verify/file", "Check a PDF"),
    State("check a PDF, no file", NOBODY, "/verify/file", "Check a PDF", press("Check the file")),
    State("check a PDF, another kind of file", NOBODY, "/verify/file", "Check a PDF", send_file(b"\x89PNG")),
    State("check a PDF, genuine", "passed", "/certificates/{certificate}", "This certificate is genuine",
          send_own()),
    State("check a PDF, changed", "passed", "/certificates/{certificate}", "This file is not as we issued it",
          send_own(b"%")),
    State("check a PDF, no number", NOBODY, "/verify/file", "We found no certificate number", send_file(b"%PDF-1.7")),
    State("check a PDF, unknown", NOBODY, "/verify/file", "We have not issued a certificate",
          send_file(b"%PDF-1.7 /Subject (Certificate 7ACX-XMY3-PWBX-9GQ8-V)")),
    State("check many", NOBODY, "/verify/list", "Check many certificates"),
    State("check many, nothing pasted", NOBODY, "/verify/list", "Check many certificates", press("Check the numbers")),
    State("check many, checked", "withdrawn", "/certificates/{certificate}", "4 numbers checked", send_list),
    # Administration
    State("administration", "admin", "/admin", "Administration"),
    State("look at a certificate", "admin", "/admin/certificates", "Look at a certificate"),
    State("look at a certificate, no number", "admin", "/admin/certificates", "Look at a certificate",
          press("Look at it")),
    State("administrator's certificate", "admin", "/verify/{expired}", "Certificate", look_at()),
    State("issue anew", "admin", "/verify/{expired}", "Issue a certificate anew", look_at("Issue it anew")),
    State("issue anew, no reason", "admin", "/verify/{expired}", "Issue a certificate anew",
          look_at("Issue it anew", "Continue")),
    State("withdraw", "admin", "/verify/{expired}", "Why is it withdrawn?", look_at("Withdraw it")),
    State("withdraw, no reason", "admin", "/verify/{expired}", "Why is it withdrawn?",
          look_at("Withdraw it", "Continue")),
    State("withdraw, check", "admin", "/verify/{expired}", "You are about to withdraw",
          look_at("Withdraw it", "Continue", chooses=True)),
    State("issue anew, check", "admin", "/verify/{expired}", "You are about to issue",
          look_at("Issue it anew", "Continue", chooses=True)),
    # How sure they feel, pledges and follow-ups
    State("confidence before", "new", f"{HOME}/confidence/before", "How sure do you feel today?"),
    State("confidence now", "passed", f"{HOME}/confidence/now", "How sure do you feel now?"),
    State("confidence back", "rated", f"{HOME}/confidence/back", "Thinking back"),
    State("pledge", "looked back", f"{HOME}/pledge", "Make a pledge"),
    State("pledge, nothing typed", "looked back", f"{HOME}/pledge", "Make a pledge", press("Make this pledge")),
    State("follow-up", "three days on", f"{HOME}/follow-ups/1", "Three days on"),
    State("follow-up, not open yet", "three days on", f"{HOME}/follow-ups/2", "Four weeks on"),
    State("follow-up, closed", "eight weeks on", f"{HOME}/follow-ups/2", "Four weeks on"),
    State("follow-up question, answered", "first begun", f"{HOME}/follow-ups/1/1", ""),
    State("follow-up question", "first begun", f"{HOME}/follow-ups/1/2", ""),
    State("follow-up question, no answer", "first begun", f"{HOME}/follow-ups/1/2", "", press("Continue")),
    State("follow-up, the end of the first", "first done", f"{HOME}/follow-ups/1", "Thank you"),
    State("follow-up, how the pledge went", "four weeks on", f"{HOME}/follow-ups/2/pledge", "How did your pledge go?"),
    State("follow-up, the pledge at eight weeks", "eight weeks on", f"{HOME}/follow-ups/3/pledge",
          "How did your pledge go?"),
    State("confidence later", "told", f"{HOME}/confidence/later", "How sure do you feel, eight weeks on?"),
    State("follow-up, practice", "later", f"{HOME}/follow-ups/3/practice", "What has changed in your work"),
    State("follow-up, practice too long", "later", f"{HOME}/follow-ups/3/practice", "What has changed in your work",
          fill_in("Continue", words="We ask. " * 50)),
    State("follow-up, the end of the third", "third done", f"{HOME}/follow-ups/3", "Thank you"),
    State("offer, a follow-up open", "three days on", "/", "Training"),
    State("module, a follow-up open", "three days on", HOME, "Reachable moments"),
    State("record, a follow-up open", "three days on", "/record", "My training record"),
    State("offer, overdue", "overdue", "/", "Training"),
    State("module, overdue", "overdue", HOME, "Reachable moments"),
    State("record, overdue", "overdue", "/record", "My training record"),
    # Requirements and headcounts
    State("requirements of an agency", "lead", "/agency/requirements", "What people at"),
    State("requirements of an agency, none", "lead", "/agency/requirements", "What people at", at=NO_MODULES),
    State("add a requirement", "lead", "/agency/requirements/new", "Add a requirement"),
    State("add a requirement, nothing chosen", "officer", "/reports/requirements/new", "Add a requirement",
          press("Add the requirement")),
    State("staff of an agency", "lead", "/agency/headcount", "Staff at"),
    State("staff of an agency, nothing typed", "lead", "/agency/headcount", "Staff at", press("Record the headcount")),
    State("upload headcounts of an agency", "lead", "/agency/headcount/upload", "Upload headcounts"),
    State("upload headcounts of an agency, rows to mend", "lead", "/agency/headcount/upload", "Upload headcounts",
          upload("Turning Tide,,40,2026-03-31", ",Nobody,12.5,soon")),
    State("upload requirements of an agency, check", "lead", "/agency/requirements/upload", "Check the list",
          upload(f"{MODULE},everyone,,31/03/2027", "never-assume,job role,Teacher,46477", columns="module,group,name,due on")),
    State("requirements", "officer", "/reports/requirements", "Who must hold what"),
    State("end a requirement", "officer", "/reports/requirements", "You are about to end a requirement",
          lambda page: page.get_by_role("link", name="End").last.click()),
    State("upload requirements", "officer", "/reports/requirements/upload", "Upload requirements"),
    State("declared staff", "officer", "/reports/headcounts", "Declared staff"),
    State("record a headcount, nothing typed", "officer", "/reports/headcounts/new", "Record a headcount",
          press("Record the headcount")),
    State("upload headcounts, rows to mend", "officer", "/reports/headcounts/upload", "Upload headcounts",
          upload("Harrow Lane Acadmy,Nobody,12.5,soon", "Turning Tide,,40,2026-03-31", "Turning Tide,,41,31/03/2026")),
    State("upload headcounts, check", "officer", "/reports/headcounts/upload", "Check the list",
          upload("Turning Tide,,1,2026-03-31", "Copperfield Homes,Housing officer,41,31/03/2026")),
    # Team discussions
    State("team sheet", "new", f"{HOME}/team-sheet", "Take it back to your team", open_details),
    State("record a discussion", "new", f"{HOME}/discussions/new", "Record a team discussion"),
    State("record a discussion, nothing typed", "new", f"{HOME}/discussions/new", "Record a team discussion",
          press("Continue")),
    State("record a discussion, check", "new", f"{HOME}/discussions/new", "Check what you wrote",
          fill_in("Continue", **DISCUSSED)),
    State("discussion, recorded", "led", "/record/discussions/{discussion}", "Your team discussion is recorded"),
    State("discussion, claimed", "was there", "/record/discussions/{discussion}", "A team discussion you were at"),
    State("claim a discussion", "new", "/record/discussions/claim", "Claim a team discussion"),
    State("claim a discussion, no code", "new", "/record/discussions/claim", "Claim a team discussion",
          press("Continue")),
    State("claim a discussion, unknown code", "new", "/record/discussions/claim", "Claim a team discussion",
          type_in("Code of the discussion", "K7M 4QX2", "Continue")),
    State("claim a discussion, found", "told the code", "/record/discussions/claim?code={code}", "Were you there?"),
    State("record, pledge and discussion", "was there", "/record", "My training record"),
    State("agency, discussions", "lead", "/agency/discussions", ""),
    # Agencies and reports
    State("agency", "lead", "/agency", "Training at"),
    State("agency, its lead alone", "lead alone", "/agency", "Training at"),
    State("agency, no modules", "lead", "/agency", "Training at", at=NO_MODULES),
    State("offer, no modules", NOBODY, "/", "Training", at=NO_MODULES),
    State("record, no modules", "new", "/record", "My training record", at=NO_MODULES),
    State("agency, filtered", "lead", "/agency?state=completed", "Training at"),
    State("agency, who is overdue", "lead", "/agency?state=overdue", "Training at"),
    State("agency, nobody found", "lead", "/agency?name=zzzz", "Training at"),
    State("agency, certificates", "lead", "/agency/certificates", "Certificates earned at"),
    State("agency, certificates, none found", "lead", "/agency/certificates?name=zzzz", "Certificates earned at"),
    State("agency, certificates, days that cannot be", "lead",
          "/agency/certificates?first-day=31&first-month=2&first-year=2026&last-day=1", "Certificates earned at"),
    State("reports", "officer", "/reports", "Reports"),
    State("reports, a year that is over", "officer", "/reports?period=2025-26", "Reports"),
    State("reports, nothing in them", "officer", "/reports?period=2020-21", "Reports"),
    State("reports, narrowed down", "officer", "/reports?period=2025-26&module=reachable-moments&sector=police", "Reports"),
    State("make a report", "officer", "/reports/make", "Make a report"),
    State("tables", "officer", "/reports/tables", "Tables"),
    *[State(f"table {number}", "officer", f"/reports/tables/{number}?period=2025-26", f"{number} ")
      for number in ("R1", "R2", "R3", "R4", "R5", "R6", "R13", "R15", "X1")],
    State("table, narrowed down", "officer", "/reports/tables/R5?period=2025-26&module=never-assume&sector=police", "R5 "),
    State("table, left out", "officer", "/reports/tables/R3?period=1999-00&agency=x", "R3 "),
    State("questions", "officer", "/reports/items?module=reachable-moments&period=2025-26", "What people get wrong"),
    State("questions, nobody asked", "officer", "/reports/items?period=2020-21", "What people get wrong"),
    State("kept reports, none", "officer", "/reports/editions", "Kept reports"),  # unless the next came before
    State("kept reports", "keeps reports", "/reports/editions", "Kept reports"),
    State("kept report", "keeps reports", "/reports/editions/{edition}", "Annual report of training"),
    State("kept report, a part", "keeps reports", "/reports/editions/{edition}/parts/1", "Who was trained"),
    State("kept report, what changed", "keeps reports", "/reports/editions/{edition}/changes", "What changed since"),
    State("impact", "officer", "/reports/impact?period=2025-26", "Did it help?"),
    State("impact, too few", "officer", "/reports/impact?period=2026-27", "Did it help?"),
    State("impact, nobody asked", "officer", "/reports/impact?period=2020-21", "Did it help?"),
    # About the service
    State("accessibility", NOBODY, "/accessibility", "Accessibility"),
    State("privacy", "new", "/privacy", "Privacy"),
    # What authors see
    State("preview, findings", NOBODY, "/preview", "What the check says", at=PREVIEW),
    State("preview, offer", NOBODY, "/", "Training", at=PREVIEW),
    State("preview, broken pack", NOBODY, "/", "The pack cannot be read yet", at=BROKEN),
    # What went wrong
    State("no such page", "new", "/no-such-page", "Page not found"),
    *[State(f"error {status}", NOBODY, f"/errors/{status}", "") for status in (400, 403, 405, 413, 429, 500, 503)],
]  # fmt: skip
