"""Two people open the same conversation: one answers, the other learns of it in time."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from playwright.sync_api import expect

from arbook import clock
from arbook.companies.models import Role
from customers.models import Channel
from messaging import inbound
from messaging.models import Message
from tests import factories
from tests.journeys.conftest import MOBILE, sign_in
from tests.messaging.talks import client_of, url

pytestmark = pytest.mark.journey
WRITTEN = "#composer textarea"


@pytest.fixture
def asked(desk, owing):
    """A customer has a question; returns the conversation."""
    received = inbound.receive(
        desk.company,
        channel=Channel.SMS,
        sender=MOBILE,
        body="What is this for?",
        vendor_id="SM-in",
        received_at=clock.now() - timedelta(minutes=5),
        now=clock.now(),
    )
    return received.thread


def test_the_second_answer_waits_until_its_writer_has_read_the_first(desk, asked, open_page):
    ana, ben = desk.member(), desk.member(Role.MANAGER)
    first, second = open_page(), open_page()
    for page, person in ((first, ana), (second, ben)):
        sign_in(page, person)
        page.goto(asked.get_absolute_url())
        expect(page.get_by_text("What is this for?").last).to_be_visible()

    second.fill(WRITTEN, "It is for September.")
    expect(first.locator("#pulse")).to_contain_text(f"{ben} is writing here")
    first.fill(WRITTEN, "It is for October.")
    first.keyboard.press("Control+Enter")
    expect(first.locator(".bubble-out")).to_have_text(["It is for October."])

    # It comes by itself, and what was begun stays.
    expect(second.locator(".bubble-out")).to_have_text(["It is for October."])
    expect(second.locator(WRITTEN)).to_have_value("It is for September.")
    second.keyboard.press("Control+Enter")
    refusal = second.get_by_role("alert")
    expect(refusal).to_contain_text(f"{ana} has answered meanwhile: “It is for October.”")
    expect(second.locator(WRITTEN)).to_have_value("It is for September.")
    desk.work()
    assert [text.body for text in desk.sent_to(MOBILE)] == ["It is for October."]

    second.fill(WRITTEN, "September is paid already.")
    second.keyboard.press("Control+Enter")
    expect(second.locator(".bubble-out")).to_have_count(2)
    expect(first.locator(".bubble-out")).to_have_count(2)
    desk.work()
    assert len(desk.sent_to(MOBILE)) == 2


def test_who_leaves_in_the_middle_of_a_word_finds_it_again(desk, asked, open_page):
    ana, ben = desk.member(), desk.member(Role.MANAGER)
    first, second = open_page(), open_page()
    for page, person in ((first, ana), (second, ben)):
        sign_in(page, person)
        page.goto(asked.get_absolute_url())

    first.locator(WRITTEN).press_sequentially("It is for Octo")
    # At once, before anything of it was measured.
    first.goto(f"/c/{desk.company.slug}/")
    first.goto(asked.get_absolute_url())
    expect(first.locator(WRITTEN)).to_have_value("It is for Octo")
    first.reload()
    expect(first.locator(".item-tags").get_by_text("Draft")).to_be_visible()
    second.reload()
    expect(second.locator(WRITTEN)).to_have_value("")

    first.locator(WRITTEN).press("End")
    first.locator(WRITTEN).press_sequentially("ber.")
    first.keyboard.press("Control+Enter")
    expect(first.locator(".bubble-out")).to_have_text(["It is for October."])
    first.reload()
    expect(first.locator(WRITTEN)).to_have_value("")


def test_of_many_answers_in_the_same_moment_one_leaves(desk, asked):
    seen = asked.messages.latest("pk").pk
    people = [factories.member(desk.company) for _ in range(4)]

    def answer(person):
        try:
            client = client_of(desk.company, person=person)
            sent = {"kind": "sms", "body": f"This is {person}.", "seen": seen}
            return client.post(url(desk.company, "thread_reply", asked.pk), sent)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(people)) as pool:
        answers = list(pool.map(answer, people))

    assert sorted(one.status_code for one in answers) == [302, 422, 422, 422]
    sent = Message.objects.get(direction="out", purpose="reply")
    for one in answers:
        if one.status_code == 422:
            assert re.search(f"has answered meanwhile: “{sent.body}”", one.content.decode())
