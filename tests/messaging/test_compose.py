"""The words: GSM only, short, in both languages, with everything a text must carry."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from messaging import compose, default_templates, segments
from messaging.compose import Wanted
from messaging.library import ComposeRefused, Library
from messaging.merge_fields import Line
from messaging.models import Template
from tests import factories

LINK = "https://pay.example.com/pay/9abc-k7qmx2v4tz3pbn5w/"
TODAY = date(2026, 11, 20)
TEXTS = [key for key in default_templates.SMS if key != "receipt"]


def line(number=1, **fields) -> Line:
    facts = {
        "invoice_id": number,
        "number": str(1040 + number),
        "amount": Decimal("1240.50"),
        "issued_on": date(2026, 10, 1),
        "due_on": date(2026, 11, 3),
    }
    return Line(**facts | fields)


@pytest.fixture
def wanted(db, settings) -> Wanted:
    settings.PUBLIC_URL = "https://pay.example.com"
    company = factories.company(name="Harbor Dental Group", reply_email="desk@harbor.example")
    customer = factories.customer(company, name="Alder & Finch", given_name="Ana")
    return Wanted(
        company=company,
        customer=customer,
        medium="sms",
        key="reminder",
        lines=(line(),),
        link=LINK,
        today=TODAY,
        address="+18605550142",
    )


def render(wanted, **fields):
    return compose.render(replace(wanted, **fields), Library(wanted.company))


@pytest.mark.parametrize("key", TEXTS)
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("count", [1, 3, 10])
@pytest.mark.parametrize("is_first", [True, False])
def test_every_text_is_gsm_in_two_parts_at_most_and_fit_to_leave(
    wanted, key, language, count, is_first
):
    wanted.customer.language = language
    lines = tuple(line(number) for number in range(count))

    text = render(wanted, key=key, lines=lines, is_first=is_first)

    size = segments.measure(text.body)
    assert (size.encoding, size.offenders) == ("GSM-7", ())
    assert size.parts <= 2
    assert text.may_leave, text.findings
    assert text.body.startswith("Harbor Dental Group")
    assert text.body.count(LINK) == 1
    assert "STOP" in text.body
    assert ("HELP" in text.body or "AYUDA" in text.body) == is_first


@pytest.mark.parametrize("key", [key for key in default_templates.MAIL if key != "receipt"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_mail_names_amount_invoices_and_link(wanted, key, language):
    wanted.customer.language = language
    mail = render(wanted, key=key, medium="email", lines=(line(1), line(2)), address="a@b.example")

    assert mail.may_leave, mail.findings
    assert mail.subject
    assert LINK in mail.body
    if key != "neutral":
        assert "$2,481.00" in mail.body
        assert "{" not in mail.body + mail.subject


def test_a_step_written_for_texts_keeps_its_tone_by_mail(wanted):
    assert render(wanted, key="text-firm").template == "firm"
    assert render(wanted, key="text-firm", medium="email").template == "firm"
    assert render(wanted, key="unheard-of").template == "reminder"


def test_a_sensitive_customer_gets_no_amount_and_no_number(wanted):
    wanted.customer.is_sensitive = True

    text = render(wanted)

    assert "$" not in text.body
    assert "1041" not in text.body
    assert text.total == Decimal("1240.50")


def test_the_disputed_part_is_set_aside_and_said(wanted):
    one = line(amount=Decimal("1060.50"), set_aside=Decimal("180.00"))
    mail = render(wanted, medium="email", lines=(one,))

    assert "$1,060.50" in mail.body
    assert "leaves out $180.00" in mail.body


def test_the_words_do_not_age(wanted):
    friday = render(wanted, today=TODAY)
    monday = render(wanted, today=date(2026, 11, 23))

    assert friday.content_hash == monday.content_hash


def test_the_hash_covers_recipient_words_and_each_amount(wanted):
    base = render(wanted).content_hash
    split = (line(1, amount=Decimal("240.50")), line(2, amount=Decimal("1000.00")))

    assert render(wanted).content_hash == base
    assert render(wanted, address="+18605550143").content_hash != base
    assert render(wanted, lines=(line(amount=Decimal("1240.51")),)).content_hash != base
    assert render(wanted, lines=split).content_hash != base
    assert render(wanted, test_address="+18605550999").content_hash != base


def test_a_companys_own_text_replaces_the_houses(wanted):
    Template.objects.create(
        company=wanted.company,
        key="reminder",
        medium="sms",
        body="{business}: {total} open. {link}",
        version=4,
        changed_at=factories.NOW,
    )
    Template.objects.create(
        company=factories.company(), key="firm", medium="sms", body="Not ours", version=1,
        changed_at=factories.NOW,
    )  # fmt: skip

    text = render(wanted)
    assert text.body == f"Harbor Dental Group: $1,240.50 open. {LINK} Reply STOP to opt out."
    assert text.template_version == 4
    assert "Not ours" not in render(wanted, key="firm").body


def test_an_unknown_field_is_refused_by_name(wanted):
    Template.objects.create(
        company=wanted.company, key="reminder", medium="sms", body="{business} {ssn}",
        changed_at=factories.NOW,
    )  # fmt: skip
    with pytest.raises(ComposeRefused, match="ssn"):
        render(wanted)
