"""A dry run: everything happens, and everything goes to the company's own test addresses."""

import pytest
from playwright.sync_api import expect

from arbook.companies.models import Company
from messaging.models import Message
from tests.journeys.conftest import MOBILE, sign_in

pytestmark = pytest.mark.journey


def test_a_dry_run_sends_everything_to_the_test_addresses_stamped_as_a_test(desk, page):
    desk.company.mode = Company.Mode.DRY_RUN
    desk.company.save()
    desk.owes("Blue Door Cafe", "162.07", days_ago=14, mobile=MOBILE)
    desk.owes("Alder Finch", "90.00", days_ago=7)
    desk.sync()
    desk.prepare()
    sign_in(page, desk.member())
    page.goto(f"/c/{desk.company.slug}/messages/")
    expect(page.get_by_role("banner").get_by_text("Dry run").last).to_be_visible()
    expect(page.locator("#chosen")).to_contain_text("A dry run: it goes to")

    desk.later(seconds=61)
    desk.work()

    assert Message.objects.filter(state__in=["handed_over", "delivered"]).count() == 2
    (text,) = desk.texts(desk.company.test_phone)
    (mail,) = desk.letters(desk.company.test_email)
    assert "test" in text.body.lower()
    assert "test" in mail.subject.lower()
    assert desk.texts(MOBILE) == []
    assert desk.letters("ap@alderfinch.example") == []
    assert desk.letters("ap@bluedoorcafe.example") == []
