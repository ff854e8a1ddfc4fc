import re
import urllib.request

import pytest
from playwright.sync_api import expect

from arbook.companies.models import Role
from tests import factories

pytestmark = pytest.mark.journey


def test_a_stranger_is_asked_to_sign_in_and_a_member_gets_in(page):
    company = factories.company(name="Harbor Electric")
    person = factories.member(company, Role.BOOKKEEPER)

    page.goto("/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()

    expect(page.locator("body")).to_contain_text("Harbor Electric")


def test_two_people_have_browsers_of_their_own(open_page, sandbox):
    one, other = open_page(), open_page(viewport={"width": 390, "height": 844})

    for page in (one, other):
        page.goto("/accounts/login/")
        expect(page.get_by_label("Password")).to_be_visible()
    with urllib.request.urlopen(f"{sandbox.url}/") as answer:
        assert answer.status == 200
