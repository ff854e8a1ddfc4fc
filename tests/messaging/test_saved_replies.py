"""Saved replies: what they say in a conversation, who writes them, and what they may not say."""

import pytest

from arbook.audit.models import Entry
from arbook.companies.models import Company, Role
from arbook.sandbox import clock as movable
from invoices import disputes
from messaging import default_replies, saved_replies, segments, ticks
from messaging.models import SavedReply
from messaging.saved_replies import FIELDS, SavedReplyRefused
from reconciliation.models import PayLink
from tests import factories
from tests.messaging.talks import NOW, client_of, says, somebody, url


@pytest.fixture
def company(db):
    movable.move_to(NOW)
    made = factories.company(slug="harbor", name="Harbor Dental", mode="review")
    yield Company.objects.get(pk=made.pk)
    movable.reset()


@pytest.fixture
def manager(company):
    return factories.member(company, Role.MANAGER)


def keep(company, manager, body="Hello {name}", **fields):
    fields = {"name": "Greeting"} | fields
    return saved_replies.save(company, body=body, by=manager, now=NOW, **fields)


def said(thread, key) -> str:
    return saved_replies.text_for(thread, key, now=NOW)


@pytest.mark.parametrize("one", default_replies.ALL, ids=lambda one: one.key)
def test_the_houses_replies_are_plain_texts_with_known_fields(one):
    for body in (one.body, one.body_es):
        assert set(saved_replies.FIELD.findall(body)) <= set(FIELDS)
        assert not segments.measure(saved_replies.FIELD.sub("x", body)).offenders


def test_a_reply_says_what_is_open_when_it_is_chosen(company, manager):
    thread = somebody(company, 1, given_name="Ada")
    keep(company, manager, "{name}, {total} is open on {invoices}. {business}")
    assert said(thread, "greeting") == "Ada, $100.00 is open on invoice INV-1. Harbor Dental"

    other = factories.invoice(thread.customer, "40.00", number="77")
    assert "$140.00" in said(thread, "greeting")
    disputes.open_dispute(invoice=other, amount=15, reason="Late", by=manager, now=NOW)
    assert "$125.00" in said(thread, "greeting")
    ticks.tick(thread, invoices=[other.pk], by=manager, now=NOW)
    assert said(thread, "greeting") == "Ada, $25.00 is open on invoice 77. Harbor Dental"


def test_who_is_written_to_in_spanish_gets_the_spanish_words(company, manager):
    keep(company, manager, "Thank you", body_es="Gracias")

    assert said(somebody(company, 1, language="es"), "greeting") == "Gracias"
    assert said(somebody(company, 2), "greeting") == "Thank you"


def test_looking_makes_no_pay_link_and_choosing_makes_one(company):
    thread = somebody(company, 1)

    offered = {one.reply.key: one for one in saved_replies.offers(thread, now=NOW)}
    assert "(pay link)" in offered["link"].text
    assert not PayLink.objects.exists()

    assert "/pay/" in said(thread, "link")
    assert PayLink.objects.count() == 1


def test_a_field_without_a_value_says_so_and_is_never_sent_empty(company, manager):
    paid = somebody(company, 1)
    paid.customer.invoices.update(balance=0)
    stranger = says(company, "+13125550177", "Who is this?")

    for thread, why in ((paid, "nothing is open"), (stranger, "must be known first")):
        offered = {one.reply.key: one for one in saved_replies.offers(thread, now=NOW)}
        assert why in offered["balance"].missing
        assert not offered["who"].missing
        with pytest.raises(SavedReplyRefused, match=why):
            said(thread, "balance")
    keep(company, manager, "Call {phone}")
    with pytest.raises(SavedReplyRefused, match="no value"):
        said(paid, "greeting")


def test_the_first_change_makes_the_houses_replies_the_companys_own(company, manager):
    assert not SavedReply.objects.exists()

    saved_replies.remove(company, "who", by=manager, now=NOW)
    row = saved_replies.save(
        company, key="link", name="Pay here", body="See {link}", by=manager, now=NOW
    )

    assert row.key == "link"
    names = [one.name for one in saved_replies.of(company)]
    assert "Pay here" in names
    assert "Who we are" not in names
    assert len(names) == len(default_replies.ALL) - 1
    changed = Entry.objects.get(verb="saved_reply.changed")
    assert (changed.by, changed.data["before"][:3]) == (manager, "Hi ")
    other = Company.objects.get(pk=factories.company().pk)
    assert len(saved_replies.of(other)) == len(default_replies.ALL)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("Hello {nickname}", "no field"),
        ("We write on behalf of our client.", "behalf"),
        ("Pay now or we take legal action", "legal"),
        ("See https://bit.ly/abc", "bit.ly"),
        ("Send your card number by text", "Card data"),
        ("x" * 2001, "at most"),
    ],
)
def test_what_nobody_may_keep(company, manager, body, why):
    with pytest.raises(SavedReplyRefused, match=why):
        keep(company, manager, body)
    assert not SavedReply.objects.filter(name="Greeting").exists()


def test_two_replies_have_two_names(company, manager):
    keep(company, manager)

    with pytest.raises(SavedReplyRefused, match="already"):
        keep(company, manager, name="GREETING")


def test_a_chosen_reply_stands_behind_what_was_written_and_nothing_is_sent(company):
    thread = somebody(company, 1)
    client = client_of(company)
    sent = {"kind": "sms", "body": "One moment.", "saved": "who", "seen": "5"}

    for headers in ({}, {"HX-Request": "true"}):
        page = client.post(url(company, "thread_saved", thread.pk), sent, headers=headers)
        assert page.status_code == 200
        words = page.content.decode()
        assert "One moment. This is Harbor Dental. Reply here and a person answers.</text" in words
        assert 'name="seen" value="5"' in words
    assert not thread.messages.filter(direction="out").exists()

    gone = client.post(url(company, "thread_saved", thread.pk), sent | {"saved": "nothing"})
    assert gone.status_code == 422
    assert "One moment." in gone.content.decode()


def test_a_manager_writes_replies_and_a_bookkeeper_reads_them(company):
    clerk, manager = client_of(company), client_of(company, Role.MANAGER)
    new = {"name": "Late fee", "body": "There is no late fee, {name}."}

    assert "Where to pay" in clerk.get(url(company, "saved_replies")).content.decode()
    assert clerk.post(url(company, "saved_reply_new"), new).status_code == 403
    assert manager.post(url(company, "saved_reply_new"), new).status_code == 302
    assert "There is no late fee" in clerk.get(url(company, "saved_replies")).content.decode()
    refused = manager.post(url(company, "saved_reply", "late-fee"), new | {"body": "{x}"})
    assert refused.status_code == 422
    assert "There is no field {x}" in refused.content.decode()
    assert manager.post(url(company, "saved_reply_remove", "late-fee")).status_code == 302
    assert "There is no late fee" not in clerk.get(url(company, "saved_replies")).content.decode()
