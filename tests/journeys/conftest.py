"""A desk behind a real web server, and the people of its stories."""

import re

import pytest
from playwright.sync_api import Page, expect

from arbook.companies.models import User
from arbook.sandbox import clock as movable
from tests.desk import MORNING, PASSWORD, Desk

MOBILE = "+12125550111"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def desk(live, sandbox) -> Desk:
    """A Tuesday morning in New York; webhooks travel over HTTP to the live server."""
    movable.move_to(MORNING)
    return Desk(sandbox)


@pytest.fixture
def owing(desk) -> str:
    """An invoice of a customer with a mobile, at the day of its text; its id in the books."""
    (book_id,) = desk.owes("Blue Door Cafe", "162.07", days_ago=14, mobile=MOBILE)
    desk.sync()
    desk.prepare()
    return book_id


def sign_in(page: Page, person: User) -> None:
    """In at the front door, by the form."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("/accounts/login/"))


def link_in(text: str) -> str:
    """The pay link a customer finds in a message."""
    found = re.search(r"http://\S+/pay/\S+?/?(?=\s|$|\.\s)", text)
    assert found, f"no pay link in: {text}"
    return found[0]
