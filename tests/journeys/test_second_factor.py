"""Signing in with a second factor: six digits of an app, or a recovery code."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from playwright.sync_api import Page, expect

from tests.desk import PASSWORD
from tests.journeys.conftest import sign_in

pytestmark = pytest.mark.journey


def test_a_second_factor_is_set_up_and_asked_for(desk, page, open_page):
    person = desk.member()
    sign_in(page, person)
    page.goto("/accounts/2fa/totp/activate/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    secret = page.get_by_label("Authenticator secret").input_value()
    page.locator("input[name=code]").fill(_code(secret))
    page.locator("main").get_by_role("button", name=re.compile("Activate|Turn on")).click()
    expect(page).not_to_have_url(re.compile("/totp/activate/"))
    page.goto("/accounts/2fa/recovery-codes/")
    recovery = page.get_by_label("Unused codes").input_value().split()
    assert len(recovery) == 10

    elsewhere = open_page()
    _first_factor(elsewhere, person)
    elsewhere.locator("input[name=code]").fill("000000")
    elsewhere.get_by_role("button", name="Sign in").click()
    expect(elsewhere).to_have_url(re.compile("/2fa/authenticate/"))
    elsewhere.goto(f"/c/{desk.company.slug}/")
    expect(elsewhere).to_have_url(re.compile("/accounts/"))

    elsewhere.goto("/accounts/2fa/authenticate/")
    elsewhere.locator("input[name=code]").fill(recovery[0])
    elsewhere.get_by_role("button", name="Sign in").click()
    expect(elsewhere.locator("body")).to_contain_text(desk.company.name)


def test_the_digits_of_the_app_open_the_door(desk, page):
    from allauth.mfa.totp.internal.auth import TOTP

    person, secret = desk.member(), base64.b32encode(b"twenty bytes exactly").decode()
    TOTP.activate(person, secret)

    _first_factor(page, person)
    page.locator("input[name=code]").fill(_code(secret))
    page.get_by_role("button", name="Sign in").click()

    expect(page.locator("body")).to_contain_text(desk.company.name)


def _first_factor(page: Page, person) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()


def _code(secret: str) -> str:
    """The six digits an app shows now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
