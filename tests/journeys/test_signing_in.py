"""Signing in to a company that asks for a second factor, and what is asked for again."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from playwright.sync_api import expect

from arbook.companies.models import Role
from tests import factories
from tests.desk import PASSWORD
from tests.journeys.conftest import sign_in

pytestmark = pytest.mark.journey


def _code(secret: str) -> str:
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def test_a_manager_is_led_to_the_second_factor_and_then_in(desk, page):
    desk.company.second_factor_required = True
    desk.company.save()
    sign_in(page, desk.member(Role.MANAGER))

    expect(page.get_by_role("heading", name="Set up your second factor")).to_be_visible()
    page.get_by_role("link", name="Set it up").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    secret = page.get_by_label("Authenticator secret").input_value()
    page.locator("input[name=code]").fill(_code(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto(f"/c/{desk.company.slug}/")
    expect(page.get_by_role("heading", name="Save your recovery codes")).to_be_visible()
    page.get_by_role("link", name="Show my recovery codes").click()
    page.get_by_role("button", name="I have saved them").click()

    expect(page).to_have_url(re.compile(f"/c/{desk.company.slug}/"))


def test_after_a_while_a_file_asks_for_the_password_again(desk, page, settings):
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    sign_in(page, desk.member(Role.VIEWER))
    page.goto(f"/c/{desk.company.slug}/money/")
    page.get_by_role("link", name="CSV").click()
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()

    expect(page).to_have_url(re.compile("/money/"))
    with page.expect_download() as coming:
        page.get_by_role("link", name="CSV").click()
    assert coming.value.suggested_filename.endswith(".csv")


def test_the_other_company_is_not_there_in_a_browser(desk, page):
    other = factories.company(slug="red-mesa", name="Red Mesa Cycles")
    theirs = factories.invoice(factories.customer(other, name="Zqxforeign Bikes"))
    sign_in(page, desk.member(Role.OWNER))
    slug = desk.company.slug

    for path in ("/c/red-mesa/", f"/c/{slug}/invoices/{theirs.pk}/",
                 f"/c/{slug}/customers/{theirs.customer_id}/"):  # fmt: skip
        page.goto(path)
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    page.goto(f"/c/{slug}/")
    page.get_by_role("searchbox", name="Search").fill("Zqxforeign")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("No")
    assert "Bikes" not in page.content() and "Red Mesa" not in page.content()
