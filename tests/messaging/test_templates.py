"""Texts on the screen: versions with what changed, judged before they are saved, seen with real
rows, tried on oneself and never on a customer."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from arbook.audit.models import Entry
from arbook.companies.models import Company, Role
from arbook.gateways.models import Connection
from arbook.outbox import drain
from arbook.outbox.models import Effect
from customers.models import Channel, ConsentEvent
from invoices.models import Dispute
from messaging import previewing, template_check, template_versions, trial_sends
from messaging.default_templates import Text
from messaging.models import Message, Template
from messaging.template_versions import Place, TemplateRefused
from reconciliation.models import PayLink
from tests import factories
from tests.factories import NOW, TODAY

SMS, MAIL = Place("reminder", "sms", "en"), Place("reminder", "email", "en")
GOOD = (
    "{business}: {total} open on {invoices}, {due}. {set_aside} Pay: {link} Reply with questions."
)


@pytest.fixture
def company(db, settings):
    settings.PUBLIC_URL = "https://pay.example.com"
    return factories.company(name="Harbor Dental", reply_email="desk@harbor.example")


def owing(company, *amounts, **fields):
    """A customer with open invoices, the oldest first."""
    row = factories.customer(company, **({"name": "Alder & Finch", "given_name": "Ana"} | fields))
    for age, amount in enumerate(amounts):
        due_on = TODAY - timedelta(days=20 - age)
        factories.invoice(row, amount, number=str(1042 + age), due_on=due_on)
    return row


def judged(company, body, *, place=SMS, subject="", customer=None):
    preview = previewing.of(company, place, customer, now=NOW)
    return template_check.judge(place, Text(subject, body), preview.wanted)


def codes(company, body, **more):
    return {one.code for one in judged(company, body, **more).stops}


# --- Versions ------------------------------------------------------------------------------------


def test_a_change_is_a_version_and_an_old_one_comes_back_as_a_new_one(company):
    by = factories.member(company, Role.MANAGER)
    first = template_versions.save(company, SMS, Text("", "One {link}"), seen=0, by=by, now=NOW)
    second = template_versions.save(company, SMS, Text("", "Two {link}"), seen=1, by=by, now=NOW)

    third = template_versions.roll_back(company, SMS, 1, seen=2, by=by, now=NOW)
    shipped = template_versions.roll_back(company, SMS, 0, seen=3, by=by, now=NOW)

    assert [row.version for row in (first, second, third, shipped)] == [1, 2, 3, 4]
    assert third.body == "One {link}"
    assert shipped.body == template_versions.built_in(SMS).body
    assert Template.objects.get(company=company, is_current=True) == shipped
    said = list(Entry.objects.filter(verb="template.changed").values_list("said", flat=True))
    assert said[-1] == "The text “Reminder, text, English” is now version 4 (as shipped)."


def test_whoever_saves_over_words_they_have_not_seen_is_told(company):
    by = factories.member(company, Role.MANAGER)
    template_versions.save(company, SMS, Text("", "One {link}"), seen=0, by=by, now=NOW)

    with pytest.raises(TemplateRefused, match=r"version 1 by .+ meanwhile"):
        template_versions.save(company, SMS, Text("", "Other"), seen=0, by=by, now=NOW)


def test_the_difference_is_told_word_by_word():
    pieces = template_versions.difference(
        Text("", "Please pay {total} now."), Text("", "Please pay {total} soon.")
    )

    assert [(one.kind, one.words) for one in pieces] == [
        ("same", "Please pay {total} "), ("old", "now"), ("new", "soon"), ("same", "."),
    ]  # fmt: skip


def test_english_words_of_the_company_do_not_replace_the_spanish_ones(company):
    from messaging.library import Library

    by = factories.member(company, Role.MANAGER)
    template_versions.save(company, SMS, Text("", "Only English {link}"), seen=0, by=by, now=NOW)

    library = Library(company)

    assert library.find("reminder", "sms", "en").text.body == "Only English {link}"
    assert "por pagar" in library.find("reminder", "sms", "es").text.body


def test_every_shipped_text_may_be_saved_as_it_is(company):
    for place in template_versions.places():
        text = template_versions.built_in(place)
        preview = previewing.of(company, place, None, now=NOW)
        found = template_check.judge(place, text, preview.wanted)
        assert found.stops == [], place
        if place.single in template_versions.CHASING:
            assert all(part.is_there for part in found.parts), (place, found.parts)


# --- Judged before they are saved -----------------------------------------------------------------


def test_a_good_text_may_be_saved(company):
    assert judged(company, GOOD).findings == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Pay here.", "no_link"),
        ("{link}", "no_total"),
        ("{link} {total} {due}", "no_invoices"),
        ("{link} {total} {due} {invoices} {ssn}", "unknown_field"),
        (GOOD.replace("{business}: ", ""), "no_name"),
        (f"{GOOD} https://evil.example/x", "foreign_link"),
        (f"{GOOD} We write on behalf of our client.", "third_party"),
        (f"{GOOD} Pay or we take legal action.", "threat"),
        (f"{GOOD} Send us your card number.", "sensitive"),
        (f"{GOOD} That is $425.00.", "typed_amount"),
    ],
)
def test_what_may_not_be_said_is_named(company, words, code):
    assert code in codes(company, words)


def test_the_neutral_text_names_no_amount(company):
    place = Place("neutral", "sms", "en")

    assert "not_neutral" in codes(company, "{business}: {total} {link}", place=place)
    assert codes(company, "{business}: please look here: {link}", place=place) == set()


def test_parts_are_counted_with_the_stop_words_of_a_first_text_and_the_dear_letter_is_marked(
    company,
):
    found = judged(company, GOOD.replace("Pay", "Págalo"))

    assert found.composed.body.endswith("Reply HELP for help, STOP to opt out.")
    assert found.size.encoding == "UCS-2"
    assert ("á", True) in template_check.pieces(found.composed.body)
    assert {one.code for one in found.findings} == {"dear_character", "many_parts"}


# --- Seen with real rows --------------------------------------------------------------------------


def test_a_preview_speaks_of_the_customers_own_invoices_and_writes_nothing(company):
    customer = owing(company, "1240.00", "80.00")
    Dispute.objects.create(
        company=company, invoice=customer.invoices.first(), amount="180.00", reason="Broken",
        opened_at=NOW,
    )  # fmt: skip
    place = Place("reminder-combined", "email", "es")

    preview = previewing.of(company, place, customer, now=NOW)
    said = template_check.judge(place, template_versions.built_in(place), preview.wanted).composed

    assert "$1,140.00" in said.body
    assert "Factura 1042: $1,060.00" in said.body
    assert "$180.00 en disputa, aparte" in said.body
    assert not PayLink.objects.exists()
    customer.refresh_from_db()
    assert customer.language == "en"


def test_the_editor_saves_refuses_and_shows(company):
    owing(company, "425.00", name="שלום 🌊 " + "very long name " * 10)
    manager = factories.member(company, Role.MANAGER)
    client = Client()
    client.force_login(manager)
    url = f"/c/{company.slug}/messages/templates/reminder.sms.en/"

    assert client.get(f"/c/{company.slug}/messages/templates/").status_code == 200
    page = client.get(url).content.decode()
    assert "$425.00" in page
    bad = client.post(url, {"body": "Pay or else. {link}", "seen": "0", "act": "save"})
    assert bad.status_code == 422 and "reads as a threat" in bad.content.decode()
    live = client.post(f"{url}check/", {"body": GOOD}, headers={"HX-Request": "true"})
    assert "Nothing to object to" in live.content.decode()
    assert client.post(url, {"body": GOOD, "seen": "0", "act": "save"}).status_code == 302
    row = Template.objects.get(company=company)
    assert (row.body, row.changed_by) == (GOOD, manager)
    shown = client.get(f"/c/{company.slug}/messages/templates/versions/{row.pk}/")
    assert "<ins>" in shown.content.decode()
    client.post(f"{url}roll-back/", {"version": "0", "seen": "1"})
    assert Template.objects.get(company=company, is_current=True).version == 2


# --- Tried ----------------------------------------------------------------------------------------


@pytest.fixture
def texting(sandbox, transactional_db, settings):
    """A company that may text, its clock standing at ten in the morning."""
    from tests.messaging.desk import Desk

    settings.OUTBOX_THREADS = 1
    return Desk(sandbox)


def composed_for(company, place=SMS):
    preview = previewing.of(company, place, None, now=NOW)
    return template_check.judge(place, template_versions.built_in(place), preview.wanted).composed


def test_a_test_reaches_ones_own_mail_and_a_number_of_the_house_and_is_counted(texting):
    company, by = texting.company, texting.bookkeeper

    trial_sends.send(company, SMS, composed_for(company), by=by, now=texting.now)
    trial_sends.send(company, MAIL, composed_for(company, MAIL), by=by, now=texting.now)
    texting.send(trial_sends.SEND)

    assert texting.texts("+18605550999")[0].startswith("TEST: ")
    letter = next(one for one in texting.sandbox.mailbox if by.email in one.to)
    assert letter.subject.startswith("[Test] ")
    assert trial_sends.sent_today(company, now=texting.now) == 2
    assert Entry.objects.filter(verb="template.tested", by=by).count() == 2
    assert not Message.objects.exists()


def test_no_test_goes_to_a_customer_to_who_opted_out_or_past_the_days_number(texting):
    company, by = texting.company, texting.bookkeeper
    customer = factories.customer(company)
    factories.contact(customer, Channel.SMS, "+18605550177")
    said = composed_for(company)

    def refused(number, why):
        with pytest.raises(trial_sends.TrialRefused, match=why):
            trial_sends.send(company, SMS, said, number=number, by=by, now=texting.now)

    refused("(860) 555-0177", "never go to customers")
    refused("nonsense", "not a number")
    ConsentEvent.objects.create(
        company=company, channel="sms", address="+18605550178", direction="withdrawn",
        source="reply", at=texting.now,
    )  # fmt: skip
    refused("+18605550178", "no more texts")
    Company.objects.filter(pk=company.pk).update(stopped_at=texting.now, stopped_reason="Prices")
    company.refresh_from_db()
    refused("+18605550999", "Prices")
    Company.objects.filter(pk=company.pk).update(stopped_at=None)
    company.refresh_from_db()
    Connection.objects.filter(company=company, vendor="twilio").delete()
    refused("+18605550999", "Texts cannot leave")
    mail = composed_for(company, MAIL)
    for _ in range(trial_sends.MOST_A_DAY):
        trial_sends.send(company, MAIL, mail, by=by, now=texting.now)
    with pytest.raises(trial_sends.TrialRefused, match="tomorrow"):
        trial_sends.send(company, MAIL, mail, by=by, now=texting.now)


def test_a_test_that_would_come_much_later_is_dropped(texting):
    company, by = texting.company, texting.bookkeeper
    one = trial_sends.send(company, SMS, composed_for(company), by=by, now=texting.now)
    Effect.objects.filter(pk=one.pk).update(not_before=texting.now + timedelta(hours=2))
    from arbook.sandbox import clock as movable

    movable.move(timedelta(hours=3))
    drain.drain(now=lambda: texting.now, kinds=[trial_sends.SEND])

    assert texting.texts("+18605550999") == []


# --- One message ----------------------------------------------------------------------------------


def test_ten_open_invoices_make_one_message_one_total_one_link(texting):
    for number in range(10):
        texting.owes("Alder Finch", f"{100 + number}.00", days=15 + number)
    texting.read()
    texting.allows_texts("Alder Finch")
    customer = texting.customer("Alder Finch")
    contested = customer.invoices.get(balance="109.00")
    whole = customer.invoices.get(balance="100.00")
    for invoice, amount in ((contested, "9.00"), (whole, "100.00")):
        Dispute.objects.create(
            company=texting.company, invoice=invoice, amount=amount, reason="No", opened_at=NOW
        )

    texting.prepare()
    texting.prepare()

    message = Message.objects.get(company=texting.company)
    amounts = [line.amount for line in message.lines.all()]
    assert len(amounts) == 9
    assert message.total == sum(amounts) == Decimal("936.00")
    assert message.body.count("$936.00") == 1
    assert message.body.count("/pay/") == 1
    assert set(message.pay_link.invoices.all()) == {line.invoice for line in message.lines.all()}
    assert "Without $9.00 in dispute." in message.body
