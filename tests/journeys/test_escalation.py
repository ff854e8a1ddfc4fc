"""Day thirty waits for a manager's review, day sixty for a manager's release of the letter."""

import re

import pytest
from playwright.sync_api import expect

from arbook.companies.models import Role
from invoices.models import Approval, Escalation, Hold
from tests.journeys.conftest import MOBILE, sign_in

pytestmark = pytest.mark.journey

ADDRESS = "ap@bluedoorcafe.example"


def test_from_the_review_at_day_thirty_to_the_letter_at_day_sixty(desk, page, open_page, sandbox):
    (book_id,) = desk.owes("Blue Door Cafe", "862.07", days_ago=22, mobile=MOBILE)
    desk.sync()
    bookkeeper, manager = desk.member(), desk.member(Role.MANAGER)
    desk.approved("Blue Door Cafe", by=bookkeeper)
    desk.work()
    assert len(desk.sent_to(MOBILE)) == 1

    # Day 30: quiet, asked, alerted.
    desk.passes(days=8, by=bookkeeper)
    review = Approval.objects.waiting(_now()).get()
    assert review.kind == Approval.Kind.ESCALATION
    assert any("Blue Door Cafe" in note.text for note in sandbox.slack.workspace.notes)
    assert any("Blue Door Cafe" in one.subject for one in desk.letters("staff@harbor.example"))
    assert Hold.objects.active(_now()).get().reason == Hold.Reason.ESCALATION

    clerk = open_page()
    sign_in(clerk, bookkeeper)
    clerk.goto(f"/c/{desk.company.slug}/invoices/approvals/{review.pk}/")
    expect(clerk.get_by_text("Only a manager decides this.")).to_be_visible()

    sign_in(page, manager)
    page.goto(f"/c/{desk.company.slug}/invoices/approvals/")
    page.get_by_role("link", name="Decide").click()
    expect(page.get_by_role("heading", name="Contacts made")).to_be_visible()
    expect(page.get_by_text("Nobody has been in touch")).to_have_count(0)
    page.get_by_label(re.compile("Keep reminding")).check()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Reminders of Blue Door Cafe go on.")).to_be_visible()

    # Day 60 and the weeks after: a letter is drafted, and never leaves by itself.
    for days in (30, 3, 10):
        desk.passes(days=days, by=bookkeeper)
    letter = Approval.objects.waiting(_now()).get()
    assert letter.kind == Approval.Kind.LETTER
    assert not [one for one in desk.letters(ADDRESS) if one.attachments]

    page.goto(f"/c/{desk.company.slug}/invoices/approvals/{letter.pk}/")
    expect(page.locator("#main")).to_contain_text("$862.07")
    page.get_by_label(re.compile("Release: send the letter by e-mail")).check()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("heading", name="Nothing waits for a decision")).to_be_visible()
    desk.later(seconds=61)
    desk.work()

    (sent,) = [one for one in desk.letters(ADDRESS) if one.attachments]
    assert sent.attachments[0].name.endswith(".pdf")
    assert Escalation.objects.latest("pk").outcome == Escalation.Outcome.LETTER_RELEASED
    assert desk.invoice(book_id).balance > 0


def _now():
    from arbook import clock

    return clock.now()
